package testparts

import (
	"os"
	"testing"
)

// variable is the environment variable that says what happens without a part.
const variable = "ESTRAY_TEST_PARTS"

// Heavy skips t where heavy parts are left out (go test -short, or
// ESTRAY_TEST_PARTS=none), naming the part. Tests call it first when they need
// something that costs much and that this package does not start: a process to
// kill, a small tmpfs, an input of production size.
func Heavy(t testing.TB, part string) {
	t.Helper()
	if testing.Short() || os.Getenv(variable) == "none" {
		t.Skipf("%s left out: -short or %s=none", part, variable)
	}
}

// Missing ends t because a part cannot be had: it fails where parts are
// required, and skips elsewhere. The cure is the command or the step that
// brings the part.
func Missing(t testing.TB, part string, why error, cure string) {
	t.Helper()
	if os.Getenv(variable) == "required" || onCI() {
		t.Fatalf("%s is required and missing: %v; %s", part, why, cure)
	}
	t.Skipf("%s is missing: %v; %s", part, why, cure)
}

// onCI reports whether the tests run as the gate of the project, where nothing
// may be skipped for want of a part.
func onCI() bool { return os.Getenv("CI") == "true" }
