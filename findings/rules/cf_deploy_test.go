package rules_test

import (
	"testing"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

// cloudBy makes a call that of a person, by that kind of credential.
func cloudBy(kind inventory.Credential, console bool) func(*inventory.Event) {
	return by(inventory.Principal{ID: "cloudflare:user:ana", Type: "user", Account: rulestest.Workshop, Email: "ana@example.com", Credential: kind, Console: console})
}

func version(v string) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Version = v })
}

func shares(all ...inventory.Share) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Shares = all })
}

func TestWorkerChanged(t *testing.T) {
	worker := rulestest.WorkerFact(api)
	upload := did(inventory.ActionUpdateCode, "PUT "+script)
	open := rulestest.WorkerFact(api, rulestest.Reached(inventory.Exposure{Kind: inventory.WayRoute, Reach: inventory.ReachPublic, Route: "example.com/api"}))
	byUser := did(inventory.ActionUpdateCode, "PUT "+script, by(inventory.Principal{ID: "cloudflare:token:x", UniqueID: "cloudflare:user:ana"}))
	owner := facts(worker, byUser)
	owner.Estate.Deployers = []string{"cloudflare:user:ana"}
	named := facts(worker, did(inventory.ActionUpdateCode, "PUT "+script, cloudBy(inventory.OAuth, false)))
	named.Estate.Deployers = []string{"ana@example.com"}
	checkCF(t, "CF-01", []cfCase{
		{"an upload by nobody that was approved", facts(worker, upload), []string{"high api PUT::s"}},
		{"on a Worker that everyone may call", facts(open, upload), []string{"critical api PUT::s"}},
		{"by an approved token is routine", cloudCI(facts(worker, upload)), nil},
		{"by a token of an approved user too", owner, nil},
		{"an e-mail address excuses nobody", named, []string{"high api PUT::s"}},
		{"a version that does not serve yet", facts(worker, did(inventory.ActionPublish, "POST "+script+"/versions", version("v2"))), []string{"high api POST:versions"}},
		{"a deployment", facts(worker, did(inventory.ActionDeploy, "POST "+script+"/deployments", shares(inventory.Share{Version: "v2", Percent: 100}))), []string{"high api POST:deployments"}},
		{"settings", facts(worker, did(inventory.ActionUpdateConfig, "PATCH "+script+"/settings")), []string{"high api PATCH:settings"}},
		{"a new Worker is a note that an unapproved principal raises", facts(worker, did(inventory.ActionCreate, "PUT "+script)), []string{"low api PUT::s"}},
		{"a Worker that no inventory holds is named by its handle", facts(upload), []string{"high api PUT::s"}},
		{"a secret is CF-05's", facts(worker, did(inventory.ActionUpdateConfig, "PUT "+script+"/secrets", with(func(c *inventory.Change) {
			c.Bindings = &[]inventory.Binding{{Kind: "secret_text", Name: "KEY"}}
		}))), nil},
		{"a call that failed changes nothing", facts(worker, did(inventory.ActionUpdateCode, "PUT "+script, failed)), nil},
		{"a call on Pages is none on Workers", facts(did(inventory.ActionDeploy, "POST "+project+"/deployments", onSite)), nil},
	})
}

func TestDeployedByPerson(t *testing.T) {
	worker := rulestest.WorkerFact(api)
	upload := func(change ...func(*inventory.Event)) inventory.Event {
		return did(inventory.ActionUpdateCode, "PUT "+script, change...)
	}
	approved := facts(worker, upload(cloudBy(inventory.OAuth, false)))
	approved.Estate.Deployers = []string{"cloudflare:user:ana"}
	checkCF(t, "CF-02", []cfCase{
		{"by a token it is none", facts(worker, upload()), nil},
		{"from the dashboard", facts(worker, upload(cloudBy("", true))), []string{"high api PUT::s"}},
		{"by wrangler's login", facts(worker, upload(cloudBy(inventory.OAuth, false))), []string{"high api PUT::s"}},
		{"by a global key", facts(worker, upload(cloudBy(inventory.GlobalKey, false))), []string{"critical api PUT::s"}},
		{"by an approved person it is lower", approved, []string{"low api PUT::s"}},
		{"a Pages project too", facts(rulestest.ProjectFact("site"), did(inventory.ActionDeploy, "POST "+project+"/deployments", onSite, cloudBy("", true))), []string{"critical site POST:deployments"}},
		{"a tail changes nothing", facts(worker, did(inventory.ActionEnumerate, "POST "+script+"/tails", cloudBy("", true))), nil},
		{"a call that failed", facts(worker, upload(cloudBy(inventory.GlobalKey, false), failed)), nil},
	})
}

func TestTrafficSplit(t *testing.T) {
	versions := func(a *inventory.Asset) {
		a.Versions = inventory.Known(inventory.Versions{Published: []inventory.Version{{Name: "v1", Number: 1}, {Name: "v2", Number: 2}, {Name: "v3", Number: 3}}}, rulestest.Now())
	}
	worker := rulestest.WorkerFact(api, versions)
	half := []inventory.Share{{Version: "v1", Percent: 50}, {Version: "v2", Percent: 50}}
	split := rulestest.WorkerFact(api, versions, func(a *inventory.Asset) {
		a.Deployment = inventory.Known(inventory.Deployment{ID: "d2", Shares: half}, rulestest.Now())
	})
	deploy := func(all ...inventory.Share) inventory.Event {
		return did(inventory.ActionDeploy, "POST "+script+"/deployments", shares(all...))
	}
	served := func(w rulestest.World, version string) rulestest.World {
		return knew(w, rulestest.WorkerID(api), "deployment", `{"shares":[{"version":"`+version+`","percent":100}]}`, 9)
	}
	checkCF(t, "CF-11", []cfCase{
		{"the newest version alone", served(facts(worker, deploy(inventory.Share{Version: "v3", Percent: 100})), "v2"), nil},
		{"an older one than served before", served(facts(worker, deploy(inventory.Share{Version: "v1", Percent: 100})), "v2"), []string{"high api POST:deployments"}},
		{"what served before is not known", facts(worker, deploy(inventory.Share{Version: "v1", Percent: 100})), nil},
		{"the traffic is split", facts(worker, deploy(half...)), []string{"high api POST:deployments"}},
		{"a part of the traffic is as much as a split", facts(worker, deploy(inventory.Share{Version: "v3", Percent: 10})), []string{"high api POST:deployments"}},
		{"by an approved token it is routine", cloudCI(facts(worker, deploy(half...))), nil},
		{"and what stands is not said either", cloudCI(facts(split, deploy(half...))), nil},
		{"a rollback by an approved token is low", cloudCI(facts(worker, did(inventory.ActionRollback, "POST "+script+"/deployments"))), []string{"low api POST:deployments"}},
		{"a split that stands", facts(split), []string{"medium api split"}},
		{"what the call said of it is not said again", facts(split, deploy(half...)), []string{"high api POST:deployments"}},
		{"a rollback that the record tells", facts(worker, did(inventory.ActionRollback, "POST "+script+"/deployments")), []string{"high api POST:deployments"}},
		{"a rollback of a Pages project", facts(did(inventory.ActionRollback, "POST "+project+"/deployments/:d/rollback", onSite)), []string{"high site POST:rollback"}},
		{"a call that failed", facts(worker, did(inventory.ActionRollback, "POST "+script+"/deployments", failed)), nil},
	})
}

// TestARenamedWorkerIsTheSame: a call that names a Worker by the name that it had
// then is about that Worker, and one by a name that it lost is about nobody.
func TestARenamedWorkerIsTheSame(t *testing.T) {
	worker := rulestest.WorkerFact("shop", func(a *inventory.Asset) {
		a.Handles = []inventory.Handle{{ID: rulestest.WorkerHandle(api), Since: rulestest.Ago(90 * day)}, {ID: rulestest.WorkerHandle("shop"), Since: rulestest.Ago(hour)}}
	})
	early := did(inventory.ActionUpdateCode, "PUT "+script, ago(200*day))
	early.ID = "before it was known"
	checkCF(t, "CF-01", []cfCase{
		{"by its old name", facts(worker, did(inventory.ActionUpdateCode, "PUT "+script)), []string{"high shop PUT::s"}},
		{"before anybody had the name", facts(worker, early), []string{"high api before it was known"}},
	})
}
