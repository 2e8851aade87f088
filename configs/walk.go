package configs

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/yamlform"
)

// field is one key of a mapping, with its full dotted name.
type field struct {
	name       string
	key, value *yaml.Node
}

// fields gives the keys of a mapping, each once.
func (w *fileReading) fields(name string, n *yaml.Node) []field {
	if yamlform.Empty(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		what := name
		if name == "" {
			what = "the file"
		}
		w.wrong(w.at(n), "%s must hold keys and values, not %s", what, yamlform.Words(n))
		return nil
	}
	var out []field
	for p := range yamlform.Pairs(n) {
		switch full := dotted(name, p.Key.Value); {
		case !p.Named():
			w.wrong(w.at(p.Key), "a key must be a name, not %s", yamlform.Words(p.Key))
		case p.First > 0:
			w.wrong(w.at(p.Key), "key %q is given twice, first on line %d", yamlform.Clip(full), p.First)
		default:
			out = append(out, field{full, p.Key, p.Value})
		}
	}
	return out
}

func dotted(section, leaf string) string {
	if section == "" {
		return leaf
	}
	return section + "." + leaf
}

func (w *fileReading) section(name string, n *yaml.Node) {
	for _, f := range w.fields(name, n) {
		k, known := keyNamed(f.name)
		message, emptyAllowed, later := unread(f.name)
		switch {
		case known:
			w.entry(k, f)
		case isSection(f.name):
			if slices.Contains(blocks(), f.name) {
				w.ask(f.name, w.at(f.key))
			}
			w.section(f.name, f.value)
		case later && emptyAllowed && empty(f.value):
		case later:
			w.wrong(w.at(f.key), "%s", message)
		default:
			w.wrong(w.at(f.key), "unknown key %q; the nearest known key is %q", yamlform.Clip(f.name), nearestKey(f.name, nameable()))
		}
	}
}

func empty(n *yaml.Node) bool {
	return yamlform.Empty(n) || n.Kind == yaml.SequenceNode && len(n.Content) == 0
}

// nameable lists what a key can be mistaken for: keys and sections.
func nameable() []string {
	var out []string
	for _, k := range keys() {
		out = append(out, k.name)
		for s, _ := split(k.name); s != ""; s, _ = split(s) {
			out = append(out, s)
		}
	}
	return append(out, archiveKeys()...)
}

// archiveKeys are those of one archive.
func archiveKeys() []string {
	return []string{archivesKey + ".kind", archivesKey + ".url", archivesKey + ".usage", archivesKey + ".verify", archivesKey + ".public_keys",
		archivesKey + ".account"}
}

// entry decodes the value of one key. A list or map with nothing behind its
// name (all its lines turned to comments) is as if not there.
func (w *fileReading) entry(k key, f field) {
	e := entry{key: k, at: w.at(f.value), source: fmt.Sprintf("%s:%d", w.shown, f.key.Line)}
	var ok bool
	switch k.kind {
	case kindWordOrList:
		ok = !yamlform.Empty(f.value) && w.wordOrList(&e, f.value)
	case kindList:
		ok = !yamlform.Empty(f.value) && w.list(&e, f.value)
	case kindSeverities:
		ok = !yamlform.Empty(f.value) && w.severityMap(&e, f)
	case kindArchives:
		ok = !yamlform.Empty(f.value) && w.archiveList(&e, f.value)
	default:
		t, fine := w.scalar(k.name, f.value, k.kind)
		e.texts, ok = []text{t}, fine
	}
	if ok {
		w.entries = append(w.entries, e)
	}
}

func (w *fileReading) list(e *entry, n *yaml.Node) bool {
	if n.Kind != yaml.SequenceNode {
		w.wrong(w.at(n), "%s must be %s, not %s", e.key.name, e.key.kind, yamlform.Words(n))
		return false
	}
	ok := true
	for _, item := range n.Content {
		t, fine := w.scalar(e.key.name, yamlform.Filled(item), kindText)
		ok = ok && fine
		e.texts = append(e.texts, t)
	}
	return ok
}

func (w *fileReading) wordOrList(e *entry, n *yaml.Node) bool {
	if n.Kind == yaml.SequenceNode {
		return w.list(e, n)
	}
	t, ok := w.scalar(e.key.name, n, kindText)
	e.texts, e.bare = []text{t}, true
	return ok
}

func (w *fileReading) severityMap(e *entry, f field) bool {
	ok := f.value.Kind == yaml.MappingNode
	for _, pair := range w.fields(f.name, f.value) {
		t, fine := w.scalar(f.name, pair.value, kindText)
		ok = ok && fine
		rule := text{raw: pair.key.Value, value: pair.key.Value, at: w.at(pair.key)}
		e.rules, e.texts = append(e.rules, rule), append(e.texts, t)
	}
	return ok
}

func (w *fileReading) archiveList(e *entry, n *yaml.Node) bool {
	if n.Kind != yaml.SequenceNode {
		w.wrong(w.at(n), "%s must be %s, not %s", e.key.name, e.key.kind, yamlform.Words(n))
		return false
	}
	for _, item := range n.Content {
		if a, ok := w.archive(yamlform.Filled(item)); ok { // the others are checked all the same
			e.archives = append(e.archives, a)
		}
	}
	return true
}

func (w *fileReading) archive(n *yaml.Node) (archiveText, bool) {
	var a archiveText
	if n.Kind != yaml.MappingNode {
		w.wrong(w.at(n), "%s: an entry must hold kind and url, not %s", archivesKey, yamlform.Words(n))
		return a, false
	}
	ok, seen := true, map[string]bool{}
	for _, f := range w.fields(archivesKey, n) {
		fine := false
		switch f.name {
		case archivesKey + ".kind":
			a.kind, fine = w.scalar(f.name, f.value, kindText)
		case archivesKey + ".url":
			a.url, fine = w.scalar(f.name, f.value, kindText)
		case archivesKey + ".usage":
			a.usage, fine = w.scalar(f.name, f.value, kindText)
		case archivesKey + ".verify":
			a.verify, fine = w.scalar(f.name, f.value, kindSwitch)
		case archivesKey + ".public_keys":
			a.keys, fine = w.scalar(f.name, f.value, kindText)
		case archivesKey + ".account":
			a.account, fine = w.scalar(f.name, f.value, kindText)
		default:
			w.wrong(w.at(f.key), "unknown key %q; the nearest known key is %q", yamlform.Clip(f.name), nearestKey(f.name, archiveKeys()))
		}
		ok, seen[f.name] = ok && fine, true
	}
	for _, name := range []string{"kind", "url"} {
		if !seen[archivesKey+"."+name] {
			w.wrong(w.at(n), "%s: an entry lacks its %s", archivesKey, name)
			ok = false
		}
	}
	return a, ok
}
