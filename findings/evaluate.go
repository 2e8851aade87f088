package findings

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// Silence is one scope in which a rule cannot say "clean", and why.
type Silence struct {
	Rule  string
	Scope inventory.Scope
	Gap   inventory.Coverage
}

// Result is what an evaluation found and where it could not judge.
type Result struct {
	// Findings, sorted by rule, asset or subject, discriminator; coverage
	// findings among them.
	Findings []Finding
	Silences []Silence
	// Judged are the ids of the rules that were active.
	Judged []string

	rules map[string]Rule
	gaps  func(Rule, inventory.Scope, inventory.Capability) []inventory.Coverage
	asked func(gap inventory.Coverage) bool
}

// Blind reports whether the rule could not judge the scope: it is not among
// the active ones, or a capability that it needs is missing there. Nothing
// may be resolved where a rule is blind. A scope of which the view knows
// nothing is held against the coverage too: nobody read it, so all are blind.
func (r Result) Blind(rule string, s inventory.Scope) bool {
	if !slices.Contains(r.Judged, rule) {
		return true
	}
	if slices.ContainsFunc(r.Silences, func(x Silence) bool { return x.Rule == rule && x.Scope.Touches(s) }) {
		return true
	}
	known := r.rules[rule]
	return slices.ContainsFunc(known.NeedsAt(s.Provider), func(need inventory.Capability) bool { return len(r.gaps(known, s, need)) > 0 })
}

// MayResolve reports whether a finding of the rule that was not found again in
// the scope may be resolved: the rule is active and could judge there. What no
// source was ever asked to read of the provider was no ground of the finding,
// and holds nothing open; a registry that is missing does.
func (r Result) MayResolve(rule string, s inventory.Scope) bool {
	if !slices.Contains(r.Judged, rule) {
		return false
	}
	for _, x := range r.Silences {
		if x.Rule == rule && x.Scope.Touches(s) && !r.neverAsked(x.Gap) {
			return false
		}
	}
	known := r.rules[rule]
	for _, need := range known.NeedsAt(s.Provider) {
		if slices.ContainsFunc(r.gaps(known, s, need), func(gap inventory.Coverage) bool { return !r.neverAsked(gap) }) {
			return false
		}
	}
	return true
}

func (r Result) neverAsked(gap inventory.Coverage) bool {
	return gap.NotAsked() && gap.State == inventory.Pending && gap.Cell.Capability != CapRegistry && !r.asked(gap)
}

// asked reports whether a source is, or was, asked to read what a gap lacks
// anywhere at the provider: the capability and, of logs, one of the services. A
// view without any cell knows nothing of that.
func (c *Case) asked(gap inventory.Coverage) bool {
	p := gap.Cell.Scope.Provider
	reads := func(cov inventory.Coverage) bool {
		same := cov.Cell.Scope.Provider == p || cov.Cell.Scope.Provider == "" || p == ""
		return same && cov.Cell.Capability == gap.Cell.Capability &&
			(len(gap.Services) == 0 || slices.ContainsFunc(gap.Services, cov.SpeaksOf))
	}
	return len(c.View.Coverage)+len(c.View.Dropped) == 0 || slices.ContainsFunc(c.View.Coverage, reads) || slices.ContainsFunc(c.View.Dropped, reads)
}

// Evaluate runs the active rules over the case: one pass over the events for
// those that judge acts, then each check. It holds every rule's needs against
// the coverage, so that no rule is silent where it is blind, and applies the
// registry's exceptions and blind spots.
func Evaluate(ctx context.Context, c *Case, rules []Rule) (Result, error) {
	var recallErr error
	c.history = func(id inventory.AssetID) []inventory.Observation {
		if c.View.History == nil || recallErr != nil {
			return nil
		}
		obs, err := c.View.History(ctx, id)
		recallErr = err
		return obs
	}
	c.acts = func(f inventory.Filter, yield func(inventory.Event)) {
		if recallErr == nil {
			recallErr = WalkActs(ctx, c.View, f, func(e inventory.Event) error { yield(e); return nil })
		}
	}
	active := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return r.State == Disabled })
	found, err := c.findings(ctx, active)
	if err = cmp.Or(err, recallErr); err != nil {
		return Result{}, fmt.Errorf("evaluate rules: %w", err)
	}
	res := Result{Silences: c.silences(active), rules: map[string]Rule{}, gaps: c.gaps, asked: c.asked}
	for _, r := range active {
		res.Judged = append(res.Judged, r.ID)
		res.rules[r.ID] = r
	}
	found, withheld := c.withhold(found, res)
	res.Silences = append(res.Silences, withheld...)
	fixSeverities(found, active)
	res.Findings = append(found, c.coverageFindings(res.Silences)...)
	c.accept(res.Findings)
	slices.SortFunc(res.Findings, compareFindings)
	return res, nil
}

func (c *Case) findings(ctx context.Context, rules []Rule) ([]Finding, error) {
	var found []Finding
	err := WalkActs(ctx, c.View, seen(rules), func(e inventory.Event) error {
		for _, r := range rules {
			if r.Event == nil || !r.hears(e) {
				continue
			}
			for _, f := range r.Event(c, e) {
				if r.Routine && f.Severity <= r.usual() && c.ApprovedDeployer(e, f.Asset) {
					continue
				}
				if r.Weigh && !f.Attempt && f.Asset != "" {
					c.weigh(&f, e)
				}
				found = append(found, f)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		if r.Check != nil {
			found = append(found, r.Check(c)...)
		}
	}
	return found, nil
}

// seen selects the events that some rule judges: unless one asks for more, acts.
func seen(rules []Rule) inventory.Filter {
	return inventory.Filter{Acts: !slices.ContainsFunc(rules, func(r Rule) bool { return r.Event != nil && r.Looks })}
}

// fixSeverities gives findings the severity that the configuration asks for,
// whatever the rule's own arithmetic. What says that something could not be
// judged keeps its severity: no configuration makes a blind rule look clean.
func fixSeverities(found []Finding, rules []Rule) {
	asked := map[string]Severity{}
	for _, r := range rules {
		if r.Fixed {
			asked[r.ID] = r.Severity
		}
	}
	for i := range found {
		if s, ok := asked[found[i].Rule]; ok && !found[i].Coverage {
			found[i].Set(s, "the configuration sets it")
		}
	}
}

// withhold takes back findings that conclude from absence where the absence
// is not proved, and says where.
func (c *Case) withhold(found []Finding, res Result) (kept []Finding, withheld []Silence) {
	for _, f := range found {
		r := res.rules[f.Rule]
		if r.Absence && res.Blind(f.Rule, f.Scope) {
			continue
		}
		if f.Over == (inventory.Window{}) {
			kept = append(kept, f)
			continue
		}
		switch c.View.Continuity(f.Scope, f.Over.From, f.Over.To, r.Listens[f.Scope.Provider]...) {
		case inventory.Proved:
			kept = append(kept, f)
		case inventory.Assumed:
			f.Lower("no digest chain proves that the log is without a gap")
			kept = append(kept, f)
		default:
			withheld = append(withheld, Silence{Rule: f.Rule, Scope: f.Scope, Gap: c.shortLog(f)})
		}
	}
	return kept, withheld
}

// shortLog is the gap of a finding that the log does not reach far enough to
// support.
func (c *Case) shortLog(f Finding) inventory.Coverage {
	cell := inventory.Cell{Scope: f.Scope, Capability: inventory.CapEvents}
	return inventory.Coverage{Cell: cell, State: inventory.Partial, Why: inventory.Reason{
		Message: "the log does not cover, without a gap, the stretch that " + f.Rule + " would conclude from",
	}}
}

// silences holds what each rule needs against the coverage of every scope.
func (c *Case) silences(rules []Rule) []Silence {
	var out []Silence
	for _, s := range c.Scopes() {
		memo := map[string][]inventory.Coverage{} // rules share what they need
		for _, r := range rules {
			if r.Provider != "" && r.Provider != s.Provider && s.Provider != "" {
				continue
			}
			for _, need := range r.NeedsAt(s.Provider) {
				key := string(need)
				if need == inventory.CapEvents {
					key += " " + strings.Join(r.Listens[s.Provider], " ")
				}
				gaps, ok := memo[key]
				if !ok {
					gaps = c.gaps(r, s, need)
					memo[key] = gaps
				}
				for _, g := range gaps {
					out = append(out, Silence{Rule: r.ID, Scope: s, Gap: g})
				}
			}
		}
	}
	return out
}

// CapRegistry stands for the registry in a rule's needs.
const CapRegistry inventory.Capability = "registry"

// gaps lists what the scope lacks of what the rule needs.
func (c *Case) gaps(r Rule, s inventory.Scope, need inventory.Capability) []inventory.Coverage {
	switch {
	case need == inventory.CapEvents:
		return c.View.LogGaps(s, r.Listens[s.Provider]...)
	case need != CapRegistry:
		return c.View.Gaps(s, need)
	case c.RegistryRead:
		return nil
	}
	return []inventory.Coverage{{Cell: inventory.Cell{Scope: s, Capability: CapRegistry}, Why: inventory.Reason{Message: "no registry was given"}}}
}

// Scopes lists every scope that a cell or an asset of the view names, sorted.
// Account-wide cells are no scope of their own where the account has regions.
// A view that names none has one scope, which holds everything and of which
// nothing was read.
func (c *Case) Scopes() []inventory.Scope {
	var all []inventory.Scope
	for _, cov := range c.View.Coverage {
		all = append(all, cov.Cell.Scope)
	}
	for _, a := range c.View.Assets {
		all = append(all, a.Scope)
	}
	if len(all) == 0 {
		return []inventory.Scope{{}}
	}
	slices.SortFunc(all, inventory.Scope.Compare)
	all = slices.Compact(all)
	return slices.DeleteFunc(slices.Clone(all), func(s inventory.Scope) bool {
		return slices.ContainsFunc(all, func(o inventory.Scope) bool { return o != s && s.Contains(o) })
	})
}

// accept marks what the registry's exceptions accept.
func (c *Case) accept(found []Finding) {
	for i := range found {
		f := &found[i]
		if f.Rule == CoverageRule || f.State != "" {
			continue // accepted where they are made, by blind spots
		}
		if why, ok := c.Accepted(*f); ok {
			f.State, f.StateWhy = Accepted, why
		}
	}
}

// Accepted tells by which live exception of the registry a finding is
// accepted. A finding about no asset (a role, a trail, a claim) is accepted by
// the id or name of its subject.
func (c *Case) Accepted(f Finding) (why string, ok bool) {
	if c.Registry == nil {
		return "", false
	}
	a, known := c.View.Known(f.Asset)
	if !known {
		a = inventory.Asset{ID: cmp.Or(f.Asset, inventory.AssetID(f.Subject)), Scope: f.Scope}
	}
	x := c.Registry.Exception(f.Rule, a, c.Now)
	if x == nil {
		return "", false
	}
	return fmt.Sprintf("exception by %s until %s: %s", x.By, registry.FormatEnd(x.Expires), x.Reason), true
}

func compareFindings(a, b Finding) int {
	return cmp.Or(strings.Compare(a.Rule, b.Rule), strings.Compare(string(a.Asset), string(b.Asset)),
		strings.Compare(a.Subject, b.Subject), strings.Compare(a.Discriminator, b.Discriminator),
		a.Scope.Compare(b.Scope), strings.Compare(a.Message, b.Message))
}
