package cli_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
)

const (
	cfShop   = "5a000000000000000000000000000001"
	cfData   = "5b000000000000000000000000000002"
	cfCI     = "c1000000000000000000000000000001" // a token that deploys
	cfReader = "c0ffee00000000000000000000000000" // ours
)

// cfNow is the instant of the estate of Cloudflare.
func cfNow() time.Time { return time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC) }

func cfID(kind string, n int) string { return fmt.Sprintf("%s%030x", kind, n) }

func cfUUID(kind, n int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, n) }

const cfRegistry = `version: 1
owners:
  - {id: all, name: All, contacts: [all@estate.example], principals: ["cloudflare:token:` + cfCI + `"]}
claims:
  - id: workers
    owner: all
    select: {provider: cloudflare}
    approval: {by: ana@estate.example, on: 2026-01-02, expires: 2027-01-02, ticket: S-1, limits: {reach: public, deployers: ["cloudflare:token:` + cfCI + `"]}}
`

// cfEstate is a company of two accounts in which there is one or more of every kind
// that a scan reads, and in which all can be approved.
func cfEstate() *cloudflarefake.World {
	now, reads := cfNow(), cfReads()
	w := &cloudflarefake.World{Now: now, PageSize: cfPages(),
		Token: cloudflarefake.Token{Kind: cloudflarefake.AccountToken, Account: cfShop, ID: cfReader, Name: "estray"}}
	for i, id := range []string{cfShop, cfData} {
		a := &cloudflarefake.Account{ID: id, Name: []string{"Shop", "Data"}[i], Subdomain: fmt.Sprint("team", i), CreatedOn: now.AddDate(-3, 0, 0),
			Members: []cloudflarefake.Member{{ID: cfID("d1", i), User: cloudflarefake.User{ID: cfID("d2", i), Email: "ana@estate.example", TwoFactorAuthenticationEnabled: true},
				Roles: []cloudflarefake.Role{{ID: cfID("d3", 1), Name: "Minimal Account Access"}}},
				{ID: cfID("d4", i), User: cloudflarefake.User{ID: cfID("d5", i), Email: "ben@estate.example", TwoFactorAuthenticationEnabled: true},
					Roles: []cloudflarefake.Role{{ID: cfID("d3", 1), Name: "Minimal Account Access"}}}},
			Tokens: []cloudflarefake.APIToken{{ID: cfReader, Name: "estray", IssuedOn: now.AddDate(0, -6, 0), LastUsedOn: now, ExpiresOn: now.AddDate(0, 3, 0), Policies: []cloudflarefake.Policy{reads}},
				{ID: cfID("d6", i), Name: "reports", IssuedOn: now.AddDate(0, -6, 0), LastUsedOn: now, ExpiresOn: now.AddDate(0, 3, 0), Policies: []cloudflarefake.Policy{reads}}},
		}
		for z := range 2 {
			a.Zones = append(a.Zones, &cloudflarefake.Zone{ID: cfID("2a", 2*i+z), Name: fmt.Sprintf("example%d%d.com", i, z), CreatedOn: a.CreatedOn})
		}
		for n := range 5 {
			cfWorker(a, i, n)
		}
		cfPlatform(a, i)
		w.Accounts = append(w.Accounts, a)
	}
	return w
}

// cfReads lets a token read all Workers and zones of all accounts.
func cfReads() cloudflarefake.Policy {
	return cloudflarefake.Policy{ID: cfID("e2", 1), Effect: "allow",
		PermissionGroups: []cloudflarefake.PermissionGroup{{ID: cfID("e1", 1), Name: "Workers Scripts Read"}, {ID: cfID("e1", 2), Name: "Workers Routes Read"}, {ID: cfID("e1", 3), Name: "Zone Read"}},
		Resources:        map[string]any{"com.cloudflare.api.account.*": "*", "com.cloudflare.api.account.zone.*": "*"}}
}

// cfPages makes listings have a second page.
func cfPages() map[string]int {
	out := map[string]int{"/accounts/:a/workers/workers": 3, "/accounts/:a/logs/audit": 2}
	for _, list := range []string{"members", "tokens", "access/apps", "audit_logs", "pages/projects", "queues", "workflows", "workers/scripts/:s/versions",
		"workers/workers/:w/previews", "workers/dispatch/namespaces/:ns/scripts"} {
		out["/accounts/:a/"+list] = 1
	}
	out["/accounts"], out["/zones"], out["/zones/:z/email/routing/rules"] = 1, 1, 1
	return out
}

// cfWorker adds a Worker: the first has every way in and is started by everything.
func cfWorker(a *cloudflarefake.Account, i, n int) *cloudflarefake.Worker {
	then := cfNow().AddDate(-1, 0, 0)
	name := []string{"front", "jobs", "mail", "idle", "split"}[n]
	k := 10*i + n
	version, older := cfUUID(1, k), cfUUID(6, k)
	w := &cloudflarefake.Worker{Tag: cfID("4a", k), Name: name, Etag: cfID("5a", k), CreatedOn: then, UpdatedOn: then, DeployedOn: then, Handlers: []string{"fetch"},
		HasModules: true, LastDeployedFrom: "wrangler", CompatibilityDate: "2026-01-01", Placement: json.RawMessage(`{"mode":"smart"}`), UsageModel: "standard",
		Observability: &cloudflarefake.Observability{Enabled: true, HeadSamplingRate: 1},
		Bindings:      []cloudflarefake.Binding{{"type": "plain_text", "name": "MODE", "text": "production"}, {"type": "kv_namespace", "name": "KV", "namespace_id": cfID("9a", k)}},
		Versions:      []cloudflarefake.Version{{ID: version, Number: 2, CreatedOn: then, AuthorEmail: "ci@estate.example", Source: "wrangler"}, {ID: older, Number: 1, CreatedOn: then, AuthorEmail: "ci@estate.example", Source: "wrangler"}},
		Deployments: []cloudflarefake.Deployment{{ID: cfUUID(2, k), CreatedOn: then, Source: "wrangler", AuthorEmail: "ci@estate.example",
			Versions: []cloudflarefake.Share{{VersionID: version, Percentage: 100}}}}}
	z := a.Zones[n%2]
	switch name {
	case "front":
		z.Routes = append(z.Routes, cloudflarefake.Route{ID: cfID("6a", k), Pattern: z.Name + "/*", Script: name})
		a.Domains = append(a.Domains, cloudflarefake.Domain{ID: cfID("7a", k), Hostname: "www." + z.Name, Service: name, Environment: "production", ZoneID: z.ID, ZoneName: z.Name})
	case "jobs":
		w.Schedules = []cloudflarefake.Schedule{{Cron: "0 * * * *", CreatedOn: then, ModifiedOn: then}}
		z.Routes = append(z.Routes, cloudflarefake.Route{ID: cfID("6a", k), Pattern: "jobs." + z.Name + "/*", Script: name})
	case "mail":
		for _, to := range []string{"in", "to"} {
			z.EmailRules = append(z.EmailRules, cloudflarefake.EmailRule{Tag: to + cfID("8", k), Name: to, Enabled: true,
				Matchers: []cloudflarefake.EmailMatch{{Type: "literal", Field: "to", Value: to + "@" + z.Name}}, Actions: []cloudflarefake.EmailAction{{Type: "worker", Value: []string{name}}}})
		}
	case "split":
		w.Deployments[0].Versions = []cloudflarefake.Share{{VersionID: older, Percentage: 100}} // the latest does not serve
	}
	a.Workers = append(a.Workers, w)
	for _, at := range []time.Duration{-30 * time.Hour, 20 * time.Minute} { // the second is told to the second scan
		cfEvent(a, cfNow().Add(at+time.Duration(k)*time.Second), fmt.Sprintf("PUT /accounts/%s/workers/scripts/%s", a.ID, name))
	}
	return w
}

// cfEvent adds an event of the token that deploys: "METHOD URI".
func cfEvent(a *cloudflarefake.Account, at time.Time, call string) {
	method, uri, _ := strings.Cut(call, " ")
	id := fmt.Sprintf("%s-%d", a.Name, len(a.Audit))
	kind := map[string]string{"PUT": "update", "PATCH": "update", "POST": "create", "DELETE": "delete"}[method]
	a.Audit = append(a.Audit, cloudflarefake.AuditEntry{ID: id, Action: cloudflarefake.AuditAction{Type: kind, Time: at},
		Actor: cloudflarefake.AuditActor{ID: a.ID, Type: "account", Context: "api_token", TokenID: cfCI, TokenName: "ci"},
		Raw:   cloudflarefake.AuditRaw{Method: method, URI: uri, StatusCode: 200, CFRayID: "ray-" + id}})
}

// cfPlatform adds a Pages project, a dispatch namespace, a queue, a workflow and
// what guards and watches.
func cfPlatform(a *cloudflarefake.Account, i int) {
	then, yes := cfNow().AddDate(-1, 0, 0), true
	for n, name := range []string{"site", "docs"} {
		a.Projects = append(a.Projects, &cloudflarefake.Project{ID: cfUUID(3, 2*i+n), Name: fmt.Sprint(name, i), CreatedOn: then, ProductionBranch: "main", UsesFunctions: &yes,
			Source:  &cloudflarefake.ProjectSource{Type: "github", Config: cloudflarefake.SourceConfig{Owner: "estate", RepoName: name, ProductionBranch: "main", PreviewDeploymentSetting: "none"}},
			Domains: []cloudflarefake.ProjectDomain{{ID: cfID("b1", 2*i+n), Name: name + "." + a.Zones[0].Name, CreatedOn: then}},
			Deployments: []cloudflarefake.ProjectDeployment{{ID: cfUUID(4, 2*i+n), Environment: "production", CreatedOn: then, UsesFunctions: &yes,
				Trigger: cloudflarefake.Trigger{Type: "github:push", Metadata: cloudflarefake.TriggerMetadata{Branch: "main", CommitHash: strings.Repeat("a", 40)}}}}})
	}
	a.Namespaces = []*cloudflarefake.Namespace{{ID: cfUUID(5, i), Name: fmt.Sprint("customers", i), CreatedOn: then, ModifiedOn: then,
		Scripts: []cloudflarefake.DispatchScript{{Name: "tenant", Etag: "t", CreatedOn: then, ModifiedOn: then}, {Name: "other", Etag: "o", CreatedOn: then, ModifiedOn: then}}}}
	a.Queues = []cloudflarefake.Queue{{ID: cfID("b2", i), Name: "orders", CreatedOn: then, Consumers: []cloudflarefake.Consumer{{ID: cfID("b3", i), Script: "jobs"}}},
		{ID: cfID("b5", i), Name: "returns", CreatedOn: then, Consumers: []cloudflarefake.Consumer{{ID: cfID("b6", i), Script: "jobs"}}}}
	a.Workflows = []cloudflarefake.Workflow{{ID: cfUUID(7, i), Name: "order", ScriptName: "jobs", ClassName: "Order", CreatedOn: then},
		{ID: cfUUID(9, i), Name: "return", ScriptName: "jobs", ClassName: "Return", CreatedOn: then}}
	a.AccessApps = []cloudflarefake.AccessApp{{ID: cfID("b4", i), Name: "inside", Domain: "inside." + a.Zones[0].Name},
		{ID: cfID("b7", i), Name: "desk", Domain: "desk." + a.Zones[0].Name}}
	a.LogpushJobs = []cloudflarefake.LogpushJob{{ID: 7 + i, Dataset: "workers_trace_events", Enabled: true, DestinationConf: "s3://logs?access-key-id=x"}}
	a.Destinations = []cloudflarefake.Destination{{Slug: "otel", Name: "otel", Enabled: true, Scripts: []string{"front"}}}
	for n := range 3 { // the second is of the time after the first scan
		a.AuditV1 = append(a.AuditV1, cloudflarefake.AuditEntryV1{ID: fmt.Sprint("v1-", i, n), Action: cloudflarefake.AuditActionV1{Type: "create", Result: true},
			Actor: cloudflarefake.AuditActorV1{ID: a.ID, Type: "user"}, Resource: cloudflarefake.AuditResourceV1{Type: "d1.database"}, When: cfNow().Add(time.Duration(n-1) * 10 * time.Minute)})
	}
}
