package findings_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func TestOwnAccounts(t *testing.T) {
	elsewhere := rulestest.Function("shop", func(a *inventory.Asset) { a.Scope.Account = "222222222222" })
	c := rulestest.World{Facts: []inventory.Fact{rulestest.Reading(inventory.CapFunctions, rulestest.Now()), elsewhere},
		Estate: findings.Estate{Accounts: []string{"333333333333", ""}, Partners: []string{"444444444444"}}}.Case(t)
	for account, want := range map[string]bool{rulestest.Account: true, "222222222222": true, "333333333333": true, "444444444444": false, "": false} {
		if got := c.Own(account); got != want {
			t.Errorf("account %q is ours: %t, want %t", account, got, want)
		}
	}
	if !c.Partner("444444444444") || c.Partner(rulestest.Account) {
		t.Error("partners are not those of the configuration")
	}
}

// claimedCase holds "shop", whose approval names a deployer, and "cart",
// which nobody claims.
func claimedCase(t *testing.T, limits registry.Limits) *findings.Case {
	t.Helper()
	return rulestest.World{
		Facts: append(rulestest.Whole(), rulestest.Function("shop", func(a *inventory.Asset) { a.Aliases = []inventory.AssetID{"zzz-alias"} }), rulestest.Function("cart")),
		Registry: registry.Content{Owners: []registry.Owner{{ID: "payments", Contacts: []string{"p@example.com"}}},
			Claims: []registry.Claim{{ID: "shop", Owner: "payments", Select: registry.Selector{Name: "shop"}, Approval: &registry.Approval{
				By: "ana@example.com", On: rulestest.Ago(time.Hour), Expires: rulestest.Now().Add(time.Hour), Limits: limits}}}},
		Estate: findings.Estate{Deployers: []string{"arn:aws:iam::111122223333:role/platform"}},
	}.Case(t)
}

// TestApprovedDeployer: only what the caller cannot choose counts.
func TestApprovedDeployer(t *testing.T) {
	c := claimedCase(t, registry.Limits{Deployers: []string{rulestest.Deployer, "oidc:ci.example.com#repo:shop", "service:codedeploy.amazonaws.com"}})
	for _, test := range []struct {
		name  string
		p     inventory.Principal
		asset string
		want  bool
	}{
		{"named by the approval", inventory.Principal{ID: rulestest.Deployer}, "shop", true},
		{"not named", inventory.Principal{ID: "arn:aws:iam::111122223333:user/eve"}, "shop", false},
		{"the configuration's list does not add to the approval's", inventory.Principal{ID: "arn:aws:iam::111122223333:role/platform"}, "shop", false},
		{"without an approval the configuration's list holds", inventory.Principal{ID: "arn:aws:iam::111122223333:role/platform"}, "cart", true},
		{"by federated identity", inventory.Principal{ID: "x", Provider: "ci.example.com", Subject: "repo:shop"}, "shop", true},
		{"by service", inventory.Principal{Type: "service", InvokedBy: "codedeploy.amazonaws.com"}, "shop", true},
		{"a session name never excuses", inventory.Principal{ID: "x", Session: rulestest.Deployer, Chain: []string{rulestest.Deployer}}, "shop", false},
		{"a service that acts for somebody does not stand in for him", inventory.Principal{ID: "x", Type: "assumed-role", InvokedBy: "codedeploy.amazonaws.com"}, "shop", false},
	} {
		if got := c.ApprovedDeployer(inventory.Event{Principal: test.p}, rulestest.FunctionID(test.asset)); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

func TestAssetOf(t *testing.T) {
	c := claimedCase(t, registry.Limits{})
	for id, want := range map[inventory.AssetID]inventory.AssetID{"zzz-alias": rulestest.FunctionID("shop"), "nobody": "nobody"} {
		if got := c.AssetOf(id); got != want {
			t.Errorf("asset of %s is %s, want %s", id, got, want)
		}
	}
}

func TestHistoryAndActsOutsideAnEvaluation(t *testing.T) {
	c := claimedCase(t, registry.Limits{})
	if got := c.History(rulestest.FunctionID("shop")); got != nil {
		t.Errorf("history %v before any evaluation", got)
	}
	c.Acts(inventory.Filter{}, func(inventory.Event) { t.Error("acts before any evaluation") })
}

func TestBorn(t *testing.T) {
	early, late := rulestest.Ago(time.Hour), rulestest.Now()
	versions := inventory.Known(inventory.Versions{Published: []inventory.Version{{Name: "2", Modified: late}, {Name: "1", Modified: early}, {Name: "0"}}}, late)
	for _, test := range []struct {
		name  string
		asset inventory.Asset
		want  time.Time
	}{
		{"nothing is known", inventory.Asset{}, time.Time{}},
		{"its own time", inventory.Asset{Created: late}, late},
		{"the earliest publication", inventory.Asset{Versions: versions}, early},
		{"whichever is earlier", inventory.Asset{Created: late, Versions: versions}, early},
	} {
		if got := findings.Born(test.asset); !got.Equal(test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestWeighing: the severity arithmetic of the catalogue, each step told.
func TestWeighing(t *testing.T) {
	stray := func(e *inventory.Event) { e.Principal = inventory.Principal{ID: "arn:aws:iam::111122223333:user/eve"} }
	estate := findings.Estate{Deployers: []string{rulestest.Deployer}}
	admin := func(bounded bool) func(*inventory.Asset) {
		return func(a *inventory.Asset) {
			a.Rights = inventory.Known(inventory.Rights{Admin: true, Bounded: bounded}, rulestest.Now())
		}
	}
	public := func(a *inventory.Asset) {
		a.Exposure = inventory.Split(inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "policy", Reach: inventory.ReachPublic}}}, rulestest.Now()))
	}
	for _, test := range []struct {
		name    string
		asset   []func(*inventory.Asset)
		event   func(*inventory.Event)
		attempt bool
		from    findings.Severity
		want    findings.Severity
		steps   int
	}{
		{"an approved deployer", nil, func(*inventory.Event) {}, false, findings.Medium, findings.Low, 1},
		{"never below low", nil, func(*inventory.Event) {}, false, findings.Low, findings.Low, 0},
		{"info stays info", nil, func(*inventory.Event) {}, false, findings.Info, findings.Info, 0},
		{"an unapproved one", nil, stray, false, findings.Medium, findings.High, 1},
		{"an administrator's asset", []func(*inventory.Asset){admin(false)}, stray, false, findings.Low, findings.High, 2},
		{"as it once was, and nobody knows since", []func(*inventory.Asset){admin(false), func(a *inventory.Asset) { a.Rights = a.Rights.Doubting(inventory.Reason{}, rulestest.Now().Add(1)) }}, stray, false, findings.Low, findings.Medium, 1},
		{"within a boundary it is none", []func(*inventory.Asset){admin(true)}, stray, false, findings.Low, findings.Medium, 1},
		{"reachable by anyone", []func(*inventory.Asset){public}, stray, false, findings.Low, findings.High, 2},
		{"never above critical", []func(*inventory.Asset){public, admin(false)}, stray, false, findings.High, findings.Critical, 1},
		{"an attempt is not weighed", []func(*inventory.Asset){public}, stray, true, findings.Low, findings.Low, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := findings.Rule{ID: "R-1", Severity: test.from, Weigh: true}
			r.Event = func(_ *findings.Case, e inventory.Event) []findings.Finding {
				f := r.New(e.Scope)
				f.Asset, f.Attempt = e.Assets[0], test.attempt
				return []findings.Finding{f}
			}
			w := rulestest.World{Estate: estate, Facts: append(rulestest.Whole(), rulestest.Function("shop", test.asset...),
				rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Now(), test.event))}
			got := rulestest.Of(w.Evaluate(t, r), "R-1")
			if len(got) != 1 || got[0].Severity != test.want || len(got[0].Steps) != test.steps {
				t.Errorf("got %+v; want %s in %d steps", got, test.want, test.steps)
			}
		})
	}
}

// A routine act is what the registry explains: told only where the principal is
// a stray or the rule itself saw something graver.
func TestARoutineActOfAnApprovedDeployerIsNoFinding(t *testing.T) {
	stray := func(e *inventory.Event) { e.Principal = inventory.Principal{ID: "arn:aws:iam::111122223333:user/eve"} }
	for _, test := range []struct {
		name     string
		event    func(*inventory.Event)
		severity findings.Severity
		want     int
	}{
		{"an approved deployer", func(*inventory.Event) {}, findings.Medium, 0},
		{"an approved deployer, and something graver", func(*inventory.Event) {}, findings.High, 1},
		{"a stray", stray, findings.Medium, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := findings.Rule{ID: "R-1", Severity: findings.Medium, Routine: true}
			r.Event = func(_ *findings.Case, e inventory.Event) []findings.Finding {
				f := r.New(e.Scope)
				f.Asset, f.Severity = e.Assets[0], test.severity
				return []findings.Finding{f}
			}
			w := rulestest.World{Estate: findings.Estate{Deployers: []string{rulestest.Deployer}}, Facts: append(rulestest.Whole(), rulestest.Function("shop"),
				rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Now(), test.event))}
			if got := rulestest.Of(w.Evaluate(t, r), "R-1"); len(got) != test.want {
				t.Errorf("got %+v, want %d", got, test.want)
			}
		})
	}
}

// TestRoutine: what an approved deployer may do is no finding, unless the rule
// itself saw something graver; the configured severity has no say in that.
func TestRoutine(t *testing.T) {
	act := rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Now())
	stray := rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Now(), func(e *inventory.Event) { e.Principal.ID, e.Principal.UniqueID = "eve", "" })
	rule := func(routine bool, found findings.Severity) findings.Rule {
		r := findings.Rule{ID: "R-1", Severity: findings.Medium, Routine: routine}
		r.Event = func(_ *findings.Case, e inventory.Event) []findings.Finding {
			f := r.New(e.Scope)
			f.Asset, f.Severity = e.Assets[0], found
			return []findings.Finding{f}
		}
		return r
	}
	for _, test := range []struct {
		name       string
		routine    bool
		found      findings.Severity
		event      inventory.Event
		configured string
		want       int
	}{
		{"an approved deployer", true, findings.Medium, act, "", 0},
		{"a stray", true, findings.Medium, stray, "", 1},
		{"an approved deployer, something graver", true, findings.High, act, "", 1},
		{"a rule that is not about routine", false, findings.Medium, act, "", 1},
		{"a configured severity above hides nothing graver", true, findings.High, act, "critical", 1},
		{"a configured severity below shows no routine", true, findings.Medium, act, "low", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			configured := map[string]string{}
			if test.configured != "" {
				configured["R-1"] = test.configured
			}
			rules, err := findings.Configure([]findings.Rule{rule(test.routine, test.found)}, nil, configured)
			if err != nil {
				t.Fatal(err)
			}
			w := rulestest.World{Estate: findings.Estate{Deployers: []string{rulestest.Deployer}}, Facts: append(rulestest.Whole(), rulestest.Function("shop"), test.event)}
			if got := rulestest.Of(w.Evaluate(t, rules...), "R-1"); len(got) != test.want {
				t.Errorf("%d findings, want %d", len(got), test.want)
			}
		})
	}
}

func TestStandingsAreListedOnce(t *testing.T) {
	want := []findings.Standing{"approved", "drifted", "expired", "owned", "unmanaged", "unknown"}
	if diff := cmp.Diff(want, findings.Standings()); diff != "" {
		t.Errorf("standings (-want +got):\n%s", diff)
	}
}
