package reporttest

import (
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/inventory"
)

// life is a finding that was seen first some days ago and now.
func life(f findings.Finding, days int) report.Life {
	return report.Life{Finding: f, FirstSeen: Now().AddDate(0, 0, -days), LastSeen: Now()}
}

func aws(account, region string) inventory.Scope {
	return inventory.Scope{Provider: inventory.AWS, Account: account, Region: region}
}

// openFindings are those that count, three of them over one act and one of
// those accepted although it is the gravest.
func openFindings() []report.Life {
	open := lambdaID(Production, "eu-central-1", "test123")
	act := findings.Finding{Asset: open, Scope: aws(Production, "eu-central-1"), Event: "e1b2", Discriminator: "e1b2",
		Evidence: []findings.Evidence{{Kind: "event", Ref: "e1b2", Summary: "CreateFunctionUrlConfig by user/jdoe from 203.0.113.9"}}}
	url, policy, excused := act, act, act
	url.Rule, url.Title, url.Severity, url.Attack = "AWS-08", "Function URL without authorisation", findings.Medium, []string{"T1648", "T1133"}
	url.Message = "user/jdoe gave test123 a function URL that asks for no authorisation, so that anybody on the internet can call it"
	url.Remediation = "delete the function URL, or set its authorisation to AWS_IAM"
	url.Raise("the principal is not an approved deployer")
	url.Evidence = append(url.Evidence, findings.Evidence{Kind: "facet", Ref: string(open) + "#exposure", Summary: "function-url public"},
		findings.Evidence{Kind: "history", Ref: string(open) + "#exposure", Summary: "private until 2026-03-08"},
		findings.Evidence{Kind: "claim", Ref: "checkout", Summary: "does not select it"}, findings.Evidence{Kind: "event", Ref: "e1b3", Summary: "AddPermission"})
	policy.Rule, policy.Title, policy.Severity, policy.Message = "AWS-09", "Policy opened to everyone", findings.Medium, "statement FunctionURLAllowPublicAccess lets everyone in"
	excused.Rule, excused.Title, excused.Severity, excused.Message = "AWS-10", "Change outside the pipeline", findings.Critical, "user/jdoe changed the function by hand"
	excused.State, excused.StateWhy = findings.Accepted, "exception by a.smith@example.com until 2026-04-01: migration OPS-12"

	attempt := findings.Finding{Rule: "AWS-01", Title: "Code replaced by a stranger", Severity: findings.Medium, Asset: open, Scope: aws(Production, "eu-central-1"),
		Discriminator: "e7", Event: "e7", Attempt: true, Message: "UpdateFunctionCode by role/ci was refused (AccessDenied) " + Escape}
	stray := findings.Finding{Rule: "REC-01", Title: "Asset nobody answers for", Severity: findings.Critical, Asset: open, Scope: aws(Production, "eu-central-1"),
		Message: "no claim selects it and anybody can reach it", Remediation: "ask who deployed it, then claim it in the registry or delete it"}
	ghost := findings.Finding{Rule: "REC-05", Title: "Claim without an asset", Severity: findings.Low, Subject: "claim/legacy-sync",
		Message: "claim legacy-sync matches nothing although its scope was read whole", Evidence: []findings.Evidence{{Kind: "claim", Ref: "legacy-sync", Summary: "registry.yaml:41"}}}
	worker := findings.Finding{Rule: "REC-01", Title: "Asset nobody answers for", Severity: findings.High, Asset: "cloudflare:9a7806061c88ada1:tag:77",
		Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: "9a7806061c88ada1"}, Message: "no claim selects 決済-" + Bidi}
	again := life(findings.Finding{Rule: "AWS-39", Title: "Log group without retention", Severity: findings.Info, Asset: lambdaID(Production, "eu-west-1", "invoice-export"),
		Scope: aws(Production, "eu-west-1"), Message: "the log is kept for ever"}, 40)
	again.Reopened = true
	return []report.Life{life(url, 2), life(policy, 2), life(excused, 2), life(attempt, 1), life(stray, 2), life(ghost, 30), life(worker, 5), again}
}

// quietFindings are those that somebody has answered, and one that is over.
func quietFindings() []report.Life {
	known := findings.Finding{Rule: "REC-03", Title: "Approval has ended", Severity: findings.High, Asset: lambdaID(Production, "eu-central-1", "old-report"),
		Scope: aws(Production, "eu-central-1"), Message: "the approval ended on 2026-01-31",
		State: findings.Acknowledged, StateWhy: "acknowledged by f.braun@example.com until 2026-03-20: renewal is under way " + Formula}
	over := report.Life{Finding: findings.Finding{Rule: "AWS-09", Title: "Policy opened to everyone", Severity: findings.High,
		Asset: lambdaID(Production, "eu-central-1", "checkout-webhook"), Scope: aws(Production, "eu-central-1"), Event: "e1b2", Discriminator: "e0",
		Message: "statement public lets everyone in", State: findings.Resolved},
		FirstSeen: Now().AddDate(0, 0, -20), LastSeen: Now().AddDate(0, 0, -12), ResolvedAt: Now().AddDate(0, 0, -11).Add(time.Hour)}
	return []report.Life{life(known, 38), over}
}

// coverageFindings say which rules are blind, one of them where the blind spot
// is accepted and one where nobody was asked to read.
func coverageFindings() []report.Life {
	hole := func(subject, state string, severity findings.Severity) findings.Finding {
		return findings.Finding{Rule: findings.CoverageRule, Title: "Coverage hole", Severity: severity, Coverage: true, Subject: subject,
			Discriminator: state, Scope: inventory.Scope{Provider: inventory.AWS}, Message: subject + ": " + state + "; cannot judge: AWS-09, REC-07"}
	}
	denied := hole("aws/"+Staging+"/policies", "denied", findings.Medium)
	accepted := hole("aws/"+Staging+"/policies", "accepted denied", findings.Medium)
	accepted.State, accepted.StateWhy = findings.Accepted, "blind spot accepted by j.doe@example.com until 2026-05-10: the region is being closed, SEC-88"
	services := hole("aws/events", "not asked for of some services", findings.Info)
	services.Message = "aws/events: not asked for of logs.amazonaws.com, rolesanywhere.amazonaws.com, sts.amazonaws.com; cannot judge: AWS-35, AWS-38"
	return []report.Life{
		life(services, 3), life(denied, 3), life(accepted, 3), life(hole("aws/roles", "not asked for", findings.Info), 3),
		life(hole("aws/events", "window too short", findings.Info), 3),
	}
}
