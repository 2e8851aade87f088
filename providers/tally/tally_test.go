package tally_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/tally"
)

func cell() inventory.Cell {
	return inventory.Cell{Source: "aws-lambda", Scope: inventory.Scope{Provider: inventory.AWS, Account: "111122223333"}, Capability: inventory.CapFunctions}
}

// explain takes every error for the end of the run.
func explain(error) (inventory.State, inventory.Reason) {
	return inventory.Cancelled, inventory.Reason{Message: "the run was ended"}
}

// TestTallyIsNeverCompleteByDefault lists what a cell becomes of what was said.
func TestTallyIsNeverCompleteByDefault(t *testing.T) {
	denied := inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException", Message: "no"}
	for name, test := range map[string]struct {
		say  func(*tally.Tally)
		want inventory.Coverage
	}{
		"nothing":             {func(*tally.Tally) {}, inventory.Coverage{}},
		"some, but no end":    {func(c *tally.Tally) { c.Add(3) }, inventory.Coverage{Seen: 3}},
		"some, and the end":   {func(c *tally.Tally) { c.Add(3); c.Done() }, inventory.Coverage{State: inventory.Complete, Seen: 3}},
		"none, and the end":   {func(c *tally.Tally) { c.Done() }, inventory.Coverage{State: inventory.Complete}},
		"as many as expected": {func(c *tally.Tally) { c.Add(3); c.Expect(3); c.Done() }, inventory.Coverage{State: inventory.Complete, Seen: 3, Expected: 3}},
		"fewer than expected": {func(c *tally.Tally) { c.Add(3); c.Expect(4); c.Done() }, inventory.Coverage{State: inventory.Partial, Seen: 3, Expected: 4,
			Why: inventory.Reason{Operation: "count", Message: "3 were listed where the vendor counts 4"}}},
		"more than expected": {func(c *tally.Tally) { c.Add(3); c.Expect(2); c.Done() }, inventory.Coverage{State: inventory.Partial, Seen: 3, Expected: 2,
			Why: inventory.Reason{Operation: "count", Message: "3 were listed where the vendor counts 2"}}},
		"a refusal at once":      {func(c *tally.Tally) { c.FailAs(inventory.Denied, denied); c.Done() }, inventory.Coverage{State: inventory.Denied, Why: denied}},
		"a refusal after some":   {func(c *tally.Tally) { c.Add(3); c.FailAs(inventory.Denied, denied); c.Done() }, inventory.Coverage{State: inventory.Partial, Seen: 3, Why: denied}},
		"a refusal before some":  {func(c *tally.Tally) { c.FailAs(inventory.Denied, denied); c.Add(3); c.Done() }, inventory.Coverage{State: inventory.Partial, Seen: 3, Why: denied}},
		"a refusal, without end": {func(c *tally.Tally) { c.FailAs(inventory.Denied, denied) }, inventory.Coverage{State: inventory.Denied, Why: denied}},
		"ended after some":       {func(c *tally.Tally) { c.Add(3); c.Fail(context.Canceled) }, inventory.Coverage{State: inventory.Cancelled, Seen: 3, Why: inventory.Reason{Message: "the run was ended"}}},
		"two kinds of failure": {func(c *tally.Tally) {
			c.FailAs(inventory.Denied, denied)
			c.FailAs(inventory.Throttled, inventory.Reason{})
			c.Done()
		}, inventory.Coverage{State: inventory.Denied, Why: inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException", Message: "no; 2 calls failed"}}},
		"a note":                  {func(c *tally.Tally) { c.Note("by hand"); c.Note("twice"); c.Done() }, inventory.Coverage{State: inventory.Complete, Why: inventory.Reason{Message: "by hand; twice"}}},
		"a note beside a refusal": {func(c *tally.Tally) { c.Note("by hand"); c.FailAs(inventory.Denied, denied) }, inventory.Coverage{State: inventory.Denied, Why: inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException", Message: "no; by hand"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c := tally.New(cell(), explain)
			test.say(c)
			test.want.Cell = cell()
			if diff := cmp.Diff(test.want, c.Coverage()); diff != "" {
				t.Errorf("coverage (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTallyGivesUp(t *testing.T) {
	for name, test := range map[string]struct {
		state inventory.State
		after int
	}{
		"refusals": {inventory.Denied, 20}, "throttling": {inventory.Throttled, 3}, "no answers": {inventory.Unavailable, 3}, "the end of the run": {inventory.Cancelled, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := tally.New(cell(), explain)
			if c.Hopeless() {
				t.Error("hopeless before the first call")
			}
			for range test.after {
				if c.Hopeless() {
					t.Fatal("given up too soon")
				}
				c.FailAs(test.state, inventory.Reason{})
			}
			if !c.Hopeless() || !c.Failed() {
				t.Errorf("not given up after %d", test.after)
			}
			c.Answered()
			if c.Hopeless() {
				t.Error("hopeless after an answer")
			}
		})
	}
}
