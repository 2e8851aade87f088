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
	t := taken{rows: map[string]*row{}}
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
		out.usage = t.sorted
	}
	return out, nil
}

// taken sums up facts.
type taken struct {
	mu     sync.Mutex
	lambda int
	usages []inventory.Usage // to be added up
	rows   map[string]*row
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
		if t.usages = append(t.usages, f); len(t.usages) >= mostUsages {
			return t.add()
		}
	}
	return nil
}

// mostUsages bounds what is held back until the clock has stopped, so that the
// memory of a scan shows and not that of its benchmark.
const mostUsages = 20_000

// add adds up what the parts of the logs tell of each call.
func (t *taken) add() error {
	for _, u := range t.usages {
		if u.Overflow {
			return fmt.Errorf("count usage: %s has more rows than a part may have", u.Part)
		}
		r := row{u.Identity, string(u.Asset), u.Service, u.Name, string(u.Outcome), u.Count, u.Outside, u.First, u.Last}
		old := t.rows[r.key()]
		if old == nil {
			t.rows[r.key()] = &r
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
	clear(t.usages)
	t.usages = t.usages[:0]
	return nil
}

// sorted gives the sums of all.
func (t *taken) sorted() ([]row, error) {
	if err := t.add(); err != nil {
		return nil, err
	}
	out := make([]row, 0, len(t.rows))
	for r := range maps.Values(t.rows) {
		out = append(out, *r)
	}
	slices.SortFunc(out, compareRows)
	return out, nil
}
