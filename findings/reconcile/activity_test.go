package reconcile_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/reconcile"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

// TestActivity: the last act of each kind stands, and only acts that succeeded.
func TestActivity(t *testing.T) {
	at := func(h int) time.Time { return rulestest.Ago(time.Duration(100-h) * time.Hour) }
	refused := func(e *inventory.Event) { e.Outcome = inventory.Failed }
	act := func(a inventory.Action, h int, change ...func(*inventory.Event)) inventory.Event {
		return rulestest.Act(a, "shop", at(h), change...)
	}
	w := rulestest.World{Facts: append(rulestest.Whole(), rulestest.Function("shop"),
		act(inventory.ActionCreate, 1), act(inventory.ActionUpdateCode, 2), act(inventory.ActionDelete, 3),
		act(inventory.ActionCreate, 4), act(inventory.ActionPublish, 5), act(inventory.ActionGrant, 6),
		act(inventory.ActionInvoke, 7), act(inventory.ActionEnumerate, 8), act(inventory.ActionReadSecret, 9),
		act(inventory.ActionUpdateCode, 10, refused), act(inventory.ActionDelete, 11, refused),
		act(inventory.ActionUpdateConfig, 12, func(e *inventory.Event) { e.ReadOnly = true }),
		act(inventory.ActionDelete, 5, func(e *inventory.Event) { e.Name, e.Change.Qualifier = "DeleteAlias", "live" }))}
	got := w.Case(t).Verdicts[rulestest.FunctionID("shop")].Life()
	for _, test := range []struct {
		name string
		act  findings.Act
		want int
	}{
		{"created again", got.Created, 4}, {"deleted", got.Deleted, 3}, {"last deployed", got.LastDeploy, 5}, {"last changed", got.Changed, 6},
	} {
		if !test.act.Time.Equal(at(test.want)) || test.act.Principal != rulestest.Deployer || test.act.Who.ID != rulestest.Deployer || test.act.Event == "" {
			t.Errorf("%s: got %+v, want the act at %s", test.name, test.act, at(test.want))
		}
	}
}

// TestOwnTimesAreHeldAgainstEvents: an act near the asset's own time explains it.
func TestOwnTimesAreHeldAgainstEvents(t *testing.T) {
	born := rulestest.Ago(10 * day)
	timed := func(a *inventory.Asset) { a.Created, a.Modified = born, born.Add(day) }
	published := func(a *inventory.Asset) {
		a.Modified = born.Add(day)
		a.Versions = inventory.Known(inventory.Versions{Published: []inventory.Version{
			{Name: "3", Modified: born.Add(day)}, {Name: "1", Modified: born}, {Name: "2"}}}, rulestest.Now())
	}
	for _, test := range []struct {
		name              string
		asset             func(*inventory.Asset)
		off               time.Duration
		created, modified bool
	}{
		{"at the time of creation", timed, 0, true, false},
		{"as late as delivery may be", timed, findings.LateDelivery, true, false},
		{"as early", timed, -findings.LateDelivery, true, false},
		{"later than that", timed, findings.LateDelivery + time.Second, false, false},
		{"at the time of modification", timed, day, false, true},
		{"the earliest publication stands for the creation", published, time.Minute, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := rulestest.World{Facts: append(rulestest.Whole(), rulestest.Function("shop", test.asset),
				rulestest.Act(inventory.ActionUpdateCode, "shop", born.Add(test.off)))}
			got := w.Case(t).Verdicts[rulestest.FunctionID("shop")].Life()
			if got.CreatedLogged != test.created || got.ModifiedLogged != test.modified {
				t.Errorf("created logged %t, modified logged %t; want %t, %t", got.CreatedLogged, got.ModifiedLogged, test.created, test.modified)
			}
		})
	}
}

// TestActsOnAliases: an event may name an asset by another id.
func TestActsOnAliases(t *testing.T) {
	w := rulestest.World{Facts: append(rulestest.Whole(),
		rulestest.Function("shop", func(a *inventory.Asset) { a.Aliases = []inventory.AssetID{rulestest.FunctionID("old-shop")} }),
		rulestest.Act(inventory.ActionCreate, "old-shop", rulestest.Ago(day)), rulestest.Act(inventory.ActionCreate, "elsewhere", rulestest.Ago(day)))}
	c := w.Case(t)
	if len(c.Verdicts) != 1 {
		t.Errorf("%d verdicts, want one: an event alone makes no asset", len(c.Verdicts))
	}
	for id, v := range c.Verdicts {
		if v.Life().Created.Event == "" {
			t.Errorf("%s: the act under another id is not told", id)
		}
	}
}

// TestDeploymentsAreCounted by day and provider; refused ones are not.
func TestDeploymentsAreCounted(t *testing.T) {
	noon := time.Date(2026, 10, 30, 12, 0, 0, 0, time.UTC)
	refused := func(e *inventory.Event) { e.Outcome = inventory.Failed }
	two := func(e *inventory.Event) { e.Assets = append(e.Assets, rulestest.FunctionID("cart")) }
	elsewhere := func(e *inventory.Event) { e.Scope.Provider = inventory.Cloudflare }
	w := rulestest.World{Facts: []inventory.Fact{
		rulestest.Act(inventory.ActionCreate, "shop", noon, two),
		rulestest.Act(inventory.ActionUpdateCode, "shop", time.Date(2026, 10, 30, 23, 59, 59, 0, time.UTC)),
		rulestest.Act(inventory.ActionPublish, "shop", time.Date(2026, 10, 31, 1, 0, 0, 0, time.FixedZone("", 2*3600))),
		rulestest.Act(inventory.ActionDeploy, "shop", noon.Add(day), elsewhere),
		rulestest.Act(inventory.ActionUpdateCode, "shop", noon.Add(day), refused),
		rulestest.Act(inventory.ActionDelete, "shop", noon.Add(day)),
	}}
	want := []findings.Deployments{
		{Day: "2026-10-30", Provider: inventory.AWS, Count: 3},
		{Day: "2026-10-31", Provider: inventory.Cloudflare, Count: 1},
	}
	if diff := cmp.Diff(want, w.Case(t).Deployments); diff != "" {
		t.Errorf("deployments (-want +got):\n%s", diff)
	}
}

// TestUnreadableEvents: without its events a view is not judged.
func TestUnreadableEvents(t *testing.T) {
	broken := errors.New("disk gone")
	v := inventory.NewView(rulestest.Now(), nil, nil)
	v.Events = func(context.Context, inventory.Filter, func(inventory.Event) error) error { return broken }
	c, err := reconcile.Judge(t.Context(), v, nil, reconcile.Options{Now: rulestest.Now()})
	if c != nil || !errors.Is(err, broken) || !strings.Contains(err.Error(), "fold events") {
		t.Errorf("got %v, %v; want the cause and what was being done", c, err)
	}
}

// TestNoRegistry: a nil registry is no registry that was read.
func TestNoRegistry(t *testing.T) {
	v := inventory.NewView(rulestest.Now(), []inventory.Asset{rulestest.Function("shop")}, nil)
	c, err := reconcile.Judge(t.Context(), v, nil, reconcile.Options{Now: rulestest.Now(), RegistryRead: true})
	if err != nil || c.RegistryRead || c.Verdicts[rulestest.FunctionID("shop")].Standing != findings.Unknown {
		t.Errorf("got %+v, %v; want unknown standings", c, err)
	}
}

// TestADeploymentInTwoAccountsCountsOnce: by the copy that names the deployer.
func TestADeploymentInTwoAccountsCountsOnce(t *testing.T) {
	copied := func(id string, by inventory.Principal, account string) inventory.Event {
		return rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Ago(day), func(e *inventory.Event) {
			e.ID, e.Shared, e.Scope.Account, e.Principal = id, "shared", account, by
		})
	}
	c := rulestest.World{Facts: append(rulestest.Whole(), rulestest.Function("shop"),
		copied("a", inventory.Principal{ID: rulestest.Deployer, Account: "999999999999"}, "999999999999"),
		copied("b", inventory.Principal{ID: "account:AROA", Account: "999999999999"}, rulestest.Account))}.Case(t)
	if got := c.Verdicts[rulestest.FunctionID("shop")].Life().LastDeploy; got.Event != "a" || got.Principal != rulestest.Deployer {
		t.Errorf("last deployed by %+v, want the copy of the deployer's own account", got)
	}
	if len(c.Deployments) != 1 || c.Deployments[0].Count != 1 {
		t.Errorf("deployments %+v, want one", c.Deployments)
	}
}
