package live_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
)

// TestTokenScope: what our own token may see is a reading of its own.
func TestTokenScope(t *testing.T) {
	narrow := policies()
	narrow[0].Resources = map[string]any{"com.cloudflare.edge.worker.script." + tagged(0): "*"}
	storage := policies()
	storage[0].PermissionGroups[0].Name = "Workers KV Storage Read"
	deny := append(policies(), cloudflarefake.Policy{ID: "p3", Effect: "deny", Resources: map[string]any{"com.cloudflare.api.account." + home: "*"}})
	oneZone := policies()
	oneZone[1].Resources = map[string]any{"com.cloudflare.api.account." + home: map[string]any{"com.cloudflare.api.account.zone." + zone: "*"}}
	oneZone = append(oneZone, cloudflarefake.Policy{ID: "p3", Effect: "allow", PermissionGroups: []cloudflarefake.PermissionGroup{{ID: "g3", Name: "Workers Routes Read"}},
		Resources: map[string]any{"com.cloudflare.api.account." + home: map[string]any{"com.cloudflare.api.account.zone.*": "*"}}})
	for name, test := range map[string]struct {
		policies []cloudflarefake.Policy
		fault    cloudflarefake.Fault
		state    inventory.State
		says     string
		rests    bool // the word on Workers says that it rests on the scope
		narrow   bool // the list of Workers is not taken for whole
	}{
		"all Workers and zones":             {policies: policies(), state: inventory.Complete},
		"single Workers":                    {policies: narrow, state: inventory.Partial, says: "all Workers", rests: true, narrow: true},
		"all of another kind":               {policies: storage, state: inventory.Partial, says: "all Workers", rests: true, narrow: true},
		"routes of all zones, and one zone": {policies: oneZone, state: inventory.Partial, says: "all zones"},
		"something is denied again":         {policies: deny, state: inventory.Partial, says: "all Workers and all zones", rests: true, narrow: true},
		"policies cannot be read":           {policies: policies(), fault: cloudflarefake.Fault{Path: "/accounts/:a/tokens/:t", Effect: cloudflarefake.Deny(9109)}, state: inventory.Partial, says: "rests on the token's scope", rests: true},
		"no answer about policies":          {policies: policies(), fault: cloudflarefake.Fault{Path: "/accounts/:a/tokens/:t", Effect: cloudflarefake.TextResult()}, state: inventory.Malformed, says: "rests on the token's scope", rests: true},
		"of which kind is not known":        {policies: policies(), fault: cloudflarefake.Fault{Path: "/accounts/:a/tokens/verify", Effect: cloudflarefake.Deny(10000)}, state: inventory.Partial, says: "rests on the token's scope", rests: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := only(script(tagged(0), "x"))
			w.Token.Policies = test.policies
			s, cfg := serve(t, w)
			s.SetFaults(test.fault)
			f := scan(t, cfg, found{})
			if got := f.of(inventory.CapTokenScope); got.State != test.state || !strings.Contains(got.Why.Message, test.says) {
				t.Errorf("token-scope is %s (%s), want %s with %q", got.State, got.Why, test.state, test.says)
			}
			if got := f.of(inventory.CapWorkers); got.State.Whole() == test.narrow || strings.Contains(got.Why.Message, "rests on") != test.rests {
				t.Errorf("workers are %s (%s), want whole: %t, and whether it rests on the scope: %t", got.State, got.Why, !test.narrow, test.rests)
			}
		})
	}
}

// act is an event of an account.
func act(method, uri string, when time.Time, body string) cloudflarefake.AuditEntry {
	e := cloudflarefake.AuditEntry{ID: method + uri, Action: cloudflarefake.AuditAction{Type: "update", Time: when},
		Actor:    cloudflarefake.AuditActor{ID: "u1", Type: "user", Context: "oauth"},
		Raw:      cloudflarefake.AuditRaw{Method: method, URI: "/accounts/" + home + uri, StatusCode: 200},
		Resource: cloudflarefake.AuditResource{Product: "workers", Type: "script", Scope: "accounts"}}
	if body != "" {
		e.Resource.Request = json.RawMessage(body)
	}
	return e
}

// TestListThatIsShorterThanWhatNamesIt: a token for single Workers gets a shorter
// list without a word.
func TestListThatIsShorterThanWhatNamesIt(t *testing.T) {
	for name, point := range map[string]func(*cloudflarefake.Account){
		"a custom domain": func(a *cloudflarefake.Account) {
			a.Domains = []cloudflarefake.Domain{{ID: "d1", Hostname: "y.example.com", Service: "hidden"}}
		},
		"a route": func(a *cloudflarefake.Account) {
			a.Zones = []*cloudflarefake.Zone{{ID: zone, Name: "example.com", Routes: []cloudflarefake.Route{{ID: "r1", Pattern: "y/*", Script: "hidden"}}}}
		},
		"a service binding": func(a *cloudflarefake.Account) {
			a.Workers[0].Bindings = []cloudflarefake.Binding{{"type": "service", "name": "S", "service": "hidden"}}
		},
		"a queue": func(a *cloudflarefake.Account) {
			a.Queues = []cloudflarefake.Queue{{ID: "q1", Name: "q", Consumers: []cloudflarefake.Consumer{{ID: "c1", Script: "hidden"}}}}
		},
		"a workflow": func(a *cloudflarefake.Account) {
			a.Workflows = []cloudflarefake.Workflow{{ID: "w1", Name: "w", ScriptName: "hidden"}}
		},
		"a caller": func(a *cloudflarefake.Account) {
			a.Workers[1].Bindings = []cloudflarefake.Binding{{"type": "service", "name": "S", "service": "x"}}
		},
		"an event": func(a *cloudflarefake.Account) {
			a.Audit = []cloudflarefake.AuditEntry{act("PUT", "/workers/scripts/hidden", ago(5), "")}
		},
	} {
		t.Run("named by "+name, func(t *testing.T) {
			w := only(script(tagged(0), "x"), script(tagged(1), "hidden"))
			point(w.Accounts[0])
			w.Token.Workers, w.Token.Policies = []string{tagged(0)}, nil
			_, cfg := serve(t, w)
			got := scan(t, cfg, found{}).of(inventory.CapWorkers)
			if got.State != inventory.Partial || !strings.Contains(got.Why.Message, "1 Workers are named by") || !strings.Contains(got.Why.Message, "hidden") {
				t.Errorf("workers are %s (%s), want partial, and which is not listed", got.State, got.Why)
			}
		})
	}
}

// TestWhatIsNamedAndExplained: a Worker that was deleted or renamed is not missing
// from the list.
func TestWhatIsNamedAndExplained(t *testing.T) {
	for name, events := range map[string][]cloudflarefake.AuditEntry{
		"deleted": {act("PUT", "/workers/scripts/gone", ago(5), ""), act("DELETE", "/workers/scripts/gone", ago(4), "")},
		"renamed": {act("PUT", "/workers/scripts/gone", ago(5), ""), act("PATCH", "/workers/workers/"+tagged(0), ago(4), `{"name":"x"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			w := only(script(tagged(0), "x"))
			w.Token.Policies = nil
			w.Accounts[0].Audit = events
			_, cfg := serve(t, w)
			if got := scan(t, cfg, found{}).of(inventory.CapWorkers); got.State != inventory.Complete {
				t.Errorf("workers are %s (%s), want complete", got.State, got.Why)
			}
		})
	}
}

// TestWhatLeadsNowhere: where the token is known to see all, a Worker that something
// names is asked about, and is not there.
func TestWhatLeadsNowhere(t *testing.T) {
	w := only(script(tagged(0), "x", func(w *cloudflarefake.Worker) {
		w.Bindings = []cloudflarefake.Binding{{"type": "service", "name": "S", "service": "gone"}}
	}))
	_, cfg := serve(t, w)
	if got := scan(t, cfg, found{}).of(inventory.CapWorkers); got.State != inventory.Complete || !strings.Contains(got.Why.Message, "not there") {
		t.Errorf("workers are %s (%s), want complete with a word", got.State, got.Why)
	}
}
