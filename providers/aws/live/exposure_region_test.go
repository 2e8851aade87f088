package live_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
)

type statement = awsfake.Statement

type condition = map[string]map[string]any

// policy puts a policy on a qualifier.
func policy(qualifier string, all ...statement) func(*awsfake.Function) {
	return func(f *awsfake.Function) {
		if f.Policies == nil {
			f.Policies = map[string]*awsfake.Policy{}
		}
		f.Policies[qualifier] = &awsfake.Policy{Statements: all}
	}
}

// link puts a URL on a qualifier.
func link(qualifier, auth string, created time.Time) func(*awsfake.Function) {
	return func(f *awsfake.Function) {
		f.URLs = append(f.URLs, &awsfake.URL{Qualifier: qualifier, ID: f.Name + qualifier + "id", AuthType: auth, Created: created})
	}
}

func alias(names ...string) func(*awsfake.Function) {
	return func(f *awsfake.Function) {
		f.Versions = []*awsfake.Version{{Number: "1", Settings: f.Settings}}
		for _, n := range names {
			f.Aliases = append(f.Aliases, &awsfake.Alias{Name: n, Version: "1"})
		}
	}
}

// old and young lie before and behind October 2025.
func old() time.Time   { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) }
func young() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// public is the older statement of an open URL, companion the one that it needs
// besides since October 2025.
func public() statement {
	return statement{Sid: "open", Principal: "*", Action: "lambda:InvokeFunctionUrl",
		Condition: condition{"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}}
}

func companion() statement {
	return statement{Sid: "also", Principal: "*", Condition: condition{"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}}
}

// seen is what a reader sees of a way in.
type seen struct {
	Kind, Qualifier string
	Reach           inventory.Reach
	UpperBound      bool
	Note            string // a part of it
}

func look(ways []inventory.Exposure) []seen {
	var out []seen
	for _, w := range ways {
		out = append(out, seen{w.Kind, w.Qualifier, w.Reach, w.UpperBound, w.Note})
	}
	return out
}

// TestReach: whom a function lets in follows from the policy of the very
// qualifier that is called, and from nothing less.
func TestReach(t *testing.T) {
	for name, c := range map[string]struct {
		more  []func(*awsfake.Function)
		own   inventory.Own
		ways  []seen // of URLs, then of policies
		reach inventory.Reach
	}{
		"neither URL nor policy is private": {reach: inventory.ReachPrivate},
		"a URL without authorisation that no statement opens is private, for now": {
			more:  []func(*awsfake.Function){link("", "NONE", young())},
			ways:  []seen{{Kind: "function-url", Reach: inventory.ReachPrivate, Note: "the next one may"}},
			reach: inventory.ReachPrivate,
		},
		"an old URL with the old statement is public": {
			more: []func(*awsfake.Function){link("", "NONE", old()), policy("", public())},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPublic},
				{Kind: "policy", Reach: inventory.ReachPublic}},
			reach: inventory.ReachPublic,
		},
		"a new URL with both statements is public": {
			more: []func(*awsfake.Function){link("", "NONE", young()), policy("", public(), companion())},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPublic},
				{Kind: "policy", Reach: inventory.ReachPublic},
				{Kind: "policy", Reach: inventory.ReachPublic, Note: "through a function URL only"}},
			reach: inventory.ReachPublic,
		},
		"a new URL with the old statement alone is public at most": {
			more: []func(*awsfake.Function){link("", "NONE", young()), policy("", public())},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPublic, UpperBound: true, Note: "asks for lambda:InvokeFunction too"},
				{Kind: "policy", Reach: inventory.ReachPublic}},
			reach: inventory.ReachPublic,
		},
		"a new URL whose other statement is for one account is public at most": {
			more: []func(*awsfake.Function){link("", "NONE", young()), policy("", public(), statement{Principal: map[string]string{"AWS": home}})},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPublic, UpperBound: true, Note: "asks for lambda:InvokeFunction too"},
				{Kind: "policy", Reach: inventory.ReachPublic}, {Kind: "policy", Reach: inventory.ReachAccount}},
			reach: inventory.ReachPublic,
		},
		"the newer statement alone opens no URL": {
			more: []func(*awsfake.Function){link("", "NONE", young()), policy("", companion())},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPrivate, Note: "no statement opens it"},
				{Kind: "policy", Reach: inventory.ReachPrivate, Note: "through a function URL only"}},
			reach: inventory.ReachPrivate,
		},
		"a statement for a URL that is not there leads nowhere": {
			more:  []func(*awsfake.Function){policy("", public(), companion())},
			ways:  []seen{{Kind: "policy", Reach: inventory.ReachPublic}, {Kind: "policy", Reach: inventory.ReachPublic, Note: "through a function URL only"}},
			reach: inventory.ReachPrivate,
		},
		"a statement on a URL's authorisation leads nowhere without a URL": {
			more:  []func(*awsfake.Function){policy("", statement{Principal: "*", Condition: condition{"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}})},
			ways:  []seen{{Kind: "policy", Reach: inventory.ReachPublic}},
			reach: inventory.ReachPrivate,
		},
		"a deny opens no URL": {
			more:  []func(*awsfake.Function){link("", "NONE", old()), policy("", statement{Effect: "Deny", Principal: "*", Action: "lambda:InvokeFunctionUrl"})},
			ways:  []seen{{Kind: "function-url", Reach: inventory.ReachPrivate, Note: "no statement opens it"}},
			reach: inventory.ReachPrivate,
		},
		"a signed URL for everyone lets in whoever has an account": {
			more: []func(*awsfake.Function){link("", "AWS_IAM", old()), policy("", statement{Sid: "any", Principal: "*", Action: "lambda:InvokeFunctionUrl",
				Condition: condition{"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}})},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachAuthenticated},
				{Kind: "policy", Reach: inventory.ReachAuthenticated}},
			reach: inventory.ReachAuthenticated,
		},
		"a signed URL for everyone without a word on authorisation is no more open": {
			more: []func(*awsfake.Function){link("", "AWS_IAM", old()), policy("", statement{Principal: "*", Action: "lambda:InvokeFunctionUrl"})},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachAuthenticated},
				{Kind: "policy", Reach: inventory.ReachAuthenticated}},
			reach: inventory.ReachAuthenticated,
		},
		"a signed URL that kept the open statement is the account's": {
			more: []func(*awsfake.Function){link("", "AWS_IAM", old()), policy("", public())},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachAccount, Note: "identities of the account"},
				{Kind: "policy", Reach: inventory.ReachPublic}},
			reach: inventory.ReachAccount,
		},
		"an open URL is not opened by a statement for one account": {
			more: []func(*awsfake.Function){link("", "NONE", old()), policy("", statement{Principal: map[string]string{"AWS": partner}, Action: "lambda:InvokeFunctionUrl"})},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPrivate, Note: "no statement opens it"},
				{Kind: "policy", Reach: inventory.ReachPrivate}},
			reach: inventory.ReachPrivate,
		},
		"a URL on an alias is judged by the alias's policy": {
			more: []func(*awsfake.Function){alias("live"), link("live", "NONE", old()), policy("live", public())},
			ways: []seen{{Kind: "function-url", Qualifier: "live", Reach: inventory.ReachPublic},
				{Kind: "policy", Qualifier: "live", Reach: inventory.ReachPublic}},
			reach: inventory.ReachPublic,
		},
		"the function's policy does not open the alias's URL": {
			more: []func(*awsfake.Function){alias("live"), link("live", "NONE", old()), policy("", public())},
			ways: []seen{{Kind: "function-url", Qualifier: "live", Reach: inventory.ReachPrivate, Note: "no statement opens it"},
				{Kind: "policy", Reach: inventory.ReachPublic}},
			reach: inventory.ReachPrivate,
		},
		"a policy on an alias alone lets in": {
			more:  []func(*awsfake.Function){alias("blue", "live"), policy("live", statement{Principal: map[string]string{"AWS": partner}})},
			ways:  []seen{{Kind: "policy", Qualifier: "live", Reach: inventory.ReachPartner}},
			reach: inventory.ReachPartner,
		},
		"a deny makes it an upper bound": {
			more: []func(*awsfake.Function){link("", "NONE", old()), policy("", public(), statement{Effect: "Deny", Principal: "*", Action: "lambda:*",
				Condition: condition{"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}})},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPublic, UpperBound: true, Note: "deny"},
				{Kind: "policy", Reach: inventory.ReachPublic, UpperBound: true, Note: "deny"}},
			reach: inventory.ReachPublic,
		},
		"a condition that cannot be judged makes it an upper bound": {
			more: []func(*awsfake.Function){policy("", statement{Principal: "*", Condition: condition{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}})},
			ways: []seen{{Kind: "policy", Reach: inventory.ReachPublic, UpperBound: true, Note: "aws:SourceIp"}}, reach: inventory.ReachPublic,
		},
		"a statement for both kinds of URL opens a signed one to whoever signs": {
			more: []func(*awsfake.Function){link("", "AWS_IAM", old()), policy("", statement{Principal: "*", Action: "lambda:InvokeFunctionUrl",
				Condition: condition{"StringEquals": {"lambda:FunctionUrlAuthType": []string{"AWS_IAM", "NONE"}}}})},
			ways:  []seen{{Kind: "function-url", Reach: inventory.ReachAuthenticated}, {Kind: "policy", Reach: inventory.ReachAuthenticated}},
			reach: inventory.ReachAuthenticated,
		},
		"a statement for kinds of URL by a pattern may open any": {
			more: []func(*awsfake.Function){link("", "NONE", old()), policy("", statement{Principal: "*", Action: "lambda:InvokeFunctionUrl",
				Condition: condition{"StringLike": {"lambda:FunctionUrlAuthType": "N*"}}})},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPublic, UpperBound: true, Note: "could not be judged"},
				{Kind: "policy", Reach: inventory.ReachPublic, UpperBound: true, Note: "could not be judged"}},
			reach: inventory.ReachPublic,
		},
		"an API of the region is judged by itself": {
			more:  []func(*awsfake.Function){policy("", fromAPI(place, home))},
			ways:  []seen{{Kind: "policy", Reach: inventory.ReachAccount}},
			reach: inventory.ReachAccount,
		},
		"an API of another account that is not ours": {
			more:  []func(*awsfake.Function){policy("", fromAPI(place, partner))},
			ways:  []seen{{Kind: "policy", Reach: inventory.ReachPartner}},
			reach: inventory.ReachPartner,
		},
		"actions by a pattern, in any case": {
			more: []func(*awsfake.Function){link("", "NONE", young()), policy("", statement{Principal: "*", Action: "LAMBDA:invoke*"})},
			ways: []seen{{Kind: "function-url", Reach: inventory.ReachPublic},
				{Kind: "policy", Reach: inventory.ReachPublic}},
			reach: inventory.ReachPublic,
		},
		"the id of a deleted principal lets nobody in": {
			more: []func(*awsfake.Function){policy("", statement{Principal: map[string]string{"AWS": "AROAEXAMPLEEXAMPLE123"}})},
			ways: []seen{{Kind: "policy", Reach: inventory.ReachPrivate, Note: "deleted principal"}}, reach: inventory.ReachPrivate,
		},
		"a service without a source acts for anybody": {
			more: []func(*awsfake.Function){policy("", statement{Principal: map[string]string{"Service": "s3.amazonaws.com"}})},
			ways: []seen{{Kind: "policy", Reach: inventory.ReachAuthenticated}}, reach: inventory.ReachAuthenticated,
		},
		"everyone of our organization": {
			own:  inventory.Own{Organization: "o-ours"},
			more: []func(*awsfake.Function){policy("", statement{Principal: "*", Condition: condition{"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}})},
			ways: []seen{{Kind: "policy", Reach: inventory.ReachOrganization}}, reach: inventory.ReachOrganization,
		},
		"a statement for something else than calls says so": {
			more: []func(*awsfake.Function){policy("", statement{Principal: map[string]string{"AWS": partner}, Action: "lambda:UpdateFunctionCode"})},
			ways: []seen{{Kind: "policy", Reach: inventory.ReachPartner, Note: "allows lambda:UpdateFunctionCode"}}, reach: inventory.ReachPartner,
		},
		"the copies at the edge are the account's own": {
			more: []func(*awsfake.Function){policy("", statement{Principal: map[string]string{"Service": "replicator.lambda.amazonaws.com"}, Action: "lambda:GetFunction"})},
			ways: []seen{{Kind: "policy", Reach: inventory.ReachAccount, Note: "allows lambda:GetFunction"}}, reach: inventory.ReachAccount,
		},
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", c.more...)}}))
			got := scan(t, config(func(cfg *live.Config) { cfg.Own = c.own }), found{})
			a := got.assets[arn("f")]
			urls, _ := a.Exposure[inventory.CapURLs].Get()
			policies, _ := a.Exposure[inventory.CapPolicies].Get()
			ways := append(look(urls.Ways), look(policies.Ways)...)
			part := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Note" }, cmp.Comparer(func(x, y string) bool {
				return (x == "") == (y == "") && (strings.Contains(x, y) || strings.Contains(y, x))
			}))
			if diff := cmp.Diff(c.ways, ways, cmpopts.EquateEmpty(), part); diff != "" {
				t.Errorf("ways (-want +got):\n%s", diff)
			}
			if r, sure := a.Reach(); r != c.reach || !sure {
				t.Errorf("reach = %s (sure: %t), want %s", r, sure, c.reach)
			}
		})
	}
}

// fromAPI lets an API of API Gateway call.
func fromAPI(region, account string) statement {
	return statement{Sid: "api", Principal: map[string]string{"Service": "apigateway.amazonaws.com"},
		Condition: condition{"ArnLike": {"aws:SourceArn": "arn:aws:execute-api:" + region + ":" + account + ":a1b2c3d4e5/*/GET/"}}}
}

// TestUnseenAPI: an API may lead anybody to functions of other regions and of
// other accounts, where no reading of theirs sees it.
func TestUnseenAPI(t *testing.T) {
	for name, api := range map[string]statement{
		"of another region": fromAPI("us-east-1", home), "of any region": fromAPI("*", home), "of another account of ours": fromAPI(place, partner),
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", policy("", api))}}))
			a := scan(t, config(func(c *live.Config) { c.Own.Account = func(id string) bool { return id == partner } }), found{}).assets[arn("f")]
			if r, sure := a.Reach(); r != inventory.ReachUnknown || sure {
				t.Errorf("reach = %s (sure: %t)", r, sure)
			}
			p, _ := a.Exposure[inventory.CapPolicies].Get()
			if len(p.Ways) != 1 || !strings.Contains(p.Ways[0].Note, "execute-api") {
				t.Errorf("ways = %+v, want one that names the API", p.Ways)
			}
		})
	}
}

// TestStrangeAuthorisation: a kind of authorisation that came later may let in
// anybody.
func TestStrangeAuthorisation(t *testing.T) {
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", link("", "APPLICATION", young()))}}))
	a := scan(t, config(), found{}).assets[arn("f")]
	if r, sure := a.Reach(); r != inventory.ReachUnknown || sure {
		t.Errorf("reach = %s (sure: %t)", r, sure)
	}
}

// TestDenies: that there are deny statements is told of the policies as a whole.
func TestDenies(t *testing.T) {
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{
		fn("f", policy("", statement{Effect: "Deny", Principal: "*"})), fn("g", policy("", companion()))}}))
	got := scan(t, config(), found{})
	for name, want := range map[string]bool{"f": true, "g": false} {
		if p, ok := got.assets[arn(name)].Exposure[inventory.CapPolicies].Get(); !ok || p.Denies != want {
			t.Errorf("%s: denies = %t, known = %t, want %t", name, p.Denies, ok, want)
		}
	}
}

// TestHostname: a URL is told with its host, its qualifier and its kind of
// authorisation.
func TestHostname(t *testing.T) {
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{fn("f", alias("live"), link("live", "NONE", old()))}}))
	urls, _ := scan(t, config(), found{}).assets[arn("f")].Exposure[inventory.CapURLs].Get()
	want := inventory.Exposure{Kind: "function-url", Hostname: "fliveid.lambda-url.eu-west-1.on.aws", Qualifier: "live", Auth: "NONE", Reach: inventory.ReachPrivate}
	if diff := cmp.Diff([]inventory.Exposure{want}, urls.Ways, cmpopts.IgnoreFields(inventory.Exposure{}, "Note")); diff != "" {
		t.Errorf("URLs (-want +got):\n%s", diff)
	}
}
