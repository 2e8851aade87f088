package cloudflarefake_test

import (
	"encoding/json"

	"github.com/estray/estray/internal/cloudflarefake"
)

// company is a world in which every kind of thing is there once or more.
func company() *cloudflarefake.World {
	return &cloudflarefake.World{
		Now:      now(),
		Token:    cloudflarefake.Token{Kind: cloudflarefake.AccountToken, Account: home, ID: "00000000000000000000000000000f01", Name: "estray"},
		Accounts: []*cloudflarefake.Account{homeAccount(), {ID: "00000000000000000000000000000a02", Name: "Empty", CreatedOn: ago(9000)}},
	}
}

func homeAccount() *cloudflarefake.Account {
	a := &cloudflarefake.Account{ID: home, Name: "Home", CreatedOn: ago(9000), Subdomain: "acme",
		Workers: []*cloudflarefake.Worker{api(), {Tag: "00000000000000000000000000000e02", Name: "consumer", Etag: "e2", CreatedOn: ago(50),
			UpdatedOn: ago(40), Bindings: []cloudflarefake.Binding{{"type": "service", "name": "API", "service": "api", "environment": "production"}}}},
		Domains: []cloudflarefake.Domain{{ID: "00000000000000000000000000000d01", Hostname: "api.example.com", Service: "api",
			ZoneID: zone, ZoneName: "example.com", CertID: "00000000000000000000000000000b01"}},
		DurableObjectNamespaces: []cloudflarefake.DurableObjectNamespace{{ID: "do1", Name: "api_Room", Script: "api", Class: "Room"}},
	}
	a.Zones = []*cloudflarefake.Zone{{ID: zone, Name: "example.com", CreatedOn: ago(8000),
		Routes: []cloudflarefake.Route{{ID: "00000000000000000000000000000101", Pattern: "example.com/*", Script: "api"}},
		EmailRules: []cloudflarefake.EmailRule{{Tag: "r1", Name: "mail", Enabled: true,
			Matchers: []cloudflarefake.EmailMatch{{Type: "literal", Field: "to", Value: "in@example.com"}},
			Actions:  []cloudflarefake.EmailAction{{Type: "worker", Value: []string{"api"}}}}}}}
	platform(a)
	people(a)
	logs(a)
	return a
}

func api() *cloudflarefake.Worker {
	const second = "0a000000-0000-4000-8000-000000000002"
	return &cloudflarefake.Worker{Tag: tag, Name: "api", Tags: []string{"team:web"}, CreatedOn: ago(100), UpdatedOn: ago(3), DeployedOn: ago(2),
		Etag: "etag-2", Handlers: []string{"fetch", "scheduled"}, LastDeployedFrom: "wrangler", CompatibilityDate: "2026-01-01",
		CompatibilityFlags: []string{"nodejs_compat"}, Placement: json.RawMessage(`{"mode":"smart"}`), UsageModel: "unbound", Logpush: true,
		Observability: &cloudflarefake.Observability{Enabled: true, HeadSamplingRate: 1}, TailConsumers: []string{"consumer"},
		Enabled: true, InlineRoutes: true,
		Bindings: []cloudflarefake.Binding{
			{"type": "plain_text", "name": "MODE", "text": "canary-plain-text"},
			{"type": "secret_text", "name": "KEY"},
			{"type": "kv_namespace", "name": "KV", "namespace_id": "00000000000000000000000000000201"}},
		Versions: []cloudflarefake.Version{
			{ID: second, Number: 2, CreatedOn: ago(3), AuthorID: "u1", AuthorEmail: "ann@example.com", Source: "wrangler",
				Annotations: map[string]string{"workers/message": "second"}, URLs: []string{"https://0a000000-api.acme.workers.dev"}},
			{ID: first, Number: 1, CreatedOn: ago(100), AuthorID: "u1", AuthorEmail: "ann@example.com", Source: "dash", Etag: "etag-1",
				Bindings: []cloudflarefake.Binding{}}},
		Deployments: []cloudflarefake.Deployment{{ID: "0b000000-0000-4000-8000-000000000001", CreatedOn: ago(2), Source: "wrangler",
			AuthorEmail: "ann@example.com", Annotations: map[string]string{"workers/triggered_by": "deployment"},
			Versions: []cloudflarefake.Share{{VersionID: second, Percentage: 90}, {VersionID: first, Percentage: 10}}}},
		Schedules: []cloudflarefake.Schedule{{Cron: "*/5 * * * *", CreatedOn: ago(90), ModifiedOn: ago(90)}},
		Tails:     []cloudflarefake.Tail{{ID: "t1", ExpiresAt: now(), URL: "wss://tail.example/canary-tail-url"}},
		Previews:  []cloudflarefake.Preview{{ID: "p1", Name: "feature", Slug: "feature", URLs: []string{"https://feature-api.acme.workers.dev"}, CreatedOn: ago(5)}},
	}
}

// platform adds Pages projects, dispatch namespaces, queues and workflows.
func platform(a *cloudflarefake.Account) {
	yes := true
	trigger := cloudflarefake.Trigger{Type: "github:push", Metadata: cloudflarefake.TriggerMetadata{Branch: "main", CommitHash: "abc", CommitMessage: "ship"}}
	a.Projects = []*cloudflarefake.Project{{ID: "0c000000-0000-4000-8000-000000000001", Name: "site", CreatedOn: ago(70), ProductionBranch: "main",
		UsesFunctions: &yes, Source: &cloudflarefake.ProjectSource{Type: "github", Config: cloudflarefake.SourceConfig{Owner: "acme", RepoName: "site"}},
		BuildConfig: map[string]any{"build_command": "make", "web_analytics_token": "canary-analytics"},
		DeploymentConfigs: cloudflarefake.DeploymentConfigs{Production: cloudflarefake.DeploymentConfig{
			EnvVars: map[string]cloudflarefake.EnvVar{"MODE": {Type: "plain_text", Value: "canary-env"}}}},
		Domains: []cloudflarefake.ProjectDomain{{ID: "pd1", Name: "www.example.com", CreatedOn: ago(60)}},
		Deployments: []cloudflarefake.ProjectDeployment{
			{ID: "0d000000-0000-4000-8000-000000000002", Environment: "preview", CreatedOn: ago(4), Trigger: trigger, Aliases: []string{"https://dev.site.pages.dev"}},
			{ID: "0e000000-0000-4000-8000-000000000001", Environment: "production", CreatedOn: ago(6), Trigger: trigger, UsesFunctions: &yes}}}}
	a.Namespaces = []*cloudflarefake.Namespace{{ID: "0f000000-0000-4000-8000-000000000001", Name: "customers", CreatedBy: "u1", CreatedOn: ago(70),
		ModifiedBy: "u1", ModifiedOn: ago(60), Scripts: []cloudflarefake.DispatchScript{{Name: "one", Etag: "d1", CreatedOn: ago(50), ModifiedOn: ago(50),
			UsageModel: "unbound", Bindings: []cloudflarefake.Binding{{"type": "kv_namespace", "name": "KV", "namespace_id": "00000000000000000000000000000201"}}}}}}
	a.Queues = []cloudflarefake.Queue{{ID: "00000000000000000000000000000301", Name: "jobs", CreatedOn: ago(70),
		Consumers: []cloudflarefake.Consumer{{ID: "qc1", Script: "consumer"}}, Producers: []cloudflarefake.Producer{{Type: "worker", Script: "api"}}}}
	a.Workflows = []cloudflarefake.Workflow{{ID: "10000000-0000-4000-8000-000000000001", Name: "order", ScriptName: "api", ClassName: "Order", CreatedOn: ago(70)}}
}

// people adds who may do what, and what guards and watches.
func people(a *cloudflarefake.Account) {
	a.Members = []cloudflarefake.Member{{ID: "m1", User: cloudflarefake.User{ID: "u1", Email: "ann@example.com"},
		Roles: []cloudflarefake.Role{{ID: "ro1", Name: "Administrator", Description: "all but members"}}},
		{ID: "m2", Status: "pending", User: cloudflarefake.User{Email: "bob@example.com"}}}
	a.Tokens = []cloudflarefake.APIToken{{ID: "00000000000000000000000000000f02", Name: "deploy", IssuedOn: ago(500), LastUsedOn: ago(2),
		Policies: []cloudflarefake.Policy{{ID: "po1", Effect: "allow", PermissionGroups: cloudflarefake.PermissionGroups()[1:2],
			Resources: map[string]any{"com.cloudflare.api.account." + home: "*"}}}}}
	a.AccessApps = []cloudflarefake.AccessApp{{ID: "aa1", Name: "internal", Domain: "api.example.com",
		Destinations: []cloudflarefake.AccessDestination{{Type: "public", URI: "api.example.com"}}}}
	a.LogpushJobs = []cloudflarefake.LogpushJob{{ID: 7, Dataset: "workers_trace_events", Enabled: true, DestinationConf: "s3://logs?access-key-id=canary"}}
	a.Destinations = []cloudflarefake.Destination{{Slug: "otel", Name: "otel", Enabled: true, Scripts: []string{"api"},
		Configuration: map[string]any{"url": "https://otel.example", "headers": map[string]any{"authorization": "canary-header"}}}}
}

// logs adds the entries of both audit logs: five, an hour apart.
func logs(a *cloudflarefake.Account) {
	for i := range 5 {
		id := string(rune('a' + i))
		a.Audit = append(a.Audit, cloudflarefake.AuditEntry{ID: "v2-" + id,
			Action:   cloudflarefake.AuditAction{Type: "update", Time: ago(5 - i), Description: "Update"},
			Actor:    cloudflarefake.AuditActor{ID: "u1", Type: "user", Context: "oauth", Email: "ann@example.com", IPAddress: "192.0.2.1"},
			Raw:      cloudflarefake.AuditRaw{Method: "PUT", URI: "/accounts/" + home + "/workers/scripts/api", StatusCode: 200, CFRayID: "ray"},
			Resource: cloudflarefake.AuditResource{ID: "api", Product: "workers", Type: "script", Scope: "accounts", Request: json.RawMessage(`{"bindings":"canary"}`)}})
		a.AuditV1 = append(a.AuditV1, cloudflarefake.AuditEntryV1{ID: "v1-" + id,
			Action: cloudflarefake.AuditActionV1{Type: "script_update", Result: true}, Actor: cloudflarefake.AuditActorV1{ID: "u1", Email: "ann@example.com", Type: "user"},
			Interface: "API", Metadata: json.RawMessage(`{"script_name":"api"}`), Resource: cloudflarefake.AuditResourceV1{ID: "api", Type: "worker"}, When: ago(5 - i)})
	}
}

// concrete puts what the company has into a path of the fake, or of the document.
func concrete() map[string]string {
	return map[string]string{
		":a": home, ":z": zone, ":s": "api", ":w": tag, ":v": first, ":p": "site", ":ns": "customers", ":q": "00000000000000000000000000000301",
		":t":           "00000000000000000000000000000f02",
		"{account_id}": home, "{zone_id}": zone, "{script_name}": "api", "{worker_id}": tag, "{version_id}": first,
		"{project_name}": "site", "{dispatch_namespace}": "customers",
	}
}
