package reporttest

import (
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/registry"
)

// The accounts of the fictional company.
const (
	Production = "111122223333"
	Staging    = "444455556666"
)

// lambda is a function that the inventory shows.
func lambda(account, region, name string) inventory.Asset {
	scope := inventory.Scope{Provider: inventory.AWS, Account: account, Region: region}
	return inventory.Asset{
		ID: lambdaID(account, region, name), Kind: inventory.LambdaFunction, Scope: scope, Name: name,
		Modified:       Now().Add(-72 * time.Hour),
		Sightings:      []inventory.Sighting{{Cell: inventory.Cell{Source: "aws-lambda", Scope: scope, Capability: inventory.CapFunctions}, At: Now().Add(-9 * time.Minute)}},
		Configuration:  inventory.Known(inventory.Configuration{Runtime: "python3.13"}, Now()),
		Settings:       inventory.Known(inventory.Settings{State: "Active"}, Now()),
		CodeSigning:    inventory.Known(inventory.CodeSigning{}, Now()),
		Code:           inventory.Known(inventory.Code{Digest: "3q2+7w=="}, Now()),
		Identity:       inventory.Known(inventory.Identity{ID: "arn:aws:iam::" + account + ":role/" + name}, Now()),
		Exposure:       ways(),
		Versions:       inventory.Known(inventory.Versions{}, Now()),
		VersionAliases: inventory.Known([]inventory.Alias{}, Now()),
		Destinations:   inventory.Known([]inventory.Destination{}, Now()),
		Rights:         inventory.Known(inventory.Rights{}, Now()),
		Triggers:       inventory.Split(inventory.Known(inventory.Triggers{}, Now())),
		Bindings:       inventory.Known([]inventory.Binding{}, Now()),
		Labels:         inventory.Known(inventory.Labels{}, Now()),
		Logging:        inventory.Absent[inventory.Logging](Now()),
	}
}

// ways are the ways in, with all others known not to be.
func ways(all ...inventory.Exposure) inventory.Parts[inventory.Exposures] {
	return inventory.Split(inventory.Known(inventory.Exposures{Ways: all}, Now()))
}

func lambdaID(account, region, name string) inventory.AssetID {
	return inventory.AssetID("arn:aws:lambda:" + region + ":" + account + ":function:" + name)
}

func (s *sample) add(a inventory.Asset, v findings.Verdict) {
	if v.Presence == inventory.PresenceUnknown {
		v.Presence = inventory.Present
	}
	s.assets = append(s.assets, a)
	s.verdicts[a.ID] = v
}

// addAssets adds the assets of which the registry knows.
func (s *sample) addAssets() {
	web := lambda(Production, "eu-central-1", "checkout-webhook")
	web.Exposure = ways(inventory.Exposure{Kind: "function-url", Reach: inventory.ReachPublic, Hostname: "k3x9.lambda-url.eu-central-1.on.aws", Qualifier: "live"},
		inventory.Exposure{Kind: "api-gateway", Reach: inventory.ReachPartner, Hostname: "a1b2c3.execute-api.eu-central-1.amazonaws.com", Route: "POST /checkout"})
	claim := registry.Claim{ID: "checkout", Owner: "payments"}
	s.add(web, findings.Verdict{Standing: findings.Approved, Owner: "payments", Claim: &claim, Reasons: []string{"claim checkout selects it by name"},
		Activity: &findings.Activity{LastDeploy: findings.Act{Event: "0d5f1a2e", Time: Now().Add(-70 * time.Hour), Principal: "arn:aws:iam::" + Production + ":role/deployer"}}})

	drifted := lambda(Production, "eu-west-1", "invoice-export")
	drifted.Exposure = ways(inventory.Exposure{Kind: "policy", Reach: inventory.ReachPartner, Note: "statement partner-pull", UpperBound: true})
	s.add(drifted, findings.Verdict{Standing: findings.Drifted, Owner: "finance", Claim: &registry.Claim{ID: "invoices"}, Reasons: []string{
		"limit reach: approved is account, found is partner", "limit deployers: approved is role/deployer, found is user/jdoe",
		"limit regions: approved is eu-central-1, found is eu-west-1", "limit identities: approved is role/invoices, found is role/invoice-export"}})

	s.add(lambda(Production, "eu-central-1", "old-report"), findings.Verdict{Standing: findings.Expired, Owner: "finance",
		Claim: &registry.Claim{ID: "old-report"}, Reasons: []string{"the approval ended on 2026-01-31"}})

	stale := lambda(Staging, "eu-central-1", "image-resize")
	old := inventory.Known(inventory.Exposures{}, Now().Add(-48*time.Hour)).
		Doubting(inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException", Message: "not authorized"}, Now().Add(-time.Hour))
	stale.Exposure = stale.Exposure.With(inventory.CapPolicies, old)
	s.add(stale, findings.Verdict{Standing: findings.Owned, Owner: "media", Claim: &registry.Claim{ID: "media"}, Reasons: []string{"claim media selects it; it carries no approval"}})

	s.add(lambda(Staging, "eu-central-1", "load-test"), findings.Verdict{Standing: findings.Unmanaged, Presence: inventory.Gone, Reasons: []string{"no claim selects it"}})
}

// addStrangers adds those that nobody answers for, or of which too little is
// known.
func (s *sample) addStrangers() {
	open := lambda(Production, "eu-central-1", "test123")
	open.Exposure = ways(inventory.Exposure{Kind: "function-url", Reach: inventory.ReachPublic, Hostname: "q7.lambda-url.eu-central-1.on.aws"})
	open.Created = Now().Add(-26 * time.Hour)
	s.add(open, findings.Verdict{Standing: findings.Unmanaged, Reasons: []string{"no claim selects it"}})

	long := lambda(Staging, "us-east-1", "a-name-that-somebody-has-made-as-long-as-a-name-may-be-0123456789")
	denied := inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException", Message: "not authorized to perform lambda:GetPolicy"}
	long.Exposure = long.Exposure.With(inventory.CapPolicies, inventory.Unknown[inventory.Exposures](denied, Now()))
	long.Rights = inventory.Facet[inventory.Rights]{}
	s.add(long, findings.Verdict{Standing: findings.Unknown, Presence: inventory.NotSeenSince, Owner: "media", Claim: &registry.Claim{ID: "media"},
		Reasons: []string{"limit reach cannot be judged: exposure is unknown: GetPolicy: AccessDeniedException"}})

	ghostly := lambda(Production, "eu-central-1", "cleanup-job")
	ghostly.Sightings[0].Cell.Capability, ghostly.Sightings[0].Cell.Source = inventory.CapEvents, "trail"
	s.add(ghostly, findings.Verdict{Standing: findings.Unmanaged, Presence: inventory.Inferred, Reasons: []string{"no claim selects it", "known from events alone"}})

	worker := strangeWorker()
	s.add(worker, findings.Verdict{Standing: findings.Unmanaged, Activity: &findings.Activity{LastDeploy: findings.Act{Event: "9c1e", Time: Now().Add(-30 * time.Hour),
		Principal: "cloudflare:user:1a", Who: inventory.Principal{ID: "cloudflare:user:1a", Email: "ana@example.com"}}}, Reasons: []string{"no claim selects it; its name is 決済処理-" + Bidi}})

	script := inventory.Asset{ID: "google:script:1BxiMVs0XRA5n", Kind: "apps-script", Name: Formula, Scope: inventory.Scope{Provider: inventory.Google, Account: "example.com"}}
	s.add(script, findings.Verdict{Standing: findings.Unmanaged, Reasons: []string{Formula, Escape}})
}

// Workshop is the company's account of Cloudflare.
const Workshop = "9a7806061c88ada1"

// strangeWorker is a Worker with more ways in than a line holds, of which one is
// guarded, and with a part of its facets unknown.
func strangeWorker() inventory.Asset {
	scope := inventory.Scope{Provider: inventory.Cloudflare, Account: Workshop}
	a := inventory.Asset{ID: "cloudflare:" + Workshop + "/worker/7f0b", Kind: inventory.Worker, Name: "決済-" + Bidi, Scope: scope,
		Aliases: []inventory.AssetID{"cloudflare:" + Workshop + ":tag:77"},
		Handles: []inventory.Handle{{ID: "cloudflare:" + Workshop + "/worker-name/pay-old", Since: Now().AddDate(-1, 0, 0)}},
		Called:  inventory.Known("決済-"+Bidi, Now()),
		Deployment: inventory.Known(inventory.Deployment{ID: "d-1", Created: Now().Add(-30 * time.Hour), Author: "ana@example.com", Source: "wrangler", Branch: "main", Commit: "0f3c",
			Shares: []inventory.Share{{Version: "1c9b", Percent: 90, Digest: "e1"}, {Version: "2d0c", Percent: 10}}}, Now()),
		Configuration: inventory.Known(inventory.Configuration{Repository: "github:example/pay"}, Now()),
		Bindings:      inventory.Known([]inventory.Binding{{Kind: "kv_namespace", Name: "KV"}, {Kind: "secret_text", Name: "KEY"}}, Now()),
		Sightings:     []inventory.Sighting{{Cell: inventory.Cell{Source: "cloudflare-api", Scope: scope, Capability: inventory.CapWorkers}, At: Now()}},
	}
	ways := map[inventory.Capability][]inventory.Exposure{
		inventory.CapDomains: {{Kind: inventory.WayCustomDomain, Reach: inventory.ReachOrganization, Hostname: "staff.example.com", Guard: "staff"}},
		inventory.CapRoutes: {
			{Kind: inventory.WayRoute, Reach: inventory.ReachPublic, Hostname: "www.example.com", Route: "www.example.com/pay/*"},
			{Kind: inventory.WayRoute, Reach: inventory.ReachPublic, Hostname: "*.example.net", Route: "*.example.net/*", UpperBound: true},
		},
		inventory.CapSubdomains: {
			{Kind: inventory.WayWorkersDev, Reach: inventory.ReachPublic, Hostname: "pay.example.workers.dev"},
			{Kind: inventory.WayVersionURLs, Reach: inventory.ReachPublic, Hostname: "*-pay.example.workers.dev"},
		},
	}
	for part, all := range ways {
		a.Exposure = a.Exposure.With(part, inventory.Known(inventory.Exposures{Ways: all}, Now()))
	}
	return a
}

// permits are who may deploy, and one who may not.
func permits() []inventory.Permit {
	cell := func(c inventory.Capability) inventory.Cell {
		return inventory.Cell{Source: "cloudflare-access", Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: Workshop}, Capability: c}
	}
	return []inventory.Permit{
		{ID: "cloudflare:token:9f", Cell: cell(inventory.CapTokens), At: Now(), Kind: inventory.TokenPermit, Name: Formula, Status: "active", Deploys: true, Bounded: true,
			Grants: []string{"Workers Scripts Write"}, Expires: Now().AddDate(0, 1, 0), LastUsed: Now().Add(-time.Hour)},
		{ID: "cloudflare:user:1a", Cell: cell(inventory.CapMembers), At: Now(), Kind: inventory.MemberPermit, Name: "ana@example.com", Status: "accepted", Deploys: true, Admin: true},
		{ID: "cloudflare:user:2b", Cell: cell(inventory.CapMembers), At: Now(), Kind: inventory.MemberPermit, Name: "bob@example.com", Status: "pending", Unjudged: []string{"New Role"}},
		{ID: "cloudflare:user:3c", Cell: cell(inventory.CapMembers), At: Now(), Kind: inventory.MemberPermit, Name: "eve@example.com", Status: "accepted", Grants: []string{"Billing"}},
	}
}
