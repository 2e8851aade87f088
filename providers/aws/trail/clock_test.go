package trail_test

import (
	"slices"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/trail"
)

// TestClockAhead: a window ends by AWS's clock where that is behind the run's
// instant, and a difference worth telling is told. Where the run's instant is
// the earlier one, it stands.
func TestClockAhead(t *testing.T) {
	acts := updates(100, day, now().Add(time.Second))
	for name, c := range map[string]struct {
		ahead    time.Duration
		since    time.Duration // before the run's instant; 0: not told
		from, to time.Time
		seen     int
		told     string
	}{
		"AWS's clock is ahead":          {-2 * time.Hour, 0, ago(90*day + 2*time.Hour), ago(2*time.Hour + 15*time.Minute), 90, ""},
		"by nothing":                    {0, 0, ago(90 * day), ago(15 * time.Minute), 90, ""},
		"by seconds":                    {20 * time.Second, 0, ago(90 * day), ago(15 * time.Minute), 90, ""},
		"by hours":                      {2 * time.Hour, 0, ago(90 * day), ago(15 * time.Minute), 90, "the clock of this machine is ahead of AWS by 2h0m0s (or the instant of the run was set so): events are read up to AWS's time"},
		"by a month":                    {30 * day, 0, ago(90 * day), ago(15 * time.Minute), 90, "is ahead of AWS by 720h0m0s"},
		"by more than is kept":          {400 * day, 0, ago(90 * day), ago(15 * time.Minute), 90, "is ahead of AWS by 9600h0m0s"},
		"and what is asked for is then": {30 * day, day, ago(15 * time.Minute), ago(15 * time.Minute), 0, "is ahead of AWS by 720h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, acts...)
			cfg := trail.LookupConfig{Now: now().Add(c.ahead)}
			if c.since > 0 {
				cfg.Since = cfg.Now.Add(-c.since)
			}
			got := p.lookup(t, cfg)
			cov := got.Coverage
			want := inventory.Window{From: c.from, To: c.to}
			if cov.State != inventory.Complete || cov.Continuity != inventory.Proved || cov.Window != want {
				t.Errorf("coverage %+v, want window %+v", cov, want)
			}
			if says(cov, "ahead of AWS") != (c.told != "") || !says(cov, c.told) {
				t.Errorf("message %q, want %q", cov.Why.Message, c.told)
			}
			if len(got.ids) != c.seen {
				t.Errorf("%d events, want %d", len(got.ids), c.seen)
			}
		})
	}
}

// TestClockAheadLosesNothing: what happens after a scan whose clock was ahead,
// and before the instant that it took for now, is read by the next scan.
func TestClockAheadLosesNothing(t *testing.T) {
	for name, next := range map[string]time.Time{
		"the clock was put right":    now().Add(time.Hour),
		"the clock is still ahead":   now().Add(3 * time.Hour),
		"and is further ahead still": now().Add(5 * day),
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, update("before", ago(time.Hour)))
			one := p.lookup(t, trail.LookupConfig{Now: now().Add(2 * time.Hour)})
			if !slices.Equal(one.ids, []string{"before"}) {
				t.Errorf("events of the first %q", one.ids)
			}
			p.server.Change(func(w *awsfake.World) {
				w.Now = now().Add(time.Hour)
				r := w.Accounts[0].Places[region]
				r.Events = append(r.Events, update("between", now().Add(20*time.Minute)).json())
			})
			two := p.lookup(t, trail.LookupConfig{Now: next, Prior: one.Coverage})
			if want := (inventory.Window{From: ago(90 * day), To: now().Add(45 * time.Minute)}); !slices.Equal(two.ids, []string{"between"}) || two.Coverage.Window != want {
				t.Errorf("events of the second %q, window %+v, want %+v", two.ids, two.Coverage.Window, want)
			}
		})
	}
}

// TestClockAheadWhereTheCallAfterIsDenied: nothing is covered that was not read.
func TestClockAheadWhereTheCallAfterIsDenied(t *testing.T) {
	p := open(t, update("before", ago(time.Hour)))
	p.server.SetFaults(awsfake.Fault{Operation: "LookupEvents", After: 1, Effect: awsfake.DenyMissing()})
	got := p.lookup(t, trail.LookupConfig{Now: now().Add(2 * time.Hour)})
	if c := got.Coverage; c.State != inventory.Denied || !c.Window.To.IsZero() || !says(c, "ahead of AWS by 2h0m0s") {
		t.Errorf("coverage %+v", c)
	}
}
