// Package live reads Cloudflare itself: Workers, Pages projects and dispatch
// namespaces of each account, what leads to them, who may deploy them, and the
// account's audit log.
//
// # What comes in and goes out
//
// [New] takes a [Config] and gives a planner. The plan asks which accounts the token
// sees and which zones each has; every account is one source, every capability of it
// a cell with a word of its own. A source reads the audit logs first, then lists, then
// what each Worker must be asked for.
//
// # Completeness
//
// A token may be made for single Workers or zones; it is then shown shorter lists
// without a word. So the policies of our own token are read (capability
// "token-scope"), both lists of Workers are held against each other, and all that
// names a Worker or a zone is held against the lists: routes, custom domains, service
// bindings, queues, workflows, mail, events. What is named and not listed makes the
// list partial, and so does a token that is known to be made for less. A list without
// any Worker is whole only where the token is known to see all.
//
// # What serves
//
// A version that was uploaded last need not serve. Bindings and digest are those of
// the versions in the live deployment; where it is not known which they are, those of
// the latest are shown and are not current.
//
// # Cost
//
// Lists take a call for 100 Workers. A Worker takes four: deployments, versions,
// settings, schedules; one more where Worker Previews are offered, and one for each
// version where several serve. A Worker that did not change, by both lists and by a
// whole audit log since the last whole scan, takes none; all are read again every
// seven days.
//
// # Secrets
//
// Values of bindings and variables, keys of destinations and local
// parts of addresses have no place in what is decoded. Code is never asked for.
package live

import (
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

// The sources that speak in coverage of what is read from Cloudflare itself.
const (
	// SourcePlan finds out which accounts and zones there are, and what our token
	// may see.
	SourcePlan = "cloudflare"
	// SourceWorkers reads Workers and all that hangs on them.
	SourceWorkers = "cloudflare-workers"
	SourcePages   = "cloudflare-pages"
	// SourceAccess reads members, tokens and the applications of Access.
	SourceAccess = "cloudflare-access"
	// SourceAudit and SourceAuditV1 read the two audit logs.
	SourceAudit   = "cloudflare-audit-v2"
	SourceAuditV1 = "cloudflare-audit-v1"
)

// Config says what to read of Cloudflare, and how.
type Config struct {
	// Accounts are ids; none: all that the token can see.
	Accounts []string
	// Zones are ids or names; none: all. Routes of others are not asked for, and
	// what leads through them stays unknown.
	Zones []string
	// Audit reads the audit logs of each account.
	Audit bool
	// DispatchScripts lists the scripts in dispatch namespaces by name; else they
	// are counted.
	DispatchScripts bool
	// Full reads again what seems unchanged.
	Full bool
	// Now is the run's instant: what is read holds for it.
	Now time.Time
	// Since is how far back events are read where nothing was read before.
	Since time.Time
	// Within reports whether a scope is this run's business: an account that is
	// not is not asked for anything. Nil: all are.
	Within func(inventory.Scope) bool
	// Planned is told how many of the accounts are planned; nil: nobody is.
	Planned func(done, of int)
	// Calls says how Cloudflare is called.
	Calls session.Options
}
