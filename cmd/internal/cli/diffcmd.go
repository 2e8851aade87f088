package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/estray/estray/configs"
	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/lifecycle"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// findingsDiff is findings diff.
func findingsDiff(a *app) *cobra.Command {
	var format, from, to string
	cmd := &cobra.Command{
		Use: "diff", Short: "compare the findings of two scans (default: the last two)", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.stored(cmd, "", func(ctx context.Context, _ *configs.Config, st *sqlstore.Store, _ time.Time) error {
				rows, err := diff(ctx, st, from, to)
				if err != nil {
					return err
				}
				return writeList(a.std.Out, format, []string{"change", "id", "severity", "state", "rule", "about", "message"}, changed.cells, rows)
			})
		},
	}
	formatFlag(cmd, &format)
	cmd.Flags().StringVar(&from, "from", "", "`ID` of the earlier run")
	cmd.Flags().StringVar(&to, "to", "", "`ID` of the later run")
	return cmd
}

// changed is one line of a comparison.
type changed struct {
	Change   string `json:"change"` // "new", "resolved", "changed"
	ID       string `json:"id"`
	Severity string `json:"severity"`
	State    string `json:"state"`
	Rule     string `json:"rule,omitempty"`
	About    string `json:"about,omitempty"`
	Message  string `json:"message,omitempty"`
}

func (c changed) cells() []string {
	return []string{c.Change, c.ID, c.Severity, c.State, c.Rule, c.About, c.Message}
}

// diff compares what the ledger remembers of two runs. It does not judge again:
// the registry and the rules of that time are not kept.
func diff(ctx context.Context, st *sqlstore.Store, from, to string) ([]changed, error) {
	from, to, err := twoRuns(ctx, st, from, to)
	if err != nil {
		return nil, err
	}
	ledger, err := readLedger(ctx, st)
	if err != nil {
		return nil, err
	}
	entries, err := ledger.Load(ctx)
	if err != nil {
		return nil, st.Explain(keeping, err)
	}
	var marks [2][]lifecycle.Mark
	for i, run := range []string{from, to} {
		s, err := ledger.LoadRun(ctx, run)
		if err != nil {
			return nil, usage(fmt.Errorf("compare run %s: %w", run, err), "give --from and --to ids of finished runs")
		}
		marks[i] = s.Marks
	}
	return describeDiff(lifecycle.Diff(marks[0], marks[1]), entries), nil
}

// describeDiff gives the differences the words of the findings. Marks hold no
// text; that of a finding is the last one that was seen.
func describeDiff(d lifecycle.Difference, entries []lifecycle.Entry) []changed {
	known := map[string]findings.Finding{}
	for _, e := range entries {
		known[e.ID] = e.Finding
	}
	row := func(change string, m lifecycle.Mark, state string) changed {
		f := known[m.ID]
		about := string(f.Asset)
		if about == "" {
			about = f.Subject
		}
		return changed{Change: change, ID: m.ID, Severity: m.Severity.String(), State: state, Rule: f.Rule, About: about, Message: f.Message}
	}
	var out []changed
	for _, m := range d.New {
		out = append(out, row("new", m, string(m.State)))
	}
	for _, m := range d.Resolved {
		out = append(out, row("resolved", m, string(findings.Resolved)))
	}
	for _, c := range d.Changed {
		out = append(out, row("changed", c.After, string(c.Before.State)+" -> "+string(c.After.State)))
	}
	return out
}

// twoRuns fills in the last two finished runs where ids are missing.
func twoRuns(ctx context.Context, st *sqlstore.Store, from, to string) (string, string, error) {
	if from != "" && to != "" {
		return from, to, nil
	}
	all, err := st.Runs(ctx)
	if err != nil {
		return "", "", err
	}
	var ids []string
	for _, r := range all {
		// A run that never ended has saved no marks to compare.
		if !r.Finished.IsZero() {
			ids = append(ids, r.ID)
		}
	}
	if to != "" || from != "" {
		return fillRun(ids, from, to)
	}
	if len(ids) < 2 {
		return "", "", usage(errors.New("compare runs: the store holds fewer than two finished runs"), "run estray scan again, then compare")
	}
	return ids[len(ids)-2], ids[len(ids)-1], nil
}

// fillRun finds the missing end: the last run, or the run before the later one.
func fillRun(ids []string, from, to string) (string, string, error) {
	if to == "" && len(ids) > 0 {
		return from, ids[len(ids)-1], nil
	}
	for i, id := range ids {
		if id == to && i > 0 {
			return ids[i-1], to, nil
		}
	}
	return "", "", usagef("compare runs: there is no run before %q", to)
}

// runRecord is what the ledger remembers of a run.
func (j *judged) runRecord(run store.Run) lifecycle.Snapshot {
	return lifecycle.Snapshot{Run: run.ID, At: run.Now, Marks: lifecycle.Marks(j.Entries)}
}
