package archive

import (
	"context"
	"fmt"
	"slices"

	"github.com/estray/estray/inventory"
)

// prove asks what the integrity records vouch for of the objects that are to be
// read. Days that are known were proved when they were read.
func (r *reading) prove(ctx context.Context, due []object) error {
	s := r.source
	if s.cfg.Prove == nil || len(due) == 0 {
		return nil
	}
	of := Proving{Scope: s.cell.Scope, Records: s.proofs, Window: window(due, 0)}
	for _, o := range s.objects {
		of.Logs = append(of.Logs, o.key)
	}
	r.proof, r.failed = s.cfg.Prove(ctx, of)
	return ctx.Err()
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
