package aws

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// nesting bounds how deep a text may nest, as encoding/json does.
const nesting = 10_000

// scanner reads a JSON text (RFC 8259). It is here, and not encoding/json,
// because most of an archive is passed over or only looked at: what is skipped
// becomes no value, and strings without an escape share the text. The fuzz test
// holds it against encoding/json. A method that returns false has met
// something that is no JSON.
type scanner struct {
	text  string
	pos   int
	depth int
	open  []member // of the objects that are being read
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

// members calls each for the members of the object that begins here; each
// must read or skip the value.
func (s *scanner) members(each func(name string) bool) bool {
	empty, ok := s.enter('}')
	for more := !empty; more && ok; {
		var name string
		if s.space() != '"' {
			return false
		}
		if name, ok = s.string(); !ok || !s.take(':') || !each(name) {
			return false
		}
		more, ok = s.more('}')
	}
	return ok
}

// elements calls each for the elements of the array that begins here.
func (s *scanner) elements(each func() bool) bool {
	empty, ok := s.enter(']')
	for more := !empty; more && ok; {
		if !each() {
			return false
		}
		more, ok = s.more(']')
	}
	return ok
}

// value reads a value: an object, a []any, a string, a json.Number, a bool or
// nil.
func (s *scanner) value() (any, bool) {
	switch s.space() {
	case '{':
		o, ok := s.object()
		return o, ok
	case '[':
		list := []any{}
		ok := s.elements(func() bool {
			v, ok := s.value()
			list = append(list, v)
			return ok
		})
		return list, ok
	case '"':
		text, ok := s.string()
		return text, ok
	}
	word, ok := s.word()
	switch word {
	case "true", "false":
		return word == "true", ok
	case "null":
		return nil, ok
	}
	return json.Number(word), ok
}

// object reads the object that begins here. Of members of one name the last
// stands.
func (s *scanner) object() (object, bool) {
	base := len(s.open)
	ok := s.members(func(name string) bool {
		v, ok := s.value()
		s.open = append(s.open, member{name, v})
		return ok
	})
	o := append(object{}, s.open[base:]...)
	s.open = s.open[:base]
	return o.order(), ok
}

// skip passes over a value.
func (s *scanner) skip() bool {
	switch s.space() {
	case '{':
		return s.members(func(string) bool { return s.skip() })
	case '[':
		return s.elements(s.skip)
	case '"':
		_, _, ok := s.quoted()
		return ok
	}
	_, ok := s.word()
	return ok
}

// textInto reads a value into dst if it is a string and dst is not nil; all
// else is passed over.
func (s *scanner) textInto(dst *string) bool {
	if dst == nil || s.space() != '"' {
		return s.skip()
	}
	text, ok := s.string()
	*dst = text
	return ok
}

// string reads the string that begins here, as encoding/json does: what is no
// UTF-8 is replaced.
func (s *scanner) string() (string, bool) {
	raw, plain, ok := s.quoted()
	if !ok {
		return "", false
	}
	if plain || (!strings.Contains(raw, `\`) && utf8.ValidString(raw)) {
		return raw[1 : len(raw)-1], true
	}
	var text string
	err := json.Unmarshal([]byte(raw), &text)
	return text, err == nil
}

// quoted passes over a string and returns it with its quotes; plain: it is
// ASCII without an escape.
func (s *scanner) quoted() (raw string, plain, ok bool) {
	start := s.pos
	plain = true
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == '"':
			s.pos++
			return s.text[start:s.pos], plain, true
		case c == '\\':
			plain = false
			if !s.escape() {
				return "", false, false
			}
		case c < ' ':
			return "", false, false
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	return "", false, false
}

// escape passes over an escape but for its last byte.
func (s *scanner) escape() bool {
	s.pos++
	if s.pos >= len(s.text) {
		return false
	}
	if s.text[s.pos] != 'u' {
		return strings.IndexByte(`"\/bfnrt`, s.text[s.pos]) >= 0
	}
	for range 4 {
		s.pos++
		if s.pos >= len(s.text) || strings.IndexByte("0123456789abcdefABCDEF", s.text[s.pos]) < 0 {
			return false
		}
	}
	return true
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

// order sorts the members by name; of several of one name the last stands.
func (o object) order() object {
	slices.SortStableFunc(o, func(a, b member) int { return strings.Compare(a.name, b.name) })
	out := o[:0]
	for _, m := range o {
		if n := len(out); n > 0 && out[n-1].name == m.name {
			out[n-1] = m
			continue
		}
		out = append(out, m)
	}
	return out
}

// parseJSON reads text that is one JSON object or array; nil where it is not.
func parseJSON(text string) any {
	s := scanner{text: text, open: make([]member, 0, 32)}
	if c := s.space(); c != '{' && c != '[' {
		return nil
	}
	v, ok := s.value()
	if !ok || !s.end() {
		return nil
	}
	return v
}
