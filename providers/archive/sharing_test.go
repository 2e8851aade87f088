package archive_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/archive"
)

// severalLogs are those of some regions: many small objects, and one that is
// large enough for a second worker to inflate.
func severalLogs() (objects fstest.MapFS, regions []string) {
	objects = fstest.MapFS{}
	for n := range 3 {
		region := fmt.Sprintf("eu-west-%d", n)
		regions = append(regions, region)
		for i := range 12 {
			pad, records := "", 100
			if i == n {
				pad, records = strings.Repeat("x", 6000), 1000
			}
			var all []string
			for j := range records {
				all = append(all, fmt.Sprintf(`{"id":"%s-%d-%d","time":"2026-01-01T00:00:00Z","kind":"ours","role":"r","name":"n%d","pad":%q}`, region, i, j, j%3, pad))
			}
			objects[fmt.Sprintf("%s/%s/202601%02dT0300Z_x.json.gz", account, region, 1+i)] = &fstest.MapFile{Data: zipped(`{"Records":[` + strings.Join(all, ",") + `]}`)}
		}
	}
	return objects, regions
}

// TestLogsShareTheWorkers: logs that are read at once wait for no worker that
// waits for them, however few there are and however slowly one of them is taken;
// and each says what it says when it is read alone.
func TestLogsShareTheWorkers(t *testing.T) {
	defer goleak.VerifyNone(t)
	objects, regions := severalLogs()
	var want map[string][]inventory.Fact
	for _, workers := range []int{0, 1, 2} { // 0: one log after the other
		alone := workers == 0
		cfg := archive.Config{Source: name, Root: archive.Folder(objects), Usage: inventory.CountRoles, Workers: max(1, workers)}
		sources, err := archive.Logs(cfg, used()).Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		got := map[string][]inventory.Fact{}
		var all sync.WaitGroup
		for _, s := range sources[1:] {
			region := s.Cells()[0].Scope.Region
			read := func() {
				facts := taken(t, s, region == regions[0])
				mu.Lock()
				defer mu.Unlock()
				got[region] = facts
			}
			if alone {
				read()
				continue
			}
			all.Go(read)
		}
		all.Wait()
		if alone {
			want = got
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers (-one log after the other +at once):\n%s", workers, diff)
		}
	}
	if slices.ContainsFunc(regions, func(r string) bool { return len(want[r]) < 11*100+1000 }) {
		t.Error("not all was read: the test proves nothing")
	}
}

// taken gives the facts of a source, which are taken slowly or not.
func taken(t *testing.T, s providers.Source, slowly bool) (out []inventory.Fact) {
	err := s.Read(t.Context(), func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(f inventory.Fact) error {
		if slowly && len(out)%1000 == 0 {
			time.Sleep(2 * time.Millisecond)
		}
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Errorf("Read: %v", err)
	}
	return out
}
