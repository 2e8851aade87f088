package rules_test

import (
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func TestLongLivedDeployer(t *testing.T) {
	root := by(inventory.Principal{ID: rulestest.Account + ":root", Type: "root", Account: rulestest.Account})
	checkRule(t, "AWS-08", []awsCase{
		{"a user with a key that does not expire", facts(call("AddPermission", byUser(inventory.LongLivedKey))), []string{"critical orders AddPermission"}},
		{"root, by whatever credential", facts(call("AddPermission", root)), []string{"critical orders AddPermission"}},
		{"a user with a session expires by itself", facts(call("AddPermission", byUser(inventory.SessionKey))), nil},
		{"a role is what should deploy", facts(call("AddPermission")), nil},
		{"a dry run shows the credential too", facts(call("UpdateFunctionCode", byUser(inventory.LongLivedKey), dryRun)), []string{"critical orders UpdateFunctionCode"}},
		{"a refused call deploys nothing", facts(call("AddPermission", byUser(inventory.LongLivedKey), refused)), nil},
		{"to look is not to deploy", facts(call("ListFunctions", byUser(inventory.LongLivedKey)), call("GetFunction", byUser(inventory.LongLivedKey)),
			call("GetPolicy", byUser(inventory.LongLivedKey), func(e *inventory.Event) { e.ReadOnly = true })), nil},
		{"to invoke is not to deploy", facts(call("Invoke", byUser(inventory.LongLivedKey))), nil},
		{"a function at work does not deploy", facts(call("CheckpointDurableExecution", byUser(inventory.LongLivedKey))), nil},
		{"another service is not Lambda", facts(other(iamAPI, "CreateUser", alice, byUser(inventory.LongLivedKey))), nil},
		{"a layer is told by its subject, and no asset weighs it", facts(other(lambdaAPI, "PublishLayerVersion", "arn:aws:lambda:eu-west-1:111122223333:layer:tools", byUser(inventory.LongLivedKey))), []string{"high tools PublishLayerVersion"}},
	})
}

func TestStrayDeployer(t *testing.T) {
	asset := rulestest.Function(orders)
	acted := call("UpdateFunctionCode")
	bySession := by(inventory.Principal{ID: "arn:aws:iam::111122223333:role/stray", Type: "assumed-role", Session: rulestest.Deployer, InvokedBy: "cloudformation.amazonaws.com",
		Chain: []string{rulestest.Deployer}})
	byService := by(inventory.Principal{Type: "service", InvokedBy: "cloudformation.amazonaws.com"})
	stack := []string{"service:cloudformation.amazonaws.com"}
	oidc := by(inventory.Principal{ID: "arn:aws:iam::111122223333:role/ci-2", Type: "assumed-role", Provider: "token.actions.example.com", Subject: "repo:shop/orders:ref:main"})
	checkRule(t, "AWS-09", []awsCase{
		{"nobody is approved where nothing approves", facts(acted), []string{"high orders UpdateFunctionCode"}},
		{"the approval's deployers may", approvedCI(facts(asset, acted)), nil},
		{"the unique id of a principal may be named", approving(facts(asset, acted), registry.Limits{Deployers: []string{"AROAEXAMPLE"}}), nil},
		{"a federated identity may be named", approving(facts(asset, call("UpdateFunctionCode", oidc)), registry.Limits{Deployers: []string{"oidc:token.actions.example.com#repo:shop/orders:ref:main"}}), nil},
		{"the configuration's deployers may where no approval names any", estate(facts(asset, acted), findings.Estate{Deployers: []string{rulestest.Deployer}}), nil},
		{"an approval's deployers stand instead of the configuration's",
			estate(approving(facts(asset, acted), registry.Limits{Deployers: []string{"arn:aws:iam::111122223333:role/other"}}), findings.Estate{Deployers: []string{rulestest.Deployer}}), []string{"high orders UpdateFunctionCode"}},
		{"a session name that copies an approved role excuses nothing", approvedCI(facts(asset, call("UpdateFunctionCode", bySession))), []string{"high orders UpdateFunctionCode"}},
		{"a service that acts for a session does not stand in for it", estate(facts(asset, call("UpdateFunctionCode", bySession)), findings.Estate{Deployers: stack}), []string{"high orders UpdateFunctionCode"}},
		{"a service that acts by itself may be approved", estate(facts(asset, call("UpdateFunctionCode", byService)), findings.Estate{Deployers: stack}), nil},
		{"and is stray where it is not", facts(asset, call("UpdateFunctionCode", byService)), []string{"high orders UpdateFunctionCode"}},
		{"a dry run shows who could", facts(call("UpdateFunctionCode", dryRun)), []string{"high orders UpdateFunctionCode"}},
		{"a refused call deploys nothing", facts(call("UpdateFunctionCode", refused)), nil},
		{"to look is not to deploy", facts(call("ListFunctions"), call("GetFunction"), call("Invoke")), nil},
	})
}

func TestConsoleDeployer(t *testing.T) {
	console := func(e *inventory.Event) { e.Principal.Console = true }
	asset := rulestest.Function(orders)
	checkRule(t, "AWS-10", []awsCase{
		{"the record says that the credential is the console's", facts(call("UpdateFunctionCode", console)), []string{"high orders UpdateFunctionCode"}},
		{"an approved deployer in the console is told, lower", approvedCI(facts(asset, call("UpdateFunctionCode", console))), []string{"low orders UpdateFunctionCode"}},
		{"a session that only calls itself console is none", facts(call("UpdateFunctionCode", func(e *inventory.Event) { e.Principal.Session = "console" })), nil},
		{"a refused call deploys nothing", facts(call("UpdateFunctionCode", console, refused)), nil},
		{"to look in the console is not to deploy", facts(call("ListFunctions", console)), nil},
	})
}
