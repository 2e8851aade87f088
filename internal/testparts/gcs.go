package testparts

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
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
	return emulator{name: "fake-gcs-server", strange: []string{"GOOGLE_", "STORAGE_"}, says: "server started at ",
		command: func(port string) *exec.Cmd {
			return exec.Command(binary, "-scheme", "http", "-host", "127.0.0.1", "-port", port,
				"-public-host", "127.0.0.1:"+port, "-backend", "memory", "-data", "")
		}}.run(t)
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

// gcsBinary is what .ci/parts.sh builds. The folder is named there in the same way.
func gcsBinary() string {
	return filepath.Join(cacheHome(), "fake-gcs-server-1.56.1", "fake-gcs-server")
}
