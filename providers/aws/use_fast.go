package aws

import (
	"bytes"

	"github.com/estray/estray/internal/jsonscan"
)

// glance reads a record without holding it against the grammar. It says false
// where it meets anything unusual: a name in another case or with an escape, a
// value of another type than expected, a correction. The record must then be
// read whole. On JSON it says what reading the whole says, which the tests
// prove; it is here because it takes a twentieth of the time.
func (a *act) glance(record jsonscan.Text) bool {
	g := glance{in: record, quotes: record.Quotes(), text: record.Bytes, escapes: record.Escapes()}
	if g.space() != '{' {
		return false
	}
	for g.member() {
		switch string(g.name) {
		case "eventID":
			a.id = g.string()
		case "eventSource":
			a.service = g.string()
		case "eventName":
			a.name = g.string()
		case "eventTime":
			a.time = g.string()
		case "eventType":
			a.kind = g.string()
		case "eventCategory":
			a.category = g.string()
		case "awsRegion":
			a.region = g.string()
		case "recipientAccountId":
			a.recipient = g.string()
		case "sourceIPAddress":
			a.address = g.string()
		case "vpcEndpointId":
			a.endpoint = g.string()
		case "errorCode":
			a.failed = len(g.string()) > 0
		case "userIdentity":
			a.who = g.actor()
		case "requestParameters":
			a.dry = g.dryRun()
		case "addendum":
			g.nothing()
		case "eventVersion", "userAgent", "errorMessage", "responseElements", "additionalEventData", "requestID", "readOnly",
			"resources", "managementEvent", "tlsDetails", "sharedEventID", "sessionCredentialFromConsole", "apiVersion":
			g.skip()
		default:
			g.other("eventID", "eventSource", "eventName", "eventTime", "eventType", "eventCategory", "awsRegion", "recipientAccountId",
				"sourceIPAddress", "vpcEndpointId", "errorCode", "userIdentity", "requestParameters", "addendum")
		}
	}
	if g.space() != 0 || g.pos != len(g.text) {
		return false
	}
	return !g.odd && (!isRole(a.who.kind) || len(a.who.identity) > 0) && a.plain()
}

// actor reads a record's userIdentity.
func (g *glance) actor() (a actor) {
	if g.text[g.pos] != '{' {
		g.nothing()
		return a
	}
	for g.member() {
		switch string(g.name) {
		case "type":
			a.kind = g.string()
		case "accountId":
			a.account = g.string()
		case "invokedBy":
			a.invokedBy = g.string()
		case "sessionContext":
			a.identity = g.session()
		case "inScopeOf":
			a.asset = g.asset()
		case "principalId", "arn", "accessKeyId", "userName":
			g.skip()
		default:
			g.other("type", "accountId", "invokedBy", "sessionContext", "inScopeOf")
		}
	}
	return a
}

// session reads the role's ARN in a sessionContext.
func (g *glance) session() (role []byte) {
	if g.text[g.pos] != '{' {
		g.nothing()
		return nil
	}
	for g.member() {
		switch string(g.name) {
		case "sessionIssuer":
			role = g.issuer()
		case "attributes", "webIdFederationData":
			g.skip()
		default:
			g.other("sessionIssuer")
		}
	}
	return role
}

func (g *glance) issuer() (arn []byte) {
	if g.text[g.pos] != '{' {
		g.nothing()
		return nil
	}
	for g.member() {
		switch string(g.name) {
		case "arn":
			arn = g.string()
		default:
			g.other("arn")
		}
	}
	return arn
}

// asset reads the function in an inScopeOf.
func (g *glance) asset() []byte {
	if g.text[g.pos] != '{' {
		g.nothing()
		return nil
	}
	var kind, arn []byte
	for g.member() {
		switch string(g.name) {
		case "issuerType":
			kind = g.string()
		case "credentialsIssuedTo":
			arn = g.string()
		default:
			g.other("issuerType", "credentialsIssuedTo")
		}
	}
	if string(kind) != "AWS::Lambda::Function" {
		return nil
	}
	id, ok := unqualified(arn)
	g.odd = g.odd || !ok
	return id
}

// unqualified cuts the qualifier from a function's ARN; false where the ARN is
// none that it knows.
func unqualified(arn []byte) ([]byte, bool) {
	rest, end := arn, len(arn)
	for i := range 8 {
		part, after, more := bytes.Cut(rest, []byte(":"))
		switch {
		case i == 0 && string(part) != "arn", i == 2 && string(part) != "lambda", i == 5 && string(part) != "function", len(part) == 0:
			return nil, false
		case i == 6 && !isName(part), i == 7 && !isName(bytes.TrimPrefix(part, []byte("$"))):
			return nil, false
		case i < 6 && !more, i == 7 && more:
			return nil, false
		}
		if i == 6 {
			end = len(arn) - len(rest) + len(part)
		}
		if !more {
			break
		}
		rest = after
	}
	return arn[:end], true
}

// dryRun reads whether a requestParameters asked for a dry run.
func (g *glance) dryRun() (dry bool) {
	if g.text[g.pos] != '{' {
		g.skip()
		return false
	}
	for g.member() {
		if string(g.name) == "dryRun" {
			dry = g.flag()
		} else {
			g.other("dryRun", "omitted")
		}
	}
	return dry
}
