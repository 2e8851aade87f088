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
	text := appendClean(make([]byte, 0, size), record.asValue(), 0)
	if len(text) <= largest {
		return text
	}
	short := object{{name: "estrayOmitted", value: value{kind: kindText, text: "record too large"}}}
	for i := range record {
		m := &record[i]
		switch m.kind {
		case kindObject, kindList, kindNull:
			continue
		}
		if clean := appendMember(nil, m, 1); len(clean) <= 1<<10 {
			short = append(short, *m)
		}
	}
	return appendClean(nil, short.order().asValue(), 0)
}

// appendClean appends a value without its secrets.
func appendClean(dst []byte, v value, depth int) []byte {
	if depth > deepest {
		return appendText(dst, dropped)
	}
	switch v.kind {
	case kindObject:
		return appendObject(dst, v.parts, func(dst []byte, m *member) []byte { return appendMember(dst, m, depth+1) })
	case kindList:
		dst = append(dst, '[')
		for i, x := range v.parts {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendClean(dst, x.value, depth+1)
		}
		return append(dst, ']')
	case kindText:
		clean := cleanText(v.text, depth)
		if v.plain && clean == v.text {
			return appendPlain(dst, clean)
		}
		return appendText(dst, clean)
	case kindBool, kindNumber:
		return append(dst, v.text...)
	}
	return append(dst, "null"...)
}

// appendObject appends an object whose values the function value appends.
func appendObject(dst []byte, o object, value func([]byte, *member) []byte) []byte {
	dst = append(dst, '{')
	for i := range o {
		m := &o[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		if m.plainName {
			dst = append(appendPlain(dst, m.name), ':')
		} else {
			dst = append(appendText(dst, m.name), ':')
		}
		dst = value(dst, m)
	}
	return append(dst, '}')
}

// appendPlain appends a string in which nothing isSpecial.
func appendPlain(dst []byte, s string) []byte {
	dst = append(append(dst, '"'), s...)
	return append(dst, '"')
}

// appendText appends a string as encoding/json writes it.
func appendText(dst []byte, s string) []byte {
	for i := range len(s) {
		if isSpecial(s[i]) {
			text, err := json.Marshal(s)
			if err != nil {
				text = []byte(`"` + dropped + `"`)
			}
			return append(dst, text...)
		}
	}
	return appendPlain(dst, s)
}

// appendMember appends a member's value, judged by the member's name.
func appendMember(dst []byte, m *member, depth int) []byte {
	switch m.kind {
	case kindNull, kindBool:
		return appendClean(dst, m.value, 0)
	}
	var room [64]byte
	lower := appendLower(room[:0], m.name)
	switch string(lower) {
	case "environment":
		return appendEnvironment(dst, m.value, depth)
	case "environmentvariables", "stagevariables":
		return appendNames(dst, m.value)
	case "code":
		return appendCode(dst, m.value, depth)
	case "content":
		if m.kind != kindText { // EC2 wraps plain ids in {"content": ID}
			return appendCode(dst, m.value, depth)
		}
	}
	if isSecretName(lower) {
		return appendText(dst, dropped)
	}
	return appendClean(dst, m.value, depth)
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
	switch lower[len(lower)-1] { // most names are told apart by their last letter
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
	if v.kind != kindObject {
		return appendText(dst, dropped)
	}
	return appendObject(dst, v.parts, func(dst []byte, m *member) []byte {
		if strings.EqualFold(m.name, "variables") {
			return appendNames(dst, m.value)
		}
		return appendMember(dst, m, depth+1)
	})
}

// appendNames keeps the members' names of an object and drops all else.
func appendNames(dst []byte, v value) []byte {
	if v.kind != kindObject {
		return appendText(dst, dropped)
	}
	return appendObject(dst, v.parts, func(dst []byte, _ *member) []byte { return appendText(dst, dropped) })
}

// appendCode drops the presigned link to code or to a layer's content.
func appendCode(dst []byte, v value, depth int) []byte {
	if v.kind != kindObject {
		return appendText(dst, dropped) // code itself
	}
	return appendObject(dst, v.parts, func(dst []byte, m *member) []byte {
		if strings.EqualFold(m.name, "location") {
			return appendText(dst, dropped)
		}
		return appendMember(dst, m, depth+1)
	})
}

// cleanText drops links that carry their own credentials, and looks into text
// that is JSON itself: policies, which hold tokens in their conditions.
func cleanText(s string, depth int) string {
	if isSignedLink(s) {
		return dropped
	}
	text := strings.TrimSpace(s)
	if strings.HasPrefix(text, "%7B") || strings.HasPrefix(text, "%7b") || strings.HasPrefix(text, "%5B") {
		if plain, err := url.PathUnescape(text); err == nil {
			text = strings.TrimSpace(plain)
		}
	}
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return s
	}
	inner := parseJSON(text)
	if inner.missing() {
		return cleanBroken(s, text)
	}
	return string(appendClean(nil, inner, depth+1))
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
	lower := strings.ToLower(s)
	for _, mark := range []string{"x-amz-signature=", "x-amz-security-token=", "x-amz-credential=", "&signature="} {
		if strings.Contains(lower, mark) {
			return true
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
