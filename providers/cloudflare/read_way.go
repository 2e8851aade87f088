package cloudflare

import (
	"cmp"
	"strings"

	"github.com/estray/estray/inventory"
)

// inBody names the Worker that the answer names by one of the members, or else the
// request. A request may hold members that nobody obeys, so that no others are asked.
func inBody(members ...string) read {
	return func(r *reading) {
		for _, o := range []object{r.answer, r.body} {
			if n := o.str(members...); n != "" {
				r.worker(n)
				return
			}
		}
	}
}

// subject names a thing of the account that there is one of.
func subject(kind string) read { return func(r *reading) { r.subject(kind, ""); r.keys(r.body) } }

// zone names the zone of the path.
func zone(r *reading) {
	if z := identifier(r.vars["z"]); z != "" {
		r.event.Subject = "cloudflare:zone/" + z
	}
}

// pattern reads the pattern of a filter, and whether it is switched on.
func pattern(r *reading) {
	r.event.Change.Route = routePattern(r.body.str("pattern"))
	r.event.Change.Serving = r.body.flag("enabled")
}

// routePattern is the pattern of a route: a host and a path, with wildcards, and
// never a query.
func routePattern(text string) string {
	_, rest, ok := strings.Cut(text, "://")
	if !ok {
		rest = text
	}
	host, _, _ := strings.Cut(rest, "/")
	if hostname(host) == "" || strings.ContainsAny(text, " ?#@\\\"") || len(text) > longest {
		return ""
	}
	return kept(text)
}

// zoneRoute reads a route of a zone. One without a script switches Workers off on
// its pattern, so that what led to one no longer does.
func zoneRoute(r *reading) {
	zone(r)
	id := cmp.Or(identifier(r.vars["id"]), identifier(r.answer.str("id")))
	if z := identifier(r.vars["z"]); z != "" && id != "" {
		r.event.Subject = string(RouteID(z, id))
	}
	r.event.Change.Route = cmp.Or(routePattern(r.body.str("pattern")), routePattern(r.answer.str("pattern")))
	r.keys(r.body)
	if r.record.method != "DELETE" && r.body != nil && len(r.event.Assets) == 0 {
		r.event.Action = inventory.ActionDetachTrigger
	}
}

// domain reads a custom domain.
func domain(r *reading) {
	if id := cmp.Or(identifier(r.vars["id"]), identifier(r.answer.str("id"))); id != "" {
		r.event.Subject = string(DomainID(r.account, id))
	}
	r.event.Change.Hostname = cmp.Or(hostname(r.body.str("hostname")), hostname(r.answer.str("hostname")))
	r.event.Change.Qualifier = name(r.body.str("environment"))
	r.event.Change.Previews = r.body.flag("previews_enabled")
	r.keys(r.body)
}

// routesOfScript reads all routes of a script, which the call replaces: their
// patterns, joined by ", ".
func routesOfScript(r *reading) {
	list, ok := r.list, r.list != nil
	if !ok {
		list, ok = r.body.list("routes")
	}
	r.event.Change.Route = joined(list, routePattern, "pattern")
	if ok && len(list) == 0 {
		r.event.Action = inventory.ActionDetachTrigger
	}
}

// domainsOfScript reads the custom domains of a script: their hosts, joined by
// ", ".
func domainsOfScript(r *reading) {
	list, ok := r.body.list("origins", "domains", "records")
	if !ok {
		list, ok = r.list, r.list != nil
	}
	r.event.Change.Hostname = joined(list, hostname, "hostname")
	if ok && len(list) == 0 {
		r.event.Action = inventory.ActionUnexpose
	}
}

// joined are texts of a list, or those of its objects under a name.
func joined(list []any, clean func(string) string, member string) string {
	var out []string
	for _, v := range list {
		switch v := v.(type) {
		case string:
			out = append(out, clean(v))
		case map[string]any:
			out = append(out, clean(object(v).str(member)))
		}
	}
	return strings.Join(sorted(out), ", ")
}

// queue names a queue and what consumes it.
func queue(r *reading) {
	if q := name(r.vars["q"]); q != "" {
		r.event.Subject = string(QueueID(r.account, q))
		r.event.Change.TriggerSource = r.event.Subject
	}
}

// mailRule reads a rule for mail that names Workers. One that leads elsewhere is
// an act on mail and on no Worker; it may have led to one before, so it is kept.
func mailRule(r *reading) {
	zone(r)
	rule := cmp.Or(name(r.vars["r"]), name(r.answer.str("id", "tag")))
	if r.event.Subject != "" && rule != "" {
		r.event.Subject += "/email-rule/" + rule
	}
	actions, ok := r.body.list("actions")
	if !ok {
		actions, ok = r.answer.list("actions")
	}
	for _, a := range objects(actions) {
		if a.str("type") != "worker" {
			continue
		}
		to, _ := a.list("value")
		for _, v := range append(to, a.value("value")) {
			if n, isText := v.(string); isText {
				r.worker(n)
			}
		}
	}
	r.event.Change.Serving = r.body.flag("enabled")
	if ok && len(r.event.Assets) == 0 && r.record.method != "DELETE" {
		r.event.Action = inventory.ActionUpdateConfig
	}
}

// workflowed names a workflow.
func workflowed(r *reading) {
	if wf := name(r.vars["wf"]); wf != "" {
		r.subject("workflow", wf)
	}
}

// built names the Worker that a connection or a trigger of Workers Builds is for.
// The names of the members are [memory].
func built(r *reading) {
	for _, o := range []object{r.body, r.answer} {
		for _, member := range []string{"external_script_id", "script_id", "script_tag", "worker_id", "worker_tag"} {
			if tag := o.str(member); IsID(tag) {
				r.about(inventory.Worker, WorkerID(r.account, tag), "")
				return
			}
		}
	}
}

// namespaced names the namespace of the path, and the script in it.
func namespaced(r *reading) { r.inNamespace(r.vars["ns"]) }

// namespaceMade names a namespace that was made.
func namespaceMade(r *reading) {
	r.inNamespace(cmp.Or(r.body.str("name"), r.answer.str("namespace_name")))
}

func (r *reading) inNamespace(ns string) {
	if ns = name(ns); ns == "" {
		return
	}
	r.about(inventory.DispatchNamespace, NamespaceName(r.account, ns), ns)
	if s := name(r.vars["s"]); s != "" {
		r.subject("dispatch-script", ns+"/"+s)
	}
	r.keys(r.body)
}

// projected names the Pages project of the path.
func projected(r *reading) { r.project(r.vars["p"]) }

// projectMade names a Pages project that was made.
func projectMade(r *reading) {
	r.project(cmp.Or(r.body.str("name"), r.answer.str("name")))
}

func (r *reading) project(called string) {
	if called = name(called); called != "" {
		r.about(inventory.PagesProject, PagesName(r.account, called), called)
	}
}

// projectSettings reads which settings of a Pages project the body spoke of, its
// variables and bindings by name.
func projectSettings(r *reading) {
	r.keys(r.body)
	if configs := r.body.child("deployment_configs"); configs != nil {
		all := pagesBindings(configs)
		r.event.Change.Bindings = &all
	}
}

// pagesDeployment reads which deployment was put into service.
func pagesDeployment(r *reading) {
	r.event.Change.Version = cmp.Or(identifier(r.answer.str("id")), identifier(r.vars["d"]))
	if env := r.answer.str("environment"); env == "production" || env == "preview" {
		r.event.Change.Qualifier = env
	}
}

// pagesDomain reads a custom domain of a Pages project.
func pagesDomain(r *reading) {
	r.event.Change.Hostname = cmp.Or(hostname(r.vars["h"]), hostname(r.body.str("name")), hostname(r.answer.str("name")))
}

// byResource names what the resource of a record is, where it tells no path: a
// Worker by its tag, or by its name. Other resources than Workers and Pages
// projects are not named.
func byResource(r *reading) {
	called := name(r.record.resource.id)
	switch {
	case called == "" || r.call.service != workers && r.call.service != pages:
	case r.call.service == pages && isUUID(called):
		r.about(inventory.PagesProject, PagesID(r.account, called), "")
	case r.call.service == pages:
		r.project(called)
	case IsID(called):
		r.about(inventory.Worker, WorkerID(r.account, called), "")
	default:
		r.worker(called)
	}
}
