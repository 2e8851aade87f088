package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func make1(t *testing.T, seed string) map[string]string {
	dir := t.TempDir()
	var said bytes.Buffer
	if err := run([]string{"-out", dir, "-seed", seed}, &said); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	if d := cmp.Diff(make1(t, "1"), make1(t, "1")); d != "" {
		t.Fatal(d)
	}
	if cmp.Equal(make1(t, "1"), make1(t, "2")) {
		t.Fatal("another seed must give other exports")
	}
}

func TestAFolderMustBeGiven(t *testing.T) {
	if err := run(nil, &bytes.Buffer{}); err == nil {
		t.Fatal("without -out nothing may be written")
	}
}
