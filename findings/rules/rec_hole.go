package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// The families of rules that a hole in coverage blinds together.
const (
	familyInventory = "inventory"
	familyEvents    = "events"
	familyFacets    = "facets"
	// familyNotAsked is of claims in places that nobody was asked to read.
	familyNotAsked = "not asked for"
)

func family(c inventory.Capability) string {
	switch c {
	case inventory.CapFunctions, inventory.CapScopes, inventory.CapObjects, inventory.CapSnapshot,
		inventory.CapWorkers, inventory.CapPages, inventory.CapNamespaces, inventory.CapTokenScope:
		return familyInventory
	case inventory.CapEvents, inventory.CapTrails:
		return familyEvents
	}
	return familyFacets
}

// darkness is a group of holes that make one finding.
type darkness struct {
	scope    inventory.Scope
	family   string
	accepted bool
}

// hiding is what a group of holes hides.
type hiding struct {
	cells          []inventory.Coverage
	claims, assets []string
	accepted       []string
}

func hiddenByHole() findings.Rule {
	r := findings.Rule{
		ID: "REC-13", Title: "Coverage hole hides a claim", Severity: findings.Medium,
		Rationale:      "A scope in which something of ours lies was not read whole. What is claimed there, or was last seen there, may have changed, gone, or been joined by a stray. High where the hole begins with logging being switched off or narrowed.",
		FalsePositives: "Planned maintenance: accept the blind spot in the registry, with an end.",
		Fix:            "Give the source the permission or the input that it lacks, or accept the blind spot.",
		Attack:         recTechniques("REC-13"),
	}
	r.Check = func(c *findings.Case) []findings.Finding {
		groups := map[darkness]*hiding{}
		for _, cov := range c.View.Coverage {
			if !hole(c, cov) || hidesNoAsset(cov.Cell.Capability) {
				continue
			}
			spot := c.BlindSpot(cov.Cell)
			d := darkness{placeOf(cov.Cell.Scope), family(cov.Cell.Capability), spot != ""}
			if groups[d] == nil {
				groups[d] = &hiding{}
			}
			groups[d].cells = append(groups[d].cells, cov)
			if spot != "" {
				groups[d].accepted = append(groups[d].accepted, spot)
			}
		}
		unasked(c, groups)
		var out []findings.Finding
		for d, h := range groups {
			d.hides(c, h)
			if len(h.claims)+len(h.assets) > 0 {
				out = append(out, d.finding(r, h))
			}
		}
		slices.SortFunc(out, func(a, b findings.Finding) int {
			return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Discriminator, b.Discriminator))
		})
		return out
	}
	return r
}

// hidesNoAsset: nothing that a claim can name is a MicroVM, a principal or what
// logs are sent to, and what guards a hostname can but narrow what is told of it.
// That they are not known, coverage tells.
func hidesNoAsset(c inventory.Capability) bool {
	switch c {
	case inventory.CapMicroVMs, inventory.CapMembers, inventory.CapTokens, inventory.CapLogpush, inventory.CapLogDestinations,
		inventory.CapAccess:
		return true
	}
	return false
}

// placeOf is where the assets lie that a hole in the scope hides: those of
// Cloudflare are of the account, whatever the zone.
func placeOf(s inventory.Scope) inventory.Scope {
	if s.Provider == inventory.Cloudflare {
		s.Region = ""
	}
	return s
}

// hole reports whether the cell leaves something unread that no other source
// makes up for. A log that was read whole and is known to have a gap is one.
func hole(c *findings.Case, cov inventory.Coverage) bool {
	if cov.State.Whole() {
		return cov.Continuity == inventory.Broken
	}
	if cov.Cell.Capability == inventory.CapEvents {
		return holds(c.View.LogGaps(cov.Cell.Scope, cov.Services...), cov)
	}
	return holds(c.View.Gaps(cov.Cell.Scope, cov.Cell.Capability), cov)
}

func holds(cells []inventory.Coverage, cov inventory.Coverage) bool {
	return slices.ContainsFunc(cells, func(o inventory.Coverage) bool { return o.Compare(cov) == 0 })
}

// unasked adds the claims in places that no source was asked to read, by
// provider.
func unasked(c *findings.Case, groups map[darkness]*hiding) {
	for _, h := range c.Hidden {
		if slices.ContainsFunc(h.Gaps, func(g inventory.Coverage) bool { return !g.NotAsked() }) {
			continue
		}
		d := darkness{inventory.Scope{Provider: h.Claim.Select.Provider}, familyNotAsked, false}
		if groups[d] == nil {
			groups[d] = &hiding{cells: h.Gaps}
		}
		groups[d].claims = append(groups[d].claims, h.Claim.ID)
	}
}

// hides fills in what of ours lies in the darkness.
func (d darkness) hides(c *findings.Case, h *hiding) {
	if d.family == familyNotAsked {
		return
	}
	for _, claim := range c.Registry.Content().Claims {
		if names(claim.Select) && claim.Covers(d.scope) {
			h.claims = append(h.claims, claim.ID)
		}
	}
	for _, hidden := range c.Hidden {
		inside := slices.ContainsFunc(hidden.Gaps, func(g inventory.Coverage) bool { return holds(h.cells, g) })
		if inside || (d.family != familyInventory && hidden.Claim.Covers(d.scope)) {
			h.claims = append(h.claims, hidden.Claim.ID)
		}
	}
	for _, a := range c.View.Assets {
		v := c.Verdicts[a.ID]
		switch {
		case !a.Scope.Touches(d.scope):
		case d.family == familyInventory && v.Presence == inventory.NotSeenSince:
			h.assets = append(h.assets, called(a))
		case d.family != familyInventory && v.Claim != nil && v.Presence != inventory.Gone:
			h.claims = append(h.claims, v.Claim.ID)
		}
	}
}

// names reports whether the selector names places. A claim that does lies in
// each of them, whatever it matches elsewhere; one that does not lies where
// its assets are.
func names(s registry.Selector) bool { return len(s.Accounts)+len(s.Regions) > 0 }

func (d darkness) finding(r findings.Rule, h *hiding) findings.Finding {
	f := r.New(d.scope)
	f.Subject, f.Coverage = d.scope.String()+"/"+d.family, true
	var parts []string
	if len(h.claims) > 0 {
		parts = append(parts, "claims "+several(h.claims))
	}
	if len(h.assets) > 0 {
		parts = append(parts, "assets last seen there: "+several(h.assets))
	}
	var lacks []string
	for _, cov := range h.cells {
		lacks = append(lacks, string(cov.Cell.Capability))
	}
	f.Message = fmt.Sprintf("%s: %s not read whole, which hides: %s", cmp.Or(d.scope.String(), "everything"), several(lacks), strings.Join(parts, "; "))
	if d.family == familyNotAsked {
		f.Message = fmt.Sprintf("no source was asked to read where these claims lie: %s", several(h.claims))
		f.Set(findings.Info, "nobody asked for it")
		f.Evidence = []findings.Evidence{{Kind: "coverage", Ref: f.Subject, Summary: "no source was asked to read it"}}
		return f
	}
	for _, cov := range h.cells {
		f.Evidence = append(f.Evidence, coverageEvidence(cov))
		if cov.Continuity == inventory.Broken {
			f.Set(findings.High, "logging was switched off or narrowed, or the log has a gap")
		}
	}
	if d.accepted {
		slices.Sort(h.accepted)
		f.Discriminator = "accepted"
		f.State, f.StateWhy = findings.Accepted, strings.Join(slices.Compact(h.accepted), "; ")
	}
	return f
}
