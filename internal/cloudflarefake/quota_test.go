package cloudflarefake_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
)

func TestQuotaBlocksEverybodyForAWhile(t *testing.T) {
	w := company()
	w.Quota = &cloudflarefake.Quota{Requests: 3, Window: 10 * time.Second, Block: 30 * time.Second}
	s, base := serve(t, w)
	at := time.Duration(0)
	s.Clock = func() time.Time { return now().Add(at) }
	var got []string
	for _, second := range []int{0, 1, 2, 3, 20, 33, 34, 35, 44, 45} {
		at = time.Duration(second) * time.Second
		r := get(t, base, "/accounts")
		got = append(got, fmt.Sprint(second, " ", r.status, " ", r.header.Get("X-Ratelimit-Remaining"), " ", r.header.Get("Retry-After")))
	}
	want := []string{"0 200 2 ", "1 200 1 ", "2 200 0 ", "3 429 0 30", "20 429 0 13",
		"33 200 2 ", "34 200 1 ", "35 200 0 ", "44 200 1 ", "45 200 1 "}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
	get(t, base, "/accounts")
	if r := get(t, base, "/accounts"); r.status != 429 || r.header.Get("X-Ratelimit-Limit") != "3" ||
		r.header.Get("X-Ratelimit-Reset") != now().Add(75*time.Second).Format("Mon, 02 Jan 2006 15:04:05 GMT") {
		t.Errorf("got %d %v", r.status, r.header)
	}
	s.Reset()
	if r := get(t, base, "/accounts"); r.status != 200 {
		t.Errorf("after Reset: %d", r.status)
	}
}

func TestQuotaComesBeforeFaults(t *testing.T) {
	w := company()
	w.Quota = &cloudflarefake.Quota{Requests: 1, Window: time.Minute, Block: time.Minute}
	s, base := serve(t, w)
	s.SetFaults(cloudflarefake.Fault{Effect: cloudflarefake.ServerError()})
	if a, b := get(t, base, "/accounts").status, get(t, base, "/accounts").status; a != 500 || b != 429 {
		t.Errorf("got %d, %d", a, b)
	}
}

func TestWithoutAQuotaNoneIsTold(t *testing.T) {
	_, base := serve(t, company())
	if h := get(t, base, "/accounts").header; h.Get("X-Ratelimit-Limit") != "" {
		t.Errorf("got %v", h)
	}
}
