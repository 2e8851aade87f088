package collect_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/collect"
)

// TestOrderNeverShows: the facts and words stored depend neither on the order
// of the plan nor on how many sources are read at once.
func TestOrderNeverShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "sources")
		endings := rapid.SliceOfN(rapid.IntRange(0, 4), n, n).Draw(t, "endings")
		order := rapid.Permutation(numbers(n)).Draw(t, "order")
		opt := options()
		opt.Parallel = rapid.IntRange(1, 4).Draw(t, "parallel")
		opt.BatchFacts = rapid.IntRange(1, 5).Draw(t, "batch")

		var want, got memory
		straight, other := options(), opt
		straight.Parallel = 1
		first, err := collect.Run(context.Background(), plan(build(endings, numbers(n))...), &want, &want, straight)
		if err != nil {
			t.Fatal(err)
		}
		second, err := collect.Run(context.Background(), plan(build(endings, order)...), &got, &got, other)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.words(), got.words()); diff != "" {
			t.Fatalf("words (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want.assets(), got.assets()); diff != "" {
			t.Fatalf("assets (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("summary (-want +got):\n%s", diff)
		}
		if len(got.words()) != n {
			t.Fatalf("%d cells have a word, want %d", len(got.words()), n)
		}
	})
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// build makes one source for each number, in that order, each with its ending.
func build(endings, order []int) []*fake {
	var out []*fake
	for _, i := range order {
		name := fmt.Sprint(i)
		facts := []inventory.Fact{asset(name + "x"), asset(name + "y"), asset(name + "z")}
		var s *fake
		switch endings[i] {
		case 0:
			s = says(nil, append(facts, word(name, inventory.Complete))...)
		case 1:
			s = says(nil, facts...)
		case 2:
			s = says(errOwn, facts...)
		case 3:
			s = says(nil, append(facts, word(name, inventory.Complete), word(name, inventory.Complete))...)
		default:
			s = &fake{read: func(context.Context, providers.Since, providers.Emit) error { panic("p") }}
		}
		out = append(out, s.announcing(name))
	}
	return out
}
