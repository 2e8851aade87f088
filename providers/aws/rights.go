package aws

import (
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// Permits is what policy documents allow and deny, as far as it weighs in a
// judgement. It keeps no part of the documents' text, so that those of many
// roles can be held at once. The zero value allows nothing. A value is not
// changed after it was made and may be shared.
type Permits struct {
	wide permissions
	// some are the actions that weigh and are allowed on named resources.
	some []string
	// unread: a document could not be read.
	unread bool
}

// ReadPermits reads a permissions policy: JSON text, or URL-encoded JSON as IAM
// answers it. One that cannot be read gives rights that are judged as an
// administrator's: nothing shows that it is harmless.
func ReadPermits(document string) Permits {
	statements, err := policyStatements(document)
	if err != nil {
		return Permits{unread: true}
	}
	var p Permits
	for _, s := range statements {
		p.wide.add(s)
		p.addNarrow(s)
	}
	p.compact()
	return p
}

// PermitsByName knows the policies that AWS manages and whose name says what
// they allow: their documents need not be read.
func PermitsByName(arn string) (Permits, bool) {
	_, resource, _ := strings.Cut(arn, ":iam::aws:")
	switch resource {
	case "policy/AdministratorAccess":
		return allowing(permission{all: true, actions: []string{"*"}}), true
	case "policy/IAMFullAccess":
		return allowing(permission{all: true, actions: []string{"iam:*"}}), true
	case "policy/PowerUserAccess":
		return allowing(permission{all: true, except: []string{"iam:*", "organizations:*", "account:*"}}), true
	}
	return Permits{}, false
}

func allowing(one permission) Permits {
	return Permits{wide: permissions{allow: []permission{one}}}
}

// addNarrow keeps which weighty actions a statement allows on named resources.
func (p *Permits) addNarrow(s object) {
	all, kinds := width(s)
	if all || !strings.EqualFold(s.text("Effect"), "Allow") {
		return
	}
	q := permission{all: true, actions: s.texts("Action")}
	if s.has("NotAction") {
		q.except = append([]string{}, s.texts("NotAction")...)
	}
	for _, action := range narrowly() {
		if service, _, _ := strings.Cut(action, ":"); !slices.Contains(kinds, service) && q.holds(action) {
			p.some = append(p.some, action)
		}
	}
}

// compact drops what answers no question, and lets the document go.
func (p *Permits) compact() {
	asked := slices.Concat(escalations(), weighty(), narrowly(), []string{"lambda:InvokeFunction"})
	weighs := func(pattern string) bool {
		return isOpen(pattern) || strings.HasSuffix(pattern, ":*") ||
			slices.ContainsFunc(asked, func(action string) bool { return matchAny([]string{pattern}, action) })
	}
	keep := func(patterns []string) []string {
		if patterns == nil {
			return nil
		}
		out := []string{}
		for _, one := range patterns {
			if weighs(one) {
				out = append(out, strings.Clone(one))
			}
		}
		return out
	}
	for _, list := range []*[]permission{&p.wide.allow, &p.wide.deny} {
		var out []permission
		for _, q := range *list {
			q.actions, q.except = keep(q.actions), keep(q.except)
			for i := range q.kinds {
				q.kinds[i] = strings.Clone(q.kinds[i])
			}
			if q.except != nil || len(q.actions) > 0 {
				out = append(out, q)
			}
		}
		*list = out
	}
}

// JoinPermits puts policies together, as they hold for an identity that has them
// all: what one allows and what another allows add up, and what one denies is
// taken away.
func JoinPermits(all ...Permits) Permits {
	var p Permits
	for _, one := range all {
		p.wide.allow = append(p.wide.allow, one.wide.allow...)
		p.wide.deny = append(p.wide.deny, one.wide.deny...)
		p.some = append(p.some, one.some...)
		p.unread = p.unread || one.unread
	}
	return p
}

// JudgeRights judges policies together: see [JoinPermits]. It fills in Admin, Why
// and Weighs.
func JudgeRights(all ...Permits) inventory.Rights {
	p := JoinPermits(all...)
	admin, why := p.wide.judge()
	out := inventory.Rights{Admin: admin}
	if admin {
		out.Why = why
	} else {
		out.Weighs = why
	}
	if p.unread {
		out.Admin = true
		out.Why = append(out.Why, "a policy could not be read")
	}
	if p.wide.whole() == "" {
		out.Weighs = sorted(append(out.Weighs, p.weighs()...))
	}
	return out
}

// weighs lists what is allowed, weighs, and does not decide.
func (p Permits) weighs() []string {
	out := p.wide.services()
	for _, action := range weighty() {
		service, _, _ := strings.Cut(action, ":")
		switch {
		case slices.Contains(out, service+":* on all resources"):
		case p.wide.allows(action, false):
			out = append(out, action+" on all resources")
		case p.wide.allows(action, true):
			out = append(out, action+" under a condition")
		}
	}
	for _, action := range p.some {
		if !p.wide.allows(action, true) && !p.wide.denied(action) {
			out = append(out, action+" on some resources")
		}
	}
	if slices.ContainsFunc(p.wide.allow, func(a permission) bool { return a.except != nil && a.all && !a.conditioned }) {
		out = append(out, "all but some actions")
	}
	return out
}

// services lists the services of which all is allowed on all of their resources.
func (p permissions) services() []string {
	var out []string
	for _, a := range p.allow {
		for _, pattern := range a.actions {
			service, ok := strings.CutSuffix(strings.ToLower(pattern), ":*")
			if !ok || hasWildcard(service) || !a.all && !slices.Contains(a.kinds, service) || p.denied(service+":*") {
				continue
			}
			if a.conditioned {
				out = append(out, service+":* under a condition")
			} else {
				out = append(out, service+":* on all resources")
			}
		}
	}
	return out
}

// weighty are the actions that, on all resources, open much: secrets, data, the
// code and the doors of functions, new identities.
func weighty() []string {
	return []string{
		"iam:CreateRole", "iam:CreateUser", "kms:Decrypt",
		"lambda:AddPermission", "lambda:CreateFunction", "lambda:CreateFunctionUrlConfig", "lambda:PutResourcePolicy",
		"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
		"s3:GetObject", "s3:PutObject", "secretsmanager:GetSecretValue", "ssm:GetParameter",
	}
}

// narrowly are the actions that weigh on single resources too: they pass a
// role on, or change what runs.
func narrowly() []string {
	return []string{
		"iam:PassRole", "lambda:AddPermission", "lambda:CreateFunction", "lambda:CreateFunctionUrlConfig", "lambda:PutResourcePolicy",
		"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
	}
}
