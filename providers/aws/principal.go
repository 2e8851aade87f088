package aws

import (
	"cmp"
	"strings"

	"github.com/estray/estray/inventory"
)

// principal reads who acted. The id is what the caller cannot choose: the
// issuer of an assumed role and never its session ARN, which drops the role's
// path and holds the session name.
func principal(record object) inventory.Principal {
	u := record.child("userIdentity")
	session := u.child("sessionContext")
	issuer := session.child("sessionIssuer")
	p := inventory.Principal{
		Type:       principalType(u),
		Account:    cmp.Or(u.text("accountId"), issuer.text("accountId")),
		InvokedBy:  u.text("invokedBy"),
		Credential: credential(u.text("accessKeyId")),
	}
	if p.Account == "" {
		p.Account = AccountOfARN(u.text("arn"))
	}
	p.Console, _ = record.flag("sessionCredentialFromConsole")
	p.UniqueID, p.Session = splitUnique(u, issuer, p.Type)
	p.ID = principalID(u, issuer, p)
	if home := u.child("inScopeOf"); home.text("issuerType") == "AWS::Lambda::Function" {
		if f, ok := parseFunction(home.text("credentialsIssuedTo"), function{}); ok {
			p.Function = f.id()
		}
	}
	p.Provider, p.Subject = federation(u, session)
	p.Chain = chain(u, session, p)
	return p
}

// principalType gives the type's word. Records of services' own events have no
// type at all.
func principalType(u object) string {
	switch u.text("type") {
	case "Root":
		return "root"
	case "IAMUser":
		return "user"
	case "AssumedRole", "Role":
		return "assumed-role"
	case "FederatedUser", "SAMLUser", "WebIdentityUser":
		return "federated-user"
	case "AWSService":
		return "service"
	case "AWSAccount":
		return "account"
	case "IdentityCenterUser":
		return "identity-center-user"
	case "":
		if u.text("invokedBy") != "" {
			return "service"
		}
	}
	return "unknown"
}

func credential(key string) inventory.Credential {
	switch {
	case strings.HasPrefix(key, "AKIA"):
		return inventory.LongLivedKey
	case strings.HasPrefix(key, "ASIA"):
		return inventory.SessionKey
	}
	return ""
}

// splitUnique returns the unique id and the session name. The principalId of a
// session is UNIQUE:SESSION.
func splitUnique(u, issuer object, kind string) (unique, session string) {
	id := u.text("principalId")
	switch kind {
	case "account": // a session of another account, of which the caller chose the name
		unique, session, _ = strings.Cut(id, ":")
		return unique, session
	case "assumed-role", "federated-user":
	default:
		return id, ""
	}
	unique, session, _ = strings.Cut(id, ":")
	if arn := u.text("arn"); session == "" && strings.Contains(arn, ":assumed-role/") {
		session = lastSegment(arn)
	}
	if kind == "federated-user" && issuer.text("principalId") == "" {
		return id, session
	}
	return cmp.Or(issuer.text("principalId"), unique), session
}

func principalID(u, issuer object, p inventory.Principal) string {
	fallback := cmp.Or(u.text("principalId"), p.Account)
	switch p.Type {
	case "account":
		fallback = cmp.Or(p.UniqueID, p.Account)
	case "root":
		return p.Account + ":root"
	case "service":
		return "service:" + p.InvokedBy
	case "user":
		if arn := u.text("arn"); arn != "" {
			return arn
		}
	case "assumed-role", "federated-user":
		if arn := issuer.text("arn"); arn != "" {
			return arn
		}
		if arn := u.text("arn"); strings.Contains(arn, ":iam:") {
			return arn // a record of type Role names the role itself
		}
		fallback = cmp.Or(p.UniqueID, p.Account)
	case "identity-center-user":
		fallback = cmp.Or(u.child("onBehalfOf").text("userId"), fallback)
	}
	if fallback == "" {
		return ""
	}
	return p.Type + ":" + fallback
}

// federation returns the OIDC or SAML identity behind a session. The provider
// is the issuer's host and path, without the ARN in front, so that it is the
// same from every account.
func federation(u, session object) (provider, subject string) {
	if p := u.text("identityProvider"); p != "" {
		return bareProvider(p), u.text("userName")
	}
	web := session.child("webIdFederationData")
	provider = bareProvider(web.text("federatedProvider"))
	attributes := web.child("attributes")
	for _, name := range attributes.names() {
		if name == "sub" || strings.HasSuffix(name, ":sub") || (subject == "" && strings.HasSuffix(name, ":user_id")) {
			subject = attributes.text(name)
		}
	}
	return provider, subject
}

func bareProvider(p string) string {
	if _, host, ok := strings.Cut(p, ":oidc-provider/"); ok {
		return host
	}
	return p
}

// chain lists who stands behind. What the caller can choose carries a label,
// so that it can never be mistaken for the id of a principal.
func chain(u, session object, p inventory.Principal) []string {
	var room [6]string
	out := room[:0]
	add := func(label, value string) {
		if value != "" {
			out = append(out, label+value)
		}
	}
	if p.Type == "assumed-role" || p.Type == "federated-user" {
		add("", p.ID)
	}
	add("session:", p.Session)
	add("source-identity:", cmp.Or(session.text("sourceIdentity"), session.child("attributes").text("sourceIdentity")))
	add("invoked-by:", p.InvokedBy)
	add("on-behalf-of:", u.child("onBehalfOf").text("userId"))
	add("delegate:", u.child("invokedByDelegate").text("accountId"))
	return append([]string(nil), out...)
}
