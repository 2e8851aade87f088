package findings

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// WalkActs streams the view's events as [inventory.View.Walk] does, but each
// act once. An act that concerns two accounts of AWS is logged in both, under two
// event ids and one shared id. The copy in the caller's own account stands for
// both: the other one often names the caller by its account alone.
//
// Cloudflare writes an act into two logs, under ids and times of their own, and
// its newer log may hold a second record of one request, by the system. The record
// of the newer log that names a person or a token stands for all, and takes over
// from the older log's what was there before. Two acts that are alike in all but
// their requests stay two.
func WalkActs(ctx context.Context, v *inventory.View, f inventory.Filter, yield func(inventory.Event) error) error {
	c := copies{yield: yield}
	if err := v.Walk(ctx, f, c.take); err != nil {
		return err
	}
	return c.release(func(inventory.Event) bool { return true })
}

// logsApart is how far the times of one act in two logs of Cloudflare may lie
// apart: each is the time at which its log was written.
const logsApart = 5 * time.Second

// mostHeld bounds the events that wait for a copy. Beyond it the oldest goes as it
// is.
const mostHeld = 5_000

// copies joins copies of acts. An event waits as long as a copy of it may come, and
// those behind it wait with it, so that the order is kept.
type copies struct {
	yield func(inventory.Event) error
	held  []waiting
}

// waiting is an event that is held.
type waiting struct {
	inventory.Event
	// ray is the id of the request that a record of Cloudflare's newer log tells;
	// older: it is of the older log.
	ray   string
	older bool
	// paired: it has its copy in the other log. gone: another event stands for it.
	paired, gone bool
}

func (c *copies) take(e inventory.Event) error {
	if err := c.release(func(first inventory.Event) bool { return e.Time.Sub(first.Time) > patience(first) }); err != nil {
		return err
	}
	if len(c.held) == 0 && !copied(e) {
		return c.yield(e)
	}
	c.held = append(c.held, wait(e))
	if len(c.held) > mostHeld {
		return c.release(func(inventory.Event) bool { return len(c.held) > mostHeld })
	}
	return nil
}

// copied reports whether there may be a copy of the event.
func copied(e inventory.Event) bool {
	return e.Shared != "" || e.Scope.Provider == inventory.Cloudflare && len(e.Record) > 0
}

// patience is how long after the event a copy of it may come.
func patience(e inventory.Event) time.Duration {
	if e.Scope.Provider == inventory.Cloudflare && copied(e) {
		return logsApart
	}
	return 0
}

func wait(e inventory.Event) waiting {
	w := waiting{Event: e}
	if e.Scope.Provider != inventory.Cloudflare {
		return w
	}
	var record struct {
		Raw struct {
			Ray string `json:"cf_ray_id"`
		} `json:"raw"`
	}
	if json.Unmarshal(e.Record, &record) == nil { // a record without it tells no request
		w.ray = record.Raw.Ray
	}
	// The older log has neither methods nor requests.
	method, _, _ := strings.Cut(e.Name, " ")
	w.older = w.ray == "" && (strings.HasSuffix(e.Provenance.API, "audit_logs") || method != strings.ToUpper(method))
	return w
}

// release yields the first events of those that are held, as long as due says that
// no copy of the first may come.
func (c *copies) release(due func(inventory.Event) bool) error {
	for len(c.held) > 0 && due(c.held[0].Event) {
		if !c.held[0].gone {
			c.settle()
		}
		first := c.held[0]
		c.held = c.held[1:]
		if first.gone {
			continue
		}
		if err := c.yield(first.Event); err != nil {
			return err
		}
	}
	return nil
}

// settle finds the copies of the first event, of which all are held, and leaves the
// one that stands for them.
func (c *copies) settle() {
	if c.held[0].Scope.Provider == inventory.Cloudflare {
		c.settleLogs()
		return
	}
	best := 0
	for i := 1; i < len(c.held) && c.held[0].Shared != ""; i++ {
		switch o := &c.held[i]; {
		case o.gone || o.Shared != c.held[0].Shared || !o.Time.Equal(c.held[0].Time):
		case atHome(o.Event) && !atHome(c.held[best].Event):
			c.held[best].gone, best = true, i
		default:
			c.held[i].gone = true
		}
	}
}

// atHome reports whether the event was logged in its caller's own account.
func atHome(e inventory.Event) bool { return e.Principal.Account == e.Scope.Account }

// settleLogs joins the records of one request in the newer log, and then one record
// of either log.
func (c *copies) settleLogs() {
	for i := 1; i < len(c.held); i++ {
		if c.held[0].gone {
			return
		}
		if c.held[0].sameRequest(&c.held[i]) {
			stands, goes := 0, i
			if bySystem(c.held[0].Event) && !bySystem(c.held[i].Event) {
				stands, goes = i, 0
			}
			c.held[goes].gone = true
			c.held[stands].paired = c.held[0].paired || c.held[i].paired
			c.held[stands].adopt(c.held[goes].Event)
		}
	}
	for i := 1; i < len(c.held) && !c.held[0].paired && !c.held[0].gone; i++ {
		if !c.held[0].sameAct(&c.held[i]) {
			continue
		}
		newer, older := 0, i
		if c.held[0].older {
			newer, older = i, 0
		}
		c.held[newer].paired, c.held[older].gone = true, true
		c.held[newer].adopt(c.held[older].Event)
	}
}

// bySystem reports whether the record names no person and no token: the vendor's
// system acted, for a request.
func bySystem(e inventory.Event) bool { return e.Principal.Type == "service" }

// sameRequest reports whether two records tell of one request: one record that two
// accounts tell, since both concern a user of theirs; or two of the newer log with
// one ray id, of which the system wrote one, about the same thing.
func (w *waiting) sameRequest(o *waiting) bool {
	if o.gone || o.Time.Sub(w.Time) > logsApart {
		return false
	}
	shared := w.Shared != "" && w.Shared == o.Shared
	if w.ray == "" || w.ray != o.ray {
		return shared && w.ID == o.ID
	}
	echo := bySystem(w.Event) != bySystem(o.Event) && w.Scope.Account == o.Scope.Account && sameThing(w.Event, o.Event)
	return shared || echo
}

// sameThing reports whether two events name the same, or one of them nothing.
func sameThing(a, b inventory.Event) bool {
	x, y := a.About(), b.About()
	return len(x) == 0 || len(y) == 0 || slices.ContainsFunc(x, func(id inventory.AssetID) bool { return slices.Contains(y, id) })
}

// sameAct reports whether the other event is the copy of this one in the other log.
func (w *waiting) sameAct(o *waiting) bool {
	return w.Shared != "" && w.Shared == o.Shared && w.older != o.older && !o.gone && !o.paired &&
		o.Scope.Provider == inventory.Cloudflare && o.Time.Sub(w.Time) <= logsApart
}

// adopt takes over what the older log tells and the newer one does not: the values
// before.
func (w *waiting) adopt(older inventory.Event) {
	if len(older.Change.Was) == 0 {
		return
	}
	was := maps.Clone(older.Change.Was)
	maps.Copy(was, w.Change.Was)
	w.Change.Was = was
}
