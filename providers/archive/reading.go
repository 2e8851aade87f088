package archive

import (
	"context"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
)

// reading is what is known while the objects of a cell are read. It takes what
// the workers found in the order of the objects, whoever was first.
type reading struct {
	source  *events
	emit    providers.Emit
	old     int // objects that were left out as too old
	changed changes
	proof   Proof
	failed  error // why nothing could be proved
	// modified: a log is not what the integrity records vouch for.
	modified bool
	// unvouched is when the first log was delivered that nobody vouches for; zero:
	// there is none, or nobody was asked.
	unvouched time.Time

	seen    int // events
	whole   int // objects that were read without a mistake
	bad     mistakes
	breaks  breaks
	unknown unknowns

	now   today
	clean map[day]int // events of each day that has nothing to tell
}

// today is what is known of the day at hand.
type today struct {
	day    day
	begun  bool
	events int
	told   bool // a mistake, a break in the logging, a call that is not known, or a log that nobody vouches for
	part   *part
	// recent tells duplicates. A day depends on nothing but its own objects, so
	// that reading it alone counts as reading it with all others.
	recent recent
}

// begin begins a day with the memory of the one before.
func (d *today) begin(of day) {
	if d.part == nil {
		d.part = newPart()
	}
	d.part.reset()
	d.recent.reset()
	*d = today{day: of, begun: true, part: d.part, recent: d.recent}
}

// objects reads objects, which are in order of day.
func (r *reading) objects(ctx context.Context, due []object) error {
	line := r.source.start(ctx, due, r.proof)
	defer line.end()
	for t := range line.tasks {
		if err := r.object(ctx, t); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil { // the end of the run looks like the end of the line
		return err
	}
	return r.endDay()
}

// object takes what was found in one object.
func (r *reading) object(ctx context.Context, t *task) error {
	if t.day != r.now.day || !r.now.begun {
		if err := r.endDay(); err != nil {
			return err
		}
		r.now.begin(t.day)
	}
	mistakes := r.bad.total
	for found := range t.out {
		if err := r.result(found); err != nil {
			return err
		}
		found.reset()
		r.source.crew.results.Put(found)
	}
	if t.panicked != "" {
		panic(t.panicked)
	}
	if err := ctx.Err(); err != nil { // it may look like an object that breaks off
		return err
	}
	switch {
	case r.bad.total > mistakes:
		r.now.told = true
	default:
		r.whole++
	}
	if r.source.cfg.Prove != nil && t.vouched == nil {
		r.now.told = true
		if r.unvouched.IsZero() || t.delivered.Before(r.unvouched) {
			r.unvouched = t.delivered
		}
	}
	r.source.cfg.Meter.object(t.size)
	return nil
}

// result takes what was found in a part of an object.
func (r *reading) result(found *result) error {
	r.bad.take(found.bad)
	r.modified = r.modified || found.modified
	found.segment.sift(&r.now.recent)
	r.now.part.add(found.segment)
	fresh := 0
	for i := range found.events {
		f := &found.events[i]
		if found.segment.duplicate(f.number) {
			continue
		}
		if f.Event != nil {
			fresh++
		}
		if err := r.facts(f.Decoded); err != nil {
			return err
		}
	}
	r.source.cfg.Meter.read(found.inflated, fresh)
	return nil
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
	r.now.events++
	r.unknown.note(d.Unknown)
	if r.breaks.look(*d.Event, r.source.format.Silences) || d.Unknown != "" {
		r.now.told = true
	}
	return r.emit(*d.Event)
}

// endDay hands on the use that the day at hand tells of.
func (r *reading) endDay() error {
	if !r.now.begun {
		return nil
	}
	name := r.source.cfg.Source + " " + r.source.cell.Scope.String() + " " + r.now.day.String()
	for u := range r.now.part.usage(name, r.source.format.Provider) {
		if err := r.emit(u); err != nil {
			return err
		}
	}
	if !r.now.told { // what else breaks the chain is asked for again: see periods.broken
		r.clean[r.now.day] = r.now.events
	}
	r.now.begun = false
	return nil
}

// continuity says whether all was delivered.
func (r *reading) continuity() inventory.Continuity {
	switch {
	case r.breaks.String() != "" || r.modified || !r.proofHolds():
		return inventory.Broken
	case r.source.cfg.Prove != nil:
		return inventory.Proved
	}
	return inventory.Assumed
}
