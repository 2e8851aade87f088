package csvfmt

import (
	"strings"
	"unicode"
)

// formulaSigns are the characters with which a formula may begin, also in the
// full-width and small forms that spreadsheets fold into them.
const formulaSigns = "=+-@" + "\uff1d\uff0b\uff0d\uff20" + "\ufe66\ufe62\ufe63\ufe6b" + "\u2212"

// Cell makes text safe for a spreadsheet and for a terminal that shows the
// file. What could begin a formula, behind any white space or invisible
// characters, and what begins with a tab or the end of a line, gets an
// apostrophe in front, which makes it text (OWASP, CSV Injection). Every end of
// a line becomes LF; other control characters and bytes that are no UTF-8
// become U+FFFD. All else is unchanged, and so is what Cell has made.
func Cell(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	s = strings.Map(func(r rune) rune { // a byte that is no UTF-8 comes as utf8.RuneError, which is U+FFFD
		if unicode.IsControl(r) && r != '\t' && r != '\n' {
			return unicode.ReplacementChar
		}
		return r
	}, s)
	if strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\n") {
		return "'" + s
	}
	rest := strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar
	})
	if strings.IndexAny(rest, formulaSigns) == 0 {
		return "'" + s
	}
	return s
}
