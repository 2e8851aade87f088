package inventory

import (
	"cmp"
	"slices"
	"time"
)

// clockSlack is how far the clock of a log may be before the one that says when an
// asset was made or seen.
const clockSlack = 5 * time.Minute

// holding says that an asset holds a handle from an instant on.
type holding struct {
	asset AssetID
	start time.Time
}

// holdings are who holds each handle. Nil: there are no handles.
type holdings map[AssetID][]holding

func holdingsOf(assets []Asset) holdings {
	var out holdings
	for _, a := range assets {
		if len(a.Handles) == 0 {
			continue
		}
		if out == nil {
			out = holdings{}
		}
		first := slices.MinFunc(a.Handles, func(x, y Handle) int { return x.Since.Compare(y.Since) }).Since
		for _, h := range a.Handles {
			start := h.Since
			// What it had when it was seen first, it had since it was made.
			if h.Since.Equal(first) && !a.Created.IsZero() {
				start = earliest(a.Created, start)
			}
			out[h.ID] = append(out[h.ID], holding{a.ID, start})
		}
	}
	return out
}

// Holder tells which asset held a handle at an instant: of those that hold it, the
// one that had it last then. An asset has the handles with which it was first seen
// since it was made, and others since it was seen to have them; five minutes before
// that count too, since clocks differ. An asset that a whole reading before the
// instant did not show any more holds nothing. False: nobody held it that is known.
func (v *View) Holder(id AssetID, at time.Time) (AssetID, bool) {
	h, ok := v.holder(id, at, false)
	return h.asset, ok
}

// holder is Holder. For the end of an asset's life the clocks count as they are,
// and one that was not seen any more may be meant: the name may have been given
// to another asset within a minute.
func (v *View) holder(id AssetID, at time.Time, end bool) (holding, bool) {
	slack := clockSlack
	if end {
		slack = 0
	}
	var best holding
	found := false
	for _, h := range v.held[id] {
		if h.start.Add(-slack).After(at) || !end && v.lostBefore(h.asset, at) {
			continue
		}
		if d := h.start.Compare(best.start); !found || d > 0 || d == 0 && h.asset < best.asset {
			best, found = h, true
		}
	}
	if !found && end {
		return v.holder(id, at, false)
	}
	return best, found
}

// lostBefore reports whether an asset that lists had shown was shown no more by
// whole readings before the instant.
func (v *View) lostBefore(id AssetID, at time.Time) bool {
	a, _ := v.Known(id)
	lost := false
	for _, s := range a.Sightings {
		if s.Cell.Capability == CapEvents {
			continue
		}
		c, ok := v.whole[s.Cell]
		if !ok || !c.Read.After(s.At) || !c.Read.Before(at) {
			return false
		}
		lost = true
	}
	return lost
}

// foldInferred takes the assets that events tell of by a handle into those that
// held it when they were last told of. Where nobody did, they stay. The slice of
// assets is copied before it is changed.
func (v *View) foldInferred() {
	into := map[AssetID][]AssetID{} // the holder's id: the inferred ones
	for _, a := range v.Assets {
		if len(v.held[a.ID]) == 0 || !a.inferred() {
			continue
		}
		last := a.LastSeen()
		if h, ok := v.holder(a.ID, last, !a.Deleted.Before(last)); ok && h.asset != a.ID {
			into[h.asset] = append(into[h.asset], a.ID)
		}
	}
	if len(into) == 0 {
		return
	}
	gone := map[AssetID]bool{}
	out := slices.Clone(v.Assets)
	for i, a := range out {
		for _, id := range into[a.ID] {
			inferred, _ := v.Known(id)
			start := a.Created
			for _, h := range v.held[id] {
				if h.asset == a.ID {
					start = h.start
				}
			}
			out[i], gone[id] = out[i].absorb(inferred, start), true
		}
	}
	v.Assets = slices.DeleteFunc(out, func(a Asset) bool { return gone[a.ID] })
}

// inferred reports whether nothing but events showed the asset.
func (a Asset) inferred() bool {
	return len(a.Sightings) > 0 && !slices.ContainsFunc(a.Sightings, func(s Sighting) bool { return s.Cell.Capability != CapEvents })
}

// absorb adds what events told of the asset by a handle that it has since start.
// What they told of the time before is about another asset.
func (a Asset) absorb(events Asset, start time.Time) Asset {
	a.Sightings = joinSightings(a.Sightings, events.Sightings)
	if !events.Modified.Before(start) {
		a.Modified = latest(a.Modified, events.Modified)
	}
	if !events.Deleted.Before(start) {
		a.Deleted = latest(a.Deleted, events.Deleted)
	}
	a.Name = cmp.Or(a.Name, events.Name)
	return a
}

// resolve gives the event with the assets that held its handles, in the order of
// ids. Handles that nobody held then stay as they are.
func (v *View) resolve(e Event) Event {
	about := slices.Clone(e.About())
	changed := false
	for i, id := range about {
		if len(v.held[id]) == 0 {
			continue
		}
		if h, ok := v.holder(id, e.Time, e.Action == ActionDelete); ok {
			about[i], changed = h.asset, true
		}
	}
	if !changed {
		return e
	}
	// A subject that is no handle is no asset either.
	if n := len(e.Assets); len(about) > n && about[n] == AssetID(e.Subject) {
		about = about[:n]
	}
	slices.Sort(about)
	e.Assets = slices.Compact(about)
	return e
}

// allIDs gives the filter every id by which events may name its asset, and the ids
// of which one must be left once handles are resolved.
func (v *View) allIDs(f Filter) (Filter, []AssetID) {
	a, ok := v.Asset(f.Asset)
	if f.Asset == "" || !ok {
		return f, []AssetID{f.Asset}
	}
	own := append(slices.Clone(a.Aliases), a.ID, f.Asset)
	f.Also = slices.Clone(own)
	for _, h := range a.Handles {
		f.Also = append(f.Also, h.ID)
	}
	slices.Sort(f.Also)
	f.Asset, f.Also = a.ID, slices.DeleteFunc(slices.Compact(f.Also), func(id AssetID) bool { return id == a.ID })
	return f, own
}

// resolving tells of each event the assets that held its handles. With an asset
// given it passes on what is about one of its ids then.
func (v *View) resolving(f Filter, ids []AssetID, yield func(Event) error) func(Event) error {
	if len(v.held) == 0 {
		return yield
	}
	return func(e Event) error {
		e = v.resolve(e)
		if f.Asset != "" && !slices.ContainsFunc(e.Assets, func(id AssetID) bool { return slices.Contains(ids, id) }) {
			return nil
		}
		return yield(e)
	}
}
