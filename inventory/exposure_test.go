package inventory_test

import (
	"testing"

	"github.com/estray/estray/inventory"
)

func TestGrantReach(t *testing.T) {
	const home = "111122223333"
	own := func(a string) bool { return a == "444455556666" }
	for name, tc := range map[string]struct {
		grant inventory.Grant
		want  inventory.Reach
	}{
		"everyone without a condition is public":             {inventory.Grant{Everyone: true}, inventory.ReachPublic},
		"everyone who signs is authenticated":                {inventory.Grant{Everyone: true, Auth: "AWS_IAM"}, inventory.ReachAuthenticated},
		"auth NONE narrows nothing":                          {inventory.Grant{Everyone: true, Auth: "NONE"}, inventory.ReachPublic},
		"everyone of an organization":                        {inventory.Grant{Everyone: true, Organizations: []string{"o-1"}}, inventory.ReachOrganization},
		"everyone from the own account":                      {inventory.Grant{Everyone: true, SourceAccounts: []string{home}}, inventory.ReachAccount},
		"a wildcard source narrows nothing to one account":   {inventory.Grant{Everyone: true, SourceAccounts: []string{"*"}}, inventory.ReachAuthenticated},
		"a key that could not be judged narrows nothing":     {inventory.Grant{Everyone: true, Unjudged: []string{"aws:UserAgent"}}, inventory.ReachPublic},
		"the own account":                                    {inventory.Grant{Accounts: []string{home}}, inventory.ReachAccount},
		"another account of ours":                            {inventory.Grant{Accounts: []string{"444455556666"}}, inventory.ReachOrganization},
		"a foreign account":                                  {inventory.Grant{Accounts: []string{"999999999999"}}, inventory.ReachPartner},
		"a service without a source is a confused deputy":    {inventory.Grant{Services: []string{"s3.amazonaws.com"}}, inventory.ReachAuthenticated},
		"a service with a source of the own account":         {inventory.Grant{Services: []string{"sns.amazonaws.com"}, Sources: []string{"arn:aws:sns:eu-west-1:111122223333:t"}}, inventory.ReachAccount},
		"a bucket's ARN names no account":                    {inventory.Grant{Services: []string{"s3.amazonaws.com"}, Sources: []string{"arn:aws:s3:::b"}}, inventory.ReachAuthenticated},
		"a bucket's ARN with the account it must be of":      {inventory.Grant{Services: []string{"s3.amazonaws.com"}, Sources: []string{"arn:aws:s3:::b"}, SourceAccounts: []string{home}}, inventory.ReachAccount},
		"a deny opens nothing":                               {inventory.Grant{Deny: true, Everyone: true}, inventory.ReachPrivate},
		"the widest of several counts":                       {inventory.Grant{Accounts: []string{home}, Services: []string{"s3.amazonaws.com"}}, inventory.ReachAuthenticated},
		"a federated provider lets people of others in":      {inventory.Grant{Federated: []string{"accounts.google.com"}}, inventory.ReachPartner},
		"an id left by a deleted principal opens nothing":    {inventory.Grant{Principals: []string{"AROAEXAMPLE"}}, inventory.ReachPrivate},
		"several sources count by the widest of them":        {inventory.Grant{Services: []string{"sns.amazonaws.com"}, Sources: []string{"arn:aws:sns:eu-west-1:111122223333:t", "arn:aws:sns:eu-west-1:999999999999:t"}}, inventory.ReachPartner},
		"no statement at all is private, which is no public": {inventory.Grant{}, inventory.ReachPrivate},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.grant.Reach(home, own); got != tc.want {
				t.Fatalf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestAssetReach(t *testing.T) {
	ways := func(r ...inventory.Reach) inventory.Facet[inventory.Exposures] {
		var e inventory.Exposures
		for _, x := range r {
			e.Ways = append(e.Ways, inventory.Exposure{Reach: x})
		}
		return inventory.Known(e, on(1))
	}
	for name, tc := range map[string]struct {
		exposure inventory.Facet[inventory.Exposures]
		want     inventory.Reach
		sure     bool
	}{
		"no way in is private":         {ways(), inventory.ReachPrivate, true},
		"proved to have none":          {inventory.Absent[inventory.Exposures](on(1)), inventory.ReachPrivate, true},
		"the widest way counts":        {ways(inventory.ReachAccount, inventory.ReachPublic), inventory.ReachPublic, true},
		"one unknown way makes all so": {ways(inventory.ReachAccount, inventory.ReachUnknown), inventory.ReachUnknown, false},
		"never read is unknown":        {inventory.Facet[inventory.Exposures]{}, inventory.ReachUnknown, false},
		"denied is unknown":            {inventory.Unknown[inventory.Exposures](inventory.Reason{Code: "AccessDenied"}, on(1)), inventory.ReachUnknown, false},
		"a stale reach is not relied on": {func() inventory.Facet[inventory.Exposures] {
			f := ways(inventory.ReachPrivate)
			f.Doubted = on(2)
			return f
		}(), inventory.ReachPrivate, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, sure := inventory.Asset{Exposure: tc.exposure}.Reach()
			if got != tc.want || sure != tc.sure {
				t.Fatalf("got %s (%t), want %s (%t)", got, sure, tc.want, tc.sure)
			}
		})
	}
}
