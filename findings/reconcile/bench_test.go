package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// BenchmarkJudge judges 20,000 assets against 500 claims, of which half match
// nothing, with 20,000 events: linear in each but for the claims.
func BenchmarkJudge(b *testing.B) {
	w := rulestest.World{Facts: rulestest.Whole(), Registry: registry.Content{Owners: owners()}}
	for i := range 20_000 {
		name := fmt.Sprintf("team%d-function%d", i%250, i)
		w.Facts = append(w.Facts, rulestest.Function(name), rulestest.Act(inventory.ActionUpdateCode, name, rulestest.Ago(time.Duration(i)*time.Second)))
	}
	for i := range 500 {
		c := claim(fmt.Sprintf("claim%d", i), approved(registry.Limits{Reach: inventory.ReachAccount, CodeDigests: []string{"x"}}))
		c.Select.Name = fmt.Sprintf("team%d-*", i)
		w.Registry.Claims = append(w.Registry.Claims, c)
	}
	for b.Loop() {
		w.Case(b)
	}
}
