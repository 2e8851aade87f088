package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
)

// usage is what a role did on the n-th day of the samples.
func usage(role, name string, n, count int) inventory.Usage {
	at := hour(24 * n).Truncate(time.Microsecond)
	return inventory.Usage{
		Identity: "arn:aws:iam::111122223333:role/" + role, Service: "dynamodb.amazonaws.com", Name: name, Outcome: inventory.Succeeded,
		Part: fmt.Sprint("trail of day ", n), Scope: place("111122223333"), Count: count, Outside: 1, First: at, Last: at.Add(time.Hour),
	}
}

// tallied is what a view tells of the use that the filter selects.
func tallied(t *testing.T, v *inventory.View, f inventory.UsageFilter) []inventory.Usage {
	t.Helper()
	var out []inventory.Usage
	err := v.Tally(t.Context(), f, func(u inventory.Usage) error {
		out = append(out, u)
		return nil
	})
	if err != nil {
		t.Fatalf("tally: %v", err)
	}
	return out
}

// sum is a row of a tally: that of u, with what the other parts add.
func sum(u inventory.Usage, count, outside int, last time.Time) inventory.Usage {
	u.Part, u.Count, u.Outside, u.Last = "", count, outside, last
	return u
}

// usageSums tells rows apart by one field at a time, and gives each two parts.
func usageSums(t *testing.T, open Opener) {
	s := open(t)
	base := usage("pay", "GetItem", 1, 5)
	kinds := []func(*inventory.Usage){
		func(*inventory.Usage) {},
		func(u *inventory.Usage) { u.Identity = "" },
		func(u *inventory.Usage) { u.Asset = arn("pay") },
		func(u *inventory.Usage) { u.Service = "DYNAMODB.amazonaws.com" },
		func(u *inventory.Usage) { u.Name = "" },
		func(u *inventory.Usage) { u.Outcome = inventory.Failed },
		func(u *inventory.Usage) { u.Overflow = true },
		func(u *inventory.Usage) { u.Scope.Provider = inventory.Google },
		func(u *inventory.Usage) { u.Scope.Account = "2" },
		func(u *inventory.Usage) { u.Scope.Region = "" },
		// What joins two fields must not take them for one another.
		func(u *inventory.Usage) { u.Service, u.Name = u.Service+u.Name, "" },
	}
	var facts []inventory.Fact
	var want []inventory.Usage
	for _, change := range kinds {
		first, second := base, base
		second.Part, second.Count, second.Outside = "trail of day 9", 7, 0
		second.First, second.Last = base.First.Add(-time.Hour), base.Last.Add(time.Hour)
		change(&first)
		change(&second)
		facts = append(facts, first, second)
		row := sum(first, 12, 1, second.Last)
		row.First = second.First
		want = append(want, row)
	}
	slices.SortFunc(want, inventory.CompareUsage)
	slices.Reverse(facts)
	for _, part := range []string{base.Part, "trail of day 9"} {
		put(t, s, slices.DeleteFunc(slices.Clone(facts), func(f inventory.Fact) bool {
			u, ok := f.(inventory.Usage)
			return ok && u.Part != part
		})...)
	}
	same(t, "usage", want, tallied(t, viewAt(t, s, never()), inventory.UsageFilter{}))
}

// usageReplaced counts again in another batch, twice in one batch, and less
// than before: a part that was cut short by mistake and is read whole later may
// also be one that was counted twice.
func usageReplaced(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, usage("pay", "GetItem", 1, 5), usage("pay", "GetItem", 2, 7))
	put(t, s, usage("pay", "GetItem", 1, 6), usage("pay", "GetItem", 1, 2))
	shorter := usage("pay", "GetItem", 2, 7)
	shorter.Last, shorter.Outside = shorter.First, 0
	put(t, s, shorter)
	want := sum(usage("pay", "GetItem", 1, 0), 9, 1, shorter.Last)
	for range 2 {
		same(t, "usage", []inventory.Usage{want}, tallied(t, viewAt(t, s, never()), inventory.UsageFilter{}))
		put(t, s, shorter)
	}
}

// usageLeaves reads parts again that have fewer rows by then: also without a row
// of one of their scopes, of one of their identities, and with a new row. One
// part has more of them than a statement of an implementation should name.
func usageLeaves(t *testing.T, open Opener) {
	s := open(t)
	stays, twin := usage("a", "GetItem", 1, 1), usage("a", "GetItem", 2, 8)
	elsewhere := usage("b", "GetItem", 1, 2)
	elsewhere.Scope.Account = "2"
	other := usage("a", "PutItem", 3, 16)
	first := []inventory.Fact{stays, twin, elsewhere, usage("c", "GetItem", 1, 3), usage("a", "PutItem", 1, 4), usage("b", "PutItem", 2, 9)}
	for i := range 2500 {
		first = append(first, usage("c", fmt.Sprint("Call", i), 1, 1))
	}
	put(t, s, first...)
	put(t, s, other)
	before := dumpAt(t, s, never())
	put(t, s, first...)
	same(t, "after the same batch", before, dumpAt(t, s, never()))

	fresh := usage("d", "GetItem", 1, 5)
	again := []inventory.Fact{stays, fresh, twin}
	want := []inventory.Usage{sum(stays, 9, 2, twin.Last), sum(other, 16, 1, other.Last), sum(fresh, 5, 1, fresh.Last)}
	for range 2 {
		put(t, s, again...)
		same(t, "after another reading", want, tallied(t, viewAt(t, s, never()), inventory.UsageFilter{}))
	}
	put(t, s, elsewhere)
	want = []inventory.Usage{sum(twin, 8, 1, twin.Last), sum(other, 16, 1, other.Last), sum(elsewhere, 2, 1, elsewhere.Last)}
	same(t, "after a reading of nothing but another scope", want, tallied(t, viewAt(t, s, never()), inventory.UsageFilter{}))
	put(t, s, seen("pay", "one", hour(1)))
	same(t, "after a batch without usage", want, tallied(t, viewAt(t, s, never()), inventory.UsageFilter{}))
}

// usageLeavesWhole: where the batch fails, all that was counted before stands.
func usageLeavesWhole(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, usage("a", "GetItem", 1, 1), usage("b", "GetItem", 1, 2))
	before := dumpAt(t, s, never())
	bad := usage("c", "GetItem", 1, 3)
	bad.Last = bad.Last.AddDate(10000, 0, 0)
	if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: []inventory.Fact{usage("a", "GetItem", 1, 4), bad}}); err == nil {
		t.Fatal("a fact that cannot be stored was taken")
	}
	same(t, "view", before, dumpAt(t, s, never()))
}

func usageFilters(t *testing.T, open Opener) {
	s := open(t)
	one, two, three := usage("a", "GetItem", 1, 1), usage("a", "GetItem", 1, 2), usage("b", "GetItem", 1, 3)
	two.Asset, three.Asset = arn("pay"), arn("old")
	put(t, s, one, two, three, inventory.Asset{
		ID: arn("pay"), Aliases: []inventory.AssetID{arn("old")}, Sightings: []inventory.Sighting{{Cell: functions(), At: hour(1)}},
	})
	v := viewAt(t, s, never())
	for _, test := range []struct {
		name   string
		filter inventory.UsageFilter
		want   []int
	}{
		{"nothing", inventory.UsageFilter{}, []int{1, 2, 3}},
		{"identity", inventory.UsageFilter{Identity: one.Identity}, []int{1, 2}},
		{"asset", inventory.UsageFilter{Asset: arn("pay")}, []int{2, 3}},
		{"alias", inventory.UsageFilter{Asset: arn("old")}, []int{2, 3}},
		{"both", inventory.UsageFilter{Asset: arn("pay"), Identity: three.Identity}, []int{3}},
		{"an asset that is in no inventory", inventory.UsageFilter{Asset: "nobody"}, nil},
		{"an identity that did nothing", inventory.UsageFilter{Identity: "nobody"}, nil},
	} {
		var got []int
		for _, u := range tallied(t, v, test.filter) {
			got = append(got, u.Count)
		}
		same(t, test.name, test.want, got)
	}
}

func usageUpTo(t *testing.T, open Opener) {
	s := open(t)
	before, amid, after := usage("pay", "GetItem", 1, 1), usage("pay", "GetItem", 2, 2), usage("pay", "GetItem", 3, 4)
	put(t, s, after, amid, before)
	at := amid.First.Add(time.Minute)
	for _, test := range []struct {
		at, last time.Time
		count    int
	}{
		{before.First, before.First, 1}, {before.Last, before.Last, 1}, {amid.First.Add(-time.Microsecond), before.Last, 1},
		{amid.First, amid.First, 3}, {at, at, 3}, {after.First.Add(-time.Microsecond), amid.Last, 3}, {never(), after.Last, 7},
	} {
		want := sum(before, test.count, (test.count+1)/2, test.last)
		if test.count == 7 {
			want.Outside = 3
		}
		same(t, test.at.String(), []inventory.Usage{want}, tallied(t, viewAt(t, s, test.at), inventory.UsageFilter{}))
	}
	same(t, "before all", 0, len(tallied(t, viewAt(t, s, before.First.Add(-time.Microsecond)), inventory.UsageFilter{})))
}

// usagePages has more identities, and more rows of one, than a page of an
// implementation or one of its statements should hold.
func usagePages(t *testing.T, open Opener) {
	s := open(t)
	var want []inventory.Usage
	var batch []inventory.Fact
	add := func(u inventory.Usage, part int) {
		u.Part = fmt.Sprint(u.Part, " of batch ", part)
		batch = append(batch, u)
		want = append(want, sum(u, u.Count, 1, u.Last))
	}
	for i := range 3000 {
		add(usage(fmt.Sprintf("role-%d", i), "GetItem", 1, i), i/750)
		add(usage("one", fmt.Sprintf("Call-%d", i), 2, i), i/750)
		if len(batch) >= 1500 {
			put(t, s, batch...)
			batch = nil
		}
	}
	slices.SortFunc(want, inventory.CompareUsage)
	same(t, "all", want, tallied(t, viewAt(t, s, never()), inventory.UsageFilter{}))
}

func tallyStops(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, usage("a", "GetItem", 1, 1), usage("b", "GetItem", 1, 1), event(1, hour(1)))
	v := viewAt(t, s, never())
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	enough := errors.New("enough")
	n := 0
	err := v.Tally(ctx, inventory.UsageFilter{}, func(inventory.Usage) error {
		inner := func(inventory.Usage) error { n++; return nil }
		if err := v.Tally(ctx, inventory.UsageFilter{}, inner); err != nil {
			return err
		}
		more := []inventory.Fact{usage("c", "GetItem", 2, 1)}
		if err := s.Append(ctx, store.Batch{Run: "run", Facts: more}); err != nil {
			return err
		}
		return enough
	})
	// Unchanged is the promise: no errors.Is.
	if err != enough || n != 2 {
		t.Errorf("tally gave %v, with %d rows within, want the receiver's error and 2", err, n)
	}
}
