package rules_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

// drawGrant draws an allow statement from few words, so that they meet.
func drawGrant(t *rapid.T) inventory.Grant {
	some := func(label string, from ...string) []string {
		if !rapid.Bool().Draw(t, label+"?") {
			return nil
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, 2, rapid.ID[string]).Draw(t, label)
	}
	g := inventory.Grant{
		ID: "s1", Everyone: rapid.Bool().Draw(t, "everyone"), Deny: rapid.IntRange(0, 9).Draw(t, "deny") == 0,
		ViaURL: rapid.IntRange(0, 4).Draw(t, "via URL") == 0, Secret: rapid.IntRange(0, 4).Draw(t, "secret") == 0,
		Auth:           rapid.SampledFrom([]string{"", "NONE", "AWS_IAM"}).Draw(t, "auth"),
		Accounts:       some("accounts", rulestest.Account, outsider, "444455556666", "*"),
		Services:       some("services", "s3.amazonaws.com", "sns.amazonaws.com", "edgelambda.amazonaws.com"),
		Sources:        some("sources", "arn:aws:s3:::ours", "arn:aws:s3:::*", "*", "arn:aws:sns:eu-west-1:"+outsider+":t", "arn:aws:sns:eu-west-1:1*:t"),
		SourceAccounts: some("source accounts", rulestest.Account, outsider, "*", "1*"),
		Organizations:  some("organizations", "o-ours", "o-theirs"),
		Unjudged:       some("unjudged", "aws:SourceVpc"),
	}
	if len(g.Accounts) > 0 {
		g.Principals = g.Accounts
	}
	return g
}

// said is what the rule says of the statement s1: the words of its verdict,
// without what a reading cannot know; empty if nothing.
func said(t *testing.T, rule string, w rulestest.World) string {
	t.Helper()
	found := rulestest.Of(w.Evaluate(t, awsRule(t, rule)), rule)
	if len(found) == 0 {
		return ""
	}
	_, why, _ := strings.Cut(found[0].Message, `statement "s1"`)
	why = strings.TrimPrefix(strings.TrimPrefix(why, ", which"), " ")
	why, _, _ = strings.Cut(why, "; ")
	why, _, _ = strings.Cut(why, ", unless a condition")
	return why
}

// TestAWayIsJudgedAsItsStatementIs: a statement that stands in a policy and the
// call that added it must never be judged otherwise.
func TestAWayIsJudgedAsItsStatementIs(t *testing.T) {
	service := func(g inventory.Grant) inventory.Grant {
		g.Services = []string{"s3.amazonaws.com"}
		return g
	}
	for name, g := range map[string]inventory.Grant{
		"everyone":                            {Everyone: true},
		"everyone who signs":                  {Everyone: true, Auth: "AWS_IAM"},
		"everyone who signs, and a service":   service(inventory.Grant{Everyone: true, Auth: "AWS_IAM"}),
		"everyone by a URL":                   {Everyone: true, ViaURL: true},
		"everyone from a bucket":              {Everyone: true, Sources: []string{"arn:aws:s3:::ours"}},
		"everyone from any bucket":            {Everyone: true, Sources: []string{"arn:aws:s3:::*"}},
		"everyone from a foreign account":     {Everyone: true, SourceAccounts: []string{outsider}},
		"everyone from one account or any":    {Everyone: true, SourceAccounts: []string{outsider, "*"}},
		"everyone of our organization":        {Everyone: true, Organizations: []string{"o-ours"}},
		"everyone of another organization":    {Everyone: true, Organizations: []string{"o-theirs"}},
		"a foreign account":                   {Accounts: []string{outsider}},
		"an account that is not told":         {Accounts: []string{"*"}},
		"a foreign account of ours":           {Accounts: []string{outsider}, Organizations: []string{"o-ours"}},
		"a service":                           service(inventory.Grant{}),
		"a service with a token":              service(inventory.Grant{Secret: true}),
		"a service from a bucket":             service(inventory.Grant{Sources: []string{"arn:aws:s3:::ours"}}),
		"a service from any bucket":           service(inventory.Grant{Sources: []string{"arn:aws:s3:::*"}}),
		"a service for a foreign account":     service(inventory.Grant{SourceAccounts: []string{outsider}}),
		"a service within our organization":   service(inventory.Grant{Organizations: []string{"o-ours"}}),
		"a deny":                              {Everyone: true, Deny: true},
		"a condition that nobody can judge":   {Everyone: true, Unjudged: []string{"aws:SourceVpc"}},
		"an id that a deleted principal left": {Principals: []string{"AROAEXAMPLEEXAMPLE01"}},
	} {
		t.Run(name, func(t *testing.T) {
			g.ID = "s1"
			for _, organization := range []string{"", "o-ours"} {
				checkWay(t, t, g, organization)
			}
		})
	}
	rapid.Check(t, func(r *rapid.T) {
		checkWay(t, r, drawGrant(r), rapid.SampledFrom([]string{"", "o-ours"}).Draw(r, "our organization"))
	})
}

// checkWay compares what each rule says of the act and of the way.
func checkWay(t *testing.T, r interface{ Errorf(string, ...any) }, g inventory.Grant, organization string) {
	t.Helper()
	ours := findings.Estate{Accounts: []string{"444455556666"}, Organization: organization}
	own := inventory.Own{Organization: organization, Account: func(a string) bool { return a == "444455556666" }}
	way := g.Way(rulestest.Account, own)
	exposure := exposed(way)
	if g.Deny {
		exposure = exposed()
	}
	act := estate(facts(rulestest.Function(orders), call("AddPermission", grants(g))), ours)
	stands := estate(facts(rulestest.Function(orders, exposure)), ours)
	for _, world := range []*rulestest.World{&act, &stands} {
		world.Facts = append(rulestest.Whole(), world.Facts...)
	}
	for _, rule := range []string{"AWS-17", "AWS-18", "AWS-19"} {
		if want, got := said(t, rule, act), said(t, rule, stands); got != want {
			r.Errorf("%s of %+v\nsays of the act  %q\nand of the way %q: %+v", rule, g, want, got, way)
		}
	}
}

// TestTheReachOfAWayFollowsTheRules: what a rule tells of everyone is public or
// authenticated in the inventory, and the other way round.
func TestTheReachOfAWayFollowsTheRules(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := drawGrant(r)
		g.Deny, g.ViaURL, g.Accounts, g.Services = false, false, nil, nil
		reach := g.Reach(rulestest.Account, inventory.Own{Organization: "o-ours"})
		w := estate(facts(rulestest.Function(orders), call("AddPermission", grants(g))), findings.Estate{Organization: "o-ours"})
		w.Facts = append(rulestest.Whole(), w.Facts...)
		open := said(t, "AWS-17", w)
		if (reach == inventory.ReachPublic) != (open == "lets everyone in") {
			r.Errorf("%+v has reach %s; the rule says %q", g, reach, open)
		}
		if open != "" && reach < inventory.ReachAuthenticated {
			r.Errorf("%+v has reach %s; the rule says %q", g, reach, open)
		}
	})
}
