package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// Input is what a document is made from. Nothing else shows in it.
type Input struct {
	Case     *findings.Case
	Findings []Life
	Silences []findings.Silence
	Rules    []findings.Rule
	Tool     Tool
	Run      Run
	Policy   Policy
	// Deployments by day and provider, in any order.
	Deployments []Deployments
	// Notes are said in every report, in this order.
	Notes []string
	// Last: nobody reads the assets of the case after. Each is let go when the
	// document tells it, so that a large estate is not held twice.
	Last bool
}

// Life is a finding with what its life adds.
type Life struct {
	findings.Finding
	FirstSeen, LastSeen, ResolvedAt time.Time
	Reopened                        bool
}

// Build makes the document and decides the exit code.
func Build(in Input) *Document {
	d := &Document{Schema: Schema, Tool: in.Tool, Run: in.Run.utc(), Notes: in.Notes}
	d.Findings = buildFindings(in.Findings)
	d.Assets = buildAssets(in.Case, d.Findings, in.Last)
	d.Coverage = buildCoverage(in.Case)
	d.Principals = buildPrincipals(in.Case.View)
	d.NotAsked = buildNotAsked(in.Silences)
	d.Deployments = slices.SortedFunc(slices.Values(in.Deployments), func(a, b Deployments) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Provider, b.Provider))
	})
	for _, r := range in.Rules {
		d.Rules = append(d.Rules, Rule{ID: r.ID, Title: r.Title, Severity: r.Severity.String(), State: string(cmp.Or(r.State, findings.Active))})
	}
	slices.SortFunc(d.Rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	d.Summary = summarize(d)
	d.ExitCode, d.ExitWhy = Exit(d, in.Policy)
	return d
}

func (r Run) utc() Run {
	r.Started, r.Finished, r.Now = r.Started.UTC(), r.Finished.UTC(), r.Now.UTC()
	return r
}

func buildFindings(all []Life) []Finding {
	out := make([]Finding, 0, len(all))
	groups := map[string][]int{}
	for _, l := range all {
		f := Finding{
			ID: l.Fingerprint(), Rule: l.Rule, Title: l.Title, Severity: l.Severity.String(),
			State: string(cmp.Or(l.State, findings.Open)), StateWhy: l.StateWhy,
			Provider: string(l.Scope.Provider), Account: l.Scope.Account, Region: l.Scope.Region,
			Asset: string(l.Asset), Subject: l.Subject, Attempt: l.Attempt, Coverage: l.Coverage,
			Group: groupID(l.GroupKey()), Message: l.Message, Steps: l.Steps, Evidence: []Evidence{},
			Remediation: l.Remediation, Attack: l.Attack,
			FirstSeen: l.FirstSeen.UTC(), LastSeen: l.LastSeen.UTC(), ResolvedAt: l.ResolvedAt.UTC(), Reopened: l.Reopened,
		}
		if f.State == string(findings.Resolved) {
			f.Group = "" // what is over groups with nothing
		}
		for _, e := range l.Evidence {
			f.Evidence = append(f.Evidence, Evidence(e))
		}
		out = append(out, f)
	}
	slices.SortFunc(out, compareFindings)
	for i, f := range out {
		if f.Group != "" {
			groups[f.Group] = append(groups[f.Group], i)
		}
	}
	for _, members := range groups {
		lead(out, members)
	}
	return out
}

// compareFindings orders by id. Two findings of one id are a fault of their
// rule; their order is fixed all the same.
func compareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.State, b.State), cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Message, b.Message), cmp.Compare(a.StateWhy, b.StateWhy))
}

// lead marks the finding that speaks for the group: an open one before one
// that somebody has accepted, so that no open finding stands behind it; then
// that of the highest severity. A group of one has no leader and is no group.
func lead(all []Finding, members []int) {
	if len(members) == 1 {
		all[members[0]].Group = ""
		return
	}
	best := slices.MinFunc(members, func(a, b int) int {
		return cmp.Or(cmp.Compare(isOpen(all[b]), isOpen(all[a])), cmp.Compare(rank(all[b].Severity), rank(all[a].Severity)),
			cmp.Compare(all[a].Rule, all[b].Rule), cmp.Compare(all[a].ID, all[b].ID))
	})
	all[best].Leads = true
	for _, i := range members {
		if i != best {
			all[best].Members = append(all[best].Members, all[i].ID)
		}
	}
}

// isOpen is 1 for an open finding, else 0.
func isOpen(f Finding) int {
	if f.State == string(findings.Open) {
		return 1
	}
	return 0
}

func rank(severity string) int { return slices.Index(findings.SeverityWords(), severity) }

func groupID(key string) string {
	if key == "" {
		return ""
	}
	return findings.Finding{Rule: "group", Subject: key}.Fingerprint()
}

func buildCoverage(c *findings.Case) []Coverage {
	out := make([]Coverage, 0, len(c.View.Coverage))
	for _, cov := range c.View.Coverage {
		r := Coverage{
			Source: cov.Cell.Source, Provider: string(cov.Cell.Scope.Provider), Account: cov.Cell.Scope.Account,
			Region: cov.Cell.Scope.Region, Capability: string(cov.Cell.Capability), State: cov.State.String(),
			Expected: cov.Expected, Seen: cov.Seen, From: cov.Window.From.UTC(), To: cov.Window.To.UTC(), Read: cov.Read.UTC(),
			Continuity: cov.Continuity.String(), Services: cov.Services, Usage: string(cov.Usage),
			Operation: cov.Why.Operation, Code: cov.Why.Code, Message: cov.Why.Message,
		}
		if !cov.State.Whole() || cov.Continuity == inventory.Broken {
			r.AcceptedWhy = c.BlindSpot(cov.Cell)
			r.Accepted = r.AcceptedWhy != ""
		}
		out = append(out, r)
	}
	return out
}

func buildNotAsked(silences []findings.Silence) []NotAsked {
	type key struct {
		provider   inventory.Provider
		capability inventory.Capability
		services   bool
	}
	found := map[key]NotAsked{}
	for _, s := range silences {
		if s.Gap.NotAsked() && s.Gap.State == inventory.Pending {
			k := key{s.Scope.Provider, s.Gap.Cell.Capability, len(s.Gap.Services) > 0}
			n := found[k]
			n.Rules, n.Services = append(n.Rules, s.Rule), append(n.Services, s.Gap.Services...)
			found[k] = n
		}
	}
	var out []NotAsked
	for k, n := range found {
		slices.Sort(n.Rules)
		slices.Sort(n.Services)
		out = append(out, NotAsked{Provider: string(k.provider), Capability: string(k.capability),
			Services: slices.Compact(n.Services), Rules: slices.Compact(n.Rules)})
	}
	slices.SortFunc(out, func(a, b NotAsked) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Capability, b.Capability), slices.Compare(a.Services, b.Services))
	})
	return out
}

func summarize(d *Document) Summary {
	s := Summary{
		Assets:   AssetSummary{ByStanding: map[string]int{}, ByProvider: map[string]int{}, ProviderStanding: map[string]map[string]int{}},
		Findings: FindingSummary{BySeverity: map[string]int{}},
	}
	for _, st := range findings.Standings() {
		s.Assets.ByStanding[string(st)] = 0
	}
	for _, w := range findings.SeverityWords() {
		s.Findings.BySeverity[w] = 0
	}
	for _, a := range d.Assets {
		if a.Presence == inventory.Gone.String() {
			continue
		}
		s.Assets.Total++
		s.Assets.ByStanding[a.Standing]++
		s.Assets.ByProvider[a.Provider]++
		if s.Assets.ProviderStanding[a.Provider] == nil {
			s.Assets.ProviderStanding[a.Provider] = map[string]int{}
		}
		s.Assets.ProviderStanding[a.Provider][a.Standing]++
	}
	for _, f := range d.Findings {
		s.Findings.count(f)
	}
	for _, c := range d.Coverage {
		s.Coverage.count(c)
	}
	return s
}

func (s *FindingSummary) count(f Finding) {
	switch findings.State(f.State) {
	case findings.Open:
		s.Total++
		s.BySeverity[f.Severity]++
	case findings.Acknowledged:
		s.Acknowledged++
	case findings.Accepted:
		s.Accepted++
	case findings.Resolved:
		s.Resolved++
	}
}

func (s *CoverageSummary) count(c Coverage) {
	switch {
	case c.Whole():
		s.Complete++
	case c.Accepted:
		s.Accepted++
	default:
		s.Incomplete++
	}
}

// Words returns a map's keys, sorted; for formats that list counts.
func Words(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
