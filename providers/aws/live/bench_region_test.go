package live_test

import (
	"fmt"
	"testing"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
)

// BenchmarkRegion reads 1,000 functions with a URL and a policy each, from a
// fake in the same process, whose work counts too.
func BenchmarkRegion(b *testing.B) {
	var all []*awsfake.Function
	for i := range 1000 {
		all = append(all, fn(fmt.Sprintf("f%04d", i), link("", "NONE", old()), policy("", public(), companion())))
	}
	serve(b, world(&awsfake.Region{Functions: all}))
	for b.Loop() {
		for _, s := range regionsOf(b, config(lookup)) {
			n := 0
			if err := s.Read(b.Context(), nothing, func(inventory.Fact) error { n++; return nil }); err != nil || n < 1000 {
				b.Fatalf("%d facts: %v", n, err)
			}
		}
	}
}
