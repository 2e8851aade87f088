package live_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/aws/session"
)

// motoConfig reads the whole organization.
func motoConfig(change ...func(*live.Config)) live.Config {
	cfg := live.Config{Organization: true, Role: session.Role{Name: audit}, Now: at(), Since: at().Add(-90 * 24 * time.Hour),
		Calls: session.Options{Timeout: 20 * time.Second, Attempts: 2, MaxBackoff: time.Millisecond}}
	for _, c := range change {
		c(&cfg)
	}
	return cfg
}

// TestMoto: what an implementation of AWS that is not ours has is found whole:
// each function with all that hangs on it, accounts and regions apart. A company
// of 150 functions is built through the vendor's own SDK. See gaps for which
// operation the fake answers, and why; all others are moto's.
//
// What this cannot prove, since moto does not page Lambda's lists, merges
// policies of aliases and refuses nobody, is proved over the fake alone.
func TestMoto(t *testing.T) {
	// With pay, 125 functions of one region have tags: moto ends a page one short
	// of its size of 50, so that they come on pages of 49, 49 and 27.
	e := emulate(t, 126)
	var m memory
	v := m.run(t, motoConfig(full, lookup, func(c *live.Config) { c.GetFunction = true }), at())

	t.Run("every function with its facets", func(t *testing.T) {
		want, got := map[inventory.AssetID]sight{}, map[inventory.AssetID]sight{}
		for id, f := range e.made {
			want[id] = e.expect(t, f)
		}
		for _, a := range v.Assets {
			got[a.ID] = behold(t, a)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("functions (-want +got):\n%s", diff)
		}
	})
	t.Run("every cell is whole but those that are declared", func(t *testing.T) {
		var want, got []string
		for _, id := range []string{manager, e.shop, e.data} {
			want = append(want, "aws/"+id+" microvms unavailable ListMicrovms", "aws/"+id+"/"+away+" functions disabled ListRegions")
		}
		for _, w := range v.Coverage {
			if w.State != inventory.Complete {
				got = append(got, line(w))
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.SortSlices(strings.Compare)); diff != "" {
			t.Errorf("cells that are not complete (-want +got):\n%s", diff)
		}
	})
	t.Run("the count of each cell", func(t *testing.T) { e.checkCounts(t, v) })
	t.Run("the trail of one account", func(t *testing.T) {
		want := map[string]inventory.Continuity{manager: inventory.Broken, e.shop: inventory.Assumed, e.data: inventory.Broken}
		got := map[string]inventory.Continuity{}
		for _, w := range v.Coverage {
			if w.Cell.Capability == inventory.CapTrails {
				got[w.Cell.Scope.Account] = w.Continuity
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("continuity (-want +got):\n%s", diff)
		}
	})
	t.Run("who answered", func(t *testing.T) { e.checkCalls(t) })
	t.Run("no value of the environment", func(t *testing.T) { e.checkSecrets(t, m.facts) })
}

// sight is what is looked at of a function.
type sight struct {
	Account, Region, Name, Role       string
	Package, Runtime, Handler, State  string
	Memory, Timeout                   int
	Digest, Image, Layer, LayerOwner  string
	Modified                          time.Time
	Variables, Versions, Mapping      []string
	Aliases                           []inventory.Alias
	Labels                            inventory.Labels
	Admin, Bounded                    bool
	URLs, Policies, PoliciesOfVersion []seen
	Hosts, Rules                      []string
	Group                             string
}

// behold fails where a facet is not known.
func behold(t *testing.T, a inventory.Asset) sight {
	t.Helper()
	c, code, rights := value(t, a.Configuration), value(t, a.Code), value(t, a.Rights)
	out := sight{Account: a.Scope.Account, Region: a.Scope.Region, Name: a.Name, Role: value(t, a.Identity).ID,
		Package: c.Package, Runtime: c.Runtime, Handler: c.Handler, State: value(t, a.Settings).State, Memory: c.MemoryMB, Timeout: c.TimeoutSeconds,
		Digest: code.Digest, Image: code.Image, Modified: a.Modified, Aliases: value(t, a.VersionAliases), Labels: value(t, a.Labels),
		Admin: rights.Admin, Bounded: rights.Bounded, Group: value(t, a.Logging).Group,
		Policies:          look(value(t, a.Exposure[inventory.CapPolicies]).Ways),
		PoliciesOfVersion: look(value(t, a.Exposure[inventory.CapVersionPolicies]).Ways)}
	for _, l := range code.Layers {
		out.Layer, out.LayerOwner = l.ID, l.Account
	}
	for _, b := range value(t, a.Bindings) {
		out.Variables = append(out.Variables, b.Name)
	}
	for _, p := range value(t, a.Versions).Published {
		out.Versions = append(out.Versions, p.Name)
	}
	urls := value(t, a.Exposure[inventory.CapURLs]).Ways
	out.URLs = look(urls)
	for _, u := range urls {
		out.Hosts = append(out.Hosts, u.Hostname)
	}
	for _, m := range value(t, a.Triggers[inventory.CapMappings]) {
		out.Mapping = append(out.Mapping, m.ID, m.Source, fmt.Sprint(m.Enabled))
	}
	for _, r := range value(t, a.Triggers[inventory.CapEventRules]) {
		out.Rules = append(out.Rules, r.Name)
	}
	return out
}

// expect follows from what was given to moto.
func (e *emulated) expect(t *testing.T, f made) sight {
	t.Helper()
	out := sight{Account: f.account, Region: f.region, Name: f.name, Role: "arn:aws:iam::" + f.account + ":role/" + f.role,
		Package: "Zip", Runtime: "python3.13", Handler: "app.main", State: "Active", Memory: 256, Timeout: 7, Digest: f.digest,
		Modified: must(time.Parse(time.RFC3339Nano, f.modified))(t), Variables: []string{"MODE", "TOKEN"}, Labels: f.tags, Layer: f.layer,
		Admin: f.role != "runner", Bounded: f.role == "fenced", Group: "/aws/lambda/" + f.name}
	switch f.name {
	case "pay":
		out.Policies = []seen{{Kind: "policy", Reach: inventory.ReachAccount}, {Kind: "policy", Reach: inventory.ReachPartner}}
		out.Rules = []string{"nightly"}
	case "resize":
		out.Package, out.Runtime, out.Handler = "Image", "", ""
		out.Image = strings.TrimSuffix(f.image, ":1") + "@sha256:" + f.digest
	case "orders":
		out.Versions, out.LayerOwner = []string{"1", "2"}, f.account
		out.Aliases = []inventory.Alias{{Name: "live", Version: "2", Weights: map[string]float64{"1": 0.25}}}
		out.Hosts = []string{"live" + f.account + ".lambda-url." + f.region + ".on.aws"}
		out.URLs = []seen{{Kind: "function-url", Qualifier: "live", Reach: inventory.ReachAccount,
			Note: "no statement opens it: identities of the account may be allowed by policies of their own"}}
	case "open":
		out.Hosts = []string{f.host}
		out.URLs = []seen{{Kind: "function-url", Reach: inventory.ReachPublic}}
		out.Policies = []seen{{Kind: "policy", Reach: inventory.ReachPublic}}
	case "feed":
		out.Mapping = []string{f.mapping, "arn:aws:sqs:" + f.region + ":" + f.account + ":jobs", "true"}
	case "shared":
		out.Policies = []seen{{Kind: "policy", Reach: inventory.ReachOrganization}}
	}
	return out
}

// checkCounts holds what cells say that they saw against what was made.
func (e *emulated) checkCounts(t *testing.T, v *inventory.View) {
	t.Helper()
	type key struct {
		account, region string
		capability      inventory.Capability
	}
	want, got := map[key]int{}, map[key]int{}
	for _, f := range e.made {
		for _, c := range []inventory.Capability{inventory.CapFunctions, inventory.CapConfiguration, inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies} {
			want[key{f.account, f.region, c}]++
		}
		if f.tags != nil {
			want[key{f.account, f.region, inventory.CapTags}]++
		}
		if f.name == "orders" {
			want[key{f.account, f.region, inventory.CapVersions}] = 2
			want[key{f.account, f.region, inventory.CapLayers}] = 1
		}
		if f.name == "feed" {
			want[key{f.account, f.region, inventory.CapMappings}] = 1
		}
	}
	for _, w := range v.Coverage {
		k := key{w.Cell.Scope.Account, w.Cell.Scope.Region, w.Cell.Capability}
		if _, ok := want[k]; ok {
			got[k] = w.Seen
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	if n := want[key{e.shop, place, inventory.CapTags}]; n != 125 {
		t.Errorf("%d functions have tags, want 125", n)
	}
}

// checkCalls: nothing that moto lacks came through to it, and the fake answers
// for nothing that no scan asks for.
func (e *emulated) checkCalls(t *testing.T) {
	t.Helper()
	asked, pages := map[awsfake.Operation]int{}, 0
	for _, c := range e.front.Calls() {
		asked[awsfake.Operation{Service: c.Service, Name: c.Operation}]++
		absent := c.Status == 404 && (c.Operation == "GetPolicy" || c.Operation == "GetResourcePolicy")
		if c.Status != 200 && !absent {
			t.Errorf("%s %s: status %d", c.Service, c.Operation, c.Status)
		}
		if c.Operation == "GetResources" && c.Account == e.shop && c.Region == place {
			pages++
		}
	}
	for _, o := range gaps() {
		if asked[o] == 0 {
			t.Errorf("nobody asks for %s %s", o.Service, o.Name)
		}
	}
	if pages != 3 {
		t.Errorf("the tags came on %d pages, want 3", pages)
	}
}

// checkSecrets: moto answered with values, and none is in any fact.
func (e *emulated) checkSecrets(t *testing.T, facts []inventory.Fact) {
	t.Helper()
	cfg := e.members[e.shop].Copy()
	cfg.Region = place
	got := must(lambda.NewFromConfig(cfg).GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: aws.String("pay")}))(t)
	if got.Environment.Variables["TOKEN"] != secret {
		t.Fatalf("moto does not answer with the values: %v", got.Environment.Variables)
	}
	text := must(json.Marshal(facts))(t)
	if len(facts) == 0 || strings.Contains(string(text), secret) {
		t.Errorf("a value of a variable is in one of %d facts", len(facts))
	}
}
