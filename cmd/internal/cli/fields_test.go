package cli_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/cmd/internal/cli"
)

// TestPagesFitTheTerminal: a terminal gets lines that fit, a pipe gets one line
// for each value, and both get the same words.
func TestPagesFitTheTerminal(t *testing.T) {
	page := func(terminal bool) string {
		var out, errs bytes.Buffer
		code := cli.Run(context.Background(), []string{"rules", "show", "AWS-08"}, cli.Streams{
			Out: &out, Err: &errs, OutTerminal: terminal, OutWidth: 50, Dir: t.TempDir(), Clock: time.Now,
		})
		if code != 0 {
			t.Fatalf("exit code %d: %s", code, errs.String())
		}
		head, _, _ := strings.Cut(out.String(), "\nWhere a need")
		return head
	}
	wide, narrow := page(false), page(true)
	for line := range strings.Lines(narrow) {
		if len(line) > 51 {
			t.Errorf("%d columns: %q", len(line)-1, line)
		}
	}
	if strings.Count(wide, "\n") >= strings.Count(narrow, "\n") {
		t.Errorf("the pipe got broken lines:\n%s", wide)
	}
	if a, b := strings.Fields(wide), strings.Fields(narrow); strings.Join(a, " ") != strings.Join(b, " ") {
		t.Errorf("other words:\n%s\n%s", wide, narrow)
	}
}
