package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// functionCreated is AWS-01: a note from which the weights of the case, an
// unapproved deployer or an administrator's role, make more.
func functionCreated() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-01", Title: "Function created", Severity: findings.Info, Weigh: true, Routine: true,
		Rationale:      "A new function is where every later question begins: who made it, as whom it runs, what code it holds. Alone it is a note; rules on owners and deployers weigh it.",
		FalsePositives: "Every normal deployment. One by an approved deployer is not reported.",
		Fix:            "Check that a claim in the registry answers for the function; add one, or delete the function.",
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, changed(lambdaService, "CreateFunction"), func(_ *findings.Case, e inventory.Event, f *findings.Finding) bool {
		f.Message = fmt.Sprintf("%s created %s%s", whoActed(e.Principal), aboutWhat(*f), createdWith(e.Change))
		return true
	})
}

// createdWith tells what a creation says of itself; a log that was cut short
// says nothing, and the message then ends with the name.
func createdWith(ch inventory.Change) string {
	out := ""
	if ch.Identity != "" {
		out += ", which runs as " + ch.Identity
	}
	if ch.Digest != "" {
		out += ", code " + ch.Digest
	}
	return out
}

// codeReplaced is AWS-02. CloudTrail leaves the uploaded package out of the
// record, so that only the digest in the answer tells one code from another.
func codeReplaced() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-02", Title: "Function code replaced", Severity: findings.Medium, Weigh: true, Routine: true,
		Rationale:      "Whoever replaces the code acts with the function's rights from then on. The record holds neither the package nor where it came from: the digest after the call is the only trace of the code. A dry run, or a deployment of the digest that was there before, changes nothing.",
		FalsePositives: "Each release. A release by an approved deployer is not reported, unless its digest is not approved.",
		Fix:            "Compare the digest with the build that was to be deployed; if it is not that one, deploy the approved build again and revoke the principal's access.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapFunctions},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, changed(lambdaService, "UpdateFunctionCode"), judgeCode)
}

// judgeCode finds code that is other code. Without a reading from before the
// call the same digest cannot be told from a new one, and the call is reported.
func judgeCode(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
	after := e.Change.Digest
	prior, known := before[inventory.Code](c, f.Asset, "code", e.Time)
	if known && after != "" && prior.Digest == after {
		return false
	}
	f.Message = fmt.Sprintf("%s replaced the code of %s", whoActed(e.Principal), aboutWhat(*f))
	if after != "" {
		f.Message += ", now " + after
	}
	if known && prior.Digest != "" {
		f.Message += ", before " + prior.Digest
		f.Evidence = append(f.Evidence, findings.Evidence{Kind: "history", Ref: string(f.Asset) + "#code", Summary: "digest before the call: " + prior.Digest})
	}
	if digests := approvedDigests(c, f.Asset); len(digests) > 0 && !slices.Contains(digests, after) {
		f.Set(findings.High, "the digest is none of those that were approved")
	}
	return true
}

// approvedDigests are those of the asset's approval; none: the approval does
// not bind the code.
func approvedDigests(c *findings.Case, id inventory.AssetID) []string {
	if v, ok := c.Verdicts[id]; ok && v.Claim != nil && v.Claim.Approval != nil {
		return v.Claim.Approval.Limits.CodeDigests
	}
	return nil
}

// roleReplaced is AWS-05. UpdateFunctionConfiguration answers with the whole
// configuration, so that its role is no proof that the call set it: only a
// reading from before the call can show that it is another one.
func roleReplaced() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-05", Title: "Execution role replaced", Severity: findings.High, Weigh: true,
		Rationale:      "A function that is given another role acts with other rights. Whether the role is another one is told by the last role known before the call; where none is known the rule does not guess.",
		FalsePositives: "Changes of infrastructure code that rename roles.",
		Fix:            "Set the role that was approved, and see what the function did with the other one.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapFunctions, inventory.CapRoles},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, changed(lambdaService, "UpdateFunctionConfiguration"), func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		after := e.Change.Identity
		prior, known := before[inventory.Identity](c, f.Asset, "identity", e.Time)
		if after == "" || !known || prior.ID == "" || prior.ID == after {
			return false
		}
		f.Message = fmt.Sprintf("%s made %s run as %s, before as %s", whoActed(e.Principal), aboutWhat(*f), after, prior.ID)
		f.Evidence = append(f.Evidence, findings.Evidence{Kind: "history", Ref: string(f.Asset) + "#identity", Summary: "role before the call: " + prior.ID})
		if adminRole(c, after) {
			f.Set(findings.Critical, "the new role is administrator-like")
		}
		return true
	})
}

// shortLivedFunction is AWS-13. It is a check over the case and not a judgement
// of one event, since it needs two acts that may lie in two objects.
func shortLivedFunction() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-13", Title: "Short-lived function", Severity: findings.High,
		Rationale:      "A function that is made, used and removed within the hour leaves nothing for an inventory to find. Both acts must have succeeded.",
		FalsePositives: "Integration tests, previews of infrastructure code, failed stack creations that roll back: bind an exception to what they create.",
		Fix:            "Find out from the log what the function's role did while it lived, and who asked for it.",
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS(lambdaService),
	})
	r.Check = func(c *findings.Case) []findings.Finding { return shortLives(c, r) }
	return r
}

// shortLives pairs each deletion with the last creation before it. Deleting a
// version or an alias is no deletion of the function.
func shortLives(c *findings.Case, r findings.Rule) []findings.Finding {
	limit := c.Estate.ShortLived
	if limit == 0 {
		limit = time.Hour
	}
	born := map[inventory.AssetID][]inventory.Event{}
	created := changed(lambdaService, "CreateFunction")
	c.Acts(inventory.Filter{Action: inventory.ActionCreate}, func(e inventory.Event) {
		if created(e) {
			for _, id := range e.Assets {
				born[c.AssetOf(id)] = append(born[c.AssetOf(id)], bare(e))
			}
		}
	})
	var out []findings.Finding
	deleted := changed(lambdaService, "DeleteFunction")
	c.Acts(inventory.Filter{Action: inventory.ActionDelete}, func(e inventory.Event) {
		if !deleted(e) || e.Change.Qualifier != "" {
			return
		}
		for _, id := range e.Assets {
			// A name may be used again and again: the birth that belongs to a death
			// is the last one before it. Walks are in order of time.
			births := born[c.AssetOf(id)]
			i, _ := slices.BinarySearchFunc(births, e, inventory.CompareEvents)
			if i == 0 || e.Time.Sub(births[i-1].Time) > limit {
				continue
			}
			out = append(out, shortLife(r, c.AssetOf(id), births[i-1], e))
		}
	})
	return out
}

// bare keeps of an event what a finding tells, so that a check that remembers
// many of them stays small.
func bare(e inventory.Event) inventory.Event {
	e.Record = nil
	return e
}

func shortLife(r findings.Rule, id inventory.AssetID, birth, death inventory.Event) findings.Finding {
	f := startAct(r, death)
	f.Asset, f.Subject = id, ""
	f.Evidence = []findings.Evidence{eventEvidence(birth), eventEvidence(death)}
	f.Message = fmt.Sprintf("%s lived for %s: created by %s, deleted by %s", nameIn(id), death.Time.Sub(birth.Time), whoActed(birth.Principal), whoActed(death.Principal))
	return f
}

// trafficMoved is AWS-14.
func trafficMoved() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-14", Title: "Traffic moved by alias or version", Severity: findings.Medium, Weigh: true,
		Rationale:      "What serves the calls changes when an alias is pointed elsewhere or a version is published, even though the function stays. Publishing by an approved deployer is ordinary; moving an alias is always told.",
		FalsePositives: "Canary deployments by CodeDeploy: they are told with low severity.",
		Fix:            "Check that the version that serves now is the approved one; point the alias back if it is not.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapVersions},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, changed(lambdaService, "UpdateAlias", "PublishVersion", "UpdateFunctionCode"), judgeTraffic)
}

func judgeTraffic(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
	ch, who := e.Change, whoActed(e.Principal)
	if e.Name == "UpdateAlias" {
		if ch.AliasVersion == "" && len(ch.AliasWeights) == 0 && len(spoke(e, "routingConfig")) == 0 {
			return false // a new description moves nothing
		}
		f.Message = fmt.Sprintf("%s moved the traffic of alias %q of %s", who, ch.Qualifier, aboutWhat(*f))
		switch {
		case ch.AliasVersion != "":
			f.Message = fmt.Sprintf("%s pointed alias %q of %s at version %q", who, ch.Qualifier, aboutWhat(*f), ch.AliasVersion)
		case len(ch.AliasWeights) == 0: // routingConfig {}: a second version gets nothing any more
			f.Message += ": all of it goes to one version"
		}
		if len(ch.AliasWeights) > 0 {
			f.Message += ", shared with " + strings.Join(ch.AliasWeights, ", ")
		}
		if e.Principal.InvokedBy == "codedeploy.amazonaws.com" {
			f.Lower("CodeDeploy moves traffic step by step")
		}
		return true
	}
	// UpdateFunctionCode publishes too where the request says so; AWS-02 has
	// told of the code, this tells that it serves.
	published := e.Name == "PublishVersion" || ch.Publish
	if !published || c.ApprovedDeployer(e, f.Asset) {
		return false
	}
	f.Message = fmt.Sprintf("%s, who is no approved deployer, published version %q of %s", who, ch.Version, aboutWhat(*f))
	return true
}
