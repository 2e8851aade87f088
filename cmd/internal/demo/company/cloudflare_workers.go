package company

import "github.com/estray/estray/internal/cloudflarefake"

type binding = cloudflarefake.Binding

// webWorkers serve the shop.
func webWorkers() []edgeWorker {
	return []edgeWorker{
		{name: "edge-router", routes: []string{shopZone + " shop.example/*"}, days: 3, placement: `{"mode":"smart"}`,
			bindings: []binding{service("API", "api-production"), kv("ROUTES")}},
		{name: "api-production", domain: "api.shop.example", days: 2, tags: []string{"cf:service=api", "cf:environment=production"},
			bindings: []binding{secret("SESSION_KEY"), {"type": "hyperdrive", "name": "ORDERS", "id": hexOf("orders database")}, plain("LOG_LEVEL", "info")}},
		{name: "api-staging", dev: true, days: 1, tags: []string{"cf:service=api", "cf:environment=staging"},
			bindings: []binding{secret("SESSION_KEY"), plain("LOG_LEVEL", "debug")}},
		{name: "checkout-session", routes: []string{shopZone + " shop.example/checkout/*"}, days: 5, source: "dash", author: tom,
			bindings: []binding{{"type": "durable_object_namespace", "name": "CARTS", "namespace_id": hexOf("carts"), "class_name": "Cart"}, secret("STRIPE_KEY")}},
		{name: "auth-gate", routes: []string{shopZone + " login.shop.example/*"}, days: 11, bindings: []binding{secret("JWT_KEY"), kv("SESSIONS")}},
		{name: "image-resizer", routes: []string{staticZone + " img.shop-static.example/*"}, days: 20, bindings: []binding{{"type": "images", "name": "IMAGES"}}},
		{name: "price-cache", days: 9, bindings: []binding{kv("PRICES")}},
		{name: "cart-sync", days: 6, queue: "cart-events", handlers: []string{"queue"}, bindings: []binding{{"type": "d1", "name": "CARTS_DB", "database_id": uuidOf("carts db")}}},
		{name: "sitemap", routes: []string{shopZone + " shop.example/sitemap.xml"}, days: 26, crons: []string{"0 3 * * *"}, handlers: []string{"fetch", "scheduled"}},
		{name: "robots", routes: []string{shopZone + " shop.example/robots.txt"}, days: 28},
		{name: "geo-redirect", routes: []string{shopZone + " www.shop.example/*"}, days: 15},
		{name: "consent-banner", routes: []string{staticZone + " consent.shop-static.example/*"}, days: 24},
		{name: "consent-report", days: 23, crons: []string{"30 5 * * 1"}, handlers: []string{"scheduled"}, bindings: []binding{{"type": "r2_bucket", "name": "REPORTS", "bucket_name": "consent-reports"}}},
		{name: "search-proxy", previews: true, days: 4, bindings: []binding{secret("SEARCH_TOKEN")}},
		{name: "webhook-relay", domain: "hooks.shop.example", days: 13, bindings: []binding{{"type": "queue", "name": "OUT", "queue_name": "cart-events"}}},
		{name: "status-page", domain: "status.shop.example", days: 17},
		{name: "recommend", days: 8, bindings: []binding{{"type": "vectorize", "name": "INDEX", "index_name": "products"}, {"type": "ai", "name": "AI"}}},
	}
}

// labsWorkers are those of the lab, and of whoever has access to it.
func labsWorkers() []edgeWorker {
	return []edgeWorker{
		{name: "demo-chat", dev: true, days: 7, bindings: []binding{{"type": "ai", "name": "AI"}}},
		{name: "demo-notebook", routes: []string{labsZone + " labs.shop.example/notebook/*"}, days: 19},
		{name: "demo-scraper", days: 14, crons: []string{"*/30 * * * *"}, handlers: []string{"scheduled"}, bindings: []binding{{"type": "browser", "name": "BROWSER"}}},
		{name: "demo-render", dev: true, split: true, days: 2},
		{name: "tmp-proxy", dev: true, previews: true, days: 9, stray: true, source: "dash", author: mallory,
			bindings: []binding{secret("UPSTREAM_TOKEN"), plain("TARGET", "https://203.0.113.99/drop")}},
		{name: "img-mirror", previews: true, days: 12, stray: true, source: "quick_editor", author: mallory, bindings: []binding{{"type": "r2_bucket", "name": "MIRROR", "bucket_name": "shop-exports"}}},
		{name: "hello-world", dev: true, days: 22, stray: true, source: "dash_template", author: mallory},
		{name: "test-worker", days: 16, stray: true, source: "dash", author: mallory},
	}
}

func service(name, worker string) binding {
	return binding{"type": "service", "name": name, "service": worker, "environment": "production"}
}

func kv(name string) binding {
	return binding{"type": "kv_namespace", "name": name, "namespace_id": hexOf("kv " + name)}
}

func secret(name string) binding { return binding{"type": "secret_text", "name": name} }

// plain is a variable with the value that Cloudflare shows in clear.
func plain(name, value string) binding {
	return binding{"type": "plain_text", "name": name, "text": value}
}

// webSites are the Pages projects of the shop.
func webSites() []*cloudflarefake.Project {
	campaign := site("campaign-2026", true)
	campaign.Deployments = []cloudflarefake.ProjectDeployment{{ID: uuidOf("campaign"), Environment: "production", CreatedOn: edgeDay(25, 15, 12),
		Trigger: cloudflarefake.Trigger{Type: "ad_hoc", Metadata: cloudflarefake.TriggerMetadata{Branch: "main", CommitDirty: true}}, UsesFunctions: yes(true)}}
	return []*cloudflarefake.Project{
		built(site("www", true), "shop-web", "www", "www-pages.shop.example"), built(site("docs", true), "shop-web", "docs", "docs.shop.example"), campaign,
	}
}

// labsSites are those of the lab.
func labsSites() []*cloudflarefake.Project {
	p := built(site("playground", true), "shop-labs", "playground", "")
	p.Deployments = append(p.Deployments, cloudflarefake.ProjectDeployment{ID: uuidOf("playground try"), Environment: "preview", CreatedOn: edgeDay(21, 10, 0),
		Aliases: []string{"https://try-it.playground.pages.dev"}, Trigger: push("try-it"), UsesFunctions: yes(true)})
	return []*cloudflarefake.Project{p}
}

func site(name string, functions bool) *cloudflarefake.Project {
	return &cloudflarefake.Project{ID: uuidOf("site " + name), Name: name, CreatedOn: logStart().AddDate(0, -6, 0), ProductionBranch: "main", UsesFunctions: yes(functions),
		BuildConfig:       map[string]any{"build_command": "npm run build", "web_analytics_token": "demo-analytics-token"},
		DeploymentConfigs: cloudflarefake.DeploymentConfigs{Production: cloudflarefake.DeploymentConfig{EnvVars: map[string]cloudflarefake.EnvVar{"API_BASE": {Type: "plain_text", Value: "https://api.shop.example"}}}}}
}

// built is a site that is built from a repository.
func built(p *cloudflarefake.Project, owner, name, domain string) *cloudflarefake.Project {
	p.Source = &cloudflarefake.ProjectSource{Type: "github", Config: cloudflarefake.SourceConfig{Owner: owner, RepoName: name, ProductionBranch: "main", DeploymentsEnabled: true, ProductionDeploymentsEnabled: true}}
	p.Deployments = []cloudflarefake.ProjectDeployment{{ID: uuidOf("built " + p.Name), Environment: "production", CreatedOn: edgeDay(19, 9, 30), Trigger: push("main"), UsesFunctions: yes(true)}}
	if domain != "" {
		p.Domains = []cloudflarefake.ProjectDomain{{ID: uuidOf("domain " + domain), Name: domain, ZoneTag: shopZone, CreatedOn: p.CreatedOn}}
	}
	return p
}

func push(branch string) cloudflarefake.Trigger {
	return cloudflarefake.Trigger{Type: "github:push", Metadata: cloudflarefake.TriggerMetadata{Branch: branch, CommitHash: hexOf("commit " + branch), CommitMessage: "release"}}
}

func yes(v bool) *bool { return &v }
