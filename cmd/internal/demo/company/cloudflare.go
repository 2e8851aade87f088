package company

import (
	"fmt"
	"strings"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
)

// The company's accounts at Cloudflare.
const (
	webAccount  = "5e1f0c9a7b3d4e2f8a6c1d0b9e7f3a52"
	labsAccount = "c40d27e6f19b4a83b5d2e8f07a6c3b91"
)

// The zones of the accounts.
const (
	shopZone   = "0f4b1d7c92ae4c5f8d3e6a7b1c2d9e80"
	staticZone = "7d2c9b5e1f8a4d6c93b0e4f7a5c1d826"
	labsZone   = "b81e3f6a5c2d4907ae1b8c3d6f5a7e94"
)

// Who acts at Cloudflare.
const (
	ciToken   = "1a7e5c3b9d2f4e6880b4c1d7f3a9e562" // of the pipeline
	labsToken = "e35b9d7f1c4a4b2890d6e8f2a7c5b143" // of the lab
	tom       = "9c2e4a6b8d1f4c3785e7a9b1d3f5c260"
	mallory   = "44d8f2b6a1c34e9d97b5c8e2f6a0d371"
	ana       = "2b6d9f1e5a7c4d38b0c4e8f6a2d1b795"
)

// edgeWorker is one made-up Worker and how it is reached.
type edgeWorker struct {
	account, name string
	routes        []string // "ZONE PATTERN"
	domain        string   // in the shop's zone
	dev, previews bool     // the switches of workers.dev and of preview URLs
	crons         []string
	queue         string // that it consumes
	bindings      []cloudflarefake.Binding
	tags          []string
	handlers      []string
	source        string // by which it was deployed last; empty: wrangler
	author        string // empty: the pipeline
	split         bool   // two versions serve
	stray         bool   // no pipeline knows it
	placement     string
	days          int // before the snapshot when it was deployed last
}

// Edge is the company as Cloudflare would answer for it, and what the token of the
// scan is denied.
func Edge() (*cloudflarefake.World, []cloudflarefake.Fault) {
	w := &cloudflarefake.World{Now: taken(), Token: cloudflarefake.Token{ID: hexOf("audit token"), Kind: cloudflarefake.UserToken, Status: "active", ExpiresOn: taken().AddDate(0, 4, 0)}}
	w.Accounts = []*cloudflarefake.Account{webEdge(), labsEdge()}
	for _, a := range w.Accounts {
		a.Audit = edgeAudit(a.ID)
	}
	return w, edgeDenials()
}

// edgeDenials are what a token of a narrow scan lacks.
func edgeDenials() []cloudflarefake.Fault {
	return []cloudflarefake.Fault{
		{Path: "/accounts/:a/logpush/jobs", Effect: cloudflarefake.Deny(10000)},
		{Path: "/accounts/:a/access/apps", Account: labsAccount, Effect: cloudflarefake.Deny(10000)},
	}
}

func webEdge() *cloudflarefake.Account {
	a := &cloudflarefake.Account{ID: webAccount, Name: "Shop", Type: "enterprise", Subdomain: "shop-edge", EnforceTwoFactor: true,
		Zones: []*cloudflarefake.Zone{{ID: shopZone, Name: "shop.example"}, {ID: staticZone, Name: "shop-static.example"}},
		Members: []cloudflarefake.Member{
			person2(ana, "ana@shop.example", true, "Administrator"), person2(tom, "dev-tom@shop.example", true, "Workers Platform Admin"),
		},
		Tokens: []cloudflarefake.APIToken{{ID: ciToken, Name: "ci-deploy", IssuedOn: logStart().AddDate(0, -8, 0), LastUsedOn: taken().Add(-3 * time.Hour),
			ExpiresOn: taken().AddDate(0, 4, 0), Condition: []byte(`{"request_ip":{"in":["198.51.100.0/24"]}}`), Policies: grants(webAccount, "Workers Scripts Write", "Workers Routes Write", "Pages Write")}},
		AccessApps: []cloudflarefake.AccessApp{{ID: hexOf("staging app"), Name: "staging", Domain: "api-staging.shop-edge.workers.dev",
			Policies: []cloudflarefake.AccessPolicy{{ID: hexOf("staff"), Name: "staff", Decision: "allow", Include: []map[string]any{{"email_domain": map[string]any{"domain": "shop.example"}}}}}}},
		Queues:   []cloudflarefake.Queue{{ID: hexOf("cart queue"), Name: "cart-events", Consumers: []cloudflarefake.Consumer{{ID: hexOf("cart consumer"), Script: "cart-sync"}}}},
		Projects: webSites(), NoPreviews: true,
	}
	fill(a, webWorkers())
	return a
}

func labsEdge() *cloudflarefake.Account {
	a := &cloudflarefake.Account{ID: labsAccount, Name: "Shop labs", Subdomain: "shop-labs",
		Zones: []*cloudflarefake.Zone{{ID: labsZone, Name: "labs.shop.example"}},
		Members: []cloudflarefake.Member{
			person2(ana, "ana@shop.example", true, "Administrator"), person2(mallory, "mallory@shop.example", false, "Workers Platform Admin"),
			{ID: hexOf("consultant"), Email: "kim@agency.example", Status: "pending", User: cloudflarefake.User{Email: "kim@agency.example"},
				Roles: []cloudflarefake.Role{{ID: hexOf("Super Administrator"), Name: "Super Administrator - All Privileges"}}},
		},
		Tokens: []cloudflarefake.APIToken{{ID: labsToken, Name: "labs-deploy", IssuedOn: edgeDay(8, 17, 20), LastUsedOn: taken().Add(-40 * time.Hour),
			Policies: grants(labsAccount, "Workers Scripts Write", "Workers Routes Write")}},
		Namespaces: []*cloudflarefake.Namespace{{ID: "6f1d2c3b-8a9e-4d5c-b7f6-1e2d3c4b5a69", Name: "customer-widgets", CreatedOn: logStart().AddDate(0, -3, 0), ScriptCount: 12, NoList: true}},
		Projects:   labsSites(), NoPreviews: true,
	}
	fill(a, labsWorkers())
	return a
}

// fill puts Workers into an account, with what leads to them.
func fill(a *cloudflarefake.Account, all []edgeWorker) {
	for _, w := range all {
		w.account = a.ID
		a.Workers = append(a.Workers, w.deployed())
		for _, r := range w.routes {
			id, pattern, _ := strings.Cut(r, " ")
			for _, z := range a.Zones {
				if z.ID == id {
					z.Routes = append(z.Routes, cloudflarefake.Route{ID: hexOf("route " + pattern), Pattern: pattern, Script: w.name})
				}
			}
		}
		if w.domain != "" {
			a.Domains = append(a.Domains, cloudflarefake.Domain{ID: hexOf("domain " + w.domain), Hostname: w.domain, Service: w.name, Environment: "production", ZoneID: shopZone, ZoneName: "shop.example"})
		}
	}
}

// deployed is the Worker as Cloudflare holds it.
func (w edgeWorker) deployed() *cloudflarefake.Worker {
	at := w.deployedAt()
	out := &cloudflarefake.Worker{Tag: hexOf("worker " + w.account + w.name), Name: w.name, Tags: w.tags,
		CreatedOn: w.born(), UpdatedOn: at, ModifiedOn: at, DeployedOn: at, Etag: w.etag(1), Handlers: w.handlers,
		HasModules: true, LastDeployedFrom: w.from(), CompatibilityDate: "2026-06-01", UsageModel: "standard",
		Observability: &cloudflarefake.Observability{Enabled: !w.stray, HeadSamplingRate: 1}, Enabled: w.dev, PreviewsEnabled: w.previews, Bindings: w.bindings,
	}
	if out.Handlers == nil {
		out.Handlers = []string{"fetch"}
	}
	if w.placement != "" {
		out.Placement = []byte(w.placement)
	}
	for _, cron := range w.crons {
		out.Schedules = append(out.Schedules, cloudflarefake.Schedule{Cron: cron, CreatedOn: w.born()})
	}
	id, email := w.who()
	version := func(n int, at time.Time) cloudflarefake.Version {
		return cloudflarefake.Version{ID: uuidOf(fmt.Sprint(w.account, w.name, n)), Number: n, CreatedOn: at, AuthorID: id, AuthorEmail: email, Source: w.from(), Etag: w.etag(2 - n)}
	}
	out.Versions = []cloudflarefake.Version{version(2, at), version(1, w.born())}
	d := cloudflarefake.Deployment{ID: uuidOf("deployment " + w.account + w.name), CreatedOn: at, Source: w.from(), AuthorEmail: email,
		Annotations: map[string]string{"workers/triggered_by": "deployment"}, Versions: []cloudflarefake.Share{{VersionID: out.Versions[0].ID, Percentage: 100}}}
	if w.split {
		d.Versions = []cloudflarefake.Share{{VersionID: out.Versions[0].ID, Percentage: 10}, {VersionID: out.Versions[1].ID, Percentage: 90}}
	}
	out.Deployments = []cloudflarefake.Deployment{d}
	return out
}

// born is when a Worker was created: a stray in the month of the logs.
func (w edgeWorker) born() time.Time {
	if w.stray {
		return w.deployedAt()
	}
	return logStart().AddDate(0, -9, -len(w.name))
}

func (w edgeWorker) deployedAt() time.Time {
	return taken().Add(-time.Duration(w.days)*24*time.Hour - time.Duration(len(w.name))*7*time.Minute).Truncate(time.Second)
}

func (w edgeWorker) etag(age int) string {
	return strings.ToLower(hashOf(fmt.Sprint("edge ", w.account, w.name, age)))
}

func (w edgeWorker) from() string {
	if w.source == "" {
		return "wrangler"
	}
	return w.source
}

// who deployed the Worker last: a person, or the pipeline's service user.
func (w edgeWorker) who() (id, email string) {
	switch w.author {
	case tom:
		return tom, "dev-tom@shop.example"
	case mallory:
		return mallory, "mallory@shop.example"
	}
	return ana, "ci@shop.example"
}

func person2(id, email string, second bool, role string) cloudflarefake.Member {
	return cloudflarefake.Member{ID: hexOf("member " + id), Email: email, Status: "accepted", User: cloudflarefake.User{ID: id, Email: email, TwoFactorAuthenticationEnabled: second},
		Roles: []cloudflarefake.Role{{ID: hexOf(role), Name: role}}}
}

// grants is a policy that gives permission groups on an account and all its zones.
func grants(account string, groups ...string) []cloudflarefake.Policy {
	p := cloudflarefake.Policy{ID: hexOf("policy " + account), Effect: "allow",
		Resources: map[string]any{"com.cloudflare.api.account." + account: "*", "com.cloudflare.api.account.zone.*": "*"}}
	for _, g := range groups {
		p.PermissionGroups = append(p.PermissionGroups, cloudflarefake.PermissionGroup{ID: hexOf(g), Name: g})
	}
	return []cloudflarefake.Policy{p}
}

// hexOf is an id as Cloudflare makes them: 32 hexadecimal digits.
func hexOf(text string) string { return strings.ToLower(hashOf(text))[:32] }

func uuidOf(text string) string {
	h := hexOf(text)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}

// edgeDay is an instant of the month of the logs.
func edgeDay(day, hour, minute int) time.Time {
	return logStart().AddDate(0, 0, day).Add(time.Duration(hour*60+minute) * time.Minute)
}
