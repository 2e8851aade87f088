package inventory

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Counted says of which identities use is counted. The zero value: of none.
type Counted string

// Whose use is counted.
const (
	// CountNone: of no identity.
	CountNone Counted = ""
	// CountFunctions: of identities that functions act with.
	CountFunctions Counted = "functions"
	// CountRoles: of every role that somebody assumed, functions among them.
	CountRoles Counted = "roles"
)

// Usage is what an identity did, aggregated over one part of the logs.
type Usage struct {
	// Identity is the id of the principal: a role's ARN.
	Identity string `json:"identity"`
	// Asset is the function that acted with it; empty: none did, or the log does
	// not tell.
	Asset AssetID `json:"asset,omitempty"`
	// Service and Name are of the call, as in [Event].
	Service string  `json:"service,omitempty"`
	Name    string  `json:"name,omitempty"`
	Outcome Outcome `json:"outcome,omitempty"`
	// Part names the piece of the logs that was counted. The same part read again
	// replaces all its rows, so that reading twice never counts twice and what is
	// no longer counted goes. A reading that finds no row at all says nothing of
	// the part, and leaves its rows.
	Part  string `json:"part"`
	Scope Scope  `json:"scope"`
	Count int    `json:"count"`
	// Outside is how many of the calls came from a public network address, and
	// neither through a service of the vendor nor a private endpoint. A function
	// outside of a private network calls from public addresses of the vendor.
	Outside int       `json:"outside,omitempty"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	// Overflow: the row stands for all calls of the identity beyond the number
	// of rows that a part may have, so Service, Name and Outcome are empty. With
	// an empty Identity it stands for the identities beyond their number.
	Overflow bool `json:"overflow,omitempty"`
}

func (Usage) fact() {}

// CompareUsage orders usage by identity, asset, service, name, outcome,
// overflow, scope and part: by all that identifies it.
func CompareUsage(a, b Usage) int {
	return cmp.Or(cmp.Compare(a.Identity, b.Identity), cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.Service, b.Service),
		cmp.Compare(a.Name, b.Name), cmp.Compare(a.Outcome, b.Outcome), compareBools(a.Overflow, b.Overflow),
		a.Scope.Compare(b.Scope), cmp.Compare(a.Part, b.Part))
}

// compareBools puts false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// UsageFilter selects usage. Empty parts select everything.
type UsageFilter struct {
	Identity string
	// Asset selects what the function did by any of its names. It does not
	// select what others did with the function's identity.
	Asset AssetID
}

// Tally calls yield for the usage that the filter selects, summed over the parts
// of the logs: one row, without a Part, for each identity, asset, service, name,
// outcome, overflow and scope, in the order of CompareUsage. Count and Outside
// are added up; First is the first instant of any part, Last the last one. It
// stops at the first error of yield, which it returns unchanged. Rows are
// streamed: a view never holds them all.
//
// A part is the smallest thing that is counted. One that begins after the view
// is left out; of one that begins before the end of the view and goes on after
// it, all calls are counted, and Last is the view's instant.
type Tally func(ctx context.Context, f UsageFilter, yield func(Usage) error) error

// Tally streams the view's usage; it is safe on a view without any. That there
// is none may also mean that nobody counted: see [View.Counting].
func (v *View) Tally(ctx context.Context, f UsageFilter, yield func(Usage) error) error {
	if v.Usage == nil {
		return nil
	}
	return v.Usage(ctx, f, yield)
}

// Counting lists the cells of logs in which use was counted that share a place
// with the scope. Where there are none, nothing is known of anybody's use.
func (v *View) Counting(s Scope) []Coverage {
	return slices.DeleteFunc(v.touching(s, CapEvents), func(c Coverage) bool { return c.Usage == CountNone })
}
