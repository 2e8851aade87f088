package archive

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/estray/estray/inventory"
)

// prove asks what the integrity records vouch for of what is not known. Days that
// are known were proved when they were read.
func (r *reading) prove(ctx context.Context, k known, due []object) error {
	s := r.source
	if s.cfg.Prove == nil {
		return nil
	}
	unproved, ok := k.unproved(due)
	if !ok {
		return nil
	}
	of := Proving{Scope: s.cell.Scope, Records: s.proofs, Window: unproved}
	for _, o := range s.objects {
		of.Logs = append(of.Logs, o.key)
	}
	r.proof, r.failed = s.cfg.Prove(ctx, of)
	return ctx.Err()
}

// unproved is the time of delivery for which the integrity records are asked:
// whole days, those of which an object is gone among them, for what is gone lay
// behind the last one that is left. The days beside them count too: a record of
// one day names logs of the other, and those of the newest day may still be to
// come. If something was wrong the last time, it is the time of all objects, so
// that the same is told again. False: there is none.
func (k known) unproved(due []object) (inventory.Window, bool) {
	if len(due) == 0 {
		return inventory.Window{}, false
	}
	whole := window(due, 0)
	if k.last.broken {
		return whole, true
	}
	first, last := day(math.MaxInt64), day(math.MinInt64)
	for i := range due {
		if d := dayOf(due[i].delivered); !k.has(d) {
			first, last = min(first, d), max(last, d)
		}
	}
	for _, p := range k.lost {
		first, last = min(first, p.from), max(last, p.to)
	}
	if last < first {
		return inventory.Window{}, false
	}
	if from := (first - 1).time(); from.After(whole.From) {
		whole.From = from
	}
	if to := (last + 2).time(); to.Before(whole.To) {
		whole.To = to
	}
	return whole, !whole.To.Before(whole.From)
}

// proofHolds reports whether nothing contradicts the integrity records, if they
// were asked.
func (r *reading) proofHolds() bool { return r.failed == nil && len(r.proof.Problems) == 0 }

// unproved says why the integrity records prove nothing, or what they contradict.
func (r *reading) unproved() string {
	if r.failed != nil {
		return "the integrity of the log was not verified: " + cause(r.failed)
	}
	all := r.proof.Problems
	parts := slices.Clone(all[:min(len(all), shown)])
	if rest := len(all) - len(parts); rest > 0 {
		parts = append(parts, fmt.Sprintf("and %d more (%d in all); estray verify trail names them", rest, len(all)))
	}
	return join(parts...)
}

// covers reports whether what is proved ends within a window.
func (p Proof) covers(w inventory.Window) bool {
	return !p.Window.To.IsZero() && p.Window.To.Before(w.To) && !p.Window.To.Before(w.From)
}
