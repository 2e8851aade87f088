package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

const killInstants = 30

// TestAKilledScanLosesAtMostTheOpenBatch kills a scan at random instants. The
// store must open again, the next scan must say what happened and complete, and
// its report must equal that of an undisturbed scan but for run id and times.
func TestAKilledScanLosesAtMostTheOpenBatch(t *testing.T) {
	testparts.Heavy(t, "kill -9")
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		e := newExports(t, small())
		n := 0
		e.killed(t, func() string {
			n++
			return fmt.Sprintf("sqlite:%s", filepath.Join(e.dir, fmt.Sprintf("killed-%d.db", n)))
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		server := testparts.StartPostgres(t)
		newExports(t, small()).killed(t, func() string { return server.Database(t) })
	})
}

// killed runs the instants on stores of one kind. They are spread over the time
// that a scan takes, one in each part of it.
func (e exports) killed(t *testing.T, fresh func() string) {
	want := e.scanned(t, fresh()).facts(t)
	whole := e.duration(t, fresh)
	rng := rand.New(rand.NewPCG(1, 2))
	killed, begun := 0, 0
	for i := range killInstants {
		state := fresh()
		instant := time.Duration((float64(i) + rng.Float64()) / killInstants * float64(whole))
		if e.kill(t, state, instant) {
			killed++
		}
		after := e.scanned(t, state)
		if after.saysInterrupted(t, state) {
			begun++
		}
		if d := cmp.Diff(want, after.facts(t)); d != "" {
			t.Fatalf("instant %d (%s of %s): the report after a kill differs:\n%s", i, instant, whole, d)
		}
	}
	t.Logf("of %d scans of %s, %d were killed before their end and %d of those in a run", killInstants, whole.Round(time.Millisecond), killed, begun)
	if killed < killInstants/2 || begun < killInstants/6 {
		t.Errorf("%d of %d scans were killed before their end, %d of them in a run: the test shows too little", killed, killInstants, begun)
	}
}

// duration is how long a scan into a fresh store takes: the shorter of two.
func (e exports) duration(t *testing.T, fresh func() string) time.Duration {
	return min(e.scanned(t, fresh()).took, e.scanned(t, fresh()).took)
}

// kill starts a scan and kills it after a while. It reports whether the scan
// was still running. An output is whole or not there.
func (e exports) kill(t *testing.T, state string, after time.Duration) bool {
	t.Helper()
	if err := os.Remove(e.report); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	cmd := e.command(t.Context(), state)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = cmd.Process.Kill() // it may have ended by itself
	err := cmd.Wait()
	if _, found := os.Stat(e.report); found == nil {
		readDocument(t, e.report)
	}
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() < 0
}

// saysInterrupted holds what the scan said against the list of runs: where the
// run before it had begun and not ended, the scan must have said so.
func (s scan) saysInterrupted(t *testing.T, state string) bool {
	t.Helper()
	runs := runsOf(t, state)
	begun := len(runs) > 1 && runs[len(runs)-2].Finished.IsZero()
	if said := strings.Contains(s.stderr, "the last scan was interrupted"); said != begun {
		t.Errorf("the list of runs says that the last one was interrupted: %v; the scan says so: %v\n%s", begun, said, s.stderr)
	}
	return begun
}

func runsOf(t *testing.T, state string) []store.Run {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), state, sqlstore.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	runs, err := st.Runs(t.Context())
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	return runs
}
