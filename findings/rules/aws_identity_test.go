package rules_test

import (
	"testing"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

func TestAdminIdentity(t *testing.T) {
	admin := inventory.Rights{Admin: true, Why: []string{"AdministratorAccess"}}
	bounded := admin
	bounded.Bounded, bounded.Boundary = true, "arn:aws:iam::aws:policy/AWSDenyAll"
	gone := rulestest.Function(orders, rights(admin))
	gone.Deleted = rulestest.Now()
	told := " orders arn:aws:iam::111122223333:role/orders"
	checkRule(t, "AWS-28", []awsCase{
		{"a role that can take the account over", facts(rulestest.Function(orders, rights(admin))), []string{"high" + told}},
		{"a boundary that removes the rights makes it low", facts(rulestest.Function(orders, rights(bounded))), []string{"low" + told}},
		{"a role with rights of its own work", facts(rulestest.Function(orders)), nil},
		{"a function that is gone runs as nobody", facts(gone), nil},
		{"stale rights are told as what was read last", facts(rulestest.Function(orders, rights(admin), doubtedRights)), []string{"high" + told}},
		{"rights that were never read are not judged", facts(rulestest.Function(orders, func(a *inventory.Asset) { a.Rights = inventory.Facet[inventory.Rights]{} })), nil},
	})
}

// doubtedRights makes the rights stale: the role was changed since.
func doubtedRights(a *inventory.Asset) {
	a.Rights = a.Rights.Doubting(inventory.Reason{Message: "changed since"}, rulestest.Now().Add(hour))
}

// roleCall is a call on IAM about the role work.
func roleCall(name string, change ...func(*inventory.Event)) inventory.Event {
	return other(iamAPI, name, workRole, change...)
}

func adminPolicy(e *inventory.Event) {
	e.Change.Policy, e.Change.AdminLike = "arn:aws:iam::aws:policy/AdministratorAccess", true
}

func bounded(arn string) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Boundary = arn })
}

func trusting(all ...inventory.Grant) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Trust = all })
}

func TestRoleWidened(t *testing.T) {
	attach := roleCall("AttachRolePolicy", adminPolicy)
	deny := "arn:aws:iam::aws:policy/AWSDenyAll"
	ours := "arn:aws:iam::111122223333:policy/limits"
	atPath := rulestest.Function(orders, runningAs("arn:aws:iam::111122223333:role/service-role/work"))
	limited := rulestest.Function(orders, runningAs(workRole), rights(inventory.Rights{Admin: true, Bounded: true, Boundary: ours}))
	lambda := trusting(inventory.Grant{Services: []string{lambdaAPI}})
	ec2 := trusting(inventory.Grant{Services: []string{"ec2.amazonaws.com"}})
	checkRule(t, "AWS-29", []awsCase{
		{"an administrator's policy on an execution role", facts(rulestest.Function(orders, runningAs(workRole)), attach), []string{"high work AttachRolePolicy"}},
		{"the log gives a role's name without its path", facts(atPath, attach), []string{"high work AttachRolePolicy"}},
		{"a role that its trust lets Lambda take", facts(roleCall("CreateRole", lambda, ago(30*hour)), attach), []string{"high work AttachRolePolicy"}},
		{"a role of which nothing is known", facts(attach), []string{"medium work AttachRolePolicy"}},
		{"a role that can be no execution role, by a whole inventory", facts(roleCall("CreateRole", ec2, ago(30*hour)), attach), nil},
		{"a policy that widens nothing much", facts(rulestest.Function(orders, runningAs(workRole)), roleCall("AttachRolePolicy")), nil},
		{"an inline policy", facts(roleCall("PutRolePolicy", adminPolicy)), []string{"medium work PutRolePolicy"}},
		{"a new version of a policy", facts(other(iamAPI, "CreatePolicyVersion", "arn:aws:iam::111122223333:policy/p", adminPolicy)), []string{"medium p CreatePolicyVersion"}},
		{"a boundary that is taken away", facts(rulestest.Function(orders, runningAs(workRole)), roleCall("DeleteRolePermissionsBoundary")), []string{"high work DeleteRolePermissionsBoundary"}},
		{"a boundary that denies all caps it", facts(roleCall("CreateRole", lambda, bounded(deny), ago(30*hour)), attach), []string{"medium work AttachRolePolicy"}},
		{"made in the same second, in whatever order", facts(roleCall("CreateRole", lambda, bounded(deny), named("z")), attach), []string{"medium work AttachRolePolicy"}},
		{"a boundary that was taken away before caps nothing", facts(roleCall("CreateRole", lambda, bounded(deny), ago(30*hour)), roleCall("DeleteRolePermissionsBoundary", ago(28*hour)), attach),
			[]string{"high work AttachRolePolicy", "high work DeleteRolePermissionsBoundary"}},
		{"a boundary set afterwards caps nothing", facts(roleCall("CreateRole", lambda, ago(30*hour)), attach, roleCall("PutRolePermissionsBoundary", bounded(deny), ago(hour))), []string{"high work AttachRolePolicy"}},
		{"a boundary of our own is not known to bound", facts(roleCall("CreateRole", lambda, bounded(ours), ago(30*hour)), attach), []string{"high work AttachRolePolicy"}},
		{"unless the rights of a function say so", facts(limited, roleCall("PutRolePermissionsBoundary", bounded(ours), ago(30*hour)), attach), []string{"medium work AttachRolePolicy"}},
		{"a refused call widens nothing", facts(roleCall("AttachRolePolicy", adminPolicy, refused)), nil},
	})
}

func TestTrustOpened(t *testing.T) {
	theirs := inventory.Grant{Accounts: []string{outsider}}
	set := func(g ...inventory.Grant) rulestest.World {
		return facts(roleCall("UpdateAssumeRolePolicy", trusting(g...)))
	}
	told := []string{"high work UpdateAssumeRolePolicy"}
	checkRule(t, "AWS-30", []awsCase{
		{"a foreign account beside a service", set(inventory.Grant{Services: []string{"ec2.amazonaws.com"}}, theirs), told},
		{"a new role for a foreign account", facts(roleCall("CreateRole", trusting(theirs))), []string{"high work CreateRole"}},
		{"on an execution role it is critical", facts(rulestest.Function(orders, runningAs(workRole)), roleCall("UpdateAssumeRolePolicy", trusting(theirs))), []string{"critical work UpdateAssumeRolePolicy"}},
		{"so it is on one that Lambda may take", set(theirs, inventory.Grant{Services: []string{lambdaAPI}}), []string{"critical work UpdateAssumeRolePolicy"}},
		{"everyone", set(inventory.Grant{Everyone: true}), told},
		{"everyone of our organization", estate(set(inventory.Grant{Everyone: true, Organizations: []string{"o-1"}}), findings.Estate{Organization: "o-1"}), nil},
		{"everyone of another", estate(set(inventory.Grant{Everyone: true, Organizations: []string{"o-2"}}), findings.Estate{Organization: "o-1"}), told},
		{"our account", set(inventory.Grant{Accounts: []string{rulestest.Account}}), nil},
		{"an account of ours", estate(set(theirs), findings.Estate{Accounts: []string{outsider}}), nil},
		{"a partner", estate(set(theirs), findings.Estate{Partners: []string{outsider}}), nil},
		{"an external id does not make an outsider ours", set(inventory.Grant{Accounts: []string{outsider}, Secret: true}), told},
		{"services and identity providers are no outsiders", set(inventory.Grant{Services: []string{lambdaAPI}}, inventory.Grant{Federated: []string{"token.actions.example.com"}}), nil},
		{"an id that a deleted principal left has no account", set(inventory.Grant{Principals: []string{"AROADELETED"}}), nil},
		{"a deny lets nobody in", set(inventory.Grant{Deny: true, Everyone: true}), nil},
		{"a refused call opens nothing", facts(roleCall("UpdateAssumeRolePolicy", trusting(theirs), refused)), nil},
	})
}

func TestStrayCredential(t *testing.T) {
	user := func(name string) func(*inventory.Event) {
		return with(func(c *inventory.Change) { c.User = name })
	}
	made := func(service, name string, change ...func(*inventory.Event)) rulestest.World {
		change = append([]func(*inventory.Event){byUser(inventory.LongLivedKey)}, change...)
		return facts(other(service, name, "arn:aws:iam::111122223333:user/bob", change...))
	}
	checkRule(t, "AWS-35", []awsCase{
		{"a key for another user", made(iamAPI, "CreateAccessKey", user("bob")), []string{"high bob CreateAccessKey"}},
		{"a key for oneself", made(iamAPI, "CreateAccessKey", user("alice")), []string{"medium bob CreateAccessKey"}},
		{"a key without a name is for oneself", made(iamAPI, "CreateAccessKey"), []string{"medium bob CreateAccessKey"}},
		{"a role makes keys for others only", facts(other(iamAPI, "CreateAccessKey", "bob", user("bob"))), []string{"high bob CreateAccessKey"}},
		{"a user", made(iamAPI, "CreateUser", user("bob")), []string{"medium bob CreateUser"}},
		{"a password", made(iamAPI, "CreateLoginProfile"), []string{"medium bob CreateLoginProfile"}},
		{"another password", made(iamAPI, "UpdateLoginProfile"), []string{"medium bob UpdateLoginProfile"}},
		{"an administrator's policy", made(iamAPI, "AttachUserPolicy", adminPolicy), []string{"high bob AttachUserPolicy"}},
		{"another policy", made(iamAPI, "AttachUserPolicy"), nil},
		{"a trust anchor", made("rolesanywhere.amazonaws.com", "CreateTrustAnchor"), []string{"medium bob CreateTrustAnchor"}},
		{"a profile", made("rolesanywhere.amazonaws.com", "CreateProfile"), []string{"medium bob CreateProfile"}},
		{"a federation token with all rights", made("sts.amazonaws.com", "GetFederationToken", adminPolicy), []string{"high bob GetFederationToken"}},
		{"one with few", made("sts.amazonaws.com", "GetFederationToken"), nil},
		{"an administrator of IAM may", estate(made(iamAPI, "CreateUser"), findings.Estate{IAMAdministrators: []string{alice}}), nil},
		{"a refused call makes nothing", made(iamAPI, "CreateAccessKey", user("bob"), refused), nil},
		{"a profile of another service is no credential", made("sagemaker.amazonaws.com", "CreateProfile"), nil},
	})
}
