// Package rules is the catalogue: rules as values, each with its
// documentation, what it needs, and pure functions over the judged case.
//
// A table of rules is a function that returns fresh values, so that nobody can
// change the catalogue of another.
package rules

import (
	"cmp"
	"slices"

	"github.com/estray/estray/findings"
)

// All lists every built-in rule, by id.
func All() []findings.Rule {
	all := slices.Concat(AWS(), CF(), REC())
	slices.SortFunc(all, func(a, b findings.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
