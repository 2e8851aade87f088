package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

func sampleRun(n int) store.Run {
	return store.Run{ID: "run", Now: hour(1), Started: hour(n), Holder: "host build-7, process 4711", Version: "1.0.0"}
}

func begin(t *testing.T, s store.Store, r store.Run) (store.Run, *store.Run) {
	t.Helper()
	begun, interrupted, err := s.Begin(t.Context(), r, 0)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	return begun, interrupted
}

func end(t *testing.T, s store.Store, r store.Run) store.Run {
	t.Helper()
	r.Finished, r.ExitCode = r.Started.Add(time.Minute), 3
	if err := s.End(t.Context(), r); err != nil {
		t.Fatalf("end: %v", err)
	}
	return r
}

func runsListed(t *testing.T, open Opener) {
	s := open(t)
	var want []store.Run
	// All ask for one id, as scans do that begin in one second.
	for _, id := range []string{"run", "run-2", "run-3"} {
		r, interrupted := begin(t, s, sampleRun(2))
		if interrupted != nil {
			t.Errorf("told of an interrupted run: %+v", interrupted)
		}
		same(t, "id", id, r.ID)
		want = append(want, end(t, s, r))
	}
	got, err := s.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "runs", want, got)
}

func interruptedTold(t *testing.T, open Opener) {
	s := open(t)
	first, _ := begin(t, s, sampleRun(1))
	end(t, s, first)
	lost, _ := begin(t, s, sampleRun(2))
	if err := s.End(t.Context(), lost); err != nil { // ends without a time: as if it had died
		t.Fatal(err)
	}
	next, interrupted := begin(t, s, sampleRun(3))
	same(t, "interrupted", &lost, interrupted)
	end(t, s, next)
	_, interrupted = begin(t, s, sampleRun(4))
	if interrupted != nil {
		t.Errorf("told again of a run that is known to be lost: %+v", interrupted)
	}
}

func oneScanAtATime(t *testing.T, open Opener) {
	s := open(t)
	r, _ := begin(t, s, sampleRun(1))
	_, _, err := s.Begin(t.Context(), sampleRun(2), 0)
	var held *store.HeldError
	if !errors.As(err, &held) {
		t.Fatalf("second begin: %v, want a HeldError", err)
	}
	for _, part := range []string{r.Holder, "2026-03-01T01:00:00Z"} {
		if !strings.Contains(held.Holder, part) {
			t.Errorf("holder %q does not name %q", held.Holder, part)
		}
	}
	end(t, s, r)
	begin(t, s, sampleRun(3))
}

func waitingScan(t *testing.T, open Opener) {
	s := open(t)
	r, _ := begin(t, s, sampleRun(1))
	got := make(chan error, 1)
	go func() {
		_, _, err := s.Begin(t.Context(), sampleRun(2), time.Minute)
		got <- err
	}()
	select {
	case err := <-got:
		t.Fatalf("the second scan did not wait: %v", err)
	// Time for an implementation that polls to ask more than once.
	case <-time.After(300 * time.Millisecond):
	}
	end(t, s, r)
	if err := <-got; err != nil {
		t.Errorf("the second scan: %v", err)
	}
}

// endNeedsBegin: to end a run lets the next scan in, which must not happen
// while the holder still writes.
func endNeedsBegin(t *testing.T, open Opener) {
	s := open(t)
	if err := s.End(t.Context(), sampleRun(1)); err == nil {
		t.Error("a run was ended that nobody began")
	}
	r, _ := begin(t, s, sampleRun(1))
	other := r
	other.ID = "other"
	if err := s.End(t.Context(), other); err == nil {
		t.Error("another run was ended")
	}
	end(t, s, r)
}

// cancelledStoresNothing: half a batch would be facts without their coverage,
// or worse, coverage without its facts.
func cancelledStoresNothing(t *testing.T, open Opener) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Append(ctx, store.Batch{Run: "run", Facts: []inventory.Fact{seen("pay", "one", hour(1))}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v, want context.Canceled", err)
	}
	same(t, "assets", 0, len(viewAt(t, s, never()).Assets))
}
