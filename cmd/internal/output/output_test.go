package output_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/findings/report"
)

var errBroken = errors.New("the format broke")

// formats are one of one stream, one of two files, and one that breaks halfway.
func formats() []report.Format {
	say := func(text string, err error) func(io.Writer, *report.Document) error {
		return func(w io.Writer, _ *report.Document) error {
			_, werr := io.WriteString(w, text)
			return errors.Join(err, werr)
		}
	}
	return []report.Format{
		{Name: "text", Write: say("text", nil)},
		{Name: "csv", Files: []report.File{{Name: "a.csv", Write: say("a", nil)}, {Name: "b.csv", Write: say("b", nil)}}},
		{Name: "broken", Write: say("half", errBroken)},
		{Name: "halves", Files: []report.File{{Name: "good", Write: say("good", nil)}, {Name: "bad", Write: say("half", errBroken)}}},
	}
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name  string
		specs []string
		paths []string
		err   string
	}{
		{"a format alone goes to standard output", []string{"text"}, []string{"-"}, ""},
		{"a relative path is of the folder, an absolute one is its own", []string{"text=r.txt", "csv=/tmp/x"}, []string{"/base/r.txt", "/tmp/x"}, ""},
		{"an equals sign in a path is the path's", []string{"text=a=b"}, []string{"/base/a=b"}, ""},
		{"an unknown format names those that there are", []string{"jsom"}, nil, "use one of text, csv, broken, halves"},
		{"an empty path", []string{"text="}, nil, "the path is empty"},
		{"several files need a folder", []string{"csv"}, nil, "csv=DIR"},
		{"one stream, one output", []string{"text", "text=-"}, nil, "only one output"},
	} {
		t.Run(test.name, func(t *testing.T) {
			targets, err := output.Parse(test.specs, formats(), "/base")
			var paths []string
			for _, x := range targets {
				paths = append(paths, x.Path)
			}
			if d := cmp.Diff(test.paths, paths); d != "" {
				t.Error(d)
			}
			var usage *output.UsageError
			if (test.err == "") != (err == nil) || err != nil && (!errors.As(err, &usage) || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("got error %v, want %q", err, test.err)
			}
		})
	}
}

// tree lists the files below a folder with their content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFilesAreWholeOrUntouched: one output that breaks leaves every file as it
// was, and nothing beside them.
func TestFilesAreWholeOrUntouched(t *testing.T) {
	for name, specs := range map[string][]string{
		"a later output breaks":         {"text=old.txt", "broken=new.txt"},
		"an earlier output breaks":      {"broken=new.txt", "text=old.txt"},
		"one file of several breaks":    {"text=old.txt", "halves=tables"},
		"the stream waits for the rest": {"text", "broken=new.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "old.txt"), []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			targets, err := output.Parse(specs, formats(), dir)
			if err != nil {
				t.Fatal(err)
			}
			var stream bytes.Buffer
			if err := output.Write(&report.Document{}, targets, &stream); !errors.Is(err, errBroken) {
				t.Fatalf("got %v, want the format's error", err)
			}
			if d := cmp.Diff(map[string]string{"old.txt": "old"}, tree(t, dir)); d != "" || stream.Len() > 0 {
				t.Errorf("stream %q, files (-want +got):\n%s", stream.String(), d)
			}
		})
	}
}

func TestEveryTargetIsWritten(t *testing.T) {
	dir := t.TempDir()
	targets, err := output.Parse([]string{"text", "text=deep/er/r.txt", "csv=tables"}, formats(), dir)
	if err = errors.Join(err, output.Check(targets)); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{}, tree(t, dir)); d != "" {
		t.Fatalf("a check leaves files:\n%s", d)
	}
	var stream bytes.Buffer
	if err := output.Write(&report.Document{}, targets, &stream); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"deep/er/r.txt": "text", "tables/a.csv": "a", "tables/b.csv": "b"}
	if d := cmp.Diff(want, tree(t, dir)); d != "" || stream.String() != "text" {
		t.Errorf("stream %q, files (-want +got):\n%s", stream.String(), d)
	}
}

func TestCheckRefusesWhatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, spec := range map[string]string{"a folder where a file is to be": "text=.", "a file where a folder is to be": "csv=file", "below a file": "text=file/r.txt"} {
		targets, err := output.Parse([]string{spec}, formats(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := output.Check(targets); err == nil || !strings.Contains(err.Error(), "report to "+dir) {
			t.Errorf("%s: got %v, want an error that names the place", name, err)
		}
	}
}

// TestProgressWithoutATerminalIsALineNowAndThen: whatever the number of steps.
func TestProgressWithoutATerminalIsALineNowAndThen(t *testing.T) {
	var log bytes.Buffer
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	p := output.NewProgress(io.Discard, 0, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now })
	for i := range 100 {
		now = now.Add(100 * time.Millisecond)
		p.Step(i, 100, 1000*i)
	}
	p.Done()
	if n := strings.Count(log.String(), "\n"); n != 2 {
		t.Errorf("%d lines in ten seconds, want 2:\n%s", n, log.String())
	}
}

// TestProgressTellsOfThePlan, which may take minutes: by a line now and then, or
// on the terminal.
func TestProgressTellsOfThePlan(t *testing.T) {
	var log, screen bytes.Buffer
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	logger := slog.New(slog.NewTextHandler(&log, nil))
	line, bar := output.NewProgress(io.Discard, 0, logger, clock), output.NewProgress(&screen, 80, logger, clock)
	for i := range 100 {
		now = now.Add(100 * time.Millisecond)
		line.Plan(i+1, 100)
		bar.Plan(i+1, 100)
	}
	line.Done()
	bar.Done()
	if n := strings.Count(log.String(), "msg=planning"); n != 2 || !strings.Contains(log.String(), "accounts=50 of=100") {
		t.Errorf("%d lines in ten seconds, want 2:\n%s", n, log.String())
	}
	if !strings.Contains(screen.String(), "planning: 1 of 100 accounts") {
		t.Errorf("the terminal shows %q", screen.String())
	}
}

// TestALogLineClearsTheBar: on a terminal both stand on one line.
func TestALogLineClearsTheBar(t *testing.T) {
	var screen bytes.Buffer
	n, err := output.OverBar(&screen).Write([]byte("line\n"))
	if n != 5 || err != nil || screen.String() != "\r\x1b[2Kline\n" {
		t.Errorf("wrote %d, %v: %q", n, err, screen.String())
	}
}
