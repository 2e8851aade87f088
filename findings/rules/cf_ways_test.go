package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func opening(kinds ...string) inventory.Asset {
	var ways []inventory.Exposure
	for _, k := range kinds {
		ways = append(ways, inventory.Exposure{Kind: k, Reach: inventory.ReachPublic, Hostname: k + ".example.workers.dev"})
	}
	return rulestest.WorkerFact(api, rulestest.Reached(ways...))
}

func TestOpenedAddress(t *testing.T) {
	yes, no := true, false
	switched := func(serving, previews *bool, change ...func(*inventory.Event)) inventory.Event {
		action := inventory.ActionUnexpose
		if serving != nil && *serving || previews != nil && *previews {
			action = inventory.ActionExpose
		}
		return did(action, "POST "+script+"/subdomain", append(change, with(func(c *inventory.Change) { c.Serving, c.Previews = serving, previews }))...)
	}
	dev, urls, route := inventory.WayWorkersDev, inventory.WayVersionURLs, inventory.WayRoute
	guarded := rulestest.WorkerFact(api, rulestest.Reached(inventory.Exposure{Kind: dev, Reach: inventory.ReachOrganization, Guard: "staff"}))
	account := registry.Limits{Reach: inventory.ReachAccount}
	checkCF(t, "CF-03", []cfCase{
		{"nobody answers for it and nothing else is public", facts(opening(dev)), []string{"high api workers-dev"}},
		{"another way in is public too", facts(opening(dev, route)), []string{"medium api workers-dev"}},
		{"URLs of versions and previews are addresses of their own", facts(opening(urls, inventory.WayPreview, route)), []string{"medium api preview", "medium api version-urls"}},
		{"a limit below public", cloudClaim(facts(opening(dev)), api, account), []string{"high api workers-dev"}},
		{"a limit of public", cloudClaim(facts(opening(dev)), api, registry.Limits{Reach: inventory.ReachPublic}), nil},
		{"a claim that bounds nothing", cloudOwned(facts(opening(dev)), api, "payments", nil), nil},
		{"guarded by Access it is not public", facts(guarded), nil},
		{"a switch that is off is no way in", facts(opening()), nil},
		{"only routes", facts(opening(route)), nil},
		{"the call that opened it", facts(rulestest.WorkerFact(api), switched(&yes, &no)), []string{"critical api POST:subdomain"}},
		{"what the call said is not said again", facts(opening(dev, urls, route), switched(&yes, nil)), []string{"critical api POST:subdomain", "medium api version-urls"}},
		{"switched off", facts(rulestest.WorkerFact(api), switched(&no, &no)), nil},
		{"a call that does not tell", facts(rulestest.WorkerFact(api), switched(nil, nil)), nil},
		{"allowed by the approval it is low", cloudCI(cloudClaim(facts(opening(dev, route), switched(&yes, nil)), api, registry.Limits{Reach: inventory.ReachPublic})), []string{"low api POST:subdomain"}},
		{"by an approved token whose claim bounds nothing it is low", cloudCI(cloudOwned(facts(opening(dev), switched(&yes, nil)), api, "payments", nil)), []string{"low api POST:subdomain"}},
		{"by another token it is not", cloudOwned(facts(opening(dev), switched(&yes, nil)), api, "payments", nil), []string{"critical api POST:subdomain"}},
		{"a preview that was put up", facts(rulestest.WorkerFact(api), did(inventory.ActionExpose, "POST /accounts/:a/workers/workers/:w/previews")), []string{"critical api POST:previews"}},
		{"a call that failed", facts(rulestest.WorkerFact(api), switched(&yes, nil, failed)), nil},
	})
}

func TestRouteAdded(t *testing.T) {
	worker := rulestest.WorkerFact(api)
	routed := func(pattern string, change ...func(*inventory.Event)) inventory.Event {
		return did(inventory.ActionAttachTrigger, "POST /zones/:z/workers/routes", append(change, with(func(c *inventory.Change) { c.Route = pattern }))...)
	}
	domain := func(host string, change ...func(*inventory.Event)) inventory.Event {
		return did(inventory.ActionExpose, "PUT /accounts/:a/workers/domains", append(change, with(func(c *inventory.Change) { c.Hostname = host }))...)
	}
	sees := rulestest.WorkerFact("shop", func(a *inventory.Asset) {
		ways := inventory.Exposures{Ways: []inventory.Exposure{{Kind: inventory.WayCustomDomain, Reach: inventory.ReachPublic, Hostname: "api.example.com"}}}
		a.Exposure = a.Exposure.With(inventory.CapDomains, inventory.Known(ways, rulestest.Ago(9*day)))
	})
	was := func(e *inventory.Event) { e.Change.Was = map[string]string{"script": "shop"} }
	nobody := func(e *inventory.Event) { e.Assets = nil }
	low := func(w rulestest.World) rulestest.World { return cloudCI(w) }
	checkCF(t, "CF-04", []cfCase{
		{"a route by an approved token is routine", low(facts(worker, routed("www.example.com/api*"))), nil},
		{"by nobody that was approved", facts(worker, routed("www.example.com/api*")), []string{"high api POST:routes"}},
		{"a whole zone", low(facts(worker, routed("*example.com/*"))), []string{"medium api POST:routes"}},
		{"a whole zone without a star before it", low(facts(worker, routed("https://example.com/*"))), []string{"medium api POST:routes"}},
		{"a whole zone among the routes of a script", low(facts(worker, routed("api.example.com/x*, example.com/*"))), []string{"medium api POST:routes"}},
		{"taken over among others, as an earlier reading tells", low(facts(worker, sees, domain("a.example.com, api.example.com"))), []string{"medium api PUT:domains"}},
		{"one host of a zone is none", low(facts(worker, routed("www.example.com/*"))), nil},
		{"a login by its host", low(facts(worker, domain("login.example.com"))), []string{"medium api PUT:domains"}},
		{"a payment by its path", low(facts(worker, routed("www.example.com/checkout/*"))), []string{"medium api POST:routes"}},
		{"a word within a word is none", low(facts(worker, routed("www.example.com/authors*"))), nil},
		{"a hostname too", low(facts(worker, domain("api.example.com"))), nil},
		{"taken over, as the record tells", low(facts(worker, routed("www.example.com/x*", was))), []string{"medium api POST:routes"}},
		{"taken over, as an earlier reading tells", low(facts(worker, sees, domain("api.example.com"))), []string{"medium api PUT:domains"}},
		{"a route that leads to no Worker", facts(worker, routed("www.example.com/x*", nobody)), []string{"medium " + rulestest.Workshop + " POST:routes"}},
		{"a domain that the older log tells", facts(worker, did(inventory.ActionExpose, "worker_domain create")), []string{"high api worker_domain:worker_domain create"}},
		{"all routes of a Worker at once", facts(worker, did(inventory.ActionAttachTrigger, "PUT "+script+"/routes")), []string{"high api PUT:routes"}},
		{"a schedule is no route", facts(worker, did(inventory.ActionAttachTrigger, "PUT "+script+"/schedules")), nil},
		{"a domain of a Pages project is CF-12's", facts(did(inventory.ActionExpose, "POST "+project+"/domains", onSite)), nil},
		{"a route that was removed", facts(worker, did(inventory.ActionDetachTrigger, "DELETE /zones/:z/workers/routes/:id")), nil},
		{"a call that failed", facts(worker, routed("*example.com/*", failed)), nil},
	})
}

// TestManyRoutesAreCounted: one call may set as many as a record can hold.
func TestManyRoutesAreCounted(t *testing.T) {
	all := "www.example.com/x*"
	for i := range 10_000 {
		all += fmt.Sprintf(", www.example.com/%d*", i)
	}
	put := did(inventory.ActionAttachTrigger, "PUT /accounts/:a/workers/scripts/:s/routes", with(func(c *inventory.Change) { c.Route = all }))
	found := rulestest.Of(rulestest.World{Facts: append(rulestest.WholeCloud(), rulestest.WorkerFact(api), put)}.Evaluate(t, cfRule(t, "CF-04")), "CF-04")
	if len(found) != 1 || len(found[0].Message) > 400 || !strings.Contains(found[0].Message, "and 9991 more") {
		t.Errorf("got %.600v; want one finding that counts the routes", found)
	}
}

// TestRouteTakenOver: a route that the log tells of by its id alone was another
// Worker's, which is told, and is not told to have got it.
func TestRouteTakenOver(t *testing.T) {
	route := inventory.AssetID("cloudflare:zone/" + rulestest.Zone + "/route/r1")
	held := rulestest.WorkerFact("shop", func(a *inventory.Asset) {
		a.Handles = append(a.Handles, inventory.Handle{ID: route, Since: rulestest.Ago(90 * day)})
	})
	put := did(inventory.ActionAttachTrigger, "PUT /zones/:z/workers/routes/:id", func(e *inventory.Event) { e.Subject = string(route) })
	w := cloudCI(rulestest.World{Facts: append(rulestest.WholeCloud(), rulestest.WorkerFact(api), held, put)})
	found := rulestest.Of(w.Evaluate(t, cfRule(t, "CF-04")), "CF-04")
	if len(found) != 1 || found[0].Asset != rulestest.WorkerID(api) || !strings.Contains(found[0].Message, "which shop held before") {
		t.Errorf("got %+v; want one finding, on the Worker that got the route", found)
	}
}
