package jsonscan

import "math/bits"

const (
	// Padding is how many bytes must be readable behind the text that is given to
	// Feed: the capacity of the slice beyond its length. What they hold does not
	// matter.
	Padding = 128

	block = 64
	// mostHits bounds how many places of a text are looked at for names. A text
	// with more is one whose values Span does not tell.
	mostHits = 64
	// mostMarks bounds the blocks whose marks are kept: those of 1 MB of text.
	mostMarks = 16_384
)

// Span follows one object or array from behind its opening bracket to its end.
// The zero value is not ready: see [Span.Begin].
type Span struct {
	state state
	names *Names

	marks   []mark // of the blocks, from behind the opening bracket on
	blocks  int    // how many of them are set
	escape  uint64 // 1: the next byte is escaped
	escaped bool   // a backslash occurred
	unicode bool   // and a u behind one
	split   bool   // the text came in pieces, so that a place may have been missed
	tooDeep bool
}

// state is what the loop in assembly reads and writes; the offsets of its
// fields are written in span_amd64.s.
type state struct {
	inString uint64 // all ones where the next byte lies in a string
	depth    int64
	limit    int64
	offset   int64 // of the next byte, from the beginning
	found    int64 // hits that were found; those beyond mostHits are not kept
	pairs    [4]byte
	_        [4]byte
	hits     [mostHits]hit
}

// mark is what is kept of a block: the places of quotes that begin or end
// strings, and of brackets outside of strings.
type mark struct{ quote, open, shut uint64 }

// hit is where a name of the outermost level may stand: the offset of the pair
// of bytes that the name was searched by.
type hit struct{ offset int32 }

// masks are the places of a block's bytes, bit i for byte i.
type masks struct{ quote, backslash, open, shut, pair uint64 }

// Begin makes the span ready for a text whose opening bracket was passed.
// Nesting deeper than limit is told by TooDeep. Names may be nil.
func (s *Span) Begin(limit int, names *Names) {
	s.state.inString, s.state.depth, s.state.limit = 0, 1, int64(limit)
	s.state.offset, s.state.found = 1, 0
	s.state.pairs = names.pairs()
	s.names = names
	s.escape, s.escaped, s.unicode, s.split, s.tooDeep = 0, false, false, false, false
	s.blocks = 0
}

// TooDeep reports whether the text nested deeper than the limit.
func (s *Span) TooDeep() bool { return s.tooDeep }

// Feed takes the text that follows. It returns how many bytes belong to the span
// and whether it ended with the last of them. Text must have Padding bytes of
// capacity behind its length.
func (s *Span) Feed(text []byte) (n int, done bool) {
	_ = text[:len(text)+Padding]
	for len(text)-n >= block {
		s.room()
		if s.escape == 0 {
			passed := s.pass(text[n:])
			n += passed * block
			s.blocks += passed
			if len(text)-n < block {
				break
			}
			s.room()
		}
		var m masks
		classify(text[n:], s.state.pairs, &m)
		s.unicode = s.unicode || anyBefore(text[n:n+block+1], m.backslash, 'u')
		if end := s.look(&m, block); end >= 0 {
			return n + end + 1, true
		}
		n += block
	}
	if rest := len(text) - n; rest > 0 {
		s.room()
		var tail [block + Padding]byte
		copy(tail[:], text[n:])
		var m masks
		classify(tail[:block], s.state.pairs, &m)
		s.unicode = s.unicode || anyBefore(tail[:], m.backslash, 'u')
		if end := s.look(&m, rest); end >= 0 {
			return n + end + 1, true
		}
	}
	s.split = true
	return len(text), false
}

// anyBefore reports whether one of the places in a block stands before c.
func anyBefore(text []byte, places uint64, c byte) bool {
	for ; places != 0; places &= places - 1 {
		if text[bits.TrailingZeros64(places)+1] == c {
			return true
		}
	}
	return false
}

// room makes room for a mark. Of a text with too many none is kept.
func (s *Span) room() {
	switch {
	case s.blocks < len(s.marks):
	case s.blocks == mostMarks:
		s.blocks, s.split = 0, true
	default:
		s.marks = append(s.marks, make([]mark, max(64, len(s.marks)))...)
	}
}

// look takes the first n bytes of a block; it returns the place at which the
// span ends, -1 where it does not.
func (s *Span) look(m *masks, n int) int {
	escaped := s.escapes(m.backslash, n)
	quote := m.quote &^ escaped
	in := parity(quote) ^ s.state.inString
	open, shut := m.open&^in, m.shut&^in
	s.marks[s.blocks] = mark{quote, open, shut}
	s.blocks++
	if s.state.depth+int64(bits.OnesCount64(open)) > s.state.limit {
		s.tooDeep = s.tooDeep || s.deepest(open, shut) > s.state.limit
	}
	end := s.end(open, shut)
	if end >= 0 {
		m.pair &= 1<<end - 1
	}
	for pair := m.pair & in; pair != 0; pair &= pair - 1 {
		below := pair&-pair - 1
		if s.state.depth+int64(bits.OnesCount64(open&below))-int64(bits.OnesCount64(shut&below)) == 1 {
			s.hit(bits.TrailingZeros64(pair))
		}
	}
	s.state.depth += int64(bits.OnesCount64(open)) - int64(bits.OnesCount64(shut))
	s.state.inString = -(in >> (n - 1) & 1)
	s.state.offset += int64(n)
	return end
}

func (s *Span) hit(place int) {
	if s.state.found < mostHits {
		s.state.hits[s.state.found].offset = int32(s.state.offset) + int32(place)
	}
	s.state.found++
}

// escapes are the bytes that a backslash stands before, of the first n of a
// block: bytes behind a run of backslashes of odd length.
func (s *Span) escapes(backslash uint64, n int) uint64 {
	if backslash == 0 {
		escaped := s.escape
		s.escape = 0
		return escaped
	}
	s.escaped = true
	const even = 0x5555555555555555
	backslash &^= s.escape
	follows := backslash<<1 | s.escape
	odd := backslash &^ even &^ follows
	sum, carry := bits.Add64(odd, backslash, 0)
	escaped := (even ^ sum<<1) & follows
	s.escape = carry
	if n < block {
		s.escape = escaped >> n & 1
	}
	return escaped
}

// end is the place of the bracket that ends the span.
func (s *Span) end(open, shut uint64) int {
	if s.state.depth > int64(bits.OnesCount64(shut)) {
		return -1
	}
	depth := s.state.depth
	for ; shut != 0; shut &= shut - 1 {
		below := shut&-shut - 1
		depth--
		if depth+int64(bits.OnesCount64(open&below)) == 0 {
			return bits.TrailingZeros64(shut)
		}
	}
	return -1
}

// deepest is how deep the text gets in a block.
func (s *Span) deepest(open, shut uint64) int64 {
	depth, most := s.state.depth, s.state.depth
	for all := open | shut; all != 0 && depth > 0; all &= all - 1 {
		if open&all&-all != 0 {
			depth++
		} else {
			depth--
		}
		most = max(most, depth)
	}
	return most
}

// parity sets each bit to the parity of the bits up to it: between quotes.
func parity(quote uint64) uint64 {
	quote ^= quote << 1
	quote ^= quote << 2
	quote ^= quote << 4
	quote ^= quote << 8
	quote ^= quote << 16
	quote ^= quote << 32
	return quote
}

// classifyBytes is classify in Go. Text has at least a block and one byte more.
func classifyBytes(text []byte, pairs [4]byte, m *masks) {
	text = text[:block+1]
	for i, c := range text[:block] {
		bit := uint64(1) << i
		switch c {
		case '"':
			m.quote |= bit
		case '\\':
			m.backslash |= bit
		case '{', '[':
			m.open |= bit
		case '}', ']':
			m.shut |= bit
		case pairs[0], pairs[2]:
			next := text[i+1]
			if c == pairs[0] && next == pairs[1] || c == pairs[2] && next == pairs[3] {
				m.pair |= bit
			}
		}
	}
}
