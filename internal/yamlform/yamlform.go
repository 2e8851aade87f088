// Package yamlform helps those who read YAML that people write by hand: it
// names what stands somewhere in plain words, and finds the line of what is
// wrong.
//
// In go bytes and nodes, out come places and words; the messages around them
// are the caller's. Nodes are read one by one and not decoded into Go values,
// since only a node knows its line and how its value was written.
package yamlform

import (
	"bytes"
	"errors"
	"io"
	"iter"

	"go.yaml.in/yaml/v3"
)

// Document gives the root of the first document; nil if there is nothing in it
// or the parser refused it. Second is set where another one begins. The error
// is the parser's, for [Refusal]; where root is set with it, the refusal came
// after the first document.
func Document(raw []byte) (root, second *yaml.Node, err error) {
	d := yaml.NewDecoder(bytes.NewReader(raw))
	var docs [2]yaml.Node
	if err := d.Decode(&docs[0]); errors.Is(err, io.EOF) || err == nil && len(docs[0].Content) == 0 {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	root = docs[0].Content[0]
	// The second document is asked for: the parser stops after the first one,
	// and what follows would be left out without a word.
	switch err := d.Decode(&docs[1]); {
	case errors.Is(err, io.EOF):
		return root, nil, nil
	case err != nil:
		return root, nil, err
	}
	return root, &docs[1], nil
}

// Filled gives what an alias stands for, at the place of the alias: a mistake
// in it is then told where the reader of the message has to look.
func Filled(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.AliasNode {
		return n
	}
	out := *n.Alias
	out.Line, out.Column = n.Line, n.Column
	return &out
}

// Empty reports whether nothing stands behind a key.
func Empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// IsMerge reports whether the node is the key <<.
func IsMerge(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!merge" }

// Words names what a node is, in plain words and without its content, which
// may be a secret.
func Words(n *yaml.Node) string {
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
		return "a merge (<<)"
	}
	return "a value with the tag " + Clip(n.Tag)
}

// Clip keeps a stranger's text from filling the screen: its first 80 bytes.
func Clip(s string) string { return s[:min(len(s), 80)] }

// Pair is one key of a mapping with its value, both with aliases followed.
type Pair struct {
	Key, Value *yaml.Node
	// First is the line on which the key was given before; 0: it is new.
	First int
}

// Named reports whether the key is a name, and neither a list or mapping nor a
// merge, which would bring keys in that stand nowhere in this mapping.
func (p Pair) Named() bool { return p.Key.Kind == yaml.ScalarNode && !IsMerge(p.Key) }

// Pairs gives the pairs of a mapping in the order of the file. The parser lets
// a key be given twice when it makes nodes, so this tells it.
func Pairs(n *yaml.Node) iter.Seq[Pair] {
	return func(yield func(Pair) bool) {
		lines := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			p := Pair{Key: Filled(n.Content[i]), Value: Filled(n.Content[i+1])}
			if p.Named() {
				p.First = lines[p.Key.Value]
				if p.First == 0 {
					lines[p.Key.Value] = p.Key.Line
				}
			}
			if !yield(p) {
				return
			}
		}
	}
}
