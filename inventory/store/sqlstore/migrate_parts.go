package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"github.com/estray/estray/inventory"
)

// partsVersion is the schema in which facets have parts. Its tables are those of
// the schema before; only what they hold is written otherwise.
const partsVersion = 3

// toParts rewrites what older stores hold as one facet: ways in, triggers, and
// versions together with the aliases that point at them.
func (s *Store) toParts() *goose.Migration {
	return goose.NewGoMigration(partsVersion, &goose.GoFunc{RunTx: func(ctx context.Context, t *sql.Tx) error {
		return migrateParts(ctx, tx{Tx: t, dialect: s.dialect})
	}}, nil)
}

// migrateParts goes by assets, so that all rows of one series are at hand at
// once.
func migrateParts(ctx context.Context, t tx) error {
	var last int64
	err := t.each(ctx, `SELECT coalesce(max(no), 0) FROM assets`, nil, func(r *sql.Rows) error { return r.Scan(&last) })
	if err != nil {
		return err
	}
	for from := int64(0); from < last; from += assetsPerPiece {
		if err := migratePiece(ctx, t, from, from+assetsPerPiece); err != nil {
			return err
		}
	}
	return nil
}

// migratePiece rewrites the assets with numbers above from, up to to.
func migratePiece(ctx context.Context, t tx, from, to int64) error {
	const old = ` FROM observations WHERE series IN ('value/exposure', 'doubt/exposure', 'value/triggers',
		'doubt/triggers', 'value/versions', 'doubt/versions') AND asset_no > CAST(? AS BIGINT) AND asset_no <= CAST(? AS BIGINT)`
	fresh := map[place][]point{}
	err := t.each(ctx, `SELECT asset_no, series, first_at, later_at, state, body`+old, []any{from, to}, func(r *sql.Rows) error {
		p, s, err := scanStretch(r)
		if err != nil {
			return err
		}
		return splitStretch(p, s, fresh)
	})
	if err != nil {
		return fmt.Errorf("split facets into parts: %w", err)
	}
	if err := t.each(ctx, `DELETE`+old, []any{from, to}, nil); err != nil {
		return err
	}
	order := slices.SortedFunc(maps.Keys(fresh), comparePlaces)
	return storeChanges(ctx, t, order, fresh, nil)
}

// splitStretch adds the points of an old stretch to the series that take its
// place.
func splitStretch(p place, s stretch, to map[place][]point) error {
	name, doubt := strings.CutPrefix(p.series, doubtPrefix)
	name = strings.TrimPrefix(name, valuePrefix)
	text := facetText{State: "unknown"}
	if doubt {
		text.Doubted, text.Doubt = s.at[0], s.body
	} else {
		text.State, text.Value, text.Seen = s.state, s.body, s.at[0]
	}
	a, err := wholeAsset(name, text)
	if err != nil {
		return err
	}
	facets, err := facetsOf(a)
	if err != nil {
		return err
	}
	split := assetPoints{series: map[string][]point{}}
	split.addFacets(facets)
	for series, points := range split.series {
		at := place{p.asset, series}
		for _, instant := range s.at {
			to[at] = append(to[at], point{at: instant, state: points[0].state, body: points[0].body})
		}
	}
	return nil
}

// oldVersions are versions as they were told before aliases were a facet.
type oldVersions struct {
	inventory.Versions
	Aliases []inventory.Alias `json:"aliases"`
}

// wholeAsset reads a facet of the old form.
func wholeAsset(name string, text facetText) (a inventory.Asset, err error) {
	from := map[string]facetText{name: text}
	switch name {
	case "exposure":
		var f inventory.Facet[inventory.Exposures]
		err = takeFacet(nil, from, name, &f)
		a.Exposure = inventory.Split(f)
	case "triggers":
		var f inventory.Facet[inventory.Triggers]
		err = takeFacet(nil, from, name, &f)
		a.Triggers = inventory.Split(f)
	case "versions":
		var f inventory.Facet[oldVersions]
		err = takeFacet(nil, from, name, &f)
		a.Versions = inventory.MapFacet(f, func(v oldVersions) inventory.Versions { return v.Versions })
		a.VersionAliases = inventory.MapFacet(f, func(v oldVersions) []inventory.Alias { return v.Aliases })
	}
	return a, err
}
