package session_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/estray/estray/providers/aws/session"
)

// TestPages: an empty page may carry a token, and a token that comes back would
// never end.
func TestPages(t *testing.T) {
	refusal := errors.New("no")
	for name, test := range map[string]struct {
		tokens []string // the token of each page; "!": an error
		asked  string
		want   error
	}{
		"one page":                         {[]string{""}, "-", nil},
		"three pages":                      {[]string{"a", "b", ""}, "-ab", nil},
		"a token that comes at once again": {[]string{"a", "a", ""}, "-a", session.ErrRepeated},
		"a token that comes later again":   {[]string{"a", "b", "a", ""}, "-ab", session.ErrRepeated},
		"a refused second page":            {[]string{"a", "!"}, "-a", refusal},
	} {
		t.Run(name, func(t *testing.T) {
			asked := ""
			err := session.Pages(t.Context(), func(token *string) (*string, error) {
				if token == nil {
					asked += "-"
				} else {
					asked += *token
				}
				next := test.tokens[len(asked)-1]
				switch next {
				case "!":
					return nil, refusal
				case "":
					return nil, nil
				}
				return &next, nil
			})
			if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) || asked != test.asked {
				t.Errorf("Pages = %v after %q, want %v after %q", err, asked, test.want, test.asked)
			}
		})
	}
	empty := ""
	if err := session.Pages(t.Context(), func(*string) (*string, error) { return &empty, nil }); err != nil {
		t.Errorf("an empty token: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	n := 0
	err := session.Pages(ended, func(*string) (*string, error) {
		n++
		cancel()
		next := fmt.Sprint(n)
		return &next, nil
	})
	if !errors.Is(err, context.Canceled) || n != 1 || strings.Contains(fmt.Sprint(err), "twice") {
		t.Errorf("a run that was ended: %v after %d pages", err, n)
	}
}
