// Package tally counts what is read of one cell and gives the cell's word, so that
// every adapter comes to complete in the same way: never by default.
package tally

import (
	"fmt"
	"strings"

	"github.com/estray/estray/inventory"
)

const (
	// mostDenials is how many calls of one kind in a row may be denied before
	// no more are tried: a denial may be of one function only, but twenty are
	// of a missing permission.
	mostDenials = 20
	// mostFailures is the same for calls that failed otherwise, each of which
	// was repeated already.
	mostFailures = 3
)

// Explain says what an error of a vendor's call means for a cell.
type Explain func(error) (inventory.State, inventory.Reason)

// Tally keeps the count of one cell while it is read and gives its word. The
// zero value is not used; see [New]. A cell is complete only where Done was
// said and nothing failed, so that whoever forgets either leaves it unread.
type Tally struct {
	cell    inventory.Cell
	explain Explain
	seen    int
	want    *int
	done    bool
	notes   string

	failed int // calls
	row    int // failures since the last success
	state  inventory.State
	why    inventory.Reason
	last   inventory.State
}

// New begins the count of a cell whose calls fail as explain says.
func New(cell inventory.Cell, explain Explain) *Tally { return &Tally{cell: cell, explain: explain} }

// Add counts n things that were read.
func (t *Tally) Add(n int) {
	t.seen += n
	t.row = 0
}

// Answered notes a call that succeeded and found nothing to count.
func (t *Tally) Answered() { t.row = 0 }

// Fail notes a call that failed. The first failure gives the cell its reason.
func (t *Tally) Fail(err error) {
	state, why := t.explain(err)
	t.FailAs(state, why)
}

// FailAs notes a failure that is no error of a call.
func (t *Tally) FailAs(state inventory.State, why inventory.Reason) {
	t.failed++
	t.row++
	t.last = state
	if t.state == inventory.Pending {
		t.state, t.why = state, why
	}
}

// Expect says how many there should be: another count than that is a hole.
func (t *Tally) Expect(n int) { t.want = &n }

// Note adds a word for the reader that changes no state.
func (t *Tally) Note(text string) { t.notes = join(t.notes, text) }

// Done says that the last page was read, or the last call made.
func (t *Tally) Done() { t.done = true }

// Failed reports whether something failed.
func (t *Tally) Failed() bool { return t.failed > 0 }

// Hopeless reports whether further calls of the kind would only fail again.
func (t *Tally) Hopeless() bool {
	switch t.last {
	case inventory.Cancelled:
		return t.row > 0
	case inventory.Denied:
		return t.row >= mostDenials
	}
	return t.row >= mostFailures
}

// Reason is why the cell is not whole; empty if nothing failed.
func (t *Tally) Reason() inventory.Reason { return t.why }

// Coverage is the word on the cell. Read is left to the collector.
func (t *Tally) Coverage() inventory.Coverage {
	c := inventory.Coverage{Cell: t.cell, Seen: t.seen, State: t.state, Why: t.why}
	if t.want != nil {
		c.Expected = *t.want
	}
	switch {
	case t.failed > 0:
		if t.seen > 0 && t.state != inventory.Cancelled {
			c.State = inventory.Partial
		}
		if t.failed > 1 {
			c.Why.Message = join(c.Why.Message, fmt.Sprintf("%d calls failed", t.failed))
		}
	case !t.done:
		return c // pending: nobody said that it was read
	case t.want != nil && *t.want != t.seen:
		c.State = inventory.Partial
		c.Why = inventory.Reason{Operation: "count", Message: fmt.Sprintf("%d were listed where the vendor counts %d", t.seen, *t.want)}
	default:
		c.State = inventory.Complete
	}
	if t.notes != "" {
		c.Why.Message = join(c.Why.Message, t.notes)
	}
	return c
}

// join adds a sentence to a message.
func join(a, b string) string {
	if a == "" {
		return b
	}
	return strings.TrimSuffix(a, ".") + "; " + b
}
