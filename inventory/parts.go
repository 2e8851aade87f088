package inventory

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Joined is a value that several readings tell, each a part of it.
type Joined[T any] interface {
	// Join returns the value with another part added; it changes neither.
	Join(other T) T
	// Split gives each part of a value that was told as a whole. It names every
	// part that such a value always told of, also where that part is empty.
	Split() map[Capability]T
}

// Parts is a facet that several readings tell, each its own part: ways in are
// told by function URLs, resource policies, routes of an API. Each part is
// known, absent or unknown by itself, so that a reading that fails or is left
// out takes nothing from the others. The zero value is unknown.
//
// Assets share parts, and merging does not copy what it need not: only who has
// made a Parts may set its members; others use With.
//
// Which parts there must be is not for Parts to know: see [Asset.Reach].
type Parts[T Joined[T]] map[Capability]Facet[T]

// With returns the parts with one of them set; p is not changed.
func (p Parts[T]) With(c Capability, f Facet[T]) Parts[T] {
	out := maps.Clone(p)
	if out == nil {
		out = Parts[T]{}
	}
	out[c] = f
	return out
}

// Split turns a facet that was told as a whole into its parts, each observed
// and doubted when the whole was. Of an absent or unknown one, each part that
// is always told of is so.
func Split[T Joined[T]](f Facet[T]) Parts[T] {
	if f.IsZero() {
		return nil
	}
	whole, _ := f.Get()
	out := Parts[T]{}
	for c, v := range whole.Split() {
		out[c] = MapFacet(f, func(T) T { return v })
	}
	return out
}

// PartName names a part of a facet in histories: "exposure:urls".
func PartName(facet string, part Capability) string { return facet + ":" + string(part) }

// names lists the parts in order.
func (p Parts[T]) names() []Capability { return slices.Sorted(maps.Keys(p)) }

// Get returns the observed parts joined in the order of their names, also those
// that are stale; false if no part has a value.
func (p Parts[T]) Get() (T, bool) {
	var out T
	some := false
	for _, c := range p.names() {
		if v, ok := p[c].Get(); ok {
			out, some = out.Join(v), true
		}
	}
	return out, some
}

// IsAbsent reports whether there are parts, and each was observed not to be.
func (p Parts[T]) IsAbsent() bool { return p.all(Facet[T].IsAbsent) }

// IsUnknown reports whether no part was ever observed.
func (p Parts[T]) IsUnknown() bool { return len(p) == 0 || p.all(Facet[T].IsUnknown) }

// Current reports whether there are parts, and each is observed and not stale:
// one part that is unknown makes the whole not current.
func (p Parts[T]) Current() bool { return p.all(Facet[T].Current) }

// Stale reports whether something was observed that may not be called current,
// since a part of it is stale or unknown.
func (p Parts[T]) Stale() bool { return !p.IsUnknown() && !p.Current() }

func (p Parts[T]) some(is func(Facet[T]) bool) bool {
	for _, f := range p {
		if is(f) {
			return true
		}
	}
	return false
}

func (p Parts[T]) all(is func(Facet[T]) bool) bool {
	for _, f := range p {
		if !is(f) {
			return false
		}
	}
	return len(p) > 0
}

// Seen is when the part was observed whose observation is the oldest; zero if
// none ever was.
func (p Parts[T]) Seen() time.Time {
	var first time.Time
	for _, f := range p {
		if !f.IsUnknown() {
			first = earliest(first, f.Seen())
		}
	}
	return first
}

// Doubted is when the latest doubt arose that makes a part unknown or stale;
// zero if there is none.
func (p Parts[T]) Doubted() time.Time { return p.doubt().Doubted() }

// Doubt is the reason of the latest doubt that makes a part unknown or stale.
func (p Parts[T]) Doubt() Reason { return p.doubt().Doubt() }

func (p Parts[T]) doubt() Facet[T] {
	var last Facet[T]
	for _, c := range p.names() {
		if f := p[c]; !f.Current() && last.compareDoubt(f) < 0 {
			last = f
		}
	}
	return last
}

// IsZero reports whether nothing was ever said of any part; encoding/json
// leaves such a facet out (omitzero).
func (p Parts[T]) IsZero() bool { return len(p) == 0 || p.all(Facet[T].IsZero) }

// merge joins part by part. Parts of which nothing was ever said are dropped,
// so that the result has one form. What o adds nothing to is the result itself.
func (p Parts[T]) merge(o Parts[T]) Parts[T] {
	if len(p) > 0 && !p.some(Facet[T].IsZero) && p.holds(o) {
		return p
	}
	out := Parts[T]{}
	for _, parts := range []Parts[T]{p, o} {
		for c, f := range parts {
			if merged := out[c].merge(f); !merged.IsZero() {
				out[c] = merged
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// holds reports whether merging o would leave p as it is.
func (p Parts[T]) holds(o Parts[T]) bool {
	for c, f := range o {
		mine, ok := p[c]
		if !ok || mine.merge(f) != mine {
			return false
		}
	}
	return true
}

// UnmarshalJSON reads an object of facets by capability, as encoding/json
// writes it, or a single facet, as estray wrote it before there were parts: one
// that has a "state".
func (p *Parts[T]) UnmarshalJSON(b []byte) error {
	var told struct {
		State json.RawMessage `json:"state"`
	}
	if err := json.Unmarshal(b, &told); err != nil {
		return err
	}
	if bytes.HasPrefix(told.State, []byte(`"`)) {
		var whole Facet[T]
		if err := json.Unmarshal(b, &whole); err != nil {
			return err
		}
		*p = Split(whole)
		return nil
	}
	var parts map[Capability]Facet[T]
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	*p = parts
	return nil
}
