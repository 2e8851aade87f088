package awsfake

import "time"

// World is all that the fake knows of AWS. It is a plain value: build it, hand
// it to [New], and change it later only through [Server.Change].
//
// Lists are answered in the order in which they stand here, page by page.
type World struct {
	// Now is the instant of the world: Event history reaches back 90 days
	// from it. Zero: the server's clock.
	Now time.Time
	// Partition is the second field of every ARN. Empty: "aws".
	Partition string
	// Home is the id of the account to which any credentials belong that the
	// fake did not hand out itself. Empty: the first account's.
	Home string
	// Organization is nil where there is none: its operations then answer
	// AWSOrganizationsNotInUseException.
	Organization *Organization
	Accounts     []*Account
	// Policies are the managed policies of AWS itself, which every account sees.
	Policies []*ManagedPolicy
	// PageSize bounds the pages of an operation, by its name
	// ("ListFunctions"). An operation that is missing has the vendor's size.
	PageSize map[string]int
	// EmptyPages names, by operation, the page (1 based) that is answered
	// empty although more follow, as the vendor may do.
	EmptyPages map[string]int
}

// Organization is an AWS organization over all accounts of the world.
type Organization struct {
	ID         string   // "o-..."
	Management string   // id of the management account
	Delegated  []string // ids of the accounts that may list the others, too
}

// Account is one AWS account.
type Account struct {
	ID, Name, Email string
	// State and Status are the newer and the older word for the same. Both
	// empty: both ACTIVE. An account that is not ACTIVE or PENDING_CLOSURE
	// hands out no credentials.
	State, Status string
	// Aliases are the names of the account for signing in.
	Aliases []string

	// Role is the name of the role that may be assumed; empty: none.
	// ExternalID must then be given, if it is not empty.
	Role, ExternalID string
	// SessionRequests is the number of requests for which the credentials of
	// one assumed role are good; 0: no bound.
	SessionRequests int
	// SessionEnds is the instant of the server's clock from which on the
	// credentials of assumed roles are refused as expired; zero: never.
	SessionEnds time.Time

	// Regions is what ListRegions answers. A region that is listed as
	// anything but ENABLED or ENABLED_BY_DEFAULT refuses its calls as the
	// vendor does. Empty: the regions of Places, enabled by default.
	Regions []RegionState
	// Places holds what is there, by region. A region that is missing is empty.
	Places map[string]*Region

	Roles    []*Role
	Policies []*ManagedPolicy
	Trails   []*Trail
}

// RegionState says whether an account uses a region: ENABLED, ENABLING,
// DISABLED, DISABLING or ENABLED_BY_DEFAULT.
type RegionState struct {
	Name      string `json:"RegionName"`
	OptStatus string `json:"RegionOptStatus"`
}

// on reports whether the region answers calls.
func (s RegionState) on() bool {
	return s.OptStatus == "ENABLED" || s.OptStatus == "ENABLED_BY_DEFAULT"
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

// home is the account of the base credentials.
func (w *World) home() string {
	if w.Home == "" && len(w.Accounts) > 0 {
		return w.Accounts[0].ID
	}
	return w.Home
}

// partition is the partition with its default; so is that of no world, which
// stands behind a proxy.
func (w *World) partition() string {
	if w == nil || w.Partition == "" {
		return "aws"
	}
	return w.Partition
}

// states gives State and Status as ListAccounts answers them.
func (a *Account) states() (state, status string) {
	if a.State == "" && a.Status == "" {
		return "ACTIVE", "ACTIVE"
	}
	return a.State, a.Status
}

// usable reports whether a role of the account can be assumed.
func (a *Account) usable() bool {
	state, status := a.states()
	if state == "" {
		state = status
	}
	return state == "ACTIVE" || state == "PENDING_CLOSURE"
}

// refuses reports whether the account does not use a region.
func (a *Account) refuses(region string) bool {
	for _, r := range a.Regions {
		if r.Name == region {
			return !r.on()
		}
	}
	return false
}
