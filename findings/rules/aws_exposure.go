package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// openURL is AWS-20. A URL needs two things to be public: authorisation NONE,
// and a statement that lets everyone use it.
func openURL() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-20", Title: "Public function URL", Severity: findings.High, Weigh: true,
		Rationale:      "A URL with authorisation NONE does not ask who calls. With a statement that lets everyone use it, the function is on the Internet: critical. Without one it is armed: the next permission opens it. A URL of an alias is one of its own. What CORS allows is no access.",
		FalsePositives: "Public webhooks whose approval allows reach public. Sites behind CloudFront use AWS_IAM, so NONE is wrong there.",
		Fix:            "Set the authorisation type to AWS_IAM, or delete the URL.",
		Needs:          []inventory.Capability{inventory.CapURLs, inventory.CapPolicies},
	})
	pick := changed(lambdaService, "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig")
	r = onAct(r, pick, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		if !opensURL(e) {
			return false
		}
		f.Message = fmt.Sprintf("%s gave %s a function URL that anybody may use (%s, authorisation NONE)", whoActed(e.Principal), aboutWhat(*f), e.Name)
		easeByApproval(c, f, inventory.ReachPublic)
		return true
	})
	r.Check = func(c *findings.Case) []findings.Finding {
		states := standingAssets(c, inventory.AWS, func(c *findings.Case, a inventory.Asset) []findings.Finding { return openURLs(c, r, a) })
		// What the act says already is dropped; that the URL is public, it does not say.
		armed := slices.DeleteFunc(slices.Clone(states), func(f findings.Finding) bool { return f.Severity > findings.Medium })
		open := slices.DeleteFunc(states, func(f findings.Finding) bool { return f.Severity <= findings.Medium })
		return append(open, dropActed(c, armed, pick, func(_ *findings.Case, _ inventory.AssetID, e inventory.Event) []string {
			if !opensURL(e) {
				return nil
			}
			return []string{urlKey(e.Change.Qualifier)}
		}, inventory.ActionExpose)...)
	}
	return r
}

// opensURL: the type after the call is NONE, and the call set it. An update of
// other settings repeats the type that was there.
func opensURL(e inventory.Event) bool {
	set := e.Name == "CreateFunctionUrlConfig" || len(e.Change.Keys) == 0 || len(spoke(e, "authType")) > 0
	return set && e.Change.Auth == "NONE"
}

// urlKey tells the URLs of a function apart: it may have one for each alias
// besides its own.
func urlKey(qualifier string) string { return statementKey("url", qualifier) }

// openURLs judges the URLs that a reading shows.
func openURLs(c *findings.Case, r findings.Rule, a inventory.Asset) []findings.Finding {
	exposures, _ := a.Exposure.Get()
	var out []findings.Finding
	for _, w := range exposures.Ways {
		severity, why := judgeURL(w)
		if w.Kind != "function-url" || why == "" {
			continue
		}
		f := startState(r, a, partOf(w), urlKey(w.Qualifier), fmt.Sprintf("function URL %s with authorisation %s, reach %s", w.Hostname, w.Auth, w.Reach))
		f.Message = fmt.Sprintf("the function URL %s of %s %s%s", w.Hostname, called(a), why, wayNotes(w))
		f.Set(severity, "it "+why)
		easeByApproval(c, &f, w.Reach)
		out = append(out, f)
	}
	return out
}

// judgeURL weighs a URL by what stands behind it; an empty text: nothing.
func judgeURL(w inventory.Exposure) (findings.Severity, string) {
	switch {
	case w.Reach == inventory.ReachPublic:
		return findings.Critical, "is open to everyone"
	case w.Auth != "NONE":
		return 0, ""
	case w.Reach == inventory.ReachUnknown:
		return findings.High, "does not ask who calls, and whether a statement opens it could not be judged"
	}
	return findings.Medium, "does not ask who calls: no statement opens it yet, the next one may"
}

// policyReplaced is AWS-21. The record of a replacement holds the new policy
// alone, so that what was lost can be told only from a reading before it.
func policyReplaced() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-21", Title: "Whole resource policy replaced", Severity: findings.High, Weigh: true,
		Rationale:      "A call that puts a whole policy replaces what was there, deny statements too, without naming them. Deleting a policy that held a deny opens what it closed. What the new statements let in is told by AWS-17 to AWS-19.",
		FalsePositives: "Tools that keep policies as code.",
		Fix:            "Compare the new policy with the old one, and put back the deny statements that are missing.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapPolicies},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, changed(lambdaService, "PutResourcePolicy", "DeleteResourcePolicy"), func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		prior, _ := before[inventory.Exposures](c, f.Asset, inventory.PartName("exposure", inventory.CapPolicies), e.Time)
		denies := slices.ContainsFunc(e.Change.Grants, func(g inventory.Grant) bool { return g.Deny })
		verb := "replaced"
		if e.Name == "DeleteResourcePolicy" {
			if !prior.Denies {
				return false
			}
			verb = "deleted"
		}
		f.Message = fmt.Sprintf("%s %s the whole resource policy of %s", whoActed(e.Principal), verb, aboutWhat(*f))
		if prior.Denies && !denies {
			f.Message += ", which held deny statements; none is left"
		}
		return true
	})
}

// layerShared is AWS-22. It is about a layer and so about no asset.
func layerShared() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-22", Title: "Layer version shared", Severity: findings.Medium,
		Rationale:      "A layer that others may fetch shows them its code, and those who mount it run what its owner publishes. Sharing with our own organization is fine; while the configuration does not tell it, no organization is taken for ours.",
		FalsePositives: "Layers published as open source.",
		Fix:            "Remove the permission, or share with the organization only.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapLayerPolicies},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, changed(lambdaService, "AddLayerVersionPermission"), func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		var told []string
		for _, g := range e.Change.Grants {
			severity, why := sharedWith(c, e.Scope.Account, g)
			if why == "" {
				continue
			}
			told = append(told, why)
			f.Set(max(f.Severity, severity), "shared with "+why)
		}
		f.Message = fmt.Sprintf("%s shared %s with %s", whoActed(e.Principal), aboutWhat(*f), strings.Join(told, "; "))
		return len(told) > 0
	})
}

// sharedWith judges one grant on a layer version; an empty text: it is ours.
func sharedWith(c *findings.Case, home string, g inventory.Grant) (findings.Severity, string) {
	orgs := foreignOrganizations(c, g.Organizations)
	switch {
	case g.Deny:
		return 0, ""
	case len(orgs) > 0:
		return findings.Medium, "organization " + strings.Join(orgs, ", ")
	case len(g.Organizations) > 0:
		return 0, ""
	case g.Everyone:
		return findings.High, "everyone"
	}
	if who := foreign(c, home, g.Accounts); len(who) > 0 {
		return findings.Medium, "foreign account " + strings.Join(who, ", ")
	}
	return 0, ""
}
