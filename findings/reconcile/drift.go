package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// limits fills in the verdict's drifts: each limit of the approval that does
// not hold or cannot be judged.
func (j judge) limits(a inventory.Asset, v *findings.Verdict) {
	want := v.Claim.Approval.Limits
	v.Drifts = append(v.Drifts, j.reach(a, want)...)
	v.Drifts = append(v.Drifts, deployers(a, v.Life().LastDeploy, v.Claim.Approval)...)
	v.Drifts = append(v.Drifts, j.identity(a, want)...)
	v.Drifts = append(v.Drifts, j.digests(a, want)...)
	v.Drifts = append(v.Drifts, j.regions(a, want)...)
}

// reach holds the widest way in against the limit. One way that is known to
// be wider is enough, whatever else is unknown.
func (j judge) reach(a inventory.Asset, want registry.Limits) []findings.Drift {
	if want.Reach == inventory.ReachUnknown {
		return nil
	}
	d := findings.Drift{Limit: "reach", Facet: "exposure", Want: want.Reach.String()}
	sure, why := j.sureWays(a)
	widest, unjudged := inventory.ReachPrivate, ""
	for _, w := range sure.Open() {
		if w.Reach == inventory.ReachUnknown {
			unjudged = strings.TrimSuffix(fmt.Sprintf("the exposure facet holds a %s whose reach is unknown: %s", w.Kind, w.Note), ": ")
			continue
		}
		widest = max(widest, w.Reach)
	}
	switch {
	case widest > want.Reach:
		d.Got = widest.String()
	case why != "":
		d.Unknown, d.Why = true, why
	case unjudged != "":
		d.Unknown, d.Why = true, unjudged
	default:
		return nil
	}
	return []findings.Drift{d}
}

// sureWays are the ways in of those parts that may be judged by, and why the
// other parts may not; empty if all may.
func (j judge) sureWays(a inventory.Asset) (sure inventory.Exposures, why string) {
	whole := a.Facet("exposure")
	var doubts []string
	for _, p := range whole.Parts {
		part := inventory.Capability(p.Name)
		if text := j.doubtOf(a, p, "the "+p.Name+" part of the exposure facet", part); text != "" {
			doubts = append(doubts, text)
		} else if ways, ok := a.Exposure[part].Get(); ok {
			sure = sure.Join(ways)
		}
	}
	if len(doubts) == len(whole.Parts) && alike(whole.Parts) { // of one word for all, as of no word at all
		if text := j.doubtOf(a, whole, "the exposure facet", waysInto(a)...); text != "" {
			doubts = []string{text}
		}
	}
	if len(doubts) == 0 {
		return sure, ""
	}
	why = strings.Join(doubts, "; ")
	known, ok := a.Exposure.Get()
	switch {
	case !ok:
	case slices.ContainsFunc(whole.Parts, func(p inventory.FacetState) bool { return p.Unknown }):
		why += "; the other parts show " + known.Reach().String()
	default:
		why += "; last known was " + known.Reach().String()
	}
	return sure, why
}

// alike reports whether all parts are in the same state for the same reason.
func alike(parts []inventory.FacetState) bool {
	return !slices.ContainsFunc(parts, func(p inventory.FacetState) bool { return !p.Same(parts[0]) })
}

// deployers holds the deployments since the consent against the limit. The
// code that was there before is what the approval was given for. Where the
// asset has changed since and the events do not say by whom, the limit cannot
// be judged.
func deployers(a inventory.Asset, last findings.Act, ok *registry.Approval) []findings.Drift {
	want := ok.Limits.Deployers
	if len(want) == 0 {
		return nil
	}
	d := findings.Drift{Limit: "deployers", Facet: "activity", Want: strings.Join(want, ", ")}
	since := last.Event != "" && !last.Time.Before(ok.On)
	allowed := func(n string) bool { return slices.Contains(want, n) }
	switch {
	case since && !slices.ContainsFunc(last.Who.Names(), allowed):
		who := last.Principal
		if who == "" {
			who = "a principal that the record does not name"
		}
		d.Got = fmt.Sprintf("last deployed by %s at %s", who, stamp(last.Time))
	case since && !a.Modified.After(last.Time.Add(findings.LateDelivery)):
		return nil
	case !a.Modified.IsZero() && a.Modified.Before(ok.On):
		return nil
	case a.Modified.IsZero():
		d.Unknown, d.Why = true, "the events name no deployment since the approval, and when the asset was modified is not known"
	default:
		d.Unknown, d.Why = true, fmt.Sprintf("the asset was modified at %s, and the events that were read do not say by whom", stamp(a.Modified))
	}
	return []findings.Drift{d}
}

func (j judge) identity(a inventory.Asset, want registry.Limits) []findings.Drift {
	if len(want.Identities) == 0 {
		return nil
	}
	d := findings.Drift{Limit: "identities", Facet: "identity", Want: strings.Join(want.Identities, ", ")}
	id, known := a.Identity.Get()
	if d.Why = j.doubt(a, "identity", tells(a, "identity")); d.Why != "" {
		d.Unknown = true
		if known {
			d.Why += "; last known was " + id.ID
		}
		return []findings.Drift{d}
	}
	switch {
	case !known, slices.Contains(want.Identities, id.ID):
		return nil // an asset without an identity may do nothing that needs one
	case id.ID == "":
		d.Unknown, d.Why = true, "the identity facet names nobody"
	default:
		d.Got = id.ID
	}
	return []findings.Drift{d}
}

// regions holds where the asset runs against the limit. A Worker runs everywhere:
// its places are the zones from which routes and custom domains lead to it.
func (j judge) regions(a inventory.Asset, want registry.Limits) []findings.Drift {
	if a.Scope.Provider == inventory.Cloudflare && len(want.Regions) > 0 {
		return j.zones(a, want)
	}
	d := findings.Drift{Limit: "regions", Facet: "scope", Want: strings.Join(want.Regions, ", ")}
	home := homeRegion(a)
	switch {
	case len(want.Regions) == 0, slices.Contains(want.Regions, home):
		return nil
	case home == "":
		d.Unknown, d.Why = true, "the region of the asset is not known"
	default:
		d.Got = home
	}
	return []findings.Drift{d}
}

// doubt says why a limit may not be judged by the facet; empty if it may. The
// capabilities are those by whose reading the facet is known.
func (j judge) doubt(a inventory.Asset, facet string, by ...inventory.Capability) string {
	return j.doubtOf(a, a.Facet(facet), "the "+facet+" facet", by...)
}

// doubtOf is doubt of a facet, or of a part of one, in that state; what names it
// in the text.
func (j judge) doubtOf(a inventory.Asset, state inventory.FacetState, what string, by ...inventory.Capability) string {
	gaps := j.gaps(a.Scope, by...)
	switch {
	case state.Unknown:
		return fmt.Sprintf("%s is unknown%s", what, because(state.Doubt, gaps))
	case state.Stale:
		return fmt.Sprintf("%s was read at %s and not confirmed since%s", what, stamp(state.Seen), because(state.Doubt, gaps))
	case j.View.Presence(a) == inventory.NotSeenSince:
		return fmt.Sprintf("%s was read at %s and the asset was not seen since%s", what, stamp(state.Seen), because(state.Doubt, asked(j.gaps(a.Scope, a.Kind.Listing()))))
	}
	// A later scan saw the asset again but could not read this of it, and the
	// source said so of the cell alone.
	later := slices.DeleteFunc(asked(gaps), func(g inventory.Coverage) bool { return !g.Read.After(state.Seen) })
	if len(later) > 0 && lastListed(a).After(state.Seen) {
		return fmt.Sprintf("%s was read at %s and could not be read since%s", what, stamp(state.Seen), because(inventory.Reason{}, later))
	}
	return ""
}

// because joins the facet's own reason and the cells, if there are any.
func because(doubt inventory.Reason, gaps []inventory.Coverage) string {
	var parts []string
	if why := doubt.String(); why != "" {
		parts = append(parts, why)
	}
	for _, g := range gaps {
		if g.NotAsked() {
			parts = append(parts, fmt.Sprintf("no source was asked to read %s of %s", g.Cell.Capability, g.Cell.Scope))
			continue
		}
		if g.Why == doubt { // said above
			g.Why = inventory.Reason{}
		}
		if d := describe(g); !slices.Contains(parts, d) { // one cell may hide several capabilities
			parts = append(parts, d)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, "; ")
}
