package findings_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// seesEvents is a rule of the provider that reports each event it is shown.
func seesEvents(id string, p inventory.Provider) findings.Rule {
	return findings.Rule{ID: id, Provider: p, Event: func(_ *findings.Case, e inventory.Event) []findings.Finding {
		return []findings.Finding{{Rule: id, Subject: e.ID}}
	}}
}

func subjects(all []findings.Finding) []string {
	var out []string
	for _, f := range all {
		out = append(out, f.Rule+" "+f.Subject)
	}
	return out
}

func TestRulesSeeTheirEvents(t *testing.T) {
	elsewhere := rulestest.Act(inventory.ActionDeploy, "b", rulestest.Ago(time.Hour), func(e *inventory.Event) { e.ID, e.Scope.Provider = "cf", inventory.Cloudflare })
	late := rulestest.Act(inventory.ActionDeploy, "c", rulestest.Now().Add(time.Second))
	w := rulestest.World{Facts: []inventory.Fact{elsewhere, late, rulestest.Act(inventory.ActionDeploy, "a", rulestest.Now(), func(e *inventory.Event) { e.ID = "aws" })}}
	disabled := seesEvents("R-3", "")
	disabled.State = findings.Disabled
	res := w.Evaluate(t, seesEvents("R-2", inventory.AWS), disabled, seesEvents("R-1", ""))
	want := []string{"R-1 aws", "R-1 cf", "R-2 aws"}
	if diff := cmp.Diff(want, subjects(res.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"R-2", "R-1"}, res.Judged); diff != "" {
		t.Errorf("judged (-want +got):\n%s", diff)
	}
	if !res.Blind("R-3", rulestest.Place()) || !res.Blind("R-9", rulestest.Place()) || res.Blind("R-1", rulestest.Place()) {
		t.Error("a rule is blind where it is disabled or unknown, and one without needs is not")
	}
}

// TestListens: a rule is shown the events of the services that it names for the
// provider, and all events where it names none.
func TestListens(t *testing.T) {
	of := func(id, service string, p inventory.Provider) inventory.Event {
		return rulestest.Act(inventory.ActionDeploy, "a", rulestest.Ago(time.Hour), func(e *inventory.Event) { e.ID, e.Service, e.Scope.Provider = id, service, p })
	}
	w := rulestest.World{Facts: []inventory.Fact{
		of("lambda", "lambda.amazonaws.com", inventory.AWS), of("logs", "logs.amazonaws.com", inventory.AWS), of("worker", "workers", inventory.Cloudflare),
	}}
	r := seesEvents("R-1", "")
	r.Listens = map[inventory.Provider][]string{inventory.AWS: {"lambda.amazonaws.com"}}
	if diff := cmp.Diff([]string{"R-1 lambda", "R-1 worker"}, subjects(w.Evaluate(t, r).Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestServicesThatNobodyAskedFor: they blind a rule and hold nothing open,
// unless somewhere at the provider a log is asked for them; then what was found
// there may come of it.
func TestServicesThatNobodyAskedFor(t *testing.T) {
	log := func(region string, services ...string) inventory.Coverage {
		c := rulestest.Log(rulestest.Ago(time.Hour), rulestest.Now(), inventory.Proved)
		c.Cell.Scope.Region, c.Services = region, services
		return c
	}
	r := findings.Rule{ID: "R-1", Provider: inventory.AWS, Needs: []inventory.Capability{inventory.CapEvents},
		Listens: map[inventory.Provider][]string{inventory.AWS: {"logs.amazonaws.com"}}}
	for _, test := range []struct {
		name           string
		logs           []inventory.Fact
		blind, resolve bool
		severity       findings.Severity
	}{
		{"nowhere", []inventory.Fact{log(rulestest.Region, "lambda.amazonaws.com")}, true, true, findings.Info},
		{"elsewhere", []inventory.Fact{log(rulestest.Region, "lambda.amazonaws.com"), log("us-east-1", "logs.amazonaws.com")}, true, false, findings.Info},
		{"elsewhere, with all others", []inventory.Fact{log(rulestest.Region, "lambda.amazonaws.com"), log("us-east-1")}, true, false, findings.Info},
		{"here", []inventory.Fact{log(rulestest.Region, "lambda.amazonaws.com", "logs.amazonaws.com")}, false, true, 0},
		{"here, with all others", []inventory.Fact{log(rulestest.Region)}, false, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := rulestest.World{Facts: test.logs}.Evaluate(t, r)
			if blind, resolve := res.Blind("R-1", rulestest.Place()), res.MayResolve("R-1", rulestest.Place()); blind != test.blind || resolve != test.resolve {
				t.Errorf("blind %t, may resolve %t", blind, resolve)
			}
			if told := len(res.Findings) > 0; told != test.blind || (told && res.Findings[0].Severity != test.severity) {
				t.Errorf("findings %+v", res.Findings)
			}
		})
	}
}

// TestLooks: what only looks is shown to the rules that ask for it, and to no
// other; an attempt to change something is shown to all.
func TestLooks(t *testing.T) {
	act := func(id string, a inventory.Action, change func(*inventory.Event)) inventory.Event {
		return rulestest.Act(a, "a", rulestest.Ago(time.Hour), func(e *inventory.Event) { e.ID = id; change(e) })
	}
	w := rulestest.World{Facts: []inventory.Fact{
		act("list", inventory.ActionEnumerate, func(e *inventory.Event) { e.ReadOnly = true }),
		act("refused", inventory.ActionReadSecret, func(e *inventory.Event) { e.ReadOnly, e.Outcome = true, inventory.Failed }),
		act("attempt", inventory.ActionDelete, func(e *inventory.Event) { e.Outcome = inventory.Failed }),
		act("odd", inventory.ActionLoggingOff, func(e *inventory.Event) { e.ReadOnly = true }),
	}}
	curious, other := seesEvents("R-1", ""), seesEvents("R-2", "")
	curious.Looks = true
	want := []string{"R-1 attempt", "R-1 list", "R-1 odd", "R-1 refused", "R-2 attempt", "R-2 odd"}
	if diff := cmp.Diff(want, subjects(w.Evaluate(t, curious, other).Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[4:], subjects(w.Evaluate(t, other).Findings)); diff != "" {
		t.Errorf("findings of a rule that does not ask (-want +got):\n%s", diff)
	}
}

// TestChecksReadHistoryAndActs through the case, while it is evaluated.
func TestChecksReadHistoryAndActs(t *testing.T) {
	w := rulestest.World{
		Facts:   []inventory.Fact{rulestest.Function("a"), rulestest.Act(inventory.ActionCreate, "a", rulestest.Ago(time.Hour)), rulestest.Act(inventory.ActionDelete, "b", rulestest.Ago(time.Hour))},
		History: []inventory.Observation{{Asset: rulestest.FunctionID("a"), Facet: "code"}, {Asset: rulestest.FunctionID("b"), Facet: "code"}},
	}
	var seen []string
	r := findings.Rule{ID: "R-1", Check: func(c *findings.Case) []findings.Finding {
		for _, o := range c.History(rulestest.FunctionID("a")) {
			seen = append(seen, string(o.Asset)+"#"+o.Facet)
		}
		c.Acts(inventory.Filter{Asset: rulestest.FunctionID("a")}, func(e inventory.Event) { seen = append(seen, string(e.Action)) })
		return nil
	}}
	w.Evaluate(t, r)
	if diff := cmp.Diff([]string{string(rulestest.FunctionID("a")) + "#code", "create"}, seen); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}

// TestNoHistory: a view may have none.
func TestNoHistory(t *testing.T) {
	c := rulestest.World{}.Case(t)
	c.View.History = nil
	r := findings.Rule{ID: "R-1", Check: func(c *findings.Case) []findings.Finding {
		if got := c.History("a"); got != nil {
			t.Errorf("history %v of a view without any", got)
		}
		return nil
	}}
	if _, err := findings.Evaluate(t.Context(), c, []findings.Rule{r}); err != nil {
		t.Error(err)
	}
}

// TestUnreadableFactsEndTheEvaluation: nothing is judged on half of them.
func TestUnreadableFactsEndTheEvaluation(t *testing.T) {
	broken := errors.New("disk gone")
	fails := func(context.Context, inventory.Filter, func(inventory.Event) error) error { return broken }
	recall := findings.Rule{ID: "R-1", Check: func(c *findings.Case) []findings.Finding {
		c.History("a")
		c.History("b")
		c.Acts(inventory.Filter{}, func(inventory.Event) {})
		return nil
	}}
	acts := findings.Rule{ID: "R-1", Check: func(c *findings.Case) []findings.Finding {
		c.View.Events = fails
		c.Acts(inventory.Filter{}, func(inventory.Event) {})
		return nil
	}}
	for _, test := range []struct {
		name string
		rule findings.Rule
		view func(*inventory.View)
	}{
		{"events", seesEvents("R-1", ""), func(v *inventory.View) { v.Events = fails }},
		{"history", recall, func(v *inventory.View) {
			v.History = func(context.Context, inventory.AssetID) ([]inventory.Observation, error) { return nil, broken }
		}},
		{"acts", acts, func(*inventory.View) {}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := rulestest.World{}.Case(t)
			test.view(c.View)
			res, err := findings.Evaluate(t.Context(), c, []findings.Rule{test.rule})
			if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "evaluate rules: ") || res.Findings != nil {
				t.Errorf("got %v, %v", res, err)
			}
		})
	}
}

// TestBlind: where a need is missing, and nowhere else.
func TestBlind(t *testing.T) {
	other := rulestest.Place()
	other.Region = "us-east-1"
	denied := inventory.Coverage{Cell: inventory.Cell{Source: "aws", Scope: other, Capability: inventory.CapFunctions}, State: inventory.Denied, Read: rulestest.Now()}
	needs := findings.Rule{ID: "R-1", Provider: inventory.AWS, Needs: []inventory.Capability{inventory.CapFunctions}, Check: func(*findings.Case) []findings.Finding { return nil }}
	res := rulestest.World{Facts: append(rulestest.Whole(), denied)}.Evaluate(t, needs)
	account, unread := rulestest.Place(), rulestest.Place()
	account.Region, unread.Account = "", "999999999999"
	for _, test := range []struct {
		name  string
		scope inventory.Scope
		want  bool
	}{
		{"where all was read", rulestest.Place(), false},
		{"where it was denied", other, true},
		{"the account, of which a region was denied", account, true},
		{"a scope of which the view knows nothing", unread, true},
		{"everywhere", inventory.Scope{}, true},
	} {
		if got := res.Blind("R-1", test.scope); got != test.want {
			t.Errorf("%s: blind %t, want %t", test.name, got, test.want)
		}
	}
	if !slices.ContainsFunc(res.Silences, func(s findings.Silence) bool { return s.Scope == other && s.Gap.State == inventory.Denied }) {
		t.Errorf("silences %v do not hold the denied region", res.Silences)
	}
	if (findings.Result{Judged: []string{"R-1"}}).Blind("R-1", other) {
		t.Error("a result without silences is blind")
	}
}

// TestMayResolve: a hole holds findings open; what nobody was ever asked to
// read does not, or nothing that needs it would ever be resolved.
func TestMayResolve(t *testing.T) {
	other, unread := rulestest.Place(), rulestest.Place()
	other.Region, unread.Account = "us-east-1", "999999999999"
	cell := inventory.Cell{Source: "aws", Scope: other, Capability: inventory.CapFunctions}
	denied := inventory.Coverage{Cell: cell, State: inventory.Denied, Read: rulestest.Now()}
	rule := func(needs ...inventory.Capability) findings.Rule {
		return findings.Rule{ID: "R-1", Provider: inventory.AWS, Needs: needs, Check: func(*findings.Case) []findings.Finding { return nil }}
	}
	for _, test := range []struct {
		name  string
		world rulestest.World
		rule  findings.Rule
		scope inventory.Scope
		want  bool
	}{
		{"where all was read", rulestest.World{Facts: rulestest.Whole()}, rule(inventory.CapFunctions), rulestest.Place(), true},
		{"where it was denied", rulestest.World{Facts: append(rulestest.Whole(), denied)}, rule(inventory.CapFunctions), other, false},
		{"in a scope of which the view knows nothing", rulestest.World{Facts: rulestest.Whole()}, rule(inventory.CapFunctions), unread, false},
		{"a need that nobody was ever asked to read", rulestest.World{Facts: rulestest.Whole()}, rule(inventory.CapFunctions, "never"), rulestest.Place(), true},
		{"without a registry", rulestest.World{Facts: rulestest.Whole(), NoRegistry: true}, rule(findings.CapRegistry), rulestest.Place(), false},
		{"in a view that knows nothing", rulestest.World{}, rule("never"), rulestest.Place(), false},
		{"a rule that is not active", rulestest.World{Facts: rulestest.Whole()}, findings.Rule{ID: "R-2", Check: func(*findings.Case) []findings.Finding { return nil }}, rulestest.Place(), false},
	} {
		if got := test.world.Evaluate(t, test.rule).MayResolve("R-1", test.scope); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

// TestRegistryIsANeed: without one, rules that need it are blind everywhere.
func TestRegistryIsANeed(t *testing.T) {
	r := findings.Rule{ID: "R-1", Needs: []inventory.Capability{findings.CapRegistry}, Check: func(*findings.Case) []findings.Finding { return nil }}
	w := rulestest.World{Facts: rulestest.Whole()}
	if w.Evaluate(t, r).Blind("R-1", rulestest.Place()) {
		t.Error("blind although a registry was read")
	}
	w.NoRegistry = true
	res := w.Evaluate(t, r)
	if !res.Blind("R-1", rulestest.Place()) || len(res.Findings) != 1 || res.Findings[0].Evidence[0].Summary != "no registry was given" {
		t.Errorf("blind %t, told %+v", res.Blind("R-1", rulestest.Place()), res.Findings)
	}
}

// TestWithhold: what concludes from absence is told only where absence is
// proved; on an assumed log it is told one step lower.
func TestWithhold(t *testing.T) {
	over := inventory.Window{From: rulestest.Ago(2 * time.Hour), To: rulestest.Ago(time.Hour)}
	absent := func(over inventory.Window) findings.Rule {
		r := finds("R-1", findings.Finding{Subject: "s", Scope: rulestest.Place(), Severity: findings.High, Over: over})
		r.Absence = true
		return r
	}
	log := func(from time.Time, c inventory.Continuity, state inventory.State) []inventory.Fact {
		l := rulestest.Log(from, rulestest.Now(), c)
		l.State = state
		return []inventory.Fact{rulestest.Reading(inventory.CapFunctions, rulestest.Now()), l}
	}
	day := 24 * time.Hour
	for _, test := range []struct {
		name  string
		facts []inventory.Fact
		over  inventory.Window
		want  []string
		hole  bool
	}{
		{"a proved log", log(rulestest.Ago(day), inventory.Proved, inventory.Complete), over, []string{"high"}, false},
		{"an assumed log", log(rulestest.Ago(day), inventory.Assumed, inventory.Complete), over, []string{"medium"}, false},
		{"a log with a gap", log(rulestest.Ago(day), inventory.Broken, inventory.Complete), over, nil, true},
		{"a log that claims nothing", log(rulestest.Ago(day), inventory.ContinuityNone, inventory.Complete), over, nil, true},
		{"a log that begins too late", log(rulestest.Ago(90*time.Minute), inventory.Proved, inventory.Complete), over, nil, true},
		{"a log that was not read whole", log(rulestest.Ago(day), inventory.Proved, inventory.Partial), over, nil, true},
		{"no log, and none is concluded from", log(rulestest.Ago(day), inventory.Broken, inventory.Complete), inventory.Window{}, []string{"high"}, false},
		{"a need is missing", rulestest.World{Facts: rulestest.Whole()}.WithState(inventory.CapFunctions, inventory.Denied).Facts, over, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := rulestest.World{Facts: test.facts}.Evaluate(t, absent(test.over))
			var got []string
			for _, f := range rulestest.Of(res, "R-1") {
				got = append(got, f.Severity.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("severities (-want +got):\n%s", diff)
			}
			hole := res.Blind("R-1", rulestest.Place()) && slices.ContainsFunc(rulestest.Of(res, findings.CoverageRule), func(f findings.Finding) bool { return strings.Contains(f.Message, "R-1") })
			if hole != test.hole {
				t.Errorf("told as a hole: %t, want %t: %+v", hole, test.hole, res.Findings)
			}
		})
	}
}

// TestAccept: an exception accepts the findings of its rule on what it
// selects, says so, and takes nothing away.
func TestAccept(t *testing.T) {
	excepted := func(rule string, s registry.Selector, expires time.Time) registry.Content {
		return registry.Content{Exceptions: []registry.Exception{{Rule: rule, Select: s, Reason: "legacy", By: "ana@example.com", Expires: expires}}}
	}
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	shop := findings.Finding{Asset: rulestest.FunctionID("shop"), Scope: rulestest.Place()}
	unknown := shop
	unknown.Coverage = true
	lost := findings.Finding{Asset: rulestest.FunctionID("lost"), Scope: rulestest.Place()}
	trail := findings.Finding{Subject: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", Scope: rulestest.Place()}
	judged := shop
	judged.State, judged.StateWhy = findings.Accepted, "blind spot"
	byName := registry.Selector{Name: "shop"}
	for _, test := range []struct {
		name    string
		content registry.Content
		finding findings.Finding
		want    string
	}{
		{"on the asset", excepted("R-1", byName, end), shop, "exception by ana@example.com until 2026-11-30: legacy"},
		{"of another rule", excepted("R-2", byName, end), shop, ""},
		{"on another asset", excepted("R-1", registry.Selector{Name: "cart"}, end), shop, ""},
		{"past its end", excepted("R-1", byName, rulestest.Now()), shop, ""},
		{"on what the view does not know", excepted("R-1", registry.Selector{ID: rulestest.FunctionID("lost")}, end), lost, "exception by ana@example.com until 2026-11-30: legacy"},
		{"on what is no asset, by its name", excepted("R-1", registry.Selector{Name: "main"}, end), trail, "exception by ana@example.com until 2026-11-30: legacy"},
		{"on an unknown", excepted("R-1", byName, end), unknown, "exception by ana@example.com until 2026-11-30: legacy"},
		{"on what is accepted already", excepted("R-1", byName, end), judged, "blind spot"},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := rulestest.World{Facts: append(rulestest.Whole(), rulestest.Function("shop")), Registry: test.content}.Evaluate(t, finds("R-1", test.finding))
			got := rulestest.Of(res, "R-1")
			if len(got) != 1 || got[0].StateWhy != test.want || (got[0].State == findings.Accepted) != (test.want != "") {
				t.Errorf("got %+v, want %q", got, test.want)
			}
		})
	}
}

// TestFindingsAreSorted whatever the order in which rules make them.
func TestFindingsAreSorted(t *testing.T) {
	f := func(asset, subject, discriminator string) findings.Finding {
		return findings.Finding{Asset: inventory.AssetID(asset), Subject: subject, Discriminator: discriminator}
	}
	res := rulestest.World{Facts: rulestest.Whole()}.Evaluate(t, finds("R-2", f("b", "", ""), f("a", "", "y"), f("a", "", "x")), finds("R-1", f("", "z", ""), f("", "y", "")))
	var got []string
	for _, f := range res.Findings {
		got = append(got, strings.Join([]string{f.Rule, string(f.Asset), f.Subject, f.Discriminator}, " "))
	}
	want := []string{"R-1  y ", "R-1  z ", "R-2 a  x", "R-2 a  y", "R-2 b  "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

// TestScopes: the places that findings can be about.
func TestScopes(t *testing.T) {
	scope := func(p inventory.Provider, account, region string) inventory.Scope {
		return inventory.Scope{Provider: p, Account: account, Region: region}
	}
	cell := func(s inventory.Scope) inventory.Fact {
		return inventory.Coverage{Cell: inventory.Cell{Source: "s", Scope: s, Capability: inventory.CapFunctions}, State: inventory.Complete}
	}
	for _, test := range []struct {
		name  string
		facts []inventory.Fact
		want  []inventory.Scope
	}{
		{"nothing was read", nil, []inventory.Scope{{}}},
		{"an account without regions", []inventory.Fact{cell(scope("aws", "1", ""))}, []inventory.Scope{scope("aws", "1", "")}},
		{"an account with regions", []inventory.Fact{cell(scope("aws", "1", "")), cell(scope("aws", "1", "b")), cell(scope("aws", "1", "a")), cell(scope("aws", "2", ""))},
			[]inventory.Scope{scope("aws", "1", "a"), scope("aws", "1", "b"), scope("aws", "2", "")}},
		{"the place of an asset", []inventory.Fact{rulestest.Function("a"), cell(scope("aws", "", ""))}, []inventory.Scope{rulestest.Place()}},
	} {
		if diff := cmp.Diff(test.want, rulestest.World{Facts: test.facts}.Case(t).Scopes()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
