package live_test

import (
	"testing"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
)

// TestAccess: an application guards what it covers, and nothing else.
func TestAccess(t *testing.T) {
	app := func(domain string, decision ...string) cloudflarefake.AccessApp {
		a := cloudflarefake.AccessApp{ID: "app-" + domain, Name: domain, Domain: domain}
		for _, d := range decision {
			a.Policies = append(a.Policies, cloudflarefake.AccessPolicy{ID: "p", Decision: d})
		}
		return a
	}
	service := func(who string) cloudflarefake.AccessApp {
		a := app("a.example.com", "non_identity")
		a.Policies[0].Include = []map[string]any{{who: map[string]any{}}}
		return a
	}
	saas := app("a.example.com")
	saas.Type = "saas"
	listed := cloudflarefake.AccessApp{ID: "l", Name: "listed", Destinations: []cloudflarefake.AccessDestination{{Type: "public", URI: "a.example.com"}}}
	for name, test := range map[string]struct {
		apps    []cloudflarefake.AccessApp
		pattern string // of a route; empty: a custom domain a.example.com
		guard   string
		upper   bool
	}{
		"no application":                         {},
		"the host":                               {apps: []cloudflarefake.AccessApp{app("a.example.com")}, guard: "a.example.com"},
		"the host, in capitals":                  {apps: []cloudflarefake.AccessApp{app("A.Example.com")}, guard: "A.Example.com"},
		"the host, by its destinations":          {apps: []cloudflarefake.AccessApp{listed}, guard: "listed"},
		"a star":                                 {apps: []cloudflarefake.AccessApp{app("*.example.com")}, guard: "*.example.com"},
		"a star stands for one label":            {apps: []cloudflarefake.AccessApp{app("*.com")}},
		"another host":                           {apps: []cloudflarefake.AccessApp{app("b.example.com")}},
		"another kind of application":            {apps: []cloudflarefake.AccessApp{saas}},
		"a path of the host":                     {apps: []cloudflarefake.AccessApp{app("a.example.com/admin")}, upper: true},
		"everybody is let by":                    {apps: []cloudflarefake.AccessApp{app("a.example.com", "bypass")}, upper: true},
		"somebody is let in":                     {apps: []cloudflarefake.AccessApp{app("a.example.com", "allow")}, guard: "a.example.com"},
		"the more specific one lets by":          {apps: []cloudflarefake.AccessApp{app("*.example.com", "allow"), app("a.example.com", "bypass")}, upper: true},
		"the more specific one guards":           {apps: []cloudflarefake.AccessApp{app("*.example.com", "bypass"), app("a.example.com", "allow")}, guard: "a.example.com"},
		"a path lets by":                         {apps: []cloudflarefake.AccessApp{app("a.example.com", "allow"), app("a.example.com/hook", "bypass")}, guard: "a.example.com", upper: true},
		"a route of the host":                    {apps: []cloudflarefake.AccessApp{app("a.example.com")}, pattern: "a.example.com/*", guard: "a.example.com"},
		"a route below a path that is guarded":   {apps: []cloudflarefake.AccessApp{app("a.example.com/admin")}, pattern: "a.example.com/admin/x/*", guard: "a.example.com/admin"},
		"a route beside a path that is guarded":  {apps: []cloudflarefake.AccessApp{app("a.example.com/admin")}, pattern: "a.example.com/administrator/*"},
		"a route of many hosts, one of which is": {apps: []cloudflarefake.AccessApp{app("a.example.com")}, pattern: "*.example.com/*", upper: true},
		"a service that may be everyone":         {apps: []cloudflarefake.AccessApp{service("everyone")}, upper: true},
		"a service with a token of its own":      {apps: []cloudflarefake.AccessApp{service("any_valid_service_token")}, guard: "a.example.com"},
		"a route that begins as a guarded path":  {apps: []cloudflarefake.AccessApp{app("a.example.com/admin")}, pattern: "a.example.com/admin*", upper: true},
		"a route of a prefix of a guarded path":  {apps: []cloudflarefake.AccessApp{app("a.example.com/admin")}, pattern: "a.example.com/adm*", upper: true},
		"a route below it, by a prefix":          {apps: []cloudflarefake.AccessApp{app("a.example.com/admin")}, pattern: "a.example.com/admin/x*", guard: "a.example.com/admin"},
		"two alike, one of which lets by":        {apps: []cloudflarefake.AccessApp{app("a.example.com", "allow"), app("a.example.com", "bypass")}, upper: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := only(script(tagged(0), "x"))
			a := w.Accounts[0]
			a.AccessApps, a.Zones = test.apps, []*cloudflarefake.Zone{{ID: zone, Name: "example.com"}}
			if test.pattern != "" {
				a.Zones[0].Routes = []cloudflarefake.Route{{ID: "r1", Pattern: test.pattern, Script: "x"}}
			} else {
				a.Domains = []cloudflarefake.Domain{{ID: "d1", Hostname: "a.example.com", Service: "x", ZoneID: zone}}
			}
			_, cfg := serve(t, w)
			ways := must2(t, workerOf(t, scan(t, cfg, found{}), tagged(0)).Exposure).Ways
			if len(ways) != 1 {
				t.Fatalf("ways = %+v, want one", ways)
			}
			want := inventory.ReachAuthenticated
			if test.guard == "" || test.upper {
				want = inventory.ReachPublic
			}
			if got := ways[0]; got.Guard != test.guard || got.UpperBound != test.upper || got.Reach != want {
				t.Errorf("way = %+v, want guard %q, upper bound %t, reach %s", got, test.guard, test.upper, want)
			}
		})
	}
}

// TestAccessThatCannotBeRead: the way is public, at the widest.
func TestAccessThatCannotBeRead(t *testing.T) {
	s, cfg := serve(t, company())
	s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/access/apps", Effect: cloudflarefake.Deny(10000)})
	for _, w := range must2(t, workerOf(t, scan(t, cfg, found{}), apiTag).Exposure).Ways {
		if w.Reach != inventory.ReachPublic || !w.UpperBound || w.Guard != "" || len(w.Note) < len("Access not read") || w.Note[:15] != "Access not read" {
			t.Errorf("way = %+v, want public as an upper bound, and why", w)
		}
	}
}
