package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
)

const exportsNow = "2026-03-02T00:00:00Z"

// size says how large exports are.
type size struct{ regions, functions, objects, records int }

// small exports have several sources, so that a scan commits several times.
func small() size { return size{regions: 5, functions: 20, objects: 3, records: 60} }

// exports are sample inputs in a folder, and the program that scans them.
type exports struct {
	program, dir, report string
}

// noExports is an empty folder.
func noExports(t *testing.T) exports {
	t.Helper()
	dir := t.TempDir()
	return exports{program: installed(t), dir: dir, report: filepath.Join(dir, "report.json")}
}

// newExports makes logs and a snapshot of one account.
func newExports(t *testing.T, s size) exports {
	t.Helper()
	e := noExports(t)
	e.write(t, "estray.yaml", []byte("rules: {deployers: [\"arn:aws:iam::"+exportsAccount+":role/ci\"]}\n"+
		"providers: {archives: [{kind: cloudtrail, url: logs}, {kind: snapshot, url: assets.jsonl}]}\n"))
	var snap bytes.Buffer
	fmt.Fprintln(&snap, `{"schema":"estray.snapshot/v1","taken":"2026-03-01T23:00:00Z"}`)
	for r := range s.regions {
		fmt.Fprintf(&snap, `{"source":"aws-lambda","provider":"aws","account":%q,"region":%q,"capability":"functions","state":"complete","seen":%d}`+"\n", exportsAccount, regionName(r), s.functions)
		for i := range s.functions {
			fmt.Fprintf(&snap, `{"id":%q,"provider":"aws","kind":"lambda-function","account":%q,"region":%q,"name":"f-%03d","exposures":[],"seen_by":["aws-lambda"]}`+"\n", functionARN(r, i), exportsAccount, regionName(r), i)
		}
		for o := range s.objects {
			e.writeObject(t, s, r, o)
		}
	}
	e.write(t, "assets.jsonl", snap.Bytes())
	return e
}

const exportsAccount = "111122223333"

func regionName(r int) string { return fmt.Sprintf("eu-west-%d", r+1) }

func functionARN(r, i int) string {
	return fmt.Sprintf("arn:aws:lambda:%s:%s:function:f-%03d", regionName(r), exportsAccount, i)
}

func (e exports) write(t *testing.T, name string, content []byte) {
	t.Helper()
	path := filepath.Join(e.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
		t.Fatal(err)
	}
}

// writeObject makes one object of deployments.
func (e exports) writeObject(t *testing.T, s size, region, object int) {
	t.Helper()
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(object) * 16 * time.Hour)
	var calls []logged
	for i := range s.records {
		n := object*s.records + i
		arn := functionARN(region, n%s.functions)
		calls = append(calls, logged{
			at: at.Add(time.Duration(i) * time.Second), account: exportsAccount, region: regionName(region),
			name: "UpdateFunctionCode20150331v2", id: fmt.Sprintf("e-%d-%06d", region, n), who: deployer(i),
			request: map[string]any{"functionName": arn, "dryRun": false, "publish": false},
			answer:  map[string]any{"functionArn": arn, "codeSha256": fmt.Sprintf("digest-%d", n), "version": "$LATEST"},
		})
	}
	e.writeLog(t, object, calls)
}

// deployer is the pipeline, which may deploy, but for the first record of each
// object: that one is worth a finding.
func deployer(record int) map[string]any {
	if record == 0 {
		return map[string]any{"type": "IAMUser", "arn": "arn:aws:iam::" + exportsAccount + ":user/dev", "principalId": "AIDADEV", "accountId": exportsAccount, "accessKeyId": "AKIADEV"}
	}
	return pipeline(exportsAccount)
}

// command is a scan into a store, with its report beside the inputs.
func (e exports) command(ctx context.Context, state string, more ...string) *exec.Cmd {
	args := append([]string{"scan", "--state", state, "--now", exportsNow, "--output", "json=" + e.report}, more...)
	cmd := exec.CommandContext(ctx, e.program, args...)
	cmd.Dir = e.dir
	return cmd
}

// scan is what a scan left.
type scan struct {
	code   int
	stderr string
	took   time.Duration
	doc    *report.Document // nil if there is no report
}

// scan runs a scan to its end, whatever that is.
func (e exports) scan(t *testing.T, state string, more ...string) scan {
	t.Helper()
	if err := os.Remove(e.report); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return e.run(t, e.command(t.Context(), state, more...))
}

func (e exports) run(t *testing.T, cmd *exec.Cmd) scan {
	t.Helper()
	var errs bytes.Buffer
	cmd.Stderr = &errs
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %v: %v", cmd.Args, err)
	}
	s := scan{code: cmd.ProcessState.ExitCode(), stderr: errs.String(), took: took}
	if _, err := os.Stat(e.report); err == nil {
		s.doc = readDocument(t, e.report)
	}
	return s
}

// scanned runs a scan that must find something and read everything.
func (e exports) scanned(t *testing.T, state string) scan {
	t.Helper()
	s := e.scan(t, state)
	if s.code != report.ExitFindings || s.doc == nil {
		t.Fatalf("scan: exit code %d\n%s", s.code, s.stderr)
	}
	for _, c := range s.doc.Coverage {
		if c.State == "cancelled" || c.State == "pending" {
			t.Fatalf("a completed scan left a cell %s: %+v", c.State, c)
		}
	}
	return s
}

// facts is the report without run id and times.
func (s scan) facts(t *testing.T) string {
	t.Helper()
	d := *s.doc
	d.Run = report.Run{}
	out, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// unresolved is facts without the findings that were resolved since: a scan
// that did not read everything leaves some.
func (s scan) unresolved(t *testing.T) string {
	t.Helper()
	d := *s.doc
	d.Summary.Findings.Resolved = 0
	d.Findings = slices.DeleteFunc(slices.Clone(d.Findings), func(f report.Finding) bool { return f.State == "resolved" })
	return scan{doc: &d}.facts(t)
}

// says fails unless standard error holds every word.
func (s scan) says(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(s.stderr, w) {
			t.Errorf("standard error does not say %q:\n%s", w, s.stderr)
		}
	}
}

func readDocument(t *testing.T, path string) *report.Document {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &report.Document{}
	if err := json.Unmarshal(b, d); err != nil {
		t.Fatalf("read report %s: %v", path, err)
	}
	return d
}

// installed puts this test binary in place under the name by which TestMain
// runs the program.
func installed(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "estray")
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}
