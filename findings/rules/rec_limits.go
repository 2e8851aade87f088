package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// drifts keeps the verdict's drifts of one limit that are known, or those that
// could not be judged.
func drifts(v findings.Verdict, limit string, unknown bool) []findings.Drift {
	return slices.DeleteFunc(slices.Clone(v.Drifts), func(d findings.Drift) bool { return d.Limit != limit || d.Unknown != unknown })
}

// driftFinding tells of a limit of the asset's approval that does not hold:
// one finding, whatever the number of drifts.
func driftFinding(r findings.Rule, a inventory.Asset, v findings.Verdict, all []findings.Drift) findings.Finding {
	f := about(r, a)
	f.Evidence = append(f.Evidence, claimEvidence(*v.Claim))
	var got []string
	for _, d := range all {
		got = append(got, d.Got)
		f.Evidence = append(f.Evidence, facetEvidence(a, d.Facet, fmt.Sprintf("%s; approved is %s", d.Got, d.Want)))
	}
	f.Message = fmt.Sprintf("%s: %s, but claim %s approves %s", called(a), strings.Join(got, "; "), v.Claim.ID, all[0].Want)
	return f
}

// reachAboveApproval is REC-06. A reach that is unknown gives a coverage finding
// and no finding of its severity: it counts for exit code 4 and not for 3.
func reachAboveApproval() findings.Rule {
	r := findings.Rule{
		ID: "REC-06", Title: "Reach above approval", Severity: findings.Critical,
		Rationale:      "The asset can be called by more people than its approval allows. A reach that is not known counts as public and is reported as such, as a hole in coverage.",
		FalsePositives: "None: raise the approved reach if it is meant so.",
		Fix:            "Close the way in, or have the wider reach approved.",
		Attack:         recTechniques("REC-06"),
		Needs:          []inventory.Capability{inventory.CapFunctions, inventory.CapPolicies, inventory.CapURLs, findings.CapRegistry},
		Elsewhere: atCloudflare(inventory.CapSubdomains, inventory.CapDomains, inventory.CapZones, inventory.CapRoutes, inventory.CapPreviews,
			inventory.CapPagesDomains, findings.CapRegistry),
	}
	return onAssets(r, func(_ *findings.Case, a inventory.Asset, v findings.Verdict) []findings.Finding {
		var out []findings.Finding
		if known := drifts(v, "reach", false); len(known) > 0 {
			f := driftFinding(r, a, v, known)
			f.Message = fmt.Sprintf("%s is reachable as %s, but claim %s approves %s", called(a), known[0].Got, v.Claim.ID, known[0].Want)
			f.Evidence = append(f.Evidence, wider(a, v)...)
			out = append(out, f)
		}
		for _, d := range drifts(v, "reach", true) {
			f := about(r, a)
			f.Discriminator, f.Coverage = "unknown", true
			f.Message = fmt.Sprintf("the reach of %s is unknown, and claim %s approves %s: %s", called(a), v.Claim.ID, d.Want, d.Why)
			f.Set(findings.Medium, "the reach is unknown; it may be public")
			f.Evidence = []findings.Evidence{claimEvidence(*v.Claim), facetEvidence(a, "exposure", d.Why)}
			out = append(out, f)
		}
		return out
	})
}

// wider lists the ways in that reach further than approved.
func wider(a inventory.Asset, v findings.Verdict) []findings.Evidence {
	var out []findings.Evidence
	ways, _ := a.Exposure.Get()
	for _, w := range ways.Open() {
		if w.Reach <= v.Claim.Approval.Limits.Reach {
			continue
		}
		text := fmt.Sprintf("%s reaches %s", w.Kind, w.Reach)
		for _, part := range []struct{ word, value string }{{"host", w.Hostname}, {"qualifier", w.Qualifier}, {"statement", w.Statement}, {"route", w.Route}, {"guard", w.Guard}, {"note", w.Note}} {
			if part.value != "" {
				text += fmt.Sprintf(", %s %s", part.word, part.value)
			}
		}
		out = append(out, facetEvidence(a, "exposure", text))
	}
	return out
}

// regionNotApproved is REC-07.
func regionNotApproved() findings.Rule {
	r := findings.Rule{
		ID: "REC-07", Title: "Region not approved", Severity: findings.High,
		Rationale:      "The asset runs in a region that its approval does not name. Unused regions are where nobody looks. A replica of Lambda@Edge counts for the region of its origin. A Worker has no region: the zones whose routes and custom domains lead to it count, by their ids.",
		FalsePositives: "Replicas of Lambda@Edge of which no reading tells the origin.",
		Fix:            "Move the asset, or have the region approved.",
		Attack:         recTechniques("REC-07"),
		Needs:          []inventory.Capability{inventory.CapFunctions, findings.CapRegistry},
		Elsewhere:      atCloudflare(inventory.CapZones, inventory.CapRoutes, inventory.CapDomains, findings.CapRegistry),
	}
	return onLimit(r, "regions")
}

// digestNotApproved is REC-08.
func digestNotApproved() findings.Rule {
	r := findings.Rule{
		ID: "REC-08", Title: "Code differs from approved", Severity: findings.High,
		Rationale:      "Code that takes traffic has a digest that nobody approved. Judged are the unqualified code and each version that an alias sends traffic to; of a Worker each version that serves a part of the traffic.",
		FalsePositives: "Rebuilds that are not reproducible. Layers have digests of their own and are not compared.",
		Fix:            "Deploy the approved code, or have the new digest approved.",
		Attack:         recTechniques("REC-08"),
		Needs:          []inventory.Capability{inventory.CapFunctions, inventory.CapVersions, inventory.CapAliases, inventory.CapLayers, findings.CapRegistry},
		Elsewhere:      atCloudflare(inventory.CapDeployments, findings.CapRegistry),
	}
	return onLimit(r, "code_digests")
}

// onLimit makes r report one limit of approvals that does not hold.
func onLimit(r findings.Rule, limit string) findings.Rule {
	return onAssets(r, func(_ *findings.Case, a inventory.Asset, v findings.Verdict) []findings.Finding {
		if known := drifts(v, limit, false); len(known) > 0 {
			return one(driftFinding(r, a, v, known))
		}
		return nil
	})
}

// identityNotApproved is REC-14. That owners share an identity is judged over
// all assets, whether or not an approval binds it.
func identityNotApproved() findings.Rule {
	r := findings.Rule{
		ID: "REC-14", Title: "Identity differs from approved", Severity: findings.High,
		Rationale:      "The asset acts as an identity that its approval does not name; a Worker acts as itself, under its own id. An identity that assets of several owners share is reported too, at medium: the rights of one are the rights of all.",
		FalsePositives: "Roles that were renamed.",
		Fix:            "Give the asset the approved identity, or have the new one approved; give each owner's assets an identity of their own.",
		Attack:         recTechniques("REC-14"),
		Needs:          []inventory.Capability{inventory.CapFunctions, inventory.CapRoles, findings.CapRegistry},
		Elsewhere:      atCloudflare(inventory.CapSettings, findings.CapRegistry),
	}
	differs := onLimit(r, "identities")
	r.Check = func(c *findings.Case) []findings.Finding {
		return append(differs.Check(c), sharedIdentities(r, c)...)
	}
	return r
}

// sharedIdentities finds identities that the assets of several owners act as.
func sharedIdentities(r findings.Rule, c *findings.Case) []findings.Finding {
	type use struct{ owners, assets []string }
	uses := map[string]use{}
	scopes := map[string]inventory.Scope{}
	var ids []string
	for _, a := range c.View.Assets {
		v := c.Verdicts[a.ID]
		id, ok := a.Identity.Get()
		if !ok || id.ID == "" || v.Owner == "" || v.Presence == inventory.Gone {
			continue
		}
		u, seen := uses[id.ID]
		if !seen {
			ids = append(ids, id.ID)
			scopes[id.ID] = inventory.Scope{Provider: a.Scope.Provider, Account: a.Scope.Account}
		}
		u.owners, u.assets = append(u.owners, v.Owner), append(u.assets, called(a))
		uses[id.ID] = u
	}
	slices.Sort(ids)
	var out []findings.Finding
	for _, id := range ids {
		u := uses[id]
		slices.Sort(u.owners)
		if len(slices.Compact(slices.Clone(u.owners))) < 2 {
			continue
		}
		f := r.New(scopes[id])
		f.Subject, f.Discriminator = id, "shared"
		f.Set(findings.Medium, "the identity is shared by several owners")
		f.Message = fmt.Sprintf("%s is shared by the assets of %s: %s", id, several(u.owners), several(u.assets))
		f.Evidence = []findings.Evidence{{Kind: "facet", Ref: id + "#identity", Summary: "identity of " + several(u.assets)}}
		out = append(out, f)
	}
	return out
}
