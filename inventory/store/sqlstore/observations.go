package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"
)

func comparePlaces(a, b place) int {
	return cmp.Or(cmp.Compare(a.asset, b.asset), cmp.Compare(a.series, b.series))
}

// loadStretches reads, for each place, the stretches that its new points may
// change: the last one that begins before them or with them, and all later ones.
func loadStretches(ctx context.Context, t tx, order []place, fresh map[place][]point) (map[place][]stretch, error) {
	var rows [][]any
	for _, p := range order {
		first := slices.MinFunc(fresh[p], func(a, b point) int { return a.at.Compare(b.at) })
		at, err := timeText(first.at)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{p.asset, p.series, at})
	}
	// CROSS JOIN, since SQLite keeps its order: each wanted place is then a
	// look into the index, and the table of observations is never walked. Where
	// no stretch begins before the point, the empty text is below all.
	out := map[place][]stretch{}
	err := t.run(ctx, bulk{
		head: `WITH want (asset_no, series, at) AS (VALUES `,
		row:  `(CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT))`,
		tail: `) SELECT o.asset_no, o.series, o.first_at, o.later_at, o.state, o.body
			FROM want w CROSS JOIN observations o
			WHERE o.asset_no = w.asset_no AND o.series = w.series AND o.first_at >= coalesce((
				SELECT max(p.first_at) FROM observations p
				WHERE p.asset_no = w.asset_no AND p.series = w.series AND p.first_at <= w.at), '')`,
	}, rows, func(r *sql.Rows) error {
		p, s, err := scanStretch(r)
		out[p] = append(out[p], s)
		return err
	})
	return out, err
}

// scanStretch reads a row of asset_no, series, first_at, later_at, state, body.
func scanStretch(r *sql.Rows) (place, stretch, error) {
	var p place
	var first, state string
	var later, body []byte
	if err := r.Scan(&p.asset, &p.series, &first, &later, &state, &body); err != nil {
		return p, stretch{}, err
	}
	at, err := readTime(first)
	if err != nil {
		return p, stretch{}, err
	}
	all, err := unpackLater(at, later)
	return p, stretch{at: all, state: state, body: string(body)}, err
}

// storeChanges joins stored and new points and writes the rows that differ.
func storeChanges(ctx context.Context, t tx, order []place, fresh map[place][]point, stored map[place][]stretch) error {
	var gone, changed [][]any
	for _, p := range order {
		all := fresh[p]
		for _, s := range stored[p] {
			all = append(all, s.points()...)
		}
		want, err := stretches(p.series, all)
		if err != nil {
			return err
		}
		if gone, changed, err = difference(p, stored[p], want, gone, changed); err != nil {
			return err
		}
	}
	err := t.run(ctx, bulk{
		head: `DELETE FROM observations WHERE (asset_no, series, first_at) IN (VALUES `,
		row:  `(CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT))`, tail: `)`,
	}, gone, nil)
	if err != nil {
		return err
	}
	return t.run(ctx, bulk{
		head: `INSERT INTO observations (asset_no, series, first_at, last_at, later_at, state, body) VALUES `,
		row:  `(?, ?, ?, ?, ?, ?, ?)`,
		tail: ` ON CONFLICT (asset_no, series, first_at) DO UPDATE SET
			last_at = excluded.last_at, later_at = excluded.later_at, state = excluded.state, body = excluded.body`,
	}, changed, nil)
}

// difference adds the rows of one place that must go and that must be written.
func difference(p place, have, want []stretch, gone, changed [][]any) ([][]any, [][]any, error) {
	old := map[string]stretch{} // by first instant, as stored
	for _, s := range have {
		first, err := timeText(s.at[0])
		if err != nil {
			return nil, nil, err
		}
		old[first] = s
	}
	for _, s := range want {
		first, err := timeText(s.at[0])
		if err != nil {
			return nil, nil, err
		}
		last, err := timeText(s.at[len(s.at)-1])
		if err != nil {
			return nil, nil, err
		}
		before, ok := old[first]
		delete(old, first)
		if !ok || !before.same(s) {
			changed = append(changed, []any{p.asset, p.series, first, last, packLater(s.at), s.state, []byte(s.body)})
		}
	}
	for _, first := range slices.Sorted(maps.Keys(old)) {
		gone = append(gone, []any{p.asset, p.series, first})
	}
	return gone, changed, nil
}

func (s stretch) same(o stretch) bool {
	return s.state == o.state && s.body == o.body && slices.EqualFunc(s.at, o.at, time.Time.Equal)
}
