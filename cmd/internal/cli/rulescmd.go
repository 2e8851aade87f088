package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/inventory"
)

func rulesCommand(a *app) *cobra.Command {
	return group("rules", "what is looked for", rulesList(a), rulesShow(a))
}

// configured is the table of rules with what the configuration says of them,
// and the coverage findings, which reports name by a rule id too.
func (a *app) configured(cmd *cobra.Command) ([]findings.Rule, error) {
	c, err := a.load(cmd, nil)
	if err != nil {
		return nil, err
	}
	out, err := findings.Configure(rules.All(), c.Rules.Disable, c.Rules.Severity)
	if err != nil {
		return nil, usage(err, "")
	}
	// No rule finds them, and yet their id stands in reports and must be
	// explained.
	out = append(out, findings.CoverageDoc())
	slices.SortFunc(out, func(a, b findings.Rule) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// rulesList is rules list. Disabled rules are listed too: what nobody looks for
// is worth knowing.
func rulesList(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "list", Short: "list rules with their severity and state", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := a.configured(cmd)
			if err != nil {
				return err
			}
			rows := mapSlice(all, func(r findings.Rule) report.Rule {
				return report.Rule{ID: r.ID, Title: r.Title, Severity: r.Severity.String(), State: string(r.State)}
			})
			return writeList(a.std.Out, format, []string{"id", "severity", "state", "title"},
				func(r report.Rule) []string { return []string{r.ID, r.Severity, r.State, r.Title} }, rows)
		},
	}
	formatFlag(cmd, &format)
	return cmd
}

// rulesShow is rules show. Ids may be in lower case, as people type them.
func rulesShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "print a rule's documentation", Args: wantArgs("ID"),
		ValidArgsFunction: cobra.FixedCompletions(append(ruleIDs(), findings.CoverageRule), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := a.configured(cmd)
			if err != nil {
				return err
			}
			id, err := pick(strings.ToUpper(args[0]), mapSlice(all, func(r findings.Rule) string { return r.ID }))
			if err != nil {
				return usage(fmt.Errorf("show rule: %w", err), "estray rules list shows the rules")
			}
			for _, r := range all {
				if r.ID == id {
					return printf(a.std.Out, "%s", a.ruleText(r))
				}
			}
			return nil
		},
	}
}

// ruleText is the documentation of a rule, from the rule's own value.
func (a *app) ruleText(r findings.Rule) string {
	page := a.fields(17)
	part := page.line
	fmt.Fprintf(&page.out, "%s  %s\n\n", r.ID, r.Title)
	needs := func(all []capability) string {
		return strings.Join(mapSlice(all, func(c capability) string { return string(c) }), ", ")
	}
	part("severity", r.Severity.String())
	part("state", string(r.State))
	part("provider", string(r.Provider))
	part("ATT&CK", strings.Join(r.Attack, ", "))
	part("needs", needs(r.Needs))
	for _, p := range inventory.Providers() {
		if other, ok := r.Elsewhere[p]; ok {
			part("at "+string(p), needs(other))
		}
	}
	for _, p := range inventory.Providers() {
		part("listens to", strings.Join(r.Listens[p], ", "))
	}
	part("why", r.Rationale)
	part("false positives", r.FalsePositives)
	part("what to do", r.Fix)
	page.out.WriteString("\nWhere a need was not read whole, the rule answers unknown in that scope.\n")
	return page.out.String()
}
