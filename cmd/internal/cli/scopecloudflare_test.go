package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/cmd/internal/cli"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/cloudflarefake"
)

// small is the first account of the estate with nothing that names Workers and zones
// but what a test adds.
func small() (*cloudflarefake.World, *cloudflarefake.Account) {
	w := cfEstate()
	w.Accounts = w.Accounts[:1]
	a := w.Accounts[0]
	a.Domains, a.Queues, a.Workflows, a.Audit, a.AuditV1 = nil, nil, nil, nil, nil
	for _, z := range a.Zones {
		z.Routes, z.EmailRules = nil, nil
	}
	return w, a
}

// TestAnAccountWithoutZonesAndATokenThatSeesNone are answered alike: they are told
// apart by what names a zone, and where nothing does it is said.
func TestAnAccountWithoutZonesAndATokenThatSeesNone(t *testing.T) {
	const says = "answered alike"
	none := []string{}
	blind := func(w *cloudflarefake.World, a *cloudflarefake.Account) { // the policies of the token cannot be read
		w.Token.Zones, a.Tokens = none, nil
	}
	for name, c := range map[string]struct {
		change func(*cloudflarefake.World, *cloudflarefake.Account)
		state  string
		says   string
	}{
		"no zones, and a token that may read them":  {func(_ *cloudflarefake.World, a *cloudflarefake.Account) { a.Zones = nil }, "complete", ""},
		"no zones, and nothing known of the token":  {func(_ *cloudflarefake.World, a *cloudflarefake.Account) { a.Zones, a.Tokens = nil, nil }, "complete", says},
		"a token that sees none, and nothing named": {blind, "complete", says},
		"a token that sees none, and a domain": {func(w *cloudflarefake.World, a *cloudflarefake.Account) {
			blind(w, a)
			a.Domains = []cloudflarefake.Domain{{ID: cfID("7a", 1), Hostname: "www.example00.com", Service: "front", ZoneID: a.Zones[0].ID, ZoneName: a.Zones[0].Name}}
		}, "partial", "1 zones are named by custom domains or events"},
		"a token that sees none, and an event": {func(w *cloudflarefake.World, a *cloudflarefake.Account) {
			blind(w, a)
			cfEvent(a, cfNow().Add(-30*time.Hour), "POST /zones/"+a.Zones[1].ID+"/workers/routes")
			a.Audit[0].Zone = &cloudflarefake.AuditZone{ID: a.Zones[1].ID, Name: a.Zones[1].Name}
		}, "partial", "1 zones are named by custom domains or events"},
		"a token that sees one of two": {func(w *cloudflarefake.World, a *cloudflarefake.Account) {
			blind(w, a)
			w.Token.Zones = []string{a.Zones[0].ID}
			a.Domains = []cloudflarefake.Domain{{ID: cfID("7a", 1), Hostname: "www.example01.com", Service: "front", ZoneID: a.Zones[1].ID, ZoneName: a.Zones[1].Name}}
		}, "partial", "1 zones are named by custom domains or events"},
	} {
		t.Run(name, func(t *testing.T) {
			w, a := small()
			c.change(w, a)
			s := newCFSight(t, w)
			code, d := s.after(0, nil)
			got := cell(t, d, cfShop, "zones")
			if got.State != c.state || !strings.Contains(got.Message, c.says) {
				t.Errorf("zones: %s: %s", got.State, got.Message)
			}
			blind := c.state == "partial" || a.Tokens == nil
			if blind != (code == report.ExitIncomplete) || code == report.ExitFindings {
				t.Errorf("exit code %d: %s", code, d.ExitWhy)
			}
			for _, a := range d.Assets {
				if c.state == "partial" && a.Kind == "worker" && !strings.Contains(a.Name, "/") && a.Standing == "approved" {
					t.Errorf("%s is %s, and its routes are not all known: %v", a.Name, a.Standing, a.UnknownFacets)
				}
			}
		})
	}
}

// TestATokenOfSingleWorkers is shown shorter lists without a word: they are never
// taken for whole where something names a Worker that they lack, and what was known
// of it is not gone.
func TestATokenOfSingleWorkers(t *testing.T) {
	names := map[string]func(*cloudflarefake.Account){
		"a custom domain": func(a *cloudflarefake.Account) {
			a.Domains = []cloudflarefake.Domain{{ID: cfID("7a", 1), Hostname: "www.example00.com", Service: "idle", ZoneID: a.Zones[0].ID, ZoneName: a.Zones[0].Name}}
		},
		"a route": func(a *cloudflarefake.Account) {
			a.Zones[0].Routes = []cloudflarefake.Route{{ID: cfID("6a", 1), Pattern: "example00.com/*", Script: "idle"}}
		},
		"a queue": func(a *cloudflarefake.Account) {
			a.Queues = []cloudflarefake.Queue{{ID: cfID("b2", 1), Name: "orders", Consumers: []cloudflarefake.Consumer{{ID: cfID("b3", 1), Script: "idle"}}}}
		},
		"a workflow": func(a *cloudflarefake.Account) {
			a.Workflows = []cloudflarefake.Workflow{{ID: cfUUID(7, 1), Name: "order", ScriptName: "idle", ClassName: "Order"}}
		},
		"a rule of mail": func(a *cloudflarefake.Account) {
			a.Zones[0].EmailRules = []cloudflarefake.EmailRule{{Tag: "r", Name: "in", Enabled: true, Actions: []cloudflarefake.EmailAction{{Type: "worker", Value: []string{"idle"}}}}}
		},
		"a reference of another Worker": func(a *cloudflarefake.Account) {
			a.Worker("idle").Bindings = []cloudflarefake.Binding{{"type": "service", "name": "FRONT", "service": "front"}}
		},
		"an event": func(a *cloudflarefake.Account) {
			cfEvent(a, cfNow().Add(30*time.Minute), "PUT /accounts/"+cfShop+"/workers/scripts/idle")
		},
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		t.Run(name, func(t *testing.T) {
			w, _ := small()
			s := newCFSight(t, w)
			if code, d := s.after(0, nil); code != report.ExitClean {
				t.Fatalf("exit code %d: %s", code, d.ExitWhy)
			}
			code, d := s.after(time.Hour, func(w *cloudflarefake.World) {
				a := w.Accounts[0]
				names[name](a)
				w.Token.Workers, a.Tokens = []string{a.Worker("front").Tag, a.Worker("jobs").Tag}, nil
			})
			if c := cell(t, d, cfShop, "workers"); c.State != "partial" || !strings.Contains(c.Message, "idle") {
				t.Errorf("workers: %s: %s", c.State, c.Message)
			}
			if code != report.ExitIncomplete {
				t.Errorf("exit code %d: %s", code, d.ExitWhy)
			}
			for _, a := range d.Assets {
				if a.Presence == "gone" {
					t.Errorf("%s is gone", a.Name)
				}
			}
		})
	}
}

// TestShardsOfCloudflare together read what one scan reads, and no shard asks about
// the accounts of another.
func TestShardsOfCloudflare(t *testing.T) {
	s := newCFSight(t, cfEstate())
	_, whole := s.after(0, nil)
	state := s.sqlite("shards.db")
	asked := map[string]map[string]bool{}
	var last *report.Document
	for _, shard := range []string{"1/3", "2/3", "3/3"} {
		s.fake.Reset()
		_, last = s.scan("--now", cfNow().Format(time.RFC3339), "--state", state, "--shard", shard)
		for _, c := range s.fake.Calls() {
			if c.Account != "" && !strings.HasSuffix(c.Path, "/tokens/verify") {
				if asked[c.Account] == nil {
					asked[c.Account] = map[string]bool{}
				}
				asked[c.Account][shard] = true
			}
		}
	}
	for account, shards := range asked {
		// Our token is one of the first account, and asked about there by each.
		if account != cfShop && len(shards) != 1 {
			t.Errorf("%s was asked about by %d shards", account, len(shards))
		}
	}
	if len(asked) != 2 {
		t.Errorf("asked about %v", asked)
	}
	if diff := cmp.Diff(holes(whole), holes(last)); diff != "" {
		t.Errorf("holes (-whole +shards):\n%s", diff)
	}
	if diff := cmp.Diff(whole.Assets, last.Assets); diff != "" {
		t.Errorf("assets (-whole +shards):\n%s", diff)
	}
}

// TestTwoProvidersInOneScan: each is read, and --provider reads one of them and
// leaves the words on the other as they are.
func TestTwoProvidersInOneScan(t *testing.T) {
	b := awsfake.Estate(awsfake.EstateOptions{Functions: 44})
	aws := awsfake.New(b.World)
	pointAWS(t, aws)
	world := cfEstate()
	world.Now = b.World.Now
	fake := cloudflarefake.New(world)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	config := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(estateConfig), "}")) + fmt.Sprintf(", cloudflare: {endpoint: %q, rate: 0}}\n", server.URL)
	r := newRoom(t, config)
	r.env = append(os.Environ(), "CLOUDFLARE_API_TOKEN="+cfCanary)
	now := b.World.Now
	_, both := r.scan("--now", now.Format(time.RFC3339))
	n := map[string]int{}
	for _, a := range both.Assets {
		n[a.Provider]++
	}
	if n["aws"] < 40 || n["cloudflare"] != 16 {
		t.Errorf("assets: %v", n)
	}
	for _, only := range []string{"aws", "cloudflare"} {
		aws.Reset()
		fake.Reset()
		now = now.Add(time.Hour)
		aws.Change(func(w *awsfake.World) { w.Now = now })
		fake.Change(func(w *cloudflarefake.World) { w.Now = now })
		_, d := r.scan("--now", now.Format(time.RFC3339), "--provider", only)
		if asked := map[string]int{"aws": len(aws.Calls()), "cloudflare": len(fake.Calls())}; (asked["aws"] > 0) != (only == "aws") || (asked["cloudflare"] > 0) != (only == "cloudflare") {
			t.Errorf("--provider %s: calls %v", only, asked)
		}
		words := func(d *report.Document) []report.Coverage {
			return slices.DeleteFunc(slices.Clone(d.Coverage), func(c report.Coverage) bool { return c.Provider == only })
		}
		if diff := cmp.Diff(words(both), words(d)); diff != "" {
			t.Errorf("--provider %s: the words on the other (-before +after):\n%s", only, diff)
		}
		if len(d.Assets) != len(both.Assets) {
			t.Errorf("--provider %s: %d assets of %d", only, len(d.Assets), len(both.Assets))
		}
		both = d
	}
}

// stopping is a fake of Cloudflare that ends a scan at one of its calls.
type stopping struct {
	*cfSight
	calls, at atomic.Int64
	cancel    context.CancelFunc
}

func newStopping(t *testing.T, w *cloudflarefake.World) *stopping {
	t.Helper()
	s := &stopping{}
	fake := cloudflarefake.New(w)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.calls.Add(1) == s.at.Load() {
			s.cancel()
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	r := newRoom(t, fmt.Sprintf("registry: {files: [registry.yaml]}\nproviders: {cloudflare: {endpoint: %q, rate: 0, dispatch_scripts: true}}\n", server.URL))
	r.env = []string{"CLOUDFLARE_API_TOKEN=" + cfCanary}
	r.write("registry.yaml", []byte(cfRegistry))
	s.cfSight = &cfSight{r, fake}
	return s
}

// scanTo scans and is stopped at the n-th call; 0: by the caller.
func (s *stopping) scanTo(n int64, state string) (int, *report.Document, string) {
	s.t.Helper()
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(s.t.Context())
	defer s.cancel()
	s.calls.Store(0)
	s.at.Store(n)
	var out, errs bytes.Buffer
	path := filepath.Join(s.dir, "stopped.json")
	code := cli.Run(ctx, []string{"scan", "--now", cfNow().Format(time.RFC3339), "--state", state, "--output", "json=" + path},
		cli.Streams{Out: &out, Err: &errs, OutWidth: 80, Dir: s.dir, Environ: s.env, Clock: time.Now, Holder: "test"})
	s.at.Store(0)
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatalf("exit code %d\n%s", code, errs.String())
	}
	d := &report.Document{}
	if err := json.Unmarshal(text, d); err != nil {
		s.t.Fatal(err)
	}
	return code, d, errs.String()
}

// TestAScanOfCloudflareThatIsStopped at any call keeps what it read and says what it
// did not; the next one goes on, and its report is that of an undisturbed scan.
func TestAScanOfCloudflareThatIsStopped(t *testing.T) {
	s := newStopping(t, cfEstate())
	_, want := s.scan("--now", cfNow().Format(time.RFC3339), "--state", s.sqlite("undisturbed.db"))
	total := s.calls.Load()
	if total < 100 {
		t.Fatalf("only %d calls", total)
	}
	for n := int64(1); n < total; n += 13 {
		s.isStopped(n, func(state string) (int, *report.Document, string) { return s.scanTo(n, state) }, want)
	}
	// An answer that never comes does not keep a scan that is stopped.
	for i, path := range []string{"/accounts", "/accounts/:a/logs/audit", "/zones/:z/workers/routes", "/accounts/:a/workers/scripts/:s/settings", "/accounts/:a/tokens"} {
		s.fake.Reset()
		s.fake.SetFaults(cloudflarefake.Fault{Path: path, Times: 1, Effect: cloudflarefake.Hang()})
		s.isStopped(int64(-1-i), func(state string) (int, *report.Document, string) {
			go func() {
				for !slices.ContainsFunc(s.fake.Calls(), func(c cloudflarefake.Call) bool { return c.Path == path }) {
					time.Sleep(5 * time.Millisecond)
				}
				s.cancel()
			}()
			return s.scanTo(0, state)
		}, want)
		s.fake.SetFaults()
	}
}

// isStopped stops one scan and scans again.
func (s *stopping) isStopped(n int64, scan func(state string) (int, *report.Document, string), want *report.Document) {
	s.t.Helper()
	state := s.sqlite(fmt.Sprint("stopped", n, ".db"))
	begun := time.Now()
	code, d, errs := scan(state)
	if took := time.Since(begun); took > 10*time.Second {
		s.t.Errorf("at call %d: it went on for %s", n, took)
	}
	cancelled := 0
	for _, c := range d.Coverage {
		if c.State == "cancelled" {
			cancelled++
		}
	}
	if code != report.ExitFailed || !strings.Contains(errs, "the scan was stopped") || cancelled == 0 {
		s.t.Errorf("at call %d: exit code %d, %d cells cancelled\n%s", n, code, cancelled, errs)
	}
	_, got := s.scan("--now", cfNow().Format(time.RFC3339), "--state", state)
	if diff := cmp.Diff(uncounted(want), uncounted(got)); diff != "" {
		s.t.Errorf("at call %d: the next scan's report (-undisturbed +got):\n%s", n, diff)
	}
}

// uncounted is an undated report without the number of events that were read: the
// next scan begins where the one before it was.
func uncounted(d *report.Document) report.Document {
	out := undated(d)
	for i, c := range out.Coverage {
		if c.Capability == "events" {
			out.Coverage[i].Seen = 0
		}
	}
	return out
}
