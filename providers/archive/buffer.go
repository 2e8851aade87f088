package archive

import (
	"io"

	"github.com/estray/estray/internal/jsonscan"
)

// smallest is how much of an object is held at least: what a processor's second
// cache holds, and what the reader of compressed data gives at once.
const smallest = 256 << 10

// buffer is the part of an object that is at hand: bytes pos to end of buf.
type buffer struct {
	src      io.Reader
	own      []byte // what buf is, where the object is not at hand as a whole
	buf      []byte
	pos, end int
	base     int64 // offset of buf[0]
	err      error // why src gives no more
}

// reset begins an object that src gives.
func (b *buffer) reset(src io.Reader) {
	if b.own == nil {
		b.own = make([]byte, smallest+jsonscan.Padding)
	}
	*b = buffer{src: src, own: b.own, buf: b.own}
}

// resetWhole begins an object that is at hand as a whole. Content has Padding
// bytes of capacity behind it.
func (b *buffer) resetWhole(content []byte) {
	*b = buffer{own: b.own, buf: content[:len(content)+jsonscan.Padding], end: len(content), err: io.EOF}
}

func (b *buffer) offset() int64 { return b.base + int64(b.pos) }

// fill makes sure that a byte is at hand; false at the end of the source.
func (b *buffer) fill() bool { return b.pos < b.end || b.more(b.pos) }

// more reads on, as much as there is room for, and holds what lies from keep on;
// false at the end of the source. It moves what it holds to the front, and so
// keep to 0.
func (b *buffer) more(keep int) bool {
	if b.err != nil {
		return false
	}
	if keep > 0 {
		copy(b.buf, b.buf[keep:b.end])
		b.base += int64(keep)
		b.pos, b.end = b.pos-keep, b.end-keep
	}
	if room := len(b.buf) - jsonscan.Padding; b.end == room {
		grown := make([]byte, 2*room+jsonscan.Padding)
		copy(grown, b.buf[:b.end])
		b.own, b.buf = grown, grown
	}
	had, room := b.end, len(b.buf)-jsonscan.Padding
	for empty := 0; b.end < room && b.err == nil; empty++ {
		var n int
		if n, b.err = b.src.Read(b.buf[b.end:room]); n > 0 {
			b.end += n
			empty = 0
		}
		if empty > 100 && b.err == nil {
			b.err = io.ErrNoProgress
		}
	}
	return b.end > had
}

// space passes over white space and shows the byte after it.
func (b *buffer) space() (byte, bool) {
	for b.fill() {
		switch c := b.buf[b.pos]; c {
		case ' ', '\t', '\r', '\n':
			b.pos++
		default:
			return c, true
		}
	}
	return 0, false
}
