package awsfake

import (
	"net/http"
	"slices"
)

func organizationsOperations() []operation {
	return []operation{
		{service: "organizations", name: "DescribeOrganization", serve: describeOrganization},
		{service: "organizations", name: "ListAccounts", size: 20, serve: listAccounts},
	}
}

// organizationARN makes an ARN of the organization, which the management
// account owns.
func organizationARN(c *call, kind string) string {
	o := c.world.Organization
	return "arn:" + c.world.partition() + ":organizations::" + o.Management + ":" + kind + "/" + o.ID
}

func describeOrganization(c *call) answer {
	o := c.world.Organization
	if o == nil {
		return notInUse(c)
	}
	email := ""
	if m := c.world.Account(o.Management); m != nil {
		email = m.Email
	}
	w := newJSON().open('{').key("Organization").open('{')
	w.str("Id", o.ID).str("Arn", organizationARN(c, "organization")).str("FeatureSet", "ALL")
	w.str("MasterAccountArn", organizationARN(c, "account")+"/"+o.Management)
	w.str("MasterAccountId", o.Management).str("MasterAccountEmail", email)
	return c.ok(w.close('}').close('}').b)
}

func notInUse(c *call) answer {
	return c.fail(http.StatusBadRequest, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

// listAccounts answers the management account and its delegates; the others
// are refused, with the status 400 of this protocol.
func listAccounts(c *call) answer {
	o := c.world.Organization
	if o == nil {
		return notInUse(c)
	}
	if c.Account != o.Management && !slices.Contains(o.Delegated, c.Account) {
		return c.fail(http.StatusBadRequest, "AccessDeniedException", "You don't have permissions to access this resource.")
	}
	accounts := c.world.Accounts
	return c.list("Accounts", len(accounts), func(w *jsonWriter, i int) {
		a := accounts[i]
		state, status := a.states()
		w.open('{').str("Id", a.ID).str("Arn", organizationARN(c, "account")+"/"+a.ID)
		w.str("Email", a.Email).str("Name", a.Name).str("Status", status).str("State", state)
		w.str("JoinedMethod", "CREATED").num("JoinedTimestamp", joined).close('}')
	})
}

// joined is when every account joined: 2020-01-01, in Unix seconds.
const joined = 1577836800
