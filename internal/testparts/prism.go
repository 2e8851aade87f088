package testparts

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Prism starts a mock server of Cloudflare's interface for t alone, stops it when
// t ends, and returns its URL. It is Prism 5.16.0 over the OpenAPI document beside
// the repository, and answers each path with one example. What breaks the document
// is answered with 4xx and the header sl-violations.
//
// The document is somebody else's work: without it t is skipped, and fails with
// CI=true, as [Data] does.
func Prism(t testing.TB) string {
	t.Helper()
	return runPrism(t, "mock")
}

// PrismProxy is a server in front of upstream: it hands calls on, and answers in
// place of what breaks the document, call or answer, with 4xx or 5xx and the header
// sl-violations.
func PrismProxy(t testing.TB, upstream string) string {
	t.Helper()
	return runPrism(t, "proxy", upstream)
}

// CloudflareDocument returns the path of the OpenAPI document of Cloudflare's
// interface. It is no part of the repository: see [Data].
func CloudflareDocument(t testing.TB) string {
	t.Helper()
	path := filepath.Join(Data(t), "cloudflare", "openapi.json")
	if _, err := os.Stat(path); err != nil {
		const cure = "put it there"
		if onCI() {
			t.Fatalf("the document of Cloudflare's interface is required and missing: %v; %s", err, cure)
		}
		t.Skipf("the document of Cloudflare's interface is missing: %v; %s", err, cure)
	}
	return path
}

// runPrism starts Prism in a mode. The document is found after heavy parts were
// left out, so that this is what a short run says.
func runPrism(t testing.TB, mode string, upstream ...string) string {
	t.Helper()
	const part = "Prism 5.16.0, a mock server of Cloudflare"
	Heavy(t, part)
	if _, err := os.Stat(filepath.Join(prismHome(), "installed")); err != nil {
		Missing(t, part, err, "run .ci/parts.sh, which installs it with npm")
	}
	arguments := append([]string{mode, CloudflareDocument(t)}, upstream...)
	main := filepath.Join(prismHome(), "node_modules", "@stoplight", "prism-cli", "dist", "index.js")
	return emulator{name: "Prism", strange: []string{"NODE_"}, says: "Prism is listening on ",
		command: func(port string) *exec.Cmd {
			return exec.Command(filepath.Join(prismHome(), "node"),
				slices.Concat([]string{main}, arguments, []string{"--errors", "--host", "127.0.0.1", "--port", port})...)
		}}.run(t)
}

// prismHome is the folder that .ci/parts.sh makes. It is named there in the same
// way.
func prismHome() string { return filepath.Join(cacheHome(), "prism-5.16.0") }
