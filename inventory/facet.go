package inventory

import (
	"encoding/json"
	"fmt"
	"time"
)

// Facet is a part of what is known of an asset. The zero value is unknown,
// without a reason.
//
// A facet holds two things that merge by themselves: the last observation
// (a value, or the certainty that there is none) and the last doubt (why a
// later reading could not say, or what has happened since). An observation
// that is older than the doubt still shows its value, marked stale: it is the
// best that is known, and nobody may call it current.
type Facet[T any] struct {
	// Seen is when the value or the absence was observed; zero: never.
	Seen time.Time
	// Doubted is when the doubt arose; zero: never.
	Doubted time.Time
	// Doubt says why; meaningful if Doubted is set or nothing was observed.
	Doubt  Reason
	absent bool
	value  *T
}

// Known returns a facet observed at the instant at with value v.
func Known[T any](v T, at time.Time) Facet[T] { return Facet[T]{Seen: at.UTC(), value: &v} }

// Absent returns a facet of which it was observed that there is none.
func Absent[T any](at time.Time) Facet[T] { return Facet[T]{Seen: at.UTC(), absent: true} }

// Unknown returns a facet that could not be read at the instant at, and why.
func Unknown[T any](why Reason, at time.Time) Facet[T] {
	return Facet[T]{Doubted: at.UTC(), Doubt: why}
}

// Get returns the last observed value; false if the facet is absent or was
// never observed. A stale value is returned too: ask Stale.
func (f Facet[T]) Get() (T, bool) {
	if f.value == nil {
		var zero T
		return zero, false
	}
	return *f.value, true
}

// IsAbsent reports whether the last observation was that there is none.
func (f Facet[T]) IsAbsent() bool { return f.absent }

// IsUnknown reports whether the facet was never observed.
func (f Facet[T]) IsUnknown() bool { return f.value == nil && !f.absent }

// Stale reports whether something since the observation casts doubt on it. An
// unknown facet is not stale: there is nothing to doubt.
func (f Facet[T]) Stale() bool { return !f.IsUnknown() && f.Doubted.After(f.Seen) }

// Current reports whether the facet is observed and not stale: only then may
// a limit be judged as held.
func (f Facet[T]) Current() bool { return !f.IsUnknown() && !f.Stale() }

// MapFacet returns the facet with the same observation and the same doubt, and
// the value that to makes of its value.
func MapFacet[A, B any](f Facet[A], to func(A) B) Facet[B] {
	out := Facet[B]{Seen: f.Seen, Doubted: f.Doubted, Doubt: f.Doubt, absent: f.absent}
	if f.value != nil {
		v := to(*f.value)
		out.value = &v
	}
	return out
}

// merge takes the later observation and the later doubt; ties go by the
// canonical text, so that the result never depends on order.
func (f Facet[T]) merge(o Facet[T]) Facet[T] {
	out := f
	if f.compareSeen(o) < 0 {
		out.Seen, out.absent, out.value = o.Seen, o.absent, o.value
	}
	if f.compareDoubt(o) < 0 {
		out.Doubted, out.Doubt = o.Doubted, o.Doubt
	}
	return out
}

func (f Facet[T]) compareSeen(o Facet[T]) int {
	rank := func(x Facet[T]) int {
		switch {
		case x.value != nil:
			return 2
		case x.absent:
			return 1
		}
		return 0
	}
	if rank(f) == 0 || rank(o) == 0 {
		return rank(f) - rank(o)
	}
	if d := f.Seen.Compare(o.Seen); d != 0 {
		return d
	}
	if d := rank(f) - rank(o); d != 0 {
		return d
	}
	return compareJSON(f.value, o.value)
}

func (f Facet[T]) compareDoubt(o Facet[T]) int {
	if d := f.Doubted.Compare(o.Doubted); d != 0 {
		return d
	}
	if empty := (Reason{}); (f.Doubt == empty) != (o.Doubt == empty) { // a reason says more than none
		if f.Doubt == empty {
			return -1
		}
		return 1
	}
	return compareJSON(f.Doubt, o.Doubt)
}

// facetJSON is the stored form of a facet.
type facetJSON[T any] struct {
	State   string    `json:"state"`
	Value   *T        `json:"value,omitempty"`
	Seen    time.Time `json:"seen,omitzero"`
	Doubted time.Time `json:"doubted,omitzero"`
	Doubt   Reason    `json:"doubt,omitzero"`
}

// MarshalJSON writes {"state":"known|absent|unknown","value":...,...}.
func (f Facet[T]) MarshalJSON() ([]byte, error) {
	out := facetJSON[T]{State: "unknown", Value: f.value, Seen: f.Seen, Doubted: f.Doubted, Doubt: f.Doubt}
	switch {
	case f.value != nil:
		out.State = "known"
	case f.absent:
		out.State = "absent"
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes; an unknown state, or a state
// that contradicts the value, is an error.
func (f *Facet[T]) UnmarshalJSON(b []byte) error {
	// A known list or map may be empty and written as null, so that a value is
	// there is told by the member, not by what it holds.
	in := struct {
		facetJSON[T]
		Value json.RawMessage `json:"value"`
	}{}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*f = Facet[T]{Seen: in.Seen.UTC(), Doubted: in.Doubted.UTC(), Doubt: in.Doubt}
	switch {
	case in.State == "known" && in.Value != nil:
		f.value = new(T)
		return json.Unmarshal(in.Value, f.value)
	case in.State == "absent" && in.Value == nil:
		f.absent = true
	case in.State == "unknown" && in.Value == nil:
		f.Seen = time.Time{}
	default:
		return fmt.Errorf("read facet: state %q with value %t", in.State, in.Value != nil)
	}
	return nil
}

// IsZero reports whether nothing was ever said of the facet; encoding/json
// leaves such a facet out (omitzero).
func (f Facet[T]) IsZero() bool {
	return f.IsUnknown() && f.Doubted.IsZero() && f.Doubt == (Reason{})
}
