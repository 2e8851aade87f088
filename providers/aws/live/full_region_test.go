package live_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
)

// TestFull: a full scan reads what is too dear for each; another one says
// nothing of it, so that it stays, and names what it left out.
func TestFull(t *testing.T) {
	reserved := 5
	f := fn("f", alias("live"), policy("1", statement{Principal: map[string]string{"AWS": partner}}), func(f *awsfake.Function) {
		f.State, f.DeadLetter, f.Reserved = "Inactive", "arn:dlq", &reserved
		f.Invoke = []awsfake.InvokeConfig{{OnFailure: "arn:failed"}, {Qualifier: "live", OnSuccess: "arn:done"}}
	})
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{f}}))

	got := scan(t, config(full), found{})
	a := got.assets[arn("f")]
	if diff := cmp.Diff(inventory.Settings{State: "Inactive", ReservedConcurrency: &reserved}, value(t, a.Settings)); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	want := []inventory.Destination{{On: "dead-letter", Target: "arn:dlq"}, {On: "failure", Target: "arn:failed"}, {Qualifier: "live", On: "success", Target: "arn:done"}}
	if diff := cmp.Diff(want, value(t, a.Destinations)); diff != "" {
		t.Errorf("destinations (-want +got):\n%s", diff)
	}
	ways := []seen{{Kind: "policy", Qualifier: "1", Reach: inventory.ReachPartner}}
	if diff := cmp.Diff(ways, look(value(t, a.Exposure[inventory.CapVersionPolicies]).Ways)); diff != "" {
		t.Errorf("policies of versions (-want +got):\n%s", diff)
	}

	b := scan(t, config(), found{}).assets[arn("f")]
	if _, ok := b.Exposure[inventory.CapVersionPolicies]; ok || !b.Destinations.IsZero() || !b.Settings.IsZero() {
		t.Errorf("a scan that is not full speaks of %+v, %+v and %+v", b.Exposure[inventory.CapVersionPolicies], b.Destinations, b.Settings)
	}
	for _, c := range []inventory.Capability{inventory.CapConfiguration, inventory.CapPolicies} {
		if w := scan(t, config(), found{}).words[c]; w.State != inventory.Complete || !strings.Contains(w.Why.Message, "scan --full") {
			t.Errorf("%s: %s, %q: want complete, with its depth", c, w.State, w.Why.Message)
		}
		if w := got.words[c]; w.State != inventory.Complete || w.Why != (inventory.Reason{}) {
			t.Errorf("full %s: %s, %q", c, w.State, w.Why)
		}
	}
}

// TestModesAgree: scans of either mode, in any order, tell the same of what both
// read, so that no history changes with the mode; and what the full ones alone
// read stays.
func TestModesAgree(t *testing.T) {
	const csc = "arn:aws:lambda:eu-west-1:" + home + ":code-signing-config:csc-1"
	reserved := 0
	guarded := fn("f", alias("live"), func(f *awsfake.Function) { f.Reserved, f.CodeSigningConfig, f.State = &reserved, csc, "Inactive" })
	free := fn("g", image)
	for name, also := range map[string]func(*live.Config){
		"listings alone": func(*live.Config) {}, "with digests of images": func(c *live.Config) { c.GetFunction = true },
		"what changed alone": func(c *live.Config) { c.GetFunction, c.Lookup = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{guarded, free}, CodeSigningConfigs: []*awsfake.CodeSigningConfig{{ID: "csc-1"}}}))
			var first, last found
			for i, mode := range []func(*live.Config){full, also, also, full, also} {
				now := at().Add(time.Duration(i) * pause)
				next := scan(t, config(mode, also, func(c *live.Config) { c.Now = now }), last)
				if i == 0 {
					first, last = next, next
				}
				for _, id := range []inventory.AssetID{arn("f"), arn("g")} {
					for facet, of := range observations(t, next.assets[id]) {
						if diff := cmp.Diff(observations(t, first.assets[id])[facet], of); diff != "" {
							t.Errorf("scan %d: %s of %s (-first +this):\n%s", i, facet, id, diff)
						}
					}
					next.assets[id] = inventory.Merge(last.assets[id], next.assets[id])
				}
				last = next
				later(s, pause, inRegion)
			}
			if diff := cmp.Diff(inventory.Settings{State: "Inactive", ReservedConcurrency: &reserved}, value(t, last.assets[arn("f")].Settings)); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			if c := last.assets[arn("f")].CodeSigning; !c.Current() || value(t, c).Config != csc {
				t.Errorf("code signing = %+v", c)
			}
			if c := last.assets[arn("g")].CodeSigning; !c.Current() || value(t, c).Config != "" {
				t.Errorf("code signing of an unguarded function = %+v", c)
			}
		})
	}
}

// image makes a function one of a container image.
func image(f *awsfake.Function) {
	f.PackageType, f.ImageURI, f.ResolvedImageURI = "Image", "repo:tag", "repo@sha256:1"
}

// observations are the values of the facets that an observation tells, without
// the instants.
func observations(t *testing.T, a inventory.Asset) map[string]any {
	t.Helper()
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var all, out = map[string]any{}, map[string]any{}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for name, member := range all {
		if facet, ok := member.(map[string]any); ok && facet["state"] != nil {
			out[name] = []any{facet["state"], facet["value"]}
		}
	}
	return out
}

// TestTwoPolicyCalls: where the two calls tell different policies, what either
// tells counts, and the difference is told.
func TestTwoPolicyCalls(t *testing.T) {
	same := fn("same", policy("", statement{Sid: "a", Principal: map[string]string{"AWS": partner}}))
	differs := fn("differs", alias("live"), policy("live", statement{Sid: "old", Principal: map[string]string{"AWS": partner}}))
	differs.Policies["live"].Newer = `{"Statement": [{"Sid":"new","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction"}]}`
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{same, differs}}))
	got := scan(t, config(full), found{})
	want := []seen{{Kind: "policy", Qualifier: "live", Reach: inventory.ReachPartner}, {Kind: "policy", Qualifier: "live", Reach: inventory.ReachPublic}}
	if diff := cmp.Diff(want, look(value(t, got.assets[arn("differs")].Exposure[inventory.CapPolicies]).Ways), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
	if ways := value(t, got.assets[arn("same")].Exposure[inventory.CapPolicies]).Ways; len(ways) != 1 {
		t.Errorf("a policy that both tell alike counts twice: %+v", ways)
	}
	w := got.words[inventory.CapPolicies]
	if w.State != inventory.Complete || !strings.Contains(w.Why.Message, "differs:live") || strings.Contains(w.Why.Message, "same") {
		t.Errorf("word = %s, %q", w.State, w.Why.Message)
	}
}
