package registry_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// TestConflicts: only claims that conflict on any asset that both select.
func TestConflicts(t *testing.T) {
	claim := func(id, owner string, s registry.Selector) registry.Claim {
		return registry.Claim{ID: id, Owner: owner, Select: s}
	}
	name := func(n string) registry.Selector { return registry.Selector{Provider: inventory.AWS, Name: n} }
	east, west := name("x-*"), name("x-*")
	east.Regions, west.Regions = []string{"us-east-1"}, []string{"eu-west-1"}
	for _, test := range []struct {
		name   string
		claims []registry.Claim
		want   [][2]string
	}{
		{"the same selector, two owners", []registry.Claim{claim("b", "one", name("x-*")), claim("a", "two", name("x-*"))}, [][2]string{{"b", "a"}}},
		{"the same selector, the same owner", []registry.Claim{claim("a", "one", name("x-*")), claim("b", "one", name("x-*"))}, nil},
		{"another pattern may never meet", []registry.Claim{claim("a", "one", name("x-*")), claim("b", "two", name("y-*"))}, nil},
		{"a more specific one wins", []registry.Claim{claim("a", "one", name("x-*")), claim("b", "two", west)}, nil},
		{"places that never meet", []registry.Claim{claim("a", "one", east), claim("b", "two", west)}, nil},
		{"each pair once", []registry.Claim{claim("a", "one", name("x")), claim("b", "two", name("x")), claim("c", "three", name("x"))},
			[][2]string{{"a", "b"}, {"a", "c"}, {"b", "c"}}},
	} {
		var got [][2]string
		for _, pair := range (registry.Content{Claims: test.claims}).Conflicts() {
			got = append(got, [2]string{pair[0].ID, pair[1].ID})
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
