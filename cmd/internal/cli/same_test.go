package cli_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/cmd/internal/demo/company"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/testparts"
)

const companyNow = "2026-11-01T06:00:00Z"

// companyRoom holds the exports of the made-up company, changed by the test.
func companyRoom(t *testing.T, change func(*company.Exports)) room {
	t.Helper()
	e, err := company.New(1)
	if err != nil {
		t.Fatal(err)
	}
	change(&e)
	r := room{t: t, dir: t.TempDir()}
	if err := e.Write(r.dir); err != nil {
		t.Fatal(err)
	}
	return r
}

func unchanged(*company.Exports) {}

// reports scans into a store and returns every report by its file's name.
func (r room) reports(state string) map[string]string {
	r.t.Helper()
	out := r.t.TempDir()
	code, _, stderr := r.estray("scan", "--state", state, "--now", companyNow,
		"--output", "json="+filepath.Join(out, "report.json"), "--output", "text="+filepath.Join(out, "report.txt"),
		"--output", "html="+filepath.Join(out, "report.html"), "--output", "csv="+filepath.Join(out, "csv"))
	if code != report.ExitFindings {
		r.t.Fatalf("scan: exit code %d\n%s", code, stderr)
	}
	return readTree(r.t, out)
}

func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		name, _ := filepath.Rel(dir, p)
		got[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (r room) sqlite(name string) string { return "sqlite:" + filepath.Join(r.dir, name) }

// TestTheSameFactsGiveTheSameBytes scans the same exports in every way that
// must not matter and compares all reports byte for byte.
func TestTheSameFactsGiveTheSameBytes(t *testing.T) {
	first := companyRoom(t, unchanged)
	want := first.reports(first.sqlite("first.db"))
	if len(want) != 6 {
		t.Fatalf("%d report files, want 6", len(want))
	}
	mustSpeakOfEveryStanding(t, want["report.json"])
	same := func(name string, got map[string]string) {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("(-want +got):\n%s", d)
			}
		})
	}
	same("another fresh store", first.reports(first.sqlite("second.db")))
	for name, change := range sameFacts() {
		r := companyRoom(t, change)
		same(name, r.reports(r.sqlite("estray.db")))
	}
	t.Run("objects delivered twice", func(t *testing.T) {
		r := companyRoom(t, deliverTwice)
		if d := cmp.Diff(readJudgements(t, want), readJudgements(t, r.reports(r.sqlite("estray.db")))); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
	t.Run("postgres", func(t *testing.T) {
		same("a fresh store", first.reports(testparts.Postgres(t)))
	})
}

func mustSpeakOfEveryStanding(t *testing.T, text string) {
	t.Helper()
	var d report.Document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	for _, standing := range []string{"approved", "drifted", "expired", "owned", "unmanaged", "unknown"} {
		if d.Summary.Assets.ByStanding[standing] == 0 {
			t.Errorf("no asset of the company is %s: the comparison shows too little", standing)
		}
	}
}

// sameFacts are changes of the exports that change no fact.
func sameFacts() map[string]func(*company.Exports) {
	return map[string]func(*company.Exports){
		"archives listed in another order": func(e *company.Exports) {
			edit(e, "estray.yaml", func(b []byte) []byte {
				logs, snap := "    - {kind: cloudtrail, url: cloudtrail}\n", "    - {kind: snapshot, url: assets.jsonl}\n"
				return bytes.Replace(b, []byte(logs+snap), []byte(snap+logs), 1)
			})
		},
		"lines of the snapshot shuffled": func(e *company.Exports) {
			edit(e, "assets.jsonl", func(b []byte) []byte {
				head, rest, _ := bytes.Cut(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
				lines := bytes.Split(rest, []byte("\n"))
				shuffle(lines)
				return append(append(append(head, '\n'), bytes.Join(lines, []byte("\n"))...), '\n')
			})
		},
		"records inside of objects shuffled": func(e *company.Exports) {
			for i, f := range e.Files {
				if strings.HasSuffix(f.Name, ".json.gz") {
					e.Files[i].Content = repack(f.Content, shuffle)
				}
			}
		},
		"members of records in another order": func(e *company.Exports) {
			for i, f := range e.Files {
				if strings.HasSuffix(f.Name, ".json.gz") {
					e.Files[i].Content = repack(f.Content, backwards)
				}
			}
		},
	}
}

// deliverTwice gives each object a copy under a later key: S3 may hold an
// event twice, and the copy with the smaller key is the source.
func deliverTwice(e *company.Exports) {
	for _, f := range e.Files {
		if stem, ok := strings.CutSuffix(f.Name, ".json.gz"); ok {
			e.Files = append(e.Files, company.File{Name: stem[:len(stem)-1] + "zz.json.gz", Content: f.Content})
		}
	}
}

// judgements are the report without the coverage, which counts what was read:
// objects that are there twice are read twice.
func readJudgements(t *testing.T, reports map[string]string) *report.Document {
	t.Helper()
	d := &report.Document{}
	if err := json.Unmarshal([]byte(reports["report.json"]), d); err != nil {
		t.Fatal(err)
	}
	d.Coverage = nil
	return d
}

func edit(e *company.Exports, name string, change func([]byte) []byte) {
	for i, f := range e.Files {
		if f.Name == name {
			e.Files[i].Content = change(bytes.Clone(f.Content))
			if bytes.Equal(e.Files[i].Content, f.Content) {
				panic("the change of " + name + " changed nothing")
			}
		}
	}
}

func shuffle[T any](all []T) {
	rand.New(rand.NewPCG(7, 11)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}

// backwards turns the order of each record's members round.
func backwards(all []json.RawMessage) {
	for i, record := range all {
		dec := json.NewDecoder(bytes.NewReader(record))
		_, _ = dec.Token() // the brace: the company makes objects only
		var members []string
		for dec.More() {
			name, _ := dec.Token()
			var value json.RawMessage
			if err := dec.Decode(&value); err != nil {
				panic(err)
			}
			quoted, _ := json.Marshal(name)
			members = append([]string{string(quoted) + ":" + string(value)}, members...)
		}
		all[i] = json.RawMessage("{" + strings.Join(members, ", ") + "}")
	}
}

// repack changes the records of a CloudTrail object.
func repack(content []byte, change func([]json.RawMessage)) []byte {
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	var object struct{ Records []json.RawMessage }
	if err := json.Unmarshal(text, &object); err != nil {
		panic(err)
	}
	change(object.Records)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := json.NewEncoder(w).Encode(object); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// TestAScanThatSeesNothingNewGivesTheSameReport scans twice into one store: but
// for the id of the run, nothing may differ.
func TestAScanThatSeesNothingNewGivesTheSameReport(t *testing.T) {
	server := testparts.StartPostgres(t)
	r := companyRoom(t, unchanged)
	for name, state := range map[string]string{"sqlite": r.sqlite("estray.db"), "postgres": server.Database(t)} {
		t.Run(name, func(t *testing.T) {
			want, got := r.reports(state), r.reports(state)
			for name, text := range got {
				got[name] = strings.ReplaceAll(text, "20261101T060000Z-2", "20261101T060000Z")
			}
			for _, reports := range []map[string]string{want, got} { // a longer id moves the line breaks of the text
				reports["report.txt"] = strings.Join(strings.Fields(reports["report.txt"]), " ")
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("(-want +got):\n%s", d)
			}
		})
	}
}
