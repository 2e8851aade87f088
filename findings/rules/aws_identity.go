package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

func adminIdentity() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-28", Title: "Execution role is administrator", Severity: findings.High,
		Rationale:      "Whoever can change or call the function can do what its role can. A role that can take the account over, by itself or in few steps, makes every function that has it a way to do so. A permissions boundary that removes those rights makes it low.",
		FalsePositives: "Bootstrap stacks.",
		Fix:            "Give the function a role of its own with the rights that it uses.",
		Needs:          []inventory.Capability{inventory.CapRoles},
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		return standingAssets(c, inventory.AWS, func(_ *findings.Case, a inventory.Asset) []findings.Finding { return adminRights(r, a) })
	}
	return r
}

func adminRights(r findings.Rule, a inventory.Asset) []findings.Finding {
	rights, _ := a.Rights.Get()
	if !rights.Admin {
		return nil
	}
	identity, _ := a.Identity.Get()
	why := strings.Join(rights.Why, ", ")
	f := startState(r, a, "rights", identity.ID, fmt.Sprintf("%s is administrator-like: %s", identity.ID, why))
	f.Message = fmt.Sprintf("%s runs as %s, which is administrator-like: %s", called(a), identity.ID, why)
	if a.Rights.Stale() {
		f.Message = fmt.Sprintf("%s ran as an administrator-like role when its rights were read last: %s", called(a), why)
	}
	if rights.Bounded {
		f.Set(findings.Low, "the permissions boundary "+rights.Boundary+" removes the rights")
	}
	return []findings.Finding{f}
}

// adminRole reports whether some asset shows the role to be administrator-like
// and unbounded. Stale rights may be those of the role before.
func adminRole(c *findings.Case, role string) bool {
	return slices.ContainsFunc(actingAs(c, role), func(a inventory.Asset) bool {
		rights, _ := a.Rights.Get()
		return a.Rights.Current() && rights.Admin && !rights.Bounded
	})
}

// actingAs lists the assets that run as the role.
func actingAs(c *findings.Case, role string) []inventory.Asset {
	key := roleKey(role)
	var out []inventory.Asset
	for _, a := range c.View.Assets {
		if identity, ok := a.Identity.Get(); ok && key != "" && roleKey(identity.ID) == key {
			out = append(out, a)
		}
	}
	return out
}

// roleKey names a role by account and name. A role's name is unique in its
// account whatever its path, and log records of IAM give the name alone.
func roleKey(arn string) string {
	resource := arnField(arn, 5)
	if !strings.HasPrefix(resource, "role/") {
		return ""
	}
	return arnField(arn, 4) + "/" + resource[strings.LastIndex(resource, "/")+1:]
}

// lambdaTrusted reports whether a trust policy lets Lambda take the role, so
// that it can be an execution role.
func lambdaTrusted(trust []inventory.Grant) bool {
	return slices.ContainsFunc(trust, func(g inventory.Grant) bool {
		return !g.Deny && (slices.Contains(g.Services, lambdaService) || slices.Contains(g.Services, "edgelambda.amazonaws.com"))
	})
}

func trustOpened() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-30", Title: "Trust policy lets outsiders in", Severity: findings.Critical,
		Rationale:      "Who may take the role has its rights, from outside and without a trace of a login. Outsiders are everyone, and accounts that are neither ours nor a partner's. On an execution role it is critical, elsewhere high.",
		FalsePositives: "Roles for vendors that ask for an external id: list the account as a partner.",
		Fix:            "Take the outsider out of the trust policy, and end the role's sessions.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapOrganization},
		Listens:        onAWS(iamService),
	})
	return onSubject(r, changed(iamService, "UpdateAssumeRolePolicy", "CreateRole"), func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		var told []string
		for _, g := range e.Change.Trust {
			if who := outsiders(c, e.Scope.Account, g); who != "" {
				told = append(told, who)
			}
		}
		f.Message = fmt.Sprintf("%s let outsiders take %s: %s", whoActed(e.Principal), f.Subject, strings.Join(told, "; "))
		if len(actingAs(c, e.Subject)) == 0 && !lambdaTrusted(e.Change.Trust) {
			f.Set(findings.High, "the role is not known to be an execution role")
		}
		return len(told) > 0
	})
}

// outsiders names, in words, whom a statement of a trust policy lets in from
// outside; empty: nobody. Services and identity providers are none.
func outsiders(c *findings.Case, home string, g inventory.Grant) string {
	v := foreigners(c, home, g.Accounts, g.Organizations)
	who := strings.TrimPrefix(v.Why, "lets in ")
	if g.Everyone && len(g.Organizations) == 0 && !g.Sourced() {
		who = "everyone"
	}
	switch {
	case g.Deny || who == "":
		return ""
	case g.Secret:
		return who + " (an external id is asked for)"
	}
	return who
}

func strayCredential() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-35", Title: "New credential by a stray hand", Severity: findings.Medium,
		Rationale:      "Keys, passwords, users, administrator's policies, trust anchors and federation tokens outlive the access by which they were made. Only those whom the configuration names as administrators of IAM should make them.",
		FalsePositives: "Joiner processes: name their principal as an administrator of IAM.",
		Fix:            "Delete the credential unless its maker can say whom it is for, and review what the maker did before and after.",
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS(iamService, "rolesanywhere.amazonaws.com", "sts.amazonaws.com"),
	})
	return onSubject(r, makesCredential, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		if slices.ContainsFunc(e.Principal.Names(), func(n string) bool { return slices.Contains(c.Estate.IAMAdministrators, n) }) {
			return false
		}
		f.Message = fmt.Sprintf("%s called %s on %s and is no administrator of IAM", whoActed(e.Principal), e.Name, f.Subject)
		switch {
		case e.Change.AdminLike:
			f.Set(findings.High, "it gives an administrator's rights")
		case e.Name == "CreateAccessKey" && forAnother(e):
			f.Set(findings.High, "the key is for another user, "+e.Change.User)
		}
		return true
	})
}

func makesCredential(e inventory.Event) bool {
	if e.Outcome != inventory.Succeeded {
		return false
	}
	switch e.Service {
	case iamService:
		plain := slices.Contains([]string{"CreateAccessKey", "CreateUser", "CreateLoginProfile", "UpdateLoginProfile"}, e.Name)
		return plain || (e.Name == "AttachUserPolicy" && e.Change.AdminLike)
	case "rolesanywhere.amazonaws.com":
		return e.Name == "CreateTrustAnchor" || e.Name == "CreateProfile"
	case "sts.amazonaws.com":
		return e.Name == "GetFederationToken" && e.Change.AdminLike
	}
	return false
}

// forAnother reports whether the credential is for a user other than the one
// who acted. A role that makes a key makes it for another.
func forAnother(e inventory.Event) bool {
	user := e.Change.User
	if user == "" {
		return false // the call without a name is about the caller
	}
	return e.Principal.Type != "user" || !strings.HasSuffix(e.Principal.ID, "/"+user)
}
