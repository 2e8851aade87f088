package text

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
)

// tells reports whether the finding is the one that coverage makes of this
// hole. It does not need to find every pair: a finding that no hole takes is
// listed by itself, so that none is lost.
func tells(f report.Finding, h hole) bool {
	if f.Rule != findings.CoverageRule || f.State == string(findings.Resolved) || (f.State == string(findings.Accepted)) != h.first.Accepted {
		return false
	}
	state := h.first.State
	if h.first.Whole() { // a hole all the same: its log has a gap
		state = "continuity broken"
	}
	return slices.ContainsFunc(h.accounts, func(account string) bool {
		place := cmp.Or(inventory.Scope{Provider: inventory.Provider(h.first.Provider), Account: account}.String(), "all")
		return slices.ContainsFunc(h.capabilities, func(capability string) bool {
			subject := place + "/" + capability
			rest, ok := strings.CutPrefix(f.Message, subject+": "+state)
			return ok && f.Subject == subject && (rest == "" || strings.HasPrefix(rest, " in ") || strings.HasPrefix(rest, ";"))
		})
	})
}

// unjudged writes below a hole what it costs: the rules that cannot judge, all
// its findings together, and their ids, which acknowledging needs.
func (p *page) unjudged(h hole, all []report.Finding, ids shortIDs) {
	if len(all) == 0 && !h.first.Accepted {
		p.para(4, 6, plain("not accepted"))
	}
	var blind []string
	type line struct{ severity, state, why string }
	var order []line
	named := map[line][]string{}
	for _, f := range all {
		if _, rules, ok := strings.Cut(f.Message, "cannot judge: "); ok {
			blind = append(blind, strings.Split(rules, ", ")...)
		}
		l := line{f.Severity, f.State, f.StateWhy}
		if f.State == string(findings.Accepted) {
			l.why = "" // the hole has said by whom
		}
		if named[l] == nil {
			order = append(order, l)
		}
		named[l] = append(named[l], ids.short(f.ID))
	}
	if len(blind) > 0 {
		slices.Sort(blind)
		p.para(4, 6, plain("cannot judge: "+strings.Join(slices.Compact(blind), ", ")))
	}
	for _, l := range order {
		state := l.state
		if l.why != "" {
			state += ", " + l.why
		}
		p.para(4, 6, painted(l.severity, severityColour(l.severity)),
			plain(fmt.Sprintf("%s (%s): %s", findings.CoverageRule, state, strings.Join(named[l], ", "))))
	}
}
