package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

const day = 24 * time.Hour

// recCase is one world and what a rule says of it.
type recCase struct {
	name  string
	world rulestest.World
	// want are the findings as shortRec writes them; none: the rule is silent.
	want []string
	// says must be part of the first finding's message or severity steps.
	says string
}

// shortRec writes of a finding what tells it apart: what it is about, its
// discriminator, its severity, and whether it counts as coverage.
func shortRec(f findings.Finding) string {
	about := strings.TrimPrefix(string(f.Asset), string(rulestest.FunctionID("")))
	if about == "" {
		about = f.Subject
	}
	parts := []string{about, f.Discriminator, f.Severity.String()}
	if f.Coverage {
		parts = append(parts, "coverage")
	}
	if f.State != "" {
		parts = append(parts, string(f.State))
	}
	return strings.Join(parts, " | ")
}

// recRule returns the rule of that id.
func recRule(t *testing.T, id string) findings.Rule {
	t.Helper()
	for _, r := range rules.REC() {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("there is no rule %s", id)
	return findings.Rule{}
}

// runRec holds the rule against each world. Every finding must carry the rule's own
// words, evidence and a message.
func runRec(t *testing.T, id string, cases []recCase) {
	t.Helper()
	rule := recRule(t, id)
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			found := rulestest.Of(test.world.Evaluate(t, rule), id)
			var got []string
			told := ""
			for _, f := range found {
				got = append(got, shortRec(f))
				told += f.Message + "\n" + strings.Join(f.Steps, "\n") + "\n"
				if f.Title != rule.Title || f.Remediation != rule.Fix || len(f.Evidence) == 0 || f.Message == "" || f.Event != "" && f.Asset == "" {
					t.Errorf("finding without the rule's words, evidence or message: %+v", f)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s\n%s", diff, told)
			}
			if !strings.Contains(told, test.says) {
				t.Errorf("the findings say\n%swant %q", told, test.says)
			}
		})
	}
}

func recOwners() []registry.Owner {
	return []registry.Owner{
		{ID: "payments", Contacts: []string{"payments@example.com"}, Principals: []string{"arn:aws:iam::111122223333:user/paul"}},
		{ID: "search", Contacts: []string{"search@example.com"}},
	}
}

func recApproval(change ...func(*registry.Approval)) *registry.Approval {
	a := &registry.Approval{By: "ana@example.com", On: rulestest.Ago(100 * day), Expires: rulestest.Now().Add(100 * day)}
	for _, c := range change {
		c(a)
	}
	return a
}

func limited(l registry.Limits) func(*registry.Approval) {
	return func(a *registry.Approval) { a.Limits = l }
}

// shop claims the function "shop" for payments.
func shop(a *registry.Approval) registry.Claim {
	return registry.Claim{ID: "shop-claim", Owner: "payments", Approval: a, Select: registry.Selector{Provider: inventory.AWS, Name: "shop"}}
}

// claimed is a whole world with the claims and the facts.
func claimed(claims []registry.Claim, facts ...inventory.Fact) rulestest.World {
	return rulestest.World{Facts: append(rulestest.Whole(), facts...), Registry: registry.Content{Owners: recOwners(), Claims: claims}}
}

// shopWorld is a whole world with the function "shop" and the claim on it.
func shopWorld(a *registry.Approval, facts ...inventory.Fact) rulestest.World {
	return claimed([]registry.Claim{shop(a)}, append(facts, rulestest.Function("shop"))...)
}

func reaching(r ...inventory.Reach) func(*inventory.Asset) {
	var e inventory.Exposures
	for _, reach := range r {
		e.Ways = append(e.Ways, inventory.Exposure{Kind: "function-url", Reach: reach, Hostname: "x.lambda-url.eu-west-1.on.aws"})
	}
	return func(a *inventory.Asset) { a.Exposure = inventory.Split(inventory.Known(e, rulestest.Now())) }
}

func admin(bounded bool) func(*inventory.Asset) {
	return func(a *inventory.Asset) {
		a.Rights = inventory.Known(inventory.Rights{Admin: true, Bounded: bounded, Why: []string{"AdministratorAccess"}}, rulestest.Now())
	}
}

func seenLast(at time.Time) func(*inventory.Asset) {
	return func(a *inventory.Asset) { a.Sightings[0].At = at }
}

func actedBy(p inventory.Principal) func(*inventory.Event) {
	return func(e *inventory.Event) { e.Principal = p }
}
