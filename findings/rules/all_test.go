package rules_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// saysRule finds a coverage finding that names the rule among those that
// cannot judge.
func saysRule(id string) func(findings.Finding) bool {
	return func(f findings.Finding) bool {
		return f.Rule == findings.CoverageRule && f.Coverage && strings.Contains(f.Message, id)
	}
}

// states lists every state that a cell can have.
func states() []inventory.State {
	var out []inventory.State
	for s := inventory.Pending; s <= inventory.Cancelled; s++ {
		out = append(out, s)
	}
	return out
}

// ground is a world in which nothing is missing for a rule, and its place.
type ground struct {
	provider inventory.Provider
	place    inventory.Scope
	world    func([]registry.Claim, ...inventory.Fact) rulestest.World
}

// groundsOf lists where the rule judges: one without a provider judges at all.
func groundsOf(r findings.Rule) []ground {
	all := []ground{
		{inventory.AWS, rulestest.Place(), claimed},
		{inventory.Cloudflare, rulestest.Cloud(), clouded},
	}
	return slices.DeleteFunc(all, func(g ground) bool { return r.Provider != "" && r.Provider != g.provider })
}

// onAWS lists the rules that judge what happens at AWS.
func onAWS() []findings.Rule {
	return slices.DeleteFunc(rules.All(), func(r findings.Rule) bool { return r.Provider == inventory.Cloudflare })
}

func TestEveryRuleDocumentsItself(t *testing.T) {
	seen := map[string]bool{}
	sentences := regexp.MustCompile(`^[A-Z].*\.$`)
	technique := regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			if seen[r.ID] {
				t.Error("two rules have this id")
			}
			seen[r.ID] = true
			for name, text := range map[string]string{"title": r.Title, "rationale": r.Rationale, "false positives": r.FalsePositives, "fix": r.Fix} {
				if strings.TrimSpace(text) == "" {
					t.Errorf("no %s", name)
				}
			}
			for name, text := range map[string]string{"rationale": r.Rationale, "false positives": r.FalsePositives, "fix": r.Fix} {
				if !sentences.MatchString(text) {
					t.Errorf("%s is not in whole sentences: %q", name, text)
				}
			}
			if r.Event == nil && r.Check == nil {
				t.Error("it judges nothing")
			}
			for _, id := range r.Attack {
				if !technique.MatchString(id) || strings.HasPrefix(id, "T1562") {
					t.Errorf("%q is no technique of ATT&CK %s", id, findings.AttackVersion)
				}
			}
			// REC-13 speaks of holes, and nothing can keep it from it.
			if len(r.Needs) == 0 && r.ID != "REC-13" {
				t.Error("it needs nothing, so it could never be blind")
			}
			if r.Absence && !slices.Contains(r.Needs, inventory.CapEvents) && !slices.Contains(r.Needs, inventory.CapFunctions) {
				t.Error("it concludes from absence in what it does not need")
			}
		})
	}
}

func TestAllIsSortedAndFresh(t *testing.T) {
	ids := func(all []findings.Rule) (out []string) {
		for _, r := range all {
			out = append(out, r.ID)
		}
		return out
	}
	all := rules.All()
	if got := ids(all); !slices.IsSorted(got) {
		t.Errorf("not sorted: %v", got)
	}
	want := []string{"REC-01", "REC-02", "REC-03", "REC-04", "REC-05", "REC-06", "REC-07", "REC-08", "REC-09", "REC-10", "REC-11", "REC-12", "REC-13", "REC-14"}
	if diff := cmp.Diff(want, ids(rules.REC())); diff != "" {
		t.Errorf("REC rules (-want +got):\n%s", diff)
	}
	all[0].ID = "changed"
	all[len(all)-1].Needs[0] = "changed"
	again := rules.All()
	if again[0].ID == "changed" || again[len(again)-1].Needs[0] == "changed" {
		t.Error("a caller can change the table of another")
	}
}

// TestEveryStateThroughEveryRule is promise 1: where a cell that a rule needs
// is not whole, whatever its state, the rule is blind there, a finding says so
// by the rule's name, and that finding counts for the exit code.
func TestEveryStateThroughEveryRule(t *testing.T) {
	for _, r := range rules.All() {
		for _, g := range groundsOf(r) {
			for _, need := range r.NeedsAt(g.provider) {
				for _, state := range states() {
					if need == findings.CapRegistry {
						continue // no cell: see the next test
					}
					t.Run(fmt.Sprintf("%s at %s without %s: %s", r.ID, g.provider, need, state), func(t *testing.T) {
						checkState(t, r, g, need, state)
					})
				}
			}
		}
	}
}

func checkState(t *testing.T, r findings.Rule, g ground, need inventory.Capability, state inventory.State) {
	t.Helper()
	world := g.world([]registry.Claim{shop(recApproval(limited(registry.Limits{Reach: inventory.ReachAccount})))},
		rulestest.Function("shop"), rulestest.Function("stray"), rulestest.WorkerFact("shop"), rulestest.WorkerFact("stray"))
	world = world.Without(func(f inventory.Fact) bool {
		a, ok := f.(inventory.Asset)
		return ok && a.Scope.Provider != g.provider
	})
	res := world.WithState(need, state).Evaluate(t, r)
	mine := res.Findings
	open := slices.ContainsFunc(mine, func(f findings.Finding) bool {
		return saysRule(r.ID)(f) && f.State == "" && f.Severity > findings.Info
	})
	blind := res.Blind(r.ID, g.place)
	if state.Whole() {
		if blind || open {
			t.Errorf("blind %t, told %t, although nothing is missing: %v", blind, open, mine)
		}
		return
	}
	if !blind || !open {
		t.Errorf("blind %t, told %t, although the need is not whole: %v", blind, open, mine)
	}
	if r.Absence && len(rulestest.Of(res, r.ID)) > 0 {
		t.Errorf("it concludes from absence all the same: %v", rulestest.Of(res, r.ID))
	}
}

// TestEveryNeedThatNobodyReads: a capability that no source was asked to read
// blinds the rule too, and is told, but is no failure of the run.
func TestEveryNeedThatNobodyReads(t *testing.T) {
	for _, r := range rules.All() {
		for _, g := range groundsOf(r) {
			for _, need := range r.NeedsAt(g.provider) {
				t.Run(fmt.Sprintf("%s at %s, nobody reads %s", r.ID, g.provider, need), func(t *testing.T) {
					w := g.world(nil).Without(func(f inventory.Fact) bool {
						c, ok := f.(inventory.Coverage)
						return ok && c.Cell.Capability == need
					})
					w.NoRegistry = need == findings.CapRegistry
					res := w.Evaluate(t, r)
					i := slices.IndexFunc(res.Findings, saysRule(r.ID))
					if !res.Blind(r.ID, g.place) || i < 0 || res.Findings[i].Severity != findings.Info {
						t.Errorf("blind %t, told %v", res.Blind(r.ID, g.place), res.Findings)
					}
				})
			}
		}
	}
}

// lookedUp are the services that a live scan asks the event history for, in the
// region that has the services without regions.
func lookedUp() []string {
	return []string{"apigateway.amazonaws.com", "cloudtrail.amazonaws.com", "events.amazonaws.com", "iam.amazonaws.com",
		"lambda.amazonaws.com", "organizations.amazonaws.com", "scheduler.amazonaws.com"}
}

// restricted is the world with logs that were asked for the services alone.
func restricted(w rulestest.World, services ...string) rulestest.World {
	w.Facts = slices.Clone(w.Facts)
	for i, f := range w.Facts {
		if c, ok := f.(inventory.Coverage); ok && c.Cell.Capability == inventory.CapEvents {
			c.Services = services
			w.Facts[i] = c
		}
	}
	return w
}

// TestRulesAreBlindToWhatNobodyAskedFor: a whole log of some services silences
// exactly the rules that listen to another one. That is told once, by the names
// of services and rules, and counts for no exit code.
func TestRulesAreBlindToWhatNobodyAskedFor(t *testing.T) {
	res := restricted(claimed(nil), lookedUp()...).Evaluate(t, onAWS()...)
	var blind []string
	for _, r := range onAWS() {
		if res.Blind(r.ID, rulestest.Place()) {
			blind = append(blind, r.ID)
		}
	}
	if diff := cmp.Diff([]string{"AWS-35", "AWS-38", "AWS-39"}, blind); diff != "" {
		t.Errorf("blind rules (-want +got):\n%s", diff)
	}
	holes := rulestest.Of(res, findings.CoverageRule)
	if len(holes) != 1 || holes[0].Severity != findings.Info || holes[0].State != "" {
		t.Fatalf("coverage findings %+v, want one of severity info", holes)
	}
	want := "aws/events: not asked for of config.amazonaws.com, ec2.amazonaws.com, guardduty.amazonaws.com, logs.amazonaws.com, rolesanywhere.amazonaws.com, " +
		"route53resolver.amazonaws.com, securityhub.amazonaws.com, sts.amazonaws.com; cannot judge: AWS-35, AWS-38, AWS-39"
	if holes[0].Message != want {
		t.Errorf("told %q, want %q", holes[0].Message, want)
	}
	if !slices.ContainsFunc(holes[0].Evidence, func(e findings.Evidence) bool {
		return e.Summary == "events of logs.amazonaws.com were not asked for; an archive of the trail holds them"
	}) {
		t.Errorf("evidence %+v", holes[0].Evidence)
	}
}

// TestEachServiceSilencesItsRules: without the events of one service exactly
// the rules that listen to it are blind, and a rule that reads logs says to
// which it listens.
func TestEachServiceSilencesItsRules(t *testing.T) {
	all := map[string]bool{}
	for _, r := range onAWS() {
		listens := r.Listens[inventory.AWS]
		if needs := slices.Contains(r.Needs, inventory.CapEvents); needs == (len(listens) == 0) {
			t.Errorf("%s: needs events: %t, listens to %v", r.ID, needs, listens)
		}
		if r.Event != nil && r.Check == nil && !slices.Contains(r.Needs, inventory.CapEvents) {
			t.Errorf("%s judges acts alone and could say clean without a log", r.ID)
		}
		for _, s := range listens {
			all[s] = true
		}
	}
	for lost := range all {
		var rest []string
		for s := range all {
			if s != lost {
				rest = append(rest, s)
			}
		}
		slices.Sort(rest)
		res := restricted(claimed(nil), rest...).Evaluate(t, onAWS()...)
		for _, r := range onAWS() {
			want := slices.Contains(r.Needs, inventory.CapEvents) && slices.Contains(r.Listens[inventory.AWS], lost)
			if got := res.Blind(r.ID, rulestest.Place()); got != want {
				t.Errorf("%s without %s: blind %t, want %t", r.ID, lost, got, want)
			}
			if res.MayResolve(r.ID, rulestest.Place()) != true {
				t.Errorf("%s without %s: what nobody ever asked for holds nothing open", r.ID, lost)
			}
		}
	}
}

// TestLogsThatHoldTheRest: an archive beside the event history lets every rule
// judge; one that was not read whole is a hole for the rules that need it, and
// for no others.
func TestLogsThatHoldTheRest(t *testing.T) {
	for _, test := range []struct {
		state inventory.State
		blind []string
	}{
		{inventory.Complete, nil},
		{inventory.Denied, []string{"AWS-35", "AWS-38", "AWS-39"}},
	} {
		res := beside(restricted(claimed(nil), lookedUp()...), test.state).Evaluate(t, onAWS()...)
		var blind []string
		for _, r := range onAWS() {
			if res.Blind(r.ID, rulestest.Place()) {
				blind = append(blind, r.ID)
			}
		}
		if diff := cmp.Diff(test.blind, blind); diff != "" {
			t.Errorf("%s archive: blind rules (-want +got):\n%s", test.state, diff)
		}
		for _, f := range rulestest.Of(res, findings.CoverageRule) {
			if f.Severity == findings.Info {
				t.Errorf("%s archive: %q passes for what nobody asked for", test.state, f.Message)
			}
		}
	}
}

// TestAcceptedHolesSaySo: under a blind spot the rule is as blind as before,
// and the hole is told with who accepted it.
func TestAcceptedHolesSaySo(t *testing.T) {
	for _, r := range rules.All() {
		for _, g := range groundsOf(r) {
			for _, need := range r.NeedsAt(g.provider) {
				if need == findings.CapRegistry {
					continue
				}
				w := g.world(nil).WithState(need, inventory.Denied)
				w.Registry.BlindSpots = []registry.BlindSpot{{Capability: need, Reason: "maintenance", By: "ana@example.com", Expires: rulestest.Now().Add(day)}}
				res := w.Evaluate(t, r)
				i := slices.IndexFunc(res.Findings, saysRule(r.ID))
				if i < 0 || res.Findings[i].State != findings.Accepted || !strings.Contains(res.Findings[i].StateWhy, "ana@example.com until 2026-11-02T06:00:00Z: maintenance") {
					t.Errorf("%s without %s: %+v", r.ID, need, res.Findings)
				}
				if !res.Blind(r.ID, g.place) {
					t.Errorf("%s without %s: an accepted hole makes no rule see", r.ID, need)
				}
			}
		}
	}
}

// TestNothingReadIsNeverClean: an empty world silences every rule.
func TestNothingReadIsNeverClean(t *testing.T) {
	res := rulestest.World{}.Evaluate(t, rules.All()...)
	for _, r := range rules.All() {
		if len(r.Needs) == 0 || slices.Equal(r.Needs, []inventory.Capability{findings.CapRegistry}) {
			continue
		}
		if !res.Blind(r.ID, rulestest.Place()) || !slices.ContainsFunc(res.Findings, saysRule(r.ID)) {
			t.Errorf("%s: blind %t, and not told", r.ID, res.Blind(r.ID, rulestest.Place()))
		}
	}
}

// TestFindingsNeverHangOnOrder: the same facts give the same findings, byte
// for byte, and no two findings share a fingerprint.
func TestFindingsNeverHangOnOrder(t *testing.T) {
	w := claimed([]registry.Claim{shop(recApproval(limited(registry.Limits{Reach: inventory.ReachPrivate, CodeDigests: []string{"good"}})))},
		rulestest.Function("shop", reaching(inventory.ReachPublic)), rulestest.Function("stray", admin(false)), rulestest.Function("cart", seenLast(rulestest.Ago(day))),
		rulestest.FromEvents("lost", rulestest.Ago(day)),
		rulestest.Act(inventory.ActionCreate, "lost", rulestest.Ago(2*day)), rulestest.Act(inventory.ActionDelete, "lost", rulestest.Ago(day)),
		rulestest.Act(inventory.ActionUpdateCode, "shop", rulestest.Ago(day), actedBy(inventory.Principal{ID: "x", Session: "ana@example.com"})))
	w = w.WithState(inventory.CapURLs, inventory.Denied).WithState(inventory.CapTrails, inventory.Partial)
	want := w.Evaluate(t, rules.All()...).Findings
	prints := map[string]findings.Finding{}
	for _, f := range want {
		if other, ok := prints[f.Fingerprint()]; ok {
			t.Errorf("two findings share a fingerprint:\n%+v\n%+v", other, f)
		}
		prints[f.Fingerprint()] = f
	}
	rapid.Check(t, func(r *rapid.T) {
		shuffled := w
		shuffled.Facts = rapid.Permutation(w.Facts).Draw(r, "order")
		res, err := findings.Evaluate(context.Background(), shuffled.Case(t), rules.All())
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(want, res.Findings); diff != "" {
			r.Fatalf("another order of facts (-want +got):\n%s", diff)
		}
	})
}
