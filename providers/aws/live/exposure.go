package live

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

const (
	invoke    = "lambda:InvokeFunction"
	invokeURL = "lambda:InvokeFunctionUrl"
	// replicator copies functions to the edge; it calls none.
	replicator = "replicator.lambda.amazonaws.com"
)

// both is the time since which a new URL needs a statement for InvokeFunction
// too (Lambda developer guide, function URLs, October 2025). URLs from before
// may be used with the one for InvokeFunctionUrl.
func both() time.Time { return time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC) }

// functionURL is the URL of a function or of an alias.
type functionURL struct {
	qualifier, host string
	auth            string // NONE, AWS_IAM
	created         time.Time
}

// exposures are the ways into a function of the region that policies open, in
// the order of their qualifiers and statements.
func exposures(policies map[string]policy, at *session.Region, own inventory.Own) inventory.Exposures {
	var out inventory.Exposures
	for _, q := range slices.Sorted(maps.Keys(policies)) {
		grants := policies[q].grants
		out.Denies = out.Denies || slices.ContainsFunc(grants, func(g inventory.Grant) bool { return g.Deny })
		for _, g := range grants {
			if !g.Deny {
				out.Ways = append(out.Ways, wayOf(g, grants, at, own))
			}
		}
	}
	return out
}

// wayOf is the way that one statement opens, among the others of its policy.
func wayOf(g inventory.Grant, all []inventory.Grant, at *session.Region, own inventory.Own) inventory.Exposure {
	w := g.Way(at.Account.ID, own)
	calls, urls := allows(g, invoke), allows(g, invokeURL)
	switch {
	case !calls && !urls:
		w.Note = note(w.Note, "does not let call it, but allows "+strings.Join(g.Actions, ", "))
		if slices.Equal(g.Services, []string{replicator}) && !g.Everyone && len(g.Accounts) == 0 {
			w.Reach = inventory.ReachAccount // on behalf of the account alone
		}
	case !calls, g.Auth != "": // the key of the latter is there in calls through a URL only
		w.ViaURL = true
	}
	if api := unseenAPI(g, at); api != "" && w.Reach <= inventory.ReachOrganization {
		w.Reach = inventory.ReachUnknown
		w.Note = note(w.Note, "whom "+api+" lets in is not known, since it is of another account or region")
	}
	if denied(all, invoke) || denied(all, invokeURL) {
		w.UpperBound = true
		w.Note = note(w.Note, "a deny statement of the policy may narrow it")
	}
	return w
}

// unseenAPI is the source of a statement that is an API of API Gateway which the
// reading of the region does not see; empty: there is none. An API may let in
// anybody, also to functions of other regions and accounts.
func unseenAPI(g inventory.Grant, at *session.Region) string {
	for _, source := range g.Sources {
		parts := strings.SplitN(source, ":", 6)
		if len(parts) == 6 && parts[2] == "execute-api" && (parts[3] != at.Name || parts[4] != at.Account.ID) {
			return source
		}
	}
	return ""
}

// allows reports whether the statement's actions hold one. Their case does not
// matter.
func allows(g inventory.Grant, action string) bool {
	return slices.ContainsFunc(g.Actions, func(pattern string) bool {
		ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(action))
		return ok || err != nil // of what cannot be matched the worse is taken
	})
}

func denied(grants []inventory.Grant, action string) bool {
	return slices.ContainsFunc(grants, func(g inventory.Grant) bool { return g.Deny && allows(g, action) })
}

// way judges whom the URL lets in, by the policy of its own qualifier.
func (u functionURL) way(grants []inventory.Grant, home string, own inventory.Own) inventory.Exposure {
	w := inventory.Exposure{Kind: "function-url", Hostname: u.host, Qualifier: u.qualifier, Auth: u.auth, Reach: inventory.ReachPrivate}
	switch u.auth {
	case "NONE":
	case "AWS_IAM": // who has an identity of the account needs no statement
		w.Reach = inventory.ReachAccount
	default:
		w.Reach, w.Note = inventory.ReachUnknown, "whom this kind of authorisation lets in is not known"
		return w
	}
	opened := false
	for _, g := range grants {
		if g.Deny || !u.meant(g) {
			continue
		}
		opened = true
		u.open(&w, g, home, own)
	}
	if !opened && u.auth == "NONE" {
		w.Note = "no statement opens it: the next one may"
	}
	if !opened && u.auth != "NONE" {
		w.Note = "no statement opens it: identities of the account may be allowed by policies of their own"
	}
	if opened && !u.created.Before(both()) && !slices.ContainsFunc(grants, u.companion) {
		w.UpperBound = true
		w.Note = note(w.Note, "a URL made since October 2025 asks for "+invoke+" too, which no statement allows")
	}
	if opened && denied(grants, invokeURL) {
		w.UpperBound = true
		w.Note = note(w.Note, "a deny statement of the policy may narrow it")
	}
	for _, list := range []*[]string{&w.Accounts, &w.Organizations, &w.Services} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return w
}

// meant reports whether a statement is one that opens the URL. Whoever calls a
// URL without signature is nobody by name, so that only statements for everyone
// hold for him.
func (u functionURL) meant(g inventory.Grant) bool {
	return allows(g, invokeURL) && (g.Auth == "" || g.Auth == u.auth) && (u.auth != "NONE" || g.Everyone)
}

// companion reports whether a statement is the one for InvokeFunction that a URL
// needs since October 2025.
func (u functionURL) companion(g inventory.Grant) bool {
	return !g.Deny && allows(g, invoke) && (u.auth != "NONE" || g.Everyone)
}

// open adds what one statement lets in. The widest one is named.
func (u functionURL) open(w *inventory.Exposure, g inventory.Grant, home string, own inventory.Own) {
	s := g.Way(home, own)
	if u.auth != "NONE" && s.Reach == inventory.ReachPublic { // AWS asks everybody for a signature
		s.Reach = inventory.ReachAuthenticated
	}
	if w.Statement == "" || s.Reach > w.Reach {
		w.Statement, w.Sourced, w.UpperBound, w.Note = s.Statement, s.Sourced, s.UpperBound, s.Note
	}
	w.Everyone = w.Everyone || s.Everyone
	w.Reach = inventory.Widest(w.Reach, s.Reach)
	w.Accounts = append(w.Accounts, s.Accounts...)
	w.Organizations = append(w.Organizations, s.Organizations...)
	w.Services = append(w.Services, s.Services...)
}

// unjudged is the URL of which nobody can tell whom it lets in.
func (u functionURL) unjudged(why *inventory.Reason) inventory.Exposure {
	w := inventory.Exposure{Kind: "function-url", Hostname: u.host, Qualifier: u.qualifier, Auth: u.auth}
	w.Note = "the policy that says whom it lets in could not be read"
	if why != nil {
		w.Note += ": " + why.String()
	}
	return w
}

// through narrows the ways of statements that hold through the URL only to what
// the URL lets in: without its other statement, one of the two leads nowhere.
func through(ways []inventory.Exposure, u inventory.Exposure) {
	for i := range ways {
		w := &ways[i]
		if !w.ViaURL || w.Qualifier != u.Qualifier || (w.Auth != "" && w.Auth != u.Auth) || u.Reach == inventory.ReachUnknown {
			continue
		}
		w.Auth = u.Auth
		if w.Reach != inventory.ReachUnknown {
			w.Reach = min(w.Reach, u.Reach)
		}
	}
}

func note(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
