package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
)

// digestAt is the digest of pay's code as of an instant, with the instant of
// the observation in hours; "-" where it is unknown.
func digestAt(t *testing.T, v *inventory.View) string {
	t.Helper()
	a, ok := v.Asset(arn("pay"))
	if !ok {
		return "-"
	}
	c, ok := a.Code.Get()
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%s@%d", c.Digest, int(a.Code.Seen().Sub(hour(0)).Hours()))
}

// changeAndBack finds out a store that keeps each value once, with its first and
// last instant: it would show "one" from hour 1 to 6.
func changeAndBack(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, seen("pay", "one", hour(1)))
	put(t, s, seen("pay", "one", hour(2)))
	put(t, s, seen("pay", "two", hour(4)))
	put(t, s, seen("pay", "one", hour(6)))
	want := []string{"-", "one@1", "one@2", "one@2", "two@4", "two@4", "one@6", "one@6"}
	for n, w := range want {
		same(t, fmt.Sprintf("code at hour %d", n), w, digestAt(t, viewAt(t, s, hour(n))))
	}
}

// lateArrival puts hour 4 between observations that say the same, which a store
// may have joined to one row: it has to split it.
func lateArrival(t *testing.T, open Opener) {
	s := open(t)
	for _, n := range []int{1, 3, 5, 7} {
		put(t, s, seen("pay", "one", hour(n)))
	}
	put(t, s, seen("pay", "two", hour(4)))
	want := []string{"-", "one@1", "one@1", "one@3", "two@4", "one@5", "one@5", "one@7"}
	for n, w := range want {
		same(t, fmt.Sprintf("code at hour %d", n), w, digestAt(t, viewAt(t, s, hour(n))))
	}
}

// sameInstant takes both orders: a store that keeps what was written last
// passes one of them.
func sameInstant(t *testing.T, open Opener) {
	a, b := seen("pay", "one", hour(1)), seen("pay", "two", hour(1))
	want, _ := inventory.Merge(a, b).Code.Get()
	for _, order := range [][]inventory.Fact{{a, b}, {b, a}} {
		s := open(t)
		put(t, s, order[0])
		put(t, s, order[1])
		same(t, "code", want.Digest+"@1", digestAt(t, viewAt(t, s, hour(2))))
	}
}

// doubtKept: what could not be read today was still read yesterday. A store
// that let the doubt take the place of the value would forget that.
func doubtKept(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, seen("pay", "one", hour(1)))
	doubt := inventory.Reason{Operation: "GetFunction", Code: "AccessDeniedException"}
	put(t, s, inventory.Asset{ID: arn("pay"), Code: inventory.Unknown[inventory.Code](doubt, hour(3))})
	if a := assetAt(t, s, arn("pay"), hour(2)); a.Code.Stale() {
		t.Error("stale before the doubt arose")
	}
	a := assetAt(t, s, arn("pay"), hour(4))
	same(t, "stale, and why", []any{true, doubt, hour(3)}, []any{a.Code.Stale(), a.Code.Doubt(), a.Code.Doubted()})
	same(t, "code", "one@1", digestAt(t, viewAt(t, s, hour(4))))
}

// partKept: a denied policy must not take a known URL with it, and a cheap
// reading of the routes alone nothing of both.
func partKept(t *testing.T, open Opener) {
	type parts = inventory.Parts[inventory.Exposures]
	way := func(kind string, n int) inventory.Facet[inventory.Exposures] {
		return inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: kind}}}, hour(n))
	}
	doubt := inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException"}
	s := open(t)
	put(t, s, inventory.Asset{ID: arn("pay"), Exposure: parts{inventory.CapURLs: way("function-url", 1), inventory.CapPolicies: way("policy", 1)}})
	put(t, s, inventory.Asset{ID: arn("pay"), Exposure: parts{inventory.CapPolicies: inventory.Unknown[inventory.Exposures](doubt, hour(2))}})
	put(t, s, inventory.Asset{ID: arn("pay"), Exposure: parts{inventory.CapAPIGateway: way("api-gateway", 3)}})
	got := assetAt(t, s, arn("pay"), hour(4)).Exposure
	e, _ := got.Get()
	same(t, "ways, stale, why", []any{3, true, doubt}, []any{len(e.Ways), got.Stale(), got.Doubt()})
	same(t, "the URLs are not in doubt", true, got[inventory.CapURLs].Current())
	all, err := viewAt(t, s, hour(4)).History(t.Context(), arn("pay"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, o := range all {
		names = append(names, o.Facet+" "+o.State)
	}
	same(t, "history", []string{"exposure:api-gateway known", "exposure:policies known", "exposure:policies unknown", "exposure:urls known"}, names)
}

// knownEmpty holds a nil list, an empty one and an absent one apart from
// unknown, which JSON by itself does not.
func knownEmpty(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, inventory.Asset{
		ID: arn("pay"), Triggers: inventory.Split(inventory.Known[inventory.Triggers](nil, hour(1))),
		Bindings: inventory.Known([]inventory.Binding{}, hour(1)), Labels: inventory.Absent[inventory.Labels](hour(1)),
	})
	a := assetAt(t, s, arn("pay"), hour(1))
	_, triggers := a.Triggers.Get()
	_, bindings := a.Bindings.Get()
	same(t, "known, known, absent", []bool{true, true, true}, []bool{triggers, bindings, a.Labels.IsAbsent()})
}

// deletionInTime tells of the end before the asset: logs may be read before the
// listing that knows it.
func deletionInTime(t *testing.T, open Opener) {
	s := open(t)
	gone := inventory.Asset{ID: arn("pay"), Deleted: hour(5)}
	put(t, s, gone, seen("pay", "one", hour(1)), reading(functions(), inventory.Complete, hour(1)))
	for n, want := range map[int]inventory.Presence{4: inventory.Present, 5: inventory.Gone, 6: inventory.Gone} {
		v := viewAt(t, s, hour(n))
		a, _ := v.Asset(arn("pay"))
		same(t, fmt.Sprintf("presence at hour %d", n), want.String(), v.Presence(a).String())
	}
}

// firstSeen: the provider tells of times before anybody looked. They are true,
// and make the asset part of no view of that time: its coverage did not vouch
// for it.
func firstSeen(t *testing.T, open Opener) {
	s := open(t)
	a := seen("pay", "one", hour(3))
	a.Created, a.Modified = hour(1), hour(2)
	put(t, s, a)
	if _, ok := viewAt(t, s, hour(2)).Asset(arn("pay")); ok {
		t.Error("the view tells of an asset that nobody had seen")
	}
	got := assetAt(t, s, arn("pay"), hour(3))
	same(t, "created and modified", []time.Time{hour(1), hour(2)}, []time.Time{got.Created, got.Modified})
}

// aliasesJoin tells of the alias last: until then there are two assets, and a
// view of that time must go on showing two.
func aliasesJoin(t *testing.T, open Opener) {
	s := open(t)
	put(t, s, seen("pay", "one", hour(1)), seen("sync", "two", hour(2)))
	put(t, s, inventory.Asset{ID: arn("pay"), Aliases: []inventory.AssetID{arn("sync")}, Sightings: []inventory.Sighting{{Cell: functions(), At: hour(3)}}})
	if n := len(viewAt(t, s, hour(2)).Assets); n != 2 {
		t.Errorf("before the alias was known: %d assets, want 2", n)
	}
	v := viewAt(t, s, hour(3))
	if len(v.Assets) != 1 {
		t.Fatalf("%d assets, want 1", len(v.Assets))
	}
	same(t, "code", "two@2", digestAt(t, v))
	for _, id := range []inventory.AssetID{arn("pay"), arn("sync")} {
		all, err := v.History(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 2 || all[0].Asset != arn("pay") {
			t.Errorf("history of %s: %+v, want two observations of %s", id, all, arn("pay"))
		}
	}
}

// historyIntervals leaves the facts in the order of a map, which must not show,
// and ends the view before the last of them.
func historyIntervals(t *testing.T, open Opener) {
	s := open(t)
	for n, digest := range map[int]string{1: "one", 2: "one", 4: "two", 6: "one", 7: "one"} {
		put(t, s, seen("pay", digest, hour(n)))
	}
	put(t, s, inventory.Asset{ID: arn("pay"), Code: inventory.Unknown[inventory.Code](inventory.Reason{Code: "Denied"}, hour(5))})
	all, err := viewAt(t, s, hour(6)).History(t.Context(), arn("pay"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range all {
		from, to := int(o.First.Sub(hour(0)).Hours()), int(o.Last.Sub(hour(0)).Hours())
		got = append(got, fmt.Sprintf("%s %s %d-%d %s%s", o.Facet, o.State, from, to, o.Value, o.Doubt.Code))
	}
	same(t, "history", []string{
		`code known 1-2 {"digest":"one"}`, `code known 4-4 {"digest":"two"}`,
		`code unknown 5-5 Denied`, `code known 6-6 {"digest":"one"}`,
	}, got)
}

// longHistory stores more instants than one row should hold, and then one in a
// batch of its own, which must join the last row. The hours asked for lie about
// where an implementation may cut.
func longHistory(t *testing.T, open Opener) {
	s := open(t)
	var facts []inventory.Fact
	for n := range 1500 {
		facts = append(facts, seen("pay", "one", hour(n)))
	}
	put(t, s, facts...)
	put(t, s, seen("pay", "one", hour(1500)))
	all, err := viewAt(t, s, never()).History(t.Context(), arn("pay"))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || !all[0].First.Equal(hour(0)) || !all[0].Last.Equal(hour(1500)) {
		t.Errorf("history %+v, want one interval of hours 0 to 1500", all)
	}
	for _, n := range []int{0, 255, 256, 700, 1500} {
		same(t, "code", fmt.Sprintf("one@%d", n), digestAt(t, viewAt(t, s, hour(n).Add(time.Minute))))
	}
}
