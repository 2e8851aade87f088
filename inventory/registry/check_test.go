package registry_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

func at(line int) registry.Position {
	return registry.Position{File: "r.yaml", Line: line, Column: 3}
}

func lines(ms registry.Mistakes) []string {
	if len(ms) == 0 {
		return nil
	}
	return strings.Split(ms.Error(), "\n")
}

func TestNewRefusesAContentWithEveryMistakeAtOnce(t *testing.T) {
	year := day("2027-01-01")
	_, err := registry.New(registry.Content{
		Owners: []registry.Owner{{ID: "a", At: at(1)}, {ID: "a", At: at(2)}, {ID: " ", At: at(3)}, {ID: "d", Contacts: []string{""}, At: at(4)}},
		Claims: []registry.Claim{
			{ID: "x", Owner: "nobody", Select: registry.Selector{Name: "n"}, At: at(10)},
			{ID: "x", Owner: "a", Select: registry.Selector{Labels: map[string]string{}}, At: at(11)},
			{Owner: "", Select: registry.Selector{Accounts: []string{"1", " "}, Zones: []string{""}, Hostnames: []string{" "}}, At: at(12)},
			{ID: "y", Owner: "a", Select: registry.Selector{Name: "n"}, Approval: &registry.Approval{}, At: at(13)},
			{ID: "z", Owner: "a", Select: registry.Selector{Name: "n"}, Approval: &registry.Approval{By: "b", On: year, Expires: year}, At: at(14)},
			{ID: "w", Owner: "a", Select: registry.Selector{Name: "n"}, At: at(15),
				Approval: &registry.Approval{By: "b", On: day("2026-01-01"), Expires: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Limits: registry.Limits{Deployers: []string{""}}}},
		},
		Exceptions: []registry.Exception{{At: at(20)}},
		BlindSpots: []registry.BlindSpot{{At: at(30)}, {Provider: inventory.AWS, Reason: "r", By: "b", Expires: year, At: at(31)}},
	})
	var ms registry.Mistakes
	if !errors.As(err, &ms) {
		t.Fatalf("error = %v, want Mistakes", err)
	}
	want := []string{
		`r.yaml:2:3: owner id "a" is given twice, first at r.yaml:1:3`,
		`r.yaml:3:3: an owner needs an id`,
		`r.yaml:4:3: contacts holds an empty text; remove it`,
		`r.yaml:10:3: owner "nobody" is not known; add it under owners`,
		`r.yaml:11:3: a claim needs a selector with at least one key; an empty one would select everything`,
		`r.yaml:11:3: claim id "x" is given twice, first at r.yaml:10:3`,
		`r.yaml:12:3: a claim needs an id`,
		`r.yaml:12:3: a claim needs an owner`,
		`r.yaml:12:3: select.accounts holds an empty text; remove it`,
		`r.yaml:12:3: select.hostnames holds an empty text; remove it`,
		`r.yaml:12:3: select.zones holds an empty text; remove it`,
		`r.yaml:13:3: an approval needs by: who gave it`,
		`r.yaml:13:3: an approval needs expires: its last day`,
		`r.yaml:13:3: an approval needs on: the day on which it was given`,
		`r.yaml:14:3: the approval ends (2026-12-31) before it begins (2027-01-01)`,
		`r.yaml:15:3: approval.limits.deployers holds an empty text; remove it`,
		`r.yaml:15:3: the date lies outside the years 1 to 9999; give one that somebody will look at again`,
		`r.yaml:20:3: an exception needs a reason`,
		`r.yaml:20:3: an exception needs a selector with at least one key; an empty one would select everything`,
		`r.yaml:20:3: an exception needs by: who accepts it`,
		`r.yaml:20:3: an exception needs expires: its last day`,
		`r.yaml:20:3: an exception needs the rule that it accepts findings of`,
		`r.yaml:30:3: a blind spot needs a provider, account, region or capability; an empty one would hide everything`,
		`r.yaml:30:3: a blind spot needs a reason`,
		`r.yaml:30:3: a blind spot needs by: who accepts it`,
		`r.yaml:30:3: a blind spot needs expires: its last day`,
	}
	if diff := cmp.Diff(want, lines(ms)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestWarnings(t *testing.T) {
	now := day("2026-06-01")
	type sel = registry.Selector
	approved := func(s sel, a registry.Approval) registry.Claim {
		a.On, a.By = day("2026-01-01"), "ana@example.com"
		if a.Expires.IsZero() {
			a.Expires = day("2027-01-01")
		}
		return registry.Claim{ID: "x", Owner: "a", Select: s, Approval: &a, At: at(1)}
	}
	deployer := func(d string) []registry.Claim {
		return []registry.Claim{approved(sel{Name: "n"}, registry.Approval{Limits: registry.Limits{Deployers: []string{"arn:aws:iam::1:role/ci", d}}})}
	}
	other := func(owner string, s sel) registry.Claim {
		return registry.Claim{ID: "y", Owner: owner, Select: s, At: at(2)}
	}
	one := func(s sel) []registry.Claim { return []registry.Claim{{ID: "x", Owner: "a", Select: s, At: at(1)}} }
	two := func(s1, s2 sel) []registry.Claim { return append(one(s1), other("b", s2)) }
	const conflict = "r.yaml:2:3: claim y and claim x (r.yaml:1:3) select the same assets with equal weight and do not say the same; make one more specific or remove it"
	tests := []struct {
		name   string
		claims []registry.Claim
		want   []string
	}{
		{"a sound claim has none", []registry.Claim{approved(sel{Provider: inventory.AWS, Kind: inventory.LambdaFunction, Accounts: []string{"012345678901"}, Name: "a-?_*"}, registry.Approval{})}, nil},
		{"an approval at its end", []registry.Claim{approved(sel{Name: "n"}, registry.Approval{Expires: now})},
			[]string{"r.yaml:1:3: the approval of claim x ended at the end of 2026-05-31; renew it or remove it"}},
		{"an approval just before its end", []registry.Claim{approved(sel{Name: "n"}, registry.Approval{Expires: now.Add(1)})}, nil},
		{"the approver deploys", deployer("google:user:Ana@example.com"),
			[]string{"r.yaml:1:3: ana@example.com approves claim x and is among its deployers (google:user:Ana@example.com); let somebody else approve"}},
		{"the approver deploys through a session", deployer("arn:aws:sts::1:assumed-role/dev/ana@example.com"),
			[]string{"r.yaml:1:3: ana@example.com approves claim x and is among its deployers (arn:aws:sts::1:assumed-role/dev/ana@example.com); let somebody else approve"}},
		{"somebody else with a longer name", deployer("google:user:ilana@example.com"), nil},
		{"regions that do not meet", []registry.Claim{approved(sel{Regions: []string{"r", "s"}}, registry.Approval{Limits: registry.Limits{Regions: []string{"t"}}})},
			[]string{"r.yaml:1:3: claim x selects regions (r, s) of which its approval allows none (t)"}},
		{"regions that meet", []registry.Claim{approved(sel{Regions: []string{"r", "s"}}, registry.Approval{Limits: registry.Limits{Regions: []string{"s"}}})}, nil},
		{"no such provider", one(sel{Provider: "amazon"}), []string{`r.yaml:1:3: the selector can match nothing: there is no provider "amazon"; use one of aws, cloudflare, google`}},
		{"no such kind", one(sel{Kind: "lambda"}), []string{`r.yaml:1:3: the selector can match nothing: there is no kind "lambda"; use one of capacity-provider, dispatch-namespace, lambda-function, pages-project, web-function, worker`}},
		{"a kind of another provider", one(sel{Provider: inventory.Google, Kind: inventory.LambdaFunction}),
			[]string{"r.yaml:1:3: the selector can match nothing: google has no lambda-function, aws has"}},
		{"a pattern of another language", one(sel{Name: "pay[0-9]"}),
			[]string{`r.yaml:1:3: the selector can match nothing: no name holds "["; only * and ? stand for other characters`}},
		{"an account that lost its zero", one(sel{Provider: inventory.AWS, Accounts: []string{"12345678901"}}),
			[]string{"r.yaml:1:3: the selector can match nothing: an AWS account id has 12 digits, leading zeros too"}},
		{"an account of AWS without provider", one(sel{Kind: inventory.LambdaFunction, Accounts: []string{hexID}}),
			[]string{"r.yaml:1:3: the selector can match nothing: an AWS account id has 12 digits, leading zeros too"}},
		{"a sound claim of Cloudflare has none", one(sel{Provider: inventory.Cloudflare, Kind: inventory.Worker, Accounts: []string{hexID}, Name: "a-*",
			Zones: []string{hexID, "example.com", "Bücher.example"}, Hostnames: []string{"*.example.com", "w?w.Example.com", "localhost"}}), nil},
		{"an account of AWS at Cloudflare", one(sel{Provider: inventory.Cloudflare, Accounts: []string{"012345678901"}}),
			[]string{"r.yaml:1:3: the selector can match nothing: a Cloudflare account id has 32 hexadecimal digits, in small letters"}},
		{"an account in capitals", one(sel{Kind: inventory.PagesProject, Accounts: []string{strings.ToUpper(hexID)}}),
			[]string{"r.yaml:1:3: the selector can match nothing: a Cloudflare account id has 32 hexadecimal digits, in small letters"}},
		{"a kind of Cloudflare at AWS", one(sel{Provider: inventory.AWS, Kind: inventory.DispatchNamespace}),
			[]string{"r.yaml:1:3: the selector can match nothing: aws has no dispatch-namespace, cloudflare has"}},
		{"zones of another provider", one(sel{Provider: inventory.AWS, Zones: []string{"example.com"}}),
			[]string{"r.yaml:1:3: the selector can match nothing: zones are those of cloudflare, and the selector is for aws"}},
		{"zones of another kind", one(sel{Kind: inventory.LambdaFunction, Zones: []string{"example.com"}}),
			[]string{"r.yaml:1:3: the selector can match nothing: zones are those of cloudflare, and the selector is for aws"}},
		{"a zone that is none, beside one that is", one(sel{Zones: []string{"example.com", "example", "*.example.com"}}), []string{
			`r.yaml:1:3: zone "*.example.com" can match nothing: write its id of 32 hexadecimal digits in small letters, or its name as in example.com`,
			`r.yaml:1:3: zone "example" can match nothing: write its id of 32 hexadecimal digits in small letters, or its name as in example.com`}},
		{"a hostname with its scheme", one(sel{Hostnames: []string{"https://example.com", "example.com"}}),
			[]string{`r.yaml:1:3: hostname "https://example.com" can match nothing: write the host alone, as in www.example.com or *.example.com`}},
		{"hostnames that anybody may have", one(sel{Hostnames: []string{"*.example.com", "shop.*", "*example.com", "w?w.example.com"}}), []string{
			`r.yaml:1:3: hostname "*example.com" holds for hosts of anybody's domains: let a dot and a whole domain follow the last * or ?, as in *.example.com`,
			`r.yaml:1:3: hostname "shop.*" holds for hosts of anybody's domains: let a dot and a whole domain follow the last * or ?, as in *.example.com`}},
		{"hostnames that meet", two(sel{Name: "n*", Hostnames: []string{"a.example", "b.example"}}, sel{Name: "n*", Hostnames: []string{"b.example"}}), []string{conflict}},
		{"hostnames that need not meet", two(sel{Name: "n*", Hostnames: []string{"a.example"}}, sel{Name: "n*", Hostnames: []string{"b.example"}}), nil},
		{"zones that need not meet", two(sel{Name: "n*", Zones: []string{"a.example"}}, sel{Name: "n*", Zones: []string{"b.example"}}), nil},
		{"a zone against a hostname", two(sel{Name: "n*", Zones: []string{"a.example"}}, sel{Name: "n*", Hostnames: []string{"a.example"}}), nil},
		{"the same selector, another owner", two(sel{Name: "n*", Accounts: []string{"1", "2"}}, sel{Name: "n*", Accounts: []string{"2", "3"}}), []string{conflict}},
		{"the same selector, the same owner", append(one(sel{Name: "n*"}), other("a", sel{Name: "n*"})), nil},
		{"the same id, other keys", two(sel{ID: "i", Provider: inventory.AWS}, sel{ID: "i", Kind: inventory.LambdaFunction}), []string{conflict}},
		{"lists that do not meet", two(sel{Name: "n*", Accounts: []string{"1"}}, sel{Name: "n*", Accounts: []string{"2"}}), nil},
		{"labels that contradict", two(sel{Labels: map[string]string{"t": "1"}}, sel{Labels: map[string]string{"t": "2"}}), nil},
		{"other keys: whether an asset has both is not known", two(sel{Name: "n*", Accounts: []string{"1"}}, sel{Name: "n*", Regions: []string{"r"}}), nil},
		{"another pattern of equal weight: depends on the assets", two(sel{Name: "n*"}, sel{Name: "*n"}), nil},
		{"one more key", two(sel{Name: "n*"}, sel{Name: "n*", Regions: []string{"r"}}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := registry.Content{Owners: owners(), Claims: tt.claims}
			if _, err := registry.New(c); err != nil {
				t.Fatalf("a warning must be no mistake: %v", err)
			}
			if diff := cmp.Diff(tt.want, lines(c.Warnings(now))); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWarningsOfAnOwnerThatApprovesItsOwnDeployers(t *testing.T) {
	c := registry.Content{
		Owners: []registry.Owner{{ID: "pay", Principals: []string{"arn:aws:iam::1:role/ci"}}},
		Claims: []registry.Claim{{ID: "x", Owner: "pay", Select: registry.Selector{Name: "n"}, At: at(1),
			Approval: &registry.Approval{By: "pay", On: day("2026-01-01"), Expires: day("2027-01-01"), Limits: registry.Limits{Deployers: []string{"arn:aws:iam::1:role/ci"}}}}},
	}
	want := []string{"r.yaml:1:3: pay approves claim x and is among its deployers (arn:aws:iam::1:role/ci); let somebody else approve"}
	if diff := cmp.Diff(want, lines(c.Warnings(time.Time{}))); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestExceptionsThatCanMatchNothingAreWarnedOf(t *testing.T) {
	c := registry.Content{Exceptions: []registry.Exception{{Rule: "REC-01", Select: registry.Selector{Name: "a b"}, Reason: "r", By: "b", Expires: day("2026-01-01"), At: at(7)}}}
	want := []string{`r.yaml:7:3: the selector can match nothing: no name holds " "; only * and ? stand for other characters`}
	if diff := cmp.Diff(want, lines(c.Warnings(day("2027-01-01")))); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestBlindSpotsOfNoProviderAreWarnedOf(t *testing.T) {
	c := registry.Content{BlindSpots: []registry.BlindSpot{{Provider: "amazon", Reason: "r", By: "b", Expires: day("2026-01-01"), At: at(7)}}}
	want := []string{`r.yaml:7:3: the blind spot can match nothing: there is no provider "amazon"; use one of aws, cloudflare, google`}
	if diff := cmp.Diff(want, lines(c.Warnings(day("2027-01-01")))); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestWithoutAClockNoApprovalIsPastItsEnd(t *testing.T) {
	c := registry.Content{Owners: owners(), Claims: []registry.Claim{{ID: "x", Owner: "a", Select: registry.Selector{Name: "n"},
		Approval: &registry.Approval{By: "b", On: day("2020-01-01"), Expires: day("2021-01-01")}}}}
	if got := c.Warnings(time.Time{}); len(got) != 0 {
		t.Errorf("warnings = %v, want none", got)
	}
}
