package sqlledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/lifecycle"
)

// SaveRun implements lifecycle.Runs. Marks that are as after the run before
// are not written again.
func (l *Ledger) SaveRun(ctx context.Context, s lifecycle.Snapshot) error {
	err := l.write(ctx, func(tx *sql.Tx) error { return l.saveRun(ctx, tx, s) })
	if err != nil {
		return fmt.Errorf("save findings of run %s: %w", s.Run, err)
	}
	return nil
}

func (l *Ledger) saveRun(ctx context.Context, tx *sql.Tx, s lifecycle.Snapshot) error {
	// First a statement that writes, so that of two savers the second waits.
	if _, err := tx.ExecContext(ctx, `UPDATE estray_ledger_state SET revision = revision WHERE id = 1`); err != nil {
		return err
	}
	var seq int64
	var twice bool
	err := tx.QueryRowContext(ctx, l.sql(`SELECT coalesce(max(seq), 0) + 1, coalesce(max(CASE WHEN id = $1 THEN 1 ELSE 0 END), 0) = 1 FROM estray_ledger_runs`), s.Run).Scan(&seq, &twice)
	if err != nil {
		return err
	}
	// Saved again, the run would get a place after those that followed it.
	if twice {
		return errors.New("it is saved already")
	}
	if _, err := tx.ExecContext(ctx, l.sql(`INSERT INTO estray_ledger_runs (seq, id, at) VALUES ($1, $2, $3)`), seq, s.Run, formatTime(s.At)); err != nil {
		return err
	}
	last, err := marks(tx.QueryContext(ctx, `SELECT finding, severity, state FROM estray_ledger_marks WHERE until IS NULL`))
	if err != nil {
		return err
	}
	return l.writeMarks(ctx, tx, lifecycle.Diff(last, s.Marks), seq)
}

func (l *Ledger) writeMarks(ctx context.Context, tx *sql.Tx, d lifecycle.Difference, seq int64) error {
	gone, come := d.Resolved, d.New
	for _, c := range d.Changed {
		gone, come = append(gone, c.Before), append(come, c.After)
	}
	// Ends come first: a mark that changed ends and begins with one run, and
	// the one that has no end yet must be the old one.
	for _, m := range gone {
		if _, err := tx.ExecContext(ctx, l.sql(`UPDATE estray_ledger_marks SET until = $1 WHERE finding = $2 AND until IS NULL`), seq, m.ID); err != nil {
			return err
		}
	}
	for _, m := range come {
		if _, err := tx.ExecContext(ctx, l.sql(`INSERT INTO estray_ledger_marks (finding, severity, state, since) VALUES ($1, $2, $3, $4)`),
			m.ID, m.Severity.String(), string(m.State), seq); err != nil {
			return err
		}
	}
	return nil
}

// LoadRun implements lifecycle.Runs.
func (l *Ledger) LoadRun(ctx context.Context, run string) (lifecycle.Snapshot, error) {
	s, err := l.loadRun(ctx, run)
	if err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("load findings of run %s: %w", run, err)
	}
	return s, nil
}

func (l *Ledger) loadRun(ctx context.Context, run string) (lifecycle.Snapshot, error) {
	s := lifecycle.Snapshot{Run: run}
	if l.absent {
		return s, lifecycle.ErrNoRun
	}
	var seq int64
	var at string
	err := l.db.QueryRowContext(ctx, l.sql(`SELECT seq, at FROM estray_ledger_runs WHERE id = $1`), run).Scan(&seq, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return s, lifecycle.ErrNoRun
	}
	if err != nil {
		return s, err
	}
	if s.At, err = parseTime(at); err != nil {
		return s, err
	}
	// No transaction is needed: whoever saves in between ends marks at later
	// runs only, which changes no answer about this one.
	s.Marks, err = marks(l.db.QueryContext(ctx, l.sql(`SELECT finding, severity, state FROM estray_ledger_marks
		WHERE since <= $1 AND (until IS NULL OR until > $2) ORDER BY finding`), seq, seq))
	return s, err
}

// marks reads the rows of a query that just ran.
func marks(rows *sql.Rows, err error) ([]lifecycle.Mark, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells what went wrong; closing a read loses nothing
	var out []lifecycle.Mark
	for rows.Next() {
		var m lifecycle.Mark
		var severity string
		if err := rows.Scan(&m.ID, &severity, &m.State); err != nil {
			return nil, err
		}
		if m.Severity, err = findings.ParseSeverity(severity); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}
