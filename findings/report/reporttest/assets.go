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

	worker := inventory.Asset{ID: "cloudflare:9a7806061c88ada1:script:7f0b", Kind: "worker", Name: "決済-" + Bidi, Aliases: []inventory.AssetID{"cloudflare:9a7806061c88ada1:tag:77"},
		Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: "9a7806061c88ada1"}}
	s.add(worker, findings.Verdict{Standing: findings.Unmanaged, Reasons: []string{"no claim selects it; its name is 決済処理-" + Bidi}})

	script := inventory.Asset{ID: "google:script:1BxiMVs0XRA5n", Kind: "apps-script", Name: Formula, Scope: inventory.Scope{Provider: inventory.Google, Account: "example.com"}}
	s.add(script, findings.Verdict{Standing: findings.Unmanaged, Reasons: []string{Formula, Escape}})
}
