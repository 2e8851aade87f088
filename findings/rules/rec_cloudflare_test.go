package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/rules/rulestest"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// recCloud runs one REC rule over a world of Cloudflare and gives what it found as
// "severity about discriminator".
func recCloud(t *testing.T, id string, w rulestest.World) (found []string, told string) {
	t.Helper()
	for _, f := range rulestest.Of(w.Evaluate(t, recRule(t, id)), id) {
		about := string(f.Asset)
		if about == "" {
			about = f.Subject
		}
		line := f.Severity.String() + " " + about[strings.LastIndexAny(about, "/")+1:] + " " + f.Discriminator
		if f.Coverage {
			line += " coverage"
		}
		found = append(found, strings.Join(strings.Fields(line), " "))
		told += f.Message + "\n"
		for _, e := range f.Evidence {
			told += e.Summary + "\n"
		}
	}
	return found, told
}

func TestRECRulesOnCloudflare(t *testing.T) {
	public := rulestest.Reached(inventory.Exposure{Kind: inventory.WayRoute, Reach: inventory.ReachPublic, Route: "example.com/*", Hostname: "example.com", UpperBound: true, Note: "Access not read"})
	account := registry.Limits{Reach: inventory.ReachAccount}
	base := func(facts ...inventory.Fact) rulestest.World {
		return rulestest.World{Facts: append(rulestest.WholeCloud(), facts...)}
	}
	by := func(email string) inventory.Event {
		return did(inventory.ActionDeploy, "POST "+script+"/deployments", cloudBy(inventory.OAuth, false), func(e *inventory.Event) { e.Principal.Email = email })
	}
	stray := func(action inventory.Action, name string, before time.Duration) inventory.Event {
		return did(action, name, ago(before), func(e *inventory.Event) {
			e.ID += string(action)
			e.Assets = []inventory.AssetID{rulestest.WorkerHandle("stray")}
		})
	}
	inferred := inventory.Asset{ID: rulestest.WorkerHandle("stray"), Kind: inventory.Worker, Scope: rulestest.Cloud(), Name: "stray",
		Sightings: []inventory.Sighting{{Cell: rulestest.CloudReading(inventory.CapEvents, rulestest.Now()).Cell, At: rulestest.Ago(9 * day)}}}
	ended := inferred
	ended.Deleted = rulestest.Ago(8 * day)
	upload, removal := stray(inventory.ActionUpdateCode, "PUT "+script, 9*day), stray(inventory.ActionDelete, "DELETE "+script, 8*day)
	changed := rulestest.WorkerFact(api, func(a *inventory.Asset) { a.Modified = rulestest.Ago(3 * day) })
	claimedAPI := cloudClaim(base(rulestest.WorkerFact(api)), api, account)
	told := func(functions bool) inventory.Asset {
		return rulestest.ProjectFact("site", func(a *inventory.Asset) {
			a.Sightings[0].At, a.Created, a.Handles[0].Since = rulestest.Ago(2*day), rulestest.Ago(3*day), rulestest.Ago(2*day)
			a.Configuration = inventory.Known(inventory.Configuration{Functions: &functions}, rulestest.Ago(2*day))
		})
	}
	made := did(inventory.ActionCreate, "POST /accounts/:a/pages/projects", onSite, ago(3*day))
	for _, test := range []struct {
		name, rule string
		world      rulestest.World
		want       []string
		says       string
	}{
		{"nobody answers for a public Worker", "REC-01", base(rulestest.WorkerFact(api, public)), []string{"critical tag-of-api"}, "nobody answers for api"},
		{"nor for one that nothing leads in to", "REC-01", base(rulestest.WorkerFact(api)), []string{"high tag-of-api"}, ""},
		{"nor for a Pages project", "REC-01", base(rulestest.ProjectFact("site")), []string{"critical uuid-of-site"}, ""},
		{"a Worker that events alone tell of, where the list failed", "REC-01", base(inferred, upload).WithState(inventory.CapWorkers, inventory.Denied), []string{"critical stray"}, "known from events alone"},
		{"the approver deployed it, by the e-mail address", "REC-05", cloudClaim(base(rulestest.WorkerFact(api), by("ana@example.com")), api, account), []string{"high tag-of-api deployer"}, "the principal's e-mail address is ana@example.com"},
		{"somebody else did", "REC-05", cloudClaim(base(rulestest.WorkerFact(api), by("bob@example.com")), api, account), nil, ""},
		{"a public route above the approval, as an upper bound", "REC-06", cloudClaim(base(rulestest.WorkerFact(api, public)), api, account), []string{"critical tag-of-api"}, "route example.com/*, note Access not read"},
		{"within it", "REC-06", claimedAPI, nil, ""},
		{"a version that nobody approved", "REC-08", cloudClaim(base(rulestest.WorkerFact(api)), api, registry.Limits{CodeDigests: []string{"x"}}), []string{"high tag-of-api"}, "etag-of-api in version v1, which serves 100 %"},
		{"deployed and removed", "REC-09", base(ended, upload, removal), []string{"high stray"}, "removed 24h0m0s later"},
		{"deployed and removed, and the log is not whole", "REC-09", base(ended, upload, removal).WithState(inventory.CapEvents, inventory.Partial), nil, ""},
		{"changed, and no event tells of it", "REC-10", base(changed), []string{"medium tag-of-api modified"}, ""},
		{"a Pages project that a push changed", "REC-10", base(rulestest.ProjectFact("site", func(a *inventory.Asset) { a.Modified = rulestest.Ago(3 * day) })), nil, ""},
		{"a Pages project without a repository that changed", "REC-10", base(rulestest.ProjectFact("site", func(a *inventory.Asset) {
			a.Modified, a.Configuration = rulestest.Ago(3*day), inventory.Known(inventory.Configuration{}, rulestest.Now())
		})), []string{"medium uuid-of-site modified"}, ""},
		{"changed, and one does", "REC-10", base(changed, did(inventory.ActionUpdateCode, "PUT "+script, ago(3*day))), nil, ""},
		{"an event without its Worker", "REC-11", base(inferred, upload), []string{"medium stray"}, "read whole at"},
		{"an event without its Worker, and the list is not whole", "REC-11", base(inferred, upload).WithState(inventory.CapWorkers, inventory.Partial), nil, ""},
		{"an event without its Worker, and another list is not whole", "REC-11", base(inferred, upload).WithState(inventory.CapPages, inventory.Denied), nil, ""},
		{"a Pages project of which an inventory told once", "REC-11", base(told(true), made), []string{"medium uuid-of-site"}, ""},
		{"a site without functions, which is in no inventory", "REC-11", base(told(false), made), nil, ""},
		{"routes of a zone that could not be read hide what is claimed", "REC-13", claimedAPI.WithState(inventory.CapRoutes, inventory.Denied), []string{"medium facets coverage"}, "claims api-claim"},
		{"the list of Workers hides it too", "REC-13", cloudClaim(base(), api, account).WithState(inventory.CapWorkers, inventory.Denied), []string{"medium inventory coverage"}, "claims api-claim"},
		{"who may deploy hides no claim, nor do guards", "REC-13", claimedAPI.WithState(inventory.CapAccess, inventory.Denied).WithState(inventory.CapTokens, inventory.Denied).WithState(inventory.CapLogpush, inventory.Denied), nil, ""},
		{"it acts as itself", "REC-14", cloudClaim(base(rulestest.WorkerFact(api)), api, registry.Limits{Identities: []string{"other"}}), []string{"high tag-of-api"}, string(rulestest.WorkerID(api))},
	} {
		t.Run(test.rule+" "+test.name, func(t *testing.T) {
			found, told := recCloud(t, test.rule, test.world)
			if diff := cmp.Diff(test.want, found); diff != "" || !strings.Contains(told, test.says) {
				t.Errorf("found (-want +got):\n%s\nsays\n%swant %q", diff, told, test.says)
			}
		})
	}
}

// TestOneHoleOfManyZones: holes in the zones of an account hide the same assets, and
// are one finding.
func TestOneHoleOfManyZones(t *testing.T) {
	w := cloudClaim(rulestest.World{Facts: append(rulestest.WholeCloud(), rulestest.WorkerFact(api))}, api, registry.Limits{}).WithState(inventory.CapRoutes, inventory.Denied)
	other := rulestest.CloudReading(inventory.CapRoutes, rulestest.Now())
	other.Cell.Scope.Region, other.State = "another-zone", inventory.Denied
	w.Facts = append(w.Facts, other)
	if found, told := recCloud(t, "REC-13", w); len(found) != 1 {
		t.Errorf("got %v\n%s", found, told)
	}
}
