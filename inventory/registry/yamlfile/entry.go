package yamlfile

import (
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/nearest"
	"github.com/estray/estray/internal/yamlform"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// entry is one mapping of the file, with what it belongs to.
type entry struct {
	r *reading
	// at is the place of the mapping; root that of the list entry around it.
	at, root registry.Position
	prefix   string // "", "select.", "approval.limits."
	values   map[string]*yaml.Node
}

// mapping opens a list entry, or the file itself. What names it in messages.
func (r *reading) mapping(what string, n *yaml.Node) entry {
	e := entry{r: r, at: r.at(n), root: r.at(n), values: map[string]*yaml.Node{}}
	e.open(what, n)
	return e
}

// inner opens a mapping below a key; ok is false if the key is not given.
func (e entry) inner(key string) (entry, bool) {
	n, ok := e.value(key)
	if !ok {
		return entry{}, false
	}
	in := entry{r: e.r, at: e.r.at(n), root: e.root, prefix: e.prefix + key + ".", values: map[string]*yaml.Node{}}
	if !in.open(key, n) {
		e.spoil(key)
	}
	return in, true
}

// open fills the values in, each known key once.
func (e entry) open(what string, n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode {
		e.r.wrongAt(e.at, "%s must hold keys and values, not %s", what, form(n))
		return false
	}
	known := knownKeys(what)
	for p := range yamlform.Pairs(n) {
		if !e.r.spend() {
			break
		}
		k, v := p.Key, p.Value
		switch {
		case !p.Named():
			e.r.wrongAt(e.r.at(k), "a key must be a name, not %s", form(k))
		case p.First > 0:
			e.r.wrongAt(e.r.at(k), "key %q is given twice, first on line %d", yamlform.Clip(k.Value), p.First)
		case slices.Contains(known, k.Value):
			e.values[k.Value] = v
			e.mark(k.Value, v)
		case what == "select" && slices.Contains(laterSelectorKeys(), k.Value):
			e.r.wrongAt(e.r.at(k), "select.%s is for providers that this version does not read; remove it", k.Value)
		default:
			e.r.wrongAt(e.r.at(k), "unknown key %q in %s; the nearest known key is %q", yamlform.Clip(k.Value), what, nearest.Name(k.Value, known))
		}
	}
	return true
}

// mark remembers where the key's value stands.
func (e entry) mark(key string, n *yaml.Node) {
	if e.r.places[e.root] == nil {
		e.r.places[e.root] = map[string]registry.Position{}
	}
	e.r.places[e.root][e.prefix+key] = e.r.at(n)
}

// spoil remembers that the key's value could not be read, so that nobody says
// on top that it is missing.
func (e entry) spoil(key string) {
	e.r.bad[e.root] = append(e.r.bad[e.root], e.prefix+key)
}

func (e entry) wrong(key string, n *yaml.Node, format string, args ...any) {
	e.spoil(key)
	e.r.wrongAt(e.r.at(n), "%s", e.prefix+key+" "+fmt.Sprintf(format, args...))
}

// value gives what stands behind a key; nothing behind it is a mistake, since
// a limit whose lines were all removed would otherwise bound nothing.
func (e entry) value(key string) (*yaml.Node, bool) {
	n, ok := e.values[key]
	if ok && yamlform.Empty(n) {
		e.wrong(key, n, "is empty; give it a value or remove it")
		return nil, false
	}
	return n, ok
}

// text reads one text; "" if there is none.
func (e entry) text(key string) string {
	n, ok := e.value(key)
	if !ok || !e.isText(key, n) {
		return ""
	}
	if n.Value == "" {
		e.wrong(key, n, "is empty; give it a value or remove it")
	}
	return n.Value
}

func (e entry) isText(key string, n *yaml.Node) bool {
	switch {
	case !e.r.spend():
		return false
	case n.Kind == yaml.ScalarNode && n.Tag == "!!str":
		return true
	case n.Kind == yaml.ScalarNode && (n.Tag == "!!int" || n.Tag == "!!float"):
		e.wrong(key, n, "must be text, not a number; quote it, since an unquoted number loses its leading zeros: %q", yamlform.Clip(n.Value))
	case n.Kind == yaml.ScalarNode && (n.Tag == "!!bool" || n.Tag == "!!timestamp"):
		e.wrong(key, n, "must be text, not %s; quote it: %q", form(n), yamlform.Clip(n.Value))
	default:
		e.wrong(key, n, "must be text, not %s", form(n))
	}
	return false
}

// texts reads a list of texts.
func (e entry) texts(key string) []string {
	n, ok := e.value(key)
	if !ok {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		hint := ""
		if n.Kind == yaml.ScalarNode {
			hint = fmt.Sprintf("; write [%q]", yamlform.Clip(n.Value))
		}
		e.wrong(key, n, "must be a list, not %s%s", form(n), hint)
		return nil
	}
	var out []string
	for _, item := range n.Content {
		if item = yamlform.Filled(item); e.isText(key, item) {
			out = append(out, item.Value)
		}
	}
	return out
}

// pairs reads a mapping of texts.
func (e entry) pairs(key string) map[string]string {
	n, ok := e.value(key)
	if !ok {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		e.wrong(key, n, "must hold keys and values, not %s", form(n))
		return nil
	}
	out := map[string]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := yamlform.Filled(n.Content[i]), yamlform.Filled(n.Content[i+1])
		if !e.isText(key, k) || !e.isText(key, v) {
			continue
		}
		if _, twice := out[k.Value]; twice {
			e.wrong(key, k, "holds %q twice", yamlform.Clip(k.Value))
		}
		out[k.Value] = v.Value
	}
	return out
}

func (e entry) flag(key string) bool {
	n, ok := e.value(key)
	if ok && (n.Kind != yaml.ScalarNode || n.Tag != "!!bool") {
		e.wrong(key, n, "must be true or false, not %s", form(n))
		return false
	}
	return ok && (n.Value == "true" || n.Value == "True" || n.Value == "TRUE")
}

func (e entry) reach(key string) inventory.Reach {
	n, ok := e.value(key)
	if !ok || !e.isText(key, n) {
		return inventory.ReachUnknown
	}
	if !slices.Contains(inventory.ReachWords(), n.Value) {
		e.wrong(key, n, "%q is no reach; the nearest is %q", yamlform.Clip(n.Value), nearest.Name(n.Value, inventory.ReachWords()))
		return inventory.ReachUnknown
	}
	var out inventory.Reach
	if err := out.UnmarshalText([]byte(n.Value)); err != nil {
		e.wrong(key, n, "%v", err)
	}
	return out
}

// first reads a day as its first instant, last as the first instant after it.
func (e entry) first(key string) time.Time { return e.instant(key, 0) }
func (e entry) last(key string) time.Time  { return e.instant(key, 1) }

func (e entry) instant(key string, days int) time.Time {
	n, ok := e.value(key)
	if !ok {
		return time.Time{}
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!timestamp" && n.Tag != "!!str" {
		e.wrong(key, n, "must be a day such as 2026-02-01, not %s", form(n))
		return time.Time{}
	}
	if t, err := time.Parse(time.DateOnly, n.Value); err == nil {
		return t.AddDate(0, 0, days)
	}
	if t, err := time.Parse(time.RFC3339Nano, n.Value); err == nil {
		return t.UTC()
	}
	e.wrong(key, n, "%q is no date; write a day of the calendar such as 2026-02-01, or an instant such as 2026-02-01T18:00:00Z", yamlform.Clip(n.Value))
	return time.Time{}
}
