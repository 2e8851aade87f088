package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/estray/estray/inventory"
)

func cloud() inventory.Scope {
	return inventory.Scope{Provider: inventory.Cloudflare, Account: "0a1b"}
}

func nameOf(name string) inventory.AssetID {
	return inventory.AssetID("cloudflare:0a1b/worker-name/" + name)
}

const route = inventory.AssetID("cloudflare:zone/z/route/r")

// named is a Worker as a list shows it at hour n.
func named(tag, name string, n int, more ...inventory.AssetID) inventory.Asset {
	a := inventory.Asset{
		ID: inventory.AssetID("cloudflare:0a1b/worker/" + tag), Kind: inventory.Worker, Scope: cloud(), Name: name,
		Called:    inventory.Known(name, hour(n)),
		Sightings: []inventory.Sighting{{Cell: inventory.Cell{Source: "cloudflare", Scope: cloud(), Capability: inventory.CapWorkers}, At: hour(n)}},
	}
	for _, id := range append(more, nameOf(name)) {
		a.Handles = append(a.Handles, inventory.Handle{ID: id, Since: hour(n)})
	}
	return a
}

// handlesSince tells of a Worker that is renamed and back, in any order.
func handlesSince(t *testing.T, open Opener) {
	facts := []inventory.Fact{named("1", "b", 3), named("1", "a", 5), named("1", "a", 1), named("1", "b", 4)}
	for range facts {
		facts = append(facts[1:], facts[0])
		s := open(t)
		for _, f := range facts {
			put(t, s, f)
		}
		for n, want := range map[int]string{1: "a [a 1]", 3: "b [a 1] [b 3]", 4: "b [a 1] [b 3]", 6: "a [a 1] [b 3]"} {
			a := assetAt(t, s, named("1", "", 0).ID, hour(n))
			got := a.Name
			for _, h := range a.Handles {
				got += fmt.Sprintf(" [%s %d]", h.ID[len(nameOf("")):], int(h.Since.Sub(hour(0)).Hours()))
			}
			same(t, fmt.Sprintf("at hour %d", n), want, got)
		}
	}
}

// handlesOfBefore: what a snapshot tells of the time before it was taken is kept.
func handlesOfBefore(t *testing.T, open Opener) {
	s := open(t)
	a := named("1", "a", 5)
	a.Handles[0].Since = hour(2)
	put(t, s, a, named("1", "a", 7))
	same(t, "since", hour(2), assetAt(t, s, a.ID, hour(9)).Handles[0].Since)
	if _, ok := viewAt(t, s, hour(4)).Asset(a.ID); ok {
		t.Error("the view tells of an asset that nobody had seen")
	}
}

// eventsByHandle asks for a Worker's events by each of its ids: they name it by its
// names, by itself, by several of them at once, or by a route to it as the subject.
func eventsByHandle(t *testing.T, open Opener) {
	s := open(t)
	one := named("1", "a", 0, route)
	put(t, s, one, named("1", "b", 2), named("2", "a", 5))
	act := func(n, at int, assets ...inventory.AssetID) inventory.Event {
		e := event(n, hour(at))
		e.Scope, e.Assets = cloud(), assets
		return e
	}
	routed, other := act(5, 4), act(6, 4)
	routed.Subject, other.Subject = string(route), "cloudflare:zone/z/route/other"
	routed.Action = inventory.ActionExpose
	put(t, s, act(1, 1, nameOf("a")), act(2, 2, nameOf("a"), nameOf("b"), one.ID), act(3, 3, nameOf("b")), act(4, 4, one.ID),
		routed, other, act(7, 6, nameOf("a")), act(8, 6, nameOf("c")))
	v := viewAt(t, s, hour(9))
	const a = "0a1b/event-0000"
	for _, test := range []struct {
		name   string
		filter inventory.Filter
		want   []string
	}{
		{"by its id", inventory.Filter{Asset: one.ID}, []string{a + "1", a + "2", a + "3", a + "4", a + "5"}},
		{"by its name", inventory.Filter{Asset: nameOf("b")}, []string{a + "1", a + "2", a + "3", a + "4", a + "5"}},
		{"by a route to it", inventory.Filter{Asset: route}, []string{a + "1", a + "2", a + "3", a + "4", a + "5"}},
		{"by the name that another has now", inventory.Filter{Asset: nameOf("a")}, []string{a + "7"}},
		{"by a name that nobody was seen with", inventory.Filter{Asset: nameOf("c")}, []string{a + "8"}},
		{"of an action", inventory.Filter{Asset: one.ID, Action: inventory.ActionExpose}, []string{a + "5"}},
		{"by a principal, of a time", inventory.Filter{Asset: one.ID, Principal: routed.Principal.ID, Since: hour(2), Until: hour(4)}, []string{a + "2", a + "3"}},
	} {
		same(t, test.name, test.want, ids(t, v, test.filter))
	}
	var told [][]inventory.AssetID
	if err := v.Walk(t.Context(), inventory.Filter{Asset: one.ID}, func(e inventory.Event) error { told = append(told, e.Assets); return nil }); err != nil {
		t.Fatal(err)
	}
	same(t, "each is told of the Worker", slices.Repeat([][]inventory.AssetID{{one.ID}}, 5), told)
}

// pagesByHandle has more events than a page, each found under several ids.
func pagesByHandle(t *testing.T, open Opener) {
	s := open(t)
	one := named("1", "a", 0)
	facts := []inventory.Fact{one, named("1", "b", 0)}
	want := []string{}
	for i := range 2500 {
		e := event(i, hour(1+i/700)) // many share an instant, also across a page's end
		e.Scope = cloud()
		e.Assets = [][]inventory.AssetID{{nameOf("a")}, {nameOf("b"), nameOf("a")}, {one.ID, nameOf("b")}}[i%3]
		facts, want = append(facts, e), append(want, "0a1b/"+e.ID)
	}
	put(t, s, facts...)
	same(t, "all", want, ids(t, viewAt(t, s, hour(9)), inventory.Filter{Asset: nameOf("b")}))
}
