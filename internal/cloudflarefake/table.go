package cloudflarefake

import (
	"net/url"
	"slices"
	"strings"
)

// endpoint is one path that is served.
type endpoint struct {
	path     string
	segments []string
	last     string // the last placeholder behind account and zone
	code     bool   // it would give the code of a Worker
	bounds   bounds
	serve    func(*call) answer
}

// table finds endpoints.
type table struct{ all []*endpoint }

// Paths returns every path that is served, as calls and faults name it: :a is an
// account, :z a zone, :s a script's name, :w a Worker's id, :v a version, :p a
// project's name, :ns a dispatch namespace, :q a queue, :t a token.
func Paths() []string {
	var out []string
	for _, e := range endpoints() {
		out = append(out, e.path)
	}
	return out
}

func newTable() *table {
	t := &table{}
	for _, e := range endpoints() {
		e.segments = strings.Split(e.path, "/")
		for _, s := range e.segments {
			if strings.HasPrefix(s, ":") && s != ":a" && s != ":z" {
				e.last = s
			}
		}
		t.all = append(t.all, &e)
	}
	return t
}

// find returns the endpoint of an escaped path and what stands in its
// placeholders; nil if there is none. Words go before placeholders.
func (t *table) find(path string) (*endpoint, map[string]string) {
	parts := strings.Split(path, "/")
	for _, e := range t.all {
		if names, ok := e.match(parts); ok {
			return e, names
		}
	}
	return nil, map[string]string{}
}

func (e *endpoint) match(parts []string) (map[string]string, bool) {
	if len(parts) != len(e.segments) {
		return nil, false
	}
	names := map[string]string{}
	for i, s := range e.segments {
		if !strings.HasPrefix(s, ":") {
			if s != parts[i] {
				return nil, false
			}
			continue
		}
		name, err := url.PathUnescape(parts[i])
		if err != nil || name == "" {
			return nil, false
		}
		names[s] = name
	}
	return names, true
}

// endpoints is every path that is served. A path of words stands before one with
// a placeholder in the same place.
func endpoints() []endpoint {
	return slices.Concat(accountEndpoints(), workerEndpoints(), platformEndpoints())
}

// fifty are the bounds that the published document gives to accounts, zones and
// members.
func fifty() bounds { return bounds{usual: 20, least: 5, most: 50, strict: true} }

func upTo(most int) bounds { return bounds{usual: min(most, 20), least: 1, most: most} }

// accountEndpoints are about accounts, people, tokens, guards and logs.
func accountEndpoints() []endpoint {
	thousand := bounds{usual: 100, least: 1, most: 1000, strict: true}
	return []endpoint{
		{path: "/accounts", bounds: fifty(), serve: (*call).accounts},
		{path: "/zones", bounds: fifty(), serve: (*call).zones},
		{path: "/user/tokens/verify", serve: (*call).verifyUser},
		{path: "/user/tokens/:t", serve: (*call).ownToken},
		{path: "/accounts/:a/members", bounds: fifty(), serve: (*call).members},
		{path: "/accounts/:a/roles", bounds: fifty(), serve: (*call).roles},
		{path: "/accounts/:a/tokens", bounds: fifty(), serve: (*call).tokens},
		{path: "/accounts/:a/tokens/verify", serve: (*call).verifyAccount},
		{path: "/accounts/:a/tokens/permission_groups", serve: (*call).permissionGroups},
		{path: "/accounts/:a/tokens/:t", serve: (*call).token},
		{path: "/accounts/:a/access/apps", bounds: upTo(1000), serve: (*call).accessApps},
		{path: "/accounts/:a/logpush/jobs", serve: (*call).logpushJobs},
		{path: "/accounts/:a/logs/audit", bounds: thousand, serve: (*call).audit},
		{path: "/accounts/:a/logs/audit/product_categories", serve: (*call).productCategories},
		{path: "/accounts/:a/audit_logs", bounds: thousand, serve: (*call).auditV1},
	}
}

// workerEndpoints are about Workers and what leads to them.
func workerEndpoints() []endpoint {
	return []endpoint{
		{path: "/accounts/:a/workers/workers", bounds: upTo(100), serve: (*call).workers},
		{path: "/accounts/:a/workers/workers/:w", serve: (*call).oneWorker},
		{path: "/accounts/:a/workers/workers/:w/versions", bounds: upTo(100), serve: (*call).workerVersions},
		{path: "/accounts/:a/workers/workers/:w/versions/:v", serve: (*call).workerVersion},
		{path: "/accounts/:a/workers/workers/:w/previews", bounds: upTo(100), serve: (*call).previews},
		{path: "/accounts/:a/workers/scripts", serve: (*call).scripts},
		{path: "/accounts/:a/workers/scripts/:s", code: true},
		{path: "/accounts/:a/workers/scripts/:s/content", code: true},
		{path: "/accounts/:a/workers/scripts/:s/content/v2", code: true},
		{path: "/accounts/:a/workers/scripts/:s/settings", serve: (*call).settings},
		{path: "/accounts/:a/workers/scripts/:s/script-settings", serve: (*call).scriptSettings},
		{path: "/accounts/:a/workers/scripts/:s/deployments", serve: (*call).deployments},
		{path: "/accounts/:a/workers/scripts/:s/versions", bounds: upTo(100), serve: (*call).versions},
		{path: "/accounts/:a/workers/scripts/:s/versions/:v", serve: (*call).version},
		{path: "/accounts/:a/workers/scripts/:s/schedules", serve: (*call).schedules},
		{path: "/accounts/:a/workers/scripts/:s/secrets", serve: (*call).secrets},
		{path: "/accounts/:a/workers/scripts/:s/tails", serve: (*call).tails},
		{path: "/accounts/:a/workers/scripts/:s/subdomain", serve: (*call).scriptSubdomain},
		{path: "/accounts/:a/workers/subdomain", serve: (*call).subdomain},
		{path: "/accounts/:a/workers/domains", serve: (*call).domains},
		{path: "/accounts/:a/workers/durable_objects/namespaces", bounds: upTo(100), serve: (*call).durableObjects},
		{path: "/accounts/:a/workers/observability/destinations", serve: (*call).destinations},
		{path: "/zones/:z/workers/routes", serve: (*call).routes},
		{path: "/zones/:z/email/routing/rules", bounds: fifty(), serve: (*call).emailRules},
	}
}

// platformEndpoints are about dispatch namespaces, Pages, queues and workflows.
func platformEndpoints() []endpoint {
	pages := bounds{usual: 25, least: 1, most: 25}
	return []endpoint{
		{path: "/accounts/:a/workers/dispatch/namespaces", serve: (*call).namespaces},
		{path: "/accounts/:a/workers/dispatch/namespaces/:ns/scripts", bounds: upTo(100), serve: (*call).dispatchScripts},
		{path: "/accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s", serve: (*call).dispatchScript},
		{path: "/accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/content", code: true},
		{path: "/accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/bindings", serve: (*call).dispatchBindings},
		{path: "/accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s/settings", serve: (*call).dispatchSettings},
		{path: "/accounts/:a/pages/projects", bounds: pages, serve: (*call).projects},
		{path: "/accounts/:a/pages/projects/:p", serve: (*call).project},
		{path: "/accounts/:a/pages/projects/:p/deployments", bounds: pages, serve: (*call).projectDeployments},
		{path: "/accounts/:a/pages/projects/:p/domains", serve: (*call).projectDomains},
		{path: "/accounts/:a/queues", bounds: upTo(100), serve: (*call).queues},
		{path: "/accounts/:a/queues/:q/consumers", serve: (*call).consumers},
		{path: "/accounts/:a/workflows", bounds: upTo(100), serve: (*call).workflows},
	}
}
