package inventory

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// clockSlack is how far the clock of a log may be before the one that says when an
// asset was made or seen.
const clockSlack = 5 * time.Minute

// holding says that an asset holds a handle from an instant on.
type holding struct {
	asset AssetID
	start time.Time
	// end is when it was known to have it no more; zero: that is not known.
	end time.Time
	// made: the asset was made at start.
	made bool
}

// holdings are who holds each handle. Nil: there are no handles.
type holdings map[AssetID][]holding

// holdingsOf tells who holds what. Deletions that events told of by a handle end
// what no list showed later.
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
			held := holding{asset: a.ID, start: h.Since, end: a.renamedFrom(h)}
			// What it had when it was seen first, it had since it was made.
			if held.made = h.Since.Equal(first) && !a.Created.IsZero(); held.made {
				held.start = earliest(a.Created, h.Since)
			}
			told, _ := find(assets, h.ID)
			out[h.ID] = append(out[h.ID], held.minding(told.Deleted, h.Since, a.listed()))
		}
	}
	return out
}

// minding is the holding of an asset that was seen with the handle since the one
// instant and listed last at the other, where an event told by the handle of a
// deletion: either this is its end, or it came to the handle after another.
func (h holding) minding(deleted, since, listed time.Time) holding {
	switch {
	case !deleted.After(h.start):
	case deleted.After(listed):
		h.end = deleted
	case deleted.Before(since) && deleted.After(h.start.Add(clockSlack)):
		h.start, h.made = deleted.Add(1), false
	}
	return h
}

// renamedFrom tells when an asset that can be renamed was first seen with another
// name than that of the handle, which it had before and has no more; else zero.
// Handles that are names of the asset differ in what follows the last slash alone.
func (a Asset) renamedFrom(h Handle) time.Time {
	name, ok := a.Called.Get()
	i := strings.LastIndexByte(string(h.ID), '/') + 1
	if !ok || string(h.ID[i:]) == name {
		return time.Time{}
	}
	now := AssetID(string(h.ID[:i]) + name)
	if !slices.ContainsFunc(a.Handles, func(x Handle) bool { return x.ID == now }) {
		return time.Time{}
	}
	var end time.Time
	for _, x := range a.Handles {
		if strings.LastIndexByte(string(x.ID), '/')+1 == i && x.ID[:i] == h.ID[:i] && x.Since.After(h.Since) {
			end = earliest(end, x.Since)
		}
	}
	return end
}

// listed is when something else than events showed the asset last; zero: never.
func (a Asset) listed() time.Time {
	var last time.Time
	for _, s := range a.Sightings {
		if s.Cell.Capability != CapEvents {
			last = latest(last, s.At)
		}
	}
	return last
}

// Holder tells which asset held a handle at an instant: of those that hold it, the
// one that had it last then. An asset has the handles with which it was first seen
// since it was made, and others since it was seen to have them; where nobody else had
// them, five minutes before that count too, since clocks differ. It has them no more
// since it was seen under another name, since an event told that it was deleted, and
// since a whole reading did not show it any more. False: nobody held it that is known.
//
// What happens between two lists is known as far as the last deletion under the name
// tells. What events name by a handle alone may be told of the wrong asset:
//   - where it was done by an asset that no list showed with the name, or, of a
//     name that an asset was given later, before a list showed that;
//   - where the name goes back to an asset that had it before;
//   - in the five minutes around the making of an asset, for the sake of clocks.
func (v *View) Holder(id AssetID, at time.Time) (AssetID, bool) {
	h, ok := v.holder(id, at, ActionOther)
	return h.asset, ok
}

// holder is Holder, of whom an event with that action names by the handle. What an
// event made was made then, and of what it deleted lists may have shown the end
// before.
func (v *View) holder(id AssetID, at time.Time, action Action) (holding, bool) {
	there := func(h holding) bool { return !v.lostBefore(h.asset, at) }
	soon := at.Add(clockSlack)
	if action == ActionCreate {
		return v.lastHolder(id, soon, at, func(h holding) bool { return h.made && !at.After(h.start.Add(clockSlack)) })
	}
	h, ok := v.lastHolder(id, at, at, there)
	switch {
	case ok:
		return h, true
	case action == ActionDelete:
		return v.lastHolder(id, at, at, func(holding) bool { return true })
	}
	return v.lastHolder(id, soon, at, there)
}

// lastHolder is the asset that came to hold the handle last by the instant by, of
// those that may be meant and are not known to have had it no more at the instant at.
func (v *View) lastHolder(id AssetID, by, at time.Time, meant func(holding) bool) (holding, bool) {
	var best holding
	found := false
	for _, h := range v.held[id] {
		if h.start.After(by) || !h.end.IsZero() && at.After(h.end) || !meant(h) {
			continue
		}
		if d := h.start.Compare(best.start); !found || d > 0 || d == 0 && h.asset < best.asset {
			best, found = h, true
		}
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
// held it when they were last told of. Where nobody did, they stay; of one before
// that had it, they tell the end. The slice of assets is copied before it is changed.
func (v *View) foldInferred() {
	into := map[AssetID][]AssetID{} // the holder's id: the inferred ones
	ends := map[AssetID]time.Time{}
	for _, a := range v.Assets {
		if len(v.held[a.ID]) == 0 || !a.inferred() {
			continue
		}
		last, action := a.LastSeen(), ActionOther
		if !a.Deleted.Before(last) {
			action = ActionDelete
		} else if h, ok := v.holder(a.ID, a.Deleted, ActionDelete); ok && h.end.Equal(a.Deleted) {
			ends[h.asset] = latest(ends[h.asset], a.Deleted)
		}
		if h, ok := v.holder(a.ID, last, action); ok && h.asset != a.ID {
			into[h.asset] = append(into[h.asset], a.ID)
		}
	}
	if len(into)+len(ends) == 0 {
		return
	}
	gone := map[AssetID]bool{}
	out := slices.Clone(v.Assets)
	for i, a := range out {
		out[i].Deleted = latest(a.Deleted, ends[a.ID])
		for _, id := range into[a.ID] {
			inferred, _ := v.Known(id)
			out[i], gone[id] = out[i].absorb(inferred, v.startOf(id, a)), true
		}
	}
	v.Assets = slices.DeleteFunc(out, func(a Asset) bool { return gone[a.ID] })
}

// startOf is since when the asset, which holds the handle, has it.
func (v *View) startOf(id AssetID, a Asset) time.Time {
	i := slices.IndexFunc(v.held[id], func(h holding) bool { return h.asset == a.ID })
	return v.held[id][i].start
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
		if h, ok := v.holder(id, e.Time, e.Action); ok {
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
