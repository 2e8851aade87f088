package testparts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
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
	p, err := attempt(func() (*emulator, error) { return startPrism(t.TempDir(), arguments) })
	if err != nil {
		t.Fatalf("start Prism: %v", err)
	}
	t.Cleanup(func() {
		if err := p.kill(); err != nil {
			t.Errorf("stop Prism: %v", err)
		}
	})
	return p.url
}

func startPrism(dir string, arguments []string) (*emulator, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	main := filepath.Join(prismHome(), "node_modules", "@stoplight", "prism-cli", "dist", "index.js")
	arguments = append([]string{main}, arguments...)
	cmd := exec.Command(filepath.Join(prismHome(), "node"),
		append(arguments, "--errors", "--host", "127.0.0.1", "--port", fmt.Sprint(port))...)
	// What the machine tells its own programs is none of the test's.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "NODE_") })
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	proc, err := launch(dir, cmd)
	if err != nil {
		return nil, err
	}
	p := &emulator{process: proc, url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	if err := p.ready(p.mocks); err != nil {
		return nil, errors.Join(err, p.kill())
	}
	return p, nil
}

// mocks reads Prism's own word that it listens.
func (m *emulator) mocks(context.Context) error {
	text, err := os.ReadFile(m.log)
	if err != nil {
		return err
	}
	if !bytes.Contains(text, []byte("Prism is listening on "+m.url)) {
		return errors.New("Prism does not listen on " + m.url)
	}
	return nil
}

// prismHome is the folder that .ci/parts.sh makes. It is named there in the same
// way.
func prismHome() string { return filepath.Join(cacheHome(), "prism-5.16.0") }
