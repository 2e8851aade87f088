package testparts_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/estray/estray/internal/testparts"
)

func TestPrismThatIsNotInstalledNamesTheCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("Prism is left out by -short")
	}
	t.Setenv("ESTRAY_TEST_PARTS", "required")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	got := observe(t, func(t testing.TB) { testparts.Prism(t) })
	if !strings.HasPrefix(got, "fatal: Prism 5.16.0") || !strings.Contains(got, ".ci/parts.sh") {
		t.Errorf("got %q, want a failure with the command", got)
	}
}

func TestPrismIsLeftOutByName(t *testing.T) {
	t.Setenv("ESTRAY_TEST_PARTS", "none")
	got := observe(t, func(t testing.TB) { testparts.Prism(t) })
	if want := "skip: Prism 5.16.0, a mock server of Cloudflare left out"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want prefix %q", got, want)
	}
}

func TestDocumentIsSoughtBesideTheRepository(t *testing.T) {
	for _, tc := range []struct{ name, ci, want string }{
		{"fails on CI", "true", "fatal: the document of Cloudflare's interface is required and missing"},
		{"skips in a clone that stands alone", "", "skip: the document of Cloudflare's interface is missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("CI", tc.ci)
			dir := t.TempDir()
			repo, data := filepath.Join(dir, "repo"), filepath.Join(dir, "shared", "data", "cloudflare")
			for _, d := range []string{repo, data} {
				if err := os.MkdirAll(d, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(repo, "go.mod"), []byte("module m\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Chdir(repo)
			if got := observe(t, func(t testing.TB) { testparts.CloudflareDocument(t) }); !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q, want prefix %q", got, tc.want)
			}
			want := filepath.Join(data, "openapi.json")
			if err := os.WriteFile(want, []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := testparts.CloudflareDocument(t); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// call returns the status of an answer, what it breaks and its body.
func call(t *testing.T, url string) (status int, violations, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer text")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, a.Header.Get("sl-violations"), string(b)
}

func TestPrismHoldsCallsAgainstTheDocument(t *testing.T) {
	base := testparts.Prism(t)
	for _, tc := range []struct {
		name, path string
		status     int
		violations string
	}{
		{"one that fits is answered", "/accounts/a/workers/workers", 200, ""},
		{"one that lacks a parameter is refused", "/accounts/a/logs/audit?since=2026-01-01", 422, "before"},
		{"one of no path is refused", "/accounts/a/nothing", 404, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, violations, body := call(t, base+tc.path)
			if status != tc.status || !strings.Contains(violations, tc.violations) || (tc.violations == "") != (violations == "") {
				t.Errorf("got %d, violations %q: %s", status, violations, body)
			}
		})
	}
}

func TestPrismProxyHoldsAnswersAgainstTheDocument(t *testing.T) {
	back := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		result := `[]`
		if r.URL.Path == "/accounts/bad/tokens" {
			result = `"a text"`
		}
		io.WriteString(w, `{"success":true,"errors":[],"messages":[],"result":`+result+`}`)
	}))
	t.Cleanup(back.Close)
	base := testparts.PrismProxy(t, back.URL)
	if status, violations, body := call(t, base+"/accounts/good/tokens"); status != 200 || violations != "" || !strings.Contains(body, `"result":[]`) {
		t.Errorf("what fits: got %d, violations %q: %s", status, violations, body)
	}
	if status, violations, body := call(t, base+"/accounts/bad/tokens"); status < 400 || !strings.Contains(violations+body, "result") {
		t.Errorf("what does not fit: got %d, violations %q: %s", status, violations, body)
	}
}

func TestPrismEndsWithItsTest(t *testing.T) {
	var url string
	t.Run("in use", func(t *testing.T) { url = testparts.Prism(t) })
	if a, err := http.Get(url); err == nil {
		a.Body.Close()
		t.Error("Prism still answers after its test")
	}
}
