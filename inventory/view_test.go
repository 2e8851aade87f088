package inventory_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
)

func on(day int) time.Time { return time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC) }

func cell(capability inventory.Capability, region string) inventory.Cell {
	return inventory.Cell{Source: "aws-lambda", Scope: inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: region}, Capability: capability}
}

func read(c inventory.Cell, s inventory.State, at time.Time) inventory.Coverage {
	return inventory.Coverage{Cell: c, State: s, Read: at}
}

func seen(c inventory.Cell, at time.Time) inventory.Asset {
	return inventory.Asset{ID: "arn:f", Scope: c.Scope, Sightings: []inventory.Sighting{{Cell: c, At: at}}}
}

func TestPresence(t *testing.T) {
	functions, events := cell(inventory.CapFunctions, "eu-west-1"), cell(inventory.CapEvents, "eu-west-1")
	deleted := seen(functions, on(1))
	deleted.Deleted = on(2)
	recreated := seen(events, on(3))
	recreated.Deleted = on(2)
	for name, tc := range map[string]struct {
		asset    inventory.Asset
		coverage []inventory.Coverage
		want     inventory.Presence
	}{
		"shown by the last complete reading":                     {seen(functions, on(2)), []inventory.Coverage{read(functions, inventory.Complete, on(2))}, inventory.Present},
		"not shown by a later complete reading":                  {seen(functions, on(1)), []inventory.Coverage{read(functions, inventory.Complete, on(2))}, inventory.Gone},
		"a later denied reading never deletes":                   {seen(functions, on(1)), []inventory.Coverage{read(functions, inventory.Complete, on(1)), read(functions, inventory.Denied, on(2))}, inventory.NotSeenSince},
		"a later partial reading never deletes":                  {seen(functions, on(1)), []inventory.Coverage{read(functions, inventory.Partial, on(2))}, inventory.NotSeenSince},
		"complete in between and denied later":                   {seen(functions, on(1)), []inventory.Coverage{read(functions, inventory.Complete, on(2)), read(functions, inventory.Denied, on(3))}, inventory.Gone},
		"proved not to be in use":                                {seen(functions, on(1)), []inventory.Coverage{read(functions, inventory.Disabled, on(2))}, inventory.Gone},
		"known from events alone":                                {seen(events, on(1)), []inventory.Coverage{read(events, inventory.Complete, on(2))}, inventory.Inferred},
		"known from events, listed whole later without it":       {seen(events, on(1)), []inventory.Coverage{read(functions, inventory.Complete, on(2))}, inventory.Gone},
		"known from events, other region listed":                 {seen(events, on(1)), []inventory.Coverage{read(cell(inventory.CapFunctions, "us-east-1"), inventory.Complete, on(2))}, inventory.Inferred},
		"known from events, listed whole before":                 {seen(events, on(3)), []inventory.Coverage{read(functions, inventory.Complete, on(2))}, inventory.Inferred},
		"deleted by an event after it was seen":                  {deleted, []inventory.Coverage{read(functions, inventory.Complete, on(1))}, inventory.Gone},
		"seen again after a deletion":                            {recreated, nil, inventory.Inferred},
		"never shown by anything":                                {inventory.Asset{ID: "arn:f"}, nil, inventory.PresenceUnknown},
		"a reading after the view's instant is not of this view": {seen(functions, on(1)), []inventory.Coverage{read(functions, inventory.Complete, on(1)), read(functions, inventory.Complete, on(30))}, inventory.Present},
	} {
		t.Run(name, func(t *testing.T) {
			v := inventory.NewView(on(20), []inventory.Asset{tc.asset}, tc.coverage)
			if got := v.Presence(v.Assets[0]); got != tc.want {
				t.Fatalf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestGaps(t *testing.T) {
	fn, us := cell(inventory.CapFunctions, "eu-west-1"), cell(inventory.CapFunctions, "us-east-1")
	roles := cell(inventory.CapRoles, "")
	other := fn
	other.Source = "snapshot:b"
	plan := inventory.Cell{Source: "aws", Scope: inventory.Scope{Provider: inventory.AWS}, Capability: inventory.CapScopes}
	account := inventory.Scope{Provider: inventory.AWS, Account: "111122223333"}
	for name, tc := range map[string]struct {
		scope    inventory.Scope
		need     inventory.Capability
		coverage []inventory.Coverage
		want     []string // state of each gap
		notAsked bool
	}{
		"complete":                                          {fn.Scope, inventory.CapFunctions, []inventory.Coverage{read(fn, inventory.Complete, on(1))}, nil, false},
		"denied":                                            {fn.Scope, inventory.CapFunctions, []inventory.Coverage{read(fn, inventory.Denied, on(1))}, []string{"denied"}, false},
		"pending is a gap":                                  {fn.Scope, inventory.CapFunctions, []inventory.Coverage{{Cell: fn}}, []string{"pending"}, false},
		"denied once complete counts as denied":             {fn.Scope, inventory.CapFunctions, []inventory.Coverage{read(fn, inventory.Complete, on(1)), read(fn, inventory.Denied, on(2))}, []string{"denied"}, false},
		"another source makes up for it":                    {fn.Scope, inventory.CapFunctions, []inventory.Coverage{read(fn, inventory.Denied, on(1)), read(other, inventory.Complete, on(1))}, nil, false},
		"an account-wide cell covers its regions":           {fn.Scope, inventory.CapRoles, []inventory.Coverage{read(roles, inventory.Complete, on(1))}, nil, false},
		"an account asks for all its regions":               {account, inventory.CapFunctions, []inventory.Coverage{read(fn, inventory.Complete, on(1)), read(us, inventory.Throttled, on(1))}, []string{"throttled"}, false},
		"nobody was asked":                                  {fn.Scope, inventory.CapPolicies, []inventory.Coverage{read(fn, inventory.Complete, on(1))}, []string{"pending"}, true},
		"a region that is switched off has nothing to read": {fn.Scope, inventory.CapPolicies, []inventory.Coverage{read(fn, inventory.Disabled, on(1))}, nil, false},
		"what else is switched off says nothing of it":      {fn.Scope, inventory.CapPolicies, []inventory.Coverage{read(cell(inventory.CapMappings, "eu-west-1"), inventory.Disabled, on(1))}, []string{"pending"}, true},
		"a broken plan makes all below unknown":             {fn.Scope, inventory.CapFunctions, []inventory.Coverage{read(plan, inventory.Denied, on(1))}, []string{"denied"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			v := inventory.NewView(on(20), nil, tc.coverage)
			var got []string
			notAsked := false
			for _, g := range v.Gaps(tc.scope, tc.need) {
				got = append(got, g.State.String())
				notAsked = notAsked || g.NotAsked()
			}
			if d := cmp.Diff(tc.want, got); d != "" || notAsked != tc.notAsked {
				t.Fatalf("not asked %t; %s", notAsked, d)
			}
		})
	}
}

func TestOrganization(t *testing.T) {
	cell := inventory.Cell{Source: "aws", Scope: inventory.Scope{Provider: inventory.AWS}, Capability: inventory.CapOrganization}
	told := func(id string, state inventory.State, day int) inventory.Coverage {
		c := read(cell, state, on(day))
		c.Subject = id
		return c
	}
	for name, tc := range map[string]struct {
		coverage []inventory.Coverage
		want     string
	}{
		"nobody was asked":         {nil, ""},
		"the last one counts":      {[]inventory.Coverage{told("o-2", inventory.Complete, 2), told("o-1", inventory.Complete, 1)}, "o-2"},
		"a denial takes none away": {[]inventory.Coverage{told("o-1", inventory.Complete, 1), told("", inventory.Denied, 2)}, "o-1"},
		"a denied one may name it": {[]inventory.Coverage{told("o-1", inventory.Complete, 1), told("o-2", inventory.Denied, 2)}, "o-2"},
	} {
		t.Run(name, func(t *testing.T) {
			v := inventory.NewView(on(20), nil, tc.coverage)
			if got := v.Organization(inventory.AWS); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if got := v.Organization(inventory.Google); got != "" {
				t.Errorf("of another provider: %q", got)
			}
		})
	}
}

func TestContinuity(t *testing.T) {
	ev := cell(inventory.CapEvents, "eu-west-1")
	log := func(c inventory.Continuity, s inventory.State, from, to int) inventory.Coverage {
		x := read(ev, s, on(20))
		x.Continuity, x.Window = c, inventory.Window{From: on(from), To: on(to)}
		return x
	}
	for name, tc := range map[string]struct {
		log  inventory.Coverage
		want inventory.Continuity
	}{
		"assumed over the stretch":       {log(inventory.Assumed, inventory.Complete, 1, 10), inventory.Assumed},
		"proved over the stretch":        {log(inventory.Proved, inventory.Complete, 1, 10), inventory.Proved},
		"broken":                         {log(inventory.Broken, inventory.Complete, 1, 10), inventory.Broken},
		"the log ends before":            {log(inventory.Proved, inventory.Complete, 1, 5), inventory.ContinuityNone},
		"the log begins after":           {log(inventory.Proved, inventory.Complete, 4, 10), inventory.ContinuityNone},
		"an unread log claims nothing":   {log(inventory.Proved, inventory.Partial, 1, 10), inventory.ContinuityNone},
		"an open window claims nothing":  {inventory.Coverage{Cell: ev, State: inventory.Complete, Read: on(20), Continuity: inventory.Proved}, inventory.ContinuityNone},
		"a malformed log claims nothing": {log(inventory.Assumed, inventory.Malformed, 1, 10), inventory.ContinuityNone},
	} {
		t.Run(name, func(t *testing.T) {
			v := inventory.NewView(on(25), nil, []inventory.Coverage{tc.log})
			if got := v.Continuity(ev.Scope, on(3), on(7)); got != tc.want {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestViewNeverDependsOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []inventory.Asset
		for range rapid.IntRange(1, 6).Draw(t, "assets") {
			a := asset(t)
			a.ID = inventory.AssetID(rapid.SampledFrom([]string{"p", "q", "x"}).Draw(t, "id"))
			all = append(all, a)
		}
		states := []inventory.State{inventory.Complete, inventory.Denied, inventory.Pending}
		var cov []inventory.Coverage
		for range rapid.IntRange(0, 5).Draw(t, "readings") {
			cov = append(cov, read(cell(inventory.CapFunctions, ""), rapid.SampledFrom(states).Draw(t, "state"), instant(t, "read")))
		}
		first := describe(t, all, cov)
		again := describe(t, rapid.Permutation(all).Draw(t, "asset order"), rapid.Permutation(slices.Clone(cov)).Draw(t, "coverage order"))
		if d := cmp.Diff(first, again); d != "" {
			t.Fatal(d)
		}
	})
}

func describe(t *rapid.T, assets []inventory.Asset, cov []inventory.Coverage) string {
	v := inventory.NewView(on(30), assets, cov)
	b, err := json.Marshal([]any{v.Assets, v.Coverage})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAliasesJoinTwoIDsOfOneAsset(t *testing.T) {
	project := inventory.Asset{ID: "google:project:1", Name: "hidden"}
	script := inventory.Asset{ID: "google:script:x", Aliases: []inventory.AssetID{"google:project:1"}}
	v := inventory.NewView(on(1), []inventory.Asset{project, script}, nil)
	if len(v.Assets) != 1 {
		t.Fatalf("want one asset, got %d", len(v.Assets))
	}
	for _, id := range []inventory.AssetID{"google:project:1", "google:script:x"} {
		if a, ok := v.Asset(id); !ok || a.Name != "hidden" {
			t.Errorf("%s does not find the joined asset", id)
		}
	}
}

func TestWalkEndsAtTheViewsInstant(t *testing.T) {
	v := inventory.NewView(on(10), nil, nil)
	var got inventory.Filter
	v.Events = func(_ context.Context, f inventory.Filter, _ func(inventory.Event) error) error { got = f; return nil }
	if err := v.Walk(context.Background(), inventory.Filter{}, nil); err != nil {
		t.Fatal(err)
	}
	if !got.Until.After(on(10)) || got.Until.After(on(10).Add(time.Second)) {
		t.Fatalf("an event at the view's instant belongs to it, a later one does not: until %s", got.Until)
	}
}

// TestAWindowNeverReachesPastTheView: a view shows no event that is later, so
// its coverage must not vouch for later times either.
func TestAWindowNeverReachesPastTheView(t *testing.T) {
	log := read(cell(inventory.CapEvents, "eu-west-1"), inventory.Complete, on(5))
	log.Continuity, log.Window = inventory.Assumed, inventory.Window{From: on(3), To: on(10)}
	for name, tc := range map[string]struct {
		at    time.Time
		state inventory.State
		to    time.Time
	}{
		"after the log":      {on(12), inventory.Complete, on(10)},
		"within the log":     {on(6), inventory.Complete, on(6).Add(1)},
		"where it was read":  {on(5), inventory.Complete, on(5).Add(1)},
		"before it was read": {on(4), inventory.Pending, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			v := inventory.NewView(tc.at, nil, []inventory.Coverage{log, {Cell: log.Cell}})
			if c := v.Coverage[0]; c.State != tc.state || !c.Window.To.Equal(tc.to) {
				t.Errorf("%s to %s, want %s to %s", c.State, c.Window.To, tc.state, tc.to)
			}
		})
	}
	log.Read = on(2)
	if c := inventory.NewView(on(2), nil, []inventory.Coverage{log}).Coverage[0]; c.State != inventory.Malformed || c.Why.Message == "" {
		t.Errorf("a log that begins after the view is %s (%s), want malformed with a reason", c.State, c.Why)
	}
}

// TestABreakReachesTheRegionsOfTheAccount: a trail is stopped in one region and
// may have logged all of them.
func TestABreakReachesTheRegionsOfTheAccount(t *testing.T) {
	log := func(source, account, region string, c inventory.Continuity) inventory.Coverage {
		out := read(cell(inventory.CapEvents, region), inventory.Complete, on(5))
		out.Cell.Source, out.Cell.Scope.Account, out.Continuity = source, account, c
		return out
	}
	v := inventory.NewView(on(6), nil, []inventory.Coverage{
		log("a", "1", "eu-west-1", inventory.Broken), log("a", "1", "us-east-1", inventory.Assumed), log("a", "1", "us-west-1", inventory.Proved),
		log("a", "2", "us-east-1", inventory.Assumed), log("b", "1", "us-east-1", inventory.Assumed),
	})
	got := map[string]inventory.Continuity{}
	for _, c := range v.Coverage {
		got[c.Cell.Source+" "+c.Cell.Scope.Account+" "+c.Cell.Scope.Region] = c.Continuity
	}
	want := map[string]inventory.Continuity{
		"a 1 eu-west-1": inventory.Broken, "a 1 us-east-1": inventory.Broken, "a 1 us-west-1": inventory.Proved,
		"a 2 us-east-1": inventory.Assumed, "b 1 us-east-1": inventory.Assumed,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("continuity (-want +got):\n%s", diff)
	}
}

func TestWordsAboutThePlan(t *testing.T) {
	c := cell(inventory.CapFunctions, "eu-west-1")
	plan := func(p inventory.Plan, day int) inventory.Coverage {
		return inventory.Coverage{Cell: c, State: inventory.Unavailable, Read: on(day), Plan: p}
	}
	whole := read(c, inventory.Complete, on(1))
	for name, tc := range map[string]struct {
		words          []inventory.Coverage
		state, dropped string
	}{
		"missing makes a hole":                           {[]inventory.Coverage{whole, plan(inventory.PlanMissing, 2)}, "unavailable", ""},
		"dropped is not asked for":                       {[]inventory.Coverage{whole, plan(inventory.PlanDropped, 2)}, "", "dropped"},
		"resumed, the last reading stands":               {[]inventory.Coverage{whole, plan(inventory.PlanMissing, 2), plan(inventory.PlanResumed, 3)}, "complete", ""},
		"of two words at one instant, the one of less":   {[]inventory.Coverage{whole, plan(inventory.PlanResumed, 2), plan(inventory.PlanMissing, 2)}, "unavailable", ""},
		"and in the other order":                         {[]inventory.Coverage{whole, plan(inventory.PlanMissing, 2), plan(inventory.PlanResumed, 2)}, "unavailable", ""},
		"a word from after the view is not of this view": {[]inventory.Coverage{whole, plan(inventory.PlanMissing, 25)}, "complete", ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := inventory.NewView(on(20), nil, tc.words)
			state, dropped := "", ""
			for _, x := range v.Coverage {
				state = x.State.String()
			}
			for _, x := range v.Dropped {
				dropped = string(x.Plan)
			}
			if state != tc.state || dropped != tc.dropped {
				t.Fatalf("state %q, dropped %q; want %q, %q", state, dropped, tc.state, tc.dropped)
			}
		})
	}
}
