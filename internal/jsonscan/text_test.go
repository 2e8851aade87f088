package jsonscan_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/estray/estray/internal/jsonscan"
)

// TestTextKnowsItsPlaces: with the marks of a span and without, the same quotes
// and ends are found.
func TestTextKnowsItsPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, _ := drawObject(t)
		s, n, done := follow(text, len(text), nil)
		if !done || n != len(text) {
			t.Fatalf("%s: ends at %d", text, n)
		}
		marked, plain := s.Text(text), jsonscan.Text{Bytes: text}
		for at := 1; at < len(text); {
			switch text[at] {
			case '{', '[':
				end := marked.Behind(at)
				if want := plain.Behind(at); end != want {
					t.Fatalf("%s: what begins at %d ends at %d, want %d", text, at, end, want)
				}
				if rapid.Bool().Draw(t, "over it") {
					at = end - 1
				}
			case '"':
				begin, end := marked.Quote(at), marked.Quote(at+1)
				if a, b := plain.Quote(at), plain.Quote(at+1); begin != a || end != b || begin != at || text[end] != '"' {
					t.Fatalf("%s: the string at %d goes from %d to %d, want %d to %d", text, at, begin, end, a, b)
				}
				at = end
			}
			at++
			if a, b := marked.Quote(at), plain.Quote(at); a != b {
				t.Fatalf("%s: the first quote behind %d is at %d, want %d", text, at, a, b)
			}
		}
		if got := marked.Behind(0); got != len(text) {
			t.Fatalf("%s: the whole ends at %d", text, got)
		}
		if marked.Quote(len(text)) != len(text) || plain.Quote(len(text)) != len(text) {
			t.Fatalf("%s: quotes behind the last one", text)
		}
	})
}
