package audit

import (
	"fmt"
	"time"

	"github.com/estray/estray/inventory"
)

const (
	day = 24 * time.Hour
	// longestPart is how much time is asked for at once.
	longestPart = 30 * day
	// lateness is how long after an act its event may be delivered: the vendor
	// states none.
	lateness = 15 * time.Minute
	// retention is how far back both logs reach, in months (documentation of both).
	retention = 18
	// worthTelling is from what difference on it is told that the clock is ahead.
	worthTelling = time.Minute
)

// generallyAvailable is since when the newer log keeps what happens. What it held
// of the month before was kept for 30 days (changelog of the vendor).
func generallyAvailable() time.Time { return time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC) }

// clock is the run's instant, or the vendor's where that is behind it.
type clock struct {
	now   time.Time
	ahead time.Duration // of the run's instant before the vendor's clock; 0: none
	asked bool          // the vendor told its time, or an answer came without
}

// hear takes the vendor's time from its first answer, and reports whether it is
// behind the run's instant: what has not come there is not delivered.
func (c *clock) hear(at time.Time) bool {
	if c.asked || at.IsZero() {
		return false
	}
	c.asked = true
	if !at.Before(c.now) {
		return false
	}
	c.ahead, c.now = c.now.Sub(at), at.UTC().Truncate(time.Second)
	return true
}

// note tells of a clock that is ahead; empty if it is not, or hardly.
func (c *clock) note() string {
	if c.ahead <= worthTelling {
		return ""
	}
	return fmt.Sprintf("the clock of this machine is ahead of Cloudflare by %s (or the instant of the run was set so): events are read up to Cloudflare's time", c.ahead.Round(time.Minute))
}

// span is the stretch of time to read.
type span struct {
	from, now time.Time
	// sure is the end of what is taken for delivered.
	sure time.Time
	// first is where the window that is covered begins: before from where an
	// earlier reading is continued.
	first time.Time
	// note tells of time that cannot be read, or not any more.
	note string
}

// plan finds out what to read of a log that reaches back to oldest, for the reason
// why. An earlier reading is continued where it reached as far back.
func plan(now, since, oldest time.Time, before inventory.Window, why string) span {
	s := span{now: now, sure: now.Add(-lateness)}
	s.from = earlier(later(since.UTC().Truncate(time.Second), oldest), s.sure)
	switch {
	case before.To.IsZero():
		if since.Before(oldest) && !since.IsZero() {
			s.note = why
		}
	case before.To.Before(oldest):
		s.from = oldest
		s.note = fmt.Sprintf("nothing is known of the time from %s to %s: it was not read while the log held it", instant(before.To), instant(oldest))
	default:
		if !s.from.Before(before.From) {
			s.first, s.from = before.From, s.sure
		}
		s.from = earlier(s.from, later(before.To.Add(-lateness), oldest))
	}
	if s.first.IsZero() {
		s.first = s.from
	}
	return s
}

// window is what is covered where all was read up to the instant done. An earlier
// window stays where nothing was added, or where what was read reaches it.
func (s span) window(done time.Time, before inventory.Window) inventory.Window {
	if !done.After(s.from) {
		return before
	}
	w := inventory.Window{From: s.first, To: earlier(done, s.sure)}
	if !before.To.IsZero() && !before.From.After(w.To) {
		w.To = later(w.To, earlier(before.To, s.sure))
	}
	return w
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
