package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/lifecycle"
	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// ackFlags are the flags of findings ack, as given.
type ackFlags struct{ reason, by, until, rule string }

// findingsAck is findings ack. Reason, author and end are flags and not
// arguments, so that a history of shells shows what was said.
func findingsAck(a *app) *cobra.Command {
	var f ackFlags
	cmd := &cobra.Command{
		Use: "ack [ID...]", Short: "acknowledge findings, with reason, author and end",
		Long: `Acknowledges the findings with the given ids, or all open findings of --rule.
An acknowledged finding is reported and does not count for the exit code until
its end; then it is open again.`,
		ValidArgsFunction: a.completeFindings,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.acknowledge(cmd, args, f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.reason, "reason", "", "why the finding is accepted for a while, as a `text` (needed)")
	fl.StringVar(&f.by, "by", "", "the `person` who says so (needed)")
	fl.StringVar(&f.until, "until", "", "last `day`, or instant (RFC 3339), of the acknowledgement (needed)")
	fl.StringVar(&f.rule, "rule", "", "all open findings of the rule with this `ID`")
	return cmd
}

// acknowledge checks the flags before it opens the store: a mistake of the
// command line must not wait for a store that is held.
func (a *app) acknowledge(cmd *cobra.Command, ids []string, f ackFlags) error {
	// In the order of the message: of a map, each call would name another one.
	for _, flag := range []struct{ name, value string }{{"reason", f.reason}, {"by", f.by}, {"until", f.until}} {
		if flag.value == "" {
			return usagef("acknowledge findings: --reason, --by and --until are needed, --%s is missing", flag.name)
		}
	}
	if (len(ids) == 0) == (f.rule == "") {
		return usagef("acknowledge findings: give ids or --rule, one of both")
	}
	if err := given("--rule", f.rule, reportedRules()); err != nil {
		return err
	}
	clock, err := a.clock()
	if err != nil {
		return err
	}
	ack := lifecycle.Ack{By: f.by, Reason: f.reason, At: clock()}
	if ack.Until, err = parseEnd("--until", f.until); err != nil {
		return err
	}
	// It would acknowledge nothing, and the caller would think that it had.
	if !ack.Until.After(ack.At) {
		return usagef("acknowledge findings: --until %s is past already", f.until)
	}
	c, err := a.load(cmd, nil)
	if err != nil {
		return err
	}
	st, err := a.openStored(cmd.Context(), c)
	if err != nil {
		return err
	}
	return errors.Join(a.saveAck(cmd.Context(), st, ids, f.rule, ack), st.Close())
}

// saveAck acknowledges all or nothing: the ledger is saved once, after every id
// was found.
func (a *app) saveAck(ctx context.Context, st *sqlstore.Store, ids []string, rule string, ack lifecycle.Ack) error {
	ledger, err := writeLedger(ctx, st)
	if err != nil {
		return err
	}
	entries, err := ledger.Load(ctx)
	if err != nil {
		return st.Explain(keeping, err)
	}
	if rule != "" {
		for _, e := range entries {
			if e.Finding.Rule == rule && e.State == findings.Open {
				ids = append(ids, e.ID)
			}
		}
		if len(ids) == 0 {
			return usagef("acknowledge findings: no finding of rule %s is open", rule)
		}
	}
	var done []lifecycle.Entry
	for _, id := range ids {
		var e lifecycle.Entry
		if entries, e, err = lifecycle.Acknowledge(entries, id, ack); err != nil {
			return usage(fmt.Errorf("acknowledge findings: %w", err), "estray findings list shows the findings")
		}
		done = append(done, e)
	}
	if err := ledger.Save(ctx, entries); err != nil {
		return fmt.Errorf("acknowledge findings: %w", st.Explain(keeping, err))
	}
	for _, e := range done {
		if err := printf(a.std.Out, "acknowledged until %s: %s %s %s\n", registry.FormatEnd(ack.Until), e.ID, e.Finding.Rule, oneLine(e.Finding.Message)); err != nil {
			return err
		}
	}
	return nil
}

// parseEnd reads a day, whose end is meant, or an instant.
func parseEnd(flag, text string) (time.Time, error) {
	if t, err := time.Parse("2006-01-02", text); err == nil {
		return t.AddDate(0, 0, 1), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, usagef("read %s %q: write a day (2026-11-30) or a time (2026-11-30T18:00:00Z)", flag, text)
	}
	return t.UTC(), nil
}
