package text

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
)

// needy lists the standings that need a person, the one that needs most first.
func needy() []string {
	return []string{string(findings.Unmanaged), string(findings.Unknown), string(findings.Expired), string(findings.Drifted)}
}

// calm lists the others.
func calm() []string { return []string{string(findings.Owned), string(findings.Approved)} }

func (p *page) assets(d *report.Document) {
	var need []report.Asset
	rest := map[string]int{}
	for _, a := range d.Assets {
		switch {
		case a.Presence == inventory.Gone.String():
		case slices.Contains(calm(), a.Standing):
			rest[a.Standing]++
		default:
			need = append(need, a)
		}
	}
	if d.Summary.Assets.Total == 0 {
		return
	}
	slices.SortFunc(need, compareNeed)
	p.title(fmt.Sprintf("assets that need a person: %d of %d", len(need), d.Summary.Assets.Total))
	for _, a := range need[:min(len(need), maxAssets)] {
		p.asset(a)
	}
	p.more(len(need), maxAssets, "assets that need a person", "estray inventory list")
	if parts := counted(calm(), rest); parts != "" {
		p.para(2, 4, plain("the others: "+parts))
	}
}

// compareNeed orders by standing, then the widest reach first (unknown before
// public), then id.
func compareNeed(a, b report.Asset) int {
	reaches := inventory.ReachWords()
	slices.Reverse(reaches)
	return cmp.Or(cmp.Compare(rank(needy(), a.Standing), rank(needy(), b.Standing)),
		cmp.Compare(rank(reaches, a.Reach), rank(reaches, b.Reach)), cmp.Compare(a.ID, b.ID))
}

func (p *page) asset(a report.Asset) {
	parts := [][]word{painted(a.Standing, standingColour(a.Standing)), painted("reach "+a.Reach, reachColour(a.Reach))}
	if a.Presence != "" && a.Presence != inventory.Present.String() {
		parts = append(parts, plain(a.Presence))
	}
	if a.Owner != "" {
		parts = append(parts, plain("owner "+a.Owner))
	}
	if n := len(a.Findings); n > 0 {
		parts = append(parts, plain(fmt.Sprintf("findings: %d", n)))
	}
	for _, words := range parts[:len(parts)-1] {
		if len(words) > 0 {
			words[len(words)-1].text += ","
		}
	}
	p.para(2, 4, parts...)
	p.para(4, 6, plain(a.ID))
	for _, r := range a.Reasons[:min(len(a.Reasons), maxReasons)] {
		p.para(4, 6, plain(r))
	}
	if n := len(a.Reasons) - maxReasons; n > 0 {
		p.para(4, 6, plain(fmt.Sprintf("and %d more, see: estray inventory show %s", n, a.ID)))
	}
	if len(a.UnknownFacets) > 0 {
		p.para(4, 6, plain("not known now: "+strings.Join(slices.Sorted(maps.Keys(a.UnknownFacets)), ", ")))
	}
}
