package live_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/live"
	"github.com/estray/estray/providers/cloudflare/session"
)

// TestCallsKeepTheDocument: no call of ours breaks the vendor's document of its
// interface. Prism judges each call that the document holds; the fake answers, since
// Prism knows one example of each and no pages.
func TestCallsKeepTheDocument(t *testing.T) {
	documented, prism := documentPaths(t), testparts.Prism(t)
	fake := cloudflarefake.New(company())
	var mu sync.Mutex
	asked := map[string]bool{}
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, path := range documented {
			if !matches(path, r.URL.Path) {
				continue
			}
			judge(t, prism, r)
			mu.Lock()
			asked[path] = true
			mu.Unlock()
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	f := scan(t, live.Config{Now: at(), Since: ago(24 * 30), Audit: true, Full: true, Calls: session.Options{Token: "text", Endpoint: h.URL}}, found{})
	for cell, w := range f.words {
		if w.State != inventory.Complete {
			t.Errorf("%s is %s (%s)", cell, w.State, w.Why)
		}
	}
	t.Logf("%d paths of the document were asked for", len(asked))
	if len(asked) < 20 {
		t.Errorf("only these paths of the document were asked for: %v", slices.Sorted(maps.Keys(asked)))
	}
}

// judge makes the call to Prism, and fails the test if it breaks the document.
func judge(t *testing.T, prism string, r *http.Request) {
	call, err := http.NewRequestWithContext(r.Context(), r.Method, prism+r.URL.RequestURI(), nil)
	if err != nil {
		t.Error(err)
		return
	}
	call.Header = r.Header.Clone()
	answer, err := http.DefaultClient.Do(call)
	if err != nil {
		t.Errorf("GET %s: %v", r.URL.Path, err)
		return
	}
	defer answer.Body.Close()
	// Some of Prism's own examples break the document; those are no fault of ours.
	var found []struct{ Location []string }
	v := answer.Header.Get("sl-violations")
	if v != "" {
		if err := json.Unmarshal([]byte(v), &found); err != nil {
			t.Errorf("GET %s: read sl-violations %s: %v", r.URL.Path, v, err)
		}
	}
	ours := v == "" && answer.StatusCode != http.StatusOK
	for _, f := range found {
		ours = ours || len(f.Location) == 0 || f.Location[0] != "response"
	}
	if ours {
		t.Errorf("GET %s breaks the document: %d %s", r.URL.RequestURI(), answer.StatusCode, v)
	}
}

func documentPaths(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile(testparts.CloudflareDocument(t))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Paths map[string]json.RawMessage }
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(doc.Paths))
}

// matches reports whether a path is one that the template stands for.
func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}
