package registry_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// TestGlobAgreesWithARegularExpression holds the name patterns against another
// implementation of the same meaning.
func TestGlobAgreesWithARegularExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?.é]{1,8}`).Draw(t, "pattern")
		name := rapid.StringMatching(`[ab.é]{1,8}`).Draw(t, "name")
		expr := strings.NewReplacer(`\*`, `(?s:.*)`, `\?`, `(?s:.)`).Replace(regexp.QuoteMeta(pattern))
		want := regexp.MustCompile(`^` + expr + `$`).MatchString(name)
		if got := (registry.Selector{Name: pattern}).Selects(inventory.Asset{Name: name}); got != want {
			t.Fatalf("%q selects %q = %t, want %t", pattern, name, got, want)
		}
	})
}

func TestGlobOfManyStarsEndsSoon(t *testing.T) {
	s := registry.Selector{Name: strings.Repeat("a*", 500) + "b"}
	if s.Selects(inventory.Asset{Name: strings.Repeat("a", 5000)}) {
		t.Error("the pattern must not match")
	}
}
