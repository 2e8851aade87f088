package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/csvfmt"
	"github.com/estray/estray/findings/report/htmlfmt"
	"github.com/estray/estray/findings/report/jsonfmt"
	"github.com/estray/estray/findings/report/text"
	"github.com/estray/estray/inventory/store/sqlstore"

	"time"
)

// formats is the table of report formats. Colour holds only where the text
// goes to standard output.
func (a *app) formats(terminal bool) []report.Format {
	opt := text.Options{Width: a.std.OutWidth, Color: terminal && a.colour()}
	return []report.Format{text.Format(opt), jsonfmt.Format(), csvfmt.Format(), htmlfmt.Format()}
}

// reportCommand is report.
func reportCommand(a *app) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use: "report", Short: "write reports from the store, without collecting", Args: noArgs,
		Long: `Judges the stored facts again, as of now (or --now), and writes reports. The
exit codes are those of scan. Nothing is read from outside and the life of
findings is not changed.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.report(cmd, f) },
	}
	reportFlags(cmd, &f)
	return cmd
}

// report checks the outputs before it opens the store: judging takes long where
// there is much, and a wrong path should be told at once.
func (a *app) report(cmd *cobra.Command, f scanFlags) error {
	c, err := a.load(cmd, f.settings(cmd))
	if err != nil {
		return err
	}
	targets, err := output.Parse(c.Report.Outputs, a.formats(true), a.std.Dir)
	if err != nil {
		return err
	}
	if err := output.Check(targets); err != nil {
		return err
	}
	var d *report.Document
	err = a.storedBy(cmd.Context(), c, "", func(ctx context.Context, c *configs.Config, st *sqlstore.Store, now time.Time) error {
		j, err := judgeStored(ctx, c, st, now)
		if err != nil {
			return err
		}
		run, err := lastRun(ctx, st)
		if err != nil {
			return err
		}
		d = j.document(run)
		return output.Write(d, targets, a.std.Out)
	})
	if err != nil {
		return err
	}
	return a.finish(d, targets)
}

// lastRun is the scan that the stored facts come from.
func lastRun(ctx context.Context, st *sqlstore.Store) (report.Run, error) {
	all, err := st.Runs(ctx)
	if err != nil || len(all) == 0 {
		return report.Run{}, err
	}
	// Also one that never ended: its facts are stored, and a report without its
	// id could not be told from that of the run before.
	last := all[len(all)-1]
	return report.Run{ID: last.ID, Started: last.Started, Finished: last.Finished}, nil
}
