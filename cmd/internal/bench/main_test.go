package main

// This test lies inside of the package: a command has no outside but its main.

import (
	"os/exec"
	"strings"
	"testing"
)

// TestBothPickTheSameRecords: the comparison is of the same work, and says so
// where the peer is missing.
func TestBothPickTheSameRecords(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), t.TempDir(), size{objects: 3, records: 80}, &out); err != nil {
		t.Fatal(err)
	}
	want := []string{"3 objects, 240 records, 48 of them of Lambda", "estray: ", "MB/s inflated"}
	if _, err := exec.LookPath("jq"); err != nil {
		want = append(want, "jq: skipped, it is not installed")
	} else {
		want = append(want, "jq -c: ", "ratio: estray reads ")
	}
	for _, w := range want {
		if !strings.Contains(out.String(), w) {
			t.Errorf("%q is not in\n%s", w, out.String())
		}
	}
}

func TestAMiscountIsAnError(t *testing.T) {
	_, err := timed(3, func() (int, error) { return 2, nil })
	if err == nil || !strings.Contains(err.Error(), "2 records of Lambda were picked, want 3") {
		t.Errorf("error %v", err)
	}
}
