package trail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
	"github.com/estray/estray/providers/aws/session"
)

// LookupConfig says what to read of the event history of a region.
type LookupConfig struct {
	// Source names the one that speaks in coverage and shows assets.
	Source string
	// Now is the run's instant. Since is how far back to read where nothing was
	// read before; zero: as far as there is.
	Now, Since time.Time
	// Prior is the last word of the cell that was whole or partial; zero: none.
	Prior inventory.Coverage
	// Global: the region logs the services without regions.
	Global bool
	// Functions: there are functions in the region, so that what starts them is
	// asked for too.
	Functions bool
	// Budget is how many pages are read at most; 0: 2000, about 50 minutes.
	Budget int
}

// History is what the event history told.
type History struct {
	// Coverage is the word on the events of the region.
	Coverage inventory.Coverage
	// Touched are the assets that an event changed, and when last. It tells of
	// what this reading read: of the time since the last covered instant.
	Touched map[inventory.AssetID]time.Time
	// Unplaced: something of Lambda was changed, or may have been, and the record
	// does not tell what.
	Unplaced bool
}

const (
	operation    = "LookupEvents"
	budget       = 2000
	pageSize     = 50
	longestSlice = 7 * day
	// shortestSlice is read to its end, however much it holds.
	shortestSlice = time.Hour
)

// Lookup reads the event history of a region and gives the facts to emit as
// they come. A failure of AWS is in the coverage; the error is that of emit,
// unchanged, or the context's.
func Lookup(ctx context.Context, r *session.Region, cfg LookupConfig, emit func(inventory.Fact) error) (History, error) {
	if cfg.Budget == 0 {
		cfg.Budget = budget
	}
	l := &lookup{cfg: cfg, span: cfg.plan(), emit: emit, client: cloudtrail.NewFromConfig(r.Config()), decoder: aws.NewDecoder(cfg.Source),
		known: map[eventID]bool{}, out: History{Touched: map[inventory.AssetID]time.Time{}}}
	l.done = l.span.from
	l.out.Coverage.Cell = inventory.Cell{Source: cfg.Source, Scope: r.Scope(), Capability: inventory.CapEvents}
	l.out.Coverage.Services = asked("", cfg)
	err := l.read(ctx)
	if errors.Is(err, errBehind) { // at the first answer alone
		err = l.read(ctx)
	}
	var end *stopped
	if err != nil && !errors.As(err, &end) {
		l.out.Coverage.State, l.out.Coverage.Why = inventory.Cancelled, inventory.Reason{Operation: operation, Message: "the run was ended"}
		return l.out, err
	}
	l.sumUp(end)
	return l.out, nil
}

// lookup is one reading of an event history.
type lookup struct {
	cfg     LookupConfig
	span    span
	emit    func(inventory.Fact) error
	client  *cloudtrail.Client
	decoder *aws.Decoder

	answered bool          // AWS gave an answer
	ahead    time.Duration // of the run's instant before AWS's clock; 0: none

	pages int
	known map[eventID]bool // what was read in this run
	seen  int
	done  time.Time // all before it was read and understood
	bad   int
	first error // the first mistake
	out   History
}

// stopped ends a reading that AWS, or the budget, does not let go on.
type stopped struct {
	state inventory.State
	why   inventory.Reason
}

func (s *stopped) Error() string { return s.why.String() }

// errTooLong says that a slice holds more than is sensible to read at once.
var errTooLong = errors.New("the slice is too long")

// errBehind says that AWS's clock is behind, and that it was planned anew.
var errBehind = errors.New("the clock of AWS is behind")

// read reads the whole window. Of a long one, services of which one page holds
// all are done with that; the others are read slice by slice.
func (l *lookup) read(ctx context.Context) error {
	if l.span.now.Sub(l.span.from) <= longestSlice {
		return l.slices(ctx, l.cfg.services())
	}
	var long []string
	for _, service := range l.cfg.services() {
		page, err := l.ask(ctx, service, slice{l.span.from, l.span.now}, nil)
		switch {
		case err != nil:
			return err
		case page.NextToken != nil && *page.NextToken != "":
			long = append(long, service)
			continue
		}
		if err := l.take(ctx, page.Events); err != nil {
			return err
		}
	}
	return l.slices(ctx, long)
}

// slices reads the services slice by slice, the oldest first. A slice that is
// too long is cut.
func (l *lookup) slices(ctx context.Context, long []string) error {
	step := longestSlice
	for from := l.span.from; from.Before(l.span.now); {
		cut := slice{from, earlier(from.Add(step), l.span.now)}
		for i := 0; i < len(long); i++ {
			oldest, err := l.slice(ctx, long[i], cut)
			if errors.Is(err, errTooLong) {
				step = max(cut.to.Sub(oldest)/2, shortestSlice)
				cut.to = earlier(from.Add(step), l.span.now)
				i-- // this one again; those before it were read for longer
				continue
			}
			if err != nil {
				return err
			}
		}
		if l.bad == 0 {
			l.done = cut.to
		}
		from = cut.to
	}
	return nil
}

// sumUp gives the word on the cell.
func (l *lookup) sumUp(end *stopped) {
	c := &l.out.Coverage
	c.State, c.Seen = inventory.Complete, l.seen
	c.Window, c.Mark = l.span.window(l.done, l.cfg)
	c.Services = asked(c.Mark, l.cfg)
	var notes []string
	switch {
	case end != nil:
		c.State, c.Why = end.state, end.why
		if l.seen > 0 || l.done.After(l.span.from) {
			c.State = inventory.Partial
		}
		notes = append(notes, end.why.Message)
	case l.bad > 0:
		c.State, c.Why = inventory.Malformed, inventory.Reason{Operation: operation}
	default:
		c.Continuity = inventory.Proved
	}
	if l.bad > 0 {
		notes = append(notes, fmt.Sprintf("%d records were not understood, first: %v; all else was read", l.bad, l.first))
	}
	for _, note := range []string{l.span.note, l.clockNote()} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	c.Why.Message = strings.Join(append(notes, "the event history holds management events alone"), "; ")
}
