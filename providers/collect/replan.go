package collect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
)

// replan compares the plan with those of earlier runs. A cell that was planned
// before and is planned no more must not pass for current: its last word is
// from then, and nobody looks any more. What comes back is told too.
//
// A run that ended while it planned knows nothing of what it would have
// planned, and says nothing.
func (r *run) replan(ctx context.Context, sources []planned, problems []inventory.Coverage) ([]inventory.Coverage, error) {
	if ctx.Err() != nil {
		return nil, nil
	}
	words, err := r.prior.Words(ctx, r.now)
	if err != nil {
		return nil, &storeError{err}
	}
	now := map[inventory.Cell]bool{}
	for _, s := range sources {
		for _, cell := range s.cells {
			now[cell] = true
		}
	}
	for _, c := range problems {
		now[c.Cell] = true
	}
	by := map[inventory.Cell][]string{}
	for _, w := range words {
		if w.By != "" {
			by[w.Cell] = append(by[w.Cell], w.By)
		}
	}
	v := inventory.NewView(r.now, nil, words)
	var out []inventory.Coverage
	for _, last := range slices.Concat(v.Coverage, v.Dropped) {
		switch {
		case now[last.Cell] && last.Plan != "":
			out = append(out, inventory.Coverage{Cell: last.Cell, Plan: inventory.PlanResumed, Read: r.now})
		case !now[last.Cell] && r.opt.Within(last.Cell.Scope):
			if c := r.gone(last, by[last.Cell], problems); c.Plan != last.Plan {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// gone is the word on a cell that no source announced. By is what led to it
// before: if any of that was planned now, something is missing. A cell that no
// source ever announced was a problem of an earlier plan, which is over.
func (r *run) gone(last inventory.Coverage, by []string, problems []inventory.Coverage) inventory.Coverage {
	c := inventory.Coverage{Cell: last.Cell, Plan: inventory.PlanDropped, Read: r.now}
	if len(by) == 0 {
		return c
	}
	when := ""
	switch {
	case last.Plan != "": // a word about the plan tells no reading
	case last.Read.IsZero():
		when = "; it was never read"
	default:
		when = fmt.Sprintf("; it was last read at %s (%s)", last.Read.UTC().Format(time.RFC3339), last.State)
	}
	slices.Sort(by)
	if i := slices.IndexFunc(by, func(name string) bool { return r.asked[name] }); i >= 0 {
		c.Plan, c.State = inventory.PlanMissing, inventory.Unavailable
		c.Why = inventory.Reason{Operation: "plan", Message: fmt.Sprintf("%s told of it before and does so no more%s. Find out why it is gone, or accept the blind spot in the registry", by[i], when)}
		if p, ok := unasked(last.Cell, by, problems); ok {
			c.State = p.State
			c.Why = inventory.Reason{Operation: p.Why.Operation, Code: p.Why.Code, Message: fmt.Sprintf("not planned, since %s is %s%s", p.Cell, p.State, when)}
		}
		r.count(c)
		return c
	}
	c.Why = inventory.Reason{Operation: "plan", Message: by[0] + " is not in the configuration any more" + when}
	return c
}

// unasked finds the problem for which a cell could not be planned: that of the
// narrowest scope around it, of one of those that led to it before.
func unasked(cell inventory.Cell, by []string, problems []inventory.Coverage) (inventory.Coverage, bool) {
	var found inventory.Coverage
	ok := false
	for _, p := range problems {
		if p.Cell.Capability == inventory.CapScopes && slices.Contains(by, p.Cell.Source) && p.Cell.Scope.Contains(cell.Scope) &&
			(!ok || found.Cell.Scope.Contains(p.Cell.Scope)) {
			found, ok = p, true
		}
	}
	return found, ok
}
