package cloudflare

import "github.com/estray/estray/inventory"

// The parts of Cloudflare's interface, as Event.Service names them.
const (
	workers   = "workers"
	pages     = "pages"
	zones     = "zones"
	tokens    = "tokens"
	members   = "members"
	logs      = "logs"
	queues    = "queues"
	email     = "email"
	builds    = "builds"
	workflows = "workflows"
)

// row says how to read one call.
type row struct {
	// methods are one or more, in upper case. path is the template: ":x" stands for
	// one segment, a "*" at its end for any number, none too.
	methods, path string
	service       string
	action        inventory.Action
	// reads are asked in order: they name what was acted on, decode what the bodies
	// say, and may choose another action. Nil: the call is a question that changes
	// nothing, and is not kept.
	reads []read
}

// read takes from a record what it knows how to read.
type read func(*reading)

// of lists reads; none is not nil.
func of(reads ...read) []read { return append([]read{}, reads...) }

// table lists the calls that are ours, the more exact template first. The
// templates are those of the published interface (cloudflare-go v7.9.0), of
// wrangler 4.125, and some that the dashboard uses [memory]. That the log tells
// each of them is not proved: a call that its schemas do not have may be missing.
func table() []row {
	var out []row
	for _, part := range [][]row{scriptRows(), workerRows(), wayRows(), namespaceRows(), triggerRows(), pagesRows(), accessRows(), logRows()} {
		out = append(out, part...)
	}
	return out
}

const (
	script    = "/accounts/:a/workers/scripts/:s"
	service   = "/accounts/:a/workers/services/:s"
	worker    = "/accounts/:a/workers/workers/:w"
	namespace = "/accounts/:a/workers/dispatch/namespaces/:ns"
	project   = "/accounts/:a/pages/projects/:p"
)

// scriptRows are calls that name a Worker by its name.
func scriptRows() []row {
	return []row{
		{"PUT", script, workers, inventory.ActionUpdateCode, of(byName, upload)},
		{"PUT", script + "/content", workers, inventory.ActionUpdateCode, of(byName, upload)},
		{"DELETE", script, workers, inventory.ActionDelete, of(byName)},
		{"DELETE", service, workers, inventory.ActionDelete, of(byName)},
		{"PUT PATCH", service + "/environments/:e/content", workers, inventory.ActionUpdateCode, of(byName, environment, upload)},
		{"PUT PATCH", service + "/environments/:e/settings", workers, inventory.ActionUpdateConfig, of(byName, environment, settings)},
		{"PUT", service + "/environments/:e", workers, inventory.ActionUpdateCode, of(byName, environment, upload)},
		{"PUT PATCH", service + "/*", workers, inventory.ActionUpdateConfig, of(byName, settings)},
		{"POST", script + "/versions", workers, inventory.ActionPublish, of(byName, upload, version)},
		{"POST", script + "/deployments", workers, inventory.ActionDeploy, of(byName, deployment)},
		{"DELETE", script + "/deployments/:d", workers, inventory.ActionUpdateConfig, of(byName)},
		{"PATCH", script + "/settings", workers, inventory.ActionUpdateConfig, of(byName, settings)},
		{"PATCH", script + "/script-settings", workers, inventory.ActionUpdateConfig, of(byName, settings, watched)},
		{"PUT", script + "/secrets", workers, inventory.ActionUpdateConfig, of(byName, secrets)},
		{"DELETE", script + "/secrets/:k", workers, inventory.ActionUpdateConfig, of(byName, secrets)},
		{"PATCH", script + "/secrets-bulk", workers, inventory.ActionUpdateConfig, of(byName, secrets)},
		{"PUT", script + "/schedules", workers, inventory.ActionAttachTrigger, of(byName, schedules)},
		{"POST DELETE", script + "/subdomain", workers, inventory.ActionUpdateConfig, of(byName, subdomain)},
		{"PUT", script + "/routes", workers, inventory.ActionAttachTrigger, of(byName, routesOfScript)},
		{"PUT", script + "/domains/records", workers, inventory.ActionExpose, of(byName, domainsOfScript)},
		{"POST", script + "/domains/changeset", workers, inventory.ActionEnumerate, nil},
		{"POST", script + "/tails", workers, inventory.ActionEnumerate, of(byName)},
		{"DELETE", script + "/tails/:id", workers, inventory.ActionEnumerate, of(byName)},
		{"POST", script + "/edge-preview", workers, inventory.ActionInvoke, of(byName)},
		{"GET", script + "/subdomain/edge-preview", workers, inventory.ActionInvoke, of(byName)},
		{"POST", script + "/assets-upload-session", workers, inventory.ActionOther, of(byName)},
		{"GET", script, workers, inventory.ActionReadSecret, of(byName)},
		{"GET", script + "/content", workers, inventory.ActionReadSecret, of(byName)},
		{"GET", script + "/content/v2", workers, inventory.ActionReadSecret, of(byName)},
		{"GET", script + "/settings", workers, inventory.ActionReadSecret, of(byName)},
		{"GET", script + "/bindings", workers, inventory.ActionReadSecret, of(byName)},
		{"GET", script + "/versions/:v", workers, inventory.ActionReadSecret, of(byName)},
		{"GET", service + "/environments/:e/content", workers, inventory.ActionReadSecret, of(byName)},
	}
}

// workerRows are calls that name a Worker by its immutable id, or that make one.
func workerRows() []row {
	return []row{
		{"POST", "/accounts/:a/workers/workers", workers, inventory.ActionCreate, of(made, settings)},
		{"PUT PATCH", worker, workers, inventory.ActionUpdateConfig, of(byTag, settings, renamed, switches)},
		{"DELETE", worker, workers, inventory.ActionDelete, of(byTag)},
		{"POST", worker + "/versions", workers, inventory.ActionPublish, of(byTag, upload, version)},
		{"DELETE", worker + "/versions/:v", workers, inventory.ActionUpdateConfig, of(byTag)},
		{"POST", worker + "/deployments", workers, inventory.ActionDeploy, of(byTag, deployment)},
		{"DELETE", worker + "/deployments/:d", workers, inventory.ActionUpdateConfig, of(byTag)},
		{"POST PUT PATCH", worker + "/previews/*", workers, inventory.ActionExpose, of(byTag, upload)},
		{"DELETE", worker + "/previews/*", workers, inventory.ActionUnexpose, of(byTag)},
		{"GET", worker + "/versions/:v", workers, inventory.ActionReadSecret, of(byTag)},
	}
}

// wayRows are calls about ways in that no script's path tells of, and about the
// account's own settings.
func wayRows() []row {
	const domains, route = "/accounts/:a/workers/domains", "/zones/:z/workers/routes"
	return []row{
		{"PUT POST", domains, workers, inventory.ActionExpose, of(inBody("service"), domain)},
		{"PUT", domains + "/records/:id", workers, inventory.ActionExpose, of(inBody("service"), domain)},
		{"DELETE", domains + "/records/:id", workers, inventory.ActionUnexpose, of(domain)},
		{"DELETE", domains + "/:id", workers, inventory.ActionUnexpose, of(domain)},
		{"POST", route, zones, inventory.ActionAttachTrigger, of(inBody("script"), zoneRoute)},
		{"PUT", route + "/:id", zones, inventory.ActionAttachTrigger, of(inBody("script"), zoneRoute)},
		{"DELETE", route + "/:id", zones, inventory.ActionDetachTrigger, of(zoneRoute)},
		{"POST PUT", "/zones/:z/workers/filters/*", zones, inventory.ActionAttachTrigger, of(zone, pattern)},
		{"DELETE", "/zones/:z/workers/filters/*", zones, inventory.ActionDetachTrigger, of(zone)},
		{"PUT POST", "/zones/:z/workers/script", zones, inventory.ActionUpdateCode, of(zone, upload)},
		{"DELETE", "/zones/:z/workers/script", zones, inventory.ActionDelete, of(zone)},
		{"POST", "/zones/:z/workers/edge-preview", zones, inventory.ActionInvoke, of(zone)},
		{"GET", "/accounts/:a/workers/subdomain/edge-preview", workers, inventory.ActionInvoke, of(subject("subdomain"))},
		{"PUT DELETE", "/accounts/:a/workers/subdomain", workers, inventory.ActionUpdateConfig, of(subject("subdomain"))},
		{"PUT", "/accounts/:a/workers/account-settings", workers, inventory.ActionUpdateConfig, of(subject("account-settings"))},
		{"POST", "/accounts/:a/workers/assets/upload", workers, inventory.ActionOther, of()},
	}
}

// namespaceRows are calls about Workers for Platforms.
func namespaceRows() []row {
	const inside = namespace + "/scripts/:s"
	return []row{
		{"POST", "/accounts/:a/workers/dispatch/namespaces", workers, inventory.ActionCreate, of(namespaceMade)},
		{"PUT PATCH", namespace, workers, inventory.ActionUpdateConfig, of(namespaced)},
		{"DELETE", namespace, workers, inventory.ActionDelete, of(namespaced)},
		{"PUT", inside, workers, inventory.ActionUpdateCode, of(namespaced, upload)},
		{"PUT", inside + "/content", workers, inventory.ActionUpdateCode, of(namespaced, upload)},
		{"DELETE", inside, workers, inventory.ActionDelete, of(namespaced)},
		{"PUT PATCH", inside + "/settings", workers, inventory.ActionUpdateConfig, of(namespaced, settings)},
		{"PUT PATCH DELETE", inside + "/secrets/*", workers, inventory.ActionUpdateConfig, of(namespaced, secrets)},
		{"PATCH", inside + "/secrets-bulk", workers, inventory.ActionUpdateConfig, of(namespaced, secrets)},
		{"PUT DELETE", inside + "/tags/*", workers, inventory.ActionUpdateConfig, of(namespaced)},
		{"GET", inside, workers, inventory.ActionReadSecret, of(namespaced)},
		{"GET", inside + "/content", workers, inventory.ActionReadSecret, of(namespaced)},
		{"GET", inside + "/settings", workers, inventory.ActionReadSecret, of(namespaced)},
	}
}

// triggerRows are calls that let something else start a Worker. Builds are of the
// dashboard [memory].
func triggerRows() []row {
	const consumers, rules, workflow = "/accounts/:a/queues/:q/consumers/*", "/zones/:z/email/routing/rules", "/accounts/:a/workflows/:wf"
	return []row{
		{"POST PUT PATCH", consumers, queues, inventory.ActionAttachTrigger, of(inBody("script_name", "script", "service"), queue)},
		{"DELETE", consumers, queues, inventory.ActionDetachTrigger, of(inBody("script_name", "script", "service"), queue)},
		{"POST", rules, email, inventory.ActionAttachTrigger, of(mailRule)},
		{"PUT PATCH", rules + "/:r", email, inventory.ActionAttachTrigger, of(mailRule)},
		{"DELETE", rules + "/:r", email, inventory.ActionDetachTrigger, of(mailRule)},
		{"PUT PATCH", workflow, workflows, inventory.ActionAttachTrigger, of(inBody("script_name"), workflowed)},
		{"DELETE", workflow, workflows, inventory.ActionDetachTrigger, of(inBody("script_name"), workflowed)},
		{"POST PUT PATCH", "/accounts/:a/builds/*", builds, inventory.ActionAttachTrigger, of(built)},
		{"DELETE", "/accounts/:a/builds/*", builds, inventory.ActionDetachTrigger, of(built)},
	}
}

// pagesRows are calls about Pages projects.
func pagesRows() []row {
	return []row{
		{"POST", "/accounts/:a/pages/projects", pages, inventory.ActionCreate, of(projectMade, projectSettings)},
		{"PATCH PUT", project, pages, inventory.ActionUpdateConfig, of(projected, projectSettings)},
		{"DELETE", project, pages, inventory.ActionDelete, of(projected)},
		{"POST", project + "/deployments", pages, inventory.ActionDeploy, of(projected, pagesDeployment)},
		{"POST", project + "/deployments/:d/retry", pages, inventory.ActionDeploy, of(projected, pagesDeployment)},
		{"POST", project + "/deployments/:d/rollback", pages, inventory.ActionRollback, of(projected, pagesDeployment)},
		{"DELETE", project + "/deployments/:d", pages, inventory.ActionUpdateConfig, of(projected)},
		{"POST PATCH", project + "/domains/*", pages, inventory.ActionExpose, of(projected, pagesDomain)},
		{"DELETE", project + "/domains/:h", pages, inventory.ActionUnexpose, of(projected, pagesDomain)},
		{"POST", project + "/deployments/:d/tails", pages, inventory.ActionEnumerate, of(projected)},
		{"DELETE", project + "/deployments/:d/tails/*", pages, inventory.ActionEnumerate, of(projected)},
		{"GET", "/accounts/:a/pages/projects", pages, inventory.ActionReadSecret, of()},
		{"GET", project, pages, inventory.ActionReadSecret, of(projected)},
	}
}

// accessRows are calls that give rights to people and tokens. What changes a grant
// may widen it, so it is a grant too; and who rolls a token holds it from then on.
func accessRows() []row {
	const ofAccount, ofUser, member = "/accounts/:a/tokens", "/user/tokens", "/accounts/:a/members"
	return []row{
		{"POST", ofAccount, tokens, inventory.ActionGrant, of(token, tokenRights)},
		{"PUT PATCH", ofAccount + "/:t", tokens, inventory.ActionGrant, of(token, tokenRights)},
		{"PUT", ofAccount + "/:t/value", tokens, inventory.ActionGrant, of(token)},
		{"DELETE", ofAccount + "/:t", tokens, inventory.ActionRevoke, of(token)},
		{"POST", ofUser, tokens, inventory.ActionGrant, of(token, tokenRights)},
		{"PUT PATCH", ofUser + "/:t", tokens, inventory.ActionGrant, of(token, tokenRights)},
		{"PUT", ofUser + "/:t/value", tokens, inventory.ActionGrant, of(token)},
		{"DELETE", ofUser + "/:t", tokens, inventory.ActionRevoke, of(token)},
		{"POST", member, members, inventory.ActionGrant, of(memberOf, memberRights)},
		{"PUT PATCH", member + "/:m", members, inventory.ActionGrant, of(memberOf, memberRights)},
		{"DELETE", member + "/:m", members, inventory.ActionRevoke, of(memberOf)},
		{"GET", ofAccount + "/*", tokens, inventory.ActionEnumerate, of()},
		{"GET", ofUser + "/*", tokens, inventory.ActionEnumerate, of()},
		{"GET", member + "/*", members, inventory.ActionEnumerate, of()},
	}
}

// logRows are calls about the delivery of logs.
func logRows() []row {
	const jobs, destinations = "/accounts/:a/logpush/jobs", "/accounts/:a/workers/observability/destinations"
	return []row{
		{"POST", jobs, logs, inventory.ActionLoggingOn, of(job)},
		{"PUT PATCH", jobs + "/:j", logs, inventory.ActionUpdateConfig, of(job)},
		{"DELETE", jobs + "/:j", logs, inventory.ActionLoggingOff, of(job)},
		{"GET", jobs + "/*", logs, inventory.ActionEnumerate, of()},
		{"POST", destinations, logs, inventory.ActionLoggingOn, of(destination)},
		{"PATCH PUT", destinations + "/:d", logs, inventory.ActionUpdateConfig, of(destination)},
		{"DELETE", destinations + "/:d", logs, inventory.ActionLoggingOff, of(destination)},
	}
}
