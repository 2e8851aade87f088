package testparts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// GCS starts an emulator of Google Cloud Storage for t alone, stops it when t
// ends, and returns its URL, for STORAGE_EMULATOR_HOST. It is fake-gcs-server
// 1.56.1 and no other version: tests know what this one lacks (it obeys no
// condition of a reading, and denies nothing). It is empty and keeps its objects
// in memory.
func GCS(t testing.TB) string {
	t.Helper()
	const part = "fake-gcs-server 1.56.1, an emulator of Google Cloud Storage"
	Heavy(t, part)
	binary := gcsBinary()
	if _, err := os.Stat(binary); err != nil {
		Missing(t, part, err, "run .ci/parts.sh, which builds it with go install")
	}
	m, err := attempt(func() (*emulator, error) { return startGCS(t.TempDir(), binary) })
	if err != nil {
		t.Fatalf("start fake-gcs-server: %v", err)
	}
	t.Cleanup(func() {
		if err := m.kill(); err != nil {
			t.Errorf("stop fake-gcs-server: %v", err)
		}
	})
	return m.url
}

// FillGCS makes a bucket in an emulator that GCS started, with these objects by
// their names.
func FillGCS(t testing.TB, base, bucket string, objects map[string][]byte) {
	t.Helper()
	post := func(path, kind string, body []byte) {
		answer, err := http.Post(base+path, kind, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close() //nolint:errcheck // nothing of it is used
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", path, answer.Status)
		}
	}
	post("/storage/v1/b?project=p", "application/json", fmt.Appendf(nil, `{"name":%q}`, bucket))
	for name, content := range objects {
		post("/upload/storage/v1/b/"+bucket+"/o?uploadType=media&name="+url.QueryEscape(name), "application/octet-stream", content)
	}
}

func startGCS(dir, binary string) (*emulator, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	cmd := exec.Command(binary, "-scheme", "http", "-host", "127.0.0.1", "-port", fmt.Sprint(port),
		"-public-host", address, "-backend", "memory", "-data", "")
	// What the machine knows of Google is none of the test's.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "GOOGLE_") || strings.HasPrefix(v, "STORAGE_")
	})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	proc, err := launch(dir, cmd)
	if err != nil {
		return nil, err
	}
	m := &emulator{process: proc, url: "http://" + address}
	if err := m.ready(m.serves); err != nil {
		return nil, errors.Join(err, m.kill())
	}
	return m, nil
}

// serves reads the server's own word that it listens, which it writes once it does.
func (m *emulator) serves(context.Context) error {
	text, err := os.ReadFile(m.log)
	if err != nil {
		return err
	}
	if !bytes.Contains(text, []byte("server started at "+m.url)) {
		return errors.New("fake-gcs-server does not listen on " + m.url)
	}
	return nil
}

// gcsBinary is what .ci/parts.sh builds. The folder is named there in the same way.
func gcsBinary() string {
	return filepath.Join(cacheHome(), "fake-gcs-server-1.56.1", "fake-gcs-server")
}
