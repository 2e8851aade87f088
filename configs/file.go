package configs

import (
	"bytes"
	"fmt"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/yamlform"
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
	root, second, err := yamlform.Document(raw)
	switch {
	case err != nil:
		w.unparsed(raw, err)
		return nil
	case second != nil:
		w.wrong(w.at(second), "a second document begins; keep one")
		return nil
	}
	return root
}

// unparsed explains what the parser refused.
func (w *fileReading) unparsed(raw []byte, err error) {
	if line, column, ok := yamlform.Tab(raw); ok {
		w.wrong(place{w.shown, line, column}, "a tab indents this line; YAML takes spaces only")
		return
	}
	line, message := yamlform.Refusal(raw, err)
	w.wrong(place{w.shown, line, 0}, "not YAML: %s", message)
}

// illegible tells the first place that no YAML may have. Marks of encodings
// come first, since editors set them unasked and do not show them.
func illegible(raw []byte) (line, column int, why string) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		return 1, 1, "a byte order mark opens the file; save it as UTF-8 without one"
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return 1, 1, "the file is UTF-16; save it as UTF-8 without a byte order mark"
	}
	f, ok := yamlform.Illegible(raw)
	switch {
	case !ok:
		return 0, 0, ""
	case f.NotUTF8:
		return f.Line, f.Column, "not UTF-8; save the file as UTF-8"
	}
	return f.Line, f.Column, fmt.Sprintf("a control character, U+%04X; remove it", f.Char)
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
