package aws

import "strings"

// userARN names a user. The caller's own ARN is exact; one that is built has
// no path, since requests do not tell it.
func (r *reading) userARN(name string) string {
	p := r.event.Principal
	if p.Type == "user" && strings.HasPrefix(p.ID, "arn:") && lastSegment(p.ID) == name && p.Account == r.event.Scope.Account {
		return p.ID
	}
	return r.arn("iam", "user/", name)
}

// readUser reads calls that make a user or a credential of one. A request
// without a user's name is about the caller, whom the answer names.
func readUser(r *reading) {
	name := r.request.text("userName")
	if name == "" {
		for _, part := range []string{"user", "accessKey", "loginProfile"} {
			if s := r.response.child(part).text("userName"); s != "" && name == "" {
				name = s
			}
		}
	}
	r.event.Change.User = name
	r.event.Subject = r.response.child("user").text("arn")
	if r.event.Subject == "" {
		r.event.Subject = r.userARN(name)
	}
	r.event.Change.Boundary = r.request.text("permissionsBoundary")
	if group := r.request.text("groupName"); group != "" {
		r.event.Change.Policy = r.arn("iam", "group/", group)
	}
}

// readPolicy reads calls on permissions policies: of whom, which, and whether
// it makes an administrator.
func readPolicy(r *reading) {
	c := &r.event.Change
	c.User = r.request.text("userName")
	c.Policy = r.request.first("policyArn", "policyName")
	c.Boundary = r.request.text("permissionsBoundary")
	switch {
	case r.request.has("roleName"):
		r.event.Subject = r.arn("iam", "role/", r.request.text("roleName"))
	case r.request.has("groupName"):
		r.event.Subject = r.arn("iam", "group/", r.request.text("groupName"))
	case c.User != "":
		r.event.Subject = r.userARN(c.User)
	default:
		r.event.Subject = r.policySubject()
	}
	c.AdminLike = r.givesAdmin()
}

// policySubject is the managed policy that a call makes or changes.
func (r *reading) policySubject() string {
	if arn := r.response.child("policy").text("arn"); arn != "" {
		return arn
	}
	if arn := r.request.text("policyArn"); arn != "" {
		return arn
	}
	return r.arn("iam", "policy/", r.request.text("policyName"))
}

// givesAdmin judges what the call gives: nothing where it takes away, and for
// a version of a policy only where it becomes the one in force.
func (r *reading) givesAdmin() bool {
	switch r.event.Name {
	case "AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy":
		return adminPolicy(r.request.text("policyArn"))
	case "CreatePolicyVersion":
		if inForce, _ := r.request.flag("setAsDefault"); !inForce {
			return false
		}
	case "PutRolePolicy", "PutUserPolicy", "PutGroupPolicy", "CreatePolicy":
	default:
		return false
	}
	document := r.request.get("policyDocument")
	if document.text() == "" && !r.succeeded() {
		return false // a refused call, cut short: nothing was given
	}
	admin, _ := adminLike(statementsIn(document))
	return admin
}

// readRole reads who may take a role: from the request, or URL-encoded from
// the answer where the request is cut.
func readRole(r *reading) {
	role := r.response.child("role")
	r.event.Subject = role.text("arn")
	if r.event.Subject == "" {
		r.event.Subject = r.arn("iam", "role/", r.request.text("roleName"))
	}
	if r.event.Name == "DeleteRole" {
		return
	}
	document := r.request.firstOf("assumeRolePolicyDocument", "policyDocument")
	if document.text() == "" {
		document = role.get("assumeRolePolicyDocument")
	}
	r.event.Change.Trust = r.statements(document)
	r.event.Change.Boundary = r.request.text("permissionsBoundary")
	if r.event.Change.Boundary == "" {
		r.event.Change.Boundary = role.child("permissionsBoundary").text("permissionsBoundaryArn")
	}
}

// readFederationToken reads the session policy of a federated user. His rights
// never exceed those of the user who asked.
func readFederationToken(r *reading) {
	c := &r.event.Change
	c.User = r.request.text("name")
	r.event.Subject = r.response.child("federatedUser").text("arn")
	if policy := r.request.get("policy"); policy.text() != "" {
		c.Policy = "session policy"
		c.AdminLike, _ = adminLike(statementsIn(policy))
	}
	for v := range r.request.list("policyArns").values() {
		arn := v.object().text("arn")
		if c.Policy == "" {
			c.Policy = arn
		}
		c.AdminLike = c.AdminLike || adminPolicy(arn)
	}
}

// readRolesAnywhere names the trust anchor or profile.
func readRolesAnywhere(r *reading) {
	for _, s := range []string{
		r.response.child("trustAnchor").text("trustAnchorArn"), r.response.child("profile").text("profileArn"),
		r.request.first("trustAnchorId", "profileId", "name"),
	} {
		if s != "" {
			r.event.Subject = s
			return
		}
	}
}
