package cloudflarefake

import (
	"encoding/json"
	"fmt"
	"time"
)

// LargeAccount is the account of [Large].
const LargeAccount = "1a000000000000000000000000000000"

// Large is a world with n Workers in one account, a zone for each 250, a Pages
// project for each 100, and a token of the account. Every Worker has a route, one of
// 10 a custom domain and one of 5 a schedule. The same n gives the same world.
func Large(n int, now time.Time) *World {
	a := &Account{ID: LargeAccount, Name: "Large", CreatedOn: now.AddDate(-5, 0, 0), Subdomain: "large"}
	for i := range (n + 249) / 250 {
		a.Zones = append(a.Zones, &Zone{ID: number("2a", i), Name: fmt.Sprintf("zone%d.example", i), CreatedOn: a.CreatedOn})
	}
	// Workers share what they have in common, or many would take much memory.
	common := &Worker{CreatedOn: now.AddDate(-1, 0, 0), UpdatedOn: now.AddDate(0, -1, 0), DeployedOn: now.AddDate(0, -1, 0),
		Handlers: []string{"fetch"}, HasModules: true, LastDeployedFrom: "wrangler", CompatibilityDate: "2026-01-01",
		Placement: json.RawMessage(`{"mode":"smart"}`), UsageModel: "unbound", Observability: &Observability{Enabled: true, HeadSamplingRate: 1},
		Bindings: []Binding{{"type": "plain_text", "name": "MODE", "text": "canary-large"}, {"type": "secret_text", "name": "KEY"}}}
	for i := range n {
		a.Workers = append(a.Workers, a.largeWorker(common, i))
	}
	for i := range n / 100 {
		a.Projects = append(a.Projects, largeProject(i, common.CreatedOn))
	}
	return &World{Now: now, Token: Token{Kind: AccountToken, Account: a.ID, ID: number("3a", 0), Name: "estray"}, Accounts: []*Account{a}}
}

// largeWorker makes one Worker and what leads to it.
func (a *Account) largeWorker(common *Worker, i int) *Worker {
	w := *common
	w.Tag, w.Name, w.Etag = number("4a", i), fmt.Sprintf("worker-%05d", i), number("5a", i)
	w.Enabled = i%4 == 0
	version := uuid(1, i)
	w.Versions = []Version{{ID: version, Number: 1, CreatedOn: w.DeployedOn, AuthorEmail: "ci@example.com", Source: "wrangler"}}
	w.Deployments = []Deployment{{ID: uuid(2, i), CreatedOn: w.DeployedOn, Source: "wrangler", AuthorEmail: "ci@example.com",
		Versions: []Share{{VersionID: version, Percentage: 100}}}}
	if i%5 == 0 {
		w.Schedules = []Schedule{{Cron: "0 * * * *", CreatedOn: w.CreatedOn, ModifiedOn: w.CreatedOn}}
	}
	z := a.Zones[i%len(a.Zones)]
	z.Routes = append(z.Routes, Route{ID: number("6a", i), Pattern: fmt.Sprintf("%s/w%d/*", z.Name, i), Script: w.Name})
	if i%10 == 0 {
		a.Domains = append(a.Domains, Domain{ID: number("7a", i), Hostname: fmt.Sprintf("w%d.%s", i, z.Name), Service: w.Name,
			ZoneID: z.ID, ZoneName: z.Name})
	}
	return &w
}

func largeProject(i int, created time.Time) *Project {
	yes := true
	name := fmt.Sprintf("project-%04d", i)
	return &Project{ID: uuid(3, i), Name: name, CreatedOn: created, ProductionBranch: "main", UsesFunctions: &yes,
		Deployments: []ProjectDeployment{{ID: uuid(4, i), Environment: "production", CreatedOn: created, UsesFunctions: &yes,
			Trigger: Trigger{Type: "ad_hoc", Metadata: TriggerMetadata{Branch: "main"}}}}}
}

// number is an id of 32 digits of one kind.
func number(kind string, i int) string { return fmt.Sprintf("%s%030x", kind, i) }

func uuid(kind, i int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, i) }
