package cloudflare_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

const (
	account = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	zoneID  = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	tag     = "cccccccccccccccccccccccccccccccc"
	person  = "dddddddddddddddddddddddddddddddd"
	tokenID = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
	source  = "cloudflare-audit-v2:exports"
	canary  = "ESTRAY-CANARY"
)

// members are those of a JSON object.
type members = map[string]any

// v2 is a successful record of the newer log, as its interface gives it, with the
// parts that a test changes.
func v2(method, uri string, parts ...members) members {
	out := members{
		"id":      "01234567-0000-7000-8000-000000000001",
		"account": members{"id": account, "name": "Example"},
		"action":  members{"type": "update", "result": "success", "time": "2026-05-04T02:58:00Z", "description": "free text"},
		"actor":   members{"type": "user", "id": person, "email": "ann@example.com", "ip_address": "192.0.2.1", "context": "dash"},
		"raw":     members{"method": method, "uri": uri, "status_code": 200, "cf_ray_id": "8e9f00000000abcd", "user_agent": "test/1"},
		"resource": members{
			"id": "r1", "product": "workers", "type": "script", "scope": members{"id": account},
		},
	}
	for _, p := range parts {
		merge(out, p)
	}
	return out
}

// asked and answered are parts with a body, of the request or of the response.
func asked(body any) members    { return members{"resource": members{"request": body}} }
func answered(body any) members { return members{"resource": members{"response": body}} }

// merge puts the members of one object over those of another; nil takes one away.
func merge(into, from members) {
	for k, v := range from {
		inner, ok := v.(members)
		old, both := into[k].(members)
		switch {
		case v == nil:
			delete(into, k)
		case ok && both && k != "request" && k != "response":
			old = maps.Clone(old)
			merge(old, inner)
			into[k] = old
		default:
			into[k] = v
		}
	}
}

func text(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// lines is v as JSON that a diff shows well.
func lines(t testing.TB, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// decodeV2 decodes a record that must be understood.
func decodeV2(t testing.TB, record any) cloudflare.Decoded {
	t.Helper()
	d, err := cloudflare.NewDecoder(source, account).V2(text(t, record), inventory.Provenance{Object: "o"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func decodeV1(t testing.TB, record any) cloudflare.Decoded {
	t.Helper()
	d, err := cloudflare.NewDecoder(source, account).V1(text(t, record), inventory.Provenance{Object: "o"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// told is what an event is about: its assets, then its subject.
func told(e inventory.Event) string {
	out := ""
	for _, a := range e.Assets {
		out += string(a) + " "
	}
	if e.Subject != "" {
		out += "on " + e.Subject
	}
	return out
}

func of(kind, id string) string { return fmt.Sprintf("cloudflare:%s/%s/%s ", account, kind, id) }

func on(kind, id string) string { return fmt.Sprintf("on cloudflare:%s/%s/%s", account, kind, id) }
