package lifecycle

import (
	"context"
	"errors"
)

// ErrNewer means that a newer version of estray wrote the ledger.
var ErrNewer = errors.New("the ledger has a newer schema than this version knows; use the newer estray")

// ErrChanged means that another process has saved the ledger since it was
// loaded. Nothing was saved.
var ErrChanged = errors.New("another process has changed the findings meanwhile; run the command again")

// ErrNoRun means that the ledger remembers no such run.
var ErrNoRun = errors.New("no findings are kept of this run")

// Ledger keeps the entries between runs.
type Ledger interface {
	// Load returns all entries, sorted as by Advance; none from a new ledger.
	Load(ctx context.Context) ([]Entry, error)
	// Save replaces the entries by all: completely or, after an error, not at
	// all. It returns ErrChanged if the ledger is no longer as it was loaded.
	Save(ctx context.Context, all []Entry) error
}

// Runs remembers which findings were there after which run.
type Runs interface {
	// SaveRun remembers a run. A run that is remembered already is an error.
	SaveRun(ctx context.Context, s Snapshot) error
	// LoadRun returns what is remembered of a run, or an error that wraps ErrNoRun.
	LoadRun(ctx context.Context, run string) (Snapshot, error)
}

// Book is both.
type Book interface {
	Ledger
	Runs
}
