package yamlform

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Fault is the first place in a file that no YAML may have.
type Fault struct {
	// Line and Column count from 1; columns are characters.
	Line, Column int
	// Char is the control character, or the byte that is not UTF-8.
	Char rune
	// NotUTF8 tells which of the two.
	NotUTF8 bool
}

// Illegible finds the first fault. The parser refuses these too, but says no
// place.
func Illegible(raw []byte) (Fault, bool) {
	line, column := 1, 1
	for len(raw) > 0 {
		c, size := utf8.DecodeRune(raw)
		switch {
		case c == utf8.RuneError && size == 1:
			return Fault{line, column, rune(raw[0]), true}, true
		case c == '\n':
			line, column = line+1, 0
		case c < ' ' && c != '\t' && c != '\r', c == 0x7f:
			return Fault{line, column, c, false}, true
		}
		raw, column = raw[size:], column+1
	}
	return Fault{}, false
}

// Tab finds the first tab that indents a line. It is the usual cause of a
// refusal, and the parser's own words for it help nobody.
func Tab(raw []byte) (line, column int, ok bool) {
	for l := range bytes.Lines(raw) {
		line++
		indent := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]
		if tab := bytes.IndexByte(indent, '\t'); tab >= 0 {
			return line, tab + 1, true
		}
	}
	return 0, 0, false
}

// Refusal takes the line out of the parser's error; the message is the rest.
// Three things about the line are odd (go.yaml.in/yaml/v3 decode.go,
// parser.fail): the first line is left out, an unknown anchor has none, and
// what the scanner let pass is counted from 0. Where the parser names the line
// on which a list or a mapping begins, and not the one inside it that does not
// fit, that line is told: it knows no other.
func Refusal(raw []byte, err error) (line int, message string) {
	// What is missing at the end is told for the last line with something on
	// it: nobody can look at the one after.
	lines := bytes.Split(bytes.TrimRight(raw, " \t\r\n"), []byte("\n"))
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	if _, anchor, ok := strings.Cut(message, "unknown anchor '"); ok {
		anchor = strings.TrimSuffix(anchor, "' referenced")
		at := slices.IndexFunc(lines, func(l []byte) bool { return bytes.Contains(l, []byte("*"+anchor)) })
		return at + 1, message
	}
	number, rest, ok := strings.Cut(strings.TrimPrefix(message, "line "), ": ")
	line, atoi := strconv.Atoi(number)
	if !ok || atoi != nil {
		return 1, message
	}
	for _, past := range []string{"<", "'-'", "','", "key", "node content"} {
		if strings.HasPrefix(rest, "did not find expected "+past) {
			line++
		}
	}
	return min(line, len(lines)), rest
}
