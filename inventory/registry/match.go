package registry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// Registry answers for a set of entries. It is read-only; the zero value knows
// nothing and nobody.
type Registry struct {
	content Content
	byID    map[inventory.AssetID][]int // claims by the exact id that they select
	general []int                       // the other claims
	owners  map[string]Owner
}

// New checks the content and makes a registry of it. The error is [Mistakes],
// with every mistake of [Content.Mistakes].
func New(c Content) (*Registry, error) {
	if ms := c.Mistakes(); len(ms) > 0 {
		return nil, ms
	}
	r := &Registry{byID: map[inventory.AssetID][]int{}, owners: map[string]Owner{}}
	r.content = Content{
		Owners: slices.Clone(c.Owners), Claims: slices.Clone(c.Claims),
		Exceptions: slices.Clone(c.Exceptions), BlindSpots: slices.Clone(c.BlindSpots),
	}
	for i, claim := range r.content.Claims {
		if id := claim.Select.ID; id != "" {
			r.byID[id] = append(r.byID[id], i)
		} else {
			r.general = append(r.general, i)
		}
	}
	for _, o := range r.content.Owners {
		r.owners[o.ID] = o
	}
	return r, nil
}

// With makes a registry that holds the claims too, such as those of FromLabels.
func (r *Registry) With(claims []Claim) (*Registry, error) {
	c := r.content
	c.Claims = slices.Concat(c.Claims, claims)
	return New(c)
}

// Content returns the entries that the registry was made from. The caller
// must not change them.
func (r *Registry) Content() Content { return r.content }

// Owner returns the owner with that id.
func (r *Registry) Owner(id string) (Owner, bool) {
	o, ok := r.owners[id]
	return o, ok
}

// Match finds the claim that answers for the asset: the most specific one that
// selects it. Claims of equal weight are a conflict, unless they say the same;
// then the one with the lowest id answers. The order of the claims in the
// content never matters.
func (r *Registry) Match(a inventory.Asset) Match {
	found := r.selecting(newSubject(a))
	if len(found) == 0 {
		return Match{Why: "no claim selects it"}
	}
	top := found[0].weight()
	end := slices.IndexFunc(found, func(c Claim) bool { return c.weight() != top })
	if end < 0 {
		end = len(found)
	}
	heads, rest := found[:end], found[end:]
	for _, c := range heads[1:] {
		if !c.saysAs(heads[0]) {
			return Match{Conflict: heads, Why: conflictWhy(heads, top)}
		}
	}
	return Match{Claim: &heads[0], Why: matchWhy(heads, rest)}
}

// selecting lists copies of the claims that select the subject, the most
// specific first, those of equal weight by id.
func (r *Registry) selecting(s subject) []Claim {
	candidates := slices.Clone(r.general)
	for _, id := range s.ids {
		candidates = append(candidates, r.byID[id]...)
	}
	var found []Claim
	for _, i := range candidates {
		if c := r.content.Claims[i]; c.Select.selects(s) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b Claim) int {
		return cmp.Or(b.weight().compare(a.weight()), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// saysAs reports whether two claims give one answer for an asset: the same
// owner, the same approval.
func (c Claim) saysAs(o Claim) bool {
	if c.Owner != o.Owner || c.Transient != o.Transient || (c.Approval == nil) != (o.Approval == nil) {
		return false
	}
	if c.Approval == nil {
		return true
	}
	a, b := *c.Approval, *o.Approval
	return a.Ticket == b.Ticket && a.By == b.By && a.On.Equal(b.On) && a.Expires.Equal(b.Expires) &&
		a.Limits.Reach == b.Limits.Reach &&
		sameSet(a.Limits.Deployers, b.Limits.Deployers) && sameSet(a.Limits.Identities, b.Limits.Identities) &&
		sameSet(a.Limits.CodeDigests, b.Limits.CodeDigests) && sameSet(a.Limits.Regions, b.Limits.Regions)
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

func matchWhy(heads, rest []Claim) string {
	if len(heads)+len(rest) == 1 {
		return heads[0].called() + " selects it, and no other claim does" // its weight decided nothing
	}
	why := fmt.Sprintf("%s selects it by %s", heads[0].called(), heads[0].weight())
	switch {
	case len(heads) > 1:
		why += "; so does " + joinCalled(heads[1:]) + ", which says the same"
	case len(rest) > 0:
		why += fmt.Sprintf("; that is more specific than %s, which selects it by %s", rest[0].called(), rest[0].weight())
		if more := len(rest) - 1; more > 0 {
			why += fmt.Sprintf(", and than %d more", more)
		}
	}
	return why
}

func conflictWhy(heads []Claim, w weight) string {
	return fmt.Sprintf("%s select it with equal weight (%s) and do not say the same", joinCalled(heads), w)
}

// called names the claim for a person, with its place where it has one.
func (c Claim) called() string {
	if at := c.At.String(); at != "" {
		return fmt.Sprintf("claim %s (%s)", c.ID, at)
	}
	return "claim " + c.ID
}

func joinCalled(claims []Claim) string {
	names := make([]string, len(claims))
	for i, c := range claims {
		names[i] = c.called()
	}
	return strings.Join(names, " and ")
}
