package live

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

const (
	opProjects       = "GET /accounts/:a/pages/projects"
	opProjectDomains = "GET /accounts/:a/pages/projects/:p/domains"
)

// project is one Pages project of the list.
type project struct {
	projectIn
	functions *bool // of the project or of a deployment that serves; nil: not told
	domains   inventory.Facet[inventory.Exposures]
}

// listProjects lists the Pages projects of the account.
func (r *reading) listProjects(ctx context.Context) {
	t := r.of(inventory.CapPages)
	all, err := readList(ctx, opProjects, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.paged(ctx, opProjects, 25, "", r.api.listProjects())
	}, func(in *projectIn) bool { return in.ID != "" && in.Name != "" })
	if err != nil {
		t.Fail(err)
		r.of(inventory.CapPagesDomains).Fail(err)
	}
	slices.SortFunc(all, func(a, b projectIn) int { return cmp.Compare(a.ID, b.ID) })
	all = slices.CompactFunc(all, func(a, b projectIn) bool { return a.ID == b.ID })
	t.Add(len(all))
	for i := range all {
		r.sites = append(r.sites, &project{projectIn: all[i], functions: all[i].runs()})
	}
}

// runs tells whether the project runs code, by itself or by a deployment that is in
// service; nil: that is not told.
func (in *projectIn) runs() *bool {
	out := in.UsesFunctions
	for _, d := range []*siteDeploymentIn{in.Canonical, in.Latest} {
		if d != nil && d.UsesFunctions != nil && (out == nil || *d.UsesFunctions) {
			out = d.UsesFunctions
		}
	}
	return out
}

// ofSite reports whether a script of that name is one of a Pages project that is an
// asset: it is told with its project.
func (r *reading) ofSite(name string) bool {
	return slices.ContainsFunc(r.sites, func(p *project) bool { return (p.ProductionScript == name || p.PreviewScript == name) && !r.still(p) })
}

// projects tells of the Pages projects that run code, or of which it is not known
// whether they do. A site without any is no asset.
func (r *reading) projects(ctx context.Context) error {
	still := 0
	for _, p := range r.sites {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.still(p) {
			still++
			continue
		}
		if err := r.emit(r.site(p)); err != nil {
			return err
		}
	}
	if still > 0 {
		r.of(inventory.CapPages).Note(fmt.Sprintf("%d of %d projects are sites without functions, and no assets", still, len(r.sites)))
	}
	return nil
}

// still reports whether a project is a site that runs no code.
func (r *reading) still(p *project) bool {
	return p.functions != nil && !*p.functions && !r.acted(p)
}

// acted reports whether an event of this scan named the project: what events know
// the lists must not take for gone.
func (r *reading) acted(p *project) bool {
	for _, id := range []inventory.AssetID{cloudflare.PagesID(r.api.account, p.ID), cloudflare.PagesName(r.api.account, p.Name)} {
		if _, ok := r.history.Touched[id]; ok {
			return true
		}
	}
	return false
}

// site is a project as an asset.
func (r *reading) site(p *project) inventory.Asset {
	now := r.cfg.Now
	id := cloudflare.PagesID(r.api.account, p.ID)
	bindings, reaches := p.bindings()
	for _, b := range bindings {
		if b.Kind == "service" {
			r.named(b.Target, "service bindings")
		}
	}
	a := inventory.Asset{
		ID: id, Kind: inventory.PagesProject, Scope: scopeOf(r.api.account), Name: p.Name, Created: p.CreatedOn,
		Handles:       r.siteHandles(p),
		Sightings:     []inventory.Sighting{{Cell: r.cell(inventory.CapPages), At: now}},
		Called:        inventory.Known(p.Name, now),
		Configuration: inventory.Known(p.configuration(), now),
		Deployment:    p.deployment(now),
		Identity:      inventory.Known(inventory.Identity{ID: string(id), Reaches: reaches}, now),
		Bindings:      inventory.Known(bindings, now),
		Exposure:      inventory.Parts[inventory.Exposures]{inventory.CapPages: inventory.Known(inventory.Exposures{Ways: r.siteWays(p)}, now), inventory.CapPagesDomains: p.domains},
		Triggers:      inventory.Parts[inventory.Triggers]{inventory.CapPages: inventory.Absent[inventory.Triggers](now)},
		Code:          inventory.Absent[inventory.Code](now), // there is no digest of a deployment
		Versions:      inventory.Absent[inventory.Versions](now),
		Labels:        inventory.Absent[inventory.Labels](now),
		Logging:       inventory.Absent[inventory.Logging](now),
	}
	for _, d := range []*siteDeploymentIn{p.Canonical, p.Latest} {
		if d != nil {
			a.Modified = later(a.Modified, d.CreatedOn)
		}
	}
	lacks(&a, now)
	return a
}

// siteHandles are the name of a project and those of its scripts, which the lists of
// Workers and events may tell of.
func (r *reading) siteHandles(p *project) []inventory.Handle {
	ids := []inventory.AssetID{cloudflare.PagesName(r.api.account, p.Name)}
	for _, script := range sorted([]string{p.ProductionScript, p.PreviewScript}) {
		if script != "" && r.names[script] == nil { // else it is told as a Worker, which holds the name
			ids = append(ids, cloudflare.WorkerName(r.api.account, script))
		}
	}
	var out []inventory.Handle
	for _, id := range ids {
		out = append(out, inventory.Handle{ID: id, Since: r.cfg.Now})
	}
	return out
}

// siteWays are the hosts of a project, of its deployments and of its branches.
func (r *reading) siteWays(p *project) []inventory.Exposure {
	var out []inventory.Exposure
	add := func(way inventory.Exposure) {
		way.Reach = inventory.ReachPublic
		out = append(out, r.access.guard(way, "/"))
	}
	host := hostOf(p.Subdomain)
	if host == "" {
		host = p.Name + ".pages.dev"
	}
	add(inventory.Exposure{Kind: inventory.WayPages, Hostname: host})
	add(inventory.Exposure{Kind: inventory.WayPages, Hostname: "*." + host, Note: "each deployment answers under a host of its own"})
	seen := map[string]bool{}
	for _, d := range []*siteDeploymentIn{p.Canonical, p.Latest} {
		if d == nil {
			continue
		}
		for _, alias := range d.Aliases {
			branch := hostOf(alias)
			if branch == "" || seen[branch] || !strings.HasSuffix(branch, "."+host) { // a custom domain is told by its own list
				continue
			}
			seen[branch] = true
			add(inventory.Exposure{Kind: inventory.WayPagesBranch, Hostname: branch, Qualifier: cut(d.Environment)})
		}
	}
	slices.SortFunc(out, compareWays)
	return out
}

// listSiteDomains asks for the custom domains of each project that is an asset.
func (r *reading) listSiteDomains(ctx context.Context) {
	for _, p := range r.sites {
		if ctx.Err() == nil && !r.still(p) {
			p.domains = r.siteDomains(ctx, p)
		}
	}
}

// siteDomains asks for the custom domains of a project.
func (r *reading) siteDomains(ctx context.Context, p *project) inventory.Facet[inventory.Exposures] {
	t := r.of(inventory.CapPagesDomains)
	all, err := readList(ctx, opProjectDomains, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.tried(ctx, opProjectDomains, func() ([]json.RawMessage, error) {
			return r.api.whole(ctx, opProjectDomains, "", r.api.listProjectDomains(p.Name))
		})
	}, func(in *siteDomainIn) bool { return in.Name != "" })
	var why *inventory.Reason
	if err != nil && ctx.Err() == nil {
		why = r.failed(t, err)
	}
	t.Add(len(all))
	var out inventory.Exposures
	for _, in := range all {
		if in.ZoneTag != "" {
			r.zoned[string(in.ZoneTag)] = true
		}
		way := inventory.Exposure{Kind: inventory.WayPagesDomain, Reach: inventory.ReachPublic, Hostname: strings.ToLower(in.Name), Source: domainSource(string(in.ZoneTag), string(in.ID))}
		if in.Status != "active" && in.Status != "" {
			way.Note = "the domain is " + cut(string(in.Status))
		}
		out.Ways = append(out.Ways, r.access.guard(way, "/"))
	}
	slices.SortFunc(out.Ways, compareWays)
	return part(out, len(all) > 0, why, r.cfg.Now)
}

// compareWays orders ways in, so that the same facts come in the same order.
func compareWays(a, b inventory.Exposure) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Hostname, b.Hostname), cmp.Compare(a.Qualifier, b.Qualifier), cmp.Compare(a.Source, b.Source))
}
