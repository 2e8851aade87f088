package sqlstore

import (
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// memory holds what was decoded lately, by the text that it was decoded from:
// most assets of an estate tell the same of most facets, and then share one
// value. That takes a third of the memory of an asset, and of the time to read
// it. Nil remembers nothing.
type memory struct {
	facets    map[facetKey]any // an inventory.Facet
	parts     map[string]any   // an inventory.Parts
	cells     map[string]inventory.Cell
	sightings map[string][]inventory.Sighting
	texts     map[string]string
	lists     map[string][]string
}

// Bounds of a memory, so that it stays small where nothing repeats: when one
// of its maps is full, that begins anew; longer texts are not remembered.
const (
	maxRemembered = 4096
	maxTextLength = 2048
)

type facetKey struct {
	name string
	facetText
}

func newMemory() *memory {
	return &memory{
		facets: map[facetKey]any{}, parts: map[string]any{}, cells: map[string]inventory.Cell{},
		sightings: map[string][]inventory.Sighting{}, texts: map[string]string{}, lists: map[string][]string{},
	}
}

func remember[K comparable, V any](in map[K]V, k K, v V, size int) {
	if in == nil || size > maxTextLength {
		return
	}
	if len(in) >= maxRemembered {
		clear(in)
	}
	in[k] = v
}

// text returns the text, shared with those that are equal.
func (m *memory) text(s string) string {
	if m == nil {
		return s
	}
	if old, ok := m.texts[s]; ok {
		return old
	}
	remember(m.texts, s, s, len(s))
	return s
}

// values shares the texts that repeat in values which are each asset's own.
func (m *memory) values(value any) {
	if m == nil {
		return
	}
	switch v := value.(type) {
	case *inventory.Configuration:
		m.each(&v.Runtime, &v.Handler, &v.Package, &v.VPC, &v.KMSKey, &v.Tenancy, &v.Tracing)
		for _, list := range []*[]string{&v.Architectures, &v.Subnets, &v.SecurityGroups} {
			*list = m.list(*list)
		}
	case *inventory.Settings:
		m.each(&v.State, &v.StateReason)
	case *inventory.CodeSigning:
		m.each(&v.Config)
	case *inventory.Exposures:
		for i := range v.Ways {
			w := &v.Ways[i]
			m.each(&w.Kind, &w.Qualifier, &w.Auth, &w.Statement)
			w.Accounts, w.Organizations, w.Services = m.list(w.Accounts), m.list(w.Organizations), m.list(w.Services)
		}
	}
}

func (m *memory) each(texts ...*string) {
	for _, s := range texts {
		*s = m.text(*s)
	}
}

// list returns the texts as one list with those that are equal.
func (m *memory) list(all []string) []string {
	if len(all) == 0 {
		return all
	}
	var k strings.Builder
	writeKey(&k, all...)
	if old, ok := m.lists[k.String()]; ok {
		return old
	}
	remember(m.lists, k.String(), all, k.Len())
	return all
}

// place shares the texts that describe an asset with those of other assets, and
// its name with its own id.
func (m *memory) place(a *inventory.Asset) {
	a.Kind, a.Scope.Provider = inventory.Kind(m.text(string(a.Kind))), inventory.Provider(m.text(string(a.Scope.Provider)))
	a.Scope.Account, a.Scope.Region = m.text(a.Scope.Account), m.text(a.Scope.Region)
	if id := string(a.ID); strings.HasSuffix(id, a.Name) {
		a.Name = id[len(id)-len(a.Name):]
	}
}

// sighted returns the sightings, shared with those that are equal.
func (m *memory) sighted(all []inventory.Sighting) []inventory.Sighting {
	var k strings.Builder
	for _, s := range all {
		writeKey(&k, s.Cell.Source, string(s.Cell.Scope.Provider), s.Cell.Scope.Account, s.Cell.Scope.Region, string(s.Cell.Capability))
		writeTime(&k, s.At)
	}
	if old, ok := m.sightings[k.String()]; ok {
		return old
	}
	remember(m.sightings, k.String(), all, k.Len())
	return all
}

// partsKey is the text of the parts of that name.
func partsKey(from map[string]facetText, names []string) string {
	var k strings.Builder
	for _, name := range names {
		f := from[name]
		writeKey(&k, name, f.State, f.Value, f.Doubt)
		writeTime(&k, f.Seen)
		writeTime(&k, f.Doubted)
	}
	return k.String()
}

// writeKey writes texts so that no others give the same bytes: none of them
// holds a zero byte, JSON least of all.
func writeKey(k *strings.Builder, texts ...string) {
	for _, s := range texts {
		k.WriteString(s)
		k.WriteByte(0)
	}
}

func writeTime(k *strings.Builder, t time.Time) {
	var b [len(timeLayout) + 8]byte
	k.Write(t.UTC().AppendFormat(b[:0], timeLayout))
}
