package reconcile_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// drawReach draws a reach that an approval may name.
func drawReach(t *rapid.T, label string, from inventory.Reach) inventory.Reach {
	return inventory.Reach(rapid.IntRange(int(from), int(inventory.ReachPublic)).Draw(t, label))
}

func drawSome(t *rapid.T, label string, from ...string) []string {
	return slices.DeleteFunc(slices.Clone(from), func(string) bool { return !rapid.Bool().Draw(t, label) })
}

func drawAsset(t *rapid.T, name string) inventory.Asset {
	at := rulestest.Now()
	if rapid.Bool().Draw(t, name+" seen earlier") {
		at = rulestest.Ago(5 * day)
	}
	return rulestest.Function(name, func(a *inventory.Asset) {
		a.Sightings[0].At = at
		if rapid.Bool().Draw(t, name+" exposure known") {
			a.Exposure = inventory.Split(inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "policy", Reach: drawReach(t, name+" reach", inventory.ReachUnknown)}}}, at))
		} else {
			a.Exposure = inventory.Split(inventory.Unknown[inventory.Exposures](doubted("drawn"), at))
		}
		if rapid.Bool().Draw(t, name+" urls unknown") {
			a.Exposure = a.Exposure.With(inventory.CapURLs, inventory.Unknown[inventory.Exposures](doubted("drawn"), at))
		}
		a.Code = inventory.Known(inventory.Code{Digest: rapid.SampledFrom([]string{"", "good", "bad"}).Draw(t, name+" digest")}, at)
		a.Identity = inventory.Known(inventory.Identity{ID: rapid.SampledFrom([]string{"", "role/a", "role/b"}).Draw(t, name+" identity")}, at)
		a.Versions = inventory.Known(inventory.Versions{}, at)
	})
}

func drawEvent(t *rapid.T, i int, names []string) inventory.Event {
	action := rapid.SampledFrom([]inventory.Action{inventory.ActionCreate, inventory.ActionUpdateCode, inventory.ActionDelete, inventory.ActionGrant}).Draw(t, "action")
	at := rulestest.Ago(time.Duration(rapid.IntRange(0, 5).Draw(t, "hours")) * time.Hour)
	return rulestest.Act(action, rapid.SampledFrom(names).Draw(t, "acted on"), at, func(e *inventory.Event) {
		e.ID = fmt.Sprintf("event-%d", i)
		e.Principal.ID = rapid.SampledFrom([]string{rulestest.Deployer, "arn:aws:iam::111122223333:user/eve"}).Draw(t, "principal")
		e.Outcome = rapid.SampledFrom([]inventory.Outcome{inventory.Succeeded, inventory.Failed}).Draw(t, "outcome")
	})
}

func drawWorld(t *rapid.T) rulestest.World {
	names := []string{"shop", "cart", "mail"}
	w := rulestest.World{Registry: registry.Content{Owners: owners()}}
	for _, c := range append(rulestest.Capabilities(), inventory.CapEvents) {
		r := rulestest.Reading(c, rulestest.Now())
		r.State = inventory.State(rapid.IntRange(0, int(inventory.Cancelled)).Draw(t, "state of "+string(c)))
		w.Facts = append(w.Facts, r)
	}
	for _, n := range names {
		w.Facts = append(w.Facts, drawAsset(t, n))
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "events") {
		w.Facts = append(w.Facts, drawEvent(t, i, names))
	}
	for i, name := range drawSome(t, "claimed", "shop", "cart", "s*", "nothing") {
		c := registry.Claim{ID: fmt.Sprintf("claim-%d", i), Owner: "payments", Select: registry.Selector{Provider: inventory.AWS, Name: name}}
		if rapid.Bool().Draw(t, "approved") {
			c.Approval = approved(registry.Limits{
				Reach:       drawReach(t, "limit", inventory.ReachUnknown),
				Deployers:   drawSome(t, "deployers", rulestest.Deployer),
				Identities:  drawSome(t, "identities", "role/a"),
				CodeDigests: drawSome(t, "digests", "good"),
				Regions:     drawSome(t, "regions", rulestest.Region, "us-east-1"),
			})
		}
		w.Registry.Claims = append(w.Registry.Claims, c)
	}
	return w
}

// judged is what of a case must not hang on chance.
type judged struct {
	Verdicts    map[inventory.AssetID]findings.Verdict
	Ghosts      []registry.Claim
	Hidden      []findings.Hidden
	Deployments []findings.Deployments
}

func outcome(t testing.TB, w rulestest.World) judged {
	c := w.Case(t)
	return judged{c.Verdicts, c.Ghosts, c.Hidden, c.Deployments}
}

// TestOrderOfFactsNeverMatters: the same facts give the same case.
func TestOrderOfFactsNeverMatters(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		want := outcome(t, w)
		w.Facts = rapid.Permutation(w.Facts).Draw(r, "order")
		if diff := cmp.Diff(want, outcome(t, w)); diff != "" {
			r.Fatalf("another order of facts (-want +got):\n%s", diff)
		}
	})
}

// TestUnrelatedAssetsNeverMatter: a verdict hangs on its own asset alone.
func TestUnrelatedAssetsNeverMatter(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		want := outcome(t, w).Verdicts
		w.Facts = append(slices.Clone(w.Facts), drawAsset(r, "unrelated"), drawEvent(r, 99, []string{"unrelated"}))
		got := outcome(t, w).Verdicts
		delete(got, rulestest.FunctionID("unrelated"))
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("with an unrelated asset (-want +got):\n%s", diff)
		}
	})
}

// TestLessCoverageNeverApproves: a cell that turns out not to be whole, and
// the doubt that its source casts on the facet, never make a verdict approved.
func TestLessCoverageNeverApproves(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		before := outcome(t, w).Verdicts
		capability := rapid.SampledFrom(rulestest.Capabilities()).Draw(r, "capability")
		state := rapid.SampledFrom([]inventory.State{inventory.Pending, inventory.Partial, inventory.Denied, inventory.Throttled,
			inventory.Unavailable, inventory.Malformed, inventory.Cancelled}).Draw(r, "worse")
		w = w.WithState(capability, state)
		if rapid.Bool().Draw(r, "doubt the exposure too") {
			for i, f := range w.Facts {
				if a, ok := f.(inventory.Asset); ok {
					rulestest.Doubting(doubted("worse"), rulestest.Now())(&a)
					w.Facts[i] = a
				}
			}
		}
		for id, after := range outcome(t, w).Verdicts {
			if after.Standing == findings.Approved && before[id].Standing != findings.Approved {
				r.Fatalf("%s was %s and is approved after %s of %s", id, before[id].Standing, state, capability)
			}
		}
	})
}

// TestDoubtIsNeverApproved: where a limit needs a facet that nobody may call
// current, the asset is not approved.
func TestDoubtIsNeverApproved(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		limits := registry.Limits{Reach: drawReach(r, "limit", inventory.ReachPrivate)}
		earlier := rulestest.Ago(time.Duration(rapid.IntRange(1, 100).Draw(r, "hours")) * time.Hour)
		w := world(approved(limits), exposed(drawReach(r, "reach", inventory.ReachUnknown)), rulestest.ReadAt(earlier), rulestest.Doubting(doubted("drawn"), rulestest.Now()))
		if v := verdict(t, w); v.Standing != findings.Unknown {
			r.Fatalf("a stale exposure gives %s: %v", v.Standing, v.Reasons)
		}
	})
}
