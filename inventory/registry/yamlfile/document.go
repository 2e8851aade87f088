package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/inventory/registry"
)

// parse gives the root of the file's one document; nil after a mistake.
func (r *reading) parse(f File) *yaml.Node {
	data, ok := r.text(f)
	if !ok {
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) || err == nil && (len(doc.Content) == 0 || none(doc.Content[0])) {
		r.wrongAt(r.line(1, 1), "the file is empty; it must begin with version: 1, see: estray registry init")
		return nil
	}
	if err != nil {
		r.syntax(data, err)
		return nil
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		r.wrongAt(r.line(second.Line, second.Column), "a second document begins here; put it into a file of its own, or remove the line ---")
		r.unread = true
	case !errors.Is(err, io.EOF):
		r.syntax(data, err)
	}
	return doc.Content[0]
}

// text checks what must hold before the file is YAML at all. A byte order mark
// of UTF-8 is dropped.
func (r *reading) text(f File) ([]byte, bool) {
	if len(f.Data) > MaxSize {
		r.unread = true
		r.wrongAt(registry.Position{File: r.file}, "the file is longer than %d bytes; split it", MaxSize)
		return nil, false
	}
	data := bytes.TrimPrefix(f.Data, []byte("\ufeff"))
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			r.unread = true
			r.wrongAt(r.offset(data, i), "the file is not UTF-8 here (byte 0x%02x); save it as UTF-8", data[i])
			return nil, false
		}
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			r.unread = true
			r.wrongAt(r.offset(data, i), "the file is not text here (control character 0x%02x)", c)
			return nil, false
		}
		i += size
	}
	return data, true
}

// syntax turns the parser's error into a mistake. The parser tells the line;
// the column is that of the first tab in an indentation, the usual cause, or
// else of the first character.
func (r *reading) syntax(data []byte, err error) {
	r.unread = true
	line, text := 1, strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if number, after, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				line, text = n, after
			}
		}
	}
	lines := strings.Split(string(data), "\n")
	for i, l := range lines {
		indent := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		if tab := strings.IndexByte(indent, '\t'); tab >= 0 {
			r.wrongAt(r.line(i+1, tab+1), "the file is not YAML: a tab indents this line; use spaces")
			return
		}
	}
	column := 1
	if line >= 1 && line <= len(lines) {
		l := lines[line-1]
		column = 1 + len(l) - len(strings.TrimLeft(l, " "))
	}
	r.wrongAt(r.line(line, column), "the file is not YAML: %s", text)
}

// offset gives the place of a byte.
func (r *reading) offset(data []byte, i int) registry.Position {
	before := data[:i]
	start := bytes.LastIndexByte(before, '\n') + 1
	return r.line(1+bytes.Count(before, []byte("\n")), 1+utf8.RuneCount(before[start:]))
}

func (r *reading) line(line, column int) registry.Position {
	return registry.Position{File: r.file, Line: line, Column: column}
}

// form names what a node is, in plain words and without its content.
func form(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!str":
		return "text"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!null":
		return "nothing"
	case "!!timestamp":
		return "a date"
	case "!!merge":
		return "a merge (<<), which is not read here"
	}
	return fmt.Sprintf("a value with the tag %s", clip(n.Tag))
}

// none reports whether nothing stands behind a key.
func none(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// clip keeps a stranger's text from filling the screen.
func clip(s string) string { return s[:min(len(s), 80)] }
