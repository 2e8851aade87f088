package text_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/reporttest"
	"github.com/estray/estray/findings/report/text"
	"github.com/estray/estray/inventory"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t testing.TB, d *report.Document, o text.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := text.Format(o).Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	rich, empty := reporttest.Document(t), report.Build(reporttest.Empty())
	clean := reporttest.Input(t)
	clean.Findings, clean.Silences, clean.Notes = nil, nil, nil
	clean.Case.View = inventory.NewView(reporttest.Now(), clean.Case.View.Assets[:1], clean.Case.View.Coverage[:2])
	for _, tc := range []struct {
		file string
		d    *report.Document
		o    text.Options
	}{
		{"rich-80.txt", rich, text.Options{}},
		{"rich-120.txt", rich, text.Options{Width: 120}},
		{"rich-colour.txt", rich, text.Options{Width: 80, Color: true}},
		{"empty.txt", empty, text.Options{}},
		{"clean.txt", report.Build(clean), text.Options{}},
	} {
		t.Run(tc.file, func(t *testing.T) {
			path := filepath.Join("testdata", tc.file)
			got := render(t, tc.d, tc.o)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

var sequence = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColourChangesNoWord(t *testing.T) {
	d := reporttest.Document(t)
	colour := render(t, d, text.Options{Color: true})
	if !sequence.MatchString(colour) {
		t.Fatal("nothing is coloured")
	}
	if diff := cmp.Diff(render(t, d, text.Options{}), sequence.ReplaceAllString(colour, "")); diff != "" {
		t.Errorf("(-without +with):\n%s", diff)
	}
}

func TestWidth(t *testing.T) {
	d := reporttest.Document(t)
	for _, tc := range []struct {
		name       string
		width, max int
	}{
		{"0 is 80", 0, 80}, {"as asked for", 100, 100}, {"120 at most", 400, 120}, {"40 at least", 5, 40}, {"never below nothing", -1, 40},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(render(t, d, text.Options{Width: tc.max}), render(t, d, text.Options{Width: tc.width})); diff != "" {
				t.Errorf("not %d columns (-want +got):\n%s", tc.max, diff)
			}
		})
	}
}

// hostileText is what strangers may write.
func hostileText() *rapid.Generator[string] {
	parts := rapid.SampledFrom([]string{"a", "word ", "決済", " ", "\n", "\r", "\t", "\x1b[31m", "\x07", "\u202e", "\u2066", "\u200b", "\u2028", "\xff", "\u0301", "exit code 0",
		strings.Repeat("long", 30)})
	return rapid.OneOf(rapid.String(), rapid.Custom(func(r *rapid.T) string { return strings.Join(rapid.SliceOf(parts).Draw(r, "parts"), "") }))
}

// spoiled is the sample with one foreign text in every place for such.
func spoiled(t testing.TB, s string) *report.Document {
	d := reporttest.Document(t)
	for i := range d.Findings {
		f := &d.Findings[i]
		f.Message, f.Title, f.StateWhy, f.Remediation, f.Steps = s, s, s, s, []string{s}
		f.Asset, f.Subject, f.Evidence = f.Asset+s, f.Subject+s, []report.Evidence{{Kind: s, Ref: s, Summary: s}}
	}
	for i := range d.Assets {
		a := &d.Assets[i]
		a.ID, a.Owner, a.Reasons, a.UnknownFacets = a.ID+s, s, []string{s}, map[string]string{s: s}
	}
	for i := range d.Coverage {
		c := &d.Coverage[i]
		c.Source, c.Account, c.Region, c.Operation, c.Code, c.Message, c.AcceptedWhy = s, s, s, s, s, s, s
	}
	d.NotAsked = []report.NotAsked{{Provider: s, Capability: s, Rules: []string{s}}}
	d.Notes, d.ExitWhy, d.Run.ID, d.Tool.Version = []string{s}, d.ExitWhy+s, s, s
	return d
}

func TestForeignTextCannotActOnTheTerminal(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		out := render(t, spoiled(t, hostileText().Draw(r, "text")), text.Options{Width: rapid.IntRange(0, 130).Draw(r, "width")})
		for i, c := range out {
			if c != '\n' && !unicode.IsPrint(c) || c == unicode.ReplacementChar && !strings.HasPrefix(out[i:], "\ufffd") {
				r.Fatalf("U+%04X at %d: %q", c, i, out[max(0, i-20):min(len(out), i+20)])
			}
		}
	})
}

func TestForeignTextCannotFakeALine(t *testing.T) {
	want := len(strings.Split(render(t, spoiled(t, "x"), text.Options{Width: 120}), "\n"))
	got := render(t, spoiled(t, "x\nx\r\nx"), text.Options{Width: 120})
	for _, line := range strings.Split(got, "\n") {
		if strings.HasPrefix(line, "x") {
			t.Errorf("a line of a stranger's: %q", line)
		}
	}
	if n := len(strings.Split(got, "\n")); n < want {
		t.Errorf("%d lines, want at least %d", n, want)
	}
}

func TestLinesKeepToTheWidth(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		width := rapid.IntRange(40, 120).Draw(r, "width")
		out := render(t, spoiled(t, rapid.StringOf(rapid.SampledFrom([]rune("abc de fgh ijkl"))).Draw(r, "text")), text.Options{Width: width})
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		for _, line := range lines[:len(lines)-1] { // the last is the verdict, unbroken
			tooLong := len([]rune(line)) > width
			if tooLong && len(strings.Fields(line)) > 1 && !inTable(line) {
				r.Fatalf("%d columns, width %d: %q", len([]rune(line)), width, line)
			}
		}
	})
}

// inTable: the table of counts has fixed columns, made for 80.
func inTable(line string) bool {
	return regexp.MustCompile(`^  \w+( +(\d+|[a-z]+)){7}$`).MatchString(line)
}

func TestTheTableFits80(t *testing.T) {
	for _, line := range strings.Split(render(t, reporttest.Document(t), text.Options{}), "\n") {
		if inTable(line) && len(line) > 80 {
			t.Errorf("%d columns: %q", len(line), line)
		}
	}
}

func TestLongIDsStandWhole(t *testing.T) {
	d := reporttest.Document(t)
	out := render(t, d, text.Options{Width: 40})
	for _, a := range d.Assets {
		needs := a.Presence != "gone" && a.Standing != "approved" && a.Standing != "owned"
		if found := slices.Contains(strings.Split(out, "\n"), "    "+a.ID); found != needs {
			t.Errorf("%s: line of its own %t, want %t", a.ID, found, needs)
		}
	}
}

func TestFirstAndLastLineAreTheVerdict(t *testing.T) {
	for name, d := range map[string]*report.Document{"rich": reporttest.Document(t), "empty": report.Build(reporttest.Empty())} {
		lines := strings.Split(strings.TrimSuffix(render(t, d, text.Options{Width: 120}), "\n"), "\n")
		want := fmt.Sprintf("exit code %d: %s", d.ExitCode, d.ExitWhy)
		if lines[len(lines)-1] != want || !strings.HasPrefix(strings.Join(lines[:2], " ")+" ", want) && lines[0] != want {
			t.Errorf("%s: first %q, last %q, want %q", name, lines[0], lines[len(lines)-1], want)
		}
	}
}

func TestFailedWriteIsReported(t *testing.T) {
	if err := text.Format(text.Options{}).Write(full{}, reporttest.Document(t)); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

var errFull = errors.New("disk is full")

// full is a file on a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// numbered makes n open findings and as many assets and cells with holes.
func numbered(n int) *report.Document {
	d := &report.Document{ExitWhy: "because"}
	for i := range n {
		id := fmt.Sprintf("%020x", i*7919)
		d.Findings = append(d.Findings,
			report.Finding{ID: id, Rule: "A-1", Severity: "high", State: string(findings.Open), Asset: id, Message: "m"},
			report.Finding{ID: "b" + id[1:], Rule: "A-2", Severity: "high", State: string(findings.Accepted), Subject: id, StateWhy: "w"},
			report.Finding{ID: "c" + id[1:], Rule: "COV-01", Severity: "medium", State: string(findings.Open), Coverage: true, Message: "blind " + id})
		d.Assets = append(d.Assets, report.Asset{ID: "asset-" + id, Standing: "unmanaged", Presence: "present", Reach: "public"})
		d.Coverage = append(d.Coverage, report.Coverage{Source: "s", Account: id, Capability: "functions", State: "denied", Message: "in " + id})
		d.NotAsked = append(d.NotAsked, report.NotAsked{Capability: "cap-" + id, Rules: []string{"A-1"}})
	}
	d.Summary.Assets.Total = n
	return d
}

func TestCutListsSayHowManyMoreAndWhere(t *testing.T) {
	got := strings.Join(strings.Fields(render(t, numbered(100), text.Options{Width: 120})), " ")
	for _, want := range []string{
		"and 85 more acts or assets with findings, see them all with: estray findings list",
		"and 90 more not open, see them all with: estray findings list --which all",
		"and 80 more assets that need a person, see them all with: estray inventory list",
		"and 75 more holes, see them all with: estray coverage --holes",
		"and 75 more coverage findings, see them all with: estray findings list --which all",
		"and 75 more not asked for, see them all with: estray coverage",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if few := render(t, numbered(10), text.Options{}); strings.Contains(few, "more ") {
		t.Errorf("ten of each are cut:\n%s", few)
	}
}

func TestEveryHoleAndOpenFindingOfAShortReportIsTold(t *testing.T) {
	d := reporttest.Document(t)
	out := strings.Join(strings.Fields(render(t, d, text.Options{})), " ")
	for _, f := range d.Findings {
		told := strings.Contains(out, f.ID[:10])
		if unasked := f.Subject == "aws/roles" || strings.HasPrefix(f.Message, "aws/events: not asked for of "); told == unasked {
			t.Errorf("%s %s: told %t", f.Rule, f.ID, told)
		}
	}
	for _, c := range d.Coverage {
		if (c.State != "complete" && c.State != "disabled" || c.Continuity == "broken") && !strings.Contains(out, c.State+" "+c.Capability+" of ") {
			t.Errorf("%s of %s is not told", c.State, c.Capability)
		}
	}
	for _, n := range d.NotAsked {
		if !strings.Contains(out, n.What()+" of aws; cannot judge: "+strings.Join(n.Rules, ", ")) {
			t.Errorf("%s is not told", n.What())
		}
	}
}

func TestHolesThatDifferInPlaceAndKindAloneAreOneEntry(t *testing.T) {
	cell := func(capability, region, state string, seen int) report.Coverage {
		return report.Coverage{Source: "s", Provider: "aws", Account: "1", Region: region, Capability: capability, State: state, Code: "AccessDenied", Seen: seen, Read: reporttest.Now()}
	}
	d := &report.Document{Coverage: []report.Coverage{
		cell("functions", "r1", "denied", 0), cell("functions", "r2", "denied", 0), cell("urls", "r1", "denied", 0), cell("urls", "r2", "denied", 0),
		cell("layers", "r1", "denied", 0), cell("tags", "r1", "throttled", 0), cell("roles", "", "denied", 0), cell("events", "r1", "complete", 9),
	}}
	d.Coverage[1].Read = reporttest.Now().Add(1)
	d.Summary.Coverage = report.CoverageSummary{Complete: 1, Incomplete: 7}
	got := regexp.MustCompile(`(?m)^  [a-z]+ [a-z, ]+ of aws.*$`).FindAllString(render(t, d, text.Options{}), -1)
	want := []string{"  denied functions, urls of aws/1 in r1, r2 by s", "  denied layers of aws/1 in r1 by s", "  throttled tags of aws/1 in r1 by s", "  denied roles of aws/1 by s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAttemptsAreToldAsSuch(t *testing.T) {
	d := reporttest.Document(t)
	attempts := 0
	for _, f := range d.Findings {
		if f.Attempt {
			attempts++
		}
	}
	if n := strings.Count(render(t, d, text.Options{Width: 120}), "(attempt: nothing changed)"); n != attempts || n == 0 {
		t.Errorf("%d told, %d there are", n, attempts)
	}
}

func TestGravestFirstAndOneEntryForEachAct(t *testing.T) {
	d := reporttest.Document(t)
	head := regexp.MustCompile(`(?m)^  (critical|high|medium|low|info) (\S+) `)
	findingsPart, _, _ := strings.Cut(render(t, d, text.Options{Width: 120}), "not open, so not counted")
	var got []string
	for _, m := range head.FindAllStringSubmatch(findingsPart, -1) {
		got = append(got, m[1]+" "+m[2])
	}
	want := []string{"critical REC-01", "high AWS-08", "high REC-01", "medium AWS-01", "low REC-05", "info AWS-39"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(findingsPart, "also AWS-10 (critical 24f8bc8c58 accepted), AWS-09 (medium a894a52348) on the same act") {
		t.Error("the act does not name its other findings")
	}
}

func TestAGroupWhoseLeaderIsNotOpenIsNotLost(t *testing.T) {
	d := &report.Document{Findings: []report.Finding{
		{ID: "aaaaaaaaaaaaaaaaaaaa", Rule: "A-1", Severity: "critical", State: "accepted", Group: "g", Leads: true, Members: []string{"bbbbbbbbbbbbbbbbbbbb"}, Asset: "x"},
		{ID: "bbbbbbbbbbbbbbbbbbbb", Rule: "A-2", Severity: "low", State: "open", Group: "g", Asset: "x"},
	}}
	if out := render(t, d, text.Options{}); !strings.Contains(out, "  low A-2 bbbbbbbbbb\n") {
		t.Errorf("the open finding is lost:\n%s", out)
	}
}

func TestShortIDsStayUnique(t *testing.T) {
	d := &report.Document{Findings: []report.Finding{
		{ID: "0123456789abcdef0001", Rule: "A-1", Severity: "high", State: "open", Asset: "x"},
		{ID: "0123456789abcdef0002", Rule: "A-2", Severity: "high", State: "open", Asset: "x"},
		{ID: "0123456789ac00000000", Rule: "A-3", Severity: "high", State: "open", Asset: "x"},
		{ID: "f", Rule: "A-4", Severity: "high", State: "open", Asset: "x"},
		{ID: "e000000000e000000000", Rule: "A-5", Severity: "high", State: "open", Asset: "x"},
	}}
	out := render(t, d, text.Options{})
	for _, want := range []string{"A-1 0123456789abcdef0001\n", "A-2 0123456789abcdef0002\n", "A-3 0123456789ac\n", "A-4 f\n", "A-5 e000000000\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("missing %q in:\n%s", want, out)
		}
	}
}
