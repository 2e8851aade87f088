package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// ghosts sorts the claims that match nothing: those whose scope was read
// whole, and those of which that cannot be told.
func (j judge) ghosts() {
	claims := slices.Clone(j.Registry.Content().Claims)
	slices.SortFunc(claims, func(a, b registry.Claim) int { return cmp.Compare(a.ID, b.ID) })
	matched := map[string]bool{}
	for _, v := range j.Verdicts {
		if v.Claim != nil && there(v.Presence) {
			matched[v.Claim.ID] = true
		}
	}
	for _, c := range claims {
		if c.Transient || matched[c.ID] || j.selectsAny(c) {
			continue
		}
		if gaps := j.hidden(c); len(gaps) > 0 {
			j.Hidden = append(j.Hidden, findings.Hidden{Claim: c, Gaps: gaps})
		} else {
			j.Ghosts = append(j.Ghosts, c)
		}
	}
}

// selectsAny reports whether the claim selects an asset that another claim
// answers for, or that is in conflict: it is no ghost.
func (j judge) selectsAny(c registry.Claim) bool {
	return slices.ContainsFunc(j.View.Assets, func(a inventory.Asset) bool {
		return c.Covers(a.Scope) && there(j.Verdicts[a.ID].Presence) && c.Select.Selects(a)
	})
}

// there reports whether an asset of that presence counts as being there.
func there(p inventory.Presence) bool {
	return p == inventory.Present || p == inventory.NotSeenSince || p == inventory.Inferred
}

// hidden lists the cells that would have to be whole for a claim to be a ghost:
// the inventory of every place in which the claim may match and, where the
// claim does not name its places, the plan that would lead to further ones.
func (j judge) hidden(c registry.Claim) []inventory.Coverage {
	var out []inventory.Coverage
	for _, s := range scopes(c.Select) {
		out = append(out, j.gaps(s, j.lists(c.Select)...)...)
		if s.Account == "" || s.Region == "" {
			plan := j.gaps(s, inventory.CapScopes, inventory.CapObjects, inventory.CapSnapshot)
			out = append(out, asked(plan)...)
		}
	}
	slices.SortFunc(out, inventory.Coverage.Compare)
	return slices.CompactFunc(out, func(a, b inventory.Coverage) bool { return a.Compare(b) == 0 })
}

// lists are the readings that would show what the selector selects. Zones and
// hostnames select by ways in, so that those must be known too.
func (j judge) lists(s registry.Selector) []inventory.Capability {
	var out []inventory.Capability
	for _, p := range j.providers(s) {
		if s.Kind == "" {
			out = append(out, inventory.Listings(p)...)
		}
		if len(s.Zones)+len(s.Hostnames) > 0 {
			out = append(out, ways(p)...)
		}
	}
	if s.Kind != "" {
		out = append(out, s.Kind.Listing())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// providers are those that the selector leaves room for. One without a provider may
// select what any lists of which something is read.
func (j judge) providers(s registry.Selector) []inventory.Provider {
	if s.Provider != "" {
		return []inventory.Provider{s.Provider}
	}
	var out []inventory.Provider
	for _, p := range inventory.Providers() {
		if slices.ContainsFunc(j.View.Coverage, func(c inventory.Coverage) bool { return c.Cell.Scope.Provider == p }) {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return []inventory.Provider{""}
	}
	return out
}

// ways are the readings that tell of hostnames at a provider.
func ways(p inventory.Provider) []inventory.Capability {
	if p == inventory.Cloudflare {
		return slices.Concat([]inventory.Capability{inventory.CapZones}, inventory.Worker.WaysInto(), inventory.PagesProject.WaysInto())
	}
	return []inventory.Capability{inventory.CapURLs}
}

// scopes are the places that a selector leaves room for: each account with
// each region, an empty part standing for any. An id of AWS or of Cloudflare tells
// its own place.
func scopes(s registry.Selector) []inventory.Scope {
	accounts, regions := s.Accounts, s.Regions
	if p := strings.SplitN(string(s.ID), ":", 6); len(p) == 6 && p[0] == "arn" {
		accounts, regions = []string{p[4]}, []string{p[3]}
	}
	if in, ok := strings.CutPrefix(string(s.ID), "cloudflare:"); ok {
		account, _, _ := strings.Cut(in, "/")
		accounts, regions = []string{account}, nil
	}
	if len(accounts) == 0 {
		accounts = []string{""}
	}
	if len(regions) == 0 {
		regions = []string{""}
	}
	var out []inventory.Scope
	for _, a := range accounts {
		for _, r := range regions {
			out = append(out, inventory.Scope{Provider: s.Provider, Account: a, Region: r})
		}
	}
	return out
}
