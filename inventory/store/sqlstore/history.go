package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// recall returns the history of an asset of the view, under all its ids.
func (s *Store) recall(v *inventory.View) inventory.Recall {
	return func(ctx context.Context, id inventory.AssetID) ([]inventory.Observation, error) {
		ids := [][]any{{key(string(id))}}
		// Rows stay under the id that they came with: an alias may become known
		// long after, and what was seen before has to be found.
		if a, ok := v.Asset(id); ok {
			id, ids = a.ID, [][]any{{key(string(a.ID))}}
			for _, alias := range a.Aliases {
				ids = append(ids, []any{key(string(alias))})
			}
		}
		var out []inventory.Observation
		err := s.read(ctx, "read history from", func(t tx) error {
			return t.run(ctx, bulk{
				head: `SELECT o.asset_no, o.series, o.first_at, o.later_at, o.state, o.body
					FROM observations o JOIN assets a ON a.no = o.asset_no WHERE a.id IN (`,
				row: `?`, tail: `) ORDER BY o.asset_no, o.series, o.first_at`,
			}, ids, func(r *sql.Rows) error {
				p, row, err := scanStretch(r)
				if err != nil {
					return err
				}
				o, ok, err := observation(p.series, row)
				// A view of the past must not know how long a value held on
				// after it.
				last, held := row.asOf(v.At)
				if err != nil || !ok || !held {
					return err
				}
				o.Asset, o.Last = id, last
				out = joinObservation(out, o)
				return nil
			})
		})
		slices.SortStableFunc(out, compareObservations)
		return out, err
	}
}

// observation reads one stretch; false if the series is no facet's.
func observation(series string, s stretch) (inventory.Observation, bool, error) {
	o := inventory.Observation{First: s.at[0]}
	if name, ok := strings.CutPrefix(series, valuePrefix); ok {
		o.Facet, o.State = name, s.state
		if s.state == "known" {
			o.Value = []byte(s.body)
		}
		return o, true, nil
	}
	name, ok := strings.CutPrefix(series, doubtPrefix)
	if !ok {
		return o, false, nil
	}
	o.Facet, o.State = name, "unknown"
	if err := json.Unmarshal([]byte(s.body), &o.Doubt); err != nil {
		return o, false, fmt.Errorf("decode stored doubt: %w", err)
	}
	return o, true, nil
}

// joinObservation adds o, joining it with the one before where rows were split
// without a change.
func joinObservation(out []inventory.Observation, o inventory.Observation) []inventory.Observation {
	if n := len(out) - 1; n >= 0 {
		last := out[n]
		if last.Facet == o.Facet && last.State == o.State && bytes.Equal(last.Value, o.Value) && last.Doubt == o.Doubt && last.Last.Before(o.First) {
			out[n].Last = o.Last
			return out
		}
	}
	return append(out, o)
}

func compareObservations(a, b inventory.Observation) int {
	return cmp.Or(cmp.Compare(a.Facet, b.Facet), a.First.Compare(b.First), a.Last.Compare(b.Last),
		cmp.Compare(a.State, b.State), bytes.Compare(a.Value, b.Value), cmp.Compare(a.Doubt.Operation, b.Doubt.Operation),
		cmp.Compare(a.Doubt.Code, b.Doubt.Code), cmp.Compare(a.Doubt.Message, b.Doubt.Message))
}
