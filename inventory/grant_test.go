package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
)

func TestAWayTellsWhatItsStatementTells(t *testing.T) {
	const home, outside = "111122223333", "999999999999"
	own := inventory.Own{Organization: "o-1"}
	for name, tc := range map[string]struct {
		grant inventory.Grant
		own   inventory.Own
		want  inventory.Exposure
	}{
		"everyone": {inventory.Grant{ID: "s", Everyone: true, Qualifier: "live"}, own,
			inventory.Exposure{Reach: inventory.ReachPublic, Statement: "s", Qualifier: "live", Everyone: true}},
		"everyone by a signed URL": {inventory.Grant{Everyone: true, Auth: "AWS_IAM", ViaURL: true}, own,
			inventory.Exposure{Reach: inventory.ReachAuthenticated, Auth: "AWS_IAM", Everyone: true, ViaURL: true, Note: "holds for calls through a function URL only"}},
		"everyone for a wildcard": {inventory.Grant{Everyone: true, SourceAccounts: []string{"*"}}, own,
			inventory.Exposure{Reach: inventory.ReachPublic, Everyone: true, Note: "its source is a wildcard, which names nobody"}},
		"an account is named once": {inventory.Grant{Services: []string{"sns.amazonaws.com"}, Accounts: []string{outside}, SourceAccounts: []string{outside, home}}, own,
			inventory.Exposure{Reach: inventory.ReachPartner, Services: []string{"sns.amazonaws.com"}, Accounts: []string{home, outside}, Sourced: true}},
		"a service with the account of its source": {inventory.Grant{Services: []string{"sns.amazonaws.com"}, Sources: []string{"arn:aws:sns:eu-west-1:999999999999:t"}}, own,
			inventory.Exposure{Reach: inventory.ReachPartner, Services: []string{"sns.amazonaws.com"}, Accounts: []string{outside}, Sourced: true}},
		"the source of a named account is no second one": {inventory.Grant{Accounts: []string{home}, SourceAccounts: []string{outside}}, own,
			inventory.Exposure{Reach: inventory.ReachAccount, Accounts: []string{home}, Sourced: true}},
		"our organization": {inventory.Grant{Everyone: true, Organizations: []string{"o-1"}}, own,
			inventory.Exposure{Reach: inventory.ReachOrganization, Organizations: []string{"o-1"}}},
		"an organization while ours is not known": {inventory.Grant{Everyone: true, Organizations: []string{"o-1"}}, inventory.Own{},
			inventory.Exposure{Reach: inventory.ReachPartner, Organizations: []string{"o-1"}, Note: "our own organization is not known, so that o-1 counts as somebody else's"}},
		"what a deleted role left": {inventory.Grant{Principals: []string{"AROAEXAMPLEEXAMPLE01"}}, own,
			inventory.Exposure{Reach: inventory.ReachPrivate, Note: "names AROAEXAMPLEEXAMPLE01, which a deleted principal left: it lets nobody in"}},
		"a token": {inventory.Grant{Services: []string{"alexa-appkit.amazon.com"}, Secret: true}, own,
			inventory.Exposure{Reach: inventory.ReachAuthenticated, Services: []string{"alexa-appkit.amazon.com"}, Sourced: true, Note: "asks for a secret that the caller must know"}},
		"a federation": {inventory.Grant{Federated: []string{"accounts.google.com"}}, own,
			inventory.Exposure{Reach: inventory.ReachPartner, Note: "lets in people of accounts.google.com"}},
		"a condition that could not be judged": {inventory.Grant{Everyone: true, Unjudged: []string{"aws:SourceVpc"}}, own,
			inventory.Exposure{Reach: inventory.ReachPublic, Everyone: true, UpperBound: true, Note: "could not be judged: aws:SourceVpc"}},
		"a deny": {inventory.Grant{Deny: true, Everyone: true}, own,
			inventory.Exposure{Reach: inventory.ReachPrivate, Everyone: true, Note: "denies"}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.want.Kind = "policy"
			got := tc.grant.Way(home, tc.own)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Fatal(d)
			}
			if got.Part() != inventory.CapPolicies {
				t.Errorf("part %s", got.Part())
			}
		})
	}
}

func TestAWaySharesNothingWithItsStatement(t *testing.T) {
	g := inventory.Grant{Accounts: []string{"2", "1"}, Services: []string{"s"}, SourceAccounts: []string{"3"}, Organizations: []string{"o"}}
	before := text(t, g)
	w := g.Way("1", inventory.Own{})
	w.Accounts[0], w.Services[0], w.Organizations[0] = "x", "x", "x"
	if d := cmp.Diff(before, text(t, g)); d != "" {
		t.Error(d)
	}
}
