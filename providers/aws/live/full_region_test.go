package live_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
)

// TestFull: a full scan reads what is too dear for each; another one says
// nothing of it, so that it stays, and names what it left out.
func TestFull(t *testing.T) {
	reserved := 5
	f := fn("f", alias("live"), policy("1", statement{Principal: map[string]string{"AWS": partner}}), func(f *awsfake.Function) {
		f.State, f.DeadLetter, f.Reserved = "Inactive", "arn:dlq", &reserved
		f.Invoke = []awsfake.InvokeConfig{{OnFailure: "arn:failed"}, {Qualifier: "live", OnSuccess: "arn:done"}}
	})
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{f}}))

	got := scan(t, config(full), found{})
	a := got.assets[arn("f")]
	if c := value(t, a.Configuration); c.State != "Inactive" || c.ReservedConcurrency == nil || *c.ReservedConcurrency != 5 {
		t.Errorf("configuration = %+v", c)
	}
	want := []inventory.Destination{{On: "dead-letter", Target: "arn:dlq"}, {On: "failure", Target: "arn:failed"}, {Qualifier: "live", On: "success", Target: "arn:done"}}
	if diff := cmp.Diff(want, value(t, a.Destinations)); diff != "" {
		t.Errorf("destinations (-want +got):\n%s", diff)
	}
	ways := []seen{{Kind: "policy", Qualifier: "1", Reach: inventory.ReachPartner}}
	if diff := cmp.Diff(ways, look(value(t, a.Exposure[inventory.CapVersionPolicies]).Ways)); diff != "" {
		t.Errorf("policies of versions (-want +got):\n%s", diff)
	}

	b := scan(t, config(), found{}).assets[arn("f")]
	if _, ok := b.Exposure[inventory.CapVersionPolicies]; ok || !b.Destinations.IsZero() {
		t.Errorf("a scan that is not full speaks of %+v and %+v", b.Exposure[inventory.CapVersionPolicies], b.Destinations)
	}
	if c := value(t, b.Configuration); c.State != "" || c.ReservedConcurrency != nil {
		t.Errorf("a listing tells a state: %+v", c)
	}
	for _, c := range []inventory.Capability{inventory.CapConfiguration, inventory.CapPolicies} {
		if w := scan(t, config(), found{}).words[c]; w.State != inventory.Complete || !strings.Contains(w.Why.Message, "scan --full") {
			t.Errorf("%s: %s, %q: want complete, with its depth", c, w.State, w.Why.Message)
		}
		if w := got.words[c]; w.State != inventory.Complete || w.Why != (inventory.Reason{}) {
			t.Errorf("full %s: %s, %q", c, w.State, w.Why)
		}
	}
}

// TestTwoPolicyCalls: where the two calls tell different policies, what either
// tells counts, and the difference is told.
func TestTwoPolicyCalls(t *testing.T) {
	same := fn("same", policy("", statement{Sid: "a", Principal: map[string]string{"AWS": partner}}))
	differs := fn("differs", alias("live"), policy("live", statement{Sid: "old", Principal: map[string]string{"AWS": partner}}))
	differs.Policies["live"].Newer = `{"Statement": [{"Sid":"new","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction"}]}`
	serve(t, world(&awsfake.Region{Functions: []*awsfake.Function{same, differs}}))
	got := scan(t, config(full), found{})
	want := []seen{{Kind: "policy", Qualifier: "live", Reach: inventory.ReachPartner}, {Kind: "policy", Qualifier: "live", Reach: inventory.ReachPublic}}
	if diff := cmp.Diff(want, look(value(t, got.assets[arn("differs")].Exposure[inventory.CapPolicies]).Ways), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
	if ways := value(t, got.assets[arn("same")].Exposure[inventory.CapPolicies]).Ways; len(ways) != 1 {
		t.Errorf("a policy that both tell alike counts twice: %+v", ways)
	}
	w := got.words[inventory.CapPolicies]
	if w.State != inventory.Complete || !strings.Contains(w.Why.Message, "differs:live") || strings.Contains(w.Why.Message, "same") {
		t.Errorf("word = %s, %q", w.State, w.Why.Message)
	}
}
