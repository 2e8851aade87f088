package access_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/providers/aws/access"
)

// TestDocsNameEveryPermission holds the table of docs/aws.md against ours.
func TestDocsNameEveryPermission(t *testing.T) {
	page, err := os.ReadFile("../../../docs/aws.md")
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ Action, Capability, When string }
	var got, want []row
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+:\\w+)` \\| ([\\w-]+) \\| [^|]+ \\| ([^|]+) \\|$").FindAllStringSubmatch(string(page), -1) {
		got = append(got, row{m[1], m[2], m[3]})
	}
	for _, op := range access.Operations() {
		when := map[access.Option]string{
			"": "each scan", access.OptionGetFunction: "`get_function`", access.OptionLookup: "`events.lookup`",
			access.OptionOrganization: "`accounts: organization`", access.OptionRole: "`role`",
		}[op.Option]
		if op.Full {
			when = "`scan --full`"
		}
		if r := (row{op.Action, string(op.Capability), when}); op.Action != "" && !slices.Contains(want, r) {
			want = append(want, r)
		}
	}
	less := cmp.Transformer("sorted", func(in []row) map[row]bool {
		out := map[row]bool{}
		for _, r := range in {
			out[r] = true
		}
		return out
	})
	if d := cmp.Diff(want, got, less); d != "" {
		t.Errorf("docs/aws.md: -want +got\n%s", d)
	}
}
