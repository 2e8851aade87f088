package trailgen_test

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/trailgen"
)

func TestSameConfigSameObjects(t *testing.T) {
	cfg := trailgen.Default(6, 60_000)
	first, second := archive(t, cfg), archive(t, cfg)
	cfg.Seed++
	other := archive(t, cfg)
	for _, i := range []int{5, 0, 3} { // in any order
		text, content := object(t, first, i)
		again, contentAgain := object(t, second, i)
		if !bytes.Equal(text, again) || first.Key(i) != second.Key(i) {
			t.Errorf("object %d differs when written again", i)
		}
		if diff := cmp.Diff(content.Usage(), contentAgain.Usage()); diff != "" {
			t.Errorf("usage of object %d differs (-first +again):\n%s", i, diff)
		}
		if text, _ := object(t, other, i); bytes.Equal(text, again) || other.Key(i) == first.Key(i) {
			t.Errorf("object %d is the same with another seed", i)
		}
	}
}

// TestRecordsAreWrittenAsCloudTrailDoes: valid, compact, in the order of real
// ones, with what every record has.
func TestRecordsAreWrittenAsCloudTrailDoes(t *testing.T) {
	order := []string{
		"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent",
		"errorCode", "errorMessage", "requestParameters", "responseElements", "additionalEventData", "requestID", "eventID", "readOnly",
		"resources", "eventType", "managementEvent", "recipientAccountId", "sharedEventID", "vpcEndpointId", "eventCategory",
		"tlsDetails", "sessionCredentialFromConsole",
	}
	optional := []string{"errorCode", "errorMessage", "additionalEventData", "resources", "sharedEventID", "vpcEndpointId", "tlsDetails", "sessionCredentialFromConsole"}
	text, _ := object(t, archive(t, trailgen.Default(1, 3_000_000)), 0)
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		t.Fatal(err)
	}
	if compact.Len() != len(text) {
		t.Errorf("%d bytes are space", len(text)-compact.Len())
	}
	ids := map[string]bool{}
	for _, r := range records(t, text) {
		last := -1
		for _, k := range r.keys {
			at := slices.Index(order, k)
			if at <= last {
				t.Fatalf("%s of %s is out of order in %v", k, r.EventName, r.keys)
			}
			last = at
		}
		for _, k := range order {
			if !slices.Contains(optional, k) && !slices.Contains(r.keys, k) {
				t.Fatalf("%s has no %s", r.EventName, k)
			}
		}
		if ids[r.EventID] || len(r.EventID) != 36 {
			t.Errorf("event id %q is no new one", r.EventID)
		}
		ids[r.EventID] = true
	}
}

// TestMixIsThatOfABusyAccount: the shares that a reader's speed depends on.
func TestMixIsThatOfABusyAccount(t *testing.T) {
	cfg := trailgen.Default(1, 30_000_000)
	text, content := object(t, archive(t, cfg), 0)
	all := records(t, text)
	counts := map[string]int{}
	for _, r := range all {
		counts[r.UserIdentity.Type]++
		for name, is := range map[string]bool{
			"lambda": r.EventSource == "lambda.amazonaws.com", "failed": r.ErrorCode != "", "data": r.EventCategory == "Data",
			"function": r.UserIdentity.InScopeOf.CredentialsIssuedTo != "", "over 20 KB": r.size > 20_000, "under 0.7 KB": r.size < 700, "over 6 KB": r.size > 6_000,
		} {
			if is {
				counts[name]++
			}
		}
	}
	n := float64(len(all))
	for name, want := range map[string][2]float64{
		"lambda": {0.017, 0.023}, "failed": {0.05, 0.10}, "data": {0.03, 0.20}, "function": {0.15, 0.4},
		"AssumedRole": {0.7, 0.9}, "AWSService": {0.05, 0.2}, "IAMUser": {0.02, 0.1}, "Root": {0.0001, 0.01},
		"over 20 KB": {0.0001, 0.005}, "over 6 KB": {0.001, 0.02}, "under 0.7 KB": {0, 0},
	} {
		if got := float64(counts[name]) / n; got < want[0] || got > want[1] {
			t.Errorf("%s is %.4f of the records, want %g to %g", name, got, want[0], want[1])
		}
	}
	if mean := float64(len(text)) / n; mean < 1200 || mean > 1600 {
		t.Errorf("a record has %.0f bytes, want about 1400", mean)
	}
	if content.Records != len(all) || content.Lambda != counts["lambda"] || content.Bytes != int64(len(text)) {
		t.Errorf("told %+v, read %d records, %d of Lambda, %d bytes", content, len(all), counts["lambda"], len(text))
	}
	for _, want := range []string{`\"Effect\"`, `\n`, `\t`, `\/`, `\u00f6`} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("no string holds the escape %s", want)
		}
	}
}

func TestShareOfLambdaIsAsAsked(t *testing.T) {
	for _, share := range []float64{0, 0.05, 1} {
		cfg := trailgen.Default(1, 25_000_000)
		cfg.LambdaShare = share
		_, c := object(t, archive(t, cfg), 0)
		if got := float64(c.Lambda) / float64(c.Records); got < share*0.8 || got > share*1.2 {
			t.Errorf("%.3f of the records are of Lambda, want %g", got, share)
		}
	}
}

// TestUsageIsWhatTheTextSays: the count that is made beside the text equals one
// that reads the text.
func TestUsageIsWhatTheTextSays(t *testing.T) {
	for seed := range uint64(3) {
		cfg := trailgen.Default(1, 2_000_000)
		cfg.Seed = seed
		text, content := object(t, archive(t, cfg), 0)
		want := usage(records(t, text))
		if diff := cmp.Diff(want, content.Usage()); diff != "" {
			t.Errorf("seed %d: usage (-read +told):\n%s", seed, diff)
		}
		functions := slices.ContainsFunc(want, func(u trailgen.Use) bool { return u.Function != "" })
		failed := slices.ContainsFunc(want, func(u trailgen.Use) bool { return u.Failed && u.Outside < u.Count })
		if !functions || !failed || len(want) < 100 {
			t.Errorf("seed %d: %d rows prove too little", seed, len(want))
		}
	}
}

func TestLinesAreRecords(t *testing.T) {
	cfg := trailgen.Default(1, 300_000)
	cfg.Lines = true
	text, content := object(t, archive(t, cfg), 0)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != content.Records {
		t.Errorf("%d lines, %d records", len(lines), content.Records)
	}
	for _, l := range lines {
		if r := parse(t, []byte(l)); r.EventID == "" {
			t.Errorf("a line holds no record: %s", l)
		}
	}
}

func TestKeysAreAsDelivered(t *testing.T) {
	layout := regexp.MustCompile(`^AWSLogs/o-[a-z0-9]{10,32}/(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4})/(\d\d)/(\d\d)/(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T\d{4}Z_[A-Z2-7]{16}\.json\.gz$`)
	a := archive(t, trailgen.Default(500, 1000))
	seen, scopes, days := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range 500 {
		key := a.Key(i)
		m := layout.FindStringSubmatch(key)
		if m == nil || m[1] != m[6] || m[2] != m[7] || m[3]+m[4]+m[5] != m[8]+m[9]+m[10] || seen[key] {
			t.Fatalf("key %s is not as CloudTrail writes it, or not new", key)
		}
		seen[key], scopes[m[1]+m[2]], days[m[3]+m[4]+m[5]] = true, true, true
		text, _ := object(t, a, i)
		for _, r := range records(t, text) {
			if r.RecipientAccountID != m[1] || r.AWSRegion != m[2] {
				t.Fatalf("a record of %s %s lies in %s", r.RecipientAccountID, r.AWSRegion, key)
			}
		}
	}
	if len(scopes) != 8 || len(days) != 10 {
		t.Errorf("%d scopes and %d days, want 8 and 10", len(scopes), len(days))
	}
}

func TestSizesVaryAroundTheMean(t *testing.T) {
	for _, spread := range []float64{0, 0.6} {
		cfg := trailgen.Default(60, 100_000)
		cfg.Spread = spread
		a := archive(t, cfg)
		var sizes []int
		sum := 0
		for i := range cfg.Objects {
			text, _ := object(t, a, i)
			sizes = append(sizes, len(text))
			sum += len(text)
		}
		least, most := slices.Min(sizes), slices.Max(sizes)
		if varies := most > 3*least; varies != (spread > 0) {
			t.Errorf("spread %g: sizes of %d to %d", spread, least, most)
		}
		if mean := sum / len(sizes); mean < 80_000 || mean > 130_000 {
			t.Errorf("spread %g: the mean is %d, want about 100000", spread, mean)
		}
	}
}

func TestImpossibleConfigsAreNamed(t *testing.T) {
	good := trailgen.Default(1, 1)
	for want, spoil := range map[string]func(*trailgen.Config){
		"Objects is 0":          func(c *trailgen.Config) { c.Objects = 0 },
		"ObjectBytes is -1":     func(c *trailgen.Config) { c.ObjectBytes = -1 },
		"Accounts is 0":         func(c *trailgen.Config) { c.Accounts = 0 },
		"Regions is 99":         func(c *trailgen.Config) { c.Regions = 99 },
		"Days is 0":             func(c *trailgen.Config) { c.Days = 0 },
		"Roles is 0":            func(c *trailgen.Config) { c.Roles = 0 },
		"Functions is 0":        func(c *trailgen.Config) { c.Functions = 0 },
		"LambdaShare is 1.5":    func(c *trailgen.Config) { c.LambdaShare = 1.5 },
		"and Spread 4, of 0 to": func(c *trailgen.Config) { c.Spread = 4 },
	} {
		cfg := good
		spoil(&cfg)
		if _, err := trailgen.New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func BenchmarkObject(b *testing.B) {
	a, err := trailgen.New(trailgen.Default(1, 10_000_000))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := a.Object(0, io.Discard)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(c.Bytes)
	}
}
