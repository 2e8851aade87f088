package report_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/report/csvfmt"
	"github.com/estray/estray/findings/report/htmlfmt"
	"github.com/estray/estray/findings/report/jsonfmt"
	"github.com/estray/estray/findings/report/reporttest"
	"github.com/estray/estray/findings/report/text"
)

// bytesOf writes the document in every format.
func bytesOf(t testing.TB, d *report.Document) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range []report.Format{text.Format(text.Options{Color: true}), jsonfmt.Format(), csvfmt.Format(), htmlfmt.Format()} {
		files := f.Files
		if f.Write != nil {
			files = append(files, report.File{Name: f.Name, Write: f.Write})
		}
		for _, file := range files {
			var b bytes.Buffer
			if err := file.Write(&b, d); err != nil {
				t.Fatal(err)
			}
			out[file.Name] = b.String()
		}
	}
	return out
}

func TestOrderOfInputsNeverShows(t *testing.T) {
	want := bytesOf(t, reporttest.Document(t))
	if len(want) != 6 {
		t.Fatalf("%d files", len(want))
	}
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		got := bytesOf(t, report.Build(reporttest.Shuffled(t, seed)))
		if diff := cmp.Diff(want, got); diff != "" {
			r.Errorf("seed %d (-want +got):\n%s", seed, diff)
		}
	})
}

func TestTwinFindingsHaveOneOrder(t *testing.T) {
	in := reporttest.Input(t)
	twin := in.Findings[4]
	twin.Message += ", told twice"
	in.Findings = append(in.Findings, twin)
	want := bytesOf(t, report.Build(in))["json"]
	last := len(in.Findings) - 1
	in.Findings[4], in.Findings[last] = in.Findings[last], in.Findings[4]
	if diff := cmp.Diff(want, bytesOf(t, report.Build(in))["json"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWritingLeavesTheDocumentAlone(t *testing.T) {
	d := reporttest.Document(t)
	bytesOf(t, d)
	if diff := cmp.Diff(reporttest.Document(t), d); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEmptyDocumentInEveryFormat(t *testing.T) {
	empty := report.Build(reporttest.Empty())
	for name, b := range bytesOf(t, empty) {
		if b == "" {
			t.Errorf("%s is empty", name)
		}
	}
	if empty.ExitCode != report.ExitIncomplete {
		t.Errorf("exit code %d", empty.ExitCode)
	}
}
