package csvfmt_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/csvfmt"
	"github.com/estray/estray/findings/report/reporttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func tables(t testing.TB, d *report.Document) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range csvfmt.Format().Files {
		var b bytes.Buffer
		if err := f.Write(&b, d); err != nil {
			t.Fatal(err)
		}
		out[f.Name] = b.String()
	}
	return out
}

func TestGolden(t *testing.T) {
	for name, got := range tables(t, reporttest.Document(t)) {
		path := filepath.Join("testdata", name)
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
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOneLineForEachRowAndHead(t *testing.T) {
	d := reporttest.Document(t)
	want := map[string]int{"assets.csv": len(d.Assets), "findings.csv": len(d.Findings), "coverage.csv": len(d.Coverage)}
	for name, text := range tables(t, d) {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll() // also checks that all rows are equally long
		if err != nil || len(rows) != want[name]+1 {
			t.Errorf("%s: %d rows, error %v, want %d and a head", name, len(rows), err, want[name])
		}
	}
}

func TestEveryColumnIsDocumentedAndFilledSomewhere(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range tables(t, reporttest.Document(t)) {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, column := range rows[0] {
			if !regexp.MustCompile(`\b` + column + `\b`).Match(doc) {
				t.Errorf("%s: the package doc lacks column %s", name, column)
			}
			filled := false
			for _, row := range rows[1:] {
				filled = filled || row[i] != ""
			}
			if !filled {
				t.Errorf("%s: column %s is empty in every row", name, column)
			}
		}
	}
}

func TestNoCellOfAHostileReportIsAFormula(t *testing.T) {
	hostile := 0
	for name, text := range tables(t, reporttest.Document(t)) {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if dangerous(cell) {
					t.Errorf("%s: %q", name, cell)
				}
				if strings.Contains(cell, "HYPERLINK") {
					hostile++
				}
			}
		}
	}
	if hostile < 3 {
		t.Errorf("the sample has %d hostile cells; the test shows nothing", hostile)
	}
}

// dangerous is the rule told the other way round: the first character that
// shows is a sign, or the cell begins with a tab or the end of a line.
func dangerous(cell string) bool {
	for i, r := range cell {
		switch {
		case i == 0 && (r == '\t' || r == '\r' || r == '\n'):
			return true
		case strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫−", r):
			return true
		case !unicode.IsSpace(r) && unicode.IsPrint(r) && r != '\ufffd':
			return false
		}
	}
	return false
}

func TestCell(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"plain text stays", "checkout-webhook", "checkout-webhook"},
		{"empty stays", "", ""},
		{"signs inside stay", "a=b+c-d@e", "a=b+c-d@e"},
		{"equals", "=1+1", "'=1+1"},
		{"plus", "+1", "'+1"},
		{"minus", "-1", "'-1"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"tab", "\tx", "'\tx"},
		{"carriage return", "\rx", "'\nx"},
		{"ends of lines inside", "a\r\nb\rc\nd", "a\nb\nc\nd"},
		{"terminal sequence", "a\x1b[2Jb\u009b", "a\ufffd[2Jb\ufffd"},
		{"line feed", "\nx", "'\nx"},
		{"behind blanks", "  =1", "'  =1"},
		{"behind a no-break space", "\u00a0=1", "'\u00a0=1"},
		{"behind an ideographic space", "\u3000=1", "'\u3000=1"},
		{"behind a byte order mark", "\ufeff=1", "'\ufeff=1"},
		{"behind a zero-width space", "\u200b=1", "'\u200b=1"},
		{"behind a control character", "\x00=1", "'\ufffd=1"},
		{"behind a byte that is no UTF-8", "\xff=1", "'\ufffd=1"},
		{"full-width equals", "＝1", "'＝1"},
		{"full-width plus", "＋1", "'＋1"},
		{"full-width minus", "－1", "'－1"},
		{"full-width at", "＠A", "'＠A"},
		{"small equals", "﹦1", "'﹦1"},
		{"minus sign", "−1", "'−1"},
		{"blank alone stays", "  ", "  "},
		{"bytes that are no UTF-8", "a\xffb", "a\ufffdb"},
		{"an apostrophe is enough", "'=1", "'=1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := csvfmt.Cell(tc.in); got != tc.want {
				t.Errorf("Cell(%q) = %q, want %q", tc.in, got, tc.want)
			}
		})
	}
}

func TestCellOfAnyTextIsSafeAndSettled(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("=+-@＝'\t\r\n \x00\u200b\ufeffa"))),
			rapid.Custom(func(r *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(r, "bytes")) })).Draw(r, "in")
		got := csvfmt.Cell(in)
		valid := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string([]rune(in)))
		valid = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x{9f}]`).ReplaceAllString(valid, "\ufffd")
		switch {
		case dangerous(got):
			r.Errorf("%q became %q", in, got)
		case got != valid && got != "'"+valid:
			r.Errorf("%q became %q: text was changed", in, got)
		case (got != valid) != dangerous(valid):
			r.Errorf("%q became %q: the apostrophe belongs to formulas alone", in, got)
		case csvfmt.Cell(got) != got:
			r.Errorf("%q became %q and then %q", in, got, csvfmt.Cell(got))
		}
	})
}

func TestFailedWriteIsReported(t *testing.T) {
	for _, f := range csvfmt.Format().Files {
		if err := f.Write(full{}, reporttest.Document(t)); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v", f.Name, err)
		}
	}
}

var errFull = errors.New("disk is full")

// full is a file on a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
