package inventory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/estray/estray/inventory"
)

// TestUsageIsOrderedByAllThatIdentifiesIt: each row is larger than the one
// before by one field, though all fields after that are smaller.
func TestUsageIsOrderedByAllThatIdentifiesIt(t *testing.T) {
	const more, less = "b", "a"
	all := []inventory.Usage{
		{Identity: less, Asset: less, Service: less, Name: less, Outcome: less, Scope: inventory.Scope{Account: less}, Part: less},
		{Identity: less, Asset: less, Service: less, Name: less, Outcome: less, Scope: inventory.Scope{Account: less}, Part: more},
		{Identity: less, Asset: less, Service: less, Name: less, Outcome: less, Scope: inventory.Scope{Account: more}, Part: less},
		{Identity: less, Asset: less, Service: less, Name: less, Outcome: less, Overflow: true, Scope: inventory.Scope{Account: less}, Part: less},
		{Identity: less, Asset: less, Service: less, Name: less, Outcome: more},
		{Identity: less, Asset: less, Service: less, Name: more},
		{Identity: less, Asset: less, Service: more},
		{Identity: less, Asset: more},
		{Identity: more},
	}
	for i, a := range all {
		for j, b := range all {
			if got, want := sign(inventory.CompareUsage(a, b)), sign(i-j); got != want {
				t.Errorf("%+v to %+v is %d, want %d", a, b, got, want)
			}
		}
	}
	counted := all[0]
	counted.Count, counted.Outside, counted.First, counted.Last = 1, 1, on(1), on(2)
	if inventory.CompareUsage(all[0], counted) != 0 {
		t.Error("counts and times tell a row from another")
	}
}

func sign(n int) int { return max(-1, min(n, 1)) }

func TestTally(t *testing.T) {
	v := inventory.NewView(on(9), nil, nil)
	never := func(inventory.Usage) error { t.Error("a view without usage tells some"); return nil }
	if err := v.Tally(t.Context(), inventory.UsageFilter{}, never); err != nil {
		t.Error(err)
	}
	enough, want := errors.New("enough"), inventory.UsageFilter{Identity: "role", Asset: "f"}
	v.Usage = func(_ context.Context, f inventory.UsageFilter, yield func(inventory.Usage) error) error {
		if f != want {
			t.Errorf("asked for %+v, want %+v", f, want)
		}
		return yield(inventory.Usage{Identity: "role"})
	}
	if err := v.Tally(t.Context(), want, func(inventory.Usage) error { return enough }); err != enough {
		t.Errorf("error %v, want that of the receiver", err)
	}
}

// TestCounting: no usage means something only where it was counted.
func TestCounting(t *testing.T) {
	log := func(region string, counted inventory.Counted) inventory.Coverage {
		c := read(cell(inventory.CapEvents, region), inventory.Complete, on(1))
		c.Usage = counted
		return c
	}
	one, two := log("eu-west-1", inventory.CountRoles), log("us-east-1", inventory.CountFunctions)
	v := inventory.NewView(on(9), nil, []inventory.Coverage{one, two, log("eu-north-1", inventory.CountNone)})
	account := inventory.Scope{Provider: inventory.AWS, Account: "111122223333"}
	in := func(region string) inventory.Scope {
		return inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: region}
	}
	for name, test := range map[string]struct {
		scope inventory.Scope
		want  []inventory.Coverage
	}{
		"an account is counted where any region is":   {account, []inventory.Coverage{one, two}},
		"a region is counted by its own log":          {in("us-east-1"), []inventory.Coverage{two}},
		"a log that was read and not counted is none": {in("eu-north-1"), nil},
		"another account is not counted":              {inventory.Scope{Provider: inventory.AWS, Account: "2"}, nil},
	} {
		if diff := cmp.Diff(test.want, v.Counting(test.scope), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
