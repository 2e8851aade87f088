package yamlfile

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/estray/estray/internal/yamlform"
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
	// What a file may stand for is bounded by its own length, so that the size
	// of a registry is not limited and a small file cannot unfold into a large one.
	if yamlform.Overgrown(root, 20*yamlform.Size(root)+1000) != nil {
		r.unread = true
		r.wrongAt(r.at(root), "the aliases (*name) of the file repeat too much; write out what they stand for")
		return
	}
	r.root(root)
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
