package inventory_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

type ways = inventory.Parts[inventory.Exposures]

// way is a known part with one way of that kind.
func way(kind string, at time.Time) inventory.Facet[inventory.Exposures] {
	return inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: kind}}}, at)
}

func unread(code string, at time.Time) inventory.Facet[inventory.Exposures] {
	return inventory.Unknown[inventory.Exposures](inventory.Reason{Code: code}, at)
}

func text(t interface{ Fatal(...any) }, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func joined(a, b ways) ways {
	return inventory.Merge(inventory.Asset{ID: "f", Exposure: a}, inventory.Asset{ID: "f", Exposure: b}).Exposure
}

func TestPartsMergeIsASemilattice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := exposure(t), exposure(t), exposure(t)
		if d := cmp.Diff(text(t, joined(a, b)), text(t, joined(b, a))); d != "" {
			t.Fatal("not commutative", d)
		}
		if d := cmp.Diff(text(t, joined(joined(a, b), c)), text(t, joined(a, joined(b, c)))); d != "" {
			t.Fatal("not associative", d)
		}
		if d := cmp.Diff(text(t, joined(a, b)), text(t, joined(joined(a, b), b))); d != "" {
			t.Fatal("not idempotent", d)
		}
	})
}

func TestPartsMergeChangesNoOperand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := exposure(t), exposure(t)
		before := text(t, a) + text(t, b)
		out := joined(a, b)
		out.With("more", way("more", on(1))) // it may share what a or b holds
		if d := cmp.Diff(before, text(t, a)+text(t, b)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestPartsAreAtMostOneOfUnknownStaleCurrent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := exposure(t)
		n := 0
		for _, is := range []bool{p.IsUnknown(), p.Stale(), p.Current()} {
			if is {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("unknown %t, stale %t, current %t", p.IsUnknown(), p.Stale(), p.Current())
		}
	})
}

func TestAFailedPartTakesNothingFromTheOthers(t *testing.T) {
	known := ways{inventory.CapURLs: way("function-url", on(1)), inventory.CapPolicies: way("policy", on(1))}
	denied := ways{inventory.CapPolicies: unread("AccessDenied", on(2))}
	routes := ways{inventory.CapAPIGateway: way("api-gateway", on(3))}
	got := joined(joined(known, denied), routes)
	e, ok := got.Get()
	if !ok || len(e.Ways) != 3 {
		t.Fatalf("ways %+v (%t)", e, ok)
	}
	if got.Current() || !got.Stale() || got.Doubt().Code != "AccessDenied" || !got.Doubted().Equal(on(2)) {
		t.Errorf("current %t, stale %t, doubt %v at %v", got.Current(), got.Stale(), got.Doubt(), got.Doubted())
	}
	if !got.Seen().Equal(on(1)) {
		t.Errorf("seen %v, want the earliest observation", got.Seen())
	}
	if !got[inventory.CapURLs].Current() {
		t.Error("the URLs were read and are not in doubt")
	}
}

func TestPartsState(t *testing.T) {
	absent := inventory.Absent[inventory.Exposures](on(1))
	settled := way("policy", on(3)).Doubting(inventory.Reason{Code: "AccessDenied"}, on(2))
	type state struct{ Known, Absent, Unknown, Stale, Current bool }
	for name, tc := range map[string]struct {
		parts ways
		want  state
	}{
		"nothing said":               {nil, state{Unknown: true}},
		"an empty map":               {ways{}, state{Unknown: true}},
		"a part without a word":      {ways{"a": {}}, state{Unknown: true}},
		"denied":                     {ways{"a": unread("x", on(1))}, state{Unknown: true}},
		"known":                      {ways{"a": way("x", on(1))}, state{Known: true, Current: true}},
		"a doubt that was settled":   {ways{"a": settled}, state{Known: true, Current: true}},
		"known and denied":           {ways{"a": way("x", on(1)), "b": unread("x", on(1))}, state{Known: true, Stale: true}},
		"absent and denied":          {ways{"a": absent, "b": unread("x", on(1))}, state{Stale: true}},
		"all absent":                 {ways{"a": absent, "b": absent}, state{Absent: true, Current: true}},
		"absent and known":           {ways{"a": absent, "b": way("x", on(1))}, state{Known: true, Current: true}},
		"known and one never spoken": {ways{"a": way("x", on(1)), "b": {}}, state{Known: true, Stale: true}},
	} {
		t.Run(name, func(t *testing.T) {
			_, known := tc.parts.Get()
			got := state{known, tc.parts.IsAbsent(), tc.parts.IsUnknown(), tc.parts.Stale(), tc.parts.Current()}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Fatal(d)
			}
		})
	}
}

func TestASettledDoubtIsNotTold(t *testing.T) {
	settled := way("policy", on(3)).Doubting(inventory.Reason{Code: "Settled"}, on(2))
	p := ways{"a": settled, "b": unread("Open", on(1))}
	if p.Doubt().Code != "Open" {
		t.Errorf("doubt %v: a doubt that a later reading settled must not hide one that is open", p.Doubt())
	}
}

func TestPartsJoinInTheOrderOfTheirNames(t *testing.T) {
	p := ways{"urls": way("2", on(1)), "policies": way("1", on(2)), "api-gateway": way("0", on(3))}
	e, _ := p.Get()
	for i, w := range e.Ways {
		if w.Kind != string(rune('0'+i)) {
			t.Errorf("way %d is %q", i, w.Kind)
		}
	}
}

func TestOldExposuresAreSplitByTheirKind(t *testing.T) {
	old := inventory.Exposures{Denies: true, Ways: []inventory.Exposure{{Kind: "function-url"}, {Kind: "api-gateway"}, {Kind: "policy", Statement: "a"}, {Kind: "policy", Statement: "b"}}}
	got := inventory.Split(inventory.Known(old, on(1)))
	want := map[inventory.Capability]inventory.Exposures{
		"urls": {Ways: old.Ways[:1]}, "api-gateway": {Ways: old.Ways[1:2]}, "policies": {Ways: old.Ways[2:], Denies: true},
	}
	if len(got) != len(want) {
		t.Fatalf("parts %v", got)
	}
	for c, w := range want {
		if e, ok := got[c].Get(); !ok || cmp.Diff(w, e) != "" {
			t.Errorf("part %s: %s", c, cmp.Diff(w, e))
		}
	}
	for name, f := range map[string]inventory.Facet[inventory.Exposures]{
		"empty": inventory.Known(inventory.Exposures{}, on(1)), "absent": inventory.Absent[inventory.Exposures](on(1)), "denied": unread("x", on(1)),
	} {
		p := inventory.Split(f)
		if len(p) != 2 || text(t, p["urls"]) != text(t, f) || text(t, p["policies"]) != text(t, f) {
			t.Errorf("%s: %s", name, text(t, p))
		}
	}
	if p := inventory.Split(inventory.Facet[inventory.Exposures]{}); p != nil {
		t.Errorf("of what was never told there are no parts: %v", p)
	}
}

func TestPartsReadTheOldFormOfJSON(t *testing.T) {
	old := inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "function-url"}}}, on(1)).
		Doubting(inventory.Reason{Code: "AccessDenied"}, on(2))
	var got ways
	if err := json.Unmarshal([]byte(text(t, old)), &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(text(t, inventory.Split(old)), text(t, got)); d != "" {
		t.Fatal(d)
	}
	if err := json.Unmarshal([]byte(`{"urls":{"state":"known","value":{}},"state":{"state":"absent"}}`), &got); err != nil || len(got) != 2 {
		t.Fatalf("a part may be named state: %v %v", got, err)
	}
	for _, bad := range []string{`{"urls":{"state":"fine"}}`, `{"state":"fine"}`, `[]`, `{"urls":7}`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestAMissingPartOfAFunctionIsDescribed(t *testing.T) {
	a := inventory.Asset{Kind: inventory.LambdaFunction, Exposure: ways{inventory.CapURLs: way("function-url", on(1))}}
	f := a.Facet("exposure")
	if f.Unknown || !f.Stale || len(f.Parts) != 2 || f.Parts[0].Name != "policies" || !f.Parts[0].Unknown || f.Parts[1].Unknown {
		t.Errorf("%+v", f)
	}
	if len(a.Exposure) != 1 {
		t.Error("describing an asset changed it")
	}
}

// TestFacetsAreDescribedInOrder: all of those that an asset of the kind can have,
// and any of which something was said.
func TestFacetsAreDescribedInOrder(t *testing.T) {
	without := func(gone ...string) []string {
		return slices.DeleteFunc(inventory.FacetNames(), func(name string) bool { return slices.Contains(gone, name) })
	}
	for name, tc := range map[string]struct {
		asset inventory.Asset
		want  []string
	}{
		"a Worker has all": {inventory.Asset{Kind: inventory.Worker}, without()},
		"a function has its name and its code for good": {inventory.Asset{Kind: inventory.LambdaFunction}, without("name", "deployment")},
		"what was said of it is told": {inventory.Asset{Kind: inventory.LambdaFunction,
			Called: inventory.Unknown[string](inventory.Reason{Code: "x"}, on(1)), Deployment: inventory.Known(inventory.Deployment{}, on(1))}, without()},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range tc.asset.Facets() {
				got = append(got, f.Name)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzPartsJSON: whatever is read is written so that it reads the same.
func FuzzPartsJSON(f *testing.F) {
	for _, seed := range []string{
		`{"urls":{"state":"known","value":{"ways":[{"kind":"function-url","reach":"public"}]},"seen":"2026-01-01T00:00:00Z"}}`,
		`{"state":"known","value":{"ways":[{"kind":"policy","reach":"partner"}],"denies":true},"doubted":"2026-01-02T00:00:00Z"}`,
		`{"state":{"state":"absent"},"urls":{"state":"unknown","doubt":{"code":"x"}}}`, `null`, `{}`, `{"state":null}`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var first, second ways
		if json.Unmarshal(in, &first) != nil {
			return
		}
		out := text(t, first)
		if err := json.Unmarshal([]byte(out), &second); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if d := cmp.Diff(out, text(t, second)); d != "" {
			t.Fatal(d)
		}
	})
}
