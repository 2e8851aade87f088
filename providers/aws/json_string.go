package aws

import (
	"encoding/json"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// look is what reading a string showed of it.
type look uint8

const (
	// isTelling: it may be an address with a password or a signature.
	isTelling look = 1 << iota
	// isRewritten: encoding/json does not write it as the text has it.
	isRewritten
	// isWide: it has more than ASCII.
	isWide
	// isSpelled: its place is that in the scanner's list.
	isSpelled
)

// The classes of bytes in a string.
const (
	ordinaryByte = ' '
	quoteByte    = '"'
	escapeByte   = '\\'
	controlByte  = 'c'
	tellingByte  = '=' // what links with secrets have: see isSignedLink
	markupByte   = '<' // what HTML takes for markup, and encoding/json escapes
	wideByte     = 'w'
)

// class tells the class of a byte. It is a table, since to compare makes the
// decoding of a record a tenth slower.
func class(c byte) byte {
	const table = "cccccccccccccccccccccccccccccccc" +
		"  \"   <                     <=< " +
		"=                           \\   " +
		"                                " +
		"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww" +
		"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
	return table[c]
}

// ordinary passes over bytes of a string that nothing has to be known of, eight
// at a time. It may stop at any.
func ordinary[T string | []byte](text T, at int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; at+8 <= len(text); at += 8 {
		t := text[at : at+8]
		w := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
			uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		quotes := (w | 4*ones) ^ '&'*ones // " and &
		angles := (w | 3*ones) ^ '?'*ones // < = > ?
		slashes := w ^ '\\'*ones
		ats := w ^ '@'*ones
		found := (quotes-ones)&^quotes | (angles-ones)&^angles | (slashes-ones)&^slashes | (ats-ones)&^ats | (w - ' '*ones) | w
		if found &= high; found != 0 {
			return at + bits.TrailingZeros64(found)/8
		}
	}
	return at
}

// wide ends a string with more than ASCII and without an escape.
func (s *scanner) wide(start, end int, look look) (span, look, bool) {
	if utf8.ValidString(s.text[start:end]) {
		return span{uint32(start), uint32(end - start)}, look, true
	}
	return s.byLibrary(start, end)
}

// escaped reads the string that begins at start and has its first escape at at.
// simple: it is ASCII up to there.
func (s *scanner) escaped(start, at int, simple bool) (span, look, bool) {
	out, from := s.buffer[:0], start
	for ; at < len(s.text); at = ordinary(s.text, at+1) {
		switch class(s.text[at]) {
		case quoteByte:
			s.buffer = append(out, s.text[from:at]...)
			s.pos = at + 1
			if !simple {
				return s.byLibrary(start, at)
			}
			return s.spell(string(s.buffer))
		case escapeByte:
			out = append(out, s.text[from:at]...)
			short, long := s.short(at)
			switch {
			case short != 0:
				out = append(out, short)
				at++
			case long:
				r, err := strconv.ParseUint(s.text[at+2:at+6], 16, 16)
				out = utf8.AppendRune(out, rune(r))
				at, simple = at+5, simple && err == nil && !utf16.IsSurrogate(rune(r))
			default:
				return span{}, 0, false
			}
			from = at + 1
		case wideByte:
			simple = false
		case controlByte:
			return span{}, 0, false
		}
	}
	return span{}, 0, false
}

// short returns what the escape of two bytes at a place stands for; 0: it is
// none of those. long: it is \u with four digits.
func (s *scanner) short(at int) (c byte, long bool) {
	if at+1 >= len(s.text) {
		return 0, false
	}
	switch c := s.text[at+1]; c {
	case '"', '\\', '/':
		return c, false
	case 'n':
		return '\n', false
	case 't':
		return '\t', false
	case 'r':
		return '\r', false
	case 'b':
		return '\b', false
	case 'f':
		return '\f', false
	case 'u':
		if at+6 > len(s.text) {
			return 0, false
		}
		for _, digit := range []byte(s.text[at+2 : at+6]) {
			if !isHex(digit) {
				return 0, false
			}
		}
		return 0, true
	}
	return 0, false
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// byLibrary leaves what is rare to encoding/json: characters of two \u, and what
// is no ASCII beside an escape.
func (s *scanner) byLibrary(start, end int) (span, look, bool) {
	var text string
	if json.Unmarshal([]byte(s.text[start-1:end+1]), &text) != nil {
		return span{}, 0, false
	}
	return s.spell(text)
}

// spell keeps a string that the text has in another spelling.
func (s *scanner) spell(text string) (span, look, bool) {
	n := len(s.spelled)
	s.spelled = append(s.spelled, spelled{text: text})
	return span{uint32(n), 0}, isTelling | isRewritten | isSpelled, true
}

// appendText appends a string as encoding/json writes it.
func appendText[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	from := 0
	for i := ordinary(s, 0); i < len(s); i = ordinary(s, i) {
		r, size := rune(s[i]), 1
		switch class(s[i]) {
		case ordinaryByte, tellingByte:
			i++
			continue
		case wideByte:
			r, size = utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
			if size > 1 && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
		}
		dst = appendEscape(append(dst, s[from:i]...), r)
		i += size
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

// appendEscape appends a character as an escape.
func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, '\\', 'n')
	case '\t':
		return append(dst, '\\', 't')
	case '\r':
		return append(dst, '\\', 'r')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	var room [8]byte
	digits := strconv.AppendInt(room[:0], int64(r), 16)
	return append(append(dst, "\\u0000"[:6-len(digits)]...), digits...)
}
