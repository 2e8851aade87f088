package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/estray/estray/internal/inflate"
	"github.com/estray/estray/internal/jsonscan"
)

const (
	// maxRecord bounds one record. CloudTrail writes at most 256 KB, or 1 MB
	// where a trail was set to large events.
	maxRecord = 4 << 20
	// maxDepth bounds how deep a record nests.
	maxDepth = 128
)

// piece is one record of a delivery, or one mistake in it.
type piece struct {
	// number of the record, from 0; -1 for a mistake outside of records.
	number int
	// offset is where it begins, in bytes of the inflated object.
	offset int64
	// record is valid until the next call; nil where there is none to decode.
	record []byte
	// bad says what is wrong; empty: nothing.
	bad string
	// broke is set where the store gave no more, through no fault of the object.
	broke error
}

// where names the piece's place in the object.
func (p piece) where() string {
	if p.number < 0 {
		return fmt.Sprintf("at byte %d", p.offset)
	}
	return fmt.Sprintf("record %d at byte %d", p.number, p.offset)
}

type place uint8

const (
	outside  place = iota // before, between and after documents
	members               // in the object that a document is
	elements              // in the array of records
	over                  // nothing more to read
)

// cutter cuts the records out of one object. They are the elements of an array,
// the member of a JSON object, of which several may follow one another; or they
// stand by themselves. It holds one record at a time and never recurses. It
// checks no more of JSON's grammar than it needs to find the next record;
// whoever decodes a record checks the rest.
type cutter struct {
	buffer
	key   string          // of the member that holds the records; empty: they stand by themselves
	names *jsonscan.Names // to look for in records
	span  jsonscan.Span   // of the last record

	at        place
	afterOne  bool // a value ended and no comma followed yet
	documents int
	found     int // arrays of records in the document at hand
	number    int
}

// begin makes the cutter ready for the object in its buffer.
func (c *cutter) begin() {
	c.at, c.afterOne, c.documents, c.found, c.number = outside, false, 0, 0, 0
}

// next returns the next record or mistake; false at the end.
func (c *cutter) next() (piece, bool) {
	for c.at != over {
		var p piece
		var ok bool
		switch c.at {
		case outside:
			p, ok = c.document()
		case members:
			p, ok = c.member()
		default:
			p, ok = c.element()
		}
		if ok {
			return p, true
		}
	}
	return piece{}, false
}

// document enters the next document.
func (c *cutter) document() (piece, bool) {
	if c.documents == 0 {
		c.byteOrderMark()
	}
	b, ok := c.space()
	switch {
	case !ok && (c.err != io.EOF || c.documents == 0):
		return c.cutShort("the object")
	case !ok:
		c.at = over
		return piece{}, false
	case c.key == "":
		return c.standing(b)
	case b != '{' && c.documents == 0:
		return c.stop("does not begin with a JSON object")
	case b != '{':
		return c.stop("something follows the JSON object")
	}
	c.pos++
	c.documents++
	c.at, c.found, c.afterOne = members, 0, false
	return piece{}, false
}

// member reads one member of a document and enters the array of records.
func (c *cutter) member() (piece, bool) {
	b, ok := c.space()
	switch {
	case !ok:
		return c.cutShort("the object")
	case b == '}':
		at := c.offset()
		c.pos++
		c.at = outside
		if c.found == 0 {
			return piece{number: -1, offset: at, bad: c.key + " is missing"}, true
		}
		return piece{}, false
	case b == ',' && c.afterOne:
		c.pos++
		c.afterOne = false
		return piece{}, false
	case b != '"' || c.afterOne:
		return c.stop("is no JSON here")
	}
	name, ok := c.name()
	if !ok {
		return c.cutShort("the object")
	}
	if b, ok = c.space(); ok && b == ':' {
		c.pos++
		b, ok = c.space()
	} else if ok {
		return c.stop("is no JSON here")
	}
	if !ok {
		return c.cutShort("the object")
	}
	if name == c.key {
		return c.records(b)
	}
	return c.skip("is no JSON here")
}

// records enters the array of records, whose first byte is b.
func (c *cutter) records(b byte) (piece, bool) {
	c.found++
	at := c.offset()
	if b != '[' {
		if p, bad := c.skip("is no JSON here"); bad {
			return p, true
		}
		what := c.key + " is no array"
		if b == 'n' {
			what = c.key + " is null"
		}
		return piece{number: -1, offset: at, bad: what}, true
	}
	c.pos++
	c.at, c.afterOne = elements, false
	if c.found > 1 {
		return piece{number: -1, offset: at, bad: c.key + " occurs again; both were read"}, true
	}
	return piece{}, false
}

// element cuts one record.
func (c *cutter) element() (piece, bool) {
	b, ok := c.space()
	if ok && b == ',' && c.afterOne {
		c.pos++
		c.afterOne = false
		b, ok = c.space()
	}
	switch {
	case !ok:
		return c.cutShort("the array of records")
	case b == ']':
		c.pos++
		c.at, c.afterOne = c.around(), true
		return piece{}, false
	case c.afterOne:
		c.afterOne = false // reads on as if the comma were there
		return piece{number: -1, offset: c.offset(), bad: "a comma is missing between records"}, true
	}
	n, at := c.number, c.offset()
	c.number++
	if b != '{' {
		if p, bad := c.skip("is no JSON here"); bad {
			return p, true
		}
		return piece{number: n, offset: at, bad: "is not an object"}, true
	}
	return c.cut(n, at)
}

// around is where an array of records ends into.
func (c *cutter) around() place {
	if c.key == "" {
		return outside
	}
	return members
}

// cut takes the record that begins here. Too large or too deep a record is
// passed over without being held.
func (c *cutter) cut(number int, at int64) (piece, bool) {
	start := c.pos
	c.pos++
	c.span.Begin(maxDepth, c.names)
	for large := false; ; {
		n, done := c.span.Feed(c.buf[c.pos:c.end])
		c.pos += n
		large = large || c.offset()-at > maxRecord
		if done {
			return c.whole(number, at, start, large), true
		}
		if large {
			start = c.pos
		}
		if !c.more(start) {
			p, ok := c.cutShort("the record")
			p.number, p.offset = number, at
			return p, ok
		}
		start = 0
	}
}

// whole is the record that began at start and ended here.
func (c *cutter) whole(number int, at int64, start int, large bool) piece {
	c.afterOne = true
	p := piece{number: number, offset: at}
	switch {
	case large:
		p.bad = fmt.Sprintf("is larger than %d bytes and was left out", maxRecord)
	case c.span.TooDeep():
		p.bad = fmt.Sprintf("is nested deeper than %d levels and was left out", maxDepth)
	default:
		p.record = c.buf[start:c.pos:c.pos]
	}
	return p
}

// skip passes over one value, holding nothing of it.
func (c *cutter) skip(wrong string) (piece, bool) {
	b := c.buf[c.pos]
	if b != '"' && b != '{' && b != '[' {
		return c.skipWord(wrong)
	}
	var n nest
	for done := false; !done; {
		if !c.fill() {
			return c.cutShort("a value")
		}
		var size int
		size, done = n.feed(c.buf[c.pos:c.end])
		c.pos += size
	}
	c.afterOne = true
	return piece{}, false
}

// skipWord passes over a number or a literal.
func (c *cutter) skipWord(wrong string) (piece, bool) {
	length := 0
	for c.fill() && !strings.ContainsRune(",]}:{[\" \t\r\n", rune(c.buf[c.pos])) {
		c.pos++
		length++
	}
	if length == 0 {
		return c.stop(wrong)
	}
	c.afterOne = true
	return piece{}, false
}

// name reads a member's name; a long one is passed over, since it is not the
// one that matters.
func (c *cutter) name() (string, bool) {
	var n nest
	var text []byte
	for done := false; !done; {
		if !c.fill() {
			return "", false
		}
		var size int
		size, done = n.feed(c.buf[c.pos:c.end])
		if len(text)+size <= 1<<10 {
			text = append(text, c.buf[c.pos:c.pos+size]...)
		}
		c.pos += size
	}
	var name string
	if err := json.Unmarshal(text, &name); err != nil {
		return "", true
	}
	return name, true
}

// opens reports whether the first byte of the object that is no white space may
// open records. What cannot be read may: whoever reads on meets the error.
func (c *cutter) opens() bool {
	c.byteOrderMark()
	b, ok := c.space()
	return !ok || b == '{' || c.key == ""
}

// byteOrderMark passes over one at the beginning. What is too short for one is
// none.
func (c *cutter) byteOrderMark() {
	if c.offset() > 0 {
		return
	}
	for c.end-c.pos < 3 && c.more(c.pos) {
	}
	if bytes.HasPrefix(c.buf[c.pos:c.end], []byte("\xEF\xBB\xBF")) {
		c.pos += 3
	}
}

// stop ends the reading of the object at something that is no JSON.
func (c *cutter) stop(wrong string) (piece, bool) {
	c.at = over
	return piece{number: -1, offset: c.offset(), bad: wrong + "; nothing after it was read"}, true
}

// cutShort ends the reading where the source gave no more.
func (c *cutter) cutShort(what string) (piece, bool) {
	c.at = over
	if brokeOff(c.err) {
		return piece{number: -1, offset: c.offset(), broke: c.err}, true
	}
	wrong := what + " ends too early"
	switch {
	case c.err == io.EOF && c.documents == 0:
		wrong = "holds nothing"
	case c.err == io.EOF:
	case errors.Is(c.err, inflate.ErrCut):
		wrong = what + " ends too early: " + inflate.ErrCut.Error()
	case errors.Is(c.err, inflate.ErrTrailing), errors.Is(c.err, inflate.ErrChecksum):
		wrong = cause(c.err)
	default:
		wrong = what + " cannot be read further: " + cause(c.err)
	}
	return piece{number: -1, offset: c.offset(), bad: wrong}, true
}

// nest follows a JSON value from its first byte to its last by counting
// brackets outside of strings. The zero value is before the first byte.
type nest struct {
	depth, deepest int
	quoted, escape bool
}

// feed takes bytes until the value ends; it returns how many it took and
// whether the value ended with the last of them.
func (n *nest) feed(p []byte) (int, bool) {
	for i := 0; i < len(p); i++ {
		b := p[i]
		if n.quoted {
			switch {
			case n.escape:
				n.escape = false
			case b == '\\':
				n.escape = true
			case b == '"':
				n.quoted = false
				if n.depth == 0 {
					return i + 1, true
				}
			}
			continue
		}
		switch b {
		case '"':
			n.quoted = true
		case '{', '[':
			n.depth++
			n.deepest = max(n.deepest, n.depth)
		case '}', ']':
			n.depth--
			if n.depth == 0 {
				return i + 1, true
			}
		}
	}
	return len(p), false
}
