package rules_test

import (
	"testing"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// limitedShop is the function "shop", changed, under an approval with limits.
func limitedShop(l registry.Limits, change ...func(*inventory.Asset)) rulestest.World {
	return claimed([]registry.Claim{shop(recApproval(limited(l)))}, rulestest.Function("shop", change...))
}

func TestReachAboveApproval(t *testing.T) {
	account := registry.Limits{Reach: inventory.ReachAccount}
	unread := func(a *inventory.Asset) {
		a.Exposure = inventory.Split(inventory.Unknown[inventory.Exposures](inventory.Reason{Operation: "GetPolicy", Code: "AccessDenied"}, rulestest.Now()))
	}
	stale := rulestest.Doubting(inventory.Reason{Message: "an event has changed it since"}, rulestest.Now().Add(1))
	ended := claimed([]registry.Claim{shop(recApproval(limited(account), func(a *registry.Approval) { a.Expires = rulestest.Now() }))},
		rulestest.Function("shop", reaching(inventory.ReachPublic)))
	runRec(t, "REC-06", []recCase{
		{"within", limitedShop(account, reaching(inventory.ReachAccount)), nil, ""},
		{"above", limitedShop(account, reaching(inventory.ReachPublic)), []string{"shop |  | critical"}, "reachable as public, but claim shop-claim approves account"},
		{"above, under an approval that has ended", ended, []string{"shop |  | critical"}, ""},
		{"no limit", limitedShop(registry.Limits{}, reaching(inventory.ReachPublic)), nil, ""},
		{"no claim", claimed(nil, rulestest.Function("shop", reaching(inventory.ReachPublic))), nil, ""},
		{"unknown", limitedShop(account, unread), []string{"shop | unknown | medium | coverage"}, "GetPolicy: AccessDenied"},
		{"unknown, although public is approved", limitedShop(registry.Limits{Reach: inventory.ReachPublic}, unread), []string{"shop | unknown | medium | coverage"}, ""},
		{"stale", limitedShop(account, stale), []string{"shop | unknown | medium | coverage"}, "an event has changed it since"},
		{"one way unknown, another known to be too wide", limitedShop(account, reaching(inventory.ReachUnknown, inventory.ReachPublic)), []string{"shop |  | critical"}, ""},
		{"gone", claimed([]registry.Claim{shop(recApproval(limited(account)))}, rulestest.FromEvents("shop", rulestest.Ago(day))), nil, ""},
	})
}

// TestReachEvidence: only the ways that are too wide are told.
func TestReachEvidence(t *testing.T) {
	w := limitedShop(registry.Limits{Reach: inventory.ReachAccount}, reaching(inventory.ReachAccount, inventory.ReachPublic))
	found := rulestest.Of(w.Evaluate(t, recRule(t, "REC-06")), "REC-06")
	if len(found) != 1 || len(found[0].Evidence) != 3 {
		t.Fatalf("got %+v; want one finding with claim, limit and one way as evidence", found)
	}
	if got, want := found[0].Evidence[2].Summary, "function-url reaches public, host x.lambda-url.eu-west-1.on.aws"; got != want {
		t.Errorf("evidence %q, want %q", got, want)
	}
}

func TestRegionNotApproved(t *testing.T) {
	runRec(t, "REC-07", []recCase{
		{"approved", limitedShop(registry.Limits{Regions: []string{rulestest.Region}}), nil, ""},
		{"not approved", limitedShop(registry.Limits{Regions: []string{"us-east-1", "us-east-2"}}), []string{"shop |  | high"}, "eu-west-1, but claim shop-claim approves us-east-1, us-east-2"},
		{"no limit", limitedShop(registry.Limits{}), nil, ""},
	})
}

func TestDigestNotApproved(t *testing.T) {
	versions := func(a *inventory.Asset) {
		a.Versions = inventory.Known(inventory.Versions{Published: []inventory.Version{{Name: "7", Digest: "seven"}}}, rulestest.Now())
		a.VersionAliases = inventory.Known([]inventory.Alias{{Name: "live", Version: "7"}}, rulestest.Now())
	}
	runRec(t, "REC-08", []recCase{
		{"approved", limitedShop(registry.Limits{CodeDigests: []string{"digest-of-shop"}}), nil, ""},
		{"the unqualified code", limitedShop(registry.Limits{CodeDigests: []string{"good"}}), []string{"shop |  | high"}, "digest-of-shop in $LATEST"},
		{"a version behind an alias", limitedShop(registry.Limits{CodeDigests: []string{"digest-of-shop"}}, versions), []string{"shop |  | high"}, "seven in version 7, which alias live"},
		{"both: one finding", limitedShop(registry.Limits{CodeDigests: []string{"good"}}, versions), []string{"shop |  | high"}, "in $LATEST; seven in version 7"},
		{"no limit", limitedShop(registry.Limits{}), nil, ""},
	})
}

func TestIdentityNotApproved(t *testing.T) {
	role := "arn:aws:iam::111122223333:role/shared"
	as := func(id string) func(*inventory.Asset) {
		return func(a *inventory.Asset) { a.Identity = inventory.Known(inventory.Identity{ID: id}, rulestest.Now()) }
	}
	cart := registry.Claim{ID: "cart-claim", Owner: "search", Select: registry.Selector{Name: "cart"}}
	same := cart
	same.Owner = "payments"
	both := func(c registry.Claim, facts ...inventory.Fact) rulestest.World {
		return claimed([]registry.Claim{shop(nil), c}, facts...)
	}
	runRec(t, "REC-14", []recCase{
		{"approved", limitedShop(registry.Limits{Identities: []string{role}}, as(role)), nil, ""},
		{"not approved", limitedShop(registry.Limits{Identities: []string{role}}), []string{"shop |  | high"}, "role/shop, but claim shop-claim approves " + role},
		{"shared by two owners", both(cart, rulestest.Function("a-stray"), rulestest.Function("shop", as(role)), rulestest.Function("cart", as(role))),
			[]string{role + " | shared | medium"}, "payments, search: cart, shop"},
		{"shared by two assets of one owner", both(same, rulestest.Function("shop", as(role)), rulestest.Function("cart", as(role))), nil, ""},
		{"shared with an asset of nobody", claimed([]registry.Claim{shop(nil)}, rulestest.Function("shop", as(role)), rulestest.Function("cart", as(role))), nil, ""},
		{"shared with an asset that is gone", both(cart, rulestest.Function("shop", as(role)),
			rulestest.FromEvents("cart", rulestest.Ago(day), as(role))), nil, ""},
	})
}
