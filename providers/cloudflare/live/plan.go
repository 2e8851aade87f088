package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/cloudflare/session"
)

// soon is how long before its end a token is spoken of.
const soon = 14 * 24 * time.Hour

// planner finds the accounts and zones that cfg asks for.
type planner struct{ cfg Config }

// New returns the planner of what cfg asks for. It calls nothing yet.
func New(cfg Config) providers.Planner {
	if cfg.Within == nil {
		cfg.Within = func(inventory.Scope) bool { return true }
	}
	if cfg.Planned == nil {
		cfg.Planned = func(int, int) {}
	}
	return &planner{cfg: cfg}
}

// Plan asks which accounts there are, whose the token is, and which zones each
// account has. Accounts come by id. What cannot be planned is a
// [providers.Problem] of its own; the rest is planned all the same.
func (p *planner) Plan(ctx context.Context) ([]providers.Source, error) {
	client, err := session.New(p.cfg.Calls)
	if err != nil {
		return nil, problem(scopeOf(""), inventory.Unavailable, inventory.Reason{Operation: "plan", Message: err.Error()})
	}
	seen, listed := seenAccounts(ctx, client)
	token, stop := p.verify(ctx, client, seen, listed)
	if stop != nil {
		return nil, stop
	}
	var problems []error
	if listed != nil && ctx.Err() == nil && len(p.cfg.Accounts) == 0 { // named accounts need no list
		state, why := session.Explain(listed)
		problems = append(problems, problem(scopeOf(""), state, why))
	}
	wanted := p.wanted(seen)
	var sources []providers.Source
	for i, id := range wanted {
		switch {
		case ctx.Err() != nil:
			problems = append(problems, cancelled(id))
		case listed == nil && !slices.Contains(seen, id):
			problems = append(problems, unseen(id))
		default:
			sources = append(sources, p.account(ctx, client, id, token))
		}
		p.cfg.Planned(i+1, len(wanted))
	}
	return sources, errors.Join(problems...)
}

// wanted lists the accounts to read, by id.
func (p *planner) wanted(seen []string) []string {
	out := slices.Clone(p.cfg.Accounts)
	if len(out) == 0 {
		out = slices.Clone(seen)
	}
	out = slices.DeleteFunc(out, func(id string) bool { return !p.cfg.Within(scopeOf(id)) })
	slices.Sort(out)
	return slices.Compact(out)
}

// account plans one account: zones are asked for at once, since each has cells of
// its own.
func (p *planner) account(ctx context.Context, client *session.Client, id string, token tokenOf) providers.Source {
	a := &accountSource{cfg: p.cfg, api: api{client, id}, token: token}
	a.zones = a.api.zones(ctx, p.cfg.Zones)
	return a
}

// seenAccounts lists the ids of the accounts that the token sees, sorted.
func seenAccounts(ctx context.Context, client *session.Client) ([]string, error) {
	op := session.Op{Name: "GET /accounts"}
	var out []string
	err := client.Pages(ctx, op, 50, "", listAccounts(), func(raw json.RawMessage) error {
		in, err := decode[struct{ ID string }](op.Name, raw)
		if err == nil && in.ID == "" {
			err = unreadable(op.Name, "an account has no id")
		}
		out = append(out, in.ID)
		return err
	})
	slices.Sort(out)
	return slices.Compact(out), err
}

// tokenOf is what is known of our token.
type tokenOf struct {
	session.Token
	known bool
	err   error // why it is not known
}

// verify asks which token it is. It stops the plan where the token cannot read
// anything, and says what to do.
func (p *planner) verify(ctx context.Context, client *session.Client, seen []string, listed error) (tokenOf, error) {
	ask := seen
	if len(ask) == 0 {
		ask = p.cfg.Accounts
	}
	t, err := client.Verify(ctx, ask)
	switch {
	case ctx.Err() != nil:
		return tokenOf{}, cancelled("")
	case err == nil:
		if why := unusable(t, p.cfg.Now); why != "" {
			return tokenOf{}, problem(scopeOf(""), inventory.Denied, inventory.Reason{Operation: "verify the token", Message: why})
		}
		if listed != nil && len(p.cfg.Accounts) == 0 {
			state, why := session.Explain(listed)
			why.Message += "; let the token read account settings, or name accounts in providers.cloudflare.accounts"
			return tokenOf{}, problem(scopeOf(""), state, why)
		}
		return tokenOf{Token: t, known: true}, nil
	case listed != nil:
		state, why := session.Explain(listed)
		if state == inventory.Denied {
			why.Message += "; Cloudflare does not accept the token: correct it, or make a new one (estray policy cloudflare prints what it needs)"
		}
		return tokenOf{}, problem(scopeOf(""), state, why)
	}
	return tokenOf{err: err}, nil // it lists accounts: of what kind it is matters to nothing else
}

// unusable says why a token cannot be used at the instant, and what to do; empty
// if it can.
func unusable(t session.Token, now time.Time) string {
	const renew = "; make a new token (estray policy cloudflare prints what it needs) and give it in place of this one"
	switch {
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return "the token expired at " + instant(t.Expires) + renew
	case t.NotBefore.After(now):
		return "the token is not valid before " + instant(t.NotBefore) + "; scan after that, or give another token"
	case t.Status != "active":
		return fmt.Sprintf("the token is %s%s", strings.ToLower(t.Status), renew)
	}
	return ""
}

// ending warns of a token that expires soon; empty if it does not.
func (t tokenOf) ending(now time.Time) string {
	if !t.known || t.Expires.IsZero() || t.Expires.After(now.Add(soon)) {
		return ""
	}
	return "the token expires at " + instant(t.Expires) + ": renew it before"
}

func unseen(id string) error {
	return problem(scopeOf(id), inventory.Denied, inventory.Reason{Operation: "GET /accounts",
		Message: "the token does not see the account: add the account to the resources of the token, or take it out of providers.cloudflare.accounts"})
}

func cancelled(id string) error {
	return problem(scopeOf(id), inventory.Cancelled,
		inventory.Reason{Operation: "plan", Message: "the run was ended before the account was planned; scan again"})
}

// problem is a part of the plan that could not be made.
func problem(scope inventory.Scope, state inventory.State, why inventory.Reason) *providers.Problem {
	return &providers.Problem{Cell: inventory.Cell{Source: SourcePlan, Scope: scope, Capability: inventory.CapScopes}, State: state,
		Operation: why.Operation, Code: why.Code, Err: errors.New(why.Message)}
}

func scopeOf(account string) inventory.Scope {
	return inventory.Scope{Provider: inventory.Cloudflare, Account: account}
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
