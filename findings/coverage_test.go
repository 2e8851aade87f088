package findings_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// needy is a rule that is clean wherever it can see.
func needy(id string, needs ...inventory.Capability) findings.Rule {
	return findings.Rule{ID: id, Needs: needs, Check: func(*findings.Case) []findings.Finding { return nil }}
}

// reading is the reading of a cell of the account 1 in the region.
func reading(region string, capability inventory.Capability, state inventory.State, why string) inventory.Fact {
	scope := inventory.Scope{Provider: inventory.AWS, Account: "1", Region: region}
	return inventory.Coverage{Cell: inventory.Cell{Source: "aws", Scope: scope, Capability: capability}, State: state,
		Read: rulestest.Now(), Why: inventory.Reason{Message: why}}
}

func told(res findings.Result) []string {
	var out []string
	for _, f := range res.Findings {
		var why []string
		for _, e := range f.Evidence {
			why = append(why, e.Summary)
		}
		out = append(out, strings.TrimSuffix(fmt.Sprintf("%s | %s | %s %s | %s", f.Message, f.Discriminator, f.Severity, f.State, strings.Join(why, "; ")), " | "))
		if f.Rule != findings.CoverageRule || !f.Coverage || f.Title == "" || f.Remediation == "" {
			out = append(out, fmt.Sprintf("no coverage finding: %+v", f))
		}
	}
	return out
}

// TestCoverageFindings: one for each provider, account, capability and state,
// that lists the regions and the rules.
func TestCoverageFindings(t *testing.T) {
	functions, policies, events := inventory.CapFunctions, inventory.CapPolicies, inventory.CapEvents
	spots := func(region string) registry.Content {
		return registry.Content{BlindSpots: []registry.BlindSpot{{Provider: inventory.AWS, Region: region, Reason: "r", By: "ana@example.com",
			Expires: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}}}
	}
	two := []inventory.Fact{reading("a", policies, inventory.Denied, "no grant"), reading("b", policies, inventory.Denied, "no grant")}
	broken := rulestest.Log(rulestest.Ago(time.Hour), rulestest.Now(), inventory.Broken)
	broken.Cell.Scope = inventory.Scope{Provider: inventory.AWS, Account: "1", Region: "a"}
	for _, test := range []struct {
		name     string
		facts    []inventory.Fact
		registry registry.Content
		rules    []findings.Rule
		want     []string
	}{
		{"nothing is missing", []inventory.Fact{reading("a", functions, inventory.Complete, "")}, registry.Content{}, []findings.Rule{needy("R-1", functions)}, nil},
		{"the service is not in use", []inventory.Fact{reading("a", functions, inventory.Disabled, "")}, registry.Content{}, []findings.Rule{needy("R-1", functions)}, nil},
		{"two regions and two rules in one finding", two, registry.Content{}, []findings.Rule{needy("R-2", policies), needy("R-1", policies)},
			[]string{"aws/1/policies: denied in a, b; cannot judge: R-1, R-2 | denied | medium  | no grant"}},
		{"another state is another finding", []inventory.Fact{reading("a", policies, inventory.Denied, "x"), reading("b", policies, inventory.Throttled, "y")}, registry.Content{},
			[]findings.Rule{needy("R-1", policies)}, []string{"aws/1/policies: denied in a; cannot judge: R-1 | denied | medium  | x", "aws/1/policies: throttled in b; cannot judge: R-1 | throttled | medium  | y"}},
		{"a hole that silences no rule", two, registry.Content{}, nil, []string{"aws/1/policies: denied in a, b | denied | medium  | no grant"}},
		{"planned and never read", []inventory.Fact{reading("a", policies, inventory.Pending, "")}, registry.Content{}, []findings.Rule{needy("R-1", policies)},
			[]string{"aws/1/policies: pending in a; cannot judge: R-1 | pending | medium "}},
		{"nobody was asked to read it: said once, at info", []inventory.Fact{reading("a", functions, inventory.Complete, ""), reading("b", functions, inventory.Complete, "")}, registry.Content{},
			[]findings.Rule{needy("R-1", policies)}, []string{"aws/policies: not asked for; cannot judge: R-1 | not asked for | info  | no source was asked to read it"}},
		{"accepted everywhere", two, spots(""), []findings.Rule{needy("R-1", policies)},
			[]string{"aws/1/policies: denied in a, b; cannot judge: R-1 | denied (accepted) | medium accepted | no grant"}},
		{"accepted in one region only", two, spots("a"), []findings.Rule{needy("R-1", policies)},
			[]string{"aws/1/policies: denied in b; cannot judge: R-1 | denied | medium  | no grant", "aws/1/policies: denied in a; cannot judge: R-1 | denied (accepted) | medium accepted | no grant"}},
		{"a log that was read whole and has a gap", []inventory.Fact{broken}, registry.Content{}, []findings.Rule{needy("R-1", events)},
			[]string{"aws/1/events: continuity broken in a | continuity broken | medium "}},
		{"rules of another provider are not silenced", two, registry.Content{}, []findings.Rule{func() findings.Rule { r := needy("R-1", policies); r.Provider = inventory.Google; return r }()},
			[]string{"aws/1/policies: denied in a, b | denied | medium  | no grant"}},
		{"nothing was read at all", nil, registry.Content{}, []findings.Rule{needy("R-1", functions)},
			[]string{"all/functions: not asked for; cannot judge: R-1 | not asked for | info  | no source was asked to read it"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := rulestest.World{Facts: test.facts, Registry: test.registry}.Evaluate(t, test.rules...)
			if diff := cmp.Diff(test.want, told(res)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			prints := map[string]bool{}
			for _, f := range res.Findings {
				if prints[f.Fingerprint()] {
					t.Errorf("two findings share the fingerprint of %s", f.Message)
				}
				prints[f.Fingerprint()] = true
			}
		})
	}
}

// TestShortWindow: what a log does not reach far enough for is told by
// account and region, at info: no reading failed.
func TestShortWindow(t *testing.T) {
	r := finds("R-1", findings.Finding{Subject: "s", Scope: rulestest.Place(), Over: inventory.Window{From: rulestest.Ago(time.Hour), To: rulestest.Now()}})
	res := rulestest.World{Facts: []inventory.Fact{rulestest.Reading(inventory.CapFunctions, rulestest.Now())}}.Evaluate(t, r)
	want := []string{"aws/111122223333/events: window too short in eu-west-1; cannot judge: R-1 | window too short | info  | " +
		"the log does not cover, without a gap, the stretch that R-1 would conclude from"}
	if diff := cmp.Diff(want, told(res)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestBlindSpotSaysWhoAndUntilWhen(t *testing.T) {
	cell := rulestest.Reading(inventory.CapURLs, rulestest.Now()).Cell
	spot := registry.BlindSpot{Provider: inventory.AWS, Reason: "maintenance", By: "ana@example.com", Expires: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	c := rulestest.World{Registry: registry.Content{BlindSpots: []registry.BlindSpot{spot}}}.Case(t)
	if got, want := c.BlindSpot(cell), "blind spot accepted by ana@example.com until 2026-11-30: maintenance"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (&findings.Case{}).BlindSpot(cell); got != "" {
		t.Errorf("a case without registry accepts %q", got)
	}
}
