package digest

import (
	"context"
	"slices"
	"time"

	"github.com/estray/estray/providers/aws"
)

// walk is the state of the walk along one chain, from its newest digest back.
type walk struct {
	*verification
	chain *chain
	trail string
	index int   // of the chain in the result
	told  Trail // what is said of it
	// newer is the last digest that holds, as long as the next older one is to
	// be the one that it names; nil: nothing is known of the next one.
	newer *digest
	// hole is where an hour that is not provable ends; zero: none does.
	// bad are the problems that make it.
	hole time.Time
	bad  []Problem
	// uneven is how many digests do not begin where the one before them ends,
	// and example the newest of them.
	uneven  int
	example string
}

// walk verifies the digests of a chain that fall into the window.
func (v *verification) walk(ctx context.Context, c *chain) error {
	t := c.trail
	w := &walk{verification: v, chain: c, trail: t.String(), index: len(v.out.Trails)}
	w.told = Trail{Name: t.name, Home: t.home, Organization: t.organization, Place: t.head, Backfill: t.backfill}
	stopped := false
	for i, f := range c.files {
		if !v.window.To.IsZero() && f.at.After(v.window.To.Add(lag)) && !t.backfill {
			continue
		}
		d, err := v.load(ctx, c, f)
		if err != nil {
			return err
		}
		if err := w.step(ctx, d, c.files[i+1:]); err != nil {
			return err
		}
		if d.keyless {
			w.told.Digests += len(c.files) - i - 1
			break
		}
		if stopped = w.enough(d); stopped {
			break
		}
	}
	if err := w.end(ctx, stopped); err != nil {
		return err
	}
	slices.Reverse(w.told.Proved)
	v.out.Trails = append(v.out.Trails, w.told)
	return nil
}

// enough: the window begins no earlier than this digest.
func (w *walk) enough(d *digest) bool {
	from := w.window.From
	if d.bad == nil && !w.chain.trail.backfill {
		return !d.start.After(from)
	}
	return !d.at.After(from)
}

// step takes the next older digest; rest are those that are older still.
func (w *walk) step(ctx context.Context, d *digest, rest []file) error {
	follows, err := w.link(ctx, d, rest)
	if err != nil {
		return err
	}
	if follows == apart {
		return nil
	}
	if d.record != nil && w.beyond(d) {
		if d.bad != nil {
			w.newer = nil
		} else {
			w.newer = d
		}
		return nil
	}
	w.told.Digests++
	if d.bad != nil {
		w.spoil(d)
		return nil
	}
	w.told.Verified++
	w.newer = d
	if w.chain.trail.backfill {
		w.take(d)
		return nil
	}
	w.close(d.end)
	if last := len(w.told.Proved) - 1; follows == linked && last >= 0 {
		w.told.Proved[last].From = d.start
	} else {
		w.told.Proved = append(w.told.Proved, Window{d.start, d.end})
	}
	w.take(d)
	return nil
}

// beyond: the digest covers only what is later than the window.
func (w *walk) beyond(d *digest) bool {
	return !w.window.To.IsZero() && !w.chain.trail.backfill && !d.start.Before(w.window.To)
}

// open begins an hour that is not provable, going back from its end.
func (w *walk) open(end time.Time) {
	if w.hole.IsZero() {
		w.hole = end
	}
}

// spoil takes a digest that does not hold into the hour that is not provable.
func (w *walk) spoil(d *digest) {
	end := d.at
	if d.record != nil {
		end = d.end
	}
	if last := len(w.told.Proved) - 1; last >= 0 && w.hole.IsZero() {
		end = w.told.Proved[last].From
	}
	w.open(end)
	w.bad = append(w.bad, *d.bad)
}

// close ends the hour that is not provable where an older digest ends.
func (w *walk) close(begin time.Time) {
	if len(w.bad) > 0 {
		hole := Window{begin, w.hole}
		if !hole.To.After(hole.From) { // digests that overlap leave none
			hole = Window{}
		} else {
			w.holes = append(w.holes, hole)
		}
		for _, p := range w.bad {
			p.Unproved = hole
			w.problem(p)
		}
	}
	w.hole, w.bad = time.Time{}, nil
}

// end tells what is before the oldest digest that was read.
func (w *walk) end(ctx context.Context, stopped bool) error {
	newer := w.newer
	if !stopped && newer != nil && newer.PreviousObject != nil {
		if err := w.missing(ctx, newer); err != nil {
			return err
		}
		w.open(newer.start)
		w.expired(newer)
	}
	if w.uneven > 0 {
		w.note("%s: %s (%s of that kind; their signatures tie them together)", w.trail, w.example, count(w.uneven, "pair"))
	}
	if w.chain.trail.backfill {
		w.hole = time.Time{}
	}
	for _, p := range w.bad {
		if !w.hole.IsZero() {
			p.Unproved = Window{To: w.hole}
		}
		w.problem(p)
	}
	if len(w.bad) > 0 && !w.hole.IsZero() {
		w.holes = append(w.holes, Window{To: w.hole})
	}
	return nil
}

// expired turns a digest that is missing before the oldest one into the mere
// beginning of what is there, unless older logs are.
func (w *walk) expired(newer *digest) {
	if len(w.bad) == 0 {
		return
	}
	if p := &w.bad[len(w.bad)-1]; p.Kind == MissingDigest && !w.olderLogs(newer.start) {
		p.Kind = CutChain
		p.Detail += "; no older log is there, so that both may have expired or have been left out; verify from a later time"
	}
}

// olderLogs reports whether the scope holds a log, in the window, that an older
// digest would name.
func (w *walk) olderLogs(start time.Time) bool {
	return slices.ContainsFunc(w.scope.Logs, func(key string) bool {
		k, _ := aws.ObjectKey(w.cfg.full(key))
		return k.Delivered.Before(start.Add(-neighbour)) && w.window.holds(k.Delivered)
	})
}

// take notes the logs that a digest names.
func (w *walk) take(d *digest) {
	for _, l := range d.Logs {
		k, _ := aws.ObjectKey(l.Object)
		if !w.window.holds(k.Delivered) {
			continue
		}
		w.told.Named++
		name := w.cfg.canon(l.Object)
		if !w.cfg.mine(l.Bucket) {
			name = "s3://" + l.Bucket + "/" + l.Object // another one of that name
		}
		if w.refs[name] == nil {
			w.refs[name] = &ref{bucket: l.Bucket, object: l.Object, by: d.key, sum: l.sum}
		}
		if known := w.refs[name]; known.sum != l.sum {
			w.problem(Problem{Kind: ChainMismatch, Object: d.key, Trail: w.trail, Detail: "it knows another hash of " + l.Object + " than " + known.by})
		}
		w.refs[name].trails = append(w.refs[name].trails, w.index)
	}
}
