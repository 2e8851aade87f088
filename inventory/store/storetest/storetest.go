// Package storetest is the conformance suite of package store: a sub-test for
// each promise of the contract. Every implementation passes it whole.
//
// The heart of it is a model: the view of a pile of facts, computed by
// inventory.NewView from what each fact says up to an instant. Whatever the
// order of the facts and the cuts between batches, a store's view is that of
// the model.
package storetest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

// Opener opens a new, empty store that is closed, at the latest, when t ends.
type Opener func(t *testing.T) store.Store

// Run holds a store against every promise of the contract.
func Run(t *testing.T, open Opener) {
	for _, promise := range promises() {
		t.Run(promise.name, func(t *testing.T) { promise.test(t, open) })
	}
}

type promise struct {
	name string
	test func(*testing.T, Opener)
}

func promises() []promise {
	return []promise{
		{"an empty store gives an empty view", emptyStore},
		{"any order of any batches gives the view of the model", orderNeverShows},
		{"the same batch twice changes nothing", twiceChangesNothing},
		{"a batch with a fact that cannot be stored stores nothing", allOrNothing},
		{"a facet that changes and changes back keeps both changes", changeAndBack},
		{"an observation from before is sorted in", lateArrival},
		{"of two words on one instant the merge's wins", sameInstant},
		{"a doubt leaves the value and makes it stale", doubtKept},
		{"a part of a facet that fails leaves the others", partKept},
		{"an empty list that is known stays known", knownEmpty},
		{"before its deletion an asset is present", deletionInTime},
		{"an asset is in no view before it was first seen", firstSeen},
		{"aliases are one asset, with one history", aliasesJoin},
		{"a handle is held since it was seen first, in whatever order", handlesSince},
		{"a handle is held since before a snapshot, if that says so", handlesOfBefore},
		{"events are found by any id that their asset had then, once each", eventsByHandle},
		{"a walk by several ids gives every event of many pages once", pagesByHandle},
		{"history joins what says the same and ends at the view", historyIntervals},
		{"more instants than a row holds are one interval", longHistory},
		{"the last whole reading is remembered behind a worse one", wholeRemembered},
		{"covered is the last reading from which the next one can go on", coveredIsCursor},
		{"a malformed reading is covered if it has a mark", coveredThoughMalformed},
		{"a pending word never hides an earlier reading", pendingHidesNothing},
		{"a cell that is planned no more does not look current", planRemembered},
		{"words hold every announcement, and all that a view is made of", wordsHoldAll},
		{"events come in order of time, account and id, in bytes", eventOrder},
		{"each filter selects what it names", eventFilters},
		{"of two copies of an event the smaller provenance is kept", eventCopies},
		{"of two copies of an event the corrected one is kept", eventCorrections},
		{"a walk stops at the receiver's error and returns it unchanged", walkStops},
		{"whoever receives an event may ask the store again", walkAndAsk},
		{"a walk gives every event of many pages once", walkPages},
		{"usage is summed over parts, and comes in order", usageSums},
		{"a part that is counted again replaces its counts", usageReplaced},
		{"a part that is counted again loses the rows that are not counted again", usageLeaves},
		{"a part of a batch that fails loses nothing", usageLeavesWhole},
		{"usage is found by identity and by any name of its asset", usageFilters},
		{"no usage is later than the view", usageUpTo},
		{"a tally gives the usage of many batches and pages once", usagePages},
		{"a tally stops at the receiver's error, and the receiver may ask the store", tallyStops},
		{"a permit is kept as it was told, and the same twice changes nothing", permitsKept},
		{"of the words on a permit the last one stands, in any order", permitsReplaced},
		{"a permit that a later whole reading does not show is gone", permitsGone},
		{"no permit is later than the view", permitsUpTo},
		{"texts from outside may hold anything", hostileTexts},
		{"times from year 0 to 9999 keep their order and nanoseconds", extremeTimes},
		{"runs are listed in order, with a free id each", runsListed},
		{"a run that never ended is told to the next", interruptedTold},
		{"one scan holds the store, and the next is told who", oneScanAtATime},
		{"a waiting scan gets in when the first one ends", waitingScan},
		{"only the process that began a run ends it", endNeedsBegin},
		{"a cancelled context stores nothing", cancelledStoresNothing},
	}
}

// Dump writes all that a view tells as JSON: assets with their presence,
// coverage, events, usage, permits and histories. Two stores with the same facts
// give the same bytes.
func Dump(ctx context.Context, v *inventory.View) (string, error) {
	// Presence and history are worked out from the rest. They are written out
	// all the same, since they are what users see.
	type seen struct {
		Asset    inventory.Asset
		Presence string
		History  []interval
	}
	doc := struct {
		At       time.Time
		Assets   []seen
		Coverage []inventory.Coverage
		Events   []inventory.Event
		Usage    []inventory.Usage  `json:",omitempty"`
		Permits  []inventory.Permit `json:",omitempty"`
	}{At: v.At, Coverage: v.Coverage, Permits: v.Permits}
	for _, a := range v.Assets {
		s := seen{Asset: a, Presence: v.Presence(a).String()}
		if v.History != nil {
			all, err := v.History(ctx, a.ID)
			if err != nil {
				return "", err
			}
			s.History = intervals(all)
		}
		doc.Assets = append(doc.Assets, s)
	}
	err := v.Walk(ctx, inventory.Filter{}, func(e inventory.Event) error {
		doc.Events = append(doc.Events, e)
		return nil
	})
	if err != nil {
		return "", err
	}
	err = v.Tally(ctx, inventory.UsageFilter{}, func(u inventory.Usage) error {
		doc.Usage = append(doc.Usage, u)
		return nil
	})
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(doc, "", " ")
	return string(text), err
}

// interval is an observation with its value as text, which JSON leaves out.
type interval struct {
	inventory.Observation
	Text string
}

func intervals(all []inventory.Observation) []interval {
	var out []interval
	for _, o := range all {
		out = append(out, interval{o, string(o.Value)})
	}
	return out
}

// put appends facts as one batch.
func put(t *testing.T, s store.Store, facts ...inventory.Fact) {
	t.Helper()
	if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: facts}); err != nil {
		t.Fatalf("append: %v", err)
	}
}

func viewAt(t *testing.T, s store.Store, at time.Time) *inventory.View {
	t.Helper()
	v, err := s.View(t.Context(), at)
	if err != nil {
		t.Fatalf("view: %v", err)
	}
	return v
}

func dumpAt(t *testing.T, s store.Store, at time.Time) string {
	t.Helper()
	text, err := Dump(t.Context(), viewAt(t, s, at))
	if err != nil {
		t.Fatalf("dump: %v", err)
	}
	return text
}

// assetAt returns the asset of a view, which must hold it.
func assetAt(t *testing.T, s store.Store, id inventory.AssetID, at time.Time) inventory.Asset {
	t.Helper()
	a, ok := viewAt(t, s, at).Asset(id)
	if !ok {
		t.Fatalf("asset %s is not in the view at %s", id, at)
	}
	return a
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
