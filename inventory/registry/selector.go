package registry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// Empty reports whether no part of the selector is given.
func (s Selector) Empty() bool {
	return s.ID == "" && s.Name == "" && s.keys() == 0
}

// Selects reports whether every given part holds for the asset. An id and a
// name are held against each id and name under which the asset is known. A
// label whose facet is unknown does not hold, nor does a zone or hostname where
// no way in is known.
func (s Selector) Selects(a inventory.Asset) bool { return s.selects(newSubject(a)) }

// Covers reports whether the claim may select an asset in the scope. Parts
// that are empty on either side bound nothing.
func (c Claim) Covers(scope inventory.Scope) bool { return c.Select.Covers(scope) }

// Covers reports whether the selector's provider, accounts and regions leave
// room for an asset in the scope. Parts that are empty on either side bound
// nothing.
func (s Selector) Covers(scope inventory.Scope) bool {
	return (s.Provider == "" || scope.Provider == "" || s.Provider == scope.Provider) &&
		(scope.Account == "" || oneOf(s.Accounts, scope.Account)) &&
		(scope.Region == "" || oneOf(s.Regions, scope.Region))
}

// subject is an asset with the ids and names under which it is known.
type subject struct {
	asset  inventory.Asset
	ids    []inventory.AssetID
	names  []string
	labels inventory.Labels
	ways   []inventory.Exposure
}

// newSubject gathers the ids of an asset, and its names: the name itself, each
// id as it is, and the last part of each id, which in every provider's ids is
// a name. An asset known from events alone has no other.
func newSubject(a inventory.Asset) subject {
	s := subject{asset: a, ids: append([]inventory.AssetID{a.ID}, a.Aliases...)}
	slices.Sort(s.ids)
	s.ids = slices.Compact(s.ids)
	add := func(name string) {
		if name != "" && !slices.Contains(s.names, name) {
			s.names = append(s.names, name)
		}
	}
	add(a.Name)
	for _, id := range s.ids {
		add(string(id))
		add(lastPart(string(id)))
	}
	s.labels, _ = a.Labels.Get()
	exposures, _ := a.Exposure.Get()
	s.ways = exposures.Ways
	return s
}

// lastPart is what follows the last ":" or "/".
func lastPart(id string) string { return id[strings.LastIndexAny(id, ":/")+1:] }

func (s Selector) selects(x subject) bool {
	scope := x.asset.Scope
	if s.Empty() ||
		(s.Provider != "" && s.Provider != scope.Provider) ||
		(s.Kind != "" && s.Kind != x.asset.Kind) ||
		!oneOf(s.Accounts, scope.Account) || !oneOf(s.Regions, scope.Region) ||
		(s.ID != "" && !slices.Contains(x.ids, s.ID)) {
		return false
	}
	if s.Name != "" && !slices.ContainsFunc(x.names, func(n string) bool { return matchGlob(s.Name, n) }) {
		return false
	}
	for k, v := range s.Labels {
		if got, ok := x.labels[k]; !ok || got != v {
			return false
		}
	}
	return s.leads(x.ways)
}

// oneOf reports whether the list bounds nothing or holds v.
func oneOf(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }

// keys counts the given parts besides id and name.
func (s Selector) keys() int {
	n := 0
	for _, given := range []bool{s.Provider != "", s.Kind != "", len(s.Accounts) > 0, len(s.Regions) > 0, len(s.Labels) > 0, len(s.Zones) > 0, len(s.Hostnames) > 0} {
		if given {
			n++
		}
	}
	return n
}

// weight is how specific a claim is, by the rules of the package's doc.
type weight struct{ reviewed, id, literals, keys int }

func (c Claim) weight() weight {
	w := weight{literals: literals(c.Select.Name), keys: c.Select.keys()}
	if !c.FromLabels {
		w.reviewed = 1
	}
	if c.Select.ID != "" {
		w.id = 1
	}
	return w
}

func (w weight) compare(o weight) int {
	return cmp.Or(cmp.Compare(w.reviewed, o.reviewed), cmp.Compare(w.id, o.id),
		cmp.Compare(w.literals, o.literals), cmp.Compare(w.keys, o.keys))
}

// String says what counts, for a person.
func (w weight) String() string {
	var parts []string
	if w.id > 0 {
		parts = append(parts, "its exact id")
	}
	if w.literals > 0 {
		parts = append(parts, fmt.Sprintf("a name pattern of %s", count(w.literals, "literal character")))
	}
	if w.keys > 0 || len(parts) == 0 {
		parts = append(parts, count(w.keys, "other key"))
	}
	text := strings.Join(parts, " and ")
	if w.reviewed == 0 {
		text += ", from a tag"
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
