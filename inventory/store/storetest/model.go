package storetest

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
)

// model is the view of facts at an instant, by the arithmetic of package
// inventory alone. The order of the facts means nothing but for usage, which is
// taken from the batches.
func model(facts []inventory.Fact, batches [][]inventory.Fact, at time.Time) *inventory.View {
	var assets []inventory.Asset
	var coverage []inventory.Coverage
	var permits []inventory.Permit
	kept := map[[2]string]inventory.Event{}
	known := map[inventory.AssetID]bool{}
	var later []inventory.Asset
	for _, f := range facts {
		switch x := f.(type) {
		case inventory.Asset:
			a, ok := upTo(x, at)
			if !ok {
				// What it saw is of a later time; what the provider says of
				// earlier ones is not lost with it.
				later = append(later, inventory.Asset{ID: a.ID, Created: a.Created, Modified: a.Modified})
				continue
			}
			known[a.ID] = true
			assets = append(assets, a)
		case inventory.Permit:
			permits = append(permits, x)
		case inventory.Coverage:
			coverage = append(coverage, x)
		case inventory.Event:
			k := [2]string{x.Scope.Account, x.ID}
			if old, ok := kept[k]; !ok || x.Provenance.Compare(old.Provenance) < 0 {
				kept[k] = x
			}
		}
	}
	for _, a := range later {
		// The provider's own times are true of their instant, whenever it told them.
		if known[a.ID] {
			assets = append(assets, a)
		}
	}
	v := inventory.NewView(at, assets, coverage).WithPermits(permits)
	v.Usage = modelTally(batches, v.At)
	v.Events = func(_ context.Context, f inventory.Filter, yield func(inventory.Event) error) error {
		var all []inventory.Event
		for _, e := range kept {
			if e.Time.Before(f.Until) {
				all = append(all, e)
			}
		}
		slices.SortFunc(all, inventory.CompareEvents)
		for _, e := range all {
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	}
	return v
}

// standing is the usage that stands after the batches, by all that identifies a
// row: each part as the last batch gave it that holds any of it.
func standing(batches [][]inventory.Fact) map[inventory.Usage]inventory.Usage {
	parts := map[string]map[inventory.Usage]inventory.Usage{}
	for _, b := range batches {
		given := map[string]map[inventory.Usage]inventory.Usage{}
		for _, f := range b {
			if u, ok := f.(inventory.Usage); ok {
				key := u
				key.Count, key.Outside, key.First, key.Last = 0, 0, time.Time{}, time.Time{}
				u.First, u.Last = micro(u.First), micro(u.Last)
				if given[u.Part] == nil {
					given[u.Part] = map[inventory.Usage]inventory.Usage{}
				}
				given[u.Part][key] = u
			}
		}
		maps.Copy(parts, given)
	}
	out := map[inventory.Usage]inventory.Usage{}
	for _, rows := range parts {
		maps.Copy(out, rows)
	}
	return out
}

// modelTally sums usage up by the arithmetic of its doc comment. It filters by
// no asset: aliases are the view's.
func modelTally(batches [][]inventory.Fact, at time.Time) inventory.Tally {
	sums := map[inventory.Usage]inventory.Usage{}
	for key, u := range standing(batches) {
		if u.First.After(at) {
			continue
		}
		key.Part = ""
		sum, ok := sums[key]
		if !ok {
			sum, sum.First = key, u.First
		}
		sum.Count, sum.Outside = sum.Count+u.Count, sum.Outside+u.Outside
		sum.First, sum.Last = earlier(sum.First, u.First), earlier(later(sum.Last, u.Last), at)
		sums[key] = sum
	}
	return func(_ context.Context, f inventory.UsageFilter, yield func(inventory.Usage) error) error {
		for _, u := range slices.SortedFunc(maps.Values(sums), inventory.CompareUsage) {
			if f.Identity != "" && f.Identity != u.Identity {
				continue
			}
			if err := yield(u); err != nil {
				return err
			}
		}
		return nil
	}
}

// micro is an instant as usage tells it, to the microsecond.
func micro(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// upTo is what a fact on an asset says up to an instant; false if it speaks of
// later times only. What has no time of its own (name, kind) holds from the
// first instant that the fact speaks of.
func upTo(a inventory.Asset, at time.Time) (inventory.Asset, bool) {
	var spoken []time.Time
	sightings := a.Sightings
	a.Sightings = nil
	for _, s := range sightings {
		spoken = append(spoken, s.At)
		if !s.At.After(at) {
			a.Sightings = append(a.Sightings, s)
		}
	}
	if !a.Deleted.IsZero() {
		spoken = append(spoken, a.Deleted)
	}
	spoken = clip(&a.Called, at, spoken)
	spoken = clip(&a.Configuration, at, spoken)
	spoken = clip(&a.Settings, at, spoken)
	spoken = clip(&a.CodeSigning, at, spoken)
	spoken = clip(&a.Code, at, spoken)
	spoken = clip(&a.Versions, at, spoken)
	spoken = clip(&a.Deployment, at, spoken)
	spoken = clip(&a.VersionAliases, at, spoken)
	spoken = clip(&a.Identity, at, spoken)
	spoken = clip(&a.Rights, at, spoken)
	spoken = clipParts(&a.Exposure, at, spoken)
	spoken = clipParts(&a.Triggers, at, spoken)
	spoken = clip(&a.Destinations, at, spoken)
	spoken = clip(&a.Bindings, at, spoken)
	spoken = clip(&a.Labels, at, spoken)
	spoken = clip(&a.Logging, at, spoken)
	for _, t := range []*time.Time{&a.Created, &a.Modified, &a.Deleted} {
		if t.After(at) {
			*t = time.Time{}
		}
	}
	first := time.Time{}
	if len(spoken) > 0 {
		first = slices.MinFunc(spoken, time.Time.Compare)
	}
	a.Handles = slices.Clone(a.Handles)
	for i, h := range a.Handles {
		if h.Since.IsZero() || h.Since.After(first) {
			a.Handles[i].Since = first
		}
	}
	return a, !first.After(at)
}

// clip takes out of a facet what is later than at, and adds the instants that
// the facet speaks of.
func clip[T any](f *inventory.Facet[T], at time.Time, spoken []time.Time) []time.Time {
	was := *f
	doubt := inventory.Facet[T]{}.Doubting(was.Doubt(), was.Doubted())
	*f = inventory.Facet[T]{}
	if !was.IsUnknown() {
		spoken = append(spoken, was.Seen())
		if !was.Seen().After(at) {
			*f = was.Doubting(inventory.Reason{}, time.Time{})
		}
	}
	if !doubt.IsZero() {
		spoken = append(spoken, doubt.Doubted())
		if !doubt.Doubted().After(at) {
			*f = f.Doubting(doubt.Doubt(), doubt.Doubted())
		}
	}
	return spoken
}

// clipParts clips each part by itself.
func clipParts[T inventory.Joined[T]](p *inventory.Parts[T], at time.Time, spoken []time.Time) []time.Time {
	was := *p
	*p = nil
	for c, f := range was {
		spoken = clip(&f, at, spoken)
		*p = p.With(c, f)
	}
	return spoken
}
