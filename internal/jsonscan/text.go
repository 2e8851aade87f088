package jsonscan

import (
	"bytes"
	"math/bits"
)

// Text is an object or an array, with the places of its quotes and brackets as
// far as they are known. Where they are not, its methods look for them.
type Text struct {
	Bytes   []byte
	marks   []mark
	escapes bool // where there are marks: a backslash occurs
}

// Text is the text that the span followed to its end, opening bracket included.
// It is valid until the next Begin.
func (s *Span) Text(text []byte) Text {
	if s.split {
		return Text{Bytes: text}
	}
	return Text{Bytes: text, marks: s.marks[:s.blocks], escapes: s.escaped}
}

// deepest is how deep a text may nest that is followed without a limit of its
// own: what nests deeper is said not to end.
const deepest = 1000

// Mark finds the places in one object or array that nothing follows. Of any
// other text, and of one that nests deeper than 1000 levels, none are known.
func Mark(text []byte) Text {
	if len(text) < 2 {
		return Text{Bytes: text}
	}
	var s Span
	s.Begin(deepest, nil)
	padded := append(make([]byte, 0, len(text)+Padding), text...)
	if n, done := s.Feed(padded[1:]); !done || n != len(text)-1 || s.TooDeep() {
		return Text{Bytes: text}
	}
	return s.Text(text)
}

// Escapes reports whether a backslash stands in the text.
func (t *Text) Escapes() bool {
	if t.marks == nil {
		return bytes.IndexByte(t.Bytes, '\\') >= 0
	}
	return t.escapes
}

// Quote is the place of the first quote at or behind at that begins or ends a
// string; the length of the text where there is none. At is not 0, and not
// behind a backslash.
func (t *Text) Quote(at int) int {
	if near := t.Near(at); near != 0 {
		return near
	}
	return t.further(at)
}

// Near is Quote where the quote is one of the next 64 bytes and these are known;
// 0 where it may be another. It is inlined, and looks at two blocks at once: in
// which of them a string ends is what a processor cannot foretell.
func (t *Text) Near(at int) int {
	if i := uint(at-1) / block; i+1 < uint(len(t.marks)) {
		passed := uint(at-1) % block
		if q := t.marks[i].quote>>passed | t.marks[i+1].quote<<1<<(block-1-passed); q != 0 {
			return at + bits.TrailingZeros64(q)
		}
	}
	return 0
}

// further is Quote where none is near.
func (t *Text) further(at int) int {
	if t.marks == nil {
		return t.search(at)
	}
	rest := ^uint64(0) << (uint(at-1) % block)
	for i := (at - 1) / block; i < len(t.marks); i, rest = i+1, ^uint64(0) {
		if quotes := t.marks[i].quote & rest; quotes != 0 {
			return 1 + i*block + bits.TrailingZeros64(quotes)
		}
	}
	return len(t.Bytes)
}

// search finds a quote without marks.
func (t *Text) search(at int) int {
	for from := at; at < len(t.Bytes); {
		n := bytes.IndexByte(t.Bytes[at:], '"')
		if n < 0 {
			break
		}
		at += n + 1
		if !escaped(t.Bytes[from : at-1]) {
			return at - 1
		}
	}
	return len(t.Bytes)
}

// escaped reports whether what follows the text is escaped: the text ends in an
// odd number of backslashes.
func escaped(text []byte) bool {
	n := len(text)
	for n > 0 && text[n-1] == '\\' {
		n--
	}
	return (len(text)-n)%2 == 1
}

// Behind is the place behind the object or array whose opening bracket is at at;
// the length of the text where it does not end, or where no places are known and
// it nests deeper than 1000 levels.
func (t *Text) Behind(at int) int {
	if t.marks == nil || at == 0 {
		return t.behind(at)
	}
	depth := 1
	i, rest := at/block, ^uint64(0)<<(at%block)
	for ; i < len(t.marks); i, rest = i+1, ^uint64(0) {
		m := &t.marks[i]
		open, shut := m.open&rest, m.shut&rest
		if depth > bits.OnesCount64(shut) {
			depth += bits.OnesCount64(open) - bits.OnesCount64(shut)
			continue
		}
		left := depth
		for last := shut; last != 0; last &= last - 1 {
			below := last&-last - 1
			if left--; left+bits.OnesCount64(open&below) == 0 {
				return 2 + i*block + bits.TrailingZeros64(last)
			}
		}
		depth += bits.OnesCount64(open) - bits.OnesCount64(shut)
	}
	return len(t.Bytes)
}

func (t *Text) behind(at int) int {
	depth := 0
	for at < len(t.Bytes) {
		switch t.Bytes[at] {
		case '"':
			at = t.search(at + 1)
		case '{', '[':
			if depth++; depth > deepest {
				return len(t.Bytes)
			}
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
		at++
	}
	return len(t.Bytes)
}
