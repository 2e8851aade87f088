package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
)

func findingsCommand(a *app) *cobra.Command {
	return group("findings", "the difference between what is and what should be",
		findingsList(a), findingsShow(a), findingsAck(a), findingsDiff(a))
}

// findingsList is findings list.
func findingsList(a *app) *cobra.Command {
	var format, which, severity, rule string
	cmd := &cobra.Command{
		Use: "list", Short: "list findings, gravest first", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			least, err := findings.ParseSeverity(severity)
			if err != nil {
				return usage(err, "")
			}
			if err := oneOf("--which", which, findingStates()); err != nil {
				return err
			}
			if err := given("--rule", rule, reportedRules()); err != nil {
				return err
			}
			return a.judged(cmd, "", func(_ context.Context, j *judged) error {
				// Taken from the document of the report, so that the list and a
				// report never tell two things of one finding.
				var rows []report.Finding
				for _, f := range j.document(report.Run{}).Findings {
					s, err := findings.ParseSeverity(f.Severity)
					if err != nil {
						return err
					}
					if (which == "all" || f.State == which) && s >= least && (rule == "" || f.Rule == rule) {
						rows = append(rows, f)
					}
				}
				slices.SortStableFunc(rows, gravest)
				return writeList(a.std.Out, format, []string{"id", "severity", "state", "rule", "about", "message"}, findingCells, rows)
			})
		},
	}
	formatFlag(cmd, &format)
	// Not --state: that names the store, for every command.
	cmd.Flags().StringVar(&which, "which", "open", "only findings of this `state`: "+strings.Join(findingStates(), ", "))
	cmd.Flags().StringVar(&severity, "severity", "info", "only findings of at least this `severity`")
	cmd.Flags().StringVar(&rule, "rule", "", "only findings of the rule with this `ID`")
	mustComplete(cmd, "which", findingStates()...)
	mustComplete(cmd, "rule", reportedRules()...)
	mustComplete(cmd, "severity", findings.SeverityWords()...)
	return cmd
}

// gravest orders findings by severity, then rule, then what they are about.
func gravest(a, b report.Finding) int {
	words := findings.SeverityWords()
	return cmp.Or(cmp.Compare(slices.Index(words, b.Severity), slices.Index(words, a.Severity)),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(about(a), about(b)), cmp.Compare(a.ID, b.ID))
}

func about(f report.Finding) string { return cmp.Or(f.Asset, f.Subject) }

// findingCells is one row for people.
func findingCells(f report.Finding) []string {
	state := f.State
	if f.Attempt {
		state += " (attempt)"
	}
	return []string{f.ID, f.Severity, state, f.Rule, about(f), f.Message}
}

// findingsShow is findings show.
func findingsShow(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "show ID", Short: "show one finding with its evidence", Args: wantArgs("ID"),
		ValidArgsFunction: a.completeFindings,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.judged(cmd, "", func(_ context.Context, j *judged) error {
				f, err := findFinding(j, args[0])
				if err != nil {
					return err
				}
				return printFinding(a, f, format)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`form` of the page: text or json")
	mustComplete(cmd, "format", "text", "json")
	return cmd
}

// findFinding finds the finding that a short id means. Findings that are
// resolved are found too: their ids stand in older reports.
func findFinding(j *judged, id string) (report.Finding, error) {
	all := j.document(report.Run{}).Findings
	full, err := pick(id, mapSlice(all, func(f report.Finding) string { return f.ID }))
	if err != nil {
		return report.Finding{}, usage(fmt.Errorf("find finding: %w", err), "estray findings list --which all shows the findings")
	}
	i := slices.IndexFunc(all, func(f report.Finding) bool { return f.ID == full })
	return all[i], nil
}

// printFinding writes everything that is known of a finding.
func printFinding(a *app, f report.Finding, format string) error {
	switch format {
	case "json":
		b, err := encodeJSON(f)
		if err != nil {
			return err
		}
		return printf(a.std.Out, "%s\n", b)
	case "text":
	default:
		return usagef("show finding: there is no form %q, use text or json", format)
	}
	page := a.fields(13)
	line := page.line
	line("finding", f.ID)
	line("rule", f.Rule+" "+f.Title)
	line("severity", f.Severity)
	for _, s := range f.Steps {
		line("", s)
	}
	state := f.State
	if f.Attempt {
		state += " (attempt: nothing changed)"
	}
	line("state", joinNonEmpty(", ", state, f.StateWhy))
	line("about", about(f))
	line("message", f.Message)
	for _, e := range f.Evidence {
		line("evidence", joinNonEmpty(" ", e.Kind, e.Ref+":", e.Summary))
	}
	line("what to do", f.Remediation)
	line("ATT&CK", strings.Join(f.Attack, ", "))
	line("group", strings.Join(f.Members, ", "))
	line("first seen", stamp(f.FirstSeen))
	line("last seen", stamp(f.LastSeen))
	line("resolved", stamp(f.ResolvedAt))
	return printf(a.std.Out, "%s", page.out.String())
}

// completeFindings completes ids of findings, with rule and message beside them.
// The shell shows an error as no completion.
func (a *app) completeFindings(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	err := a.judged(cmd, "", func(_ context.Context, j *judged) error {
		for _, f := range j.document(report.Run{}).Findings {
			out = append(out, f.ID+"\t"+f.Rule+" "+f.Message)
		}
		return nil
	})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
