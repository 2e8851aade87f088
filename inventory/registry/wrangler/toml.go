package wrangler

import (
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/estray/estray/inventory/registry"
)

// tomlReading walks a file of TOML. Values are not decoded by the parser, whose
// errors would repeat them: it tells what stands where.
type tomlReading struct {
	*reading
	data   []byte
	parser unstable.Parser
	root   *node
	// opened are the tables that a header opened, which none may do twice.
	opened map[*node]bool
}

func (r *reading) toml(data []byte) *node {
	w := tomlReading{reading: r, data: data, root: &node{form: anObject, at: registry.Position{File: r.file, Line: 1, Column: 1}}, opened: map[*node]bool{}}
	w.parser.Reset(data)
	table, at := w.root, scope{}
	for w.parser.NextExpression() {
		switch e := w.parser.Expression(); e.Kind {
		case unstable.KeyValue:
			w.pair(table, at, e)
		case unstable.Table:
			table, at = w.table(e)
		case unstable.ArrayTable:
			table, at = w.element(e)
		}
		if len(r.found) > 0 {
			return nil // what follows would be held against a table that is not there
		}
	}
	if err := w.parser.Error(); err != nil {
		var e *unstable.ParserError
		if errors.As(err, &e) {
			r.wrong(w.position(w.parser.Range(e.Highlight)), "the file is not TOML: %s", line(e.Message))
		} else {
			r.wrong(registry.Position{File: r.file}, "the file is not TOML: %s", line(err.Error()))
		}
		return nil
	}
	return w.root
}

func (w *tomlReading) position(raw unstable.Range) registry.Position {
	return w.place(w.data, int(raw.Offset))
}

// descend goes to the object behind a key that is only passed through, and makes
// it where it is not there. Of a list of tables it is the last one.
func (w *tomlReading) descend(from *node, key *unstable.Node) *node {
	name, at := string(key.Data), w.position(key.Raw)
	for _, m := range from.members {
		if m.name != name {
			continue
		}
		n := m.value
		if n.form == aList && len(n.items) > 0 {
			n = n.items[len(n.items)-1]
		}
		if n.form != anObject {
			w.wrong(at, "key %q holds %s and cannot hold keys, first on line %d", line(name), n.form, m.at.Line)
			return nil
		}
		return n
	}
	n := &node{form: anObject, at: at}
	from.members = append(from.members, member{name: name, at: at, value: n})
	return n
}

// walk descends all parts of a key but the last, which it gives with the scope.
func (w *tomlReading) walk(from *node, s scope, parts unstable.Iterator) (*node, scope, *unstable.Node) {
	for parts.Next() {
		key := parts.Node()
		if parts.IsLast() {
			return from, s, key
		}
		s = s.under(string(key.Data))
		if from = w.descend(from, key); from == nil {
			break
		}
	}
	return nil, s, nil
}

// pair sets what a line KEY = VALUE says.
func (w *tomlReading) pair(table *node, s scope, e *unstable.Node) {
	to, s, key := w.walk(table, s, e.Key())
	if to == nil {
		return
	}
	name, at := string(key.Data), w.position(key.Raw)
	w.add(to, member{name: name, at: at, value: w.value(e.Value(), at, s.under(name))})
}

// table opens [a.b].
func (w *tomlReading) table(e *unstable.Node) (*node, scope) {
	to, s, key := w.walk(w.root, scope{}, e.Key())
	if to == nil {
		return nil, s
	}
	n := w.descend(to, key)
	if n != nil && w.opened[n] {
		w.wrong(w.position(key.Raw), "table %q is opened twice, first on line %d", line(string(key.Data)), n.at.Line)
		return nil, s
	}
	w.opened[n] = true
	return n, s.under(string(key.Data))
}

// element opens the next element of [[a.b]].
func (w *tomlReading) element(e *unstable.Node) (*node, scope) {
	to, s, key := w.walk(w.root, scope{}, e.Key())
	if to == nil {
		return nil, s
	}
	name, at := string(key.Data), w.position(key.Raw)
	list := (*node)(nil)
	for _, m := range to.members {
		if m.name == name {
			list = m.value
		}
	}
	switch {
	case list == nil:
		list = &node{form: aList, at: at}
		to.members = append(to.members, member{name: name, at: at, value: list})
	case list.form != aList:
		w.wrong(at, "key %q holds %s and cannot be a list of tables", line(name), list.form)
		return nil, s
	}
	n := &node{form: anObject, at: at}
	list.items = append(list.items, n)
	return n, s.under(name)
}

// value reads what stands behind a key, in the place of its text or else of the
// key: the parser keeps no place of other values.
func (w *tomlReading) value(v *unstable.Node, at registry.Position, s scope) *node {
	n := &node{form: aNumber, at: at}
	switch v.Kind {
	case unstable.String:
		n.form, n.text, n.at = aText, s.text(string(v.Data)), w.position(v.Raw)
	case unstable.Bool:
		n.form, n.yes = aSwitch, len(v.Data) > 0 && v.Data[0] == 't'
	case unstable.Array:
		n.form = aList
		for items := v.Children(); items.Next(); {
			if items.Node().Kind != unstable.Comment {
				n.items = append(n.items, w.value(items.Node(), at, s))
			}
		}
	case unstable.InlineTable:
		n.form = anObject
		for pairs := v.Children(); pairs.Next(); {
			if pairs.Node().Kind == unstable.KeyValue {
				w.pair(n, s, pairs.Node())
			}
		}
	}
	return n
}
