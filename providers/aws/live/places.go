package live

import (
	"context"
	"errors"

	"github.com/estray/estray/providers/aws/session"
)

// Place is an account that can be read, and where in it.
type Place struct {
	// Account has the credentials to read it.
	Account *session.Account
	// Note says why they are not those that were asked for; empty: they are.
	Note string
	// Regions are those that a scan reads, by name.
	Regions []string
}

// Places enters the accounts that cfg asks for as [New] plans them, and reads
// nothing of them but their regions. Accounts come by id. The error joins a
// [providers.Problem] for each thing that could not be planned, beside what
// could. A nil Home means that there are no credentials.
func Places(ctx context.Context, cfg Config) (*session.Home, []Place, error) {
	p := New(cfg).(*planner)
	home, err := session.Open(ctx, cfg.Calls)
	if err != nil {
		return nil, nil, unopened(err)
	}
	found := p.accounts(ctx, home)
	problems := found.problems
	regions, strange := configured(cfg.Regions, home.Partition)
	if strange != nil {
		problems = append(problems, strange)
	}
	var out []Place
	e := entrance{cfg: p.cfg, home: home}
	for i, id := range found.read {
		a, note, err := e.enter(ctx, id)
		if err != nil {
			problems = append(problems, err)
		} else {
			out = append(out, Place{Account: a, Note: note, Regions: e.regions(ctx, a, regions).read})
		}
		p.cfg.Planned(i+1, len(found.read))
	}
	return home, out, errors.Join(problems...)
}
