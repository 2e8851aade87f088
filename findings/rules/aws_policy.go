package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// verdictOn is what is wrong with one statement; an empty Why: nothing.
type verdictOn struct {
	Severity findings.Severity
	Why      string
	// Reach that the statement opens, for approvals that allow it.
	Reach inventory.Reach
}

// judgesGrant judges a statement that a request added to the policy of an
// asset of the account home.
type judgesGrant func(c *findings.Case, home string, g inventory.Grant) verdictOn

// judgesWay judges a statement as the exposure of an asset shows it.
type judgesWay func(c *findings.Case, home string, w inventory.Exposure) verdictOn

// onPolicy makes r judge statements of resource policies in two forms: as the
// call that added them, and as they stand. A statement whose adding is found
// is not told a second time.
func onPolicy(r findings.Rule, grant judgesGrant, way judgesWay) findings.Rule {
	pick := changed(lambdaService, "AddPermission", "PutResourcePolicy")
	r = onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		return judgeGrants(c, e, f, grant)
	})
	said := func(c *findings.Case, id inventory.AssetID, e inventory.Event) []string {
		var keys []string
		for _, g := range e.Change.Grants {
			if home := cmp.Or(arnField(string(id), 4), e.Scope.Account); grant(c, home, g).Why != "" {
				keys = append(keys, statementKey(g.ID, cmp.Or(g.Qualifier, e.Change.Qualifier)))
			}
		}
		return keys
	}
	r.Check = func(c *findings.Case) []findings.Finding {
		states := standingAssets(c, inventory.AWS, func(c *findings.Case, a inventory.Asset) []findings.Finding { return judgeWays(c, r, a, way) })
		return dropActed(c, states, pick, said, inventory.ActionGrant)
	}
	return r
}

// judgeGrants makes one finding of all statements of a request: the worst one
// gives the severity.
func judgeGrants(c *findings.Case, e inventory.Event, f *findings.Finding, judge judgesGrant) bool {
	var worst verdictOn
	var told []string
	for _, g := range e.Change.Grants {
		v := judge(c, homeOf(*f), g)
		if v.Why == "" {
			continue
		}
		if len(told) == 0 || v.Severity > worst.Severity {
			worst = v
		}
		told = append(told, fmt.Sprintf("statement %q %s", g.ID, v.Why))
	}
	if len(told) == 0 {
		return false
	}
	f.Message = fmt.Sprintf("%s changed the policy of %s: %s", whoActed(e.Principal), aboutWhat(*f), strings.Join(told, "; "))
	f.Set(worst.Severity, "the statement "+worst.Why)
	easeByApproval(c, f, worst.Reach)
	return true
}

// judgeWays judges the statements that stand. Two ways in may come from one
// statement, for example through two qualifiers of one policy; it is told once.
func judgeWays(c *findings.Case, r findings.Rule, a inventory.Asset, judge judgesWay) []findings.Finding {
	exposures, _ := a.Exposure.Get()
	var out []findings.Finding
	seen := map[string]bool{}
	for _, w := range exposures.Ways {
		key := statementKey(w.Statement, w.Qualifier)
		v := verdictOn{}
		if w.Kind == "policy" {
			v = judge(c, a.Scope.Account, w)
		}
		if v.Why == "" || seen[key] {
			continue
		}
		seen[key] = true
		f := startState(r, a, partOf(w), key, fmt.Sprintf("statement %q %s", w.Statement, v.Why))
		f.Message = fmt.Sprintf("the policy of %s holds statement %q, which %s", called(a), w.Statement, v.Why)
		f.Message += wayNotes(w)
		f.Set(v.Severity, "the statement "+v.Why)
		easeByApproval(c, &f, v.Reach)
		out = append(out, f)
	}
	return out
}

// partOf names the part of the exposure that holds the way.
func partOf(w inventory.Exposure) string { return inventory.PartName("exposure", w.Part()) }

// wayNotes says how exact the reach of a way is.
func wayNotes(w inventory.Exposure) string {
	out := ""
	if w.Qualifier != "" {
		out += " (qualifier " + w.Qualifier + ")"
	}
	if w.UpperBound {
		out += "; a condition or a deny that could not be judged may narrow it"
	}
	if w.Note != "" {
		out += "; " + w.Note
	}
	return out
}

// openPolicy is AWS-17.
func openPolicy() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-17", Title: "Resource policy open to anyone", Severity: findings.Critical, Weigh: true,
		Rationale:      "A statement for everyone without a source or an organization lets any account of AWS call the function. AWS_IAM narrows it to signed callers of any account, which is little. A statement that holds for calls through a function URL only is judged with the URL, by AWS-20.",
		FalsePositives: "Public webhooks whose approval allows reach public: told with low severity.",
		Fix:            "Remove the statement, or name the account, the source ARN or the organization.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapPolicies},
		Listens:        onAWS(lambdaService),
	})
	return onPolicy(r, grantToEveryone, wayForEveryone)
}

// grantToEveryone judges an added statement. FunctionUrlAuthType and
// InvokedViaFunctionUrl are conditions of Lambda's own; an organization, an
// account or a source narrows everyone to somebody.
func grantToEveryone(_ *findings.Case, _ string, g inventory.Grant) verdictOn {
	if g.Deny || !g.Everyone || g.ViaURL || g.Sourced() || len(g.Organizations) > 0 {
		return verdictOn{}
	}
	v := verdictOn{findings.Critical, "lets everyone in", inventory.ReachPublic}
	if g.Auth == "AWS_IAM" {
		v = verdictOn{findings.High, "lets signed callers of any account in", inventory.ReachAuthenticated}
	}
	if len(g.Unjudged) > 0 {
		v.Why += ", unless a condition narrows it that could not be judged (" + strings.Join(g.Unjudged, ", ") + ")"
	}
	return v
}

// wayForEveryone judges a statement by the reach that was worked out of it. A
// reach that is unknown is told, since it may be everyone. One that names
// somebody, or a source, is not for everyone; where it is for both, the way says
// so.
func wayForEveryone(_ *findings.Case, _ string, w inventory.Exposure) verdictOn {
	named := !w.Everyone && (w.Sourced || len(w.Accounts)+len(w.Organizations)+len(w.Services) > 0)
	switch {
	case w.ViaURL:
		return verdictOn{}
	case w.Reach == inventory.ReachPublic:
		return verdictOn{findings.Critical, "lets everyone in", w.Reach}
	case w.Reach == inventory.ReachAuthenticated && !named:
		return verdictOn{findings.High, "lets signed callers of any account in", w.Reach}
	case w.Reach == inventory.ReachUnknown && !named:
		return verdictOn{findings.Medium, "may let everyone in: its reach could not be judged", w.Reach}
	}
	return verdictOn{}
}

// foreignPolicy is AWS-18.
func foreignPolicy() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-18", Title: "Resource policy for a foreign account", Severity: findings.High, Weigh: true,
		Rationale:      "An account outside ours and outside the partners may call the function, by itself, through a service of its own, or as a member of another organization. While the configuration does not tell our organization, no organization is taken for ours.",
		FalsePositives: "Providers of services: list their accounts as partners.",
		Fix:            "Remove the statement, or add the account to the partners once somebody answers for it.",
		Needs:          []inventory.Capability{inventory.CapPolicies, inventory.CapOrganization},
	})
	return onPolicy(r, grantToForeigner, wayForForeigner)
}

// grantToForeigner judges whom an added statement names. For a service the
// account on whose behalf it calls is what counts, and the source names it.
func grantToForeigner(c *findings.Case, home string, g inventory.Grant) verdictOn {
	if g.Deny {
		return verdictOn{}
	}
	accounts := slices.Clone(g.Accounts)
	if g.Everyone || len(g.Services) > 0 {
		accounts = append(accounts, sourceAccounts(g)...)
	}
	return foreigners(c, home, accounts, g.Organizations)
}

// sourceAccounts are the accounts that a condition on the source names; those
// with wildcards name nobody.
func sourceAccounts(g inventory.Grant) []string {
	all := slices.Clone(g.SourceAccounts)
	if len(all) == 0 {
		for _, arn := range g.Sources {
			all = append(all, arnField(arn, 4))
		}
	}
	return slices.DeleteFunc(all, func(a string) bool { return strings.ContainsAny(a, "*?") })
}

// foreigners judges who is let in: members of an organization of ours are
// none, whatever account is named beside it.
func foreigners(c *findings.Case, home string, accounts, organizations []string) verdictOn {
	if orgs := foreignOrganizations(c, organizations); len(orgs) > 0 {
		return verdictOn{findings.High, "lets in organization " + strings.Join(orgs, ", "), inventory.ReachPartner}
	}
	if len(organizations) > 0 {
		return verdictOn{}
	}
	if who := foreign(c, home, accounts); len(who) > 0 {
		return verdictOn{findings.High, "lets in foreign account " + strings.Join(who, ", "), inventory.ReachPartner}
	}
	return verdictOn{}
}

func wayForForeigner(c *findings.Case, home string, w inventory.Exposure) verdictOn {
	return foreigners(c, home, w.Accounts, w.Organizations)
}

// unsourcedService is AWS-19, the confused deputy of the IAM user guide. A
// secret in the statement (Alexa's event source token) names the caller as well
// as a source does.
func unsourcedService() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-19", Title: "Service principal without a source", Severity: findings.Medium, Weigh: true,
		Rationale:      "A service that is let in without a source ARN or account calls for anybody who can make it call: another account's bucket, topic or rule. For S3 it weighs more, since bucket names are global.",
		FalsePositives: "Services that name no source by design: Alexa with an event source token and Lambda@Edge are not told.",
		Fix:            "Add aws:SourceArn and aws:SourceAccount to the statement.",
		Needs:          []inventory.Capability{inventory.CapPolicies},
	})
	return onPolicy(r, func(_ *findings.Case, _ string, g inventory.Grant) verdictOn {
		if g.Deny || g.Secret || g.Sourced() || len(g.Organizations) > 0 {
			return verdictOn{}
		}
		return unsourced(g.Services)
	}, func(_ *findings.Case, _ string, w inventory.Exposure) verdictOn {
		if w.Sourced || len(w.Organizations) > 0 {
			return verdictOn{}
		}
		return unsourced(w.Services)
	})
}

// unsourced leaves out the two services of Lambda@Edge: CloudFront replicates
// functions by them, and they take no source.
func unsourced(services []string) verdictOn {
	all := slices.DeleteFunc(slices.Clone(services), func(s string) bool {
		return s == "edgelambda.amazonaws.com" || s == "replicator.lambda.amazonaws.com"
	})
	if len(all) == 0 {
		return verdictOn{}
	}
	slices.Sort(all)
	v := verdictOn{findings.Medium, "lets in " + strings.Join(all, ", ") + " for any source", inventory.ReachAuthenticated}
	if slices.Contains(all, "s3.amazonaws.com") {
		v.Severity = findings.High
	}
	return v
}
