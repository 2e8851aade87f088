package providertest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/providertest"
)

const canary = "CANARY"

func scope() inventory.Scope { return inventory.Scope{Provider: inventory.AWS, Account: "1"} }

func cell(c inventory.Capability) inventory.Cell {
	return inventory.Cell{Source: "s", Scope: scope(), Capability: c}
}

func done(c inventory.Capability, s inventory.State) inventory.Coverage {
	out := inventory.Coverage{Cell: cell(c), State: s}
	if !s.Whole() {
		out.Why.Message = "because"
	}
	return out
}

func event(id string) inventory.Event { return inventory.Event{ID: id, Scope: scope()} }

// source is a sound source, but for one fault.
type source struct {
	fault string
	flaw  bool
	round int
}

func (s *source) Plan(context.Context) ([]providers.Source, error) {
	s.round++
	if s.fault == "announces twice" {
		return []providers.Source{s, s}, nil
	}
	return []providers.Source{s}, nil
}

func (s *source) Cells() []inventory.Cell {
	if s.fault == "plans anew" && s.round%2 == 0 {
		return []inventory.Cell{cell(inventory.CapFunctions), cell(inventory.CapEvents)}
	}
	return []inventory.Cell{cell(inventory.CapEvents), cell(inventory.CapFunctions)}
}

func (s *source) facts(again bool) []inventory.Fact {
	state := inventory.Complete
	if s.flaw && s.fault != "hides a flaw" || s.fault == "is never whole" {
		state = inventory.Malformed
	}
	word := done(inventory.CapEvents, state)
	if s.flaw && s.fault == "gives no reason" {
		word.Why = inventory.Reason{}
	}
	functions := done(inventory.CapFunctions, state)
	switch s.fault {
	case "forgets a cell":
		return []inventory.Fact{event("1"), word}
	case "speaks twice":
		return []inventory.Fact{event("1"), word, word, functions}
	case "speaks too early":
		return []inventory.Fact{word, event("1"), functions}
	case "keeps a secret":
		return []inventory.Fact{event(canary), word, functions}
	case "changes its facts":
		return []inventory.Fact{event(strings.Repeat("1", s.round)), word, functions}
	case "contradicts itself":
		if again {
			word.Seen = 7
		}
	}
	return []inventory.Fact{event("1"), word, functions}
}

func (s *source) Read(ctx context.Context, since providers.Since, emit providers.Emit) error {
	if err := ctx.Err(); err != nil && s.fault != "does not stop" {
		return err
	}
	if s.fault == "leaves a goroutine" {
		go time.Sleep(time.Minute)
	}
	for _, f := range s.facts(since(cell(inventory.CapEvents)).State == inventory.Complete) {
		err := emit(f)
		switch {
		case s.fault == "ends quietly" && ctx.Err() != nil:
			return nil
		case err == nil || s.fault == "goes on after an error":
		case s.fault == "wraps the error":
			return errors.Join(err)
		default:
			return err
		}
	}
	return nil
}

func harness(fault string) providertest.Harness {
	return providertest.Harness{
		Canary: canary,
		Whole:  func(*testing.T) providers.Planner { return &source{fault: fault} },
		Flawed: map[string]func(*testing.T) providers.Planner{
			"flaw": func(*testing.T) providers.Planner { return &source{fault: fault, flaw: true} },
		},
	}
}

// TestSound: a source without a fault passes.
func TestSound(t *testing.T) { providertest.Run(t, harness("")) }

const variable = "PROVIDERTEST_FAULT"

// TestFault runs the suite over the fault that the variable names; TestFaults
// runs it in a process of its own and expects it to fail.
func TestFault(t *testing.T) {
	if fault := os.Getenv(variable); fault != "" {
		providertest.Run(t, harness(fault))
	}
}

// TestFaults: each promise, broken, fails its own sub-test.
func TestFaults(t *testing.T) {
	for fault, promise := range map[string]string{
		"plans anew":             "a_plan_is_the_same_each_time",
		"announces twice":        "each_cell_is_announced_by_one_source",
		"forgets a cell":         "each_announced_cell_is_spoken_of_once",
		"speaks twice":           "each_announced_cell_is_spoken_of_once",
		"is never whole":         "a_whole_input_is_read_whole",
		"changes its facts":      "facts_are_the_same_each_time",
		"speaks too early":       "no_fact_comes_after_the_word_on_its_cell",
		"wraps the error":        "emit's_error_is_returned_unchanged",
		"goes on after an error": "emit's_error_is_returned_unchanged",
		"does not stop":          "a_reading_that_was_cancelled_before",
		"contradicts itself":     "a_second_reading_agrees_with_the_first",
		"keeps a secret":         "no_fact_holds_a_secret",
		"hides a flaw":           "not_whole:_flaw",
		"gives no reason":        "not_whole:_flaw",
		"ends quietly":           "a_reading_that_is_cancelled_ends_or_finishes",
		"leaves a goroutine":     "",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestFault$")
			cmd.Env = append(os.Environ(), variable+"="+fault)
			out, err := cmd.CombinedOutput()
			want := "--- FAIL: TestFault/" + promise
			if promise == "" { // what the suite looks for at its end
				want = "found unexpected goroutines"
			}
			if err == nil || !strings.Contains(string(out), want) {
				t.Errorf("error = %v, want %q:\n%s", err, want, out)
			}
		})
	}
}
