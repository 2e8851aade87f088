package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

// ids walks a view and lists account/id of what comes.
func ids(t *testing.T, v *inventory.View, f inventory.Filter) []string {
	t.Helper()
	out := []string{}
	err := v.Walk(t.Context(), f, func(e inventory.Event) error {
		out = append(out, e.Scope.Account+"/"+e.ID)
		return nil
	})
	if err != nil {
		t.Fatalf("walk: %v", err)
	}
	return out
}

// eventOrder compares with inventory.CompareEvents, so that a walk comes in the
// order in which the rest of the program sorts events.
func eventOrder(t *testing.T, open Opener) {
	s := open(t)
	var facts []inventory.Fact
	// Bytes order these otherwise than any collation that a database takes
	// unasked.
	for i, id := range []string{"b", "B", "a", "é", "Z", "z", "_", "~"} {
		e := event(i, hour(2))
		e.ID, e.Scope.Account = id, []string{"2", "10", ""}[i%3]
		facts = append(facts, e)
	}
	facts = append(facts, event(99, hour(1)), event(98, hour(2).Add(time.Nanosecond)), event(97, hour(3)))
	put(t, s, facts...)
	var want []inventory.Event
	for _, f := range facts {
		if e := f.(inventory.Event); !e.Time.After(hour(2)) {
			want = append(want, e)
		}
	}
	slices.SortFunc(want, inventory.CompareEvents)
	var names []string
	for _, e := range want {
		names = append(names, e.Scope.Account+"/"+e.ID)
	}
	same(t, "events up to hour 2", names, ids(t, viewAt(t, s, hour(2)), inventory.Filter{}))
}

func eventFilters(t *testing.T, open Opener) {
	s := open(t)
	one, two, three := event(1, hour(1)), event(2, hour(2)), event(3, hour(3))
	two.Assets, two.Action = []inventory.AssetID{arn("mail"), arn("pay")}, inventory.ActionDelete
	three.Assets, three.Principal.ID = nil, "arn:aws:iam::111122223333:user/ana"
	three.Action, three.ReadOnly = inventory.ActionEnumerate, true
	put(t, s, one, two, three)
	v := viewAt(t, s, hour(9))
	const a, b, c = "111122223333/event-00001", "111122223333/event-00002", "111122223333/event-00003"
	for _, test := range []struct {
		name   string
		filter inventory.Filter
		want   []string
	}{
		{"nothing", inventory.Filter{}, []string{a, b, c}},
		{"asset", inventory.Filter{Asset: arn("pay")}, []string{a, b}},
		{"second asset", inventory.Filter{Asset: arn("mail")}, []string{b}},
		{"action", inventory.Filter{Action: inventory.ActionDelete}, []string{b}},
		{"principal", inventory.Filter{Principal: three.Principal.ID}, []string{c}},
		{"acts", inventory.Filter{Acts: true}, []string{a, b}},
		{"acts of a principal", inventory.Filter{Acts: true, Principal: three.Principal.ID}, []string{}},
		{"since is in", inventory.Filter{Since: hour(2)}, []string{b, c}},
		{"until is out", inventory.Filter{Until: hour(2)}, []string{a}},
		{"all at once", inventory.Filter{Asset: arn("pay"), Action: inventory.ActionDelete, Principal: one.Principal.ID, Since: hour(1), Until: hour(3)}, []string{b}},
		{"none", inventory.Filter{Asset: arn("pay"), Principal: three.Principal.ID}, []string{}},
	} {
		same(t, test.name, test.want, ids(t, v, test.filter))
	}
}

func eventCopies(t *testing.T, open Opener) {
	small, big := event(1, hour(1)), event(1, hour(2))
	small.Provenance.Object, big.Provenance.Object = "a", "b"
	small.Assets, big.Assets = []inventory.AssetID{arn("pay")}, []inventory.AssetID{arn("mail"), arn("pay")}
	// In two batches a stored copy is replaced or kept; in one the choice is
	// made before anything is stored.
	for _, order := range [][]inventory.Fact{{small, big}, {big, small}} {
		apart, together := open(t), open(t)
		put(t, apart, order[0])
		put(t, apart, order[1])
		put(t, together, order...)
		for _, s := range []store.Store{apart, together} {
			v := viewAt(t, s, hour(9))
			var got []inventory.Event
			collect := func(e inventory.Event) error { got = append(got, e); return nil }
			for _, f := range []inventory.Filter{{}, {Asset: arn("pay")}, {Asset: arn("mail")}} {
				if err := v.Walk(t.Context(), f, collect); err != nil {
					t.Fatal(err)
				}
			}
			same(t, "copies of all, of pay, of mail", []inventory.Event{small, small}, got)
		}
	}
}

func eventCorrections(t *testing.T, open Opener) {
	first, better := event(1, hour(1)), event(1, hour(1))
	first.Provenance.Object, better.Provenance.Object = "a", "b"
	better.Correction = "event-00009"
	for _, order := range [][]inventory.Fact{{first, better}, {better, first}} {
		s := open(t)
		put(t, s, order[0])
		put(t, s, order[1])
		var got []inventory.Event
		collect := func(e inventory.Event) error { got = append(got, e); return nil }
		if err := viewAt(t, s, hour(9)).Walk(t.Context(), inventory.Filter{}, collect); err != nil {
			t.Fatal(err)
		}
		same(t, "the event", []inventory.Event{better}, got)
	}
}

func walkStops(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, event(1, hour(1)), event(2, hour(2)))
	enough := errors.New("enough")
	n := 0
	err := viewAt(t, s, hour(9)).Walk(t.Context(), inventory.Filter{}, func(inventory.Event) error { n++; return enough })
	// Unchanged is the promise: no errors.Is.
	if err != enough || n != 1 {
		t.Errorf("walk gave %v after %d events, want the receiver's error after 1", err, n)
	}
}

func walkAndAsk(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, seen("pay", "one", hour(1)), event(1, hour(1)), event(2, hour(2)))
	v := viewAt(t, s, hour(9))
	// A store that holds a lock, or its only connection, during a walk would
	// wait for ever.
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	n := 0
	inner := func(inventory.Event) error { n++; return nil }
	err := v.Walk(ctx, inventory.Filter{}, func(inventory.Event) error {
		_, history := v.History(ctx, arn("pay"))
		stored := s.Append(ctx, store.Batch{Run: "run", Facts: []inventory.Fact{seen("sync", "one", hour(1))}})
		return errors.Join(history, stored, v.Walk(ctx, inventory.Filter{Asset: arn("pay")}, inner))
	})
	if err != nil || n != 4 {
		t.Errorf("walk within a walk: %v, %d events, want 4", err, n)
	}
}

// walkPages has more events than one page of an implementation should hold.
func walkPages(t *testing.T, open Opener) {
	s := open(t)
	var facts []inventory.Fact
	want := []string{}
	for i := range 3000 {
		e := event(i, hour(i/700)) // many share an instant, also across a page's end
		facts = append(facts, e)
		want = append(want, e.Scope.Account+"/"+e.ID)
	}
	put(t, s, facts...)
	same(t, "all", want, ids(t, viewAt(t, s, hour(9)), inventory.Filter{}))
	same(t, "of one asset", want, ids(t, viewAt(t, s, hour(9)), inventory.Filter{Asset: arn("pay")}))
}

func hostileTexts(t *testing.T, open Opener) {
	s := open(t)
	// Longer than an index takes, and used twice but for one letter at the end:
	// a store that only cuts takes the two for one.
	long := strings.Repeat("x", 100_000)
	var facts []inventory.Fact
	for i, text := range []string{"", "a\x00b", "a\xffb", "'; DROP TABLE events; --", "?", "$1", "\u202e", long, long + "y"} {
		e := event(i, hour(1))
		e.ID, e.Scope.Account, e.Principal.ID = fmt.Sprint(i)+text, text, text
		e.Assets, e.Code, e.Action = []inventory.AssetID{inventory.AssetID(text)}, text, inventory.Action(text)
		a := seen(text, text, hour(1))
		a.Aliases = []inventory.AssetID{inventory.AssetID("alias" + text)}
		c := functions()
		c.Scope.Account = text
		u := inventory.Usage{Identity: text, Asset: arn(text), Service: text, Name: text, Part: text}
		p := inventory.Permit{ID: text, Cell: c, At: hour(1), Name: text, Grants: []string{text}}
		facts = append(facts, e, a, u, p, reading(c, inventory.Complete, hour(1)))
	}
	put(t, s, facts...)
	put(t, s, facts...)
	v := viewAt(t, s, hour(2))
	same(t, "assets, cells, events, permits", []int{9, 9, 9, 9}, []int{len(v.Assets), len(v.Coverage), len(ids(t, v, inventory.Filter{})), len(v.Permits)})
	same(t, "usage", 9, len(tallied(t, v, inventory.UsageFilter{})))
	for _, text := range []string{"a\x00b", "a\xffb", long, long + "y"} {
		same(t, "usage of the identity", 1, len(tallied(t, v, inventory.UsageFilter{Identity: text})))
		same(t, "usage of the asset", 1, len(tallied(t, v, inventory.UsageFilter{Asset: arn(text)})))
		same(t, "events of the principal", 1, len(ids(t, v, inventory.Filter{Principal: text})))
		same(t, "events of the asset", 1, len(ids(t, v, inventory.Filter{Asset: inventory.AssetID(text)})))
	}
}

func extremeTimes(t *testing.T, open Opener) {
	s := open(t)
	var want []string
	for i, year := range []int{0, 1, 1600, 1969, 2026, 2263, 9999} {
		at := time.Date(year, 12, 30, 23, 59, 59, 999999999, time.UTC)
		put(t, s, event(i, at), seen("pay", fmt.Sprint(year), at))
		want = append(want, "111122223333/"+event(i, at).ID)
	}
	end := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	// A filter without Since begins at the zero time, in year 1; year 0 is
	// stored and in no walk.
	same(t, "events", want[1:], ids(t, viewAt(t, s, end), inventory.Filter{}))
	a := assetAt(t, s, arn("pay"), time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))
	same(t, "seen", time.Date(1969, 12, 30, 23, 59, 59, 999999999, time.UTC), a.Code.Seen())
}
