package live_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/live"
)

// three is a world of three plain Workers, of which one may be changed.
func three() *cloudflarefake.World {
	return only(script(tagged(0), "a"), script(tagged(1), "b"), script(tagged(2), "c"))
}

// perWorker counts the calls that were made for single Workers.
func perWorker(s *cloudflarefake.Server) int {
	n := 0
	for path, calls := range counts(s) {
		if strings.Contains(path, "/scripts/:s/") {
			n += calls
		}
	}
	return n
}

// TestSecondScan: what did not change is not asked again, where that is proved.
func TestSecondScan(t *testing.T) {
	const each = 4 // calls for a Worker: deployments, versions, settings, schedules
	next := at().Add(time.Hour)
	for name, test := range map[string]struct {
		change func(*cloudflarefake.Account)
		first  func(*live.Config)
		second func(*live.Config)
		faults []cloudflarefake.Fault // of the first scan
		asked  int
	}{
		"nothing changed": {asked: 0},
		"an upload":       {change: func(a *cloudflarefake.Account) { a.Workers[1].Etag = "other" }, asked: 1},
		"a deployment":    {change: func(a *cloudflarefake.Account) { a.Workers[1].DeployedOn = next }, asked: 1},
		"an event of schedules, which move no date": {change: func(a *cloudflarefake.Account) {
			a.Audit = append(a.Audit, act("PUT", "/workers/scripts/b/schedules", next.Add(-30*time.Minute), ""))
		}, asked: 1},
		"an event by tag": {change: func(a *cloudflarefake.Account) {
			a.Audit = append(a.Audit, act("PATCH", "/workers/workers/"+tagged(2), next.Add(-30*time.Minute), `{"tags":[]}`))
		}, asked: 1},
		"a new name":   {change: func(a *cloudflarefake.Account) { a.Workers[0].Name = "z" }, asked: 1},
		"a new Worker": {change: func(a *cloudflarefake.Account) { a.Workers = append(a.Workers, script(tagged(3), "d")) }, asked: 1},
		"a new application of Access": {change: func(a *cloudflarefake.Account) {
			a.AccessApps = []cloudflarefake.AccessApp{{ID: "x", Name: "x", Domain: "x.example"}}
		}, asked: 3},
		"all is asked for":               {second: full, asked: 3},
		"no audit log":                   {second: noAudit, asked: 3},
		"no audit log before":            {first: noAudit, asked: 3},
		"a week went by":                 {second: func(c *live.Config) { c.Now = at().Add(8 * 24 * time.Hour) }, asked: 3},
		"something was not read then":    {faults: []cloudflarefake.Fault{{Path: "/accounts/:a/workers/scripts/:s/schedules", Name: "a", Effect: cloudflarefake.Deny(10000)}}, asked: 3},
		"the list was not whole then":    {faults: []cloudflarefake.Fault{{Path: "/accounts/:a/workers/scripts", Effect: cloudflarefake.Deny(10000)}}, asked: 3},
		"the audit log was refused then": {faults: []cloudflarefake.Fault{{Path: "/accounts/:a/logs/audit", Effect: cloudflarefake.Deny(10000)}}, asked: 3},
	} {
		t.Run(name, func(t *testing.T) {
			s, cfg := serve(t, three())
			one, two := cfg, cfg
			two.Now = next
			for c, change := range map[*live.Config]func(*live.Config){&one: test.first, &two: test.second} {
				if change != nil {
					change(c)
				}
			}
			s.SetFaults(test.faults...)
			before := scan(t, one, found{})
			s.SetFaults()
			s.Change(func(w *cloudflarefake.World) {
				w.Now = two.Now
				if test.change != nil {
					test.change(w.Accounts[0])
				}
			})
			s.Reset()
			after := scan(t, two, before)
			want := test.asked * each
			if got := perWorker(s); got != want {
				t.Errorf("%d calls for single Workers, want %d", got, want)
			}
			for _, c := range []inventory.Capability{inventory.CapWorkers, inventory.CapSettings, inventory.CapSchedules} {
				if w := after.of(c); w.State != inventory.Complete || w.Seen != len(after.assetsOf(inventory.Worker)) {
					t.Errorf("%s is %s, seen %d; want complete with all Workers", c, w.State, w.Seen)
				}
			}
		})
	}
}

func (f found) assetsOf(kind inventory.Kind) []inventory.Asset {
	var out []inventory.Asset
	for _, a := range f.assets {
		if a.Kind == kind && a.LastSeen().After(ago(1)) && a.Sightings[len(a.Sightings)-1].Cell.Capability == inventory.CapWorkers {
			out = append(out, a)
		}
	}
	return out
}

// TestWhatIsNotAskedStaysUnsaid: what was known stays known, and nothing passes for
// read that was not.
func TestWhatIsNotAskedStaysUnsaid(t *testing.T) {
	s, cfg := serve(t, three())
	before := scan(t, cfg, found{})
	cfg.Now = at().Add(time.Hour)
	s.Change(func(w *cloudflarefake.World) { w.Now = cfg.Now })
	after := scan(t, cfg, before)
	a := workerOf(t, after, tagged(0))
	for _, name := range []string{"bindings", "deployment", "versions", "code", "configuration", "exposure:previews", "triggers:schedules"} {
		if f := a.Facet(name); !f.Unknown || !f.Doubted.IsZero() {
			t.Errorf("%s was said: %+v", name, f)
		}
	}
	merged := inventory.Merge(workerOf(t, before, tagged(0)), a)
	for _, f := range merged.Facets() {
		if f.Unknown || f.Stale {
			t.Errorf("%s of both scans is unknown %t, stale %t", f.Name, f.Unknown, f.Stale)
		}
	}
	if note := after.of(inventory.CapSettings).Why.Message; !strings.Contains(note, fmt.Sprintf("3 Workers were not asked again: the audit log tells no change of them since %s", at().Format(time.RFC3339))) {
		t.Errorf("the word on settings says %q", note)
	}
}

// TestMarkThatMakesNoSense: all is read again.
func TestMarkThatMakesNoSense(t *testing.T) {
	s, cfg := serve(t, three())
	before := scan(t, cfg, found{})
	good := before.of(inventory.CapWorkers)
	for _, mark := range []string{"", "1", "2" + good.Mark[1:], good.Mark + "x", strings.Replace(good.Mark, "2026-", "x-", 1)} {
		w := good
		w.Mark = mark
		before.words[w.Cell] = w
		s.Reset()
		later := cfg
		later.Now = at().Add(time.Hour)
		s.Change(func(w *cloudflarefake.World) { w.Now = later.Now })
		scan(t, later, before)
		if got := perWorker(s); got != 12 {
			t.Errorf("mark %q: %d calls for single Workers, want 12", mark, got)
		}
	}
}

// TestSecondScanWithoutTheNewerList: switches that were asked for are not asked again
// either, and stay unsaid.
func TestSecondScanWithoutTheNewerList(t *testing.T) {
	s, cfg := serve(t, three())
	s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/workers/workers", Effect: cloudflarefake.Refuse(404, 7003)})
	before := scan(t, cfg, found{})
	s.Reset()
	cfg.Now = at().Add(time.Hour)
	s.Change(func(w *cloudflarefake.World) { w.Now = cfg.Now })
	after := scan(t, cfg, before)
	if got := perWorker(s); got != 0 {
		t.Errorf("%d calls for single Workers, want none", got)
	}
	a := workerOf(t, after, tagged(0))
	if f := a.Facet("exposure:subdomains"); !f.Unknown || !f.Doubted.IsZero() {
		t.Errorf("switches that nobody read were said: %+v", f)
	}
	merged := inventory.Merge(workerOf(t, before, tagged(0)), a)
	if _, sure := merged.Reach(); !sure {
		t.Error("the reach of both scans is not certain")
	}
	if w := after.of(inventory.CapSubdomains); w.State != inventory.Complete || w.Seen != 3 {
		t.Errorf("subdomains are %s, seen %d; want complete with all", w.State, w.Seen)
	}
}

// TestSecondScanWithoutPreviews: that an account has no previews does not make all be
// read again, and that it has some from now on does.
func TestSecondScanWithoutPreviews(t *testing.T) {
	for name, test := range map[string]struct{ then, now, asked bool }{
		"none":              {then: true, now: true},
		"offered meanwhile": {then: true, asked: true},
		"none any more":     {now: true, asked: true},
	} {
		t.Run(name, func(t *testing.T) {
			s, cfg := serve(t, three())
			s.Change(func(w *cloudflarefake.World) { w.Accounts[0].NoPreviews = test.then })
			before := scan(t, cfg, found{})
			cfg.Now = at().Add(time.Hour)
			s.Change(func(w *cloudflarefake.World) { w.Now, w.Accounts[0].NoPreviews = cfg.Now, test.now })
			s.Reset()
			scan(t, cfg, before)
			if got := perWorker(s); got > 0 != test.asked {
				t.Errorf("%d calls for single Workers; want any: %t", got, test.asked)
			}
		})
	}
}
