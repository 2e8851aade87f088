package archive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
)

// events reads the logs of one account and region.
type events struct {
	cfg     Config
	format  Format
	crew    *crew
	cell    inventory.Cell
	objects []object  // by key
	proofs  []string  // keys of the integrity records, in order
	unread  []skipped // which may belong to the cell
}

// Cells is the one cell of the events.
func (s *events) Cells() []inventory.Cell { return []inventory.Cell{s.cell} }

// Read reads the days of delivery that are due and whose objects are not those
// of an earlier reading.
func (s *events) Read(ctx context.Context, since providers.Since, emit providers.Emit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	before := since(s.cell)
	due, old := s.due(before)
	known, changed := s.known(before, due)
	unknown := known.without(due)
	r := reading{source: s, emit: emit, old: old, changed: changed, clean: map[day]int{}}
	for _, x := range s.unread {
		r.bad.unread(x.key, "", x.err)
	}
	s.cfg.Meter.plan(len(unknown), sizeOf(unknown))
	if err := r.prove(ctx, known, due); err != nil {
		return err
	}
	if err := r.objects(ctx, unknown); err != nil {
		return err
	}
	r.seen += known.events()
	r.whole += len(due) - len(unknown)
	left := known.remember(due, r.clean)
	left.broken = !r.proofHolds()
	return emit(r.coverage(due, left))
}

// basis is how this source reads.
func (s *events) basis() basis {
	b := basis{revision: s.format.Revision, proved: s.cfg.Prove != nil}
	if s.counts() {
		b.counted = s.cfg.Usage
	}
	return b
}

// known gives what is known of an earlier reading, and what has changed since.
// What could not be listed now is no change.
func (s *events) known(before inventory.Coverage, due []object) (known, changes) {
	k, changed := parsePeriods(before.Mark, s.basis()).compare(due)
	if s.cfg.Full {
		k, _ = parsePeriods("", s.basis()).compare(due)
	}
	if len(s.unread) > 0 {
		changed = nil
	}
	return k, changed
}

// without gives the objects that must be read, by day and key.
func (k known) without(due []object) []object {
	var out []object
	for _, o := range due {
		if !k.has(dayOf(o.delivered)) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b object) int { return cmp.Compare(dayOf(a.delivered), dayOf(b.delivered)) })
	return out
}

func sizeOf(all []object) int64 {
	var n int64
	for _, o := range all {
		n += o.size
	}
	return n
}

// due leaves out objects from before the instant at which reading begins:
// Since, or where an earlier reading began if that was earlier still.
func (s *events) due(before inventory.Coverage) (due []object, old int) {
	begin := s.cfg.Since
	if from := before.Window.From; !from.IsZero() && from.Before(begin) {
		begin = from
	}
	for _, o := range s.objects {
		if o.delivered.Before(begin) {
			old++
			continue
		}
		due = append(due, o)
	}
	return due, old
}

// coverage sums up. The window begins when the first object was delivered and
// ends so much before the last one as delivery may be late.
func (r *reading) coverage(due []object, left periods) inventory.Coverage {
	c := inventory.Coverage{Cell: r.source.cell, State: inventory.Complete, Seen: r.seen}
	if len(due) == 0 {
		c.State = inventory.Partial
		c.Why = inventory.Reason{Operation: "read events", Message: join(tooOld(r.old)+", so nothing was read", r.changed.String(), r.source.format.Blind)}
		return c
	}
	c.Mark, c.Usage = left.String(), left.on.counted
	c.Continuity, c.Window = r.continuity(), window(due, r.source.format.Late)
	if r.proof.covers(c.Window) {
		c.Window.To = r.proof.Window.To
	}
	if c.Continuity == inventory.Proved && !r.unvouched.IsZero() && r.unvouched.Before(c.Window.To) {
		c.Window.To = r.unvouched
	}
	notes := []string{r.breaks.String(), r.unproved(), tooOld(r.old), r.changed.String(), join(r.proof.Notes...), r.unknown.String(), r.source.format.Blind}
	if c.Why.Message = join(notes...); c.Continuity == inventory.Broken {
		c.State, c.Why.Operation = inventory.Partial, "read events"
	}
	if r.bad.total > 0 {
		c.State, c.Why = r.bad.state, r.bad.why(r.cure())
		c.Why.Message = join(append([]string{c.Why.Message}, notes...)...)
		if r.whole > 0 && c.State != inventory.Malformed {
			c.State = inventory.Partial
		}
	}
	return c
}

func (r *reading) cure() string {
	switch r.bad.state {
	case inventory.Denied:
		return "Make readable what is named here; all else was read"
	case inventory.Unavailable:
		return "Scan again when it can be reached; all else was read"
	}
	return "Copy what is named here from the bucket again; all else was read"
}

func tooOld(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s from before the start of reading left out; an earlier --since reads them", count(n, "object"))
}

func window(due []object, late time.Duration) inventory.Window {
	w := inventory.Window{From: due[0].delivered, To: due[0].delivered}
	for _, o := range due {
		if o.delivered.Before(w.From) {
			w.From = o.delivered
		}
		if o.delivered.After(w.To) {
			w.To = o.delivered
		}
	}
	if w.To = w.To.Add(-late); w.To.Before(w.From) {
		w.To = w.From
	}
	return w
}
