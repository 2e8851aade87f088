package findings_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

func TestSeverityWordsRoundTrip(t *testing.T) {
	for i, word := range findings.SeverityWords() {
		s, err := findings.ParseSeverity(word)
		if err != nil || s != findings.Severity(i) || s.String() != word {
			t.Errorf("%s: got %v (%s), %v", word, s, s, err)
		}
		b, err := json.Marshal(s)
		var back findings.Severity
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil || string(b) != `"`+word+`"` || back != s {
			t.Errorf("%s: JSON %s reads back as %s, %v", word, b, back, err)
		}
	}
	if _, err := findings.ParseSeverity("dire"); err == nil || !strings.Contains(err.Error(), `"dire", use one of info, low, medium, high, critical`) {
		t.Errorf("an unknown word gives %v; want the words that exist", err)
	}
	var s findings.Severity
	if err := json.Unmarshal([]byte(`"dire"`), &s); err == nil {
		t.Error("an unknown word in JSON is read")
	}
	if findings.Severity(99).String() != "critical" {
		t.Error("a severity out of range is not taken for the worst")
	}
}

// TestSeveritySteps: never above critical, never below low, and info stays.
func TestSeveritySteps(t *testing.T) {
	for _, test := range []struct{ from, up, down findings.Severity }{
		{findings.Info, findings.Low, findings.Info},
		{findings.Low, findings.Medium, findings.Low},
		{findings.Medium, findings.High, findings.Low},
		{findings.High, findings.Critical, findings.Medium},
		{findings.Critical, findings.Critical, findings.High},
	} {
		if got := test.from.Up(); got != test.up {
			t.Errorf("%s up is %s, want %s", test.from, got, test.up)
		}
		if got := test.from.Down(); got != test.down {
			t.Errorf("%s down is %s, want %s", test.from, got, test.down)
		}
	}
}

func TestEachStepIsTold(t *testing.T) {
	f := findings.Finding{Severity: findings.High}
	f.Raise("a")
	f.Lower("b")
	f.Set(findings.Low, "c")
	f.Set(findings.Low, "nothing to tell")
	want := []string{"high -> critical: a", "critical -> high: b", "high -> low: c"}
	if diff := cmp.Diff(want, f.Steps); diff != "" || f.Severity != findings.Low {
		t.Errorf("severity %s, steps (-want +got):\n%s", f.Severity, diff)
	}
}

// TestFingerprint: stable over what changes from run to run, and different
// for what is another finding.
func TestFingerprint(t *testing.T) {
	base := findings.Finding{Rule: "R-1", Asset: "arn:a", Discriminator: "x"}
	same := base
	same.Message, same.Severity, same.Event, same.State = "else", findings.Critical, "e", findings.Accepted
	same.Scope = inventory.Scope{Provider: inventory.AWS}
	if base.Fingerprint() != same.Fingerprint() || len(base.Fingerprint()) != 20 {
		t.Errorf("fingerprints %s and %s; want one of 20 characters", base.Fingerprint(), same.Fingerprint())
	}
	if want := "cc762f6dc0ca45a90455"; base.Fingerprint() != want {
		t.Errorf("fingerprint %s, want %s: ledgers of earlier versions hold it", base.Fingerprint(), want)
	}
	subject := findings.Finding{Rule: "R-1", Subject: "arn:a", Discriminator: "x"}
	if subject.Fingerprint() != base.Fingerprint() {
		t.Error("what a finding is about has one place in the fingerprint")
	}
	prints := map[string]findings.Finding{}
	for _, f := range []findings.Finding{base, {Rule: "R-2", Asset: "arn:a", Discriminator: "x"}, {Rule: "R-1", Asset: "arn:b", Discriminator: "x"},
		{Rule: "R-1", Asset: "arn:a", Discriminator: "y"}, {Rule: "R-1", Asset: "arn:ax"}, {Rule: "R-1a", Asset: "rn:a", Discriminator: "x"}} {
		if other, ok := prints[f.Fingerprint()]; ok {
			t.Errorf("%+v and %+v share a fingerprint", f, other)
		}
		prints[f.Fingerprint()] = f
	}
}

// TestGroupKey: findings over one act on one asset form a group.
func TestGroupKey(t *testing.T) {
	a := findings.Finding{Rule: "R-1", Asset: "arn:a", Event: "e1"}
	for _, test := range []struct {
		name string
		f    findings.Finding
		same bool
	}{
		{"another rule", findings.Finding{Rule: "R-2", Asset: "arn:a", Event: "e1"}, true},
		{"named as subject", findings.Finding{Subject: "arn:a", Event: "e1"}, true},
		{"another event", findings.Finding{Asset: "arn:a", Event: "e2"}, false},
		{"another asset", findings.Finding{Asset: "arn:b", Event: "e1"}, false},
		{"no event", findings.Finding{Asset: "arn:a"}, false},
	} {
		if got := test.f.GroupKey() == a.GroupKey(); got != test.same {
			t.Errorf("%s: in one group %t, want %t", test.name, got, test.same)
		}
	}
	if (findings.Finding{Asset: "arn:a"}).GroupKey() != "" {
		t.Error("a finding about no act has a group")
	}
}
