package cloudflarefake_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
)

// parsed is a text as the JSON that it is.
func parsed(t *testing.T, text string) (out any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReferencesFollowWhatPointsAtAWorker(t *testing.T) {
	w := company()
	a := w.Accounts[0]
	a.Workers[1].Bindings = append(a.Workers[1].Bindings,
		cloudflarefake.Binding{"type": "durable_object_namespace", "name": "ROOM", "namespace_id": "do1", "class_name": "Room", "script_name": "api"},
		cloudflarefake.Binding{"type": "dispatch_namespace", "name": "D", "namespace": "customers", "outbound": map[string]any{"worker": map[string]any{"service": "api"}}})
	_, base := serve(t, w)
	got := map[string]any{}
	for _, one := range get(t, base, workersPath).list(t) {
		got[one["name"].(string)] = one["references"]
	}
	want := map[string]any{
		"api": parsed(t, `{"domains":[{"id":"00000000000000000000000000000d01","hostname":"api.example.com","zone_id":"`+zone+`","zone_name":"example.com",
			"certificate_id":"00000000000000000000000000000b01"}],
			"durable_objects":[{"namespace_id":"do1","namespace_name":"Room","worker_id":"00000000000000000000000000000e02","worker_name":"consumer"}],
			"queues":[],"workers":[{"id":"00000000000000000000000000000e02","name":"consumer"}],
			"dispatch_namespace_outbounds":[{"namespace_id":"","namespace_name":"customers","worker_id":"00000000000000000000000000000e02","worker_name":"consumer"}]}`),
		"consumer": parsed(t, `{"domains":[],"durable_objects":[],"queues":[{"queue_id":"00000000000000000000000000000301","queue_name":"jobs","queue_consumer_id":"qc1"}],
			"workers":[],"dispatch_namespace_outbounds":[]}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	a.Workers[0].References = &cloudflarefake.References{Workers: []cloudflarefake.WorkerReference{{ID: "x", Name: "unseen"}}}
	if got := get(t, base, workersPath+"/"+tag).object(t)["references"].(map[string]any)["workers"]; !cmp.Equal(got, parsed(t, `[{"id":"x","name":"unseen"}]`)) {
		t.Errorf("given ones: got %v", got)
	}
}

func TestURLsAreToldWhileTheirSwitchesAreOff(t *testing.T) {
	w := company()
	w.Accounts[0].Workers[0].Enabled = false
	_, base := serve(t, w)
	want := parsed(t, `{"enabled":false,"previews_enabled":false,"url":"https://api.acme.workers.dev","preview_url_suffix":"-api.acme.workers.dev"}`)
	if diff := cmp.Diff(want, get(t, base, workersPath+"/"+tag).object(t)["subdomain"]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestListsMayDisagree(t *testing.T) {
	w := company()
	w.Accounts[0].Workers[0].NoScript, w.Accounts[0].Workers[1].NoWorker = true, true
	_, base := serve(t, w)
	if got := get(t, base, "/accounts/"+home+"/workers/scripts").names(t, "id"); got != "consumer" {
		t.Errorf("scripts: %q", got)
	}
	if got := get(t, base, workersPath).names(t, "name"); got != "api" {
		t.Errorf("Workers: %q", got)
	}
	if r := get(t, base, "/accounts/"+home+"/workers/scripts/api/settings"); r.code() != 10007 {
		t.Errorf("settings of what is no script: %s", r.body)
	}
}

func TestInlineRoutesAreToldOrNull(t *testing.T) {
	w := company()
	w.Accounts[0].Workers = append(w.Accounts[0].Workers, &cloudflarefake.Worker{Name: "alone", InlineRoutes: true})
	_, base := serve(t, w)
	var got []any
	for _, s := range get(t, base, "/accounts/"+home+"/workers/scripts").list(t) {
		got = append(got, s["routes"])
	}
	want := parsed(t, `[[{"id":"00000000000000000000000000000101","pattern":"example.com/*","script":"api"}],null,[]]`)
	if diff := cmp.Diff(want, any(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPlacementIsToldAsItStands(t *testing.T) {
	for _, placement := range []string{`{}`, `{"mode":"smart"}`, `{"mode":"targeted","region":"aws:eu-west-1"}`, `{"hostname":"db.example.com"}`, `null`} {
		w := company()
		w.Accounts[0].Workers[0].Placement = json.RawMessage(placement)
		_, base := serve(t, w)
		for _, path := range []string{"/workers/scripts/api/settings", "/workers/workers/" + tag + "/versions/" + first} {
			got, told := get(t, base, "/accounts/"+home+path).object(t)["placement"]
			if !told || !cmp.Equal(got, parsed(t, placement)) {
				t.Errorf("%s of %s: got %v", placement, path, got)
			}
		}
	}
}

func TestValuesAreToldAsTheVendorTellsThem(t *testing.T) {
	w := company()
	a := w.Accounts[0]
	a.Workers[0].Bindings = append(a.Workers[0].Bindings, cloudflarefake.Binding{"type": "secret_key", "name": "JWK", "key_jwk": "canary-jwk"})
	_, base := serve(t, w)
	for path, canary := range map[string]string{
		"/workers/scripts/api/settings":                                      "canary-plain-text",
		"/workers/scripts/api/secrets":                                       "canary-jwk",
		"/workers/scripts/api/tails":                                         "canary-tail-url",
		"/workers/scripts/api/versions/0a000000-0000-4000-8000-000000000002": "canary-plain-text",
		"/workers/workers/" + tag + "/versions":                              "canary-plain-text",
		"/pages/projects":                                                    "canary-env",
		"/pages/projects/site":                                               "canary-analytics",
		"/logpush/jobs":                                                      "access-key-id=canary",
		"/workers/observability/destinations":                                "canary-header",
		"/logs/audit?since=2026-11-01T00:00:00Z&before=2026-12-01T00:00:00Z": "canary",
	} {
		if r := get(t, base, "/accounts/"+home+path); !strings.Contains(r.body, canary) {
			t.Errorf("%s lacks %q: %s", path, canary, r.body)
		}
	}
	if r := get(t, base, "/accounts/"+home+"/workers/scripts/api/secrets"); r.names(t, "name") != "KEY JWK" {
		t.Errorf("secrets: %s", r.body)
	}
}

func TestVersionHasBindingsAndDigestOfItsOwn(t *testing.T) {
	_, base := serve(t, company())
	got := map[string]string{}
	for _, id := range []string{first, "0a000000-0000-4000-8000-000000000002"} {
		var v struct {
			Resources struct {
				Bindings []struct{ Name string }
				Script   struct{ Etag string }
			}
		}
		if err := json.Unmarshal(get(t, base, "/accounts/"+home+"/workers/scripts/api/versions/"+id).Result, &v); err != nil {
			t.Fatal(err)
		}
		for _, b := range v.Resources.Bindings {
			got[id[35:]] += b.Name + " "
		}
		got[id[35:]] += v.Resources.Script.Etag
	}
	if want := map[string]string{"1": "etag-1", "2": "MODE KEY KV etag-2"}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestProjectTellsItsDeployments(t *testing.T) {
	_, base := serve(t, company())
	p := get(t, base, "/accounts/"+home+"/pages/projects/site").object(t)
	canonical, latest := p["canonical_deployment"].(map[string]any), p["latest_deployment"].(map[string]any)
	if canonical["short_id"] != "0e000000" || latest["short_id"] != "0d000000" || latest["uses_functions"] != nil || canonical["uses_functions"] != true {
		t.Errorf("got %v and %v", canonical, latest)
	}
	if diff := cmp.Diff(parsed(t, `["site.pages.dev","www.example.com"]`), p["domains"]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := get(t, base, "/accounts/"+home+"/pages/projects/site/deployments?env=preview").names(t, "short_id"); got != "0d000000" {
		t.Errorf("previews: %q", got)
	}
}

func TestNamesArriveUnescaped(t *testing.T) {
	w := company()
	w.Accounts[0].Workers[1].Name = "a/b?c%d"
	s, base := serve(t, w)
	if r := get(t, base, "/client/v4/accounts/"+home+"/workers/scripts/a%2Fb%3Fc%25d/schedules"); r.status != 200 {
		t.Errorf("got %s", r.body)
	}
	if c := s.Calls()[0]; c.Name != "a/b?c%d" || c.Path != "/accounts/:a/workers/scripts/:s/schedules" || c.Account != home || c.UserAgent != "estray-test" {
		t.Errorf("log: %+v", c)
	}
}

func TestPathThatIsNotServedIsSeen(t *testing.T) {
	s, base := serve(t, company())
	get(t, base, "/accounts/zones/x")
	if c := s.Calls()[0]; !c.Unserved || c.Path != "/accounts/zones/x" {
		t.Errorf("log: %+v", c)
	}
}

func TestWorldMayChangeWhileManyRead(t *testing.T) {
	s, base := serve(t, company())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 20 {
				if r, err := try(t, base, workersPath); err != nil || r.status != http.StatusOK {
					t.Errorf("%d, %v", r.status, err)
				}
			}
		})
	}
	for range 20 {
		s.Change(func(w *cloudflarefake.World) {
			w.Accounts[0].Workers[0].Bindings = append(w.Accounts[0].Workers[0].Bindings, cloudflarefake.Binding{"type": "ai", "name": "AI"})
			w.Accounts[0].Workers[0].Name += "x"
		})
	}
	readers.Wait()
	if n := len(s.Calls()); n != 80 {
		t.Errorf("log holds %d calls, want 80", n)
	}
}
