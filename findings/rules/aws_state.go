package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// judgesAsset finds what is wrong with the state of one asset.
type judgesAsset func(c *findings.Case, a inventory.Asset) []findings.Finding

// standingAssets runs the judgement over every asset of a provider that is not gone.
func standingAssets(c *findings.Case, of inventory.Provider, judge judgesAsset) []findings.Finding {
	var out []findings.Finding
	for _, a := range c.View.Assets {
		if a.Scope.Provider == of && c.View.Presence(a) != inventory.Gone {
			out = append(out, judge(c, a)...)
		}
	}
	return out
}

// startState begins a finding about a facet of an asset as it stands.
func startState(r findings.Rule, a inventory.Asset, facet, discriminator, what string) findings.Finding {
	f := r.New(a.Scope)
	f.Asset, f.Discriminator = a.ID, discriminator
	state := a.Facet(facet)
	summary := fmt.Sprintf("%s, as read at %s", what, state.Seen.UTC().Format(time.RFC3339))
	if state.Stale {
		summary += "; something has happened since: " + state.Doubt.String()
	}
	f.Evidence = []findings.Evidence{{Kind: "facet", Ref: string(a.ID) + "#" + facet, Summary: summary}}
	return f
}

// says gives, of an event that made a state, the discriminators under which
// the state would be found.
type says func(c *findings.Case, id inventory.AssetID, e inventory.Event) []string

// dropActed leaves out the findings about a state whose making is a finding
// already: one of the acts picked said so. Where there is no state
// the events are not walked.
func dropActed(c *findings.Case, states []findings.Finding, pick picks, said says, actions ...inventory.Action) []findings.Finding {
	if len(states) == 0 {
		return nil
	}
	acted := map[string]bool{}
	note := func(e inventory.Event) {
		if !pick(e) {
			return
		}
		for _, id := range e.Assets {
			id = c.AssetOf(id)
			for _, d := range said(c, id, e) {
				acted[stateKey(id, d)] = true
			}
		}
	}
	for _, action := range actions {
		c.Acts(inventory.Filter{Action: action}, note)
	}
	return slices.DeleteFunc(states, func(f findings.Finding) bool { return acted[stateKey(f.Asset, f.Discriminator)] })
}

func stateKey(id inventory.AssetID, discriminator string) string {
	return string(id) + "\x00" + discriminator
}

// statementKey tells the statements of an asset's policies apart: each
// qualifier has a policy of its own.
func statementKey(id, qualifier string) string {
	qualifier = strings.TrimPrefix(qualifier, "$LATEST")
	if qualifier == "" {
		return id
	}
	return id + "@" + qualifier
}

// approvedReach reports whether an approval that has not ended allows the asset to be
// reached so far.
func approvedReach(c *findings.Case, id inventory.AssetID, reach inventory.Reach) bool {
	v, ok := c.Verdicts[id]
	if !ok || v.Claim == nil || v.Claim.Approval == nil || v.Claim.Approval.Expired(c.Now) {
		return false
	}
	limit := v.Claim.Approval.Limits.Reach
	return limit != inventory.ReachUnknown && reach != inventory.ReachUnknown && reach <= limit
}

// easeByApproval lowers a finding about a reach that was approved: it stays
// visible, and is nobody's emergency.
func easeByApproval(c *findings.Case, f *findings.Finding, reach inventory.Reach) {
	if approvedReach(c, f.Asset, reach) {
		f.Set(min(f.Severity, findings.Low), "the approval allows reach "+reach.String())
	}
}
