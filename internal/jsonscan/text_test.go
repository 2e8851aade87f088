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
			if got, want := marked.Quote(at), plain.Quote(at); got != want {
				t.Fatalf("%s: the quote behind %d is at %d, want %d", text, at, got, want)
			}
			switch text[at] {
			case '{', '[':
				if got, want := marked.Behind(at), plain.Behind(at); got != want {
					t.Fatalf("%s: what begins at %d ends at %d, want %d", text, at, got, want)
				}
				at++
			case '"':
				end := marked.Quote(at + 1)
				if want := plain.Quote(at + 1); end != want || text[end] != '"' {
					t.Fatalf("%s: the string at %d ends at %d, want %d", text, at, end, want)
				}
				at = end + 1
			default:
				at++
			}
		}
		if got := marked.Behind(0); got != len(text) {
			t.Fatalf("%s: the whole ends at %d", text, got)
		}
	})
}
