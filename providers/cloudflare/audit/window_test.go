package audit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/audit"
)

// TestWindow: what is covered, of which log, and why it begins where it does.
func TestWindow(t *testing.T) {
	prior := func(from, to time.Time) inventory.Coverage {
		return inventory.Coverage{State: inventory.Complete, Window: window(from, to), Mark: "read"}
	}
	months := now().AddDate(0, -18, 0)
	entries, entriesV1 := acts(600, day, now()), actsV1(600, day, now())
	sinceBegan := int(now().Sub(began()) / day)
	for name, c := range map[string]struct {
		cfg          audit.Config
		want, wantV1 inventory.Window
		seen         int
		text, textV1 string
	}{
		"nothing before":               {audit.Config{}, window(began(), ago(late)), window(months, ago(late)), sinceBegan, "", ""},
		"as far back as is asked":      {audit.Config{Since: ago(10 * day)}, window(ago(10*day), ago(late)), window(ago(10*day), ago(late)), 10, "", ""},
		"further back than v2 reaches": {audit.Config{Since: ago(300 * day)}, window(began(), ago(late)), window(ago(300*day), ago(late)), sinceBegan, "the newer audit log keeps what happened since 2026-03-10", ""},
		"further back than v1 reaches": {audit.Config{Since: ago(900 * day)}, window(began(), ago(late)), window(months, ago(late)), sinceBegan, "since 2026-03-10", "the log reaches back 18 months, to 2025-05-24T09:00:00Z"},
		"from a time that is not yet":  {audit.Config{Since: ago(-day)}, window(ago(late), ago(late)), window(ago(late), ago(late)), 0, "", ""},
		"from where it was read to":    {audit.Config{Since: ago(20 * day), Prior: prior(ago(40*day), ago(5*day)), PriorV1: prior(ago(50*day), ago(6*day))}, window(ago(40*day), ago(late)), window(ago(50*day), ago(late)), 5, "", ""},
		"from before what was read":    {audit.Config{Since: ago(60 * day), Prior: prior(ago(40*day), ago(5*day))}, window(ago(60*day), ago(late)), window(ago(60*day), ago(late)), 60, "", ""},
		"read so long ago that there is a gap": {audit.Config{Since: ago(3 * day), Prior: prior(ago(400*day), ago(300*day))}, window(began(), ago(late)), window(ago(3*day), ago(late)), sinceBegan,
			"nothing is known of the time from 2026-01-28T09:00:00Z to 2026-03-10T00:00:00Z", ""},
		"read at an instant that is not yet": {audit.Config{Since: ago(10 * day), Prior: prior(ago(90*day), ago(-day))}, window(ago(90*day), ago(late)), window(ago(10*day), ago(late)), 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := open(t, entries, entriesV1).read(t, c.cfg)
			if got.Coverage.Window != c.want || got.Coverage.State != inventory.Complete || !says(got.Coverage, c.text) {
				t.Errorf("word on v2 %+v, want window %+v", got.Coverage, c.want)
			}
			if got.CoverageV1.Window != c.wantV1 || got.CoverageV1.State != inventory.Complete || !says(got.CoverageV1, c.textV1) {
				t.Errorf("word on v1 %+v, want window %+v", got.CoverageV1, c.wantV1)
			}
			if len(got.ids) != c.seen {
				t.Errorf("%d events, want %d", len(got.ids), c.seen)
			}
		})
	}
}

// TestWindowThatReachesAnEarlierOne: what was covered is not taken back by reading
// what lies before it, even if that breaks off in the middle of it.
func TestWindowThatReachesAnEarlierOne(t *testing.T) {
	p := open(t, acts(60, day, now()), nil)
	p.server.Change(func(w *cloudflarefake.World) { w.PageSize = map[string]int{newer: 10} })
	prior := inventory.Coverage{State: inventory.Complete, Window: window(ago(40*day), ago(5*day)), Mark: "read"}
	for name, c := range map[string]struct {
		since time.Time
		calls int // that succeed
		want  inventory.Window
	}{
		"it reaches it":     {ago(60 * day), 5, window(ago(60*day), ago(5*day))},
		"it does not reach": {ago(75 * day), 2, window(ago(75*day), ago(45*day))},
	} {
		p.server.SetFaults(cloudflarefake.Fault{Path: newer, After: c.calls, Effect: cloudflarefake.Deny(10000)})
		got := p.read(t, audit.Config{Since: c.since, Prior: prior}).Coverage
		if got.State != inventory.Partial || got.Window != c.want {
			t.Errorf("%s: word %+v, want window %+v", name, got, c.want)
		}
	}
}

// TestClockAhead: a window ends by the vendor's clock where that is behind the run's
// instant, and a difference worth telling is told.
func TestClockAhead(t *testing.T) {
	entries := acts(100, day, now().Add(time.Second))
	for name, c := range map[string]struct {
		ahead time.Duration
		to    time.Time
		told  string
	}{
		"the vendor's clock is ahead": {-2 * time.Hour, ago(2*time.Hour + late), ""},
		"by nothing":                  {0, ago(late), ""},
		"by seconds":                  {20 * time.Second, ago(late), ""},
		"by hours":                    {2 * time.Hour, ago(late), "the clock of this machine is ahead of Cloudflare by 2h0m0s"},
		"by a month":                  {30 * day, ago(late), "is ahead of Cloudflare by 720h0m0s"},
	} {
		for _, refused := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", v2 refused: ", refused), func(t *testing.T) {
				p := open(t, entries, actsV1(3, time.Hour, now()))
				if refused {
					p.server.SetFaults(cloudflarefake.Fault{Path: newer, Effect: cloudflarefake.Deny(10000)})
				}
				got := p.read(t, audit.Config{Now: now().Add(c.ahead), Since: now().Add(c.ahead).Add(-90 * day)})
				words := []inventory.Coverage{got.CoverageV1}
				if !refused {
					words = append(words, got.Coverage)
				}
				for _, cov := range words {
					if cov.State != inventory.Complete || cov.Window.To != c.to || says(cov, "ahead of Cloudflare") != (c.told != "") || !says(cov, c.told) {
						t.Errorf("word %+v, want a window to %s", cov, c.to)
					}
				}
			})
		}
	}
}

// TestLateEventsAreRead: an event that was delivered after the reading, for a time
// that the reading had passed, is read by the next one.
func TestLateEventsAreRead(t *testing.T) {
	p := open(t, []cloudflarefake.AuditEntry{act("first", ago(3*time.Hour)), act("fresh", ago(5*time.Minute))}, nil)
	one := p.read(t, audit.Config{Since: ago(day)})
	if !slices.Equal(one.ids, []string{"first", "fresh"}) {
		t.Errorf("events %q", one.ids)
	}
	p.server.Change(func(w *cloudflarefake.World) {
		w.Now = now().Add(time.Hour)
		w.Accounts[0].Audit = append(w.Accounts[0].Audit, act("late", ago(10*time.Minute)), act("later-still", ago(20*time.Minute)))
	})
	two := p.read(t, audit.Config{Since: ago(day), Now: now().Add(time.Hour), Prior: one.Coverage})
	if !slices.Equal(two.ids, []string{"fresh", "late", "later-still"}) || two.Coverage.Window != window(ago(day), now().Add(45*time.Minute)) {
		t.Errorf("events %q, window %+v", two.ids, two.Coverage.Window)
	}
}

// TestNothingIsLostBetweenScans: whenever two scans are made, and however late up to
// 15 minutes events are delivered, each event that the window of the second covers
// was read by one of them, and no scan gives one twice.
func TestNothingIsLostBetweenScans(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		one := ago(day)
		two := one.Add(time.Duration(rapid.IntRange(0, 3*3600).Draw(r, "seconds between the scans")) * time.Second)
		var early, all []cloudflarefake.AuditEntry
		for i := range rapid.IntRange(1, 40).Draw(r, "events") {
			// Around the first scan, and at the edges of what it covers.
			at := one.Add(time.Duration(rapid.IntRange(-3600, 2*3600).Draw(r, "event")) * time.Second)
			if edge := rapid.SampledFrom([]time.Duration{-1, 0, late, 2 * late}).Draw(r, "edge"); edge >= 0 {
				at = one.Add(-edge)
			}
			e := act(fmt.Sprintf("event-%02d", i), at)
			wait := time.Duration(rapid.IntRange(0, 15*60).Draw(r, "late")) * time.Second
			if rapid.Bool().Draw(r, "as late as can be") {
				wait = late
			}
			delivered := at.Add(wait)
			if !delivered.After(one) {
				early = append(early, e)
			}
			if !delivered.After(two) {
				all = append(all, e)
			}
		}
		p := open(t, early, nil)
		p.server.Change(func(w *cloudflarefake.World) {
			w.Now = one
			w.PageSize = map[string]int{newer: rapid.IntRange(1, 7).Draw(r, "page")}
		})
		first := p.read(t, audit.Config{Now: one, Since: one.Add(-2 * time.Hour)})
		p.server.Change(func(w *cloudflarefake.World) { w.Now = two; w.Accounts[0].Audit = all })
		second := p.read(t, audit.Config{Now: two, Since: two.Add(-2 * time.Hour), Prior: first.Coverage})
		read := slices.Concat(first.ids, second.ids)
		slices.Sort(read)
		var want []string
		for _, e := range all {
			if second.Coverage.Window.Holds(e.Action.Time) {
				want = append(want, e.ID)
			}
		}
		slices.Sort(want)
		missing := slices.DeleteFunc(want, func(id string) bool { return slices.Contains(read, id) })
		if len(missing) > 0 {
			r.Fatalf("lost %q; windows %+v and %+v", missing, first.Coverage.Window, second.Coverage.Window)
		}
	})
}
