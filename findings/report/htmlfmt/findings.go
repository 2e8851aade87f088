package htmlfmt

import (
	"cmp"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
)

// fullActs is how many acts the page shows in full. More would make a page
// that a browser opens slowly; the others follow in brief.
const fullActs = 1000

// act is what one event, or one state of things, raised: the finding that
// speaks for it and the others.
type act struct {
	findingView
	Others []findingView
	// Severities, States are the words of all of them, for the filter.
	Severities, States string
}

// findingView is a finding with what it points to.
type findingView struct {
	*report.Finding
	Anchor, RuleAnchor string
	// AssetName is the name of its asset; AssetAnchor is empty where the
	// document does not hold the asset.
	AssetName, AssetAnchor, Standing string
	Place                            string
	// Rank is the place of the severity, the highest first.
	Rank int
}

// findingTable is one table of acts.
type findingTable struct {
	ID    string
	Full  []act
	Brief []act
	// Total counts the findings of all acts, Open those of them that count.
	Total, Open int
	// The words that occur, for the choices of the filter.
	Severities, States, Providers, Standings []string
}

// acts joins the findings to acts and parts those about coverage from the
// others. No finding is lost: what no leader names stands for itself.
func (ix *index) acts() (own, blind []act) {
	joined := map[string]bool{}
	for _, f := range ix.doc.Findings {
		for _, id := range f.Members {
			joined[id] = joined[id] || f.Leads
		}
	}
	for i := range ix.doc.Findings {
		f := &ix.doc.Findings[i]
		if joined[f.ID] && !f.Leads {
			continue
		}
		a := ix.act(f)
		if f.Coverage {
			blind = append(blind, a)
		} else {
			own = append(own, a)
		}
	}
	slices.SortStableFunc(own, compareActs)
	slices.SortStableFunc(blind, compareActs)
	return own, blind
}

func (ix *index) act(f *report.Finding) act {
	a := act{findingView: ix.view(f)}
	for _, id := range f.Members {
		if m := ix.findings[id]; m != nil {
			a.Others = append(a.Others, ix.view(m))
		}
	}
	slices.SortStableFunc(a.Others, func(x, y findingView) int { return compareViews(x, y) })
	severities, states := map[string]bool{f.Severity: true}, map[string]bool{f.State: true}
	for _, o := range a.Others {
		severities[o.Severity], states[o.State] = true, true
	}
	a.Severities, a.States = words(severities), words(states)
	return a
}

func words(set map[string]bool) string { return strings.Join(occurring(nil, set), " ") }

func (ix *index) view(f *report.Finding) findingView {
	v := findingView{
		Finding: f, Anchor: ix.findingAt[f.ID], RuleAnchor: ix.rules[f.Rule],
		AssetName: f.Asset, Place: place(f.Provider, f.Account, f.Region), Rank: order(severities(), f.Severity),
	}
	if a := ix.assets[f.Asset]; a != nil {
		v.AssetName, v.AssetAnchor, v.Standing = cmp.Or(a.Name, a.ID), ix.assetAt[a.ID], a.Standing
	}
	return v
}

// compareActs puts what counts first, then the severe, then by rule and asset.
func compareActs(a, b act) int { return compareViews(a.findingView, b.findingView) }

func compareViews(a, b findingView) int {
	return cmp.Or(
		cmp.Compare(stateRank(a.State), stateRank(b.State)), cmp.Compare(a.Rank, b.Rank),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.ID, b.ID),
	)
}

func newFindingTable(id string, acts []act) findingTable {
	n := min(len(acts), fullActs)
	t := findingTable{ID: id, Full: acts[:n], Brief: acts[n:]}
	severity, state, provider, standing := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, a := range acts {
		t.Total += 1 + len(a.Others)
		for _, f := range append([]findingView{a.findingView}, a.Others...) {
			if f.State == string(findings.Open) {
				t.Open++
			}
			severity[f.Severity], state[f.State], provider[f.Provider], standing[f.Standing] = true, true, true, true
		}
	}
	t.Severities, t.States = occurring(severities(), severity), occurring(states(), state)
	t.Providers, t.Standings = occurring(nil, provider), occurring(standings(), standing)
	return t
}
