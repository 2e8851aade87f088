package aws

import (
	"bytes"
	"encoding/binary"

	"github.com/estray/estray/internal/jsonscan"
)

// glance is a place in the text of a record.
type glance struct {
	in   jsonscan.Text
	text []byte // of in
	pos  int
	// from and to are of the name of the member whose value begins at pos.
	from, to int
	// escapes: the text has a backslash.
	escapes bool
	// odd: something unusual was met. Nothing more is read.
	odd bool
}

func (g *glance) name() []byte { return g.text[g.from:g.to] }

// space passes over white space and returns the byte after it; 0 at the end.
func (g *glance) space() byte {
	for ; g.pos < len(g.text); g.pos++ {
		if c := g.text[g.pos]; c > ' ' {
			return c
		}
	}
	return 0
}

// comma moves to the name of the next member where nothing but a comma stands
// before it.
func (g *glance) comma() bool {
	if at := g.pos; at+1 < len(g.text) && g.text[at] == ',' && g.text[at+1] == '"' && !g.odd {
		g.pos = at + 1
		return true
	}
	return false
}

// next moves to the name of the next member; false at the object's end. At first
// it is called at the opening bracket.
func (g *glance) next() bool {
	c := g.space()
	if c == ',' || c == '{' {
		g.pos++
		c = g.space()
	}
	switch {
	case g.odd:
		return false
	case c == '"':
		return true
	case c == '}':
		g.pos++
		return false
	}
	g.odd = true
	return false
}

// named passes over the name that begins here and moves to the value.
func (g *glance) named() bool {
	g.from = g.pos + 1
	g.to = g.in.Quote(g.from)
	g.pos = g.to + 1
	if g.space() == ':' {
		g.pos++
		if g.space() != 0 {
			return true
		}
	}
	g.odd = true
	return false
}

// member moves to the value of the next member; false at the object's end. At
// first it is called at the opening bracket.
func (g *glance) member() bool {
	if at := g.pos; at+1 < len(g.text) && (g.text[at] == ',' || g.text[at] == '{') && g.text[at+1] == '"' && !g.odd {
		g.from = at + 2
		g.to = g.in.Quote(g.from)
		if end := g.to; end+2 < len(g.text) && g.text[end+1] == ':' && g.text[end+2] > ' ' {
			g.pos = end + 2
			return true
		}
	}
	return g.next() && g.named()
}

// string reads a value that is a string without an escape, or null.
func (g *glance) string() place {
	if g.text[g.pos] != '"' {
		g.nothing()
		return place{}
	}
	start := g.pos + 1
	end := g.in.Quote(start)
	g.pos = end + 1
	if g.escapes {
		g.unescaped(g.text[start:end])
	}
	return place{uint32(start), uint32(end)}
}

// unescaped holds that a text has no escape.
func (g *glance) unescaped(text []byte) {
	g.odd = g.odd || bytes.IndexByte(text, '\\') >= 0
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

// other looks at the name of a member that is passed over: it must be no other
// spelling of one that is not.
func (g *glance) other(names ...string) {
	if g.escapes {
		g.unescaped(g.name())
	}
	for _, name := range names {
		if len(name) == g.to-g.from && foldsTo(g.name(), name) {
			g.odd = true
		}
	}
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
		g.pos = g.in.Quote(g.pos+1) + 1
	case '{', '[':
		g.pos = g.in.Behind(g.pos)
	case 'n', 't':
		g.pos += len("null")
	case 'f':
		g.pos += len("false")
	default:
		g.word()
	}
}

// reach is how much of a text is looked at for a member that is foreseen.
const reach = 24

// foreseen is the beginning of a member that is expected: its name in quotes and
// the colon. It is compared by three words that cover it.
type foreseen struct {
	first, middle, last uint64
	// second and third are where the other two words begin, at most 15.
	second, third uint8
	length        int
	what          field
}

// foresee makes ready for a name of 5 to 20 letters.
func foresee(name string, what field) foreseen {
	text, word := []byte(`"`+name+`":`), binary.LittleEndian.Uint64
	third := len(text) - 8
	second := min(8, third)
	return foreseen{word(text), word(text[second:]), word(text[third:]), uint8(second), uint8(third), len(text), what}
}

// begins reports whether a text begins with the member.
func (f *foreseen) begins(text *[reach]byte) bool {
	word := binary.LittleEndian.Uint64
	return word(text[:]) == f.first && word(text[f.third&15:]) == f.last && word(text[f.second&15:]) == f.middle
}
