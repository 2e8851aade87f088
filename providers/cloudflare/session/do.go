package session

import (
	"context"
	"time"

	"github.com/estray/estray/inventory"
)

const (
	// mostTries is how often a call is made that gets no usable answer.
	mostTries = 3
	// mostStops is how often one call is made again after it was told to wait.
	mostStops = 3
	// firstDelay is that before the second try; it doubles.
	firstDelay = 500 * time.Millisecond
)

// ask is a call with its name.
type ask struct {
	op   Op
	call Call
	// probe asks about the token itself: it is asked even if the token is known to
	// be refused, and a refusal says nothing of other calls.
	probe bool
}

// Do makes one call and checks its envelope. The error is an *Error, or that of ctx.
//
// An answer without a result, or with a null one, is malformed. Some calls answer
// so where there is nothing; none of those that estray makes does.
func (c *Client) Do(ctx context.Context, op Op, call Call) (Answer, error) {
	return c.do(ctx, ask{op: op, call: call})
}

func (c *Client) do(ctx context.Context, q ask) (Answer, error) {
	for tries, stops := 1, 0; ; {
		if !q.probe {
			if err := c.token.refused(q.op); err != nil {
				return Answer{}, err
			}
		}
		turn, err := c.pace.turn(ctx, q.op)
		if err != nil {
			return Answer{}, err
		}
		a := c.try(ctx, q.call)
		if ctx.Err() != nil {
			return Answer{}, ctx.Err()
		}
		answer, bad := c.judge(a, q)
		c.note(a, bad, turn)
		switch {
		case bad == nil:
			c.token.heard(a)
			return answer, nil
		case bad.State == inventory.Throttled:
			stops++
			if why := c.pace.stopped(asked(a.header), turn, q.op.Account); why != "" || stops == mostStops {
				return Answer{}, bad.because(why)
			}
		case bad.again && tries < mostTries:
			if err := rest(ctx, c.delay(tries)); err != nil {
				return Answer{}, err
			}
			tries++
		default:
			c.token.heard(a)
			return Answer{}, &bad.Error
		}
	}
}

// note tells the limiter what the answer says of the quota.
func (c *Client) note(a *attempt, bad *fault, turn int) {
	c.told.hear(a.header)
	if bad != nil && bad.State == inventory.Throttled || a.status == 0 {
		return
	}
	c.pace.heed(a.header)
	if a.status < 500 {
		c.pace.went(turn)
	}
}

// delay is that after the given try: half a second doubling, a quarter more or less.
func (c *Client) delay(tries int) time.Duration {
	d := float64(firstDelay) * float64(int(1)<<(tries-1))
	return time.Duration(d * (0.75 + c.jitter()/2))
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
