package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/testparts"
)

// longSize exports take long enough to stop or to stall a scan in.
func longSize() size { return size{regions: 8, functions: 40, objects: 20, records: 100} }

// started starts a scan and returns when it holds the store.
func (e exports) started(t *testing.T, path string) (stop func(os.Signal), wait func() scan) {
	t.Helper()
	cmd := e.command(t.Context(), "sqlite:"+path)
	done := make(chan scan, 1)
	go func() { done <- e.run(t, cmd) }()
	for {
		if text, err := os.ReadFile(path + ".lock"); err == nil && len(text) > 0 {
			break
		}
		select {
		case s := <-done:
			t.Fatalf("the scan ended before it held the store: exit code %d\n%s", s.code, s.stderr)
		case <-time.After(time.Millisecond):
		}
	}
	return func(s os.Signal) { _ = cmd.Process.Signal(s) }, // it may have ended by itself
		func() scan { return <-done }
}

// TestCtrlCKeepsWhatWasRead: the report tells what was cancelled, the exit code
// is 1, and the next scan completes as if nothing had been.
func TestCtrlCKeepsWhatWasRead(t *testing.T) {
	testparts.Heavy(t, "a process to stop")
	e := newExports(t, longSize())
	want := e.scanned(t, "sqlite:"+filepath.Join(e.dir, "undisturbed.db")).unresolved(t)
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		path := filepath.Join(e.dir, signal.String()+".db")
		if err := os.Remove(e.report); err != nil {
			t.Fatal(err)
		}
		stop, wait := e.started(t, path)
		stop(signal)
		s := wait()
		if s.code != report.ExitFailed || s.doc == nil || s.doc.ExitCode != report.ExitFailed {
			t.Fatalf("%s: exit code %d, report %v\n%s", signal, s.code, s.doc != nil, s.stderr)
		}
		s.says(t, "exit code 1: the scan was stopped: ", "what was read is kept")
		if !strings.Contains(s.facts(t), `"cancelled"`) {
			t.Errorf("%s: no cell is cancelled", signal)
		}
		after := e.scanned(t, "sqlite:"+path)
		if strings.Contains(after.stderr, "interrupted") {
			t.Errorf("%s: a scan that was stopped cleanly is told as interrupted:\n%s", signal, after.stderr)
		}
		if d := cmp.Diff(want, after.unresolved(t)); d != "" {
			t.Fatalf("%s: the report of the next scan differs:\n%s", signal, d)
		}
	}
}
