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

// assets writes those that need a person; the others are a count, since a list
// of what is right hides what is not.
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
	for _, group := range alikeAssets(need[:min(len(need), maxAssets)]) {
		p.asset(group)
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

// alikeAssets joins neighbours that differ in what they are called alone: one
// approval that ended often leaves many assets with one and the same reason.
func alikeAssets(sorted []report.Asset) [][]report.Asset {
	var out [][]report.Asset
	for _, a := range sorted {
		if n := len(out); n > 0 && alikeReasons(out[n-1][0], a) {
			out[n-1] = append(out[n-1], a)
			continue
		}
		out = append(out, []report.Asset{a})
	}
	return out
}

// alikeReasons compares everything that an entry prints but the id.
func alikeReasons(a, b report.Asset) bool {
	return a.Standing == b.Standing && a.Reach == b.Reach && a.Presence == b.Presence && a.Owner == b.Owner &&
		len(a.Findings) == len(b.Findings) && len(a.Reasons) <= maxReasons && slices.Equal(a.Reasons, b.Reasons) &&
		maps.Equal(a.UnknownFacets, b.UnknownFacets)
}

// asset writes assets that are alike as one entry.
func (p *page) asset(group []report.Asset) {
	a := group[0]
	parts := [][]word{painted(a.Standing, standingColour(a.Standing)), painted("reach "+a.Reach, reachColour(a.Reach))}
	if a.Presence != "" && a.Presence != inventory.Present.String() {
		parts = append(parts, plain(a.Presence))
	}
	if a.Owner != "" {
		parts = append(parts, plain("owner "+a.Owner))
	}
	if n := len(a.Findings); n > 0 {
		parts = append(parts, plain(fmt.Sprintf("findings: %d%s", n, each(group))))
	}
	for _, words := range parts[:len(parts)-1] {
		if len(words) > 0 {
			words[len(words)-1].text += ","
		}
	}
	p.para(2, 4, parts...)
	for _, one := range group {
		p.identity(one)
	}
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

// identity writes by what people know an asset: its id, its name where the id does
// not end with it, and where it answers.
func (p *page) identity(a report.Asset) {
	if named(a) {
		p.para(4, 6, plain(a.Name), plain("("+a.Kind+")"))
	}
	p.para(4, 6, plain(a.ID))
	at := a.Addresses()
	if !named(a) || len(at) == 0 {
		return
	}
	line := "answers at " + strings.Join(at[:min(len(at), maxAddresses)], ", ")
	if n := len(at) - maxAddresses; n > 0 {
		line += fmt.Sprintf(" and %d more", n)
	}
	p.para(6, 8, plain(line))
}

// named: the id says nothing to people, so that the name must.
func named(a report.Asset) bool {
	return a.Name != "" && a.Provider == string(inventory.Cloudflare)
}

// each ends a count that holds for every asset of the group.
func each(group []report.Asset) string {
	if len(group) > 1 {
		return " each"
	}
	return ""
}
