package cli

import (
	"strings"
	"unicode/utf8"
)

// fields is a page of names and values, such as show commands print.
type fields struct {
	out strings.Builder
	// indent is the column of the values.
	indent int
	// width breaks long values between words; 0: never, so that a line of a
	// pipe holds a value whole.
	width int
}

// fields begins a page whose names have at most n-1 letters.
func (a *app) fields(n int) *fields {
	f := &fields{indent: n}
	if a.std.OutTerminal {
		f.width = max(a.std.OutWidth, 40)
	}
	return f
}

// line writes a name and its value; nothing if there is no value. Foreign text
// cannot act on the terminal.
func (f *fields) line(name, value string) {
	if value == "" {
		return
	}
	value = oneLine(value)
	f.out.WriteString(name + strings.Repeat(" ", max(f.indent-len(name), 1)))
	if f.width == 0 {
		f.out.WriteString(value + "\n")
		return
	}
	at := f.indent
	for i, word := range strings.Fields(value) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > f.width:
			f.out.WriteString("\n" + strings.Repeat(" ", f.indent))
			at = f.indent
		default:
			f.out.WriteString(" ")
			at++
		}
		f.out.WriteString(word)
		at += n
	}
	f.out.WriteString("\n")
}
