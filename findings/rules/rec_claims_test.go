package rules_test

import (
	"testing"
	"time"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func TestUnmanaged(t *testing.T) {
	noExposure := func(a *inventory.Asset) { a.Exposure = nil }
	partial := claimed(nil, rulestest.Function("shop", seenLast(rulestest.Ago(day)))).WithState(inventory.CapFunctions, inventory.Partial)
	unread := claimed(nil, rulestest.Function("shop"))
	unread.NoRegistry = true
	runRec(t, "REC-01", []recCase{
		{"nobody answers for it", claimed(nil, rulestest.Function("shop")), []string{"shop |  | high"}, "nobody answers for shop"},
		{"the last deployer is named", claimed(nil, rulestest.Function("shop"), rulestest.Act(inventory.ActionCreate, "shop", rulestest.Ago(day))), []string{"shop |  | high"}, "last deployed by " + rulestest.Deployer},
		{"reachable by an organisation is not far", claimed(nil, rulestest.Function("shop", reaching(inventory.ReachOrganization))), []string{"shop |  | high"}, ""},
		{"reachable by a partner", claimed(nil, rulestest.Function("shop", reaching(inventory.ReachPartner))), []string{"shop |  | critical"}, "its reach is partner"},
		{"a reach that is unknown counts as public", claimed(nil, rulestest.Function("shop", noExposure)), []string{"shop |  | critical"}, "unknown and counts as public"},
		{"administrator", claimed(nil, rulestest.Function("shop", admin(false))), []string{"shop |  | critical"}, "administrator-like"},
		{"administrator within a boundary", claimed(nil, rulestest.Function("shop", admin(true))), []string{"shop |  | high"}, ""},
		{"not seen since", partial, []string{"shop |  | high"}, ""},
		{"an owner", shopWorld(nil), nil, ""},
		{"known from events alone", rulestest.World{Facts: []inventory.Fact{rulestest.FromEvents("shop", rulestest.Ago(day))}}, []string{"shop |  | critical"}, "known from events alone"},
		{"gone", claimed(nil, rulestest.FromEvents("shop", rulestest.Ago(day))), nil, ""},
		{"no registry was given: unknown, not unmanaged", unread, nil, ""},
	})
}

func TestGhost(t *testing.T) {
	transient := shop(nil)
	transient.Transient = true
	one := []registry.Claim{shop(nil)}
	runRec(t, "REC-02", []recCase{
		{"matches nothing", claimed(one), []string{"shop-claim |  | low"}, "matches no asset"},
		{"matches", shopWorld(nil), nil, ""},
		{"made on demand", claimed([]registry.Claim{transient}), nil, ""},
		{"where the inventory is not whole nobody can tell", claimed(one).WithState(inventory.CapFunctions, inventory.Denied), nil, ""},
	})
}

func TestApprovalEnded(t *testing.T) {
	ends := func(in time.Duration) rulestest.World {
		return shopWorld(recApproval(func(a *registry.Approval) { a.Expires = rulestest.Now().Add(in) }))
	}
	runRec(t, "REC-03", []recCase{
		{"31 days before", ends(31 * day), nil, ""},
		{"30 days before", ends(30 * day), []string{"shop-claim |  | info"}, "ends on"},
		{"the last instant", ends(time.Nanosecond), []string{"shop-claim |  | info"}, ""},
		{"the end", ends(0), []string{"shop-claim |  | medium"}, "ended on"},
		{"just under 30 days after", ends(-30*day + time.Second), []string{"shop-claim |  | medium"}, ""},
		{"30 days after", ends(-30 * day), []string{"shop-claim |  | high"}, "30 days ago"},
		{"no approval", shopWorld(nil), nil, ""},
	})
}

func TestOwnerGone(t *testing.T) {
	of := func(o registry.Owner) rulestest.World {
		w := shopWorld(nil)
		w.Registry.Owners[0] = o
		return w
	}
	runRec(t, "REC-04", []recCase{
		{"neither contact nor principal", of(registry.Owner{ID: "payments"}), []string{"owner:payments |  | high"}, "answers for: shop-claim"},
		{"one of two owners", func() rulestest.World {
			w := shopWorld(nil)
			w.Registry.Owners[1].Contacts = nil
			w.Registry.Claims = append(w.Registry.Claims, registry.Claim{ID: "z", Owner: "search", Select: registry.Selector{Name: "z"}})
			return w
		}(), []string{"owner:search |  | high"}, "answers for: z"},
		{"a contact", of(registry.Owner{ID: "payments", Contacts: []string{"a@example.com"}}), nil, ""},
		{"a principal", of(registry.Owner{ID: "payments", Principals: []string{"arn:aws:iam::111122223333:role/ci"}}), nil, ""},
		{"an empty owner that answers for nothing", func() rulestest.World {
			w := shopWorld(nil)
			w.Registry.Owners = append(w.Registry.Owners, registry.Owner{ID: "idle"})
			return w
		}(), nil, ""},
	})
}

func TestRegistryConflict(t *testing.T) {
	rival := shop(nil)
	rival.ID, rival.Owner = "rival", "search"
	narrow := rival
	narrow.Select.Name, narrow.Select.Accounts = "*hop", []string{rulestest.Account}
	wide := shop(nil)
	wide.Select.Name, wide.Select.Regions = "sho*", []string{rulestest.Region}
	past, future := rulestest.Ago(day), rulestest.Now().Add(day)
	excepted := func(rule string, expires time.Time, s registry.Selector) rulestest.World {
		w := shopWorld(nil)
		w.Registry.Exceptions = []registry.Exception{{Rule: rule, Select: s, Reason: "r", By: "ana@example.com", Expires: expires}}
		return w
	}
	spot := func(expires time.Time) rulestest.World {
		w := shopWorld(nil)
		w.Registry.BlindSpots = []registry.BlindSpot{{Provider: inventory.AWS, Capability: inventory.CapURLs, Reason: "r", By: "ana@example.com", Expires: expires}}
		return w
	}
	lost := registry.Selector{Provider: inventory.AWS, Name: "lost"}
	runRec(t, "REC-12", []recCase{
		{"one claim", shopWorld(nil), nil, ""},
		{"claims of equal weight, whatever the assets are", claimed([]registry.Claim{shop(nil), rival}), []string{"rival and shop-claim |  | low"}, "whatever the assets are"},
		{"and on an asset", claimed([]registry.Claim{shop(nil), rival}, rulestest.Function("shop")),
			[]string{"rival and shop-claim |  | low", "shop |  | low"}, ""},
		{"claims that conflict over an asset only", claimed([]registry.Claim{wide, narrow}, rulestest.Function("shop")), []string{"shop |  | low"}, "rival, shop-claim"},
		{"an exception past its end", excepted("AWS-17", past, registry.Selector{Name: "shop"}), []string{"exception AWS-17 name=shop | ended | low"}, "ended on"},
		{"an exception that holds", excepted("AWS-17", future, registry.Selector{Name: "shop"}), nil, ""},
		{"an exception that selects nothing", excepted("AWS-17", future, lost), []string{"exception AWS-17 name=lost provider=aws | idle | low"}, "selects no asset"},
		{"where the inventory is not whole, nobody can tell", excepted("AWS-17", future, lost).WithState(inventory.CapFunctions, inventory.Partial), nil, ""},
		{"an exception for findings about no asset", excepted("AWS-36", future, lost), nil, ""},
		{"an exception for a whole account", excepted("AWS-17", future, registry.Selector{Provider: inventory.AWS, Accounts: []string{"444455556666"}}), nil, ""},
		{"an exception where nothing was read", excepted("AWS-17", future, registry.Selector{Provider: inventory.Cloudflare, Name: "x"}), nil, ""},
		{"a blind spot past its end", spot(past), []string{"blind spot aws/urls | ended | low"}, "ended on"},
		{"a blind spot that holds", spot(future), nil, ""},
	})
}
