package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/cmd/internal/cli"
	"github.com/estray/estray/findings/report"
)

// stopped runs a scan that is stopped when the clock is asked for the n-th
// time: progress asks it after each batch and each source.
func (r room) stopped(n int, state string) (code int, stderr string, asked int) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	clock := func() time.Time {
		if asked++; asked == n {
			cancel()
		}
		return time.Time{}
	}
	var out, errs bytes.Buffer
	code = cli.Run(ctx, []string{"scan", "--state", state, "--now", companyNow, "--output", "json=" + filepath.Join(r.dir, "stopped.json")},
		cli.Streams{Out: &out, Err: &errs, OutWidth: 80, Dir: r.dir, Clock: clock, Holder: "test"})
	return code, errs.String(), asked
}

// TestAStoppedScanKeepsWhatItRead stops a scan at every step of its reading:
// it writes its reports, which say what was not read, and ends with code 1.
// The next scan completes, and its report is that of an undisturbed one.
func TestAStoppedScanKeepsWhatItRead(t *testing.T) {
	r := companyRoom(t, unchanged)
	want := afterStop(t, r.reports(r.sqlite("undisturbed.db")))
	_, _, steps := r.stopped(0, r.sqlite("counted.db"))
	if steps < 8 {
		t.Fatalf("the clock was asked %d times: too few steps to stop at", steps)
	}
	cut := 0
	for n := 1; n <= steps; n++ {
		state := r.sqlite(fmt.Sprintf("stopped-%d.db", n))
		code, stderr, _ := r.stopped(n, state)
		text, err := os.ReadFile(filepath.Join(r.dir, "stopped.json"))
		if err != nil {
			t.Fatal(err)
		}
		d := readReport(t, text)
		cancelled := 0
		for _, c := range d.Coverage {
			if c.State == "cancelled" {
				cancelled++
			}
		}
		if code != d.ExitCode {
			t.Errorf("step %d: exit code %d, and the report says %d", n, code, d.ExitCode)
		}
		if cancelled > 0 {
			cut++
			wantLast(t, stderr, fmt.Sprintf("estray: exit code 1: the scan was stopped: %d of %d cells were not read to their end; what was read is kept, the next scan goes on from there", cancelled, len(d.Coverage)))
		} else if code != report.ExitFindings {
			t.Errorf("step %d: everything was read before the stop, exit code %d\n%s", n, code, stderr)
		}
		if diff := cmp.Diff(want, afterStop(t, r.reports(state))); diff != "" {
			t.Fatalf("step %d: the report of the next scan (-want +got):\n%s", n, diff)
		}
	}
	if cut < steps/2 {
		t.Errorf("only %d of %d stops left a cell unread: the test shows too little", cut, steps)
	}
}

// afterStop is the report without its run and without what a stopped scan may
// leave: findings that the next one resolved, and states that it found before it
// had read the act behind them. Where the rule is blind in part, such a state
// stays open beside its act, since nothing is resolved in a gap.
func afterStop(t *testing.T, reports map[string]string) *report.Document {
	t.Helper()
	d := readReport(t, []byte(reports["report.json"]))
	d.Run, d.Summary.Findings, d.ExitWhy = report.Run{}, report.FindingSummary{}, ""
	for i := range d.Assets {
		d.Assets[i].Findings = nil
	}
	acts := map[string]bool{}
	for _, f := range d.Findings {
		acts[f.Rule+" "+f.Asset] = acts[f.Rule+" "+f.Asset] || hasEvidence(f, "event")
	}
	d.Findings = slices.DeleteFunc(d.Findings, func(f report.Finding) bool {
		return f.State == "resolved" || (acts[f.Rule+" "+f.Asset] && f.Asset != "" && !hasEvidence(f, "event"))
	})
	return d
}

func hasEvidence(f report.Finding, kind string) bool {
	return slices.ContainsFunc(f.Evidence, func(e report.Evidence) bool { return e.Kind == kind })
}

func wantLast(t *testing.T, stderr, want string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if got := lines[len(lines)-1]; got != want {
		t.Errorf("last line\n%s\nwant\n%s", got, want)
	}
}

func readReport(t *testing.T, text []byte) *report.Document {
	t.Helper()
	d := &report.Document{}
	if err := json.Unmarshal(text, d); err != nil {
		t.Fatal(err)
	}
	return d
}
