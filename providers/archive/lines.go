package archive

import "bytes"

// standing reads on where records stand by themselves, one on each line or in
// arrays. Something else is passed over up to the end of its line.
func (c *cutter) standing(b byte) (piece, bool) {
	c.documents++
	switch b {
	case '{':
		return c.line()
	case '[':
		c.pos++
		c.at, c.afterOne = elements, false
		return piece{}, false
	}
	p := piece{number: c.number, offset: c.offset(), bad: "is not an object"}
	c.number++
	for c.fill() {
		if end := bytes.IndexByte(c.buf[c.pos:c.end], '\n'); end >= 0 {
			c.pos += end + 1
			break
		}
		c.pos = c.end
	}
	return p, true
}

// line cuts the record that begins here. It may go over several lines; but
// where the next line opens an object at its very beginning, the record was cut
// off, and reading goes on there: one damaged line costs no other.
func (c *cutter) line() (piece, bool) {
	number, at, start := c.number, c.offset(), c.pos
	c.number++
	c.pos++
	c.span.Begin(maxDepth, c.names)
	for large, ended := false, false; ; {
		if ended && c.pos < c.end && c.buf[c.pos] == '{' {
			return piece{number: number, offset: at, bad: "does not end with its line; the next line was read"}, true
		}
		text := c.buf[c.pos:c.end]
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			text = text[:end+1]
		}
		n, done := c.span.Feed(text)
		c.pos += n
		large = large || c.offset()-at > maxRecord
		if done {
			return c.whole(number, at, start, large), true
		}
		if n > 0 {
			ended = text[n-1] == '\n'
		}
		if c.pos < c.end {
			continue
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
