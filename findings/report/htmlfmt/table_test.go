package htmlfmt_test

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/htmlfmt"
)

// large is a report of n assets, each with a finding; the last is the worst.
func large(n int) *report.Document {
	d := &report.Document{Schema: report.Schema, Run: report.Run{ID: "large", Now: now()}, ExitCode: 3}
	for i := range n {
		a := lambda(prod, "eu-west-1", fmt.Sprintf("function-%05d", i), []string{"approved", "owned", "drifted"}[i%3], "team", "a reason")
		f := finding(i, "REC-03", "low", a.ID, "message of "+a.Name)
		if i == n-1 {
			a.Standing, f.Severity = "unmanaged", "critical"
		}
		a.Findings = []string{f.ID}
		d.Assets, d.Findings = append(d.Assets, a), append(d.Findings, f)
	}
	d.Summary = summary(d)
	return d
}

func TestLargeReportHoldsAllAndSaysWhatIsInBrief(t *testing.T) {
	const n = 5000
	page := render(t, large(n))
	said := text(page)
	for _, want := range []string{
		"The 2,000 assets that most need a person are shown in full. The other 3,000 (1,333 owned, 1,667 approved) follow in brief",
		"The first 1,000 of 5,000 rows, the most severe first", "4,000 more, in brief: their evidence is in the JSON and CSV reports",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("page lacks %q", want)
		}
	}
	for i := range n {
		if name := fmt.Sprintf("function-%05d", i); strings.Count(page, name) < 2 {
			t.Fatalf("%s is not both among the assets and the findings", name)
		}
	}
	for table, want := range map[string]string{"assets-table": "function-04999", "findings-table": "message of function-04999"} {
		body := page[strings.Index(page, `id="`+table+`"`):]
		if first := body[strings.Index(body, "<tbody"):strings.Index(body, "</tbody>")]; !strings.Contains(first, want) {
			t.Errorf("first row of %s is not the worst", table)
		}
	}
}

func BenchmarkWriteOfTwentyThousandAssets(b *testing.B) {
	d := large(20000)
	for b.Loop() {
		if err := htmlfmt.Write(io.Discard, d); err != nil {
			b.Fatal(err)
		}
	}
}

// TestNoFindingIsLostInGroups holds whatever leaders and members a document
// names, even where they name each other or nobody.
func TestNoFindingIsLostInGroups(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(rt, "findings")
		d := &report.Document{}
		id := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("id-%d-", rapid.IntRange(0, n).Draw(t, "id")) })
		for i := range n {
			d.Findings = append(d.Findings, report.Finding{
				ID: fmt.Sprintf("id-%d-", i), Severity: "high", State: rapid.SampledFrom([]string{"open", "resolved"}).Draw(rt, "state"),
				Group: "g", Leads: rapid.Bool().Draw(rt, "leads"), Coverage: rapid.Bool().Draw(rt, "coverage"),
				Members: rapid.SliceOfN(id, 0, 3).Draw(rt, "members"),
			})
		}
		page := render(t, d)
		for _, f := range d.Findings {
			if !strings.Contains(page, "<code>"+f.ID+"</code>") {
				rt.Fatalf("finding %s is not on the page", f.ID)
			}
		}
	})
}

// cells is the text of each cell of the rows of a table, by row.
func cells(page, class string) [][]string {
	start := strings.Index(page, `<table class="`+class+`"`)
	table := page[start : start+strings.Index(page[start:], "</table>")]
	var out [][]string
	for _, row := range regexp.MustCompile(`(?s)<tr.*?</tr>`).FindAllString(table, -1) {
		var line []string
		for _, c := range regexp.MustCompile(`(?s)<t[hd].*?</t[hd]>`).FindAllString(row, -1) {
			line = append(line, text(c))
		}
		out = append(out, line)
	}
	return out
}

func TestMatrixNamesEveryStateByWordAndMark(t *testing.T) {
	want := [][]string{
		{"Provider / account / region", "events", "functions", "log-groups", "policies", "roles", "urls"},
		{"aws 111122223333 ap-southeast-2", "✓ complete", "✓ complete", "✓ complete", "✕ denied 0 of 3 read", "✓ complete", "✕ denied 0 of 3 read"},
		{"aws 111122223333 eu-west-1", "✓ complete cloudtrail ○ pending lake", "✓ complete", "✓ complete", "✓ complete", "✓ complete", "✓ complete"},
		{"aws 111122223333 us-east-1", "✓ complete", "✓ complete", "✓ complete", "✓ complete", "✕ throttled 1 of 3 read", "✓ complete"},
		{"aws 444455556666 eu-west-1", "≠ complete, log broken", "✓ complete", "✕ denied accepted 0 of 3 read", "✓ complete", "✓ complete", "✓ complete"},
		{"aws 444455556666 us-east-1", "◐ partial 28 of 30 read", "✓ complete", "✓ complete", "✓ complete", "○ cancelled 0 of 3 read", "∅ disabled"},
		{"cloudflare 9a7806061c88ada191ed06f989cc3dac the account", "▲ malformed 411 of 412 read", "✓ complete", "· not planned", "· not planned", "· not planned", "· not planned"},
	}
	if diff := cmp.Diff(want, cells(render(t, sample()), "matrix")); diff != "" {
		t.Errorf("matrix (-want +got):\n%s", diff)
	}
}

func TestHolesJoinRegionsOfOneReasonOnly(t *testing.T) {
	hole := func(region, message string, accepted bool) report.Coverage {
		return report.Coverage{Source: "s", Provider: "aws", Account: "1", Region: region, Capability: "urls", State: "denied", Expected: 2, Message: message, Accepted: accepted}
	}
	d := &report.Document{Coverage: []report.Coverage{
		hole("a", "one", true), hole("b", "one", false), hole("c", "two", false), hole("d", "one", false),
	}}
	want := [][]string{
		{"State", "Capability", "Where", "Regions", "Source", "Reason"},
		{"✕ denied 0 of 4 read", "urls", "aws / 1", "b, d", "s", "one"},
		{"✕ denied 0 of 2 read", "urls", "aws / 1", "c", "s", "two"},
		{"✕ denied accepted 0 of 2 read", "urls", "aws / 1", "a", "s", "one"},
	}
	if diff := cmp.Diff(want, cells(render(t, d), "rows holes")); diff != "" {
		t.Errorf("holes (-want +got):\n%s", diff)
	}
}

func TestHolesJoinCapabilitiesOfTheSameRegionsOnly(t *testing.T) {
	hole := func(region, capability string) report.Coverage {
		return report.Coverage{Source: "s", Provider: "aws", Account: "1", Region: region, Capability: capability, State: "denied", Message: "one"}
	}
	d := &report.Document{Coverage: []report.Coverage{hole("a", "tags"), hole("a", "urls"), hole("b", "tags"), hole("b", "urls"), hole("b", "layers")}}
	want := [][]string{
		{"State", "Capability", "Where", "Regions", "Source", "Reason"},
		{"✕ denied", "tags, urls", "aws / 1", "a, b", "s", "one"},
		{"✕ denied", "layers", "aws / 1", "b", "s", "one"},
	}
	if diff := cmp.Diff(want, cells(render(t, d), "rows holes")); diff != "" {
		t.Errorf("holes (-want +got):\n%s", diff)
	}
}

func TestStandingTableCountsWhatTheBarsShow(t *testing.T) {
	page := render(t, sample())
	want := [][]string{
		{"Provider", "Share", "Assets", "unmanaged", "unknown", "expired", "drifted", "owned", "approved"},
		{"aws", "aws: 3 unmanaged, 2 unknown, 1 expired, 1 drifted, 1 owned, 1 approved unmanaged: 3 of 9 unknown: 2 of 9 expired: 1 of 9 drifted: 1 of 9 owned: 1 of 9 approved: 1 of 9", "9", "3", "2", "1", "1", "1", "1"},
		{"cloudflare", "cloudflare: 1 drifted, 1 owned, 1 approved drifted: 1 of 3 owned: 1 of 3 approved: 1 of 3", "3", "0", "0", "0", "1", "1", "1"},
		{"All", "", "12", "3", "2", "1", "2", "2", "2"},
	}
	if diff := cmp.Diff(want, cells(page, "standing")); diff != "" {
		t.Errorf("standing (-want +got):\n%s", diff)
	}
	// A third of the bar, and a part too small to draw is drawn all the same.
	if !strings.Contains(page, `<rect class="s-drifted" x="0.00" width="333.33" height="10"/>`) {
		t.Error("bar of cloudflare does not begin with a third drifted")
	}
	d := &report.Document{Summary: report.Summary{Assets: report.AssetSummary{
		Total: 10001, ByProvider: map[string]int{"aws": 10001}, ProviderStanding: map[string]map[string]int{"aws": {"unmanaged": 1, "approved": 10000}},
	}}}
	if !strings.Contains(render(t, d), `<rect class="s-unmanaged" x="0.00" width="5.96" height="10"/>`) {
		t.Error("one of 10,001 assets cannot be seen")
	}
}

func TestDeploymentsKeepEmptyDaysAndAllNumbers(t *testing.T) {
	d := &report.Document{Deployments: []report.Deployments{
		{Day: "2026-02-27", Provider: "aws", Count: 4}, {Day: "2026-02-27", Provider: "aws", Count: 2},
		{Day: "2026-03-01", Provider: "aws", Count: 3}, {Day: "2026-03-01", Provider: "", Count: 1200},
	}}
	page := render(t, d)
	want := [][]string{
		{"Day", "no provider", "aws", "All"},
		{"2026-02-27", "0", "6", "6"}, {"2026-02-28", "0", "0", "0"}, {"2026-03-01", "1,200", "3", "1,203"},
	}
	if diff := cmp.Diff(want, cells(page, "plain")); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	for _, w := range []string{"2026-02-28: no deployment", "2026-02-27: aws 6", "at most 1,203 on one day"} {
		if !strings.Contains(text(page), w) {
			t.Errorf("picture lacks %q", w)
		}
	}
}

func TestDeploymentsOfYearsShowTheLastDaysAndSayIt(t *testing.T) {
	for _, tc := range []struct {
		name, first, last, want string
		rows                    int
	}{
		{"two years", "2025-01-01", "2026-12-31", "The picture shows the last 184 of 730 days.", 731},
		{"half a year", "2026-01-01", "2026-06-30", "", 182},
		{"a wild date does not fill the page", "0001-01-01", "9999-12-31", "", 3},
		{"a day that is none is kept", "soon", "soon", "", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			page := render(t, &report.Document{Deployments: []report.Deployments{
				{Day: tc.first, Provider: "aws", Count: 1}, {Day: tc.last, Provider: "aws", Count: 1},
			}})
			if got := regexp.MustCompile(`The picture shows[^<]*`).FindString(page); strings.TrimSpace(got) != tc.want {
				t.Errorf("says %q, want %q", got, tc.want)
			}
			if got := len(cells(page, "plain")); got != tc.rows {
				t.Errorf("%d rows, want %d", got, tc.rows)
			}
		})
	}
}
