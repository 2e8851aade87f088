package text

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
)

// act is one entry of the list: an open finding, and the others on its act.
type act struct {
	head report.Finding
	also []report.Finding
}

func (p *page) findings(d *report.Document) {
	var open, quiet []report.Finding
	groups := map[string][]report.Finding{}
	about := 0
	for _, f := range d.Findings {
		switch {
		case f.Coverage:
			about++
		case f.State == string(findings.Open):
			open = append(open, f)
		default:
			quiet = append(quiet, f)
		}
		if f.Group != "" {
			groups[f.Group] = append(groups[f.Group], f)
		}
	}
	p.title(findingCounts(d.Summary.Findings))
	if about > 0 {
		p.para(2, 4, plain(fmt.Sprintf("%d of these %s about coverage, see coverage below", about, isAre(about))))
	}
	ids := newShortIDs(d.Findings)
	acts := gatherActs(open, groups)
	for _, a := range acts[:min(len(acts), maxFindings)] {
		p.act(a, ids)
	}
	if len(acts) > maxFindings {
		p.gap()
	}
	p.more(len(acts), maxFindings, "acts or assets with findings", "estray findings list")
	p.quiet(quiet, ids)
	if len(open)+len(quiet) > 0 {
		p.gap()
		p.para(2, 4, plain("ids are cut where they stay unique; all of a finding: estray findings show ID"))
	}
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// findingCounts says how many, in every state.
func findingCounts(s report.FindingSummary) string {
	line := fmt.Sprintf("findings: %d open", s.Total)
	if parts := counted(severities(), s.BySeverity); parts != "" {
		line += " (" + parts + ")"
	}
	return line + fmt.Sprintf(", %d acknowledged, %d accepted, %d resolved", s.Acknowledged, s.Accepted, s.Resolved)
}

// counted lists the counts that are not zero, in the order of the words.
func counted(words []string, counts map[string]int) string {
	var parts []string
	for _, w := range words {
		if n := counts[w]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, w))
		}
	}
	return strings.Join(parts, ", ")
}

// gatherActs makes one entry of the open findings on one act. The head is the
// gravest that is open: the leader of the group, if that is.
func gatherActs(open []report.Finding, groups map[string][]report.Finding) []act {
	slices.SortFunc(open, gravest)
	var acts []act
	done := map[string]bool{}
	for _, f := range open {
		if f.Group != "" && done[f.Group] {
			continue
		}
		done[f.Group] = true
		others := slices.DeleteFunc(slices.Clone(groups[f.Group]), func(o report.Finding) bool { return o.ID == f.ID })
		slices.SortFunc(others, gravest)
		acts = append(acts, act{head: f, also: others})
	}
	return acts
}

func severities() []string {
	words := findings.SeverityWords()
	slices.Reverse(words)
	return words
}

// gravest orders findings: by severity, acts before attempts, rule, what they
// are about, id.
func gravest(a, b report.Finding) int {
	attempt := func(f report.Finding) int {
		if f.Attempt {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(severities(), a.Severity), rank(severities(), b.Severity)), cmp.Compare(attempt(a), attempt(b)),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(aboutOf(a), aboutOf(b)), cmp.Compare(a.ID, b.ID))
}

func aboutOf(f report.Finding) string { return cmp.Or(f.Asset, f.Subject) }

// act writes an open finding with its evidence, and names the others on its act.
func (p *page) act(a act, ids shortIDs) {
	f := a.head
	p.gap()
	attempt := ""
	if f.Attempt {
		attempt = "(attempt: nothing changed)"
	}
	p.para(2, 4, painted(f.Severity, severityColour(f.Severity)), plain(f.Rule), plain(ids.short(f.ID)), painted(f.Title, bold), plain(attempt))
	p.para(4, 6, plain(aboutOf(f)))
	p.para(4, 6, plain(f.Message))
	if len(a.also) > 0 {
		p.para(4, 6, plain("also "+strings.Join(alsoWords(a.also, ids), ", ")+" on the same act"))
	}
	p.list("severity", f.Steps)
	p.evidence(f, ids)
	p.list("since", since(f))
	if f.Remediation != "" {
		p.para(4, 6, plain("to do: "+f.Remediation))
	}
}

// list writes "label: a; b", nothing if there is nothing.
func (p *page) list(label string, values []string) {
	if len(values) > 0 {
		p.para(4, 6, plain(label+": "+strings.Join(values, "; ")))
	}
}

// alsoWords names the other findings on an act. A state is told only where it is
// not open, since open is what the reader expects.
func alsoWords(also []report.Finding, ids shortIDs) []string {
	var out []string
	for _, f := range also {
		parts := []string{f.Severity, ids.short(f.ID)}
		if f.State != string(findings.Open) {
			parts = append(parts, f.State)
		}
		if f.Attempt {
			parts = append(parts, "attempt")
		}
		out = append(out, fmt.Sprintf("%s (%s)", f.Rule, strings.Join(parts, " ")))
	}
	return out
}

// evidence lists the first pieces: the rule puts the one that decides first.
func (p *page) evidence(f report.Finding, ids shortIDs) {
	for _, e := range f.Evidence[:min(len(f.Evidence), maxEvidence)] {
		line := "evidence: " + e.Kind + " " + e.Ref
		if e.Summary != "" {
			line += ": " + e.Summary
		}
		p.para(4, 6, plain(line))
	}
	if n := len(f.Evidence) - maxEvidence; n > 0 {
		p.para(4, 6, plain(fmt.Sprintf("evidence: and %d more, see: estray findings show %s", n, ids.short(f.ID))))
	}
}

// since tells when a finding was seen first, by a scan and not by the log.
func since(f report.Finding) []string {
	if f.FirstSeen.IsZero() {
		return nil
	}
	out := []string{stamp(f.FirstSeen)}
	if f.Reopened {
		out = append(out, "reopened after it was resolved")
	}
	return out
}

// quiet lists the findings that do not count, with who says so.
func (p *page) quiet(all []report.Finding, ids shortIDs) {
	if len(all) == 0 {
		return
	}
	order := []string{string(findings.Acknowledged), string(findings.Accepted), string(findings.Resolved)}
	slices.SortFunc(all, func(a, b report.Finding) int {
		return cmp.Or(cmp.Compare(rank(order, a.State), rank(order, b.State)), gravest(a, b))
	})
	p.gap()
	p.para(2, 4, plain(fmt.Sprintf("not open, so not counted for the exit code: %d", len(all))))
	for _, f := range all[:min(len(all), maxQuiet)] {
		why := f.StateWhy
		if why == "" && !f.ResolvedAt.IsZero() {
			why = "on " + f.ResolvedAt.UTC().Format(time.DateOnly)
		}
		p.para(2, 4, painted(f.State, bold), plain(f.Severity), plain(f.Rule), plain(ids.short(f.ID)), plain(aboutOf(f)+": "+cmp.Or(why, "no reason is recorded")))
	}
	p.more(len(all), maxQuiet, "not open", "estray findings list --which all")
}

// shortIDs knows how far ids may be cut.
type shortIDs struct{ sorted []string }

func newShortIDs(all []report.Finding) shortIDs {
	ids := make([]string, len(all))
	for i, f := range all {
		ids[i] = f.ID
	}
	slices.Sort(ids)
	return shortIDs{slices.Compact(ids)}
}

// short cuts an id to ten characters, or to as many as tell it from its
// neighbours; estray takes ids so.
func (s shortIDs) short(id string) string {
	i, _ := slices.BinarySearch(s.sorted, id)
	n := 10
	for _, j := range []int{i - 1, i + 1} {
		if j >= 0 && j < len(s.sorted) {
			n = max(n, shared(id, s.sorted[j])+1)
		}
	}
	return id[:min(n, len(id))]
}

// shared counts the bytes with which both begin; ids are ASCII.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
