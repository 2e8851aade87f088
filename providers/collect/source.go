package collect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
)

// reader reads one source. It runs in one goroutine.
type reader struct {
	run    *run
	source planned
	batch  []inventory.Fact
	open   bool                    // the part that the batch ends with may go on
	mine   map[inventory.Cell]bool // the cells that the source announced
	spoken map[inventory.Cell]inventory.Coverage
	wrong  map[inventory.Cell]inventory.Reason // cells on which no word can be relied
	ahead  map[inventory.Capability]int        // facts from after the run, by what shows them
	failed error                               // the first error that emit gave; it gives no other after it
}

// read reads a source to its end and seals its cells.
func (r *run) read(ctx context.Context, s planned) {
	w := &reader{run: r, source: s, mine: map[inventory.Cell]bool{},
		spoken: map[inventory.Cell]inventory.Coverage{}, wrong: map[inventory.Cell]inventory.Reason{}, ahead: map[inventory.Capability]int{}}
	for _, cell := range s.cells {
		w.mine[cell] = true
	}
	err := ctx.Err()
	if err == nil {
		err = w.call(ctx)
	}
	var p *panicError
	if errors.As(err, &p) {
		r.opt.Logger.Error("a source panicked", "source", s.name, "panic", p.text, "stack", p.stack)
	}
	w.seal(ctx, err)
	r.done()
}

// call runs the source. An error that emit gave counts also if the source
// swallowed it.
func (w *reader) call(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	since := func(c inventory.Cell) inventory.Coverage { return w.run.covered(ctx, c) }
	err = w.source.source.Read(ctx, since, func(f inventory.Fact) error { return w.emit(ctx, f) })
	if w.failed != nil && !errors.Is(err, w.failed) {
		err = errors.Join(w.failed, err)
	}
	return err
}

// emit takes one fact. Coverage waits for the end of the source, so that no
// fact comes after it.
func (w *reader) emit(ctx context.Context, f inventory.Fact) error {
	if w.failed == nil {
		w.failed = ctx.Err()
	}
	if w.failed == nil {
		w.failed = w.take(ctx, f)
	}
	return w.failed
}

func (w *reader) take(ctx context.Context, f inventory.Fact) error {
	if c, ok := f.(inventory.Coverage); ok {
		return w.word(c)
	}
	if p, ok := f.(inventory.Permit); ok && p.At.IsZero() {
		p.At = w.run.now // as that of its cell
		f = p
	}
	u, counts := f.(inventory.Usage)
	if w.full() && (!counts || !w.endsWith(u.Part)) {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	w.lookAhead(f)
	w.batch, w.open = append(w.batch, f), counts
	// Only the fact after it tells whether a part is at its end: a store replaces
	// a part by what one batch holds of it.
	if counts || !w.full() {
		return nil
	}
	return w.flush(ctx)
}

func (w *reader) full() bool { return len(w.batch) >= w.run.opt.BatchFacts }

// endsWith reports whether the last fact of the batch counts use in a part.
func (w *reader) endsWith(part string) bool {
	if len(w.batch) == 0 {
		return false
	}
	u, ok := w.batch[len(w.batch)-1].(inventory.Usage)
	return ok && u.Part == part
}

// dropOpen takes out of the batch the part that it ends with, unless a word was
// given after it: of a source that failed it may be half. Without a word on it,
// it is read again.
func (w *reader) dropOpen() {
	if !w.open {
		return
	}
	last, _ := w.batch[len(w.batch)-1].(inventory.Usage)
	for w.endsWith(last.Part) {
		w.batch = w.batch[:len(w.batch)-1]
	}
}

func (w *reader) flush(ctx context.Context) error {
	err := w.run.append(ctx, w.batch)
	w.batch, w.open = nil, false // a store may keep what it was given
	return err
}

// word takes the source's word on a cell.
func (w *reader) word(c inventory.Coverage) error {
	if !w.mine[c.Cell] {
		return fmt.Errorf("speak of the %s: it was not announced", c.Cell)
	}
	if first, ok := w.spoken[c.Cell]; ok {
		w.wrong[c.Cell] = inventory.Reason{Operation: "read",
			Message: fmt.Sprintf("the source said %s and then %s of one cell", first.State, c.State)}
		return fmt.Errorf("speak of the %s: it was spoken of before", c.Cell)
	}
	w.spoken[c.Cell], w.open = c, false
	return nil
}

// seal stores what is left of the facts together with one word on each cell.
func (w *reader) seal(ctx context.Context, err error) {
	if isStore(err) {
		return // nothing can be stored; the run ends with this error
	}
	if err != nil {
		w.dropOpen()
	}
	silent := w.silent()
	for _, cell := range w.source.cells {
		c, ok := w.spoken[cell]
		switch {
		case w.wrong[cell] != (inventory.Reason{}):
			c = inventory.Coverage{Cell: cell, State: inventory.Unavailable, Why: w.wrong[cell]}
		case !ok || c.State == inventory.Pending:
			c = unspoken(ctx, cell, err)
		case err != nil && silent == 0 && c.State.Whole() && len(w.wrong) == 0 && !cancelled(ctx, err):
			// The source spoke of every cell and failed after that: no cell is
			// left to carry the reason, so none may claim to be whole.
			c.State, c.Why = inventory.Partial, reasonOf("read", err)
		}
		c = w.shown(w.dated(c))
		w.batch = append(w.batch, c)
		w.spoken[cell] = c
	}
	if w.flush(ctx) == nil {
		words := make([]inventory.Coverage, 0, len(w.source.cells))
		for _, cell := range w.source.cells {
			w.run.count(w.spoken[cell])
			words = append(words, w.spoken[cell])
		}
		w.run.warn(words)
	}
}

// silent counts the cells that the source did not speak of.
func (w *reader) silent() int {
	n := 0
	for _, cell := range w.source.cells {
		if c, ok := w.spoken[cell]; !ok || c.State == inventory.Pending {
			n++
		}
	}
	return n
}

// dated gives a word the instant of the run if it has none of its own. A time
// after the run is impossible here: the view of the run would not show it, and
// a cell must not vanish.
func (w *reader) dated(c inventory.Coverage) inventory.Coverage {
	switch now := w.run.now; {
	case c.Read.IsZero():
		c.Read = now
	case c.Read.After(now):
		said := c.State
		c.State, c.Mark = inventory.Malformed, "" // no place to go on from
		c.Why.Message = fmt.Sprintf("read as %s at %s, which is after the time of this run, %s: correct the clock that gave it, or scan with a later --now",
			said, c.Read.UTC().Format(time.RFC3339), now.Format(time.RFC3339))
		c.Read = now
	}
	return c
}

// aheadBy is how far a fact may lie after the run: the run's instant is that of
// its begin, and clocks differ a little.
const aheadBy = 15 * time.Minute

// lookAhead counts what the view of the run will not show, since it is from
// after the run: an event, the sighting of an asset, or a permit.
func (w *reader) lookAhead(f inventory.Fact) {
	limit := w.run.now.Add(aheadBy)
	switch f := f.(type) {
	case inventory.Event:
		if f.Time.After(limit) {
			w.ahead[inventory.CapEvents]++
		}
	case inventory.Permit:
		if f.At.After(limit) {
			w.ahead[f.Cell.Capability]++
		}
	case inventory.Asset:
		for _, s := range f.Sightings {
			if s.At.After(limit) && s.Cell.Capability != inventory.CapEvents {
				w.ahead[s.Cell.Capability]++
			}
		}
	}
}

// shown takes back a whole word on facts of which the view of the run cannot
// show all: one of the clocks is wrong.
func (w *reader) shown(c inventory.Coverage) inventory.Coverage {
	n := w.ahead[c.Cell.Capability]
	if n == 0 || !c.State.Whole() {
		return c
	}
	c.State, c.Mark = inventory.Malformed, "" // no place to go on from
	c.Why = inventory.Reason{Operation: "read", Message: fmt.Sprintf("facts from after the time of this run, %s, are not shown (%d): correct the clock, or scan with a later --now",
		w.run.now.Format(time.RFC3339), n)}
	return c
}

// unspoken is the word on a cell of which its source said nothing.
func unspoken(ctx context.Context, cell inventory.Cell, err error) inventory.Coverage {
	c := inventory.Coverage{Cell: cell, State: inventory.Cancelled}
	found, _ := providers.Problems(err)
	switch {
	case err == nil:
		c.Why = inventory.Reason{Operation: "read", Message: "the source ended without a word on it"}
	case cancelled(ctx, err):
		c.Why = inventory.Reason{Operation: "read", Message: "the run was ended before it was read; scan again"}
	case len(found) > 0:
		p := found[0]
		for _, other := range found {
			if other.Cell == cell {
				p = other
			}
		}
		c = p.Coverage()
		c.Cell = cell
		c = failClosed(c)
	default:
		c.State, c.Why = inventory.Unavailable, reasonOf("read", err)
	}
	return c
}

func cancelled(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

// failClosed takes a problem that names no state, or a whole one, for
// unavailable: a problem is never fine.
func failClosed(c inventory.Coverage) inventory.Coverage {
	if c.State == inventory.Pending || c.State.Whole() {
		c.State = inventory.Unavailable
	}
	return c
}

// reasonOf turns an error into a reason.
func reasonOf(operation string, err error) inventory.Reason {
	r := inventory.Reason{Operation: operation, Message: err.Error()}
	var p *panicError
	if errors.As(err, &p) {
		r.Code, r.Message = "panic", p.text
	}
	return r
}
