package findings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

func TestNewCarriesTheRulesWords(t *testing.T) {
	r := findings.Rule{ID: "R-1", Title: "Title", Severity: findings.High, Fix: "fix it", Attack: []string{"T1648"}}
	f := r.New(rulestest.Place())
	want := findings.Finding{Rule: "R-1", Title: "Title", Severity: findings.High, Remediation: "fix it", Attack: []string{"T1648"}, Scope: rulestest.Place()}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
	f.Attack[0] = "changed"
	if r.Attack[0] != "T1648" {
		t.Error("a finding shares memory with its rule")
	}
}

func TestConfigure(t *testing.T) {
	rules := []findings.Rule{{ID: "R-1", Severity: findings.High}, {ID: "R-2", Severity: findings.High}}
	got, err := findings.Configure(rules, []string{"R-1"}, map[string]string{"R-2": "low"})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].State != findings.Disabled || got[1].State != findings.Active || got[1].Severity != findings.Low || !got[1].Fixed || got[0].Fixed {
		t.Errorf("got %+v", got)
	}
	if rules[0].State != "" || rules[1].Severity != findings.High {
		t.Error("the table that was given is changed")
	}
	for _, test := range []struct {
		name     string
		disable  []string
		severity map[string]string
		want     string
	}{
		{"an unknown rule to disable", []string{"R-9"}, nil, `disable rule "R-9": there is no such rule, see: estray rules list`},
		{"an unknown rule to weigh", nil, map[string]string{"R-9": "low"}, `set the severity of rule "R-9": there is no such rule`},
		{"an unknown severity", nil, map[string]string{"R-1": "dire"}, `set the severity of rule R-1: read severity: unknown word "dire"`},
		{"of several mistakes always the same", nil, map[string]string{"R-8": "low", "R-7": "low"}, `"R-7"`},
	} {
		if _, err := findings.Configure(rules, test.disable, test.severity); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}

// finds is a rule that makes these findings, whatever the case.
func finds(id string, all ...findings.Finding) findings.Rule {
	r := findings.Rule{ID: id, Title: id, Severity: findings.High, Needs: []inventory.Capability{inventory.CapFunctions}}
	r.Check = func(*findings.Case) []findings.Finding {
		var out []findings.Finding
		for _, f := range all {
			f.Rule = id
			out = append(out, f)
		}
		return out
	}
	return r
}

// TestConfiguredSeverityReachesFindings: whatever the rule's own arithmetic,
// but never what says that something could not be judged.
func TestConfiguredSeverityReachesFindings(t *testing.T) {
	rules, err := findings.Configure([]findings.Rule{finds("R-1",
		findings.Finding{Subject: "a", Severity: findings.Critical}, findings.Finding{Subject: "b", Severity: findings.Medium, Coverage: true}),
		finds("R-2", findings.Finding{Subject: "a", Severity: findings.Critical})}, nil, map[string]string{"R-1": "low"})
	if err != nil {
		t.Fatal(err)
	}
	res := rulestest.World{Facts: rulestest.Whole()}.Evaluate(t, rules...)
	var got []string
	for _, f := range res.Findings {
		got = append(got, f.Rule+" "+f.Subject+" "+f.Severity.String()+" "+strings.Join(f.Steps, ";"))
	}
	want := []string{"R-1 a low critical -> low: the configuration sets it", "R-1 b medium ", "R-2 a critical "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
