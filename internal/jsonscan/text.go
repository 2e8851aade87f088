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

// Mark finds the places in one object or array that nothing follows. Of any
// other text, none are known.
func Mark(text []byte) Text {
	if len(text) < 2 {
		return Text{Bytes: text}
	}
	var s Span
	s.Begin(len(text), nil)
	padded := append(make([]byte, 0, len(text)+Padding), text...)
	if n, done := s.Feed(padded[1:]); !done || n != len(text)-1 {
		return Text{Bytes: text}
	}
	return s.Text(text)
}

// Escapes reports whether a backslash stands in the text.
func (t Text) Escapes() bool {
	if t.marks == nil {
		return bytes.IndexByte(t.Bytes, '\\') >= 0
	}
	return t.escapes
}

// Quotes goes over the quotes of a text that begin or end strings, in order.
type Quotes struct {
	text Text
	left uint64 // of the block at hand, those to come
	base int    // the place of its first byte
	at   int    // behind the last one, where there are no marks
}

// Quotes begins at the text's first quote.
func (t Text) Quotes() Quotes {
	q := Quotes{text: t}
	q.Seek(1)
	return q
}

// Seek goes on with the first quote at or behind at, which must not lie in a
// string.
func (q *Quotes) Seek(at int) {
	q.at, q.left = at, 0
	if i := (at - 1) / block; i < len(q.text.marks) {
		q.base = 1 + i*block
		q.left = q.text.marks[i].quote &^ (1<<((at-1)%block) - 1)
	}
}

// Next is the place of the next quote; the length of the text where there is
// none.
func (q *Quotes) Next() int {
	if q.left == 0 {
		return q.next()
	}
	at := q.base + bits.TrailingZeros64(q.left)
	q.left &= q.left - 1
	return at
}

func (q *Quotes) next() int {
	if q.text.marks == nil {
		at := q.text.search(q.at)
		q.at = at + 1
		return at
	}
	for i := q.base / block; ; {
		if i++; i >= len(q.text.marks) {
			return len(q.text.Bytes)
		}
		if q.left = q.text.marks[i].quote; q.left != 0 {
			q.base = 1 + i*block
			return q.Next()
		}
	}
}

// search finds a quote without marks.
func (t Text) search(at int) int {
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
// the length of the text where it does not end.
func (t Text) Behind(at int) int {
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

func (t Text) behind(at int) int {
	depth := 0
	for at < len(t.Bytes) {
		switch t.Bytes[at] {
		case '"':
			at = t.search(at + 1)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
		at++
	}
	return len(t.Bytes)
}
