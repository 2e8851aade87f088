package collect

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
)

// planned is a source with the cells that it announced and its place in the
// plan, for messages.
type planned struct {
	source providers.Source
	cells  []inventory.Cell
	name   string
	by     string // see Coverage.By
}

// plan asks every planner, in order, and keeps the sources that have a cell
// within the run's scopes. What could not be planned is coverage.
func (r *run) plan(ctx context.Context, planners []providers.Planner) ([]planned, []inventory.Coverage) {
	var sources []planned
	var problems []inventory.Coverage
	for i, p := range planners {
		name := fmt.Sprintf("planner %d", i+1)
		found, err := ask(ctx, p)
		by := ""
		for j, s := range found {
			cells := s.Cells()
			if by == "" && len(cells) > 0 {
				by = cells[0].Source
				r.asked[by] = true
			}
			if slices.ContainsFunc(cells, func(c inventory.Cell) bool { return r.opt.Within(c.Scope) }) {
				sources = append(sources, planned{s, cells, fmt.Sprintf("source %d of %s", j+1, name), by})
			}
		}
		for _, c := range unplanned(ctx, name, err) {
			r.asked[c.Cell.Source] = true
			problems = append(problems, c)
		}
	}
	return sources, unite(problems)
}

func ask(ctx context.Context, p providers.Planner) (found []providers.Source, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return p.Plan(ctx)
}

// unplanned turns a planner's error into coverage. What names no cell is a
// hole in the plan as a whole.
func unplanned(ctx context.Context, name string, err error) []inventory.Coverage {
	found, rest := providers.Problems(err)
	var out []inventory.Coverage
	for _, p := range found {
		c := p.Coverage()
		if c.Cell == (inventory.Cell{}) {
			c.Cell = inventory.Cell{Source: name, Capability: inventory.CapScopes}
		}
		out = append(out, failClosed(c))
	}
	if rest != nil {
		state := inventory.Unavailable
		if ctx.Err() != nil {
			state = inventory.Cancelled
		}
		out = append(out, inventory.Coverage{
			Cell:  inventory.Cell{Source: name, Capability: inventory.CapScopes},
			State: state,
			Why:   reasonOf("plan", rest),
		})
	}
	return out
}

// unite joins problems of one cell: the first one's state, the reasons of all.
func unite(all []inventory.Coverage) []inventory.Coverage {
	at := map[inventory.Cell]int{}
	var out []inventory.Coverage
	for _, c := range all {
		i, ok := at[c.Cell]
		if !ok {
			at[c.Cell] = len(out)
			out = append(out, c)
			continue
		}
		out[i].Why.Message += "; " + c.Why.String()
	}
	return out
}

// distinct refuses a plan in which two sources mean to read one cell: neither
// word on it could be relied on.
func distinct(sources []planned, problems []inventory.Coverage) error {
	by := map[inventory.Cell]string{}
	for _, c := range problems {
		by[c.Cell] = "a problem of planning"
	}
	for _, s := range sources {
		for _, cell := range s.cells {
			if first, ok := by[cell]; ok {
				return fmt.Errorf("plan the run: %s and %s both speak for the %s; remove one of them from the configuration, or give its file or folder another name", first, s.name, cell)
			}
			by[cell] = s.name
		}
	}
	return nil
}

// panicError is a panic as an error.
type panicError struct {
	text  string
	stack string
}

func panicked(v any) error {
	text := fmt.Sprint(v)
	return &panicError{text: text[:min(len(text), 200)], stack: string(debug.Stack())}
}

// Error is the panic's text, cut to a length that a report can show.
func (e *panicError) Error() string { return "panic: " + e.text }
