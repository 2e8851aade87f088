package storetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

// anyFact draws from few ids, instants and values, so that facts meet.
func anyFact() *rapid.Generator[inventory.Fact] {
	return rapid.Custom(func(r *rapid.T) inventory.Fact {
		switch rapid.IntRange(0, 7).Draw(r, "kind") {
		case 0:
			return anyEvent(r)
		case 1:
			return anyCoverage(r)
		case 2:
			return anyUsage(r)
		case 3:
			return anyPermit(r)
		}
		return anyAsset(r)
	})
}

// instant draws hours 0 to 8 of the samples, and now and then the zero time.
func instant(r *rapid.T, name string) time.Time {
	n := rapid.IntRange(-1, 8).Draw(r, name)
	if n < 0 {
		return time.Time{}
	}
	return hour(n).In(time.FixedZone("", 3600)) // a zone must never show
}

func cell(r *rapid.T) inventory.Cell {
	return rapid.SampledFrom([]inventory.Cell{functions(), logs()}).Draw(r, "cell")
}

func anyAsset(r *rapid.T) inventory.Asset {
	name := rapid.SampledFrom([]string{"pay", "mail", "sync"}).Draw(r, "asset")
	a := inventory.Asset{ID: arn(name), Scope: place("111122223333"), Name: rapid.SampledFrom([]string{"", name, "old"}).Draw(r, "name")}
	// Seldom: where most assets are joined, few are left to tell apart.
	if rapid.IntRange(0, 9).Draw(r, "alias") == 0 {
		a.Aliases = []inventory.AssetID{"alias", arn("mail")}
	}
	for range rapid.IntRange(0, 2).Draw(r, "handles") {
		h := inventory.Handle{ID: rapid.SampledFrom([]inventory.AssetID{"name/a", "name/b", arn("sync")}).Draw(r, "handle"), Since: instant(r, "since").UTC()}
		a.Handles = append(a.Handles, h)
	}
	a.Created, a.Modified, a.Deleted = instant(r, "created"), instant(r, "modified"), instant(r, "deleted")
	for range rapid.IntRange(0, 2).Draw(r, "sightings") {
		a.Sightings = append(a.Sightings, inventory.Sighting{Cell: cell(r), At: instant(r, "sighting").UTC()})
	}
	a.Created, a.Modified, a.Deleted = a.Created.UTC(), a.Modified.UTC(), a.Deleted.UTC()
	a.Called = facet(r, name, "old")
	a.Deployment = facet(r, inventory.Deployment{ID: "one"}, inventory.Deployment{ID: "two", Shares: []inventory.Share{{Version: "2", Percent: 100}}})
	a.Code = facet(r, inventory.Code{Digest: "one"}, inventory.Code{Digest: "two"})
	a.Settings = facet(r, inventory.Settings{}, inventory.Settings{State: "Inactive", ReservedConcurrency: new(int)})
	a.CodeSigning = facet(r, inventory.CodeSigning{}, inventory.CodeSigning{Config: "one"})
	a.Triggers = inventory.Split(facet(r, nil, inventory.Triggers{{Kind: "queue"}}))
	for _, c := range []inventory.Capability{inventory.CapURLs, inventory.CapPolicies} {
		a.Exposure = a.Exposure.With(c, facet(r, inventory.Exposures{}, inventory.Exposures{Ways: []inventory.Exposure{{Kind: string(c), Note: "<b>"}}}))
	}
	a.Labels = facet(r, inventory.Labels{"owner": "a"}, inventory.Labels{"owner": "<b>", "x": "y"})
	return a
}

func facet[T any](r *rapid.T, values ...T) inventory.Facet[T] {
	var f inventory.Facet[T]
	switch rapid.IntRange(0, 3).Draw(r, "state") {
	case 1:
		f = inventory.Absent[T](instant(r, "seen"))
	case 2, 3:
		f = inventory.Known(rapid.SampledFrom(values).Draw(r, "value"), instant(r, "seen"))
	}
	if rapid.IntRange(0, 2).Draw(r, "doubt") == 0 {
		at := instant(r, "doubted")
		f = f.Doubting(rapid.SampledFrom([]inventory.Reason{{}, {Code: "AccessDenied"}, {Code: "Throttled"}}).Draw(r, "reason"), at)
	}
	return f
}

func anyCoverage(r *rapid.T) inventory.Coverage {
	return inventory.Coverage{
		Cell: cell(r), State: inventory.State(rapid.IntRange(0, int(inventory.Cancelled)).Draw(r, "coverage")),
		Read: instant(r, "read").UTC(), Seen: rapid.IntRange(0, 2).Draw(r, "count"),
	}
}

// anyEvent draws copies that differ in all but their key; the provenance tells
// them apart.
func anyEvent(r *rapid.T) inventory.Event {
	record := rapid.IntRange(0, 5).Draw(r, "record")
	e := event(rapid.IntRange(0, 3).Draw(r, "event"), hour(record).UTC())
	e.Scope.Account = rapid.SampledFrom([]string{"", "1", "2"}).Draw(r, "account")
	e.Provenance = inventory.Provenance{Object: "trail", Record: record}
	e.Assets = append(e.Assets, []inventory.AssetID{"name/a", "name/b", arn("sync")}[record%3])
	return e
}

// anyPermit draws few permits that change; their cells are read as drawn.
func anyPermit(r *rapid.T) inventory.Permit {
	p := permit(rapid.SampledFrom([]string{"a", "b"}).Draw(r, "token"), 0, rapid.SampledFrom([]string{"", "Workers Scripts Write"}).Draw(r, "grant"))
	p.Cell, p.At, p.Expires = cell(r), instant(r, "permitted").UTC(), rapid.SampledFrom([]time.Time{{}, hour(9).UTC()}).Draw(r, "expires")
	return p
}

// anyUsage draws few parts of few rows, with few counts. What the batches hold of
// a part are readings of it.
func anyUsage(r *rapid.T) inventory.Usage {
	n := rapid.IntRange(0, 3).Draw(r, "part")
	return inventory.Usage{
		Identity: rapid.SampledFrom([]string{"role/a", "role/b", ""}).Draw(r, "identity"),
		Asset:    rapid.SampledFrom([]inventory.AssetID{"", arn("pay")}).Draw(r, "used by"),
		Name:     rapid.SampledFrom([]string{"GetItem", "PutItem"}).Draw(r, "call"),
		Overflow: rapid.Bool().Draw(r, "overflow"), Scope: place(rapid.SampledFrom([]string{"1", "2"}).Draw(r, "scope")),
		Part: fmt.Sprint("day ", n), Count: rapid.IntRange(1, 3).Draw(r, "count"), Outside: n, First: hour(n), Last: hour(n + 2),
	}
}
