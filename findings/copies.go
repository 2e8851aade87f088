package findings

import (
	"context"
	"time"

	"github.com/estray/estray/inventory"
)

// WalkActs streams the view's events as [inventory.View.Walk] does, but each
// act once. An act that concerns two accounts is logged in both, under two
// event ids and one shared id. The copy in the caller's own account stands for
// both: the other one often names the caller by its account alone.
func WalkActs(ctx context.Context, v *inventory.View, f inventory.Filter, yield func(inventory.Event) error) error {
	c := copies{yield: yield}
	if err := v.Walk(ctx, f, c.take); err != nil {
		return err
	}
	return c.flush()
}

// copies joins copies of acts. Copies have one time, so only events of one
// instant are held, and only from the first that is shared.
type copies struct {
	yield func(inventory.Event) error
	held  []inventory.Event
	at    time.Time
}

func (c *copies) take(e inventory.Event) error {
	if len(c.held) > 0 && !e.Time.Equal(c.at) {
		if err := c.flush(); err != nil {
			return err
		}
	}
	if len(c.held) == 0 && e.Shared == "" {
		return c.yield(e)
	}
	c.held, c.at = append(c.held, e), e.Time
	return nil
}

// flush yields what is held, without the copies that another one stands for.
func (c *copies) flush() error {
	all := c.held
	c.held = nil
	best := map[string]int{}
	for i, e := range all {
		old, seen := best[e.Shared]
		if e.Shared != "" && (!seen || (atHome(e) && !atHome(all[old]))) {
			best[e.Shared] = i
		}
	}
	for i, e := range all {
		if e.Shared != "" && best[e.Shared] != i {
			continue
		}
		if err := c.yield(e); err != nil {
			return err
		}
	}
	return nil
}

// atHome reports whether the event was logged in its caller's own account.
func atHome(e inventory.Event) bool { return e.Principal.Account == e.Scope.Account }
