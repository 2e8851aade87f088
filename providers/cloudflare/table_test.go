package cloudflare_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

const (
	a = "/accounts/" + account
	z = "/zones/" + zoneID
)

// acts are one call for each row of the table, with what its event says. A method
// may be several.
func acts() []struct {
	call, uri string
	action    inventory.Action
	about     string
	parts     members
} {
	shop, tagged := of("worker-name", "shop"), of("worker", tag)
	site, ns := of("pages-name", "site"), of("dispatch-name", "ns")
	inside := ns + on("dispatch-script", "ns/shop")
	route, rule := "on cloudflare:zone/"+zoneID+"/route/r1", "on cloudflare:zone/"+zoneID+"/email-rule/r1"
	user, token := "on cloudflare:token:"+tokenID, "on cloudflare:token:"+tokenID
	ids := answered(members{"id": tokenID})
	return []struct {
		call, uri string
		action    inventory.Action
		about     string
		parts     members
	}{
		{"PUT /accounts/:a/workers/scripts/:s", a + "/workers/scripts/shop", "update-code", shop, nil},
		{"PUT /accounts/:a/workers/scripts/:s/content", a + "/workers/scripts/shop/content", "update-code", shop, nil},
		{"DELETE /accounts/:a/workers/scripts/:s", a + "/workers/scripts/shop", "delete", shop, nil},
		{"DELETE /accounts/:a/workers/services/:s", a + "/workers/services/shop?force=true", "delete", shop, nil},
		{"PUT PATCH /accounts/:a/workers/services/:s/environments/:e/content", a + "/workers/services/shop/environments/staging/content", "update-code", shop, nil},
		{"PUT PATCH /accounts/:a/workers/services/:s/environments/:e/settings", a + "/workers/services/shop/environments/staging/settings", "update-config", shop, nil},
		{"PUT /accounts/:a/workers/services/:s/environments/:e", a + "/workers/services/shop/environments/staging", "update-code", shop, nil},
		{"PUT PATCH /accounts/:a/workers/services/:s", a + "/workers/services/shop", "update-config", shop, nil},
		{"POST /accounts/:a/workers/scripts/:s/versions", a + "/workers/scripts/shop/versions", "publish", shop, nil},
		{"POST /accounts/:a/workers/scripts/:s/deployments", a + "/workers/scripts/shop/deployments", "deploy", shop, nil},
		{"DELETE /accounts/:a/workers/scripts/:s/deployments/:d", a + "/workers/scripts/shop/deployments/d", "update-config", shop, nil},
		{"PATCH /accounts/:a/workers/scripts/:s/settings", a + "/workers/scripts/shop/settings", "update-config", shop, nil},
		{"PATCH /accounts/:a/workers/scripts/:s/script-settings", a + "/workers/scripts/shop/script-settings", "update-config", shop, nil},
		{"PUT /accounts/:a/workers/scripts/:s/secrets", a + "/workers/scripts/shop/secrets", "update-config", shop, nil},
		{"DELETE /accounts/:a/workers/scripts/:s/secrets/:k", a + "/workers/scripts/shop/secrets/KEY", "update-config", shop, nil},
		{"PATCH /accounts/:a/workers/scripts/:s/secrets-bulk", a + "/workers/scripts/shop/secrets-bulk", "update-config", shop, nil},
		{"PUT /accounts/:a/workers/scripts/:s/schedules", a + "/workers/scripts/shop/schedules", "attach-trigger", shop, nil},
		{"POST /accounts/:a/workers/scripts/:s/subdomain", a + "/workers/scripts/shop/subdomain", "update-config", shop, nil},
		{"DELETE /accounts/:a/workers/scripts/:s/subdomain", a + "/workers/scripts/shop/subdomain", "unexpose", shop, nil},
		{"PUT /accounts/:a/workers/scripts/:s/routes", a + "/workers/scripts/shop/routes", "attach-trigger", shop, nil},
		{"PUT /accounts/:a/workers/scripts/:s/domains/records", a + "/workers/scripts/shop/domains/records", "expose", shop, nil},
		{"POST /accounts/:a/workers/scripts/:s/tails", a + "/workers/scripts/shop/tails", "enumerate", shop, nil},
		{"DELETE /accounts/:a/workers/scripts/:s/tails/:id", a + "/workers/scripts/shop/tails/t", "enumerate", shop, nil},
		{"POST /accounts/:a/workers/scripts/:s/edge-preview", a + "/workers/scripts/shop/edge-preview", "invoke", shop, nil},
		{"GET /accounts/:a/workers/scripts/:s/subdomain/edge-preview", a + "/workers/scripts/shop/subdomain/edge-preview", "invoke", shop, nil},
		{"POST /accounts/:a/workers/scripts/:s/assets-upload-session", a + "/workers/scripts/shop/assets-upload-session", "other", shop, nil},
		{"GET /accounts/:a/workers/scripts/:s", a + "/workers/scripts/shop", "read-secret", shop, nil},
		{"GET /accounts/:a/workers/scripts/:s/content", a + "/workers/scripts/shop/content", "read-secret", shop, nil},
		{"GET /accounts/:a/workers/scripts/:s/content/v2", a + "/workers/scripts/shop/content/v2", "read-secret", shop, nil},
		{"GET /accounts/:a/workers/scripts/:s/settings", a + "/workers/scripts/shop/settings", "read-secret", shop, nil},
		{"GET /accounts/:a/workers/scripts/:s/bindings", a + "/workers/scripts/shop/bindings", "read-secret", shop, nil},
		{"GET /accounts/:a/workers/scripts/:s/versions/:v", a + "/workers/scripts/shop/versions/v", "read-secret", shop, nil},
		{"GET /accounts/:a/workers/services/:s/environments/:e/content", a + "/workers/services/shop/environments/production/content", "read-secret", shop, nil},

		{"POST /accounts/:a/workers/workers", a + "/workers/workers", "create", tagged, answered(members{"id": tag, "name": "shop"})},
		{"PUT PATCH /accounts/:a/workers/workers/:w", a + "/workers/workers/" + tag, "update-config", tagged, nil},
		{"DELETE /accounts/:a/workers/workers/:w", a + "/workers/workers/shop", "delete", shop, nil},
		{"POST /accounts/:a/workers/workers/:w/versions", a + "/workers/workers/" + tag + "/versions", "publish", tagged, nil},
		{"DELETE /accounts/:a/workers/workers/:w/versions/:v", a + "/workers/workers/" + tag + "/versions/v", "update-config", tagged, nil},
		{"POST /accounts/:a/workers/workers/:w/deployments", a + "/workers/workers/" + tag + "/deployments", "deploy", tagged, nil},
		{"DELETE /accounts/:a/workers/workers/:w/deployments/:d", a + "/workers/workers/" + tag + "/deployments/d", "update-config", tagged, nil},
		{"POST PUT PATCH /accounts/:a/workers/workers/:w/previews", a + "/workers/workers/" + tag + "/previews/p/deployments", "expose", tagged, nil},
		{"DELETE /accounts/:a/workers/workers/:w/previews", a + "/workers/workers/" + tag + "/previews/p", "unexpose", tagged, nil},
		{"GET /accounts/:a/workers/workers/:w/versions/:v", a + "/workers/workers/" + tag + "/versions/v", "read-secret", tagged, nil},

		{"PUT POST /accounts/:a/workers/domains", a + "/workers/domains", "expose", shop + on("worker-domain", "d1"), members{"resource": members{"request": members{"service": "shop"}, "response": members{"id": "d1"}}}},
		{"PUT /accounts/:a/workers/domains/records/:id", a + "/workers/domains/records/d1", "expose", shop + on("worker-domain", "d1"), asked(members{"service": "shop"})},
		{"DELETE /accounts/:a/workers/domains/records/:id", a + "/workers/domains/records/d1", "unexpose", on("worker-domain", "d1"), nil},
		{"DELETE /accounts/:a/workers/domains/:id", a + "/workers/domains/d1", "unexpose", on("worker-domain", "d1"), nil},
		{"POST /zones/:z/workers/routes", z + "/workers/routes", "attach-trigger", "on cloudflare:zone/" + zoneID, nil},
		{"PUT /zones/:z/workers/routes/:id", z + "/workers/routes/r1", "attach-trigger", shop + route, asked(members{"pattern": "shop.example.com/*", "script": "shop"})},
		{"DELETE /zones/:z/workers/routes/:id", z + "/workers/routes/r1", "detach-trigger", route, nil},
		{"POST PUT /zones/:z/workers/filters", z + "/workers/filters", "attach-trigger", "on cloudflare:zone/" + zoneID, nil},
		{"DELETE /zones/:z/workers/filters", z + "/workers/filters/f", "detach-trigger", "on cloudflare:zone/" + zoneID, nil},
		{"PUT POST /zones/:z/workers/script", z + "/workers/script", "update-code", "on cloudflare:zone/" + zoneID, nil},
		{"DELETE /zones/:z/workers/script", z + "/workers/script", "delete", "on cloudflare:zone/" + zoneID, nil},
		{"POST /zones/:z/workers/edge-preview", z + "/workers/edge-preview", "invoke", "on cloudflare:zone/" + zoneID, nil},
		{"GET /accounts/:a/workers/subdomain/edge-preview", a + "/workers/subdomain/edge-preview", "invoke", "on cloudflare:" + account + "/subdomain", nil},
		{"PUT DELETE /accounts/:a/workers/subdomain", a + "/workers/subdomain", "update-config", "on cloudflare:" + account + "/subdomain", nil},
		{"PUT /accounts/:a/workers/account-settings", a + "/workers/account-settings", "update-config", "on cloudflare:" + account + "/account-settings", nil},
		{"POST /accounts/:a/workers/assets/upload", a + "/workers/assets/upload?base64=true", "other", "", nil},

		{"POST /accounts/:a/workers/dispatch/namespaces", a + "/workers/dispatch/namespaces", "create", ns, asked(members{"name": "ns"})},
		{"PUT PATCH /accounts/:a/workers/dispatch/namespaces/:ns", a + "/workers/dispatch/namespaces/ns", "update-config", ns, nil},
		{"DELETE /accounts/:a/workers/dispatch/namespaces/:ns", a + "/workers/dispatch/namespaces/ns", "delete", ns, nil},
		{"PUT /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s", a + "/workers/dispatch/namespaces/ns/scripts/shop", "update-code", inside, nil},
		{"PUT /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/content", a + "/workers/dispatch/namespaces/ns/scripts/shop/content", "update-code", inside, nil},
		{"DELETE /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s", a + "/workers/dispatch/namespaces/ns/scripts/shop", "delete", inside, nil},
		{"PUT PATCH /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/settings", a + "/workers/dispatch/namespaces/ns/scripts/shop/settings", "update-config", inside, nil},
		{"PUT PATCH DELETE /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/secrets", a + "/workers/dispatch/namespaces/ns/scripts/shop/secrets/KEY", "update-config", inside, nil},
		{"PATCH /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/secrets-bulk", a + "/workers/dispatch/namespaces/ns/scripts/shop/secrets-bulk", "update-config", inside, nil},
		{"PUT DELETE /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/tags", a + "/workers/dispatch/namespaces/ns/scripts/shop/tags/x", "update-config", inside, nil},
		{"GET /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s", a + "/workers/dispatch/namespaces/ns/scripts/shop", "read-secret", inside, nil},
		{"GET /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/content", a + "/workers/dispatch/namespaces/ns/scripts/shop/content", "read-secret", inside, nil},
		{"GET /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/settings", a + "/workers/dispatch/namespaces/ns/scripts/shop/settings", "read-secret", inside, nil},

		{"POST PUT PATCH /accounts/:a/queues/:q/consumers", a + "/queues/q1/consumers/c1", "attach-trigger", shop + on("queue", "q1"), asked(members{"script_name": "shop"})},
		{"DELETE /accounts/:a/queues/:q/consumers", a + "/queues/q1/consumers/c1", "detach-trigger", on("queue", "q1"), nil},
		{"POST /zones/:z/email/routing/rules", z + "/email/routing/rules", "attach-trigger", shop + "on cloudflare:zone/" + zoneID, asked(members{"actions": []any{members{"type": "worker", "value": []any{"shop"}}}})},
		{"PUT PATCH /zones/:z/email/routing/rules/:r", z + "/email/routing/rules/r1", "update-config", rule, asked(members{"actions": []any{members{"type": "forward", "value": []any{"x@example.com"}}}})},
		{"DELETE /zones/:z/email/routing/rules/:r", z + "/email/routing/rules/r1", "detach-trigger", rule, nil},
		{"PUT PATCH /accounts/:a/workflows/:wf", a + "/workflows/w1", "attach-trigger", shop + on("workflow", "w1"), asked(members{"script_name": "shop"})},
		{"DELETE /accounts/:a/workflows/:wf", a + "/workflows/w1", "detach-trigger", on("workflow", "w1"), nil},
		{"POST PUT PATCH /accounts/:a/builds", a + "/builds/triggers", "attach-trigger", tagged, asked(members{"external_script_id": tag})},
		{"DELETE /accounts/:a/builds", a + "/builds/triggers/t1", "detach-trigger", "", nil},

		{"POST /accounts/:a/pages/projects", a + "/pages/projects", "create", site, asked(members{"name": "site"})},
		{"PATCH PUT /accounts/:a/pages/projects/:p", a + "/pages/projects/site", "update-config", site, nil},
		{"DELETE /accounts/:a/pages/projects/:p", a + "/pages/projects/site", "delete", site, nil},
		{"POST /accounts/:a/pages/projects/:p/deployments", a + "/pages/projects/site/deployments", "deploy", site, nil},
		{"POST /accounts/:a/pages/projects/:p/deployments/:d/retry", a + "/pages/projects/site/deployments/d/retry", "deploy", site, nil},
		{"POST /accounts/:a/pages/projects/:p/deployments/:d/rollback", a + "/pages/projects/site/deployments/d/rollback", "rollback", site, nil},
		{"DELETE /accounts/:a/pages/projects/:p/deployments/:d", a + "/pages/projects/site/deployments/d", "update-config", site, nil},
		{"POST PATCH /accounts/:a/pages/projects/:p/domains", a + "/pages/projects/site/domains", "expose", site, nil},
		{"DELETE /accounts/:a/pages/projects/:p/domains/:h", a + "/pages/projects/site/domains/site.example.com", "unexpose", site, nil},
		{"POST /accounts/:a/pages/projects/:p/deployments/:d/tails", a + "/pages/projects/site/deployments/d/tails", "enumerate", site, nil},
		{"DELETE /accounts/:a/pages/projects/:p/deployments/:d/tails", a + "/pages/projects/site/deployments/d/tails/t", "enumerate", site, nil},
		{"GET /accounts/:a/pages/projects", a + "/pages/projects", "read-secret", "", nil},
		{"GET /accounts/:a/pages/projects/:p", a + "/pages/projects/site", "read-secret", site, nil},

		{"POST /accounts/:a/tokens", a + "/tokens", "grant", token, ids},
		{"PUT PATCH /accounts/:a/tokens/:t", a + "/tokens/" + tokenID, "grant", token, nil},
		{"PUT /accounts/:a/tokens/:t/value", a + "/tokens/" + tokenID + "/value", "grant", token, nil},
		{"DELETE /accounts/:a/tokens/:t", a + "/tokens/" + tokenID, "revoke", token, nil},
		{"POST /user/tokens", "/user/tokens", "grant", user, ids},
		{"PUT PATCH /user/tokens/:t", "/user/tokens/" + tokenID, "grant", user, nil},
		{"PUT /user/tokens/:t/value", "/user/tokens/" + tokenID + "/value", "grant", user, nil},
		{"DELETE /user/tokens/:t", "/user/tokens/" + tokenID, "revoke", user, nil},
		{"POST /accounts/:a/members", a + "/members", "grant", on("member", tokenID), ids},
		{"PUT PATCH /accounts/:a/members/:m", a + "/members/m1", "grant", on("member", "m1"), nil},
		{"DELETE /accounts/:a/members/:m", a + "/members/m1", "revoke", on("member", "m1"), nil},
		{"GET /accounts/:a/tokens", a + "/tokens", "enumerate", "", nil},
		{"GET /user/tokens", "/user/tokens/verify", "enumerate", "", nil},
		{"GET /accounts/:a/members", a + "/members/m1", "enumerate", "", nil},

		{"POST /accounts/:a/logpush/jobs", a + "/logpush/jobs", "logging-on", on("logpush", "7"), answered(members{"id": 7})},
		{"PUT PATCH /accounts/:a/logpush/jobs/:j", a + "/logpush/jobs/7", "logging-off", on("logpush", "7"), asked(members{"enabled": false})},
		{"DELETE /accounts/:a/logpush/jobs/:j", a + "/logpush/jobs/7", "logging-off", on("logpush", "7"), nil},
		{"GET /accounts/:a/logpush/jobs", a + "/logpush/jobs", "enumerate", "", nil},
		{"POST /accounts/:a/workers/observability/destinations", a + "/workers/observability/destinations", "logging-on", on("log-destination", "new"), nil},
		{"PATCH PUT /accounts/:a/workers/observability/destinations/:d", a + "/workers/observability/destinations/d1", "logging-on", on("log-destination", "d1"), asked(members{"enabled": true})},
		{"DELETE /accounts/:a/workers/observability/destinations/:d", a + "/workers/observability/destinations/d1", "logging-off", on("log-destination", "d1"), nil},
	}
}

// TestEveryRow decodes each call of the table, and shows that none is left out.
func TestEveryRow(t *testing.T) {
	left := map[string]bool{}
	for _, c := range cloudflare.Calls() {
		left[c] = true
	}
	for _, act := range acts() {
		methods, template := strings.Fields(act.call), ""
		methods, template = methods[:len(methods)-1], methods[len(methods)-1]
		for _, method := range methods {
			call := method + " " + template
			t.Run(call, func(t *testing.T) {
				d := decodeV2(t, v2(method, act.uri, act.parts))
				if !d.Keep || d.Unknown != "" {
					t.Fatalf("kept: %t, unknown %q; the row was not found", d.Keep, d.Unknown)
				}
				got := []string{d.Event.Name, string(d.Event.Action), told(d.Event)}
				want := []string{call, string(act.action), act.about}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("name, action and what it is about (-want +got):\n%s", diff)
				}
				if want := method == "GET"; d.Event.ReadOnly != want {
					t.Errorf("read only is %t, want %t", d.Event.ReadOnly, want)
				}
				uri, _, _ := strings.Cut(act.uri, "?")
				if want := method + " " + uri; d.Event.LoggedName != want {
					t.Errorf("logged name is %q, want %q", d.Event.LoggedName, want)
				}
			})
			delete(left, call)
		}
	}
	for call := range left {
		t.Errorf("no test has a call of the row %s", call)
	}
}

// TestHowURIsAreWritten: what differs in spelling alone is the same call.
func TestHowURIsAreWritten(t *testing.T) {
	for _, uri := range []string{
		a + "/workers/scripts/my-shop", a + "/workers/scripts/my-shop/", a + "/workers/scripts/my-shop?force=1&x=/content", "/client/v4" + a + "/workers/scripts/my-shop",
		"https://api.cloudflare.com/client/v4" + a + "/workers/scripts/my-shop", "/api/v4" + a + "/workers/scripts/my-shop", a + "//workers/scripts/%6dy%2Dshop", a + "/%77orkers/scripts/my-shop", a + "/workers/scripts/my-shop#x",
		strings.ReplaceAll(a, "accounts", "Accounts") + "/WORKERS/Scripts/my-shop", "/ACCOUNTS/" + strings.ToUpper(account) + "/workers/scripts/my-shop", a + "/pages/../workers/./scripts/my-shop", a + "/pages/%2e%2e/workers/scripts/my-shop",
		"api.cloudflare.com/client/v4" + a + "/workers/scripts/my-shop", " " + a + "/workers/scripts/my-shop ",
	} {
		d := decodeV2(t, v2("put", uri))
		if !d.Keep || d.Event.Name != "PUT /accounts/:a/workers/scripts/:s" || told(d.Event) != of("worker-name", "my-shop") {
			t.Errorf("%s: %q about %q, want the script", uri, d.Event.Name, told(d.Event))
		}
		if strings.ContainsAny(d.Event.LoggedName, "?#") {
			t.Errorf("%s: the query is kept: %q", uri, d.Event.LoggedName)
		}
	}
}

// TestUnknownCalls are kept as other and named without names and ids; what is
// known to be a question, and what is none of ours, is not kept.
func TestUnknownCalls(t *testing.T) {
	for _, test := range []struct{ method, uri, unknown, about string }{
		{"POST", a + "/workers/foo", "POST /accounts/:a/workers/foo", ""},
		{"POST", a + "/workers", "POST /accounts/:a/workers", ""},
		{"POST", a + "/workers/foo/" + tag + "/bar", "POST /accounts/:a/workers/foo/...", ""},
		{"POST", a + "/workers/" + tag, "POST /accounts/:a/workers/:x", ""},
		{"PATCH", a + "/workers/scripts/shop", "PATCH /accounts/:a/workers/scripts/:s", of("worker-name", "shop")},
		{"POST", a + "/workers/scripts/shop/usage-model", "POST /accounts/:a/workers/scripts/:s/usage-model", of("worker-name", "shop")},
		{"FROB", a + "/workers/scripts/shop/content", "FROB /accounts/:a/workers/scripts/:s/content", of("worker-name", "shop")},
		{"POST", a + "/workers/services/shop/frob", "POST /accounts/:a/workers/services/:s/frob", of("worker-name", "shop")},
		{"POST", a + "/workers/workers/" + tag + "/frob", "POST /accounts/:a/workers/workers/:w/frob", of("worker", tag)},
		{"POST", a + "/workers/dispatch/namespaces/ns/scripts/s/frob", "POST /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/frob", of("dispatch-name", "ns") + on("dispatch-script", "ns/s")},
		{"POST", a + "/pages/frob", "POST /accounts/:a/pages/frob", ""},
		{"POST", a + "/pages/projects/site/frob", "POST /accounts/:a/pages/projects/:p/frob", of("pages-name", "site")},
		{"POST", "/workers/scripts/shop", "POST /.../workers/...", ""},
		{"POST", "/x" + a + "/Workers/scripts/shop", "POST /.../workers/...", ""},
		{"POST", "/user/pages", "POST /.../pages/...", ""},
		{"POST", a + "/workers%2Fscripts/shop", "POST /.../workers/...", ""},
		{"POST", z + "/workers/frob", "POST /zones/:z/workers/frob", "on cloudflare:zone/" + zoneID},
	} {
		d := decodeV2(t, v2(test.method, test.uri))
		if !d.Keep || d.Event.Action != inventory.ActionOther || d.Unknown != test.unknown || d.Event.Name != test.unknown || told(d.Event) != test.about {
			t.Errorf("%s %s: kept %t, %s, unknown %q, name %q, about %q; want it kept as other, unknown %q, about %q",
				test.method, test.uri, d.Keep, d.Event.Action, d.Unknown, d.Event.Name, told(d.Event), test.unknown, test.about)
		}
	}
	for _, none := range []struct{ method, uri string }{
		{"POST", a + "/workers/scripts/shop/domains/changeset"}, {"POST", "/zones/" + zoneID + "/dns_records"}, {"PUT", a + "/storage/kv/namespaces/x/values/workers"},
		{"POST", a + "/workersx/scripts"}, {"POST", a + "/rules/lists/pages"}, {"POST", a + "/workflows/w/instances"}, {"POST", a + "/queues"},
	} {
		if d := decodeV2(t, v2(none.method, none.uri)); d.Keep {
			t.Errorf("%s %s is kept as %s", none.method, none.uri, d.Event.Name)
		}
	}
	if d := decodeV2(t, v2("GET", a+"/workers/frob")); !d.Keep || d.Event.Action != inventory.ActionEnumerate || d.Unknown != "" || !d.Event.Looks() {
		t.Errorf("a reading that nobody knows: %s, unknown %q; want it to enumerate", d.Event.Action, d.Unknown)
	}
}
