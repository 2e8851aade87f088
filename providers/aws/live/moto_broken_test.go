package live_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
)

// TestMotoBehindABrokenLine: between the scan and moto, the list of one region
// of one account goes wrong. What goes wrong once is asked again, and the scan
// tells the same as an undisturbed one. What goes wrong for good makes every
// cell of that region's functions say so, and changes nothing anywhere else.
func TestMotoBehindABrokenLine(t *testing.T) {
	e := emulate(t, 0)
	undisturbed := e.story(t, motoConfig())
	if n := len(undisturbed.assets); n != 24 {
		t.Fatalf("%d functions without a fault, want 24", n)
	}
	for _, c := range []struct {
		effect  awsfake.Effect
		timeout time.Duration
		state   inventory.State
		code    string
	}{
		{awsfake.CutBody(), time.Minute, inventory.Malformed, ""},
		{awsfake.CutJSON(), time.Minute, inventory.Malformed, ""},
		{awsfake.ServerErrorHTML(), time.Minute, inventory.Unavailable, ""},
		{awsfake.ResetConnection(), time.Minute, inventory.Unavailable, ""},
		{awsfake.Hang(), 3 * time.Second, inventory.Unavailable, ""},
		{awsfake.Throttle(0), time.Minute, inventory.Throttled, "TooManyRequestsException"},
	} {
		cfg := motoConfig(func(cfg *live.Config) { cfg.Calls.Timeout = c.timeout })
		fault := awsfake.Fault{Service: "lambda", Operation: "ListFunctions", Account: e.data, Region: place, Effect: c.effect}
		t.Run(c.effect.String()+" once", func(t *testing.T) {
			fault.Times = 1
			e.front.SetFaults(fault)
			if diff := cmp.Diff(undisturbed, e.story(t, cfg), cmp.AllowUnexported(story{})); diff != "" {
				t.Errorf("it tells another story (-undisturbed +got):\n%s", diff)
			}
		})
		t.Run(c.effect.String()+" for good", func(t *testing.T) {
			fault.Times = 0
			e.front.SetFaults(fault)
			got := e.story(t, cfg)
			there := got.cut(e.data, place)
			e.checkHole(t, there, c.state, c.code)
			want := undisturbed.clone()
			want.cut(e.data, place)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(story{})); diff != "" {
				t.Errorf("it changes what is elsewhere (-undisturbed +got):\n%s", diff)
			}
		})
	}
}

// TestMotoEachCallCut: each call that reads the account data, whoever answers
// it, is cut for good in turn. One cell at least says so under the call's name,
// no function vanishes but where the list itself is cut, and nothing changes in
// the other accounts. The calls are those of a scan, so that none is forgotten.
func TestMotoEachCallCut(t *testing.T) {
	e := emulate(t, 0)
	undisturbed := e.story(t, motoConfig(full))
	asked := map[string]awsfake.Fault{}
	for _, c := range e.front.Calls() {
		if c.Account == e.data && c.Service != "sts" { // whose answers nothing is read from
			asked[c.Service+" "+c.Operation+" "+c.Region] = awsfake.Fault{Service: c.Service, Operation: c.Operation,
				Account: c.Account, Region: c.Region, Effect: awsfake.CutJSON()}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		t.Run(name, func(t *testing.T) {
			fault := asked[name]
			e.front.SetFaults(fault)
			got, want := e.story(t, motoConfig(full)), undisturbed.clone()
			there, before := got.cut(e.data, ""), want.cut(e.data, "")
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(story{})); diff != "" {
				t.Errorf("it changes what is elsewhere (-undisturbed +got):\n%s", diff)
			}
			if fault.Operation != "ListFunctions" && len(there.assets) != len(before.assets) {
				t.Errorf("%d functions are left of %d", len(there.assets), len(before.assets))
			}
			said := slices.ContainsFunc(slices.Collect(maps.Values(there.words)), func(w inventory.Coverage) bool {
				return !w.State.Whole() && w.Why.Operation == fault.Operation
			})
			if !said {
				t.Errorf("no cell says that %s failed", fault.Operation)
			}
		})
	}
	if len(asked) < 40 {
		t.Errorf("only %d calls were made of the account", len(asked))
	}
}

// checkHole looks at the region whose functions could not be listed.
func (e *emulated) checkHole(t *testing.T, there story, state inventory.State, code string) {
	t.Helper()
	if len(there.assets) != 0 {
		t.Errorf("functions of a list that nobody could read: %v", there.assets)
	}
	aside := []inventory.Capability{inventory.CapCapacityProviders, inventory.CapWebFunctions}
	for cell, w := range there.words {
		switch {
		case slices.Contains(aside, cell.Capability):
			if w.State != inventory.Complete {
				t.Errorf("%s is %s, which does not hang on functions", cell.Capability, w.State)
			}
		case w.State != state || w.Why.Operation != "ListFunctions" || w.Why.Code != code:
			t.Errorf("%s is %s, %q; want %s of ListFunctions, code %q", cell.Capability, w.State, w.Why, state, code)
		}
	}
	if len(there.words) < 10 {
		t.Errorf("only %d cells speak of the region", len(there.words))
	}
}

// story is what one scan into an empty store tells.
type story struct {
	assets map[inventory.AssetID]string
	scopes map[inventory.AssetID]inventory.Scope
	words  map[inventory.Cell]inventory.Coverage
}

func (e *emulated) story(t *testing.T, cfg live.Config) story {
	t.Helper()
	var m memory
	v := m.run(t, cfg, at())
	out := story{map[inventory.AssetID]string{}, map[inventory.AssetID]inventory.Scope{}, map[inventory.Cell]inventory.Coverage{}}
	for _, a := range v.Assets {
		out.assets[a.ID], out.scopes[a.ID] = string(must(json.Marshal(a))(t)), a.Scope
	}
	for _, w := range v.Coverage {
		out.words[w.Cell] = w
	}
	return out
}

func (s story) clone() story {
	return story{maps.Clone(s.assets), maps.Clone(s.scopes), maps.Clone(s.words)}
}

// cut takes the part of one account out of the story, or of one region of it.
func (s story) cut(account, region string) story {
	out := story{map[inventory.AssetID]string{}, map[inventory.AssetID]inventory.Scope{}, map[inventory.Cell]inventory.Coverage{}}
	for id, at := range s.scopes {
		if at.Account == account && (region == "" || at.Region == region) {
			out.assets[id], out.scopes[id] = s.assets[id], at
			delete(s.assets, id)
			delete(s.scopes, id)
		}
	}
	for cell, w := range s.words {
		if cell.Scope.Account == account && (region == "" || cell.Scope.Region == region) {
			out.words[cell] = w
			delete(s.words, cell)
		}
	}
	return out
}
