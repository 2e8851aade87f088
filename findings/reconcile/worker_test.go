package reconcile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// cloud holds the Worker "shop", claimed with the limits.
func cloud(l registry.Limits, change ...func(*inventory.Asset)) rulestest.World {
	c := claim("shop", approved(l))
	c.Select.Provider = inventory.Cloudflare
	return rulestest.World{
		Facts:    append(rulestest.WholeCloud(), rulestest.WorkerFact("shop", change...)),
		Registry: registry.Content{Owners: owners(), Claims: []registry.Claim{c}},
	}
}

func way(kind string, reach inventory.Reach) inventory.Exposure {
	w := inventory.Exposure{Kind: kind, Reach: reach, Hostname: "shop.example.com"}
	if kind == inventory.WayRoute {
		w.Source = "cloudflare:zone/" + rulestest.Zone + "/route/r1"
	}
	return w
}

func serving(all ...inventory.Share) func(*inventory.Asset) {
	return func(a *inventory.Asset) {
		a.Deployment = inventory.Known(inventory.Deployment{ID: "d1", Shares: all}, rulestest.Now())
	}
}

func denied() inventory.Reason { return inventory.Reason{Operation: "GET", Code: "10000"} }

// TestStandingOfAWorker: the limits of an approval are held against what Cloudflare
// tells, and a facet that it did not tell leaves the standing unknown.
func TestStandingOfAWorker(t *testing.T) {
	account, etag := registry.Limits{Reach: inventory.ReachAccount}, registry.Limits{CodeDigests: []string{"etag-of-shop"}}
	own, zone := registry.Limits{Identities: []string{string(rulestest.WorkerID("shop"))}}, registry.Limits{Regions: []string{rulestest.Zone}}
	route := rulestest.Reached(way(inventory.WayRoute, inventory.ReachPublic))
	unreadRoutes := func(a *inventory.Asset) {
		a.Exposure = a.Exposure.With(inventory.CapRoutes, inventory.Unknown[inventory.Exposures](denied(), rulestest.Now()))
	}
	partRoutes := func(a *inventory.Asset) {
		a.Exposure = a.Exposure.With(inventory.CapRoutes, inventory.Partly(inventory.Exposures{}, denied(), rulestest.Now()))
	}
	newest := func(digest string, numbers ...string) func(*inventory.Asset) {
		return func(a *inventory.Asset) {
			v := inventory.Versions{}
			for i, name := range numbers {
				v.Published = append(v.Published, inventory.Version{Name: name, Number: i + 1})
			}
			a.Versions, a.Code = inventory.Known(v, rulestest.Now()), inventory.Known(inventory.Code{Digest: digest}, rulestest.Now())
		}
	}
	alone := inventory.Share{Version: "v1", Percent: 100}
	for _, test := range []struct {
		name  string
		world rulestest.World
		want  findings.Standing
		says  string
	}{
		{"nothing leads in", cloud(account), findings.Approved, ""},
		{"a public route", cloud(account, route), findings.Drifted, "outside the limit on reach: public"},
		{"routes that could not be read", cloud(account, unreadRoutes), findings.Unknown, "the routes part of the exposure facet is unknown: GET: 10000"},
		{"routes of one zone that could not be read", cloud(account, partRoutes), findings.Unknown, "the routes part of the exposure facet was read at"},
		{"a public route, whatever else is unknown", cloud(account, route, func(a *inventory.Asset) {
			a.Exposure = a.Exposure.With(inventory.CapPreviews, inventory.Facet[inventory.Exposures]{})
		}), findings.Drifted, ""},
		{"the code that serves", cloud(etag), findings.Approved, ""},
		{"other code serves a small share", cloud(etag, serving(inventory.Share{Version: "v1", Percent: 95, Digest: "etag-of-shop"}, inventory.Share{Version: "v2", Percent: 5, Digest: "other"})),
			findings.Drifted, "other in version v2, which serves 5 %"},
		{"a version that serves without a digest", cloud(etag, serving(alone), newest("", "v1")), findings.Unknown, "no reading tells the digest of version v1"},
		{"the newest serves alone: the script's digest is its own", cloud(etag, serving(alone), newest("etag-of-shop", "v1")), findings.Approved, ""},
		{"an older one serves: the script's digest is of another", cloud(etag, serving(alone), newest("etag-of-shop", "v1", "v2")), findings.Unknown, "no reading tells the digest"},
		{"nothing was ever deployed", cloud(etag, func(a *inventory.Asset) { a.Deployment = inventory.Absent[inventory.Deployment](rulestest.Now()) }), findings.Approved, ""},
		{"deployments that could not be read", cloud(etag, func(a *inventory.Asset) {
			a.Deployment = inventory.Unknown[inventory.Deployment](denied(), rulestest.Now())
		}), findings.Unknown, "the deployment facet is unknown"},
		{"it acts as itself", cloud(own), findings.Approved, ""},
		{"it is approved as another", cloud(registry.Limits{Identities: []string{"x"}}), findings.Drifted, ""},
		{"a route of the zone", cloud(zone, route), findings.Approved, ""},
		{"a route of another zone", cloud(registry.Limits{Regions: []string{"other"}}, route), findings.Drifted, "ways in from zone " + rulestest.Zone},
		{"a custom domain of the zone", cloud(zone, rulestest.Reached(inventory.Exposure{Kind: inventory.WayCustomDomain, Reach: inventory.ReachPublic, Source: "cloudflare:zone/" + rulestest.Zone + "/domain/d1"})), findings.Approved, ""},
		{"a custom domain of which the zone is not told", cloud(zone, rulestest.Reached(inventory.Exposure{Kind: inventory.WayCustomDomain, Reach: inventory.ReachPublic, Hostname: "shop.example.com"})), findings.Unknown, "the zone of the custom-domain shop.example.com is not told"},
		{"a route of another zone, whatever else is unknown", cloud(registry.Limits{Regions: []string{"other"}}, route, func(a *inventory.Asset) {
			a.Exposure = a.Exposure.With(inventory.CapDomains, inventory.Facet[inventory.Exposures]{})
		}), findings.Drifted, ""},
		{"no routes at all", cloud(registry.Limits{Regions: []string{"other"}}), findings.Approved, ""},
		{"routes that could not be read, for the zones", cloud(zone, unreadRoutes), findings.Unknown, "the routes part"},
		{"not seen since the list failed", cloud(account, func(a *inventory.Asset) { a.Sightings[0].At = rulestest.Ago(day) }).WithState(inventory.CapWorkers, inventory.Partial),
			findings.Unknown, "workers of cloudflare/" + rulestest.Workshop + " by cloudflare is partial"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := test.world.Case(t).Verdicts[rulestest.WorkerID("shop")]
			told := strings.Join(v.Reasons, "\n")
			if v.Standing != test.want || !strings.Contains(told, test.says) {
				t.Errorf("standing %s, want %s and %q:\n%s", v.Standing, test.want, test.says, told)
			}
		})
	}
}

// TestGhostsAtCloudflare: a claim is a ghost only where what would show its asset was
// read whole.
func TestGhostsAtCloudflare(t *testing.T) {
	at := func(s registry.Selector) rulestest.World {
		return rulestest.World{Facts: rulestest.WholeCloud(), Registry: registry.Content{Owners: owners(), Claims: []registry.Claim{{ID: "c", Owner: "payments", Select: s}}}}
	}
	named := registry.Selector{Provider: inventory.Cloudflare, Name: "shop"}
	hosted := registry.Selector{Provider: inventory.Cloudflare, Hostnames: []string{"shop.example.com"}}
	worker := registry.Selector{Kind: inventory.Worker, Name: "shop"}
	zoneless := at(hosted).Without(func(f inventory.Fact) bool {
		c, ok := f.(inventory.Coverage)
		return ok && (c.Cell.Capability == inventory.CapRoutes || c.Cell.Capability == inventory.CapZones)
	})
	none := rulestest.CloudReading(inventory.CapZones, rulestest.Now())
	none.Seen = 0
	for _, test := range []struct {
		name  string
		world rulestest.World
		ghost bool
	}{
		{"all was read", at(named), true},
		{"Workers were not", at(named).WithState(inventory.CapWorkers, inventory.Denied), false},
		{"Pages were not, which may have the name too", at(named).WithState(inventory.CapPages, inventory.Denied), false},
		{"Pages were not, and the claim is on Workers", at(worker).WithState(inventory.CapPages, inventory.Denied), true},
		{"by id, in an account that nobody reads", at(registry.Selector{ID: "cloudflare:other/worker/t"}), false},
		{"by hostname, all was read", at(hosted), true},
		{"by hostname, routes were not read", at(hosted).WithState(inventory.CapRoutes, inventory.Denied), false},
		{"by hostname, in an account without zones", rulestest.World{Facts: append(zoneless.Facts, none), Registry: zoneless.Registry}, true},
		{"by hostname, and nobody lists zones", zoneless, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := test.world.Case(t)
			if ghost := len(c.Ghosts) == 1; ghost != test.ghost || ghost == (len(c.Hidden) == 1) {
				t.Errorf("ghosts %v, hidden %v", c.Ghosts, c.Hidden)
			}
		})
	}
}

// TestALifeAtCloudflare: an upload is the first that the log may tell of a Worker.
func TestALifeAtCloudflare(t *testing.T) {
	upload := func(days int) inventory.Event {
		return rulestest.CloudAct(inventory.ActionUpdateCode, "PUT /accounts/:a/workers/scripts/:s", "stray", rulestest.Ago(time.Duration(days)*day))
	}
	gone := rulestest.CloudAct(inventory.ActionDelete, "DELETE /accounts/:a/workers/scripts/:s", "stray", rulestest.Ago(2*day))
	inferred := inventory.Asset{ID: rulestest.WorkerHandle("stray"), Kind: inventory.Worker, Scope: rulestest.Cloud(), Name: "stray", Deleted: gone.Time,
		Sightings: []inventory.Sighting{{Cell: rulestest.CloudReading(inventory.CapEvents, rulestest.Now()).Cell, At: gone.Time}}}
	first, second := upload(9), upload(5)
	life := rulestest.World{Facts: append(rulestest.WholeCloud(), inferred, first, second, gone)}.Case(t).Verdicts[inferred.ID].Life()
	if life.Created.Event != first.ID || life.Deleted.Event != gone.ID || life.LastDeploy.Event != second.ID {
		t.Errorf("got %+v", life)
	}
	listed := rulestest.WorkerFact("stray")
	life = rulestest.World{Facts: append(rulestest.WholeCloud(), listed, first)}.Case(t).Verdicts[listed.ID].Life()
	if life.Created.Event != "" || life.LastDeploy.Event != first.ID {
		t.Errorf("of a Worker that is listed, the log does not tell when it was made: %+v", life)
	}
}
