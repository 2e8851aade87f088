package collect_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/collect"
)

// used is a row of a part.
func used(part string) inventory.Usage { return inventory.Usage{Part: part} }

// shape writes facts briefly: the name of a part, "+" for an asset, "." for a word.
func shape(facts []inventory.Fact) string {
	var out strings.Builder
	for _, f := range facts {
		switch f := f.(type) {
		case inventory.Usage:
			out.WriteString(f.Part)
		case inventory.Asset:
			out.WriteString("+")
		default:
			out.WriteString(".")
		}
	}
	return out.String()
}

// facts is what shape writes.
func facts(shape string) []inventory.Fact {
	var out []inventory.Fact
	for _, c := range shape {
		switch c {
		case '+':
			out = append(out, asset("a"))
		case '.':
			out = append(out, word("a", inventory.Complete))
		default:
			out = append(out, used(string(c)))
		}
	}
	return out
}

// TestPartInOneBatch: a store replaces a part by what one batch holds of it, so
// no batch ends amid one, and no half of one is stored.
func TestPartInOneBatch(t *testing.T) {
	for _, test := range []struct {
		name, says string
		err        error
		want       string
	}{
		{"a part is longer than a batch", "aaaaaaa.", nil, "aaaaaaa."},
		{"a part begins amid a batch", "++aaaa.", nil, "++aaaa."},
		{"parts are cut between", "aaaabbc.", nil, "aaaa bbc."},
		{"a part that ends with the batch is stored with its word", "aaa.", nil, "aaa."},
		{"a part that comes again later is another reading", "aab+aa.", nil, "aab +aa."},
		{"other facts follow a part", "aaaa++++.", nil, "aaaa +++ +."},
		{"a source fails amid a part", "aaabb", errOwn, "aaa ."},
		{"a source fails amid a part that fills the batch", "+aaaa", errOwn, "+."},
		{"a source fails after a part", "aabb+", errOwn, "aabb +."},
		{"a source fails after its word on a part", "aab.", errOwn, "aab."},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, batches(t.Context(), t, says(test.err, facts(test.says)...))); diff != "" {
				t.Errorf("batches (-want +got):\n%s", diff)
			}
		})
	}
}

// batches are the shapes of what a source lets store, in batches of three, after
// the announcement.
func batches(ctx context.Context, t *testing.T, s *fake) string {
	t.Helper()
	var m memory
	opt := options()
	opt.BatchFacts = 3
	if _, err := collect.Run(ctx, plan(s.announcing("a")), &m, &m, opt); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, b := range m.batches[1:] {
		out = append(out, shape(b.Facts))
	}
	return strings.Join(out, " ")
}

// TestEndAmidPart: where the run is ended or a source panics amid a part, what
// the store holds of the part stands.
func TestEndAmidPart(t *testing.T) {
	for name, end := range map[string]func(context.CancelFunc){
		"the run is ended": func(cancel context.CancelFunc) { cancel() },
		"a panic":          func(context.CancelFunc) { panic("p") },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := &fake{read: func(_ context.Context, _ providers.Since, emit providers.Emit) error {
				for i, f := range facts("aabbbbb") {
					if i == 5 {
						end(cancel)
					}
					if err := emit(f); err != nil {
						return errors.Join(fmt.Errorf("row %d", i), err)
					}
				}
				return nil
			}}
			if diff := cmp.Diff("aa.", batches(ctx, t, s)); diff != "" {
				t.Errorf("batches (-want +got):\n%s", diff)
			}
		})
	}
}
