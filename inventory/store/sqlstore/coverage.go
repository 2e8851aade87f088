package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
)

// coverageRow is one reading of a cell as it is stored.
type coverageRow struct {
	cell, digest, body []byte
	readAt, state, run string
}

func newCoverageRow(run string, c inventory.Coverage) (coverageRow, error) {
	// The body is identified by its digest, which must not depend on the zone
	// in which somebody told the instant.
	c.Read = c.Read.Round(0).UTC()
	c.Window = inventory.Window{From: c.Window.From.UTC(), To: c.Window.To.UTC()}
	at, err := timeText(c.Read)
	if err != nil {
		return coverageRow{}, fmt.Errorf("encode coverage of %s: %w", c.Cell, err)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return coverageRow{}, fmt.Errorf("encode coverage of %s: %w", c.Cell, err)
	}
	cell, err := cellKey(c.Cell)
	if err != nil {
		return coverageRow{}, err
	}
	state := c.State.String()
	if c.Plan != "" { // no reading, so no query for readings may find it
		state = string(c.Plan)
	}
	return coverageRow{cell: cell, digest: digest(body), body: body, readAt: at, state: state, run: run}, nil
}

func cellKey(c inventory.Cell) ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode cell %s: %w", c, err)
	}
	return digest(text), nil
}

// writeCoverage stores readings of cells; the same reading twice is one.
func (f *facts) writeCoverage(ctx context.Context, t tx) error {
	// PostgreSQL refuses a statement that would update one row twice.
	unique := map[string]coverageRow{}
	for _, r := range f.coverage {
		unique[string(r.cell)+r.readAt+string(r.digest)] = r
	}
	var rows [][]any
	for _, k := range slices.Sorted(maps.Keys(unique)) {
		r := unique[k]
		rows = append(rows, []any{r.cell, r.readAt, r.digest, r.state, r.run, r.body})
	}
	return t.run(ctx, bulk{
		head: `INSERT INTO coverage (cell, read_at, digest, state, run, body) VALUES `, row: `(?, ?, ?, ?, ?, ?)`,
		tail: ` ON CONFLICT (cell, read_at, digest) DO UPDATE SET run = excluded.run`, // who says it last
	}, rows, nil)
}

// Covered is the last reading of a cell that was complete or partial, or
// malformed with a mark; the zero Coverage if there is none.
func (s *Store) Covered(ctx context.Context, c inventory.Cell) (inventory.Coverage, error) {
	cell, err := cellKey(c)
	if err != nil {
		return inventory.Coverage{}, err
	}
	var best inventory.Coverage
	err = s.read(ctx, "read coverage from", func(t tx) error {
		best, err = lastReading(ctx, t, cell)
		return err
	})
	return best, err
}

// lastReading goes back through the readings of a cell to the last from which
// the next one can go on. Most cells have it at once.
func lastReading(ctx context.Context, t tx, cell []byte) (inventory.Coverage, error) {
	query := rebind(t.dialect.numbered, `SELECT body FROM coverage WHERE cell = ? AND state IN ('complete', 'partial', 'malformed') ORDER BY read_at DESC`)
	rows, err := t.QueryContext(ctx, query, cell)
	if err != nil {
		return inventory.Coverage{}, err
	}
	defer rows.Close() //nolint:errcheck // Err below reports what went wrong
	var best inventory.Coverage
	for rows.Next() {
		found, err := scanCoverage(rows)
		switch known := best.Cell != (inventory.Cell{}); {
		case err != nil:
			return inventory.Coverage{}, err
		case known && !found.Read.Equal(best.Read):
			return best, nil
		case found.State == inventory.Malformed && found.Mark == "":
		// Of two readings at one instant the worse one is kept: a cursor must
		// not pass what one of them did not read.
		case !known || found.Compare(best) > 0:
			best = found
		}
	}
	return best, rows.Err()
}

func scanCoverage(r *sql.Rows) (inventory.Coverage, error) {
	var body []byte
	if err := r.Scan(&body); err != nil {
		return inventory.Coverage{}, err
	}
	var c inventory.Coverage
	if err := json.Unmarshal(body, &c); err != nil {
		return c, fmt.Errorf("decode stored coverage: %w", err)
	}
	return c, nil
}

// Words is what the coverage of a view is made of, and all announcements.
func (s *Store) Words(ctx context.Context, at time.Time) ([]inventory.Coverage, error) {
	text, err := timeText(at)
	if err != nil {
		return nil, err
	}
	var out []inventory.Coverage
	err = s.read(ctx, "read coverage from", func(t tx) error {
		if out, err = readings(ctx, t, text); err != nil {
			return err
		}
		return t.each(ctx, `SELECT body FROM coverage WHERE state = 'pending'`, nil, func(r *sql.Rows) error {
			c, err := scanCoverage(r)
			out = append(out, c)
			return err
		})
	})
	return out, err
}

// readings returns, for each cell, what was read last up to the instant at,
// what was read whole last, and what was said last of the plan; where several
// words share an instant, all that one run said.
//
// A word may be about an instant before its run: that at which a snapshot was
// taken. So a later run answers a cancelled word whatever instant it speaks of,
// and of two runs that speak of one instant the later one is believed: a file
// that was mended is whole.
func readings(ctx context.Context, t tx, at string) ([]inventory.Coverage, error) {
	const plan = `('missing', 'dropped', 'resumed')`
	const last = `WITH
		words AS (SELECT c.cell, c.read_at, c.state, c.body, r.no FROM coverage c LEFT JOIN runs r ON r.id = c.run
			WHERE c.read_at <= ? AND c.state NOT IN ` + plan + `),
		looked AS (SELECT cell, max(no) AS no FROM words WHERE state NOT IN ('pending', 'cancelled') GROUP BY cell),
		standing AS (SELECT w.* FROM words w LEFT JOIN looked l ON l.cell = w.cell
			WHERE w.state <> 'cancelled' OR w.no IS NULL OR l.no IS NULL OR w.no >= l.no),
		latest AS (SELECT cell, max(read_at) AS at FROM standing GROUP BY cell),
		said AS (SELECT s.cell, max(s.no) AS no FROM standing s JOIN latest m ON m.cell = s.cell AND m.at = s.read_at GROUP BY s.cell)
		SELECT s.body FROM standing s JOIN latest m ON m.cell = s.cell AND m.at = s.read_at JOIN said n ON n.cell = s.cell
		WHERE s.no IS NULL OR s.no = n.no`
	const planned = `SELECT c.body FROM coverage c JOIN (
		SELECT cell, max(read_at) AS at FROM coverage
		WHERE read_at <= ? AND state IN ` + plan + ` GROUP BY cell) m
		ON m.cell = c.cell AND m.at = c.read_at AND c.state IN ` + plan
	const whole = `SELECT c.body FROM coverage c JOIN (
		SELECT cell, max(read_at) AS at FROM coverage
		WHERE read_at <= ? AND state IN ('complete', 'disabled') GROUP BY cell) m
		ON m.cell = c.cell AND m.at = c.read_at AND c.state IN ('complete', 'disabled')`
	var out []inventory.Coverage
	for _, query := range []string{last, whole, planned} {
		err := t.each(ctx, query, []any{at}, func(r *sql.Rows) error {
			c, err := scanCoverage(r)
			out = append(out, c)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
