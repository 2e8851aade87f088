package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/estray/estray/inventory"
)

// wholeRemembered: whether an asset is gone is judged by the last whole
// reading. A denied one after it must neither bring the asset back nor hide
// that it had gone.
func wholeRemembered(t *testing.T, open Opener) {
	for _, whole := range []inventory.State{inventory.Complete, inventory.Disabled} {
		s := open(t)
		put(t, s, seen("pay", "one", hour(1)), reading(functions(), inventory.Complete, hour(1)))
		put(t, s, reading(functions(), whole, hour(3)))
		put(t, s, reading(functions(), inventory.Denied, hour(5)))
		for n, want := range map[int]inventory.Presence{2: inventory.Present, 4: inventory.Gone, 6: inventory.Gone} {
			v := viewAt(t, s, hour(n))
			a, _ := v.Asset(arn("pay"))
			same(t, fmt.Sprintf("presence at hour %d, after %s", n, whole), want.String(), v.Presence(a).String())
		}
		same(t, "last word", inventory.Denied, viewAt(t, s, hour(6)).Coverage[0].State)
	}
}

func coveredIsCursor(t *testing.T, open Opener) {
	s := open(t)
	covered := func() inventory.Coverage {
		c, err := s.Covered(t.Context(), logs())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	same(t, "of an empty store", inventory.Coverage{}, covered())
	// Neither an announcement nor another cell is a place to go on from.
	put(t, s, reading(logs(), inventory.Pending, hour(0)), reading(functions(), inventory.Complete, hour(9)))
	same(t, "of what was never read", inventory.Coverage{}, covered())
	first := inventory.Coverage{
		Cell: logs(), State: inventory.Complete, Read: hour(1), Mark: "object-17", Seen: 3, Continuity: inventory.Assumed,
		Window: inventory.Window{From: hour(0), To: hour(1)}, Services: []string{"cloudtrail.amazonaws.com", "lambda.amazonaws.com"},
	}
	put(t, s, first)
	same(t, "after a complete reading", first, covered())
	put(t, s, reading(logs(), inventory.Denied, hour(2)), reading(logs(), inventory.Cancelled, hour(4)))
	same(t, "after a denied reading", first, covered())
	partial := reading(logs(), inventory.Partial, hour(3))
	put(t, s, partial)
	same(t, "after a partial reading", partial, covered())
	worse := reading(logs(), inventory.Complete, hour(3))
	put(t, s, worse)
	same(t, "of two at one instant", partial, covered())
}

// coveredThoughMalformed: a log with one damaged object was read but for that
// one, and the mark says so. Without a mark there is no place to go on from.
func coveredThoughMalformed(t *testing.T, open Opener) {
	s := open(t)
	covered := func() inventory.Coverage {
		c, err := s.Covered(t.Context(), logs())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	put(t, s, reading(logs(), inventory.Malformed, hour(1)))
	same(t, "malformed, without a mark", inventory.Coverage{}, covered())
	whole := reading(logs(), inventory.Complete, hour(2))
	put(t, s, whole, reading(logs(), inventory.Malformed, hour(3)))
	same(t, "malformed without a mark after a whole one", whole, covered())
	damaged := reading(logs(), inventory.Malformed, hour(4))
	damaged.Mark, damaged.Seen = "all but object-17", 3
	put(t, s, damaged)
	denied := reading(logs(), inventory.Denied, hour(5))
	denied.Mark = "object-18"
	put(t, s, denied, reading(logs(), inventory.Malformed, hour(6)))
	same(t, "malformed with a mark", damaged, covered())
	put(t, s, reading(logs(), inventory.Complete, hour(4)), reading(logs(), inventory.Partial, hour(4)), reading(logs(), inventory.Malformed, hour(4)))
	same(t, "of three at one instant", damaged, covered())
}

// pendingHidesNothing: a run writes its whole plan as pending first. If it
// dies then, what was read before still stands.
func pendingHidesNothing(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, inventory.Coverage{Cell: logs(), State: inventory.Pending})
	same(t, "never read", inventory.Pending, viewAt(t, s, hour(2)).Coverage[0].State)
	put(t, s, reading(logs(), inventory.Complete, hour(1)))
	put(t, s, inventory.Coverage{Cell: logs(), State: inventory.Pending})
	same(t, "read before", inventory.Complete, viewAt(t, s, hour(2)).Coverage[0].State)
}

// planRemembered: words about the plan hide readings from then on, change no
// earlier view, and give way when the cell is planned again.
func planRemembered(t *testing.T, open Opener) {
	s := open(t)
	plan := func(p inventory.Plan, state inventory.State, n int) inventory.Coverage {
		return inventory.Coverage{Cell: functions(), Plan: p, State: state, Read: hour(n)}
	}
	put(t, s, reading(functions(), inventory.Denied, hour(1)),
		plan(inventory.PlanMissing, inventory.Unavailable, 3), plan(inventory.PlanResumed, inventory.Pending, 5),
		plan(inventory.PlanDropped, inventory.Pending, 7), plan(inventory.PlanResumed, inventory.Pending, 9))
	for n, want := range map[int]inventory.State{2: inventory.Denied, 4: inventory.Unavailable, 6: inventory.Denied, 10: inventory.Denied} {
		same(t, "state", want, viewAt(t, s, hour(n)).Coverage[0].State)
	}
	v := viewAt(t, s, hour(8))
	same(t, "planned cells", 0, len(v.Coverage))
	same(t, "dropped cells", []inventory.Coverage{plan(inventory.PlanDropped, inventory.Pending, 7)}, v.Dropped)
}

// wordsHoldAll: who plans the next run compares with what was announced before,
// also where a reading has hidden the announcement from the view.
func wordsHoldAll(t *testing.T, open Opener) {
	s := open(t)
	announced := inventory.Coverage{Cell: logs(), By: "cloudtrail:logs"}
	gone := inventory.Coverage{Cell: functions(), Plan: inventory.PlanMissing, State: inventory.Unavailable, Read: hour(3)}
	put(t, s, announced, reading(logs(), inventory.Complete, hour(1)), gone)
	words, err := s.Words(t.Context(), hour(4))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "coverage", viewAt(t, s, hour(4)).Coverage, inventory.NewView(hour(4), nil, words).Coverage)
	for _, want := range []inventory.Coverage{announced, gone} {
		same(t, "holds "+want.Cell.String(), true, slices.ContainsFunc(words, func(c inventory.Coverage) bool { return c.Compare(want) == 0 }))
	}
}
