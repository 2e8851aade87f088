package testparts

import (
	"os/exec"
	"testing"
)

// Chromium returns the path of the browser. Run it with --no-sandbox as root
// and with a profile folder of its own.
func Chromium(t testing.TB) string {
	t.Helper()
	Heavy(t, "Chromium")
	path, err := exec.LookPath("chromium")
	if err != nil {
		Missing(t, "Chromium", err,
			"as root: apt-get update && apt-get install -y --no-install-recommends chromium")
	}
	return path
}
