// Package live reads Cloudflare itself: Workers, Pages projects and dispatch
// namespaces of each account, what leads to them, who may deploy them, and the
// account's audit log.
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
