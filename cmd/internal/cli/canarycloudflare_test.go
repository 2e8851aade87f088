package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/cloudflarefake"
)

// shift moves every time within v by d.
func shift(v reflect.Value, d time.Duration) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() && v.Kind() == reflect.Pointer {
			shift(v.Elem(), d)
		}
	case reflect.Slice:
		for i := range v.Len() {
			shift(v.Index(i), d)
		}
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			if v.CanSet() && !t.IsZero() {
				v.Set(reflect.ValueOf(t.Add(d)))
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				shift(v.Field(i), d)
			}
		}
	}
}

// secretBindings are bindings with a canary wherever the vendor may put a value.
func secretBindings() []cloudflarefake.Binding {
	out := []cloudflarefake.Binding{
		{"type": "plain_text", "name": "MODE", "text": canary},
		{"type": "json", "name": "SETTINGS", "json": map[string]any{"password": canary, canary: []any{canary}}},
		{"type": "secret_text", "name": "KEY", "text": canary},
		{"type": "secret_key", "name": "SIGN", "algorithm": map[string]any{"name": "HMAC"}, "format": "jwk", "usages": []string{"sign"},
			"key_base64": canary, "key_jwk": map[string]any{"kty": "oct", "k": canary}},
		{"type": "send_email", "name": "MAIL", "destination_address": canary + "@estate.example", "allowed_destination_addresses": []string{canary + "@estate.example"}},
		{"type": "made_up_later", "name": "NEW", "text": canary, "value": canary, "json": canary, "deep": map[string]any{"a": []any{canary}}},
		{"type": map[string]any{"a": canary}, "name": "ODD", "text": canary},
		{"type": "ratelimit", "name": "RATE", "namespace_id": "1", "simple": map[string]any{"limit": 1, "key": canary}},
		{"type": "text_blob", "name": "BLOB", "part": "part", "text": canary},
	}
	return out
}

// secretWorld is the estate of Cloudflare with a canary wherever there may be a
// value, a token, an address or a link, and a mark beside them.
func secretWorld(t *testing.T) *cloudflarefake.World {
	t.Helper()
	now, err := time.Parse(time.RFC3339, canaryNow)
	if err != nil {
		t.Fatal(err)
	}
	w := cfEstate()
	shift(reflect.ValueOf(w), now.Sub(cfNow()))
	for i, a := range w.Accounts {
		for n, wk := range a.Workers {
			wk.Bindings = secretBindings()
			wk.PreviewsEnabled, wk.Enabled = true, true
			wk.Deployments[0].Annotations = map[string]string{"workers/message": keptMark}
			wk.Tails = []cloudflarefake.Tail{{ID: fmt.Sprint("tail", n), ExpiresAt: now.Add(time.Hour), URL: "wss://tail.example/" + canary}}
			wk.Previews = []cloudflarefake.Preview{{ID: fmt.Sprint("preview", i, n), Name: "feature", Slug: "feature", URLs: []string{"https://feature-" + wk.Name + ".team.workers.dev/?t=" + canary}, Bindings: secretBindings()}}
		}
		for _, p := range a.Projects {
			vars := map[string]cloudflarefake.EnvVar{"MODE": {Type: "plain_text", Value: canary}, "KEY": {Type: "secret_text", Value: canary}}
			config := cloudflarefake.DeploymentConfig{EnvVars: vars, KVNamespaces: map[string]map[string]any{"KV": {"namespace_id": "1", "value": canary}}}
			p.DeploymentConfigs = cloudflarefake.DeploymentConfigs{Preview: config, Production: config}
			p.BuildConfig = map[string]any{"build_command": "TOKEN=" + canary + " make", "destination_dir": "out", "web_analytics_token": canary}
			for n := range p.Deployments {
				p.Deployments[n].EnvVars = vars
				p.Deployments[n].URL = "https://u:" + canary + "@x." + p.Name + ".pages.dev/?k=" + canary
			}
		}
		a.Namespaces[0].Scripts[0].Bindings = secretBindings()
		a.LogpushJobs[0].DestinationConf = "s3://logs?access-key-id=" + canary + "&secret-access-key=" + canary
		a.LogpushJobs[0].ErrorMessage = new(string)
		*a.LogpushJobs[0].ErrorMessage = "refused with " + canary
		a.Destinations[0].Configuration = map[string]any{"url": "https://u:" + canary + "@logs.example", "headers": map[string]any{"authorization": canary}}
		for n := range a.Tokens {
			a.Tokens[n].Condition = json.RawMessage(`{"request_ip":{"in":["` + canary + `"],"not_in":["` + canary + `"]}}`)
		}
		a.AccessApps[0].Policies = []cloudflarefake.AccessPolicy{{ID: "p", Name: "staff", Decision: "allow", Include: []map[string]any{{"email": map[string]any{"email": canary}}, {"service_token": map[string]any{"token_id": canary}}}}}
		for _, z := range a.Zones {
			for n := range z.EmailRules {
				z.EmailRules[n].Matchers[0].Value = canary + "@" + z.Name
			}
		}
		secretLogs(a, now)
	}
	return w
}

// secretBodies are bodies of calls and values of things that the logs repeat.
func secretBodies(t interface{ Fatal(...any) }) (bodies []json.RawMessage) {
	for _, v := range []any{
		map[string]any{"bindings": secretBindings()},
		map[string]any{"metadata": map[string]any{"bindings": secretBindings()}, "settings": map[string]any{"bindings": secretBindings()}},
		map[string]any{"name": "KEY", "text": canary, "type": "secret_text"},
		map[string]any{"result": map[string]any{"value": canary, "url": "wss://x/" + canary}, "value": canary, "token": canary},
		map[string]any{"env_vars": map[string]any{"A": map[string]any{"type": "plain_text", "value": canary}}, "build_config": map[string]any{"build_command": canary}},
		map[string]any{"destination_conf": "s3://x?secret-access-key=" + canary, "condition": map[string]any{"request_ip": map[string]any{"in": []string{canary}}}},
		canary,
		[]any{canary, map[string]any{"a": canary}},
	} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, b)
	}
	return bodies
}

// secretCalls are calls of which the logs may hold bodies.
func secretCalls(account, zone string) []string {
	a := "/accounts/" + account
	return []string{
		"PUT " + a + "/workers/scripts/front", "PATCH " + a + "/workers/scripts/front/settings", "PUT " + a + "/workers/scripts/front/secrets", "POST " + a + "/workers/scripts/front/tails",
		"PATCH " + a + "/pages/projects/site0", "POST " + a + "/pages/projects/site0/deployments", "POST " + a + "/logpush/jobs", "POST " + a + "/tokens", "PUT " + a + "/tokens/x/value",
		"POST /zones/" + zone + "/workers/routes", "POST " + a + "/workers/never/heard/of", "POST " + a + "/workers/observability/destinations", "POST " + a + "/workers/scripts/front/subdomain",
	}
}

// secretLogs adds entries of both logs.
func secretLogs(a *cloudflarefake.Account, now time.Time) {
	t := panics{}
	for i, call := range secretCalls(a.ID, a.Zones[0].ID) {
		for j, body := range secretBodies(t) {
			at := now.Add(-time.Duration(20+i) * time.Hour).Add(time.Duration(j) * time.Minute)
			cfEvent(a, at, call+"?token="+canary)
			e := &a.Audit[len(a.Audit)-1]
			e.Resource.Request, e.Resource.Response = body, body
			e.Action.Description = "set " + canary
			e.Raw.UserAgent = keptMark
			e.Actor.TokenName = keptMark
			a.AuditV1 = append(a.AuditV1, cloudflarefake.AuditEntryV1{ID: fmt.Sprint("v1-", i, "-", j), Action: cloudflarefake.AuditActionV1{Type: "update", Result: true, Info: canary}, Actor: cloudflarefake.AuditActorV1{ID: "u1", Type: "user"},
				Metadata: body, NewValue: canary, OldValue: string(body), NewValueJSON: body, OldValueJSON: body, Resource: cloudflarefake.AuditResourceV1{ID: "front", Type: "worker"}, When: at})
		}
	}
}

// panics is for builders that cannot fail.
type panics struct{}

func (panics) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// secretExports are both logs as Logpush delivers them.
func secretExports(r room) {
	r.t.Helper()
	for _, name := range []string{"v2", "v1"} {
		var lines []string
		for i, call := range secretCalls(cfShop, cfID("2a", 0)) {
			for j, body := range secretBodies(r.t) {
				method, uri, _ := strings.Cut(call, " ")
				id := fmt.Sprintf("x%s-%d-%d", name, i, j)
				record := map[string]any{"AuditLogID": id, "AccountID": cfShop, "ActionTimestamp": "2026-03-01T11:50:00Z", "ActionType": "update", "ActionResult": "success", "ActorID": "u1", "ActorType": "user", "ActionDescription": canary,
					"Raw": map[string]any{"method": method, "uri": uri + "?k=" + canary, "user_agent": keptMark}, "ActorTokenDetails": map[string]any{"token_id": cfCI, "token_name": keptMark, "secret": canary}, "ResourceRequest": body, "ResourceResponse": string(body), "ResourceValue": canary}
				if name == "v1" {
					record = map[string]any{"ID": id, "When": "2026-03-01T11:50:00Z", "ActionType": "update", "ActionResult": true, "ActorID": "u1", "ActorType": "user", "Metadata": body, "NewValue": string(body), "OldValue": canary, "OwnerID": cfShop, "ResourceID": "front", "ResourceType": "worker"}
				}
				line, err := json.Marshal(record)
				if err != nil {
					r.t.Fatal(err)
				}
				lines = append(lines, string(line))
			}
		}
		lines = append(lines, `{"AuditLogID":"`+canary, `"`+canary+`"`, `{"ID":["`+canary+`"],"When":"`+canary+`"}`)
		r.write("exports/"+name+"/20260301T115000Z_20260301T120000Z_a.log", []byte(strings.Join(lines, "\n")))
	}
}

// TestNoSecretOfCloudflareIsKept plants canaries in every place where Cloudflare may
// have a value, and looks for them in the store, in every report, in what every
// command prints and in the log; also where calls fail and the canaries stand in
// what cannot be read.
func TestNoSecretOfCloudflareIsKept(t *testing.T) {
	page := "<html>" + canary + "</html>"
	for name, faults := range map[string][]cloudflarefake.Fault{
		"undisturbed": nil,
		"spoiled": {
			{Path: "/accounts/:a/workers/scripts/:s/settings", After: 1, Times: 1, Effect: cloudflarefake.Answer(200, "application/json", `{"success":true,"result":{"bindings":"`+canary+`"}}`)},
			{Path: "/accounts/:a/workers/scripts/:s/settings", After: 3, Times: 3, Effect: cloudflarefake.CutJSON()},
			{Path: "/accounts/:a/pages/projects", Account: cfData, Effect: cloudflarefake.Answer(200, "text/html", page)},
			{Path: "/accounts/:a/logpush/jobs", Effect: cloudflarefake.Answer(403, "text/html", page)},
			{Path: "/accounts/:a/tokens", Account: cfData, Effect: cloudflarefake.Answer(200, "application/json", `{"success":true,"result":[{"id":5,"value":"`+canary+`"}]}`)},
			{Path: "/accounts/:a/queues", Effect: cloudflarefake.Answer(400, "application/json", `{"success":false,"errors":[{"code":1,"message":"Bearer `+canary+`"}],"result":"`+canary+`"}`)},
			{Path: "/accounts/:a/workflows", Effect: cloudflarefake.Redirect("https://x.example/?token=" + canary)},
			{Path: "/accounts/:a/workers/domains", Effect: cloudflarefake.Answer(403, "application/json", `{"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 203.0.113.77"}]}`)},
			{Path: "/accounts/:a/workers/scripts/:s/versions/:v", Effect: cloudflarefake.TextResult()},
			{Path: "/accounts/:a/logs/audit", Account: cfData, Page: 2, Effect: cloudflarefake.CutBody()},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := cloudflarefake.New(secretWorld(t))
			fake.SetFaults(faults...)
			server := httptest.NewServer(fake)
			t.Cleanup(server.Close)
			r := newRoom(t, fmt.Sprintf("registry: {files: [registry.yaml]}\nproviders: {cloudflare: {endpoint: %q, rate: 0, dispatch_scripts: true}, "+
				"archives: [{kind: cloudflare-audit-v2, url: exports/v2, account: %q}, {kind: cloudflare-audit-v1, url: exports/v1, account: %q}]}\n", server.URL, cfShop, cfShop))
			r.env = []string{"CLOUDFLARE_API_TOKEN=" + canary + "-0123456789"}
			r.write("registry.yaml", []byte(cfRegistry))
			r.write("kept/mark", nil)
			secretExports(r)
			s := searched{t, r}
			state := r.sqlite("kept/estray.db")
			if code, said := s.run("scan", "--state", state, "--full"); code == report.ExitFailed || code == report.ExitUsage {
				t.Fatalf("scan: exit code %d\n%s", code, said)
			}
			s.scan("estray.yaml", state)
			s.commands(state)
			for _, args := range [][]string{{"doctor"}, {"doctor", "--format", "json"}, {"policy", "cloudflare"}, {"inventory", "principals", "--format", "json", "--state", state}, {"inventory", "principals", "--state", state}} {
				if code, said := s.run(args...); code == report.ExitFailed || code == report.ExitUsage {
					t.Errorf("%v: exit code %d\n%s", args, code, said)
				}
			}
			s.files(filepath.Join(r.dir, "kept"), 100)
			for file, text := range readTree(t, r.dir) {
				if strings.Contains(text, cloudflarefake.Code) || strings.Contains(text, "203.0.113.77") {
					t.Errorf("%s holds code, or our own address", file)
				}
			}
			for _, c := range fake.Calls() {
				if c.Forbidden || strings.Contains(c.Authorization, canary) {
					t.Errorf("%s was asked for, with %q", c.Path, c.Authorization)
				}
			}
		})
	}
}
