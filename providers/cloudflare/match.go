package cloudflare

import (
	"net/url"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// template is a row's path, cut into segments.
type template struct {
	row
	segments []string
}

// calls are the rows of the table by method.
type calls map[string][]template

func newCalls() calls {
	out := calls{}
	for _, r := range table() {
		segments := strings.Split(strings.TrimPrefix(r.path, "/"), "/")
		for _, m := range strings.Fields(r.methods) {
			out[m] = append(out[m], template{r, segments})
		}
	}
	return out
}

// segmentsOf cuts the path of a URI, without scheme and host and "/client/v4",
// into segments without percent encoding. Empty ones, "." and ".." are resolved.
func segmentsOf(uri string) []string {
	uri = strings.TrimSpace(uri)
	if scheme, rest, ok := strings.Cut(uri, "://"); ok && !strings.Contains(scheme, "/") {
		_, uri, _ = strings.Cut(rest, "/")
	}
	var out []string
	for s := range strings.SplitSeq(uri, "/") {
		if plain, err := url.PathUnescape(s); err == nil {
			s = plain
		}
		switch s {
		case "", ".":
		case "..":
			out = out[:max(len(out)-1, 0)]
		default:
			out = append(out, s)
		}
	}
	if len(out) > 0 && strings.EqualFold(out[0], "api.cloudflare.com") {
		out = out[1:]
	}
	if len(out) > 2 && (strings.EqualFold(out[0], "client") || strings.EqualFold(out[0], "api")) && strings.EqualFold(out[1], "v4") {
		out = out[2:]
	}
	return out
}

// match holds segments against a template, in any case, and gives what stands for
// its placeholders.
func (t template) match(segments []string) (map[string]string, bool) {
	last := len(t.segments) - 1
	open := t.segments[last] == "*"
	if len(segments) < last || len(segments) == last && !open || len(segments) > last+1 && !open {
		return nil, false
	}
	for i, want := range t.segments {
		if want[0] != ':' && want != "*" && !strings.EqualFold(want, segments[i]) {
			return nil, false
		}
	}
	vars := map[string]string{}
	for i, want := range t.segments {
		if want[0] == ':' {
			vars[want[1:]] = segments[i]
		}
	}
	return vars, true
}

// find gives the row of a call, and what stands for its placeholders.
func (c calls) find(method string, segments []string) (row, map[string]string, bool) {
	for _, t := range c[method] {
		if vars, ok := t.match(segments); ok {
			return t.row, vars, true
		}
	}
	return row{}, nil, false
}

// prefix is a part of the interface in which every call is ours, known or not.
type prefix struct {
	path, service string
	reads         []read
}

// prefixes lists them, the more exact one first.
func prefixes() []prefix {
	return []prefix{
		{script, workers, of(byName)},
		{service, workers, of(byName)},
		{worker, workers, of(byTag)},
		{namespace + "/scripts/:s", workers, of(namespaced)},
		{namespace, workers, of(namespaced)},
		{project, pages, of(projected)},
		{"/accounts/:a/workers", workers, nil},
		{"/accounts/:a/pages", pages, nil},
		{"/zones/:z/workers", zones, of(zone)},
	}
}

// guess is the row of a call that the table does not have and that lies under one
// of the prefixes, with a name that does not depend on the names in its path:
// "/accounts/:a/workers/foo", or "/accounts/:a/workers/foo/..." where it goes on.
func guess(segments []string) (row, map[string]string, bool) {
	for _, p := range prefixes() {
		t := template{row{path: p.path + "/*", service: p.service, action: inventory.ActionOther, reads: p.reads}, strings.Split(p.path[1:]+"/*", "/")}
		vars, ok := t.match(segments)
		if !ok {
			continue
		}
		t.path = p.path
		if rest := segments[len(t.segments)-1:]; len(rest) > 0 {
			t.path += "/" + word(rest[0])
			if len(rest) > 1 {
				t.path += "/..."
			}
		}
		return t.row, vars, true
	}
	for _, service := range []string{workers, pages} {
		if leadsThrough(segments, service) {
			return row{path: "/.../" + service + "/...", service: service, action: inventory.ActionOther, reads: of()}, nil, true
		}
	}
	return row{}, nil, false
}

// leadsThrough reports whether one of the first segments is the word, as in paths of
// the dashboard's own that begin with none of the prefixes.
func leadsThrough(segments []string, word string) bool {
	const most = 4
	return slices.ContainsFunc(segments[:min(len(segments), most)], func(s string) bool {
		return strings.Contains("/"+strings.ToLower(s)+"/", "/"+word+"/")
	})
}

// word is a segment that may be a word of the interface; what may be a name or an
// id is ":x".
func word(segment string) string {
	digits := strings.IndexFunc(segment, func(r rune) bool { return r >= '0' && r <= '9' }) >= 0
	if digits && len(segment) > 8 || IsID(segment) || bindingKind(strings.ReplaceAll(segment, "-", "_")) == "unknown" {
		return ":x"
	}
	return segment
}
