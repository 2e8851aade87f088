package configs

import (
	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/yamlform"
)

// scalar decodes one text, number or switch and fills its variables in.
func (w *fileReading) scalar(name string, n *yaml.Node, want kind) (text, bool) {
	t := text{raw: n.Value, at: w.at(n), base: w.base, inFile: true}
	if yamlform.Empty(n) {
		w.wrong(t.at, "%s is empty; give it a value or remove it", name)
		return t, false
	}
	if hint, wrong := mismatch(n, want); wrong {
		w.wrong(t.at, "%s must be %s, not %s%s", name, want, yamlform.Words(n), hint)
		return t, false
	}
	value, err := expand(n.Value, w.environ)
	if err != nil {
		w.wrong(t.at, "%s: %v", name, err)
		return t, false
	}
	t.value = value
	return t, true
}

// mismatch tells whether the node lacks the form that is wanted, with a hint
// where there is one. A value that comes from a variable is always text here.
func mismatch(n *yaml.Node, want kind) (hint string, wrong bool) {
	if n.Kind != yaml.ScalarNode {
		return "", true
	}
	tag := "!!str"
	switch {
	case want == kindSwitch:
		tag = "!!bool"
	case want == kindCount, want == kindNumber && n.Tag != "!!float":
		tag = "!!int"
	case want == kindNumber:
		tag = "!!float"
	}
	fromVariable := n.Tag == "!!str" && len(references(n.Value)) > 0
	switch {
	case n.Tag == tag || fromVariable:
		return "", false
	case want == kindText && (n.Tag == "!!int" || n.Tag == "!!float"):
		return "; quote it, since an unquoted number loses its leading zeros", true
	case want == kindText && (n.Tag == "!!bool" || n.Tag == "!!timestamp"):
		return "; quote it", true
	}
	return "", true
}
