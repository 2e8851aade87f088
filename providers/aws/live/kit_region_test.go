package live_test

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/live"
	"github.com/estray/estray/providers/aws/session"
)

const (
	home    = "111122223333"
	partner = "444455556666"
	place   = "eu-west-1"
	// secret is a value of an environment variable.
	secret = "value-of-a-variable-canary"
)

// at is the instant of the tests' scans.
func at() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

// world is one account with one region.
func world(r *awsfake.Region) *awsfake.World {
	return &awsfake.World{Now: at(), Home: home, Accounts: []*awsfake.Account{{ID: home, Name: "home",
		Places: map[string]*awsfake.Region{place: r}}}}
}

// fn is a plain function.
func fn(name string, more ...func(*awsfake.Function)) *awsfake.Function {
	f := &awsfake.Function{Name: name, Settings: awsfake.Settings{Runtime: "python3.13", Handler: "app.main", Role: "arn:aws:iam::" + home + ":role/" + name,
		CodeSHA256: "c2hh-" + name, RevisionID: "rev-" + name, CodeSize: 100, Timeout: 3, MemorySize: 128,
		LastModified: at().Add(-48 * time.Hour), Environment: map[string]string{"TOKEN": secret, "MODE": secret}}}
	for _, m := range more {
		m(f)
	}
	return f
}

func arn(name string) inventory.AssetID {
	return inventory.AssetID("arn:aws:lambda:" + place + ":" + home + ":function:" + name)
}

// serve starts a fake and points the vendor's SDK to it.
func serve(t testing.TB, w *awsfake.World) *awsfake.Server {
	t.Helper()
	s := awsfake.New(w)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	pointTo(t, h.URL, home)
	return s
}

// pointTo points the vendor's SDK to an endpoint, with credentials of an account.
func pointTo(t testing.TB, endpoint, account string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": awsfake.AccessKey(account), "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "us-east-1", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
		"AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// config reads one region, with short waits between attempts.
func config(change ...func(*live.Config)) live.Config {
	cfg := live.Config{Regions: []string{place}, Now: at(), Since: at().Add(-90 * 24 * time.Hour),
		Calls: session.Options{Timeout: 5 * time.Second, Attempts: 2, MaxBackoff: time.Millisecond}}
	for _, c := range change {
		c(&cfg)
	}
	return cfg
}

func full(c *live.Config)   { c.Full = true }
func lookup(c *live.Config) { c.Lookup = true }

// regionsOf plans and gives the sources that read functions.
func regionsOf(t testing.TB, cfg live.Config) []providers.Source {
	t.Helper()
	all, err := live.New(cfg).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(s providers.Source) bool {
		return !slices.ContainsFunc(s.Cells(), func(c inventory.Cell) bool { return c.Capability == inventory.CapFunctions })
	})
}

// found is what one scan read.
type found struct {
	assets map[inventory.AssetID]inventory.Asset
	words  map[inventory.Capability]inventory.Coverage
	facts  []inventory.Fact
}

// scan reads one region; before is what the last scan said.
func scan(t testing.TB, cfg live.Config, before found) found {
	t.Helper()
	out := found{assets: map[inventory.AssetID]inventory.Asset{}, words: map[inventory.Capability]inventory.Coverage{}}
	sources := regionsOf(t, cfg)
	if len(sources) != 1 {
		t.Fatalf("%d regions were planned, want 1", len(sources))
	}
	since := func(c inventory.Cell) inventory.Coverage { return before.words[c.Capability] }
	err := sources[0].Read(t.Context(), since, func(f inventory.Fact) error {
		out.facts = append(out.facts, f)
		switch f := f.(type) {
		case inventory.Asset:
			if old, ok := out.assets[f.ID]; ok {
				f = inventory.Merge(old, f)
			}
			out.assets[f.ID] = f
		case inventory.Coverage:
			if f.Read.IsZero() { // as the collector does
				f.Read = cfg.Now
			}
			out.words[f.Cell.Capability] = f
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sources[0].Cells() {
		if w, ok := out.words[c.Capability]; !ok || w.State == inventory.Pending {
			t.Errorf("%s was not spoken of", c)
		}
	}
	return out
}

// calls counts the calls of the fake by operation.
func calls(s *awsfake.Server) map[string]int {
	out := map[string]int{}
	for _, c := range s.Calls() {
		if c.Service == "lambda" || c.Service == "lambda-web" {
			out[c.Operation]++
		}
	}
	return out
}
