package inventory

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Permit is what one principal may do in a scope, as the provider tells: a member
// with roles, a token with permission groups. It answers who may deploy.
type Permit struct {
	// ID is the principal, as owners and approvals name it: "cloudflare:token:ID",
	// "cloudflare:user:ID".
	ID string `json:"id"`
	// Cell showed the permit, at the instant At: that of the reading of the cell.
	Cell Cell      `json:"cell"`
	At   time.Time `json:"at"`

	Kind PermitKind `json:"kind"`
	// Name is what people call it: a token's name, a member's address. Whoever made
	// it chose it.
	Name string `json:"name,omitempty"`
	// Status is the vendor's word: "active", "disabled", "expired", "accepted",
	// "pending".
	Status string `json:"status,omitempty"`
	// Grants are permission groups or roles, by name, or by id where no name is
	// known; sorted. Resources are what they hold for, sorted.
	Grants    []string `json:"grants,omitempty"`
	Resources []string `json:"resources,omitempty"`
	// Deploys: one of the grants lets put code into service, or lead traffic to
	// it. Admin: one lets give such rights to others. Unjudged lists grants of
	// which neither is known; they are among Grants too.
	Deploys  bool     `json:"deploys,omitempty"`
	Admin    bool     `json:"admin,omitempty"`
	Unjudged []string `json:"unjudged,omitempty"`
	// Bounded: it holds from named addresses alone.
	Bounded bool `json:"bounded,omitempty"`
	// SecondFactor, of a member, tells whether a login asks for one; nil: not told.
	SecondFactor *bool `json:"second_factor,omitempty"`
	// Issued, Modified, LastUsed, NotBefore and Expires are the provider's times;
	// zero: not told, or, of Expires, that it does not end by itself.
	Issued    time.Time `json:"issued,omitzero"`
	Modified  time.Time `json:"modified,omitzero"`
	LastUsed  time.Time `json:"last_used,omitzero"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
}

func (Permit) fact() {}

// PermitKind says what holds a permit.
type PermitKind string

// The kinds of permit.
const (
	MemberPermit PermitKind = "member"
	TokenPermit  PermitKind = "token"
)

// ComparePermits orders permits by scope, kind, id and cell.
func ComparePermits(a, b Permit) int {
	return cmp.Or(a.Cell.Scope.Compare(b.Cell.Scope), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), a.Cell.Compare(b.Cell))
}

// WithPermits gives the view the permits that there are as of its instant: of each,
// by cell and id, the last reading, where no later whole reading of the cell left it
// out. Readings that are later than the view are left out. The order of readings
// never matters. It returns the view.
func (v *View) WithPermits(readings []Permit) *View {
	type key struct {
		cell Cell
		id   string
	}
	last := map[key]Permit{}
	for _, p := range readings {
		k := key{p.Cell, p.ID}
		old, ok := last[k]
		switch later := p.At.Compare(old.At); {
		case p.At.After(v.At) || ok && later < 0:
		case !ok || later > 0 || compareJSON(p, old) > 0:
			last[k] = p
		}
	}
	v.Permits = slices.SortedFunc(maps.Values(last), ComparePermits)
	v.Permits = slices.DeleteFunc(v.Permits, func(p Permit) bool {
		whole, ok := v.whole[p.Cell]
		return ok && whole.Read.After(p.At)
	})
	return v
}
