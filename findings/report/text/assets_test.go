package text_test

import (
	"strings"
	"testing"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/text"
)

// TestOneReasonIsToldOnce: assets that one ended approval leaves behind are
// one entry; an asset with a reason of its own stands by itself.
func TestOneReasonIsToldOnce(t *testing.T) {
	ended := []string{"approved by ana@example.com, which ended on 2026-09-01"}
	d := &report.Document{Assets: []report.Asset{
		{ID: "a", Standing: "expired", Reach: "private", Owner: "data", Reasons: ended, Findings: []string{"1"}},
		{ID: "b", Standing: "expired", Reach: "private", Owner: "data", Reasons: ended, Findings: []string{"2"}},
		{ID: "c", Standing: "expired", Reach: "private", Owner: "data", Reasons: []string{"another"}, Findings: []string{"3"}},
	}}
	d.Summary.Assets.Total = 3
	got := render(t, d, text.Options{})
	want := `assets that need a person: 3 of 3
  expired, reach private, owner data, findings: 1 each
    a
    b
    approved by ana@example.com, which ended on 2026-09-01
  expired, reach private, owner data, findings: 1
    c
    another
`
	if !strings.Contains(got, want) {
		t.Errorf("want:\n%s\ngot:\n%s", want, got)
	}
}
