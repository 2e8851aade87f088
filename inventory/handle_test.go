package inventory_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

const account = "0a1b2c"

func cloud(account string) inventory.Scope {
	return inventory.Scope{Provider: inventory.Cloudflare, Account: account}
}

func workers() inventory.Cell {
	return inventory.Cell{Source: "cloudflare", Scope: cloud(account), Capability: inventory.CapWorkers}
}

func auditLog() inventory.Cell {
	return inventory.Cell{Source: "audit", Scope: cloud(account), Capability: inventory.CapEvents}
}

func tag(id string) inventory.AssetID {
	return inventory.AssetID("cloudflare:" + account + "/worker/" + id)
}

func named(name string) inventory.AssetID {
	return inventory.AssetID("cloudflare:" + account + "/worker-name/" + name)
}

// worker is a Worker as a list shows it, made on the day made.
func worker(id, name string, made, at time.Time) inventory.Asset {
	return inventory.Asset{
		ID: tag(id), Kind: inventory.Worker, Scope: cloud(account), Name: name, Created: made, Called: inventory.Known(name, at),
		Handles:   []inventory.Handle{{ID: named(name), Since: at}},
		Sightings: []inventory.Sighting{{Cell: workers(), At: at}},
	}
}

// toldOf is what events tell of whatever has the name.
func toldOf(name string, at, deleted time.Time) inventory.Asset {
	return inventory.Asset{
		ID: named(name), Kind: inventory.Worker, Scope: cloud(account), Name: name, Modified: at, Deleted: deleted,
		Sightings: []inventory.Sighting{{Cell: auditLog(), At: at}},
	}
}

func act(id string, at time.Time, action inventory.Action, assets ...inventory.AssetID) inventory.Event {
	return inventory.Event{ID: id, Scope: cloud(account), Time: at, Action: action, Outcome: inventory.Succeeded, Assets: assets}
}

func TestHolder(t *testing.T) {
	for name, tc := range map[string]struct {
		assets   []inventory.Asset
		coverage []inventory.Coverage
		at       time.Time
		want     inventory.AssetID // empty: nobody
	}{
		"it had the name since it was made":               {[]inventory.Asset{worker("1", "a", on(2), on(5))}, nil, on(3), tag("1")},
		"before that, another may have had it":            {[]inventory.Asset{worker("1", "a", on(2), on(5))}, nil, on(1), ""},
		"clocks differ by five minutes":                   {[]inventory.Asset{worker("1", "a", on(2), on(5))}, nil, on(2).Add(-5 * time.Minute), tag("1")},
		"and by no more":                                  {[]inventory.Asset{worker("1", "a", on(2), on(5))}, nil, on(2).Add(-5*time.Minute - 1), ""},
		"where it is not known since when, since seen":    {[]inventory.Asset{worker("1", "a", time.Time{}, on(5))}, nil, on(4), ""},
		"renamed: the old name was its own":               {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7))}, nil, on(6), tag("1")},
		"a name that it got later is its own since seen":  {[]inventory.Asset{worker("1", "b", on(2), on(5)), worker("1", "a", on(2), on(7))}, nil, on(6), ""},
		"renamed, and another took the name, before":      {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7)), worker("2", "a", on(8), on(9))}, nil, on(6), tag("1")},
		"renamed, and another took the name, after":       {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7)), worker("2", "a", on(8), on(9))}, nil, on(8), tag("2")},
		"renamed, and a list showed that before":          {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7))}, nil, on(8), ""},
		"renamed and back, and renamed again":             {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7)), worker("1", "a", on(2), on(9)), worker("1", "c", on(2), on(11))}, nil, on(12), ""},
		"deleted before, as events told":                  {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(7), on(6))}, nil, on(7), ""},
		"deleted later, as events told":                   {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(7), on(6))}, nil, on(6), tag("1")},
		"another was deleted before a list showed it":     {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(4), on(4))}, nil, on(3), ""},
		"what was deleted before it was there":            {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(1), on(1))}, nil, on(3), tag("1")},
		"within five minutes of another's end":            {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("2", "a", on(8), on(9))}, nil, on(8).Add(-time.Minute), tag("1")},
		"renamed and back":                                {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7)), worker("1", "a", on(2), on(9))}, nil, on(10), tag("1")},
		"made again under one name, before":               {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("2", "a", on(8), on(9))}, nil, on(7), tag("1")},
		"made again under one name, after":                {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("2", "a", on(8), on(9))}, nil, on(8), tag("2")},
		"made at one instant: the smaller id":             {[]inventory.Asset{worker("2", "a", on(2), on(5)), worker("1", "a", on(2), on(5))}, nil, on(3), tag("1")},
		"a list showed before that it was there no more":  {[]inventory.Asset{worker("1", "a", on(2), on(5))}, []inventory.Coverage{read(workers(), inventory.Complete, on(7))}, on(8), ""},
		"a list showed later that it is there no more":    {[]inventory.Asset{worker("1", "a", on(2), on(5))}, []inventory.Coverage{read(workers(), inventory.Complete, on(7))}, on(6), tag("1")},
		"a list that is not whole shows nothing":          {[]inventory.Asset{worker("1", "a", on(2), on(5))}, []inventory.Coverage{read(workers(), inventory.Partial, on(7))}, on(8), tag("1")},
		"a name that nobody was ever seen with":           {[]inventory.Asset{worker("1", "b", on(2), on(5))}, nil, on(6), ""},
		"the instant that the provider gives may be late": {[]inventory.Asset{worker("1", "a", on(9), on(5))}, nil, on(6), tag("1")},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := inventory.NewView(on(20), tc.assets, tc.coverage).Holder(named("a"), tc.at)
			if got != tc.want || ok != (tc.want != "") {
				t.Errorf("got %q, %t; want %q", got, ok, tc.want)
			}
		})
	}
}

// TestNameOfAnAssetThatWasRenamed goes there and back: the last name is no matter
// of the alphabet.
func TestNameOfAnAssetThatWasRenamed(t *testing.T) {
	names := []string{"a", "b", "a"}
	for n, want := range names {
		var all []inventory.Asset
		for i, name := range names[:n+1] {
			all = append(all, worker("1", name, on(1), on(2+i)))
		}
		v := inventory.NewView(on(20), all, nil)
		if len(v.Assets) != 1 || v.Assets[0].Name != want {
			t.Errorf("after %v: %+v, want one, named %s", names[:n+1], v.Assets, want)
		}
	}
}

// TestInferredAssetsAreFolded into who held the name that events told.
func TestInferredAssetsAreFolded(t *testing.T) {
	other := worker("1", "a", on(2), on(5))
	other.ID, other.Scope = "cloudflare:ffff/worker/1", cloud("ffff")
	other.Handles[0].ID = "cloudflare:ffff/worker-name/a"
	listed := func(day int) []inventory.Coverage {
		return []inventory.Coverage{read(workers(), inventory.Complete, on(day))}
	}
	for name, tc := range map[string]struct {
		assets   []inventory.Asset
		coverage []inventory.Coverage
		want     []string // id, presence, modified
	}{
		"what it was named by then is it": {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(6), time.Time{})}, listed(5),
			[]string{string(tag("1")) + " present on 6"}},
		"its end is its end": {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(6), on(6))}, listed(5),
			[]string{string(tag("1")) + " gone on 6"}},
		"the end of the one before is not": {[]inventory.Asset{worker("1", "a", on(6), on(7)), toldOf("a", on(8), on(4))}, listed(7),
			[]string{string(tag("1")) + " present on 8"}},
		"an end seen by a list first is its end": {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(8), on(8))}, listed(7),
			[]string{string(tag("1")) + " gone on 8"}},
		"one of the name that came after the list that showed it no more is another": {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(8), time.Time{})}, listed(7),
			[]string{string(tag("1")) + " gone on 0", string(named("a")) + " inferred on 8"}},
		"one of the name that came after its end is another": {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("a", on(8), on(6))}, listed(5),
			[]string{string(tag("1")) + " gone on 0", string(named("a")) + " inferred on 8"}},
		"one of the name that was there before is another": {[]inventory.Asset{worker("1", "a", on(6), on(7)), toldOf("a", on(4), time.Time{})}, listed(7),
			[]string{string(tag("1")) + " present on 0", string(named("a")) + " gone on 4"}},
		"both names of a Worker that was renamed": {[]inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7)), toldOf("a", on(6), time.Time{}), toldOf("b", on(8), time.Time{})}, listed(7),
			[]string{string(tag("1")) + " present on 8"}},
		"one name in two accounts": {[]inventory.Asset{other, toldOf("a", on(6), time.Time{})}, nil,
			[]string{string(named("a")) + " inferred on 6", "cloudflare:ffff/worker/1 present on 0"}},
		"a name that is not known": {[]inventory.Asset{worker("1", "a", on(2), on(5)), toldOf("b", on(6), time.Time{})}, nil,
			[]string{string(tag("1")) + " present on 0", string(named("b")) + " inferred on 6"}},
	} {
		t.Run(name, func(t *testing.T) {
			given := text(t, tc.assets)
			v := inventory.NewView(on(20), tc.assets, tc.coverage)
			var got []string
			for _, a := range v.Assets {
				day := 0
				if !a.Modified.IsZero() {
					day = a.Modified.Day()
				}
				got = append(got, fmt.Sprintf("%s %s on %d", a.ID, v.Presence(a), day))
				if found, ok := v.Asset(a.ID); !ok || found.ID != a.ID {
					t.Errorf("asked for %s, got %s", a.ID, found.ID)
				}
			}
			slices.Sort(tc.want)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(given, text(t, tc.assets)); d != "" {
				t.Errorf("what was given was changed: %s", d)
			}
		})
	}
}

func TestAssetByHandle(t *testing.T) {
	v := inventory.NewView(on(20), []inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7)), worker("2", "a", on(8), on(9))}, nil)
	for id, want := range map[inventory.AssetID]inventory.AssetID{named("a"): tag("2"), named("b"): tag("1"), tag("1"): tag("1"), named("c"): ""} {
		if a, ok := v.Asset(id); a.ID != want || ok != (want != "") {
			t.Errorf("%s: %q, %t, want %q", id, a.ID, ok, want)
		}
	}
	v = inventory.NewView(on(20), []inventory.Asset{worker("1", "a", on(2), on(5)), worker("1", "b", on(2), on(7)), worker("2", "b", on(8), on(9)), worker("2", "c", on(8), on(10))}, nil)
	if a, ok := v.Asset(named("a")); !ok || a.ID != tag("1") {
		t.Errorf("by the name that it had, with nobody of it now: %q", a.ID)
	}
	if a, ok := v.Known(named("a")); ok {
		t.Errorf("%s is known by a handle", a.ID)
	}
}

// TestWalkTellsWhoHeldTheHandle asks by each of the ids that a Worker has had.
func TestWalkTellsWhoHeldTheHandle(t *testing.T) {
	first := worker("1", "a", on(2), on(5))
	first.Handles = append(first.Handles, inventory.Handle{ID: "cloudflare:zone/z/route/r", Since: on(5)})
	v := inventory.NewView(on(20), []inventory.Asset{first, worker("1", "b", on(2), on(7)), worker("2", "a", on(8), on(9))}, nil)
	routed := act("5", on(10), inventory.ActionExpose)
	routed.Subject = "cloudflare:zone/z/route/r"
	gone := act("6", on(8).Add(-time.Minute), inventory.ActionDelete, named("a"))
	all := []inventory.Event{
		act("0", on(1), inventory.ActionCreate, named("a")),
		act("1", on(3), inventory.ActionUpdateCode, named("a")),
		act("2", on(7), inventory.ActionUpdateCode, named("b"), named("a")),
		gone,
		act("3", on(8).Add(-time.Second), inventory.ActionCreate, named("a")),
		act("4", on(9), inventory.ActionUpdateCode, named("a"), named("b")),
		routed,
		act("7", on(11), inventory.ActionGrant, tag("2")),
		act("8", on(12), inventory.ActionCreate, named("a")),
	}
	given := text(t, all)
	var asked inventory.Filter
	v.Events = func(_ context.Context, f inventory.Filter, yield func(inventory.Event) error) error {
		asked = f
		for _, e := range all {
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	}
	walk := func(f inventory.Filter) []string {
		var out []string
		if err := v.Walk(t.Context(), f, func(e inventory.Event) error {
			out = append(out, fmt.Sprint(e.ID, " ", e.Assets))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	one, two := fmt.Sprint([]inventory.AssetID{tag("1")}), fmt.Sprint([]inventory.AssetID{tag("2")})
	both := fmt.Sprint([]inventory.AssetID{tag("1"), tag("2")})
	nobody := fmt.Sprint([]inventory.AssetID{named("a")})
	want := []string{"0 " + nobody, "1 " + one, "2 " + one, "6 " + nobody, "3 " + two, "4 " + both, "5 " + one, "7 " + two, "8 " + nobody}
	if d := cmp.Diff(want, walk(inventory.Filter{})); d != "" {
		t.Error(d)
	}
	of := []string{"1 " + one, "2 " + one, "4 " + both, "5 " + one}
	for _, id := range []inventory.AssetID{tag("1"), named("b")} {
		if d := cmp.Diff(of, walk(inventory.Filter{Asset: id})); d != "" {
			t.Errorf("of %s: %s", id, d)
		}
		also := []inventory.AssetID{named("a"), named("b"), "cloudflare:zone/z/route/r"}
		if d := cmp.Diff(inventory.Filter{Asset: tag("1"), Also: also, Until: asked.Until}, asked); d != "" {
			t.Errorf("the filter: %s", d)
		}
	}
	if d := cmp.Diff([]string{"0 " + nobody, "6 " + nobody, "3 " + two, "4 " + both, "7 " + two, "8 " + nobody}, walk(inventory.Filter{Asset: named("a")})); d != "" {
		t.Errorf("of a name, with what it meant before: %s", d)
	}
	if d := cmp.Diff(given, text(t, all)); d != "" {
		t.Errorf("the events were changed: %s", d)
	}
}

// TestTheOrderOfObservationsNeverShows in who held what.
func TestTheOrderOfObservationsNeverShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) inventory.Asset {
			name := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")
			at := instant(t, "at")
			if rapid.IntRange(0, 2).Draw(t, "events?") == 0 {
				return toldOf(name, at, rapid.SampledFrom([]time.Time{{}, at}).Draw(t, "deleted"))
			}
			return worker(rapid.SampledFrom([]string{"1", "2"}).Draw(t, "tag"), name, rapid.SampledFrom([]time.Time{{}, instant(t, "made")}).Draw(t, "told"), at)
		}), 1, 8).Draw(t, "observations")
		coverage := []inventory.Coverage{read(workers(), inventory.State(rapid.IntRange(1, 3).Draw(t, "state")), instant(t, "read"))}
		tell := func(all []inventory.Asset) string {
			v := inventory.NewView(on(20), all, coverage)
			out := canonAll(v.Assets)
			for day := range 6 {
				for _, name := range []string{"a", "b"} {
					id, ok := v.Holder(named(name), time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC))
					out += fmt.Sprintln(day, name, id, ok)
				}
			}
			return out
		}
		order := rapid.Permutation(all).Draw(t, "order")
		twice := slices.Concat(order, all)
		want := tell(all)
		if d := cmp.Diff(want, tell(order)); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(want, tell(twice)); d != "" {
			t.Fatalf("told twice: %s", d)
		}
	})
}

func canonAll(all []inventory.Asset) string {
	out := ""
	for _, a := range all {
		b, err := a.Called.MarshalJSON()
		if err != nil {
			return err.Error()
		}
		out += fmt.Sprintln(a.ID, a.Name, a.Created, a.Modified, a.Deleted, a.Handles, a.Sightings, string(b))
	}
	return out
}

// estate is an account of Workers as it really was: who has which name.
type estate struct {
	now   int
	names map[string]string // name: tag
	made  map[string]time.Time
	had   map[string]bool // "tag name"
	seen  []inventory.Asset
	truth []string // name, hour, tag
}

func hours(n int) time.Time { return on(1).Add(time.Duration(n) * time.Hour) }

// step makes, renames or deletes a Worker, then reads all.
func (e *estate) step(t *rapid.T) {
	e.now += 2
	name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
	id, taken := e.names[name]
	switch to := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "to"); {
	case !taken:
		id = fmt.Sprint(len(e.made))
		e.names[name], e.made[id] = id, hours(e.now)
	case rapid.Bool().Draw(t, "delete?"):
		delete(e.names, name)
	case e.names[to] == "" && !e.had[id+" "+to]:
		delete(e.names, name)
		e.names[to] = id
	}
	for _, name := range []string{"a", "b", "c"} {
		if id, ok := e.names[name]; ok {
			e.had[id+" "+name] = true
			e.seen = append(e.seen, worker(id, name, e.made[id], hours(e.now)))
			e.truth = append(e.truth, fmt.Sprint(name, " ", e.now, " ", id))
		}
	}
}

// TestEventsAreResolvedToWhoHadTheName, whatever was renamed, deleted and made anew,
// where each change was read, and no name goes back to a Worker that had it.
func TestEventsAreResolvedToWhoHadTheName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := &estate{names: map[string]string{}, made: map[string]time.Time{}, had: map[string]bool{}}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			e.step(t)
		}
		v := inventory.NewView(on(20), e.seen, []inventory.Coverage{read(workers(), inventory.Complete, hours(e.now))})
		for _, truth := range e.truth {
			var name, id string
			var hour int
			if _, err := fmt.Sscan(truth, &name, &hour, &id); err != nil {
				t.Fatal(err)
			}
			if got, _ := v.Holder(named(name), hours(hour).Add(time.Hour)); got != tag(id) {
				t.Fatalf("at hour %d the name %s is that of %s, want %s", hour, name, got, tag(id))
			}
		}
	})
}
