package access_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/providers/cloudflare/access"
	"github.com/estray/estray/providers/cloudflare/session"
)

const (
	zone  = "6d5b1b9e8f7a4c3d2e1f0a9b8c7d6e5f"
	token = "c0ffee00000000000000000000000000"
)

func now() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func world() *cloudflarefake.World {
	return &cloudflarefake.World{Now: now(), Token: cloudflarefake.Token{Kind: cloudflarefake.AccountToken, Account: account, ID: token, Status: "active"},
		Accounts: []*cloudflarefake.Account{{ID: account, Zones: []*cloudflarefake.Zone{{ID: zone, Name: "example.com"}}}}}
}

func open(t testing.TB, w *cloudflarefake.World) (*cloudflarefake.Server, *session.Client) {
	t.Helper()
	server := cloudflarefake.New(w)
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	client, err := session.New(session.Options{Token: "canary-token", Endpoint: h.URL})
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

func place() access.Place {
	return access.Place{Account: account, Zone: zone, Token: token, Now: now()}
}

// TestProbe: what each answer means for the permission, for every call of the table.
func TestProbe(t *testing.T) {
	beta := []string{"previews", "namespaces/:ns/scripts"}
	for _, op := range access.Operations() {
		if op.Permission == "" {
			continue // that is asked by session.Client.Verify
		}
		path := strings.TrimPrefix(op.Name, "GET ")
		offered := access.Unclear
		if slices.ContainsFunc(beta, func(b string) bool { return strings.Contains(path, b) }) {
			offered = access.Unused
		}
		for name, c := range map[string]struct {
			effect cloudflarefake.Effect
			want   access.State
		}{
			"the permission is there":     {cloudflarefake.Effect{}, access.Works},
			"it is missing":               {cloudflarefake.Deny(10000), access.Denied},
			"it is missing, as Workers":   {cloudflarefake.Deny(10023), access.Denied},
			"it is missing, with 200":     {cloudflarefake.Unsuccessful(10000), access.Denied},
			"something between refuses":   {cloudflarefake.HTML(403), access.Unclear},
			"the call is not offered":     {cloudflarefake.Refuse(404, 7003), offered},
			"there is no plan for it":     {cloudflarefake.Unsuccessful(10121), access.Unused},
			"there is no such Worker":     {cloudflarefake.Missing(), access.Works},
			"there is no such project":    {cloudflarefake.Refuse(404, 8000007), access.Works},
			"an answer without a meaning": {cloudflarefake.Unsuccessful(99), access.Unclear},
		} {
			t.Run(op.Name+"/"+name, func(t *testing.T) {
				server, client := open(t, world())
				want := c.want
				if name == "the permission is there" && strings.Contains(path, "namespaces/:ns/") {
					want = access.Unused // there is no namespace
				}
				if name != "the permission is there" {
					server.SetFaults(cloudflarefake.Fault{Effect: c.effect})
				}
				got := access.Probe(t.Context(), client, place(), op)
				if got.State != want {
					t.Errorf("state %s: %s %s, want %s", got.State, got.Code, got.Message, want)
				}
				if (got.State == access.Works) != (got.Code == "" && got.Message == "") {
					t.Errorf("state %s is told with %q %q", got.State, got.Code, got.Message)
				}
				for _, call := range server.Calls() {
					if call.Path != path || call.Forbidden || call.Unserved {
						t.Errorf("called %s", call.Path)
					}
				}
			})
		}
	}
}

// TestProbeAsksForLittle: the smallest page, and of the audit logs one hour.
func TestProbeAsksForLittle(t *testing.T) {
	server, client := open(t, world())
	for _, op := range access.Operations() {
		access.Probe(t.Context(), client, place(), op)
	}
	for _, call := range server.Calls() {
		switch {
		case call.Path == "/zones" && call.Query.Get("account.id") != account:
			t.Errorf("the zones of all accounts are asked for: %v", call.Query)
		case call.Path == "/accounts/:a/logs/audit" && fmt.Sprint(call.Query) != "map[before:[2026-11-24T09:00:00Z] limit:[1] since:[2026-11-24T08:00:00Z]]":
			t.Errorf("the audit log is asked for %v", call.Query)
		case call.Query.Has("per_page") && call.Query.Get("per_page") != "1" && call.Query.Get("per_page") != "5":
			t.Errorf("%s: %v", call.Path, call.Query)
		case call.Method != "GET":
			t.Errorf("%s %s", call.Method, call.Path)
		}
	}
}

func TestProbeOfNothing(t *testing.T) {
	_, client := open(t, world())
	if got := access.Probe(t.Context(), client, place(), access.Operation{Name: "GET /nothing"}); got.State != access.Unclear || !strings.Contains(got.Message, "there is no probe for GET /nothing") {
		t.Errorf("answer %+v", got)
	}
}
