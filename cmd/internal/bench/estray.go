package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/builtin"
)

const lambda = "lambda.amazonaws.com"

// readObjects reads an archive of CloudTrail as a scan does, without a store.
func readObjects(ctx context.Context, j job, counted inventory.Counted) (found, error) {
	planners, err := builtin.Planners(builtin.Config{Archives: []builtin.Archive{{Kind: "cloudtrail", Path: j.Dir, Name: "bench", Usage: counted}}})
	if err != nil {
		return found{}, err
	}
	return readSources(ctx, planners[0], counted)
}

// together is how many sources a scan reads at once.
const together = 4

// readSources reads all sources of one planner and sums up what they say.
func readSources(ctx context.Context, p providers.Planner, counted inventory.Counted) (found, error) {
	sources, err := p.Plan(ctx)
	if err != nil {
		return found{}, err
	}
	t := taken{}
	next := make(chan providers.Source, len(sources))
	for _, s := range sources {
		next <- s
	}
	close(next)
	errs := make([]error, min(together, len(sources)))
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			for s := range next {
				nothing := func(c inventory.Cell) inventory.Coverage { return inventory.Coverage{Cell: c} }
				errs[i] = errors.Join(errs[i], s.Read(ctx, nothing, t.take))
			}
		})
	}
	all.Wait()
	if err := errors.Join(append(errs, t.flaw)...); err != nil {
		return found{}, err
	}
	out := found{lambda: &t.lambda}
	if counted != inventory.CountNone {
		out.usage = func() ([]row, error) { return sums(t.usages) }
	}
	return out, nil
}

// taken sums up facts.
type taken struct {
	mu     sync.Mutex
	lambda int
	usages []inventory.Usage
	// flaw is a cell that was not read whole.
	flaw error
}

// take implements providers.Emit for several sources.
func (t *taken) take(f inventory.Fact) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch f := f.(type) {
	case inventory.Event:
		if f.Service == lambda {
			t.lambda++
		}
	case inventory.Coverage:
		if f.State != inventory.Complete {
			t.flaw = errors.Join(t.flaw, fmt.Errorf("%s is %s: %s", f.Cell, f.State, f.Why))
		}
	case inventory.Usage:
		t.usages = append(t.usages, f)
	}
	return nil
}

// sums adds up what the parts of the logs tell of each call, sorted.
func sums(usages []inventory.Usage) ([]row, error) {
	all := map[string]*row{}
	for _, u := range usages {
		if u.Overflow {
			return nil, fmt.Errorf("count usage: %s has more rows than a part may have", u.Part)
		}
		r := row{u.Identity, string(u.Asset), u.Service, u.Name, string(u.Outcome), u.Count, u.Outside, u.First, u.Last}
		old := all[r.key()]
		if old == nil {
			all[r.key()] = &r
			continue
		}
		old.count += r.count
		old.outside += r.outside
		if r.first.Before(old.first) {
			old.first = r.first
		}
		if r.last.After(old.last) {
			old.last = r.last
		}
	}
	out := make([]row, 0, len(all))
	for r := range maps.Values(all) {
		out = append(out, *r)
	}
	slices.SortFunc(out, compareRows)
	return out, nil
}
