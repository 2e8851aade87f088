package rules_test

import (
	"slices"
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

// clouded is a whole world of Cloudflare with the claims and the facts.
func clouded(claims []registry.Claim, facts ...inventory.Fact) rulestest.World {
	return rulestest.World{Facts: append(rulestest.WholeCloud(), facts...), Registry: registry.Content{Owners: recOwners(), Claims: claims}}
}

// cfCase is one promise of one rule: what the rule sees and what it says.
type cfCase struct {
	promise string
	world   rulestest.World
	// want lists "severity about discriminator"; about is the last part of the
	// asset's id or of the subject, without "tag-of-" and "uuid-of-".
	want []string
}

// checkCF runs the rule's promises over worlds in which nothing is missing.
func checkCF(t *testing.T, id string, cases []cfCase) {
	t.Helper()
	rule := cfRule(t, id)
	for _, tt := range cases {
		t.Run(tt.promise, func(t *testing.T) {
			tt.world.Facts = append(rulestest.WholeCloud(), tt.world.Facts...)
			res := tt.world.Evaluate(t, rule)
			got := brief(rulestest.Of(res, id))
			for i, line := range got {
				got[i] = strings.NewReplacer("tag-of-", "", "uuid-of-", "").Replace(line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s says (-want +got):\n%s", id, diff)
			}
			if res.Blind(id, rulestest.Cloud()) {
				t.Errorf("%s is blind in a world that was read whole: %v", id, res.Silences)
			}
			for _, f := range rulestest.Of(res, id) {
				if f.Title != rule.Title || f.Remediation != rule.Fix || len(f.Evidence) == 0 || f.Message == "" || strings.Contains(f.Message, "%!") {
					t.Errorf("a finding without the rule's words, evidence or message: %+v", f)
				}
			}
		})
	}
}

func cfRule(t testing.TB, id string) findings.Rule {
	t.Helper()
	for _, r := range rules.CF() {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("there is no rule %s", id)
	return findings.Rule{}
}

// The calls that the tests of several rules share, as Event.Name has them.
const (
	script  = "/accounts/:a/workers/scripts/:s"
	project = "/accounts/:a/pages/projects/:p"
	api     = "api"
)

// did is a call about the Worker api, a day ago, by a token that no approval names.
// Its id is its name.
func did(action inventory.Action, name string, change ...func(*inventory.Event)) inventory.Event {
	e := rulestest.CloudAct(action, name, api, rulestest.Ago(24*time.Hour))
	e.ID = name[:strings.IndexByte(name, ' ')] + ":" + name[strings.LastIndexByte(name, '/')+1:]
	for _, c := range change {
		c(&e)
	}
	return e
}

// aboutSubject makes a call one about the subject and no Worker.
func aboutSubject(service, subject string) func(*inventory.Event) {
	return func(e *inventory.Event) { e.Service, e.Subject, e.Assets = service, subject, nil }
}

func onSite(e *inventory.Event) {
	e.Service, e.Assets = "pages", []inventory.AssetID{rulestest.ProjectHandle("site")}
}

func failed(e *inventory.Event) { e.Outcome, e.Code = inventory.Failed, "http-500" }

// cloudCI lets the token of the acts deploy everything in the account.
func cloudCI(w rulestest.World) rulestest.World {
	w.Estate.Deployers = append(slices.Clone(w.Estate.Deployers), rulestest.CloudDeployer)
	return w
}

// cloudClaim claims the Worker for payments, with these limits.
func cloudClaim(w rulestest.World, name string, l registry.Limits) rulestest.World {
	return cloudOwned(w, name, "payments", recApproval(limited(l)))
}

func cloudOwned(w rulestest.World, name, owner string, a *registry.Approval) rulestest.World {
	w.Registry.Owners = recOwners()
	w.Registry.Claims = append(slices.Clone(w.Registry.Claims), registry.Claim{ID: name + "-claim", Owner: owner, Approval: a,
		Select: registry.Selector{Provider: inventory.Cloudflare, Name: name}})
	return w
}

// knew gives the world an observation of an asset from days ago on.
func knew(w rulestest.World, id inventory.AssetID, facet, value string, days int) rulestest.World {
	at := rulestest.Ago(time.Duration(days) * 24 * time.Hour)
	w.History = append(slices.Clone(w.History), inventory.Observation{Asset: id, Facet: facet, State: "known", Value: []byte(value), First: at, Last: at.Add(time.Hour)})
	return w
}

func TestCFHasTheRulesOfTheCatalogueInOrder(t *testing.T) {
	var got []string
	for _, r := range rules.CF() {
		got = append(got, strings.TrimPrefix(r.ID, "CF-"))
		if r.Provider != inventory.Cloudflare || len(r.Attack) == 0 {
			t.Errorf("%s lacks provider or techniques", r.ID)
		}
		if r.Looks {
			t.Errorf("%s asks for reads, which the audit log does not hold", r.ID)
		}
	}
	if diff := cmp.Diff(strings.Fields("01 02 03 04 05 06 07 08 09 10 11 12 13"), got); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

// TestNoRuleOnCloudflareCountsAttempts: what failed there failed at the vendor's
// side; refused calls are in no log.
func TestNoRuleOnCloudflareCountsAttempts(t *testing.T) {
	w := rulestest.World{Facts: rulestest.WholeCloud()}
	for _, e := range everyCall() {
		e.Outcome, e.Code = inventory.Failed, "http-500"
		w.Facts = append(w.Facts, e)
	}
	if res := w.Evaluate(t, rules.CF()...); len(res.Findings) > 0 {
		t.Errorf("failed calls are findings: %v", brief(res.Findings))
	}
}

// everyCall is a call for each rule that judges calls.
func everyCall() []inventory.Event {
	yes := true
	return []inventory.Event{
		did(inventory.ActionUpdateCode, "PUT "+script),
		did(inventory.ActionExpose, "POST "+script+"/subdomain", with(func(c *inventory.Change) { c.Serving = &yes })),
		did(inventory.ActionAttachTrigger, "POST /zones/:z/workers/routes", with(func(c *inventory.Change) { c.Route = "example.com/*" })),
		did(inventory.ActionUpdateConfig, "PUT "+script+"/secrets"),
		did(inventory.ActionAttachTrigger, "PUT "+script+"/schedules"),
		did(inventory.ActionEnumerate, "POST "+script+"/tails"),
		did(inventory.ActionGrant, "POST /accounts/:a/tokens", aboutSubject("tokens", "cloudflare:token:t1")),
		did(inventory.ActionUpdateCode, "PUT /accounts/:a/workers/dispatch/namespaces/:ns/scripts/:s"),
		did(inventory.ActionUpdateConfig, "PATCH "+script+"/settings", with(func(c *inventory.Change) { c.Bindings = &[]inventory.Binding{{Kind: "d1", Name: "DB"}} })),
		did(inventory.ActionRollback, "POST "+script+"/deployments"),
		did(inventory.ActionDeploy, "POST "+project+"/deployments", onSite),
		did(inventory.ActionGrant, "POST /accounts/:a/members", aboutSubject("members", "cloudflare:"+rulestest.Workshop+"/member/m1")),
	}
}

// A world in which nothing is wrong says nothing: the difference between clean and
// unknown.
func TestCFRulesAreSilentInAWholeWorldWithoutFault(t *testing.T) {
	w := rulestest.World{Facts: append(rulestest.WholeCloud(), rulestest.WorkerFact(api), rulestest.ProjectFact("site"))}
	if res := w.Evaluate(t, rules.CF()...); len(res.Findings) > 0 || len(res.Silences) > 0 {
		t.Errorf("findings %v\nsilences %v", brief(res.Findings), res.Silences)
	}
}

// The order in which facts come never shows.
func TestTheOrderOfFactsOfCloudflareNeverMatters(t *testing.T) {
	w := clouded(nil, rulestest.WorkerFact(api), rulestest.ProjectFact("site"), opening(inventory.WayWorkersDev), holding(func(p *inventory.Permit) { p.Bounded = false }))
	for _, e := range everyCall() {
		w.Facts = append(w.Facts, e)
	}
	want := tell(w.Evaluate(t, rules.All()...).Findings)
	if !strings.Contains(want, "CF-08") || !strings.Contains(want, "CF-10") {
		t.Fatalf("the world tells too little:\n%s", want)
	}
	slices.Reverse(w.Facts)
	if diff := cmp.Diff(want, tell(w.Evaluate(t, rules.All()...).Findings)); diff != "" {
		t.Errorf("findings differ (-forwards +backwards):\n%s", diff)
	}
}
