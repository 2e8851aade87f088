package text

import (
	"strings"
)

// The ANSI attributes in use. The basic colours alone, so that the reader's
// own palette decides what they look like.
const (
	bold    = "1"
	red     = "31"
	green   = "32"
	yellow  = "33"
	magenta = "35"
	cyan    = "36"
	loud    = "1;31"
)

// word is what is never broken over two lines.
type word struct{ text, paint string }

// plain splits foreign text into words without paint.
func plain(s string) []word { return painted(s, "") }

func painted(s, paint string) []word {
	var out []word
	for f := range strings.FieldsSeq(Safe(s)) {
		out = append(out, word{text: f, paint: paint})
	}
	return out
}

func join(parts ...[]word) []word {
	var out []word
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// page collects lines.
type page struct {
	out   strings.Builder
	width int
	color bool
	// current is the paint in use.
	current string
}

func newPage(o Options) *page {
	width := o.Width
	if width == 0 {
		width = 80
	}
	return &page{width: min(max(width, 40), 120), color: o.Color}
}

// para writes words as one paragraph: the first line is indented by first,
// the others by rest. No words, no line.
func (p *page) para(first, rest int, parts ...[]word) {
	at, begun := first, false
	indent := strings.Repeat(" ", first)
	for _, w := range join(parts...) {
		n := columns(w.text)
		switch {
		case !begun:
			p.out.WriteString(indent)
		case at+1+n > p.width:
			p.end()
			p.out.WriteString(strings.Repeat(" ", rest))
			at = rest
		default:
			p.blank(w)
			at++
		}
		p.write(w)
		at, begun = at+n, true
	}
	if begun {
		p.end()
	}
}

// unbroken writes words as one line, however long.
func (p *page) unbroken(words []word) {
	for i, w := range words {
		if i > 0 {
			p.blank(w)
		}
		p.write(w)
	}
	p.end()
}

// title begins a section.
func (p *page) title(s string) {
	p.gap()
	p.para(0, 2, painted(s, bold))
}

// gap writes an empty line.
func (p *page) gap() { p.out.WriteString("\n") }

// write writes a word in its paint.
func (p *page) write(w word) {
	p.paint(w.paint)
	p.out.WriteString(w.text)
}

// blank writes the blank before the next word; between words of one paint the
// paint stays on.
func (p *page) blank(next word) {
	if next.paint != p.current {
		p.paint("")
	}
	p.out.WriteString(" ")
}

// end ends a line, and all paint.
func (p *page) end() {
	p.paint("")
	p.out.WriteString("\n")
}

func (p *page) paint(paint string) {
	if !p.color || paint == p.current {
		return
	}
	if p.current != "" {
		p.out.WriteString("\x1b[0m")
	}
	if paint != "" {
		p.out.WriteString("\x1b[" + paint + "m")
	}
	p.current = paint
}
