package wrangler

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/estray/estray/inventory/registry"
)

// form says what a value is.
type form uint8

const (
	aText form = iota
	aNumber
	aSwitch
	aList
	anObject
	nothing
)

// String says it in the words of a message.
func (f form) String() string {
	return [...]string{"text", "a number", "true or false", "a list", "keys and values", "nothing"}[f]
}

// node is a value of a file, of either format. Of texts only those are kept that
// [keeps] lists; the others are empty.
type node struct {
	form    form
	text    string
	yes     bool
	members []member
	items   []*node
	at      registry.Position
}

// member is a key of an object with its value.
type member struct {
	name  string
	at    registry.Position
	value *node
}

// get gives the value of a key, nil where it is not there or null.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for _, m := range n.members {
		if m.name == name && m.value.form != nothing {
			return m.value
		}
	}
	return nil
}

// part is a part of a file that the meaning of keys depends on.
type part uint8

const (
	inSection part = iota // the top level, or an environment
	inEnvs                // the names of environments
	inVars                // names with values that nobody may see
	elsewhere
)

// scope says how much of a value is kept.
type scope struct {
	// key is the name that the value stands behind, of a list's items that of the
	// list.
	key  string
	part part
	// closed: nothing below is kept but names.
	closed bool
}

// under is the scope of the value behind a key.
func (s scope) under(key string) scope {
	next := scope{key: key, part: elsewhere, closed: s.closed || s.part == inVars}
	switch {
	case s.part == inEnvs:
		next.key, next.part = "", inSection
	case s.part == inSection && key == "env":
		next.part = inEnvs
	case key == "vars", key == "define", key == "unsafe":
		next.part = inVars
	}
	return next
}

// text keeps a text where a draft may show it.
func (s scope) text(value string) string {
	if s.closed || !slices.Contains(keeps(), s.key) {
		return ""
	}
	return value
}

// keeps lists the keys whose texts are kept: names of things. Neither secrets nor
// anything that a program is given is among them.
func keeps() []string {
	return []string{"name", "account_id", "route", "routes", "pattern", "zone_name", "zone_id", "crons", "binding", "bucket_name", "database_name",
		"service", "index_name", "dataset", "namespace", "queue", "secret_name", "pipeline", "class_name", "script_name", "required"}
}

// reading is the reading of one file.
type reading struct {
	file    string
	ends    []int // offsets of the line ends of the file
	found   registry.Mistakes
	notes   []string
	workers []Worker
}

func (r *reading) wrong(at registry.Position, format string, args ...any) {
	r.found = append(r.found, registry.Mistake{At: at, Message: fmt.Sprintf(format, args...)})
}

// place is the line and column of an offset, both from 1; columns count bytes. All
// forms of the data that are asked of have the same lines.
func (r *reading) place(data []byte, offset int) registry.Position {
	if r.ends == nil {
		r.ends = []int{-1} // as if a line ended before the first one
		for i, c := range data {
			if c == '\n' {
				r.ends = append(r.ends, i)
			}
		}
	}
	offset = min(max(offset, 0), len(data))
	line, _ := slices.BinarySearch(r.ends, offset)
	return registry.Position{File: r.file, Line: line, Column: offset - r.ends[line-1]}
}

// parse gives the root of a file, nil after a mistake that leaves nothing to read.
func (r *reading) parse(f usedFile) *node {
	data := bytes.TrimPrefix(f.Data, []byte("\ufeff"))
	if len(data) > MaxSize {
		r.wrong(registry.Position{File: r.file}, "the file is longer than %d bytes", MaxSize)
		return nil
	}
	if !utf8.Valid(data) {
		r.wrong(r.place(data, invalid(data)), "the file is not UTF-8 here; save it as UTF-8")
		return nil
	}
	if format(f.Name) == "TOML" {
		return r.toml(data)
	}
	return r.json(data)
}

// invalid is the offset of the first byte that is not UTF-8.
func invalid(data []byte) int {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// add sets a key of an object, once.
func (r *reading) add(to *node, m member) {
	if i := slices.IndexFunc(to.members, func(o member) bool { return o.name == m.name }); i >= 0 {
		r.wrong(m.at, "key %q is given twice, first on line %d", line(m.name), to.members[i].at.Line)
		return
	}
	to.members = append(to.members, m)
}

// longest is how many characters of a foreign text a line of a draft shows.
const longest = 120

// line makes a foreign text fit for one line of a comment or a message: nothing in
// it may end the line.
func line(s string) string {
	s = printable(s)
	if c := []rune(s); len(c) > longest {
		return string(c[:longest]) + "..."
	}
	return s
}

// printable puts a ? in the place of what is no character to be seen, line ends
// above all.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, s)
}
