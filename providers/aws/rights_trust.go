package aws

import (
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// Trusts reads a role's trust policy: JSON text, or URL-encoded JSON as IAM
// answers it. It lists who may take the role besides Lambda itself, with the
// conditions that narrow it, and whether Lambda may. A policy that cannot be
// read is told in the list, and Lambda is then taken to be let in.
func Trusts(document string) (others []string, lambdaToo bool) {
	grants, err := ParsePolicy(document)
	if err != nil {
		return []string{"the trust policy could not be read"}, true
	}
	for _, g := range grants {
		if g.Deny || !assumes(g.Actions) {
			continue
		}
		if g.Everyone || slices.ContainsFunc(g.Services, isLambda) {
			lambdaToo = true
		}
		for _, who := range trusted(g) {
			others = append(others, strings.Clone(who)+strings.Join(narrowedBy(g), ""))
		}
	}
	return sorted(others), lambdaToo
}

// assumes reports whether actions let one take a role. To tag a session or to
// name its source is of no use alone.
func assumes(actions []string) bool {
	return slices.ContainsFunc([]string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}, func(a string) bool {
		return matchAny(actions, a)
	})
}

// isLambda knows the services that run functions with a role. China writes
// services under its own domain, too.
func isLambda(service string) bool {
	switch strings.TrimSuffix(service, ".cn") {
	case lambda, "edgelambda.amazonaws.com":
		return true
	}
	return false
}

// trusted lists whom a statement lets in.
func trusted(g inventory.Grant) []string {
	var out []string
	if g.Everyone {
		out = append(out, "*")
	}
	out = append(out, g.Principals...)
	for _, account := range g.Accounts { // a condition may name accounts alone
		named := func(p string) bool { return p == account || AccountOfARN(p) == account }
		if account != anyAccount && !slices.ContainsFunc(g.Principals, named) {
			out = append(out, account)
		}
	}
	for _, s := range g.Services {
		if !isLambda(s) {
			out = append(out, s)
		}
	}
	return append(out, g.Federated...)
}

// narrowedBy words the conditions of a statement.
func narrowedBy(g inventory.Grant) []string {
	var out []string
	add := func(values []string, text string) {
		if len(values) > 0 {
			out = append(out, text+strings.Join(values, ", "))
		}
	}
	add(g.Organizations, ", of organization ")
	add(g.SourceAccounts, ", for account ")
	add(g.Sources, ", for source ")
	if g.Secret {
		out = append(out, ", with an external id")
	}
	add(g.Unjudged, ", under conditions on ")
	return out
}
