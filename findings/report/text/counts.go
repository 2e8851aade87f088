package text

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
)

// counts writes the table of standings by provider. It has fixed columns that
// fit 80; only a long name of a provider may make it wider.
func (p *page) counts(d *report.Document) {
	sum := d.Summary.Assets
	gone := ""
	if n := len(d.Assets) - sum.Total; n > 0 {
		gone = fmt.Sprintf("; %d gone, not counted", n)
	}
	p.title(fmt.Sprintf("assets: %d%s", sum.Total, gone))
	if sum.Total == 0 {
		return
	}
	head := []word{{text: "provider"}}
	for _, s := range findings.Standings() {
		head = append(head, word{string(s), standingColour(string(s))})
	}
	rows := [][]word{append(head, word{text: "total"})}
	for _, provider := range slices.Sorted(maps.Keys(sum.ProviderStanding)) {
		rows = append(rows, countRow(provider, sum.ProviderStanding[provider], sum.ByProvider[provider]))
	}
	if len(rows) > 2 {
		rows = append(rows, countRow("all", sum.ByStanding, sum.Total))
	}
	p.table(rows)
}

// countRow is one row of the table of standings.
func countRow(name string, counts map[string]int, total int) []word {
	row := []word{{text: Safe(name)}}
	for _, s := range findings.Standings() {
		row = append(row, word{text: fmt.Sprint(counts[string(s)])})
	}
	return append(row, word{text: fmt.Sprint(total)})
}

// table writes rows of equal length: the first column to the left, the others
// to the right.
func (p *page) table(rows [][]word) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, w := range row {
			widths[i] = max(widths[i], columns(w.text))
		}
	}
	for _, row := range rows {
		for i, w := range row {
			pad := strings.Repeat(" ", widths[i]-columns(w.text))
			p.paint("")
			p.out.WriteString("  ")
			if i > 0 {
				p.out.WriteString(pad)
			}
			p.write(w)
			if i == 0 {
				p.out.WriteString(pad)
			}
		}
		p.end()
	}
}

func standingColour(standing string) string {
	switch findings.Standing(standing) {
	case findings.Approved, findings.Owned:
		return green
	case findings.Drifted, findings.Expired:
		return yellow
	case findings.Unmanaged:
		return red
	}
	return magenta
}

func severityColour(severity string) string {
	switch severity {
	case findings.Critical.String():
		return loud
	case findings.High.String():
		return red
	case findings.Medium.String():
		return yellow
	case findings.Low.String():
		return cyan
	}
	return ""
}

func reachColour(reach string) string {
	switch reach {
	case inventory.ReachPublic.String():
		return red
	case inventory.ReachUnknown.String():
		return magenta
	}
	return ""
}

// rank is the place of a word in a list, from the worst; a word that is not in
// the list comes first, so that what nobody foresaw is not hidden at the end.
func rank(worstFirst []string, word string) int { return slices.Index(worstFirst, word) }
