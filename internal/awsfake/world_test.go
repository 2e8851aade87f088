package awsfake_test

import (
	"fmt"

	"github.com/estray/estray/internal/awsfake"
)

// company is a small organization: a management account, a member whose role
// needs an external id, and a suspended member.
func company() *awsfake.World {
	return &awsfake.World{
		Now: now(), Home: "111111111111",
		Organization: &awsfake.Organization{ID: "o-abcdefghij", Management: "111111111111", Delegated: []string{"222222222222"}},
		Accounts: []*awsfake.Account{
			{ID: "111111111111", Name: "root", Email: "root@example.org", Places: map[string]*awsfake.Region{"eu-west-1": {}}},
			{ID: "333333333333", Name: "shop", Role: "Audit", ExternalID: "x-1", Places: map[string]*awsfake.Region{
				"eu-west-1": {Functions: functions(120)}, "us-east-1": {},
			}},
			{ID: "222222222222", Name: "audit", Role: "Audit"},
			{ID: "444444444444", Name: "old", State: "SUSPENDED", Status: "SUSPENDED", Role: "Audit"},
		},
	}
}

// functions makes n plain functions, not in the order of their names.
func functions(n int) []*awsfake.Function {
	var out []*awsfake.Function
	for i := range n {
		out = append(out, &awsfake.Function{Name: fmt.Sprintf("f%03d", (i*7+3)%n), Settings: awsfake.Settings{LastModified: now()}})
	}
	return out
}

// alone is a world of one account with one region.
func alone(r *awsfake.Region) *awsfake.World {
	return &awsfake.World{Now: now(), Accounts: []*awsfake.Account{
		{ID: "111111111111", Places: map[string]*awsfake.Region{"eu-west-1": r}},
	}}
}
