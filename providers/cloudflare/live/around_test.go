package live_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/live"
)

func TestDispatchNamespaces(t *testing.T) {
	names := func(change func(*cloudflarefake.Account)) *cloudflarefake.World {
		w := only()
		w.Accounts[0].Namespaces = company().Accounts[0].Namespaces
		change(w.Accounts[0])
		return w
	}
	for name, test := range map[string]struct {
		change          func(*cloudflarefake.Account)
		spaces, scripts inventory.State
		expected, seen  int
	}{
		"listed":                       {func(*cloudflarefake.Account) {}, inventory.Complete, inventory.Complete, 1, 1},
		"the vendor lists none":        {func(a *cloudflarefake.Account) { a.Namespaces[0].NoList = true }, inventory.Complete, inventory.Partial, 1, 0},
		"fewer than the vendor counts": {func(a *cloudflarefake.Account) { a.Namespaces[0].ScriptCount = 9 }, inventory.Complete, inventory.Partial, 9, 1},
		"not on the plan":              {func(a *cloudflarefake.Account) { a.NoDispatch = true }, inventory.Disabled, inventory.Disabled, 0, 0},
		"no namespace":                 {func(a *cloudflarefake.Account) { a.Namespaces = nil }, inventory.Complete, inventory.Complete, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, cfg := serve(t, names(test.change))
			f := scan(t, cfg, found{})
			if w := f.of(inventory.CapNamespaces); w.State != test.spaces {
				t.Errorf("namespaces are %s (%s), want %s", w.State, w.Why, test.spaces)
			}
			if w := f.of(inventory.CapNamespaceScripts); w.State != test.scripts || w.Seen != test.seen || w.Expected != test.expected {
				t.Errorf("namespace-scripts are %s, %d of %d (%s), want %s, %d of %d", w.State, w.Seen, w.Expected, w.Why, test.scripts, test.seen, test.expected)
			}
		})
	}
}

func TestDispatchScriptsOnRequest(t *testing.T) {
	w := only()
	w.Accounts[0].Namespaces = company().Accounts[0].Namespaces
	for _, asked := range []bool{false, true} {
		_, cfg := serve(t, w, func(c *live.Config) { c.DispatchScripts = asked })
		f := scan(t, cfg, found{})
		a, told := f.assets[cloudflare.DispatchScriptID(home, "customers", "one")]
		if told != asked {
			t.Fatalf("asked for %t: told %t", asked, told)
		}
		if !asked {
			continue
		}
		if reach, sure := a.Reach(); reach != inventory.ReachPrivate || !sure || a.Name != "customers/one" {
			t.Errorf("%s has reach %s, %t; want private: it has no host of its own", a.Name, reach, sure)
		}
	}
}

func TestPreviews(t *testing.T) {
	const path = "/accounts/:a/workers/workers/:w/previews"
	for name, test := range map[string]struct {
		none   bool
		fault  cloudflarefake.Fault
		state  inventory.State
		known  bool
		calls  int
		public bool
	}{
		"offered":                {state: inventory.Complete, known: true, calls: 2, public: true},
		"not offered":            {none: true, state: inventory.Disabled, known: true, calls: 1},
		"not there (any more)":   {fault: cloudflarefake.Fault{Path: path, Effect: cloudflarefake.Refuse(404, 10025)}, state: inventory.Complete, known: true, calls: 2},
		"refused for the first":  {fault: cloudflarefake.Fault{Path: path, Times: 1, Effect: cloudflarefake.Deny(10000)}, state: inventory.Denied, calls: 1},
		"refused for the second": {fault: cloudflarefake.Fault{Path: path, After: 1, Effect: cloudflarefake.Deny(10000)}, state: inventory.Partial, calls: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := only(script(tagged(0), "x"), script(tagged(1), "y", func(w *cloudflarefake.Worker) {
				w.Previews = []cloudflarefake.Preview{{ID: "p1", Name: "f", URLs: []string{"https://f-y.acme.workers.dev"}}}
			}))
			w.Accounts[0].NoPreviews = test.none
			s, cfg := serve(t, w)
			s.SetFaults(test.fault)
			f := scan(t, cfg, found{})
			if got := f.of(inventory.CapPreviews); got.State != test.state {
				t.Errorf("previews are %s (%s), want %s", got.State, got.Why, test.state)
			}
			part := workerOf(t, f, tagged(1)).Exposure[inventory.CapPreviews]
			ways, _ := part.Get()
			if part.Current() != test.known || (len(ways.Ways) > 0) != test.public {
				t.Errorf("previews of the second: current %t (%s), %+v", part.Current(), part.Doubt(), ways.Ways)
			}
			if n := counts(s)[path]; n != test.calls {
				t.Errorf("%d calls, want %d", n, test.calls)
			}
		})
	}
}

// TestQueuesThatCannotBeRead: the list of Workers tells consumers too, and may not
// tell all.
func TestQueuesThatCannotBeRead(t *testing.T) {
	s, cfg := serve(t, company())
	s.SetFaults(cloudflarefake.Fault{Path: "/accounts/:a/queues", Effect: cloudflarefake.Deny(10000)})
	f := scan(t, cfg, found{})
	part := workerOf(t, f, jobsTag).Triggers[inventory.CapQueues]
	if got := must(t, part); len(got) != 1 || got[0].Name != "orders" || part.Current() {
		t.Errorf("queues = %+v, current %t; want the one that the list of Workers tells, and not current", got, part.Current())
	}
	if w := f.of(inventory.CapQueues); w.State != inventory.Denied {
		t.Errorf("queues are %s, want denied", w.State)
	}
}

func TestZoneWithoutEmailRouting(t *testing.T) {
	s, cfg := serve(t, company())
	s.SetFaults(cloudflarefake.Fault{Path: "/zones/:z/email/routing/rules", Effect: cloudflarefake.Refuse(404, 7003)})
	f := scan(t, cfg, found{})
	for cell, w := range f.words {
		if cell.Capability == inventory.CapEmailRules && w.State != inventory.Disabled {
			t.Errorf("%s is %s, want disabled", cell, w.State)
		}
	}
	if p := workerOf(t, f, apiTag).Triggers[inventory.CapEmailRules]; !p.Current() {
		t.Errorf("mail that starts the Worker is not known: %s", p.Doubt())
	}
}

// TestBindings: of each type that is kept which is safe, and of one that is not known
// its type and name.
func TestBindings(t *testing.T) {
	const v = "target.example"
	for kind, fields := range map[string]map[string]any{
		"kv_namespace": {"namespace_id": v}, "r2_bucket": {"bucket_name": v, "jurisdiction": "eu"}, "d1": {"database_id": v},
		"durable_object_namespace": {"namespace_id": v, "class_name": "C"}, "hyperdrive": {"id": v}, "vectorize": {"index_name": v},
		"queue": {"queue_name": v}, "pipelines": {"pipeline": v}, "analytics_engine": {"dataset": v}, "ai_search": {"instance_name": v},
		"ai_search_namespace": {"namespace": v}, "secrets_store_secret": {"store_id": "s", "secret_name": v}, "mtls_certificate": {"certificate_id": v},
		"service": {"service": v}, "dispatch_namespace": {"namespace": v, "outbound": map[string]any{"params": []string{canary}}},
		"workflow": {"workflow_name": v, "class_name": "C"}, "vpc_service": {"service_id": v}, "vpc_network": {"network_id": v}, "messaging": {"namespace": v},
		"ratelimit": {"namespace_id": v}, "flagship": {"app_id": v}, "inherit": {"old_name": v}, "send_email": {"destination_address": canary + "@" + v},
		"browser": {}, "ai": {}, "images": {}, "media": {}, "version_metadata": {}, "assets": {}, "wasm_module": {}, "text_blob": {}, "data_blob": {},
		"secret_text": {"text": canary}, "secret_key": {"key_jwk": canary, "key_base64": canary, "algorithm": map[string]any{"name": canary}},
		"plain_text": {"text": canary}, "json": {"json": map[string]any{"id": canary}},
		"future": {"id": canary, "namespace_id": canary, "service": canary},
	} {
		t.Run(kind, func(t *testing.T) {
			b := cloudflarefake.Binding{"type": kind, "name": "B"}
			for k, value := range fields {
				b[k] = value
			}
			_, cfg := serve(t, only(script(tagged(0), "x", func(w *cloudflarefake.Worker) { w.Bindings = []cloudflarefake.Binding{b} })))
			f := scan(t, cfg, found{})
			want := inventory.Binding{Kind: kind, Name: "B"}
			for _, value := range fields {
				if text, _ := value.(string); strings.HasSuffix(text, v) {
					want.Target = v
				}
			}
			a := workerOf(t, f, tagged(0))
			if diff := cmp.Diff([]inventory.Binding{want}, must(t, a.Bindings)); diff != "" {
				t.Errorf("binding (-want +got):\n%s", diff)
			}
			quiet := map[string]bool{"secret_text": true, "secret_key": true, "plain_text": true, "json": true, "wasm_module": true, "text_blob": true,
				"data_blob": true, "assets": true, "version_metadata": true, "inherit": true, "ratelimit": true, "future": true}
			if got := must(t, a.Identity).Reaches; (len(got) > 0) == quiet[kind] {
				t.Errorf("reaches %v", got)
			}
			counted := strings.Contains(f.of(inventory.CapSettings).Why.Message, "future (1)")
			if counted != (kind == "future") {
				t.Errorf("the word on settings says %q", f.of(inventory.CapSettings).Why.Message)
			}
			if strings.Contains(strings.Join(texts(t, f.facts), ""), canary) {
				t.Error("a value is kept")
			}
		})
	}
}

// TestNamesThatLeadElsewhere: a name is a part of a path and no path.
func TestNamesThatLeadElsewhere(t *testing.T) {
	for i, name := range []string{"../../../zones/x?y=", "a/b", "..", "a%2Fb", "a#b", "a b"} {
		s, cfg := serve(t, only(script(tagged(i), name)))
		f := scan(t, cfg, found{})
		a := workerOf(t, f, tagged(i))
		if got := must(t, a.Called); got != name || !a.Bindings.Current() {
			t.Errorf("%q: called %q, bindings current %t (%s)", name, got, a.Bindings.Current(), a.Bindings.Doubt())
		}
		for _, c := range s.Calls() {
			if c.Unserved || c.Forbidden {
				t.Errorf("%q: GET %s was asked", name, c.Path)
			}
		}
	}
}

// TestNoCodeIsAskedFor: no call ever asks for the content of a Worker.
func TestNoCodeIsAskedFor(t *testing.T) {
	s, cfg := serve(t, company(), full)
	scan(t, cfg, found{})
	for _, c := range s.Calls() {
		if c.Unserved || c.Forbidden || c.Method != "GET" {
			t.Errorf("%s %s was asked", c.Method, c.Path)
		}
	}
}

func TestJobs(t *testing.T) {
	w := company()
	earlier, later := ago(9), ago(8)
	w.Accounts[0].LogpushJobs = append(w.Accounts[0].LogpushJobs,
		cloudflarefake.LogpushJob{ID: 8, Dataset: "audit_logs_v2", Enabled: true, LastComplete: &earlier, LastError: &later},
		cloudflarefake.LogpushJob{ID: 9, Dataset: "audit_logs", Enabled: false})
	_, cfg := serve(t, w, full)
	f := scan(t, cfg, found{})
	if got, want := f.of(inventory.CapLogpush).Why.Message, "1 jobs deliver workers_trace_events; 1 jobs deliver audit_logs_v2; the last delivery of 1 of them failed"; got != want {
		t.Errorf("the word on logpush says %q, want %q", got, want)
	}
}

// TestManyVersions: all are told by a full scan alone, and whether the latest serves
// is known by the newest ones.
func TestManyVersions(t *testing.T) {
	w := script(tagged(0), "x")
	last := w.Versions[0]
	w.Versions = nil
	for i := range 250 {
		w.Versions = append(w.Versions, cloudflarefake.Version{ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", 250-i), Number: 250 - i, CreatedOn: ago(40 + i)})
	}
	w.Versions[0].ID = last.ID
	for _, whole := range []bool{false, true} {
		s, cfg := serve(t, only(w), func(c *live.Config) { c.Full = whole })
		a := workerOf(t, scan(t, cfg, found{}), tagged(0))
		versions, known := a.Versions.Get()
		if known != whole || whole && len(versions.Published) != 250 {
			t.Errorf("full %t: versions known %t, %d of them", whole, known, len(versions.Published))
		}
		if n := counts(s)["/accounts/:a/workers/scripts/:s/settings"]; n != 1 || !a.Bindings.Current() {
			t.Errorf("full %t: settings were asked for %d times, want once: the latest version serves", whole, n)
		}
	}
}
