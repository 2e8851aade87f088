// Package store is the contract of what keeps facts: batches in, views out.
//
// Facts and the coverage that vouches for them are committed in one
// transaction. A process killed at any instant loses at most the open batch.
// The suite in storetest holds every promise of this file; each
// implementation passes it.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/estray/estray/inventory"
)

// ErrNewer means that the store was written by a newer version of estray.
var ErrNewer = errors.New("the store has a newer schema than this version knows")

// UnmadeError means that a store cannot be opened for reading before it was
// opened for writing once: it is not there yet, is empty, or has an older schema.
type UnmadeError struct {
	// Why says which, and what to do.
	Why string
}

// Error is Why.
func (e *UnmadeError) Error() string { return e.Why }

// Run is one scan of the store.
type Run struct {
	// ID is derived from Now, so that a fixed clock gives a fixed id; a number
	// is added where the store holds that id already.
	ID string
	// Now is the instant that the scan judges by; Started and Finished are the
	// clock's. Finished is zero while the run goes on, or if it was interrupted.
	Now, Started, Finished time.Time
	// Holder says who runs it: host and process.
	Holder string
	// Version of estray.
	Version string
	// ExitCode of a finished run.
	ExitCode int
}

// Batch is what one Append commits as a whole.
type Batch struct {
	Run   string
	Facts []inventory.Fact
}

// Writer takes facts.
type Writer interface {
	// Append commits a batch: all of it or nothing. The same fact twice
	// changes nothing. Coverage in a batch is committed with its
	// facts, never before them.
	//
	// A batch that holds usage of a part holds all of it: it replaces all that
	// is stored under the text of Part, in whatever scope. Of two usages in one
	// batch that differ in nothing but counts and times the later one stands.
	// What is stored of a part of which a batch holds nothing stays.
	//
	// A permit is known by cell and id; the one that was read last stands.
	Append(ctx context.Context, b Batch) error
}

// Reader answers from the stored facts.
type Reader interface {
	// View is the facts as of the instant at. Its Events, Usage and History
	// stream from the store and stop working when the store is closed. Usage is
	// kept, and told, to the microsecond.
	View(ctx context.Context, at time.Time) (*inventory.View, error)
	// Covered is the last reading of a cell that was complete or partial, so the
	// place where the next one starts; the zero Coverage (pending) if none. A
	// malformed reading is such a place too if it has a mark: a log with one
	// damaged object was read but for that one, and the mark says so.
	Covered(ctx context.Context, c inventory.Cell) (inventory.Coverage, error)
	// Words are what [inventory.NewView] makes the coverage at the instant at
	// of, and the announcement of every cell that was ever planned. The order
	// means nothing.
	Words(ctx context.Context, at time.Time) ([]inventory.Coverage, error)
}

// Runs keeps the list of scans and lets one at a time onto the store.
type Runs interface {
	// Begin starts a run. If another process holds the store, it waits up to
	// wait and then returns a *HeldError. Interrupted is the last run that
	// began and never finished, if any: its open batch is lost.
	Begin(ctx context.Context, r Run, wait time.Duration) (begun Run, interrupted *Run, err error)
	// End finishes the run that this process began and lets the next one in.
	End(ctx context.Context, r Run) error
	// Runs lists runs, oldest first.
	Runs(ctx context.Context) ([]Run, error)
}

// Store is the whole contract.
type Store interface {
	Writer
	Reader
	Runs
	Close() error
}

// HeldError means that another scan holds the store.
type HeldError struct{ Holder string }

// Error names the holder and the cure.
func (e *HeldError) Error() string {
	return fmt.Sprintf("the store is held by another scan (%s); wait for it to end, or give --state another store", e.Holder)
}
