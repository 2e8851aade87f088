package archive

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// maxRecord bounds one record. CloudTrail writes at most 256 KB.
	maxRecord = 4 << 20
	// maxDepth bounds how deep a record nests.
	maxDepth = 128
	// recordsKey is the member of a delivery that holds its records.
	recordsKey = "Records"
)

// piece is one record of a delivery, or one mistake in it, or both: a record
// that was mended.
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

// cutter cuts the records out of one delivery: a JSON object with an array
// "Records", or several of them one after the other. It holds one record at a
// time and never recurses. It checks no more of JSON's grammar than it needs
// to find the next record; whoever decodes a record checks the rest.
type cutter struct {
	src      io.Reader
	buf      []byte
	pos, end int
	base     int64 // offset of buf[0]
	err      error // why src gives no more

	at        place
	afterOne  bool // a value ended and no comma followed yet
	documents int
	found     int // arrays of records in the document at hand
	number    int
	record    []byte
}

func newCutter(src io.Reader) *cutter {
	return &cutter{src: src, buf: make([]byte, 128<<10)}
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
			return piece{number: -1, offset: at, bad: recordsKey + " is missing"}, true
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
	if name == recordsKey {
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
		what := recordsKey + " is no array"
		if b == 'n' {
			what = recordsKey + " is null"
		}
		return piece{number: -1, offset: at, bad: what}, true
	}
	c.pos++
	c.at, c.afterOne = elements, false
	if c.found > 1 {
		return piece{number: -1, offset: at, bad: recordsKey + " occurs again; both were read"}, true
	}
	return piece{}, false
}

// element cuts one record.
func (c *cutter) element() (piece, bool) {
	b, ok := c.space()
	switch {
	case !ok:
		return c.cutShort("the array of records")
	case b == ']':
		c.pos++
		c.at, c.afterOne = members, true
		return piece{}, false
	case b == ',' && c.afterOne:
		c.pos++
		c.afterOne = false
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

// cut takes the record that begins here. Too large or too deep a record is
// passed over without being held.
func (c *cutter) cut(number int, at int64) (piece, bool) {
	c.record = c.record[:0]
	var n nest
	large := false
	for done := false; !done; {
		if !c.fill() {
			p, ok := c.cutShort("the record")
			p.number, p.offset = number, at
			return p, ok
		}
		var size int
		size, done = n.feed(c.buf[c.pos:c.end])
		large = large || len(c.record)+size > maxRecord
		if !large && n.deepest <= maxDepth {
			c.record = append(c.record, c.buf[c.pos:c.pos+size]...)
		}
		c.pos += size
	}
	c.afterOne = true
	p := piece{number: number, offset: at, record: c.record}
	switch {
	case large:
		p.record, p.bad = nil, fmt.Sprintf("is larger than %d bytes and was left out", maxRecord)
	case n.deepest > maxDepth:
		p.record, p.bad = nil, fmt.Sprintf("is nested deeper than %d levels and was left out", maxDepth)
	case !utf8.Valid(c.record):
		p.record, p.bad = bytes.ToValidUTF8(c.record, []byte("\uFFFD")), "holds bytes that are no UTF-8; they were replaced and the record was kept"
	}
	return p, true
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

func (c *cutter) offset() int64 { return c.base + int64(c.pos) }

// fill makes sure that a byte is at hand; false at the end of the source.
func (c *cutter) fill() bool {
	for empty := 0; c.pos == c.end; empty++ {
		if c.err != nil {
			return false
		}
		c.base += int64(c.end)
		c.pos = 0
		c.end, c.err = c.src.Read(c.buf)
		if empty > 100 && c.end == 0 && c.err == nil {
			c.err = io.ErrNoProgress
		}
	}
	return true
}

// space passes over white space and shows the byte after it.
func (c *cutter) space() (byte, bool) {
	for c.fill() {
		switch b := c.buf[c.pos]; b {
		case ' ', '\t', '\r', '\n':
			c.pos++
		default:
			return b, true
		}
	}
	return 0, false
}

func (c *cutter) byteOrderMark() {
	if !c.fill() {
		return
	}
	for c.err == nil && c.end-c.pos < 3 {
		var n int
		n, c.err = c.src.Read(c.buf[c.end:])
		c.end += n
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
	case errors.Is(c.err, io.ErrUnexpectedEOF):
		wrong = what + " ends too early: the compressed data is cut off"
	case errors.Is(c.err, gzip.ErrHeader):
		wrong = "something that is no gzip follows the compressed data"
	case errors.Is(c.err, gzip.ErrChecksum):
		wrong = "the compressed data is damaged: its checksum does not hold"
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
