package sqlstore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

func TestLockIsFreedWhenItsHolderIsKilled(t *testing.T) {
	testparts.Heavy(t, "a process to kill")
	server := startSchemas(t)
	for name, url := range map[string]string{"sqlite": fileURL(t), "postgres": server.url(t)} {
		t.Run(name, func(t *testing.T) {
			child, said := startChild(t, "hold", url)
			if said != "held" {
				t.Fatalf("child: %s", said)
			}
			s := openAt(t, url)
			_, _, err := s.Begin(t.Context(), store.Run{ID: "run"}, 0)
			var held *store.HeldError
			if !errors.As(err, &held) || !strings.Contains(held.Holder, fmt.Sprint("process ", child.Process.Pid)) {
				t.Fatalf("error %v does not name process %d", err, child.Process.Pid)
			}
			if _, err := s.View(t.Context(), benchDay(0)); err != nil {
				t.Errorf("a reader is kept out: %v", err)
			}
			kill(child)
			_, interrupted, err := s.Begin(t.Context(), store.Run{ID: "run"}, time.Minute)
			if err != nil || interrupted == nil || interrupted.ID != "run" {
				t.Errorf("begin after the kill: %v, interrupted %+v", err, interrupted)
			}
		})
	}
}

// TestKillLeavesWholeBatches kills a scan at random instants, again and again
// on one store. What is there is always the first so many batches, whole.
func TestKillLeavesWholeBatches(t *testing.T) {
	testparts.Heavy(t, "a process to kill")
	server := startSchemas(t)
	for name, url := range map[string]string{"sqlite": fileURL(t), "postgres": server.url(t)} {
		t.Run(name, func(t *testing.T) {
			for range 12 {
				child, said := startChild(t, "append", url)
				if !strings.HasPrefix(said, "run") {
					t.Fatalf("child: %s", said)
				}
				time.Sleep(rand.N(120 * time.Millisecond))
				kill(child)
			}
			s := openAt(t, url)
			// The server may take a moment to see that the last client is gone.
			if _, interrupted, err := s.Begin(t.Context(), store.Run{ID: "run"}, time.Minute); err != nil || interrupted == nil {
				t.Fatalf("begin after the kills: %v, interrupted %v", err, interrupted)
			}
			got := dump(t, s, benchDay(99))
			v, err := s.View(t.Context(), benchDay(99))
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Coverage) == 0 {
				t.Fatal("no batch was stored: the test shows nothing")
			}
			undisturbed := openAt(t, fileURL(t))
			for n := range v.Coverage {
				if err := undisturbed.Append(t.Context(), crashBatch(n)); err != nil {
					t.Fatal(err)
				}
			}
			if want := dump(t, undisturbed, benchDay(99)); want != got {
				t.Errorf("after %d batches and 12 kills the store differs from an undisturbed one", len(v.Coverage))
			}
		})
	}
}

// TestTwoOpenersMakeOneNewStore: all make the schema at the same time.
func TestTwoOpenersMakeOneNewStore(t *testing.T) {
	server := startSchemas(t)
	for name, url := range map[string]string{"sqlite": fileURL(t), "postgres": server.url(t)} {
		t.Run(name, func(t *testing.T) {
			done := make(chan error, 4)
			for range cap(done) {
				go func() {
					s, err := openStore(t, url)
					if err == nil {
						err = errors.Join(s.Append(t.Context(), store.Batch{Run: "run", Facts: []inventory.Fact{benchEvent(1)}}), s.Close())
					}
					done <- err
				}()
			}
			for range cap(done) {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		})
	}
}
