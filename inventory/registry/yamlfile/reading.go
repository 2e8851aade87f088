package yamlfile

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/inventory/registry"
)

// reading gathers the content and the mistakes of all files. Where a value
// stands is kept by entry and key, since the checks of package registry know
// entries and keys only.
type reading struct {
	opt     Options
	file    string
	content registry.Content
	found   registry.Mistakes
	places  map[registry.Position]map[string]registry.Position
	bad     map[registry.Position][]string
	// unread: some file is not among the content, so that an owner that is not
	// known may be there.
	unread bool
	// budget is how many more nodes may be visited; see budgetOf.
	budget int
}

func newReading(opt Options) *reading {
	return &reading{opt: opt, places: map[registry.Position]map[string]registry.Position{}, bad: map[registry.Position][]string{}}
}

func (r *reading) readFile(f File) {
	r.file = f.Name
	root := r.parse(f)
	if root == nil {
		return
	}
	r.budget = budgetOf(root)
	r.root(root)
	if r.budget < 0 {
		r.wrongAt(r.line(root.Line, root.Column), "the aliases (*name) of the file repeat too much; write out what they stand for")
	}
}

// budgetOf bounds the work on a file by its own length: aliases of aliases
// could otherwise stand for billions of nodes. It is spent node by node, and
// not counted before, so that an alias in a place where nothing is read costs
// nothing and the other mistakes of the file are told all the same.
func budgetOf(root *yaml.Node) int {
	n := 0
	todo := []*yaml.Node{root}
	for len(todo) > 0 {
		last := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], last.Content...)
		n++
	}
	return 20*n + 1000
}

// spend counts a visited node; false when there were too many.
func (r *reading) spend() bool {
	r.budget--
	return r.budget >= 0
}

func (r *reading) wrongAt(at registry.Position, format string, args ...any) {
	r.found = append(r.found, registry.Mistake{At: at, Message: fmt.Sprintf(format, args...)})
}

func (r *reading) at(n *yaml.Node) registry.Position { return r.line(n.Line, n.Column) }

// settle brings mistakes of entries to the place of the value, and drops those
// that only follow from a value that could not be read.
func (r *reading) settle(ms registry.Mistakes) registry.Mistakes {
	var out registry.Mistakes
	for _, m := range ms {
		_, given := r.places[m.At][m.Key]
		if r.isBad(m) || r.unread && m.Key == "owner" && given {
			continue
		}
		m.At = r.place(m.At, m.Key)
		out = append(out, m)
	}
	return out
}

func (r *reading) isBad(m registry.Mistake) bool {
	return m.Key != "" && slices.ContainsFunc(r.bad[m.At], func(key string) bool {
		return key == m.Key || strings.HasPrefix(key, m.Key+".") || strings.HasPrefix(m.Key, key+".")
	})
}

// place is where the key's value stands, or else the nearest thing around it.
func (r *reading) place(entry registry.Position, key string) registry.Position {
	for key != "" {
		if at, ok := r.places[entry][key]; ok {
			return at
		}
		key = key[:max(strings.LastIndexByte(key, '.'), 0)]
	}
	return entry
}
