package inventory

import (
	"slices"
	"strings"
)

// Reach says how far a way in reaches. The zero value is ReachUnknown, which
// no rule may treat as lower than public.
type Reach uint8

// The reaches, from the narrowest to the widest.
const (
	ReachUnknown Reach = iota
	ReachPrivate
	ReachAccount
	ReachOrganization
	ReachPartner
	ReachAuthenticated
	ReachPublic
)

func reachNames() []string {
	return []string{"unknown", "private", "account", "organization", "partner", "authenticated", "public"}
}

// String gives the reach's word.
func (r Reach) String() string { return word(reachNames(), int(r)) }

// MarshalText implements encoding.TextMarshaler.
func (r Reach) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown word is an error.
func (r *Reach) UnmarshalText(b []byte) error {
	i, err := wordIndex("reach", reachNames(), string(b))
	*r = Reach(i)
	return err
}

// ReachWords lists the words of known reaches, narrowest first.
func ReachWords() []string { return reachNames()[1:] }

// Widest returns the wider of two reaches; unknown is wider than all.
func Widest(a, b Reach) Reach {
	if a == ReachUnknown || b == ReachUnknown {
		return ReachUnknown
	}
	return max(a, b)
}

// Exposures are all ways into an asset. An empty list, known, means that the
// asset has none.
type Exposures struct {
	Ways []Exposure `json:"ways,omitempty"`
	// Denies: a policy of the asset holds deny statements.
	Denies bool `json:"denies,omitempty"`
}

// Exposure is one way in.
type Exposure struct {
	Kind      string `json:"kind"` // "function-url", "policy", "api-gateway", ...
	Reach     Reach  `json:"reach"`
	Hostname  string `json:"hostname,omitempty"`
	Qualifier string `json:"qualifier,omitempty"`
	// Auth is the vendor's authorisation type: "NONE", "AWS_IAM".
	Auth string `json:"auth,omitempty"`
	// Statement is the id of the policy statement that opens it.
	Statement string `json:"statement,omitempty"`
	// Accounts, Organizations and Services are who is let in, where named.
	Accounts      []string `json:"accounts,omitempty"`
	Organizations []string `json:"organizations,omitempty"`
	Services      []string `json:"services,omitempty"`
	// Sourced: a service is let in only for a named source (ARN or account).
	Sourced bool `json:"sourced,omitempty"`
	// UpperBound: a condition or a deny that could not be judged may narrow it.
	UpperBound bool   `json:"upper_bound,omitempty"`
	Note       string `json:"note,omitempty"`
}

// Reach is the widest reach of all ways; private if there is none.
func (e Exposures) Reach() Reach {
	r := ReachPrivate
	for _, w := range e.Ways {
		r = Widest(r, w.Reach)
	}
	return r
}

// Reach is the reach of an asset's exposure and whether it may be relied on:
// false where the facet is unknown or stale.
func (a Asset) Reach() (Reach, bool) {
	e, ok := a.Exposure.Get()
	switch {
	case a.Exposure.IsAbsent():
		return ReachPrivate, a.Exposure.Current()
	case !ok:
		return ReachUnknown, false
	}
	r := e.Reach()
	return r, a.Exposure.Current() && r != ReachUnknown
}

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

// Reach judges how far the grant reaches for an asset of the account home;
// own holds further accounts of ours. An allow for everyone without a
// narrowing condition is public; through AWS_IAM alone it is authenticated.
func (g Grant) Reach(home string, own func(account string) bool) Reach {
	if g.Deny {
		return ReachPrivate
	}
	reach := ReachPrivate
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
	return reach
}

func (g Grant) everyoneReach(home string, own func(string) bool) Reach {
	if len(g.SourceAccounts) > 0 || len(g.Sources) > 0 {
		return g.sourceReach(home, own)
	}
	switch {
	case len(g.Organizations) > 0:
		return ReachOrganization
	case g.Auth == "AWS_IAM":
		return ReachAuthenticated
	}
	return ReachPublic
}

// serviceReach: a service without a source acts for anybody who can make that
// service call (confused deputy): as wide as anybody with an account.
func (g Grant) serviceReach(home string, own func(string) bool) Reach {
	if len(g.SourceAccounts) == 0 && len(g.Sources) == 0 {
		if len(g.Organizations) > 0 {
			return ReachOrganization
		}
		return ReachAuthenticated
	}
	return g.sourceReach(home, own)
}

func (g Grant) sourceReach(home string, own func(string) bool) Reach {
	reach := ReachPrivate
	accounts := g.SourceAccounts
	if len(accounts) == 0 {
		for _, arn := range g.Sources {
			accounts = append(slices.Clip(accounts), accountOf(arn))
		}
	}
	for _, a := range accounts {
		reach = Widest(reach, accountReach(a, home, own))
	}
	return reach
}

func accountReach(account, home string, own func(string) bool) Reach {
	switch {
	case account == "" || strings.ContainsAny(account, "*?"):
		return ReachAuthenticated
	case account == home:
		return ReachAccount
	case own != nil && own(account):
		return ReachOrganization
	}
	return ReachPartner
}

// accountOf returns field 5 of an ARN; empty if there is none (an S3 bucket).
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return ""
	}
	return parts[4]
}
