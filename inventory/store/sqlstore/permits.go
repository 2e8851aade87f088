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

// permitRow is what a cell told of one principal, with the instants at which it told
// just that, in order.
type permitRow struct {
	cell, id, digest, body []byte
	at                     []time.Time
}

func newPermitRow(p inventory.Permit) (permitRow, error) {
	at := p.At.Round(0).UTC()
	if _, err := timeText(at); err != nil {
		return permitRow{}, fmt.Errorf("encode permit %s: %w", p.ID, err)
	}
	p.At = time.Time{}
	// The body is identified by its digest, which must not depend on the zone in
	// which somebody told an instant.
	for _, t := range []*time.Time{&p.Issued, &p.Modified, &p.LastUsed, &p.NotBefore, &p.Expires} {
		*t = t.Round(0).UTC()
	}
	body, err := json.Marshal(p)
	if err != nil {
		return permitRow{}, fmt.Errorf("encode permit %s: %w", p.ID, err)
	}
	cell, err := cellKey(p.Cell)
	return permitRow{cell: cell, id: key(p.ID), digest: digest(body), body: body, at: []time.Time{at}}, err
}

func (r permitRow) key() string {
	return string(r.cell) + "\x00" + string(r.id) + "\x00" + string(r.digest)
}

// writePermits adds to each row the instants that are new.
func (f *facts) writePermits(ctx context.Context, t tx) error {
	fresh := map[string]permitRow{}
	for _, r := range f.permits {
		r.at = append(r.at, fresh[r.key()].at...)
		fresh[r.key()] = r
	}
	order := slices.Sorted(maps.Keys(fresh))
	stored, err := loadPermits(ctx, t, order, fresh)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, k := range order {
		r, old := fresh[k], stored[k]
		all := slices.Concat(r.at, old)
		slices.SortFunc(all, time.Time.Compare)
		if all = slices.CompactFunc(all, time.Time.Equal); len(all) == len(old) {
			continue
		}
		first, err := timeText(all[0])
		if err != nil {
			return err
		}
		rows = append(rows, []any{r.cell, r.id, r.digest, first, packLater(all), r.body})
	}
	return t.run(ctx, bulk{
		head: `INSERT INTO permits (cell, id, digest, first_at, later_at, body) VALUES `, row: `(?, ?, ?, ?, ?, ?)`,
		tail: ` ON CONFLICT (cell, id, digest) DO UPDATE SET first_at = excluded.first_at, later_at = excluded.later_at`,
	}, rows, nil)
}

// loadPermits reads the instants of those of the rows that are stored.
func loadPermits(ctx context.Context, t tx, order []string, fresh map[string]permitRow) (map[string][]time.Time, error) {
	asked := make([][]any, 0, len(order))
	for _, k := range order {
		asked = append(asked, []any{fresh[k].cell, fresh[k].id, fresh[k].digest})
	}
	stored := map[string][]time.Time{}
	err := t.run(ctx, bulk{
		head: `SELECT cell, id, digest, first_at, later_at, body FROM permits WHERE (cell, id, digest) IN (VALUES `, row: t.bytesRow(3), tail: `)`,
	}, asked, func(r *sql.Rows) error {
		p, err := scanPermit(r)
		stored[p.key()] = p.at
		return err
	})
	return stored, err
}

// scanPermit reads a row of cell, id, digest, first_at, later_at, body.
func scanPermit(r *sql.Rows) (permitRow, error) {
	var p permitRow
	var first string
	var later []byte
	if err := r.Scan(&p.cell, &p.id, &p.digest, &first, &later, &p.body); err != nil {
		return p, err
	}
	at, err := readTime(first)
	if err != nil {
		return p, err
	}
	p.at, err = unpackLater(at, later)
	return p, err
}

// readPermits returns each word of a cell on a permit, with the last instant up to
// the instant at; the view picks the one that stands.
func readPermits(ctx context.Context, t tx, at time.Time) ([]inventory.Permit, error) {
	text, err := timeText(at)
	if err != nil {
		return nil, err
	}
	var out []inventory.Permit
	err = t.each(ctx, `SELECT cell, id, digest, first_at, later_at, body FROM permits WHERE first_at <= ?`, []any{text}, func(r *sql.Rows) error {
		row, err := scanPermit(r)
		if err != nil {
			return err
		}
		when, held := stretch{at: row.at}.asOf(at)
		if !held {
			return nil
		}
		var p inventory.Permit
		if err := json.Unmarshal(row.body, &p); err != nil {
			return fmt.Errorf("decode stored permit: %w", err)
		}
		p.At = when
		out = append(out, p)
		return nil
	})
	return out, err
}
