package reconcile

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// lives is the fold of a view's events.
type lives struct {
	view *inventory.View
	acts map[inventory.AssetID]*findings.Activity
	days map[day]int
}

// own are an asset's own times, by its inventory, and whether one ever listed it.
type own struct {
	created, modified time.Time
	listed            bool
}

type day struct {
	date     string
	provider inventory.Provider
}

// live folds the view's events in one pass. Memory grows with the assets,
// never with the events.
func live(ctx context.Context, v *inventory.View) (*lives, error) {
	l := &lives{view: v, acts: map[inventory.AssetID]*findings.Activity{}, days: map[day]int{}}
	err := findings.WalkActs(ctx, v, inventory.Filter{Acts: true}, func(e inventory.Event) error {
		l.take(e)
		return nil
	})
	return l, err
}

func (l *lives) take(e inventory.Event) {
	if !e.Mutates() {
		return
	}
	if deploys(e.Action) && len(e.Assets) > 0 {
		l.days[day{e.Time.UTC().Format(time.DateOnly), e.Scope.Provider}]++
	}
	for _, id := range e.Assets {
		// An asset that the view does not hold has no verdict to be told in.
		a, ok := l.view.Known(id)
		if !ok {
			continue
		}
		if l.acts[a.ID] == nil {
			l.acts[a.ID] = &findings.Activity{}
		}
		fold(l.acts[a.ID], e, own{findings.Born(a), a.Modified, !lastListed(a).IsZero()})
	}
}

// fold adds one act that succeeded. Acts come in the order of time, so the
// last one of a kind stands; at one instant the order of CompareEvents decides.
func fold(life *findings.Activity, e inventory.Event, t own) {
	act := findings.Act{Event: e.ID, Time: e.Time, Principal: e.Principal.ID, Who: e.Principal}
	switch e.Action {
	case inventory.ActionCreate:
		life.Created = act
	case inventory.ActionDelete:
		if e.Change.Qualifier == "" { // else an alias or a version went, and the asset stays
			life.Deleted = act
		}
	}
	if !t.listed && appears(*life, e) {
		life.Created = act
	}
	if deploys(e.Action) {
		life.LastDeploy = act
	}
	if changes(e.Action) {
		life.Changed = act
		life.CreatedLogged = life.CreatedLogged || near(e.Time, t.created)
		life.ModifiedLogged = life.ModifiedLogged || near(e.Time, t.modified)
	}
}

// appears reports whether the act is the first of which is known that the asset was
// there: Cloudflare's log tells an upload that makes a Worker from one that replaces
// it by nothing. Of an asset that was listed its own time of creation says more.
func appears(life findings.Activity, e inventory.Event) bool {
	fresh := life.Created.Event == "" || life.Deleted.Time.After(life.Created.Time)
	return fresh && e.Scope.Provider == inventory.Cloudflare && e.Action == inventory.ActionUpdateCode
}

// deploys reports whether an act of this kind puts something into service.
func deploys(a inventory.Action) bool {
	switch a {
	case inventory.ActionCreate, inventory.ActionUpdateCode, inventory.ActionUpdateConfig,
		inventory.ActionPublish, inventory.ActionDeploy, inventory.ActionRollback:
		return true
	}
	return false
}

// changes reports whether an act of this kind leaves the asset other than it
// was. Looking and calling do not.
func changes(a inventory.Action) bool {
	switch a {
	case inventory.ActionInvoke, inventory.ActionEnumerate, inventory.ActionReadSecret:
		return false
	}
	return true
}

func near(a, b time.Time) bool {
	return !b.IsZero() && a.Sub(b).Abs() <= findings.LateDelivery
}

func (l *lives) deployments() []findings.Deployments {
	out := make([]findings.Deployments, 0, len(l.days))
	for d, n := range l.days {
		out = append(out, findings.Deployments{Day: d.date, Provider: d.provider, Count: n})
	}
	slices.SortFunc(out, func(a, b findings.Deployments) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Provider, b.Provider))
	})
	return out
}
