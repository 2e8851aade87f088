package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

func trailStopped() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-36", Title: "Trail stopped or deleted", Severity: findings.Critical,
		Rationale:      "From here on the log is silent, and silence proves nothing: the events of the account and region are incomplete from that instant. A refused attempt is told too. Nothing lowers this rule, and no list excuses a principal.",
		FalsePositives: "Moving to another trail: the new one comes first.",
		Fix:            "Start logging again, find what the principal did since by other means, and deny these calls by a policy of the organization.",
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS(trailService),
	})
	names := []string{"StopLogging", "DeleteTrail", "DeleteEventDataStore", "StopEventDataStoreIngestion"}
	pick := func(e inventory.Event) bool {
		return e.Service == trailService && slices.Contains(names, e.Name)
	}
	return onSubject(r, pick, func(_ *findings.Case, e inventory.Event, f *findings.Finding) bool {
		f.Message = fmt.Sprintf("%s called %s on %s", whoActed(e.Principal), e.Name, f.Subject)
		return doneOrRefused(e, f)
	})
}

// doneOrRefused completes a finding that is told of refused calls too; false
// where the outcome says neither.
func doneOrRefused(e inventory.Event, f *findings.Finding) bool {
	switch e.Outcome {
	case inventory.Succeeded:
		return true
	case inventory.Failed:
		f.Attempt = true
		f.Message += fmt.Sprintf("; it was refused (%s), nothing changed", e.Code)
		return true
	}
	return false
}

func trailNarrowed() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-37", Title: "Trail narrowed", Severity: findings.High,
		Rationale:      "A trail that leaves out management events, regions or files to prove itself still looks alive. An account that leaves the organization leaves its trail and its policies: that is told even when it was refused.",
		FalsePositives: "Cost tuning of data events.",
		Fix:            "Set the trail's selectors and settings again, and review what happened while they were narrowed.",
		Needs:          []inventory.Capability{inventory.CapEvents, inventory.CapTrails},
		Listens:        onAWS(trailService, "organizations.amazonaws.com"),
	})
	narrows := changed(trailService, "PutEventSelectors", "UpdateTrail")
	leaves := func(e inventory.Event) bool {
		return e.Service == "organizations.amazonaws.com" && (e.Name == "LeaveOrganization" || e.Name == "RemoveAccountFromOrganization")
	}
	pick := func(e inventory.Event) bool { return (narrows(e) && len(e.Change.Narrowed) > 0) || leaves(e) }
	return onSubject(r, pick, func(_ *findings.Case, e inventory.Event, f *findings.Finding) bool {
		f.Message = fmt.Sprintf("%s called %s on %s", whoActed(e.Principal), e.Name, f.Subject)
		if len(e.Change.Narrowed) > 0 && e.Outcome == inventory.Succeeded {
			f.Message += ": " + strings.Join(e.Change.Narrowed, "; ")
		}
		return doneOrRefused(e, f)
	})
}

func telemetryRemoved() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-39", Title: "Other telemetry removed", Severity: findings.Medium,
		Rationale:      "Flow logs, resolver logs, configuration history and detectors show what a trail does not. Who removes them removes the second witness.",
		FalsePositives: "Accounts that are taken out of service.",
		Fix:            "Set the source up again, and review what the principal did around that time.",
		Needs:          []inventory.Capability{inventory.CapEvents},
		Listens:        onAWS("config.amazonaws.com", "ec2.amazonaws.com", "guardduty.amazonaws.com", "route53resolver.amazonaws.com", "securityhub.amazonaws.com"),
	})
	return onSubject(r, removesTelemetry, func(_ *findings.Case, e inventory.Event, f *findings.Finding) bool {
		f.Message = fmt.Sprintf("%s called %s on %s", whoActed(e.Principal), e.Name, f.Subject)
		if len(e.Change.Narrowed) > 0 {
			f.Message += ": " + strings.Join(e.Change.Narrowed, "; ")
		}
		return true
	})
}

func removesTelemetry(e inventory.Event) bool {
	if !e.Mutates() {
		return false
	}
	switch strings.TrimSuffix(e.Service, ".amazonaws.com") + ":" + e.Name {
	case "route53resolver:DeleteResolverQueryLogConfig", "ec2:DeleteFlowLogs",
		"config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel",
		"guardduty:DeleteDetector", "securityhub:DisableSecurityHub":
		return true
	case "guardduty:UpdateDetector":
		return len(e.Change.Narrowed) > 0
	}
	return false
}
