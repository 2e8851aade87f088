package findings_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// TestEachActOnce: the copies of one act in two accounts count once, and every
// other event once too, in order.
func TestEachActOnce(t *testing.T) {
	const caller, owner = "111122223333", "999999999999"
	event := func(id, account, shared string, second int) inventory.Event {
		return inventory.Event{ID: id, Scope: inventory.Scope{Account: account}, Shared: shared,
			Time: time.Date(2026, 1, 1, 0, 0, second, 0, time.UTC), Principal: inventory.Principal{Account: caller}}
	}
	for _, test := range []struct {
		name   string
		events []inventory.Event
		want   string
	}{
		{"nothing is shared", []inventory.Event{event("a", caller, "", 1), event("b", owner, "", 1)}, "a b"},
		{"one event id in two accounts is two events", []inventory.Event{event("a", caller, "", 1), event("a", owner, "", 1)}, "a a"},
		{"the caller's copy stands for both", []inventory.Event{event("a", caller, "s", 1), event("b", owner, "s", 1)}, "a"},
		{"wherever it comes", []inventory.Event{event("b", owner, "s", 1), event("a", caller, "s", 1), event("c", owner, "", 1)}, "a c"},
		{"without the caller's copy the first stands", []inventory.Event{event("b", owner, "s", 1), event("c", "444455556666", "s", 1)}, "b"},
		{"two acts of one instant are two", []inventory.Event{event("a", caller, "s", 1), event("b", caller, "t", 1), event("c", owner, "s", 1), event("d", owner, "t", 1)}, "a b"},
		{"what follows is not held back", []inventory.Event{event("z", caller, "", 0), event("a", caller, "s", 1), event("b", owner, "", 2), event("c", caller, "s", 3)}, "z a b c"},
		{"no event", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := inventory.NewView(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), nil, nil)
			v.Events = func(_ context.Context, _ inventory.Filter, yield func(inventory.Event) error) error {
				for _, e := range test.events {
					if err := yield(e); err != nil {
						return err
					}
				}
				return nil
			}
			var got []string
			if err := findings.WalkActs(t.Context(), v, inventory.Filter{}, func(e inventory.Event) error { got = append(got, e.ID); return nil }); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(got) != fmt.Sprint(strings.Fields(test.want)) {
				t.Errorf("got %v, want %s", got, test.want)
			}
			stop := errors.New("stop")
			err := findings.WalkActs(t.Context(), v, inventory.Filter{}, func(inventory.Event) error { return stop })
			if want := len(test.events) > 0; errors.Is(err, stop) != want {
				t.Errorf("the error of who takes the events: got %v", err)
			}
		})
	}
}
