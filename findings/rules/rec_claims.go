package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// unmanaged is REC-01, the question that everything else serves.
func unmanaged() findings.Rule {
	r := findings.Rule{
		ID: "REC-01", Title: "Unmanaged asset", Severity: findings.High,
		Rationale:      "Nobody answers for the asset: no claim of the registry selects it. Nobody would notice that it is changed, misused, or was never ours.",
		FalsePositives: "Assets that a managed service makes (custom resources of CDK, StackSets, Amplify): claim them by the tag aws:cloudformation:stack-name and the account.",
		Fix:            "Find out who deployed it, then add a claim to the registry or remove the asset.",
		Attack:         recTechniques("REC-01"),
		Needs:          []inventory.Capability{inventory.CapFunctions, findings.CapRegistry},
		Elsewhere:      atCloudflare(findings.CapRegistry),
	}
	return onAssets(r, func(_ *findings.Case, a inventory.Asset, v findings.Verdict) []findings.Finding {
		if v.Standing != findings.Unmanaged {
			return nil
		}
		f := about(r, a)
		f.Message = "nobody answers for " + called(a)
		if v.Presence == inventory.Inferred {
			// No inventory was read that could hold it or show it gone. It was
			// made, and no event tells of its end: that is enough to ask.
			f.Message += ", known from events alone"
		}
		if last := v.Life().LastDeploy; last.Event != "" {
			f.Evidence = append(f.Evidence, actEvidence("last deployed", last))
			f.Message += ", last deployed by " + cmp.Or(last.Principal, "a principal that the record does not name")
			if last.Who.Email != "" {
				f.Message += " (" + last.Who.Email + ")"
			}
		}
		f.Evidence = append(f.Evidence, facetEvidence(a, "scope", strings.Join(v.Reasons, "; ")))
		weighUnmanaged(&f, a)
		return one(f)
	})
}

// weighUnmanaged makes it critical where a stray would do most harm. A reach
// that is not known counts as public.
func weighUnmanaged(f *findings.Finding, a inventory.Asset) {
	switch reach, _ := a.Reach(); {
	case reach == inventory.ReachUnknown:
		f.Set(findings.Critical, "its reach is unknown and counts as public")
	case reach >= inventory.ReachPartner:
		f.Set(findings.Critical, "its reach is "+reach.String())
	}
	if rights, ok := a.Rights.Get(); ok && rights.Admin && !rights.Bounded {
		f.Set(findings.Critical, "its identity is administrator-like")
		f.Evidence = append(f.Evidence, facetEvidence(a, "rights", "administrator-like: "+several(rights.Why)))
	}
}

// ghost is REC-02. Where any cell of the claim's scope was not read whole the
// claim may match what nobody saw: REC-13 speaks instead.
func ghost() findings.Rule {
	r := findings.Rule{
		ID: "REC-02", Title: "Ghost claim", Severity: findings.Low, Absence: true,
		Rationale:      "A claim matches nothing although its scope was read whole. A claim that outlives its asset will approve whatever next takes that name.",
		FalsePositives: "Assets that are made on demand: mark the claim as transient.",
		Fix:            "Remove the claim, or correct its selector.",
		Needs:          []inventory.Capability{inventory.CapFunctions, findings.CapRegistry},
		Elsewhere:      atCloudflare(findings.CapRegistry),
	}
	r.Check = func(c *findings.Case) []findings.Finding {
		var out []findings.Finding
		for _, claim := range c.Ghosts {
			f := aboutClaim(r, claim)
			f.Message = fmt.Sprintf("claim %s of %s matches no asset, and its scope was read whole", claim.ID, claim.Owner)
			out = append(out, f)
		}
		return out
	}
	return r
}

func approvalEnded() findings.Rule {
	const month = 30 * 24 * time.Hour
	r := findings.Rule{
		ID: "REC-03", Title: "Approval expired", Severity: findings.Medium,
		Rationale:      "A consent has an end so that somebody looks again. Past it the assets of the claim run without consent: medium at first, high after 30 days. Within 30 days before the end the finding is a reminder.",
		FalsePositives: "None.",
		Fix:            "Review the assets of the claim, then renew the approval or remove both.",
		Attack:         recTechniques("REC-03"),
		Needs:          []inventory.Capability{findings.CapRegistry},
	}
	return onClaims(r, func(c *findings.Case, claim registry.Claim) []findings.Finding {
		if claim.Approval == nil || c.Now.Before(claim.Approval.Expires.Add(-month)) {
			return nil
		}
		f, end := aboutClaim(r, claim), claim.Approval.Expires
		f.Message = fmt.Sprintf("the approval of claim %s ended on %s", claim.ID, registry.FormatEnd(end))
		switch {
		case c.Now.Before(end):
			f.Message = fmt.Sprintf("the approval of claim %s ends on %s", claim.ID, registry.FormatEnd(end))
			f.Set(findings.Info, "it has not ended yet")
		case !c.Now.Before(end.Add(month)):
			f.Set(findings.High, "it ended 30 days ago or more")
		}
		return one(f)
	})
}

func ownerGone() findings.Rule {
	r := findings.Rule{
		ID: "REC-04", Title: "Owner gone", Severity: findings.High,
		Rationale:      "The owner of a claim is nobody who can be reached: unknown to the registry, or without contact and principal. The assets are as good as unmanaged.",
		FalsePositives: "Re-organisations that the registry does not show yet.",
		Fix:            "Name an owner who exists, with a contact.",
		Attack:         recTechniques("REC-04"),
		Needs:          []inventory.Capability{findings.CapRegistry, inventory.CapDirectory, inventory.CapRoles},
		Elsewhere:      map[inventory.Provider][]inventory.Capability{inventory.Cloudflare: {findings.CapRegistry}},
	}
	r.Check = func(c *findings.Case) []findings.Finding {
		claims := map[string][]string{}
		for _, claim := range c.Registry.Content().Claims {
			claims[claim.Owner] = append(claims[claim.Owner], claim.ID)
		}
		owners := make([]string, 0, len(claims))
		for id := range claims {
			owners = append(owners, id)
		}
		slices.Sort(owners)
		var out []findings.Finding
		for _, id := range owners {
			owner, known := c.Registry.Owner(id)
			if known && len(owner.Contacts)+len(owner.Principals) > 0 {
				continue
			}
			f := r.New(inventory.Scope{})
			f.Subject = "owner:" + id
			why := "has neither contact nor principal"
			if !known {
				why = "is not among the registry's owners"
			}
			f.Message = fmt.Sprintf("owner %s %s, and answers for: %s", id, why, several(claims[id]))
			f.Evidence = []findings.Evidence{{Kind: "claim", Ref: id, Summary: "owner " + id + " " + why + at(owner.At)}}
			out = append(out, f)
		}
		return out
	}
	return r
}
