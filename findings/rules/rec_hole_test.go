package rules_test

import (
	"slices"
	"testing"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// beside is the world with one more log, which was asked for the services.
func beside(w rulestest.World, state inventory.State, services ...string) rulestest.World {
	log := rulestest.Log(rulestest.Ago(90*day), rulestest.Now(), inventory.Proved)
	log.Cell.Source, log.State, log.Services = "history", state, services
	w.Facts = append(slices.Clone(w.Facts), log)
	return w
}

func TestHiddenByHole(t *testing.T) {
	ghost := claimed([]registry.Claim{shop(nil)})
	there := shopWorld(nil)
	unseen := claimed(nil, rulestest.Function("shop", seenLast(rulestest.Ago(day))))
	accepted := func(w rulestest.World, c inventory.Capability) rulestest.World {
		w.Registry.BlindSpots = append(w.Registry.BlindSpots, registry.BlindSpot{Provider: inventory.AWS, Capability: c,
			Reason: "maintenance", By: "ana@example.com", Expires: rulestest.Now().Add(day)})
		return w
	}
	elsewhere := shop(nil)
	elsewhere.Select.Regions = []string{"us-east-1"}
	placed, away := shop(nil), shop(nil)
	placed.Select.Accounts, away.Select.Accounts = []string{rulestest.Account}, []string{"444455556666"}
	asleep := shop(nil)
	asleep.Select.Provider = inventory.Cloudflare
	second := rulestest.Reading(inventory.CapPolicies, rulestest.Now())
	second.Cell.Source = "another"
	machines := rulestest.Reading(inventory.CapMicroVMs, rulestest.Now())
	machines.State = inventory.Unavailable
	const place = "aws/111122223333/eu-west-1/"
	runRec(t, "REC-13", []recCase{
		{"nothing is missing", there, nil, ""},
		{"nothing of ours lies in the hole", claimed(nil).WithState(inventory.CapFunctions, inventory.Denied), nil, ""},
		{"a claim that matches nothing, where the inventory was denied", ghost.WithState(inventory.CapFunctions, inventory.Denied),
			[]string{place + "inventory |  | medium | coverage"}, "eu-west-1: functions not read whole, which hides: claims shop-claim"},
		{"a claim that names the account lies there, whatever it matches elsewhere", claimed([]registry.Claim{placed}, rulestest.Function("shop")).WithState(inventory.CapFunctions, inventory.Partial),
			[]string{place + "inventory |  | medium | coverage"}, "claims shop-claim"},
		{"a claim that names another account does not", claimed([]registry.Claim{away}, rulestest.Function("shop")).WithState(inventory.CapFunctions, inventory.Partial),
			[]string{"aws/not asked for |  | info | coverage"}, ""},
		{"a claim that matches something that was listed all the same", there.WithState(inventory.CapFunctions, inventory.Partial), nil, ""},
		{"an asset that was seen last before", unseen.WithState(inventory.CapFunctions, inventory.Cancelled),
			[]string{place + "inventory |  | medium | coverage"}, "assets last seen there: shop"},
		{"policies of what is claimed", there.WithState(inventory.CapPolicies, inventory.Throttled),
			[]string{place + "facets |  | medium | coverage"}, "claims shop-claim"},
		{"MicroVMs, which no claim can name", withLog(there, machines), nil, ""},
		{"two cells of one family: one finding", there.WithState(inventory.CapPolicies, inventory.Throttled).WithState(inventory.CapURLs, inventory.Denied),
			[]string{place + "facets |  | medium | coverage"}, "policies, urls not read whole"},
		{"events of what is claimed", there.WithState(inventory.CapEvents, inventory.Malformed),
			[]string{place + "events |  | medium | coverage"}, ""},
		{"a log with a gap", withLog(there, rulestest.Log(rulestest.Ago(90*day), rulestest.Now(), inventory.Broken)),
			[]string{place + "events |  | high | coverage"}, "switched off or narrowed"},
		{"a log of all that the event history makes up for in part alone", beside(there.WithState(inventory.CapEvents, inventory.Denied), inventory.Complete, lookedUp()...),
			[]string{place + "events |  | medium | coverage"}, ""},
		{"the event history, which a log of all makes up for", beside(there, inventory.Denied, lookedUp()...), nil, ""},
		{"the event history, which nothing makes up for", restricted(there, lookedUp()...).WithState(inventory.CapEvents, inventory.Denied),
			[]string{place + "events |  | medium | coverage"}, ""},
		{"services that nobody asked for are no hole", restricted(there, lookedUp()...), nil, ""},
		{"accepted", accepted(ghost, inventory.CapFunctions).WithState(inventory.CapFunctions, inventory.Denied),
			[]string{place + "inventory | accepted | medium | coverage | accepted"}, ""},
		{"one cell accepted, another not", accepted(there, inventory.CapURLs).WithState(inventory.CapPolicies, inventory.Throttled).WithState(inventory.CapURLs, inventory.Denied),
			[]string{place + "facets |  | medium | coverage", place + "facets | accepted | medium | coverage | accepted"}, ""},
		{"another source makes up for it", func() rulestest.World {
			w := there.WithState(inventory.CapPolicies, inventory.Denied)
			w.Facts = append(w.Facts, second)
			return w
		}(), nil, ""},
		{"the claim lies in another region", claimed([]registry.Claim{elsewhere}).WithState(inventory.CapEvents, inventory.Denied),
			[]string{"aws/not asked for |  | info | coverage"}, ""},
		{"nobody was asked to read where the claim lies", claimed([]registry.Claim{asleep}),
			[]string{"cloudflare/not asked for |  | info | coverage"}, "no source was asked to read where these claims lie: shop-claim"},
	})
}
