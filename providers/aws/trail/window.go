package trail

import (
	"fmt"
	"slices"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/estray/estray/inventory"
)

const (
	day = 24 * time.Hour
	// retention is how far back the event history reaches.
	retention = 90 * day
	// lateness is how long after an act its event may be delivered.
	lateness = 15 * time.Minute
	// worthTelling is from what difference on it is told that the clock is ahead.
	worthTelling = time.Minute
)

// services are the event sources that are asked for. Those that log much and
// attach functions seldom are left to the archive of the trail: S3, SNS, the
// logs, load balancers.
func (c LookupConfig) services() []string {
	out := []string{"lambda.amazonaws.com", "cloudtrail.amazonaws.com"}
	if c.Functions {
		out = append(out, "apigateway.amazonaws.com", "events.amazonaws.com", "scheduler.amazonaws.com")
	}
	if c.Global {
		out = append(out, "iam.amazonaws.com", "organizations.amazonaws.com")
	}
	return out
}

// span is the stretch of time to read.
type span struct {
	from, now time.Time
	// sure is the end of what is surely delivered.
	sure time.Time
	// first is where the window that is covered begins: before from where an
	// earlier reading is continued.
	first time.Time
	// note tells of time that cannot be read any more.
	note string
}

// plan finds out what to read. An earlier reading is continued where it read
// all that is asked for now, and as far back.
func (c LookupConfig) plan() span {
	now := c.Now.UTC().Truncate(time.Second)
	s := span{now: now, sure: now.Add(-lateness)}
	oldest := now.Add(-retention)
	s.from = earlier(later(c.Since.UTC().Truncate(time.Second), oldest), s.sure)
	before := c.Prior.Window
	switch {
	case before.To.IsZero():
		if !c.Since.IsZero() && c.Since.Before(oldest) {
			s.note = "the event history reaches back 90 days, to " + instant(oldest)
		}
	case before.To.Before(oldest):
		s.from = oldest
		s.note = fmt.Sprintf("nothing is known of the time from %s to %s: it was not read while the event history, which reaches back 90 days, held it",
			instant(before.To), instant(oldest))
	default:
		if c.continues() && !s.from.Before(before.From) {
			s.first, s.from = before.From, s.sure
		}
		s.from = earlier(s.from, later(before.To.Add(-lateness), oldest))
	}
	if s.first.IsZero() {
		s.first = s.from
	}
	return s
}

// continues reports whether the earlier reading asked for all the services that
// are asked for now: its mark names them.
func (c LookupConfig) continues() bool {
	before := strings.Fields(c.Prior.Mark)
	return !slices.ContainsFunc(c.services(), func(s string) bool { return !slices.Contains(before, s) })
}

// behind plans anew where the clock of AWS is behind the run's instant: what
// that clock has not come to is not delivered, whatever the run takes for now.
// The first answer alone decides, and a page that was read by the first plan is
// read again. It reports whether it did. Where AWS is ahead, or tells no time,
// the run's instant stands.
func (l *lookup) behind(answer middleware.Metadata) bool {
	if l.answered {
		return false
	}
	l.answered = true
	at, told := awsmiddleware.GetServerTime(answer)
	if !told || !at.Before(l.span.now) {
		return false
	}
	l.ahead = l.span.now.Sub(at)
	l.cfg.Now = at
	l.span = l.cfg.plan()
	l.done = l.span.from
	return true
}

// clockNote tells of a clock that is ahead; empty if it is not, or hardly.
func (l *lookup) clockNote() string {
	if l.ahead <= worthTelling {
		return ""
	}
	return fmt.Sprintf("the clock of this machine is ahead of AWS by %s (or the instant of the run was set so): events are read up to AWS's time", l.ahead.Round(time.Minute))
}

// window is what is covered where all was read up to the instant done. Where
// nothing was added, it is what was covered before.
func (s span) window(done time.Time, cfg LookupConfig) (w inventory.Window, mark string) {
	if !done.After(s.from) {
		return cfg.Prior.Window, cfg.Prior.Mark
	}
	return inventory.Window{From: s.first, To: earlier(done, s.sure)}, strings.Join(cfg.services(), " ")
}

// asked are the services for which a window holds, sorted: those that its mark
// names or, where nothing was ever read, those that are asked for now.
func asked(mark string, cfg LookupConfig) []string {
	out := strings.Fields(mark)
	if len(out) == 0 {
		out = cfg.services()
	}
	slices.Sort(out)
	return out
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
