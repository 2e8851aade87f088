package cloudflare_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

// named are the members of bodies whose text is kept because it names something:
// none of them holds a value or a secret.
func named() []string {
	return []string{
		"name", "script", "script_name", "scriptName", "service", "namespace", "namespace_id", "namespace_name", "bucket_name", "database_id", "id", "tag", "class_name", "index_name", "queue_name", "pipeline", "dataset",
		"instance_name", "secret_name", "certificate_id", "workflow_name", "service_id", "network_id", "tunnel_id", "app_id", "old_name", "slug", "hostname", "pattern", "environment", "version_id", "etag",
		"project_name", "projectName", "zone_id", "zoneId", "email", "destination_address", "type", "roles", "routes", "origins", "domains", "records",
	}
}

// planted is v with a canary for each text but those that name something. A list
// by itself is one of routes.
func planted(v any, member string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, in := range v {
			out[k] = planted(in, k)
		}
		return out
	case []any:
		var out []any
		if member == "" {
			member = "routes"
		}
		for _, in := range v {
			out = append(out, planted(in, member))
		}
		return out
	case string:
		if slices.Contains(named(), member) {
			return v
		}
		return canary + v
	}
	return v
}

// isFree reports whether nothing of a decoded record holds a canary.
func isFree(t testing.TB, d cloudflare.Decoded) bool {
	t.Helper()
	return !strings.Contains(string(text(t, d)), canary)
}

// body is a body with all that Cloudflare is known to put secrets into.
func body(value string) members {
	secret := func(kind string) members {
		return members{"type": kind, "name": "N", "text": value, "json": members{"k": value}, "key_base64": value, "key_jwk": members{"k": value}, "part": value}
	}
	var bindings []any
	for _, kind := range []string{"plain_text", "json", "secret_text", "secret_key", "wasm_module", "text_blob", "data_blob", "kv_namespace", "made_up", "send_email"} {
		bindings = append(bindings, secret(kind))
	}
	env := members{"env_vars": members{"A": members{"type": "plain_text", "value": value}, "B": members{"type": "secret_text", "value": value}, "C": value}, "kv_namespaces": members{"KV": value}, "ai_bindings": members{"AI": members{"": value}}}
	return members{
		"bindings": bindings, "metadata": members{"bindings": bindings, "body_part": value}, "settings": members{"bindings": bindings}, "text": value, "value": value, "token": value, "script_text": value, "content": value,
		"deployment_configs": members{"production": env, "preview": env}, "env_vars": members{"A": members{"value": value}}, "build_config": members{"web_analytics_token": value, "build_command": value},
		"secrets": members{"K": members{"text": value}}, "destination_conf": "s3://b?secret-access-key=" + value, "schedules": []any{members{"cron": value}, value}, "crons": []any{value},
		"routes": []any{"a.example.com/?" + value, members{"pattern": "x " + value}}, "annotations": members{"workers/message": value, "workers/triggered_by": value}, "versions": []any{members{"version_id": "v", "percentage": value}},
		"policies": []any{members{"effect": value, "permission_groups": []any{members{"id": "g", "meta": value}, value}, "resources": members{value: value}, "condition": value}}, "condition": members{"request_ip": members{"in": []any{value}}},
		"tail_consumers": []any{members{"url": value}}, "observability": members{"enabled": value, "destinations": []any{value}}, "deployment_trigger": members{"metadata": members{"commit_message": value}}, "tails": members{"url": value},
		"actions": []any{members{"type": "forward", "value": []any{value}}, members{"type": value, "value": value}}, "matchers": value, "expires_on": value, "created_on": value, "modified_on": value, value: "a name", "nested": members{"result": members{"value": value}},
	}
}

// TestNoSecretIsKept plants canaries in every body of every call, in every form.
func TestNoSecretIsKept(t *testing.T) {
	whole := body(canary)
	inText := string(text(t, whole))
	forms := map[string]any{
		"an object": whole, "JSON in a string": inText, "a list": []any{whole, canary, []any{canary}}, "a list in a string": "[" + inText + "]", "JSON in a string in a string": string(text(t, inText)), "an answer": members{"result": whole, "success": true},
		"text": canary, "broken JSON in a string": "{" + canary, "texts of members": members{"bindings": string(text(t, whole["bindings"])), "metadata": string(text(t, whole["metadata"])), "policies": string(text(t, whole["policies"]))},
	}
	kept := 0
	decoder := cloudflare.NewDecoder(source, account)
	large := json.RawMessage(text(t, whole))
	for name, v := range forms {
		form := json.RawMessage(text(t, v))
		for _, act := range acts() {
			calls := strings.Fields(act.call)
			for _, method := range calls[:len(calls)-1] {
				record := v2(method, act.uri+"?token="+canary, members{"action": members{"description": canary}, "unforeseen": large,
					"resource": members{"request": form, "response": form, "scope": large, "value": canary}, "actor": members{"secret": canary}, "raw": members{"headers": members{"authorization": canary}}})
				d, err := decoder.V2(text(t, record), inventory.Provenance{})
				if err != nil {
					t.Fatal(err)
				}
				if d.Keep {
					kept++
				}
				if !isFree(t, d) {
					t.Errorf("%s %s, %s: a canary is kept: %s", method, act.uri, name, text(t, d))
				}
			}
		}
		for _, pair := range cloudflare.Pairs() {
			kind, action, _ := strings.Cut(pair, " ")
			d := decodeV1(t, v1(kind, action, members{"newValueJson": form, "newValue": form, "oldValue": form, "oldValueJson": form, "metadata": form, "action": members{"info": canary}}))
			if !isFree(t, d) {
				t.Errorf("%s, %s: a canary is kept: %s", pair, name, text(t, d))
			}
		}
	}
	if kept < 500 {
		t.Errorf("%d records were kept: the test proves nothing", kept)
	}
}

// TestTokensAreKnownByTheirLook, wherever they stand.
func TestTokensAreKnownByTheirLook(t *testing.T) {
	for _, token := range []string{"cfat_0123456789abcdef", "cfut_0123456789abcdef"} {
		d := decodeV2(t, v2("PUT", a+"/workers/scripts/"+token, members{"actor": members{"token_name": token, "email": token, "token_id": token, "id": token}, "raw": members{"user_agent": "x " + token, "cf_ray_id": token},
			"resource": members{"id": token, "type": token, "request": members{"bindings": []any{members{"type": "kv_namespace", "name": token, "namespace_id": token}}}}, "zone": members{"name": token}}))
		if out := string(text(t, d)); strings.Contains(out, token) {
			t.Errorf("%s is kept: %s", token, out)
		}
	}
	for _, hooks := range []string{"/deploy_hooks/", "/Deploy_Hooks//", "/deploy%5fhooks/", "/deploy_hooks%2F"} {
		d := decodeV2(t, v2("POST", a+"/pages/webhooks"+hooks+canary))
		if !d.Keep || !isFree(t, d) {
			t.Errorf("kept %t; what lets deploy is in %s", d.Keep, text(t, d))
		}
	}
}

// TestNothingKeptTurnsTheTerminal: neither control characters nor those that turn
// the order of what is shown.
func TestNothingKeptTurnsTheTerminal(t *testing.T) {
	const odd = "a\x1b[2Jb\u202ec\u2066d\u200be\u0085f"
	d := decodeV2(t, v2("PUT", a+"/workers/scripts/"+odd, members{"actor": members{"email": odd, "token_name": odd, "context": odd}, "raw": members{"user_agent": odd},
		"action": members{"type": odd}, "resource": members{"id": odd, "request": members{"bindings": []any{members{"type": odd, "name": odd}}}}, "zone": members{"name": odd}}))
	if out := fmt.Sprintf("%q", lines(t, d)); !d.Keep || strings.Contains(out, `\x1b`) || strings.Contains(out, `\u001b`) || strings.Contains(out, `\u202e`) || strings.Contains(out, `\u2066`) || strings.Contains(out, `\u200b`) || strings.Contains(out, `\u0085`) {
		t.Errorf("kept %t: %s", d.Keep, out)
	}
}

// fuzzed is a record with a body out of text, planted with canaries.
func fuzzed(t *testing.T, raw []byte) (any, bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil, false
	}
	v = planted(v, "")
	if len(raw)%2 == 0 {
		return v, true
	}
	return string(text(t, v)), true
}

// FuzzV2 decodes any text, and any text as a body: neither panics, errors repeat
// nothing, nothing of a record that is passed over would be kept, and no value is
// kept.
func FuzzV2(f *testing.F) {
	for _, act := range acts() {
		calls := strings.Fields(act.call)
		f.Add(text(f, v2(calls[0], act.uri, act.parts)))
	}
	f.Add(text(f, body("x")))
	f.Add([]byte(`{"AuditLogID":"x","AccountID":"` + account + `","ActionTimestamp":1777863480000000000,"Raw":"{\"URI\":\"/accounts/x/workers/scripts/x\",\"Method\":\"PUT\"}"}`))
	decoder := cloudflare.NewDecoder(source, account)
	patient := decoder.NeverPassOver()
	calls := cloudflare.Calls()
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := decoder.V2(raw, inventory.Provenance{})
		if whole, err2 := patient.V2(raw, inventory.Provenance{}); whole.Keep && (err != nil || !d.Keep) {
			t.Errorf("%s\nis passed over, and would be kept; error %v", raw, err2)
		}
		if err != nil && (len(err.Error()) > 200 || strings.Contains(err.Error(), canary)) {
			t.Errorf("error %q", err)
		}
		form, ok := fuzzed(t, raw)
		if !ok {
			return
		}
		method, path, _ := strings.Cut(calls[len(raw)%len(calls)], " ")
		uri := strings.NewReplacer(":a", account, ":z", zoneID, ":ns", "ns", ":s", "shop", ":w", tag, ":p", "site", ":t", tokenID).Replace(path)
		d, err = decoder.V2(text(t, v2(method, uri, members{"resource": members{"request": form, "response": form}})), inventory.Provenance{})
		if err != nil || !d.Keep || !isFree(t, d) {
			t.Errorf("%s %s with the body %v: kept %t, error %v: %s", method, uri, form, d.Keep, err, text(t, d))
		}
	})
}

// FuzzV1 does the same for the older log.
func FuzzV1(f *testing.F) {
	for _, pair := range cloudflare.Pairs() {
		kind, action, _ := strings.Cut(pair, " ")
		f.Add(text(f, v1(kind, action)))
	}
	f.Add(text(f, body("x")))
	f.Add([]byte(`{"ID":"x","When":"2026-05-04T02:58:00Z","ResourceType":"worker","ActionType":"create","NewValue":"{\"name\":\"x\"}"}`))
	decoder := cloudflare.NewDecoder(source, account)
	patient := decoder.NeverPassOver()
	pairs := cloudflare.Pairs()
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := decoder.V1(raw, inventory.Provenance{})
		if whole, err2 := patient.V1(raw, inventory.Provenance{}); whole.Keep && (err != nil || !d.Keep) {
			t.Errorf("%s\nis passed over, and would be kept; error %v", raw, err2)
		}
		if err != nil && len(err.Error()) > 200 {
			t.Errorf("error %q", err)
		}
		form, ok := fuzzed(t, raw)
		if !ok {
			return
		}
		kind, action, _ := strings.Cut(pairs[len(raw)%len(pairs)], " ")
		d, err = decoder.V1(text(t, v1(kind, action, members{"newValue": form, "newValueJson": form, "oldValue": form, "oldValueJson": form, "metadata": form})), inventory.Provenance{})
		if err != nil || !d.Keep || !isFree(t, d) {
			t.Errorf("%s %s with the values %v: kept %t, error %v: %s", kind, action, form, d.Keep, err, text(t, d))
		}
	})
}

// BenchmarkV1 decodes records about a Worker, and about what none of ours is.
func BenchmarkV1(b *testing.B) {
	decoder := cloudflare.NewDecoder(source, account)
	for name, kind := range map[string]string{"ours": "worker_script", "others": "dns_record"} {
		b.Run(name, func(b *testing.B) {
			record := bytes.ReplaceAll(text(b, v1(kind, "update", members{"newValue": strings.Repeat("x", 800)})), []byte(`"script_name":"shop"`), []byte(`"name":"shop"`))
			b.SetBytes(int64(len(record)))
			b.ReportAllocs()
			for b.Loop() {
				if d, err := decoder.V1(record, inventory.Provenance{}); err != nil || d.Keep != (name == "ours") {
					b.Fatal(fmt.Sprint(d.Keep, err))
				}
			}
		})
	}
}

// BenchmarkV2 decodes records about a Worker, and about what none of ours is.
func BenchmarkV2(b *testing.B) {
	decoder := cloudflare.NewDecoder(source, account)
	for name, uri := range map[string]string{"ours": a + "/workers/scripts/shop", "others": "/zones/" + zoneID + "/dns_records/1"} {
		b.Run(name, func(b *testing.B) {
			product := "dns"
			if name == "ours" {
				product = "workers"
			}
			record := text(b, v2("PUT", uri, members{"resource": members{"product": product, "type": "x", "request": members{"content": strings.Repeat("x", 800)}}}))
			b.SetBytes(int64(len(record)))
			b.ReportAllocs()
			for b.Loop() {
				if d, err := decoder.V2(record, inventory.Provenance{}); err != nil || d.Keep != (name == "ours") {
					b.Fatal(fmt.Sprint(d.Keep, err))
				}
			}
		})
	}
}
