package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
)

// usagesPerPiece bounds how many usages of a batch are written out as
// parameters at once.
const usagesPerPiece = 5000

// usages are those of a batch, with each text once.
type usages struct {
	identities lexicon[usageIdentity]
	calls      lexicon[usageCall]
	parts      lexicon[usagePart]
	rows       []usageRow
}

// usageRow is a usage as it is stored. The first three say whose it is, as
// places in the lexicons of the batch and, once these are numbered, as numbers
// of stored rows.
type usageRow struct{ identity, part, call, count, outside, first, last int64 }

func (u *usages) add(x inventory.Usage) error {
	for _, t := range []time.Time{x.First, x.Last} {
		if _, err := timeText(t); err != nil {
			return fmt.Errorf("encode usage of %s: %w", x.Identity, err)
		}
	}
	u.rows = append(u.rows, usageRow{
		identity: u.identities.place(usageIdentity{x.Identity, string(x.Asset)}),
		part:     u.parts.place(usagePart{x.Part, string(x.Scope.Provider), x.Scope.Account, x.Scope.Region}),
		call:     u.calls.place(usageCall{x.Service, x.Name, string(x.Outcome), x.Overflow}),
		count:    int64(x.Count), outside: int64(x.Outside), first: x.First.UnixMicro(), last: x.Last.UnixMicro(),
	})
	return nil
}

// writeUsages stores usages; they replace all that is stored of their parts.
func (f *facts) writeUsages(ctx context.Context, t tx) error {
	if len(f.usages.rows) == 0 {
		return nil
	}
	// Asked for first: of a part that is new nothing can be left over.
	before, err := f.usages.stored(ctx, t)
	if err != nil {
		return err
	}
	rows, err := f.usages.numbered(ctx, t)
	if err != nil {
		return err
	}
	if err := upsertUsages(ctx, t, rows); err != nil {
		return err
	}
	return deleteOthers(ctx, t, before, rows)
}

// upsertUsages stores rows, in the order of the table.
func upsertUsages(ctx context.Context, t tx, rows []usageRow) error {
	for piece := range slices.Chunk(rows, usagesPerPiece) {
		values := make([][]any, 0, len(piece))
		for _, r := range piece {
			values = append(values, []any{r.identity, r.part, r.call, r.count, r.outside, r.first, r.last})
		}
		err := t.run(ctx, bulk{
			head: `INSERT INTO usages (identity_no, part_no, call_no, calls, outside, first_at, last_at) VALUES `, row: `(?, ?, ?, ?, ?, ?, ?)`,
			tail: ` ON CONFLICT (identity_no, part_no, call_no) DO UPDATE SET
				calls = excluded.calls, outside = excluded.outside, first_at = excluded.first_at, last_at = excluded.last_at
				WHERE (usages.calls, usages.outside, usages.first_at, usages.last_at)
					<> (excluded.calls, excluded.outside, excluded.first_at, excluded.last_at)`,
		}, values, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// stored gives the numbers under which the parts of the batch are stored. One
// part has several where it tells of several scopes, and of these the batch may
// lack some.
func (u *usages) stored(ctx context.Context, t tx) ([][]any, error) {
	asked := make([][]any, 0, len(u.parts.words))
	known := map[string]bool{}
	for _, w := range u.parts.words {
		if !known[w.part] {
			known[w.part] = true
			asked = append(asked, []any{wholeText(w.part)})
		}
	}
	var out [][]any
	err := t.run(ctx, bulk{head: `SELECT no FROM usage_parts WHERE part IN (`, row: `?`, tail: `)`}, asked, func(r *sql.Rows) error {
		var no int64
		err := r.Scan(&no)
		out = append(out, []any{no})
		return err
	})
	return out, err
}

// deleteOthers deletes what is stored of parts and not among the rows, which are
// in the order of the table.
func deleteOthers(ctx context.Context, t tx, parts [][]any, rows []usageRow) error {
	var others [][]any
	err := t.run(ctx, bulk{head: `SELECT identity_no, part_no, call_no FROM usages WHERE part_no IN (`, row: `?`, tail: `)`}, parts, func(r *sql.Rows) error {
		var stored usageRow
		err := r.Scan(&stored.identity, &stored.part, &stored.call)
		if _, ok := slices.BinarySearchFunc(rows, stored, compareUsageRows); !ok {
			others = append(others, []any{stored.identity, stored.part, stored.call})
		}
		return err
	})
	if err != nil {
		return err
	}
	return t.run(ctx, bulk{
		head: `DELETE FROM usages WHERE (identity_no, part_no, call_no) IN (VALUES `,
		row:  `(CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER))`, tail: `)`,
	}, others, nil)
}

// numbered gives the rows with the numbers of what they speak of, in the order
// of the table, and of several on one thing the last.
func (u *usages) numbered(ctx context.Context, t tx) ([]usageRow, error) {
	identities, err := u.identities.numbers(ctx, t, "usage_identities (digest, identity, asset)")
	if err != nil {
		return nil, err
	}
	calls, err := u.calls.numbers(ctx, t, "usage_calls (digest, service, name, outcome, overflow)")
	if err != nil {
		return nil, err
	}
	parts, err := u.parts.numbers(ctx, t, "usage_parts (digest, part, provider, account, region)")
	if err != nil {
		return nil, err
	}
	rows := make([]usageRow, len(u.rows))
	for i, r := range u.rows {
		r.identity, r.part, r.call = identities[r.identity], parts[r.part], calls[r.call]
		rows[len(rows)-1-i] = r
	}
	// The last one comes first now, stays so in a stable order, and is the one
	// that CompactFunc keeps. PostgreSQL refuses to update a row twice.
	slices.SortStableFunc(rows, compareUsageRows)
	return slices.CompactFunc(rows, func(a, b usageRow) bool { return compareUsageRows(a, b) == 0 }), nil
}

func compareUsageRows(a, b usageRow) int {
	return cmp.Or(cmp.Compare(a.identity, b.identity), cmp.Compare(a.part, b.part), cmp.Compare(a.call, b.call))
}
