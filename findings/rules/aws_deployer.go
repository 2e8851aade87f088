package rules

import (
	"fmt"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// longLivedDeployer is AWS-08. CloudTrail's userIdentity tells root and users
// apart by type, and a long-lived key by its id, which begins with AKIA; see
// providers/aws.
func longLivedDeployer() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-08", Title: "Deployed by root or by a long-lived key", Severity: findings.High, Weigh: true,
		Rationale:      "Root cannot be limited, and a key that does not expire works for whoever copied it. Roles with sessions can do the same work. A temporary key of a user (console, GetSessionToken) is not judged here: it expires by itself, AWS-10 tells of the console, and AWS-09 of a user that may not deploy.",
		FalsePositives: "Old delivery users: bind an exception to the function, with an end.",
		Fix:            "Deploy by a role with short-lived credentials, and remove the key.",
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, deploys, func(_ *findings.Case, e inventory.Event, f *findings.Finding) bool {
		with := ""
		switch {
		case e.Principal.Type == "root":
			with = "as root"
		case e.Principal.Type == "user" && e.Principal.Credential == inventory.LongLivedKey:
			with = "with a key that does not expire"
		default:
			return false
		}
		f.Message = fmt.Sprintf("%s called %s on %s %s%s", whoActed(e.Principal), e.Name, aboutWhat(*f), with, dryRunNote(e))
		return true
	})
}

// strayDeployer is AWS-09. What excuses a deployer is decided in one place for
// all rules, findings.Case.ApprovedDeployer.
func strayDeployer() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-09", Title: "Deployer is not approved", Severity: findings.High,
		Rationale:      "An approval names who may deploy; where none does, the configuration does. Compared are only facts that a caller cannot choose: the session issuer, the user, the unique id, the federated identity, or the service that acts by itself. User agent, session name and tags never excuse, and a service such as CloudFormation that acts for a session does not stand in for it.",
		FalsePositives: "Break-glass roles: an exception with an end.",
		Fix:            "Add the principal to the approval's deployers if it may deploy; if not, undo the change and close its access.",
		Needs:          []inventory.Capability{inventory.CapEvents, findings.CapRegistry},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, deploys, func(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
		if c.ApprovedDeployer(e, f.Asset) {
			return false
		}
		f.Message = fmt.Sprintf("%s called %s on %s and is not among the approved deployers%s", whoActed(e.Principal), e.Name, aboutWhat(*f), dryRunNote(e))
		return true
	})
}

// consoleDeployer is AWS-10. It trusts the record's sessionCredentialFromConsole
// alone: a user agent is what the caller says of itself.
func consoleDeployer() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-10", Title: "Deployed from the console", Severity: findings.Medium, Weigh: true,
		Rationale:      "A change made by hand has no review, no source and no build. The record itself says that the credential came from the console; the user agent is not asked.",
		FalsePositives: "Sandbox accounts.",
		Fix:            "Bring the change into the delivery pipeline, or undo it.",
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS(lambdaService),
	})
	return onAct(r, deploys, func(_ *findings.Case, e inventory.Event, f *findings.Finding) bool {
		f.Message = fmt.Sprintf("%s called %s on %s from the console%s", whoActed(e.Principal), e.Name, aboutWhat(*f), dryRunNote(e))
		return e.Principal.Console
	})
}
