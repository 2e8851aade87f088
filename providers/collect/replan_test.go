package collect_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/collect"
)

// before is when an earlier run read.
func before() time.Time { return now().Add(-time.Hour) }

func ledTo(name, by string) inventory.Coverage {
	c := word(name, inventory.Pending)
	c.By = by
	return c
}

func readBefore(name string) inventory.Coverage {
	c := word(name, inventory.Complete)
	c.Read = before()
	return c
}

func about(name string, p inventory.Plan, at time.Time) inventory.Coverage {
	c := inventory.Coverage{Cell: cell(name), Plan: p, Read: at}
	if p == inventory.PlanMissing {
		c.State = inventory.Unavailable
	}
	return c
}

// TestWhatIsPlannedNoMoreIsNotCurrent: a cell that earlier runs planned and
// this one does not is a hole if what led to it was planned again, and not
// asked for if the configuration dropped that. Nothing is said twice, or of
// scopes that are not the run's business.
func TestWhatIsPlannedNoMoreIsNotCurrent(t *testing.T) {
	elsewhere := func(s inventory.Scope) bool { return s.Account != "1" }
	for _, c := range []struct {
		name   string
		known  []inventory.Coverage
		within func(inventory.Scope) bool
		want   []inventory.Coverage
	}{
		{"nothing was known", nil, nil, nil},
		{"planned again", []inventory.Coverage{ledTo("a", "a"), readBefore("a")}, nil, nil},
		{"told of no more by what was planned", []inventory.Coverage{ledTo("b", "a"), readBefore("b")}, nil,
			[]inventory.Coverage{about("b", inventory.PlanMissing, now())}},
		{"never read, and told of no more", []inventory.Coverage{ledTo("b", "a")}, nil,
			[]inventory.Coverage{about("b", inventory.PlanMissing, now())}},
		{"dropped by the configuration", []inventory.Coverage{ledTo("b", "x"), readBefore("b")}, nil,
			[]inventory.Coverage{about("b", inventory.PlanDropped, now())}},
		{"led to by two, one of which is planned", []inventory.Coverage{ledTo("b", "x"), ledTo("b", "a")}, nil,
			[]inventory.Coverage{about("b", inventory.PlanMissing, now())}},
		{"missing already", []inventory.Coverage{ledTo("b", "a"), about("b", inventory.PlanMissing, before())}, nil, nil},
		{"missing, then dropped", []inventory.Coverage{ledTo("b", "x"), about("b", inventory.PlanMissing, before())}, nil,
			[]inventory.Coverage{about("b", inventory.PlanDropped, now())}},
		{"back after it was missing", []inventory.Coverage{ledTo("a", "a"), about("a", inventory.PlanMissing, before())}, nil,
			[]inventory.Coverage{about("a", inventory.PlanResumed, now())}},
		{"back after it was dropped", []inventory.Coverage{ledTo("a", "a"), about("a", inventory.PlanDropped, before())}, nil,
			[]inventory.Coverage{about("a", inventory.PlanResumed, now())}},
		{"none of the run's business", []inventory.Coverage{ledTo("b", "a"), readBefore("b")}, elsewhere, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := memory{known: c.known}
			opt := options()
			opt.Within = c.within
			if _, err := collect.Run(t.Context(), plan(says(nil, word("a", inventory.Complete)).announcing("a")), &m, &m, opt); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, m.replanned(), cmpopts.IgnoreFields(inventory.Coverage{}, "Why")); d != "" {
				t.Errorf("words about the plan (-want +got):\n%s", d)
			}
		})
	}
}

// replanned are the words about the plan.
func (m *memory) replanned() []inventory.Coverage {
	var out []inventory.Coverage
	for _, b := range m.batches {
		for _, f := range b.Facts {
			if c, ok := f.(inventory.Coverage); ok && c.Plan != "" {
				out = append(out, c)
			}
		}
	}
	return out
}

// canceller ends the run while it plans.
type canceller context.CancelFunc

func (c canceller) Plan(context.Context) ([]providers.Source, error) {
	c()
	return nil, context.Canceled
}

// TestACancelledPlanDropsNothing: a run that ended while it planned does not
// know what it would have planned.
func TestACancelledPlanDropsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := memory{known: []inventory.Coverage{ledTo("b", "a"), readBefore("b")}}
	if _, err := collect.Run(ctx, []providers.Planner{canceller(cancel)}, &m, &m, options()); err != nil {
		t.Fatal(err)
	}
	if got := m.replanned(); len(got) > 0 {
		t.Errorf("said of cells that could not be planned: %+v", got)
	}
}

// TestOnlySourcesWithinAreRead: a source without a cell within the run's
// scopes is neither announced nor read.
func TestOnlySourcesWithinAreRead(t *testing.T) {
	var m memory
	opt := options()
	opt.Within = func(inventory.Scope) bool { return false }
	got, err := collect.Run(t.Context(), plan(says(nil, word("a", inventory.Complete)).announcing("a")), &m, &m, opt)
	if err != nil || got.Sources != 0 || len(m.words()) > 0 {
		t.Errorf("%d sources, words %v, error %v; want none", got.Sources, m.words(), err)
	}
}

// TestFactsFromAfterTheRunAreToldOf: the view of the run shows none of them, so
// the cell that they belong to is not whole. Clocks may differ a little.
func TestFactsFromAfterTheRunAreToldOf(t *testing.T) {
	functions := cell("a")
	events := functions
	events.Capability = inventory.CapEvents
	at := func(d time.Duration, c inventory.Cell) inventory.Fact {
		if c == events {
			return inventory.Event{ID: "e", Time: now().Add(d)}
		}
		return inventory.Asset{ID: "x", Sightings: []inventory.Sighting{{Cell: c, At: now().Add(d)}}}
	}
	for _, c := range []struct {
		name              string
		fact              inventory.Fact
		functions, events inventory.State
	}{
		{"an event of now", at(0, events), inventory.Complete, inventory.Complete},
		{"an event of a clock that is a little ahead", at(time.Minute, events), inventory.Complete, inventory.Complete},
		{"an event of tomorrow", at(24*time.Hour, events), inventory.Complete, inventory.Malformed},
		{"an asset seen now", at(0, functions), inventory.Complete, inventory.Complete},
		{"an asset seen tomorrow", at(24*time.Hour, functions), inventory.Malformed, inventory.Complete},
		{"a permit of now", inventory.Permit{ID: "p", Cell: functions, At: now()}, inventory.Complete, inventory.Complete},
		{"a permit of tomorrow", inventory.Permit{ID: "p", Cell: functions, At: now().Add(24 * time.Hour)}, inventory.Malformed, inventory.Complete},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m memory
			s := says(nil, c.fact, inventory.Coverage{Cell: functions, State: inventory.Complete, Mark: "m"}, inventory.Coverage{Cell: events, State: inventory.Complete, Mark: "m"})
			s.cells = []inventory.Cell{functions, events}
			if _, err := collect.Run(t.Context(), plan(s), &m, &m, options()); err != nil {
				t.Fatal(err)
			}
			for cell, want := range map[inventory.Cell]inventory.State{functions: c.functions, events: c.events} {
				got := m.words()[cell]
				if got.State != want || (want == inventory.Malformed) != strings.Contains(got.Why.Message, "correct the clock") {
					t.Errorf("%s: %s (%s), want %s", cell, got.State, got.Why, want)
				}
				if (want == inventory.Malformed) != (got.Mark == "") { // a malformed word with a mark is a place to go on from
					t.Errorf("%s: %s with the mark %q", cell, got.State, got.Mark)
				}
			}
		})
	}
}

// TestWhatCouldNotBePlannedSaysWhy: the problem of the narrowest scope around a
// cell is its reason; one of another scope, or of another source, is none.
func TestWhatCouldNotBePlannedSaysWhy(t *testing.T) {
	at := func(account string) inventory.Scope {
		return inventory.Scope{Provider: inventory.AWS, Account: account}
	}
	lost := inventory.Cell{Source: "functions", Scope: inventory.Scope{Provider: inventory.AWS, Account: "1", Region: "r"}, Capability: inventory.CapFunctions}
	fails := func(source string, scope inventory.Scope, c inventory.Capability, code string) error {
		return &providers.Problem{Cell: inventory.Cell{Source: source, Scope: scope, Capability: c}, State: inventory.Denied, Operation: "Ask", Code: code}
	}
	for name, test := range map[string]struct {
		problems []error
		want     string
	}{
		"the account's own": {[]error{fails("plan", at(""), inventory.CapScopes, "Wide"), fails("plan", at("1"), inventory.CapScopes, "Narrow")},
			"denied Ask: Narrow: not planned, since scopes of aws/1 by plan is denied"},
		"that of all":         {[]error{fails("plan", at(""), inventory.CapScopes, "Wide")}, "denied Ask: Wide: not planned, since scopes of aws by plan is denied"},
		"of another account":  {[]error{fails("plan", at("2"), inventory.CapScopes, "Other")}, "unavailable plan: plan told of it before and does so no more"},
		"of another source":   {[]error{fails("other", at("1"), inventory.CapScopes, "Other"), fails("plan", at("3"), inventory.CapScopes, "Third")}, "unavailable plan: plan told of it before and does so no more"},
		"of something beside": {[]error{fails("plan", at("1"), inventory.CapRegions, "Regions")}, "unavailable plan: plan told of it before and does so no more"},
	} {
		t.Run(name, func(t *testing.T) {
			m := memory{known: []inventory.Coverage{{Cell: lost, By: "plan"}, {Cell: lost, State: inventory.Complete, Read: before()}}}
			if _, err := collect.Run(t.Context(), []providers.Planner{planner{err: errors.Join(test.problems...)}}, &m, &m, options()); err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, c := range m.replanned() {
				got = c.State.String() + " " + c.Why.String()
			}
			if !strings.HasPrefix(got, test.want) || !strings.Contains(got, "last read at") {
				t.Errorf("%q, want it to begin with %q and to tell the last reading", got, test.want)
			}
		})
	}
}
