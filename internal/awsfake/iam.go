package awsfake

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"

func iamOperations() []operation {
	op := func(name string, size int, serve func(*call) answer) operation {
		return operation{service: "iam", name: name, size: size, serve: serve}
	}
	return []operation{
		op("GetAccountAuthorizationDetails", 100, getAccountAuthorizationDetails),
		op("ListRoles", 100, listRoles),
		op("GetRole", 0, withRole(getRole)),
		op("ListAttachedRolePolicies", 100, withRole(listAttachedRolePolicies)),
		op("ListRolePolicies", 100, withRole(listRolePolicies)),
		op("GetRolePolicy", 0, withRole(getRolePolicy)),
		op("GetPolicy", 0, getManagedPolicy),
		op("GetPolicyVersion", 0, getPolicyVersion),
		op("ListAccountAliases", 100, listAccountAliases),
	}
}

// documentText is a policy document as IAM answers it: escaped for an address.
func documentText(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

// withRole finds the role that a call names.
func withRole(serve func(*call, *Role) answer) func(*call) answer {
	return func(c *call) answer {
		for _, r := range c.account.Roles {
			if r.Name == c.text("RoleName") {
				return serve(c, r)
			}
		}
		return c.noSuchEntity("The role with name " + c.text("RoleName") + " cannot be found.")
	}
}

func (c *call) noSuchEntity(text string) answer {
	return c.fail(http.StatusNotFound, "NoSuchEntity", text)
}

// truncated writes the end of a page of an IAM list.
func truncated(x *xmlWriter, next string) {
	x.yes("IsTruncated", next != "").text("Marker", next)
}

// iamPage answers one page of a list of n entries.
func (c *call) iamPage(n int, fill func(x *xmlWriter, from, to int)) answer {
	from, to, next, ok := c.page(n, c.texts("Filter")...)
	if !ok {
		return c.badToken()
	}
	return c.result(iamNamespace, func(x *xmlWriter) {
		fill(x, from, to)
		truncated(x, next)
	})
}

// getAccountAuthorizationDetails walks roles, then the account's policies,
// then those of AWS, as far as the filter asks for them. There are no users
// and no groups in this world.
func getAccountAuthorizationDetails(c *call) answer {
	filter := c.texts("Filter")
	asks := func(kind string) bool { return len(filter) == 0 || slices.Contains(filter, kind) }
	var roles []*Role
	var policies []*ManagedPolicy
	if asks("Role") {
		roles = c.account.Roles
	}
	if asks("LocalManagedPolicy") {
		policies = append(policies, c.account.Policies...)
	}
	if asks("AWSManagedPolicy") {
		policies = append(policies, c.world.Policies...)
	}
	return c.iamPage(len(roles)+len(policies), func(x *xmlWriter, from, to int) {
		cut := len(roles)
		x.open("UserDetailList").close("UserDetailList").open("GroupDetailList").close("GroupDetailList")
		x.open("RoleDetailList")
		for _, r := range roles[min(from, cut):min(to, cut)] {
			x.open("member")
			c.roleDetail(x, r)
			x.close("member")
		}
		x.close("RoleDetailList").open("Policies")
		for _, p := range policies[max(from-cut, 0):max(to-cut, 0)] {
			x.open("member")
			c.policySummary(x, p)
			x.open("PolicyVersionList")
			for i := range p.Versions {
				x.open("member")
				p.version(x, i)
				x.close("member")
			}
			x.close("PolicyVersionList").close("member")
		}
		x.close("Policies")
	})
}

// roleDetail writes a role with its policies.
func (c *call) roleDetail(x *xmlWriter, r *Role) {
	c.role(x, r)
	x.open("RolePolicyList")
	for _, p := range r.Inline {
		x.open("member").text("PolicyName", p.Name).text("PolicyDocument", documentText(p.Document)).close("member")
	}
	x.close("RolePolicyList").open("AttachedManagedPolicies")
	attached(x, r.Attached)
	x.close("AttachedManagedPolicies").open("InstanceProfileList").close("InstanceProfileList")
	c.roleState(x, r)
}

func attached(x *xmlWriter, arns []string) {
	for _, arn := range arns {
		x.open("member").text("PolicyName", arn[strings.LastIndexByte(arn, '/')+1:]).text("PolicyArn", arn).close("member")
	}
}

// role writes what every answer about a role holds.
func (c *call) role(x *xmlWriter, r *Role) {
	path := or(r.Path, "/")
	x.text("Path", path).text("RoleName", r.Name).text("RoleId", or(r.ID, roleID(c.account.ID, r.Name)))
	x.text("Arn", c.iamARN("role"+path+r.Name)).time("CreateDate", r.Created)
	x.text("AssumeRolePolicyDocument", documentText(r.Trust))
}

// roleState writes what ListRoles leaves out.
func (c *call) roleState(x *xmlWriter, r *Role) {
	if r.Boundary != "" {
		x.open("PermissionsBoundary").text("PermissionsBoundaryType", "Policy")
		x.text("PermissionsBoundaryArn", r.Boundary).close("PermissionsBoundary")
	}
	x.open("Tags")
	for _, k := range sortedKeys(r.Tags) {
		x.open("member").text("Key", k).text("Value", r.Tags[k]).close("member")
	}
	x.close("Tags").open("RoleLastUsed")
	if u := r.LastUsed; u != nil {
		x.time("LastUsedDate", u.Date).text("Region", u.Region)
	}
	x.close("RoleLastUsed")
}

func listRoles(c *call) answer {
	var roles []*Role
	for _, r := range c.account.Roles {
		if strings.HasPrefix(or(r.Path, "/"), or(c.text("PathPrefix"), "/")) {
			roles = append(roles, r)
		}
	}
	return c.iamPage(len(roles), func(x *xmlWriter, from, to int) {
		x.open("Roles")
		for _, r := range roles[from:to] {
			x.open("member")
			c.role(x, r)
			x.text("Description", r.Description).num("MaxSessionDuration", session1h(r)).close("member")
		}
		x.close("Roles")
	})
}

// session1h is the longest session of a role: one hour if nothing is said.
func session1h(r *Role) int {
	if r.MaxSession == 0 {
		return 3600
	}
	return r.MaxSession
}

func getRole(c *call, r *Role) answer {
	return c.result(iamNamespace, func(x *xmlWriter) {
		x.open("Role")
		c.role(x, r)
		x.text("Description", r.Description).num("MaxSessionDuration", session1h(r))
		c.roleState(x, r)
		x.close("Role")
	})
}

func listAttachedRolePolicies(c *call, r *Role) answer {
	return c.iamPage(len(r.Attached), func(x *xmlWriter, from, to int) {
		x.open("AttachedPolicies")
		attached(x, r.Attached[from:to])
		x.close("AttachedPolicies")
	})
}

func listRolePolicies(c *call, r *Role) answer {
	return c.iamPage(len(r.Inline), func(x *xmlWriter, from, to int) {
		x.open("PolicyNames")
		for _, p := range r.Inline[from:to] {
			x.text("member", p.Name)
		}
		x.close("PolicyNames")
	})
}

func getRolePolicy(c *call, r *Role) answer {
	for _, p := range r.Inline {
		if p.Name == c.text("PolicyName") {
			return c.result(iamNamespace, func(x *xmlWriter) {
				x.text("RoleName", r.Name).text("PolicyName", p.Name).text("PolicyDocument", documentText(p.Document))
			})
		}
	}
	return c.noSuchEntity("The role policy with name " + c.text("PolicyName") + " cannot be found.")
}

func listAccountAliases(c *call) answer {
	return c.iamPage(len(c.account.Aliases), func(x *xmlWriter, from, to int) {
		x.members("AccountAliases", c.account.Aliases[from:to])
	})
}

// managed finds the policy that a call names.
func (c *call) managed() *ManagedPolicy {
	for _, list := range [][]*ManagedPolicy{c.account.Policies, c.world.Policies} {
		for _, p := range list {
			if c.policyARN(p) == c.text("PolicyArn") {
				return p
			}
		}
	}
	return nil
}

func (c *call) policyARN(p *ManagedPolicy) string {
	return or(p.ARN, c.iamARN("policy"+or(p.Path, "/")+p.Name))
}

// policySummary writes what every answer about a managed policy holds.
func (c *call) policySummary(x *xmlWriter, p *ManagedPolicy) {
	id := or(p.ID, "ANPA"+strings.ToUpper(strconv.FormatUint(hash(c.policyARN(p)), 16)))
	x.text("PolicyName", p.Name).text("PolicyId", id).text("Arn", c.policyARN(p)).text("Path", or(p.Path, "/"))
	x.text("DefaultVersionId", p.inForce()).num("AttachmentCount", 1).yes("IsAttachable", true)
	x.text("Description", p.Description).time("CreateDate", p.Created).time("UpdateDate", p.Created)
}

// inForce is the id of the version that counts.
func (p *ManagedPolicy) inForce() string {
	if p.Default == "" && len(p.Versions) > 0 {
		return p.Versions[len(p.Versions)-1].ID
	}
	return p.Default
}

func (p *ManagedPolicy) version(x *xmlWriter, i int) {
	v := p.Versions[i]
	x.text("Document", documentText(v.Document)).text("VersionId", v.ID)
	x.yes("IsDefaultVersion", v.ID == p.inForce()).time("CreateDate", p.Created)
}

func getManagedPolicy(c *call) answer {
	p := c.managed()
	if p == nil {
		return c.noSuchEntity("Policy " + c.text("PolicyArn") + " was not found.")
	}
	return c.result(iamNamespace, func(x *xmlWriter) {
		x.open("Policy")
		c.policySummary(x, p)
		x.close("Policy")
	})
}

func getPolicyVersion(c *call) answer {
	p := c.managed()
	if p == nil {
		return c.noSuchEntity("Policy " + c.text("PolicyArn") + " was not found.")
	}
	for i, v := range p.Versions {
		if v.ID == c.text("VersionId") {
			return c.result(iamNamespace, func(x *xmlWriter) {
				x.open("PolicyVersion")
				p.version(x, i)
				x.close("PolicyVersion")
			})
		}
	}
	return c.noSuchEntity("Policy " + c.text("PolicyArn") + " version " + c.text("VersionId") + " does not exist.")
}
