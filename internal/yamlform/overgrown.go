package yamlform

import "go.yaml.in/yaml/v3"

// deepest bounds how deep aliases may nest. One that stands for itself nests
// for ever, and would use the stack up before the number of nodes ends it.
const deepest = 10_000

// Overgrown counts the nodes below a node, itself included, with their aliases
// filled in: aliases of aliases let a small file stand for billions. Where
// there are more than the limit it gives the outermost alias that was being
// filled in, else the node that was one too many; nil: there are not.
func Overgrown(n *yaml.Node, limit int) *yaml.Node {
	g := &growth{left: limit}
	return g.over(n, nil, 0)
}

type growth struct{ left int }

// over walks below the node; depth counts from the outermost alias.
func (g *growth) over(n, alias *yaml.Node, depth int) *yaml.Node {
	g.left--
	switch {
	case alias != nil && (g.left < 0 || depth > deepest):
		return alias
	case g.left < 0:
		return n
	}
	children := n.Content
	if n.Kind == yaml.AliasNode {
		children = []*yaml.Node{n.Alias}
		if alias == nil {
			alias = n
		}
	}
	if alias != nil {
		depth++
	}
	for _, c := range children {
		if over := g.over(c, alias, depth); over != nil {
			return over
		}
	}
	return nil
}

// Size counts the nodes as they are written, aliases as one each.
func Size(n *yaml.Node) int {
	size := 1
	for _, c := range n.Content {
		size += Size(c)
	}
	return size
}
