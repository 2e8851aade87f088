package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/session"
)

// reading is one reading of one log.
type reading struct {
	cfg    Config
	client *session.Client
	clock  *clock
	emit   func(inventory.Fact) error
	out    *History

	op     session.Op
	cell   inventory.Cell
	before inventory.Coverage // the prior word
	// fetch asks for all events of a part and hands them to take.
	fetch func(context.Context, part) error
	// decode turns a record into facts.
	decode func([]byte, inventory.Provenance) (cloudflare.Decoded, error)
	// oldest is how far the log reaches back at the instant, and why not further.
	oldest func(now time.Time) (time.Time, string)
	// continuity is what a whole reading claims, and blind what no reading tells.
	continuity inventory.Continuity
	blind      string
	// places: an event that names nothing leaves unknown what was changed.
	places bool
	// word is where the word on the log goes.
	word func(*History) *inventory.Coverage

	span     span
	order    order
	recent   recent
	pages    int
	taken    int // records
	seen     int // events
	unknown  map[string]int
	bad      int
	first    error // the first mistake
	coverage inventory.Coverage
}

// part is a stretch of the window.
type part struct{ from, to time.Time }

// errBehind says that the clock of Cloudflare is behind, and that the window must
// be planned anew.
var errBehind = errors.New("the clock of Cloudflare is behind")

// readAll reads the window and gives the word. The error is emit's or the
// context's.
func (r *reading) readAll(ctx context.Context) error {
	r.coverage.Cell = r.cell
	r.unknown = map[string]int{}
	err := r.parts(ctx)
	if errors.Is(err, errBehind) { // at the first answer alone
		err = r.parts(ctx)
	}
	var end *stopped
	if err != nil && !errors.As(err, &end) {
		r.cancelled()
		return err
	}
	r.sumUp(end)
	return nil
}

// cancelled is the word on a log that was not read to its end because the run was
// ended.
func (r *reading) cancelled() {
	r.coverage = inventory.Coverage{Cell: r.cell, State: inventory.Cancelled, Why: inventory.Reason{Operation: r.op.Name, Message: "the run was ended"}}
}

// parts reads the window part by part, the oldest first.
func (r *reading) parts(ctx context.Context) error {
	oldest, why := r.oldest(r.clock.now)
	r.span = plan(r.clock.now, r.cfg.Since, oldest, r.before.Window, why)
	r.order = order{done: r.span.from}
	for from := r.span.from; from.Before(r.span.now); {
		p := part{from, earlier(from.Add(longestPart), r.span.now)}
		r.order.begin(p)
		if err := r.fetch(ctx, p); err != nil {
			return err
		}
		r.order.end()
		from = p.to
	}
	return nil
}

// asking adds to a call what both logs are asked for. The client's own parameters
// would cut the instants to days. Times are asked for with a second more on each
// side, since it is not said whether the ends are inside.
func (r *reading) asking(p part, opts []option.RequestOption) []option.RequestOption {
	return append(opts,
		option.WithQuery("since", p.from.Add(-time.Second).UTC().Format(time.RFC3339)),
		option.WithQuery("before", p.to.Add(time.Second).UTC().Format(time.RFC3339)),
		option.WithQuery("direction", "asc"))
}

// behind reports, at the first answer alone, that the window must be planned anew
// because the vendor's clock is behind the run's instant.
func (r *reading) behind() error {
	if r.clock.hear(r.client.Told()) {
		return errBehind
	}
	return nil
}

// take gives on what a record tells. The error is errBehind, a *stopped, emit's or
// the context's.
func (r *reading) take(ctx context.Context, record []byte) error {
	if err := cmp.Or(r.behind(), ctx.Err()); err != nil {
		return err
	}
	d, err := r.decode(record, inventory.Provenance{API: r.op.Name})
	if err != nil {
		r.out.Unplaced = r.out.Unplaced || r.places
		r.order.freeze()
		if r.bad++; r.first == nil {
			r.first = err
		}
		return nil
	}
	if !d.Keep || r.recent.holds(d.Event.ID) {
		return nil
	}
	r.order.saw(d.Event.Time)
	r.seen++
	r.touch(d.Event)
	if d.Unknown != "" {
		r.unknown[d.Unknown]++
	}
	for _, a := range d.Assets {
		if err := r.emit(a); err != nil {
			return err
		}
	}
	return r.emit(d.Event)
}

// touch notes what an event changed. A call that failed at Cloudflare may have
// changed it half.
func (r *reading) touch(e inventory.Event) {
	if e.ReadOnly {
		return
	}
	ids := e.Assets
	if strings.HasPrefix(e.Subject, string(inventory.Cloudflare)+":") {
		ids = append(ids[:len(ids):len(ids)], inventory.AssetID(e.Subject))
	}
	for _, id := range ids {
		r.out.Touched[id] = later(r.out.Touched[id], e.Time)
		if zone := zoneOf(id); zone != "" {
			r.out.Zones[zone] = later(r.out.Zones[zone], e.Time)
		}
	}
	if r.places && len(ids) == 0 {
		r.out.Unplaced = true
	}
}

// zoneOf is the zone that an id names; empty: none.
func zoneOf(id inventory.AssetID) string {
	in, ok := strings.CutPrefix(string(id), string(inventory.Cloudflare)+":zone/")
	if !ok {
		return ""
	}
	zone, _, _ := strings.Cut(in, "/")
	return zone
}

// sumUp gives the word on the log.
func (r *reading) sumUp(end *stopped) {
	c := &r.coverage
	c.State, c.Seen, c.Mark = inventory.Complete, r.seen, mark
	c.Window = r.span.window(r.order.done, r.before.Window)
	var notes []string
	switch {
	case end != nil:
		c.State, c.Why = end.state, end.why
		if end.state != inventory.Malformed && (r.seen > 0 || r.order.done.After(r.span.from)) {
			c.State = inventory.Partial
		}
		notes = append(notes, end.why.Message)
	case r.bad > 0:
		c.State, c.Why = inventory.Malformed, inventory.Reason{Operation: r.op.Name}
	default:
		c.Continuity = r.continuity
	}
	if r.bad > 0 {
		notes = append(notes, fmt.Sprintf("%d records were not understood, first: %v; all else was read", r.bad, r.first))
	}
	for _, note := range []string{r.span.note, r.clock.note(), unknownNote(r.unknown), r.blind} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	c.Why.Message = strings.Join(notes, "; ")
}

// mark says that a reading may be gone on from: all before the end of its window
// was read.
const mark = "read"
