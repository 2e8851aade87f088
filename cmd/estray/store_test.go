package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/cmd/internal/cli"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// tmpfs mounts a small disk of so many kB and returns its folder.
func tmpfs(t *testing.T, kB int) string {
	t.Helper()
	testparts.Heavy(t, "a small tmpfs")
	dir := t.TempDir()
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dk", kB), "tmpfs", dir).CombinedOutput()
	if err != nil {
		testparts.Missing(t, "a small tmpfs", fmt.Errorf("%w: %s", err, out), "run the tests as root, where mount(8) is allowed")
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return dir
}

// TestADiskThatFillsUpLosesNothing scans onto disks that are too small, ever
// nearer to the size that would do, so that they fill up in other steps of the
// scan: exit code 1 with the cure, no report or a true one, and the store, moved
// to a larger disk, opens and completes.
func TestADiskThatFillsUpLosesNothing(t *testing.T) {
	e := newExports(t, small())
	want := e.scanned(t, "sqlite:"+filepath.Join(e.dir, "undisturbed.db")).unresolved(t)
	e.fills(t, tmpfs(t, 64), want)
	const page = 4
	tooSmall, enough := 64, 8<<10
	for enough-tooSmall > page {
		kB := (tooSmall + enough) / 2 / page * page
		if e.fills(t, tmpfs(t, kB), want) {
			tooSmall = kB
		} else {
			enough = kB
		}
	}
	if tooSmall == 64 || enough == 8<<10 {
		t.Errorf("a disk of %d kB fills up, one of %d kB does not: the test shows too little", tooSmall, enough)
	}
}

// fills scans onto a disk and reports whether it filled up.
func (e exports) fills(t *testing.T, disk, want string) bool {
	t.Helper()
	s := e.scan(t, "sqlite:"+filepath.Join(disk, "estray.db"))
	if s.code == report.ExitFindings {
		return false
	}
	if s.code != report.ExitFailed {
		t.Fatalf("%s: exit code %d\n%s", disk, s.code, s.stderr)
	}
	if s.doc != nil && s.unresolved(t) != want { // only the end of the run came after the report
		t.Fatalf("%s: a report was written that differs from that of an undisturbed scan\n%s", disk, s.stderr)
	}
	s.says(t, "estray: ", "full", "free some space")
	larger := t.TempDir()
	copyFolder(t, disk, larger)
	if d := cmp.Diff(want, e.scanned(t, "sqlite:"+filepath.Join(larger, "estray.db")).unresolved(t)); d != "" {
		t.Fatalf("the report of the next scan differs:\n%s", d)
	}
	return true
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(to, "copy"), os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(filepath.Join(to, "copy"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.Rename(filepath.Join(to, "copy", f.Name()), filepath.Join(to, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAnOutputOnAFullDiskIsWholeOrUntouched: the older report stays, nothing is
// left beside it, and what was read is kept.
func TestAnOutputOnAFullDiskIsWholeOrUntouched(t *testing.T) {
	e := newExports(t, small())
	disk := tmpfs(t, 256)
	state := "sqlite:" + filepath.Join(e.dir, "estray.db")
	old := filepath.Join(disk, "page.html")
	filler, err := os.Create(filepath.Join(disk, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old, []byte("the older report"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, full := io.Copy(filler, zeros{})
	if err := filler.Close(); err != nil || !errors.Is(full, syscall.ENOSPC) {
		t.Fatalf("fill the disk: %v, %v", full, err)
	}
	s := e.scan(t, state, "--output", "html="+old)
	if s.code != report.ExitFailed || s.doc != nil {
		t.Fatalf("exit code %d, report %v\n%s", s.code, s.doc != nil, s.stderr)
	}
	s.says(t, "estray: write html report to "+old+": ", "no space left on device", "hint: free some space", "estray report")
	if b, err := os.ReadFile(old); err != nil || string(b) != "the older report" {
		t.Errorf("the older report is %q (%v)", b, err)
	}
	if files, err := os.ReadDir(disk); err != nil || len(files) != 2 {
		t.Errorf("something was left beside it: %v (%v)", files, err)
	}
	cmd := exec.Command(e.program, "report", "--state", state, "--now", exportsNow, "--output", "json="+e.report)
	cmd.Dir = e.dir
	if again := e.run(t, cmd); again.code != report.ExitFindings || again.doc == nil || len(again.doc.Assets) == 0 {
		t.Errorf("estray report after it: exit code %d\n%s", again.code, again.stderr)
	}
	if after := e.scanned(t, state); strings.Contains(after.stderr, "interrupted") {
		t.Errorf("a scan that read everything is told as interrupted:\n%s", after.stderr)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestAReadOnlyStoreIsReadAndNotWritten: a scan is refused with the cure, lists
// go on working.
func TestAReadOnlyStoreIsReadAndNotWritten(t *testing.T) {
	e := newExports(t, small())
	disk := tmpfs(t, 8<<10)
	path := filepath.Join(disk, "estray.db")
	e.scanned(t, "sqlite:"+path)
	if out, err := exec.Command("mount", "-o", "remount,ro", disk).CombinedOutput(); err != nil {
		t.Fatalf("remount: %v: %s", err, out)
	}
	s := e.scan(t, "sqlite:"+path)
	if s.code != report.ExitFailed || s.doc != nil {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	s.says(t, "estray: open store sqlite:"+path+" for writing: ", "read-only file system", "make it writable")
	list := exec.Command(e.program, "inventory", "list", "--state", "sqlite:"+path, "--now", exportsNow)
	list.Dir = e.dir
	if out, err := list.CombinedOutput(); err != nil || !strings.Contains(string(out), "f-001") {
		t.Errorf("inventory list: %v\n%s", err, out)
	}
}

// TestAHeldStoreNamesItsHolder stalls a scan that holds the store. Another one
// waits and is refused; lists do not wait.
func TestAHeldStoreNamesItsHolder(t *testing.T) {
	testparts.Heavy(t, "a process to stall")
	e := newExports(t, longSize())
	path := filepath.Join(e.dir, "estray.db")
	signal, wait := e.started(t, path)
	signal(syscall.SIGSTOP)
	began := time.Now()
	code, stderr := e.inProcess(t, 300*time.Millisecond, "scan", "--state", "sqlite:"+path, "--now", exportsNow)
	waited := time.Since(began)
	signal(syscall.SIGCONT)
	if code != report.ExitFailed || waited < 300*time.Millisecond {
		t.Errorf("exit code %d after %s\n%s", code, waited, stderr)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"estray: the store is held by another scan (process ", " on " + host + ", since " + exportsNow, "wait for it to end"} {
		if !strings.Contains(stderr, word) {
			t.Errorf("it does not say %q:\n%s", word, stderr)
		}
	}
	if s := wait(); s.code != report.ExitFindings {
		t.Errorf("the scan that held the store: exit code %d\n%s", s.code, s.stderr)
	}
}

// TestAScanWaitsForTheOneBeforeIt: two scans at once both end well.
func TestAScanWaitsForTheOneBeforeIt(t *testing.T) {
	testparts.Heavy(t, "two processes")
	e := newExports(t, small())
	path := filepath.Join(e.dir, "estray.db")
	_, wait := e.started(t, path)
	if code, stderr := e.inProcess(t, time.Minute, "scan", "--state", "sqlite:"+path, "--now", exportsNow); code != report.ExitFindings {
		t.Errorf("the second scan: exit code %d\n%s", code, stderr)
	}
	if s := wait(); s.code != report.ExitFindings {
		t.Errorf("the first scan: exit code %d\n%s", s.code, s.stderr)
	}
	if runs := runsOf(t, "sqlite:"+path); len(runs) != 2 || runs[0].Finished.IsZero() || runs[1].Finished.IsZero() {
		t.Errorf("runs %+v, want two that ended", runs)
	}
}

// inProcess runs a command in this process, with a wait of its own.
func (e exports) inProcess(t *testing.T, wait time.Duration, args ...string) (code int, stderr string) {
	t.Helper()
	var errs strings.Builder
	code = cli.Run(context.Background(), args, cli.Streams{Out: io.Discard, Err: &errs, OutWidth: 80, Dir: e.dir, Clock: time.Now, Holder: "the test", HoldWait: wait})
	return code, errs.String()
}

// TestADamagedStoreIsNeverReadAsEmpty flips bytes in the middle of a store.
func TestADamagedStoreIsNeverReadAsEmpty(t *testing.T) {
	testparts.Heavy(t, "a large store")
	e := newExports(t, longSize())
	path := filepath.Join(e.dir, "estray.db")
	e.scanned(t, "sqlite:"+path)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 4; i < len(b)*3/4; i += 7 {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"scan"}, {"report"}, {"events", "list", "--format", "csv"}, {"inventory", "list"}, {"findings", "list"}} {
		code, stderr := e.inProcess(t, 0, append(args, "--state", "sqlite:"+path, "--now", exportsNow)...)
		if code != report.ExitFailed || !strings.Contains(stderr, "sqlite:"+path) || !strings.Contains(stderr, "the file is damaged: put back a copy, or move it away and scan again") {
			t.Errorf("estray %s: exit code %d\n%s", strings.Join(args, " "), code, stderr)
		}
	}
}

// TestAStoreOfANewerVersionIsLeftAlone: exit code 1 and the cure, for scans and
// for lists, and for both of the schemas in a store.
func TestAStoreOfANewerVersionIsLeftAlone(t *testing.T) {
	for _, table := range []string{"estray_schema", "estray_ledger_version"} {
		t.Run(table, func(t *testing.T) {
			e := newExports(t, small())
			path := filepath.Join(e.dir, "estray.db")
			e.scanned(t, "sqlite:"+path)
			st, err := sqlstore.Open(t.Context(), "sqlite:"+path, sqlstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = st.DB().Exec("INSERT INTO " + table + " (version_id, is_applied) VALUES (99, true)")
			if err := errors.Join(err, st.Close()); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"scan"}, {"findings", "list"}} {
				code, stderr := e.inProcess(t, 0, append(args, "--state", "sqlite:"+path, "--now", exportsNow)...)
				if code != report.ExitFailed || !strings.Contains(stderr, "newer") || !strings.Contains(stderr, "hint: update estray") {
					t.Errorf("estray %s: exit code %d\n%s", strings.Join(args, " "), code, stderr)
				}
			}
		})
	}
}
