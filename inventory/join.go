package inventory

import (
	"cmp"
	"maps"
	"slices"
)

// joinAssets merges observations that share an id or an alias.
func joinAssets(all []Asset) []Asset {
	if settled(all) {
		return slices.Clip(all)
	}
	root := roots(all)
	merged := make(map[AssetID]Asset, len(all))
	for _, a := range all {
		to := root(a.ID)
		if old, ok := merged[to]; ok {
			merged[to] = Merge(old, a)
		} else {
			merged[to] = Merge(a, a) // brings a single observation into canonical form
		}
	}
	return slices.SortedFunc(maps.Values(merged), CompareAssets)
}

// named gives assets that can be renamed the name that was observed last. The slice
// is copied before it is changed.
func named(all []Asset) []Asset {
	copied := false
	for i, a := range all {
		name, ok := a.Called.Get()
		if !ok || name == "" || name == a.Name {
			continue
		}
		if !copied {
			all, copied = slices.Clone(all), true
		}
		all[i].Name = name
	}
	return all
}

// settled reports whether the observations are what joining them would give:
// one of each asset, by id and in canonical form. So a store tells them, and a
// large estate is not held twice.
func settled(all []Asset) bool {
	for i, a := range all {
		if len(a.Aliases) > 0 || i > 0 && all[i-1].ID >= a.ID || !a.settled() {
			return false
		}
	}
	return true
}

func (a Asset) settled() bool {
	return byCell(a.Sightings) && slices.IsSortedFunc(a.Handles, beforeNext) && !a.Exposure.some(Facet[Exposures].IsZero) && !a.Triggers.some(Facet[Triggers].IsZero)
}

// beforeNext orders handles by id, so that two of one id are in no order.
func beforeNext(x, y Handle) int {
	if x.ID == y.ID {
		return -1
	}
	return cmp.Compare(x.ID, y.ID)
}

// roots tells of each id the smallest one under which its asset is known.
func roots(all []Asset) func(AssetID) AssetID {
	parent := map[AssetID]AssetID{}
	var find func(AssetID) AssetID
	find = func(id AssetID) AssetID {
		p, ok := parent[id]
		if !ok || p == id {
			return id
		}
		root := find(p)
		parent[id] = root
		return root
	}
	for _, a := range all {
		for _, alias := range a.Aliases {
			x, y := find(a.ID), find(alias)
			parent[max(x, y)] = min(x, y)
		}
	}
	return find
}
