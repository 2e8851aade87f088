package report_test

import (
	"fmt"
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
)

func TestExit(t *testing.T) {
	high := report.Finding{Severity: "high", State: "open"}
	blind := report.Finding{Severity: "medium", State: "open", Coverage: true}
	whole := report.CoverageSummary{Complete: 3}
	holed := report.CoverageSummary{Complete: 2, Incomplete: 1}
	for _, tc := range []struct {
		name     string
		findings []report.Finding
		cells    report.CoverageSummary
		policy   report.Policy
		code     int
		why      string
	}{
		{"all read and nothing found is clean", nil, whole, failOn(findings.High), 0,
			"no open finding at or above high; 3 of 3 cells read whole, 0 in accepted blind spots"},
		{"a finding at the limit fails", []report.Finding{high}, whole, failOn(findings.High), 3, "1 open finding at or above high"},
		{"a finding above the limit fails", []report.Finding{high, high}, whole, failOn(findings.Low), 3, "2 open findings at or above low"},
		{"a finding below the limit does not", []report.Finding{high}, whole, failOn(findings.Critical), 0,
			"no open finding at or above critical; 3 of 3 cells read whole, 0 in accepted blind spots"},
		{"the lowest limit takes info too", []report.Finding{{Severity: "info", State: "open"}}, whole, report.Policy{}, 3, "1 open finding at or above info"},
		{"a hole is incomplete", nil, holed, failOn(findings.High), 4,
			"no open finding at or above high, but coverage is incomplete: 1 of 3 cells not read whole, no open coverage finding"},
		{"a finding goes before a hole, and both are told", []report.Finding{high}, holed, failOn(findings.High), 3,
			"1 open finding at or above high; also 1 of 3 cells not read whole, no open coverage finding"},
		{"a finding goes before a hole that is allowed", []report.Finding{high}, holed, report.Policy{FailOn: findings.High, AllowIncomplete: true}, 3,
			"1 open finding at or above high; also 1 of 3 cells not read whole, no open coverage finding"},
		{"an allowed hole is told all the same", nil, holed, report.Policy{FailOn: findings.High, AllowIncomplete: true}, 0,
			"no open finding at or above high; incomplete coverage is allowed: 1 of 3 cells not read whole, no open coverage finding"},
		{"an accepted blind spot is no hole", nil, report.CoverageSummary{Complete: 2, Accepted: 1}, failOn(findings.High), 0,
			"no open finding at or above high; 2 of 3 cells read whole, 1 in accepted blind spots"},
		{"a coverage finding is incomplete, whatever its severity", []report.Finding{{Severity: "critical", State: "open", Coverage: true}}, whole, failOn(findings.Low), 4,
			"no open finding at or above low, but coverage is incomplete: 0 of 3 cells not read whole, 1 open coverage finding"},
		{"what nobody asked to read counts for nothing", []report.Finding{{Severity: "info", State: "open", Coverage: true}}, whole, report.Policy{}, 0,
			"no open finding at or above info; 3 of 3 cells read whole, 0 in accepted blind spots"},
		{"nothing read is incomplete", nil, report.CoverageSummary{}, failOn(findings.High), 4, "nothing was read: no source is configured"},
		{"nothing read cannot be allowed", []report.Finding{blind}, report.CoverageSummary{}, report.Policy{FailOn: findings.High, AllowIncomplete: true}, 4,
			"nothing was read: no source is configured"},
		{"a finding goes before nothing read", []report.Finding{high}, report.CoverageSummary{}, failOn(findings.High), 3,
			"1 open finding at or above high; also nothing was read: no source is configured"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, why := report.Exit(&report.Document{Findings: tc.findings, Summary: report.Summary{Coverage: tc.cells}}, tc.policy)
			if code != tc.code || why != tc.why {
				t.Errorf("got %d %q\nwant %d %q", code, why, tc.code, tc.why)
			}
		})
	}
}

func failOn(s findings.Severity) report.Policy { return report.Policy{FailOn: s} }

// TestExitOfEveryCombination goes through all combinations of a finding, a
// coverage finding, the cells and the policy, and holds the code against the
// sentences of the design: 3 before 4, only open findings count, coverage
// counts for 4 alone, accepted blind spots count for nothing.
func TestExitOfEveryCombination(t *testing.T) {
	states := []string{"", "open", "acknowledged", "accepted", "resolved"}
	cells := map[string]report.CoverageSummary{
		"none": {}, "whole": {Complete: 2}, "accepted": {Accepted: 2}, "whole and accepted": {Complete: 1, Accepted: 1}, "hole": {Complete: 1, Accepted: 1, Incomplete: 1},
	}
	tried := 0
	for _, severity := range findings.SeverityWords() {
		for _, state := range states {
			for _, covSeverity := range findings.SeverityWords() {
				for _, covState := range states {
					for name, sum := range cells {
						for limit := findings.Info; limit <= findings.Critical; limit++ {
							for _, allow := range []bool{false, true} {
								d := &report.Document{Summary: report.Summary{Coverage: sum}}
								if state != "" {
									d.Findings = append(d.Findings, report.Finding{Severity: severity, State: state})
								}
								if covState != "" {
									d.Findings = append(d.Findings, report.Finding{Severity: covSeverity, State: covState, Coverage: true})
								}
								fails := state == "open" && mustParse(t, severity) >= limit
								holed := name == "hole" || covState == "open" && covSeverity != "info"
								want := report.ExitClean
								switch {
								case fails:
									want = report.ExitFindings
								case name == "none", holed && !allow:
									want = report.ExitIncomplete
								}
								got, why := report.Exit(d, report.Policy{FailOn: limit, AllowIncomplete: allow})
								if got != want || why == "" {
									t.Fatalf("%s: exit %d %q, want %d", fmt.Sprint(severity, state, covSeverity, covState, name, limit, allow), got, why, want)
								}
								tried++
							}
						}
					}
				}
			}
		}
	}
	if tried != 5*5*5*5*5*5*2 {
		t.Errorf("tried %d combinations", tried)
	}
}

func mustParse(t *testing.T, word string) findings.Severity {
	t.Helper()
	s, err := findings.ParseSeverity(word)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
