package live_test

import (
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
)

// TestAServiceWithoutAnswers costs a few calls, however many accounts there are:
// the cells of all say why, and what other services tell is read of all.
func TestAServiceWithoutAnswers(t *testing.T) {
	const accounts, parallel = 20, 8
	s := serve(t, company(members(accounts-1)...))
	s.SetFaults(awsfake.Fault{Service: "lambda", Effect: awsfake.Hang()})
	cfg := config(organization, lookup)
	cfg.Calls.Timeout, cfg.Calls.Attempts = 1500*time.Millisecond, 1
	m := &memory{}
	m.run(t, cfg, at())
	asked := 0
	for _, c := range s.Calls() {
		if c.Service == "lambda" {
			asked++
		}
	}
	if asked < 3 || asked > 3+parallel {
		t.Errorf("%d calls of the service, want three and those that were under way", asked)
	}
	functions, events, notAsked := 0, 0, 0
	for _, w := range m.words() {
		if w.State == inventory.Pending { // as the plan says, before the rest
			continue
		}
		switch w.Cell.Capability {
		case inventory.CapFunctions:
			if functions++; w.State != inventory.Unavailable {
				t.Errorf("%s is %s", w.Cell, w.State)
			}
			if strings.Contains(w.Why.Message, "not asked: the 3 calls of Lambda before in "+place+" got no answer (no whole answer came in time)") {
				notAsked++
			}
		case inventory.CapEvents:
			if events++; w.State != inventory.Complete {
				t.Errorf("%s is %s: %s", w.Cell, w.State, w.Why)
			}
		}
	}
	if functions != accounts || events != accounts || notAsked < accounts-parallel-3 {
		t.Errorf("%d and %d cells of %d accounts; %d say that they were not asked", functions, events, accounts, notAsked)
	}
}
