package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// View is the facts as of the instant at. Its Events, Usage and History
// stream from the store and stop working when the store is closed; they too
// tell nothing later than at.
func (s *Store) View(ctx context.Context, at time.Time) (*inventory.View, error) {
	at = at.Round(0).UTC()
	text, err := timeText(at)
	if err != nil {
		return nil, err
	}
	var assets []inventory.Asset
	var permits []inventory.Permit
	// All in one transaction: a scan that commits in between would show assets
	// that the coverage of this view does not vouch for.
	var coverage []inventory.Coverage
	err = s.read(ctx, "read", func(t tx) error {
		if coverage, err = readings(ctx, t, text); err != nil {
			return err
		}
		if permits, err = readPermits(ctx, t, at); err != nil {
			return err
		}
		assets, err = readAssets(ctx, t, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	v := inventory.NewView(at, assets, coverage).WithPermits(permits)
	v.Events = s.walk(at)
	v.Usage = s.tally(v)
	v.History = s.recall(v)
	return v, nil
}

// readAssets rebuilds each asset as it was at the instant at, one for each
// stored id, by id; the view joins aliases.
func readAssets(ctx context.Context, t tx, at time.Time) ([]inventory.Asset, error) {
	text, err := timeText(at)
	if err != nil {
		return nil, err
	}
	m := newMemory()
	out, numbers, err := readDescriptions(ctx, t, m, text)
	if err != nil {
		return nil, err
	}
	// The rows of an asset come together, so that one asset is held in parts
	// and the others are done.
	now := partial{memory: m, asset: -1, facets: map[string]facetText{}}
	finish := func() error {
		i, ok := slices.BinarySearch(numbers, now.asset)
		if !ok { // told of by nothing but a modification from before anybody looked
			return nil
		}
		return now.build(&out[i])
	}
	err = t.each(ctx, `SELECT o.asset_no, o.series, o.first_at, o.later_at, o.state, o.body FROM observations o
		WHERE o.first_at = (SELECT max(p.first_at) FROM observations p
			WHERE p.asset_no = o.asset_no AND p.series = o.series AND p.first_at <= ?)
		ORDER BY o.asset_no, o.series`, []any{text},
		func(r *sql.Rows) error {
			p, s, err := scanStretch(r)
			if err != nil {
				return err
			}
			if p.asset != now.asset {
				if err := finish(); err != nil {
					return err
				}
				now.begin(p.asset)
			}
			if when, held := s.asOf(at); held {
				return now.take(p.series, s, when)
			}
			return nil
		})
	if err == nil {
		err = finish()
	}
	slices.SortFunc(out, inventory.CompareAssets)
	return out, err
}

// readDescriptions returns the assets that are known at the instant at, without
// their observations, and the stored number of each; both by number.
func readDescriptions(ctx context.Context, t tx, m *memory, at string) ([]inventory.Asset, []int64, error) {
	// Counted first: a list that grows as it is read takes up to thrice its room.
	var n int
	err := t.each(ctx, `SELECT count(*) FROM assets`, nil, func(r *sql.Rows) error { return r.Scan(&n) })
	if err != nil {
		return nil, nil, err
	}
	out, numbers := make([]inventory.Asset, 0, n), make([]int64, 0, n)
	err = t.each(ctx, `SELECT a.no, a.created, d.first_at, d.body FROM assets a JOIN asset_descriptions d ON d.asset_no = a.no
		WHERE d.first_at <= ? ORDER BY a.no`, []any{at}, func(r *sql.Rows) error {
		var no int64
		var created sql.NullString
		var first, body sql.RawBytes
		if err := r.Scan(&no, &created, &first, &body); err != nil {
			return err
		}
		d, err := readDescription(first, body)
		if err != nil {
			return err
		}
		m.place(&d)
		if created.Valid && created.String <= at {
			var err error
			if d.Created, err = readTime(created.String); err != nil {
				return err
			}
		}
		if last := len(numbers) - 1; last >= 0 && numbers[last] == no {
			out[last] = inventory.Merge(out[last], d)
			return nil
		}
		out, numbers = append(out, d), append(numbers, no)
		return nil
	})
	return out, numbers, err
}

// readDescription reads what has no time of its own; what holds since the fact
// speaks holds since the first one.
func readDescription(first, body []byte) (inventory.Asset, error) {
	var d inventory.Asset
	if err := json.Unmarshal(body, &d); err != nil {
		return d, fmt.Errorf("decode stored asset: %w", err)
	}
	if len(d.Handles) == 0 {
		return d, nil
	}
	since, err := readTime(string(first))
	for i, h := range d.Handles {
		if h.Since.IsZero() {
			d.Handles[i].Since = since
		}
	}
	return d, err
}

// partial is an asset while its rows come in.
type partial struct {
	memory            *memory
	asset             int64 // its number
	modified, deleted time.Time
	sightings         []inventory.Sighting
	facets            map[string]facetText
}

// begin forgets the asset before.
func (p *partial) begin(asset int64) {
	p.asset, p.modified, p.deleted, p.sightings = asset, time.Time{}, time.Time{}, nil
	clear(p.facets)
}

// take puts the last word of one series into the asset.
func (p *partial) take(series string, s stretch, when time.Time) error {
	switch {
	case series == seriesModified:
		p.modified = when
	case series == seriesDeleted:
		p.deleted = when
	case strings.HasPrefix(series, cellPrefix):
		cell, known := p.memory.cells[s.body]
		if !known {
			if err := json.Unmarshal([]byte(s.body), &cell); err != nil {
				return fmt.Errorf("decode stored sighting: %w", err)
			}
			remember(p.memory.cells, s.body, cell, len(s.body))
		}
		p.sightings = append(p.sightings, inventory.Sighting{Cell: cell, At: when})
	case strings.HasPrefix(series, valuePrefix):
		name := strings.TrimPrefix(series, valuePrefix)
		f := p.facets[name]
		f.State, f.Value, f.Seen = s.state, s.body, when
		p.facets[name] = f
	case strings.HasPrefix(series, doubtPrefix):
		name := strings.TrimPrefix(series, doubtPrefix)
		f := p.facets[name]
		f.Doubt, f.Doubted = s.body, when
		p.facets[name] = f
	default:
		return fmt.Errorf("decode stored asset: unknown series %q", series)
	}
	return nil
}

// build puts what was taken into the asset that a describes.
func (p *partial) build(a *inventory.Asset) error {
	for name, f := range p.facets {
		// A doubt alone: nobody ever read a value.
		if f.State == "" {
			f.State = "unknown"
			p.facets[name] = f
		}
	}
	facets, err := assetOf(p.memory, p.facets)
	if err != nil {
		return fmt.Errorf("decode stored asset %s: %w", a.ID, err)
	}
	facets.ID, facets.Kind, facets.Scope, facets.Name, facets.Aliases, facets.Handles = a.ID, a.Kind, a.Scope, a.Name, a.Aliases, a.Handles
	facets.Created, facets.Modified, facets.Deleted = a.Created, p.modified, p.deleted
	// By cell, as the view wants them; rows come by a digest of it.
	slices.SortFunc(p.sightings, func(x, y inventory.Sighting) int { return x.Cell.Compare(y.Cell) })
	facets.Sightings = p.memory.sighted(p.sightings)
	*a = facets
	return nil
}
