package aws

import (
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// narrowing applies conditions to a grant. Conditions of a statement hold all
// at once, the values of a key one or another. Whatever cannot be judged is
// named and does not narrow, so a grant is never taken for less than it is.
type narrowing struct{ grant *inventory.Grant }

// apply takes one operator with one key and its values.
func (n narrowing) apply(operator, key string, values []string) {
	if len(values) == 0 {
		return
	}
	lower := strings.ToLower(key)
	if chosenByCaller(lower) {
		return
	}
	op := strings.TrimPrefix(strings.ToLower(operator), "foranyvalue:")
	if !n.narrows(op, lower, values) {
		n.grant.Unjudged = append(n.grant.Unjudged, key)
	}
}

// chosenByCaller knows keys that whoever calls can set as he likes, and keys
// that hold for anybody at some time.
func chosenByCaller(key string) bool {
	switch key {
	case "aws:useragent", "aws:referer", "aws:requestedregion", "aws:securetransport", "aws:currenttime", "aws:epochtime",
		"sts:rolesessionname", "aws:tagkeys":
		return true
	}
	return strings.HasPrefix(key, "aws:requesttag/")
}

// narrows applies the condition where it is understood; false where not. Not
// among the operators are those that are negated, and those that hold where the
// key is missing (...IfExists, ForAllValues): they narrow nothing.
func (n narrowing) narrows(op, key string, values []string) bool {
	g := n.grant
	if op == "bool" {
		if key == "lambda:invokedviafunctionurl" && strings.EqualFold(values[0], "true") && len(values) == 1 {
			g.ViaURL = true
			return true
		}
		return false
	}
	switch op {
	case "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike":
	default:
		return false
	}
	switch key {
	case "aws:sourcearn":
		return narrow(&g.Sources, values, openARN)
	case "aws:sourceaccount", "aws:sourceowner":
		return narrow(&g.SourceAccounts, values, isOpen)
	case "aws:principalorgid", "aws:sourceorgid", "aws:principalorgpaths", "aws:sourceorgpaths":
		return narrow(&g.Organizations, organizationsOf(values), hasWildcard)
	case "aws:principalaccount":
		return n.toAccounts(values, nil)
	case "aws:principalarn":
		return n.toAccounts(accountsOf(values), values)
	case "lambda:functionurlauthtype":
		return n.toAuth(values)
	case "sts:externalid", "lambda:eventsourcetoken":
		g.Secret = !slices.ContainsFunc(values, hasWildcard)
		return g.Secret
	}
	return false
}

// narrow adds values to a list of the grant, unless one of them lets all in.
func narrow(list *[]string, values []string, open func(string) bool) bool {
	if slices.ContainsFunc(values, open) {
		return false
	}
	*list = append(*list, values...)
	return true
}

// toAuth narrows to one type of authorisation. Both types narrow nothing, and
// patterns and words that are not known may mean any.
func (n narrowing) toAuth(values []string) bool {
	found := map[string]bool{}
	for _, v := range values {
		found[strings.ToUpper(v)] = true
	}
	none, signed := found["NONE"], found["AWS_IAM"]
	switch {
	case len(found) == 1 && none:
		n.grant.Auth = "NONE"
	case len(found) == 1 && signed:
		n.grant.Auth = "AWS_IAM"
	default:
		return len(found) == 2 && none && signed
	}
	return true
}

// toAccounts replaces everyone by the accounts of a condition on the caller. A
// grant to named principals is not widened by it.
func (n narrowing) toAccounts(accounts, principals []string) bool {
	if slices.ContainsFunc(accounts, func(a string) bool { return a == "" || hasWildcard(a) }) {
		return false
	}
	if !n.grant.Everyone {
		return true
	}
	n.grant.Everyone = false
	n.grant.Accounts = append(n.grant.Accounts, accounts...)
	n.grant.Principals = append(n.grant.Principals, principals...)
	return true
}

func accountsOf(arns []string) []string {
	out := make([]string, 0, len(arns))
	for _, a := range arns {
		out = append(out, AccountOfARN(a))
	}
	return out
}

// organizationsOf takes the organization out of a path: o-ID/r-ROOT/ou-....
func organizationsOf(values []string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		id, _, _ := strings.Cut(v, "/")
		out = append(out, id)
	}
	return out
}

func hasWildcard(s string) bool { return strings.ContainsAny(s, "*?") }

// isOpen reports whether a pattern matches whatever there is.
func isOpen(s string) bool {
	for i := range len(s) {
		if s[i] != '*' && s[i] != '?' {
			return false
		}
	}
	return true
}

// openARN reports whether a pattern of an ARN names no source: neither an
// account nor the resource is fixed.
func openARN(s string) bool {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) < 6 {
		return hasWildcard(s)
	}
	return (parts[4] == "" || hasWildcard(parts[4])) && isOpen(parts[5])
}
