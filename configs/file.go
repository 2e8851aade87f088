package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// widest bounds the values of a file with its aliases filled in, so that a
// small file cannot unfold into a large one.
const widest = 10_000

// fileReading walks the configuration file.
type fileReading struct {
	*reading
	shown, base string
	entries     []entry
}

// file decodes the configuration file into one entry for each key in it.
func (r *reading) file(f found) []entry {
	if f.path == "" {
		return nil
	}
	w := &fileReading{reading: r, shown: f.shown, base: filepath.Dir(f.path)}
	// A file in the working folder adds nothing to what the user wrote there.
	if w.base == "." {
		w.base = ""
	}
	if line, column, why := illegible(f.raw); why != "" {
		r.wrong(place{f.shown, line, column}, "%s", why)
		return nil
	}
	root := w.parse(f.raw)
	if root == nil {
		return nil
	}
	left := widest
	if n := overgrown(root, nil, &left); n != nil {
		r.wrong(w.at(n), "the file holds more than %d values, with its aliases filled in; write out what is needed", widest)
		return nil
	}
	w.section("", root)
	return w.entries
}

func (w *fileReading) at(n *yaml.Node) place { return place{w.shown, n.Line, n.Column} }

// parse gives the root of the only document, nil where there is none.
func (w *fileReading) parse(raw []byte) *yaml.Node {
	d := yaml.NewDecoder(bytes.NewReader(raw))
	var first, second yaml.Node
	err := d.Decode(&first)
	if errors.Is(err, io.EOF) || err == nil && len(first.Content) == 0 {
		return nil
	}
	if err == nil {
		err = d.Decode(&second)
		if err == nil {
			w.wrong(w.at(&second), "a second document begins; keep one")
			return nil
		}
	}
	if !errors.Is(err, io.EOF) {
		w.unparsed(raw, err)
		return nil
	}
	return first.Content[0]
}

// unparsed explains what the parser refused. A tab is told by itself: the
// parser's own words for it help nobody.
func (w *fileReading) unparsed(raw []byte, err error) {
	lines := bytes.Split(raw, []byte("\n"))
	for i, l := range lines {
		indent := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]
		if tab := bytes.IndexByte(indent, '\t'); tab >= 0 {
			w.wrong(place{w.shown, i + 1, tab + 1}, "a tab indents this line; YAML takes spaces only")
			return
		}
	}
	line, message := parserLine(strings.TrimPrefix(err.Error(), "yaml: "), lines)
	w.wrong(place{w.shown, line, 0}, "not YAML: %s", message)
}

// parserLine takes the line out of the parser's message. Three things about
// it are odd (go.yaml.in/yaml/v3 decode.go, parser.fail): the first line is
// left out, an unknown anchor has none, and what the scanner let pass is
// counted from 0.
func parserLine(message string, lines [][]byte) (int, string) {
	if _, anchor, ok := strings.Cut(message, "unknown anchor '"); ok {
		anchor = strings.TrimSuffix(anchor, "' referenced")
		at := slices.IndexFunc(lines, func(l []byte) bool { return bytes.Contains(l, []byte("*"+anchor)) })
		return at + 1, message
	}
	number, rest, ok := strings.Cut(strings.TrimPrefix(message, "line "), ": ")
	line, err := strconv.Atoi(number)
	if !ok || err != nil {
		return 1, message
	}
	for _, past := range []string{"<", "'-'", "','", "key", "node content"} {
		if strings.HasPrefix(rest, "did not find expected "+past) {
			line++
		}
	}
	return min(line, len(lines)), rest
}

// illegible tells the first place that no YAML may have.
func illegible(raw []byte) (line, column int, why string) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		return 1, 1, "a byte order mark opens the file; save it as UTF-8 without one"
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return 1, 1, "the file is UTF-16; save it as UTF-8 without a byte order mark"
	}
	line, column = 1, 1
	for len(raw) > 0 {
		c, size := utf8.DecodeRune(raw)
		switch {
		case c == utf8.RuneError && size == 1:
			return line, column, "not UTF-8; save the file as UTF-8"
		case c == '\n':
			line, column = line+1, 0
		case c < ' ' && c != '\t' && c != '\r', c == 0x7f:
			return line, column, fmt.Sprintf("a control character, U+%04X; remove it", c)
		}
		raw, column = raw[size:], column+1
	}
	return 0, 0, ""
}

// overgrown counts nodes with their aliases filled in. Where too many, it
// gives the outermost alias that was being filled in, else the node reached.
func overgrown(n, alias *yaml.Node, left *int) *yaml.Node {
	*left--
	if *left < 0 {
		if alias != nil {
			return alias
		}
		return n
	}
	children := n.Content
	if n.Kind == yaml.AliasNode {
		children = []*yaml.Node{n.Alias}
		if alias == nil {
			alias = n
		}
	}
	for _, c := range children {
		if over := overgrown(c, alias, left); over != nil {
			return over
		}
	}
	return nil
}
