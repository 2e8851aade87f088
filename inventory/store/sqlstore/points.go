package sqlstore

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/estray/estray/inventory"
)

// assetPoints is one fact about an asset, taken apart for storing.
type assetPoints struct {
	id          []byte
	created     time.Time
	first       time.Time // the earliest instant that the fact speaks of
	description []byte
	series      map[string][]point
}

// takeApart splits a fact into the things that are stored by themselves.
func takeApart(fact inventory.Asset) (assetPoints, error) {
	a := inventory.Merge(fact, fact) // canonical form: sorted, without repetition
	out := assetPoints{id: key(string(a.ID)), created: a.Created.UTC(), series: map[string][]point{}}
	facets, err := facetsOf(a)
	if err != nil {
		return out, err
	}
	out.addFacets(facets)
	// All sightings of the fact itself: the merge keeps the last of each cell.
	if err := out.addSightings(fact.Sightings); err != nil {
		return out, err
	}
	if !a.Deleted.IsZero() {
		out.add(seriesDeleted, point{at: a.Deleted})
	}
	out.first = out.earliest()
	if err := out.describe(a); err != nil {
		return out, err
	}
	if !a.Modified.IsZero() { // the provider's word, perhaps on a time before anybody looked
		out.add(seriesModified, point{at: a.Modified})
	}
	return out, nil
}

// describe sets what has no time of its own. Handles are held since the fact
// speaks, and no instant is written, so that a reading that shows the same is the
// same. Only what a snapshot tells of an earlier time is.
func (p *assetPoints) describe(a inventory.Asset) error {
	described := inventory.Asset{ID: a.ID, Kind: a.Kind, Scope: a.Scope, Name: a.Name, Aliases: a.Aliases, Handles: a.Handles}
	for i, h := range described.Handles {
		if described.Handles[i].Since = h.Since.Round(0).UTC(); !h.Since.Before(p.first) {
			described.Handles[i].Since = time.Time{}
		}
	}
	body, err := json.Marshal(described)
	if err != nil {
		return fmt.Errorf("encode asset %s: %w", a.ID, err)
	}
	p.description = body
	return nil
}

// add takes a point; its time loses what only this process knows of it.
func (p *assetPoints) add(series string, x point) {
	x.at = x.at.Round(0).UTC()
	p.series[series] = append(p.series[series], x)
}

func (p *assetPoints) addFacets(facets map[string]facetText) {
	for name, f := range facets {
		if f.State != "unknown" {
			p.add(valuePrefix+name, point{at: f.Seen, state: f.State, body: f.Value})
		}
		if len(f.Doubt) == 0 && f.Doubted.IsZero() {
			continue
		}
		if len(f.Doubt) == 0 {
			f.Doubt = "{}"
		}
		p.add(doubtPrefix+name, point{at: f.Doubted, body: f.Doubt})
	}
}

func (p *assetPoints) addSightings(all []inventory.Sighting) error {
	for _, s := range all {
		body, err := json.Marshal(s.Cell)
		if err != nil {
			return fmt.Errorf("encode cell %s: %w", s.Cell, err)
		}
		p.add(cellPrefix+hex.EncodeToString(digest(body)[:16]), point{at: s.At, body: string(body)})
	}
	return nil
}

// earliest is the first instant of all points; zero if there is none, which
// makes the asset part of every view.
func (p *assetPoints) earliest() time.Time {
	var first time.Time
	some := false
	for _, all := range p.series {
		for _, x := range all {
			if !some || x.at.Before(first) {
				first, some = x.at, true
			}
		}
	}
	return first
}
