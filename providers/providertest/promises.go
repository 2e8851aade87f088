package providertest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
)

func cells(sources []providers.Source) [][]inventory.Cell {
	var out [][]inventory.Cell
	for _, s := range sources {
		out = append(out, s.Cells())
	}
	return out
}

// planTwice: a cell that is named otherwise the next day would count as
// dropped, and the new one as never read.
func (h Harness) planTwice(t *testing.T) {
	p := h.Whole(t)
	if diff := cmp.Diff(cells(plan(t, p)), cells(plan(t, p))); diff != "" {
		t.Errorf("cells of a second plan (-first +second):\n%s", diff)
	}
}

// announceOnce: with two sources of one cell the word of one would vouch for
// what the other has not read.
func (h Harness) announceOnce(t *testing.T) {
	seen := map[inventory.Cell]bool{}
	for i, s := range plan(t, h.Whole(t)) {
		if len(s.Cells()) == 0 {
			t.Errorf("source %d announces nothing", i)
		}
		for _, c := range s.Cells() {
			if seen[c] {
				t.Errorf("%s is announced twice", c)
			}
			if c.Source == "" || c.Capability == "" {
				t.Errorf("cell %+v has no source or no capability", c)
			}
			seen[c] = true
		}
	}
}

// speakOnce takes flawed inputs too: it is on the way out through an error that
// a cell is forgotten.
func (h Harness) speakOnce(t *testing.T) {
	for _, make := range h.all() {
		for _, s := range plan(t, make(t)) {
			var got []inventory.Cell
			for _, c := range words(read(t, s, nothing)) {
				got = append(got, c.Cell)
				// That is the word for what was not read yet, and not a
				// source's to say.
				if c.State == inventory.Pending {
					t.Errorf("%s is called pending", c.Cell)
				}
			}
			want := slices.Clone(s.Cells())
			slices.SortFunc(want, inventory.Cell.Compare)
			slices.SortFunc(got, inventory.Cell.Compare)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("cells spoken of (-announced +spoken):\n%s", diff)
			}
		}
	}
}

// all are the whole input and the flawed ones, in a fixed order.
func (h Harness) all() []func(*testing.T) providers.Planner {
	out := []func(*testing.T) providers.Planner{h.Whole}
	var names []string
	for name := range h.Flawed {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, h.Flawed[name])
	}
	return out
}

func (h Harness) readWhole(t *testing.T) {
	facts := readAll(t, h.Whole(t), nothing)
	coverage := words(facts)
	for _, c := range coverage {
		if !c.State.Whole() {
			t.Errorf("%s is %s (%s)", c.Cell, c.State, c.Why)
		}
	}
	if len(facts) == len(coverage) {
		t.Error("nothing but coverage was read: the input proves too little")
	}
}

// readTwice compares without sorting: the order is a part of what is the same.
func (h Harness) readTwice(t *testing.T) {
	p := h.Whole(t)
	first, second := texts(t, readAll(t, p, nothing)), texts(t, readAll(t, p, nothing))
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("facts (-first +second):\n%s", diff)
	}
}

// wordLast: stored in this order, a crash between facts and word costs a second
// reading. In the other one a cell would be complete that lacks its facts.
func (h Harness) wordLast(t *testing.T) {
	for _, s := range plan(t, h.Whole(t)) {
		done := map[inventory.Cell]bool{}
		for _, f := range read(t, s, nothing) {
			switch f := f.(type) {
			case inventory.Coverage:
				done[f.Cell] = true
			case inventory.Asset:
				for _, sighting := range f.Sightings {
					if done[sighting.Cell] {
						t.Errorf("asset %s comes after the word on %s", f.ID, sighting.Cell)
					}
				}
			case inventory.Event:
				for c := range done {
					if c.Capability == inventory.CapEvents && c.Scope.Contains(f.Scope) {
						t.Errorf("event %s comes after the word on %s", f.ID, c)
					}
				}
			}
		}
	}
}

// emitError fails each of the first facts in turn.
func (h Harness) emitError(t *testing.T) {
	refused := errors.New("the store is full")
	p := h.Whole(t)
	for i, s := range plan(t, p) {
		total := len(read(t, s, nothing))
		// Each costs a whole reading; later facts come from the same loops.
		for at := 1; at <= min(total, 20); at++ {
			calls := 0
			again := plan(t, p)[i] // a source is read once
			_, err := readUntil(t.Context(), again, func(n int) error {
				calls = n
				if n >= at {
					return refused
				}
				return nil
			})
			if err != refused { // unchanged is the promise: no errors.Is
				t.Errorf("source %d, fact %d refused: error = %v, want emit's own", i, at, err)
			}
			if calls != at {
				t.Errorf("source %d, fact %d refused: emit was called %d times", i, at, calls)
			}
		}
	}
}

func (h Harness) cancelledBefore(t *testing.T) {
	for i, s := range plan(t, h.Whole(t)) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		facts, err := readUntil(ctx, s, func(int) error { return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("source %d: error = %v, want the context's", i, err)
		}
		for _, c := range words(facts) {
			if c.State.Whole() {
				t.Errorf("%s is %s although nothing was to be read", c.Cell, c.State)
			}
		}
	}
}

// cancelledAmid cancels while the first fact is taken: the source may have
// nothing left to do, but then it must have spoken of every cell.
func (h Harness) cancelledAmid(t *testing.T) {
	for i, s := range plan(t, h.Whole(t)) {
		ctx, cancel := context.WithCancel(t.Context())
		facts, err := readUntil(ctx, s, func(int) error { cancel(); return nil })
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("source %d: error = %v, want none or the context's", i, err)
		}
		if spoken := len(words(facts)); err == nil && spoken != len(s.Cells()) {
			t.Errorf("source %d ended without an error and spoke of %d of %d cells", i, spoken, len(s.Cells()))
		}
	}
}

// readAgain gives a second reading what the first one covered. It may leave
// out facts, but says the same of each cell.
func (h Harness) readAgain(t *testing.T) {
	p := h.Whole(t)
	first := readAll(t, p, nothing)
	before := map[inventory.Cell]inventory.Coverage{}
	for _, c := range words(first) {
		before[c.Cell] = c
	}
	second := readAll(t, p, func(c inventory.Cell) inventory.Coverage { return before[c] })
	after := map[inventory.Cell]inventory.Coverage{}
	for _, c := range words(second) {
		after[c.Cell] = c
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("coverage (-first +second):\n%s", diff)
	}
	known := map[string]bool{}
	for _, text := range texts(t, first) {
		known[text] = true
	}
	for _, text := range texts(t, second) {
		if !known[text] {
			t.Errorf("the second reading says something else: %s", text)
		}
	}
}

// noSecret searches the facts as they would be stored, and in flawed inputs
// too: an error may quote what could not be read.
func (h Harness) noSecret(t *testing.T) {
	for _, make := range h.all() {
		for _, text := range texts(t, readAll(t, make(t), nothing)) {
			if strings.Contains(text, h.Canary) {
				t.Errorf("the canary is in %.300s", text)
			}
		}
	}
}

func (h Harness) flawed(t *testing.T, make func(*testing.T) providers.Planner) {
	holes := 0
	for _, c := range words(readAll(t, make(t), nothing)) {
		if c.State.Whole() {
			continue
		}
		holes++
		// A hole without a reason cannot be mended, and reads like a fault of
		// ours.
		if c.Why.Message == "" && c.Why.Code == "" {
			t.Errorf("%s is %s without a reason", c.Cell, c.State)
		}
	}
	if holes == 0 {
		t.Error("every cell is whole")
	}
}
