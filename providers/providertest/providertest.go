// Package providertest is the contract of package providers as tests: one
// sub-test for each promise of a Planner and its Sources. Every adapter runs
// it over an input of its own.
package providertest

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/estray/estray/providers"
)

// Harness makes the planners that are tested.
type Harness struct {
	// Whole returns a planner over an input of which everything can be read.
	// The input gives at least one asset or event, and is the same each time.
	Whole func(t *testing.T) providers.Planner
	// Flawed returns, by what is wrong, planners over inputs of which some
	// cannot be read.
	Flawed map[string]func(t *testing.T) providers.Planner
	// Canary is a secret that the inputs hold. It must not be empty.
	Canary string
}

// Run tests every promise.
func Run(t *testing.T, h Harness) {
	if h.Canary == "" {
		t.Fatal("the harness plants no canary")
	}
	t.Run("a plan is the same each time", h.planTwice)
	t.Run("each cell is announced by one source", h.announceOnce)
	t.Run("each announced cell is spoken of once, and no other", h.speakOnce)
	t.Run("a whole input is read whole", h.readWhole)
	t.Run("facts are the same each time", h.readTwice)
	t.Run("no fact comes after the word on its cell", h.wordLast)
	t.Run("emit's error is returned unchanged and ends the reading", h.emitError)
	t.Run("a reading that was cancelled before says nothing whole", h.cancelledBefore)
	t.Run("a reading that is cancelled ends or finishes", h.cancelledAmid)
	t.Run("a second reading agrees with the first", h.readAgain)
	t.Run("no fact holds a secret", h.noSecret)
	for name, flawed := range h.Flawed {
		t.Run("not whole: "+name, func(t *testing.T) { h.flawed(t, flawed) })
	}
	// A source works in order and starts nothing that outlives a reading: it is
	// collect that reads side by side, and that bounds how much.
	goleak.VerifyNone(t)
}
