// Package rulestest helps the tests of rules: it judges a small world of facts
// held in memory, and makes the facts that such a world is built from.
package rulestest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/reconcile"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// World is what a test lets the rules see. The zero value is an empty world,
// judged at [Now] with an empty registry that was read whole.
type World struct {
	// Now is the instant of view and judgement; zero: [Now].
	Now   time.Time
	Facts []inventory.Fact
	// History answers for observations of earlier scans.
	History  []inventory.Observation
	Registry registry.Content
	// NoRegistry: none was given.
	NoRegistry bool
	Estate     findings.Estate
}

// Now is the instant at which worlds are judged, unless they say otherwise.
func Now() time.Time { return time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC) }

// Ago is the instant so long before [Now].
func Ago(d time.Duration) time.Time { return Now().Add(-d) }

// Case judges the world. A registry with a mistake ends the test.
func (w World) Case(t testing.TB) *findings.Case {
	t.Helper()
	if w.Now.IsZero() {
		w.Now = Now()
	}
	r, err := registry.New(w.Registry)
	if err != nil {
		t.Fatalf("make the registry: %v", err)
	}
	opt := reconcile.Options{Now: w.Now, Estate: w.Estate, RegistryRead: !w.NoRegistry}
	c, err := reconcile.Judge(context.Background(), w.view(), r, opt)
	if err != nil {
		t.Fatalf("judge: %v", err)
	}
	return c
}

// Evaluate judges the world and runs the rules over it.
func (w World) Evaluate(t testing.TB, rules ...findings.Rule) findings.Result {
	t.Helper()
	res, err := findings.Evaluate(context.Background(), w.Case(t), rules)
	if err != nil {
		t.Fatalf("evaluate: %v", err)
	}
	return res
}

// Without gives the same world without the facts that drop picks.
func (w World) Without(drop func(inventory.Fact) bool) World {
	w.Facts = slices.DeleteFunc(slices.Clone(w.Facts), drop)
	return w
}

// WithState gives the same world, in which the reading of every cell of the
// capability ended in the state instead.
func (w World) WithState(capability inventory.Capability, state inventory.State) World {
	w.Facts = slices.Clone(w.Facts)
	for i, f := range w.Facts {
		if c, ok := f.(inventory.Coverage); ok && c.Cell.Capability == capability {
			c.State, c.Why = state, inventory.Reason{Operation: "Read", Code: "Test", Message: "made so by a test"}
			w.Facts[i] = c
		}
	}
	return w
}

// Of keeps the findings of one rule.
func Of(res findings.Result, rule string) []findings.Finding {
	return slices.DeleteFunc(slices.Clone(res.Findings), func(f findings.Finding) bool { return f.Rule != rule })
}

func (w World) view() *inventory.View {
	var assets []inventory.Asset
	var readings []inventory.Coverage
	var events []inventory.Event
	var permits []inventory.Permit
	for _, f := range w.Facts {
		switch f := f.(type) {
		case inventory.Asset:
			assets = append(assets, f)
		case inventory.Coverage:
			readings = append(readings, f)
		case inventory.Event:
			events = append(events, f)
		case inventory.Permit:
			permits = append(permits, f)
		}
	}
	slices.SortFunc(events, inventory.CompareEvents)
	v := inventory.NewView(w.Now, assets, readings)
	v.Events = walk(events)
	slices.SortFunc(permits, inventory.ComparePermits)
	v.Permits = permits
	v.History = func(_ context.Context, id inventory.AssetID) ([]inventory.Observation, error) {
		return slices.DeleteFunc(slices.Clone(w.History), func(o inventory.Observation) bool { return o.Asset != id }), nil
	}
	return v
}

// walk streams sorted events as a store does.
func walk(events []inventory.Event) inventory.Walk {
	return func(ctx context.Context, f inventory.Filter, yield func(inventory.Event) error) error {
		for _, e := range events {
			if !selects(f, e) {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	}
}

func selects(f inventory.Filter, e inventory.Event) bool {
	return (f.Asset == "" || slices.ContainsFunc(e.Assets, func(id inventory.AssetID) bool { return id == f.Asset || slices.Contains(f.Also, id) })) &&
		(f.Principal == "" || f.Principal == e.Principal.ID) &&
		(f.Action == "" || f.Action == e.Action) &&
		(!f.Acts || !e.Looks()) &&
		(f.Since.IsZero() || !e.Time.Before(f.Since)) &&
		(f.Until.IsZero() || e.Time.Before(f.Until))
}
