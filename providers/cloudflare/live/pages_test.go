package live_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

func projects(all ...*cloudflarefake.Project) *cloudflarefake.World {
	w := only()
	w.Accounts[0].Projects = all
	return w
}

func projectOf(t *testing.T, f found, p *cloudflarefake.Project) inventory.Asset {
	t.Helper()
	a, ok := f.assets[cloudflare.PagesID(home, p.ID)]
	if !ok {
		t.Fatalf("project %s is not among the assets", p.Name)
	}
	return a
}

func TestPagesProject(t *testing.T) {
	p := site()
	_, cfg := serve(t, projects(p))
	a := projectOf(t, scan(t, cfg, found{}), p)
	yes := true
	if diff := cmp.Diff(inventory.Configuration{Repository: "github:acme/site", ProductionBranch: "main", Functions: &yes, Assets: true}, must(t, a.Configuration)); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	want := []inventory.Binding{
		{Kind: "kv_namespace", Name: "KV", Target: "00000000000000000000000000000201", Qualifier: "production"},
		{Kind: "plain_text", Name: "MODE", Qualifier: "production"},
		{Kind: "secret_text", Name: "KEY", Qualifier: "preview"},
	}
	if diff := cmp.Diff(want, must(t, a.Bindings)); diff != "" {
		t.Errorf("bindings (-want +got):\n%s", diff)
	}
	d := inventory.Deployment{ID: "0e000000-0000-4000-8000-000000000001", Created: ago(6), Source: "github:push", Message: "ship", Branch: "main", Commit: "abc",
		Shares: []inventory.Share{{Version: "0e000000-0000-4000-8000-000000000001", Percent: 100}}}
	if diff := cmp.Diff(d, must(t, a.Deployment)); diff != "" {
		t.Errorf("deployment (-want +got):\n%s", diff)
	}
	var hosts []string
	for _, w := range must2(t, a.Exposure).Ways {
		hosts = append(hosts, w.Kind+" "+w.Hostname)
	}
	if diff := cmp.Diff([]string{"pages-branch dev.site.pages.dev", "pages-dev *.site.pages.dev", "pages-dev site.pages.dev", "pages-domain www.example.com"}, hosts); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
	if reach, sure := a.Reach(); reach != inventory.ReachPublic || !sure {
		t.Errorf("reach = %s, %t; want public for certain", reach, sure)
	}
}

// TestProjectsWithoutFunctions: a site is no asset, and what is not told is not no.
func TestProjectsWithoutFunctions(t *testing.T) {
	yes, no := true, false
	for name, test := range map[string]struct {
		project, deployment *bool
		acted               bool
		told                bool
	}{
		"functions":                        {project: &yes, told: true},
		"a deployment has functions":       {project: &no, deployment: &yes, told: true},
		"none":                             {project: &no, deployment: &no},
		"nothing is told":                  {told: true},
		"none, but an event is told of it": {project: &no, deployment: &no, acted: true, told: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := site()
			p.UsesFunctions = test.project
			for i := range p.Deployments {
				p.Deployments[i].UsesFunctions = test.deployment
			}
			w := projects(p)
			if test.acted {
				e := act("PATCH", "/pages/projects/site", ago(3), `{}`)
				e.Resource.Product = "pages"
				w.Accounts[0].Audit = []cloudflarefake.AuditEntry{e}
			}
			_, cfg := serve(t, w)
			f := scan(t, cfg, found{})
			if _, told := f.assets[cloudflare.PagesID(home, p.ID)]; told != test.told {
				t.Errorf("told %t, want %t", told, test.told)
			}
			got := f.of(inventory.CapPages)
			if got.State != inventory.Complete || strings.Contains(got.Why.Message, "1 of 1 projects are sites") == test.told {
				t.Errorf("pages are %s (%s)", got.State, got.Why)
			}
		})
	}
}

// TestScriptsOfProjects: the lists of Workers may tell of them too, and they are not
// told twice.
func TestScriptsOfProjects(t *testing.T) {
	p := site()
	p.ProductionScript = "pages-worker--1-production"
	w := projects(p)
	w.Accounts[0].Workers = []*cloudflarefake.Worker{script(tagged(0), p.ProductionScript), script(tagged(1), "x")}
	_, cfg := serve(t, w)
	f := scan(t, cfg, found{})
	if _, twice := f.assets[cloudflare.WorkerID(home, tagged(0))]; twice {
		t.Error("the script of the project is told as a Worker too")
	}
	want := []inventory.Handle{{ID: cloudflare.PagesName(home, "site"), Since: at()}, {ID: cloudflare.WorkerName(home, p.ProductionScript), Since: at()}}
	if diff := cmp.Diff(want, projectOf(t, f, p).Handles); diff != "" {
		t.Errorf("handles (-want +got):\n%s", diff)
	}
	if got := f.of(inventory.CapWorkers); got.State != inventory.Complete || got.Seen != 1 || !strings.Contains(got.Why.Message, "1 scripts of Pages projects") {
		t.Errorf("workers are %s, seen %d (%s)", got.State, got.Seen, got.Why)
	}
}

func TestProjectOddities(t *testing.T) {
	p := site()
	p.Source = nil
	p.Domains[0].Status = "pending"
	for i := range p.Deployments {
		p.Deployments[i].Trigger.Type = "ad_hoc"
	}
	s, cfg := serve(t, projects(p))
	a := projectOf(t, scan(t, cfg, found{}), p)
	if c := must(t, a.Configuration); c.Repository != "" {
		t.Errorf("repository = %q, want none: it was uploaded by hand", c.Repository)
	}
	if d := must(t, a.Deployment); d.Source != "ad_hoc" {
		t.Errorf("source = %q, want ad_hoc", d.Source)
	}
	if ways := must(t, a.Exposure[inventory.CapPagesDomains]).Ways; len(ways) != 1 || ways[0].Note != "the domain is pending" {
		t.Errorf("domains = %+v, want one that is pending", ways)
	}
	s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/pages/projects/:p/domains", Effect: cloudflarefake.Deny(10000)})
	a = projectOf(t, scan(t, cfg, found{}), p)
	if f := a.Exposure[inventory.CapPagesDomains]; !f.IsUnknown() || f.Doubt().Code != "10000" {
		t.Errorf("domains that were refused: unknown %t (%s)", f.IsUnknown(), f.Doubt())
	}
	s.Change(func(w *cloudflarefake.World) { w.Accounts[0].Projects[0].Deployments = nil })
	if a := projectOf(t, scan(t, cfg, found{}), p); !a.Deployment.IsAbsent() {
		t.Error("the deployment is not absent of a project that has none")
	}
}
