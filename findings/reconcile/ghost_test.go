package reconcile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// TestGhosts: a claim is a ghost only where every place in which it might
// match was read whole.
func TestGhosts(t *testing.T) {
	other := rulestest.Place()
	other.Region = "us-east-1"
	reading := func(s inventory.Scope, capability inventory.Capability, state inventory.State) inventory.Fact {
		return inventory.Coverage{Cell: inventory.Cell{Source: "aws", Scope: s, Capability: capability}, State: state, Read: rulestest.Now()}
	}
	denied := reading(other, inventory.CapFunctions, inventory.Denied)
	plan := reading(inventory.Scope{Provider: inventory.AWS}, inventory.CapScopes, inventory.Denied)
	here := registry.Selector{Provider: inventory.AWS, Accounts: []string{rulestest.Account}, Regions: []string{rulestest.Region}, Name: "lost"}
	anywhere := registry.Selector{Name: "lost"}
	byID := registry.Selector{ID: rulestest.FunctionID("lost")}
	const ghost, hidden, neither = "ghost", "hidden", ""
	for _, test := range []struct {
		name      string
		selector  registry.Selector
		transient bool
		facts     []inventory.Fact
		want      string
	}{
		{"its scope was read whole", here, false, rulestest.Whole(), ghost},
		{"anywhere, and all that is known was read whole", anywhere, false, rulestest.Whole(), ghost},
		{"made on demand", here, true, rulestest.Whole(), neither},
		{"it matches", here, false, append(rulestest.Whole(), rulestest.Function("lost")), neither},
		{"it matches what events alone tell of", here, false, []inventory.Fact{rulestest.FromEvents("lost", rulestest.Now())}, neither},
		{"it matches what is gone", here, false, append(rulestest.Whole(), rulestest.FromEvents("lost", rulestest.Ago(day))), ghost},
		{"another region was denied, and it names its own", here, false, append(rulestest.Whole(), denied), ghost},
		{"another region was denied, and it may be anywhere", anywhere, false, append(rulestest.Whole(), denied), hidden},
		{"the list of accounts was denied, and it names its place", here, false, append(rulestest.Whole(), plan), ghost},
		{"the list of accounts was denied, and it may be anywhere", anywhere, false, append(rulestest.Whole(), plan), hidden},
		{"the list of accounts was denied, and it may be in any region", registry.Selector{Accounts: []string{rulestest.Account}, Name: "lost"}, false, append(rulestest.Whole(), plan), hidden},
		{"an id that is no ARN tells no place", registry.Selector{ID: "x:aws:lambda:eu-west-1:111122223333:lost"}, false, append(rulestest.Whole(), denied), hidden},
		{"an id tells its place", byID, false, append(rulestest.Whole(), denied, plan), ghost},
		{"an id in a region that was denied", registry.Selector{ID: "arn:aws:lambda:us-east-1:111122223333:function:lost"}, false, append(rulestest.Whole(), denied), hidden},
		{"nobody was asked to read there", registry.Selector{Provider: inventory.Cloudflare, Name: "lost"}, false, rulestest.Whole(), hidden},
		{"nothing was read", here, false, nil, hidden},
		{"its own reading was partial", here, false, rulestest.World{Facts: rulestest.Whole()}.WithState(inventory.CapFunctions, inventory.Partial).Facts, hidden},
		{"the service is proved not to be in use", here, false, rulestest.World{Facts: rulestest.Whole()}.WithState(inventory.CapFunctions, inventory.Disabled).Facts, ghost},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := rulestest.World{Facts: test.facts, Registry: registry.Content{Owners: owners(),
				Claims: []registry.Claim{{ID: "lost", Owner: "payments", Select: test.selector, Transient: test.transient}}}}.Case(t)
			got := neither
			switch {
			case len(c.Ghosts) == 1:
				got = ghost
			case len(c.Hidden) == 1 && len(c.Hidden[0].Gaps) > 0:
				got = hidden
			}
			if got != test.want || len(c.Ghosts)+len(c.Hidden) > 1 {
				t.Errorf("got %q (ghosts %v, hidden %v), want %q", got, c.Ghosts, c.Hidden, test.want)
			}
		})
	}
}

// TestShadowedClaimIsNoGhost: a claim that selects an asset for which a more
// specific one answers matches something.
func TestShadowedClaimIsNoGhost(t *testing.T) {
	w := world(nil)
	broad := registry.Claim{ID: "broad", Owner: "search", Select: registry.Selector{Provider: inventory.AWS, Name: "s*"}}
	w.Registry.Claims = append(w.Registry.Claims, broad)
	c := w.Case(t)
	if diff := cmp.Diff([]registry.Claim(nil), c.Ghosts); diff != "" {
		t.Errorf("ghosts (-want +got):\n%s", diff)
	}
}
