package storetest

import (
	"fmt"
	"testing"

	"github.com/estray/estray/inventory"
)

func tokens() inventory.Cell {
	return inventory.Cell{Source: "cloudflare", Scope: cloud(), Capability: inventory.CapTokens}
}

// permit is a token at hour n.
func permit(id string, n int, grant string) inventory.Permit {
	p := inventory.Permit{ID: "cloudflare:token:" + id, Cell: tokens(), At: hour(n), Kind: inventory.TokenPermit, Name: id}
	if grant != "" {
		p.Grants, p.Deploys = []string{grant}, true
	}
	return p
}

// permitted lists the permits of a view: id, grants, hour.
func permitted(t *testing.T, v *inventory.View) []string {
	t.Helper()
	out := []string{}
	for _, p := range v.Permits {
		out = append(out, fmt.Sprintf("%s%s%d", p.Name, p.Grants, int(p.At.Sub(hour(0)).Hours())))
	}
	return out
}

func permitsKept(t *testing.T, open Opener) {
	s := open(t)
	yes := true
	full := inventory.Permit{
		ID: "cloudflare:user:1", Cell: tokens(), At: hour(1), Kind: inventory.MemberPermit, Name: "ana@example.com", Status: "accepted",
		Grants: []string{"Administrator", "x"}, Resources: []string{"account"}, Deploys: true, Admin: true, Unjudged: []string{"x"}, Bounded: true,
		SecondFactor: &yes, Issued: hour(-9), Modified: hour(-8), LastUsed: hour(-7), NotBefore: hour(-6), Expires: hour(99),
	}
	other, elsewhere := permit("a", 1, ""), full
	elsewhere.Cell.Scope.Account = "ffff"
	put(t, s, other, elsewhere, full)
	want := []inventory.Permit{full, other, elsewhere}
	same(t, "permits", want, viewAt(t, s, hour(1)).Permits)
	before := dumpAt(t, s, never())
	put(t, s, full, full, other)
	same(t, "after the second time", before, dumpAt(t, s, never()))
}

// permitsReplaced changes a permit and changes it back, in every turn of the order,
// in batches and at once.
func permitsReplaced(t *testing.T, open Opener) {
	facts := []inventory.Fact{permit("a", 1, "one"), permit("a", 3, "two"), permit("a", 5, "one"), permit("a", 7, "one")}
	for range facts {
		facts = append(facts[1:], facts[0])
		apart, together := open(t), open(t)
		for _, f := range facts {
			put(t, apart, f)
		}
		put(t, together, facts...)
		for n, want := range []string{"", "a[one]1", "a[one]1", "a[two]3", "a[two]3", "a[one]5", "a[one]5", "a[one]7"} {
			if want == "" {
				continue
			}
			same(t, fmt.Sprintf("at hour %d", n), []string{want}, permitted(t, viewAt(t, apart, hour(n))))
			same(t, fmt.Sprintf("at once, at hour %d", n), []string{want}, permitted(t, viewAt(t, together, hour(n))))
		}
	}
}

func permitsGone(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, permit("a", 1, ""), permit("b", 1, ""), reading(tokens(), inventory.Complete, hour(1)))
	other := tokens()
	other.Source = "snapshot"
	for n, state := range map[int]inventory.State{2: inventory.Partial, 3: inventory.Denied} {
		put(t, s, permit("b", n, ""), reading(tokens(), state, hour(n)))
	}
	put(t, s, reading(other, inventory.Complete, hour(4)))
	same(t, "after readings that were not whole, and one of another cell", []string{"a[]1", "b[]3"}, permitted(t, viewAt(t, s, hour(4))))
	put(t, s, permit("b", 5, ""), reading(tokens(), inventory.Complete, hour(5)))
	same(t, "after a whole reading", []string{"b[]5"}, permitted(t, viewAt(t, s, hour(5))))
	same(t, "before it", []string{"a[]1", "b[]3"}, permitted(t, viewAt(t, s, hour(4))))
	put(t, s, permit("a", 6, ""), reading(tokens(), inventory.Partial, hour(6)))
	same(t, "back again", []string{"a[]6", "b[]5"}, permitted(t, viewAt(t, s, hour(7))))
}

func permitsUpTo(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, permit("a", 2, ""), permit("b", 4, ""), permit("a", 6, ""))
	for n, want := range [][]string{{}, {}, {"a[]2"}, {"a[]2"}, {"a[]2", "b[]4"}, {"a[]2", "b[]4"}, {"a[]6", "b[]4"}} {
		same(t, fmt.Sprintf("at hour %d", n), want, permitted(t, viewAt(t, s, hour(n))))
	}
}
