package rules_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// month is thirty ordinary days of fifty public Workers, all of which a pipeline
// deploys by a token of the account that each approval names: gradual deployments, secrets that are
// rotated, routes and schedules by Terraform, and the switches that wrangler sends
// with each deployment.
func month() rulestest.World {
	w := rulestest.World{Facts: rulestest.WholeCloud(), Registry: registry.Content{Owners: recOwners()}}
	w.Facts = append(w.Facts, inventory.Permit{Cell: rulestest.CloudReading(inventory.CapTokens, rulestest.Now()).Cell, Kind: inventory.TokenPermit, ID: rulestest.CloudDeployer,
		Name: "ci", Status: "active", Grants: []string{"Workers Scripts Write", "Workers Routes Write"}, Deploys: true, Bounded: true, Expires: rulestest.Now().Add(60 * day), At: rulestest.Now()})
	for n := range 50 {
		name := fmt.Sprintf("worker-%02d", n)
		w = cloudClaim(w, name, registry.Limits{Reach: inventory.ReachPublic, Deployers: []string{rulestest.CloudDeployer}})
		last := workdays(&w, n, name)
		way := inventory.Exposure{Kind: inventory.WayRoute, Reach: inventory.ReachPublic, Hostname: "api.example.com", Route: "api.example.com/" + name + "/*"}
		w.Facts = append(w.Facts, rulestest.WorkerFact(name, rulestest.Reached(way), func(a *inventory.Asset) {
			a.Created, a.Modified = rulestest.Ago(450*day), last.Time
			live, _ := a.Deployment.Get()
			live.Created = last.Time
			if n%5 == 0 { // in the middle of a gradual deployment
				live.Shares = []inventory.Share{{Version: "v1", Percent: 90, Digest: "etag-of-" + name}, {Version: "v2", Percent: 10, Digest: "etag-2"}}
			}
			a.Deployment = inventory.Known(live, rulestest.Now())
		}))
	}
	return w
}

// workdays adds the acts on one Worker and returns the last.
func workdays(w *rulestest.World, n int, name string) inventory.Event {
	var last inventory.Event
	add := func(at time.Time, action inventory.Action, call string, change ...func(*inventory.Event)) {
		last = rulestest.CloudAct(action, call, name, at, change...)
		last.ID = fmt.Sprintf("%s-%d", name, len(w.Facts))
		w.Facts = append(w.Facts, last)
	}
	yes, no := true, false
	for d := range 30 {
		at := rulestest.Ago(time.Duration(30-d)*day - time.Duration(n)*time.Minute)
		step := func(minutes int) time.Time { return at.Add(time.Duration(minutes) * time.Minute) }
		if d%7 == n%7 {
			add(step(0), inventory.ActionUpdateConfig, "PUT "+script+"/secrets", with(func(c *inventory.Change) {
				c.Bindings = &[]inventory.Binding{{Kind: "secret_text", Name: "KEY"}}
			}))
		}
		if d == n%30 {
			add(step(1), inventory.ActionAttachTrigger, "POST /zones/:z/workers/routes", with(func(c *inventory.Change) { c.Route = "api.example.com/" + name + "/*" }))
			add(step(2), inventory.ActionAttachTrigger, "PUT "+script+"/schedules", with(func(c *inventory.Change) { c.Schedules = &[]string{"0 3 * * *"} }))
		}
		add(step(3), inventory.ActionUpdateCode, "PUT "+script, with(func(c *inventory.Change) {
			c.Bindings = &[]inventory.Binding{{Kind: "kv_namespace", Name: "KV", Target: "kv-of-" + name}}
		}))
		add(step(4), inventory.ActionExpose, "POST "+script+"/subdomain", with(func(c *inventory.Change) { c.Serving, c.Previews = &no, &yes }))
		add(step(5), inventory.ActionPublish, "POST "+script+"/versions", version("v2"))
		add(step(6), inventory.ActionDeploy, "POST "+script+"/deployments", shares(inventory.Share{Version: "v1", Percent: 90}, inventory.Share{Version: "v2", Percent: 10}))
		if n%5 != 0 || d < 29 {
			add(step(9), inventory.ActionDeploy, "POST "+script+"/deployments", shares(inventory.Share{Version: "v2", Percent: 100}))
		}
	}
	return last
}

// TestAnOrdinaryMonthOfAPipelineAlarmsNobody: what an approved token does day by day
// is no finding at medium or above. The same acts by a token that no approval names
// are.
func TestAnOrdinaryMonthOfAPipelineAlarmsNobody(t *testing.T) {
	for _, f := range month().Evaluate(t, rules.All()...).Findings {
		if f.Severity >= findings.Medium {
			t.Errorf("%s %s: %s\n%v", f.Rule, f.Severity, f.Message, f.Steps)
		}
	}
	w := month()
	for i, f := range w.Facts {
		if e, ok := f.(inventory.Event); ok {
			e.Principal.ID = "cloudflare:token:other"
			w.Facts[i] = e
		}
	}
	loud := map[string]bool{}
	for _, f := range w.Evaluate(t, rules.All()...).Findings {
		if f.Severity >= findings.High {
			loud[f.Rule] = true
		}
	}
	for _, rule := range []string{"CF-01", "CF-03", "CF-04", "CF-05", "CF-06", "CF-10", "CF-11"} {
		if !loud[rule] {
			t.Errorf("%s says nothing at high of acts by a token that no approval names", rule)
		}
	}
}
