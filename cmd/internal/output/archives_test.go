package output_test

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/estray/estray/cmd/internal/output"
	"github.com/estray/estray/providers/archive"
)

// reading is what is told of archives, and may be changed meanwhile.
type reading struct {
	mu  sync.Mutex
	now archive.Progress
}

func (r *reading) Progress() archive.Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *reading) set(p archive.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = p
}

// lines are the log lines since the last call, without time and level.
func lines(log *bytes.Buffer) []string {
	out := strings.Split(strings.TrimSpace(log.String()), "\n")
	log.Reset()
	for i := range out {
		_, out[i], _ = strings.Cut(out[i], "msg=")
	}
	return out
}

// TestArchivesMoveBetweenSteps: one source may read for an hour.
func TestArchivesMoveBetweenSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var r reading
		p := output.NewProgress(io.Discard, 0, slog.New(slog.NewTextHandler(&log, nil)), time.Now)
		p.Watch(r.Progress)
		told := func(d time.Duration, p archive.Progress, want ...string) {
			t.Helper()
			r.set(p)
			time.Sleep(d)
			synctest.Wait()
			if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(lines(&log), "\n")); diff != "" {
				t.Errorf("after %v (-want +got):\n%s", d, diff)
			}
		}
		told(20*time.Second, archive.Progress{})
		p.Step(0, 2, 0)
		told(0, archive.Progress{}, "reading sources=0 of=2 facts=0")
		// Listed, and nothing is read.
		told(5250*time.Millisecond, archive.Progress{DueObjects: 400, DueBytes: 1_000_000},
			"reading sources=0 of=2 facts=0 objects=0 due_objects=400 bytes=0 due_bytes=1000000 events=0")
		// Less than one in a hundred: the time left would be a guess.
		told(5*time.Second, archive.Progress{Objects: 4, DueObjects: 400, Bytes: 9_999, DueBytes: 1_000_000, Inflated: 95_000, Events: 2},
			"reading sources=0 of=2 facts=0 objects=4 due_objects=400 bytes=9999 due_bytes=1000000 events=2 inflated_per_second=10000")
		told(10*time.Second, archive.Progress{Objects: 100, DueObjects: 400, Bytes: 250_000, DueBytes: 1_000_000, Inflated: 1_450_000, Events: 9},
			"reading sources=0 of=2 facts=0 objects=100 due_objects=400 bytes=250000 due_bytes=1000000 events=9 inflated_per_second=100000 left=44s")
		// Nothing new is nothing to tell.
		told(time.Minute, archive.Progress{Objects: 100, DueObjects: 400, Bytes: 250_000, DueBytes: 1_000_000, Inflated: 1_450_000, Events: 9})
		// The end has no time left.
		told(time.Minute, archive.Progress{Objects: 400, DueObjects: 400, Bytes: 1_000_000, DueBytes: 1_000_000, Inflated: 8_000_000, Events: 40},
			"reading sources=0 of=2 facts=0 objects=400 due_objects=400 bytes=1000000 due_bytes=1000000 events=40 inflated_per_second=100000")
		p.Done()
		told(time.Minute, archive.Progress{Objects: 401, DueObjects: 401})
	})
}

// TestArchivesOnATerminal stand in the bar's description.
func TestArchivesOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var screen bytes.Buffer
		var r reading
		p := output.NewProgress(&screen, 120, slog.New(slog.DiscardHandler), time.Now)
		p.Watch(r.Progress)
		time.Sleep(time.Second)
		p.Plan(3, 7)
		time.Sleep(time.Second)
		p.Step(1, 3, 10)
		r.set(archive.Progress{DueObjects: 5000, DueBytes: 4_100_000_000})
		time.Sleep(time.Second)
		synctest.Wait()
		for _, want := range []string{"planning: 3 of 7 accounts", "1 of 3 sources, 0 of 5000 objects, 0 B of 4.1 GB, 0 events"} {
			if !strings.Contains(screen.String(), want) {
				t.Errorf("the terminal shows %q, want %q", screen.String(), want)
			}
		}
		screen.Reset()
		r.set(archive.Progress{Objects: 1234, DueObjects: 5000, Bytes: 1_000_000_000, DueBytes: 4_000_000_000, Inflated: 12_300_000_000, Events: 312})
		time.Sleep(9 * time.Second)
		synctest.Wait()
		if want := "1 of 3 sources, 1234 of 5000 objects, 1.0 GB of 4.0 GB, 312 events, 1.3 GB/s, 29s left  25% |██        |"; !strings.Contains(screen.String(), want) {
			t.Errorf("the terminal shows %q, want %q", screen.String(), want)
		}
		// At the end of the archives, the sources again.
		screen.Reset()
		r.set(archive.Progress{Objects: 5000, DueObjects: 5000, Bytes: 4_000_000_000, DueBytes: 4_000_000_000})
		time.Sleep(time.Second)
		synctest.Wait()
		if want := "1 of 3 sources, 10 facts  33% |"; !strings.Contains(screen.String(), want) {
			t.Errorf("the terminal shows %q, want %q", screen.String(), want)
		}
		p.Done()
	})
}

// TestABarFitsItsTerminal: a line that wraps cannot be taken back.
func TestABarFitsItsTerminal(t *testing.T) {
	for width, want := range map[int]string{
		200: "\r12 of 40 sources, 123456 of 500000 objects, 123.4 GB of 412.0 GB, 31234 events, 93.3 GB/s, 2m20s left  29% |",
		100: "\r12 of 40 sources, 123456 of 500000 objects, 31234 events, 93.3 GB/s, 2m20s left  29% |",
		95:  "\r123456 of 500000 objects, 31234 events, 93.3 GB/s, 2m20s left  29% |",
		80:  "\r123456 of 500000 objects, 31234 events, 2m20s left  29% |",
		50:  "\r123456 of 500000 objects  29% |",
		40:  "\r123456 of 500000 ob  29% |",
	} {
		synctest.Test(t, func(t *testing.T) {
			var screen bytes.Buffer
			var r reading
			p := output.NewProgress(&screen, width, slog.New(slog.DiscardHandler), time.Now)
			p.Watch(r.Progress)
			p.Step(12, 40, 10)
			r.set(archive.Progress{DueObjects: 1})
			time.Sleep(time.Second)
			r.set(archive.Progress{Objects: 123456, DueObjects: 500000, Bytes: 123_400_000_000, DueBytes: 412_000_000_000, Inflated: 5_600_000_000_000, Events: 31234})
			time.Sleep(59500 * time.Millisecond)
			synctest.Wait()
			if got := screen.String(); !strings.Contains(got, want) {
				t.Errorf("%d columns: the terminal shows %q, want %q", width, got[max(0, len(got)-300):], want)
			}
			for line := range strings.SplitSeq(screen.String(), "\r") {
				if n := utf8.RuneCountInString(line); n >= width {
					t.Errorf("%d columns: %d are taken by %q", width, n, line)
				}
			}
			p.Done()
		})
	}
}

// TestWithoutArchivesNothingIsSaidOfThem.
func TestWithoutArchivesNothingIsSaidOfThem(t *testing.T) {
	var log, screen bytes.Buffer
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	logger := slog.New(slog.NewTextHandler(&log, nil))
	line, bar := output.NewProgress(io.Discard, 0, logger, clock), output.NewProgress(&screen, 120, logger, clock)
	now = now.Add(time.Minute)
	for _, p := range []*output.Progress{line, bar} {
		p.Watch((*archive.Meter)(nil).Progress)
		p.Step(1, 2, 3)
		p.Done()
		p.Done()
	}
	if !strings.Contains(log.String(), "sources=1 of=2 facts=3\n") || strings.Contains(screen.String()+log.String(), "objects") {
		t.Errorf("%q, %q", screen.String(), log.String())
	}
}

// TestDoneLeavesNothingBehind: no goroutine, drawing or logging.
func TestDoneLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, width := range []int{0, 80} {
		p := output.NewProgress(io.Discard, width, slog.New(slog.DiscardHandler), time.Now)
		p.Watch(new(archive.Meter).Progress)
		p.Plan(1, 2)
		p.Done()
	}
}
