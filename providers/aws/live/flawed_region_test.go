package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/live"
)

// many are functions f00, f01, ...
func many(n int, more ...func(*awsfake.Function)) []*awsfake.Function {
	var out []*awsfake.Function
	for i := range n {
		out = append(out, fn(fmt.Sprintf("f%02d", i), more...))
	}
	return out
}

// layered mounts a layer, so that there is one to be counted.
func layered(f *awsfake.Function) {
	f.Layers = []string{"arn:aws:lambda:eu-west-1:" + partner + ":layer:a:1"}
}

// word is what is looked at of a word.
type word struct {
	state inventory.State
	text  string // a part of the reason
}

func (w word) check(t *testing.T, got inventory.Coverage) {
	t.Helper()
	if got.State != w.state || !strings.Contains(got.Why.String(), w.text) {
		t.Errorf("%s is %s, %q; want %s, %q", got.Cell.Capability, got.State, got.Why, w.state, w.text)
	}
}

// TestListedTwice: a function that comes on two pages must not stand in the count
// for one that was left out.
func TestListedTwice(t *testing.T) {
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f"), fn("f"), fn("g")}}))
	got := scan(t, config(), found{})
	word{inventory.Partial, "2 were listed where the vendor counts 3"}.check(t, got.words[inventory.CapFunctions])
	word{inventory.Partial, "counts 3"}.check(t, got.words[inventory.CapPolicies])
}

// TestList: a list that is not whole is never complete, and nothing that hangs
// on functions is then; what was listed is told all the same.
func TestList(t *testing.T) {
	lists := func(e awsfake.Effect, page int) awsfake.Fault {
		return awsfake.Fault{Operation: "ListFunctions", Page: page, Effect: e}
	}
	perFunction := []inventory.Capability{inventory.CapConfiguration, inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies, inventory.CapLayers}
	for name, c := range map[string]struct {
		fault     awsfake.Fault
		count     int // that the account settings tell; 0: the true one
		functions word
		hanging   word
		assets    int
	}{
		"the second page is denied":    {lists(awsfake.DenyMissing(), 2), 0, word{inventory.Partial, "ListFunctions: AccessDeniedException"}, word{inventory.Partial, "ListFunctions"}, 2},
		"the first page is denied":     {lists(awsfake.DenyMissing(), 1), 0, word{inventory.Denied, "ListFunctions: AccessDeniedException"}, word{inventory.Denied, "ListFunctions"}, 0},
		"a control policy denies":      {lists(awsfake.DenyControlPolicy(), 0), 0, word{inventory.Denied, "service control policy"}, word{inventory.Denied, "service control policy"}, 0},
		"the token comes back":         {lists(awsfake.RepeatToken(), 2), 0, word{inventory.Partial, "ListFunctions: the listing gave the same page token"}, word{inventory.Partial, "token"}, 4},
		"throttling lasts":             {lists(awsfake.Throttle(0), 2), 0, word{inventory.Partial, "ListFunctions: TooManyRequestsException"}, word{inventory.Partial, "TooManyRequestsException"}, 2},
		"the server fails":             {lists(awsfake.ServerError(), 1), 0, word{inventory.Unavailable, "ListFunctions"}, word{inventory.Unavailable, "ListFunctions"}, 0},
		"a function has no name":       {lists(awsfake.Answer(200, `{"Functions":[{"Runtime":"go"}]}`), 1), 0, word{inventory.Malformed, "no name or no ARN"}, word{inventory.Malformed, ""}, 0},
		"the count is larger":          {awsfake.Fault{}, 7, word{inventory.Partial, "5 were listed where the vendor counts 7"}, word{inventory.Partial, "counts 7"}, 5},
		"the count is smaller":         {awsfake.Fault{}, 4, word{inventory.Partial, "5 were listed where the vendor counts 4"}, word{inventory.Partial, "counts 4"}, 5},
		"the count is not told":        {awsfake.Fault{Operation: "GetAccountSettings", Effect: awsfake.DenyMissing()}, 0, word{inventory.Partial, "GetAccountSettings: AccessDenied"}, word{inventory.Complete, ""}, 5},
		"the count has no number":      {awsfake.Fault{Operation: "GetAccountSettings", Effect: awsfake.Answer(200, `{}`)}, 0, word{inventory.Partial, "no AccountUsage"}, word{inventory.Complete, ""}, 5},
		"the count is wrong only once": {awsfake.Fault{Operation: "GetAccountSettings", Times: 1, Effect: awsfake.Answer(200, `{"AccountUsage":{"FunctionCount":9}}`)}, 0, word{inventory.Complete, ""}, word{inventory.Complete, ""}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			r := &awsfake.Region{Functions: many(5, layered)}
			if c.count > 0 {
				r.CountedFunctions = &c.count
			}
			w := world(r)
			w.PageSize = map[string]int{"ListFunctions": 2}
			serve(t, w).SetFaults(c.fault)
			got := scan(t, config(), found{})
			c.functions.check(t, got.words[inventory.CapFunctions])
			for _, capability := range perFunction {
				c.hanging.check(t, got.words[capability])
			}
			if len(got.assets) != c.assets {
				t.Errorf("%d functions were told, want %d", len(got.assets), c.assets)
			}
			for capability, w := range got.words {
				if c.assets == 0 && door(capability) && w.State.Whole() {
					t.Errorf("%s is %s, and no function is known", capability, w.State)
				}
				if w.State == inventory.Malformed && w.Mark != "" {
					t.Errorf("%s is malformed, and the next scan would go on from it", capability)
				}
			}
		})
	}
}

// TestCountedTwice: both are read again, once.
func TestCountedTwice(t *testing.T) {
	n := 9
	s := serve(t, world(&awsfake.Region{Functions: many(3), CountedFunctions: &n}))
	got := scan(t, config(), found{})
	if w := got.words[inventory.CapFunctions]; w.Expected != 9 || w.Seen != 3 {
		t.Errorf("expected %d, seen %d, want 9 and 3", w.Expected, w.Seen)
	}
	// Two lists, and one of the versions.
	if c := calls(s); c["GetAccountSettings"] != 2 || c["ListFunctions"] != 3 {
		t.Errorf("calls = %v", c)
	}
}

// TestCountedLate: where the count alone was wrong, the list is not read again.
func TestCountedLate(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(3)}))
	s.SetFaults(awsfake.Fault{Operation: "GetAccountSettings", Times: 1, Effect: awsfake.Answer(200, `{"AccountUsage":{"FunctionCount":9}}`)})
	scan(t, config(), found{})
	if c := calls(s); c["GetAccountSettings"] != 2 || c["ListFunctions"] != 2 {
		t.Errorf("calls = %v", c)
	}
}

// TestNone: a region without functions costs one call for them, and is whole.
func TestNone(t *testing.T) {
	s := serve(t, world(&awsfake.Region{}))
	got := scan(t, config(), found{})
	for c, w := range got.words {
		if w.State != inventory.Complete {
			t.Errorf("%s is %s: %s", c, w.State, w.Why)
		}
	}
	want := map[string]int{"GetAccountSettings": 1, "ListCapacityProviders": 1, "GetWebAccountSettings": 1}
	if diff := cmp.Diff(want, calls(s)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestDenied: each call that is denied makes its own cell so, and the part of
// each function unknown with that reason; nothing is taken for better.
func TestDenied(t *testing.T) {
	exposure := func(c inventory.Capability) func(inventory.Asset) (bool, inventory.Reason) {
		return func(a inventory.Asset) (bool, inventory.Reason) {
			f := a.Exposure[c]
			return f.IsUnknown(), f.Doubt()
		}
	}
	for operation, c := range map[string]struct {
		cell    inventory.Capability
		unknown func(inventory.Asset) (bool, inventory.Reason)
	}{
		"GetPolicy":              {inventory.CapPolicies, exposure(inventory.CapPolicies)},
		"ListFunctionUrlConfigs": {inventory.CapURLs, exposure(inventory.CapURLs)},
		"ListAliases": {inventory.CapAliases, func(a inventory.Asset) (bool, inventory.Reason) {
			return a.VersionAliases.IsUnknown(), a.VersionAliases.Doubt()
		}},
		"ListEventSourceMappings": {inventory.CapMappings, func(a inventory.Asset) (bool, inventory.Reason) {
			f := a.Triggers[inventory.CapMappings]
			return f.IsUnknown(), f.Doubt()
		}},
		"GetResources": {inventory.CapTags, func(a inventory.Asset) (bool, inventory.Reason) { return a.Labels.IsUnknown(), a.Labels.Doubt() }},
		"ListCodeSigningConfigs": {inventory.CapCodeSigning, func(a inventory.Asset) (bool, inventory.Reason) {
			return a.CodeSigning.IsUnknown(), a.CodeSigning.Doubt()
		}},
		"ListCapacityProviders": {inventory.CapCapacityProviders, nil},
		"GetWebAccountSettings": {inventory.CapWebFunctions, nil},
	} {
		t.Run(operation, func(t *testing.T) {
			s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", alias("live"), link("", "NONE", old()), policy("", public()))}}))
			s.SetFaults(awsfake.Fault{Operation: operation, Effect: awsfake.DenyMissing()})
			got := scan(t, config(), found{})
			word{inventory.Denied, operation + ": AccessDeniedException"}.check(t, got.words[c.cell])
			a := got.assets[arn("f")]
			if c.unknown == nil {
				return
			}
			if unknown, why := c.unknown(a); !unknown || why.Operation != operation || why.Code != "AccessDeniedException" {
				t.Errorf("the part is unknown: %t, because of %q", unknown, why)
			}
			if w := got.words[inventory.CapFunctions]; w.State != inventory.Complete {
				t.Errorf("the list is %s", w.State)
			}
		})
	}
}

// TestDeniedDeep: the calls of a full scan, each denied, make their cells so.
func TestDeniedDeep(t *testing.T) {
	for operation, c := range map[string]inventory.Capability{
		"GetFunctionConfiguration": inventory.CapConfiguration, "GetFunctionConcurrency": inventory.CapConfiguration,
		"ListFunctionEventInvokeConfigs": inventory.CapConfiguration, "GetResourcePolicy": inventory.CapPolicies,
	} {
		t.Run(operation, func(t *testing.T) {
			s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", alias("live"))}}))
			s.SetFaults(awsfake.Fault{Operation: operation, Effect: awsfake.DenyMissing()})
			got := scan(t, config(full), found{})
			word{inventory.Partial, operation + ": AccessDeniedException"}.check(t, got.words[c])
			if s := got.assets[arn("f")].Settings; s.IsUnknown() != (c == inventory.CapConfiguration && operation != "ListFunctionEventInvokeConfigs") ||
				s.IsUnknown() && (s.Doubt().Operation != operation || s.Doubt().Code != "AccessDeniedException") {
				t.Errorf("settings = %+v", s)
			}
			if d := got.assets[arn("f")].Destinations; operation == "ListFunctionEventInvokeConfigs" && (!d.IsUnknown() || d.Doubt().Operation != operation) {
				t.Errorf("destinations = %+v", d)
			}
		})
	}
	t.Run("policies of versions", func(t *testing.T) {
		s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", alias("live"))}}))
		s.SetFaults(awsfake.Fault{Operation: "GetPolicy", Qualifier: "1", Effect: awsfake.DenyMissing()})
		got := scan(t, config(full), found{})
		word{inventory.Partial, "GetPolicy: AccessDeniedException"}.check(t, got.words[inventory.CapPolicies])
		if p := got.assets[arn("f")].Exposure[inventory.CapVersionPolicies]; !p.IsUnknown() || p.Doubt().Code != "AccessDeniedException" {
			t.Errorf("policies of versions = %+v", p)
		}
	})
}

// TestCodeSigningDenied: what was known of code signing is stale once it cannot
// be listed, and what one configuration guards is known where another one cannot
// be asked.
func TestCodeSigningDenied(t *testing.T) {
	const csc = "arn:aws:lambda:eu-west-1:" + home + ":code-signing-config:csc-"
	guarded := func(n string) func(*awsfake.Function) {
		return func(f *awsfake.Function) { f.CodeSigningConfig = csc + n }
	}
	s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", guarded("1")), fn("g", guarded("2")), fn("h")},
		CodeSigningConfigs: []*awsfake.CodeSigningConfig{{ID: "csc-1"}, {ID: "csc-2"}}}))
	first := scan(t, config(), found{})
	then := config(func(c *live.Config) { c.Now = at().Add(pause) })
	for _, operation := range []string{"ListCodeSigningConfigs", "ListFunctionsByCodeSigningConfig"} {
		s.SetFaults(awsfake.Fault{Operation: operation, After: map[string]int{"ListFunctionsByCodeSigningConfig": 1}[operation], Effect: awsfake.DenyMissing()})
		second := scan(t, then, first)
		for name, want := range map[string]string{"f": csc + "1", "g": csc + "2", "h": ""} {
			known := operation == "ListFunctionsByCodeSigningConfig" && name == "f"
			now := second.assets[arn(name)].CodeSigning
			if now.IsUnknown() == known || !known && (now.Doubt().Operation != operation || now.Doubt().Code != "AccessDeniedException") {
				t.Errorf("%s denied: code signing of %s = %+v", operation, name, now)
			}
			both := inventory.Merge(first.assets[arn(name)], second.assets[arn(name)]).CodeSigning
			if value(t, both).Config != want || both.Stale() == known {
				t.Errorf("%s denied: after both scans, code signing of %s = %+v", operation, name, both)
			}
		}
	}
}

// TestVersionsUnknown: where the versions cannot be listed, neither they nor
// their policies are known.
func TestVersionsUnknown(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", alias("live"))}}))
	s.SetFaults(awsfake.Fault{Operation: "ListFunctions", After: 1, Effect: awsfake.DenyMissing()}) // the first is that of the functions
	got := scan(t, config(full), found{})
	word{inventory.Denied, "ListFunctions: AccessDeniedException"}.check(t, got.words[inventory.CapVersions])
	word{inventory.Complete, ""}.check(t, got.words[inventory.CapFunctions])
	a := got.assets[arn("f")]
	if p := a.Exposure[inventory.CapVersionPolicies]; !a.Versions.IsUnknown() || !p.IsUnknown() || p.Doubt().Code != "AccessDeniedException" {
		t.Errorf("versions = %+v, their policies = %+v", a.Versions, p)
	}
	word{inventory.Partial, "versions that could not be listed"}.check(t, got.words[inventory.CapPolicies])
}

// TestReachUnknown: where policies cannot be read, a URL's reach is unknown and
// says why, whatever its authorisation.
func TestReachUnknown(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", alias("live"), link("live", "AWS_IAM", old()))}}))
	s.SetFaults(awsfake.Fault{Operation: "GetPolicy", Effect: awsfake.DenyMissing()})
	a := scan(t, config(), found{}).assets[arn("f")]
	ways := value(t, a.Exposure[inventory.CapURLs]).Ways
	if len(ways) != 1 || ways[0].Reach != inventory.ReachUnknown || !strings.Contains(ways[0].Note, "GetPolicy: AccessDeniedException") || ways[0].Hostname == "" {
		t.Errorf("URLs = %+v", ways)
	}
	if r, sure := a.Reach(); r != inventory.ReachUnknown || sure {
		t.Errorf("reach = %s (sure: %t)", r, sure)
	}
}

// TestAliasesUnknown: where the aliases are not known, the policies are not
// either, but an alias that has a URL is, and is judged.
func TestAliasesUnknown(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", alias("live", "secret"), link("live", "NONE", old()), policy("live", public()))}}))
	s.SetFaults(awsfake.Fault{Operation: "ListAliases", Effect: awsfake.DenyMissing()})
	got := scan(t, config(), found{})
	a := got.assets[arn("f")]
	if ways := value(t, a.Exposure[inventory.CapURLs]).Ways; len(ways) != 1 || ways[0].Reach != inventory.ReachPublic {
		t.Errorf("URLs = %+v", ways)
	}
	if p := a.Exposure[inventory.CapPolicies]; !p.IsUnknown() || p.Doubt().Operation != "ListAliases" {
		t.Errorf("policies = %+v", p)
	}
	word{inventory.Denied, "aliases that could not be listed"}.check(t, got.words[inventory.CapPolicies])
}

// TestMalformedPolicy: a policy that cannot be read is unknown, never none.
func TestMalformedPolicy(t *testing.T) {
	f := fn("f", policy(""))
	f.Policies[""].Raw = `{"Statement":[{"Effect":"Perhaps","Principal":"*"}]}`
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{f, fn("g")}}))
	got := scan(t, config(), found{})
	word{inventory.Partial, "GetPolicy: parse policy"}.check(t, got.words[inventory.CapPolicies])
	if p := got.assets[arn("f")].Exposure[inventory.CapPolicies]; !p.IsUnknown() {
		t.Errorf("policies = %+v", p)
	}
	if p := got.assets[arn("g")].Exposure[inventory.CapPolicies]; !p.Current() {
		t.Errorf("policies of the other function = %+v", p)
	}
}

// TestNameless: what a listing tells of nothing that can be named makes it not
// whole.
func TestNameless(t *testing.T) {
	for operation, c := range map[string]struct {
		answer string
		cell   inventory.Capability
	}{
		"ListEventSourceMappings": {`{"EventSourceMappings":[{"UUID":"1"}]}`, inventory.CapMappings},
		"ListCapacityProviders":   {`{"CapacityProviders":[{"State":"Active"}]}`, inventory.CapCapacityProviders},
	} {
		s := serve(t, world(&awsfake.Region{Functions: many(1)}))
		s.SetFaults(awsfake.Fault{Operation: operation, Effect: awsfake.Answer(200, c.answer)})
		got := scan(t, config(), found{})
		word{inventory.Malformed, operation + ":"}.check(t, got.words[c.cell])
		if _, ok := got.assets[""]; ok || len(got.assets) != 1 {
			t.Errorf("%s: %d assets", operation, len(got.assets))
		}
	}
}

// TestSecondPages: a listing that ends early tells no function's part, but what
// came of tags.
func TestSecondPages(t *testing.T) {
	tagged := func(f *awsfake.Function) { f.Tags = map[string]string{"a": "b"} }
	w := world(&awsfake.Region{Functions: many(4, tagged), Mappings: []*awsfake.Mapping{
		{UUID: "1", FunctionArn: string(arn("f00")), State: "Enabled"}, {UUID: "2", FunctionArn: string(arn("f01")), State: "Enabled"}}})
	w.PageSize = map[string]int{"GetResources": 2, "ListEventSourceMappings": 1}
	serve(t, w).SetFaults(awsfake.Fault{Operation: "GetResources", Page: 2, Effect: awsfake.DenyMissing()},
		awsfake.Fault{Operation: "ListEventSourceMappings", Page: 2, Effect: awsfake.DenyMissing()})
	got := scan(t, config(), found{})
	word{inventory.Partial, "GetResources: AccessDenied"}.check(t, got.words[inventory.CapTags])
	word{inventory.Partial, "ListEventSourceMappings: AccessDenied"}.check(t, got.words[inventory.CapMappings])
	known := map[inventory.AssetID]bool{}
	for id, a := range got.assets {
		known[id] = !a.Labels.IsUnknown()
		if m := a.Triggers[inventory.CapMappings]; !m.IsUnknown() {
			t.Errorf("%s: triggers = %+v", id, m)
		}
	}
	want := map[inventory.AssetID]bool{arn("f00"): true, arn("f01"): true, arn("f02"): false, arn("f03"): false}
	if diff := cmp.Diff(want, known); diff != "" {
		t.Errorf("labels that are known (-want +got):\n%s", diff)
	}
}

// TestHopeless: what is refused twenty times in a row is not tried any more, and
// what throttles is not hammered; the rest is unknown for the same reason.
func TestHopeless(t *testing.T) {
	for name, c := range map[string]struct {
		effect awsfake.Effect
		most   int
		code   string
	}{
		"denied":    {awsfake.DenyMissing(), 20, "AccessDeniedException"},
		"throttled": {awsfake.Throttle(0), 3 * 2, "TooManyRequestsException"}, // two attempts each
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, world(&awsfake.Region{Functions: many(40)}))
			s.SetFaults(awsfake.Fault{Operation: "GetPolicy", Effect: c.effect})
			got := scan(t, config(), found{})
			if n := calls(s)["GetPolicy"]; n != c.most {
				t.Errorf("GetPolicy was called %d times, want %d", n, c.most)
			}
			if len(got.assets) != 40 {
				t.Errorf("%d functions were told", len(got.assets))
			}
			for id, a := range got.assets {
				if p := a.Exposure[inventory.CapPolicies]; !p.IsUnknown() || p.Doubt().Code != c.code {
					t.Errorf("%s: policies = %+v", id, p)
				}
				if u := a.Exposure[inventory.CapURLs]; !u.Current() {
					t.Errorf("%s: URLs = %+v", id, u)
				}
			}
			if w := got.words[inventory.CapPolicies]; w.State == inventory.Complete || w.Why.Code != c.code || !strings.Contains(w.Why.Message, "not tried") {
				t.Errorf("word = %+v", w)
			}
		})
	}
}

// TestOneOfMany: a function whose policy alone is denied does not spoil others.
func TestOneOfMany(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(30)}))
	s.SetFaults(awsfake.Fault{Operation: "GetPolicy", Resource: "f03", Effect: awsfake.DenyMissing()})
	got := scan(t, config(), found{})
	w := got.words[inventory.CapPolicies]
	if w.State != inventory.Partial || w.Seen != 29 {
		t.Errorf("word = %+v", w)
	}
	for id, a := range got.assets {
		if p := a.Exposure[inventory.CapPolicies]; p.IsUnknown() != (id == arn("f03")) {
			t.Errorf("%s: policies = %+v", id, p)
		}
	}
}

// TestGone: a function that went away between the list and the calls about it
// was not seen, and spoils nothing. One that is still listed is there, and what
// hangs on it is unknown.
func TestGone(t *testing.T) {
	t.Run("it went away", func(t *testing.T) {
		s := serve(t, world(&awsfake.Region{Functions: many(3)}))
		source := regionsOf(t, config())[0]
		var ids []inventory.AssetID
		words := map[inventory.Capability]inventory.Coverage{}
		err := source.Read(t.Context(), nothing, func(f inventory.Fact) error {
			switch f := f.(type) {
			case inventory.Asset:
				if ids = append(ids, f.ID); len(ids) == 1 {
					s.Change(func(w *awsfake.World) {
						r := w.Accounts[0].Places[place]
						r.Functions = slices.Delete(r.Functions, 1, 2)
					})
				}
			case inventory.Coverage:
				words[f.Cell.Capability] = f
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]inventory.AssetID{arn("f00"), arn("f02")}, ids); diff != "" {
			t.Errorf("functions (-want +got):\n%s", diff)
		}
		for c, w := range words {
			if w.Cell.Source == live.SourceLambda && w.State != inventory.Complete && !door(c) {
				t.Errorf("%s is %s: %s", c, w.State, w.Why)
			}
		}
		if w := words[inventory.CapFunctions]; w.Seen != 2 || w.Expected != 2 {
			t.Errorf("word = %+v", w)
		}
	})
	for _, operation := range []string{"ListAliases", "ListFunctionUrlConfigs"} {
		t.Run("it is still listed, says all but "+operation, func(t *testing.T) {
			s := serve(t, world(&awsfake.Region{Functions: many(3)}))
			s.SetFaults(awsfake.Fault{Operation: operation, Resource: "f01", Effect: awsfake.Missing()})
			got := scan(t, config(), found{})
			for _, c := range []inventory.Capability{inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies} {
				word{inventory.Partial, "f01 is listed, and yet"}.check(t, got.words[c])
			}
			a := got.assets[arn("f01")]
			if u, p := a.Exposure[inventory.CapURLs], a.Exposure[inventory.CapPolicies]; !u.IsUnknown() || !p.IsUnknown() || len(a.Sightings) != 1 {
				t.Errorf("asset = %+v", a)
			}
		})
	}
	t.Run("it cannot be listed again", func(t *testing.T) {
		s := serve(t, world(&awsfake.Region{Functions: many(3)}))
		s.SetFaults(awsfake.Fault{Operation: "ListAliases", Resource: "f01", Effect: awsfake.Missing()},
			awsfake.Fault{Operation: "ListFunctions", After: 2, Effect: awsfake.DenyMissing()}) // the list, and that of the versions
		got := scan(t, config(), found{})
		if len(got.assets) != 3 || got.words[inventory.CapAliases].State != inventory.Partial {
			t.Errorf("%d functions, aliases %+v", len(got.assets), got.words[inventory.CapAliases])
		}
	})
}

// TestExpired: credentials that end in the middle end all later calls, and no
// cell is whole of what was not read by then.
func TestExpired(t *testing.T) {
	s := serve(t, world(&awsfake.Region{Functions: many(10)}))
	s.SetFaults(awsfake.Fault{Operation: "GetPolicy", After: 4, Effect: awsfake.Expire()})
	got := scan(t, config(), found{})
	if n := calls(s)["GetPolicy"]; n != 5 {
		t.Errorf("GetPolicy was called %d times, want 5", n)
	}
	for _, c := range []inventory.Capability{inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies, inventory.CapWebFunctions, inventory.CapCapacityProviders} {
		if w := got.words[c]; w.State.Whole() || !strings.Contains(w.Why.String(), "credentials ended") {
			t.Errorf("%s is %s: %s", c, w.State, w.Why)
		}
	}
	if len(got.assets) != 10 {
		t.Errorf("%d functions were told, want all 10", len(got.assets))
	}
}

// TestCancelled: a reading that is ended in the middle says so by its error, and
// vouches for nothing.
func TestCancelled(t *testing.T) {
	serve(t, world(&awsfake.Region{Functions: many(10)}))
	source := regionsOf(t, config())[0]
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var emit providers.Emit = func(f inventory.Fact) error {
		if _, ok := f.(inventory.Coverage); ok {
			t.Errorf("it speaks of %+v", f)
		}
		cancel()
		return nil
	}
	if err := source.Read(ctx, nothing, emit); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

// door reports whether a capability is read by the package of doors.
func door(c inventory.Capability) bool {
	return slices.Contains([]inventory.Capability{inventory.CapEventRules, inventory.CapSchedules, inventory.CapAPIGateway, inventory.CapBucketNotifications,
		inventory.CapTopics, inventory.CapLogSubscriptions, inventory.CapLoadBalancers}, c)
}
