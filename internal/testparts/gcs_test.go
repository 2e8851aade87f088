package testparts_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/estray/estray/internal/testparts"
)

func TestGCSThatIsNotInstalledNamesTheCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("fake-gcs-server is left out by -short")
	}
	t.Setenv("ESTRAY_TEST_PARTS", "required")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	got := observe(t, func(t testing.TB) { testparts.GCS(t) })
	if !strings.HasPrefix(got, "fatal: fake-gcs-server 1.56.1") || !strings.Contains(got, ".ci/parts.sh") {
		t.Errorf("got %q, want a failure with the command", got)
	}
}

func TestGCSThatEndsTellsItsLastWords(t *testing.T) {
	if testing.Short() {
		t.Skip("fake-gcs-server is left out by -short")
	}
	cache := t.TempDir()
	script(t, filepath.Join(cache, "estray", "fake-gcs-server-1.56.1", "fake-gcs-server"), "echo no room in the inn; exit 3")
	t.Setenv("ESTRAY_TEST_PARTS", "")
	t.Setenv("XDG_CACHE_HOME", cache)
	got := observe(t, func(t testing.TB) { testparts.GCS(t) })
	if !strings.HasPrefix(got, "fatal: start fake-gcs-server: ") || !strings.Contains(got, "no room in the inn") {
		t.Errorf("got %q, want a failure with what it wrote", got)
	}
}

func TestGCSEndsWithItsTest(t *testing.T) {
	var url string
	t.Run("in use", func(t *testing.T) {
		url = testparts.GCS(t)
		answer, err := http.Get(url + "/storage/v1/b?project=p")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("it answers %s", answer.Status)
		}
	})
	if url == "" {
		t.Skip("fake-gcs-server is left out or missing")
	}
	if _, err := http.Get(url + "/storage/v1/b?project=p"); err == nil {
		t.Error("it still answers after its test")
	}
}
