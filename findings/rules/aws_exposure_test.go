package rules_test

import (
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func auth(kind string) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Auth = kind })
}

func functionURL(reach inventory.Reach, kind string) func(*inventory.Asset) {
	return exposed(inventory.Exposure{Kind: "function-url", Reach: reach, Auth: kind, Qualifier: "live", Hostname: "x.lambda-url.eu-west-1.on.aws"})
}

func TestOpenURL(t *testing.T) {
	made := call("CreateFunctionUrlConfig", auth("NONE"))
	live := call("CreateFunctionUrlConfig", auth("NONE"), func(e *inventory.Event) { e.Change.Qualifier = "live" })
	public := rulestest.Function(orders, functionURL(inventory.ReachPublic, "NONE"))
	armed := rulestest.Function(orders, functionURL(inventory.ReachPrivate, "NONE"))
	checkRule(t, "AWS-20", []awsCase{
		{"a URL that does not ask who calls", facts(made), []string{"critical orders CreateFunctionUrlConfig"}},
		{"one with AWS_IAM asks", facts(call("CreateFunctionUrlConfig", auth("AWS_IAM"))), nil},
		{"an update that sets NONE opens it", facts(call("UpdateFunctionUrlConfig", auth("NONE"), keysToo("authType"))), []string{"critical orders UpdateFunctionUrlConfig"}},
		{"an update of CORS only repeats what was there", facts(call("UpdateFunctionUrlConfig", auth("NONE"), keysToo("cors"))), nil},
		{"a refused call makes no URL", facts(call("CreateFunctionUrlConfig", auth("NONE"), refused)), nil},
		{"a URL that is public stands", facts(public), []string{"critical orders url@live"}},
		{"the call and the public URL are two facts", facts(public, live), []string{"critical orders CreateFunctionUrlConfig", "critical orders url@live"}},
		{"a URL that no statement opens is armed", facts(armed), []string{"medium orders url@live"}},
		{"what the call said of it is not said again", facts(armed, live), []string{"critical orders CreateFunctionUrlConfig"}},
		{"the URL of another alias is another URL", facts(armed, made), []string{"critical orders CreateFunctionUrlConfig", "medium orders url@live"}},
		{"a policy that could not be judged may open it", facts(rulestest.Function(orders, functionURL(inventory.ReachUnknown, "NONE"))), []string{"high orders url@live"}},
		{"a URL for signed callers of our account", facts(rulestest.Function(orders, functionURL(inventory.ReachAccount, "AWS_IAM"))), nil},
		{"an approved public URL is low", approving(facts(public), registry.Limits{Reach: inventory.ReachPublic}), []string{"low orders url@live"}},
		{"no URL at all", facts(rulestest.Function(orders)), nil},
	})
}

// keysToo adds the names of settings to a change.
func keysToo(names ...string) func(*inventory.Event) {
	return func(e *inventory.Event) { e.Change.Keys = append(e.Change.Keys, names...) }
}

func TestPolicyReplaced(t *testing.T) {
	put := call("PutResourcePolicy", grants(inventory.Grant{ID: "s1", Accounts: []string{rulestest.Account}}))
	deleted := call("DeleteResourcePolicy")
	asset := rulestest.Function(orders)
	checkRule(t, "AWS-21", []awsCase{
		{"a policy that is put whole", facts(put), []string{"critical orders PutResourcePolicy"}},
		{"by an approved deployer it is lower", approvedCI(facts(asset, put)), []string{"medium orders PutResourcePolicy"}},
		{"deleting a policy that held a deny", remembering(facts(asset, deleted), "exposure:policies", `{"denies":true}`, 9), []string{"critical orders DeleteResourcePolicy"}},
		{"deleting one that held none closes", remembering(facts(asset, deleted), "exposure:policies", `{}`, 9), nil},
		{"deleting one of which nothing is known is not guessed at", facts(asset, deleted), nil},
		{"adding a statement replaces nothing", facts(call("AddPermission", grants(everyone()))), nil},
		{"a refused call replaces nothing", facts(call("PutResourcePolicy", refused)), nil},
	})
}

func TestLayerShared(t *testing.T) {
	share := func(g inventory.Grant) rulestest.World {
		return facts(other(lambdaAPI, "AddLayerVersionPermission", layerOf(rulestest.Account, "tools"), grants(g)))
	}
	org := everyone(func(g *inventory.Grant) { g.Organizations = []string{"o-1"} })
	checkRule(t, "AWS-22", []awsCase{
		{"with everyone", share(everyone()), []string{"high 1 AddLayerVersionPermission"}},
		{"with a foreign account", share(inventory.Grant{Accounts: []string{outsider}}), []string{"medium 1 AddLayerVersionPermission"}},
		{"with an account of ours", share(inventory.Grant{Accounts: []string{rulestest.Account}}), nil},
		{"with our organization", estate(share(org), findings.Estate{Organization: "o-1"}), nil},
		{"with another organization", estate(share(org), findings.Estate{Organization: "o-2"}), []string{"medium 1 AddLayerVersionPermission"}},
		{"a deny shares nothing", share(everyone(func(g *inventory.Grant) { g.Deny = true })), nil},
		{"a refused call shares nothing", facts(other(lambdaAPI, "AddLayerVersionPermission", "l", grants(everyone()), refused)), nil},
	})
}
