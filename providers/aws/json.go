package aws

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// nesting bounds how deep a text may nest, as encoding/json does.
const nesting = 10_000

// scanner reads a JSON text (RFC 8259). It is here, and not encoding/json,
// because records are read by the million: strings without an escape share the
// text, and the members of a record share one piece of memory. The fuzz test
// holds it against encoding/json. A method that returns false has met
// something that is no JSON.
type scanner struct {
	text  string
	pos   int
	depth int
	open  []member // of the objects and lists that are being read
	room  []member // for those that were read
	ranks []rank   // of the object that was read last
}

// space passes over white space and returns the byte after it; 0 at the end.
func (s *scanner) space() byte {
	for ; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// take passes over the byte c, which must come next.
func (s *scanner) take(c byte) bool {
	if s.space() != c {
		return false
	}
	s.pos++
	return true
}

// end reports whether nothing follows.
func (s *scanner) end() bool { return s.space() == 0 && s.pos == len(s.text) }

// enter passes over an opening bracket; empty: the closing one came at once.
func (s *scanner) enter(closing byte) (empty, ok bool) {
	s.pos++
	s.depth++
	if s.space() == closing {
		s.pos++
		s.depth--
		return true, true
	}
	return false, s.depth <= nesting
}

// more passes over what follows an element: a comma, or the closing bracket.
func (s *scanner) more(closing byte) (more, ok bool) {
	switch s.space() {
	case ',':
		s.pos++
		return true, true
	case closing:
		s.pos++
		s.depth--
		return false, true
	}
	return false, false
}

// value reads a value.
func (s *scanner) value() (value, bool) {
	switch s.space() {
	case '{':
		return s.object()
	case '[':
		return s.list()
	case '"':
		text, plain, ok := s.string()
		return value{kind: kindText, text: text, plain: plain}, ok
	}
	word, ok := s.word()
	switch word {
	case "true", "false":
		return value{kind: kindBool, text: word}, ok
	case "null":
		return value{kind: kindNull}, ok
	}
	return value{kind: kindNumber, text: word}, ok
}

// object reads the object that begins here. Of members of one name the last
// stands.
func (s *scanner) object() (value, bool) {
	base := len(s.open)
	empty, ok := s.enter('}')
	for more := !empty; more && ok; {
		var m member
		if s.space() != '"' {
			return value{}, false
		}
		var plain bool
		if m.name, plain, ok = s.string(); !ok || !s.take(':') {
			return value{}, false
		}
		if m.value, ok = s.value(); !ok {
			return value{}, false
		}
		m.plainName = plain
		m.place = uint32(len(s.open) - base)
		s.open = append(s.open, m)
		more, ok = s.more('}')
	}
	return value{kind: kindObject, parts: s.keepObject(base)}, ok
}

// list reads the array that begins here.
func (s *scanner) list() (value, bool) {
	base := len(s.open)
	empty, ok := s.enter(']')
	for more := !empty; more && ok; {
		var m member
		if m.value, ok = s.value(); !ok {
			return value{}, false
		}
		s.open = append(s.open, m)
		more, ok = s.more(']')
	}
	return value{kind: kindList, parts: s.keep(base, s.open[base:])}, ok
}

// string reads the string that begins here, as encoding/json does: what is no
// UTF-8 is replaced. It is plain where encoding/json would write it as it is.
func (s *scanner) string() (text string, plain, ok bool) {
	raw, plain, ok := s.quoted()
	if !ok {
		return "", false, false
	}
	if plain || (!strings.Contains(raw, `\`) && utf8.ValidString(raw)) {
		return raw[1 : len(raw)-1], plain, true
	}
	text, ok = unquote(raw)
	return text, false, ok
}

func unquote(raw string) (string, bool) {
	var text string
	err := json.Unmarshal([]byte(raw), &text)
	return text, err == nil
}

// quoted passes over a string and returns it with its quotes; plain: it has
// nothing that isSpecial.
func (s *scanner) quoted() (raw string, plain, ok bool) {
	plain = true
	for at := s.pos + 1; at < len(s.text); at++ {
		c := s.text[at]
		if !isSpecial(c) {
			continue
		}
		switch {
		case c == '"':
			raw = s.text[s.pos : at+1]
			s.pos = at + 1
			return raw, plain, true
		case c < ' ':
			return "", false, false
		case c == '\\':
			if at, ok = s.escape(at); !ok {
				return "", false, false
			}
		}
		plain = false
	}
	return "", false, false
}

// isSpecial reports whether a byte ends a string, or is not written as it is by
// encoding/json: an escape, a control character, what HTML takes for markup, and
// what is no ASCII.
func isSpecial(c byte) bool {
	// A table, since to compare makes the decoding of a record a tenth slower.
	const table = "11111111111111111111111111111111" + // control characters
		"  1   1                     1 1 " + // " & < >
		"                            1   " + // \
		"                                " +
		"1111111111111111111111111111111111111111111111111111111111111111" + // no ASCII
		"1111111111111111111111111111111111111111111111111111111111111111"
	return table[c] == '1'
}

// escape returns where the escape that begins at a place has its last byte.
func (s *scanner) escape(at int) (last int, ok bool) {
	at++
	if at >= len(s.text) {
		return at, false
	}
	if s.text[at] != 'u' {
		return at, strings.IndexByte(`"\/bfnrt`, s.text[at]) >= 0
	}
	for range 4 {
		at++
		if at >= len(s.text) || strings.IndexByte("0123456789abcdefABCDEF", s.text[at]) < 0 {
			return at, false
		}
	}
	return at, true
}

// word reads a number or a literal.
func (s *scanner) word() (string, bool) {
	start := s.pos
	for s.pos < len(s.text) && strings.IndexByte("+-.0123456789abcdefghijklmnopqrstuvwxyzE", s.text[s.pos]) >= 0 {
		s.pos++
	}
	word := s.text[start:s.pos]
	switch word {
	case "true", "false", "null":
		return word, true
	}
	return word, isNumber(word)
}

// isNumber holds a text against the grammar of numbers (RFC 8259, section 6).
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	rest := pastDigits(s)
	if rest == s || (s[0] == '0' && len(s)-len(rest) > 1) {
		return false
	}
	if after, ok := strings.CutPrefix(rest, "."); ok {
		if rest = pastDigits(after); rest == after {
			return false
		}
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	exponent := rest[1:]
	if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
		exponent = exponent[1:]
	}
	return exponent != "" && pastDigits(exponent) == ""
}

func pastDigits(s string) string { return strings.TrimLeft(s, "0123456789") }

// parseJSON reads text that is one JSON object or array; the zero value where it
// is not.
func parseJSON(text string) value {
	s := scanner{text: text}
	return s.whole()
}

// whole reads the text; see parseJSON.
func (s *scanner) whole() value {
	if c := s.space(); c != '{' && c != '[' {
		return value{}
	}
	v, ok := s.value()
	if !ok || !s.end() {
		return value{}
	}
	return v
}
