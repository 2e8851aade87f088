package live_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/live"
)

// serveAltered serves the world as a vendor does whose answers have changed: in
// those to paths that end so, old is new.
func serveAltered(t *testing.T, w *cloudflarefake.World, end, old, now string) live.Config {
	t.Helper()
	s := cloudflarefake.New(w)
	_, cfg := serve(t, w)
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		body := rec.Body.Bytes()
		if strings.HasSuffix(r.URL.Path, end) {
			if !bytes.Contains(body, []byte(old)) {
				t.Errorf("the answer to %s does not hold %s: %s", r.URL.Path, old, body)
			}
			body = bytes.ReplaceAll(body, []byte(old), []byte(now))
		}
		rec.Header().Del("Content-Length")
		for key, values := range rec.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(rec.Code)
		if _, err := io.Copy(w, bytes.NewReader(body)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(h.Close)
	cfg.Calls.Endpoint = h.URL
	return cfg
}

// TestAnswersThatTellLessThanTheyDid: an interface that changes under us makes
// facets unknown, and never empty.
func TestAnswersThatTellLessThanTheyDid(t *testing.T) {
	on := func(w *cloudflarefake.Worker) { w.Enabled = true }
	for name, test := range map[string]struct {
		end, old, now string
		cell          inventory.Capability
		facet         func(inventory.Asset) bool // reports whether the facet is current
	}{
		"the subdomain has another name": {"/workers/subdomain", `"subdomain":`, `"sub_domain":`, inventory.CapSubdomains,
			func(a inventory.Asset) bool { return a.Exposure[inventory.CapSubdomains].Current() }},
		"the list of deployments is empty": {"/x/deployments", `"deployments":[{`, `"deployments":[],"items":[{`, inventory.CapDeployments,
			func(a inventory.Asset) bool {
				return a.Deployment.Current() || a.Bindings.Current() || a.Code.Current()
			}},
		"shares have another name": {"/x/deployments", `"percentage":100`, `"percent":100`, inventory.CapDeployments,
			func(a inventory.Asset) bool { return a.Deployment.Current() }},
		"shares are of one": {"/x/deployments", `"percentage":100`, `"percentage":1`, inventory.CapDeployments,
			func(a inventory.Asset) bool { return a.Deployment.Current() }},
		"versions have no id": {"/x/deployments", `"version_id":`, `"version":`, inventory.CapDeployments,
			func(a inventory.Asset) bool { return a.Deployment.Current() }},
		"switches have other names": {"/workers/workers", `"previews_enabled":`, `"previews":`, inventory.CapWorkers, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := scan(t, serveAltered(t, only(script(tagged(0), "x", on)), test.end, test.old, test.now), found{})
			a := workerOf(t, f, tagged(0))
			if test.facet == nil {
				if ways := must(t, a.Exposure[inventory.CapSubdomains]).Ways; len(ways) != 1 {
					t.Errorf("ways = %+v, want the one that is asked for by itself", ways)
				}
				return
			}
			if test.facet(a) {
				t.Error("the facet is current")
			}
			if w := f.of(test.cell); w.State.Whole() {
				t.Errorf("%s is %s, want no whole reading", test.cell, w.State)
			}
		})
	}
}

// TestNewestDeploymentServes: in whatever order the vendor lists deployments.
func TestNewestDeploymentServes(t *testing.T) {
	w := script(tagged(0), "x", func(w *cloudflarefake.Worker) {
		old := w.Deployments[0]
		old.ID, old.CreatedOn = "0b000000-0000-4000-8000-0000000000ff", ago(90)
		w.Deployments = append([]cloudflarefake.Deployment{old}, w.Deployments...)
	})
	_, cfg := serve(t, only(w))
	if d := must(t, workerOf(t, scan(t, cfg, found{}), tagged(0)).Deployment); !d.Created.Equal(ago(40)) {
		t.Errorf("the deployment of %s serves, want that of %s", d.Created, ago(40))
	}
}

// TestURLWithoutSubdomain: two answers that contradict each other close no way in.
func TestURLWithoutSubdomain(t *testing.T) {
	s, cfg := serve(t, only(script(tagged(0), "x", func(w *cloudflarefake.Worker) { w.Enabled = true })))
	s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/workers/subdomain", Effect: cloudflarefake.Refuse(404, 10007)})
	ways := must(t, workerOf(t, scan(t, cfg, found{}), tagged(0)).Exposure[inventory.CapSubdomains]).Ways
	if len(ways) != 1 || ways[0].Hostname != "x.acme.workers.dev" {
		t.Errorf("ways = %+v, want the URL that the list tells", ways)
	}
}

// TestNoWorkerIsListed: an account without Workers and a token without them are
// answered alike, and only what the token may see tells them apart.
func TestNoWorkerIsListed(t *testing.T) {
	for name, test := range map[string]struct {
		policies []cloudflarefake.Policy
		want     inventory.State
	}{
		"by a token that may see all":          {policies(), inventory.Complete},
		"by a token of which nothing is known": {nil, inventory.Partial},
	} {
		t.Run(name, func(t *testing.T) {
			w := only()
			w.Token.Policies = test.policies
			_, cfg := serve(t, w)
			if got := scan(t, cfg, found{}).of(inventory.CapWorkers); got.State != test.want {
				t.Errorf("workers are %s (%s), want %s", got.State, got.Why, test.want)
			}
		})
	}
}

// TestScriptsOfProjectsThatAreWorkersToo: what the project does not tell of is told
// as a Worker.
func TestScriptsOfProjectsThatAreWorkersToo(t *testing.T) {
	no := false
	for name, change := range map[string]func(*cloudflarefake.Account){
		"the project is a site without functions": func(a *cloudflarefake.Account) {
			a.Projects[0].UsesFunctions = &no
			for i := range a.Projects[0].Deployments {
				a.Projects[0].Deployments[i].UsesFunctions = &no
			}
		},
		"workers.dev is on": func(a *cloudflarefake.Account) { a.Workers[0].Enabled = true },
		"previews are on":   func(a *cloudflarefake.Account) { a.Workers[0].PreviewsEnabled = true },
		"a route leads to it": func(a *cloudflarefake.Account) {
			a.Zones = []*cloudflarefake.Zone{{ID: zone, Name: "example.com", Routes: []cloudflarefake.Route{{ID: "r1", Pattern: "example.com/*", Script: "pages-worker--1-production"}}}}
		},
		"a custom domain does": func(a *cloudflarefake.Account) {
			a.Domains = []cloudflarefake.Domain{{ID: "d1", Hostname: hostOf, Service: "pages-worker--1-production", ZoneID: zone}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := site()
			p.ProductionScript = "pages-worker--1-production"
			w := projects(p)
			w.Accounts[0].Workers = []*cloudflarefake.Worker{script(tagged(0), p.ProductionScript)}
			change(w.Accounts[0])
			_, cfg := serve(t, w)
			f := scan(t, cfg, found{})
			workerOf(t, f, tagged(0))
			for _, h := range f.assets[cloudflare.PagesID(home, p.ID)].Handles {
				if h.ID == cloudflare.WorkerName(home, p.ProductionScript) {
					t.Error("the project holds the name of a Worker that is told by itself")
				}
			}
		})
	}
}

// TestDomainThatIsSwitchedOff: it is no way in, unless its version URLs are.
func TestDomainThatIsSwitchedOff(t *testing.T) {
	for alter, want := range map[string]int{`"enabled":false,"hostname":`: 0, `"enabled":false,"previews_enabled":true,"hostname":`: 1, `"enabled":true,"hostname":`: 1} {
		w := only(script(tagged(0), "x"))
		w.Accounts[0].Domains = []cloudflarefake.Domain{{ID: "d1", Hostname: hostOf, Service: "x", ZoneID: zone}}
		f := scan(t, serveAltered(t, w, "/workers/domains", `"hostname":`, alter), found{})
		if ways := must(t, workerOf(t, f, tagged(0)).Exposure[inventory.CapDomains]).Ways; len(ways) != want {
			t.Errorf("with %s: ways = %+v, want %d", alter, ways, want)
		}
	}
}

// TestAccessWhosePoliciesAreNotTold guards nothing for certain.
func TestAccessWhosePoliciesAreNotTold(t *testing.T) {
	for name, change := range map[string][2]string{
		"no policies":                 {`"policies":[`, `"rules":[`},
		"a decision of no known word": {`"decision":"allow"`, `"decision":"permit"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := only(script(tagged(0), "x"))
			w.Accounts[0].Domains = []cloudflarefake.Domain{{ID: "d1", Hostname: hostOf, Service: "x", ZoneID: zone}}
			w.Accounts[0].AccessApps = []cloudflarefake.AccessApp{{ID: "a", Name: "a", Domain: hostOf, Policies: []cloudflarefake.AccessPolicy{{ID: "p", Decision: "allow"}}}}
			f := scan(t, serveAltered(t, w, "/access/apps", change[0], change[1]), found{})
			if ways := must2(t, workerOf(t, f, tagged(0)).Exposure).Ways; len(ways) != 1 || ways[0].Guard != "" || ways[0].Reach != inventory.ReachPublic || !ways[0].UpperBound {
				t.Errorf("ways = %+v, want one that is public as an upper bound", ways)
			}
		})
	}
}
