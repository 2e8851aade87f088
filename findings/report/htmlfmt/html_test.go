package htmlfmt_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"html"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/htmlfmt"
)

var update = flag.Bool("update", false, "write the golden files")

func render(t testing.TB, d *report.Document) string {
	t.Helper()
	var out bytes.Buffer
	if err := htmlfmt.Format().Write(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// text is what the page says, without its tags and with its white space folded.
func text(page string) string {
	page = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>`).ReplaceAllString(page, "")
	page = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(html.UnescapeString(page)), " ")
}

func TestFormatIsCalledHTML(t *testing.T) {
	if f := htmlfmt.Format(); f.Name != "html" || f.Write == nil || f.Files != nil {
		t.Errorf("got %+v, want html with one stream", f)
	}
}

func TestPageOfTheSampleIsTheGoldenOne(t *testing.T) {
	const golden = "testdata/sample.html"
	got := render(t, sample())
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("page differs from %s (-update writes it):\n%s", golden, diff)
	}
}

func TestSameDocumentSameBytes(t *testing.T) {
	for _, d := range []*report.Document{sample(), hostile()} {
		first := render(t, d)
		for range 5 {
			if render(t, d) != first {
				t.Fatal("two pages of one document differ")
			}
		}
	}
}

// TestPolicyAllowsTheInlineBlocksByHashAlone computes the hashes anew from the
// page: what stands between the tags, byte for byte.
func TestPolicyAllowsTheInlineBlocksByHashAlone(t *testing.T) {
	for name, d := range map[string]*report.Document{"sample": sample(), "hostile": hostile()} {
		page := render(t, d)
		meta := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`).FindStringSubmatch(page)
		if meta == nil {
			t.Fatalf("%s: no policy", name)
		}
		want := fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'",
			hashes(page, "style"), hashes(page, "script"))
		if got := html.UnescapeString(meta[1]); got != want {
			t.Errorf("%s: policy\n got %s\nwant %s", name, got, want)
		}
		if strings.Index(page, meta[0]) > strings.Index(page, "<style>") {
			t.Errorf("%s: policy comes after what it rules", name)
		}
	}
}

func hashes(page, tag string) string {
	var out []string
	for _, block := range regexp.MustCompile(`(?s)<`+tag+`\b[^>]*>(.*?)</`+tag+`>`).FindAllStringSubmatch(page, -1) {
		sum := sha256.Sum256([]byte(block[1]))
		out = append(out, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	return strings.Join(out, " ")
}

func TestPageAsksForNothingFromOutside(t *testing.T) {
	for name, d := range map[string]*report.Document{"sample": sample(), "hostile": hostile()} {
		page := render(t, d)
		if found := regexp.MustCompile(`(?i)https?://|@import|url\([^#]`).FindAllString(page, -1); found != nil {
			t.Errorf("%s: addresses %q", name, found)
		}
		for _, link := range regexp.MustCompile(`<[a-z]+[^>]*?\s(?:href|src|srcset|action|data|poster)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if !strings.HasPrefix(link[1], "#") && link[1] != "data:," {
				t.Errorf("%s: leads away: %s", name, link[0])
			}
		}
		// What the policy would refuse is not there at all. Values are emptied
		// first: a hostile one may look like an attribute.
		bare := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(page, `""`)
		if found := regexp.MustCompile(`<[^>]*\s(style|on[a-z]+)=`).FindAllString(bare, -1); found != nil {
			t.Errorf("%s: inline style or handler: %q", name, found)
		}
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	page := render(t, sample())
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids[m[1]]++
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q occurs %d times", id, n)
		}
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] == 0 {
			t.Errorf("link to %q leads nowhere", m[1])
		}
	}
}

func TestHostileTextsStayTexts(t *testing.T) {
	page := render(t, hostile())
	for tag, want := range map[string]int{"script": 1, "style": 1, "img": 0} {
		if got := len(regexp.MustCompile(`<`+tag+`[\s>]`).FindAllString(page, -1)); got != want {
			t.Errorf("<%s> occurs %d times, want %d", tag, got, want)
		}
	}
	if i := slices.IndexFunc([]rune(page), func(r rune) bool { return r == '\u202e' || r == '\u200b' || r == '\a' || r == 0 || r == '\u2028' }); i >= 0 {
		t.Errorf("a character that does not show is in the page at %d", i)
	}
	said := text(page)
	for _, want := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `evil\u{202E}gnp.exe`, `zero\u{200B}width`,
		`bell\u{0007}nul`, `line\u{2028}end`, `{{.Doc}}`, `&lt;b&gt;`, "שלום עולם", "\ufffdutf",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("page does not show %q", want)
		}
	}
}

func TestEverythingOfTheDocumentIsOnThePage(t *testing.T) {
	d := sample()
	said := text(render(t, d))
	var want []string
	for _, a := range d.Assets {
		want = append(want, a.ID, a.Name, a.Owner, a.Identity)
		want = append(want, a.Reasons...)
		for facet, why := range a.UnknownFacets {
			want = append(want, facet+" : "+why)
		}
	}
	for _, a := range d.Assets {
		want = append(want, a.Repository)
		for _, e := range a.Exposures {
			want = append(want, e.Address(), e.Guard)
		}
		if a.Deployment != nil {
			want = append(want, a.Deployment.Author, a.Deployment.Source, a.Deployment.Shares[0].Version)
		}
	}
	for _, p := range d.Principals {
		want = append(append(want, p.ID, p.Name, p.Kind), p.Unjudged...)
	}
	for _, f := range d.Findings {
		want = append(want, f.ID, f.Message, f.StateWhy, f.Remediation)
		want = append(want, f.Steps...)
		want = append(want, f.Attack...)
		for _, e := range f.Evidence {
			want = append(want, e.Summary, e.Ref)
		}
	}
	for _, c := range d.Coverage {
		want = append(want, c.State, c.Message, c.AcceptedWhy)
	}
	for _, r := range d.Rules {
		want = append(want, r.ID+" "+r.Title)
	}
	want = append(append(want, d.Notes...), d.ExitWhy, d.Run.ID)
	for _, w := range want {
		if !strings.Contains(said, w) {
			t.Errorf("page lacks %q", w)
		}
	}
}

func TestVerdictNeverSaysCleanOverAHole(t *testing.T) {
	for _, tc := range []struct {
		name       string
		code       int
		incomplete int
		want       string
	}{
		{"clean", 0, 0, "Nothing to fail on"},
		{"clean because holes are allowed", 0, 2, "Nothing to fail on, but coverage is incomplete"},
		{"failed", 1, 0, "The scan failed"},
		{"called wrongly", 2, 0, "The scan was called wrongly"},
		{"findings", 3, 0, "Open findings"},
		{"incomplete", 4, 2, "Coverage is incomplete"},
		{"a code of a later version", 9, 0, "Exit code 9"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := &report.Document{ExitCode: tc.code, Summary: report.Summary{Coverage: report.CoverageSummary{Incomplete: tc.incomplete}}}
			h1 := regexp.MustCompile(`<h1[^>]*>([^<]*)</h1>`).FindStringSubmatch(render(t, d))
			if h1 == nil || h1[1] != tc.want {
				t.Errorf("got %q, want %q", h1, tc.want)
			}
		})
	}
}

func TestEmptyReportSaysThatNothingWasRead(t *testing.T) {
	said := text(render(t, &report.Document{ExitCode: 4, ExitWhy: "nothing was read: no source is configured"}))
	for _, want := range []string{
		"nothing was read: no source is configured", "No asset was read. That says nothing about whether there are any",
		"Nothing was read: no source is configured. So nothing can be called clean.", "No deployment is known from events.",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("page lacks %q", want)
		}
	}
}

func TestHolesShowWhereNoFindingDoes(t *testing.T) {
	d := &report.Document{Coverage: []report.Coverage{{Source: "s", Provider: "aws", Account: "1", Capability: "events", State: "unavailable"}}}
	d.Summary = summary(d)
	said := text(render(t, d))
	for _, want := range []string{
		"No finding in what could be read. 1 of 1 cells were not read whole", "1 of 1 cells were not read whole , and nobody accepted that",
		"✕ unavailable", "the source gave no reason",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("page lacks %q", want)
		}
	}
}

var errDisk = errors.New("disk is full")

type fullDisk struct{ wrote int }

func (f *fullDisk) Write(p []byte) (int, error) { f.wrote += len(p); return 0, errDisk }

func TestFailedWriteIsToldWithItsCause(t *testing.T) {
	err := htmlfmt.Write(&fullDisk{}, sample())
	if !errors.Is(err, errDisk) || !strings.HasPrefix(err.Error(), "write HTML report: ") {
		t.Errorf("got %v", err)
	}
}

// TestWhoMayDeployIsToldWhereItIsKnown: without such a reading there is no section
// that would say that nobody may.
func TestWhoMayDeployIsToldWhereItIsKnown(t *testing.T) {
	d := sample()
	if said := text(render(t, d)); !strings.Contains(said, "Who may deploy") {
		t.Error("the page does not tell who may deploy")
	}
	if few := `<details open><summary>` + fmt.Sprint(len(d.Principals)) + ` principals`; !strings.Contains(string(render(t, d)), few) {
		t.Error("few principals are folded away")
	}
	for len(d.Principals) < 21 {
		d.Principals = append(d.Principals, d.Principals[0])
	}
	if !strings.Contains(string(render(t, d)), `<details><summary>21 principals`) {
		t.Error("many principals are not folded away")
	}
	d.Principals = nil
	if said := text(render(t, d)); strings.Contains(said, "Who may deploy") {
		t.Error("the page speaks of principals of which nothing is known")
	}
}

// TestZonesReadAlikeAreOneRow: an account may have hundreds of zones; one that was
// read otherwise stands by itself.
func TestZonesReadAlikeAreOneRow(t *testing.T) {
	d := sample()
	for i := range 40 {
		c := report.Coverage{Source: "cloudflare", Provider: "cloudflare", Account: edge, Region: fmt.Sprintf("zone%02d", i), Capability: "routes", State: "complete", Seen: 2}
		if i == 7 {
			c.State, c.Code, c.Seen = "denied", "10000", 0
		}
		d.Coverage = append(d.Coverage, c)
	}
	d.Coverage = append(d.Coverage, report.Coverage{Source: "cloudflare", Provider: "cloudflare", Account: edge, Capability: "workers", State: "complete"})
	said := text(render(t, d))
	for _, want := range []string{"39 zones", "zone zone07", edge + " the account"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(said, "zone08") {
		t.Error("a zone that was read like the others has a row of its own")
	}
}
