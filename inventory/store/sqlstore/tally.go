package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// identitiesPerPage bounds the identities of one page of a tally. What one of
// them did is bounded by the calls that there are and by its regions.
const identitiesPerPage = 16

// tally sums up the usage of the view. Like a walk it holds nothing open while
// it yields: of all identities that were asked for it keeps the numbers alone,
// in order, and sums up page by page.
func (s *Store) tally(v *inventory.View) inventory.Tally {
	return func(ctx context.Context, f inventory.UsageFilter, yield func(inventory.Usage) error) error {
		numbers, err := s.usedBy(ctx, v, f)
		if err != nil {
			return err
		}
		for piece := range slices.Chunk(numbers, identitiesPerPage) {
			page, err := s.sums(ctx, piece, v.At)
			if err != nil {
				return err
			}
			for _, u := range page {
				if err := yield(u); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// usedBy gives the numbers of the identities that a filter selects, in the
// order of their texts.
func (s *Store) usedBy(ctx context.Context, v *inventory.View, f inventory.UsageFilter) ([]int64, error) {
	query, args := `SELECT no FROM usage_identities WHERE 1 = 1`, []any{}
	if f.Identity != "" {
		query, args = query+` AND identity = ?`, append(args, wholeText(f.Identity))
	}
	if f.Asset != "" {
		ids := []inventory.AssetID{f.Asset}
		if a, ok := v.Asset(f.Asset); ok {
			ids = append(slices.Clone(a.Aliases), a.ID)
		}
		query += ` AND asset IN (?` + strings.Repeat(`, ?`, len(ids)-1) + `)`
		for _, id := range ids {
			args = append(args, wholeText(string(id)))
		}
	}
	var out []int64
	err := s.read(ctx, "read usage from", func(t tx) error {
		return t.each(ctx, query+` ORDER BY identity, asset`, args, func(r *sql.Rows) error {
			var no int64
			err := r.Scan(&no)
			out = append(out, no)
			return err
		})
	})
	return out, err
}

// sums adds up what identities did in the parts that begin up to an instant.
func (s *Store) sums(ctx context.Context, identities []int64, at time.Time) ([]inventory.Usage, error) {
	// CROSS JOIN, since SQLite keeps its order: the key of usages gives the rows
	// of an identity, and no others are looked at.
	query := `SELECT i.identity, i.asset, c.service, c.name, c.outcome, c.overflow, s.provider, s.account, s.region,
			s.calls, s.outside, s.first_at, s.last_at
		FROM (SELECT u.identity_no, u.call_no, p.provider, p.account, p.region, CAST(sum(u.calls) AS BIGINT) AS calls,
				CAST(sum(u.outside) AS BIGINT) AS outside, min(u.first_at) AS first_at, max(u.last_at) AS last_at
			FROM usages u CROSS JOIN usage_parts p
			WHERE p.no = u.part_no AND u.first_at <= ? AND u.identity_no IN (?` + strings.Repeat(`, ?`, len(identities)-1) + `)
			GROUP BY u.identity_no, u.call_no, p.provider, p.account, p.region) s
		JOIN usage_identities i ON i.no = s.identity_no JOIN usage_calls c ON c.no = s.call_no
		ORDER BY i.identity, i.asset, c.service, c.name, c.outcome, c.overflow, s.provider, s.account, s.region`
	args := []any{at.UnixMicro()}
	for _, no := range identities {
		args = append(args, no)
	}
	var out []inventory.Usage
	err := s.read(ctx, "read usage from", func(t tx) error {
		return t.each(ctx, query, args, func(r *sql.Rows) error {
			u, err := scanUsage(r)
			if u.Last.After(at) {
				u.Last = at
			}
			out = append(out, u)
			return err
		})
	})
	return out, err
}

func scanUsage(r *sql.Rows) (inventory.Usage, error) {
	var identity, asset, service, name, outcome, provider, account, region []byte
	var overflow, count, outside, first, last int64
	err := r.Scan(&identity, &asset, &service, &name, &outcome, &overflow, &provider, &account, &region, &count, &outside, &first, &last)
	return inventory.Usage{
		Identity: string(identity), Asset: inventory.AssetID(asset), Service: string(service), Name: string(name),
		Outcome: inventory.Outcome(outcome), Overflow: overflow != 0,
		Scope: inventory.Scope{Provider: inventory.Provider(provider), Account: string(account), Region: string(region)},
		Count: int(count), Outside: int(outside), First: time.UnixMicro(first).UTC(), Last: time.UnixMicro(last).UTC(),
	}, err
}
