package cli_test

import (
	"bytes"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/cloudflarefake"
)

// perPath counts calls by path.
func perPath(calls []cloudflarefake.Call) map[string]int {
	out := map[string]int{}
	for _, c := range calls {
		out[c.Path]++
	}
	return out
}

// perWorker reports whether a path is about one Worker.
func perWorker(path string) bool {
	return strings.Contains(path, "/scripts/:s/") && !strings.Contains(path, "dispatch") || strings.Contains(path, "/workers/:w")
}

// peak watches the heap while something runs, and gives its highest size in bytes.
func peak(run func()) (most uint64, took time.Duration) {
	runtime.GC()
	var over atomic.Bool
	done := make(chan uint64)
	go func() {
		var m runtime.MemStats
		high := uint64(0)
		for !over.Load() {
			runtime.ReadMemStats(&m)
			high = max(high, m.HeapAlloc)
			time.Sleep(20 * time.Millisecond)
		}
		done <- high
	}()
	begun := time.Now()
	run()
	took = time.Since(begun)
	over.Store(true)
	return <-done, took
}

// TestCallsForManyWorkers holds what a scan of 5,000 Workers costs against its
// bounds: for lists a call for each 100 Workers and a few that are the account's, for
// each Worker the four that no list tells, and one more where the vendor offers
// previews; nothing for each Worker where nothing changed.
func TestCallsForManyWorkers(t *testing.T) {
	n := 5000
	if testing.Short() {
		n = 500
	}
	w := cloudflarefake.Large(n, cfNow())
	w.Token.Policies = []cloudflarefake.Policy{cfReads()}
	a := w.Accounts[0]
	a.NoPreviews = true
	cfEvent(a, cfNow().AddDate(0, 0, -3), "PUT /accounts/"+a.ID+"/workers/scripts/"+a.Workers[1].Name) // an empty log proves nothing
	s := newCFSight(t, w)
	var scans [][]cloudflarefake.Call
	var figures []string
	for i, c := range []struct {
		name   string
		change func(*cloudflarefake.World)
		flags  []string
	}{
		{"first", nil, nil},
		{"second", nil, nil},
		{"five changed", func(w *cloudflarefake.World) { fiveWorkers(w.Accounts[0]) }, nil},
		{"full, previews offered", func(w *cloudflarefake.World) { w.Accounts[0].NoPreviews = false }, []string{"--full"}},
	} {
		var d *report.Document
		heap, took := peak(func() { _, d = s.after(time.Duration(i)*time.Hour, c.change, c.flags...) })
		scans = append(scans, s.fake.Calls())
		workers := 0
		for _, a := range d.Assets {
			if a.Kind == "worker" {
				workers++
			}
		}
		if workers != n || len(holes(d)) > 0 {
			t.Errorf("%s: %d Workers; holes %v", c.name, workers, holes(d))
		}
		figures = append(figures, fmt.Sprintf("%s: %d calls, %.1f s, highest heap %d MB", c.name, len(s.fake.Calls()), took.Seconds(), heap>>20))
	}
	bounds := []float64{4, 0, 5 * 5 / float64(n), 5}
	for i, calls := range scans {
		lists, each := 0, 0
		for path, k := range perPath(calls) {
			switch {
			case perWorker(path):
				each += k
			case strings.Contains(path, "/pages/projects/:p/") || strings.HasPrefix(path, "/zones/:z/"): // one for each project or zone
			default:
				lists += k
			}
		}
		const ofAccount = 30
		if lists > n/100+ofAccount {
			t.Errorf("scan %d: %d calls for lists, want at most %d", i+1, lists, n/100+ofAccount)
		}
		if most := int(bounds[i]*float64(n)) + 5; each > most { // that previews are not offered is asked of one
			t.Errorf("scan %d: %d calls for Workers, want at most %d", i+1, each, most)
		}
	}
	t.Logf("%d Workers, %d zones, %d Pages projects (the fake's world stands in the same heap)\n%s\n%s", n, len(a.Zones), len(a.Projects), strings.Join(figures, "\n"), cfTable(scans...))
}

// fiveWorkers changes five Workers: four by code, one by what an event alone tells.
func fiveWorkers(a *cloudflarefake.Account) {
	at := cfNow().Add(90 * time.Minute)
	for i := range 4 {
		w := a.Workers[7*i]
		w.Etag, w.UpdatedOn, w.DeployedOn = "changed", at, at
		cfEvent(a, at, fmt.Sprintf("PUT /accounts/%s/workers/scripts/%s", a.ID, w.Name))
	}
	w := a.Workers[50]
	w.Schedules = []cloudflarefake.Schedule{{Cron: "1 1 * * *"}}
	cfEvent(a, at, fmt.Sprintf("PUT /accounts/%s/workers/scripts/%s/schedules", a.ID, w.Name))
}

// cfTable is the calls of several scans, side by side.
func cfTable(scans ...[]cloudflarefake.Call) string {
	all := map[string][]int{}
	for i, calls := range scans {
		for path, n := range perPath(calls) {
			if all[path] == nil {
				all[path] = make([]int, len(scans))
			}
			all[path][i] = n
		}
	}
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	total := make([]int, len(scans))
	for _, path := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(w, "| %s", path)
		for i, n := range all[path] {
			fmt.Fprintf(w, "\t| %d", n)
			total[i] += n
		}
		fmt.Fprintln(w, "\t|")
	}
	fmt.Fprintf(w, "| all\t| %s\t|\n", strings.Trim(strings.ReplaceAll(fmt.Sprint(total), " ", "\t| "), "[]"))
	w.Flush()
	return out.String()
}
