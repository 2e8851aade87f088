package inventory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

// Filter selects events. Empty parts select everything; times are [Since,
// Until).
type Filter struct {
	Asset AssetID
	// Also are other ids by which events may name the asset; a view fills them in.
	// An event that names several of the ids comes once. Without Asset they mean
	// nothing.
	Also      []AssetID
	Principal string
	Action    Action
	// Acts leaves out the events that only look: see Event.Looks.
	Acts  bool
	Since time.Time
	Until time.Time
}

// Walk calls yield for each event that the filter selects, in the order of
// CompareEvents, and stops at the first error, which it returns unchanged.
// Events are streamed: a view never holds them all.
type Walk func(ctx context.Context, f Filter, yield func(Event) error) error

// Observation is one interval of an asset's history: a facet's value as JSON,
// from the first to the last time at which it was so observed. Facet names a part
// as [PartName] does. State is
// "known", "absent" or "unknown"; an unknown carries the reason.
type Observation struct {
	Asset AssetID   `json:"asset"`
	Facet string    `json:"facet"`
	State string    `json:"state"`
	Value []byte    `json:"-"`
	Doubt Reason    `json:"doubt,omitzero"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Recall returns the observations of one asset, by facet name and time.
type Recall func(ctx context.Context, id AssetID) ([]Observation, error)

// View is the facts as of one instant, merged. It is read-only.
type View struct {
	// At is the instant; no fact of the view is later.
	At time.Time
	// Assets, by id, merged over aliases; gone ones are among them. What can be
	// renamed has the name that was observed last. What events tell of by a handle is
	// in the asset that held it.
	Assets []Asset
	// Coverage is the last word on each cell, by cell.
	Coverage []Coverage
	// Permits say who may do what, in the order of ComparePermits: see
	// [View.WithPermits]. Where there are none, look at the coverage.
	Permits []Permit
	// Events streams the events up to At. Nil: there are none.
	Events Walk
	// Usage streams what identities did. Nil: there is none.
	Usage Tally
	// History recalls an asset's facets over time. Nil: there is none.
	History Recall

	// Dropped are the cells that the configuration asks for no more, by cell;
	// none of them is in Coverage.
	Dropped []Coverage

	whole   map[Cell]Coverage // the last reading of each cell that was whole
	aliases map[AssetID]int   // where in Assets
	held    holdings
	cells   map[Capability][]int // the places of a capability's cells in Coverage
}

// NewView merges observations of assets and readings of coverage into the
// view at the instant at; facts that are later are left out. The order of
// both never matters. The view keeps the slices, also that of assets: they are
// not to be changed after.
func NewView(at time.Time, assets []Asset, readings []Coverage) *View {
	v := &View{At: at.UTC(), whole: map[Cell]Coverage{}, aliases: map[AssetID]int{}}
	v.Coverage, v.Dropped = v.lastWords(readings)
	v.Assets = joinAssets(assets)
	if v.held = holdingsOf(v.Assets); v.held != nil {
		v.foldInferred()
	}
	v.Assets = named(v.Assets)
	for i, a := range v.Assets {
		for _, alias := range a.Aliases {
			v.aliases[alias] = i
		}
	}
	v.cells = map[Capability][]int{}
	for i, c := range v.Coverage {
		v.cells[c.Cell.Capability] = append(v.cells[c.Cell.Capability], i)
	}
	return v
}

// lastWords gives the last word on each cell that is still planned, and the
// last word about the plan of those that the configuration asks for no more.
func (v *View) lastWords(readings []Coverage) (planned, dropped []Coverage) {
	last, plan := map[Cell]Coverage{}, map[Cell]Coverage{}
	for _, c := range readings {
		if c.Read.After(v.At) {
			continue
		}
		if c.Plan != "" {
			if old, ok := plan[c.Cell]; !ok || laterPlan(c, old) {
				plan[c.Cell] = c
			}
			continue
		}
		if old, ok := last[c.Cell]; !ok || c.Compare(old) > 0 {
			last[c.Cell] = c
		}
		if old, ok := v.whole[c.Cell]; c.State.Whole() && (!ok || c.Compare(old) > 0) {
			v.whole[c.Cell] = c
		}
	}
	for cell, p := range plan {
		switch p.Plan {
		case PlanMissing:
			last[cell] = p
		case PlanDropped:
			delete(last, cell)
			dropped = append(dropped, p)
		}
	}
	planned = make([]Coverage, 0, len(last))
	for _, c := range last {
		planned = append(planned, v.clip(c))
	}
	slices.SortFunc(planned, Coverage.Compare)
	slices.SortFunc(dropped, Coverage.Compare)
	spreadBreaks(planned)
	return planned, dropped
}

// spreadBreaks carries a break in the log of one region to the other regions of
// the account: the act that stopped a trail is logged where the trail has its
// home, and the trail may have covered them all. What is proved stays proved.
func spreadBreaks(planned []Coverage) {
	type log struct {
		source   string
		provider Provider
		account  string
	}
	of := func(c Coverage) log { return log{c.Cell.Source, c.Cell.Scope.Provider, c.Cell.Scope.Account} }
	first := map[log]string{} // the region of the first break
	for _, c := range planned {
		if _, ok := first[of(c)]; !ok && c.Cell.Capability == CapEvents && c.Continuity == Broken {
			first[of(c)] = c.Cell.Scope.Region
		}
	}
	for i, c := range planned {
		region, ok := first[of(c)]
		if !ok || c.Cell.Capability != CapEvents || c.Continuity != Assumed {
			continue
		}
		planned[i].Continuity = Broken
		if c.Why == (Reason{}) {
			planned[i].Why = Reason{Operation: "read events", Message: "logging was stopped or narrowed in " + region + " of the account, and the trail may have covered this region too"}
		}
	}
}

// clip takes back what a window claims of the time after the view, which shows
// no event from there. A log that begins after the view says nothing of it.
func (v *View) clip(c Coverage) Coverage {
	switch {
	case c.Window.From.After(v.At):
		c.State, c.Continuity = Malformed, ContinuityNone
		c.Why = Reason{Operation: "read events", Message: "the log begins at " + c.Window.From.UTC().Format(time.RFC3339) +
			", after the instant that is judged: correct the clock, or give a later --now"}
	case c.Window.To.After(v.At):
		c.Window.To = v.At.Add(time.Nanosecond) // To is exclusive; an event at the instant belongs to the view
	}
	return c
}

func laterPlan(a, b Coverage) bool {
	if d := a.Read.Compare(b.Read); d != 0 {
		return d > 0
	}
	if d := a.Plan.badness() - b.Plan.badness(); d != 0 {
		return d > 0
	}
	return compareJSON(a, b) > 0
}

// Organization is the id of our organization at the provider, as the last
// reading told that could name it; empty: none did.
func (v *View) Organization(p Provider) string {
	last := Coverage{}
	for _, c := range slices.Concat(v.Coverage, slices.Collect(maps.Values(v.whole))) {
		if c.Cell.Capability == CapOrganization && c.Cell.Scope.Provider == p && c.Subject != "" && c.Compare(last) > 0 {
			last = c
		}
	}
	return last.Subject
}

// Asset returns the asset with that id or alias, or the one that holds that handle
// at the view's instant; where none does, the one that came to hold it last.
func (v *View) Asset(id AssetID) (Asset, bool) {
	if a, ok := v.Known(id); ok || len(v.held[id]) == 0 {
		return a, ok
	}
	h, ok := v.holder(id, v.At, ActionOther)
	if !ok {
		h, _ = v.lastHolder(id, v.At, time.Time{}, func(holding) bool { return true })
	}
	return v.Known(h.asset)
}

// Known returns the asset with that id or alias. It takes no handles, so that an
// event whose handle nobody held then is nobody's: a walk has resolved the others.
func (v *View) Known(id AssetID) (Asset, bool) {
	if a, ok := find(v.Assets, id); ok {
		return a, true
	}
	i, ok := v.aliases[id]
	if !ok {
		return Asset{}, false
	}
	return v.Assets[i], true
}

// find finds the asset with that id among assets that are in the order of ids.
func find(assets []Asset, id AssetID) (Asset, bool) {
	i, ok := slices.BinarySearchFunc(assets, id, func(a Asset, want AssetID) int { return cmp.Compare(a.ID, want) })
	if !ok {
		return Asset{}, false
	}
	return assets[i], true
}

// Presence says whether an asset is there at the view's instant.
type Presence uint8

// The presences. The zero value is PresenceUnknown: shown by nothing.
const (
	PresenceUnknown Presence = iota
	// Present: the last reading of a cell that lists assets showed it.
	Present
	// NotSeenSince: it was shown once, and a later reading was not complete.
	NotSeenSince
	// Inferred: known from events alone, in no inventory.
	Inferred
	// Gone: a complete later reading did not show it, or a deletion is known.
	Gone
)

// String gives the presence's word.
func (p Presence) String() string {
	return word([]string{"unknown", "present", "not-seen-since", "inferred", "gone"}, int(p))
}

// Presence judges an asset. It is gone only when a reading of the cell that
// showed it (or, for an asset known from events, of the list of its kind in its
// scope) was complete later and did not show it, or when a deletion is later
// than every sighting.
func (v *View) Presence(a Asset) Presence {
	last := a.LastSeen()
	if last.IsZero() {
		return PresenceUnknown
	}
	if !a.Deleted.IsZero() && !a.Deleted.Before(last) {
		return Gone
	}
	best := PresenceUnknown
	for _, s := range a.Sightings {
		best = morePresent(best, v.sighting(s))
	}
	if best == Inferred && v.listedSince(a, last) {
		return Gone
	}
	return best
}

// morePresent picks the word that says most for the asset being there.
func morePresent(a, b Presence) Presence {
	rank := map[Presence]int{PresenceUnknown: 0, Gone: 1, Inferred: 2, NotSeenSince: 3, Present: 4}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

func (v *View) sighting(s Sighting) Presence {
	if s.Cell.Capability == CapEvents {
		return Inferred
	}
	if c, ok := v.whole[s.Cell]; ok && c.Read.After(s.At) {
		return Gone
	}
	for _, words := range [][]Coverage{v.Coverage, v.Dropped} {
		if c, ok := wordOn(words, s.Cell); ok && c.Read.After(s.At) {
			return NotSeenSince
		}
	}
	return Present
}

// wordOn finds the word on a cell in a list that is sorted by cell.
func wordOn(words []Coverage, cell Cell) (Coverage, bool) {
	i, ok := slices.BinarySearchFunc(words, cell, func(c Coverage, want Cell) int { return c.Cell.Compare(want) })
	if !ok {
		return Coverage{}, false
	}
	return words[i], true
}

// listedSince reports whether a whole list of the assets of its kind in the
// asset's scope is later than the instant last.
func (v *View) listedSince(a Asset, last time.Time) bool {
	for cell, c := range v.whole {
		if cell.Capability == a.Kind.Listing() && cell.Scope.Contains(a.Scope) && c.Read.After(last) {
			return true
		}
	}
	return false
}

// Inventoried reports whether the lists of the scope's assets were read whole in
// the last reading.
func (v *View) Inventoried(s Scope) bool { return len(v.Gaps(s, Listings(s.Provider)...)) == 0 }

// Gaps lists, for each needed capability, the cells of the scope whose last
// reading was not whole and that no other source makes up for. A capability
// that nobody was asked to read gives one cell with an empty source and the
// state pending: see NotAsked. Of events it asks for those of all services; see
// LogGaps for those of some.
func (v *View) Gaps(s Scope, need ...Capability) []Coverage {
	var out []Coverage
	for _, capability := range need {
		if capability == CapEvents {
			out = append(out, v.LogGaps(s)...)
		} else {
			out = append(out, v.gaps(s, capability)...)
		}
	}
	return out
}

func (v *View) gaps(s Scope, capability Capability) []Coverage {
	touching := v.touching(s, capability)
	switch {
	case v.unused(s):
		return nil
	case len(touching) == 0 && capability == CapRoutes && v.zoneless(s):
		return nil
	case len(touching) == 0:
		return v.unread(s, capability)
	}
	made := map[Scope]bool{}
	for _, c := range touching {
		if c.State.Whole() && c.Cell.Scope.Contains(s) {
			return nil
		}
		made[c.Cell.Scope] = made[c.Cell.Scope] || c.State.Whole()
	}
	return slices.DeleteFunc(touching, func(c Coverage) bool { return made[c.Cell.Scope] })
}

// unused: everything that could list an asset of the scope is proved not to be in
// use, so that nothing of it is left to read.
func (v *View) unused(s Scope) bool {
	for _, list := range Listings(s.Provider) {
		if !slices.ContainsFunc(v.cells[list], func(i int) bool {
			return v.Coverage[i].State == Disabled && v.Coverage[i].Cell.Scope.Contains(s)
		}) {
			return false
		}
	}
	return true
}

// zoneless reports whether the zones of the scope were listed whole and there are
// none: then there are no routes either, and no cell that could tell so.
func (v *View) zoneless(s Scope) bool {
	lists := v.touching(s, CapZones)
	return len(lists) > 0 && !slices.ContainsFunc(lists, func(c Coverage) bool { return !c.State.Whole() || c.Seen > 0 })
}

// touching lists the cells of the capability that share a place with the scope.
func (v *View) touching(s Scope, capability Capability) []Coverage {
	var out []Coverage
	for _, i := range v.cells[capability] {
		if v.Coverage[i].Cell.Scope.Touches(s) {
			out = append(out, v.Coverage[i])
		}
	}
	return out
}

// unread are the gaps of a capability of which the scope has no cell at all.
func (v *View) unread(s Scope, capability Capability) []Coverage {
	if broken := v.brokenPlans(s); len(broken) > 0 {
		return broken
	}
	why := Reason{Message: "no source was asked to read it"}
	return []Coverage{{Cell: Cell{Scope: s, Capability: capability}, State: Pending, Why: why}}
}

// brokenPlans lists the cells of the plan itself (which accounts, which files)
// that were not read whole: everything that they would have led to is unknown.
func (v *View) brokenPlans(s Scope) []Coverage {
	var out []Coverage
	for _, c := range v.Coverage {
		switch c.Cell.Capability {
		case CapScopes, CapObjects, CapSnapshot:
			if !c.State.Whole() && c.Cell.Scope.Touches(s) {
				out = append(out, c)
			}
		}
	}
	return out
}

// NotAsked reports whether a gap stands for a capability that no source was
// asked to read: unknown, but no failure of the run.
func (c Coverage) NotAsked() bool { return c.Cell.Source == "" }

// Walk streams the view's events; it is safe on a view without any. Where an event
// names an asset by a handle, in Assets or as Subject, it is told with the asset
// that held the handle then, in Assets; handles that nobody held stay. With an asset
// given, by any of its ids, the events are those that are about it, resolved.
func (v *View) Walk(ctx context.Context, f Filter, yield func(Event) error) error {
	if v.Events == nil {
		return nil
	}
	if f.Until.IsZero() || f.Until.After(v.At) {
		f.Until = v.At.Add(time.Nanosecond) // Until is exclusive; an event at the instant belongs to the view
	}
	f, ids := v.allIDs(f)
	return v.Events(ctx, f, v.resolving(f, ids, yield))
}
