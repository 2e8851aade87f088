package lifecycle

import (
	"cmp"
	"slices"
	"time"

	"github.com/estray/estray/findings"
)

// Mark is what a run remembers of a finding that was not resolved then.
type Mark struct {
	ID       string
	Severity findings.Severity
	State    findings.State
}

// Snapshot is what a run remembers of all findings: those not resolved, sorted
// by id.
type Snapshot struct {
	Run   string
	At    time.Time
	Marks []Mark
}

// Marks lists what a run has to remember of its entries.
func Marks(entries []Entry) []Mark {
	var out []Mark
	for _, e := range entries {
		if e.State != findings.Resolved {
			out = append(out, Mark{ID: e.ID, Severity: e.Finding.Severity, State: e.State})
		}
	}
	slices.SortFunc(out, compareMarks)
	return out
}

func compareMarks(a, b Mark) int { return cmp.Compare(a.ID, b.ID) }

// Change is one finding that is in both runs, with another severity or state.
type Change struct{ Before, After Mark }

// Difference is what lies between two runs, each list sorted by id.
type Difference struct {
	New      []Mark
	Resolved []Mark
	Changed  []Change
}

// Diff compares an earlier run with a later one.
func Diff(a, b []Mark) Difference {
	before := byID(a)
	var d Difference
	for _, m := range byID(b) {
		old, ok := before[m.ID]
		delete(before, m.ID)
		switch {
		case !ok:
			d.New = append(d.New, m)
		case old != m:
			d.Changed = append(d.Changed, Change{Before: old, After: m})
		}
	}
	for _, m := range before {
		d.Resolved = append(d.Resolved, m)
	}
	slices.SortFunc(d.New, compareMarks)
	slices.SortFunc(d.Resolved, compareMarks)
	slices.SortFunc(d.Changed, func(x, y Change) int { return compareMarks(x.After, y.After) })
	return d
}

func byID(marks []Mark) map[string]Mark {
	out := make(map[string]Mark, len(marks))
	for _, m := range marks {
		out[m.ID] = m
	}
	return out
}
