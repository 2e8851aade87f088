package company

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"time"
)

// The accounts of the company.
const (
	shop    = "111122223333"
	data    = "444455556666"
	sandbox = "777788889999"
	foreign = "999900001111"
)

// function is one made-up function and what happens to it.
type function struct {
	account, region, name string
	team                  string
	role                  string
	digest                string
	modified              time.Time
	// public: a function URL without authorisation; partner: a policy for a
	// foreign account.
	public, partner bool
	admin           bool
	layer           string
	env             []string
	owner           string // the tag "owner"
	// policyDenied: the policy could not be read.
	policyDenied bool
	deploys      []deploy
}

// deploy is one act of a function's life.
type deploy struct {
	at   time.Time
	name string // the event as logged
	who  identity
	// digest of the code after it.
	digest string
}

// identity is who acts in the made-up logs.
type identity struct {
	kind, account, name, session, key string
}

func ci(account string) identity {
	return identity{kind: "AssumedRole", account: account, name: "ci-deploy", session: "pipeline", key: "ASIADEMOCIEXAMPLE00"}
}

// person has a key id of the right length and letters, so that decoders take
// it; no such key exists.
func person(account, name string) identity {
	return identity{kind: "IAMUser", account: account, name: name, key: "AKIADEMO" + fmt.Sprintf("%.8s", hashOf(name)) + "0000"}
}

// company is all that is made up, drawn from one seed.
type company struct {
	rng       *rand.Rand
	functions []*function
	extra     []act
	records   int
	serial    int
}

// The window of the logs and the instant of the snapshot.
func logStart() time.Time { return time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC) }
func taken() time.Time    { return time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC) }

func newCompany(seed uint64) *company {
	// Everything is drawn from here in a fixed order, never in that of a map:
	// the same seed is to give the same bytes.
	c := &company{rng: rand.New(rand.NewPCG(seed, 20261101))}
	for _, t := range teams() {
		for i := range t.count {
			c.add(t, i)
		}
	}
	c.strays()
	for _, f := range c.functions {
		c.live(f)
	}
	// After the lives: an incident has the last word on a function.
	c.incidents()
	return c
}

// team is a family of functions that belong together.
type team struct {
	prefix, account, owner string
	count                  int
	regions                []string
	// expired, owned: see the registry text.
	nouns []string
}

func teams() []team {
	eu, us := "eu-west-1", "us-east-1"
	return []team{
		{prefix: "payments", account: shop, count: 14, regions: []string{eu, us}, nouns: []string{"webhook", "capture", "refund", "payout", "ledger", "fraud-check", "receipt"}},
		{prefix: "catalogue", account: shop, count: 12, regions: []string{eu}, nouns: []string{"import", "search-index", "thumbnail", "price-feed", "stock-sync", "review-filter"}},
		{prefix: "reporting", account: data, count: 8, regions: []string{eu}, nouns: []string{"daily", "weekly", "export", "cohort"}},
		{prefix: "events", account: data, count: 9, regions: []string{eu, us}, nouns: []string{"collector", "router", "archive"}},
		{prefix: "legacy", account: data, count: 3, regions: []string{us}, nouns: []string{"invoice", "mailer", "ftp-bridge"}},
		{prefix: "lab", account: sandbox, count: 7, regions: []string{eu}, owner: "lab", nouns: []string{"notebook", "scraper", "bot", "resize"}},
	}
}

func (c *company) add(t team, i int) {
	name := t.prefix + "-" + t.nouns[i%len(t.nouns)]
	if i >= len(t.nouns) {
		name += fmt.Sprintf("-%d", i/len(t.nouns)+1)
	}
	f := &function{account: t.account, region: t.regions[i%len(t.regions)], name: name, team: t.prefix, owner: t.owner}
	f.role = "arn:aws:iam::" + t.account + ":role/" + t.prefix + "-run"
	f.env = []string{"LOG_LEVEL", "TABLE_NAME"}
	c.functions = append(c.functions, f)
}

// strays are the functions that nobody answers for, and the ones that left the
// limits of their approval.
func (c *company) strays() {
	by := func(account, region, name, role string) *function {
		f := &function{account: account, region: region, name: name, team: "stray", role: "arn:aws:iam::" + account + ":role/" + role}
		c.functions = append(c.functions, f)
		return f
	}
	hook := by(sandbox, "eu-west-1", "tmp-img-proxy", "tmp-admin")
	hook.public, hook.admin = true, true
	by(sandbox, "eu-west-1", "test2", "lambda-basic").env = []string{"API_TOKEN"}
	by(shop, "us-east-1", "data-copy-old", "data-copy").partner = true
	by(data, "eu-west-1", "cdk-cleanup-7f3a", "cdk-cleanup")
	by(shop, "eu-west-1", "hello-world", "lambda-basic")
	for _, f := range c.functions {
		switch f.name {
		case "payments-refund":
			f.public = true // approved up to "account": drifted
		case "payments-ledger":
			f.role = "arn:aws:iam::" + shop + ":role/ops-admin" // not the approved identity: drifted
			f.admin = true
		case "payments-payout":
			f.policyDenied = true // a limit that cannot be judged: unknown
		case "catalogue-thumbnail":
			f.layer = "arn:aws:lambda:eu-west-1:" + foreign + ":layer:fast-image:3"
		}
	}
}

// live draws the deployments of a function by its pipeline.
func (c *company) live(f *function) {
	f.modified = logStart().Add(-time.Duration(c.rng.IntN(200)+250) * 24 * time.Hour)
	f.digest = digestOf(f.name, 0)
	n := c.rng.IntN(4)
	// No pipeline knows them; what happens to them is told by the incidents.
	if f.team == "stray" {
		n = 0
	}
	for i := range n {
		at := logStart().Add(time.Duration(24+c.rng.IntN(27*24))*time.Hour + time.Duration(c.rng.IntN(3600))*time.Second)
		f.deploys = append(f.deploys, deploy{at: at, name: "UpdateFunctionCode20150331v2", who: ci(f.account), digest: digestOf(f.name, i+1)})
	}
	// The snapshot shows what the last deployment left, else the two inputs
	// would contradict each other.
	for _, d := range f.deploys {
		if d.at.After(f.modified) {
			f.modified, f.digest = d.at, d.digest
		}
	}
}

func digestOf(name string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", name, n))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func hashOf(s string) string { return fmt.Sprintf("%X", sha256.Sum256([]byte(s))) }

func (f *function) arn() string {
	return "arn:aws:lambda:" + f.region + ":" + f.account + ":function:" + f.name
}
