package live

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// guards are the applications of Cloudflare Access.
type guards struct {
	apps []guardApp
	why  *inventory.Reason // why they are not all known
}

// guardApp is one place that an application covers.
type guardApp struct {
	name, host, path string
	// open: a policy of the application lets everybody by, or its policies are not
	// told.
	open bool
}

// appIn is what is taken of an application: whom it lets in is not kept.
type appIn struct {
	ID, Name, Type, Domain string
	SelfHosted             []string                     `json:"self_hosted_domains"`
	Destinations           []struct{ Type, URI string } `json:"destinations"`
	Policies               []accessPolicyIn             `json:"policies"`
}

// accessPolicyIn is what is taken of a policy: of whom it includes nothing but
// whether that is everyone.
type accessPolicyIn struct {
	Decision text
	Include  []struct{ Everyone json.RawMessage }
}

// opens reports whether the policy lets by who does not sign in, or does not tell.
// A service needs no login: one that may be everyone is everybody.
func (p accessPolicyIn) opens() bool {
	switch p.Decision {
	case "allow", "deny":
		return false
	case "non_identity":
		return slices.ContainsFunc(p.Include, func(in struct{ Everyone json.RawMessage }) bool { return in.Everyone != nil })
	}
	return true // bypass, and what is not known
}

const opAccess = "GET /accounts/:a/access/apps"

// listAccess reads the applications that may stand before hostnames.
func (r *reading) listAccess(ctx context.Context) {
	t := r.of(inventory.CapAccess)
	all, err := readList(ctx, opAccess, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.paged(ctx, opAccess, 50, "", r.api.listAccess())
	}, func(in *appIn) bool { return in.ID != "" })
	r.access.why = r.counted(t, len(all), err)
	for _, in := range all {
		open := in.Policies == nil || slices.ContainsFunc(in.Policies, accessPolicyIn.opens)
		for _, place := range in.places() {
			host, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(place, "https://"), "http://"), "/")
			r.access.apps = append(r.access.apps, guardApp{cmp.Or(in.Name, in.ID), strings.ToLower(host), strings.Trim(path, "/"), open})
		}
	}
	slices.SortFunc(r.access.apps, func(a, b guardApp) int {
		return cmp.Or(cmp.Compare(a.host, b.host), cmp.Compare(a.path, b.path), cmp.Compare(a.name, b.name))
	})
}

// places are the hosts, with or without a path, that an application covers. Only
// applications of hosts stand before one.
func (in *appIn) places() []string {
	if !slices.Contains([]string{"self_hosted", "ssh", "vnc", ""}, in.Type) {
		return nil
	}
	out := append([]string{in.Domain}, in.SelfHosted...)
	for _, d := range in.Destinations {
		if d.Type == "public" || d.Type == "" {
			out = append(out, d.URI)
		}
	}
	out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
	return sorted(out)
}

// guard puts the application before a way in that covers all of it, the most
// specific one that does. One that covers a part of it, or lets everybody by, leaves
// the way public at the widest.
func (g guards) guard(way inventory.Exposure, path string) inventory.Exposure {
	if g.why != nil {
		way.UpperBound, way.Note = true, joined("Access not read", way.Note)
		return way
	}
	if way.Hostname == "" {
		return way
	}
	prefix := strings.HasSuffix(path, "*") && !strings.HasSuffix(path, "/*") // "/admin*" is more than what lies below /admin
	path = strings.Trim(strings.TrimSuffix(path, "*"), "/")
	var best *guardApp
	var parts []guardApp
	for i, app := range g.apps {
		switch app.covers(way, path, prefix) {
		case whole:
			if best == nil || app.beats(*best) || app.open && !best.beats(app) { // of two alike the one that guards less

				best = &g.apps[i]
			}
		case some:
			parts = append(parts, app)
		}
	}
	switch {
	case best == nil:
	case best.open:
		way.UpperBound, way.Note = true, joined("the Access application "+best.name+" lets everybody by, or does not tell whom", way.Note)
	default:
		way.Guard, way.Reach = best.name, inventory.ReachAuthenticated
	}
	for _, app := range parts {
		switch {
		case app.open && way.Guard != "":
			way.Reach, way.UpperBound, way.Note = inventory.ReachPublic, true, joined("the Access application "+app.name+" lets everybody by on a part", way.Note)
		case !app.open && way.Guard == "":
			way.UpperBound, way.Note = true, joined("the Access application "+app.name+" covers a part", way.Note)
		}
	}
	return way
}

// beats reports whether the application is more specific than another one that
// covers the same way in.
func (a guardApp) beats(o guardApp) bool {
	star := func(g guardApp) int { return strings.Count(g.host, "*") }
	return cmp.Or(cmp.Compare(star(o), star(a)), cmp.Compare(len(a.host), len(o.host)), cmp.Compare(len(a.path), len(o.path))) > 0
}

func joined(a, b string) string {
	if b == "" {
		return a
	}
	return a + "; " + b
}

// cover says how much of a way in an application covers.
type cover uint8

const (
	none cover = iota
	some
	whole
)

// covers judges by hostname, then by path. A star in an application's hostname
// stands for characters of one label. The path of a prefix goes on with any
// characters.
func (a guardApp) covers(way inventory.Exposure, path string, prefix bool) cover {
	wild := strings.Contains(way.Hostname, "*") && way.Kind == inventory.WayRoute // it may span labels
	switch {
	case wild && (matches(way.Hostname, a.host) || matches(a.host, way.Hostname)):
		return some
	case wild || !matches(a.host, way.Hostname):
		return none
	case a.path == "" || a.path == "*" || a.path == path && !prefix || strings.HasPrefix(path, a.path+"/"):
		return whole
	case path == "" || strings.HasPrefix(a.path, path+"/") || prefix && strings.HasPrefix(a.path, path) || strings.Contains(a.path, "*"):
		return some
	}
	return none
}

// matches reports whether the pattern, in which a star stands for any characters
// but a dot, fits the hostname.
func matches(pattern, host string) bool {
	head, tail, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == host
	}
	if !strings.HasPrefix(host, head) {
		return false
	}
	rest := host[len(head):]
	for i := 0; i <= len(rest); i++ {
		if matches(tail, rest[i:]) {
			return true
		}
		if i < len(rest) && rest[i] == '.' {
			break
		}
	}
	return false
}
