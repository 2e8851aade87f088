package aws

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"
)

const (
	// slots is how many actors are known at once.
	slots = 256
	// An actor's text that is kept has so many bytes. It is looked for by the first
	// of them, as many as the shortest has, which tell sessions apart.
	shortestKept = 256
	longestKept  = 2048
)

// known are the actors that were met last. The records of one session repeat its
// userIdentity to the letter, so that what was read once needs no reading again.
type known struct {
	seed maphash.Seed
	met  [slots]met
}

// met is an actor with the text that it was read from, in which its places lie.
type met struct {
	text  []byte
	actor actor
}

// slot is where the actor would be whose text begins here.
func (k *known) slot(text []byte) *met {
	return &k.met[maphash.Bytes(k.seed, text[:shortestKept])%slots]
}

// actor reads a record's userIdentity, unless it is known. A known one need not
// be followed to its end: it ends where the same text ended before.
func (v *viewer) actor(g *glance) actor {
	rest, start := g.text[g.pos:], g.pos
	if len(rest) < shortestKept {
		return g.actor()
	}
	m := v.known.slot(rest)
	if len(m.text) > 0 && bytes.HasPrefix(rest, m.text) {
		g.pos += len(m.text)
		return m.actor.moved(start)
	}
	a := g.actor()
	if n := g.pos - start; !g.odd && n >= shortestKept && n <= longestKept {
		m.text, m.actor = append(m.text[:0], rest[:n]...), a.moved(-start)
	}
	return a
}

// moved are the same places in a text that begins so much later.
func (a actor) moved(by int) actor {
	a.account, a.invokedBy = a.account.moved(by), a.invokedBy.moved(by)
	a.identity, a.asset = a.identity.moved(by), a.asset.moved(by)
	return a
}

func (p place) moved(by int) place {
	if p.empty() {
		return place{}
	}
	return place{p.from + uint32(by), p.to + uint32(by)}
}

// actor reads a userIdentity. One whose text is no UTF-8 is odd.
func (g *glance) actor() (a actor) {
	if g.text[g.pos] != '{' {
		g.nothing()
		return a
	}
	for g.member() {
		switch string(g.name()) {
		case "type":
			kind := g.string()
			a.role = isRole(g.text[kind.from:kind.to])
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
			g.skip()
		}
	}
	for _, p := range [...]place{a.account, a.identity, a.asset} {
		g.odd = g.odd || !utf8.Valid(g.text[p.from:p.to])
	}
	return a
}

// session reads the role's ARN in a sessionContext.
func (g *glance) session() (role place) {
	if g.text[g.pos] != '{' {
		g.nothing()
		return place{}
	}
	for g.member() {
		switch string(g.name()) {
		case "sessionIssuer":
			role = g.issuer()
		case "attributes", "webIdFederationData":
			g.skip()
		default:
			g.other("sessionIssuer")
			g.skip()
		}
	}
	return role
}

func (g *glance) issuer() (arn place) {
	if g.text[g.pos] != '{' {
		g.nothing()
		return place{}
	}
	for g.member() {
		if string(g.name()) == "arn" {
			arn = g.string()
			continue
		}
		g.other("arn")
		g.skip()
	}
	return arn
}

// asset reads the function in an inScopeOf.
func (g *glance) asset() place {
	if g.text[g.pos] != '{' {
		g.nothing()
		return place{}
	}
	var kind, arn place
	for g.member() {
		switch string(g.name()) {
		case "issuerType":
			kind = g.string()
		case "credentialsIssuedTo":
			arn = g.string()
		default:
			g.other("issuerType", "credentialsIssuedTo")
			g.skip()
		}
	}
	if string(g.text[kind.from:kind.to]) != "AWS::Lambda::Function" {
		return place{}
	}
	length, ok := unqualified(g.text[arn.from:arn.to])
	g.odd = g.odd || !ok
	return place{arn.from, arn.from + uint32(length)}
}

// unqualified is how long a function's ARN is without its qualifier; false where
// the ARN is none that it knows.
func unqualified(arn []byte) (int, bool) {
	rest, end := arn, len(arn)
	for i := range 8 {
		part, after, more := bytes.Cut(rest, []byte(":"))
		switch {
		case i == 0 && string(part) != "arn", i == 2 && string(part) != "lambda", i == 5 && string(part) != "function", len(part) == 0:
			return 0, false
		case i == 6 && !isName(part), i == 7 && !isName(bytes.TrimPrefix(part, []byte("$"))):
			return 0, false
		case i < 6 && !more, i == 7 && more:
			return 0, false
		}
		if i == 6 {
			end = len(arn) - len(rest) + len(part)
		}
		if !more {
			break
		}
		rest = after
	}
	return end, true
}

// dryRun reads whether a requestParameters asked for a dry run.
func (g *glance) dryRun() (dry bool) {
	if g.text[g.pos] != '{' {
		g.skip()
		return false
	}
	for g.member() {
		if string(g.name()) == "dryRun" {
			dry = g.flag()
			continue
		}
		if n := len(g.name()); g.escapes || n == len("dryRun") || n == len("omitted") {
			g.other("dryRun", "omitted")
		}
		g.skip()
	}
	return dry
}
