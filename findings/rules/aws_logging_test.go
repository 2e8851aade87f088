package rules_test

import (
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func narrowed(what ...string) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Narrowed = what })
}

func TestTrailStopped(t *testing.T) {
	const trails = "cloudtrail.amazonaws.com"
	stop := other(trails, "StopLogging", "trail")
	checkRule(t, "AWS-36", []awsCase{
		{"stopped", facts(stop), []string{"critical trail StopLogging"}},
		{"deleted", facts(other(trails, "DeleteTrail", "trail")), []string{"critical trail DeleteTrail"}},
		{"a data store deleted", facts(other(trails, "DeleteEventDataStore", "store")), []string{"critical store DeleteEventDataStore"}},
		{"a data store stopped", facts(other(trails, "StopEventDataStoreIngestion", "store")), []string{"critical store StopEventDataStoreIngestion"}},
		{"a refused attempt is told as one, about the account where it names no trail", facts(other(trails, "StopLogging", "", refused)), []string{"critical 111122223333 StopLogging attempt"}},
		{"no configuration excuses it", estate(approving(facts(stop), registry.Limits{Deployers: []string{rulestest.Deployer}}),
			findings.Estate{Deployers: []string{rulestest.Deployer}, IAMAdministrators: []string{rulestest.Deployer}}), []string{"critical trail StopLogging"}},
		{"a dry run stops nothing", facts(other(trails, "StopLogging", "trail", dryRun)), nil},
		{"starting is not stopping", facts(other(trails, "StartLogging", "trail")), nil},
	})
}

func TestTrailNarrowed(t *testing.T) {
	const trails, orgs = "cloudtrail.amazonaws.com", "organizations.amazonaws.com"
	checkRule(t, "AWS-37", []awsCase{
		{"selectors that leave something out", facts(other(trails, "PutEventSelectors", "trail", narrowed("management events"))), []string{"high trail PutEventSelectors"}},
		{"selectors that leave nothing out", facts(other(trails, "PutEventSelectors", "trail")), nil},
		{"a trail of fewer regions", facts(other(trails, "UpdateTrail", "trail", narrowed("other regions"))), []string{"high trail UpdateTrail"}},
		{"a trail that was not narrowed after all", facts(other(trails, "UpdateTrail", "trail", narrowed("other regions"), refused)), nil},
		{"an account that leaves the organization", facts(other(orgs, "LeaveOrganization", "")), []string{"high 111122223333 LeaveOrganization"}},
		{"an account that may not leave tried", facts(other(orgs, "LeaveOrganization", "", refused)), []string{"high 111122223333 LeaveOrganization attempt"}},
		{"an account that is put out", facts(other(orgs, "RemoveAccountFromOrganization", outsider, refused)), []string{"high 999999999999 RemoveAccountFromOrganization attempt"}},
		{"an account that joins", facts(other(orgs, "AcceptHandshake", "")), nil},
	})
}

func TestLogsSilenced(t *testing.T) {
	const logs = "logs.amazonaws.com"
	group := "/aws/lambda/orders"
	asset := rulestest.Function(orders)
	elsewhere := rulestest.Function(orders, func(a *inventory.Asset) {
		a.Logging = inventory.Known(inventory.Logging{Group: "shop"}, rulestest.Now())
	})
	unread := rulestest.Function(orders, func(a *inventory.Asset) { a.Logging = inventory.Facet[inventory.Logging]{} })
	keeps := func(days int) func(*inventory.Event) {
		return with(func(c *inventory.Change) { c.RetentionDays = &days })
	}
	set := func(g, level string) inventory.Event {
		return call("UpdateFunctionConfiguration", with(func(c *inventory.Change) { c.LogGroup, c.LogLevel = g, level }))
	}
	checkRule(t, "AWS-38", []awsCase{
		{"the log of a known function is deleted", facts(asset, other(logs, "DeleteLogGroup", group)), []string{"high orders DeleteLogGroup"}},
		{"by its ARN", facts(asset, other(logs, "DeleteLogGroup", "arn:aws:logs:eu-west-1:111122223333:log-group:"+group+":*")), []string{"high orders DeleteLogGroup"}},
		{"a stream of it", facts(asset, other(logs, "DeleteLogStream", group)), []string{"high orders DeleteLogStream"}},
		{"a subscription of it", facts(asset, other(logs, "DeleteSubscriptionFilter", group)), []string{"high orders DeleteSubscriptionFilter"}},
		{"the group that the function names", facts(elsewhere, other(logs, "DeleteLogGroup", "shop")), []string{"high orders DeleteLogGroup"}},
		{"the default is not the log of a function that names another", facts(elsewhere, other(logs, "DeleteLogGroup", group)), nil},
		{"the default holds where nothing else is known", facts(unread, other(logs, "DeleteLogGroup", group)), []string{"high orders DeleteLogGroup"}},
		{"a group of no known function", facts(asset, other(logs, "DeleteLogGroup", "/aws/lambda/other")), nil},
		{"the same name in another region is another group", facts(asset, other(logs, "DeleteLogGroup", group, func(e *inventory.Event) { e.Scope.Region = "eu-west-2" })), nil},
		{"kept for too short", facts(asset, other(logs, "PutRetentionPolicy", group, keeps(7))), []string{"high orders PutRetentionPolicy"}},
		{"kept as long as is asked", facts(asset, other(logs, "PutRetentionPolicy", group, keeps(30))), nil},
		{"the configuration asks for more", estate(facts(asset, other(logs, "PutRetentionPolicy", group, keeps(30))), findings.Estate{LogRetentionDays: 90}), []string{"high orders PutRetentionPolicy"}},
		{"a refused call deletes nothing", facts(asset, other(logs, "DeleteLogGroup", group, refused)), nil},
		{"another group than before", remembering(facts(asset, set("elsewhere", "")), "logging", `{"group":"`+group+`"}`, 9), []string{"high orders UpdateFunctionConfiguration"}},
		{"the same group again", remembering(facts(asset, set(group, "")), "logging", `{"group":"`+group+`"}`, 9), nil},
		{"a group is not judged where the one before is not known", facts(asset, set("elsewhere", "")), nil},
		{"only fatal errors", facts(asset, set("", "FATAL")), []string{"high orders UpdateFunctionConfiguration"}},
		{"only fatal errors, as before", remembering(facts(asset, set("", "FATAL")), "logging", `{"level":"FATAL"}`, 9), nil},
		{"more than fatal errors", facts(asset, set("", "ERROR")), nil},
	})
}

func TestTelemetryRemoved(t *testing.T) {
	gone := func(service, name string, change ...func(*inventory.Event)) rulestest.World {
		return facts(other(service+".amazonaws.com", name, "it", change...))
	}
	told := func(name string) []string { return []string{"medium it " + name} }
	checkRule(t, "AWS-39", []awsCase{
		{"resolver logs", gone("route53resolver", "DeleteResolverQueryLogConfig"), told("DeleteResolverQueryLogConfig")},
		{"flow logs", gone("ec2", "DeleteFlowLogs"), told("DeleteFlowLogs")},
		{"the recorder stopped", gone("config", "StopConfigurationRecorder"), told("StopConfigurationRecorder")},
		{"the recorder deleted", gone("config", "DeleteConfigurationRecorder"), told("DeleteConfigurationRecorder")},
		{"the delivery channel", gone("config", "DeleteDeliveryChannel"), told("DeleteDeliveryChannel")},
		{"the detector", gone("guardduty", "DeleteDetector"), told("DeleteDetector")},
		{"the detector switched off", gone("guardduty", "UpdateDetector", narrowed("detector")), told("UpdateDetector")},
		{"the detector changed otherwise", gone("guardduty", "UpdateDetector"), nil},
		{"the hub", gone("securityhub", "DisableSecurityHub"), told("DisableSecurityHub")},
		{"a refused call removes nothing", gone("ec2", "DeleteFlowLogs", refused), nil},
		{"the same name elsewhere is another thing", gone("example", "DeleteDetector"), nil},
	})
}
