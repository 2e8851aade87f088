package rules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// The names that the worlds of these tests share.
const (
	lambdaAPI = "lambda.amazonaws.com"
	iamAPI    = "iam.amazonaws.com"
	orders    = "orders"
	outsider  = "999999999999"
	alice     = "arn:aws:iam::111122223333:user/alice"
	workRole  = "arn:aws:iam::111122223333:role/work"
	hour      = time.Hour
)

// awsCase is one promise of one rule: what the rule sees and what it says.
type awsCase struct {
	promise string
	world   rulestest.World
	// want lists "severity about discriminator", with " attempt" at the end of
	// what was refused; about is the last part of the asset's id or subject.
	want []string
}

// checkRule runs the rule's promises over worlds in which nothing is missing.
func checkRule(t *testing.T, id string, cases []awsCase) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.promise, func(t *testing.T) {
			tt.world.Facts = append(rulestest.Whole(), tt.world.Facts...)
			res := tt.world.Evaluate(t, awsRule(t, id))
			got := brief(rulestest.Of(res, id))
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s says\n\t%s\nwant\n\t%s", id, strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
			if res.Blind(id, rulestest.Place()) {
				t.Errorf("%s is blind in a world that was read whole: %v", id, res.Silences)
			}
		})
	}
}

func awsRule(t testing.TB, id string) findings.Rule {
	t.Helper()
	for _, r := range rules.AWS() {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("there is no rule %s", id)
	return findings.Rule{}
}

func brief(found []findings.Finding) []string {
	var out []string
	for _, f := range found {
		about := string(f.Asset)
		if about == "" {
			about = f.Subject
		}
		line := f.Severity.String() + " " + about[strings.LastIndexAny(about, ":/")+1:] + " " + f.Discriminator
		if f.Attempt {
			line += " attempt"
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// facts is a world of the facts.
func facts(all ...inventory.Fact) rulestest.World { return rulestest.World{Facts: all} }

// call is a call on Lambda that concerns the function orders and succeeded, one
// day ago, by a role that no approval names. Its id is its name.
func call(name string, change ...func(*inventory.Event)) inventory.Event {
	e := rulestest.Act(actionOf(name), orders, rulestest.Ago(24*time.Hour))
	e.ID, e.Name, e.LoggedName = name, name, name
	for _, c := range change {
		c(&e)
	}
	return e
}

func actionOf(name string) inventory.Action {
	return map[string]inventory.Action{
		"CreateFunction": inventory.ActionCreate, "UpdateFunctionCode": inventory.ActionUpdateCode,
		"UpdateFunctionConfiguration": inventory.ActionUpdateConfig, "DeleteFunction": inventory.ActionDelete,
		"AddPermission": inventory.ActionGrant, "PutResourcePolicy": inventory.ActionGrant,
		"AddLayerVersionPermission": inventory.ActionGrant, "DeleteResourcePolicy": inventory.ActionRevoke,
		"CreateFunctionUrlConfig": inventory.ActionExpose, "UpdateFunctionUrlConfig": inventory.ActionExpose,
		"CreateEventSourceMapping": inventory.ActionAttachTrigger, "UpdateEventSourceMapping": inventory.ActionAttachTrigger,
		"PublishVersion": inventory.ActionPublish, "UpdateAlias": inventory.ActionDeploy,
		"Invoke": inventory.ActionInvoke, "GetFunction": inventory.ActionReadSecret, "ListFunctions": inventory.ActionEnumerate,
	}[name]
}

// other is a call on another service about the subject, and no asset.
func other(service, name, subject string, change ...func(*inventory.Event)) inventory.Event {
	e := call(name, change...)
	e.Service, e.Subject, e.Assets = service, subject, nil
	switch service {
	case iamAPI:
		e.Action = inventory.ActionIdentity
	case "cloudtrail.amazonaws.com", "logs.amazonaws.com":
		e.Action = inventory.ActionLoggingOff
	}
	return e
}

// with sets a part of the change that a call asked for.
func with(set func(*inventory.Change)) func(*inventory.Event) {
	return func(e *inventory.Event) { set(&e.Change) }
}

func grants(all ...inventory.Grant) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Grants = all })
}

func layers(ids ...string) func(*inventory.Event) {
	all := []inventory.Layer{}
	for _, id := range ids {
		all = append(all, inventory.Layer{ID: id, Account: strings.Split(id, ":")[4]})
	}
	return with(func(c *inventory.Change) { c.Layers = &all })
}

func layerOf(account, name string) string {
	return "arn:aws:lambda:eu-west-1:" + account + ":layer:" + name + ":1"
}

func keys(names ...string) func(*inventory.Event) {
	return with(func(c *inventory.Change) { c.Keys = names })
}

func by(p inventory.Principal) func(*inventory.Event) {
	return func(e *inventory.Event) { e.Principal = p }
}

// byUser is a user with a key of that kind.
func byUser(kind inventory.Credential) func(*inventory.Event) {
	return by(inventory.Principal{ID: alice, Type: "user", UniqueID: "AIDAALICE", Account: rulestest.Account, Credential: kind})
}

func refused(e *inventory.Event) { e.Outcome, e.Code = inventory.Failed, "AccessDenied" }

func dryRun(e *inventory.Event) { e.Outcome = inventory.DryRun }

func ago(d time.Duration) func(*inventory.Event) {
	return func(e *inventory.Event) { e.Time = rulestest.Ago(d) }
}

func named(id string) func(*inventory.Event) { return func(e *inventory.Event) { e.ID = id } }

// approving gives the world an approval of everything at the place, within
// limits.
func approving(w rulestest.World, limits registry.Limits) rulestest.World {
	w.Registry = registry.Content{
		Owners: []registry.Owner{{ID: "team", Name: "Team", Contacts: []string{"team@example.com"}}},
		Claims: []registry.Claim{{
			ID: "all", Owner: "team", Select: registry.Selector{Accounts: []string{rulestest.Account}},
			Approval: &registry.Approval{By: "boss@example.com", Ticket: "T-1", On: rulestest.Ago(30 * 24 * time.Hour), Expires: rulestest.Now().Add(30 * 24 * time.Hour), Limits: limits},
		}},
	}
	return w
}

// estate gives the world what the configuration tells.
func estate(w rulestest.World, e findings.Estate) rulestest.World {
	w.Estate = e
	return w
}

// remembering gives the world an observation of orders from days ago on.
func remembering(w rulestest.World, facet, value string, days int) rulestest.World {
	at := rulestest.Ago(time.Duration(days) * 24 * time.Hour)
	w.History = append(w.History, inventory.Observation{
		Asset: rulestest.FunctionID(orders), Facet: facet, State: "known", Value: []byte(value), First: at, Last: at.Add(time.Hour),
	})
	return w
}

func exposed(ways ...inventory.Exposure) func(*inventory.Asset) {
	return func(a *inventory.Asset) {
		a.Exposure = inventory.Split(inventory.Known(inventory.Exposures{Ways: ways}, rulestest.Now()))
	}
}

func rights(r inventory.Rights) func(*inventory.Asset) {
	return func(a *inventory.Asset) { a.Rights = inventory.Known(r, rulestest.Now()) }
}

func runningAs(role string) func(*inventory.Asset) {
	return func(a *inventory.Asset) {
		a.Identity = inventory.Known(inventory.Identity{ID: role}, rulestest.Now())
	}
}
