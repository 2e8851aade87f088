package rules_test

import (
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// everyone is a statement that lets everyone in.
func everyone(change ...func(*inventory.Grant)) inventory.Grant {
	g := inventory.Grant{ID: "s1", Everyone: true, Actions: []string{"lambda:InvokeFunction"}}
	for _, c := range change {
		c(&g)
	}
	return g
}

// policyWay is a statement of a policy as the exposure shows it.
func policyWay(reach inventory.Reach, change ...func(*inventory.Exposure)) inventory.Exposure {
	w := inventory.Exposure{Kind: "policy", Reach: reach, Statement: "s1"}
	for _, c := range change {
		c(&w)
	}
	return w
}

func onQualifier(q string) func(*inventory.Exposure) {
	return func(w *inventory.Exposure) { w.Qualifier = q }
}

func TestOpenPolicyByCall(t *testing.T) {
	add := func(g inventory.Grant) rulestest.World { return facts(call("AddPermission", grants(g))) }
	narrowed := func(name string, f func(*inventory.Grant)) awsCase { return awsCase{name, add(everyone(f)), nil} }
	checkRule(t, "AWS-17", []awsCase{
		{"a statement for everyone", add(everyone()), []string{"critical orders AddPermission"}},
		{"a policy that is put whole is judged too", facts(call("PutResourcePolicy", grants(inventory.Grant{ID: "x", Accounts: []string{rulestest.Account}}, everyone()))), []string{"critical orders PutResourcePolicy"}},
		{"signed callers of any account are nearly everyone", approvedCI(facts(rulestest.Function(orders), call("AddPermission", grants(everyone(func(g *inventory.Grant) { g.Auth = "AWS_IAM" }))))), []string{"medium orders AddPermission"}},
		{"a condition that could not be judged does not excuse", add(everyone(func(g *inventory.Grant) { g.Unjudged = []string{"aws:Referer"} })), []string{"critical orders AddPermission"}},
		{"a source that is a wildcard narrows nothing", add(everyone(func(g *inventory.Grant) { g.Sources = []string{"arn:aws:s3:::*"} })), []string{"critical orders AddPermission"}},
		{"nor does a wildcard for an account", add(everyone(func(g *inventory.Grant) { g.SourceAccounts = []string{"*"} })), []string{"critical orders AddPermission"}},
		narrowed("a source account narrows", func(g *inventory.Grant) { g.SourceAccounts = []string{rulestest.Account} }),
		narrowed("a source narrows", func(g *inventory.Grant) { g.Sources = []string{"arn:aws:s3:::ours"} }),
		narrowed("an organization narrows", func(g *inventory.Grant) { g.Organizations = []string{"o-ours"} }),
		narrowed("a deny lets nobody in", func(g *inventory.Grant) { g.Deny = true }),
		narrowed("what holds for a URL only is judged with the URL", func(g *inventory.Grant) { g.ViaURL = true }),
		{"a refused call opens nothing", facts(call("AddPermission", grants(everyone()), refused)), nil},
		{"an approval of public reach makes it nobody's emergency",
			approving(facts(rulestest.Function(orders), call("AddPermission", grants(everyone()))), registry.Limits{Reach: inventory.ReachPublic, Deployers: []string{rulestest.Deployer}}), []string{"low orders AddPermission"}},
	})
}

func TestOpenPolicyAsItStands(t *testing.T) {
	open := rulestest.Function(orders, exposed(policyWay(inventory.ReachPublic)))
	alias := rulestest.Function(orders, exposed(policyWay(inventory.ReachPublic), policyWay(inventory.ReachPublic, onQualifier("live"))))
	added := call("AddPermission", grants(everyone()))
	checkRule(t, "AWS-17", []awsCase{
		{"a statement for everyone stands", facts(open), []string{"critical orders s1"}},
		{"each qualifier has a policy of its own", facts(alias), []string{"critical orders s1", "critical orders s1@live"}},
		{"a statement whose adding is told is not told twice", facts(alias, added), []string{"critical orders AddPermission", "critical orders s1@live"}},
		{"a refused adding hides nothing", facts(open, call("AddPermission", grants(everyone()), refused)), []string{"critical orders s1"}},
		{"signed callers of any account", facts(rulestest.Function(orders, exposed(policyWay(inventory.ReachAuthenticated)))), []string{"high orders s1"}},
		{"a reach that could not be judged is never taken for narrow", facts(rulestest.Function(orders, exposed(policyWay(inventory.ReachUnknown)))), []string{"medium orders s1"}},
		{"another account is another rule's", facts(rulestest.Function(orders, exposed(policyWay(inventory.ReachPartner, func(w *inventory.Exposure) { w.Accounts = []string{outsider} })))), nil},
		{"a URL is another rule's", facts(rulestest.Function(orders, exposed(inventory.Exposure{Kind: "function-url", Reach: inventory.ReachPublic}))), nil},
		{"an approved public function is low", approving(facts(open), registry.Limits{Reach: inventory.ReachPublic}), []string{"low orders s1"}},
		{"an approval that stops short of public is no excuse", approving(facts(open), registry.Limits{Reach: inventory.ReachPartner}), []string{"critical orders s1"}},
		{"an approval without a limit allows no reach by name", approving(facts(open), registry.Limits{}), []string{"critical orders s1"}},
		{"a private function is none", facts(rulestest.Function(orders)), nil},
	})
}

func TestForeignPolicy(t *testing.T) {
	account := func(ids ...string) inventory.Grant { return inventory.Grant{ID: "s1", Accounts: ids} }
	org := func(id string) inventory.Grant {
		return everyone(func(g *inventory.Grant) { g.Organizations = []string{id} })
	}
	add := func(g inventory.Grant) rulestest.World { return facts(call("AddPermission", grants(g))) }
	way := policyWay(inventory.ReachPartner, func(w *inventory.Exposure) { w.Accounts = []string{outsider} })
	told := []string{"critical orders AddPermission"}
	checkRule(t, "AWS-18", []awsCase{
		{"an account that is not ours", add(account(outsider)), told},
		{"an account that the statement does not tell", add(account("*")), told},
		{"beside one of ours", add(account(rulestest.Account, outsider)), told},
		{"the function's own account", add(account(rulestest.Account)), nil},
		{"an account of ours", estate(add(account(outsider)), findings.Estate{Accounts: []string{outsider}}), nil},
		{"a partner", estate(add(account(outsider)), findings.Estate{Partners: []string{outsider}}), nil},
		{"an organization that is not ours", estate(add(org("o-theirs")), findings.Estate{Organization: "o-ours"}), told},
		{"our organization", estate(add(org("o-ours")), findings.Estate{Organization: "o-ours"}), nil},
		{"no organization is ours while none is told", add(org("o-ours")), told},
		{"an account within our organization", estate(add(inventory.Grant{ID: "s1", Accounts: []string{outsider}, Organizations: []string{"o-ours"}}), findings.Estate{Organization: "o-ours"}), nil},
		{"a service that acts for a foreign account", add(inventory.Grant{ID: "s1", Services: []string{"s3.amazonaws.com"}, SourceAccounts: []string{outsider}}), told},
		{"a source in a foreign account", add(inventory.Grant{ID: "s1", Services: []string{"sns.amazonaws.com"}, Sources: []string{"arn:aws:sns:eu-west-1:" + outsider + ":t"}}), told},
		{"a deny lets nobody in", add(inventory.Grant{ID: "s1", Deny: true, Accounts: []string{outsider}}), nil},
		{"everyone is another rule's", add(everyone()), nil},
		{"a foreign account stands", facts(rulestest.Function(orders, exposed(way))), []string{"high orders s1"}},
		{"and is told once", facts(rulestest.Function(orders, exposed(way)), call("AddPermission", grants(account(outsider)))), told},
		{"a partner that stands", estate(facts(rulestest.Function(orders, exposed(way))), findings.Estate{Partners: []string{outsider}}), nil},
		{"a refused call lets nobody in", facts(call("AddPermission", grants(account(outsider)), refused)), nil},
	})
}

func TestUnsourcedService(t *testing.T) {
	service := func(name string, change ...func(*inventory.Grant)) rulestest.World {
		g := inventory.Grant{ID: "s1", Services: []string{name}}
		for _, c := range change {
			c(&g)
		}
		return approvedCI(facts(rulestest.Function(orders), call("AddPermission", grants(g))))
	}
	way := policyWay(inventory.ReachAuthenticated, func(w *inventory.Exposure) { w.Services = []string{"sns.amazonaws.com"} })
	sourced := way
	sourced.Sourced = true
	checkRule(t, "AWS-19", []awsCase{
		{"a service for any source", service("sns.amazonaws.com"), []string{"low orders AddPermission"}},
		{"S3 weighs more, since bucket names are global", service("s3.amazonaws.com"), []string{"medium orders AddPermission"}},
		{"a source account", service("s3.amazonaws.com", func(g *inventory.Grant) { g.SourceAccounts = []string{rulestest.Account} }), nil},
		{"a source", service("s3.amazonaws.com", func(g *inventory.Grant) { g.Sources = []string{"arn:aws:s3:::ours"} }), nil},
		{"a source that is a wildcard", service("s3.amazonaws.com", func(g *inventory.Grant) { g.Sources = []string{"*"} }), []string{"medium orders AddPermission"}},
		{"Alexa with a token", service("alexa-appkit.amazon.com", func(g *inventory.Grant) { g.Secret = true }), nil},
		{"Lambda@Edge names no source by design", service("edgelambda.amazonaws.com"), nil},
		{"a deny lets nobody in", service("sns.amazonaws.com", func(g *inventory.Grant) { g.Deny = true }), nil},
		{"an unsourced service stands", facts(rulestest.Function(orders, exposed(way))), []string{"medium orders s1"}},
		{"a sourced one", facts(rulestest.Function(orders, exposed(sourced))), nil},
		{"no service", facts(call("AddPermission", grants(everyone()))), nil},
	})
}
