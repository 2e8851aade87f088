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

// glance is a place in the text of a record.
type glance struct {
	in     jsonscan.Text
	quotes jsonscan.Quotes
	text   []byte // of in
	pos    int
	// name is of the member whose value begins at pos.
	name []byte
	// escapes: the text has a backslash.
	escapes bool
	// odd: something unusual was met. Nothing more is read.
	odd bool
}

// space passes over white space and returns the byte after it; 0 at the end.
func (g *glance) space() byte {
	for ; g.pos < len(g.text); g.pos++ {
		if c := g.text[g.pos]; c > ' ' {
			return c
		}
	}
	return 0
}

// member moves to the value of the next member; false at the object's end. At
// first it is called at the opening bracket.
func (g *glance) member() bool {
	c := g.space()
	if c == ',' || c == '{' {
		g.pos++
		c = g.space()
	}
	if g.odd {
		return false
	}
	if c == '}' {
		g.pos++
		return false
	}
	if c == '"' {
		g.name = g.quoted()
		if g.space() == ':' {
			g.pos++
			if g.space() != 0 {
				return true
			}
		}
	}
	g.odd = true
	return false
}

// quoted passes over the string that begins here and returns what stands
// between its quotes.
func (g *glance) quoted() []byte {
	start := g.quotes.Next() + 1
	end := g.quotes.Next()
	if start != g.pos+1 || end == len(g.text) {
		g.odd, g.pos = true, len(g.text)
		return nil
	}
	g.pos = end + 1
	return g.text[start:end]
}

// string reads a value that is a string without an escape, or null.
func (g *glance) string() []byte {
	if g.text[g.pos] != '"' {
		g.nothing()
		return nil
	}
	text := g.quoted()
	if g.escapes && bytes.IndexByte(text, '\\') >= 0 {
		g.odd = true
	}
	return text
}

// nothing reads null, which is all that is usual here.
func (g *glance) nothing() {
	if string(g.word()) != "null" {
		g.odd = true
	}
}

// flag reads a boolean.
func (g *glance) flag() bool {
	switch string(g.word()) {
	case "true":
		return true
	case "false":
	default:
		g.odd = true
	}
	return false
}

// word passes over a number or a literal.
func (g *glance) word() []byte {
	start := g.pos
	for g.pos < len(g.text) {
		switch g.text[g.pos] {
		case ',', '}', ']', ' ', '\t', '\r', '\n', '"', '{', '[', ':':
			return g.text[start:g.pos]
		}
		g.pos++
	}
	return g.text[start:]
}

// other passes over a member that is not looked at, unless its name could be
// another spelling of one that is.
func (g *glance) other(names ...string) {
	if g.escapes && bytes.IndexByte(g.name, '\\') >= 0 {
		g.odd = true
	}
	for _, name := range names {
		if len(name) == len(g.name) && foldsTo(g.name, name) {
			g.odd = true
		}
	}
	g.skip()
}

// foldsTo reports whether a text may be the same as a name of that length but
// for the case of letters.
func foldsTo(text []byte, name string) bool {
	for i, c := range text {
		if c|0x20 != name[i]|0x20 {
			return false
		}
	}
	return true
}

// skip passes over a value.
func (g *glance) skip() {
	switch g.text[g.pos] {
	case '"':
		g.quoted()
	case '{', '[':
		g.pos = g.in.Behind(g.pos)
		g.quotes.Seek(g.pos)
	default:
		g.word()
	}
}
