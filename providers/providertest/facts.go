package providertest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
)

func plan(t *testing.T, p providers.Planner) []providers.Source {
	t.Helper()
	sources, err := p.Plan(t.Context())
	if err != nil {
		t.Fatalf("Plan: %v", err)
	}
	if len(sources) == 0 {
		t.Fatal("Plan returned no source")
	}
	return sources
}

// nothing is what Since answers where nothing was read before.
func nothing(c inventory.Cell) inventory.Coverage { return inventory.Coverage{Cell: c} }

// read returns what a source emits.
func read(t *testing.T, s providers.Source, since providers.Since) []inventory.Fact {
	t.Helper()
	var out []inventory.Fact
	err := s.Read(t.Context(), since, func(f inventory.Fact) error {
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return out
}

func readAll(t *testing.T, p providers.Planner, since providers.Since) []inventory.Fact {
	t.Helper()
	var out []inventory.Fact
	for _, s := range plan(t, p) {
		out = append(out, read(t, s, since)...)
	}
	return out
}

// readUntil reads with an emit that calls each before it takes a fact.
func readUntil(ctx context.Context, s providers.Source, each func(n int) error) (taken []inventory.Fact, err error) {
	n := 0
	err = s.Read(ctx, nothing, func(f inventory.Fact) error {
		n++
		if err := each(n); err != nil {
			return err
		}
		taken = append(taken, f)
		return nil
	})
	return taken, err
}

func words(facts []inventory.Fact) []inventory.Coverage {
	var out []inventory.Coverage
	for _, f := range facts {
		if c, ok := f.(inventory.Coverage); ok {
			out = append(out, c)
		}
	}
	return out
}

// texts writes facts as JSON, for comparing and searching.
func texts(t *testing.T, facts []inventory.Fact) []string {
	t.Helper()
	var out []string
	for _, f := range facts {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		// With the type, since the JSON does not name the kind of a fact.
		out = append(out, fmt.Sprintf("%T %s", f, b))
	}
	return out
}
