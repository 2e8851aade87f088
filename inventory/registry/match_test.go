package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func lambda(account, region, name string) inventory.Asset {
	return inventory.Asset{
		ID:    inventory.AssetID("arn:aws:lambda:" + region + ":" + account + ":function:" + name),
		Kind:  inventory.LambdaFunction,
		Scope: inventory.Scope{Provider: inventory.AWS, Account: account, Region: region},
		Name:  name,
	}
}

func owners() []registry.Owner { return []registry.Owner{{ID: "a"}, {ID: "b"}, {ID: "c"}} }

func claim(id, owner string, s registry.Selector) registry.Claim {
	return registry.Claim{ID: id, Owner: owner, Select: s}
}

func mustNew(t interface{ Fatalf(string, ...any) }, c registry.Content) *registry.Registry {
	r, err := registry.New(c)
	if err != nil {
		t.Fatalf("new registry: %v", err)
	}
	return r
}

// verdict writes a match as "=ID", "!ID,ID" or "".
func verdict(m registry.Match) string {
	if m.Claim != nil {
		return "=" + m.Claim.ID
	}
	var ids []string
	for _, c := range m.Conflict {
		ids = append(ids, c.ID)
	}
	if len(ids) > 0 {
		return "!" + strings.Join(ids, ",")
	}
	return ""
}

func TestMatch(t *testing.T) {
	hook := lambda("012345678901", "eu-west-1", "payments-hook")
	renamed := lambda("012345678901", "eu-west-1", "new-name")
	renamed.Aliases = []inventory.AssetID{"arn:aws:lambda:eu-west-1:012345678901:function:old-name", "4711"}
	labelled := lambda("012345678901", "eu-west-1", "x")
	labelled.Labels = inventory.Known(inventory.Labels{"team": "a"}, day("2026-01-01"))
	nameless := inventory.Asset{ID: hook.ID, Scope: hook.Scope}
	approval := func(by string) *registry.Approval {
		return &registry.Approval{By: by, On: day("2026-01-01"), Expires: day("2027-01-01")}
	}
	approved := func(id, by string, s registry.Selector) registry.Claim {
		return registry.Claim{ID: id, Owner: "a", Select: s, Approval: approval(by)}
	}
	byLabel := func(id string, s registry.Selector) registry.Claim {
		return registry.Claim{ID: id, Owner: "b", Select: s, FromLabels: true}
	}
	type sel = registry.Selector
	tests := []struct {
		name   string
		asset  inventory.Asset
		claims []registry.Claim
		want   string
	}{
		{"no claim selects it", hook, []registry.Claim{claim("x", "a", sel{Name: "billing-*"})}, ""},
		{"every given part must hold", hook, []registry.Claim{claim("x", "a", sel{Name: "payments-*", Regions: []string{"us-east-1"}})}, ""},
		{"an account with a leading zero is a text", hook, []registry.Claim{claim("x", "a", sel{Accounts: []string{"12345678901"}})}, ""},
		{"an account matches whole", hook, []registry.Claim{claim("x", "a", sel{Accounts: []string{"1", "012345678901"}})}, "=x"},
		{"an exact id wins over a longer name and more keys", hook, []registry.Claim{
			claim("id", "a", sel{ID: hook.ID}),
			claim("name", "b", sel{Name: "payments-hook", Provider: inventory.AWS, Kind: inventory.LambdaFunction, Regions: []string{"eu-west-1"}})}, "=id"},
		{"more literal characters win over more keys", hook, []registry.Claim{
			claim("long", "a", sel{Name: "payments-*"}),
			claim("short", "b", sel{Name: "pay*", Provider: inventory.AWS, Regions: []string{"eu-west-1"}})}, "=long"},
		{"wildcards are no literal characters", hook, []registry.Claim{
			claim("stars", "a", sel{Name: "pay***?????*"}),
			claim("plain", "b", sel{Name: "paym*"})}, "=plain"},
		{"more other keys win at equal names", hook, []registry.Claim{
			claim("one", "a", sel{Name: "payments-*", Provider: inventory.AWS}),
			claim("two", "b", sel{Name: "*yments-ho*", Provider: inventory.AWS, Regions: []string{"eu-west-1"}})}, "=two"},
		{"equal weight is a conflict", hook, []registry.Claim{
			claim("z", "a", sel{Name: "payments-*"}), claim("y", "b", sel{Name: "*ents-hook"})}, "!y,z"},
		{"equal weight is no conflict where the claims say the same", hook, []registry.Claim{
			claim("z", "a", sel{Name: "payments-*"}), claim("y", "a", sel{Name: "*ents-hook"})}, "=y"},
		{"approvals by two people do not say the same", hook, []registry.Claim{
			approved("z", "ana", sel{Name: "payments-*"}), approved("y", "bob", sel{Name: "payments-*"})}, "!y,z"},
		{"a claim with and one without approval do not say the same", hook, []registry.Claim{
			approved("z", "ana", sel{Name: "payments-*"}), claim("y", "a", sel{Name: "payments-*"})}, "!y,z"},
		{"a conflict below the winner does not count", hook, []registry.Claim{
			claim("z", "a", sel{Name: "pay*"}), claim("y", "b", sel{Name: "pay*"}), claim("w", "c", sel{Name: "payments*"})}, "=w"},
		{"a third claim in conflict is named with those that say the same", hook, []registry.Claim{
			claim("z", "a", sel{Name: "pay*"}), claim("y", "a", sel{Name: "pay*"}), claim("w", "c", sel{Name: "pay*"})}, "!w,y,z"},
		{"an alias is matched by name", renamed, []registry.Claim{claim("x", "a", sel{Name: "old-*"})}, "=x"},
		{"an alias is matched by id", renamed, []registry.Claim{claim("x", "a", sel{ID: renamed.Aliases[0]})}, "=x"},
		{"an alias without a path is a name", renamed, []registry.Claim{claim("x", "a", sel{Name: "47??"})}, "=x"},
		{"claims on two ids of one asset are in conflict", renamed, []registry.Claim{
			claim("x", "a", sel{ID: renamed.Aliases[0]}), claim("y", "b", sel{ID: renamed.ID})}, "!x,y"},
		{"an asset known by its id alone has the name in it", nameless, []registry.Claim{claim("x", "a", sel{Name: "payments-*"})}, "=x"},
		{"labels must all hold", labelled, []registry.Claim{claim("x", "a", sel{Labels: map[string]string{"team": "a", "env": ""}})}, ""},
		{"a label that holds", labelled, []registry.Claim{claim("x", "a", sel{Labels: map[string]string{"team": "a"}})}, "=x"},
		{"an unknown label does not hold", hook, []registry.Claim{claim("x", "a", sel{Labels: map[string]string{"team": "a"}})}, ""},
		{"a reviewed claim wins over an exact one from labels", hook, []registry.Claim{
			byLabel("label", sel{ID: hook.ID}), claim("x", "a", sel{Provider: inventory.AWS})}, "=x"},
		{"a claim from labels answers where no other does", hook, []registry.Claim{byLabel("label", sel{ID: hook.ID})}, "=label"},
		{"names are case-sensitive", hook, []registry.Claim{claim("x", "a", sel{Name: "Payments-*"})}, ""},
		{"a star stands for colons and slashes too", hook, []registry.Claim{claim("x", "a", sel{Name: "arn:*:function:pay*"})}, "=x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := mustNew(t, registry.Content{Owners: owners(), Claims: tt.claims})
			got := r.Match(tt.asset)
			if diff := cmp.Diff(tt.want, verdict(got)); diff != "" {
				t.Errorf("match (-want +got):\n%s", diff)
			}
			if got.Why == "" {
				t.Error("the match does not say why")
			}
		})
	}
}

func TestClaimsThatDifferInAnyPartOfTheApprovalAreInConflict(t *testing.T) {
	asset := lambda("1", "r", "n")
	whole := func() registry.Claim {
		return registry.Claim{ID: "x", Owner: "a", Select: registry.Selector{Name: "n"}, Approval: &registry.Approval{
			Ticket: "T", By: "ana", On: day("2026-01-01"), Expires: day("2027-01-01"),
			Limits: registry.Limits{Reach: inventory.ReachAccount, Deployers: []string{"d", "e"}, Identities: []string{"i"}, CodeDigests: []string{"c"}, Regions: []string{"r"}}}}
	}
	tests := map[string]func(*registry.Claim){
		"owner":        func(c *registry.Claim) { c.Owner = "b" },
		"approval":     func(c *registry.Claim) { c.Approval = nil },
		"ticket":       func(c *registry.Claim) { c.Approval.Ticket = "U" },
		"by":           func(c *registry.Claim) { c.Approval.By = "bob" },
		"on":           func(c *registry.Claim) { c.Approval.On = day("2026-01-02") },
		"expires":      func(c *registry.Claim) { c.Approval.Expires = day("2027-01-02") },
		"reach":        func(c *registry.Claim) { c.Approval.Limits.Reach = inventory.ReachPublic },
		"deployers":    func(c *registry.Claim) { c.Approval.Limits.Deployers = []string{"d"} },
		"identities":   func(c *registry.Claim) { c.Approval.Limits.Identities = nil },
		"code digests": func(c *registry.Claim) { c.Approval.Limits.CodeDigests = []string{"c", "d"} },
		"regions":      func(c *registry.Claim) { c.Approval.Limits.Regions = []string{"s"} },
		"transient":    func(c *registry.Claim) { c.Transient = true },
	}
	match := func(t *testing.T, change func(*registry.Claim)) string {
		other := whole()
		other.ID = "y"
		change(&other)
		return verdict(mustNew(t, registry.Content{Owners: owners(), Claims: []registry.Claim{whole(), other}}).Match(asset))
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			if got := match(t, change); got != "!x,y" {
				t.Errorf("match = %s, want a conflict", got)
			}
		})
	}
	if got := match(t, func(c *registry.Claim) { c.Approval.Limits.Deployers = []string{"e", "d", "d"} }); got != "=x" {
		t.Errorf("match = %s: the order of a limit's list must not matter", got)
	}
}

func TestMatchSaysWhy(t *testing.T) {
	hook := lambda("111122223333", "eu-west-1", "payments-hook")
	at := func(line int) registry.Position { return registry.Position{File: "r.yaml", Line: line, Column: 5} }
	short := claim("all", "a", registry.Selector{Provider: inventory.AWS})
	long := claim("pay", "b", registry.Selector{Provider: inventory.AWS, Name: "pay*"})
	short.At, long.At = at(3), at(9)
	other := claim("pay2", "c", registry.Selector{Kind: inventory.LambdaFunction, Name: "p?y*m*"})
	same := claim("pay3", "b", registry.Selector{Kind: inventory.LambdaFunction, Name: "*ook"})
	tests := []struct {
		name   string
		claims []registry.Claim
		want   string
	}{
		{"alone", []registry.Claim{long},
			"claim pay (r.yaml:9:5) selects it, and no other claim does"},
		{"more specific", []registry.Claim{short, long},
			"claim pay (r.yaml:9:5) selects it by a name pattern of 3 literal characters and 1 other key; that is more specific than claim all (r.yaml:3:5), which selects it by 1 other key"},
		{"conflict", []registry.Claim{other, long},
			"claim pay (r.yaml:9:5) and claim pay2 select it with equal weight (a name pattern of 3 literal characters and 1 other key) and do not say the same"},
		{"the same", []registry.Claim{same, long},
			"claim pay (r.yaml:9:5) selects it by a name pattern of 3 literal characters and 1 other key; so does claim pay3, which says the same"},
		{"nobody", nil, "no claim selects it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mustNew(t, registry.Content{Owners: owners(), Claims: tt.claims}).Match(hook).Why
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("why (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEmptyRegistryKnowsNobody(t *testing.T) {
	var r registry.Registry
	if got := verdict(r.Match(lambda("1", "r", "n"))); got != "" {
		t.Errorf("match = %q, want none", got)
	}
	if _, ok := r.Owner("a"); ok {
		t.Error("an owner is known")
	}
}

func TestOwner(t *testing.T) {
	r := mustNew(t, registry.Content{Owners: []registry.Owner{{ID: "a", Name: "Team A"}}})
	got, ok := r.Owner("a")
	if !ok || got.Name != "Team A" {
		t.Errorf("owner = %v, %t", got, ok)
	}
	if _, ok := r.Owner("A"); ok {
		t.Error("ids must be compared exactly")
	}
}

func TestChangingTheContentAfterwardsChangesNothing(t *testing.T) {
	c := registry.Content{Owners: owners(), Claims: []registry.Claim{claim("x", "a", registry.Selector{Name: "n"})}}
	r := mustNew(t, c)
	c.Claims[0].ID = "changed"
	r.Match(lambda("1", "r", "n")).Claim.ID = "changed"
	if got := verdict(r.Match(lambda("1", "r", "n"))); got != "=x" {
		t.Errorf("match = %q, want =x", got)
	}
}

// drawSelector draws selectors over so few values that they often meet.
func drawSelector(t *rapid.T) registry.Selector {
	s := registry.Selector{
		Provider: rapid.SampledFrom([]inventory.Provider{"", inventory.AWS}).Draw(t, "provider"),
		Name:     rapid.SampledFrom([]string{"", "*", "ab", "a?", "a*", "*b", "?*", "abc"}).Draw(t, "name"),
		Accounts: rapid.SampledFrom([][]string{nil, {"1"}, {"1", "2"}}).Draw(t, "accounts"),
		Regions:  rapid.SampledFrom([][]string{nil, {"r"}, {"s"}}).Draw(t, "regions"),
		ID:       rapid.SampledFrom([]inventory.AssetID{"", "", "", "arn:aws:lambda:r:1:function:ab"}).Draw(t, "id"),
	}
	if s.Empty() {
		s.Name = "*"
	}
	return s
}

func drawAsset(t *rapid.T) inventory.Asset {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	return lambda(pick("account", "1", "2"), pick("region", "r", "s"), pick("asset", "ab", "abc", "b"))
}

func drawClaims(t *rapid.T) []registry.Claim {
	var out []registry.Claim
	for i := range rapid.IntRange(0, 8).Draw(t, "claims") {
		c := claim(fmt.Sprintf("c%d", i), rapid.SampledFrom([]string{"a", "b"}).Draw(t, "owner"), drawSelector(t))
		c.FromLabels = rapid.Bool().Draw(t, "labels")
		out = append(out, c)
	}
	return out
}

func TestMatchIsIndependentOfTheOrderOfClaims(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claims, asset := drawClaims(t), drawAsset(t)
		want := mustNew(t, registry.Content{Owners: owners(), Claims: claims}).Match(asset)
		shuffled := rapid.Permutation(claims).Draw(t, "order")
		got := mustNew(t, registry.Content{Owners: owners(), Claims: shuffled}).Match(asset)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("match (-want +got):\n%s", diff)
		}
	})
}

// TestMatchAgreesWithTheRuleOfSpecificity holds Match against the rule written
// down a second time, over plain numbers.
func TestMatchAgreesWithTheRuleOfSpecificity(t *testing.T) {
	rank := func(c registry.Claim) [4]int {
		var r [4]int
		if !c.FromLabels {
			r[0] = 1
		}
		if c.Select.ID != "" {
			r[1] = 1
		}
		r[2] = len(strings.NewReplacer("*", "", "?", "").Replace(c.Select.Name))
		for _, given := range []bool{c.Select.Provider != "", c.Select.Accounts != nil, c.Select.Regions != nil} {
			if given {
				r[3]++
			}
		}
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		claims, asset := drawClaims(t), drawAsset(t)
		got := mustNew(t, registry.Content{Owners: owners(), Claims: claims}).Match(asset)
		chosen := slices.Clone(got.Conflict)
		if got.Claim != nil {
			chosen = append(chosen, *got.Claim)
		}
		if got.Claim != nil && got.Conflict != nil {
			t.Fatal("both a claim and a conflict")
		}
		for _, c := range claims {
			if !c.Select.Selects(asset) {
				continue
			}
			if len(chosen) == 0 {
				t.Fatalf("claim %s selects the asset and none was chosen", c.ID)
			}
			a, b := rank(c), rank(chosen[0])
			if slices.Compare(a[:], b[:]) > 0 {
				t.Fatalf("claim %s is more specific than %s, which was chosen", c.ID, chosen[0].ID)
			}
			if got.Claim != nil && a == b && c.Owner != got.Claim.Owner {
				t.Fatalf("claim %s is as specific as %s, has another owner, and no conflict was said", c.ID, got.Claim.ID)
			}
		}
		for _, c := range chosen {
			if !c.Select.Selects(asset) {
				t.Fatalf("claim %s was chosen and does not select the asset", c.ID)
			}
		}
	})
}

func TestAClaimThatGetsOneMoreKeyWins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asset, s := drawAsset(t), drawSelector(t)
		if !s.Selects(asset) {
			t.Skip()
		}
		more := s
		more.Kind = inventory.LambdaFunction
		got := mustNew(t, registry.Content{Owners: owners(), Claims: []registry.Claim{claim("less", "a", s), claim("more", "b", more)}}).Match(asset)
		if verdict(got) != "=more" {
			t.Fatalf("match = %s, want =more", verdict(got))
		}
	})
}

func TestAnAssetIsMatchedAlikeByEachOfItsNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, claims := drawAsset(t), drawClaims(t)
		turned := a
		turned.ID, turned.Aliases = "other-id", []inventory.AssetID{a.ID}
		r := mustNew(t, registry.Content{Owners: owners(), Claims: claims})
		if want, got := r.Match(a), r.Match(turned); want.Claim != nil && got.Claim == nil && got.Conflict == nil {
			t.Fatalf("claim %s is lost when its asset is known by an alias", want.Claim.ID)
		}
	})
}

func TestSelectorsThatSelectAnAssetCoverItsScope(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, a := claim("x", "a", drawSelector(t)), drawAsset(t)
		if c.Select.Selects(a) && !c.Covers(a.Scope) {
			t.Fatalf("%+v selects an asset in %s and does not cover it", c.Select, a.Scope)
		}
	})
}

func TestCovers(t *testing.T) {
	s := registry.Selector{Provider: inventory.AWS, Accounts: []string{"1", "2"}, Regions: []string{"r"}}
	tests := []struct {
		name  string
		scope inventory.Scope
		want  bool
	}{
		{"its place", inventory.Scope{Provider: inventory.AWS, Account: "2", Region: "r"}, true},
		{"the account as a whole", inventory.Scope{Provider: inventory.AWS, Account: "2"}, true},
		{"the provider as a whole", inventory.Scope{Provider: inventory.AWS}, true},
		{"everything", inventory.Scope{}, true},
		{"another account", inventory.Scope{Provider: inventory.AWS, Account: "3", Region: "r"}, false},
		{"another region", inventory.Scope{Provider: inventory.AWS, Account: "1", Region: "s"}, false},
		{"another provider", inventory.Scope{Provider: inventory.Google, Account: "1", Region: "r"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (registry.Claim{Select: s}).Covers(tt.scope); got != tt.want {
				t.Errorf("covers = %t, want %t", got, tt.want)
			}
		})
	}
	if !(registry.Selector{Name: "x"}).Covers(inventory.Scope{Provider: inventory.AWS, Account: "9"}) {
		t.Error("a selector without a place covers every scope")
	}
}
