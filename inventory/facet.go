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
//
// A facet is immutable, and as small as a pointer: copies share what they tell.
type Facet[T any] struct{ told *told[T] }

// told is what a facet tells; it is never changed once a facet holds it.
type told[T any] struct {
	value  T         // meaningful if known
	known  bool      // value was observed
	absent bool      // it was observed that there is none
	seen   time.Time // when either was observed
	doubt  *doubt    // nil: none ever arose
}

type doubt struct {
	at  time.Time
	why Reason
}

// Known returns a facet observed at the instant at with value v.
func Known[T any](v T, at time.Time) Facet[T] {
	return Facet[T]{&told[T]{value: v, known: true, seen: at.UTC()}}
}

// Absent returns a facet of which it was observed that there is none.
func Absent[T any](at time.Time) Facet[T] {
	return Facet[T]{&told[T]{absent: true, seen: at.UTC()}}
}

// Unknown returns a facet that could not be read at the instant at, and why.
func Unknown[T any](why Reason, at time.Time) Facet[T] { return Facet[T]{}.Doubting(why, at) }

// Partly returns a facet of which a reading at the instant at told v, and could not
// tell whether that is all: v is shown, and nobody may call it current. The value
// is put a microsecond before the doubt, so that it is the older of the two.
func Partly[T any](v T, why Reason, at time.Time) Facet[T] {
	return Known(v, at.Add(-time.Microsecond)).Doubting(why, at)
}

// Doubting returns the facet with that doubt in the place of its own; a zero
// reason and a zero time leave it without one.
func (f Facet[T]) Doubting(why Reason, at time.Time) Facet[T] {
	var d *doubt
	if why != (Reason{}) || !at.IsZero() {
		d = &doubt{at: at.UTC(), why: why}
	}
	return f.with(d)
}

func (f Facet[T]) with(d *doubt) Facet[T] {
	if f.IsUnknown() && d == nil {
		return Facet[T]{}
	}
	if f.told != nil && f.told.doubt == d {
		return f
	}
	var out told[T]
	if f.told != nil {
		out = *f.told
	}
	out.doubt = d
	return Facet[T]{&out}
}

// Get returns the last observed value; false if the facet is absent or was
// never observed. A stale value is returned too: ask Stale.
func (f Facet[T]) Get() (T, bool) {
	if f.told == nil {
		var zero T
		return zero, false
	}
	return f.told.value, f.told.known
}

// Seen is when the value or the absence was observed; zero: never.
func (f Facet[T]) Seen() time.Time {
	if f.told == nil {
		return time.Time{}
	}
	return f.told.seen
}

// Doubted is when the doubt arose; zero: never.
func (f Facet[T]) Doubted() time.Time {
	if f.told == nil || f.told.doubt == nil {
		return time.Time{}
	}
	return f.told.doubt.at
}

// Doubt says why; meaningful if Doubted is set or nothing was observed.
func (f Facet[T]) Doubt() Reason {
	if f.told == nil || f.told.doubt == nil {
		return Reason{}
	}
	return f.told.doubt.why
}

// IsAbsent reports whether the last observation was that there is none.
func (f Facet[T]) IsAbsent() bool { return f.told != nil && f.told.absent }

// IsUnknown reports whether the facet was never observed.
func (f Facet[T]) IsUnknown() bool { return f.told == nil || !f.told.known && !f.told.absent }

// Stale reports whether something since the observation casts doubt on it. An
// unknown facet is not stale: there is nothing to doubt.
func (f Facet[T]) Stale() bool { return !f.IsUnknown() && f.Doubted().After(f.Seen()) }

// Current reports whether the facet is observed and not stale: only then may
// a limit be judged as held.
func (f Facet[T]) Current() bool { return !f.IsUnknown() && !f.Stale() }

// MapFacet returns the facet with the same observation and the same doubt, and
// the value that to makes of its value.
func MapFacet[A, B any](f Facet[A], to func(A) B) Facet[B] {
	if f.told == nil {
		return Facet[B]{}
	}
	out := told[B]{known: f.told.known, absent: f.told.absent, seen: f.told.seen, doubt: f.told.doubt}
	if out.known {
		out.value = to(f.told.value)
	}
	return Facet[B]{&out}
}

// merge takes the later observation and the later doubt; ties go by the
// canonical text, so that the result never depends on order. Where one of the
// two holds both it is the result itself.
func (f Facet[T]) merge(o Facet[T]) Facet[T] {
	if f.told == o.told {
		return f
	}
	seen, doubted := f, f
	if f.compareSeen(o) < 0 {
		seen = o
	}
	if f.compareDoubt(o) < 0 {
		doubted = o
	}
	if seen.told == doubted.told {
		return seen
	}
	var d *doubt
	if doubted.told != nil {
		d = doubted.told.doubt
	}
	return seen.with(d)
}

func (f Facet[T]) compareSeen(o Facet[T]) int {
	rank := func(x Facet[T]) int {
		switch {
		case x.IsUnknown():
			return 0
		case x.told.absent:
			return 1
		}
		return 2
	}
	if rank(f) == 0 || rank(o) == 0 {
		return rank(f) - rank(o)
	}
	if d := f.Seen().Compare(o.Seen()); d != 0 {
		return d
	}
	if d := rank(f) - rank(o); d != 0 || rank(f) == 1 {
		return d
	}
	return compareJSON(f.told.value, o.told.value)
}

func (f Facet[T]) compareDoubt(o Facet[T]) int {
	if d := f.Doubted().Compare(o.Doubted()); d != 0 {
		return d
	}
	mine, theirs := f.Doubt(), o.Doubt()
	if mine == theirs {
		return 0
	}
	if empty := (Reason{}); (mine == empty) != (theirs == empty) { // a reason says more than none
		if mine == empty {
			return -1
		}
		return 1
	}
	return compareJSON(mine, theirs)
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
	out := facetJSON[T]{State: "unknown", Seen: f.Seen(), Doubted: f.Doubted(), Doubt: f.Doubt()}
	switch {
	case f.IsUnknown():
	case f.told.known:
		out.State, out.Value = "known", &f.told.value
	default:
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
	switch {
	case in.State == "known" && in.Value != nil:
		var value T
		if err := json.Unmarshal(in.Value, &value); err != nil {
			return err
		}
		*f = Known(value, in.Seen)
	case in.State == "absent" && in.Value == nil:
		*f = Absent[T](in.Seen)
	case in.State == "unknown" && in.Value == nil:
		*f = Facet[T]{}
	default:
		return fmt.Errorf("read facet: state %q with value %t", in.State, in.Value != nil)
	}
	*f = f.Doubting(in.Doubt, in.Doubted)
	return nil
}

// IsZero reports whether nothing was ever said of the facet; encoding/json
// leaves such a facet out (omitzero).
func (f Facet[T]) IsZero() bool {
	return f.IsUnknown() && f.Doubted().IsZero() && f.Doubt() == (Reason{})
}
