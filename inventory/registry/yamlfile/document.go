package yamlfile

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/yamlform"
	"github.com/estray/estray/inventory/registry"
)

// parse gives the root of the file's one document; nil after a mistake.
func (r *reading) parse(f File) *yaml.Node {
	data, ok := r.text(f)
	if !ok {
		return nil
	}
	root, second, err := yamlform.Document(data)
	if err == nil && (root == nil || yamlform.Empty(root)) {
		r.wrongAt(r.line(1, 1), "the file is empty; it must begin with version: 1, see: estray registry init")
		return nil
	}
	// What came before is read all the same, for its mistakes.
	if err != nil {
		r.syntax(data, err)
	}
	if second != nil {
		r.unread = true
		r.wrongAt(r.at(second), "a second document begins here; put it into a file of its own, or remove the line ---")
	}
	return root
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
	fault, found := yamlform.Illegible(data)
	if !found {
		return data, true
	}
	r.unread = true
	format := "the file is not text here (control character 0x%02x)"
	if fault.NotUTF8 {
		format = "the file is not UTF-8 here (byte 0x%02x); save it as UTF-8"
	}
	r.wrongAt(r.line(fault.Line, fault.Column), format, fault.Char)
	return nil, false
}

// syntax turns the parser's error into a mistake. The parser tells the line;
// the column is that of the first character on it.
func (r *reading) syntax(data []byte, err error) {
	r.unread = true
	if line, column, ok := yamlform.Tab(data); ok {
		r.wrongAt(r.line(line, column), "the file is not YAML: a tab indents this line; use spaces")
		return
	}
	line, text := yamlform.Refusal(data, err)
	column := 1
	if lines := bytes.Split(data, []byte("\n")); line >= 1 && line <= len(lines) {
		l := lines[line-1]
		column = 1 + len(l) - len(bytes.TrimLeft(l, " "))
	}
	r.wrongAt(r.line(line, column), "the file is not YAML: %s", text)
}

func (r *reading) line(line, column int) registry.Position {
	return registry.Position{File: r.file, Line: line, Column: column}
}

// form names what a node is. A merge is told more about, since other tools
// that read the file would follow it.
func form(n *yaml.Node) string {
	if yamlform.IsMerge(n) {
		return yamlform.Words(n) + ", which is not read here"
	}
	return yamlform.Words(n)
}
