package inventory

import (
	"cmp"
	"slices"
	"time"
)

// Merge joins two observations of one asset, facet by facet, and part by part
// where a facet has such. It is
// commutative, associative and idempotent: the order of sources never shows.
// The ids are the caller's promise: Merge keeps the smaller id and makes the
// other an alias.
func Merge(a, b Asset) Asset {
	out := Asset{
		ID:       min(a.ID, b.ID),
		Kind:     max(a.Kind, b.Kind),
		Scope:    laterScope(a.Scope, b.Scope),
		Name:     max(a.Name, b.Name),
		Created:  earliest(a.Created, b.Created),
		Modified: latest(a.Modified, b.Modified),
		Deleted:  latest(a.Deleted, b.Deleted),

		Called:         a.Called.merge(b.Called),
		Configuration:  a.Configuration.merge(b.Configuration),
		Settings:       a.Settings.merge(b.Settings),
		CodeSigning:    a.CodeSigning.merge(b.CodeSigning),
		Code:           a.Code.merge(b.Code),
		Versions:       a.Versions.merge(b.Versions),
		Deployment:     a.Deployment.merge(b.Deployment),
		VersionAliases: a.VersionAliases.merge(b.VersionAliases),
		Identity:       a.Identity.merge(b.Identity),
		Rights:         a.Rights.merge(b.Rights),
		Exposure:       a.Exposure.merge(b.Exposure),
		Triggers:       a.Triggers.merge(b.Triggers),
		Destinations:   a.Destinations.merge(b.Destinations),
		Bindings:       a.Bindings.merge(b.Bindings),
		Labels:         a.Labels.merge(b.Labels),
		Logging:        a.Logging.merge(b.Logging),
	}
	out.Aliases = joinAliases(out.ID, a, b)
	out.Handles = joinHandles(a.Handles, b.Handles)
	out.Sightings = joinSightings(a.Sightings, b.Sightings)
	return out
}

func joinAliases(id AssetID, a, b Asset) []AssetID {
	all := slices.Concat(a.Aliases, b.Aliases, []AssetID{a.ID, b.ID})
	slices.Sort(all)
	all = slices.Compact(all)
	all = slices.DeleteFunc(all, func(x AssetID) bool { return x == id || x == "" })
	if len(all) == 0 {
		return nil
	}
	return all
}

// joinHandles keeps of each id the earliest instant, by id.
func joinHandles(a, b []Handle) []Handle {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y Handle) int { return cmp.Or(cmp.Compare(x.ID, y.ID), x.Since.Compare(y.Since)) })
	all = slices.CompactFunc(all, func(x, y Handle) bool { return x.ID == y.ID })
	if len(all) == 0 {
		return nil
	}
	return all
}

func joinSightings(a, b []Sighting) []Sighting {
	if len(a) > 0 && byCell(a) && slices.Equal(a, b) {
		return slices.Clip(a)
	}
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y Sighting) int {
		if d := x.Cell.Compare(y.Cell); d != 0 {
			return d
		}
		return y.At.Compare(x.At) // latest first, so that Compact keeps it
	})
	all = slices.CompactFunc(all, func(x, y Sighting) bool { return x.Cell == y.Cell })
	if len(all) == 0 {
		return nil
	}
	return all
}

// byCell reports whether the sightings are by cell, one of each.
func byCell(all []Sighting) bool {
	for i := 1; i < len(all); i++ {
		if all[i-1].Cell.Compare(all[i].Cell) >= 0 {
			return false
		}
	}
	return true
}

func laterScope(a, b Scope) Scope {
	if a.Compare(b) >= 0 {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
