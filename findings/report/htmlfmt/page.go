package htmlfmt

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"

	"github.com/estray/estray/findings/report"
)

// page is what the template shows.
type page struct {
	Policy        string
	Style, Script template.HTML
	Doc           *report.Document
	Verdict       verdict
	Severity      []severityCount
	Standing      standingPicture
	Findings      findingTable
	Blind         findingTable
	Assets        assetTable
	Coverage      coverageView
	Deployments   deploymentPicture
	Rules         ruleTable
}

// verdict is the head of the page.
type verdict struct {
	Code int
	// Word names the code; Tone is the class of its colours.
	Word, Tone string
	Cells      int
}

// severityCount is one row of the summary: open findings of one severity, and
// how many of them are about coverage.
type severityCount struct {
	Word        string
	Total, Hole int
	Width       string
}

// ruleTable is the list of rules with how many do not judge.
type ruleTable struct {
	Rows   []ruleRow
	Silent int
}

type ruleRow struct {
	Anchor string
	report.Rule
}

func newPage(d *report.Document) *page {
	ix := newIndex(d)
	own, blind := ix.acts()
	c := d.Summary.Coverage
	p := &page{
		Doc:         d,
		Verdict:     verdictOf(d),
		Severity:    countSeverities(d),
		Standing:    drawStanding(d.Summary.Assets),
		Findings:    newFindingTable("findings", own),
		Blind:       newFindingTable("blind", blind),
		Assets:      newAssetTable(ix),
		Coverage:    newCoverage(d.Coverage),
		Deployments: drawDeployments(d.Deployments),
		Rules:       newRuleTable(ix),
	}
	p.Verdict.Cells = c.Complete + c.Accepted + c.Incomplete
	return p
}

func verdictOf(d *report.Document) verdict {
	v := verdict{Code: d.ExitCode, Tone: "bad"}
	switch d.ExitCode {
	case report.ExitClean:
		v.Word, v.Tone = "Nothing to fail on", "good"
		if d.Summary.Coverage.Incomplete > 0 {
			v.Word, v.Tone = "Nothing to fail on, but coverage is incomplete", "warn"
		}
	case report.ExitFailed:
		v.Word = "The scan failed"
	case report.ExitUsage:
		v.Word = "The scan was called wrongly"
	case report.ExitFindings:
		v.Word = "Open findings"
	case report.ExitIncomplete:
		v.Word, v.Tone = "Coverage is incomplete", "warn"
	default:
		v.Word = fmt.Sprintf("Exit code %d", d.ExitCode)
	}
	return v
}

func countSeverities(d *report.Document) []severityCount {
	most := 1
	for _, n := range d.Summary.Findings.BySeverity {
		most = max(most, n)
	}
	out := make([]severityCount, 0, len(severities()))
	for _, word := range severities() {
		c := severityCount{Word: word, Total: d.Summary.Findings.BySeverity[word]}
		c.Width = decimal(float64(c.Total) / float64(most) * 100)
		for _, f := range d.Findings {
			if f.Severity == word && f.Coverage && stateRank(f.State) == 0 {
				c.Hole++
			}
		}
		out = append(out, c)
	}
	return out
}

func newRuleTable(ix *index) ruleTable {
	var t ruleTable
	for _, r := range ix.doc.Rules {
		t.Rows = append(t.Rows, ruleRow{Anchor: ix.rules[r.ID], Rule: r})
		if r.State != "active" {
			t.Silent++
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b ruleRow) int { return cmp.Compare(a.ID, b.ID) })
	return t
}

// index finds things by their ids and gives them anchors. Anchors are numbers:
// ids are foreign text.
type index struct {
	doc      *report.Document
	findings map[string]*report.Finding
	assets   map[string]*report.Asset
	// anchors of findings, assets and rules by id.
	findingAt, assetAt, rules map[string]string
}

func newIndex(d *report.Document) *index {
	ix := &index{
		doc: d, findings: map[string]*report.Finding{}, assets: map[string]*report.Asset{},
		findingAt: map[string]string{}, assetAt: map[string]string{}, rules: map[string]string{},
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		ix.findings[f.ID], ix.findingAt[f.ID] = f, fmt.Sprintf("f%d", i+1)
	}
	for i := range d.Assets {
		a := &d.Assets[i]
		ix.assets[a.ID], ix.assetAt[a.ID] = a, fmt.Sprintf("a%d", i+1)
	}
	for i, r := range d.Rules {
		ix.rules[r.ID] = fmt.Sprintf("r%d", i+1)
	}
	return ix
}
