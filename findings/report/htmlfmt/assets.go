package htmlfmt

import (
	"cmp"
	"maps"
	"slices"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
)

// fullAssets is how many assets the page shows in full; the others follow in
// brief. 20,000 assets make a page of some 10 MB, which opens in seconds.
const fullAssets = 2000

// mostShown is how many addresses of an asset stand beside its name.
const mostShown = 3

// assetView is an asset with what points to it.
type assetView struct {
	*report.Asset
	Anchor string
	// Worst is the highest severity of its open findings; empty if there are none.
	Worst    string
	Findings []findingView
	// Shown are the first addresses of what has no telling id, and Hidden how many
	// more there are.
	Shown  []string
	Hidden int
	// Unknown are the facets that are unknown or stale, with why.
	Unknown []fact
	// StandingRank, WorstRank, ReachRank order the rows by more than letters.
	StandingRank, WorstRank, ReachRank int
}

// fact is a named text.
type fact struct{ Name, Text string }

// assetTable is the table of assets, the worst standing first.
type assetTable struct {
	Full, Brief []assetView
	// BriefBy counts the assets in brief by standing.
	BriefBy []wordCount
	// The words that occur, for the choices of the filter.
	Standings, Providers, Severities []string
}

type wordCount struct {
	Word  string
	Count int
}

func newAssetTable(ix *index) assetTable {
	all := make([]assetView, 0, len(ix.doc.Assets))
	standing, provider, severity := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range ix.doc.Assets {
		v := ix.asset(&ix.doc.Assets[i])
		standing[v.Standing], provider[v.Provider], severity[v.Worst] = true, true, true
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b assetView) int {
		return cmp.Or(cmp.Compare(a.StandingRank, b.StandingRank), cmp.Compare(a.WorstRank, b.WorstRank),
			cmp.Compare(a.ReachRank, b.ReachRank), cmp.Compare(a.ID, b.ID))
	})
	n := min(len(all), fullAssets)
	t := assetTable{
		Full: all[:n], Brief: all[n:],
		Standings: occurring(standings(), standing), Providers: occurring(nil, provider),
		Severities: occurring(severities(), severity),
	}
	for _, word := range t.Standings {
		c := wordCount{Word: word}
		for _, a := range t.Brief {
			if a.Standing == word {
				c.Count++
			}
		}
		if c.Count > 0 {
			t.BriefBy = append(t.BriefBy, c)
		}
	}
	return t
}

func (ix *index) asset(a *report.Asset) assetView {
	v := assetView{
		Asset: a, Anchor: ix.assetAt[a.ID], StandingRank: order(standings(), a.Standing),
		WorstRank: len(severities()), ReachRank: reachRank(a.Reach),
	}
	for _, id := range a.Findings {
		f := ix.findings[id]
		if f == nil {
			continue
		}
		fv := ix.view(f)
		v.Findings = append(v.Findings, fv)
		if f.State == string(findings.Open) && fv.Rank < v.WorstRank {
			v.Worst, v.WorstRank = f.Severity, fv.Rank
		}
	}
	slices.SortStableFunc(v.Findings, compareViews)
	if a.Provider == string(inventory.Cloudflare) {
		at := a.Addresses()
		v.Shown = at[:min(len(at), mostShown)]
		v.Hidden = len(at) - len(v.Shown)
	}
	for _, name := range slices.Sorted(maps.Keys(a.UnknownFacets)) {
		v.Unknown = append(v.Unknown, fact{name, a.UnknownFacets[name]})
	}
	return v
}
