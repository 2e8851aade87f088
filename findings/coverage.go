package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// CoverageRule is the rule id of coverage findings.
const CoverageRule = "COV-01"

// hole is the key under which gaps become one finding.
type hole struct {
	provider   inventory.Provider
	account    string
	capability inventory.Capability
	state      inventory.State
	asked      bool
	accepted   string
}

// coverageFindings makes one finding per provider, account, capability and
// state, listing the regions and the rules that cannot judge there.
func (c *Case) coverageFindings(silences []Silence) []Finding {
	groups := map[hole][]Silence{}
	for _, s := range silences {
		h := hole{s.Gap.Cell.Scope.Provider, s.Gap.Cell.Scope.Account, s.Gap.Cell.Capability, s.Gap.State, !s.Gap.NotAsked(), ""}
		if !h.asked {
			h.account = "" // once per provider is enough for what nobody asked to read
		} else if spot := c.BlindSpot(s.Gap.Cell); spot != "" {
			h.accepted = spot
		}
		groups[h] = append(groups[h], s)
	}
	// A gap that silences no rule is a hole all the same.
	for _, cov := range c.View.Coverage {
		if cov.State.Whole() {
			continue
		}
		h := hole{cov.Cell.Scope.Provider, cov.Cell.Scope.Account, cov.Cell.Capability, cov.State, true, c.BlindSpot(cov.Cell)}
		groups[h] = append(groups[h], Silence{Scope: cov.Cell.Scope, Gap: cov})
	}
	out := make([]Finding, 0, len(groups))
	for h, all := range groups {
		out = append(out, h.finding(all))
	}
	slices.SortFunc(out, compareFindings)
	return out
}

func (h hole) finding(all []Silence) Finding {
	state := h.state.String()
	f := Finding{Rule: CoverageRule, Title: "Coverage hole", Severity: Medium, Coverage: true,
		Scope: inventory.Scope{Provider: h.provider, Account: h.account}}
	if !h.asked {
		state, f.Severity = "not asked for", Info
		if h.state != inventory.Pending {
			state = "window too short"
		}
	}
	f.Subject = fmt.Sprintf("%s/%s", f.Scope, h.capability)
	f.Discriminator = state
	rules := gather(all, func(s Silence) string { return s.Rule })
	regions := gather(all, func(s Silence) string { return s.Gap.Cell.Scope.Region })
	f.Message = fmt.Sprintf("%s: %s", f.Subject, state)
	if len(regions) > 0 && h.asked {
		f.Message += " in " + strings.Join(regions, ", ")
	}
	if len(rules) > 0 {
		f.Message += fmt.Sprintf("; cannot judge: %s", strings.Join(rules, ", "))
	}
	for _, why := range gather(all, func(s Silence) string { return s.Gap.Why.String() }) {
		f.Evidence = append(f.Evidence, Evidence{Kind: "coverage", Ref: f.Subject, Summary: why})
	}
	f.Remediation = "give the source the permission or the input that it lacks, or accept the blind spot in the registry with a reason and an end"
	if h.accepted != "" {
		f.State, f.StateWhy = Accepted, h.accepted
	}
	return f
}

// BlindSpot tells by which accepted blind spot the cell is covered now; empty
// if by none.
func (c *Case) BlindSpot(cell inventory.Cell) string {
	if c.Registry == nil {
		return ""
	}
	b := c.Registry.BlindSpot(cell, c.Now)
	if b == nil {
		return ""
	}
	return fmt.Sprintf("blind spot accepted by %s until %s: %s", b.By, b.Expires.Format("2006-01-02"), b.Reason)
}

func gather(all []Silence, pick func(Silence) string) []string {
	var out []string
	for _, s := range all {
		if v := pick(s); v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
