package company

import "fmt"

// configYAML is the configuration of the sample scan.
const configYAML = `# The configuration of the demo. Paths are relative to this file.
state: sqlite:../estray.db
registry:
  files: [registry/registry.yaml, registry/cloudflare.yaml]
  tags: {owner: owner}
providers:
  archives:
    - {kind: cloudtrail, url: cloudtrail}
    - {kind: snapshot, url: assets.jsonl}
    - {kind: cloudflare-audit-v2, url: cloudflare}
    - {kind: snapshot, url: cloudflare.jsonl}
rules:
  organization: o-demo1234567
  mail_domains: [shop.example]
  deployers:
    - arn:aws:iam::111122223333:role/ci-deploy
    - arn:aws:iam::444455556666:role/ci-deploy
    - arn:aws:iam::777788889999:role/ci-deploy
    - cloudflare:token:` + ciToken + `
`

// liveEdgeYAML is the configuration of a scan of Cloudflare from the source.
const liveEdgeYAML = `# The configuration of the live demo of Cloudflare. Paths are relative to this file.
state: sqlite:../../estray-cloudflare.db
registry:
  files: [../registry/registry.yaml, ../registry/cloudflare.yaml]
providers:
  cloudflare:
    token: ${CLOUDFLARE_API_TOKEN}
    endpoint: ${DEMO_CLOUDFLARE}
    rate: 0 # what answers here has no quota; leave it out at Cloudflare
rules:
  mail_domains: [shop.example]
  deployers: ["cloudflare:token:` + ciToken + `"]
`

// registryEdgeYAML is the registry of what runs at Cloudflare.
func registryEdgeYAML() string { return edgeOwnersYAML + internalClaims() + edgeSitesYAML }

// edgeOwnersYAML holds who answers, and claims of Workers that the public may reach.
const edgeOwnersYAML = `# yaml-language-server: $schema=../../../docs/registry.schema.json
version: 1
owners:
  - id: edge
    name: Edge platform
    contacts: [edge@shop.example]
    principals: ["cloudflare:token:` + ciToken + `"]
  - id: widgets
    name: Customer widgets
    contacts: [widgets@shop.example]
claims:
  - id: shop-edge
    owner: edge
    select: {provider: cloudflare, kind: worker, accounts: [` + webAccount + `], hostnames: [shop.example, "*.shop.example"]}
    approval:
      ticket: SEC-2201
      by: ana@shop.example
      on: 2026-03-01
      expires: 2027-03-01
      limits:
        reach: public
        deployers: ["cloudflare:token:` + ciToken + `"]
  - id: shop-static
    owner: edge
    select: {provider: cloudflare, kind: worker, accounts: [` + webAccount + `], zones: [shop-static.example]}
    approval:
      ticket: SEC-2203
      by: ana@shop.example
      on: 2026-03-01
      expires: 2027-03-01
      limits: {reach: public, deployers: ["cloudflare:token:` + ciToken + `"]}
  - id: staging
    owner: edge
    select: {provider: cloudflare, kind: worker, accounts: [` + webAccount + `], name: api-staging}
    approval:
      ticket: SEC-2210
      by: ana@shop.example
      on: 2026-04-01
      expires: 2027-04-01
      limits: {reach: authenticated}
  - id: consent
    owner: edge
    select: {provider: cloudflare, kind: worker, accounts: [` + webAccount + `], name: "consent-*"}
    approval:
      ticket: SEC-1702
      by: ana@shop.example
      on: 2025-08-01
      expires: 2026-08-01
`

// edgeSitesYAML holds the other claims, and what is accepted as not read.
const edgeSitesYAML = `  - id: lab-demos
    owner: edge
    select: {provider: cloudflare, kind: worker, accounts: [` + labsAccount + `], name: "demo-*"}
  - id: widgets
    owner: widgets
    select: {provider: cloudflare, kind: dispatch-namespace, name: customer-widgets}
  - id: sites
    owner: edge
    select: {provider: cloudflare, kind: pages-project, accounts: [` + webAccount + `], name: www}
    approval:
      ticket: SEC-2230
      by: ana@shop.example
      on: 2026-05-01
      expires: 2027-05-01
      limits: {reach: public}
  - id: docs-site
    owner: edge
    select: {provider: cloudflare, kind: pages-project, accounts: [` + webAccount + `], name: docs}
    approval:
      ticket: SEC-2231
      by: ana@shop.example
      on: 2026-05-01
      expires: 2027-05-01
      limits: {reach: public}
  - id: lab-sites
    owner: edge
    select: {provider: cloudflare, kind: pages-project, accounts: [` + labsAccount + `], name: playground}
blind_spots:
  - provider: cloudflare
    capability: logpush
    reason: reading jobs needs a permission to write; they are looked at by hand each month
    by: ana@shop.example
    expires: 2027-01-31
  - provider: cloudflare
    capability: token-scope
    reason: the scan's token is looked at by hand, it covers all Workers and zones
    by: ana@shop.example
    expires: 2027-01-31
  - provider: cloudflare
    account: ` + labsAccount + `
    capability: namespace-scripts
    reason: the widgets of customers are reviewed by the platform itself
    by: ana@shop.example
    expires: 2027-01-31
`

// internalClaims are those of Workers that nobody outside of the account may reach.
func internalClaims() string {
	out := ""
	for i, name := range []string{"price-cache", "cart-sync", "recommend", "search-proxy"} {
		out += fmt.Sprintf(`  - id: %s
    owner: edge
    select: {provider: cloudflare, kind: worker, accounts: [%s], name: %s}
    approval:
      ticket: SEC-%d
      by: ana@shop.example
      on: 2026-03-15
      expires: 2027-03-15
      limits: {reach: account}
`, name, webAccount, name, 2220+i)
	}
	return out
}

// liveConfigYAML is the configuration of the same scan, from the source.
const liveConfigYAML = `# The configuration of the live demo. Paths are relative to this file.
state: sqlite:../../estray-aws.db
registry:
  files: [../registry/registry.yaml, blindspots.yaml]
  tags: {owner: owner}
providers:
  aws:
    accounts: organization
    role: EstrayAudit
    external_id: ${ESTRAY_EXTERNAL_ID}
    rate: 0 # what answers here has no quota; leave it out at AWS
rules:
  deployers:
    - arn:aws:iam::111122223333:role/ci-deploy
    - arn:aws:iam::444455556666:role/ci-deploy
    - arn:aws:iam::777788889999:role/ci-deploy
`

// blindSpotsYAML accepts what this version cannot read of AWS.
const blindSpotsYAML = `# yaml-language-server: $schema=../../../docs/registry.schema.json
version: 1
blind_spots:
  - provider: aws
    capability: microvms
    reason: MicroVMs are forbidden by policy, and looked for by hand each month
    by: ana@shop.example
    expires: 2027-01-31
`

// registryYAML holds every kind of entry: approvals that hold, one that has
// expired, a claim without approval, two claims in conflict, a ghost, an
// exception and an accepted blind spot.
const registryYAML = `# yaml-language-server: $schema=../../../docs/registry.schema.json
version: 1
owners:
  - id: payments
    name: Payments team
    contacts: [payments@shop.example]
    principals: ["arn:aws:iam::111122223333:role/ci-deploy"]
  - id: catalogue
    name: Catalogue team
    contacts: [catalogue@shop.example]
  - id: data
    name: Data platform
    contacts: [data@shop.example]
  - id: finance
    name: Finance systems
    contacts: [finance@shop.example]
  - id: lab
    name: Research lab
    contacts: [lab@shop.example]
claims:
  - id: payments-functions
    owner: payments
    select: {provider: aws, kind: lambda-function, accounts: ["111122223333"], name: "payments-*"}
    approval:
      ticket: SEC-1432
      by: ana@shop.example
      on: 2026-02-01
      expires: 2027-02-01
      limits:
        reach: account
        deployers: ["arn:aws:iam::111122223333:role/ci-deploy"]
        identities: ["arn:aws:iam::111122223333:role/payments-run"]
        regions: [eu-west-1, us-east-1]
  - id: catalogue-functions
    owner: catalogue
    select: {provider: aws, accounts: ["111122223333"], name: "catalogue-*"}
    approval:
      ticket: SEC-1440
      by: ana@shop.example
      on: 2026-03-10
      expires: 2027-03-10
      limits:
        reach: account
  - id: reporting-functions
    owner: data
    select: {provider: aws, accounts: ["444455556666"], name: "reporting-*"}
    approval:
      ticket: SEC-0990
      by: ana@shop.example
      on: 2025-09-01
      expires: 2026-09-01
  - id: event-pipeline
    owner: data
    select: {provider: aws, accounts: ["444455556666"], name: "events-*"}
  - id: legacy-finance
    owner: finance
    select: {provider: aws, accounts: ["444455556666"], name: "legacy-*"}
  - id: legacy-data
    owner: data
    select: {provider: aws, accounts: ["444455556666"], name: "legacy-*"}
  - id: loyalty-points
    owner: catalogue
    select: {provider: aws, accounts: ["111122223333"], regions: [eu-west-1], name: "loyalty-*"}
exceptions:
  - rule: REC-01
    select: {provider: aws, name: "cdk-cleanup-*"}
    reason: made by the deployment tool, removed with the next platform release
    by: ana@shop.example
    expires: 2027-01-31
blind_spots:
  - provider: aws
    account: "444455556666"
    region: us-east-1
    capability: mappings
    reason: the audit role gets ListEventSourceMappings with the next release
    by: ana@shop.example
    expires: 2027-01-31
`
