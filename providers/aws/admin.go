package aws

import (
	"path"
	"slices"
	"strings"
)

// AdminLike judges a permissions policy: true where its holder administers the
// account or can come to it in few steps. The reasons name the actions, also
// those that weigh and do not decide. Named actions decide only where they are
// allowed on all resources of their kind and without a condition; whole
// services ("*", "iam:*") decide under a condition too. A document that cannot
// be read gives true: nothing shows that it is harmless.
func AdminLike(document string) (admin bool, why []string) {
	return adminLike(policyStatements(document))
}

// adminLike is AdminLike for a document that was read into its statements.
func adminLike(statements []object, err error) (admin bool, why []string) {
	if err != nil {
		return true, []string{"the policy could not be read"}
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
	// all: on every resource. Else on all of the kinds (services) named.
	all   bool
	kinds []string
}

// holds reports whether the statement speaks of the action on all resources.
func (p permission) holds(action string) bool {
	kind, _, _ := strings.Cut(action, ":")
	if kind == "sts" { // what it acts on are roles
		kind = "iam"
	}
	if !p.all && !slices.Contains(p.kinds, kind) {
		return false
	}
	if p.except != nil {
		return !matchAny(p.except, action)
	}
	return matchAny(p.actions, action)
}

// names reports whether the statement names the service as a whole: "*" on
// every resource, or "iam:*" on all of IAM.
func (p permission) names(whole string) bool {
	if p.except != nil || (!p.all && (whole == "*" || !slices.Contains(p.kinds, "iam"))) {
		return false
	}
	return slices.ContainsFunc(p.actions, func(a string) bool {
		return isOpen(a) || a == "*:*" || strings.EqualFold(a, whole)
	})
}

// permissions are the statements of a document that are wide enough to weigh.
type permissions struct{ allow, deny []permission }

func (p *permissions) add(s object) {
	q := permission{actions: s.texts("Action"), conditioned: value(s.child("Condition")).parts().len() > 0}
	q.all, q.kinds = width(s)
	if !q.all && len(q.kinds) == 0 {
		return
	}
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

// width reports whether a statement holds for every resource, or for all of a
// service's: "arn:aws:iam::*:role/*".
func width(s object) (all bool, kinds []string) {
	if s.has("NotResource") {
		return true, nil
	}
	for v := range s.list("Resource").values() {
		r := v.text()
		if r == "" {
			continue
		}
		if isOpen(r) {
			return true, nil
		}
		parts, whole := fieldsOf(r)
		switch {
		case !whole || !matchAny(parts[:1], "arn"):
		case isOpen(parts[2]) && isOpen(parts[5]):
			return true, nil
		case isOpen(parts[5]), allOfType(parts[2], parts[5]):
			kinds = append(kinds, kindsOf(parts[2])...)
		}
	}
	return false, kinds
}

// fieldsOf splits the pattern of an ARN. A wildcard at its end stands for the
// fields that do not follow, too: "arn:aws:iam::*". whole: there are six.
func fieldsOf(pattern string) (parts [6]string, whole bool) {
	rest, more := pattern, true
	for i := range parts {
		switch {
		case !more && !strings.HasSuffix(pattern, "*"):
			return parts, false
		case !more:
			parts[i] = "*"
		case i == len(parts)-1:
			parts[i] = rest
		default:
			parts[i], rest, more = strings.Cut(rest, ":")
		}
	}
	return parts, true
}

// kindsOf are the services that the pattern of a service stands for, among
// those of which an action weighs.
func kindsOf(pattern string) []string {
	if !hasWildcard(pattern) {
		return []string{pattern}
	}
	return slices.DeleteFunc([]string{"iam", "kms", "lambda", "s3", "secretsmanager", "ssm", "sts"}, func(service string) bool {
		return !matchAny([]string{pattern}, service)
	})
}

// allOfType reports whether a resource of an ARN stands for all of one type:
// "role/*", "function:*". In S3 it would stand for the keys of one bucket.
func allOfType(service, resource string) bool {
	i := strings.IndexFunc(resource, func(c rune) bool { return c == '/' || c == ':' })
	return i >= 0 && service != "s3" && isOpen(resource[i+1:])
}

func (p permissions) denied(action string) bool {
	return slices.ContainsFunc(p.deny, func(d permission) bool { return d.holds(action) })
}

// allows reports whether a named action is allowed, without a condition or
// with one. An allow of all but some actions names none: see judge.
func (p permissions) allows(action string, conditioned bool) bool {
	return !p.denied(action) && slices.ContainsFunc(p.allow, func(a permission) bool {
		return a.except == nil && a.holds(action) && (conditioned || !a.conditioned)
	})
}

// reaches reports whether an action is allowed in whatever way, also by an allow
// of all but some actions.
func (p permissions) reaches(action string) bool {
	return !p.denied(action) && slices.ContainsFunc(p.allow, func(a permission) bool { return a.holds(action) })
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
	if why := p.whole(); why != "" {
		return true, []string{why}
	}
	var sure, perhaps []string
	for _, e := range escalations() {
		switch {
		case p.allows(e, false):
			sure = append(sure, e+" on all resources")
		case p.allows(e, true):
			perhaps = append(perhaps, e+" under a condition")
		}
	}
	if len(sure) > 0 {
		return true, sure
	}
	if p.reaches("lambda:CreateFunction") && p.reaches("lambda:InvokeFunction") && p.allows("iam:PassRole", true) {
		return true, []string{"lambda:* with iam:PassRole"}
	}
	return false, perhaps
}

// whole finds an allow of everything, of all of IAM, or of all but some
// actions among which iam:PutRolePolicy is not. A deny of what would make an
// administrator takes it away.
func (p permissions) whole() string {
	if p.denied("iam:PutRolePolicy") {
		return ""
	}
	for _, a := range p.allow {
		switch {
		case a.names("*"):
			return "* on all resources"
		case a.names("iam:*"):
			return "iam:* on all resources"
		case a.except != nil && a.holds("iam:PutRolePolicy"):
			return "all but some actions, iam among the allowed"
		}
	}
	return ""
}

// matchAny matches an action against patterns, whatever the case.
func matchAny(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		plain := strings.IndexAny(p, `*?[\`)
		switch {
		case plain < 0:
			return strings.EqualFold(p, action)
		case plain > len(action) || !strings.EqualFold(p[:plain], action[:plain]):
			return false // most patterns are of another service
		}
		ok, err := path.Match(strings.ToLower(p), strings.ToLower(action))
		return err == nil && ok
	})
}
