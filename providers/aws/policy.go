package aws

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/estray/estray/inventory"
)

// anyAccount stands for an account that a principal does not tell. A grant to
// it reaches whoever has an account.
const anyAccount = "*"

// ParsePolicy reads a resource or trust policy: JSON text, or URL-encoded JSON
// as IAM answers it. It returns one grant for each statement, in their order.
// A policy that cannot be read whole is an error, never a shorter list.
func ParsePolicy(text string) ([]inventory.Grant, error) {
	return grants(policyStatements(text))
}

// grants is ParsePolicy for a document that was read into its statements.
func grants(statements []object, err error) ([]inventory.Grant, error) {
	if err != nil {
		return nil, err
	}
	var out []inventory.Grant
	for i, s := range statements {
		g, err := parseStatement(s)
		if err != nil {
			return nil, fmt.Errorf("parse policy: statement %d: %w", i+1, err)
		}
		out = append(out, g)
	}
	return out, nil
}

// policyStatements returns the statements of a document: a list, a single one,
// or the document itself, as AddPermission answers it.
func policyStatements(text string) ([]object, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "%") {
		plain, err := url.PathUnescape(text)
		if err != nil {
			return nil, errors.New("parse policy: its URL encoding is damaged")
		}
		text = strings.TrimSpace(plain)
	}
	return statementsOf(parseJSON(text).object())
}

// statementsIn is policyStatements for a document in a record, which may be read
// already.
func statementsIn(v value) ([]object, error) {
	if strings.HasPrefix(strings.TrimSpace(v.text()), "%") {
		return policyStatements(v.text())
	}
	return statementsOf(v.inner().object())
}

func statementsOf(document object) ([]object, error) {
	if document.missing() {
		return nil, errors.New("parse policy: it is no JSON object")
	}
	if document.has("Effect") && !document.has("Statement") {
		return []object{document}, nil
	}
	var out []object
	for v := range document.list("Statement").values() {
		s := v.object()
		if s.missing() {
			return nil, fmt.Errorf("parse policy: statement %d is no object", len(out)+1)
		}
		out = append(out, s)
	}
	if len(out) == 0 && !document.has("Statement") {
		return nil, errors.New("parse policy: it has no Statement")
	}
	return out, nil
}

func parseStatement(s object) (inventory.Grant, error) {
	g := inventory.Grant{ID: s.text("Sid"), Actions: sorted(s.texts("Action"))}
	switch strings.ToLower(s.text("Effect")) {
	case "allow":
	case "deny":
		g.Deny = true
	default:
		return g, errors.New("its Effect is neither Allow nor Deny")
	}
	if s.has("NotAction") {
		g.Actions = []string{"*"}
		g.Unjudged = append(g.Unjudged, "NotAction")
	}
	addPrincipal(&g, s.get("Principal"))
	if s.has("NotPrincipal") {
		g.Everyone = true // everybody but some
		g.Unjudged = append(g.Unjudged, "NotPrincipal")
	}
	g.Qualifier = resourceQualifier(s)
	n := narrowing{grant: &g}
	conditions := s.child("Condition")
	if s.has("Condition") && conditions.missing() {
		return g, errors.New("its Condition is no object")
	}
	for _, operator := range conditions.names() {
		keys := conditions.child(operator)
		for _, key := range keys.names() {
			n.apply(operator, key, keys.texts(key))
		}
	}
	return finish(g), nil
}

// resourceQualifier is the version or alias that the statement is about, if it
// is about one.
func resourceQualifier(s object) string {
	resources := s.texts("Resource")
	if len(resources) != 1 {
		return ""
	}
	f, ok := parseFunction(resources[0], function{})
	if !ok {
		return ""
	}
	return f.qualifier
}

// addPrincipal reads every form of a principal: "*", an account, an ARN, a
// service, a list of them, or an object of kinds.
func addPrincipal(g *inventory.Grant, who value) {
	switch who.kind() {
	case kindList:
		for v := range who.parts().values() {
			addName(g, v.text())
		}
	case kindObject:
		kinds := who.object()
		for _, kind := range kinds.names() {
			for _, name := range kinds.texts(kind) {
				addKind(g, kind, name)
			}
		}
	default:
		addName(g, who.text())
	}
}

func addKind(g *inventory.Grant, kind, name string) {
	switch strings.ToLower(kind) {
	case "aws":
		addAWS(g, name)
	case "service":
		if name == "*" {
			g.Everyone = true
			return
		}
		g.Services = append(g.Services, name)
	case "federated":
		if name == "*" {
			g.Everyone = true
			return
		}
		g.Federated = append(g.Federated, name)
	default: // CanonicalUser names an account without its number
		g.Principals = append(g.Principals, kind+":"+name)
		g.Accounts = append(g.Accounts, anyAccount)
		g.Unjudged = append(g.Unjudged, "Principal "+kind)
	}
}

// addName reads a principal without a kind, as AddPermission takes it.
func addName(g *inventory.Grant, name string) {
	switch {
	case name == "":
	case strings.Contains(name, ".") && !strings.ContainsAny(name, ":/"): // s3.amazonaws.com, alexa-appkit.amazon.com
		g.Services = append(g.Services, name)
	default:
		addAWS(g, name)
	}
}

func addAWS(g *inventory.Grant, name string) {
	switch {
	case name == "*":
		g.Everyone = true
		return
	case isAccount(name):
		g.Accounts = append(g.Accounts, name)
	case isUniqueID(name): // left by a deleted principal: nobody can be it again
	case AccountOfARN(name) != "":
		g.Accounts = append(g.Accounts, AccountOfARN(name))
	default:
		g.Accounts = append(g.Accounts, anyAccount)
		g.Unjudged = append(g.Unjudged, "Principal")
	}
	g.Principals = append(g.Principals, name)
}

// isUniqueID knows IAM's unique ids: AROA..., AIDA..., and their kin.
func isUniqueID(s string) bool {
	id, _, _ := strings.Cut(s, ":")
	return len(id) >= 16 && id[0] == 'A' && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// finish brings a grant into one order.
func finish(g inventory.Grant) inventory.Grant {
	for _, list := range []*[]string{
		&g.Principals, &g.Accounts, &g.Services, &g.Federated, &g.Actions,
		&g.Sources, &g.SourceAccounts, &g.Organizations, &g.Unjudged,
	} {
		*list = sorted(*list)
	}
	return g
}
