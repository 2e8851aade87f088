package live_test

import (
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/providers/aws/live"
)

// TestClockAhead: a scan whose clock was ahead of AWS's does not know when, by
// AWS's clock, it read the functions. So nothing that happened after it passes
// for known before, whatever the clock of the next scan says; and a clock that is
// ahead by seconds costs nothing.
func TestClockAhead(t *testing.T) {
	const all = "f00 f01 f02 f03"
	for name, c := range map[string]struct {
		first, second time.Duration // ahead
		asked         string
	}{
		"at the first scan":          {2 * time.Hour, 0, all},
		"at both":                    {2 * time.Hour, 2 * time.Hour, all},
		"at the second":              {0, 2 * time.Hour, all},
		"at both, by seconds":        {20 * time.Second, 20 * time.Second, "f02"},
		"at neither":                 {0, 0, "f02"},
		"behind at the first":        {-2 * time.Hour, 0, "f02"},
		"at the first, by minutes":   {10 * time.Minute, 0, all},
		"just ahead when it is told": {61 * time.Second, 0, all},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, world(&awsfake.Region{Functions: many(4)}))
			ahead := func(d time.Duration) func(*live.Config) { return func(cfg *live.Config) { cfg.Now = cfg.Now.Add(d) } }
			first := scan(t, config(lookup, ahead(c.first)), found{})
			later(s, pause, func(r *awsfake.Region) {
				r.Events = append(r.Events, record("AddPermission20150331v2", "f02", at().Add(20*time.Minute)))
			})
			s.Reset()
			scan(t, config(lookup, ahead(pause+c.second)), first)
			if got := asked(s); got != c.asked {
				t.Errorf("asked again about %q, want %q", got, c.asked)
			}
		})
	}
}
