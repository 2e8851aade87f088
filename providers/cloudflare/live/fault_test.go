package live_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
)

// spoiled is a call, the capability that it is for, and what is lost with it.
type spoiled struct {
	path       string
	capability inventory.Capability
	zone       bool
	lost       inventory.Kind // assets that no other call tells
	partial    bool           // another call tells some of it
}

func spoilable() []spoiled {
	const a, s = "/accounts/:a/workers/", "/accounts/:a/workers/scripts/:s/"
	return []spoiled{
		{path: "/zones", capability: inventory.CapZones},
		{path: "/zones/:z/workers/routes", capability: inventory.CapRoutes, zone: true},
		{path: "/zones/:z/email/routing/rules", capability: inventory.CapEmailRules, zone: true},
		{path: a + "workers", capability: inventory.CapWorkers, partial: true},
		{path: a + "scripts", capability: inventory.CapWorkers, partial: true},
		{path: a + "subdomain", capability: inventory.CapSubdomains, partial: true},
		{path: a + "domains", capability: inventory.CapDomains},
		{path: a + "workers/:w/previews", capability: inventory.CapPreviews},
		{path: a + "observability/destinations", capability: inventory.CapLogDestinations},
		{path: a + "dispatch/namespaces", capability: inventory.CapNamespaces, lost: inventory.DispatchNamespace},
		{path: a + "dispatch/namespaces/:ns/scripts", capability: inventory.CapNamespaceScripts},
		{path: s + "settings", capability: inventory.CapSettings},
		{path: s + "deployments", capability: inventory.CapDeployments},
		{path: s + "versions", capability: inventory.CapVersions},
		{path: s + "schedules", capability: inventory.CapSchedules},
		{path: "/accounts/:a/queues", capability: inventory.CapQueues},
		{path: "/accounts/:a/workflows", capability: inventory.CapWorkflows},
		{path: "/accounts/:a/pages/projects", capability: inventory.CapPages, lost: inventory.PagesProject},
		{path: "/accounts/:a/pages/projects/:p/domains", capability: inventory.CapPagesDomains},
		{path: "/accounts/:a/access/apps", capability: inventory.CapAccess},
		{path: "/accounts/:a/logpush/jobs", capability: inventory.CapLogpush},
		{path: "/accounts/:a/logs/audit", capability: inventory.CapEvents},
		{path: "/accounts/:a/members", capability: inventory.CapMembers},
		{path: "/accounts/:a/tokens", capability: inventory.CapTokens},
	}
}

// plainCompany is the company with one plain Worker: whatever is asked of Workers is
// asked once.
func plainCompany() *cloudflarefake.World {
	w := company()
	a := w.Accounts[0]
	a.Workers = []*cloudflarefake.Worker{script(apiTag, "api", func(w *cloudflarefake.Worker) { w.Enabled, w.PreviewsEnabled = true, true })}
	a.Queues = nil
	return w
}

// TestFaults: what spoils a call shows in the word of its own capability, with state
// and code, and takes nothing from the others.
func TestFaults(t *testing.T) {
	_, cfg := serve(t, plainCompany(), full)
	whole := scan(t, cfg, found{})
	for name, test := range map[string]struct {
		effect cloudflarefake.Effect
		state  inventory.State
		code   string
	}{
		"denied":              {cloudflarefake.Deny(10000), inventory.Denied, "10000"},
		"success of false":    {cloudflarefake.Unsuccessful(10000), inventory.Denied, "10000"},
		"a page of HTML, 5xx": {cloudflarefake.HTML(502), inventory.Unavailable, "http-502"},
		"throttled":           {cloudflarefake.Throttle("99999"), inventory.Throttled, "971"},
		"no list, no object":  {cloudflarefake.TextResult(), inventory.Malformed, ""},
		"a page of HTML, 200": {cloudflarefake.HTML(200), inventory.Malformed, ""},
		"reset":               {cloudflarefake.ResetConnection(), inventory.Unavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			atOnce(spoilable(), func(call spoiled) {
				s, cfg := serve(t, plainCompany(), full)
				s.SetFaults(cloudflarefake.Fault{Path: call.path, Effect: test.effect})
				f := scan(t, cfg, found{})
				got := f.wordOn(call)
				want := test.state
				if call.partial {
					want = inventory.Partial
				}
				if got.State != want && (got.State != test.state || got.Seen > 0) || got.Why.Code != test.code || got.Why.Message == "" && test.code == "" {
					t.Errorf("%s: %s is %s, seen %d (%s), want %s with code %q", call.path, call.capability, got.State, got.Seen, got.Why, want, test.code)
				}
				if test.state != inventory.Throttled { // which ends what follows of the account
					f.losesNothing(t, whole, call)
				}
			})
		})
	}
}

// atOnce does something for all calls side by side: most of it is waiting before
// another try.
func atOnce(calls []spoiled, do func(spoiled)) {
	var wg sync.WaitGroup
	for _, call := range calls {
		wg.Go(func() { do(call) })
	}
	wg.Wait()
}

func (f found) wordOn(call spoiled) inventory.Coverage {
	for cell, w := range f.words {
		if cell.Capability == call.capability && (cell.Scope.Region != "") == call.zone && cell.Source != "cloudflare-audit-v1" {
			return w
		}
	}
	return inventory.Coverage{}
}

// losesNothing: every asset is told, but of the kind that the call lists; and every
// facet that is told as current is told as it was.
func (f found) losesNothing(t *testing.T, whole found, call spoiled) {
	t.Helper()
	for id, a := range whole.assets {
		got, ok := f.assets[id]
		if !ok && a.Kind != call.lost && strings.Contains(string(id), "/worker/") {
			t.Errorf("%s is lost", id)
		}
		if !ok {
			continue
		}
		before := a.Facets()
		for i, now := range got.Facets() {
			if now.Absent && !before[i].Absent {
				t.Errorf("%s of %s is absent, which was known", now.Name, id)
			}
		}
		if reach, sure := got.Reach(); sure && slices.Contains(a.Kind.WaysInto(), call.capability) && reach != inventory.ReachPublic {
			t.Errorf("the reach of %s is %s for certain, though %s was not read", id, reach, call.capability)
		}
	}
}

// TestNoSecretIsKept: values of bindings and variables, keys of
// destinations and local parts of addresses are in no fact and in no error.
func TestNoSecretIsKept(t *testing.T) {
	body := `{"success":false,"errors":[{"code":10000,"message":"no"}],"result":{"bindings":[{"type":"plain_text","name":"X","text":"` + canary + `"}]}}`
	broken := `{"success":true,"errors":[],"messages":[],"result":{"bindings":[{"type":{"x":"` + canary + `"},"name":["` + canary + `"]},"` + canary + `"],"id":{"a":"` + canary + `"}}}`
	for name, effect := range map[string]cloudflarefake.Effect{
		"as it is": {}, "a refusal with a result": cloudflarefake.Answer(403, "application/json", body),
		"another form": cloudflarefake.Answer(200, "application/json", broken), "an HTML page": cloudflarefake.Answer(502, "text/html", "<p>"+canary),
	} {
		t.Run(name, func(t *testing.T) {
			calls := append(spoilable(), spoiled{path: "/accounts/:a/workers/scripts/:s/versions/:v"})
			if effect == (cloudflarefake.Effect{}) {
				calls = calls[:1]
			}
			atOnce(calls, func(call spoiled) {
				s, cfg := serve(t, company(), full)
				s.SetFaults(cloudflarefake.Fault{Path: call.path, Effect: effect})
				for _, text := range texts(t, scan(t, cfg, found{}).facts) {
					if strings.Contains(text, canary) {
						t.Errorf("%s: the canary is in %.400s", call.path, text)
					}
				}
			})
		})
	}
}
