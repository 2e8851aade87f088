package live_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

// only is a world whose account holds these Workers and nothing else.
func only(all ...*cloudflarefake.Worker) *cloudflarefake.World {
	w := company()
	w.Accounts[0] = &cloudflarefake.Account{ID: home, Name: "Home", CreatedOn: ago(9000), Subdomain: "acme", Workers: all}
	return w
}

func tagged(n int) string { return fmt.Sprintf("%032x", n+1) }

// must gives a facet's value.
func must[T any](t *testing.T, f inventory.Facet[T]) T {
	t.Helper()
	v, ok := f.Get()
	if !ok {
		t.Fatalf("the facet is not known: %s", f.Doubt())
	}
	return v
}

func workerOf(t *testing.T, f found, tag string) inventory.Asset {
	t.Helper()
	a, ok := f.assets[cloudflare.WorkerID(home, tag)]
	if !ok {
		t.Fatalf("Worker %s is not among the assets", tag)
	}
	return a
}

func TestWorkerIsToldWhole(t *testing.T) {
	_, cfg := serve(t, company())
	a := workerOf(t, scan(t, cfg, found{}), apiTag)
	var handles []string
	for _, h := range a.Handles {
		handles = append(handles, string(h.ID))
	}
	want := []string{
		"cloudflare:" + home + "/worker-name/api", "cloudflare:" + home + "/worker-domain/00000000000000000000000000000d01",
		"cloudflare:zone/" + zone + "/route/00000000000000000000000000000101",
	}
	if diff := cmp.Diff(want, handles); diff != "" {
		t.Errorf("handles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(inventory.Labels{"team": "web", "cf:service": "api", "plain": ""}, must(t, a.Labels)); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(inventory.Configuration{Compatibility: "2026-01-01", Flags: []string{"nodejs_compat"}, Handlers: []string{"fetch", "scheduled"},
		Placement: "smart"}, must(t, a.Configuration)); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(inventory.Logging{Kept: true, Sampled: 0.5, Pushed: true, Consumers: []string{"jobs"}, Destinations: []string{"otel"}}, must(t, a.Logging)); diff != "" {
		t.Errorf("logging (-want +got):\n%s", diff)
	}
	started := must2(t, a.Triggers)
	wantTriggers := inventory.Triggers{
		{Kind: "email", ID: "r1", Source: zone, Name: "mail", Detail: "to an address of example.com", Enabled: true},
		{Kind: "schedule", Detail: "*/5 * * * *", Enabled: true},
		{Kind: "workflow", ID: "10000000-0000-4000-8000-000000000001", Name: "order", Detail: "Order", Enabled: true},
	}
	if diff := cmp.Diff(wantTriggers, started); diff != "" {
		t.Errorf("triggers (-want +got):\n%s", diff)
	}
	for _, absent := range []string{"code-signing", "settings", "aliases", "destinations", "rights"} {
		if !a.Facet(absent).Absent {
			t.Errorf("%s is not absent, which Cloudflare has none of", absent)
		}
	}
}

func must2[T inventory.Joined[T]](t *testing.T, p inventory.Parts[T]) T {
	t.Helper()
	v, ok := p.Get()
	if !ok {
		t.Fatal("no part is known")
	}
	return v
}

func TestWaysIn(t *testing.T) {
	_, cfg := serve(t, company())
	a := workerOf(t, scan(t, cfg, found{}), apiTag)
	want := inventory.Exposures{Ways: []inventory.Exposure{
		{Kind: "custom-domain", Reach: inventory.ReachAuthenticated, Hostname: hostOf, Source: "cloudflare:zone/" + zone + "/domain/00000000000000000000000000000d01", Guard: "internal"},
		{Kind: "preview", Reach: inventory.ReachPublic, Hostname: "feature-api.acme.workers.dev", Qualifier: "feature", Source: "p1",
			Note: "code of its own, with bindings of its own"},
		{Kind: "route", Reach: inventory.ReachPublic, Hostname: "example.com", Route: "example.com/*",
			Source: "cloudflare:zone/" + zone + "/route/00000000000000000000000000000101"},
		{Kind: "workers-dev", Reach: inventory.ReachPublic, Hostname: "api.acme.workers.dev"},
	}}
	if diff := cmp.Diff(want, must2(t, a.Exposure)); diff != "" {
		t.Errorf("ways in (-want +got):\n%s", diff)
	}
	if reach, sure := a.Reach(); reach != inventory.ReachPublic || !sure {
		t.Errorf("reach = %s, %t; want public for certain", reach, sure)
	}
}

// TestSwitchThatIsOff: the answer carries URLs of workers.dev whatever the switches
// say.
func TestSwitchThatIsOff(t *testing.T) {
	for _, test := range []struct {
		on, previews bool
		want         []string
	}{
		{false, false, nil},
		{true, false, []string{"x.acme.workers.dev"}},
		{false, true, []string{"*-x.acme.workers.dev"}},
		{true, true, []string{"x.acme.workers.dev", "*-x.acme.workers.dev"}},
	} {
		t.Run(fmt.Sprintf("workers.dev %t, previews %t", test.on, test.previews), func(t *testing.T) {
			_, cfg := serve(t, only(script(tagged(0), "x", func(w *cloudflarefake.Worker) { w.Enabled, w.PreviewsEnabled = test.on, test.previews })))
			a := workerOf(t, scan(t, cfg, found{}), tagged(0))
			var got []string
			for _, w := range must2(t, a.Exposure).Ways {
				got = append(got, w.Hostname)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("hosts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAccountWithoutSubdomain: what is switched on answers nowhere.
func TestAccountWithoutSubdomain(t *testing.T) {
	w := only(script(tagged(0), "x", func(w *cloudflarefake.Worker) { w.Enabled = true }))
	w.Accounts[0].Subdomain = ""
	_, cfg := serve(t, w)
	f := scan(t, cfg, found{})
	if ways := must(t, workerOf(t, f, tagged(0)).Exposure[inventory.CapSubdomains]).Ways; len(ways) > 0 {
		t.Errorf("ways = %+v, want none", ways)
	}
	if w := f.of(inventory.CapSubdomains); w.State != inventory.Complete {
		t.Errorf("subdomains are %s, want complete", w.State)
	}
}

// TestGradualDeployment: every version that serves counts, each binding that not all
// have says where it holds, and values are nowhere.
func TestGradualDeployment(t *testing.T) {
	_, cfg := serve(t, company())
	a := workerOf(t, scan(t, cfg, found{}), apiTag)
	want := []inventory.Binding{
		{Kind: "json", Name: "SET", Qualifier: second},
		{Kind: "kv_namespace", Name: "KV", Target: "00000000000000000000000000000201"},
		{Kind: "new_thing", Name: "NEW", Qualifier: second},
		{Kind: "plain_text", Name: "MODE", Qualifier: second},
		{Kind: "plain_text", Name: "OLD", Qualifier: first},
		{Kind: "secret_text", Name: "KEY", Qualifier: second},
		{Kind: "send_email", Name: "MAIL", Target: "example.com", Qualifier: second},
	}
	if diff := cmp.Diff(want, must(t, a.Bindings)); diff != "" {
		t.Errorf("bindings (-want +got):\n%s", diff)
	}
	shares := []inventory.Share{{Version: first, Percent: 10, Digest: "etag-1"}, {Version: second, Percent: 90, Digest: "etag-2"}}
	d := must(t, a.Deployment)
	if diff := cmp.Diff(shares, d.Shares); diff != "" {
		t.Errorf("shares (-want +got):\n%s", diff)
	}
	if d.Author != "ann@example.com" || d.Source != "wrangler" || d.Message != "ship" {
		t.Errorf("deployment = %+v", d)
	}
	if got := must(t, a.Code).Digest; got != "etag-2" {
		t.Errorf("digest = %q, want that of what serves most", got)
	}
}

// TestLatestVersionThatServesNothing: settings tell of the latest upload, which is
// not what runs.
func TestLatestVersionThatServesNothing(t *testing.T) {
	w := api()
	w.Deployments[0].Versions = []cloudflarefake.Share{{VersionID: first, Percentage: 100}, {VersionID: second, Percentage: 0}}
	world := company()
	world.Accounts[0].Workers[0] = w
	_, cfg := serve(t, world)
	a := workerOf(t, scan(t, cfg, found{}), apiTag)
	want := []inventory.Binding{{Kind: "kv_namespace", Name: "KV", Target: "00000000000000000000000000000201"}, {Kind: "plain_text", Name: "OLD"}}
	if diff := cmp.Diff(want, must(t, a.Bindings)); diff != "" {
		t.Errorf("bindings (-want +got):\n%s", diff)
	}
	if got := must(t, a.Code).Digest; got != "etag-1" {
		t.Errorf("digest = %q, want that of the version that serves", got)
	}
	if got := must(t, a.Deployment).Shares; len(got) != 1 || got[0].Version != first {
		t.Errorf("shares = %+v, want the version that serves alone", got)
	}
}

// TestWhatServesIsNotKnown: bindings of the latest version are shown, and may not be
// called those of what runs.
func TestWhatServesIsNotKnown(t *testing.T) {
	for _, path := range []string{"deployments", "versions"} {
		s, cfg := serve(t, only(script(tagged(0), "x", func(w *cloudflarefake.Worker) {
			w.Bindings = []cloudflarefake.Binding{{"type": "ai", "name": "AI"}}
		})))
		s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/workers/scripts/:s/" + path, Effect: cloudflarefake.Deny(10000)})
		a := workerOf(t, scan(t, cfg, found{}), tagged(0))
		if got := must(t, a.Bindings); len(got) != 1 || a.Bindings.Current() || a.Code.Current() {
			t.Errorf("%s denied: bindings %+v, current %t, code current %t; want shown and not current", path, got, a.Bindings.Current(), a.Code.Current())
		}
	}
}

func TestNeverDeployed(t *testing.T) {
	_, cfg := serve(t, only(script(tagged(0), "x", func(w *cloudflarefake.Worker) {
		*w = cloudflarefake.Worker{Tag: w.Tag, Name: w.Name, CreatedOn: ago(9), UpdatedOn: ago(9), NoScript: true}
	})))
	f := scan(t, cfg, found{})
	a := workerOf(t, f, tagged(0))
	if w := f.of(inventory.CapWorkers); w.State != inventory.Complete {
		t.Errorf("workers are %s (%s), want complete: such a Worker is no script", w.State, w.Why)
	}
	if !a.Deployment.IsAbsent() || !a.Code.IsAbsent() || !a.Bindings.Current() {
		t.Errorf("deployment %t, code %t, bindings current %t; want absent, absent, current", a.Deployment.IsAbsent(), a.Code.IsAbsent(), a.Bindings.Current())
	}
}

// TestListsThatDisagree: what one list alone tells is shown, and nobody may conclude
// that there is no other.
func TestListsThatDisagree(t *testing.T) {
	_, cfg := serve(t, only(script(tagged(0), "x"), script(tagged(1), "y", func(w *cloudflarefake.Worker) { w.NoWorker = true })))
	f := scan(t, cfg, found{})
	workerOf(t, f, tagged(1))
	if w := f.of(inventory.CapWorkers); w.State != inventory.Partial || !strings.Contains(w.Why.Message, "one tells 1, the other 2") {
		t.Errorf("workers are %s (%s), want partial with both numbers", w.State, w.Why)
	}
}

// TestNewerListNotOffered: scripts tell of Workers then, and a call for each of its
// switches.
func TestNewerListNotOffered(t *testing.T) {
	s, cfg := serve(t, only(script(tagged(0), "x", func(w *cloudflarefake.Worker) { w.Enabled = true })))
	s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/workers/workers", Effect: cloudflarefake.Refuse(404, 7003)})
	f := scan(t, cfg, found{})
	a := workerOf(t, f, tagged(0))
	if ways := must(t, a.Exposure[inventory.CapSubdomains]).Ways; len(ways) != 1 {
		t.Errorf("ways = %+v, want workers.dev", ways)
	}
	w := f.of(inventory.CapWorkers)
	if w.State != inventory.Complete || !strings.Contains(w.Why.Message, "not offered") {
		t.Errorf("workers are %s (%s), want complete with a word", w.State, w.Why)
	}
	if n := counts(s)["/accounts/:a/workers/scripts/:s/subdomain"]; n != 1 {
		t.Errorf("%d calls for switches, want 1", n)
	}
}

func TestMoreWorkersThanAPage(t *testing.T) {
	var all []*cloudflarefake.Worker
	for i := range 250 {
		all = append(all, script(tagged(i), fmt.Sprintf("w%d", i)))
	}
	s, cfg := serve(t, only(all...))
	f := scan(t, cfg, found{})
	if w := f.of(inventory.CapWorkers); w.State != inventory.Complete || w.Seen != 250 {
		t.Errorf("workers are %s, seen %d; want 250, complete", w.State, w.Seen)
	}
	if n := counts(s)["/accounts/:a/workers/workers"]; n != 3 {
		t.Errorf("%d pages were asked for, want 3", n)
	}
}

// TestPageThatRepeats: the listing ends, says that it is not whole, and nothing is
// told twice.
func TestPageThatRepeats(t *testing.T) {
	for _, effect := range []cloudflarefake.Effect{cloudflarefake.RepeatPage(), cloudflarefake.IgnorePage()} {
		var all []*cloudflarefake.Worker
		for i := range 150 {
			all = append(all, script(tagged(i), fmt.Sprintf("w%d", i)))
		}
		s, cfg := serve(t, only(all...))
		s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/workers/workers", Effect: effect})
		f := scan(t, cfg, found{})
		if w := f.of(inventory.CapWorkers); w.State.Whole() || w.Seen != 150 {
			t.Errorf("workers are %s, seen %d; want 150 by the other list, and not whole", w.State, w.Seen)
		}
	}
}

// TestWorkerThatWentAway: it was listed, a call says that it is not there, and the
// list does not have it any more.
func TestWorkerThatWentAway(t *testing.T) {
	for _, stays := range []bool{false, true} {
		s, cfg := serveHooked(t, only(script(tagged(0), "x"), script(tagged(1), "y")), func(s *cloudflarefake.Server, path string) {
			if !stays && strings.HasSuffix(path, "/scripts/y/deployments") {
				s.Change(func(w *cloudflarefake.World) { w.Accounts[0].Workers = w.Accounts[0].Workers[:1] })
			}
		})
		if stays {
			s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/workers/scripts/:s/deployments", Name: "y", Effect: cloudflarefake.Missing()})
		}
		f := scan(t, cfg, found{})
		_, there := f.assets[cloudflare.WorkerID(home, tagged(1))]
		if there != stays {
			t.Errorf("stays in the list %t: told %t", stays, there)
		}
		if w := f.of(inventory.CapDeployments); w.State.Whole() == stays {
			t.Errorf("stays in the list %t: deployments are %s (%s)", stays, w.State, w.Why)
		}
	}
}
