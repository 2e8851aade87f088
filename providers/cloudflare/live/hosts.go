package live

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/session"
	"github.com/estray/estray/providers/tally"
)

// ways are the ways into Workers, by the Worker's name.
type ways struct {
	subdomain    string // of the account, below workers.dev; empty: it has none
	subdomainWhy *inventory.Reason

	domains    map[string][]inventory.Exposure
	domainsWhy *inventory.Reason
	routes     map[string][]inventory.Exposure
	routesWhy  *inventory.Reason
	handles    map[string][]inventory.AssetID // routes and domains that a Worker holds
}

const (
	opSubdomain = "GET /accounts/:a/workers/subdomain"
	opDomains   = "GET /accounts/:a/workers/domains"
	opRoutes    = "GET /zones/:z/workers/routes"
)

// listSubdomain reads the account's name below workers.dev. An account that has
// none has no Worker there.
func (r *reading) listSubdomain(ctx context.Context) {
	t := r.of(inventory.CapSubdomains)
	raw, err := r.api.one(ctx, opSubdomain, r.api.getSubdomain())
	if err != nil && session.Gone(err) {
		t.Answered()
		return
	}
	var in struct{ Subdomain string }
	if err == nil {
		in, err = decode[struct{ Subdomain string }](opSubdomain, raw)
	}
	if err == nil && in.Subdomain == "" { // that there is none is told otherwise
		err = unreadable(opSubdomain, "the answer tells no subdomain")
	}
	if err != nil {
		r.ways.subdomainWhy = r.failed(t, err)
		return
	}
	t.Answered()
	r.ways.subdomain = in.Subdomain
}

// failed notes a failure of a cell and gives its reason.
func (r *reading) failed(t *tally.Tally, err error) *inventory.Reason {
	t.Fail(err)
	_, why := session.Explain(err)
	return &why
}

// counted counts a list whose call answers for all of it, and gives why it is not
// whole; nil if it is.
func (r *reading) counted(t *tally.Tally, n int, err error) *inventory.Reason {
	var why *inventory.Reason
	if err != nil {
		why = r.failed(t, err)
	}
	t.Add(n)
	t.Done()
	return why
}

// in says of which zone something is not known; nil stays nil.
func (z zone) in(why *inventory.Reason) *inventory.Reason {
	if why == nil {
		return nil
	}
	return &inventory.Reason{Operation: why.Operation, Code: why.Code, Message: "of zone " + cmp.Or(z.name, z.id) + ": " + why.Message}
}

// workersDev is what a Worker answers to below workers.dev. A switch that is off is
// no way in, whatever URL is told with it.
func (r *reading) workersDev(w *worker) inventory.Facet[inventory.Exposures] {
	now := r.cfg.Now
	if w.switchesWhy != nil {
		return inventory.Unknown[inventory.Exposures](*w.switchesWhy, now)
	}
	if w.on == nil || w.previews == nil {
		return inventory.Unknown[inventory.Exposures](inventory.Reason{Operation: opWorkers, Message: "the answer does not tell the switches of workers.dev"}, now)
	}
	host := ""
	if r.ways.subdomain != "" {
		host = w.name + "." + r.ways.subdomain + ".workers.dev"
	} else if w.listed != nil && w.listed.Subdomain != nil { // it tells of one, whatever the other call does
		host = hostOf(string(w.listed.Subdomain.URL))
	}
	if !*w.on && !*w.previews || host == "" && r.ways.subdomainWhy == nil {
		return inventory.Known(inventory.Exposures{}, now)
	}
	var out inventory.Exposures
	if *w.on {
		out.Ways = append(out.Ways, r.access.guard(inventory.Exposure{Kind: inventory.WayWorkersDev, Reach: inventory.ReachPublic, Hostname: host}, "/"))
	}
	if *w.previews {
		way := inventory.Exposure{Kind: inventory.WayVersionURLs, Reach: inventory.ReachPublic, Note: "version URLs answer by themselves, and their requests are in no log"}
		if host != "" {
			way.Hostname = "*-" + host
		}
		out.Ways = append(out.Ways, r.access.guard(way, "/"))
	}
	return part(out, true, r.ways.subdomainWhy, now)
}

// domainIn is what is taken of a custom domain. The last two are newer than the
// vendor's client.
type domainIn struct {
	ID, Hostname, Service, Environment string
	ZoneID                             string `json:"zone_id"`
	Enabled                            *bool
	PreviewsEnabled                    *bool `json:"previews_enabled"`
}

// listDomains reads the custom domains of the account's Workers.
func (r *reading) listDomains(ctx context.Context) {
	t := r.of(inventory.CapDomains)
	r.ways.domains, r.ways.handles = map[string][]inventory.Exposure{}, map[string][]inventory.AssetID{}
	all, err := readList(ctx, opDomains, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.whole(ctx, opDomains, "", r.api.listDomains())
	}, func(in *domainIn) bool { return in.ID != "" && in.Hostname != "" })
	if err != nil {
		r.ways.domainsWhy = r.failed(t, err)
	}
	slices.SortFunc(all, func(a, b domainIn) int { return cmp.Or(cmp.Compare(a.Hostname, b.Hostname), cmp.Compare(a.ID, b.ID)) })
	t.Add(len(all))
	for _, d := range all {
		if d.ZoneID != "" {
			r.zoned[d.ZoneID] = true
		}
		r.named(d.Service, "custom domains")
		r.hold(d.Service, cloudflare.DomainID(r.api.account, d.ID))
		off, previews := d.Enabled != nil && !*d.Enabled, d.PreviewsEnabled != nil && *d.PreviewsEnabled
		if off && !previews {
			continue
		}
		way := inventory.Exposure{Kind: inventory.WayCustomDomain, Reach: inventory.ReachPublic, Hostname: strings.ToLower(d.Hostname), Source: domainSource(d.ZoneID, d.ID)}
		if d.Environment != "production" {
			way.Qualifier = d.Environment
		}
		switch {
		case off:
			way.Note = "the domain is switched off, and version URLs of it are on"
		case previews:
			way.Note = "version URLs of the domain are switched on too"
		}
		r.ways.domains[d.Service] = append(r.ways.domains[d.Service], r.access.guard(way, "/"))
	}
}

// domainSource is what leads to an asset by a custom domain. It names the zone, where
// that is told: a selector may.
func domainSource(zone, id string) string {
	if zone == "" {
		return id
	}
	return "cloudflare:zone/" + zone + "/domain/" + id
}

// hold notes that a Worker holds a handle.
func (r *reading) hold(name string, id inventory.AssetID) {
	if name != "" {
		r.ways.handles[name] = append(r.ways.handles[name], id)
	}
}

// routeIn is what is taken of a route.
type routeIn struct{ ID, Pattern, Script string }

// listRoutes reads the routes of each zone. One that could not be read makes the
// routes of every Worker of the account doubtful: any may have one there.
func (r *reading) listRoutes(ctx context.Context) {
	r.ways.routes = map[string][]inventory.Exposure{}
	r.ways.routesWhy = r.zones.unasked()
	for _, z := range r.zones.read {
		t := r.tally[r.zoneCell(inventory.CapRoutes, z.id)]
		all, err := readList(ctx, opRoutes, func(ctx context.Context) ([]json.RawMessage, error) {
			return r.tried(ctx, opRoutes, func() ([]json.RawMessage, error) {
				return r.api.whole(ctx, opRoutes, "", r.api.listRoutes(z.id))
			})
		}, func(in *routeIn) bool { return in.ID != "" && in.Pattern != "" })
		if ctx.Err() != nil {
			return
		}
		r.ways.routesWhy = cmp.Or(r.ways.routesWhy, z.in(r.counted(t, len(all), err)))
		slices.SortFunc(all, func(a, b routeIn) int { return cmp.Or(cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.ID, b.ID)) })
		for _, in := range all {
			r.route(z, in)
		}
	}
}

// route notes one route. One without a script keeps Workers from a pattern: that is
// no way in.
func (r *reading) route(z zone, in routeIn) {
	if in.Script == "" {
		return
	}
	r.named(in.Script, "routes")
	r.hold(in.Script, cloudflare.RouteID(z.id, in.ID))
	pattern := strings.TrimPrefix(strings.TrimPrefix(in.Pattern, "https://"), "http://")
	host, path, _ := strings.Cut(pattern, "/")
	way := inventory.Exposure{Kind: inventory.WayRoute, Reach: inventory.ReachPublic, Hostname: strings.ToLower(host), Route: in.Pattern,
		Source: string(cloudflare.RouteID(z.id, in.ID))}
	r.ways.routes[in.Script] = append(r.ways.routes[in.Script], r.access.guard(way, "/"+path))
}

// tried makes a call of a kind that is made once for each zone, unless the like
// failed so often that it would again.
func (r *reading) tried(ctx context.Context, kind string, call func() ([]json.RawMessage, error)) ([]json.RawMessage, error) {
	row := r.row(kind)
	if row.Hopeless() {
		w := row.Coverage()
		return nil, &session.Error{State: w.State, Operation: w.Why.Operation, Code: w.Why.Code,
			Message: "not asked, since those before it failed alike: " + w.Why.Message}
	}
	out, err := call()
	if err != nil && ctx.Err() == nil {
		row.Fail(err)
	} else {
		row.Answered()
	}
	return out, err
}

// exposed gives the Worker the ways into it that lists tell.
func (r *reading) exposed(w *worker) {
	now := r.cfg.Now
	of := func(all map[string][]inventory.Exposure, why *inventory.Reason) inventory.Facet[inventory.Exposures] {
		found := all[w.name]
		return part(inventory.Exposures{Ways: found}, len(found) > 0, why, now)
	}
	w.asset.Exposure[inventory.CapSubdomains] = r.workersDev(w)
	w.asset.Exposure[inventory.CapDomains] = of(r.ways.domains, r.ways.domainsWhy)
	w.asset.Exposure[inventory.CapRoutes] = of(r.ways.routes, r.ways.routesWhy)
	for _, id := range r.ways.handles[w.name] {
		w.asset.Handles = append(w.asset.Handles, inventory.Handle{ID: id, Since: now})
	}
}
