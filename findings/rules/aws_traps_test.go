package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
)

// toldByActs lists which rules tell of an act in the world where each rule has
// something to tell, after change was made to every event.
func toldByActs(t *testing.T, change func(*inventory.Event)) []string {
	t.Helper()
	w := firing()
	w.Facts = append(rulestest.Whole(), w.Facts...)
	for i, f := range w.Facts {
		if e, ok := f.(inventory.Event); ok {
			change(&e)
			w.Facts[i] = e
		}
	}
	var out []string
	for _, f := range w.Evaluate(t, rules.AWS()...).Findings {
		if f.Event != "" {
			out = append(out, f.Rule)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestOnlyWhatSucceededIsAChange(t *testing.T) {
	everyAct := toldByActs(t, func(*inventory.Event) {})
	for _, tt := range []struct {
		promise string
		change  func(*inventory.Event)
		want    []string
	}{
		{"refused acts are told by the rules on trails alone", refused, []string{"AWS-36"}},
		{"dry runs show who could have deployed, and nothing else", dryRun, []string{"AWS-08", "AWS-09", "AWS-10"}},
		{"an outcome that is not known is no change", func(e *inventory.Event) { e.Outcome = "" }, nil},
		{"the same names of another service are other acts", func(e *inventory.Event) { e.Service = "example.amazonaws.com" }, nil},
		{"a name with its date is no name: decoders take it off", func(e *inventory.Event) { e.Name += "20150331" }, []string{"AWS-08", "AWS-09", "AWS-10"}},
		{"the name as logged is not asked", func(e *inventory.Event) { e.LoggedName = "Other" }, everyAct},
		{"what the caller chooses excuses nobody", func(e *inventory.Event) {
			e.Principal.Session, e.Principal.Chain = "terraform", []string{"terraform"}
			e.Record = []byte(`{"userAgent":"terraform"}`)
		}, everyAct},
	} {
		t.Run(tt.promise, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, toldByActs(t, tt.change)); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefusedCallsOnTheOrganizationAreAttempts(t *testing.T) {
	w := facts(other("organizations.amazonaws.com", "LeaveOrganization", "", refused))
	for _, f := range rulestest.Of(w.Evaluate(t, rules.AWS()...), "AWS-37") {
		if !f.Attempt || f.Severity != findings.High || !strings.Contains(f.Message, "nothing changed") {
			t.Errorf("want a high attempt that says that nothing changed, got %+v", f)
		}
	}
}

func TestADryRunSaysThatNothingChanged(t *testing.T) {
	res := facts(call("UpdateFunctionCode", byUser(inventory.LongLivedKey), dryRun)).Evaluate(t, rules.AWS()...)
	for _, id := range []string{"AWS-08", "AWS-09"} {
		for _, f := range rulestest.Of(res, id) {
			if !strings.Contains(f.Message, "nothing changed") {
				t.Errorf("%s: %s", id, f.Message)
			}
		}
	}
}

// One act, several rules: one group, and fingerprints of their own.
func TestFindingsOverOneActAreOneGroup(t *testing.T) {
	res := onlyTheLog([]inventory.Event{backdoorFunction()}).Evaluate(t, rules.AWS()...)
	groups, prints := map[string]bool{}, map[string]bool{}
	for _, f := range res.Findings {
		if !f.Coverage {
			groups[f.GroupKey()], prints[f.Fingerprint()] = true, true
		}
	}
	if len(groups) != 1 || groups[""] || len(prints) != 3 {
		t.Errorf("%d groups and %d fingerprints, want 1 and 3", len(groups), len(prints))
	}
}

// A fingerprint lives on when severity, words or time of reading change.
func TestFingerprintsAreStable(t *testing.T) {
	prints := func(w rulestest.World) []string {
		w.Facts = append(rulestest.Whole(), w.Facts...)
		var out []string
		for _, f := range w.Evaluate(t, rules.AWS()...).Findings {
			out = append(out, f.Rule+" "+f.Fingerprint())
		}
		return out
	}
	later := firing()
	later.Now = rulestest.Now().Add(hour)
	if diff := cmp.Diff(prints(firing()), prints(later)); diff != "" {
		t.Errorf("fingerprints (-now +later):\n%s", diff)
	}
}

// An asset that events name by another of its ids is one asset.
func TestAnAliasNamesTheSameAsset(t *testing.T) {
	alias := inventory.AssetID("zz-other-name")
	asset := rulestest.Function(orders, func(a *inventory.Asset) { a.Aliases = []inventory.AssetID{alias} })
	res := facts(asset, call("CreateFunctionUrlConfig", auth("NONE"), func(e *inventory.Event) { e.Assets = []inventory.AssetID{alias} })).Evaluate(t, awsRule(t, "AWS-20"))
	if got := rulestest.Of(res, "AWS-20"); len(got) != 1 || got[0].Asset != asset.ID {
		t.Errorf("got %+v", got)
	}
}

// A message claims what is known of the act, and no more.
func TestMessagesClaimWhatIsKnown(t *testing.T) {
	put := facts(rulestest.Function(orders), call("PutResourcePolicy", grants(everyone())))
	denying := facts(rulestest.Function(orders), call("PutResourcePolicy", grants(inventory.Grant{Deny: true, Everyone: true})))
	leaves := "the account leaves its trail"
	for _, tt := range []struct {
		promise, rule string
		world         rulestest.World
		words         string
		said          bool
	}{
		{"a deny that went is named", "AWS-21", remembering(put, "exposure:policies", `{"denies":true}`, 9), "none is left", true},
		{"a deny that stays is not", "AWS-21", remembering(denying, "exposure:policies", `{"denies":true}`, 9), "none is left", false},
		{"where none was known, none went", "AWS-21", put, "none is left", false},
		{"what was taken away is named", "AWS-37", facts(other("organizations.amazonaws.com", "LeaveOrganization", "", narrowed(leaves))), leaves, true},
		{"a refused call took nothing away", "AWS-37", facts(other("organizations.amazonaws.com", "LeaveOrganization", "", narrowed(leaves), refused)), leaves, false},
		{"a condition that could not be judged is named", "AWS-17", facts(call("AddPermission", grants(everyone(func(g *inventory.Grant) { g.Unjudged = []string{"aws:SourceVpc"} })))), "aws:SourceVpc", true},
		{"whoever acts through a service is named with it", "AWS-09", facts(call("UpdateFunctionCode", func(e *inventory.Event) { e.Principal.InvokedBy = "cloudformation.amazonaws.com" })), rulestest.Deployer + " by way of cloudformation.amazonaws.com", true},
	} {
		t.Run(tt.promise, func(t *testing.T) {
			found := rulestest.Of(tt.world.Evaluate(t, awsRule(t, tt.rule)), tt.rule)
			if len(found) != 1 || strings.Contains(found[0].Message, tt.words) != tt.said {
				t.Errorf("says %q: %t wanted in %+v", tt.words, tt.said, found)
			}
		})
	}
}

// TestAnActInTwoAccountsIsToldOnce: the copy that names the caller by its
// account alone must not make a stray of an approved deployer.
func TestAnActInTwoAccountsIsToldOnce(t *testing.T) {
	copied := func(id, account string, change ...func(*inventory.Event)) inventory.Event {
		return call("AddPermission", append(change, with(func(c *inventory.Change) { c.Grants = []inventory.Grant{{ID: "s", Everyone: true}} }),
			func(e *inventory.Event) { e.ID, e.Shared, e.Scope.Account = id, "shared", account })...)
	}
	theirs := copied("a", "000000000001", func(e *inventory.Event) {
		e.Principal = inventory.Principal{ID: "account:AROAEXAMPLE", Type: "account", Account: rulestest.Account}
	})
	w := approvedCI(facts(rulestest.Function(orders), theirs, copied("b", rulestest.Account)))
	var got []string
	for _, f := range w.Evaluate(t, rules.AWS()...).Findings {
		if f.Event != "" {
			got = append(got, f.Rule+" "+f.Event)
		}
	}
	if diff := cmp.Diff([]string{"AWS-17 b"}, got); diff != "" {
		t.Error(diff)
	}
}
