package cli

import (
	"context"
	"slices"

	"github.com/estray/estray/inventory"
)

// history joins the intervals of an asset's facets with the events that name
// it, in order of time.
func history(ctx context.Context, v *inventory.View, id inventory.AssetID) ([]moment, error) {
	var rows []moment
	if v.History != nil {
		all, err := v.History(ctx, id)
		if err != nil {
			return nil, err
		}
		rows = intervals(all)
	}
	// Whatever id of the asset an event names it by.
	err := v.Walk(ctx, inventory.Filter{Asset: id}, func(e inventory.Event) error {
		rows = append(rows, moment{Time: e.Time, What: "event " + e.Name, Value: outcome(e), By: e.Principal.ID})
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Stable: of one instant the facets come before the events, as they were
	// gathered.
	slices.SortStableFunc(rows, func(a, b moment) int { return a.Time.Compare(b.Time) })
	return rows, nil
}

// intervals are the stretches in which a facet was observed with one value.
// Between the end of one and the beginning of the next nothing is known.
func intervals(all []inventory.Observation) []moment {
	var rows []moment
	for _, o := range all {
		m := moment{Time: o.First, Until: o.Last, What: "facet " + o.Facet, Value: string(o.Value)}
		switch o.State {
		case "absent":
			m.Value = "absent"
		case "unknown":
			m.Value = "unknown: " + o.Doubt.String()
		}
		rows = append(rows, m)
	}
	return rows
}

// outcome tells how a call ended: an attempt is told as one.
func outcome(e inventory.Event) string {
	switch e.Outcome {
	case inventory.Succeeded:
		return "succeeded"
	case inventory.Failed:
		return "attempt, refused: " + e.Code
	case inventory.DryRun:
		return "attempt, dry run"
	}
	return "unknown"
}
