package sqlstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

const benchBatch = 1000

func benchDay(n int) time.Time { return time.Date(2026, 3, 1+n, 0, 0, 0, 0, time.UTC) }

// benchAsset is a function with all facets known, of which one changes every
// tenth day.
func benchAsset(n, day int) inventory.Asset {
	at := benchDay(day)
	scope := inventory.Scope{Provider: inventory.AWS, Account: fmt.Sprintf("%012d", n%20), Region: "eu-west-1"}
	name := fmt.Sprintf("function-%05d", n)
	return inventory.Asset{
		ID:   inventory.AssetID("arn:aws:lambda:eu-west-1:" + scope.Account + ":function:" + name),
		Kind: inventory.LambdaFunction, Scope: scope, Name: name, Created: benchDay(-100), Modified: benchDay(-n % 50),
		Sightings:      []inventory.Sighting{{Cell: inventory.Cell{Source: "aws-lambda", Scope: scope, Capability: inventory.CapFunctions}, At: at}},
		Configuration:  inventory.Known(inventory.Configuration{Runtime: "python3.13", Handler: "app.main", Package: "Zip", MemoryMB: 256, TimeoutSeconds: 30}, at),
		Settings:       inventory.Known(inventory.Settings{State: "Active"}, at),
		CodeSigning:    inventory.Known(inventory.CodeSigning{}, at),
		Code:           inventory.Known(inventory.Code{Digest: fmt.Sprintf("digest-%d-%d", n, (day+n)/10), Size: 12345}, at),
		Versions:       inventory.Known(inventory.Versions{Published: []inventory.Version{{Name: "1"}, {Name: "2"}}}, at),
		VersionAliases: inventory.Known([]inventory.Alias{{Name: "live", Version: "2"}}, at),
		Identity:       inventory.Known(inventory.Identity{ID: "arn:aws:iam::" + scope.Account + ":role/" + name}, at),
		Rights:         inventory.Known(inventory.Rights{Why: []string{"AWSLambdaBasicExecutionRole"}}, at),
		Exposure:       inventory.Split(inventory.Known(inventory.Exposures{Ways: []inventory.Exposure{{Kind: "function-url", Reach: inventory.ReachPublic, Hostname: name + ".lambda-url.eu-west-1.on.aws", Auth: "NONE"}}}, at)),
		Triggers:       inventory.Split(inventory.Known(inventory.Triggers{{Kind: "queue", Source: "arn:aws:sqs:eu-west-1:" + scope.Account + ":" + name, Enabled: true}}, at)),
		Destinations:   inventory.Known([]inventory.Destination{{On: "failure", Target: "arn:aws:sqs:eu-west-1:" + scope.Account + ":dead"}}, at),
		Bindings:       inventory.Known([]inventory.Binding{{Kind: "environment", Name: "TABLE"}}, at),
		Labels:         inventory.Known(inventory.Labels{"owner": "payments"}, at),
		Logging:        inventory.Known(inventory.Logging{Group: "/aws/lambda/" + name}, at),
	}
}

func benchEvent(n int) inventory.Event {
	account := fmt.Sprintf("%012d", n%20)
	return inventory.Event{
		ID:    fmt.Sprintf("%08x-1111-4222-8333-%012x", uint32(n)*2654435761, n),
		Scope: inventory.Scope{Provider: inventory.AWS, Account: account, Region: "eu-west-1"}, Time: benchDay(0).Add(time.Duration(n) * time.Second),
		Service: "lambda.amazonaws.com", Action: inventory.ActionUpdateCode, Name: "UpdateFunctionCode", LoggedName: "UpdateFunctionCode20150331v2",
		Outcome: inventory.Succeeded, Principal: inventory.Principal{ID: fmt.Sprintf("arn:aws:iam::%s:role/ci-%d", account, n%50), Type: "assumed-role"},
		Assets:     []inventory.AssetID{inventory.AssetID(fmt.Sprintf("arn:aws:lambda:eu-west-1:%s:function:function-%05d", account, n%20_000))},
		Record:     []byte(`{"eventVersion":"1.11","requestParameters":{"functionName":"` + strings.Repeat("x", 900) + `"}}`),
		Provenance: inventory.Provenance{Object: fmt.Sprintf("AWSLogs/%s/CloudTrail/eu-west-1/%d.json.gz", account, n/200), Record: n % 200},
	}
}

// benchUsage is the usage of an organization that has 75,000 rows a day: of 300
// logs, in each of which 50 roles make 5 calls.
func benchUsage(n int) inventory.Usage {
	call, role, log, day := n%5, n/5%50, n/250%300, n/75_000
	account := fmt.Sprintf("%012d", log/3)
	region := []string{"eu-west-1", "eu-central-1", "us-east-1"}[log%3]
	at := benchDay(day)
	u := inventory.Usage{
		Identity: fmt.Sprintf("arn:aws:iam::%s:role/service-role/production-%d", account, role), Service: "dynamodb.amazonaws.com",
		Name: fmt.Sprintf("Operation%d", (role+call)%100), Outcome: inventory.Succeeded,
		Part:  fmt.Sprintf("cloudtrail:s3://organization-trail/AWSLogs/%s/%s/%s", account, region, at.Format(time.DateOnly)),
		Scope: inventory.Scope{Provider: inventory.AWS, Account: account, Region: region},
		Count: 1 + n%4000, Outside: n % 7, First: at.Add(time.Duration(n%3600) * time.Second), Last: at.Add(time.Duration(20_000+n%3600) * time.Second),
	}
	if role%3 == 0 {
		u.Asset = inventory.AssetID(fmt.Sprintf("arn:aws:lambda:%s:%s:function:production-%d", region, account, role))
	}
	return u
}

func appendAll(b *testing.B, s *sqlstore.Store, n int, fact func(int) inventory.Fact) {
	b.Helper()
	for start := 0; start < n; start += benchBatch {
		batch := store.Batch{Run: "bench"}
		for i := start; i < min(n, start+benchBatch); i++ {
			batch.Facts = append(batch.Facts, fact(i))
		}
		if err := s.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}

func openBench(b *testing.B, opt sqlstore.Options) *sqlstore.Store {
	b.Helper()
	s, err := sqlstore.Open(b.Context(), "sqlite:"+b.TempDir()+"/estray.db", opt)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// BenchmarkAppendEvents stores 20,000 new events, then the same again.
func BenchmarkAppendEvents(b *testing.B) {
	for b.Loop() {
		s := openBench(b, sqlstore.Options{})
		for range 2 {
			appendAll(b, s, 20_000, func(i int) inventory.Fact { return benchEvent(i) })
		}
	}
}

// BenchmarkAppendUsage stores a day of usage on top of a week, then the same
// again.
func BenchmarkAppendUsage(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := openBench(b, sqlstore.Options{})
		appendAll(b, s, 7*75_000, func(i int) inventory.Fact { return benchUsage(i) })
		for _, again := range []string{"new", "again"} {
			b.StartTimer()
			start := time.Now()
			appendAll(b, s, 75_000, func(i int) inventory.Fact { return benchUsage(7*75_000 + i) })
			b.ReportMetric(75_000/time.Since(start).Seconds(), again+"-rows/s")
			b.StopTimer()
		}
		b.StartTimer()
	}
}

// BenchmarkTally sums up a week of usage, 75,000 sums of 525,000 rows.
func BenchmarkTally(b *testing.B) {
	s := openBench(b, sqlstore.Options{})
	appendAll(b, s, 7*75_000, func(i int) inventory.Fact { return benchUsage(i) })
	v, err := s.View(b.Context(), benchDay(99))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		if err := v.Tally(b.Context(), inventory.UsageFilter{}, func(inventory.Usage) error { n++; return nil }); err != nil || n != 75_000 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkAppendAssets stores 5,000 assets on each of three days, then the
// last day again.
func BenchmarkAppendAssets(b *testing.B) {
	for b.Loop() {
		s := openBench(b, sqlstore.Options{})
		for _, day := range []int{0, 1, 2, 2} {
			appendAll(b, s, 5000, func(i int) inventory.Fact { return benchAsset(i, day) })
		}
	}
}

// BenchmarkView reads 5,000 assets back.
func BenchmarkView(b *testing.B) {
	s := openBench(b, sqlstore.Options{})
	for day := range 3 {
		appendAll(b, s, 5000, func(i int) inventory.Fact { return benchAsset(i, day) })
	}
	for b.Loop() {
		if v, err := s.View(b.Context(), benchDay(9)); err != nil || len(v.Assets) != 5000 {
			b.Fatal(err)
		}
	}
}

// BenchmarkWalk streams 20,000 events.
func BenchmarkWalk(b *testing.B) {
	s := openBench(b, sqlstore.Options{})
	appendAll(b, s, 20_000, func(i int) inventory.Fact { return benchEvent(i) })
	v, err := s.View(b.Context(), benchDay(99))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		if err := v.Walk(b.Context(), inventory.Filter{}, func(inventory.Event) error { n++; return nil }); err != nil || n != 20_000 {
			b.Fatal(n, err)
		}
	}
}
