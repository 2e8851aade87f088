package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/estray/estray/findings/report"
)

// coverageCommand is coverage.
func coverageCommand(a *app) *cobra.Command {
	var format string
	var holes bool
	cmd := &cobra.Command{
		Use: "coverage", Short: "what was read, what was not, and why", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.judged(cmd, "", func(_ context.Context, j *judged) error {
				return printCoverage(a, j.document(report.Run{}), format, holes)
			})
		},
	}
	formatFlag(cmd, &format)
	cmd.Flags().BoolVar(&holes, "holes", false, "only cells that were not read whole")
	return cmd
}

// printCoverage lists the cells and, in a table, what nobody was asked to read:
// that has no cell, and must not be forgotten for it.
func printCoverage(a *app, d *report.Document, format string, holes bool) error {
	var rows []report.Coverage
	for _, c := range d.Coverage {
		if !holes || c.Hole() {
			rows = append(rows, c)
		}
	}
	columns := []string{"state", "provider", "account", "region", "capability", "source", "seen", "window", "continuity", "why"}
	if err := writeList(a.std.Out, format, columns, coverageCells, rows); err != nil {
		return err
	}
	if format != "table" {
		return nil
	}
	for _, n := range d.NotAsked {
		line := fmt.Sprintf("not asked for: %s of %s, so cannot judge: %s\n", n.What(), orElse(n.Provider, "any provider"), strings.Join(n.Rules, ", "))
		if err := printf(a.std.Out, "%s", line); err != nil {
			return err
		}
	}
	return nil
}

// coverageCells is one row for people; JSON has the fields one by one.
func coverageCells(c report.Coverage) []string {
	state := c.State
	if c.Accepted {
		state += " (accepted)"
	}
	seen := fmt.Sprint(c.Seen)
	// 0 is no whole that anybody told.
	if c.Expected > 0 {
		seen = fmt.Sprintf("%d of %d", c.Seen, c.Expected)
	}
	window := ""
	if !c.From.IsZero() || !c.To.IsZero() {
		window = stamp(c.From) + " to " + stamp(c.To)
	}
	why := joinNonEmpty(": ", c.Operation, c.Code, c.Message)
	if len(c.Services) > 0 {
		why = joinNonEmpty("; ", "only events of "+strings.Join(c.Services, ", "), why)
	}
	return []string{state, c.Provider, c.Account, c.Region, c.Capability, c.Source, seen, window, c.Continuity, joinNonEmpty("; ", why, c.AcceptedWhy)}
}

// joinNonEmpty joins the parts that say something.
func joinNonEmpty(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}
