package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
)

// events reads the logs of one account and region.
type events struct {
	cfg     Config
	format  Format
	cell    inventory.Cell
	objects []object  // by key
	unread  []skipped // which may belong to the cell
}

// Cells is the one cell of the events.
func (s *events) Cells() []inventory.Cell { return []inventory.Cell{s.cell} }

// Read reads the objects that are due. If the same ones were read before, it
// reads none and says again what it said then; if others came since, it reads
// these and those of the last time before.
func (s *events) Read(ctx context.Context, since providers.Since, emit providers.Emit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	before := since(s.cell)
	due, old := s.due(before)
	m := markOf(s.format.Revision, due, old)
	last, ok := parseMark(before.Mark)
	if ok && !s.cfg.Full && len(s.unread) == 0 && last.all == m.all && wholeBefore(before) {
		before.Read = time.Time{} // the run's
		return emit(before)
	}
	r := reading{source: s, emit: emit}
	for _, x := range s.unread {
		r.bad.unread(x.key, "", x.err)
	}
	if err := r.objects(ctx, due, &m, s.known(before, due, m)); err != nil {
		return err
	}
	return emit(r.coverage(due, old, m))
}

// wholeBefore reports whether every object was read: a cell of ours is partial
// only by a break in the logging, which another reading does not heal, or when
// nothing was due, which has no mark.
func wholeBefore(c inventory.Coverage) bool {
	return c.State == inventory.Complete || c.State == inventory.Partial && c.Continuity == inventory.Broken
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

// reading is what is known while the objects of a cell are read.
type reading struct {
	source *events
	emit   providers.Emit
	seen   int
	bad    mistakes
	breaks breaks
}

// objects reads what was delivered after the earlier reading, and counts for the
// next one how many events the settled objects hold.
func (r *reading) objects(ctx context.Context, due []object, now *mark, last mark) error {
	r.seen, now.seen = last.seen, last.seen
	for _, o := range due {
		if err := ctx.Err(); err != nil {
			return err
		}
		if last.known() && !o.delivered.After(last.until) {
			continue
		}
		seen := r.seen
		if err := r.object(ctx, o.key); err != nil {
			return err
		}
		if !o.delivered.After(now.until) {
			now.seen += r.seen - seen
		}
	}
	return nil
}

// object reads one object; mistakes in it are noted. The error is emit's or
// the context's.
func (r *reading) object(ctx context.Context, key string) error {
	err := readObject(ctx, r.source.cfg.Root, key, &r.bad, func(p piece) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return r.piece(key, p)
	})
	if err == nil { // the end of the run may look like an object that breaks off
		err = ctx.Err()
	}
	return err
}

func (r *reading) piece(key string, p piece) error {
	switch {
	case p.broke != nil:
		r.bad.unread(key, p.where(), p.broke)
	case p.bad != "":
		r.bad.add(key, p.where(), p.bad)
	}
	if p.record == nil {
		return nil
	}
	d, err := r.source.format.Decode(p.record, inventory.Provenance{Object: key, Record: p.number})
	if err != nil {
		r.bad.add(key, p.where(), "is not understood: "+err.Error())
		return nil
	}
	return r.facts(d)
}

func (r *reading) facts(d Decoded) error {
	for _, a := range d.Assets {
		if err := r.emit(a); err != nil {
			return err
		}
	}
	if d.Event == nil {
		return nil
	}
	r.seen++
	r.breaks.look(*d.Event, r.source.format.Silences)
	return r.emit(*d.Event)
}

// coverage sums up. The window begins when the first object was delivered and
// ends so much before the last one as delivery may be late.
func (r *reading) coverage(due []object, old int, m mark) inventory.Coverage {
	c := inventory.Coverage{Cell: r.source.cell, State: inventory.Complete, Seen: r.seen, Mark: m.String()}
	if len(due) == 0 {
		c.State, c.Mark = inventory.Partial, ""
		c.Why = inventory.Reason{Operation: "read events", Message: tooOld(old) + ", so nothing was read"}
		return c
	}
	c.Continuity = inventory.Assumed
	c.Window = window(due, r.source.format.Late)
	c.Why.Message = tooOld(old)
	if silent := r.breaks.String(); silent != "" {
		c.State, c.Continuity = inventory.Partial, inventory.Broken
		c.Why = inventory.Reason{Operation: "read events", Message: join(silent, tooOld(old))}
	}
	if r.bad.total > 0 {
		c.State = r.bad.state
		c.Why = r.bad.why(r.cure())
		c.Why.Message = join(c.Why.Message, r.breaks.String(), tooOld(old))
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
