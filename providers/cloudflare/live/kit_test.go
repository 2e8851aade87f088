package live_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/cloudflare/live"
	"github.com/estray/estray/providers/cloudflare/session"
)

const (
	home    = "00000000000000000000000000000a01"
	other   = "00000000000000000000000000000a02"
	zone    = "00000000000000000000000000000c01"
	second  = "0a000000-0000-4000-8000-000000000002"
	first   = "0a000000-0000-4000-8000-000000000001"
	ourOwn  = "00000000000000000000000000000f01"
	hostOf  = "api.example.com"
	canary  = "canary-7d1f"
	apiTag  = "00000000000000000000000000000e01"
	jobsTag = "00000000000000000000000000000e02"
)

// at is the instant of the tests' scans.
func at() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

// ago is an instant some hours before it.
func ago(hours int) time.Time { return at().Add(-time.Duration(hours) * time.Hour) }

// policies let a token read all of the account.
func policies() []cloudflarefake.Policy {
	group := func(name string) []cloudflarefake.PermissionGroup {
		return []cloudflarefake.PermissionGroup{{ID: "g-" + name, Name: name}}
	}
	return []cloudflarefake.Policy{
		{ID: "p1", Effect: "allow", PermissionGroups: group("Workers Scripts Read"), Resources: map[string]any{"com.cloudflare.api.account." + home: "*"}},
		{ID: "p2", Effect: "allow", PermissionGroups: group("Zone Read"), Resources: map[string]any{
			"com.cloudflare.api.account." + home: map[string]any{"com.cloudflare.api.account.zone.*": "*"}}},
	}
}

// company is a world of one account in which there is something of every kind.
func company() *cloudflarefake.World {
	return &cloudflarefake.World{
		Now:      at(),
		Token:    cloudflarefake.Token{Kind: cloudflarefake.AccountToken, Account: home, ID: ourOwn, Name: "estray", Policies: policies()},
		Accounts: []*cloudflarefake.Account{account()},
	}
}

func account() *cloudflarefake.Account {
	a := &cloudflarefake.Account{ID: home, Name: "Home", CreatedOn: ago(9000), Subdomain: "acme",
		Workers: []*cloudflarefake.Worker{api(), script(jobsTag, "jobs", func(w *cloudflarefake.Worker) {
			w.Bindings = []cloudflarefake.Binding{{"type": "service", "name": "API", "service": "api", "environment": "production"}}
		})},
		Domains: []cloudflarefake.Domain{{ID: "00000000000000000000000000000d01", Hostname: hostOf, Service: "api", ZoneID: zone, ZoneName: "example.com"}},
		Zones: []*cloudflarefake.Zone{{ID: zone, Name: "example.com", CreatedOn: ago(8000),
			Routes: []cloudflarefake.Route{
				{ID: "00000000000000000000000000000101", Pattern: "example.com/*", Script: "api"},
				{ID: "00000000000000000000000000000102", Pattern: "example.com/static/*"}},
			EmailRules: []cloudflarefake.EmailRule{{Tag: "r1", Name: "mail", Enabled: true,
				Matchers: []cloudflarefake.EmailMatch{{Type: "literal", Field: "to", Value: canary + "@example.com"}},
				Actions:  []cloudflarefake.EmailAction{{Type: "worker", Value: []string{"api"}}}}}}},
	}
	a.Projects = []*cloudflarefake.Project{site()}
	a.Namespaces = []*cloudflarefake.Namespace{{ID: "0f000000-0000-4000-8000-000000000001", Name: "customers", CreatedOn: ago(70), ModifiedOn: ago(60),
		Scripts: []cloudflarefake.DispatchScript{{Name: "one", Etag: "d1", CreatedOn: ago(50), ModifiedOn: ago(50)}}}}
	a.Queues = []cloudflarefake.Queue{{ID: "00000000000000000000000000000301", Name: "orders", CreatedOn: ago(70),
		Consumers: []cloudflarefake.Consumer{{ID: "qc1", Script: "jobs"}}}}
	a.Workflows = []cloudflarefake.Workflow{{ID: "10000000-0000-4000-8000-000000000001", Name: "order", ScriptName: "api", ClassName: "Order", CreatedOn: ago(70)}}
	a.AccessApps = []cloudflarefake.AccessApp{{ID: "aa1", Name: "internal", Domain: hostOf}}
	a.LogpushJobs = []cloudflarefake.LogpushJob{{ID: 7, Dataset: "workers_trace_events", Enabled: true, DestinationConf: "s3://logs?access-key-id=" + canary}}
	a.Destinations = []cloudflarefake.Destination{{Slug: "otel", Name: "otel", Enabled: true, Scripts: []string{"api"},
		Configuration: map[string]any{"url": "https://otel.example", "headers": map[string]any{"authorization": canary}}}}
	a.Members = []cloudflarefake.Member{{ID: "m1", User: cloudflarefake.User{ID: "u1", Email: "ann@example.com"},
		Roles: []cloudflarefake.Role{{ID: "ro1", Name: "Administrator", Description: "all"}}}}
	a.Audit = []cloudflarefake.AuditEntry{{ID: "v2-a",
		Action:   cloudflarefake.AuditAction{Type: "update", Time: at().Add(-5 * time.Minute), Description: "Update"},
		Actor:    cloudflarefake.AuditActor{ID: "u1", Type: "user", Context: "oauth", Email: "ann@example.com"},
		Raw:      cloudflarefake.AuditRaw{Method: "PUT", URI: "/accounts/" + home + "/workers/scripts/api", StatusCode: 200, CFRayID: "ray"},
		Resource: cloudflarefake.AuditResource{ID: "api", Product: "workers", Type: "script", Scope: "accounts", Request: json.RawMessage(`{"bindings":"` + canary + `"}`)}}}
	return a
}

// script is a Worker with one version that serves alone.
func script(tag, name string, more ...func(*cloudflarefake.Worker)) *cloudflarefake.Worker {
	id := tag[:8] + "-0000-4000-8000-" + tag[len(tag)-12:]
	w := &cloudflarefake.Worker{Tag: tag, Name: name, Etag: "etag-" + name, CreatedOn: ago(100), UpdatedOn: ago(40), DeployedOn: ago(40),
		Handlers: []string{"fetch"}, CompatibilityDate: "2026-01-01",
		Versions: []cloudflarefake.Version{{ID: id, Number: 1, CreatedOn: ago(40), AuthorID: "u1", AuthorEmail: "ann@example.com", Source: "wrangler"}},
		Deployments: []cloudflarefake.Deployment{{ID: id, CreatedOn: ago(40), Source: "wrangler", AuthorEmail: "ann@example.com",
			Versions: []cloudflarefake.Share{{VersionID: id, Percentage: 100}}}}}
	for _, m := range more {
		m(w)
	}
	return w
}

// api is a Worker with something of every kind, in a gradual deployment.
func api() *cloudflarefake.Worker {
	return &cloudflarefake.Worker{Tag: apiTag, Name: "api", Tags: []string{"team:web", "cf:service=api", "plain"}, CreatedOn: ago(100), UpdatedOn: ago(3),
		DeployedOn: ago(2), Etag: "etag-2", Handlers: []string{"fetch", "scheduled"}, CompatibilityDate: "2026-01-01",
		CompatibilityFlags: []string{"nodejs_compat"}, Placement: json.RawMessage(`{"mode":"smart"}`), Logpush: true,
		Observability: &cloudflarefake.Observability{Enabled: true, HeadSamplingRate: 0.5}, TailConsumers: []string{"jobs"},
		Enabled: true, InlineRoutes: true,
		Bindings: []cloudflarefake.Binding{
			{"type": "plain_text", "name": "MODE", "text": canary},
			{"type": "json", "name": "SET", "json": map[string]any{"id": canary}},
			{"type": "secret_text", "name": "KEY", "text": canary},
			{"type": "new_thing", "name": "NEW", "id": canary, "value": canary},
			{"type": "send_email", "name": "MAIL", "destination_address": canary + "@example.com"},
			{"type": "kv_namespace", "name": "KV", "namespace_id": "00000000000000000000000000000201"}},
		Versions: []cloudflarefake.Version{
			{ID: second, Number: 2, CreatedOn: ago(3), AuthorID: "u1", AuthorEmail: "ann@example.com", Source: "wrangler"},
			{ID: first, Number: 1, CreatedOn: ago(100), AuthorID: "u1", AuthorEmail: "ann@example.com", Source: "dash", Etag: "etag-1",
				Bindings: []cloudflarefake.Binding{{"type": "plain_text", "name": "OLD", "text": canary},
					{"type": "kv_namespace", "name": "KV", "namespace_id": "00000000000000000000000000000201"}}}},
		Deployments: []cloudflarefake.Deployment{{ID: "0b000000-0000-4000-8000-000000000001", CreatedOn: ago(2), Source: "wrangler",
			AuthorEmail: "ann@example.com", Annotations: map[string]string{"workers/triggered_by": "deployment", "workers/message": "ship"},
			Versions: []cloudflarefake.Share{{VersionID: second, Percentage: 90}, {VersionID: first, Percentage: 10}}}},
		Schedules: []cloudflarefake.Schedule{{Cron: "*/5 * * * *", CreatedOn: ago(90), ModifiedOn: ago(90)}},
		Tails:     []cloudflarefake.Tail{{ID: "t1", ExpiresAt: at().Add(time.Hour), URL: "wss://tail.example/" + canary}},
		Previews:  []cloudflarefake.Preview{{ID: "p1", Name: "feature", Slug: "feature", URLs: []string{"https://feature-api.acme.workers.dev"}, CreatedOn: ago(5)}},
	}
}

func site() *cloudflarefake.Project {
	yes := true
	trigger := cloudflarefake.Trigger{Type: "github:push", Metadata: cloudflarefake.TriggerMetadata{Branch: "main", CommitHash: "abc", CommitMessage: "ship"}}
	return &cloudflarefake.Project{ID: "0c000000-0000-4000-8000-000000000001", Name: "site", CreatedOn: ago(70), ProductionBranch: "main",
		UsesFunctions: &yes, Source: &cloudflarefake.ProjectSource{Type: "github", Config: cloudflarefake.SourceConfig{Owner: "acme", RepoName: "site"}},
		BuildConfig: map[string]any{"build_command": canary, "web_analytics_token": canary},
		DeploymentConfigs: cloudflarefake.DeploymentConfigs{
			Production: cloudflarefake.DeploymentConfig{EnvVars: map[string]cloudflarefake.EnvVar{"MODE": {Type: "plain_text", Value: canary}},
				KVNamespaces: map[string]map[string]any{"KV": {"namespace_id": "00000000000000000000000000000201"}}},
			Preview: cloudflarefake.DeploymentConfig{EnvVars: map[string]cloudflarefake.EnvVar{"KEY": {Type: "secret_text", Value: canary}}}},
		Domains: []cloudflarefake.ProjectDomain{{ID: "pd1", Name: "www.example.com", CreatedOn: ago(60)}},
		Deployments: []cloudflarefake.ProjectDeployment{
			{ID: "0d000000-0000-4000-8000-000000000002", Environment: "preview", CreatedOn: ago(4), Trigger: trigger, Aliases: []string{"https://dev.site.pages.dev"}},
			{ID: "0e000000-0000-4000-8000-000000000001", Environment: "production", CreatedOn: ago(6), Trigger: trigger, UsesFunctions: &yes}}}
}

// serve starts a fake, and returns it with a configuration that reads it.
func serve(t testing.TB, w *cloudflarefake.World, change ...func(*live.Config)) (*cloudflarefake.Server, live.Config) {
	t.Helper()
	return serveHooked(t, w, func(*cloudflarefake.Server, string) {}, change...)
}

// serveHooked calls hook with each path before it is answered: there a test changes
// the world while it is read.
func serveHooked(t testing.TB, w *cloudflarefake.World, hook func(s *cloudflarefake.Server, path string), change ...func(*live.Config)) (*cloudflarefake.Server, live.Config) {
	t.Helper()
	s := cloudflarefake.New(w)
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hook(s, r.URL.Path)
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	cfg := live.Config{Now: at(), Since: ago(24 * 30), Audit: true, Calls: session.Options{Token: "text", Endpoint: h.URL}}
	for _, c := range change {
		c(&cfg)
	}
	return s, cfg
}

func full(c *live.Config)    { c.Full = true }
func noAudit(c *live.Config) { c.Audit = false }

// found is what one scan read.
type found struct {
	assets map[inventory.AssetID]inventory.Asset
	words  map[inventory.Cell]inventory.Coverage
	facts  []inventory.Fact
	err    error // of the plan
}

// of gives the word on a capability of an account.
func (f found) of(c inventory.Capability, account ...string) inventory.Coverage {
	for cell, w := range f.words {
		if cell.Capability == c && cell.Scope.Region == "" && (len(account) == 0 || cell.Scope.Account == account[0]) {
			return w
		}
	}
	return inventory.Coverage{}
}

// scan plans and reads everything; before is what the last scan said.
func scan(t testing.TB, cfg live.Config, before found) found {
	t.Helper()
	out := found{assets: map[inventory.AssetID]inventory.Asset{}, words: map[inventory.Cell]inventory.Coverage{}}
	var sources []providers.Source
	sources, out.err = live.New(cfg).Plan(t.Context())
	since := func(c inventory.Cell) inventory.Coverage { // as the store does
		w := before.words[c]
		if w.State == inventory.Complete || w.State == inventory.Partial || w.State == inventory.Malformed && w.Mark != "" {
			return w
		}
		return inventory.Coverage{}
	}
	for _, s := range sources {
		err := s.Read(t.Context(), since, func(f inventory.Fact) error {
			out.facts = append(out.facts, f)
			switch f := f.(type) {
			case inventory.Asset:
				if old, ok := out.assets[f.ID]; ok {
					f = inventory.Merge(old, f)
				}
				out.assets[f.ID] = f
			case inventory.Coverage:
				if f.Read.IsZero() { // as the collector does
					f.Read = cfg.Now
				}
				if _, twice := out.words[f.Cell]; twice {
					t.Errorf("%s was spoken of twice", f.Cell)
				}
				out.words[f.Cell] = f
			}
			return nil
		})
		if err != nil {
			t.Errorf("Read: %v", err)
			continue
		}
		for _, c := range s.Cells() {
			if w, ok := out.words[c]; !ok || w.State == inventory.Pending {
				t.Errorf("%s was not spoken of", c)
			}
		}
	}
	return out
}

// counts counts the calls of the fake by path.
func counts(s *cloudflarefake.Server) map[string]int {
	out := map[string]int{}
	for _, c := range s.Calls() {
		out[c.Path]++
	}
	return out
}

// texts writes facts as they would be stored.
func texts(t testing.TB, facts []inventory.Fact) []string {
	t.Helper()
	var out []string
	for _, f := range facts {
		b, err := json.Marshal(f)
		if err != nil {
			t.Error(err)
		}
		out = append(out, string(b))
	}
	return out
}
