package access

import (
	"cmp"
	"slices"

	"github.com/estray/estray/inventory"
)

// Operation is one call that a scan makes.
type Operation struct {
	// Name is method and path, as coverage names the call: "GET
	// /accounts/:a/workers/scripts".
	Name string
	// Permission is the key of the one that it needs; empty: none.
	Permission Key
	// Capability is what is not whole without it.
	Capability inventory.Capability
	// Option is what of the configuration asks for it; empty: it is always called.
	Option Option
	// Where it is called.
	Where Where
	// Why says what is not known without it.
	Why string
}

// Option is a part of the configuration that has calls of its own.
type Option string

// The options.
const (
	// OptionAudit is providers.cloudflare.events.audit.
	OptionAudit Option = "audit"
	// OptionLogpush is no part of the configuration: jobs of Logpush are always
	// asked for, but the permission to read them may write them, too. It is granted
	// on request.
	OptionLogpush Option = "logpush"
)

// Where says how often a call is made.
type Where string

// The places.
const (
	// Once: for the token itself.
	Once Where = "once"
	// EachAccount: in each account that is read.
	EachAccount Where = "account"
	// EachZone: for each zone of each account.
	EachZone Where = "zone"
)

// row is an operation with its probe.
type row struct {
	Operation
	// query is added to the call of the probe.
	query string
	// beta: that Cloudflare does not offer the call is no lack of a permission.
	beta bool
}

// Operations lists what a scan calls, by name.
func Operations() []Operation {
	all := rows()
	out := make([]Operation, 0, len(all))
	for _, r := range all {
		out = append(out, r.Operation)
	}
	slices.SortFunc(out, func(a, b Operation) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// rows is the table.
func rows() []row {
	return slices.Concat(planRows(), workerRows(), oneWorkerRows(), doorRows(), pagesRows(), peopleRows(), auditRows())
}

func planRows() []row {
	return []row{
		call("/user/tokens/verify", "", inventory.CapTokenScope, "whose our token is").at(Once),
		call("/accounts/:a/tokens/verify", "", inventory.CapTokenScope, "whose our token is").at(Once),
		call("/accounts", Account, inventory.CapScopes, "which accounts there are").at(Once).with("per_page=5"),
		call("/zones", Zones, inventory.CapZones, "which zones there are").with("per_page=5&account.id=:a"),
		call("/accounts/:a/tokens/:t", Tokens, inventory.CapTokenScope, "whether our token sees the whole account"),
	}
}

func workerRows() []row {
	return []row{
		call("/accounts/:a/workers/workers", Workers, inventory.CapWorkers, "the Workers").with("per_page=1"),
		call("/accounts/:a/workers/scripts", Workers, inventory.CapWorkers, "the second list of Workers, which proves the first one whole"),
		call("/accounts/:a/workers/subdomain", Workers, inventory.CapSubdomains, "the addresses below workers.dev"),
		call("/accounts/:a/workers/domains", Workers, inventory.CapDomains, "the custom domains of Workers"),
		call("/accounts/:a/workers/observability/destinations", Workers, inventory.CapLogDestinations, "where the logs of Workers are sent to"),
		call("/accounts/:a/workers/dispatch/namespaces", Workers, inventory.CapNamespaces, "dispatch namespaces"),
		call("/accounts/:a/workers/dispatch/namespaces/:ns/scripts", Workers, inventory.CapNamespaceScripts, "the scripts in dispatch namespaces").with("per_page=1").mayLack(),
		call("/accounts/:a/workflows", Workers, inventory.CapWorkflows, "which workflows start Workers").with("per_page=1"),
	}
}

func oneWorkerRows() []row {
	return []row{
		call("/accounts/:a/workers/workers/:w/previews", Workers, inventory.CapPreviews, "previews that run beside a Worker").with("per_page=1").mayLack(),
		call("/accounts/:a/workers/scripts/:s/settings", Workers, inventory.CapSettings, "bindings, and so what Workers reach"),
		call("/accounts/:a/workers/scripts/:s/deployments", Workers, inventory.CapDeployments, "which versions serve, and who deployed them"),
		call("/accounts/:a/workers/scripts/:s/versions", Workers, inventory.CapVersions, "where versions come from").with("per_page=1"),
		call("/accounts/:a/workers/scripts/:s/versions/:v", Workers, inventory.CapSettings, "bindings of versions that serve beside the latest"),
		call("/accounts/:a/workers/scripts/:s/schedules", Workers, inventory.CapSchedules, "which times start Workers"),
		call("/accounts/:a/workers/scripts/:s/subdomain", Workers, inventory.CapSubdomains, "whether workers.dev and previews are switched on, where the list does not say"),
	}
}

func doorRows() []row {
	return []row{
		call("/zones/:z/workers/routes", Routes, inventory.CapRoutes, "which routes lead to Workers").at(EachZone),
		call("/zones/:z/email/routing/rules", Email, inventory.CapEmailRules, "which mail starts Workers").at(EachZone).with("per_page=5"),
		call("/accounts/:a/queues", Queues, inventory.CapQueues, "which queues start Workers").with("per_page=1"),
		call("/accounts/:a/access/apps", Guards, inventory.CapAccess, "what Access guards").with("per_page=1"),
		call("/accounts/:a/logpush/jobs", Logpush, inventory.CapLogpush, "which jobs deliver logs elsewhere"),
	}
}

func pagesRows() []row {
	return []row{
		call("/accounts/:a/pages/projects", Pages, inventory.CapPages, "Pages projects").with("per_page=1"),
		call("/accounts/:a/pages/projects/:p/domains", Pages, inventory.CapPagesDomains, "custom domains of Pages projects"),
	}
}

func peopleRows() []row {
	return []row{
		call("/accounts/:a/members", Account, inventory.CapMembers, "who may deploy").with("per_page=5"),
		call("/accounts/:a/tokens", Tokens, inventory.CapTokens, "which tokens may deploy").with("per_page=5"),
		call("/accounts/:a/tokens/permission_groups", Tokens, inventory.CapTokens, "what permission groups are called"),
	}
}

func auditRows() []row {
	return []row{
		call("/accounts/:a/logs/audit", Account, inventory.CapEvents, "who changed what").with("limit=1&since=:since&before=:before").ifAsked(OptionAudit),
		call("/accounts/:a/audit_logs", Account, inventory.CapEvents, "what settings were before a change, and what happened before 2026-03-10").with("per_page=1&since=:since&before=:before").ifAsked(OptionAudit),
	}
}

func call(path string, p Key, c inventory.Capability, why string) row {
	return row{Operation: Operation{Name: "GET " + path, Permission: p, Capability: c, Where: EachAccount, Why: why}}
}

func (r row) at(w Where) row        { r.Where = w; return r }
func (r row) with(query string) row { r.query = query; return r }
func (r row) mayLack() row          { r.beta = true; return r }
func (r row) ifAsked(o Option) row  { r.Option = o; return r }
