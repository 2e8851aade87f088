package inventory

import (
	"slices"
	"strings"
)

// Grant is one statement of a policy: who may do what, under conditions. Of
// conditions only those narrow that a caller cannot choose.
type Grant struct {
	ID   string `json:"id,omitempty"`
	Deny bool   `json:"deny,omitempty"`
	// Everyone: the principal is "*", or everybody but some (NotPrincipal).
	Everyone bool `json:"everyone,omitempty"`
	// Principals are the named ones, in full; Accounts are the accounts that
	// they belong to. An id left by a deleted principal has no account.
	Principals []string `json:"principals,omitempty"`
	Accounts   []string `json:"accounts,omitempty"`
	Services   []string `json:"services,omitempty"`
	Federated  []string `json:"federated,omitempty"`
	Actions    []string `json:"actions,omitempty"`
	// Sources and SourceAccounts are values of conditions on the source
	// (aws:SourceArn, aws:SourceAccount); Organizations of aws:PrincipalOrgID.
	Sources        []string `json:"sources,omitempty"`
	SourceAccounts []string `json:"source_accounts,omitempty"`
	Organizations  []string `json:"organizations,omitempty"`
	// Auth is the authorisation type that a function URL must have.
	Auth string `json:"auth,omitempty"`
	// ViaURL: the grant holds for calls through a function URL only.
	ViaURL    bool   `json:"via_url,omitempty"`
	Qualifier string `json:"qualifier,omitempty"`
	// Secret: an event source token or an external id must be given.
	Secret bool `json:"secret,omitempty"`
	// Unjudged names the condition keys whose effect could not be judged.
	Unjudged []string `json:"unjudged,omitempty"`
}

// Own is what is ours besides the account that an asset is in.
type Own struct {
	// Organization is the id of our organization; empty: not known, and then
	// every organization counts as somebody else's.
	Organization string
	// Account reports whether an account is ours; nil: none is known to be.
	Account func(string) bool
}

// Reach judges how far the grant reaches for an asset of the account home. An
// allow for everyone is public unless a condition names a source, an account or
// an organization; through AWS_IAM alone it is authenticated. A wildcard names
// nobody. A deny, and an id that a deleted principal left, let nobody in.
func (g Grant) Reach(home string, own Own) Reach {
	reach := ReachPrivate
	if g.Deny {
		return reach
	}
	if g.Everyone {
		reach = Widest(reach, g.everyoneReach(home, own))
	}
	for _, a := range g.Accounts {
		reach = Widest(reach, accountReach(a, home, own))
	}
	if len(g.Services) > 0 {
		reach = Widest(reach, g.serviceReach(home, own))
	}
	if len(g.Federated) > 0 {
		reach = Widest(reach, ReachPartner)
	}
	return g.withinOrganizations(reach, own)
}

func (g Grant) everyoneReach(home string, own Own) Reach {
	switch {
	case g.Sourced():
		return g.sourceReach(home, own)
	case g.Auth == "AWS_IAM":
		return ReachAuthenticated
	}
	return ReachPublic
}

// serviceReach: a service without a source acts for anybody who can make that
// service call (confused deputy): as wide as anybody with an account.
func (g Grant) serviceReach(home string, own Own) Reach {
	if !g.Sourced() {
		return ReachAuthenticated
	}
	return g.sourceReach(home, own)
}

// Sourced reports whether a condition on the source names somebody. A value
// that begins with a wildcard where the account or the bucket should stand
// names nobody.
func (g Grant) Sourced() bool {
	wild := func(s string) bool { return s == "" || strings.HasPrefix(s, "*") || strings.HasPrefix(s, "?") }
	if len(g.SourceAccounts) > 0 {
		return !slices.ContainsFunc(g.SourceAccounts, wild)
	}
	return len(g.Sources) > 0 && !slices.ContainsFunc(g.Sources, func(arn string) bool {
		who := accountOf(arn)
		if who == "" {
			who = resourceOf(arn)
		}
		return wild(arn) || wild(who)
	})
}

// sourceReach: a source whose account is not told may be anybody's.
func (g Grant) sourceReach(home string, own Own) Reach {
	reach := ReachPrivate
	for _, a := range g.sourceAccounts() {
		reach = Widest(reach, accountReach(a, home, own))
	}
	return reach
}

// sourceAccounts are the accounts that the sources are of; empty for an ARN
// that tells none (a bucket's).
func (g Grant) sourceAccounts() []string {
	if len(g.SourceAccounts) > 0 {
		return g.SourceAccounts
	}
	var out []string
	for _, arn := range g.Sources {
		out = append(out, accountOf(arn))
	}
	return out
}

// withinOrganizations narrows a reach to the organizations that are named. Of
// several, one that is not ours is enough to let others in.
func (g Grant) withinOrganizations(reach Reach, own Own) Reach {
	switch {
	case len(g.Organizations) == 0 || reach == ReachPrivate:
		return reach
	case slices.ContainsFunc(g.Organizations, func(o string) bool { return o != own.Organization || o == "" }):
		return ReachPartner
	}
	return min(reach, ReachOrganization)
}

func accountReach(account, home string, own Own) Reach {
	switch {
	case account == "" || strings.ContainsAny(account, "*?"):
		return ReachAuthenticated
	case account == home:
		return ReachAccount
	case own.Account != nil && own.Account(account):
		return ReachOrganization
	}
	return ReachPartner
}

// accountOf returns field 5 of an ARN; empty if there is none (an S3 bucket).
func accountOf(arn string) string { return arnField(arn, 4) }

// resourceOf returns what an ARN names; empty if it is no ARN.
func resourceOf(arn string) string { return arnField(arn, 5) }

func arnField(arn string, i int) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return ""
	}
	return parts[i]
}

// Way is the way in that an allow statement opens for an asset of the account
// home, of the kind "policy". Its note says in words what the fields do not. A
// deny opens none: its way is private.
func (g Grant) Way(home string, own Own) Exposure {
	w := Exposure{
		Kind: kindPolicy, Reach: g.Reach(home, own), Statement: g.ID, Auth: g.Auth, Qualifier: g.Qualifier,
		Everyone: g.Everyone && !g.Sourced() && len(g.Organizations) == 0, ViaURL: g.ViaURL,
		Accounts: slices.Clone(g.Accounts), Organizations: slices.Clone(g.Organizations), Services: slices.Clone(g.Services),
		Sourced: g.Sourced() || g.Secret, UpperBound: len(g.Unjudged) > 0,
	}
	if g.Everyone || len(g.Services) > 0 { // the account on whose behalf a service calls is what counts
		for _, a := range g.sourceAccounts() {
			if a != "" && !strings.ContainsAny(a, "*?") {
				w.Accounts = append(w.Accounts, a)
			}
		}
		slices.Sort(w.Accounts)
		w.Accounts = slices.Compact(w.Accounts)
	}
	w.Note = strings.Join(g.notes(own), "; ")
	return w
}

// notes says what a reader of the way should know of the statement.
func (g Grant) notes(own Own) []string {
	var out []string
	add := func(so bool, text string) {
		if so {
			out = append(out, text)
		}
	}
	add(g.Deny, "denies")
	add(g.ViaURL, "holds for calls through a function URL only")
	add(!g.Sourced() && len(g.Sources)+len(g.SourceAccounts) > 0, "its source is a wildcard, which names nobody")
	add(g.Secret, "asks for a secret that the caller must know")
	add(len(g.Federated) > 0, "lets in people of "+strings.Join(g.Federated, ", "))
	add(len(g.Organizations) > 0 && own.Organization == "", "our own organization is not known, so that "+strings.Join(g.Organizations, ", ")+" counts as somebody else's")
	gone := slices.DeleteFunc(slices.Clone(g.Principals), func(p string) bool { return !isUniqueID(p) })
	add(len(gone) > 0, "names "+strings.Join(gone, ", ")+", which a deleted principal left: it lets nobody in")
	add(len(g.Unjudged) > 0, "could not be judged: "+strings.Join(g.Unjudged, ", "))
	return out
}

// isUniqueID knows the unique ids that stand in a policy for a principal that
// was deleted: AROA..., AIDA... (IAM user guide, IAM identifiers).
func isUniqueID(s string) bool {
	id, _, _ := strings.Cut(s, ":")
	return len(id) >= 16 && id[0] == 'A' && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}
