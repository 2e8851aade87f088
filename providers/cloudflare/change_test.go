package cloudflare_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

func p[T any](v T) *T { return &v }

// yes and no are switches after a call.
func yes() *bool { return p(true) }
func no() *bool  { return p(false) }

// TestChanges: what a body asked for, and which act it makes of a call.
func TestChanges(t *testing.T) {
	shop := a + "/workers/scripts/shop"
	bindings := []any{
		members{"type": "kv_namespace", "name": "KV", "namespace_id": "kv1"}, members{"type": "plain_text", "name": "MODE", "text": canary},
		members{"type": "secret_text", "name": "KEY", "text": canary}, members{"type": "service", "name": "PAY", "service": "pay", "environment": "production"},
		members{"type": "send_email", "name": "MAIL", "destination_address": canary + "@Example.com"}, members{"type": "brand_new", "name": "X", "id": canary},
		members{"type": "NOT A TYPE " + canary, "name": "Y"},
	}
	decoded := []inventory.Binding{
		{Kind: "brand_new", Name: "X"}, {Kind: "kv_namespace", Name: "KV", Target: "kv1"}, {Kind: "plain_text", Name: "MODE"}, {Kind: "secret_text", Name: "KEY"},
		{Kind: "send_email", Name: "MAIL", Target: "example.com"}, {Kind: "service", Name: "PAY", Target: "pay"}, {Kind: "unknown", Name: "Y"},
	}
	for _, test := range []struct {
		name, method, uri string
		parts             members
		action            inventory.Action
		want              inventory.Change
	}{
		{"an upload with bindings", "PUT", shop, members{"resource": members{"request": members{"metadata": members{"bindings": bindings, "main_module": "x.js"}}, "response": members{"etag": "e1"}}},
			"update-code", inventory.Change{Digest: "e1", Keys: []string{"bindings", "main_module"}, Bindings: &decoded}},
		{"one that says it made the Worker", "PUT", shop, members{"action": members{"type": "create"}}, "create", inventory.Change{}},
		{"one whose answer does", "PUT", shop, answered(members{"created_on": "2026-05-04T02:58:00Z", "modified_on": "2026-05-04T02:58:00Z"}), "create", inventory.Change{}},
		{"one whose answer says it was there", "PUT", shop, answered(members{"created_on": "2026-05-03T02:58:00Z", "modified_on": "2026-05-04T02:58:00Z"}), "update-code", inventory.Change{}},
		{"content alone makes no Worker", "PUT", shop + "/content", members{"action": members{"type": "create"}}, "update-code", inventory.Change{}},
		{"settings", "PATCH", shop + "/settings", asked(members{"bindings": []any{}, "secret_name_of_somebody": 1}), "update-config", inventory.Change{Keys: []string{"bindings"}, Bindings: &[]inventory.Binding{}}},
		{"a version", "POST", shop + "/versions", answered(members{"result": members{"id": "v1"}}), "publish", inventory.Change{Version: "v1", Publish: true}},

		{"a deployment", "POST", shop + "/deployments", asked(members{"strategy": "percentage", "versions": []any{members{"version_id": "v2", "percentage": 100}}}),
			"deploy", inventory.Change{Version: "v2", Shares: []inventory.Share{{Version: "v2", Percent: 100}}, Keys: []string{"versions"}}},
		{"a split deployment", "POST", shop + "/deployments", asked(members{"versions": []any{members{"version_id": "v2", "percentage": 10.5}, members{"version_id": "v1", "percentage": 89.5}, members{"version_id": "v0", "percentage": 0}}}),
			"deploy", inventory.Change{Shares: []inventory.Share{{Version: "v1", Percent: 89.5}, {Version: "v2", Percent: 10.5}}, Keys: []string{"versions"}}},
		{"a rollback that says so", "POST", shop + "/deployments", asked(members{"annotations": members{"workers/triggered_by": "rollback", "workers/message": canary}, "versions": []any{members{"version_id": "v1", "percentage": 100}}}),
			"rollback", inventory.Change{Version: "v1", Shares: []inventory.Share{{Version: "v1", Percent: 100}}, Keys: []string{"annotations", "versions"}}},

		{"workers.dev on", "POST", shop + "/subdomain", asked(members{"enabled": true}), "expose", inventory.Change{Serving: yes(), Keys: []string{"enabled"}}},
		{"previews alone on", "POST", shop + "/subdomain", asked(members{"enabled": false, "previews_enabled": true}), "expose", inventory.Change{Serving: no(), Previews: yes(), Keys: []string{"enabled", "previews_enabled"}}},
		{"both off", "POST", shop + "/subdomain", asked(members{"enabled": false, "previews_enabled": false}), "unexpose", inventory.Change{Serving: no(), Previews: no(), Keys: []string{"enabled", "previews_enabled"}}},
		{"a switch that the record does not tell", "POST", shop + "/subdomain", nil, "update-config", inventory.Change{}},
		{"switches deleted", "DELETE", shop + "/subdomain", nil, "unexpose", inventory.Change{Serving: no(), Previews: no()}},
		{"switches in the settings", "PATCH", a + "/workers/workers/" + tag, asked(members{"subdomain": members{"enabled": true}}), "update-config", inventory.Change{Serving: yes(), Keys: []string{"subdomain"}}},

		{"crons", "PUT", shop + "/schedules", asked([]any{members{"cron": "*/5 * * * *"}, members{"cron": canary}}), "attach-trigger", inventory.Change{Schedules: &[]string{"*/5 * * * *", "?"}}},
		{"crons in an object", "PUT", shop + "/schedules", asked(members{"schedules": []any{members{"cron": "0 3 * * MON"}}}), "attach-trigger", inventory.Change{Schedules: &[]string{"0 3 * * MON"}}},
		{"no crons", "PUT", shop + "/schedules", asked([]any{}), "detach-trigger", inventory.Change{Schedules: &[]string{}}},
		{"crons that the record does not tell", "PUT", shop + "/schedules", nil, "attach-trigger", inventory.Change{}},

		{"logging off", "PATCH", shop + "/script-settings", asked(members{"logpush": false, "observability": members{"enabled": false}, "tail_consumers": []any{}}),
			"logging-off", inventory.Change{Keys: []string{"logpush", "observability", "tail_consumers"}, Narrowed: []string{"logpush", "observability", "tail_consumers"}}},
		{"its logs off", "PATCH", shop + "/script-settings", asked(members{"observability": members{"enabled": true, "logs": members{"enabled": false}}}),
			"logging-off", inventory.Change{Keys: []string{"observability"}, Narrowed: []string{"observability"}}},
		{"no request is logged", "PATCH", shop + "/script-settings", asked(members{"observability": members{"enabled": true, "logs": members{"enabled": true, "head_sampling_rate": 0}}}),
			"logging-off", inventory.Change{Keys: []string{"observability"}, Narrowed: []string{"observability"}}},
		{"consumers taken away", "PATCH", shop + "/script-settings", members{"resource": members{"request": members{"tail_consumers": any(nil)}}},
			"logging-off", inventory.Change{Keys: []string{"tail_consumers"}, Narrowed: []string{"tail_consumers"}}},
		{"logging on", "PATCH", shop + "/script-settings", asked(members{"logpush": true}), "logging-on", inventory.Change{Keys: []string{"logpush"}}},
		{"tags alone", "PATCH", shop + "/script-settings", asked(members{"tags": []any{canary}}), "update-config", inventory.Change{Keys: []string{"tags"}}},

		{"a secret set", "PUT", shop + "/secrets", asked(members{"name": "KEY", "text": canary, "type": "secret_text"}), "update-config", inventory.Change{Keys: []string{"secrets"}, Bindings: &[]inventory.Binding{{Kind: "secret_text", Name: "KEY"}}}},
		{"many secrets set", "PATCH", shop + "/secrets-bulk", asked(members{"secrets": members{"A": members{"text": canary}, "B": nil}}), "update-config",
			inventory.Change{Keys: []string{"secrets"}, Bindings: &[]inventory.Binding{{Kind: "secret_text", Name: "A"}}}},
		{"a secret removed", "DELETE", shop + "/secrets/KEY", nil, "update-config", inventory.Change{Keys: []string{"secrets"}}},

		{"all routes of a script", "PUT", shop + "/routes", asked([]any{members{"pattern": "b.example.com/*"}, "a.example.com/*", "x?token=" + canary}), "attach-trigger", inventory.Change{Route: "a.example.com/*, b.example.com/*"}},
		{"no routes of a script", "PUT", shop + "/routes", asked([]any{}), "detach-trigger", inventory.Change{}},
		{"domains of a script", "PUT", shop + "/domains/records", asked(members{"origins": []any{members{"hostname": "a.example.com"}}}), "expose", inventory.Change{Hostname: "a.example.com"}},
		{"no domains of a script", "PUT", shop + "/domains/records", asked(members{"origins": []any{}}), "unexpose", inventory.Change{}},
		{"a route", "POST", z + "/workers/routes", asked(members{"pattern": "shop.example.com/*", "script": "shop"}), "attach-trigger", inventory.Change{Route: "shop.example.com/*", Keys: []string{"pattern", "script"}}},
		{"a route to no script", "PUT", z + "/workers/routes/r1", asked(members{"pattern": "shop.example.com/*"}), "detach-trigger", inventory.Change{Route: "shop.example.com/*", Keys: []string{"pattern"}}},
		{"a custom domain", "PUT", a + "/workers/domains", asked(members{"hostname": "shop.example.com", "service": "shop", "environment": "production", "zone_id": zoneID}),
			"expose", inventory.Change{Hostname: "shop.example.com", Qualifier: "production", Keys: []string{"environment", "hostname", "service"}}},
		{"a domain that is none", "PUT", a + "/workers/domains", asked(members{"hostname": "x/" + canary}), "expose", inventory.Change{Keys: []string{"hostname"}}},

		{"a Pages project's settings", "PATCH", a + "/pages/projects/site", asked(members{"production_branch": canary, "deployment_configs": members{
			"production": members{"env_vars": members{"MODE": members{"type": "plain_text", "value": canary}, "KEY": members{"type": "secret_text", "value": canary}, "GONE": nil}, "kv_namespaces": members{"KV": members{"namespace_id": "kv1"}}},
			"preview":    members{"services": members{"PAY": members{"service": "pay"}}, "ai_bindings": members{"AI": members{"": canary}}}}}),
			"update-config", inventory.Change{Keys: []string{"deployment_configs", "production_branch"}, Bindings: &[]inventory.Binding{
				{Kind: "ai", Name: "AI", Qualifier: "preview"}, {Kind: "service", Name: "PAY", Target: "pay", Qualifier: "preview"}, {Kind: "kv_namespace", Name: "KV", Target: "kv1", Qualifier: "production"},
				{Kind: "plain_text", Name: "MODE", Qualifier: "production"}, {Kind: "secret_text", Name: "KEY", Qualifier: "production"},
			}}},
		{"a Pages deployment", "POST", a + "/pages/projects/site/deployments", answered(members{"id": "d1", "environment": "production", "deployment_trigger": members{"metadata": members{"commit_message": canary}}}),
			"deploy", inventory.Change{Version: "d1", Qualifier: "production"}},
		{"a Pages domain", "POST", a + "/pages/projects/site/domains", asked(members{"name": "site.example.com"}), "expose", inventory.Change{Hostname: "site.example.com"}},

		{"a token without an end", "POST", a + "/tokens", members{"resource": members{
			"request": members{"name": canary, "policies": []any{members{"effect": "allow", "permission_groups": []any{members{"id": "g1"}, members{"id": tag}}, "resources": members{"com.cloudflare.api.account." + account: "*"}},
				members{"effect": "deny", "permission_groups": []any{members{"id": "g3"}}}}},
			"response": members{"id": tokenID, "value": canary, "policies": []any{members{"permission_groups": []any{members{"id": "g1", "name": "Workers Scripts Write"}}}}}}},
			"grant", inventory.Change{Keys: []string{"name", "policies"}, Permissions: []string{"Workers Scripts Write", tag}, Resources: []string{"com.cloudflare.api.account." + account}, Expires: no(), Bounded: no()}},
		{"one with an end, from one address", "PUT", a + "/tokens/" + tokenID, asked(members{"expires_on": "2027-01-01T00:00:00Z", "condition": members{"request_ip": members{"in": []any{"192.0.2.0/24"}}}, "policies": []any{
			members{"permission_groups": []any{members{"id": "g1", "name": "Zone Read"}}, "resources": members{"com.cloudflare.api.account." + account: members{"com.cloudflare.api.account.zone.*": "*"}, canary: "*"}}}}),
			"grant", inventory.Change{Keys: []string{"condition", "expires_on", "policies"}, Permissions: []string{"Zone Read", "unknown"}, Resources: []string{"com.cloudflare.api.account." + account, "com.cloudflare.api.account.zone.*"}, Expires: yes(), Bounded: yes()}},
		{"a group that the caller calls otherwise", "POST", a + "/tokens", members{"resource": members{
			"request":  members{"policies": []any{members{"effect": "allow", "permission_groups": []any{members{"id": "g1", "name": "Zone Read"}}}}},
			"response": members{"id": tokenID, "policies": []any{members{"permission_groups": []any{members{"id": "g1", "name": "Workers Scripts Write"}}}}}}},
			"grant", inventory.Change{Keys: []string{"policies"}, Permissions: []string{"Workers Scripts Write"}, Expires: no(), Bounded: no()}},
		{"a role that the caller calls otherwise", "POST", a + "/members", asked(members{"roles": []any{members{"id": tag, "name": "Analytics"}}}),
			"grant", inventory.Change{Keys: []string{"roles"}, Permissions: []string{"Analytics", tag}}},
		{"a part of a token", "PATCH", a + "/tokens/" + tokenID, asked(members{"policies": []any{}}), "grant", inventory.Change{Keys: []string{"policies"}}},
		{"a token that the record does not tell", "POST", a + "/tokens", nil, "grant", inventory.Change{}},
		{"a member", "POST", a + "/members", members{"resource": members{"request": members{"email": "eve@Elsewhere.example", "roles": []any{"role1", tag, canary}},
			"response": members{"id": "m1", "user": members{"id": person, "email": "eve@elsewhere.example"}, "roles": []any{members{"id": "role1", "name": "Administrator"}}}}},
			"grant", inventory.Change{Keys: []string{"email", "roles"}, Permissions: []string{"Administrator", tag, "unknown"}, MailDomain: "elsewhere.example", User: cloudflare.UserID(person)}},

		{"a Logpush job", "POST", a + "/logpush/jobs", asked(members{"dataset": "audit_logs_v2", "destination_conf": "s3://b?secret=" + canary, "enabled": true}), "logging-on", inventory.Change{LogGroup: "audit_logs_v2", Keys: []string{"enabled"}}},
		{"one made but not switched on", "POST", a + "/logpush/jobs", asked(members{"dataset": "workers_trace_events", "enabled": false}), "update-config", inventory.Change{LogGroup: "workers_trace_events", Keys: []string{"enabled"}}},
		{"a job of which the record tells no switch", "PUT", a + "/logpush/jobs/7", nil, "update-config", inventory.Change{Narrowed: []string{"what is not told"}}},
		{"a job led elsewhere while it is switched on", "PUT", a + "/logpush/jobs/7", asked(members{"enabled": true, "destination_conf": "s3://b?secret=" + canary}), "update-config", inventory.Change{Keys: []string{"enabled"}, Narrowed: []string{"destination_conf"}}},
		{"a destination led elsewhere while it is switched on", "PATCH", a + "/workers/observability/destinations/d", asked(members{"enabled": true, "configuration": members{"url": canary}}), "update-config", inventory.Change{Keys: []string{"enabled"}, Narrowed: []string{"configuration"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := decodeV2(t, v2(test.method, test.uri, test.parts)).Event
			if e.Action != test.action {
				t.Errorf("action %s, want %s", e.Action, test.action)
			}
			if diff := cmp.Diff(test.want, e.Change); diff != "" {
				t.Errorf("change (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInferredAssets: what an act tells of assets, and no more.
func TestInferredAssets(t *testing.T) {
	at := decodeV2(t, v2("PUT", a+"/workers/scripts/shop")).Event.Time
	scope := inventory.Scope{Provider: inventory.Cloudflare, Account: account}
	asset := func(id inventory.AssetID, kind inventory.Kind, name string) inventory.Asset {
		return inventory.Asset{ID: id, Kind: kind, Scope: scope, Name: name,
			Sightings: []inventory.Sighting{{Cell: inventory.Cell{Source: source, Scope: scope, Capability: inventory.CapEvents}, At: at}}}
	}
	worker := func(change func(*inventory.Asset)) inventory.Asset {
		out := asset(cloudflare.WorkerName(account, "shop"), inventory.Worker, "shop")
		change(&out)
		return out
	}
	tagged := func(name string) inventory.Asset {
		out := asset(cloudflare.WorkerID(account, tag), inventory.Worker, name)
		if name != "" {
			out.Called = inventory.Known(name, at)
			out.Handles = []inventory.Handle{{ID: cloudflare.WorkerName(account, name), Since: at}}
		}
		out.Modified = at
		return out
	}
	made := tagged("shop")
	made.Created = at
	site := asset(cloudflare.PagesName(account, "site"), inventory.PagesProject, "site")
	site.Created, site.Modified = at, at
	for _, test := range []struct {
		name, method, uri string
		parts             members
		want              []inventory.Asset
	}{
		{"changed", "PUT", a + "/workers/scripts/shop", nil, []inventory.Asset{worker(func(a *inventory.Asset) { a.Modified = at })}},
		{"made", "PUT", a + "/workers/scripts/shop", members{"action": members{"type": "create"}}, []inventory.Asset{worker(func(a *inventory.Asset) { a.Created, a.Modified = at, at })}},
		{"deleted", "DELETE", a + "/workers/scripts/shop", nil, []inventory.Asset{worker(func(a *inventory.Asset) { a.Deleted = at })}},
		{"a part of it deleted", "DELETE", a + "/workers/scripts/shop/subdomain", nil, []inventory.Asset{worker(func(*inventory.Asset) {})}},
		{"a route deleted", "DELETE", z + "/workers/routes/r1", nil, nil},
		{"a route to it made", "POST", z + "/workers/routes", asked(members{"script": "shop"}), []inventory.Asset{worker(func(*inventory.Asset) {})}},
		{"made by the newer interface", "POST", a + "/workers/workers", answered(members{"id": tag, "name": "shop"}), []inventory.Asset{made}},
		{"renamed", "PATCH", a + "/workers/workers/" + tag, asked(members{"name": "store"}), []inventory.Asset{tagged("store")}},
		{"renamed, named by its name, with the tag told", "PATCH", a + "/workers/workers/shop", members{"resource": members{"request": members{"name": "store"}, "response": members{"id": tag, "name": "store"}}}, []inventory.Asset{tagged("store")}},
		{"changed, with the tag told", "PATCH", a + "/workers/workers/shop", answered(members{"id": tag, "name": "shop"}), []inventory.Asset{tagged("")}},
		{"renamed, named by its name", "PATCH", a + "/workers/workers/shop", asked(members{"name": "store"}), []inventory.Asset{worker(func(a *inventory.Asset) { a.Modified = at })}},
		{"a Pages project made", "POST", a + "/pages/projects", asked(members{"name": "site"}), []inventory.Asset{site}},
		{"a script in a namespace deleted", "DELETE", a + "/workers/dispatch/namespaces/ns/scripts/shop", nil, []inventory.Asset{asset(cloudflare.NamespaceName(account, "ns"), inventory.DispatchNamespace, "ns")}},
		{"a name that would be two parts of an id", "PUT", a + "/workers/scripts/a%2Fb", nil, nil},
		{"a reading", "GET", a + "/workers/scripts/shop", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := decodeV2(t, v2(test.method, test.uri, test.parts)).Assets
			if diff := cmp.Diff(lines(t, test.want), lines(t, got)); diff != "" {
				t.Errorf("assets (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSilences: what fills archives of audit logs ended, and nothing else did.
func TestSilences(t *testing.T) {
	jobs := a + "/logpush/jobs/7"
	for _, test := range []struct {
		name, method, uri string
		parts             members
		want              bool
	}{
		{"a job deleted", "DELETE", jobs, nil, true},
		{"switched off", "PUT", jobs, asked(members{"enabled": false}), true},
		{"that of audit logs", "PUT", jobs, asked(members{"enabled": false, "dataset": "audit_logs"}), true},
		{"that of another data set", "PUT", jobs, members{"resource": members{"request": members{"enabled": false}, "response": members{"dataset": "http_requests"}}}, false},
		{"that of another data set, as the caller says", "PUT", jobs, asked(members{"enabled": false, "dataset": "http_requests"}), true},
		{"switched on", "PUT", jobs, asked(members{"enabled": true}), false},
		{"led elsewhere", "PUT", jobs, asked(members{"enabled": true, "destination_conf": "s3://x"}), true},
		{"narrowed by a filter", "PATCH", jobs, asked(members{"filter": "{}"}), true},
		{"changed, and nobody tells how", "PUT", jobs, nil, true},
		{"the logs of Workers", "DELETE", a + "/workers/observability/destinations/d", nil, false},
	} {
		if got := cloudflare.Silences(decodeV2(t, v2(test.method, test.uri, test.parts)).Event); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

// TestJudge: which grants let deploy and which let grant; an unknown one is never
// harmless.
func TestJudge(t *testing.T) {
	type verdict struct{ deploys, admin, known bool }
	for grant, want := range map[string]verdict{
		"Workers Scripts Write": {true, false, true}, "workers scripts edit": {true, false, true}, "WORKERS ROUTES WRITE": {true, false, true}, "Workers  KV Storage Edit": {true, false, true},
		"Workers R2 Storage Write": {true, false, true}, "Workers Tail Read": {true, false, true}, "Pages Write": {true, false, true}, "DNS": {true, false, true}, "dns edit": {true, false, true}, "Cloudflare Pages Edit": {true, false, true}, "Workers Admin": {true, false, true},
		"Account API Tokens Write": {true, true, true}, "API Tokens Edit": {true, true, true}, "Administrator": {true, true, true}, "Super Administrator - All Privileges": {true, true, true},
		"Workers Scripts Read": {false, false, true}, "Metadata Read-Only": {false, false, true}, "Billing": {false, false, true},
		"Workers Frobnicate Write": {}, "": {}, "g1": {}, "Edit": {},
	} {
		var got verdict
		if got.deploys, got.admin, got.known = cloudflare.Judge(grant); got != want {
			t.Errorf("%q: %+v, want %+v", grant, got, want)
		}
	}
}

// TestWhatACallerAddsIsNotBelieved: members that the interface does not obey lead
// neither to another Worker nor away from what was set.
func TestWhatACallerAddsIsNotBelieved(t *testing.T) {
	for name, test := range map[string]struct {
		uri   string
		parts members
	}{
		"another name of the script": {z + "/workers/routes", asked(members{"pattern": "a.example.com/*", "script": "evil", "script_name": "shop", "service": "shop"})},
		"another name in the answer": {a + "/workers/domains", members{"resource": members{"request": members{"service": "shop"}, "response": members{"service": "evil"}}}},
		"another name of a service":  {a + "/workers/domains", asked(members{"service": "evil", "script": "shop"})},
	} {
		if e := decodeV2(t, v2("POST", test.uri, test.parts)).Event; !strings.Contains(told(e), "/worker-name/evil") || strings.Contains(told(e), "shop") {
			t.Errorf("%s: about %q, want the Worker that it is", name, told(e))
		}
	}
	bound := members{"bindings": []any{members{"type": "r2_bucket", "name": "B", "bucket_name": "b"}}, "settings": members{"tags": nil}, "metadata": members{"tags": nil}}
	for _, path := range []string{"/settings", ""} {
		method := map[string]string{"/settings": "PATCH", "": "PUT"}[path]
		e := decodeV2(t, v2(method, a+"/workers/scripts/shop"+path, asked(bound))).Event
		if e.Change.Bindings == nil || len(*e.Change.Bindings) != 1 || !cmp.Equal(e.Change.Keys, []string{"bindings", "tags"}) {
			t.Errorf("%s: keys %q, bindings %v; want those beside an empty part too", path, e.Change.Keys, e.Change.Bindings)
		}
	}
}
