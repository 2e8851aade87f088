package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/aws/identity"
	"github.com/estray/estray/providers/aws/session"
)

// mostSilent is how many accounts in a row may get no answer to AssumeRole
// before the others are not asked any more: each has waited its whole time.
const mostSilent = 3

// planner finds the accounts and regions that cfg asks for.
type planner struct{ cfg Config }

// New returns the planner of what cfg asks for. It calls nothing yet.
func New(cfg Config) providers.Planner { return newPlanner(cfg) }

func newPlanner(cfg Config) *planner {
	if cfg.Within == nil {
		cfg.Within = func(inventory.Scope) bool { return true }
	}
	if cfg.Planned == nil {
		cfg.Planned = func(int, int) {}
	}
	return &planner{cfg: cfg}
}

// Plan asks AWS whose the credentials are, which accounts there are, takes the
// role in each and asks for its regions. Accounts come by id and regions by
// name, each account's own source before its regions. What cannot be planned is
// a [providers.Problem] of its own; the rest is planned all the same.
func (p *planner) Plan(ctx context.Context) ([]providers.Source, error) {
	home, err := session.Open(ctx, p.cfg.Calls)
	if err != nil {
		return nil, unopened(err)
	}
	found := p.accounts(ctx, home)
	var sources []providers.Source
	if len(found.words) > 0 {
		sources = append(sources, told{found.words})
	}
	err = p.tour(ctx, home, found, func(a *session.Account, regions regions, note string) error {
		its, err := p.account(ctx, &account{session: a, own: found.own, roles: identity.NewRoles(a, SourceIAM, p.cfg.Now)}, regions, note)
		sources = append(sources, its...)
		return err
	})
	return sources, err
}

// tour enters the accounts that were found, one after the other, and hands each
// with its regions to visit. The error joins what could not be found or entered
// and what visit could not take; none of it ends the tour.
func (p *planner) tour(ctx context.Context, home *session.Home, found roster, visit func(a *session.Account, regions regions, note string) error) error {
	problems := found.problems
	regions, strange := configured(p.cfg.Regions, home.Partition)
	if strange != nil && p.cfg.Within(strange.Cell.Scope) {
		problems = append(problems, strange)
	}
	e := entrance{cfg: p.cfg, home: home}
	for i, id := range found.read {
		a, note, err := e.enter(ctx, id)
		if err == nil {
			err = visit(a, e.regions(ctx, a, regions), note)
		}
		if err != nil {
			problems = append(problems, err)
		}
		p.cfg.Planned(i+1, len(found.read))
	}
	return errors.Join(problems...)
}

// unopened says why nothing at all could be planned.
func unopened(err error) error {
	state, why := session.Explain(err)
	switch {
	case state == inventory.Cancelled:
	case slices.Contains([]string{"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException"}, why.Code):
		// In one region of many these may mean that it is off; here they mean
		// the credentials.
		state, why.Message = inventory.Denied, "AWS does not accept the credentials; correct them, or give a region of their partition by AWS_REGION"
	case errors.Is(err, session.ErrCredentials) && why.Code == "":
		why.Operation = "find credentials"
		why.Message = "no AWS credentials were found; give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, by a profile (AWS_PROFILE), " +
			"by a web identity (AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE), or by the role of the machine or the container that estray runs on (" + why.Message + ")"
	}
	return problem(inventory.Scope{Provider: inventory.AWS}, inventory.CapScopes, state, why)
}

// problem is a part of the plan that could not be made.
func problem(scope inventory.Scope, c inventory.Capability, state inventory.State, why inventory.Reason) *providers.Problem {
	return &providers.Problem{Cell: inventory.Cell{Source: SourcePlan, Scope: scope, Capability: c}, State: state,
		Operation: why.Operation, Code: why.Code, Err: errors.New(why.Message)}
}

func scopeOf(account string) inventory.Scope {
	return inventory.Scope{Provider: inventory.AWS, Account: account}
}

// account plans one account: its own source, then its regions.
func (p *planner) account(ctx context.Context, a *account, regions regions, note string) ([]providers.Source, error) {
	if ctx.Err() != nil {
		return nil, cancelled(a.session.ID)
	}
	if note != "" {
		regions.word.Why.Message = strings.TrimPrefix(regions.word.Why.Message+"; "+note, "; ")
	}
	sources := []providers.Source{&accountSource{account: a, regions: regions.word}}
	if len(regions.off) > 0 {
		sources = append(sources, switchedOff(a.session, regions.off))
	}
	for _, name := range regions.read {
		sources = append(sources, newRegion(p.cfg, a, a.session.Region(name)))
	}
	return sources, nil
}

func cancelled(account string) error {
	return problem(scopeOf(account), inventory.CapScopes, inventory.Cancelled,
		inventory.Reason{Operation: "plan", Message: "the run was ended before the account was planned; scan again"})
}

// entrance gets the credentials for accounts, one after the other.
type entrance struct {
	cfg    Config
	home   *session.Home
	silent int    // accounts in a row that got no answer
	last   string // what became of the last of them
	quiet  int    // accounts in a row that did not answer which regions they have
}

// enter gives the account with the credentials to read it, and a note where
// they are not those that were asked for.
func (e *entrance) enter(ctx context.Context, id string) (a *session.Account, note string, err error) {
	own := id == e.home.Account
	switch {
	case ctx.Err() != nil:
		return nil, "", cancelled(id)
	case own && (e.cfg.Role.Name == "" || e.home.Is(e.cfg.Role)):
		return e.home.Own(), "", nil
	case e.cfg.Role.Name == "":
		return nil, "", problem(scopeOf(id), inventory.CapScopes, inventory.Unavailable, inventory.Reason{Operation: "AssumeRole",
			Message: "the credentials are those of " + e.home.Account + " and no role is configured to read another account; name it in providers.aws.role"})
	}
	a, state, why := e.assume(ctx, id)
	role := e.home.RoleARN(id, e.cfg.Role)
	switch {
	case a != nil:
		return a, "", nil
	case own:
		return e.home.Own(), fmt.Sprintf("the role %s could not be taken (%s), so that the account is read with the credentials as they are", role, why), nil
	}
	why.Message = fmt.Sprintf("take the role %s: %s", role, why.Message)
	return nil, "", problem(scopeOf(id), inventory.CapScopes, state, why)
}

// assume takes the role, or says why not. It asks no more once several accounts
// in a row got no answer.
func (e *entrance) assume(ctx context.Context, id string) (*session.Account, inventory.State, inventory.Reason) {
	if e.silent >= mostSilent {
		return nil, inventory.Unavailable, inventory.Reason{Operation: "AssumeRole",
			Message: fmt.Sprintf("not asked, since the %d accounts before it got no answer (%s)", mostSilent, e.last)}
	}
	a, err := e.home.Assume(ctx, id, e.cfg.Role)
	if err == nil {
		e.silent = 0
		return a, inventory.Complete, inventory.Reason{}
	}
	state, why := session.Explain(err)
	why.Operation = "AssumeRole"
	if why.Code != "" {
		e.silent = 0
	} else {
		e.silent, e.last = e.silent+1, why.Message
	}
	return nil, state, why
}
