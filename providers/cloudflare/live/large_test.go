package live_test

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/live"
	"github.com/estray/estray/providers/cloudflare/session"
)

// TestRequests: lists take a call for 100 Workers at most, and each Worker four: for
// its deployments, versions, settings and schedules. A second scan asks of Workers
// that did not change nothing at all.
func TestRequests(t *testing.T) {
	n := 5000
	if testing.Short() {
		n = 300
	}
	w := cloudflarefake.Large(n, at())
	s := cloudflarefake.New(w)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	cfg := live.Config{Now: at(), Since: ago(24), Audit: true, Calls: session.Options{Token: "text", Endpoint: h.URL}}
	before := scan(t, cfg, found{})
	if got := before.of(inventory.CapWorkers); got.State != inventory.Complete || got.Seen != n {
		t.Fatalf("workers are %s, seen %d (%s); want all", got.State, got.Seen, got.Why)
	}
	a := w.Accounts[0]
	lists := map[string]int{
		"/accounts": 1, "/zones": (len(a.Zones) + 49) / 50, "/accounts/:a/workers/workers": n / 100, "/accounts/:a/workers/scripts": 1,
		"/accounts/:a/workers/subdomain": 1, "/accounts/:a/workers/domains": 1, "/zones/:z/workers/routes": len(a.Zones),
		"/zones/:z/email/routing/rules": len(a.Zones), "/accounts/:a/queues": 1, "/accounts/:a/workflows": 1, "/accounts/:a/access/apps": 1,
		"/accounts/:a/logpush/jobs": 1, "/accounts/:a/workers/observability/destinations": 1,
		"/accounts/:a/pages/projects": (len(a.Projects) + 24) / 25, "/accounts/:a/pages/projects/:p/domains": len(a.Projects),
		"/accounts/:a/workers/dispatch/namespaces": 1, "/accounts/:a/workers/workers/:w/previews": 1,
	}
	each := map[string]int{}
	for _, what := range []string{"deployments", "versions", "settings", "schedules"} {
		each["/accounts/:a/workers/scripts/:s/"+what] = n
	}
	got := counts(s)
	for _, path := range slices.Sorted(maps.Keys(got)) {
		t.Logf("%6d GET %s", got[path], path)
		if strings.Contains(path, "token") || strings.Contains(path, "audit") || strings.HasSuffix(path, "/members") {
			delete(got, path)
		}
	}
	if got["/accounts/:a/workers/workers/:w/previews"] == n { // they are offered: each is asked
		lists["/accounts/:a/workers/workers/:w/previews"] = n
	}
	maps.Copy(each, lists)
	if diff := cmp.Diff(each, got); diff != "" {
		t.Errorf("calls by path (-want +got):\n%s", diff)
	}

	s.Reset()
	cfg.Now = at().Add(time.Hour)
	s.Change(func(w *cloudflarefake.World) { w.Now = cfg.Now })
	scan(t, cfg, before)
	if got := perWorker(s); got != 0 {
		t.Errorf("the second scan made %d calls for single Workers, want none", got)
	}
	t.Log(fmt.Sprint("calls of the second scan: ", len(s.Calls())))
}

// TestSameFactsSameOrder: two readings of one world say the same in the same order.
func TestSameFactsSameOrder(t *testing.T) {
	_, cfg := serve(t, company(), full)
	first, second := texts(t, scan(t, cfg, found{}).facts), texts(t, scan(t, cfg, found{}).facts)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("facts (-first +second):\n%s", diff)
	}
}
