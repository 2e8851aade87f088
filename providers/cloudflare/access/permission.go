package access

// Permission is what a token is granted: a role, or the permission group that did
// the same before there were roles.
type Permission struct {
	// Key names the permission in [Operation.Permission].
	Key Key
	// Role is the name of the permission group to ask for, and Older that of before
	// the roles; empty: there is no other.
	Role, Older string
	// Scope is what it is granted for.
	Scope Scope
	// Optional: without it what estray tells of Workers and Pages is whole, and
	// only something beside them is not known.
	Optional bool
	// Option is what must be asked for to have it granted; empty: it always is.
	Option Option
	// Without says what is not known without it.
	Without string
}

// Key names a permission.
type Key string

// The keys of permissions. The zero value is that of calls which every token may
// make.
const (
	Workers Key = "workers"
	Routes  Key = "routes"
	Zones   Key = "zones"
	Pages   Key = "pages"
	Account Key = "account"
	Tokens  Key = "tokens"
	Guards  Key = "guards"
	Queues  Key = "queues"
	Email   Key = "email"
	Logpush Key = "logpush"
)

// Scope is the kind of thing that a permission is granted for, in the vendor's
// words.
type Scope string

// The scopes.
const (
	AccountScope Scope = "com.cloudflare.api.account"
	ZoneScope    Scope = "com.cloudflare.api.account.zone"
)

// Word is the scope in one word.
func (s Scope) Word() string {
	if s == ZoneScope {
		return "zone"
	}
	return "account"
}

// Names are the permission groups by which the permission may be had, the one to
// ask for first.
func (p Permission) Names() []string {
	if p.Older == "" || p.Older == p.Role {
		return []string{p.Role}
	}
	return []string{p.Role, p.Older}
}

// String gives the names: "Workers Metadata Read-Only or Workers Scripts Read".
func (p Permission) String() string {
	if p.Older == "" {
		return p.Role
	}
	return p.Role + " or " + p.Older
}

// Permissions lists what a scan needs, the most needed first.
func Permissions() []Permission {
	return []Permission{
		{Key: Workers, Role: "Workers Metadata Read-Only", Older: "Workers Scripts Read", Scope: AccountScope, Without: "everything about Workers"},
		{Key: Pages, Role: "Pages Metadata Read", Older: "Pages Read", Scope: AccountScope, Without: "everything about Pages"},
		{Key: Account, Role: "Account Settings Read", Scope: AccountScope, Without: "the audit logs, the members, and which accounts there are"},
		{Key: Zones, Role: "Zone Read", Scope: ZoneScope, Without: "which zones there are, and so which routes lead to Workers"},
		{Key: Routes, Role: "Workers Routes Read", Scope: ZoneScope, Without: "which routes lead to Workers"},
		{Key: Tokens, Role: "Account API Tokens Read", Scope: AccountScope, Without: "which tokens may deploy, and whether our own sees the whole account"},
		{Key: Guards, Role: "Access: Apps and Policies Read", Scope: AccountScope, Optional: true, Without: "what Access guards: its hosts pass for public"},
		{Key: Queues, Role: "Queues Read", Scope: AccountScope, Optional: true, Without: "which queues start Workers"},
		{Key: Email, Role: "Email Routing Rules Read", Scope: ZoneScope, Optional: true, Without: "which mail starts Workers"},
		{Key: Logpush, Role: "Logs Write", Scope: AccountScope, Optional: true, Option: OptionLogpush, Without: "which jobs deliver logs elsewhere"},
	}
}

// PermissionOf returns the permission of a key; ok is false if there is none.
func PermissionOf(k Key) (p Permission, ok bool) {
	for _, p := range Permissions() {
		if p.Key == k {
			return p, true
		}
	}
	return Permission{}, false
}

// Never lists what no scan needs, whoever suggests it.
func Never() []string {
	return []string{
		"any group whose name ends in Write, Edit, Editor or Admin, except Logs Write where jobs of Logpush are to be read",
		"Workers KV Storage, D1 and Workers R2 Storage: what is stored there is not read",
		"Workers Content Read-Only: code is not read",
		"Workers Tail Read: requests are not read",
		"API Tokens Read of a user: the tokens of people are not read",
	}
}
