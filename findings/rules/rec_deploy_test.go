package rules_test

import (
	"slices"
	"testing"
	"time"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func TestApproverDeployed(t *testing.T) {
	approvedBy := func(who string, change ...func(*registry.Approval)) *registry.Approval {
		return recApproval(append(change, func(a *registry.Approval) { a.By = who })...)
	}
	deployed := func(who string, p inventory.Principal) rulestest.World {
		return shopWorld(approvedBy(who), rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Ago(day), actedBy(p)))
	}
	ana := "ana@example.com"
	eyes := func(w rulestest.World) rulestest.World {
		w.Estate.FourEyes = true
		return w
	}
	hit := []string{"shop | deployer | high"}
	runRec(t, "REC-05", []recCase{
		{"the session name is the approver's mail", deployed(ana, inventory.Principal{ID: rulestest.Deployer, Session: "Ana@Example.com"}), hit, "the session name is"},
		{"the end of the principal's id is the approver", deployed("ana", inventory.Principal{ID: "arn:aws:iam::111122223333:user/people/ana"}), hit, "the end of the principal's id"},
		{"the principal itself is the approver", deployed("arn:aws:iam::111122223333:user/ana", inventory.Principal{ID: "arn:aws:iam::111122223333:user/ana"}), hit, "the principal's id"},
		{"the federated subject is the approver", deployed(ana, inventory.Principal{ID: "x", Provider: "sso.example.com", Subject: ana}), hit, "federated subject"},
		{"somebody in the chain is the approver", deployed(ana, inventory.Principal{ID: "x", Chain: []string{rulestest.Deployer, "google:user:" + ana}}), hit, "chain"},
		{"an approver named as principals are", deployed("google:user:"+ana, inventory.Principal{ID: "x", Session: "Ana@example.com"}), hit, "the session name is"},
		{"the name of an approver's role is no proof", deployed("arn:aws:iam::111122223333:role/ci", inventory.Principal{ID: "x", Session: "ci"}), nil, ""},
		{"an approver named as principals are may deploy", shopWorld(approvedBy("google:user:"+ana, limited(registry.Limits{Deployers: []string{ana}}))),
			[]string{"shop-claim | deployers | high"}, "lets the same principal deploy"},
		{"somebody else", deployed(ana, inventory.Principal{ID: "arn:aws:iam::111122223333:user/bob", Session: "bob@example.com"}), nil, ""},
		{"the same first name at another company is not shown to be the same", deployed(ana, inventory.Principal{ID: "x", Session: "ana@elsewhere.example"}), nil, ""},
		{"a principal of whom nothing is known", deployed(ana, inventory.Principal{}), nil, ""},
		{"a refused deployment", shopWorld(approvedBy(ana), rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Ago(day),
			actedBy(inventory.Principal{ID: "x", Session: ana}), func(e *inventory.Event) { e.Outcome = inventory.Failed })), nil, ""},
		{"no approval", shopWorld(nil, rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Ago(day), actedBy(inventory.Principal{ID: "x", Session: ana}))), nil, ""},
		{"the approval lets the approver deploy", shopWorld(approvedBy("ana", limited(registry.Limits{Deployers: []string{"arn:aws:iam::111122223333:user/ana"}}))),
			[]string{"shop-claim | deployers | high"}, "lets the same principal deploy"},
		{"the owner approves, with four eyes", eyes(shopWorld(approvedBy("Payments@example.com"))), []string{"shop-claim | owner | high"}, "four eyes"},
		{"the owner's principal approves, with four eyes", eyes(shopWorld(approvedBy("paul"))), []string{"shop-claim | owner | high"}, ""},
		{"the owner approves, and four eyes are not asked for", shopWorld(approvedBy("payments@example.com")), nil, ""},
		{"somebody else approves, with four eyes", eyes(shopWorld(approvedBy(ana))), nil, ""},
	})
}

// lostWorld is a whole world in which events tell of the function "lost",
// which no inventory holds.
func lostWorld(events ...inventory.Event) rulestest.World {
	w := claimed(nil, rulestest.FromEvents("lost", events[len(events)-1].Time))
	for _, e := range events {
		w.Facts = append(w.Facts, e)
	}
	return w
}

// withLog gives the same world with another log of events.
func withLog(w rulestest.World, log inventory.Coverage) rulestest.World {
	w = w.Without(func(f inventory.Fact) bool {
		c, ok := f.(inventory.Coverage)
		return ok && c.Cell.Capability == inventory.CapEvents
	})
	w.Facts = append(w.Facts, log)
	return w
}

func TestDeployedAndRemoved(t *testing.T) {
	created := rulestest.Act(inventory.ActionCreate, "lost", rulestest.Ago(2*day))
	deleted := rulestest.Act(inventory.ActionDelete, "lost", rulestest.Ago(day))
	again := rulestest.Act(inventory.ActionCreate, "lost", rulestest.Ago(12*time.Hour))
	both := lostWorld(created, deleted)
	mine := both
	mine.Registry.Claims = []registry.Claim{{ID: "lost-claim", Owner: "payments", Select: registry.Selector{Name: "lost"}}}
	there := claimed(nil, rulestest.Function("lost"), created, deleted)
	refused := created
	refused.Outcome = inventory.Failed
	log := func(from, to time.Time, c inventory.Continuity) rulestest.World {
		return withLog(both, rulestest.Log(from, to, c))
	}
	hit := []string{"lost |  | high"}
	runRec(t, "REC-09", []recCase{
		{"created, deleted, claimed by nobody", both, hit, "removed 24h0m0s later"},
		{"claimed", mine, nil, ""},
		{"still there", there, nil, ""},
		{"created again", lostWorld(created, deleted, again), nil, ""},
		{"the creation was refused", lostWorld(refused, deleted), nil, ""},
		{"only deleted", lostWorld(deleted), nil, ""},
		{"on a log that is assumed to be whole: one step lower", log(rulestest.Ago(3*day), rulestest.Now(), inventory.Assumed), []string{"lost |  | medium"}, "no digest chain"},
		{"on a log with a gap: unknown", log(rulestest.Ago(3*day), rulestest.Now(), inventory.Broken), nil, ""},
		{"on a log that begins later: unknown", log(rulestest.Ago(day+time.Hour), rulestest.Now(), inventory.Proved), nil, ""},
		{"where the inventory is not whole: unknown", both.WithState(inventory.CapFunctions, inventory.Denied), nil, ""},
		{"where the events are not whole: unknown", both.WithState(inventory.CapEvents, inventory.Partial), nil, ""},
	})
}

func TestUnloggedChange(t *testing.T) {
	born := rulestest.Ago(10 * day)
	made := rulestest.Function("shop", func(a *inventory.Asset) { a.Created, a.Modified = born, born.Add(day) })
	create := rulestest.Act(inventory.ActionCreate, "shop", born.Add(time.Minute))
	update := rulestest.Act(inventory.ActionUpdateCode, "shop", born.Add(day+14*time.Minute))
	late := rulestest.Act(inventory.ActionUpdateCode, "shop", born.Add(day+16*time.Minute))
	old := rulestest.Function("shop", func(a *inventory.Asset) { a.Created, a.Modified = rulestest.Ago(900*day), rulestest.Ago(800*day) })
	published := rulestest.Function("shop", func(a *inventory.Asset) {
		a.Versions = inventory.Known(inventory.Versions{Published: []inventory.Version{{Name: "1", Modified: born}}}, rulestest.Now())
	})
	both := claimed(nil, made)
	runRec(t, "REC-10", []recCase{
		{"events tell of both", claimed(nil, made, create, update), nil, ""},
		{"no event tells of the modification", claimed(nil, made, create), []string{"shop | modified | medium"}, "no event within 15m0s"},
		{"an event too late to be of it", claimed(nil, made, create, late), []string{"shop | modified | medium"}, ""},
		{"no event at all", both, []string{"shop | created | medium", "shop | modified | medium"}, ""},
		{"before the log begins nothing can be missed", claimed(nil, old), nil, ""},
		{"the first publication, without creation", claimed(nil, published), []string{"shop | created | medium"}, ""},
		{"known from events alone", rulestest.World{Facts: []inventory.Fact{rulestest.Log(rulestest.Ago(50*day), rulestest.Now(), inventory.Proved),
			rulestest.FromEvents("shop", born, func(a *inventory.Asset) { a.Created = born })}}, nil, ""},
		{"no times", claimed(nil, rulestest.Function("shop")), nil, ""},
		{"on an assumed log: one step lower", withLog(both, rulestest.Log(rulestest.Ago(50*day), rulestest.Now(), inventory.Assumed)),
			[]string{"shop | created | low", "shop | modified | low"}, "no digest chain"},
		{"on a log with a gap: unknown", withLog(both, rulestest.Log(rulestest.Ago(50*day), rulestest.Now(), inventory.Broken)), nil, ""},
		{"where the events are not whole: unknown", both.WithState(inventory.CapEvents, inventory.Malformed), nil, ""},
		{"on a log of Lambda alone", restricted(both, "lambda.amazonaws.com"), []string{"shop | created | medium", "shop | modified | medium"}, ""},
		{"on a log that was not asked for Lambda: unknown", restricted(both, "iam.amazonaws.com"), nil, ""},
	})
}

// TestBeforeTheLogNothingIsWithheld: an old asset is no question to the rule,
// so it leaves the rule seeing.
func TestBeforeTheLogNothingIsWithheld(t *testing.T) {
	old := rulestest.Function("shop", func(a *inventory.Asset) { a.Created = rulestest.Ago(900 * day) })
	if res := claimed(nil, old).Evaluate(t, recRule(t, "REC-10")); res.Blind("REC-10", rulestest.Place()) {
		t.Errorf("blind: %v", res.Silences)
	}
}

func TestEventWithoutObject(t *testing.T) {
	created := rulestest.Act(inventory.ActionCreate, "lost", rulestest.Ago(2*day))
	deleted := rulestest.Act(inventory.ActionDelete, "lost", rulestest.Ago(day))
	before := rulestest.Act(inventory.ActionDelete, "lost", rulestest.Ago(3*day))
	recent := rulestest.Act(inventory.ActionCreate, "lost", rulestest.Ago(10*time.Minute))
	lost := lostWorld(created)
	hit := []string{"lost |  | medium"}
	runRec(t, "REC-11", []recCase{
		{"created, not deleted, not there", lost, hit, "in no inventory"},
		{"deleted before it was created", lostWorld(before, created), hit, ""},
		{"deleted", lostWorld(created, deleted), nil, ""},
		{"there", claimed(nil, rulestest.Function("lost"), created), nil, ""},
		{"created just before the inventory was read", lostWorld(recent), nil, ""},
		{"on an assumed log: one step lower", withLog(lost, rulestest.Log(rulestest.Ago(3*day), rulestest.Now().Add(1), inventory.Assumed)), []string{"lost |  | low"}, ""},
		{"a log that ends before the inventory was read: unknown", withLog(lost, rulestest.Log(rulestest.Ago(3*day), rulestest.Ago(time.Hour), inventory.Proved)), nil, ""},
		{"where the inventory is not whole: unknown", lost.WithState(inventory.CapFunctions, inventory.Throttled), nil, ""},
	})
}

// TestWithheldIsSaid: what a rule would have concluded from a log that does
// not reach far enough shows as a hole.
func TestWithheldIsSaid(t *testing.T) {
	w := withLog(lostWorld(rulestest.Act(inventory.ActionCreate, "lost", rulestest.Ago(2*day))),
		rulestest.Log(rulestest.Ago(3*day), rulestest.Ago(time.Hour), inventory.Proved))
	res := w.Evaluate(t, recRule(t, "REC-11"))
	if !res.Blind("REC-11", rulestest.Place()) {
		t.Error("the rule is not blind although it withheld a finding")
	}
	holes := rulestest.Of(res, "COV-01")
	if !slices.ContainsFunc(holes, saysRule("REC-11")) {
		t.Errorf("no hole names the rule: %+v", holes)
	}
}
