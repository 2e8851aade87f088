package testparts

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Data returns the folder of recorded attacks, ../shared/data as seen from the
// root of the repository. The recordings are other people's work under other
// licences, so they are no part of the repository: without them t is skipped,
// and with CI=true it fails.
func Data(t testing.TB) string {
	t.Helper()
	root, err := root()
	if err != nil {
		t.Fatalf("find the recordings: %v", err)
	}
	dir := filepath.Join(filepath.Dir(root), "shared", "data")
	info, err := os.Stat(dir)
	if err == nil && info.IsDir() {
		return dir
	}
	if err == nil {
		err = errors.New("not a folder")
	}
	const cure = "put the recordings into ../shared/data beside the repository"
	if onCI() {
		t.Fatalf("the recordings are required and missing: %s: %v; %s", dir, err, cure)
	}
	t.Skipf("the recordings are missing: %s: %v; %s", dir, err, cure)
	return ""
}

// root returns the folder of go.mod at or above the working folder. go test
// runs each test in the folder of its package.
func root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod at or above %s", start)
		}
	}
}
