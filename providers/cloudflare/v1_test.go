package cloudflare_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

// v1 is a successful record of the older log, as its interface gives it.
func v1(kind, action string, parts ...members) members {
	out := members{
		"id": "01234567-0000-4000-8000-000000000002", "when": "2026-05-04T02:58:01Z", "interface": "UI",
		"action": members{"type": action, "result": true, "info": "free text"}, "actor": members{"id": person, "email": "ann@example.com", "ip": "192.0.2.1", "type": "user"},
		"owner": members{"id": account}, "resource": members{"id": "r1", "type": kind}, "metadata": members{"zone_name": "example.com"},
		"newValueJson": members{"script_name": "shop"}, "newValue": "", "oldValue": "",
	}
	for _, p := range parts {
		merge(out, p)
	}
	return out
}

// TestEveryPair decodes each pair of the older log's table.
func TestEveryPair(t *testing.T) {
	acts := map[string]inventory.Action{}
	put := func(kinds, actions string, action inventory.Action) {
		for _, k := range strings.Fields(kinds) {
			for _, a := range strings.Fields(actions) {
				acts[k+" "+a] = action
			}
		}
	}
	const scripts, routes, domains, site = "script worker workers worker_script workers_script", "route worker_route workers_route", "worker_domain workers_domain", "pages_project pages"
	put(scripts, "create add", inventory.ActionCreate)
	put(scripts, "update change edit patch upload put", inventory.ActionUpdateCode)
	put(scripts, "deploy", inventory.ActionDeploy)
	put(scripts, "rollback", inventory.ActionRollback)
	put(scripts+" "+site, "delete remove", inventory.ActionDelete)
	put(routes, "create add update change edit patch", inventory.ActionAttachTrigger)
	put(routes, "delete remove", inventory.ActionDetachTrigger)
	put(domains, "create add update change edit patch", inventory.ActionExpose)
	put(domains, "delete remove", inventory.ActionUnexpose)
	put(site, "create add", inventory.ActionCreate)
	put(site, "update change edit patch", inventory.ActionUpdateConfig)
	put("pages_deployment", "create add deploy retry", inventory.ActionDeploy)
	put("token api_token account_token", "create add update change edit patch roll", inventory.ActionGrant)
	put("token api_token account_token", "delete remove revoke", inventory.ActionRevoke)
	put("member account_member", "create add update change edit patch invite", inventory.ActionGrant)
	put("member account_member", "delete remove", inventory.ActionRevoke)
	put("logpush_job logpush", "create add", inventory.ActionLoggingOn)
	put("logpush_job logpush", "update change edit patch", inventory.ActionUpdateConfig)
	put("logpush_job logpush", "delete remove", inventory.ActionLoggingOff)
	for _, pair := range cloudflare.Pairs() {
		kind, action, _ := strings.Cut(pair, " ")
		d := decodeV1(t, v1(kind, action))
		if want := acts[pair]; !d.Keep || d.Event.Action != want || d.Unknown != "" || d.Event.Name != pair {
			t.Errorf("%s: kept %t as %q, unknown %q, name %q; want %q", pair, d.Keep, d.Event.Action, d.Unknown, d.Event.Name, want)
		}
		if d.Event.Subject == "" && len(d.Event.Assets) == 0 {
			t.Errorf("%s: it is about nothing", pair)
		}
		delete(acts, pair)
	}
	for pair := range acts {
		t.Errorf("the table does not have %s", pair)
	}
}

// TestValuesBefore keeps what a route was, and no other value.
func TestValuesBefore(t *testing.T) {
	d := decodeV1(t, v1("Worker Route", "Update", members{
		"newValueJson": members{"pattern": "shop.example.com/*", "script": "shop"}, "oldValue": string(text(t, members{"pattern": "www.example.com/*", "service": "old", "secret": canary, "name": members{"x": canary}})),
		"resource": members{"id": "r1"}, "metadata": members{"zone_id": zoneID, "note": canary},
	}))
	e := d.Event
	want := inventory.Event{
		ID: "01234567-0000-4000-8000-000000000002", Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: account}, Time: time.Date(2026, 5, 4, 2, 58, 1, 0, time.UTC),
		Service: "zones", Action: inventory.ActionAttachTrigger, Name: "worker_route update", LoggedName: "Worker Route Update", Outcome: inventory.Succeeded,
		Principal: inventory.Principal{ID: cloudflare.UserID(person), Type: "user", Account: account, Email: "ann@example.com", Console: true}, SourceAddress: "192.0.2.1",
		Assets: []inventory.AssetID{cloudflare.WorkerName(account, "shop")}, Subject: string(cloudflare.RouteID(zoneID, "r1")), Shared: e.Shared,
		Change:     inventory.Change{Route: "shop.example.com/*", Was: map[string]string{"pattern": "www.example.com/*", "service": "old"}},
		Provenance: inventory.Provenance{Object: "o"}, Record: e.Record,
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	if strings.Contains(string(text(t, d)), canary) {
		t.Error("a value is kept that may be a secret")
	}
}

// TestPushedV1 reads what Logpush delivers of the older log.
func TestPushedV1(t *testing.T) {
	d := decodeV1(t, members{
		"ID": "x1", "When": 1777863481000000000, "ActionResult": false, "ActionType": "delete", "ActorEmail": "ann@example.com", "ActorID": person, "ActorIP": "192.0.2.1", "ActorType": "user",
		"Interface": "API", "Metadata": "{}", "NewValue": "", "OldValue": "shop", "OwnerID": account, "ResourceID": tag, "ResourceType": "worker_script",
	})
	if e := d.Event; e.Action != inventory.ActionDelete || e.Outcome != inventory.Failed || told(e) != of("worker", tag) || !e.Time.Equal(time.Date(2026, 5, 4, 2, 58, 1, 0, time.UTC)) || len(d.Assets) > 0 {
		t.Errorf("%s %s about %q at %s, %d assets", e.Action, e.Outcome, told(e), e.Time, len(d.Assets))
	}
}

// TestUnknownPairs are kept where they concern us, and nowhere else.
func TestUnknownPairs(t *testing.T) {
	for pair, want := range map[string]string{
		"worker_script frob": "v1 worker_script frob", "workers.secret create": "v1 workers_secret create", "pages_thing frob": "v1 pages_thing frob", "script purge": "v1 script purge",
		"token view": "v1 token view", "queue.consumer add": "v1 queue_consumer add", "Email_Routing_Rule update": "v1 email_routing_rule update",
		"d1.database create": "", "zone create": "", "dns_record delete": "", "ruleset add": "",
	} {
		kind, action, _ := strings.Cut(pair, " ")
		d := decodeV1(t, v1(kind, action))
		if d.Unknown != want || d.Keep != (want != "") || d.Keep && d.Event.Action != inventory.ActionOther {
			t.Errorf("%s: kept %t as %s, unknown %q; want %q", pair, d.Keep, d.Event.Action, d.Unknown, want)
		}
	}
}

// TestRefusalsOfV1: records of the other log are not taken for empty ones of this.
func TestRefusalsOfV1(t *testing.T) {
	for says, record := range map[string]any{
		"cloudflare-audit-v2": v2("PUT", a+"/workers/scripts/shop"), "whole answer": members{"success": true, "errors": nil, "result": []any{}},
		"no id": v1("worker", "create", members{"id": nil}), "no time": v1("worker", "create", members{"when": "yesterday"}), "no JSON object": []any{},
	} {
		_, err := cloudflare.NewDecoder(source, account).V1(text(t, record), inventory.Provenance{})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	if _, err := cloudflare.NewDecoder(source, "").V1(text(t, v1("worker", "create")), inventory.Provenance{}); err == nil || !strings.Contains(err.Error(), "set account") {
		t.Errorf("error %v, want one that tells to set the account", err)
	}
}

// TestJobsOfV1: the values before and after tell whether a job was led elsewhere.
func TestJobsOfV1(t *testing.T) {
	job := func(to string, enabled bool) members {
		return members{"dataset": "audit_logs", "destination_conf": to, "enabled": enabled}
	}
	for _, test := range []struct {
		name, action  string
		before, after members
		want          inventory.Action
		silences      bool
	}{
		{"as before", "update", job("s3://a", true), job("s3://a", true), inventory.ActionLoggingOn, false},
		{"led elsewhere", "update", job("s3://a", true), job("s3://b", true), inventory.ActionUpdateConfig, true},
		{"switched off", "update", job("s3://a", true), job("s3://a", false), inventory.ActionLoggingOff, true},
		{"made and not switched on", "create", nil, job("s3://a", false), inventory.ActionUpdateConfig, false},
	} {
		e := decodeV1(t, v1("logpush_job", test.action, members{"oldValueJson": test.before, "newValueJson": test.after})).Event
		if e.Action != test.want || cloudflare.Silences(e) != test.silences {
			t.Errorf("%s: %s, silences %t; want %s, %t", test.name, e.Action, cloudflare.Silences(e), test.want, test.silences)
		}
	}
}
