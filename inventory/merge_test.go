package inventory_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

// instant draws one of a few instants, so that ties are common.
func instant(t *rapid.T, label string) time.Time {
	return time.Date(2026, 1, rapid.IntRange(1, 4).Draw(t, label), 0, 0, 0, 0, time.UTC)
}

// facet draws an unknown, absent, known or stale facet of v.
func facet[T any](t *rapid.T, label string, v func() T) inventory.Facet[T] {
	at := instant(t, label+" at")
	switch rapid.IntRange(0, 3).Draw(t, label+" form") {
	case 0:
		return inventory.Facet[T]{}
	case 1:
		return inventory.Absent[T](at)
	case 2:
		return inventory.Unknown[T](inventory.Reason{Code: rapid.SampledFrom([]string{"AccessDenied", "Throttled"}).Draw(t, label+" code")}, at)
	}
	return inventory.Known(v(), at)
}

// exposure draws some of the parts of an exposure.
func exposure(t *rapid.T) inventory.Parts[inventory.Exposures] {
	var out inventory.Parts[inventory.Exposures]
	for _, c := range []inventory.Capability{inventory.CapURLs, inventory.CapPolicies, inventory.CapAPIGateway} {
		if !rapid.Bool().Draw(t, string(c)+"?") {
			continue
		}
		out = out.With(c, facet(t, string(c), func() inventory.Exposures {
			return inventory.Exposures{Ways: []inventory.Exposure{{Kind: string(c), Reach: inventory.Reach(rapid.IntRange(0, 6).Draw(t, "reach"))}}}
		}))
	}
	return out
}

// asset draws an observation of one asset.
func asset(t *rapid.T) inventory.Asset {
	word := func(label string) string { return rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, label) }
	a := inventory.Asset{
		ID: "arn:f", Kind: inventory.Kind(word("kind")), Name: word("name"),
		Scope:         inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: word("region")},
		Called:        facet(t, "called", func() string { return word("called as") }),
		Deployment:    facet(t, "deployment", func() inventory.Deployment { return inventory.Deployment{ID: word("deployed")} }),
		Configuration: facet(t, "conf", func() inventory.Configuration { return inventory.Configuration{Runtime: word("runtime")} }),
		Settings:      facet(t, "settings", func() inventory.Settings { return inventory.Settings{State: word("state")} }),
		CodeSigning:   facet(t, "signing", func() inventory.CodeSigning { return inventory.CodeSigning{Config: word("signing config")} }),
		Code:          facet(t, "code", func() inventory.Code { return inventory.Code{Digest: word("digest")} }),
		Identity:      facet(t, "identity", func() inventory.Identity { return inventory.Identity{ID: word("role")} }),
		Exposure:      exposure(t),
		Triggers:      inventory.Split(facet(t, "triggers", func() inventory.Triggers { return inventory.Triggers{{Kind: word("trigger")}} })),
		Labels:        facet(t, "labels", func() inventory.Labels { return inventory.Labels{"k": word("label")} }),
	}
	if rapid.Bool().Draw(t, "created?") {
		a.Created = instant(t, "created")
	}
	if rapid.Bool().Draw(t, "deleted?") {
		a.Deleted = instant(t, "deleted")
	}
	for range rapid.IntRange(0, 3).Draw(t, "sightings") {
		cell := inventory.Cell{Source: word("source"), Scope: a.Scope, Capability: inventory.CapFunctions}
		a.Sightings = append(a.Sightings, inventory.Sighting{Cell: cell, At: instant(t, "seen")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "handles") {
		a.Handles = append(a.Handles, inventory.Handle{ID: inventory.AssetID(rapid.SampledFrom([]string{"h:a", "h:b"}).Draw(t, "handle")), Since: instant(t, "since")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "aliases") {
		a.Aliases = append(a.Aliases, inventory.AssetID(rapid.SampledFrom([]string{"arn:f", "x", "y"}).Draw(t, "alias")))
	}
	return a
}

// canon is the text of an asset in canonical form.
func canon(t *rapid.T, a inventory.Asset) string {
	b, err := json.Marshal(inventory.Merge(a, a))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestMergeIsCommutative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := asset(t), asset(t)
		if d := cmp.Diff(canon(t, inventory.Merge(a, b)), canon(t, inventory.Merge(b, a))); d != "" {
			t.Fatal(d)
		}
	})
}

func TestMergeIsAssociative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := asset(t), asset(t), asset(t)
		left := inventory.Merge(inventory.Merge(a, b), c)
		right := inventory.Merge(a, inventory.Merge(b, c))
		if d := cmp.Diff(canon(t, left), canon(t, right)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestMergeIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := asset(t), asset(t)
		once := inventory.Merge(a, b)
		if d := cmp.Diff(canon(t, once), canon(t, inventory.Merge(once, b))); d != "" {
			t.Fatal(d)
		}
	})
}

func TestAssetSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := asset(t)
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back inventory.Asset
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(canon(t, a), canon(t, back)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestALaterDoubtNeverErasesAnObservation(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	known := inventory.Asset{ID: "f", Identity: inventory.Known(inventory.Identity{ID: "role/a"}, day(1))}
	denied := inventory.Asset{ID: "f", Identity: inventory.Unknown[inventory.Identity](inventory.Reason{Code: "AccessDenied"}, day(2))}
	got := inventory.Merge(denied, known).Identity
	if v, ok := got.Get(); !ok || v.ID != "role/a" {
		t.Fatalf("the last observation is gone: %v %v", v, ok)
	}
	if !got.Stale() || got.Current() {
		t.Fatal("the observation must be marked stale: a later reading was denied")
	}
	again := inventory.Merge(inventory.Asset{ID: "f", Identity: inventory.Known(inventory.Identity{ID: "role/b"}, day(3))}, inventory.Asset{ID: "f", Identity: got})
	if !again.Identity.Current() {
		t.Fatal("a newer observation must settle an older doubt")
	}
}

func TestZeroValuesFailClosed(t *testing.T) {
	for name, closed := range map[string]bool{
		"state is pending":           inventory.State(0).String() == "pending" && !inventory.State(0).Whole(),
		"facet is unknown":           (inventory.Facet[int]{}).IsUnknown() && !(inventory.Facet[int]{}).Current(),
		"reach is unknown":           inventory.Reach(0).String() == "unknown",
		"continuity claims nothing":  inventory.Continuity(0) != inventory.Proved,
		"outcome is no change":       !inventory.Event{}.Mutates(),
		"unknown is wider than all":  inventory.Widest(inventory.ReachUnknown, inventory.ReachPublic) == inventory.ReachUnknown,
		"unknown reach is no answer": func() bool { _, ok := inventory.Asset{}.Reach(); return !ok }(),
	} {
		if !closed {
			t.Error(name)
		}
	}
}

func TestWordsRoundTrip(t *testing.T) {
	for i := range 9 {
		var s inventory.State
		if err := s.UnmarshalText([]byte(inventory.State(i).String())); err != nil || s != inventory.State(i) {
			t.Errorf("state %d: %v %v", i, s, err)
		}
	}
	for _, w := range inventory.ReachWords() {
		var r inventory.Reach
		if err := r.UnmarshalText([]byte(w)); err != nil || r.String() != w {
			t.Errorf("reach %s: %v %v", w, r, err)
		}
	}
	var s inventory.State
	if err := s.UnmarshalText([]byte("fine")); err == nil {
		t.Error("an unknown word must be an error, never a state")
	}
	if fmt.Sprint(inventory.State(99)) != "unknown" {
		t.Error("a state out of range must not look like a known one")
	}
}
