package cloudflarefake

import "time"

// World is all that the fake knows of Cloudflare. It is a plain value: build it,
// hand it to [New], and change it later only through [Server.Change].
//
// Lists are answered in the order in which they stand here, page by page. The
// fields are named as the vendor names them.
type World struct {
	// Now is the instant of the world, unless the server has a clock.
	Now      time.Time
	Token    Token
	Accounts []*Account
	// Quota is nil where calls are not counted.
	Quota *Quota
	// PageSize bounds the pages of a listing, by its path ("/zones"), whatever is
	// asked for. A path that is missing has the vendor's bound.
	PageSize map[string]int
	// CursorPastEnd gives the last page of an audit log a cursor too: an empty
	// page follows.
	CursorPastEnd bool
}

// The kinds of a token.
const (
	UserToken    = "user"
	AccountToken = "account"
)

// Token is the token with which the world is read.
type Token struct {
	// Kind is UserToken or AccountToken; empty: UserToken.
	Kind string
	// Account is the id of the account that owns an AccountToken.
	Account string
	ID      string
	Name    string
	// Text is what must stand in the header Authorization; empty: anything.
	Text string
	// Status is active, disabled or expired; empty: active. After ExpiresOn it is
	// expired, whatever stands here.
	Status               string
	NotBefore, ExpiresOn time.Time
	// Accounts, Zones and Workers are the ids and tags that the token may see; nil:
	// all. Lists leave the others out without a word.
	Accounts, Zones, Workers []string
	// Policies are told by the list of tokens, and mean nothing to the fake.
	Policies []Policy
}

// Account is one account.
type Account struct {
	ID, Name string
	// Type is standard or enterprise; empty: standard.
	Type      string
	CreatedOn time.Time
	// EnforceTwoFactor is told in the settings of the account.
	EnforceTwoFactor bool
	// Subdomain is the name below workers.dev; empty: there is none, which is told
	// with 404 and code 10007.
	Subdomain string

	Zones   []*Zone
	Workers []*Worker
	// Domains are the custom domains of Workers.
	Domains                 []Domain
	DurableObjectNamespaces []DurableObjectNamespace
	Projects                []*Project
	Namespaces              []*Namespace
	// NoDispatch answers that the plan has no Workers for Platforms (200, success
	// false, code 10121).
	NoDispatch bool
	// NoPreviews answers that previews are not offered (404, code 7003).
	NoPreviews bool

	Members []Member
	// Roles are told by the list of roles; nil: the roles of the members.
	Roles []Role
	// Tokens are the tokens that the account owns. The world's own is added where
	// it belongs to the account and is missing here.
	Tokens []APIToken
	// PermissionGroups can be granted; nil: those of [PermissionGroups].
	PermissionGroups []PermissionGroup
	AccessApps       []AccessApp
	LogpushJobs      []LogpushJob
	Destinations     []Destination
	Queues           []Queue
	Workflows        []Workflow
	// Audit and AuditV1 are the entries of both audit logs, in any order.
	Audit   []AuditEntry
	AuditV1 []AuditEntryV1
	// ProductCategories are what the audit log can be asked for; nil: two.
	ProductCategories []ProductCategory
}

// Zone is one zone of an account.
type Zone struct {
	ID, Name string
	// Status is active, pending, initializing or moved; empty: active.
	Status string
	Paused bool
	// Type is full, partial or secondary; empty: full.
	Type       string
	CreatedOn  time.Time
	Routes     []Route
	EmailRules []EmailRule
}

// Route leads requests of a zone to a Worker.
type Route struct {
	ID      string `json:"id"`
	Pattern string `json:"pattern"`
	// Script is the Worker's name; empty: no Worker runs on the pattern.
	Script string `json:"script,omitempty"`
}

// EmailRule leads mail of a zone somewhere.
type EmailRule struct {
	Tag      string        `json:"tag"`
	Name     string        `json:"name"`
	Enabled  bool          `json:"enabled"`
	Priority int           `json:"priority"`
	Matchers []EmailMatch  `json:"matchers"`
	Actions  []EmailAction `json:"actions"`
}

// EmailMatch picks mail: type literal, field to and an address as the value, or
// type all.
type EmailMatch struct {
	Type  string `json:"type"`
	Field string `json:"field,omitempty"`
	Value string `json:"value,omitempty"`
}

// EmailAction is what becomes of mail: type worker (the value is its name),
// forward or drop.
type EmailAction struct {
	Type  string   `json:"type"`
	Value []string `json:"value,omitempty"`
}

// Account returns the account of an id, or nil.
func (w *World) Account(id string) *Account {
	for _, a := range w.Accounts {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// Zone returns the zone of an id with its account, or nil twice.
func (w *World) Zone(id string) (*Account, *Zone) {
	for _, a := range w.Accounts {
		for _, z := range a.Zones {
			if z.ID == id {
				return a, z
			}
		}
	}
	return nil, nil
}

// Worker returns the Worker of a name, or nil.
func (a *Account) Worker(name string) *Worker {
	for _, w := range a.Workers {
		if w.Name == name {
			return w
		}
	}
	return nil
}

// Project returns the Pages project of a name, or nil.
func (a *Account) Project(name string) *Project {
	for _, p := range a.Projects {
		if p.Name == name {
			return p
		}
	}
	return nil
}
