package jsonscan

import (
	"bytes"
	"strings"
)

// Names are members that are looked for in each text, on its outermost level.
// A Names never changes; it may be used from several goroutines at once.
type Names struct {
	quoted [][]byte // "name", with its quotes
	pair   []int    // where in quoted the pair of bytes stands that it is searched by
}

// NewNames makes names of one or two members. A name is of ASCII letters,
// digits and underscores, and has at least two of them; it panics if not.
func NewNames(names ...string) *Names {
	if len(names) < 1 || len(names) > 2 {
		panic("jsonscan: one name or two")
	}
	out := &Names{}
	for _, name := range names {
		if len(name) < 2 || strings.ContainsFunc(name, func(r rune) bool { return !isName(r) }) {
			panic("jsonscan: no name to search for: " + name)
		}
		out.quoted = append(out.quoted, []byte(`"`+name+`"`))
		out.pair = append(out.pair, 1+rarest(name))
	}
	return out
}

func isName(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// rarest is where the two adjacent letters of a name stand that occur least in
// other text: those next to a capital, else by how common letters are. It is a
// matter of speed alone.
func rarest(name string) int {
	const common = "etaoinsrhldcumfpgwybvkxjqz"
	rank := func(c byte) int {
		if i := strings.IndexByte(common, c); i >= 0 {
			return i
		}
		return len(common)
	}
	best, most := 0, -1
	for i := range len(name) - 1 {
		if r := rank(name[i]) + rank(name[i+1]); r > most {
			best, most = i, r
		}
	}
	return best
}

// pairs are the two pairs to search for; without names, none that can occur in
// JSON.
func (n *Names) pairs() [4]byte {
	if n == nil {
		return [4]byte{}
	}
	first, last := 0, len(n.quoted)-1
	a, b := n.quoted[first][n.pair[first]:], n.quoted[last][n.pair[last]:]
	return [4]byte{a[0], a[1], b[0], b[1]}
}

// Values finds the values of the names in the text that the span followed to
// its end, opening bracket included: strings, without their quotes, that share
// text. Where a name occurs twice, the last counts. It returns false if it
// cannot tell: a name is missing, its value is no string of printable ASCII
// without escapes, a name may be spelt with escapes, or one follows an escaped
// quote. Values must have as many places as there are names.
func (s *Span) Values(text []byte, values [][]byte) bool {
	if s.split || s.unicode || s.names == nil || s.state.found > mostHits {
		return false
	}
	clear(values)
	for _, h := range s.state.hits[:s.state.found] {
		for i := range s.names.quoted {
			from := int(h.offset) - s.names.pair[i]
			if !s.names.at(text, i, from) {
				continue
			}
			if text[from-1] == '\\' || !member(text, from+len(s.names.quoted[i]), &values[i]) {
				return false
			}
		}
	}
	for _, v := range values {
		if v == nil {
			return false
		}
	}
	return true
}

// at reports whether a name stands at from, with its quotes.
func (n *Names) at(text []byte, name, from int) bool {
	return from > 0 && bytes.HasPrefix(text[from:], n.quoted[name])
}

// member reads the value of the member whose name ends before at. It returns
// false where it cannot tell. A string that no colon follows is no name.
func member(text []byte, at int, value *[]byte) bool {
	if at = space(text, at); text[at] != ':' {
		return text[at] == ',' || text[at] == '}' || text[at] == ']'
	}
	if at = space(text, at+1); text[at] != '"' {
		return false
	}
	at++
	for end := at; end < len(text); end++ {
		switch c := text[end]; {
		case c == '"':
			*value = text[at:end:end]
			return true
		case c == '\\' || c < ' ' || c > '~':
			return false
		}
	}
	return false
}

// space is where the white space ends that begins at at. The text ends with a
// bracket, so that something follows.
func space(text []byte, at int) int {
	for at < len(text)-1 && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r') {
		at++
	}
	return at
}
