package rules

import (
	"fmt"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// logsSilenced is AWS-38. Its events come from two services: those of CloudWatch
// Logs name a group, which must first be traced to the function that writes it.
func logsSilenced() findings.Rule {
	r := awsRule(findings.Rule{
		ID: "AWS-38", Title: "Function logs silenced", Severity: findings.High,
		Rationale:      "A function's own log tells what it did. Deleting it, keeping it for less than the policy asks, cutting its subscriptions, sending it elsewhere or raising its level to FATAL takes that away. A log group that belongs to no known function is nobody's finding.",
		FalsePositives: "Removing a stack removes the function and its log group.",
		Fix:            "Restore group, retention and logging settings, and look for copies of the log downstream.",
		Needs:          []inventory.Capability{inventory.CapFunctions, inventory.CapLogGroups, inventory.CapEvents},
		Listens:        onAWS(lambdaService, "logs.amazonaws.com"),
	})
	group := changed("logs.amazonaws.com", "DeleteLogGroup", "DeleteLogStream", "DeleteSubscriptionFilter", "PutRetentionPolicy")
	settings := onAct(r, changed(lambdaService, "UpdateFunctionConfiguration"), judgeLogSettings)
	r.Event = func(c *findings.Case, e inventory.Event) []findings.Finding {
		if !group(e) || retentionKept(c, e) {
			return settings.Event(c, e)
		}
		return silencedGroup(c, r, e)
	}
	return r
}

// retentionKept: the call sets a retention, and the policy asks for no more.
func retentionKept(c *findings.Case, e inventory.Event) bool {
	if e.Name != "PutRetentionPolicy" {
		return false
	}
	least := c.Estate.LogRetentionDays
	if least == 0 {
		least = 30
	}
	return e.Change.RetentionDays == nil || *e.Change.RetentionDays >= least
}

// silencedGroup makes a finding for every function that writes to the group:
// several may share one.
func silencedGroup(c *findings.Case, r findings.Rule, e inventory.Event) []findings.Finding {
	group := logGroupName(e.Subject)
	var out []findings.Finding
	for _, a := range c.View.Assets {
		if group == "" || a.Scope != e.Scope || logGroup(a) != group {
			continue
		}
		f := startAct(r, e)
		f.Asset, f.Subject = a.ID, ""
		f.Message = fmt.Sprintf("%s called %s on %s, the log of %s", whoActed(e.Principal), e.Name, group, called(a))
		if e.Change.RetentionDays != nil {
			f.Message += fmt.Sprintf(": it keeps %d days from now on", *e.Change.RetentionDays)
		}
		out = append(out, f)
	}
	return out
}

// logGroup is where the asset's log goes: what the inventory says, else the
// service's default.
func logGroup(a inventory.Asset) string {
	if logging, ok := a.Logging.Get(); ok && logging.Group != "" {
		return logging.Group
	}
	if a.Kind != inventory.LambdaFunction || a.Name == "" {
		return ""
	}
	return "/aws/lambda/" + a.Name
}

// logGroupName takes the name out of a log group's ARN; a bare name stays.
func logGroupName(subject string) string {
	if _, rest, ok := strings.Cut(subject, ":log-group:"); ok {
		subject = rest
	}
	name, _, _ := strings.Cut(subject, ":")
	return name
}

// judgeLogSettings judges logging settings that a request set: against the
// last known ones where it names a group, by themselves where it silences.
func judgeLogSettings(c *findings.Case, e inventory.Event, f *findings.Finding) bool {
	prior, known := before[inventory.Logging](c, f.Asset, "logging", e.Time)
	var told []string
	if group := e.Change.LogGroup; group != "" && known && prior.Group != "" && prior.Group != group {
		told = append(told, fmt.Sprintf("its log goes to %s, before to %s", group, prior.Group))
	}
	if e.Change.LogLevel == "FATAL" && prior.Level != "FATAL" {
		told = append(told, "only fatal errors are logged")
	}
	f.Message = fmt.Sprintf("%s changed the logging of %s: %s", whoActed(e.Principal), aboutWhat(*f), strings.Join(told, "; "))
	return len(told) > 0
}
