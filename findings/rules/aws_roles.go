package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

func roleWidened() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-29", Title: "Execution role widened", Severity: findings.High,
		Rationale:      "A role that is given an administrator's policy, or loses its boundary, lifts every function that runs as it. Where no inventory tells which roles are execution roles, every role is told, at medium; a boundary that denies all caps it at medium too. What a boundary of our own allows is not known from the log.",
		FalsePositives: "Changes of permissions with a ticket.",
		Fix:            "Detach the policy or set the boundary again, and review what ran as the role since.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapRoles},
		Listens:        onAWS(iamService),
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		roles := rolesOf(c)
		var out []findings.Finding
		for _, e := range roles.widened {
			out = append(out, roles.judge(c, r, e)...)
		}
		return out
	}
	return r
}

// roleLog is what the events say of roles: what widened them, and their
// boundaries and trust over time.
type roleLog struct {
	widened    []inventory.Event
	boundaries map[string][]dated[string]
	trusts     map[string][]dated[bool] // whether Lambda may take the role
}

// dated is a value from an instant on.
type dated[T any] struct {
	at    time.Time
	value T
}

// rolesOf reads the log of roles once. Log records have whole seconds, so that
// a role's making and its widening may share an instant in any order.
func rolesOf(c *findings.Case) roleLog {
	l := roleLog{boundaries: map[string][]dated[string]{}, trusts: map[string][]dated[bool]{}}
	c.Acts(inventory.Filter{Action: inventory.ActionIdentity}, func(e inventory.Event) {
		if e.Service != iamService || !e.Mutates() {
			return
		}
		key := cmp.Or(roleKey(e.Subject), e.Subject)
		switch e.Name {
		case "CreateRole", "UpdateAssumeRolePolicy":
			l.trusts[key] = append(l.trusts[key], dated[bool]{e.Time, lambdaTrusted(e.Change.Trust)})
		}
		switch e.Name {
		case "CreateRole", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary":
			l.boundaries[key] = append(l.boundaries[key], dated[string]{e.Time, e.Change.Boundary})
		}
		if widens(e) {
			l.widened = append(l.widened, bare(e))
		}
	})
	return l
}

func widens(e inventory.Event) bool {
	switch e.Name {
	case "AttachRolePolicy", "PutRolePolicy", "CreatePolicyVersion":
		return e.Change.AdminLike
	}
	return e.Name == "DeleteRolePermissionsBoundary"
}

// asOf is the last value at or before the instant t.
func asOf[T any](all []dated[T], t time.Time) (value T, known bool) {
	for _, d := range all {
		if !d.at.After(t) {
			value, known = d.value, true
		}
	}
	return value, known
}

func (l roleLog) judge(c *findings.Case, r findings.Rule, e inventory.Event) []findings.Finding {
	key := cmp.Or(roleKey(e.Subject), e.Subject)
	assets := actingAs(c, e.Subject)
	byLambda, trustKnown := asOf(l.trusts[key], e.Time)
	f := startAct(r, e)
	f.Message = fmt.Sprintf("%s called %s on %s", whoActed(e.Principal), e.Name, f.Subject)
	if e.Change.Policy != "" {
		f.Message += " with " + e.Change.Policy
	}
	switch {
	case len(assets) > 0:
		f.Message += "; it is the role of " + assetList(assets)
	case byLambda:
		f.Message += "; its trust policy lets Lambda take it"
	case trustKnown && rolesInventoried(c, e.Scope):
		return nil // it is no execution role, and cannot be one
	default:
		f.Set(findings.Medium, "the role is not known to be an execution role")
	}
	boundary, _ := asOf(l.boundaries[key], e.Time)
	if boundary != "" && f.Severity > findings.Medium && bounds(boundary, assets) {
		f.Set(findings.Medium, "the boundary "+boundary+" removes the rights")
	} else if boundary != "" {
		f.Message += "; the role carries the boundary " + boundary
	}
	return []findings.Finding{f}
}

// bounds reports whether a boundary is known to remove an administrator's
// rights: it denies all, or the rights of an asset with the role say so.
func bounds(boundary string, assets []inventory.Asset) bool {
	if strings.HasSuffix(boundary, ":aws:policy/AWSDenyAll") {
		return true
	}
	return slices.ContainsFunc(assets, func(a inventory.Asset) bool {
		rights, _ := a.Rights.Get()
		return a.Rights.Current() && rights.Bounded && rights.Boundary == boundary
	})
}

// rolesInventoried reports whether roles and functions of the whole account
// were read, so that a role that no function has is no execution role.
func rolesInventoried(c *findings.Case, s inventory.Scope) bool {
	account := inventory.Scope{Provider: s.Provider, Account: s.Account}
	return len(c.View.Gaps(account, inventory.CapFunctions, inventory.CapRoles)) == 0
}

// assetList names up to three assets and counts the rest.
func assetList(assets []inventory.Asset) string {
	var names []string
	for _, a := range assets {
		names = append(names, string(a.ID))
	}
	if more := len(names) - 3; more > 0 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}
