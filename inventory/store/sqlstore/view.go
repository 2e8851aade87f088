package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// View is the facts as of the instant at. Its Events and History stream from
// the store and stop working when the store is closed; they too tell nothing
// later than at.
func (s *Store) View(ctx context.Context, at time.Time) (*inventory.View, error) {
	at = at.Round(0).UTC()
	text, err := timeText(at)
	if err != nil {
		return nil, err
	}
	var assets []inventory.Asset
	// Both in one transaction: a scan that commits in between would show assets
	// that the coverage of this view does not vouch for.
	var coverage []inventory.Coverage
	err = s.read(ctx, "read", func(t tx) error {
		if coverage, err = readings(ctx, t, text); err != nil {
			return err
		}
		assets, err = readAssets(ctx, t, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	v := inventory.NewView(at, assets, coverage)
	v.Events = s.walk(at)
	v.History = s.recall(v)
	return v, nil
}

// partial is an asset while its rows come in.
type partial struct {
	asset  inventory.Asset
	facets map[string]facetText
}

// readAssets rebuilds each asset as it was at the instant at, one for each
// stored id; the view joins aliases.
func readAssets(ctx context.Context, t tx, at time.Time) ([]inventory.Asset, error) {
	text, err := timeText(at)
	if err != nil {
		return nil, err
	}
	out, index, err := readDescriptions(ctx, t, text)
	if err != nil {
		return nil, err
	}
	// The rows of an asset come together, so that one asset is held in parts
	// and the others are done.
	current, now := partial{}, int64(-1)
	finish := func() error {
		i, ok := index[now]
		if !ok { // told of by nothing but a modification from before anybody looked
			return nil
		}
		return current.build(&out[i])
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
			if p.asset != now {
				if err := finish(); err != nil {
					return err
				}
				current, now = partial{facets: map[string]facetText{}}, p.asset
			}
			if when, held := s.asOf(at); held {
				return current.take(p.series, s, when)
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	return out, finish()
}

// readDescriptions returns the assets that are known at the instant at, without
// their observations, and where each stored number is among them.
func readDescriptions(ctx context.Context, t tx, at string) ([]inventory.Asset, map[int64]int, error) {
	var out []inventory.Asset
	index := map[int64]int{}
	err := t.each(ctx, `SELECT a.no, a.created, d.body FROM assets a JOIN asset_descriptions d ON d.asset_no = a.no
		WHERE d.first_at <= ? ORDER BY a.no`, []any{at}, func(r *sql.Rows) error {
		var no int64
		var created sql.NullString
		var body []byte
		if err := r.Scan(&no, &created, &body); err != nil {
			return err
		}
		var d inventory.Asset
		if err := json.Unmarshal(body, &d); err != nil {
			return fmt.Errorf("decode stored asset: %w", err)
		}
		if created.Valid && created.String <= at {
			var err error
			if d.Created, err = readTime(created.String); err != nil {
				return err
			}
		}
		if i, ok := index[no]; ok {
			out[i] = inventory.Merge(out[i], d)
			return nil
		}
		index[no] = len(out)
		out = append(out, d)
		return nil
	})
	return out, index, err
}

// take puts the last word of one series into the asset.
func (p *partial) take(series string, s stretch, when time.Time) error {
	switch {
	case series == seriesModified:
		p.asset.Modified = when
	case series == seriesDeleted:
		p.asset.Deleted = when
	case strings.HasPrefix(series, cellPrefix):
		var cell inventory.Cell
		if err := json.Unmarshal([]byte(s.body), &cell); err != nil {
			return fmt.Errorf("decode stored sighting: %w", err)
		}
		p.asset.Sightings = append(p.asset.Sightings, inventory.Sighting{Cell: cell, At: when})
	case strings.HasPrefix(series, valuePrefix):
		name := strings.TrimPrefix(series, valuePrefix)
		f := p.facets[name]
		f.State, f.Value, f.Seen = s.state, json.RawMessage(s.body), when
		p.facets[name] = f
	case strings.HasPrefix(series, doubtPrefix):
		name := strings.TrimPrefix(series, doubtPrefix)
		f := p.facets[name]
		f.Doubt, f.Doubted = json.RawMessage(s.body), when
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
	facets, err := assetOf(p.facets)
	if err != nil {
		return fmt.Errorf("decode stored asset %s: %w", a.ID, err)
	}
	facets.ID, facets.Kind, facets.Scope, facets.Name, facets.Aliases = a.ID, a.Kind, a.Scope, a.Name, a.Aliases
	facets.Created, facets.Modified, facets.Deleted = a.Created, p.asset.Modified, p.asset.Deleted
	facets.Sightings = p.asset.Sightings
	*a = facets
	return nil
}
