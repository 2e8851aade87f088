package session

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/estray/estray/inventory"
)

const (
	// mostRate keeps away from the vendor's 1,200 requests in 5 minutes, past which
	// it refuses all for the next 5: with one request at a time no 5 minutes hold
	// more than 1,100 of ours. The rest is for others who use the same token.
	mostRate = 1100.0 / 300
	// mostWait bounds a wait that is heeded: a little more than those 5 minutes.
	mostWait = 310 * time.Second
	// mostRow is how many stops in a row end all calls.
	mostRow = 2
	// tellEvery is how often the rest of a wait is told.
	tellEvery = 5 * time.Second
)

// pace is when calls may be made: as often as we allow ourselves, and not while the
// vendor asked to wait.
type pace struct {
	limiter *rate.Limiter
	base    rate.Limit
	waiting func(time.Duration)

	mu   sync.Mutex
	held context.Context // ends when calls may go on; nil: they may
	free context.CancelFunc
	told time.Duration // what was last told of held
	// turn counts the stops; row those since the last answer that was none.
	turns, row int
	over       string            // why no more calls are made
	ended      map[string]string // the same, by account
}

func newPace(perSecond float64, bounded bool, waiting func(time.Duration)) *pace {
	base := rate.Inf
	if perSecond > 0 {
		base = rate.Limit(perSecond)
	}
	if bounded {
		base = min(base, mostRate)
	}
	if waiting == nil {
		waiting = func(time.Duration) {}
	}
	return &pace{limiter: rate.NewLimiter(base, 1), base: base, waiting: waiting, ended: map[string]string{}}
}

// turn waits until a call may be made. It gives the number of stops that there were
// before, so that an answer can be told from one to a call made before the stop.
func (p *pace) turn(ctx context.Context, op Op) (int, error) {
	for paced := false; ; {
		turn, held, why := p.look(op.Account)
		switch {
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case why != "":
			return 0, &Error{State: inventory.Throttled, Operation: op.Name, Message: why}
		case held != nil:
			p.sit(ctx, held)
			paced = false // all that waited would go at once
		case paced:
			return turn, nil
		default:
			if err := p.limiter.Wait(ctx); err != nil {
				return 0, ended(ctx)
			}
			paced = true
		}
	}
}

// ended is why the limiter gave up: ctx has ended, or will before its turn comes.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return context.DeadlineExceeded
}

func (p *pace) look(account string) (turn int, held context.Context, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil && p.held.Err() != nil {
		p.free()
		p.held = nil
	}
	why = p.over
	if why == "" {
		why = p.ended[account]
	}
	return p.turns, p.held, why
}

// sit waits for the end of a stop, and tells now and then what is left of it.
func (p *pace) sit(ctx, held context.Context) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-held.Done():
			return
		case now := <-tick.C:
			p.remind(held, now)
		}
	}
}

// remind tells what is left, unless another of those that wait just did.
func (p *pace) remind(held context.Context, now time.Time) {
	until, _ := held.Deadline()
	left := until.Sub(now).Round(time.Second)
	p.mu.Lock()
	due := p.held == held && left > 0 && p.told-left >= tellEvery-time.Second
	if due {
		p.told = left
	}
	p.mu.Unlock()
	if due {
		p.waiting(left)
	}
}

// stopped takes an answer that asks to wait. It says why the call is not made
// again; empty: it is.
func (p *pace) stopped(wait time.Duration, turn int, account string) string {
	wait = max(wait, time.Second)
	p.mu.Lock()
	if wait > mostWait {
		defer p.mu.Unlock()
		p.ended[account] = fmt.Sprintf("the vendor asked to wait %.0f s, which is longer than is waited", wait.Seconds())
		return p.ended[account]
	}
	if turn == p.turns { // else the call was made before the stop
		p.turns++
		p.row++
	}
	if p.row >= mostRow {
		defer p.mu.Unlock()
		p.over = fmt.Sprintf("the vendor asked %d times in a row to wait: scan again later, or at a lower rate", mostRow)
		return p.over
	}
	longer := p.hold(wait)
	p.mu.Unlock()
	if longer {
		p.waiting(wait)
	}
	return ""
}

// hold stops all calls, unless they are stopped for longer. The caller holds mu.
func (p *pace) hold(wait time.Duration) bool {
	next, free := context.WithTimeout(context.Background(), wait)
	if p.held != nil {
		was, _ := p.held.Deadline()
		until, _ := next.Deadline()
		if p.held.Err() == nil && !until.After(was) {
			free()
			return false
		}
		p.free()
	}
	p.held, p.free, p.told = next, free, wait
	return true
}

// went notes an answer that was not asked to wait.
func (p *pace) went(turn int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if turn == p.turns {
		p.row = 0
	}
}
