package aws

import (
	"path"
	"slices"
	"strings"
)

// AdminLike judges a permissions policy: true where its holder administers the
// account or can come to it in few steps. The reasons name the actions, also
// those that weigh and do not decide. Only what is allowed on all resources and
// without a condition decides, but for whole services ("*", "iam:*"), where a
// condition is taken not to help. A document that cannot be read gives false
// and says so.
func AdminLike(document string) (admin bool, why []string) {
	statements, err := policyStatements(document)
	if err != nil {
		return false, []string{"policy not told by the record"}
	}
	p := permissions{}
	for _, s := range statements {
		p.add(s)
	}
	return p.judge()
}

// adminPolicy knows the managed policies whose name says it, in whatever
// account they lie: facts of AWS-28.
func adminPolicy(arn string) bool {
	switch lastSegment(arn) {
	case "AdministratorAccess", "IAMFullAccess":
		return true
	}
	return false
}

// permission is the part of a statement that the judgement needs.
type permission struct {
	actions, except []string
	conditioned     bool
}

func (p permission) holds(action string) bool {
	if p.except != nil {
		return !matchAny(p.except, action)
	}
	return matchAny(p.actions, action)
}

// permissions are the statements of a document that hold for all resources.
type permissions struct{ allow, deny []permission }

func (p *permissions) add(s object) {
	if !wide(s) {
		return
	}
	q := permission{actions: s.texts("Action"), conditioned: len(s.child("Condition")) > 0}
	if s.has("NotAction") {
		q.except = append([]string{}, s.texts("NotAction")...)
	}
	switch {
	case strings.EqualFold(s.text("Effect"), "Allow"):
		p.allow = append(p.allow, q)
	case strings.EqualFold(s.text("Effect"), "Deny") && !q.conditioned:
		p.deny = append(p.deny, q)
	}
}

// wide reports whether a statement holds for all resources, or for all of a
// kind: "*", "arn:aws:iam::*:role/*".
func wide(s object) bool {
	if s.has("NotResource") {
		return true
	}
	for _, r := range s.texts("Resource") {
		if isOpen(r) || strings.HasSuffix(r, ":*") || strings.HasSuffix(r, "/*") && strings.Count(r, "/") == 1 {
			return true
		}
	}
	return false
}

func (p permissions) denied(action string) bool {
	return slices.ContainsFunc(p.deny, func(d permission) bool { return d.holds(action) })
}

// allows reports whether the action is allowed without a condition; under
// reports it for conditions too. An allow of all but some is left out of
// named actions: it is judged as a whole.
func (p permissions) allows(action string, conditioned bool) bool {
	return !p.denied(action) && slices.ContainsFunc(p.allow, func(a permission) bool {
		return a.except == nil && a.holds(action) && (conditioned || !a.conditioned)
	})
}

// escalations are the actions that, on all resources, lead to administration
// (AWS-28 of the catalogue).
func escalations() []string {
	return []string{
		"iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey",
		"iam:CreateLoginProfile", "iam:CreatePolicyVersion", "iam:PassRole", "iam:PutGroupPolicy", "iam:PutRolePolicy",
		"iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy", "iam:UpdateLoginProfile", "sts:AssumeRole",
	}
}

func (p permissions) judge() (bool, []string) {
	for _, a := range p.allow {
		for _, whole := range []string{"*", "iam:*"} {
			if p.deniesWhole(whole) {
				continue
			}
			if a.except == nil && slices.ContainsFunc(a.actions, func(x string) bool { return x == whole || x == "*" || x == "*:*" }) {
				return true, []string{whole + " on all resources"}
			}
		}
		if a.except != nil && a.holds("iam:PutRolePolicy") && !p.denied("iam:PutRolePolicy") {
			return true, []string{"everything but some actions, iam among them allowed"}
		}
	}
	var why []string
	for _, e := range escalations() {
		if p.allows(e, false) {
			why = append(why, e+" on all resources")
		}
	}
	if len(why) > 0 {
		return true, why
	}
	if p.allows("lambda:CreateFunction", true) && p.allows("lambda:InvokeFunction", true) && p.allows("iam:PassRole", true) {
		return true, []string{"lambda:* with iam:PassRole"}
	}
	for _, e := range escalations() {
		if p.allows(e, true) {
			why = append(why, e+" under a condition")
		}
	}
	return false, why
}

// deniesWhole reports whether a deny takes away what whole stands for.
func (p permissions) deniesWhole(whole string) bool {
	if whole == "*" {
		return p.denied("iam:PutRolePolicy") && p.denied("sts:AssumeRole")
	}
	return p.denied("iam:PutRolePolicy")
}

// matchAny matches an action against patterns, whatever the case.
func matchAny(patterns []string, action string) bool {
	action = strings.ToLower(action)
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(strings.ToLower(p), action)
		return err == nil && ok
	})
}
