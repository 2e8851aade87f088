package report

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

func buildAssets(c *findings.Case, found []Finding, last bool) []Asset {
	byAsset := map[string][]string{}
	for _, f := range found {
		if f.Asset != "" && f.State != string(findings.Resolved) {
			id := f.Asset
			if a, ok := c.View.Known(inventory.AssetID(id)); ok {
				id = string(a.ID) // the finding may name the asset by an alias
			}
			byAsset[id] = append(byAsset[id], f.ID)
		}
	}
	out := make([]Asset, 0, len(c.View.Assets))
	same := alike{map[string][]string{}, map[string]map[string]string{}}
	for i, a := range c.View.Assets {
		r := NewAsset(a, c.Verdicts[a.ID])
		r.Findings = byAsset[r.ID]
		same.share(&r)
		out = append(out, r)
		if last {
			c.View.Assets[i] = inventory.Asset{ID: a.ID, Kind: a.Kind, Scope: a.Scope, Name: a.Name}
			delete(c.Verdicts, a.ID)
		}
	}
	return out
}

// alike holds what assets of the document tell, so that those that tell the
// same share it: of a large estate nearly all do.
type alike struct {
	lists  map[string][]string
	facets map[string]map[string]string
}

func (s alike) share(r *Asset) {
	r.SeenBy, r.Reasons = s.list(r.SeenBy), s.list(r.Reasons)
	if len(r.UnknownFacets) == 0 {
		return
	}
	key := ""
	for _, name := range slices.Sorted(maps.Keys(r.UnknownFacets)) {
		key += strconv.Quote(name) + strconv.Quote(r.UnknownFacets[name])
	}
	if _, known := s.facets[key]; !known {
		s.facets[key] = r.UnknownFacets
	}
	r.UnknownFacets = s.facets[key]
}

func (s alike) list(all []string) []string {
	key := ""
	for _, one := range all {
		key += strconv.Quote(one)
	}
	if _, known := s.lists[key]; !known {
		s.lists[key] = all
	}
	return s.lists[key]
}

// NewAsset describes one judged asset in the words of the report.
func NewAsset(a inventory.Asset, v findings.Verdict) Asset {
	r := Asset{
		ID: string(a.ID), Provider: string(a.Scope.Provider), Kind: string(a.Kind), Account: a.Scope.Account,
		Region: a.Scope.Region, Name: a.Name, Standing: string(v.Standing), Presence: v.Presence.String(),
		Owner: v.Owner, Reasons: v.Reasons, Created: a.Created.UTC(), Modified: a.Modified.UTC(),
		LastSeen: a.LastSeen().UTC(), SeenBy: a.SeenBy(), UnknownFacets: unknownFacets(a),
	}
	if r.Reasons == nil {
		r.Reasons = []string{}
	}
	if r.SeenBy == nil {
		r.SeenBy = []string{}
	}
	for _, alias := range a.Aliases {
		r.Aliases = append(r.Aliases, string(alias))
	}
	if v.Claim != nil {
		r.Claim = v.Claim.ID
	}
	reach, _ := a.Reach()
	r.Reach = reach.String()
	r.Exposures = exposures(a)
	if id, ok := a.Identity.Get(); ok {
		r.Identity = id.ID
	}
	if conf, ok := a.Configuration.Get(); ok {
		r.Runtime, r.Repository = conf.Runtime, conf.Repository
	}
	if bindings, ok := a.Bindings.Get(); ok {
		r.Bindings = len(bindings)
	}
	r.Names, r.Deployment = names(a), deployment(a)
	if code, ok := a.Code.Get(); ok {
		r.CodeDigest = code.Digest
	}
	if act := v.Life().LastDeploy; act.Event != "" {
		r.LastDeploy = &Deploy{Time: act.Time.UTC(), Principal: act.Principal, Name: act.Who.Email, Event: act.Event}
	}
	return r
}

func exposures(a inventory.Asset) []Exposure {
	e, ok := a.Exposure.Get()
	if !ok || len(e.Ways) == 0 {
		return nil
	}
	out := make([]Exposure, 0, len(e.Ways))
	for _, w := range e.Ways {
		out = append(out, Exposure{Kind: w.Kind, Reach: w.Reach.String(), Hostname: w.Hostname, Route: w.Route, Qualifier: w.Qualifier,
			Guard: w.Guard, Note: wayNote(a.Scope.Provider, w)})
	}
	return out
}

// wayNote says how exact a reach is.
func wayNote(p inventory.Provider, w inventory.Exposure) string {
	switch {
	case !w.UpperBound:
		return w.Note
	case p == inventory.Cloudflare:
		return joinNote(w.Note, "upper bound: what guards it could not be read")
	}
	return joinNote(w.Note, "upper bound: a condition could not be judged")
}

// names lists the names that the asset has and had; nil where it had but one.
func names(a inventory.Asset) []string {
	out := []string{}
	if a.Name != "" {
		out = append(out, a.Name)
	}
	for _, h := range a.Handles {
		if _, name, ok := strings.Cut(string(h.ID), "-name/"); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) < 2 {
		return nil
	}
	return out
}

func deployment(a inventory.Asset) *Deployment {
	d, ok := a.Deployment.Get()
	if !ok {
		return nil
	}
	out := Deployment{ID: d.ID, Created: d.Created.UTC(), Author: d.Author, Source: d.Source, Branch: d.Branch, Commit: d.Commit}
	for _, s := range d.Shares {
		out.Shares = append(out.Shares, Share(s))
	}
	return &out
}

// buildPrincipals lists who may deploy, or may give the right to, or of whom that
// could not be judged, in the order of permits.
func buildPrincipals(v *inventory.View) []Principal {
	var out []Principal
	for _, p := range slices.SortedFunc(slices.Values(v.Permits), inventory.ComparePermits) {
		if !p.Deploys && !p.Admin && len(p.Unjudged) == 0 {
			continue
		}
		out = append(out, Principal{ID: p.ID, Provider: string(p.Cell.Scope.Provider), Account: p.Cell.Scope.Account, Kind: string(p.Kind), Name: p.Name,
			Status: p.Status, Deploys: p.Deploys, Admin: p.Admin, Unjudged: p.Unjudged, Bounded: p.Bounded, Expires: p.Expires.UTC(), LastUsed: p.LastUsed.UTC()})
	}
	return out
}

func joinNote(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// unknownFacets tells of each facet that is unknown or stale why it is.
func unknownFacets(a inventory.Asset) map[string]string {
	out := map[string]string{}
	for _, f := range a.Facets() {
		if (f.Name == "name" || f.Name == "deployment") && !a.Kind.Renamed() {
			continue
		}
		if why := unknownParts(f); why != "" {
			out[f.Name] = why
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// unknownParts says which parts of a facet are unknown or stale, and why each
// is; what is true of all parts is said of the facet. Empty: none is.
func unknownParts(f inventory.FacetState) string {
	if len(f.Parts) == 0 {
		return unknownFacet(f)
	}
	var all, told []string
	for _, p := range f.Parts {
		why := unknownFacet(p)
		all = append(all, why)
		if why != "" {
			told = append(told, p.Name+": "+why)
		}
	}
	if all = slices.Compact(all); len(all) == 1 {
		return all[0]
	}
	return strings.Join(told, "; ")
}

func unknownFacet(f inventory.FacetState) string {
	switch {
	case f.Unknown && f.Doubt == (inventory.Reason{}):
		return "no source has read it"
	case f.Unknown:
		return f.Doubt.String()
	case f.Stale:
		return "stale since " + f.Doubted.Format("2006-01-02T15:04:05Z") + ": " + f.Doubt.String()
	}
	return ""
}
