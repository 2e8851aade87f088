package findings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// CoverageRule is the rule id of coverage findings.
const CoverageRule = "COV-01"

// CoverageDoc documents the coverage findings in the form of a rule. It is in
// no table: Evaluate makes these findings by itself, and no configuration can
// leave them out.
func CoverageDoc() Rule {
	return Rule{
		ID: CoverageRule, Title: "Coverage hole", Severity: Medium, State: Active,
		Rationale:      "What was not read whole is unknown, and a rule that needs it cannot say clean there. One finding tells of one provider, account, capability and state, with the regions and the rules that cannot judge. It counts for exit code 4, not for 3. What no source was asked to read is told as info and counts for neither.",
		FalsePositives: "None: a hole is a fact. One that is known and bearable is a blind spot for the registry, with reason, author and end.",
		Fix:            "Give the source the permission or the input that it lacks, or accept the blind spot in the registry.",
	}
}

// hole is the key under which gaps become one finding.
type hole struct {
	provider   inventory.Provider
	account    string
	capability inventory.Capability
	state      inventory.State
	// asked: a source was asked to read it; accepted: under a blind spot.
	asked, accepted bool
	// broken: the log was read whole, and is known to have a gap.
	broken bool
	// services: of a log that was read, some services were not asked for.
	services bool
}

// coverageFindings makes one finding per provider, account, capability and
// state, listing the regions and the rules that cannot judge there.
func (c *Case) coverageFindings(silences []Silence) []Finding {
	groups := map[hole][]Silence{}
	for _, s := range silences {
		h := c.hole(s.Gap)
		groups[h] = append(groups[h], s)
	}
	// A gap that silences no rule is a hole all the same, and so is a log in
	// which something is known to be missing.
	for _, cov := range c.View.Coverage {
		if !cov.State.Whole() || cov.Continuity == inventory.Broken {
			groups[c.hole(cov)] = append(groups[c.hole(cov)], Silence{Scope: cov.Cell.Scope, Gap: cov})
		}
	}
	out := make([]Finding, 0, len(groups))
	for h, all := range groups {
		out = append(out, c.holeFinding(h, all))
	}
	slices.SortFunc(out, compareFindings)
	return out
}

// hole tells in which finding a gap is told.
func (c *Case) hole(gap inventory.Coverage) hole {
	scope := gap.Cell.Scope
	h := hole{provider: scope.Provider, account: scope.Account, capability: gap.Cell.Capability, state: gap.State, asked: !gap.NotAsked()}
	h.broken = gap.State.Whole() && gap.Continuity == inventory.Broken
	if h.asked {
		h.accepted = c.BlindSpot(gap.Cell) != ""
	} else if gap.State == inventory.Pending {
		h.account = "" // once per provider is enough for what nobody asked to read
		h.services = len(gap.Services) > 0
	}
	return h
}

func (c *Case) holeFinding(h hole, all []Silence) Finding {
	f := Finding{Rule: CoverageRule, Title: CoverageDoc().Title, Severity: CoverageDoc().Severity, Coverage: true,
		Scope: inventory.Scope{Provider: h.provider, Account: h.account}}
	state, fix := h.words()
	if !h.asked {
		f.Severity = Info
	}
	f.Subject = fmt.Sprintf("%s/%s", cmp.Or(f.Scope.String(), "all"), h.capability)
	f.Discriminator = state
	f.Message = fmt.Sprintf("%s: %s", f.Subject, state)
	if h.services {
		f.Message = fmt.Sprintf("%s: %s of %s", f.Subject, notAsked, strings.Join(servicesOf(all), ", "))
	}
	if regions := gather(all, func(s Silence) string { return s.Gap.Cell.Scope.Region }); len(regions) > 0 && (h.asked || h.state != inventory.Pending) {
		f.Message += " in " + placesOf(h.provider, regions)
	}
	if rules := gather(all, func(s Silence) string { return s.Rule }); len(rules) > 0 {
		f.Message += fmt.Sprintf("; cannot judge: %s", strings.Join(rules, ", "))
	}
	for _, why := range gather(all, func(s Silence) string { return s.Gap.Why.String() }) {
		f.Evidence = append(f.Evidence, Evidence{Kind: "coverage", Ref: f.Subject, Summary: why})
	}
	f.Remediation = fix
	if h.accepted {
		// The same state outside the blind spot is another finding.
		f.Discriminator = state + " (accepted)"
		f.State, f.StateWhy = Accepted, strings.Join(gather(all, func(s Silence) string { return c.BlindSpot(s.Gap.Cell) }), "; ")
	}
	return f
}

// placesOf names regions, or zones, of which an account may have hundreds.
func placesOf(p inventory.Provider, regions []string) string {
	const most = 10
	if p != inventory.Cloudflare {
		return strings.Join(regions, ", ")
	}
	text := "zones " + strings.Join(regions[:min(len(regions), most)], ", ")
	if n := len(regions) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

const notAsked = "not asked for"

// words tells the hole's state, and what to do about it.
func (h hole) words() (state, fix string) {
	const accept = ", or accept the blind spot in the registry with a reason and an end."
	switch {
	case h.broken:
		return "continuity broken", "Find out what is missing of the log and since when" + accept
	case h.asked:
		return h.state.String(), "Give the source the permission or the input that it lacks" + accept
	case h.services:
		return notAsked + " of some services", "Read an archive of the trail, which holds the events of all services, if the rules that need them are wanted."
	case h.state == inventory.Pending:
		return notAsked, "Configure a source that reads it, if the rules that need it are wanted."
	}
	return "window too short", "Read more of the log: a longer stretch, or one without a gap."
}

// servicesOf lists the services whose events the gaps lack, sorted.
func servicesOf(all []Silence) []string {
	var out []string
	for _, s := range all {
		out = append(out, s.Gap.Services...)
	}
	slices.Sort(out)
	return slices.Compact(out)
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
	return fmt.Sprintf("blind spot accepted by %s until %s: %s", b.By, registry.FormatEnd(b.Expires), b.Reason)
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
