package rules_test

import (
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// approvedCI approves the role that acts in these tests.
func approvedCI(w rulestest.World) rulestest.World {
	return approving(w, registry.Limits{Deployers: []string{rulestest.Deployer}})
}

func digest(d string) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Digest = d })
}

func TestFunctionCreated(t *testing.T) {
	checkRule(t, "AWS-01", []awsCase{
		{"a creation is told, weighed by who made it", facts(call("CreateFunction")), []string{"low orders CreateFunction"}},
		{"by an approved deployer it is none", approvedCI(facts(rulestest.Function(orders), call("CreateFunction"))), nil},
		{"a refused creation is none", facts(call("CreateFunction", refused)), nil},
		{"CloudFront has a CreateFunction that is another thing", facts(other("cloudfront.amazonaws.com", "CreateFunction", "f")), nil},
	})
}

func TestCodeReplaced(t *testing.T) {
	replaced := call("UpdateFunctionCode", digest("new"))
	asset := rulestest.Function(orders)
	checkRule(t, "AWS-02", []awsCase{
		{"a stray principal raises it", facts(replaced), []string{"high orders UpdateFunctionCode"}},
		{"a release by an approved deployer is none", approvedCI(facts(asset, replaced)), nil},
		{"a digest that nobody approved raises it", approving(facts(asset, replaced), registry.Limits{Deployers: []string{rulestest.Deployer}, CodeDigests: []string{"good"}}), []string{"medium orders UpdateFunctionCode"}},
		{"the same digest again is no change", remembering(facts(asset, replaced), "code", `{"digest":"new"}`, 9), nil},
		{"the digest just before the call counts, not an older one",
			remembering(remembering(facts(asset, replaced), "code", `{"digest":"new"}`, 9), "code", `{"digest":"mid"}`, 5), []string{"high orders UpdateFunctionCode"}},
		{"what was read after the call is not the state before", remembering(facts(asset, replaced), "code", `{"digest":"new"}`, 0), []string{"high orders UpdateFunctionCode"}},
		{"an unreadable value of history is not known", remembering(facts(asset, replaced), "code", `{`, 9), []string{"high orders UpdateFunctionCode"}},
		{"a dry run changes nothing", facts(call("UpdateFunctionCode", digest("new"), dryRun)), nil},
		{"a refused call changes nothing", facts(call("UpdateFunctionCode", digest("new"), refused)), nil},
		{"without an outcome nothing is taken for a change", facts(call("UpdateFunctionCode", func(e *inventory.Event) { e.Outcome = "" })), nil},
		{"an administrator's identity and public reach raise it", facts(rulestest.Function(orders, rights(inventory.Rights{Admin: true}),
			exposed(inventory.Exposure{Kind: "function-url", Reach: inventory.ReachPublic})), replaced), []string{"critical orders UpdateFunctionCode"}},
	})
}

func TestLayersChanged(t *testing.T) {
	ours := layerOf(rulestest.Account, "tools")
	checkRule(t, "AWS-03", []awsCase{
		{"layers that the request set are told", facts(call("UpdateFunctionConfiguration", layers(ours))), []string{"high orders UpdateFunctionConfiguration"}},
		{"layers of a new function are told", facts(call("CreateFunction", layers(ours))), []string{"high orders CreateFunction"}},
		{"a request that does not speak of layers changes none", facts(call("UpdateFunctionConfiguration", keys("timeout"))), nil},
		{"removing all is a note", approvedCI(facts(rulestest.Function(orders), call("UpdateFunctionConfiguration", layers()))), []string{"info orders UpdateFunctionConfiguration"}},
		{"a new function without layers has none removed", facts(call("CreateFunction", layers())), nil},
		{"a refused call attaches nothing", facts(call("UpdateFunctionConfiguration", layers(ours), refused)), nil},
	})
}

func TestForeignLayer(t *testing.T) {
	theirs := layerOf(outsider, "tools")
	mounted := rulestest.Function(orders, func(a *inventory.Asset) {
		a.Code = inventory.Known(inventory.Code{Layers: []inventory.Layer{{ID: theirs, Account: outsider}}}, rulestest.Now())
	})
	added := call("UpdateFunctionConfiguration", layers(theirs))
	gone := mounted
	gone.Deleted = rulestest.Now()
	checkRule(t, "AWS-04", []awsCase{
		{"a layer of a foreign account is told with the call", facts(added), []string{"critical orders UpdateFunctionConfiguration"}},
		{"one that is mounted is told without a call", facts(mounted), []string{"high orders " + theirs}},
		{"what the call told is not told again", facts(mounted, added), []string{"critical orders UpdateFunctionConfiguration"}},
		{"a refused call does not hide what is mounted", facts(mounted, call("UpdateFunctionConfiguration", layers(theirs), refused)), []string{"high orders " + theirs}},
		{"a function that is gone holds no layer", facts(gone), nil},
		{"a layer of the function's account is ours", facts(call("UpdateFunctionConfiguration", layers(layerOf(rulestest.Account, "tools")))), nil},
		{"a layer whose id tells no account is not called foreign", facts(call("UpdateFunctionConfiguration", with(func(c *inventory.Change) { c.Layers = &[]inventory.Layer{{ID: "tools"}} }))), nil},
		{"a layer of another account of ours is ours", estate(facts(added, mounted), findings.Estate{Accounts: []string{outsider}}), nil},
		{"a vendor is excused by account and name", estate(facts(added), findings.Estate{VendorLayers: []string{outsider + ":tools"}}), nil},
		{"never by account alone", estate(facts(added), findings.Estate{VendorLayers: []string{outsider + ":other", outsider}}), []string{"critical orders UpdateFunctionConfiguration"}},
		{"a partner's layer is foreign code all the same", estate(facts(added), findings.Estate{Partners: []string{outsider}}), []string{"critical orders UpdateFunctionConfiguration"}},
	})
}

func TestRoleReplaced(t *testing.T) {
	asset := rulestest.Function(orders)
	changed := call("UpdateFunctionConfiguration", with(func(c *inventory.Change) { c.Identity = workRole }))
	checkRule(t, "AWS-05", []awsCase{
		{"another role than the last known one is told", approvedCI(remembering(facts(asset, changed), "identity", `{"id":"arn:aws:iam::111122223333:role/old"}`, 9)), []string{"medium orders UpdateFunctionConfiguration"}},
		{"a role that is administrator-like makes it critical",
			remembering(facts(rulestest.Function(orders, runningAs(workRole), rights(inventory.Rights{Admin: true})), changed), "identity", `{"id":"old"}`, 9), []string{"critical orders UpdateFunctionConfiguration"}},
		{"stale rights are of the role before, and prove nothing of the new one",
			approvedCI(remembering(facts(asset, changed, rulestest.Function("pay", runningAs(workRole), rights(inventory.Rights{Admin: true}), doubtedRights)), "identity", `{"id":"old"}`, 9)), []string{"medium orders UpdateFunctionConfiguration"}},
		{"the same role is no change", remembering(facts(asset, changed), "identity", `{"id":"`+workRole+`"}`, 9), nil},
		{"without an earlier state the rule does not guess", facts(asset, changed), nil},
		{"a request that does not speak of the role changes none", remembering(facts(asset, call("UpdateFunctionConfiguration")), "identity", `{"id":"old"}`, 9), nil},
	})
}

func TestShortLivedFunction(t *testing.T) {
	made := func(d time.Duration) inventory.Event { return call("CreateFunction", ago(d)) }
	gone := func(d time.Duration, change ...func(*inventory.Event)) inventory.Event {
		return call("DeleteFunction", append(change, ago(d))...)
	}
	again := call("CreateFunction", ago(30*time.Minute), named("again"))
	shared := func(e *inventory.Event) { e.Shared = "shared" }
	theirs := func(e *inventory.Event) { e.ID, e.Scope.Account = "theirs", outsider }
	checkRule(t, "AWS-13", []awsCase{
		{"made and removed within the hour", facts(made(2*time.Hour), gone(90*time.Minute)), []string{"high orders DeleteFunction"}},
		{"a life of exactly the limit is short", facts(made(2*time.Hour), gone(time.Hour)), []string{"high orders DeleteFunction"}},
		{"a longer life is none", facts(made(2*time.Hour), gone(59*time.Minute)), nil},
		{"the configuration sets the limit", estate(facts(made(2*time.Hour), gone(90*time.Minute)), findings.Estate{ShortLived: 10 * time.Minute}), nil},
		{"a later creation does not hide it", facts(made(2*time.Hour), gone(90*time.Minute), again), []string{"high orders DeleteFunction"}},
		{"deleted first and created then is no life", facts(gone(2*time.Hour), made(90*time.Minute)), nil},
		{"a refused deletion ends nothing", facts(made(2*time.Hour), gone(90*time.Minute, refused)), nil},
		{"a refused creation begins nothing", facts(call("CreateFunction", ago(2*time.Hour), refused), gone(90*time.Minute)), nil},
		{"a removal that two accounts log is one", facts(made(2*time.Hour), gone(90*time.Minute, shared), gone(90*time.Minute, shared, theirs)), []string{"high orders DeleteFunction"}},
		{"deleting a version ends nothing", facts(made(2*time.Hour), gone(90*time.Minute, with(func(c *inventory.Change) { c.Qualifier = "3" }))), nil},
	})
}

func TestTrafficMoved(t *testing.T) {
	alias := func(change ...func(*inventory.Event)) inventory.Event {
		return call("UpdateAlias", append([]func(*inventory.Event){with(func(c *inventory.Change) { c.Qualifier, c.AliasVersion = "live", "7" })}, change...)...)
	}
	published := call("UpdateFunctionCode", digest("new"), with(func(c *inventory.Change) { c.Publish = true }))
	asset := rulestest.Function(orders)
	checkRule(t, "AWS-14", []awsCase{
		{"code that is published by a stray principal", facts(published), []string{"high orders UpdateFunctionCode"}},
		{"by an approved deployer it is ordinary", approvedCI(facts(asset, published, call("PublishVersion"))), nil},
		{"code that is not published moves nothing", facts(call("UpdateFunctionCode", digest("new"))), nil},
		{"a version published by a stray principal", facts(call("PublishVersion")), []string{"high orders PublishVersion"}},
		{"an alias that is pointed elsewhere is always told", approvedCI(facts(asset, alias())), []string{"low orders UpdateAlias"}},
		{"an alias whose weights change", facts(call("UpdateAlias", with(func(c *inventory.Change) { c.AliasWeights = []string{"8=0.1"} }))), []string{"high orders UpdateAlias"}},
		{"an alias whose second version gets nothing any more", facts(call("UpdateAlias", keys("routingConfig"))), []string{"high orders UpdateAlias"}},
		{"another description moves nothing", facts(call("UpdateAlias", keys("description"))), nil},
		{"CodeDeploy moves step by step", facts(alias(func(e *inventory.Event) { e.Principal.InvokedBy = "codedeploy.amazonaws.com" })), []string{"medium orders UpdateAlias"}},
		{"a refused call moves nothing", facts(alias(refused)), nil},
	})
}
