package cloudflare_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

// pushed is a record as Logpush delivers it, with its objects as they are or as
// JSON in a string.
func pushed(t *testing.T, asText, pascal bool, at any) members {
	uri := a + "/workers/scripts/shop/subdomain"
	object := func(o members) any {
		if asText {
			return string(text(t, o))
		}
		return o
	}
	raw := members{"method": "POST", "uri": uri, "status_code": 200, "cf_ray_id": "8e9f00000000abcd", "user_agent": "test/1"}
	token := members{"token_id": tokenID, "token_name": "ci"}
	if pascal {
		raw = members{"Method": "POST", "URI": uri, "StatusCode": "200", "RayID": "8e9f00000000abcd", "UserAgent": "test/1"}
		token = members{"TokenID": tokenID, "TokenName": "ci"}
	}
	return members{
		"AuditLogID": "01234567-0000-7000-8000-000000000001", "AccountID": account, "AccountName": "Example", "ActionDescription": "free text", "ActionResult": "success",
		"ActionTimestamp": at, "ActionType": "create", "ActorContext": "api_token", "ActorEmail": "ann@example.com", "ActorID": person, "ActorIPAddress": "192.0.2.1",
		"ActorTokenDetails": object(token), "ActorType": "user", "Raw": object(raw), "ResourceID": "r1", "ResourceProduct": "workers", "ResourceType": "script",
		"ResourceRequest": object(members{"enabled": true, "previews_enabled": false}), "ResourceResponse": object(members{}), "ResourceScope": "accounts", "ZoneID": nil, "ZoneName": nil,
	}
}

// TestFormsOfOneRecord: the interface's form and each of Logpush's say the same.
func TestFormsOfOneRecord(t *testing.T) {
	given := decodeV2(t, v2("POST", a+"/workers/scripts/shop/subdomain", members{"action": members{"type": "create"},
		"actor": members{"context": "api_token", "token_id": tokenID, "token_name": "ci"}}, asked(members{"enabled": true, "previews_enabled": false})))
	if given.Event.Action != inventory.ActionExpose || given.Event.Principal.ID != "cloudflare:token:"+tokenID {
		t.Fatalf("%s by %s, want that a token exposes", given.Event.Action, given.Event.Principal.ID)
	}
	at := time.Date(2026, 5, 4, 2, 58, 0, 0, time.UTC)
	for name, record := range map[string]members{
		"objects, nanoseconds":       pushed(t, false, false, at.UnixNano()),
		"texts, Pascal case":         pushed(t, true, true, "2026-05-04T02:58:00Z"),
		"objects, Pascal case":       pushed(t, false, true, at.UnixMicro()),
		"texts, milliseconds":        pushed(t, true, false, at.UnixMilli()),
		"seconds":                    pushed(t, false, false, at.Unix()),
		"seconds in a string":        pushed(t, false, false, "1777863480"),
		"seconds as a float":         pushed(t, false, false, json.RawMessage("1777863480.0")),
		"RFC 3339 with milliseconds": pushed(t, false, false, "2026-05-04T02:58:00.000Z"),
	} {
		if diff := cmp.Diff(lines(t, given), lines(t, decodeV2(t, record))); diff != "" {
			t.Errorf("%s (-as the interface gives it +as Logpush does):\n%s", name, diff)
		}
	}
}

// TestOutcomes: what the vendor calls a success changed something, and so did what
// has the status of one and no word that is known.
func TestOutcomes(t *testing.T) {
	for _, test := range []struct {
		name  string
		parts members
		want  inventory.Outcome
	}{
		{"success", nil, inventory.Succeeded},
		{"in another case", members{"action": members{"result": "SUCCESS"}}, inventory.Succeeded},
		{"failure", members{"action": members{"result": "failure"}}, inventory.Failed},
		{"a success that was refused", members{"raw": members{"status_code": 403}}, inventory.Failed},
		{"a success that broke", members{"raw": members{"status_code": 500}}, inventory.Failed},
		{"true", members{"action": members{"result": true}, "raw": members{"status_code": nil}}, inventory.Succeeded},
		{"false, in a string", members{"action": members{"result": "False"}}, inventory.Failed},
		{"a word that nobody knows and a status", members{"action": members{"result": "maybe"}}, inventory.Succeeded},
		{"no word and a status", members{"action": members{"result": nil}}, inventory.Succeeded},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := decodeV2(t, v2("DELETE", a+"/workers/scripts/shop", test.parts))
			if d.Event.Outcome != test.want {
				t.Errorf("outcome %q, want %q", d.Event.Outcome, test.want)
			}
			if tells := len(d.Assets) > 0; tells != (test.want == inventory.Succeeded) {
				t.Errorf("it tells of %d assets", len(d.Assets))
			}
		})
	}
}

// TestPrincipals: who acted, by which credential, and what the caller chose is no
// part of a principal's names.
func TestPrincipals(t *testing.T) {
	user, token := cloudflare.UserID(person), cloudflare.TokenID(tokenID)
	p := func(id, kind, unique string, credential inventory.Credential) inventory.Principal {
		return inventory.Principal{ID: id, Type: kind, UniqueID: unique, Account: account, Email: "ann@example.com", Credential: credential}
	}
	console := p(user, "user", "", "")
	console.Console = true
	login := p(user, "user", "", inventory.OAuth)
	login.Chain = []string{token}
	odd := p("", "unknown", "", "")
	odd.Chain = []string{person}
	for name, test := range map[string]struct {
		actor members
		want  inventory.Principal
	}{
		"the dashboard":              {members{}, console},
		"the global key":             {members{"context": "api_key"}, p(user, "user", "", inventory.GlobalKey)},
		"wrangler's login":           {members{"context": "oauth", "token_id": tokenID}, login},
		"a person's token":           {members{"context": "api_token", "token_id": tokenID, "token_name": "ci"}, p(token, "user", user, inventory.APIToken)},
		"a token and no context":     {members{"context": nil, "token_id": tokenID}, p(token, "user", user, inventory.APIToken)},
		"a person's unnamed token":   {members{"context": "api_token"}, p(user, "user", "", inventory.APIToken)},
		"an origin CA key":           {members{"context": "origin_ca_key"}, p(user, "user", "", "")},
		"a token of the account":     {members{"type": "account", "id": account, "context": "api_token", "token_id": tokenID}, p(token, "token", "", inventory.APIToken)},
		"an unnamed one":             {members{"type": "account", "id": account, "context": "api_token"}, p("", "account", "", inventory.APIToken)},
		"the vendor's staff":         {members{"type": "Cloudflare_admin"}, p("vendor:cloudflare", "vendor", "", "")},
		"the vendor's system":        {members{"type": "system"}, p("service:cloudflare", "service", "", "")},
		"a kind that nobody knows":   {members{"type": "robot"}, odd},
		"an id that would be a name": {members{"id": "x:user:" + person, "context": "api_key"}, p("", "user", "", inventory.GlobalKey)},
	} {
		t.Run(name, func(t *testing.T) {
			d := decodeV2(t, v2("DELETE", a+"/workers/scripts/shop", members{"actor": test.actor, "raw": members{"cf_ray_id": nil}}))
			if diff := cmp.Diff(test.want, d.Event.Principal); diff != "" {
				t.Errorf("principal (-want +got):\n%s", diff)
			}
			for _, name := range d.Event.Principal.Names() {
				if name == "ci" || strings.Contains(name, "@") || strings.Contains(name, "test/1") {
					t.Errorf("an approval may name %q, which the caller chose", name)
				}
			}
		})
	}
}

// TestRefusals: what cannot be understood is an error, which tells a cure where
// there is one and repeats nothing of the record.
func TestRefusals(t *testing.T) {
	record := func(parts members) string {
		return string(text(t, v2("PUT", a+"/workers/scripts/"+canary, members{"x": canary}, parts)))
	}
	for name, test := range map[string]struct{ record, says string }{
		"another account":       {record(members{"account": members{"id": strings.Repeat("9", 32)}}), "another account"},
		"another in its path":   {strings.ReplaceAll(record(members{"account": nil}), account, strings.Repeat("9", 32)), "another account"},
		"no word and no status": {record(members{"action": members{"result": nil}, "raw": members{"status_code": nil}}), "how it went"},
		"no id":                 {record(members{"id": nil}), "no id"},
		"an id that is none":    {record(members{"id": canary + "\n"}), "its id"},
		"no time":               {record(members{"action": members{"time": nil}}), "no time"},
		"a year before":         {record(members{"action": members{"time": "0001-01-01T00:00:00Z"}}), "no time"},
		"a day that is none":    {record(members{"action": members{"time": "2026-02-30T00:00:00Z"}}), "no time"},
		"no JSON":               {`{"raw":{"uri":"workers` + canary + `}`, "invalid JSON"},
		"two records":           {record(nil) + record(nil), "invalid JSON"},
		"no object":             {`["` + canary + ` workers"]`, "no JSON object"},
		"too large":             {`{"x":"workers` + canary + strings.Repeat(" ", 3<<20) + `"}`, "bytes"},
		"a whole answer":        {`{"success":true,"errors":[],"result":[` + record(nil) + `]}`, "whole answer"},
		"the older log":         {`{"id":"x","when":"2026-05-04T02:58:00Z","resource":{"type":"worker` + canary + `"}}`, "cloudflare-audit-v1"},
		"neither path nor product": {string(text(t, v2("", "", members{"raw": nil, "resource": nil, "x": canary}))),
			"deliver the field Raw"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := cloudflare.NewDecoder(source, account).V2([]byte(test.record), inventory.Provenance{})
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), canary) {
				t.Errorf("error %v, want one that says %q and repeats nothing", err, test.says)
			}
		})
	}
	_, err := cloudflare.NewDecoder(source, "").V2(text(t, v2("PUT", "/user/tokens/x", members{"account": nil})), inventory.Provenance{})
	if err == nil || !strings.Contains(err.Error(), "set account") {
		t.Errorf("error %v, want one that tells to set the account", err)
	}
}

// TestAccountOfTheRecords: a decoder that was told no account takes that of each
// record, and For holds another.
func TestAccountOfTheRecords(t *testing.T) {
	record := text(t, v2("DELETE", a+"/workers/scripts/shop", members{"account": nil}))
	d, err := cloudflare.NewDecoder(source, "").V2(record, inventory.Provenance{})
	if err != nil || d.Event.Scope.Account != account {
		t.Errorf("account %q, error %v", d.Event.Scope.Account, err)
	}
	if _, err := cloudflare.NewDecoder(source, account).For(tag).V2(record, inventory.Provenance{}); err == nil {
		t.Error("a record of another account is taken")
	}
}

// TestWithoutAPath: what tells no call is kept as other if its product is ours.
func TestWithoutAPath(t *testing.T) {
	d := decodeV2(t, v2("", "", members{"raw": nil, "resource": members{"id": "shop", "product": "Workers", "type": "Script Version"}}))
	if !d.Keep || d.Event.Action != inventory.ActionOther || d.Unknown != "v2 workers script_version update" || told(d.Event) != of("worker-name", "shop") {
		t.Errorf("kept %t, %s, unknown %q, about %q", d.Keep, d.Event.Action, d.Unknown, told(d.Event))
	}
	d = decodeV2(t, v2("", "", members{"raw": nil, "resource": members{"id": "01234567-89ab-4cde-8fab-0123456789ab", "product": "pages", "type": "project"}}))
	if want := of("pages", "01234567-89ab-4cde-8fab-0123456789ab"); told(d.Event) != want || d.Event.Service != "pages" {
		t.Errorf("about %q of %s, want %q", told(d.Event), d.Event.Service, want)
	}
	for product, want := range map[string]string{"api_tokens": "tokens", "Members": "members", "Logpush": "logs", "queues": "queues", "Email Routing": "email", "workflows": "workflows"} {
		d := decodeV2(t, v2("PUT", "", members{"resource": members{"product": product, "type": "x"}}))
		if !d.Keep || d.Event.Service != want || d.Event.Action != inventory.ActionOther || len(d.Event.Assets) > 0 || d.Unknown == "" {
			t.Errorf("%s: kept %t, of %q, about %q, unknown %q; want it of %s", product, d.Keep, d.Event.Service, told(d.Event), d.Unknown, want)
		}
	}
	d = decodeV2(t, v2("", a+"/workers/scripts/shop", members{"resource": members{"product": "x", "type": "y"}}))
	if !d.Keep || d.Unknown != "? /accounts/:a/workers/scripts/:s" || told(d.Event) != of("worker-name", "shop") {
		t.Errorf("without a method: kept %t, unknown %q, about %q", d.Keep, d.Unknown, told(d.Event))
	}
	if d := decodeV2(t, v2("", "", members{"raw": nil, "resource": members{"product": "dns", "type": "record"}})); d.Keep {
		t.Error("what is about DNS is kept")
	}
}

// TestTheSystemsEcho: entries that the vendor's system wrote in the course of one
// request have one key and tell its ray id, by which the request's own entry is
// found; those of other requests have another.
func TestTheSystemsEcho(t *testing.T) {
	entry := func(id string, parts ...members) inventory.Event {
		all := append([]members{{"id": id, "actor": members{"type": "system", "id": nil, "context": nil}}}, parts...)
		return decodeV2(t, v2("DELETE", a+"/workers/scripts/shop", all...)).Event
	}
	first, second := entry("1"), entry("2")
	if first.Action != inventory.ActionDelete || first.Shared == "" || first.Shared != second.Shared || !strings.Contains(string(first.Record), `"cf_ray_id":"8e9f00000000abcd"`) {
		t.Errorf("%s, shared %q and %q; want delete, one key, and the ray id", first.Action, first.Shared, second.Shared)
	}
	if other := entry("3", members{"raw": members{"cf_ray_id": "8e9f00000000ffff"}}); other.Shared == first.Shared {
		t.Error("entries of two requests are copies of one")
	}
	if own := entry("4", members{"raw": members{"cf_ray_id": nil}}); own.Action != inventory.ActionDelete || own.Shared == first.Shared {
		t.Errorf("what the system did of its own is %s, shared %q", own.Action, own.Shared)
	}
}

// TestOneActToldInTwoAccounts: every account that a user can reach tells of the
// user's tokens; of what belongs to an account, only its own log tells.
func TestOneActToldInTwoAccounts(t *testing.T) {
	shared := func(account, uri string) string {
		record := v2("DELETE", uri, members{"account": members{"id": account}})
		d, err := cloudflare.NewDecoder(source, account).V2(text(t, record), inventory.Provenance{})
		if err != nil || d.Event.Shared == "" {
			t.Fatalf("key %q, error %v", d.Event.Shared, err)
		}
		return d.Event.Shared
	}
	other := strings.Repeat("9", 32)
	if one, two := shared(account, "/user/tokens/"+tokenID), shared(other, "/user/tokens/"+tokenID); one != two {
		t.Errorf("keys %q and %q, want one", one, two)
	}
	if one, two := shared(account, a+"/workers/scripts/shop"), shared(other, "/accounts/"+other+"/workers/scripts/shop"); one == two {
		t.Error("two Workers have one key")
	}
}

// TestOneActInBothLogs has one key, and what another did, or did to another, has
// not.
func TestOneActInBothLogs(t *testing.T) {
	newer := decodeV2(t, v2("PUT", a+"/workers/scripts/shop")).Event.Shared
	older := func(parts members) string {
		return decodeV1(t, v1("worker_script", "create", parts)).Event.Shared
	}
	if got := older(nil); got == "" || got != newer {
		t.Errorf("keys %q and %q, want one", newer, got)
	}
	for name, parts := range map[string]members{
		"another person": {"actor": members{"id": tag}},
		"another Worker": {"newValueJson": members{"script_name": "other"}},
		"another act":    {"action": members{"type": "delete"}},
	} {
		if got := older(parts); got == newer {
			t.Errorf("%s: the same key", name)
		}
	}
}
