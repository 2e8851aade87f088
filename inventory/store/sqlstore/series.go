package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// maxInstants bounds the instants of one row, so that adding one rewrites
// little however long the history is.
const maxInstants = 256

// The kinds of series: a facet's value, a facet's doubt (each part of a facet
// has its own), the sightings by a cell, and the instants of the provider.
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
		return point{at: a.at, body: merged.Doubt}, nil
	}
	return point{at: a.at, state: merged.State, body: merged.Value}, nil
}

// facetAsset builds an asset that holds one point of one facet.
func facetAsset(name string, doubt bool, p point) (inventory.Asset, error) {
	f := facetText{State: "unknown"}
	if doubt {
		f.Doubted, f.Doubt = p.at, p.body
	} else {
		f.State, f.Value, f.Seen = p.state, p.body, p.at
	}
	return assetOf(nil, map[string]facetText{name: f})
}

// facetText is the stored form of any facet: its value and its doubt are JSON.
type facetText struct {
	State         string // "known", "absent" or "unknown"
	Value, Doubt  string
	Seen, Doubted time.Time
}

// facetsOf takes an asset apart into its facets and their parts, but for those
// of which nothing was ever said.
func facetsOf(a inventory.Asset) (map[string]facetText, error) {
	out := map[string]facetText{}
	err := errors.Join(
		addFacet(out, "name", a.Called), addFacet(out, "configuration", a.Configuration), addFacet(out, "settings", a.Settings),
		addFacet(out, "code-signing", a.CodeSigning), addFacet(out, "code", a.Code), addFacet(out, "versions", a.Versions),
		addFacet(out, "deployment", a.Deployment),
		addFacet(out, "aliases", a.VersionAliases), addFacet(out, "identity", a.Identity), addFacet(out, "rights", a.Rights),
		addParts(out, "exposure", a.Exposure), addParts(out, "triggers", a.Triggers),
		addFacet(out, "destinations", a.Destinations), addFacet(out, "bindings", a.Bindings), addFacet(out, "labels", a.Labels),
		addFacet(out, "logging", a.Logging))
	if err != nil {
		return nil, fmt.Errorf("encode asset %s: %w", a.ID, err)
	}
	return out, nil
}

func addParts[T inventory.Joined[T]](to map[string]facetText, name string, p inventory.Parts[T]) error {
	for c, f := range p {
		if err := addFacet(to, inventory.PartName(name, c), f); err != nil {
			return err
		}
	}
	return nil
}

// addFacet adds what Facet.MarshalJSON would write, in parts.
func addFacet[T any](to map[string]facetText, name string, f inventory.Facet[T]) error {
	if f.IsZero() {
		return nil
	}
	out := facetText{State: "unknown", Seen: f.Seen(), Doubted: f.Doubted()}
	value, known := f.Get()
	switch {
	case known:
		out.State = "known"
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		out.Value = string(text)
	case f.IsAbsent():
		out.State = "absent"
	}
	if f.Doubt() != (inventory.Reason{}) {
		text, err := json.Marshal(f.Doubt())
		if err != nil {
			return err
		}
		out.Doubt = string(text)
	}
	to[name] = out
	return nil
}

// assetOf puts an asset together from its facets; it has no id. What it tells is
// shared with other assets as the memory has it.
func assetOf(m *memory, facets map[string]facetText) (inventory.Asset, error) {
	var a inventory.Asset
	err := errors.Join(
		takeFacet(m, facets, "name", &a.Called), takeFacet(m, facets, "configuration", &a.Configuration), takeFacet(m, facets, "settings", &a.Settings),
		takeFacet(m, facets, "code-signing", &a.CodeSigning), takeFacet(m, facets, "code", &a.Code), takeFacet(m, facets, "versions", &a.Versions),
		takeFacet(m, facets, "deployment", &a.Deployment),
		takeFacet(m, facets, "aliases", &a.VersionAliases), takeFacet(m, facets, "identity", &a.Identity), takeFacet(m, facets, "rights", &a.Rights),
		takeParts(m, facets, "exposure", &a.Exposure), takeParts(m, facets, "triggers", &a.Triggers),
		takeFacet(m, facets, "destinations", &a.Destinations), takeFacet(m, facets, "bindings", &a.Bindings), takeFacet(m, facets, "labels", &a.Labels),
		takeFacet(m, facets, "logging", &a.Logging))
	return a, err
}

// takeParts reads what addParts wrote.
func takeParts[T inventory.Joined[T]](m *memory, from map[string]facetText, name string, to *inventory.Parts[T]) error {
	var names []string
	for whole := range from {
		if strings.HasPrefix(whole, inventory.PartName(name, "")) {
			names = append(names, whole)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	key := ""
	if m != nil {
		key = partsKey(from, names)
		if p, ok := m.parts[key].(inventory.Parts[T]); ok {
			*to = p
			return nil
		}
	}
	parts := make(inventory.Parts[T], len(names))
	for _, whole := range names {
		var f inventory.Facet[T]
		if err := takeFacet(m, from, whole, &f); err != nil {
			return err
		}
		parts[inventory.Capability(m.text(strings.TrimPrefix(whole, inventory.PartName(name, ""))))] = f
	}
	if m != nil {
		remember(m.parts, key, any(parts), len(key))
	}
	*to = parts
	return nil
}

// takeFacet reads what addFacet wrote.
func takeFacet[T any](m *memory, from map[string]facetText, name string, to *inventory.Facet[T]) error {
	text, ok := from[name]
	if !ok {
		return nil
	}
	key := facetKey{name, text}
	if m != nil {
		if f, ok := m.facets[key].(inventory.Facet[T]); ok {
			*to = f
			return nil
		}
	}
	f, err := readFacet[T](m, name, text)
	if err != nil {
		return err
	}
	if m != nil {
		remember(m.facets, key, any(f), len(text.Value)+len(text.Doubt))
	}
	*to = f
	return nil
}

func readFacet[T any](m *memory, name string, text facetText) (inventory.Facet[T], error) {
	var f inventory.Facet[T]
	switch told := text.Value != ""; {
	case text.State == "known" && told:
		var value T
		if err := json.Unmarshal([]byte(text.Value), &value); err != nil {
			return f, fmt.Errorf("decode facet %s: %w", name, err)
		}
		m.values(&value)
		f = inventory.Known(value, text.Seen)
	case text.State == "absent" && !told:
		f = inventory.Absent[T](text.Seen)
	case text.State != "unknown" || told:
		return f, fmt.Errorf("decode facet %s: state %q with value %t", name, text.State, told)
	}
	var why inventory.Reason
	if text.Doubt != "" {
		if err := json.Unmarshal([]byte(text.Doubt), &why); err != nil {
			return f, fmt.Errorf("decode doubt of facet %s: %w", name, err)
		}
	}
	return f.Doubting(why, text.Doubted), nil
}
