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
		quotes, same := marked.Quotes(), plain.Quotes()
		for at := 1; at < len(text); {
			switch text[at] {
			case '{', '[':
				end := marked.Behind(at)
				if want := plain.Behind(at); end != want {
					t.Fatalf("%s: what begins at %d ends at %d, want %d", text, at, end, want)
				}
				if rapid.Bool().Draw(t, "over it") {
					quotes.Seek(end)
					same.Seek(end)
					at = end - 1
				}
			case '"':
				begin, end := quotes.Next(), quotes.Next()
				if a, b := same.Next(), same.Next(); begin != a || end != b || begin != at || text[end] != '"' {
					t.Fatalf("%s: the string at %d goes from %d to %d, want %d to %d", text, at, begin, end, a, b)
				}
				at = end
			}
			at++
		}
		if got := marked.Behind(0); got != len(text) {
			t.Fatalf("%s: the whole ends at %d", text, got)
		}
		if quotes.Next() != len(text) || same.Next() != len(text) {
			t.Fatalf("%s: quotes behind the last one", text)
		}
	})
}
