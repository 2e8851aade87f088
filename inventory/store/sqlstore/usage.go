package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/estray/estray/inventory"
)

// usageRow is a usage as it is stored. The digest is of all that identifies
// it: everything but the counts and times.
type usageRow struct{ digest, identity, asset, part, body []byte }

func newUsageRow(u inventory.Usage) (usageRow, error) {
	u.First, u.Last = u.First.UTC(), u.Last.UTC()
	body, err := json.Marshal(u)
	if err != nil {
		return usageRow{}, fmt.Errorf("encode usage of %s: %w", u.Identity, err)
	}
	id := inventory.Usage{
		Identity: u.Identity, Asset: u.Asset, Service: u.Service, Name: u.Name,
		Outcome: u.Outcome, Part: u.Part, Scope: u.Scope,
	}
	text, err := json.Marshal(id)
	if err != nil {
		return usageRow{}, fmt.Errorf("encode usage of %s: %w", u.Identity, err)
	}
	return usageRow{
		digest: digest(text), identity: key(u.Identity), asset: key(string(u.Asset)), part: key(u.Part), body: body,
	}, nil
}

// writeUsages stores usages; the same part read again replaces its counts.
func (f *facts) writeUsages(ctx context.Context, t tx) error {
	// PostgreSQL refuses a statement that would update one row twice.
	last := map[string]usageRow{}
	for _, r := range f.usages {
		last[string(r.digest)] = r
	}
	var rows [][]any
	for _, k := range slices.Sorted(maps.Keys(last)) {
		r := last[k]
		rows = append(rows, []any{r.digest, r.identity, r.asset, r.part, r.body})
	}
	return t.run(ctx, bulk{
		head: `INSERT INTO usages (digest, identity, asset, part, body) VALUES `, row: `(?, ?, ?, ?, ?)`,
		tail: ` ON CONFLICT (digest) DO UPDATE SET body = excluded.body`,
	}, rows, nil)
}
