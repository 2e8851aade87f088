// Package providers is how we came to know: the contract between what reads a
// provider (or a folder of its logs) and what collects the facts.
//
// # The contract
//
// A [Planner] finds out what there is to read and returns sources. A [Source]
// reads some cells of one scope, in order, with no goroutines of its own, and
// hands each fact to emit. What could not be read is a Coverage fact with its
// state and reason; an error from Read means that the source cannot go on.
// Cells that a source announces and never speaks of end as cancelled: nothing
// becomes complete by default.
//
// # Secrets
//
// Secrets are dropped in the decoder, before emit: environment values,
// tokens, presigned links, request bodies that carry code.
package providers

import (
	"context"
	"errors"
	"fmt"

	"github.com/estray/estray/inventory"
)

// Planner finds out what there is to read: which accounts, regions, files.
// Both results may be set, as in os.ReadDir: what could not be planned is
// itself a fact. An error that holds a *Problem becomes the coverage of its
// cell; any other error becomes coverage of the capability "scopes".
type Planner interface {
	Plan(ctx context.Context) ([]Source, error)
}

// Source reads some cells of one scope.
//
// Read is called once. It emits facts and, for each cell of Cells, one
// Coverage. It says complete only after the last page was read and every
// check of completeness held. It returns emit's error unchanged.
type Source interface {
	Cells() []inventory.Cell
	Read(ctx context.Context, since Since, emit Emit) error
}

// Emit takes one fact, from one goroutine at a time. An error stops the
// source, which returns it unchanged.
type Emit func(inventory.Fact) error

// Since tells what was covered of a cell before: the last reading that was
// complete or partial, or malformed with a mark; the zero Coverage (pending) if
// there is none. It is the only cursor.
type Since func(inventory.Cell) inventory.Coverage

// Problem is a reading that did not succeed: what was done, to what, how it
// ended. Its zero State is pending, never "fine".
type Problem struct {
	Cell      inventory.Cell
	State     inventory.State
	Operation string
	Code      string
	Err       error
}

// Error says what was being done, to what, and the cause.
func (p *Problem) Error() string {
	text := fmt.Sprintf("%s (%s)", p.Cell, p.State)
	if p.Operation != "" {
		text = p.Operation + " for " + text
	}
	if p.Err != nil {
		text += ": " + p.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Coverage turns the problem into the fact that reports show.
func (p *Problem) Coverage() inventory.Coverage {
	c := inventory.Coverage{Cell: p.Cell, State: p.State}
	c.Why = inventory.Reason{Operation: p.Operation, Code: p.Code}
	if p.Err != nil {
		c.Why.Message = p.Err.Error()
	}
	return c
}

// Problems collects every *Problem in err's tree, in order; joined errors are
// walked. The rest, if any, is returned as one error.
func Problems(err error) (found []*Problem, rest error) {
	if err == nil {
		return nil, nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var others []error
		for _, e := range joined.Unwrap() {
			p, r := Problems(e)
			found = append(found, p...)
			others = append(others, r)
		}
		return found, errors.Join(others...)
	}
	var p *Problem
	if errors.As(err, &p) {
		return []*Problem{p}, nil
	}
	return nil, err
}
