// Package permits reads who may do what in a Cloudflare account: its members with
// their roles, and the tokens that belong to the account with their permission
// groups.
//
// No list holds the value of a token. Of the addresses to which a token is bound it
// is kept only that there are some. Tokens of users cannot be listed by anybody but
// these users; the word on the tokens says so.
//
// What a member or a token may do is an upper bound: what a policy denies again is
// not taken off.
package permits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/option"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
	"github.com/estray/estray/providers/tally"
)

// Config says whose permits are read.
type Config struct {
	// Account is the id of the account, and Source the name of whoever speaks in
	// coverage and shows the permits.
	Account, Source string
	// Now is the run's instant: what is read holds for it.
	Now time.Time
}

// Words are those on the cells of members and tokens.
type Words struct {
	Members, Tokens inventory.Coverage
}

// pageSize is the most members that a page holds (OpenAPI document of the vendor);
// tokens and permission groups are asked for in the same way.
const pageSize = 50

// Read gives the permits of an account to emit, members first. A failure of
// Cloudflare is in the words; the error is that of emit, unchanged, or the
// context's.
func Read(ctx context.Context, c *session.Client, cfg Config, emit func(inventory.Fact) error) (Words, error) {
	r := &reader{client: c, cfg: cfg, emit: emit}
	var w Words
	var err error
	for _, list := range []struct {
		capability inventory.Capability
		read       func(context.Context, *tally.Tally) error
		word       *inventory.Coverage
	}{{inventory.CapMembers, r.members, &w.Members}, {inventory.CapTokens, r.tokens, &w.Tokens}} {
		r.cell = inventory.Cell{Source: cfg.Source, Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: cfg.Account}, Capability: list.capability}
		count := tally.New(r.cell, session.Explain)
		if err == nil {
			err = list.read(ctx, count)
		}
		if err != nil {
			count.FailAs(inventory.Cancelled, inventory.Reason{Message: "the run was ended"})
		}
		*list.word = count.Coverage()
	}
	return w, err
}

// reader reads the permits of one account.
type reader struct {
	client *session.Client
	cfg    Config
	emit   func(inventory.Fact) error
	cell   inventory.Cell    // that is being read
	groups map[string]string // names of permission groups by id; nil: not asked for
}

// list reads a listing and counts what it gives as permits. The error is emit's or
// the context's.
func (r *reader) list(ctx context.Context, count *tally.Tally, op string, call session.Call, permit func(context.Context, json.RawMessage) (inventory.Permit, error)) error {
	var refused error
	seen := map[string]bool{}
	err := r.client.Pages(ctx, r.op(op), pageSize, "", call, func(item json.RawMessage) error {
		p, err := permit(ctx, item)
		var bad *unreadableError
		switch {
		case errors.As(err, &bad):
			count.FailAs(inventory.Malformed, inventory.Reason{Operation: op, Message: err.Error()})
			return nil
		case err != nil:
			refused = err
			return err
		case seen[p.ID]: // the list changed while it was read
			return nil
		}
		seen[p.ID] = true
		p.Cell, p.At = r.cell, r.cfg.Now
		count.Add(1)
		refused = r.emit(p)
		return refused
	})
	switch {
	case refused != nil:
		return refused
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		count.Fail(err)
	default:
		count.Done()
	}
	return nil
}

func (r *reader) op(name string) session.Op {
	return session.Op{Name: name, Account: r.cfg.Account}
}

// unreadableError is a member or token that has not what it must have.
type unreadableError struct{ what string }

func (e *unreadableError) Error() string { return e.what }

func (r *reader) members(ctx context.Context, count *tally.Tally) error {
	call := func(ctx context.Context, opts ...option.RequestOption) error {
		params := accounts.MemberListParams{}
		params.AccountID.Value, params.AccountID.Present = r.cfg.Account, true
		_, err := accounts.NewMemberService().List(ctx, params, opts...)
		return err
	}
	return r.list(ctx, count, "GET /accounts/:a/members", call, r.member)
}

func (r *reader) tokens(ctx context.Context, count *tally.Tally) error {
	call := func(ctx context.Context, opts ...option.RequestOption) error {
		params := accounts.TokenListParams{}
		params.AccountID.Value, params.AccountID.Present = r.cfg.Account, true
		params.IncludeExpired.Value, params.IncludeExpired.Present = true, true
		_, err := accounts.NewTokenService().List(ctx, params, opts...)
		return err
	}
	err := r.list(ctx, count, "GET /accounts/:a/tokens", call, r.token)
	if err == nil {
		count.Note("these are the tokens of the account; those of users can be listed by these users alone")
	}
	return err
}

// name is the name of a permission group, or its id where no name is known. The
// names are asked for where a list gives ids alone, once; that they are refused
// leaves the ids. The error is the context's.
func (r *reader) name(ctx context.Context, g group) (string, error) {
	if name := g.label(); name != "" {
		return name, nil
	}
	if r.groups == nil {
		r.groups = map[string]string{}
		call := func(ctx context.Context, opts ...option.RequestOption) error {
			params := accounts.TokenPermissionGroupListParams{}
			params.AccountID.Value, params.AccountID.Present = r.cfg.Account, true
			_, err := accounts.NewTokenPermissionGroupService().List(ctx, params, opts...)
			return err
		}
		if err := r.names(ctx, call); err != nil {
			return "", err
		}
	}
	if name := r.groups[g.ID]; name != "" {
		return name, nil
	}
	return g.ID, nil
}

func (r *reader) names(ctx context.Context, call session.Call) error {
	op := r.op("GET /accounts/:a/tokens/permission_groups")
	answer, err := r.client.Do(ctx, op, call)
	if err != nil {
		return ctx.Err()
	}
	list, err := session.Items(op, answer.Result, "")
	if err != nil {
		return nil //nolint:nilerr // the ids stay
	}
	for _, item := range list {
		var g group
		if json.Unmarshal(item, &g) == nil && g.ID != "" {
			r.groups[g.ID] = g.label()
		}
	}
	return nil
}

// bad tells of a member or token that is not understood.
func bad(format string, args ...any) error {
	return &unreadableError{fmt.Sprintf(format, args...)}
}
