package inventory_test

import (
	"testing"

	"github.com/estray/estray/inventory"
)

func TestGrantReach(t *testing.T) {
	const home = "111122223333"
	own := inventory.Own{Organization: "o-1", Account: func(a string) bool { return a == "444455556666" }}
	for name, tc := range map[string]struct {
		grant inventory.Grant
		want  inventory.Reach
	}{
		"everyone without a condition is public":             {inventory.Grant{Everyone: true}, inventory.ReachPublic},
		"everyone who signs is authenticated":                {inventory.Grant{Everyone: true, Auth: "AWS_IAM"}, inventory.ReachAuthenticated},
		"auth NONE narrows nothing":                          {inventory.Grant{Everyone: true, Auth: "NONE"}, inventory.ReachPublic},
		"everyone of an organization":                        {inventory.Grant{Everyone: true, Organizations: []string{"o-1"}}, inventory.ReachOrganization},
		"everyone from the own account":                      {inventory.Grant{Everyone: true, SourceAccounts: []string{home}}, inventory.ReachAccount},
		"a wildcard source names nobody":                     {inventory.Grant{Everyone: true, SourceAccounts: []string{"*"}}, inventory.ReachPublic},
		"nor does one among others":                          {inventory.Grant{Everyone: true, SourceAccounts: []string{home, "*"}}, inventory.ReachPublic},
		"nor does an ARN without account and resource":       {inventory.Grant{Everyone: true, Sources: []string{"arn:aws:s3:::*"}}, inventory.ReachPublic},
		"a wildcard source with signing is authenticated":    {inventory.Grant{Everyone: true, Auth: "AWS_IAM", Sources: []string{"*"}}, inventory.ReachAuthenticated},
		"an organization that is not ours":                   {inventory.Grant{Everyone: true, Organizations: []string{"o-2"}}, inventory.ReachPartner},
		"one that is not ours among others":                  {inventory.Grant{Everyone: true, Organizations: []string{"o-1", "o-2"}}, inventory.ReachPartner},
		"a foreign account within our organization":          {inventory.Grant{Accounts: []string{"999999999999"}, Organizations: []string{"o-1"}}, inventory.ReachOrganization},
		"our organization never widens the own account":      {inventory.Grant{Everyone: true, SourceAccounts: []string{home}, Organizations: []string{"o-1"}}, inventory.ReachAccount},
		"a service within our organization":                  {inventory.Grant{Services: []string{"s3.amazonaws.com"}, Organizations: []string{"o-1"}}, inventory.ReachOrganization},
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
	none := inventory.Known(inventory.Exposures{}, on(1))
	denied := inventory.Unknown[inventory.Exposures](inventory.Reason{Code: "AccessDenied"}, on(1))
	absent := inventory.Absent[inventory.Exposures](on(1))
	ways := func(r ...inventory.Reach) inventory.Facet[inventory.Exposures] {
		var e inventory.Exposures
		for _, x := range r {
			e.Ways = append(e.Ways, inventory.Exposure{Kind: "policy", Reach: x})
		}
		return inventory.Known(e, on(1))
	}
	stale := func(f inventory.Facet[inventory.Exposures]) inventory.Facet[inventory.Exposures] {
		return f.Doubting(inventory.Reason{}, on(2))
	}
	type parts = inventory.Parts[inventory.Exposures]
	urls, policies := inventory.CapURLs, inventory.CapPolicies
	viaURL := inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "policy", Reach: inventory.ReachPublic, Auth: "NONE", ViaURL: true}}}, on(1))
	url := func(auth string) inventory.Facet[inventory.Exposures] {
		return inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "function-url", Reach: inventory.ReachPrivate, Auth: auth}}}, on(1))
	}
	for name, tc := range map[string]struct {
		exposure parts
		want     inventory.Reach
		sure     bool
	}{
		"no way in is private":                       {parts{urls: none, policies: none}, inventory.ReachPrivate, true},
		"proved to have none":                        {parts{urls: absent, policies: absent}, inventory.ReachPrivate, true},
		"a part that is absent takes nothing":        {parts{urls: absent, policies: ways(inventory.ReachPartner)}, inventory.ReachPartner, true},
		"the widest way of all parts counts":         {parts{urls: ways(inventory.ReachPublic), policies: ways(inventory.ReachAccount)}, inventory.ReachPublic, true},
		"one unknown way makes all so":               {parts{urls: none, policies: ways(inventory.ReachAccount, inventory.ReachUnknown)}, inventory.ReachUnknown, false},
		"never read is unknown":                      {nil, inventory.ReachUnknown, false},
		"denied is unknown":                          {parts{urls: denied, policies: denied}, inventory.ReachUnknown, false},
		"a denied policy leaves the known URL":       {parts{urls: ways(inventory.ReachPublic), policies: denied}, inventory.ReachPublic, false},
		"a part that nobody read makes all unknown":  {parts{urls: none}, inventory.ReachUnknown, false},
		"nor is a known one the widest":              {parts{urls: ways(inventory.ReachAuthenticated)}, inventory.ReachUnknown, false},
		"absent URLs without policies prove nothing": {parts{urls: absent}, inventory.ReachUnknown, false},
		"a stale reach is not relied on":             {parts{urls: none, policies: stale(none)}, inventory.ReachPrivate, false},
		"a door that could not be read is a doubt":   {parts{urls: none, policies: none, inventory.CapAPIGateway: denied}, inventory.ReachUnknown, false},
		"a statement through a URL needs the URL":    {parts{urls: none, policies: viaURL}, inventory.ReachPrivate, true},
		"with the URL that it is for, it counts":     {parts{urls: url("NONE"), policies: viaURL}, inventory.ReachPublic, true},
		"for a URL with other authorisation, not":    {parts{urls: url("AWS_IAM"), policies: viaURL}, inventory.ReachPrivate, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, sure := inventory.Asset{Kind: inventory.LambdaFunction, Exposure: tc.exposure}.Reach()
			if got != tc.want || sure != tc.sure {
				t.Fatalf("got %s (%t), want %s (%t)", got, sure, tc.want, tc.sure)
			}
		})
	}
}

func TestReachOfAnotherKindNeedsNoFunctionURL(t *testing.T) {
	door := inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "endpoint", Reach: inventory.ReachPublic}}}, on(1))
	a := inventory.Asset{Kind: inventory.WebFunction, Exposure: inventory.Parts[inventory.Exposures]{inventory.CapWebFunctions: door}}
	if got, sure := a.Reach(); got != inventory.ReachPublic || !sure {
		t.Fatalf("got %s (%t)", got, sure)
	}
}
