package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// gives tells what a permission group or a role lets do, by the words of its name:
// put code into service, lead traffic to it or look into it (deploys), and give
// rights to others (admin). Stores count: code and what starts it lie there.
func gives(grant string) (deploys, admin bool) {
	g := strings.ToLower(grant)
	holds := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(g, w) })
	}
	if holds("read only", "read-only") {
		return false, false
	}
	writes := holds("write", "edit", "admin", "deployer")
	admin = holds("administrator") || writes && holds("api tokens", "account settings", "memberships") || holds("scim")
	places := holds("workers", "pages", "d1", "queues", "hyperdrive", "pipelines", "vectorize", "secrets store", "email routing", "dns", "load balancers", "zone write", "zone edit")
	return admin || writes && places || holds("tail"), admin
}

// permitOf is what the principal may do, as the last reading tells.
func permitOf(c *findings.Case, id string) (inventory.Permit, bool) {
	i := slices.IndexFunc(c.View.Permits, func(p inventory.Permit) bool { return p.ID == id && id != "" })
	if i < 0 {
		return inventory.Permit{}, false
	}
	return c.View.Permits[i], true
}

// mayDeploy judges what a call gave: by the names that the record tells and, where
// it tells none, by the reading of the principal.
func mayDeploy(c *findings.Case, e inventory.Event, principal string) (deploys, admin, known bool) {
	known = len(e.Change.Permissions) > 0
	for _, grant := range e.Change.Permissions {
		d, a := gives(grant)
		deploys, admin, known = deploys || d, admin || a, known && !isGrantID(grant)
	}
	if p, ok := permitOf(c, principal); ok {
		// What was changed again since says nothing of what this call gave.
		same := !p.Modified.After(e.Time.Add(findings.LateDelivery))
		return deploys || p.Deploys, admin || p.Admin, deploys || p.Deploys || known || same && len(p.Unjudged) == 0
	}
	return deploys, admin, known || deploys
}

// isGrantID reports whether a permission group or a role is told by its id alone,
// or by that it is unknown, which says nothing of what it lets do.
func isGrantID(grant string) bool {
	return grant == "unknown" || (len(grant) == 32 || len(grant) == 36) && strings.Trim(grant, "0123456789abcdef-") == ""
}

// unbound lists, in words, what leaves a token without bounds.
func unbound(expires, bounded *bool, resources []string) []string {
	var out []string
	if expires != nil && !*expires {
		out = append(out, "it does not expire")
	}
	if bounded != nil && !*bounded {
		out = append(out, "it holds from every address")
	}
	if slices.ContainsFunc(resources, func(r string) bool { return r == "com.cloudflare.api.account.*" }) {
		out = append(out, "it holds for all accounts")
	}
	return out
}

// deployingToken is CF-08.
func deployingToken() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-08", Title: "Token able to deploy Workers", Severity: findings.High,
		Rationale:      "Whoever holds such a token deploys without a login and without a second factor. A new one, one whose rights were set, and one whose value was rolled is reported, one step higher where it does not expire, holds from every address or for all accounts. Tokens of the account that stand and are without one of these bounds are reported at medium, at high where they do not expire; one that the configuration or a claim names as a deployer one step lower. Tokens of users cannot be listed by a token of the account: they are unknown, and known by their calls alone.",
		FalsePositives: "Setting up a pipeline.",
		Fix:            "Give the token an end, the addresses of the pipeline and one account; revoke it if nobody knows it.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapTokens},
	})
	r = onSubject(r, func(e inventory.Event) bool {
		return e.Mutates() && e.Service == tokensPart && e.Action == inventory.ActionGrant
	}, judgeToken)
	r.Check = func(c *findings.Case) []findings.Finding {
		var out []findings.Finding
		for _, p := range c.View.Permits {
			if p.Kind == inventory.TokenPermit && p.Deploys && usable(c, p) {
				out = append(out, looseToken(c, r, p)...)
			}
		}
		return out
	}
	return r
}

func judgeToken(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
	deploys, admin, known := mayDeploy(c, e, e.Subject)
	if known && !deploys {
		return false
	}
	verb := "made or changed the token"
	switch rolled := calledAt(e, "/value"); {
	case rolled:
		verb = "rolled, and so holds, the token"
	case !known:
		f.Set(findings.Medium, "what the token may do is not known")
	}
	f.Message = fmt.Sprintf("%s %s %s", who(e.Principal), verb, e.Subject)
	if len(e.Change.Permissions) > 0 {
		f.Message += ", with " + several(e.Change.Permissions)
	}
	loose := unbound(e.Change.Expires, e.Change.Bounded, e.Change.Resources)
	if admin {
		loose = append(loose, "it may give such rights to others")
	}
	if len(loose) > 0 {
		f.Raise(strings.Join(loose, "; "))
	}
	return true
}

// usable reports whether a token works at the instant that is judged.
func usable(c *findings.Case, p inventory.Permit) bool {
	return (p.Status == "" || p.Status == "active") && (p.Expires.IsZero() || p.Expires.After(c.Now))
}

// looseToken tells of a token that stands and lacks a bound.
func looseToken(c *findings.Case, r findings.Rule, p inventory.Permit) []findings.Finding {
	expires := !p.Expires.IsZero()
	loose := unbound(&expires, &p.Bounded, p.Resources)
	if len(loose) == 0 {
		return nil
	}
	f := r.New(p.Cell.Scope)
	f.Subject, f.Discriminator = p.ID, "unbounded"
	f.Message = fmt.Sprintf("the token %s (%s) may deploy: %s", p.ID, p.Name, strings.Join(loose, "; "))
	f.Evidence = []findings.Evidence{{Kind: "facet", Ref: p.ID + "#permit", Summary: "grants " + several(p.Grants) + ", as read at " + instant(p.At)}}
	if expires {
		f.Set(findings.Medium, "it has an end")
	}
	if namedDeployer(c, p.ID) {
		f.Lower("it is among the approved deployers")
	}
	return one(f)
}

// namedDeployer reports whether the configuration or a claim names the principal.
func namedDeployer(c *findings.Case, id string) bool {
	if slices.Contains(c.Estate.Deployers, id) {
		return true
	}
	for _, claim := range c.Registry.Content().Claims {
		if claim.Approval != nil && slices.Contains(claim.Approval.Limits.Deployers, id) {
			return true
		}
	}
	return false
}

// memberChanged is CF-13.
func memberChanged() findings.Rule {
	r := cfRule(findings.Rule{
		ID: "CF-13", Title: "Account subdomain, member or role changed", Severity: findings.Medium,
		Rationale:      "A new subdomain moves every workers.dev address of the account. A member with the role of an administrator, or of Workers, may deploy from then on: reported where the role is one of these or is not told. High where the address is of a mail domain that the configuration does not name as ours; where it names none, no domain is judged.",
		FalsePositives: "People who join.",
		Fix:            "Ask who invited them; remove the member, or give the narrowest role.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapMembers},
	})
	pick := func(e inventory.Event) bool {
		moved := e.Service == workersPart && len(e.Assets) == 0 && strings.HasSuffix(e.Subject, "/subdomain") && e.Action == inventory.ActionUpdateConfig
		return e.Mutates() && (moved || e.Service == membersPart && e.Action == inventory.ActionGrant)
	}
	r = onSubject(r, pick, judgeMember)
	r.Check = func(c *findings.Case) []findings.Finding {
		var out []findings.Finding
		for _, p := range c.View.Permits {
			_, domain, _ := strings.Cut(p.Name, "@")
			if p.Kind != inventory.MemberPermit || !p.Deploys && !p.Admin || !strangeDomain(c, domain) {
				continue
			}
			f := r.New(p.Cell.Scope)
			f.Subject, f.Discriminator = p.ID, "domain"
			f.Message = fmt.Sprintf("the member %s (%s) may deploy and is of another mail domain", p.ID, p.Name)
			f.Evidence = []findings.Evidence{{Kind: "facet", Ref: p.ID + "#permit", Summary: "roles " + several(p.Grants) + ", as read at " + instant(p.At)}}
			f.Set(findings.High, "the mail domain "+domain+" is not ours")
			out = append(out, f)
		}
		return out
	}
	return r
}

func judgeMember(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
	if e.Service == workersPart {
		f.Message = who(e.Principal) + " changed the workers.dev subdomain of the account: every address under it moves"
		return true
	}
	deploys, _, known := mayDeploy(c, e, e.Change.User)
	far := strangeDomain(c, e.Change.MailDomain)
	if known && !deploys && !far {
		return false
	}
	f.Message = fmt.Sprintf("%s invited or changed %s", who(e.Principal), memberIn(e))
	if len(e.Change.Permissions) > 0 {
		f.Message += ", with " + several(e.Change.Permissions)
	}
	if far {
		f.Set(findings.High, "the mail domain "+e.Change.MailDomain+" is not ours")
	}
	return true
}

// memberIn names a member as far as the record does.
func memberIn(e inventory.Event) string {
	text := "a member"
	if e.Subject != "" {
		text = "the member " + e.Subject
	}
	if e.Change.MailDomain != "" {
		text += " of " + e.Change.MailDomain
	}
	return text
}

// strangeDomain reports whether the configuration names our mail domains and this is
// none of them.
func strangeDomain(c *findings.Case, domain string) bool {
	return domain != "" && len(c.Estate.MailDomains) > 0 &&
		!slices.ContainsFunc(c.Estate.MailDomains, func(d string) bool { return strings.EqualFold(d, domain) })
}
