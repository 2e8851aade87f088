package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"
)

// assetsPerPiece bounds how many assets of a batch are in work at once, and so
// the rows held beside the batch.
const assetsPerPiece = 500

// place is where a series of an asset is stored.
type place struct {
	asset  int64
	series string
}

func (f *facts) writeAssets(ctx context.Context, t tx) error {
	// Ordered, so that a piece holds all facts on one asset where it can.
	slices.SortStableFunc(f.assets, func(a, b assetPoints) int { return bytes.Compare(a.id, b.id) })
	for piece := range slices.Chunk(f.assets, assetsPerPiece) {
		numbers, err := numberAssets(ctx, t, piece)
		if err != nil {
			return err
		}
		if err := describeAssets(ctx, t, piece, numbers); err != nil {
			return err
		}
		if err := observe(ctx, t, piece, numbers); err != nil {
			return err
		}
	}
	return nil
}

// numberAssets gives each asset its row and returns the numbers by id.
func numberAssets(ctx context.Context, t tx, piece []assetPoints) (map[string]int64, error) {
	// One batch may hold readings that know the creation and readings that do
	// not; the earliest instant that any of them tells stands.
	created := map[string]time.Time{}
	for _, a := range piece {
		old, ok := created[string(a.id)]
		if !ok || old.IsZero() || (!a.created.IsZero() && a.created.Before(old)) {
			created[string(a.id)] = a.created
		}
	}
	var rows, ids [][]any
	// Sorted, since a map has no order and the same facts are to give the same
	// rows, numbers included.
	for _, id := range slices.Sorted(maps.Keys(created)) {
		// A null has no type from which PostgreSQL could tell that of the
		// column, hence the cast in the statement below.
		var at any
		if c := created[id]; !c.IsZero() {
			text, err := timeText(c)
			if err != nil {
				return nil, err
			}
			at = text
		}
		rows = append(rows, []any{[]byte(id), at})
		ids = append(ids, []any{[]byte(id)})
	}
	err := t.run(ctx, bulk{
		head: `INSERT INTO assets (id, created) VALUES `, row: `(?, CAST(? AS TEXT))`,
		tail: ` ON CONFLICT (id) DO UPDATE SET created = excluded.created
			WHERE excluded.created IS NOT NULL AND (assets.created IS NULL OR excluded.created < assets.created)`,
	}, rows, nil)
	if err != nil {
		return nil, err
	}
	// Asked for by themselves: RETURNING would leave out the rows that the
	// conflict left as they were, which are most.
	numbers := map[string]int64{}
	err = t.run(ctx, bulk{head: `SELECT id, no FROM assets WHERE id IN (`, row: `?`, tail: `)`}, ids, func(r *sql.Rows) error {
		var id []byte
		var no int64
		err := r.Scan(&id, &no)
		numbers[string(id)] = no
		return err
	})
	return numbers, err
}

// describeAssets keeps each description with the earliest instant of a fact
// that gives it.
func describeAssets(ctx context.Context, t tx, piece []assetPoints, numbers map[string]int64) error {
	type description struct {
		no   int64
		body string
	}
	first := map[description]time.Time{}
	// That of the batch: a map has none.
	var order []description
	for _, a := range piece {
		d := description{numbers[string(a.id)], string(a.description)}
		old, ok := first[d]
		if !ok {
			order = append(order, d)
		}
		if !ok || a.first.Before(old) {
			first[d] = a.first
		}
	}
	var rows [][]any
	for _, d := range order {
		at, err := timeText(first[d])
		if err != nil {
			return err
		}
		rows = append(rows, []any{d.no, digest([]byte(d.body)), at, []byte(d.body)})
	}
	return t.run(ctx, bulk{
		head: `INSERT INTO asset_descriptions (asset_no, digest, first_at, body) VALUES `, row: `(?, ?, ?, ?)`,
		tail: ` ON CONFLICT (asset_no, digest) DO UPDATE SET first_at = excluded.first_at
			WHERE excluded.first_at < asset_descriptions.first_at`,
	}, rows, nil)
}

// observe adds the points of the piece to their series.
func observe(ctx context.Context, t tx, piece []assetPoints, numbers map[string]int64) error {
	fresh := map[place][]point{}
	for _, a := range piece {
		for series, all := range a.series {
			p := place{numbers[string(a.id)], series}
			fresh[p] = append(fresh[p], all...)
		}
	}
	order := slices.SortedFunc(maps.Keys(fresh), comparePlaces)
	stored, err := loadStretches(ctx, t, order, fresh)
	if err != nil {
		return err
	}
	return storeChanges(ctx, t, order, fresh, stored)
}
