package session

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/user"

	"github.com/estray/estray/inventory"
)

// Token is what our own token is.
type Token struct {
	ID string
	// Account is the account that owns the token; empty: a user does.
	Account string
	// Status is "active", "disabled" or "expired".
	Status string
	// NotBefore and Expires are zero where the token has no such bound.
	NotBefore, Expires time.Time
}

// Verify finds out which token it is: of a user, or of one of the accounts, which
// are asked in order. That it is not active is no error; but no call is made with
// it any more.
func (c *Client) Verify(ctx context.Context, accountIDs []string) (Token, error) {
	token, err := c.verify(ctx, ask{op: Op{Name: "GET /user/tokens/verify"}, probe: true, call: func(ctx context.Context, opts ...option.RequestOption) error {
		_, err := user.NewTokenService().Verify(ctx, opts...)
		return err
	}})
	for _, account := range accountIDs {
		// Account-owned tokens get a refusal under /user: mostly 1000.
		if !refuses(err) {
			break
		}
		var p accounts.TokenVerifyParams
		p.AccountID.Value, p.AccountID.Present = PathName(account), true
		token, err = c.verify(ctx, ask{op: Op{Name: "GET /accounts/:a/tokens/verify", Account: account}, probe: true, call: func(ctx context.Context, opts ...option.RequestOption) error {
			_, err := accounts.NewTokenService().Verify(ctx, p, opts...)
			return err
		}})
		token.Account = account
	}
	var e *Error
	if errors.As(err, &e) && refuses(err) {
		e.State = inventory.Denied
		e.Message = join(e.Message, "neither a user nor an account that was asked knows the token: check that it is whole, and name its account")
	}
	if err != nil {
		return Token{}, err
	}
	return token, nil
}

// refuses reports whether the vendor answered, and said no.
func refuses(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.State == inventory.Denied || e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests)
}

func (c *Client) verify(ctx context.Context, q ask) (Token, error) {
	a, err := c.do(ctx, q)
	if err != nil {
		return Token{}, err
	}
	var in struct {
		ID        string    `json:"id"`
		Status    string    `json:"status"`
		NotBefore time.Time `json:"not_before"`
		Expires   time.Time `json:"expires_on"`
	}
	if err := json.Unmarshal(a.Result, &in); err != nil || in.ID == "" || in.Status == "" {
		return Token{}, &Error{State: inventory.Malformed, Operation: q.op.Name, Status: http.StatusOK, Message: "the result tells of no token"}
	}
	if in.Status != "active" {
		c.token.end(Error{State: inventory.Denied, Code: "token-" + code([]byte(in.Status)), Message: "the token is not active"})
	}
	return Token{ID: in.ID, Status: in.Status, NotBefore: in.NotBefore.UTC(), Expires: in.Expires.UTC()}, nil
}
