package access_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/providers/cloudflare/access"
)

// TestDocsNameEveryPermission holds the table of permission groups of
// docs/cloudflare.md against ours, row by row.
func TestDocsNameEveryPermission(t *testing.T) {
	var got []access.Row
	for _, m := range rowsOf(t, `(?m)^\| ([A-Z][^|]+) \| ([^|]+) \| (account|zone) \| ([a-z ]+) \| ([^|]+) \|$`) {
		r := access.Row{Group: m[1], Or: m[2], Scope: m[3], Need: m[4], Without: m[5]}
		if r.Or == "-" {
			r.Or = ""
		}
		got = append(got, r)
	}
	want := access.Options{}.Rows()
	for i := range want {
		want[i].For = nil // the table of calls tells it
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("docs/cloudflare.md: -want +got\n%s", d)
	}
}

// TestDocsNameEveryCall holds the table of calls against ours.
func TestDocsNameEveryCall(t *testing.T) {
	type row struct{ Capability, Why, When string }
	got, want := map[string]row{}, map[string]row{}
	for _, m := range rowsOf(t, "(?m)^\\| ([a-z-]+) \\| `(/[^`]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$") {
		got["GET "+m[2]] = row{m[1], m[3], m[4]}
	}
	for _, op := range access.Operations() {
		when := map[access.Option]string{"": "each scan", access.OptionAudit: "`events.audit`"}[op.Option]
		want[op.Name] = row{string(op.Capability), op.Why, when}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("docs/cloudflare.md: -want +got\n%s", d)
	}
}

// rowsOf finds rows of tables in docs/cloudflare.md.
func rowsOf(t *testing.T, pattern string) [][]string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/cloudflare.md")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(pattern).FindAllStringSubmatch(string(page), -1)
}
