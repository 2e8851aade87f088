package aws

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"
)

// dropped stands where a secret was.
const dropped = "DROPPED_BY_ESTRAY"

// largest is the greatest record that CloudTrail delivers (256 KB). What is
// larger after redaction is kept without its request and response.
const largest = 256 << 10

// redact returns the record as compact JSON, members in order, without what
// could be a secret. It drops by the member's name, whatever the service and
// the place, and by the look of a value for presigned links. It writes what
// encoding/json would.
//
// size is about how long the text will be.
func redact(record object, size int) json.RawMessage {
	text := appendClean(make([]byte, 0, size), value(record), 0)
	if len(text) <= largest {
		return text
	}
	return appendFrame(nil, record)
}

// omitted is the member that tells that parts of a record were left out.
const omitted = "estrayOmitted"

// appendFrame appends a record without its request and response, and all else
// that is large.
func appendFrame(dst []byte, record object) []byte {
	dst, told := append(dst, '{'), false
	tell := func() {
		if !told {
			dst, told = append(dst, `"`+omitted+`":"record too large",`...), true
		}
	}
	for v := range value(record).parts().values() {
		if v.kind() == kindNull || v.kind() > kindText {
			continue
		}
		clean := appendMember(nil, v, 1)
		if len(clean) > 1<<10 {
			continue
		}
		if name := v.name(); name == omitted {
			told = true // as one of two of a name, the last stands
		} else if name > omitted {
			tell()
		}
		dst = append(append(appendName(dst, v), clean...), ',')
	}
	tell()
	dst[len(dst)-1] = '}'
	return dst
}

// appendClean appends a value without its secrets.
func appendClean(dst []byte, v value, depth int) []byte {
	if depth > deepest {
		return appendText(dst, dropped)
	}
	switch v.kind() {
	case kindObject:
		return appendMembers(dst, v, depth)
	case kindList:
		dst = append(dst, '[')
		for all, i := v.parts(), 0; i < all.len(); i++ {
			dst = append(appendClean(dst, all.at(i), depth+1), ',')
		}
		return shut(dst, '[', ']')
	case kindText:
		return appendString(dst, v, depth)
	case kindBool, kindNumber:
		return append(dst, v.text()...)
	}
	return append(dst, "null"...)
}

// shut ends a list whose elements are each followed by a comma.
func shut(dst []byte, opening, closing byte) []byte {
	if last := len(dst) - 1; dst[last] != opening {
		dst[last] = closing
		return dst
	}
	return append(dst, closing)
}

// appendString appends a string, judged by its look. The quotes of one that is
// written as the text has it stand around it there.
func appendString(dst []byte, v value, depth int) []byte {
	m := v.at
	if m.look == 0 && (m.value.n == 0 || !mayBeJSON(v.in.text[m.value.at])) {
		return append(dst, v.in.text[m.value.at-1:][:m.value.n+2]...)
	}
	return appendCleanText(dst, v, depth)
}

// mayBeJSON reports whether what begins with c may be JSON, also URL-encoded.
func mayBeJSON(c byte) bool { return c == '{' || c == '[' || c == '%' || c == ' ' }

// appendName appends a member's name and a colon.
func appendName(dst []byte, v value) []byte {
	if m := v.at; m.nameLook&isRewritten == 0 {
		return append(append(dst, v.in.text[m.name.at-1:][:m.name.n+2]...), ':')
	}
	return append(appendText(dst, v.name()), ':')
}

// appendMembers appends an object without its secrets.
func appendMembers(dst []byte, o value, depth int) []byte {
	dst = append(dst, '{')
	for all, i := o.parts(), 0; i < all.len(); i++ {
		v := all.at(i)
		if written := v.asWritten(); written != "" {
			dst = append(append(dst, written...), ',')
			continue
		}
		dst = append(appendMember(appendName(dst, v), v, depth+1), ',')
	}
	return shut(dst, '{', '}')
}

// asWritten returns a member with its name as the text has them, where they are
// written like that without being judged; else nothing. Most members are copied
// so.
func (v value) asWritten() string {
	m, quotes := v.at, uint32(0)
	switch m.kind {
	case kindText:
		quotes = 1
		if m.value.n > 0 && mayBeJSON(v.in.text[m.value.at]) {
			return ""
		}
	case kindNumber, kindBool:
	default:
		return ""
	}
	spaced := m.value.at != m.name.at+m.name.n+uint32(len(`":`))+quotes
	if m.look|m.nameLook != 0 || spaced || mayTell(v.in.text[m.name.at:][:m.name.n]) {
		return ""
	}
	return v.in.text[m.name.at-1 : m.value.at+m.value.n+quotes]
}

// appendObject appends an object whose values the function part appends.
func appendObject(dst []byte, o value, depth int, part func([]byte, value, int) []byte) []byte {
	dst = append(dst, '{')
	for all, i := o.parts(), 0; i < all.len(); i++ {
		v := all.at(i)
		dst = append(part(appendName(dst, v), v, depth+1), ',')
	}
	return shut(dst, '{', '}')
}

// appendMember appends a member's value, judged by the member's name.
func appendMember(dst []byte, v value, depth int) []byte {
	switch v.kind() {
	case kindNull, kindBool:
		return appendClean(dst, v, 0)
	}
	name := v.name()
	if v.at.nameLook == 0 && !mayTell(name) {
		return appendClean(dst, v, depth)
	}
	var room [64]byte
	lower := appendLower(room[:0], name)
	switch string(lower) {
	case "environment":
		return appendEnvironment(dst, v, depth)
	case "environmentvariables", "stagevariables":
		return appendNames(dst, v)
	case "code":
		return appendCode(dst, v, depth)
	case "content":
		if v.kind() != kindText { // EC2 wraps plain ids in {"content": ID}
			return appendCode(dst, v, depth)
		}
	}
	if isSecretName(lower) {
		return appendText(dst, dropped)
	}
	return appendClean(dst, v, depth)
}

// appendLower appends a name in lower case, without a string of its own, to
// nothing.
func appendLower(dst []byte, name string) []byte {
	dst = append(dst, name...)
	for i, c := range dst {
		switch {
		case c >= utf8.RuneSelf:
			return append(dst[:0], strings.ToLower(name)...)
		case c >= 'A' && c <= 'Z':
			dst[i] = c + 'a' - 'A'
		}
	}
	return dst
}

// mayTell reports whether a name of ASCII may be one by which a member is
// judged. It says yes to all of those and to few others, by the last letters and
// the length: most names are spared being compared.
func mayTell(name string) bool {
	n := len(name)
	if n < len("code") {
		return false
	}
	switch uint32(name[n-3]|0x20)<<16 | uint32(name[n-2]|0x20)<<8 | uint32(name[n-1]|0x20) {
	case 'o'<<16 | 'r'<<8 | 'd', 'a'<<16 | 's'<<8 | 'e', 'l'<<16 | 'u'<<8 | 'e', 'i'<<16 | 'n'<<8 | 'g', // password, passphrase, apikeyvalue, secretstring
		'k'<<16 | 'e'<<8 | 'n', 'r'<<16 | 'e'<<8 | 't', 'k'<<16 | 'e'<<8 | 'y', 'a'<<16 | 'r'<<8 | 'y': // token, secret, secretkey, secretbinary
		return true
	case 'e'<<16 | 'n'<<8 | 't': // environment, content
		return n == len("environment") || n == len("content")
	case 'a'<<16 | 't'<<8 | 'e', 'e'<<16 | 'x'<<8 | 't', 'i'<<16 | 'o'<<8 | 'n': // template, context, assertion
		return n == len("inputtemplate")
	case 'o'<<16 | 'd'<<8 | 'e', 'l'<<16 | 'e'<<8 | 's', 'a'<<16 | 'l'<<8 | 's', 'i'<<16 | 'l'<<8 | 'e', // code, variables, credentials, zipfile
		'o'<<16 | 'd'<<8 | 'y', 'o'<<16 | 'a'<<8 | 'd', 'p'<<16 | 'u'<<8 | 't', 'l'<<16 | 'i'<<8 | 'd': // body, payload, input, externalid
		return true
	}
	return false
}

// isSecretName knows names that hold secrets, by service-independent endings:
// sessionToken, lambda:EventSourceToken, secretAccessKey, masterUserPassword.
func isSecretName(lower []byte) bool {
	if len(lower) == 0 {
		return false
	}
	switch string(lower) {
	case "credentials", "zipfile", "body", "payload", "input", "inputtemplate", "clientcontext", "tokencode", "samlassertion",
		"sts:externalid", "externalid", "authorization":
		return true
	}
	ends := func(end string) bool { return bytes.HasSuffix(lower, []byte(end)) }
	switch lower[len(lower)-1] {
	case 'd':
		return ends("password")
	case 'e':
		return ends("passphrase") || ends("apikeyvalue")
	case 'g':
		return ends("secretstring")
	case 'n':
		return ends("token")
	case 't':
		return ends("secret")
	case 'y':
		return ends("secretkey") || ends("secretaccesskey") || ends("privatekey") || ends("secretbinary")
	}
	return false
}

// appendEnvironment keeps the names of variables, never a value.
func appendEnvironment(dst []byte, v value, depth int) []byte {
	if v.kind() != kindObject {
		return appendText(dst, dropped)
	}
	return appendObject(dst, v, depth, func(dst []byte, part value, depth int) []byte {
		if strings.EqualFold(part.name(), "variables") {
			return appendNames(dst, part)
		}
		return appendMember(dst, part, depth)
	})
}

// appendNames keeps the members' names of an object and drops all else.
func appendNames(dst []byte, v value) []byte {
	if v.kind() != kindObject {
		return appendText(dst, dropped)
	}
	return appendObject(dst, v, 0, func(dst []byte, _ value, _ int) []byte { return appendText(dst, dropped) })
}

// appendCode drops the presigned link to code or to a layer's content.
func appendCode(dst []byte, v value, depth int) []byte {
	if v.kind() != kindObject {
		return appendText(dst, dropped) // code itself
	}
	return appendObject(dst, v, depth, func(dst []byte, part value, depth int) []byte {
		if strings.EqualFold(part.name(), "location") {
			return appendText(dst, dropped)
		}
		return appendMember(dst, part, depth)
	})
}

// appendCleanText drops links that carry their own credentials, and looks into
// text that is JSON itself: policies, which hold tokens in their conditions.
func appendCleanText(dst []byte, v value, depth int) []byte {
	s := v.text()
	if isSignedLink(s) {
		return appendText(dst, dropped)
	}
	text := strings.TrimSpace(s)
	var inner value
	switch {
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		inner = v.inner()
	case strings.HasPrefix(text, "%7B"), strings.HasPrefix(text, "%7b"), strings.HasPrefix(text, "%5B"), strings.HasPrefix(text, "%5b"):
		plain, err := url.PathUnescape(text)
		if err != nil {
			return appendText(dst, s)
		}
		text = strings.TrimSpace(plain)
		inner = parseJSON(text)
	default:
		return appendText(dst, s)
	}
	if inner.missing() {
		return appendText(dst, cleanBroken(s, text))
	}
	clean := appendClean(inner.in.buffer[:0], inner, depth+1)
	inner.in.buffer = clean
	return appendText(dst, clean)
}

// cleanBroken keeps text that only looks like JSON (a cut policy), unless it
// names something that whole JSON would have been searched for.
func cleanBroken(s, text string) string {
	lower := strings.ToLower(text)
	for _, mark := range []string{"token", "password", "secret", "externalid", "credential", "variables", "privatekey"} {
		if strings.Contains(lower, mark) {
			return dropped
		}
	}
	return s
}

// isSignedLink knows presigned links and addresses with a password in them.
func isSignedLink(s string) bool {
	if strings.IndexByte(s, '=') < 0 && strings.IndexByte(s, '@') < 0 {
		return false
	}
	for before, rest, ok := strings.Cut(s, "="); ok; before, rest, ok = strings.Cut(rest, "=") {
		for _, mark := range [...]string{"x-amz-signature", "x-amz-security-token", "x-amz-credential", "&signature"} {
			if n := len(before) - len(mark); n >= 0 && strings.EqualFold(before[n:], mark) {
				return true
			}
		}
	}
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return false
	}
	host, _, _ := strings.Cut(rest, "/")
	user, _, ok := strings.Cut(host, "@")
	return ok && strings.Contains(user, ":")
}
