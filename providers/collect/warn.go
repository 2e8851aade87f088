package collect

import (
	"cmp"
	"slices"

	"github.com/estray/estray/inventory"
)

// warn tells the log of cells that were not read whole: one line for each
// source, scope, state and reason, since one refusal often hides many
// capabilities. The line repeats what the store keeps, cell by cell; it is
// never the only trace.
func (r *run) warn(words []inventory.Coverage) {
	type line struct {
		source, scope, state, reason string
	}
	var order []line
	capabilities := map[line][]string{}
	for _, c := range words {
		if c.State.Whole() {
			continue
		}
		l := line{c.Cell.Source, cmp.Or(c.Cell.Scope.String(), "everything"), c.State.String(), c.Why.String()}
		if capabilities[l] == nil {
			order = append(order, l)
		}
		capabilities[l] = append(capabilities[l], string(c.Cell.Capability))
	}
	for _, l := range order {
		slices.Sort(capabilities[l])
		r.opt.Logger.Warn("coverage is not complete", "source", l.source, "scope", l.scope, "state", l.state,
			"capabilities", capabilities[l], "reason", l.reason)
	}
}
