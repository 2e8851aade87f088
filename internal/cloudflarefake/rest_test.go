package cloudflarefake_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
)

func TestListsWithoutAClientsMethod(t *testing.T) {
	_, base := serve(t, company())
	in := "/accounts/" + home
	for _, tc := range []struct{ path, field, want string }{
		{workersPath + "/" + tag + "/previews", "slug", "feature"},
		{workersPath + "/api/previews", "worker_name", "api"}, // a name is as good as an id
		{in + "/workers/dispatch/namespaces/customers/scripts", "id", "one"},
		{in + "/roles", "name", "Administrator"},
		{in + "/logs/audit/product_categories", "value", "developer_platform account"},
	} {
		if got := get(t, base, tc.path).names(t, tc.field); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.path, got, tc.want)
		}
	}
}

func TestGivenValuesStandInPlaceOfUsualOnes(t *testing.T) {
	w := company()
	a := w.Accounts[0]
	a.Roles = []cloudflarefake.Role{{ID: "r", Name: "Given"}}
	a.PermissionGroups = []cloudflarefake.PermissionGroup{{ID: "g", Name: "Given"}}
	a.ProductCategories = []cloudflarefake.ProductCategory{{Value: "given"}}
	a.Namespaces[0].ScriptCount = 4000
	a.Workflows[0].TriggeredOn = ago(1)
	a.Projects[0].Canonical = "0d000000-0000-4000-8000-000000000002"
	a.Tokens = append(a.Tokens, cloudflarefake.APIToken{ID: w.Token.ID, Name: "given"})
	_, base := serve(t, w)
	in := "/accounts/" + home
	for path, want := range map[string]string{"/roles": "Given", "/tokens/permission_groups": "Given", "/tokens": "deploy given"} {
		if got := get(t, base, in+path).names(t, "name"); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if got := get(t, base, in+"/logs/audit/product_categories").names(t, "value"); got != "given" {
		t.Errorf("categories: %q", got)
	}
	got := map[string]any{
		"scripts":   get(t, base, in+"/workers/dispatch/namespaces").list(t)[0]["script_count"],
		"triggered": get(t, base, in+"/workflows").list(t)[0]["triggered_on"],
		"canonical": get(t, base, in+"/pages/projects/site").object(t)["canonical_deployment"].(map[string]any)["environment"],
	}
	if diff := cmp.Diff(map[string]any{"scripts": 4000., "triggered": "2026-11-24T08:00:00Z", "canonical": "preview"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatAPathNamesMustBeThere(t *testing.T) {
	_, base := serve(t, company())
	in := "/accounts/" + home
	for path, code := range map[string]int{
		in + "/tokens/nobody":                                            1003,
		in + "/queues/nothing/consumers":                                 11000,
		in + "/workers/dispatch/namespaces/nothing/scripts":              10119,
		in + "/workers/dispatch/namespaces/customers/scripts/no":         10007,
		workersPath + "/nothing":                                         10007,
		workersPath + "/" + tag + "/versions/nothing":                    10092,
		in + "/workers/scripts/api/versions?page=0":                      6003,
		in + "/audit_logs?since=yesterday":                               10001,
		in + "/logs/audit?since=2026-01-01&before=2026-12-01&limit=1001": 6003,
	} {
		if r := get(t, base, path); r.Success || r.code() != code {
			t.Errorf("%s: got %s, want code %d", path, r.body, code)
		}
	}
}

func TestNobodyReadsARequestOfAWorkerWithoutTails(t *testing.T) {
	_, base := serve(t, company())
	if got := get(t, base, "/accounts/"+home+"/workers/scripts/consumer/tails").object(t); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func FuzzServerAnswersWhateverIsAsked(f *testing.F) {
	for _, path := range cloudflarefake.Paths() {
		f.Add(fill(path), "page=2&per_page=5")
	}
	f.Add("/client/v4/accounts/"+home+"/logs/audit", "since=2026-01-01&before=2026-12-31&cursor=MSww&limit=3")
	f.Add(workersPath, "page=9223372036854775807&per_page=100")
	f.Add("/accounts/%2F/workers/scripts/%00/settings", "cursor=////")
	w := company()
	f.Fuzz(func(t *testing.T, path, query string) {
		server := cloudflarefake.New(w)
		r, err := request(path, query)
		if err != nil {
			t.Skip("no URL")
		}
		a := record(server, r)
		if calls := server.Calls(); len(calls) != 1 || calls[0].Status != a.Code || a.Code < 200 {
			t.Errorf("%s: %d, log %+v", r.URL, a.Code, calls)
		}
	})
}
