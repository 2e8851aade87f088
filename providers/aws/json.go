package aws

import "strings"

// nesting bounds how deep a text may nest, as encoding/json does.
const nesting = 10_000

// farthest bounds a text, since places in it are kept in 32 bits.
const farthest = 1 << 30

// scanner reads a JSON text (RFC 8259) and holds what it read. It is here, and
// not encoding/json, because records are read by the million: members are
// places in the text and hold no pointers, so that they cost the collection of
// garbage nothing, and the members of a record share one piece of memory. The
// fuzz test holds it against encoding/json. A method that returns false has met
// something that is no JSON.
type scanner struct {
	text  string
	pos   int
	depth int
	top   member
	open  []member // of the objects and lists that are being read
	room  []member // of those that were read
	ranks []rank   // of the object that was read last
	// spelled are the strings that the text has in another spelling.
	spelled []spelled
	buffer  []byte
	spare   *scanner // for what a string holds
}

// spelled is a string that the text has with escapes.
type spelled struct {
	text string
	// inner has read what the string holds; nil: it was not asked for yet.
	inner *scanner
	whole value // of inner
}

// space passes over white space and returns the byte after it; 0 at the end.
func (s *scanner) space() byte {
	for ; s.pos < len(s.text); s.pos++ {
		if c := s.text[s.pos]; c > ' ' || !isSpace(c) {
			return c
		}
	}
	return 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

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
func (s *scanner) value() (kind, span, look, bool) {
	switch s.space() {
	case '{':
		parts, ok := s.object()
		return kindObject, parts, 0, ok
	case '[':
		parts, ok := s.list()
		return kindList, parts, 0, ok
	case '"':
		text, look, ok := s.string()
		return kindText, text, look, ok
	}
	kind, text, ok := s.word()
	return kind, text, 0, ok
}

// object reads the object that begins here. Of members of one name the last
// stands.
func (s *scanner) object() (span, bool) {
	base := len(s.open)
	empty, ok := s.enter('}')
	for more := !empty; more && ok; {
		if s.space() != '"' {
			return span{}, false
		}
		name, nameLook, isString := s.string()
		if !isString || !s.take(':') {
			return span{}, false
		}
		kind, value, look, isValue := s.value()
		if !isValue {
			return span{}, false
		}
		order := uint32(len(s.open) - base)
		s.open = append(s.open, member{name: name, value: value, order: order, kind: kind, look: look, nameLook: nameLook})
		more, ok = s.more('}')
	}
	return s.keepObject(base), ok
}

// list reads the array that begins here.
func (s *scanner) list() (span, bool) {
	base := len(s.open)
	empty, ok := s.enter(']')
	for more := !empty; more && ok; {
		kind, value, look, isValue := s.value()
		if !isValue {
			return span{}, false
		}
		s.open = append(s.open, member{value: value, kind: kind, look: look})
		more, ok = s.more(']')
	}
	return s.keep(base, s.open[base:]), ok
}

// string reads the string that begins here, as encoding/json does: what is no
// UTF-8 is replaced.
func (s *scanner) string() (place span, look look, ok bool) {
	start := s.pos + 1
	for at := ordinary(s.text, start); at < len(s.text); at = ordinary(s.text, at+1) {
		c := s.text[at]
		if c == '"' && look&isWide == 0 {
			s.pos = at + 1
			return span{uint32(start), uint32(at - start)}, look, true
		}
		switch class(c) {
		case quoteByte:
			s.pos = at + 1
			return s.wide(start, at, look)
		case tellingByte:
			look |= isTelling
		case markupByte:
			look |= isRewritten
		case wideByte:
			look |= isWide | isRewritten
		case escapeByte:
			return s.escaped(start, at, look&isWide == 0)
		case controlByte:
			return span{}, 0, false
		}
	}
	return span{}, 0, false
}

// word reads a number or a literal.
func (s *scanner) word() (kind, span, bool) {
	start := s.pos
	for s.pos < len(s.text) && strings.IndexByte("+-.0123456789abcdefghijklmnopqrstuvwxyzE", s.text[s.pos]) >= 0 {
		s.pos++
	}
	place := span{uint32(start), uint32(s.pos - start)}
	switch word := s.text[start:s.pos]; word {
	case "true", "false":
		return kindBool, place, true
	case "null":
		return kindNull, span{}, true
	default:
		return kindNumber, place, isNumber(word)
	}
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
	if c := s.space(); c != '{' && c != '[' || len(s.text) > farthest {
		return value{}
	}
	var ok bool
	if s.top.kind, s.top.value, s.top.look, ok = s.value(); !ok || !s.end() {
		return value{}
	}
	return value{s, &s.top}
}
