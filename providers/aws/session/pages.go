package session

import "context"

// Pages calls next with an empty token, and then with each token that it
// returns, until it returns none. A page may be empty and still carry a token.
// A token that comes back ends with [ErrRepeated].
func Pages(ctx context.Context, next func(token *string) (*string, error)) error {
	seen := map[string]bool{}
	var token *string
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := next(token)
		if err != nil {
			return err
		}
		if got == nil || *got == "" {
			return nil
		}
		if seen[*got] {
			return ErrRepeated
		}
		seen[*got] = true
		token = got
	}
}
