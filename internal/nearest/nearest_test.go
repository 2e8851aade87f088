package nearest_test

import (
	"strings"
	"testing"

	"github.com/estray/estray/internal/nearest"
)

func TestName(t *testing.T) {
	words := []string{"cloudtrail", "snapshot", "severity"}
	for wrong, want := range map[string]string{"cloudtrial": "cloudtrail", "snap": "snapshot", "sevrity": "severity", "": "snapshot"} {
		if got := nearest.Name(wrong, words); got != want {
			t.Errorf("%q: got %q, want %q", wrong, got, want)
		}
	}
	if got := nearest.Name("x", nil); got != "" {
		t.Errorf("without candidates: got %q", got)
	}
}

func TestEdits(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"kitten", "sitting", 3}, {"same", "same", 0}, {strings.Repeat("x", 1<<20), "x", 63}} {
		if got := nearest.Edits(test.a, test.b); got != test.want {
			t.Errorf("%.10q to %q: got %d, want %d", test.a, test.b, got, test.want)
		}
		if nearest.Edits(test.b, test.a) != test.want {
			t.Errorf("%.10q and %q: the distance depends on the order", test.a, test.b)
		}
	}
}
