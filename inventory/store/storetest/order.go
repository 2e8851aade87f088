package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

func emptyStore(t *testing.T, open Opener) {
	s := open(t)
	v := viewAt(t, s, hour(0))
	if len(v.Assets) != 0 || len(v.Coverage) != 0 {
		t.Errorf("empty store shows %d assets, %d cells", len(v.Assets), len(v.Coverage))
	}
	same(t, "dump", dumpModel(t, nil, nil, hour(0)), dumpWithoutHistory(t, v))
}

// orderNeverShows is the promise that all the others lean on: sources are read
// side by side, files come late, and a report must not depend on that. Only of
// readings of one part of usage the last one stands.
func orderNeverShows(t *testing.T, open Opener) {
	rapid.Check(t, func(r *rapid.T) {
		facts := rapid.SliceOfN(anyFact(), 1, 25).Draw(r, "facts")
		order := rapid.Permutation(facts).Draw(r, "order")
		s := open(t)
		defer s.Close() //nolint:errcheck // a failed close of a test's store is no loss
		var batches [][]inventory.Fact
		for len(order) > 0 {
			n := rapid.IntRange(1, len(order)).Draw(r, "batch")
			if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: order[:n]}); err != nil {
				r.Fatalf("append: %v", err)
			}
			batches, order = append(batches, order[:n]), order[n:]
		}
		// An instant amid the facts, too: the order of arrival shows first in
		// views of the past.
		for _, at := range []time.Time{hour(rapid.IntRange(0, 8).Draw(r, "hour")), never()} {
			v, err := s.View(t.Context(), at)
			if err != nil {
				r.Fatalf("view: %v", err)
			}
			want, got := dumpModel(t, facts, batches, at), dumpWithoutHistory(t, v)
			if diff := cmp.Diff(want, got); diff != "" {
				r.Fatalf("view at %s (-model +store):\n%s", at, diff)
			}
		}
	})
}

func dumpModel(t *testing.T, facts []inventory.Fact, batches [][]inventory.Fact, at time.Time) string {
	t.Helper()
	return dumpWithoutHistory(t, model(facts, batches, at))
}

// dumpWithoutHistory leaves out what the model does not know.
func dumpWithoutHistory(t *testing.T, v *inventory.View) string {
	t.Helper()
	v.History = nil
	text, err := Dump(t.Context(), v)
	if err != nil {
		t.Fatalf("dump: %v", err)
	}
	return text
}

// twiceChangesNothing: a run that died is done again, and brings again what it
// had stored.
func twiceChangesNothing(t *testing.T, open Opener) {
	s := open(t)
	facts := Facts(200)
	put(t, s, facts...)
	before := dumpAt(t, s, never())
	put(t, s, facts...)
	same(t, "view after the second time", before, dumpAt(t, s, never()))
}

// allOrNothing: a year that no text of a time can hold cannot be stored.
func allOrNothing(t *testing.T, open Opener) {
	s := open(t)
	bad := event(2, time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC))
	facts := []inventory.Fact{seen("pay", "one", hour(1)), event(1, hour(1)), bad, reading(functions(), inventory.Complete, hour(1))}
	if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: facts}); err == nil {
		t.Fatal("a fact that cannot be stored was taken")
	}
	same(t, "view", dumpModel(t, nil, nil, never()), dumpWithoutHistory(t, viewAt(t, s, never())))
}
