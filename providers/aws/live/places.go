package live

import (
	"context"

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
	home, err := session.Open(ctx, cfg.Calls)
	if err != nil {
		return nil, nil, unopened(err)
	}
	p := newPlanner(cfg)
	var out []Place
	err = p.tour(ctx, home, p.accounts(ctx, home), func(a *session.Account, regions regions, note string) error {
		out = append(out, Place{Account: a, Note: note, Regions: regions.read})
		return nil
	})
	return home, out, err
}
