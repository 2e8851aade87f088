package rules_test

import (
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

func TestExecutionRedirected(t *testing.T) {
	loader := rulestest.Function(orders, func(a *inventory.Asset) {
		a.Bindings = inventory.Known([]inventory.Binding{{Kind: "environment", Name: "NODE_OPTIONS"}, {Kind: "environment", Name: "TABLE"}}, rulestest.Now())
	})
	plain := `[{"kind":"environment","name":"TABLE"}]`
	had := `[{"kind":"environment","name":"NODE_OPTIONS"}]`
	checkRule(t, "AWS-06", []awsCase{
		{"another handler runs other code", facts(call("UpdateFunctionConfiguration", keys("handler"))), []string{"high orders UpdateFunctionConfiguration"}},
		{"the vendor's spelling of a setting varies", facts(call("UpdateFunctionConfiguration", keys("kMSKeyArn"))), []string{"high orders UpdateFunctionConfiguration"}},
		{"another timeout redirects nothing", facts(call("UpdateFunctionConfiguration", keys("memorySize", "timeout"))), nil},
		{"an environment in the request proves nothing", facts(call("UpdateFunctionConfiguration", keys("environment"))), nil},
		{"a refused call redirects nothing", facts(call("UpdateFunctionConfiguration", keys("handler"), refused)), nil},
		{"a loader that is new among the environment's names", remembering(facts(loader), "bindings", plain, 9), []string{"high orders environment:NODE_OPTIONS"}},
		{"a loader that was always there is not new", remembering(facts(loader), "bindings", had, 9), nil},
		{"without an earlier reading nothing is new", facts(loader), nil},
		{"names without a loader redirect nothing", remembering(facts(rulestest.Function(orders)), "bindings", plain, 9), nil},
	})
}

func TestMappingAdded(t *testing.T) {
	from := func(source, account string) func(*inventory.Event) {
		return with(func(c *inventory.Change) { c.TriggerSource, c.TriggerAccount = source, account })
	}
	queue := "arn:aws:sqs:eu-west-1:111122223333:q"
	asset := rulestest.Function(orders)
	add := func(change ...func(*inventory.Event)) rulestest.World {
		return approvedCI(facts(asset, call("CreateEventSourceMapping", change...)))
	}
	told := func(severity string) []string { return []string{severity + " orders CreateEventSourceMapping"} }
	checkRule(t, "AWS-24", []awsCase{
		{"a mapping by a stray principal", facts(call("CreateEventSourceMapping", from(queue, rulestest.Account))), told("high")},
		{"by an approved deployer it is low", add(from(queue, rulestest.Account)), told("low")},
		{"a source in a foreign account raises it", add(from("arn:aws:sqs:eu-west-1:999999999999:q", outsider)), told("medium")},
		{"so does one in another account of ours", estate(add(from("arn:aws:sqs:eu-west-1:999999999999:q", outsider)), findings.Estate{Accounts: []string{outsider}}), told("medium")},
		{"a broker named by host raises it", add(from("broker.example.com:9092", "")), told("medium")},
		{"an update that enables", facts(call("UpdateEventSourceMapping", keys("enabled"))), []string{"high orders UpdateEventSourceMapping"}},
		{"an update that names another function", facts(call("UpdateEventSourceMapping", keys("functionName"))), []string{"high orders UpdateEventSourceMapping"}},
		{"an update of the batch size starts nothing", facts(call("UpdateEventSourceMapping", keys("batchSize"))), nil},
		{"a refused call adds nothing", facts(call("CreateEventSourceMapping", refused)), nil},
	})
}
