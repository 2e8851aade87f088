package text_test

import (
	"strings"
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/text"
	"github.com/estray/estray/inventory"
)

// holes is a report with two cells that were refused in one place, and the
// findings that coverage makes of them.
func holes(state string) *report.Document {
	d := &report.Document{}
	for _, c := range []struct{ id, capability, rules string }{{"aaaaaaaaaaaaaaaa", "aliases", "REC-08"}, {"bbbbbbbbbbbbbbbb", "policies", "AWS-17, REC-08"}} {
		d.Coverage = append(d.Coverage, report.Coverage{Source: "aws-lambda", Provider: "aws", Account: "111122223333", Region: "eu-west-1",
			Capability: c.capability, State: inventory.Denied.String(), Operation: "ListFunctions"})
		d.Findings = append(d.Findings, report.Finding{ID: c.id, Rule: findings.CoverageRule, Severity: "medium", State: "open", Coverage: true,
			Subject: "aws/111122223333/" + c.capability, Message: "aws/111122223333/" + c.capability + ": " + state + " in eu-west-1; cannot judge: " + c.rules})
	}
	d.Summary.Coverage.Incomplete = 2
	return d
}

func TestAHoleIsToldOnceWithWhatItCosts(t *testing.T) {
	got := render(t, holes("denied"), text.Options{})
	want := `  denied aliases, policies of aws/111122223333 in eu-west-1 by aws-lambda
    ListFunctions
    cannot judge: AWS-17, REC-08
    medium COV-01 (open): aaaaaaaaaa, bbbbbbbbbb
`
	if !strings.Contains(got, want) || strings.Contains(got, "could not be judged") {
		t.Errorf("want once:\n%s\ngot:\n%s", want, got)
	}
}

// The same hole in many accounts is one entry, with the findings of all.
func TestAHoleOfManyAccountsIsToldOnce(t *testing.T) {
	d := &report.Document{}
	for _, account := range []string{"111111111111", "222222222222", "333333333333", "444444444444", "555555555555", "666666666666"} {
		d.Coverage = append(d.Coverage, report.Coverage{Source: "aws-lambda", Provider: "aws", Account: account, Capability: "microvms",
			State: inventory.Unavailable.String(), Operation: "ListMicrovms"})
		d.Findings = append(d.Findings, report.Finding{ID: account + "aaaa", Rule: findings.CoverageRule, Severity: "medium", State: "open", Coverage: true,
			Subject: "aws/" + account + "/microvms", Message: "aws/" + account + "/microvms: unavailable"})
	}
	got := render(t, d, text.Options{Width: 120})
	want := `  unavailable microvms of aws/111111111111, aws/222222222222, aws/333333333333, aws/444444444444 and 2 more accounts
    (estray coverage --holes) by aws-lambda
    ListMicrovms
    medium COV-01 (open): 1111111111, 2222222222, 3333333333, 4444444444, 5555555555, 6666666666
`
	if !strings.Contains(got, want) {
		t.Errorf("want once:\n%s\ngot:\n%s", want, got)
	}
}

// A finding that fits no hole of the list must not vanish with it.
func TestAFindingWithoutItsHoleIsToldByItself(t *testing.T) {
	got := render(t, holes("throttled"), text.Options{})
	for _, want := range []string{"not accepted", "what else could not be judged:", "medium COV-01 aaaaaaaaaa", "medium COV-01 bbbbbbbbbb"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
