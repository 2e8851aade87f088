package inventory_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
)

// TestAssetsInOrderAreJoinedAsAnyOthers holds what is taken as it comes against
// what is joined: each case, told in order and backwards, gives one view.
func TestAssetsInOrderAreJoinedAsAnyOthers(t *testing.T) {
	cell := func(c inventory.Capability) inventory.Cell {
		return inventory.Cell{Source: "s", Capability: c}
	}
	sighted := func(id string, cells ...inventory.Capability) inventory.Asset {
		a := inventory.Asset{ID: inventory.AssetID(id)}
		for i, c := range cells {
			a.Sightings = append(a.Sightings, inventory.Sighting{Cell: cell(c), At: on(i + 1)})
		}
		return a
	}
	for name, all := range map[string][]inventory.Asset{
		"each once, as a store tells them":   {sighted("a", "x", "y"), sighted("b", "x")},
		"one twice":                          {sighted("a", "x"), sighted("a", "y"), sighted("b")},
		"one known under two ids":            {sighted("a"), {ID: "b", Aliases: []inventory.AssetID{"a"}}},
		"sightings out of order":             {sighted("a", "y", "x"), sighted("b")},
		"one cell sighted it twice":          {sighted("a", "x", "x"), sighted("b")},
		"a part of which nothing was said":   {{ID: "a", Exposure: ways{"p": {}, "q": way("x", on(1))}}, sighted("b")},
		"triggers of which nothing was said": {{ID: "a", Triggers: inventory.Parts[inventory.Triggers]{"p": {}}}, sighted("b")},
	} {
		t.Run(name, func(t *testing.T) {
			back := slices.Clone(all)
			slices.Reverse(back)
			var want []inventory.Asset
			for _, a := range inventory.NewView(on(9), back, nil).Assets {
				want = append(want, inventory.Merge(a, a))
			}
			v := inventory.NewView(on(9), all, nil)
			if diff := cmp.Diff(told(t, want), told(t, v.Assets)); diff != "" {
				t.Errorf("assets (-want +got):\n%s", diff)
			}
			for _, a := range all {
				for _, id := range append([]inventory.AssetID{a.ID}, a.Aliases...) {
					if _, ok := v.Asset(id); !ok {
						t.Errorf("asset %s is not found", id)
					}
				}
			}
			if a, ok := v.Asset("c"); ok {
				t.Errorf("found %s", a.ID)
			}
		})
	}
}

func told(t *testing.T, all []inventory.Asset) string {
	t.Helper()
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWhatAddsNothingLeavesTheSame: an estate is read again every day, and what
// it tells again must cost nothing.
func TestWhatAddsNothingLeavesTheSame(t *testing.T) {
	a := inventory.Asset{
		ID: "a", Sightings: []inventory.Sighting{{Cell: inventory.Cell{Source: "s"}, At: on(1)}},
		Code:     inventory.Known(inventory.Code{Digest: "d"}, on(1)).Doubting(inventory.Reason{Code: "c"}, on(2)),
		Exposure: ways{"p": way("x", on(1)), "q": unread("x", on(2))},
	}
	if n := testing.AllocsPerRun(10, func() { inventory.Merge(a, a) }); n > 2 {
		t.Errorf("joining an asset with itself takes %.0f allocations", n)
	}
}

func TestADoubtTakesThePlaceOfTheLast(t *testing.T) {
	first, second := inventory.Reason{Code: "first"}, inventory.Reason{Code: "second"}
	known := inventory.Known("v", on(3))
	for name, tc := range map[string]struct {
		f     inventory.Facet[string]
		doubt inventory.Reason
		stale bool
	}{
		"of a known one":             {known.Doubting(first, on(4)), first, true},
		"a second one":               {known.Doubting(first, on(4)).Doubting(second, on(5)), second, true},
		"one from before":            {known.Doubting(first, on(2)), first, false},
		"one that is taken back":     {known.Doubting(first, on(4)).Doubting(inventory.Reason{}, inventory.Facet[string]{}.Seen()), inventory.Reason{}, false},
		"of one that was never read": {inventory.Facet[string]{}.Doubting(first, on(4)), first, false},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.f.Doubt() != tc.doubt || tc.f.Stale() != tc.stale {
				t.Errorf("doubt %v, stale %t", tc.f.Doubt(), tc.f.Stale())
			}
		})
	}
	if known.Doubt() != (inventory.Reason{}) || !known.Current() {
		t.Error("a doubt shows in the facet that it was not cast on")
	}
	if f := known.Doubting(first, on(4)).Doubting(inventory.Reason{}, inventory.Facet[string]{}.Seen()); !f.Current() {
		t.Error("not current")
	}
	if !inventory.Unknown[string](first, on(1)).Doubting(inventory.Reason{}, inventory.Facet[string]{}.Seen()).IsZero() {
		t.Error("something is said of what nobody read or doubted")
	}
}
