package findings_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

func start() time.Time { return time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC) }

// logged is a record of an act of Cloudflare so many seconds after the start.
func logged(id string, second float64, change ...func(*inventory.Event)) inventory.Event {
	e := inventory.Event{
		ID: id, Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: "acc"}, Time: start().Add(time.Duration(second * float64(time.Second))),
		Name: "PUT /accounts/:a/workers/scripts/:s", Shared: "act", Outcome: inventory.Succeeded, Principal: inventory.Principal{Type: "user", ID: "cloudflare:user:ana"},
		Assets: []inventory.AssetID{"cloudflare:acc/worker-name/api"},
	}
	for _, c := range change {
		c(&e)
	}
	return e
}

// older makes a record one of the log of version 1, which tells what was before.
func older(e *inventory.Event) {
	e.Name, e.Change.Was = "workers_script update", map[string]string{"script": "was-" + e.ID}
	e.Record = []byte(`{"interface":"API"}`)
}

// requested gives a record of version 2 the id of its request.
func requested(ray string) func(*inventory.Event) {
	return func(e *inventory.Event) { e.Record = []byte(`{"raw":{"method":"PUT","cf_ray_id":"` + ray + `"}}`) }
}

// echoed makes a record one that the system wrote for a request.
func echoed(ray string) func(*inventory.Event) {
	return func(e *inventory.Event) {
		requested(ray)(e)
		e.Shared, e.Action, e.Principal = "ray:"+ray, inventory.ActionOther, inventory.Principal{Type: "service", ID: "service:cloudflare"}
	}
}

func shared(text string) func(*inventory.Event) { return func(e *inventory.Event) { e.Shared = text } }

func of(account string) func(*inventory.Event) {
	return func(e *inventory.Event) { e.Scope.Account = account }
}

// acts lists the events of a view, each act once, as ids with what was before.
func acts(t rapid.TB, events []inventory.Event) []string {
	v := inventory.NewView(start().AddDate(0, 1, 0), nil, nil)
	slices.SortFunc(events, inventory.CompareEvents)
	v.Events = func(_ context.Context, _ inventory.Filter, yield func(inventory.Event) error) error {
		for _, e := range events {
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	}
	var got []string
	err := findings.WalkActs(context.Background(), v, inventory.Filter{}, func(e inventory.Event) error {
		line := e.ID
		if was := e.Change.Was["script"]; was != "" {
			line += "<" + was
		}
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTwoLogsOfOneAct(t *testing.T) {
	for _, test := range []struct {
		name   string
		events []inventory.Event
		want   string
	}{
		{"the newer one stands and takes over what was", []inventory.Event{logged("new", 0, requested("r")), logged("old", 3, older)}, "new<was-old"},
		{"whichever comes first", []inventory.Event{logged("old", 0, older), logged("new", 3, requested("r"))}, "new<was-old"},
		{"six seconds apart they are two", []inventory.Event{logged("new", 0, requested("r")), logged("old", 6, older)}, "new old<was-old"},
		{"of two acts in a row each finds its own", []inventory.Event{logged("old1", 0, older), logged("new1", 1, requested("r1")), logged("old2", 2, older), logged("new2", 3, requested("r2"))}, "new1<was-old1 new2<was-old2"},
		{"two requests alike are two", []inventory.Event{logged("a", 0, requested("r1")), logged("b", 1, requested("r2"))}, "a b"},
		{"two records of the older log are two", []inventory.Event{logged("a", 0, older), logged("b", 1, older)}, "a<was-a b<was-b"},
		{"the system's entry of a request", []inventory.Event{logged("sys", 0, echoed("r")), logged("new", 1, requested("r")), logged("old", 2, older)}, "new<was-old"},
		{"the system's entry of another request", []inventory.Event{logged("sys", 0, echoed("r0")), logged("new", 1, requested("r"))}, "sys new"},
		{"the system's entry about another Worker", []inventory.Event{logged("new", 0, requested("r")), logged("sys", 1, echoed("r"), func(e *inventory.Event) { e.Assets = []inventory.AssetID{"cloudflare:acc/worker-name/shop"} })}, "new sys"},
		{"one record that two accounts tell", []inventory.Event{logged("a", 0, requested("r")), logged("a", 0, requested("r"), of("acc2"))}, "a"},
		{"acts on other things", []inventory.Event{logged("new", 0, requested("r")), logged("old", 1, older, shared("other"))}, "new old<was-old"},
		{"acts of which nothing is shared", []inventory.Event{logged("a", 0, shared("")), logged("b", 0, shared(""))}, "a b"},
		{"what waits behind comes in order", []inventory.Event{logged("old", 0, older), logged("x", 1, shared("")), logged("new", 2, requested("r")), logged("y", 3, shared(""))}, "x new<was-old y"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(strings.Fields(test.want), acts(t, test.events)); diff != "" {
				t.Errorf("acts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEachActOfCloudflareOnce: of acts that are far enough apart to be told apart
// each comes exactly once, as the best record of it, whichever records there are; and
// acts that both logs tell come once each however dense they are. The order in which
// records arrive does not show.
func TestEachActOfCloudflareOnce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		sparse := rapid.Bool().Draw(r, "sparse")
		var events []inventory.Event
		var want []string
		at := 0.0
		for i := range rapid.IntRange(1, 12).Draw(r, "acts") {
			at += rapid.Float64Range(0, 3).Draw(r, "after")
			if sparse {
				at += 16 // beyond two records at either end of an act, and five seconds
			}
			act := shared(fmt.Sprint("act", rapid.IntRange(0, 2).Draw(r, "what")))
			ray := fmt.Sprint("ray", i)
			when := func() float64 { return at + rapid.Float64Range(0, 5).Draw(r, "late") }
			which := rapid.IntRange(1, 7).Draw(r, "records")
			if !sparse {
				which |= 3
			}
			best := ""
			if which&4 != 0 {
				events = append(events, logged(fmt.Sprint("sys", i), when(), echoed(ray)))
				best = fmt.Sprint("sys", i)
			}
			if which&2 != 0 {
				events = append(events, logged(fmt.Sprint("old", i), when(), older, act))
				if which&1 == 0 && best != "" {
					want = append(want, best) // nothing joins a system's entry with the older log
				}
				best = fmt.Sprint("old", i)
			}
			if which&1 != 0 {
				events = append(events, logged(fmt.Sprint("new", i), when(), requested(ray), act))
				best = fmt.Sprint("new", i)
			}
			want = append(want, best)
		}
		got := acts(r, rapid.Permutation(events).Draw(r, "arrival"))
		if again := acts(r, rapid.Permutation(events).Draw(r, "another arrival")); !slices.Equal(got, again) {
			r.Fatalf("another order of arrival gives %v instead of %v", again, got)
		}
		for i, line := range got {
			got[i], _, _ = strings.Cut(line, "<")
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("acts (-want +got):\n%s", diff)
		}
	})
}

// TestABurstIsHeldWithinBounds: more records within seconds than are held come all
// the same, in order.
func TestABurstIsHeldWithinBounds(t *testing.T) {
	const many = 10_500
	var events []inventory.Event
	for i := range many {
		events = append(events, logged(fmt.Sprintf("e%05d", i), float64(i)/many, shared(fmt.Sprint("act", i))))
	}
	got := acts(t, events)
	if len(got) != many || !slices.IsSorted(got) {
		t.Errorf("%d of %d records came, sorted %t", len(got), many, slices.IsSorted(got))
	}
}
