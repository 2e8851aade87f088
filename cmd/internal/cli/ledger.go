package cli

import (
	"context"
	"errors"

	"github.com/estray/estray/findings/lifecycle"
	"github.com/estray/estray/findings/lifecycle/sqlledger"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// keeping is what the ledger does to the store, as errors say it.
const keeping = "keep findings in"

// saveTries is how often the life of findings is saved: again where somebody
// acknowledged a finding meanwhile.
const saveTries = 5

// readLedger opens the ledger in a store that is opened for reading.
func readLedger(ctx context.Context, st *sqlstore.Store) (*sqlledger.Ledger, error) {
	return openLedger(ctx, st, sqlledger.Options{Dialect: st.Dialect(), ReadOnly: true})
}

// writeLedger opens the ledger in a store that is opened for writing.
func writeLedger(ctx context.Context, st *sqlstore.Store) (*sqlledger.Ledger, error) {
	return openLedger(ctx, st, sqlledger.Options{Dialect: st.Dialect()})
}

func openLedger(ctx context.Context, st *sqlstore.Store, opt sqlledger.Options) (*sqlledger.Ledger, error) {
	l, err := sqlledger.Open(ctx, st.DB(), opt)
	return l, st.Explain(keeping, err)
}

// carry loads the life of findings and carries it on over what was found. A
// finding that is not found again is gone only where somebody looked.
func (j *judged) carry(ctx context.Context, book lifecycle.Ledger) error {
	last, err := book.Load(ctx)
	if err != nil {
		return err
	}
	blind := func(rule string, s inventory.Scope) bool { return !j.Result.MayResolve(rule, s) }
	j.Entries = lifecycle.Advance(last, j.Result.Findings, lifecycle.Judgement{Blind: blind, Accepted: j.Accepted, At: j.Now})
	return nil
}

// save carries the life of findings on and saves it, in the ledger that it was
// loaded from: an acknowledgement that comes in between is carried on too, and
// not written over.
func (j *judged) save(ctx context.Context, book lifecycle.Ledger) error {
	for try := 1; ; try++ {
		if err := j.carry(ctx, book); err != nil {
			return err
		}
		if err := book.Save(ctx, j.Entries); !errors.Is(err, lifecycle.ErrChanged) || try == saveTries {
			return err
		}
	}
}
