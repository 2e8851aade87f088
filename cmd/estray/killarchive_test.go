//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/internal/trailgen"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// newTrail is a folder with a trail of a busy organization: several megabytes
// over many days, in which functions and roles act.
func newTrail(t *testing.T, cfg trailgen.Config) exports {
	t.Helper()
	e := noExports(t)
	e.write(t, "estray.yaml", []byte("providers: {archives: [{kind: cloudtrail, url: logs}]}\n"))
	if _, err := trailgen.Write(filepath.Join(e.dir, "logs"), cfg); err != nil {
		t.Fatal(err)
	}
	return e
}

func killTrail() trailgen.Config {
	cfg := trailgen.Default(160, 120_000)
	cfg.Accounts, cfg.Regions, cfg.Days, cfg.LambdaShare = 2, 1, 25, 0.1
	return cfg
}

// known is what a store says: the report without its run, all events and all use.
type known struct{ Report, Events, Usage string }

// knownOf scans to the end and asks the store.
func (e exports) knownOf(t *testing.T, state string) (known, scan) {
	t.Helper()
	s := e.scanned(t, state)
	list := exec.Command(e.program, "events", "list", "--state", state, "--now", exportsNow, "--format", "jsonl")
	list.Dir = e.dir
	var out, errs bytes.Buffer
	list.Stdout, list.Stderr = &out, &errs
	if err := list.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", list.Args, err, errs.String())
	}
	return known{s.unresolved(t), out.String(), e.usage(t, state)}, s
}

// usage lists all use in a store, summed over its parts.
func (e exports) usage(t *testing.T, state string) string {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), state, sqlstore.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	v, err := st.View(t.Context(), e.now(t))
	if err == nil {
		err = v.Tally(t.Context(), inventory.UsageFilter{}, func(u inventory.Usage) error {
			fmt.Fprintf(&b, "%+v\n", u)
			return nil
		})
	}
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// watch counts what a process does with files in some folders: the openings and
// closings of objects, the writings of a store. So a scan can be ended by how far
// it is, and not by how long it took.
type watch struct {
	fd   *os.File
	seen int
}

func (e exports) watch(t *testing.T, state string) *watch {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	w := &watch{fd: os.NewFile(uintptr(fd), "inotify")}
	add := func(dir string, mask uint32) {
		if _, err := syscall.InotifyAddWatch(fd, dir, mask); err != nil {
			t.Fatal(err)
		}
	}
	err = filepath.WalkDir(filepath.Join(e.dir, "logs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			add(path, syscall.IN_OPEN|syscall.IN_CLOSE_NOWRITE)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if file, ok := strings.CutPrefix(state, "sqlite:"); ok {
		add(filepath.Dir(file), syscall.IN_MODIFY)
	}
	t.Cleanup(func() { w.fd.Close() })
	return w
}

// upTo calls act once so many things were seen, and returns how many were when
// the watch ended.
func (w *watch) upTo(n int, act func()) int {
	buf := make([]byte, 64<<10)
	for {
		got, err := w.fd.Read(buf)
		if err != nil {
			return w.seen
		}
		for rest := buf[:got]; len(rest) >= syscall.SizeofInotifyEvent; {
			event := (*syscall.InotifyEvent)(unsafe.Pointer(&rest[0]))
			rest = rest[syscall.SizeofInotifyEvent+event.Len:]
			if event.Mask&syscall.IN_ISDIR > 0 {
				continue
			}
			if w.seen++; w.seen == n {
				act()
			}
		}
	}
}

// endedAt starts a scan and ends it by a signal at the n-th thing that it does;
// 0: it ends by itself. It returns the scan and how much was seen of it.
func (e exports) endedAt(t *testing.T, signal os.Signal, n int, state string) (scan, int) {
	t.Helper()
	w := e.watch(t, state)
	cmd := e.command(t.Context(), state)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := make(chan int)
	go func() {
		seen <- w.upTo(n, func() { _ = cmd.Process.Signal(signal) }) // it may have ended by itself
	}()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err := w.fd.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil { // for what was not read yet
		t.Fatal(err)
	}
	return scan{code: cmd.ProcessState.ExitCode(), stderr: errs.String()}, <-seen
}

// TestAnEndAmidAnArchive kills and stops scans of an archive of many days at what
// they do: while they open and read objects, and while they write the store. The
// next scan goes on, and then the store says what it says after an undisturbed
// scan: the same report, the same events, the same use, nothing lost or doubled.
func TestAnEndAmidAnArchive(t *testing.T) {
	testparts.Heavy(t, "a process to kill")
	e := newTrail(t, killTrail())
	folder := func(name string) string {
		dir := filepath.Join(e.dir, "stores", name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		return "sqlite:" + filepath.Join(dir, "estray.db")
	}
	want, _ := e.knownOf(t, folder("undisturbed"))
	if n, used := strings.Count(want.Events, "\n"), strings.Count(want.Usage, "\n"); n < 1000 || used < 300 {
		t.Fatalf("%d events and %d rows of use: the test shows too little", n, used)
	}
	_, total := e.endedAt(t, os.Interrupt, 0, folder("watched"))
	ended, amid := 0, 0
	check := func(signal os.Signal, percent int, state string) {
		t.Helper()
		s, seen := e.endedAt(t, signal, max(total*percent/100, 1), state)
		switch {
		case signal == syscall.SIGKILL && s.code < 0, signal == os.Interrupt && s.code == report.ExitFailed:
			ended++
		case s.code != report.ExitFindings:
			t.Errorf("%s at %d %%: exit code %d\n%s", signal, percent, s.code, s.stderr)
		}
		if signal == os.Interrupt && s.code == report.ExitFailed && !strings.Contains(s.stderr, "was stopped") {
			t.Errorf("%s at %d %%: it does not say so:\n%s", signal, percent, s.stderr)
		}
		if n := e.stored(t, state); n > 0 && n < strings.Count(want.Events, "\n") {
			amid++
		}
		got, _ := e.knownOf(t, state)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s at %d %% (%d of %d): what the store says differs:\n%.4000s", signal, percent, seen, total, d)
		}
	}
	for i := range 12 {
		check(syscall.SIGKILL, 1+8*i, folder(fmt.Sprint("killed-", i)))
	}
	for i := range 6 {
		check(os.Interrupt, 3+16*i, folder(fmt.Sprint("stopped-", i)))
	}
	// How many signals find a scan amid its events depends on how busy the machine
	// is: more are sent until enough did.
	tried := 18
	for ; tried < 60 && (ended < 13 || amid < 6); tried++ {
		check(syscall.SIGKILL, 10+11*tried%80, folder(fmt.Sprint("killed-", tried)))
	}
	t.Logf("of %d scans %d were ended before their end, and %d left part of the events", tried, ended, amid)
	if ended < 13 || amid < 6 {
		t.Error("too few: the test shows too little")
	}
	server := testparts.StartPostgres(t)
	_, total = e.endedAt(t, os.Interrupt, 0, server.Database(t))
	for i, signal := range []os.Signal{syscall.SIGKILL, os.Interrupt, syscall.SIGKILL, os.Interrupt, syscall.SIGKILL, syscall.SIGKILL} {
		check(signal, 15+15*i, server.Database(t))
	}
}

// stored counts the events in a store; 0: the scan did not come so far as to make
// one.
func (e exports) stored(t *testing.T, state string) int {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), state, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return 0
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return len(events(t, state, e.now(t)))
}

func (e exports) now(t *testing.T) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, exportsNow)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestProcessorsDoNotShow: a report is the same byte for byte, and the store says
// the same, however many processors read the archive.
func TestProcessorsDoNotShow(t *testing.T) {
	e := newTrail(t, killTrail())
	var want known
	var text []byte
	for _, processors := range []string{"1", "4", "2"} {
		t.Setenv("GOMAXPROCS", processors)
		got, _ := e.knownOf(t, "sqlite:"+filepath.Join(e.dir, processors+".db"))
		written, err := os.ReadFile(e.report)
		if err != nil {
			t.Fatal(err)
		}
		if processors == "1" {
			want, text = got, written
			continue
		}
		if !bytes.Equal(text, written) {
			t.Errorf("with %s processors the report differs:\n%.4000s", processors, cmp.Diff(string(text), string(written)))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("with %s processors (-1 +%s):\n%.4000s", processors, processors, d)
		}
	}
}
