package sqlstore

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// maxInstants bounds the instants of one row, so that adding one rewrites
// little however long the history is.
const maxInstants = 256

// The kinds of series: a facet's value, a facet's doubt, the sightings by a
// cell, and the instants of the provider.
const (
	valuePrefix    = "value/"
	doubtPrefix    = "doubt/"
	cellPrefix     = "cell/"
	seriesModified = "modified"
	seriesDeleted  = "deleted"
)

// point says what one series of one asset was at one instant. State is that of
// a facet's value ("known", "absent"), else empty; body is JSON.
type point struct {
	at    time.Time
	state string
	body  string
}

// stretch is a run of instants, in order, at which a series said the same. It
// is one row.
type stretch struct {
	at    []time.Time
	state string
	body  string
}

func (s stretch) points() []point {
	out := make([]point, 0, len(s.at))
	for _, t := range s.at {
		out = append(out, point{at: t, state: s.state, body: s.body})
	}
	return out
}

// asOf returns the last instant of the stretch that is not after t; false if
// there is none.
func (s stretch) asOf(t time.Time) (time.Time, bool) {
	i, _ := slices.BinarySearchFunc(s.at, t, func(x, t time.Time) int {
		if x.After(t) {
			return 1
		}
		return -1
	})
	if i == 0 {
		return time.Time{}, false
	}
	return s.at[i-1], true
}

// stretches orders points, lets one win at each instant, and joins neighbours
// that say the same.
func stretches(series string, all []point) ([]stretch, error) {
	slices.SortStableFunc(all, func(a, b point) int { return a.at.Compare(b.at) })
	var out []stretch
	for i := 0; i < len(all); {
		win := all[i]
		for i++; i < len(all) && all[i].at.Equal(win.at); i++ {
			var err error
			if win, err = winner(series, win, all[i]); err != nil {
				return nil, err
			}
		}
		out = extend(out, win)
	}
	return out, nil
}

func extend(out []stretch, p point) []stretch {
	if n := len(out) - 1; n >= 0 && out[n].state == p.state && out[n].body == p.body && len(out[n].at) < maxInstants {
		out[n].at = append(out[n].at, p.at)
		return out
	}
	return append(out, stretch{at: []time.Time{p.at}, state: p.state, body: p.body})
}

// winner decides between two words on one instant. It asks inventory.Merge, so
// that store and merge never differ.
func winner(series string, a, b point) (point, error) {
	if a.state == b.state && a.body == b.body {
		return a, nil
	}
	name, doubt := strings.CutPrefix(series, doubtPrefix)
	name = strings.TrimPrefix(name, valuePrefix)
	x, err := facetAsset(name, doubt, a)
	if err != nil {
		return point{}, err
	}
	y, err := facetAsset(name, doubt, b)
	if err != nil {
		return point{}, err
	}
	parts, err := facetsOf(inventory.Merge(x, y))
	if err != nil {
		return point{}, err
	}
	merged := parts[name]
	if doubt {
		return point{at: a.at, body: string(merged.Doubt)}, nil
	}
	return point{at: a.at, state: merged.State, body: string(merged.Value)}, nil
}

// facetAsset builds an asset that holds one point of one facet.
func facetAsset(name string, doubt bool, p point) (inventory.Asset, error) {
	f := facetText{State: "unknown"}
	if doubt {
		f.Doubted, f.Doubt = p.at, json.RawMessage(p.body)
	} else {
		f.State, f.Value, f.Seen = p.state, json.RawMessage(p.body), p.at
	}
	return assetOf(map[string]facetText{name: f})
}

// facetText is the stored form of any facet, with its parts left as text.
type facetText struct {
	State   string          `json:"state"`
	Value   json.RawMessage `json:"value,omitempty"`
	Seen    time.Time       `json:"seen,omitzero"`
	Doubted time.Time       `json:"doubted,omitzero"`
	Doubt   json.RawMessage `json:"doubt,omitempty"`
}

// facetsOf takes an asset apart into its facets.
func facetsOf(a inventory.Asset) (map[string]facetText, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encode asset %s: %w", a.ID, err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("encode asset %s: %w", a.ID, err)
	}
	out := map[string]facetText{}
	for _, name := range inventory.FacetNames() {
		text, ok := all[name]
		if !ok {
			continue
		}
		var f facetText
		if err := json.Unmarshal(text, &f); err != nil {
			return nil, fmt.Errorf("encode facet %s of asset %s: %w", name, a.ID, err)
		}
		out[name] = f
	}
	return out, nil
}

// assetOf puts an asset together from its facets; it has no id.
func assetOf(facets map[string]facetText) (inventory.Asset, error) {
	var a inventory.Asset
	raw, err := json.Marshal(facets)
	if err != nil {
		return a, fmt.Errorf("decode facets: %w", err)
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, fmt.Errorf("decode facets: %w", err)
	}
	return a, nil
}
