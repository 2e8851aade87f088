package reconcile_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

const day = 24 * time.Hour

// owners are the owners that the claims of these tests name.
func owners() []registry.Owner {
	return []registry.Owner{
		{ID: "payments", Contacts: []string{"payments@example.com"}},
		{ID: "search", Contacts: []string{"search@example.com"}},
	}
}

// claim selects the function "shop" for payments.
func claim(id string, approval *registry.Approval) registry.Claim {
	return registry.Claim{ID: id, Owner: "payments", Approval: approval,
		Select: registry.Selector{Provider: inventory.AWS, Name: "shop"}}
}

// approved is a consent that holds at rulestest.Now.
func approved(l registry.Limits) *registry.Approval {
	return &registry.Approval{By: "ana@example.com", Ticket: "SEC-1", On: rulestest.Ago(100 * day), Expires: rulestest.Now().Add(100 * day), Limits: l}
}

// world holds the function "shop", claimed with the approval.
func world(approval *registry.Approval, change ...func(*inventory.Asset)) rulestest.World {
	return rulestest.World{
		Facts:    append(rulestest.Whole(), rulestest.Function("shop", change...)),
		Registry: registry.Content{Owners: owners(), Claims: []registry.Claim{claim("shop", approval)}},
	}
}

func verdict(t *testing.T, w rulestest.World) findings.Verdict {
	t.Helper()
	return w.Case(t).Verdicts[rulestest.FunctionID("shop")]
}

func exposed(reach ...inventory.Reach) func(*inventory.Asset) {
	var e inventory.Exposures
	for _, r := range reach {
		e.Ways = append(e.Ways, inventory.Exposure{Kind: "policy", Reach: r, Note: "statement s"})
	}
	return func(a *inventory.Asset) { a.Exposure = inventory.Split(inventory.Known(e, rulestest.Now())) }
}

func coded(digest string) func(*inventory.Asset) {
	return func(a *inventory.Asset) { a.Code = inventory.Known(inventory.Code{Digest: digest}, rulestest.Now()) }
}

func versioned(published ...inventory.Version) func(*inventory.Asset) {
	return func(a *inventory.Asset) {
		a.Versions = inventory.Known(inventory.Versions{Published: published}, rulestest.Now())
	}
}

func aliased(all ...inventory.Alias) func(*inventory.Asset) {
	return func(a *inventory.Asset) { a.VersionAliases = inventory.Known(all, rulestest.Now()) }
}

func doubted(reason string) inventory.Reason {
	return inventory.Reason{Operation: "GetPolicy", Code: "AccessDenied", Message: reason}
}

// TestStanding walks the definition of standing, question by question.
func TestStanding(t *testing.T) {
	role := "arn:aws:iam::111122223333:role/shop"
	deny := inventory.Split(inventory.Unknown[inventory.Exposures](doubted("no"), rulestest.Now()))
	noPolicy := func(a *inventory.Asset) {
		a.Exposure = a.Exposure.With(inventory.CapPolicies, deny[inventory.CapPolicies])
	}
	url := func(r inventory.Reach) func(*inventory.Asset) {
		return func(a *inventory.Asset) {
			a.Exposure = inventory.Split(inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "function-url", Reach: r}}}, rulestest.Now()))
		}
	}
	ended := approved(registry.Limits{Reach: inventory.ReachPrivate})
	ended.Expires = rulestest.Now()
	lastInstant := approved(registry.Limits{})
	lastInstant.Expires = rulestest.Now().Add(time.Nanosecond)
	canary := func(a *inventory.Asset) {
		versioned(inventory.Version{Name: "1", Digest: "one"}, inventory.Version{Name: "2", Digest: "two"}, inventory.Version{Name: "3", Digest: "three"})(a)
		aliased(inventory.Alias{Name: "live", Version: "1", Weights: map[string]float64{"2": 0.1, "3": 0}})(a)
	}
	live := aliased(inventory.Alias{Name: "live", Version: "9"})
	noVersions := func(a *inventory.Asset) { a.Versions = inventory.Facet[inventory.Versions]{} }
	for _, test := range []struct {
		name   string
		world  rulestest.World
		want   findings.Standing
		reason string // must be part of one of the reasons
	}{
		{"no claim: unmanaged", rulestest.World{Facts: append(rulestest.Whole(), rulestest.Function("shop"))}, findings.Unmanaged, "no claim"},
		{"no claim stays unmanaged whatever else is unknown",
			rulestest.World{Facts: []inventory.Fact{rulestest.Function("shop", func(a *inventory.Asset) { a.Exposure = deny })}}, findings.Unmanaged, "no claim"},
		{"no claim and no registry: nobody can tell", rulestest.World{Facts: append(rulestest.Whole(), rulestest.Function("shop")), NoRegistry: true}, findings.Unknown, "no registry"},
		{"claims in conflict: unknown", func() rulestest.World {
			w := world(nil)
			other := claim("shop-too", nil)
			other.Owner = "search"
			w.Registry.Claims = append(w.Registry.Claims, other)
			return w
		}(), findings.Unknown, "equal weight"},
		{"a claim without approval: owned", world(nil), findings.Owned, "no approval"},
		{"an approval past its end: expired", world(ended), findings.Expired, "ended on"},
		{"expired comes before drifted", world(ended, exposed(inventory.ReachPublic)), findings.Expired, "outside the limit on reach"},
		{"the last instant of an approval still holds", world(lastInstant), findings.Approved, "approved by ana@example.com (SEC-1) until"},
		{"no limits: approved", world(approved(registry.Limits{})), findings.Approved, "payments answers for it"},
		{"no limits: approved whatever is unknown", world(approved(registry.Limits{}), func(a *inventory.Asset) { a.Exposure = deny }), findings.Approved, ""},

		{"reach within its limit", world(approved(registry.Limits{Reach: inventory.ReachAccount}), exposed(inventory.ReachAccount)), findings.Approved, ""},
		{"reach above its limit", world(approved(registry.Limits{Reach: inventory.ReachAccount}), exposed(inventory.ReachPartner)), findings.Drifted, "reach: partner, approved is account"},
		{"no way in is private", world(approved(registry.Limits{Reach: inventory.ReachPrivate})), findings.Approved, ""},
		{"exposure certainly absent is private", world(approved(registry.Limits{Reach: inventory.ReachPrivate}),
			func(a *inventory.Asset) {
				a.Exposure = inventory.Split(inventory.Absent[inventory.Exposures](rulestest.Now()))
			}), findings.Approved, ""},
		{"one way that is unknown", world(approved(registry.Limits{Reach: inventory.ReachAccount}), exposed(inventory.ReachPrivate, inventory.ReachUnknown)), findings.Unknown, "statement s"},
		{"a way known to be wider, beside an unknown one", world(approved(registry.Limits{Reach: inventory.ReachAccount}), exposed(inventory.ReachUnknown, inventory.ReachPublic)), findings.Drifted, "public"},
		{"an approval of public leaves nothing to exceed, but a way in stays unknown", world(approved(registry.Limits{Reach: inventory.ReachPublic}), exposed(inventory.ReachUnknown)), findings.Unknown, ""},
		{"exposure unknown", world(approved(registry.Limits{Reach: inventory.ReachPublic}), func(a *inventory.Asset) { a.Exposure = deny }), findings.Unknown, "GetPolicy: AccessDenied: no"},

		{"a policy that was denied, beside a URL within the limit", world(approved(registry.Limits{Reach: inventory.ReachAccount}), url(inventory.ReachPrivate), noPolicy),
			findings.Unknown, "the policies part of the exposure facet is unknown: GetPolicy: AccessDenied: no; the other parts show private"},
		{"a policy that was denied, beside a URL known to be wider", world(approved(registry.Limits{Reach: inventory.ReachAccount}), url(inventory.ReachPublic), noPolicy),
			findings.Drifted, "reach: public, approved is account"},
		{"URLs that nobody read", world(approved(registry.Limits{Reach: inventory.ReachAccount}),
			func(a *inventory.Asset) { delete(a.Exposure, inventory.CapURLs) }), findings.Unknown, "the urls part of the exposure facet is unknown"},

		{"identity approved", world(approved(registry.Limits{Identities: []string{role}})), findings.Approved, ""},
		{"identity not approved", world(approved(registry.Limits{Identities: []string{"arn:other"}})), findings.Drifted, role},
		{"identity unknown", world(approved(registry.Limits{Identities: []string{role}}), func(a *inventory.Asset) { a.Identity = inventory.Facet[inventory.Identity]{} }), findings.Unknown, "identity facet is unknown"},
		{"no identity at all", world(approved(registry.Limits{Identities: []string{role}}),
			func(a *inventory.Asset) { a.Identity = inventory.Absent[inventory.Identity](rulestest.Now()) }), findings.Approved, ""},
		{"an identity without a name", world(approved(registry.Limits{Identities: []string{role}}),
			func(a *inventory.Asset) { a.Identity = inventory.Known(inventory.Identity{}, rulestest.Now()) }), findings.Unknown, "names nobody"},

		{"region approved", world(approved(registry.Limits{Regions: []string{"eu-west-1"}})), findings.Approved, ""},
		{"region not approved", world(approved(registry.Limits{Regions: []string{"us-east-1"}})), findings.Drifted, "eu-west-1"},
		{"region unknown", world(approved(registry.Limits{Regions: []string{"us-east-1"}}), func(a *inventory.Asset) { a.Scope.Region = "" }), findings.Unknown, "region"},

		{"digest approved", world(approved(registry.Limits{CodeDigests: []string{"good"}}), coded("good")), findings.Approved, ""},
		{"digest not approved", world(approved(registry.Limits{CodeDigests: []string{"good"}}), coded("bad")), findings.Drifted, "bad in $LATEST"},
		{"digest not told", world(approved(registry.Limits{CodeDigests: []string{"good"}}), coded("")), findings.Unknown, "no digest"},
		{"each version that takes traffic is judged", world(approved(registry.Limits{CodeDigests: []string{"good", "one"}}), coded("good"), canary), findings.Drifted, "two in version 2, which alias live"},
		{"a version without traffic is not", world(approved(registry.Limits{CodeDigests: []string{"good", "one", "two"}}), coded("good"), canary), findings.Approved, ""},
		{"versions unknown", world(approved(registry.Limits{CodeDigests: []string{"good"}}), coded("good"), live, noVersions), findings.Unknown, "versions facet is unknown"},
		{"versions unknown, but no alias points at any", world(approved(registry.Limits{CodeDigests: []string{"good"}}), coded("good"), noVersions), findings.Approved, ""},
		{"aliases unknown", world(approved(registry.Limits{CodeDigests: []string{"good"}}), coded("good"),
			func(a *inventory.Asset) { a.VersionAliases = inventory.Facet[[]inventory.Alias]{} }), findings.Unknown, "aliases facet is unknown"},
		{"an alias of a version that is not listed", world(approved(registry.Limits{CodeDigests: []string{"good"}}), coded("good"), live), findings.Unknown, "version 9"},
		{"an alias of the unqualified code adds nothing", world(approved(registry.Limits{CodeDigests: []string{"good"}}), coded("good"),
			aliased(inventory.Alias{Name: "dev", Version: "$LATEST"})), findings.Approved, ""},
		{"a drift that is known comes before one that is not", world(approved(registry.Limits{CodeDigests: []string{"good"}, Regions: []string{"us-east-1"}}), coded("")), findings.Drifted, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := verdict(t, test.world)
			if v.Standing != test.want || !strings.Contains(strings.Join(v.Reasons, "\n"), test.reason) {
				t.Errorf("got %s with reasons\n  %s\nwant %s with %q", v.Standing, strings.Join(v.Reasons, "\n  "), test.want, test.reason)
			}
		})
	}
}

// TestOldFacets: a limit is never held by what a later reading did not confirm.
func TestOldFacets(t *testing.T) {
	earlier := rulestest.Ago(10 * day)
	limits := registry.Limits{Reach: inventory.ReachPublic, Identities: []string{"arn:aws:iam::111122223333:role/shop"}, CodeDigests: []string{"digest-of-shop"}}
	stale := func(a *inventory.Asset) {
		a.Exposure = inventory.Split(inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "policy", Reach: inventory.ReachAccount}}}, earlier))
		rulestest.Doubting(doubted("later"), rulestest.Now())(a)
	}
	seenEarlier := func(a *inventory.Asset) { a.Sightings[0].At = earlier }
	readEarlier := rulestest.ReadAt(earlier)
	for _, test := range []struct {
		name   string
		world  rulestest.World
		reason string
	}{
		{"a stale facet", world(approved(limits), stale), "not confirmed since: GetPolicy: AccessDenied: later; last known was account"},
		{"an asset that a partial reading did not show", world(approved(limits), seenEarlier).WithState(inventory.CapFunctions, inventory.Partial),
			"not seen since: functions of aws/111122223333/eu-west-1 by aws is partial (Read: Test: made so by a test)"},
		{"an asset seen again, of which a capability was denied meanwhile", world(approved(limits), readEarlier).WithState(inventory.CapURLs, inventory.Denied),
			"could not be read since: urls of aws/111122223333/eu-west-1 by aws is denied"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := verdict(t, test.world)
			if v.Standing != findings.Unknown || !strings.Contains(strings.Join(v.Reasons, "\n"), test.reason) {
				t.Errorf("got %s with reasons\n  %s\nwant unknown with %q", v.Standing, strings.Join(v.Reasons, "\n  "), test.reason)
			}
		})
	}
	laterGap := world(approved(limits), readEarlier, seenEarlier).Without(func(f inventory.Fact) bool {
		c, ok := f.(inventory.Coverage)
		return ok && c.Cell.Capability == inventory.CapFunctions
	}).WithState(inventory.CapURLs, inventory.Denied)
	for name, w := range map[string]rulestest.World{
		"a facet read in the scan that had a partial cell counts":                        world(approved(limits)).WithState(inventory.CapPolicies, inventory.Partial),
		"a facet that no later reading contradicts counts":                               world(approved(limits), readEarlier),
		"a facet as old as the last sighting counts, whatever was tried elsewhere since": laterGap,
	} {
		t.Run(name, func(t *testing.T) {
			if v := verdict(t, w); v.Standing != findings.Approved {
				t.Errorf("got %s: %v", v.Standing, v.Reasons)
			}
		})
	}
}

// TestWhyUnseen: the reason names what was not whole, and events are no
// sighting of an inventory.
func TestWhyUnseen(t *testing.T) {
	earlier := rulestest.Ago(10 * day)
	w := world(nil, func(a *inventory.Asset) {
		a.Sightings[0].At = earlier
		a.Sightings = append(a.Sightings, inventory.Sighting{Cell: rulestest.Reading(inventory.CapEvents, earlier).Cell, At: rulestest.Ago(day)})
	}).WithState(inventory.CapFunctions, inventory.Partial)
	other := rulestest.Reading(inventory.CapFunctions, rulestest.Now())
	other.Cell.Source = "another"
	for _, test := range []struct {
		name  string
		facts []inventory.Fact
		want  string
	}{
		{"the cell that was not whole", w.Facts, "not seen since 2026-10-22T06:00:00Z: functions of aws/111122223333/eu-west-1 by aws is partial (Read: Test: made so by a test)"},
		{"another source read the scope whole", append(slices.Clone(w.Facts), other), "not seen since 2026-10-22T06:00:00Z: what showed it then was not read whole since, or is not asked for any more"},
	} {
		w.Facts = test.facts
		v := verdict(t, w)
		if v.Presence != inventory.NotSeenSince || !slices.Contains(v.Reasons, test.want) {
			t.Errorf("%s: %s, %q; want %q", test.name, v.Presence, v.Reasons, test.want)
		}
	}
}

func TestDeployers(t *testing.T) {
	limits := registry.Limits{Deployers: []string{rulestest.Deployer}}
	stray := func(e *inventory.Event) {
		e.Principal = inventory.Principal{ID: "arn:aws:iam::111122223333:user/eve", Session: rulestest.Deployer}
	}
	update := func(days int, change ...func(*inventory.Event)) inventory.Fact {
		return rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Ago(time.Duration(days)*day), change...)
	}
	outcome := func(o inventory.Outcome) func(*inventory.Event) { return func(e *inventory.Event) { e.Outcome = o } }
	for _, test := range []struct {
		name     string
		modified int // days ago; the approval is 100 days old; 0: not known
		events   []inventory.Fact
		want     findings.Standing
		reason   string
	}{
		{"not modified since the approval", 150, nil, findings.Approved, ""},
		{"modified since, and no event says by whom", 50, nil, findings.Unknown, "do not say by whom"},
		{"when it was modified is not known", 0, nil, findings.Unknown, "is not known"},
		{"the last one by an approved deployer", 1, []inventory.Fact{update(2, stray), update(1)}, findings.Approved, ""},
		{"modified after the last deployment that the events know", 1, []inventory.Fact{update(9)}, findings.Unknown, "do not say by whom"},
		{"the last one by a stray, whose session name excuses nothing", 1, []inventory.Fact{update(2),
			rulestest.Act(inventory.ActionUpdateConfig, "shop", rulestest.Ago(day), stray)}, findings.Drifted, "user/eve"},
		{"a stray before the approval is what was approved", 150, []inventory.Fact{update(150, stray)}, findings.Approved, ""},
		{"a refused call deploys nothing", 150, []inventory.Fact{update(1, stray, outcome(inventory.Failed))}, findings.Approved, ""},
		{"a dry run deploys nothing", 150, []inventory.Fact{update(1, stray, outcome(inventory.DryRun))}, findings.Approved, ""},
		{"opening a function is no deployment", 150, []inventory.Fact{
			rulestest.Act(inventory.ActionGrant, "shop", rulestest.Ago(day), stray)}, findings.Approved, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := world(approved(limits), func(a *inventory.Asset) {
				if test.modified > 0 {
					a.Modified = rulestest.Ago(time.Duration(test.modified) * day)
				}
			})
			w.Facts = append(w.Facts, test.events...)
			v := verdict(t, w)
			if v.Standing != test.want || !strings.Contains(strings.Join(v.Reasons, "\n"), test.reason) {
				t.Errorf("got %s with reasons\n  %s\nwant %s with %q", v.Standing, strings.Join(v.Reasons, "\n  "), test.want, test.reason)
			}
		})
	}
}

// TestPresenceIsTold: a verdict says where the asset stands in the inventory.
func TestPresenceIsTold(t *testing.T) {
	lost := rulestest.World{Facts: append(rulestest.Whole(), rulestest.FromEvents("shop", rulestest.Ago(day)))}
	deleted := rulestest.World{Facts: append(rulestest.Whole(), rulestest.FromEvents("shop", rulestest.Ago(day), func(a *inventory.Asset) { a.Deleted = rulestest.Ago(day) }))}
	inferred := rulestest.World{Facts: []inventory.Fact{rulestest.FromEvents("shop", rulestest.Ago(day))}}
	unseen := rulestest.World{Facts: []inventory.Fact{rulestest.Function("shop", func(a *inventory.Asset) { a.Sightings = nil })}}
	for _, test := range []struct {
		name   string
		world  rulestest.World
		want   inventory.Presence
		reason string
	}{
		{"present", rulestest.World{Facts: append(rulestest.Whole(), rulestest.Function("shop"))}, inventory.Present, ""},
		{"gone", lost, inventory.Gone, "was whole and did not show it"},
		{"deleted", deleted, inventory.Gone, "gone: deleted at 2026-10-31T06:00:00Z"},
		{"inferred", inferred, inventory.Inferred, "events alone"},
		{"shown by nothing", unseen, inventory.PresenceUnknown, "shown by no reading"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := verdict(t, test.world)
			if v.Presence != test.want || v.Standing != findings.Unmanaged || !strings.Contains(strings.Join(v.Reasons, "\n"), test.reason) {
				t.Errorf("got %s, %s, %v; want %s with %q", v.Presence, v.Standing, v.Reasons, test.want, test.reason)
			}
		})
	}
}

// TestConflictKeepsTheClaims: who would answer is shown, and nobody is chosen.
func TestConflictKeepsTheClaims(t *testing.T) {
	w := world(nil)
	other := claim("another", nil)
	other.Owner = "search"
	w.Registry.Claims = append(w.Registry.Claims, other)
	v := verdict(t, w)
	var ids []string
	for _, c := range v.Conflict {
		ids = append(ids, c.ID)
	}
	if diff := cmp.Diff([]string{"another", "shop"}, ids); diff != "" || v.Claim != nil || v.Owner != "" {
		t.Errorf("conflict (-want +got):\n%s\nclaim %v, owner %q", diff, v.Claim, v.Owner)
	}
}

// TestAReasonIsToldOnce, where the cell was refused for the very reason that the
// facet gives.
func TestAReasonIsToldOnce(t *testing.T) {
	deny := inventory.Split(inventory.Unknown[inventory.Exposures](doubted("no"), rulestest.Now()))
	w := world(approved(registry.Limits{Reach: inventory.ReachAccount}), func(a *inventory.Asset) {
		a.Exposure = a.Exposure.With(inventory.CapPolicies, deny[inventory.CapPolicies])
	})
	for i, f := range w.Facts {
		if c, ok := f.(inventory.Coverage); ok && c.Cell.Capability == inventory.CapPolicies {
			c.State, c.Why = inventory.Partial, doubted("no")
			w.Facts[i] = c
		}
	}
	why := strings.Join(verdict(t, w).Reasons, "; ")
	if strings.Count(why, "AccessDenied") != 1 || !strings.Contains(why, "is partial") {
		t.Errorf("reasons: %s", why)
	}
}
