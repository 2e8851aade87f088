package cloudflarefake_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
)

func TestLargeIsListedWholeByBothLists(t *testing.T) {
	const n = 501
	_, base := serve(t, cloudflarefake.Large(n, now()))
	tags := map[string]bool{}
	for page := 1; page <= 6; page++ {
		r := get(t, base, fmt.Sprintf("/accounts/%s/workers/workers?per_page=100&page=%d", cloudflarefake.LargeAccount, page))
		for _, w := range r.list(t) {
			tags[w["id"].(string)] = true
		}
	}
	scripts := get(t, base, "/accounts/"+cloudflarefake.LargeAccount+"/workers/scripts").list(t)
	for _, s := range scripts {
		if !tags[s["tag"].(string)] {
			t.Errorf("%v is in one list only", s["tag"])
		}
	}
	if len(tags) != n || len(scripts) != n {
		t.Errorf("%d and %d Workers, want %d", len(tags), len(scripts), n)
	}
}

func TestLargeIsTheSameEachTime(t *testing.T) {
	if diff := cmp.Diff(cloudflarefake.Large(300, now()), cloudflarefake.Large(300, now())); diff != "" {
		t.Error(diff)
	}
}

func TestLargeIsLightOnMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := cloudflarefake.Large(5000, now())
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / 5000; each > 4096 {
		t.Errorf("%d bytes a Worker, want at most 4096", each)
	}
	runtime.KeepAlive(w)
}
