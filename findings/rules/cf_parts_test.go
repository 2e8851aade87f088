package rules_test

import (
	"testing"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

func TestSecretSet(t *testing.T) {
	worker := rulestest.WorkerFact(api)
	set := did(inventory.ActionUpdateConfig, "PUT "+script+"/secrets", with(func(c *inventory.Change) {
		c.Bindings = &[]inventory.Binding{{Kind: "secret_text", Name: "KEY"}}
	}))
	checkCF(t, "CF-05", []cfCase{
		{"by nobody that was approved", facts(worker, set), []string{"high api PUT:secrets"}},
		{"by an approved token", cloudCI(facts(worker, set)), []string{"low api PUT:secrets"}},
		{"removed", facts(worker, did(inventory.ActionUpdateConfig, "DELETE "+script+"/secrets/:k")), []string{"high api DELETE::k"}},
		{"several at once", facts(worker, did(inventory.ActionUpdateConfig, "PATCH "+script+"/secrets-bulk")), []string{"high api PATCH:secrets-bulk"}},
		{"other settings", facts(worker, did(inventory.ActionUpdateConfig, "PATCH "+script+"/settings")), nil},
		{"a call that failed", facts(worker, did(inventory.ActionUpdateConfig, "PUT "+script+"/secrets", failed)), nil},
	})
}

func TestScheduleAdded(t *testing.T) {
	worker := rulestest.WorkerFact(api)
	set := func(crons ...string) inventory.Event {
		return did(inventory.ActionAttachTrigger, "PUT "+script+"/schedules", with(func(c *inventory.Change) { all := append([]string{}, crons...); c.Schedules = &all }))
	}
	had := func(w rulestest.World) rulestest.World {
		return knew(w, rulestest.WorkerID(api), "triggers:schedules", `[{"kind":"schedule","detail":"0 3 * * *","enabled":true}]`, 9)
	}
	checkCF(t, "CF-06", []cfCase{
		{"a new one", had(facts(worker, set("0 3 * * *", "*/5 * * * *"))), []string{"high api PUT:schedules"}},
		{"the ones that were there", had(facts(worker, set("0 3 * * *"))), nil},
		{"what was there is not known", facts(worker, set("0 3 * * *")), []string{"high api PUT:schedules"}},
		{"by an approved token it is routine", cloudCI(facts(worker, set("0 3 * * *"))), nil},
		{"none is left", facts(worker, set()), nil},
		{"a record that does not tell which", facts(worker, did(inventory.ActionAttachTrigger, "PUT "+script+"/schedules")), []string{"high api PUT:schedules"}},
		{"a route is no schedule", facts(worker, did(inventory.ActionAttachTrigger, "PUT "+script+"/routes")), nil},
		{"a call that failed", facts(worker, did(inventory.ActionAttachTrigger, "PUT "+script+"/schedules", failed)), nil},
	})
}

func TestWatcherChanged(t *testing.T) {
	worker := rulestest.WorkerFact(api)
	job := aboutSubject("logs", "cloudflare:"+rulestest.Workshop+"/logpush/7")
	checkCF(t, "CF-07", []cfCase{
		{"a live tail", facts(worker, did(inventory.ActionEnumerate, "POST "+script+"/tails")), []string{"critical api POST:tails"}},
		{"by an approved deployer it is medium", cloudCI(facts(worker, did(inventory.ActionEnumerate, "POST "+script+"/tails"))), []string{"medium api POST:tails"}},
		{"one that was closed", facts(worker, did(inventory.ActionEnumerate, "DELETE "+script+"/tails/:id")), nil},
		{"a tail of a Pages project", facts(did(inventory.ActionEnumerate, "POST "+project+"/deployments/:d/tails", onSite)), []string{"critical site POST:tails"}},
		{"logging of a Worker switched off", facts(worker, did(inventory.ActionLoggingOff, "PATCH "+script+"/script-settings", narrowed("logpush"))), []string{"critical api PATCH:script-settings"}},
		{"who is handed its logs", facts(worker, did(inventory.ActionLoggingOn, "PATCH "+script+"/script-settings", keys("tail_consumers"))), []string{"critical api PATCH:script-settings"}},
		{"logging switched on", facts(worker, did(inventory.ActionLoggingOn, "PATCH "+script+"/script-settings", keys("logpush"))), nil},
		{"a job removed", facts(did(inventory.ActionLoggingOff, "DELETE /accounts/:a/logpush/jobs/:j", job)), []string{"high 7 DELETE::j"}},
		{"a job changed", facts(did(inventory.ActionUpdateConfig, "PUT /accounts/:a/logpush/jobs/:j", job)), []string{"high 7 PUT::j"}},
		{"a job added", facts(did(inventory.ActionLoggingOn, "POST /accounts/:a/logpush/jobs", job)), nil},
		{"a call that failed", facts(worker, did(inventory.ActionEnumerate, "POST "+script+"/tails", failed)), nil},
	})
}

func TestDispatchAppeared(t *testing.T) {
	space := func(e *inventory.Event) {
		e.Assets = []inventory.AssetID{inventory.AssetID("cloudflare:" + rulestest.Workshop + "/dispatch-name/customers")}
	}
	put := did(inventory.ActionUpdateCode, "PUT /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s", space)
	checkCF(t, "CF-09", []cfCase{
		{"a namespace", facts(did(inventory.ActionCreate, "POST /accounts/:a/workers/dispatch/namespaces", space)), []string{"high customers POST:namespaces"}},
		{"a script in one", facts(put), []string{"high customers PUT::s"}},
		{"by the platform's own token", cloudCI(facts(put)), nil},
		{"a script that went", facts(did(inventory.ActionDelete, "DELETE /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s", space)), nil},
		{"an ordinary Worker", facts(did(inventory.ActionUpdateCode, "PUT "+script)), nil},
		{"a call that failed", facts(did(inventory.ActionCreate, "POST /accounts/:a/workers/dispatch/namespaces", space, failed)), nil},
	})
}

func bound(all ...inventory.Binding) func(*inventory.Asset) {
	return func(a *inventory.Asset) { a.Bindings = inventory.Known(all, rulestest.Now()) }
}

func binds(all ...inventory.Binding) inventory.Event {
	return did(inventory.ActionUpdateConfig, "PATCH "+script+"/settings", with(func(c *inventory.Change) { c.Bindings = &all }))
}

func TestBindingAdded(t *testing.T) {
	store := inventory.Binding{Kind: "kv_namespace", Name: "KV", Target: "ns1"}
	call := inventory.Binding{Kind: "service", Name: "SHOP", Target: "shop"}
	base := inventory.Binding{Kind: "hyperdrive", Name: "DB", Target: "h1"}
	text := inventory.Binding{Kind: "plain_text", Name: "MODE"}
	worker, shop := rulestest.WorkerFact(api), rulestest.WorkerFact("shop", bound(store))
	two := func(w rulestest.World) rulestest.World {
		return cloudCI(cloudOwned(cloudOwned(w, api, "payments", nil), "shop", "search", nil))
	}
	before := func(w rulestest.World, value string, days int) rulestest.World {
		return knew(w, rulestest.WorkerID(api), "bindings", value, days)
	}
	checkCF(t, "CF-10", []cfCase{
		{"a store", facts(worker, binds(store)), []string{"high api PATCH:settings"}},
		{"by an approved token it is low", cloudCI(before(facts(worker, binds(store)), `[]`, 9)), []string{"low api PATCH:settings"}},
		{"by an approved token, where nobody knows what was there", cloudCI(facts(worker, binds(store))), nil},
		{"one that was there", before(facts(worker, binds(store)), `[{"kind":"kv_namespace","name":"KV","target":"ns1"}]`, 9), nil},
		{"one that leads elsewhere now", before(facts(worker, binds(store)), `[{"kind":"kv_namespace","name":"KV","target":"ns0"}]`, 9), []string{"high api PATCH:settings"}},
		{"a value is no way out", facts(worker, binds(text)), nil},
		{"a database outside", cloudCI(facts(worker, binds(base))), []string{"medium api PATCH:settings"}},
		{"another owner's Worker", two(facts(worker, shop, binds(call))), []string{"medium api PATCH:settings"}},
		{"a store of another owner", two(facts(worker, shop, binds(store))), []string{"medium api PATCH:settings"}},
		{"a Worker of the same owner", cloudCI(before(cloudOwned(cloudOwned(facts(worker, shop, binds(call)), api, "payments", nil), "shop", "payments", nil), `[]`, 9)), []string{"low api PATCH:settings"}},
		{"one that a reading shows for the first time", before(facts(rulestest.WorkerFact(api, bound(base))), `[]`, 9), []string{"high api hyperdrive:DB"}},
		{"what the call said is not said again", before(facts(rulestest.WorkerFact(api, bound(store)), binds(store)), `[]`, 9), []string{"high api PATCH:settings"}},
		{"one that came long ago is not new", before(before(facts(rulestest.WorkerFact(api, bound(store))), `[]`, 90), `[{"kind":"kv_namespace","name":"KV","target":"ns1"}]`, 60), nil},
		{"one that was there at the first reading", before(facts(rulestest.WorkerFact(api, bound(store))), `[{"kind":"kv_namespace","name":"KV","target":"ns1"}]`, 9), nil},
		{"of a Worker without history nothing is new", facts(rulestest.WorkerFact(api, bound(store))), nil},
	})
}

func TestProjectChanged(t *testing.T) {
	site := rulestest.ProjectFact("site")
	no := false
	static := rulestest.ProjectFact("site", func(a *inventory.Asset) {
		a.Configuration = inventory.Known(inventory.Configuration{Functions: &no}, rulestest.Now())
	})
	untold := rulestest.ProjectFact("site", func(a *inventory.Asset) {
		a.Configuration = inventory.Known(inventory.Configuration{}, rulestest.Now())
	})
	uploaded := rulestest.ProjectFact("site", func(a *inventory.Asset) {
		a.Deployment = inventory.Known(inventory.Deployment{ID: "d1", Source: "ad_hoc"}, rulestest.Now())
	})
	upload := did(inventory.ActionDeploy, "POST "+project+"/deployments", onSite)
	set := func(names ...string) inventory.Event {
		return did(inventory.ActionUpdateConfig, "PATCH "+project, onSite, keys(names...))
	}
	checkCF(t, "CF-12", []cfCase{
		{"a direct upload", facts(site, upload), []string{"critical site POST:deployments"}},
		{"by an approved token", cloudCI(facts(site, upload)), nil},
		{"of a site without functions", facts(static, upload), nil},
		{"of a site of which it is not told whether it has any", facts(untold, upload), []string{"critical site POST:deployments"}},
		{"another branch", facts(site, set("production_branch")), []string{"critical site PATCH::p"}},
		{"another setting", facts(site, set("name")), nil},
		{"a new project", facts(did(inventory.ActionCreate, "POST /accounts/:a/pages/projects", onSite)), []string{"high site POST:projects"}},
		{"a custom domain", facts(site, did(inventory.ActionExpose, "POST "+project+"/domains", onSite)), []string{"critical site POST:domains"}},
		{"what was uploaded by hand serves", facts(uploaded), []string{"medium site uploaded"}},
		{"what the call said is not said again", facts(uploaded, upload), []string{"critical site POST:deployments"}},
		{"a repository that was another one", knew(facts(site), rulestest.ProjectID("site"), "configuration", `{"production_branch":"main","repository":"github:evil/site"}`, 9), []string{"medium site source"}},
		{"a call that failed", facts(site, did(inventory.ActionDeploy, "POST "+project+"/deployments", onSite, failed)), nil},
	})
}
