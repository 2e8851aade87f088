package audit

import (
	"context"
	"errors"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

// Config says what to read of the audit logs of an account.
type Config struct {
	// Account is the id of the account.
	Account string
	// Source and SourceV1 name those that speak in the coverage of the newer and of
	// the older log.
	Source, SourceV1 string
	// Now is the run's instant. Since is how far back to read where nothing was
	// read before; zero: as far as there is.
	Now, Since time.Time
	// Prior and PriorV1 are the last words of the cells from which a reading goes
	// on: whole, partial, or with a mark; zero: none.
	Prior, PriorV1 inventory.Coverage
	// Budget is how many pages of 1,000 events are read of each log at most; 0:
	// 2000.
	Budget int
}

// History is what the logs told.
type History struct {
	// Coverage and CoverageV1 are the words on the newer and on the older log.
	Coverage, CoverageV1 inventory.Coverage
	// Touched are the assets, and their handles, that an event changed or may have,
	// and when last: all that events name, also as their subject. It tells of what
	// this reading read: where the newer log is complete, of the whole time since
	// its last covered instant.
	Touched map[inventory.AssetID]time.Time
	// Zones are those in which an event changed something, or may have, and when
	// last.
	Zones map[string]time.Time
	// Unplaced: something was changed, or may have been, and the record of the newer
	// log does not tell what.
	Unplaced bool
}

// Read reads both logs of an account and gives the facts to emit as they come. A
// failure of Cloudflare is in the coverage; the error is that of emit, unchanged,
// or the context's.
func Read(ctx context.Context, c *session.Client, cfg Config, emit func(inventory.Fact) error) (History, error) {
	if cfg.Budget == 0 {
		cfg.Budget = budget
	}
	out := History{Touched: map[inventory.AssetID]time.Time{}, Zones: map[string]time.Time{}}
	clock := &clock{now: cfg.Now.UTC().Truncate(time.Second)}
	var err error
	for _, l := range []*reading{newer(cfg), older(cfg)} {
		l.client, l.clock, l.emit, l.out = c, clock, emit, &out
		if err == nil {
			err = l.readAll(ctx)
		} else {
			l.cancelled()
		}
		*l.word(&out) = l.coverage
	}
	return out, err
}

const (
	budget   = 2000
	pageSize = 1000
)

// stopped ends a reading that Cloudflare, or the budget, does not let go on.
type stopped struct {
	state inventory.State
	why   inventory.Reason
}

func (s *stopped) Error() string { return s.why.String() }

// stop takes an error of a call for the end of the reading, unless it is the
// context's.
func stop(ctx context.Context, operation string, err error) error {
	var end *stopped
	if errors.As(err, &end) {
		return err
	}
	if over := ctx.Err(); over != nil {
		return over
	}
	state, why := session.Explain(err)
	if why.Operation == "" {
		why.Operation = operation
	}
	return &stopped{state, why}
}
