package aws

import (
	"bytes"

	"github.com/estray/estray/internal/jsonscan"
)

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
