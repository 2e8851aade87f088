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

// REC lists the rules that hold the registry against the facts, by number.
func REC() []findings.Rule {
	return []findings.Rule{
		unmanaged(), ghost(), approvalEnded(), ownerGone(), approverDeployed(), reachAboveApproval(), regionNotApproved(),
		digestNotApproved(), deployedAndRemoved(), unloggedChange(), eventWithoutObject(), registryConflict(),
		hiddenByHole(), identityNotApproved(),
	}
}

// atCloudflare is what a rule needs there instead: the lists of all assets, and the
// others.
func atCloudflare(others ...inventory.Capability) map[inventory.Provider][]inventory.Capability {
	return map[inventory.Provider][]inventory.Capability{inventory.Cloudflare: slices.Concat(inventory.Listings(inventory.Cloudflare), others)}
}

// recTechniques is the one place that names ATT&CK techniques of REC rules, by
// the release findings.AttackVersion.
func recTechniques(rule string) []string {
	return map[string][]string{
		"REC-01": {"T1648", "T1584.007", "T1583.007"},
		"REC-03": {"T1648"},
		"REC-04": {"T1078.004"},
		"REC-05": {"T1098"},
		"REC-06": {"T1133", "T1098"},
		"REC-07": {"T1535"},
		"REC-08": {"T1648", "T1546"},
		"REC-09": {"T1648", "T1070"},
		"REC-10": {"T1685.002"},
		"REC-11": {"T1070", "T1685.002"},
		"REC-13": {"T1685.002"},
		"REC-14": {"T1098.003"},
	}[rule]
}

// onAssets makes r judge every asset that is there, with its verdict.
func onAssets(r findings.Rule, judge func(*findings.Case, inventory.Asset, findings.Verdict) []findings.Finding) findings.Rule {
	r.Check = func(c *findings.Case) []findings.Finding {
		var out []findings.Finding
		for _, a := range c.View.Assets {
			v := c.Verdicts[a.ID]
			if v.Presence == inventory.Gone || v.Presence == inventory.PresenceUnknown {
				continue
			}
			out = append(out, judge(c, a, v)...)
		}
		return out
	}
	return r
}

// onClaims makes r judge every claim of the registry.
func onClaims(r findings.Rule, judge func(*findings.Case, registry.Claim) []findings.Finding) findings.Rule {
	r.Check = func(c *findings.Case) []findings.Finding {
		var out []findings.Finding
		for _, claim := range c.Registry.Content().Claims {
			out = append(out, judge(c, claim)...)
		}
		return out
	}
	return r
}

// about starts a finding on an asset.
func about(r findings.Rule, a inventory.Asset) findings.Finding {
	f := r.New(a.Scope)
	f.Asset = a.ID
	return f
}

// aboutClaim starts a finding on a claim, with the claim as evidence.
func aboutClaim(r findings.Rule, claim registry.Claim) findings.Finding {
	f := r.New(claimScope(claim.Select))
	f.Subject = claim.ID
	f.Evidence = append(f.Evidence, claimEvidence(claim))
	return f
}

// claimScope is the narrowest scope that holds every place a selector leaves
// room for.
func claimScope(s registry.Selector) inventory.Scope {
	scope := inventory.Scope{Provider: s.Provider}
	if len(s.Accounts) == 1 {
		scope.Account = s.Accounts[0]
	}
	if len(s.Regions) == 1 {
		scope.Region = s.Regions[0]
	}
	return scope
}

func claimEvidence(claim registry.Claim) findings.Evidence {
	text := "claim of owner " + claim.Owner
	if a := claim.Approval; a != nil {
		text += ", approved by " + a.By + " until " + registry.FormatEnd(a.Expires)
	}
	return findings.Evidence{Kind: "claim", Ref: claim.ID, Summary: text + at(claim.At)}
}

// at names a place in the registry's files; empty where there is none.
func at(p registry.Position) string {
	if p.String() == "" {
		return ""
	}
	return ", at " + p.String()
}

func facetEvidence(a inventory.Asset, facet, summary string) findings.Evidence {
	return findings.Evidence{Kind: "facet", Ref: string(a.ID) + "#" + facet, Summary: summary}
}

func actEvidence(what string, act findings.Act) findings.Evidence {
	who := cmp.Or(act.Principal, "a principal that the record does not name")
	return findings.Evidence{Kind: "event", Ref: act.Event, Summary: fmt.Sprintf("%s by %s at %s", what, who, instant(act.Time))}
}

func coverageEvidence(cov inventory.Coverage) findings.Evidence {
	text := cov.State.String()
	if cov.Continuity == inventory.Broken {
		text += ", continuity broken"
	}
	if why := cov.Why.String(); why != "" {
		text += ": " + why
	}
	return findings.Evidence{Kind: "coverage", Ref: cov.Cell.String(), Summary: text}
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// called is the name by which people know an asset.
func called(a inventory.Asset) string { return cmp.Or(a.Name, string(a.ID)) }

// several joins names for a message, sorted, and counts those past the first
// ten.
func several(names []string) string {
	names = slices.Clone(names)
	slices.Sort(names)
	names = slices.Compact(names)
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// one gives a list of the one finding.
func one(f findings.Finding) []findings.Finding { return []findings.Finding{f} }
