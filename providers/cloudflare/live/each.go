package live

import (
	"context"
	"fmt"
	"slices"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
	"github.com/estray/estray/providers/tally"
)

// ofEach lists the cells of which each Worker has its part by calls of its own.
func ofEach() []inventory.Capability {
	return []inventory.Capability{inventory.CapSettings, inventory.CapDeployments, inventory.CapVersions, inventory.CapSchedules}
}

// each tells of every Worker of the list, and asks of those that changed what no
// list tells.
func (r *reading) each(ctx context.Context) error {
	kept := 0
	for _, w := range r.list {
		r.exposed(w)
		r.started(w)
		if r.unchanged(w) {
			r.keep(w)
			kept++
		} else {
			r.ask(ctx, w)
		}
		if err := ctx.Err(); err != nil {
			return err // what is known of the Worker by now is not the whole
		}
		if w.gone {
			continue
		}
		if err := r.tell(w); err != nil {
			return err
		}
	}
	r.tellUnchanged(kept)
	return r.missing(ctx)
}

// tell hands a Worker on, and keeps its id alone: thousands of them take memory.
func (r *reading) tell(w *worker) error {
	r.sent(w)
	if err := r.emit(w.asset); err != nil {
		return err
	}
	w.asset = inventory.Asset{ID: w.asset.ID}
	return nil
}

// keep counts a Worker of which the audit log says that what was read before still
// holds. What is left unsaid stays as it was.
func (r *reading) keep(w *worker) {
	for _, c := range ofEach() {
		r.of(c).Add(1)
	}
	if w.on == nil && (r.doubt.noList || r.doubt.err != nil) { // the switches were read by a call of their own
		delete(w.asset.Exposure, inventory.CapSubdomains)
		r.of(inventory.CapSubdomains).Add(1)
	}
	if r.offered.yes {
		r.of(inventory.CapPreviews).Add(1)
	}
}

// ask reads what hangs on one Worker.
func (r *reading) ask(ctx context.Context, w *worker) {
	d := &details{reading: r, worker: w}
	for _, step := range []func(context.Context){d.readSwitches, d.readDeployments, d.readVersions, d.readBindings, d.readSchedules, d.readPreviews} {
		if step(ctx); w.gone || ctx.Err() != nil {
			return
		}
	}
	d.tell()
}

// details is what hangs on one Worker.
type details struct {
	*reading
	*worker

	deployments    []deploymentIn
	deploymentsWhy *inventory.Reason
	versions       []versionIn
	versionsWhy    *inventory.Reason
	versionsMore   bool // there are more than were read
	serving        []servingIn
	servingWhy     *inventory.Reason // why what serves is not known, or not for certain
}

// row counts the failures in a row of one kind of call, over all Workers.
func (r *reading) row(kind string) *tally.Tally {
	row := r.rows[kind]
	if row == nil {
		row = tally.New(inventory.Cell{}, session.Explain)
		r.rows[kind] = row
	}
	return row
}

// try makes a call of one kind for one Worker, unless the like failed so often that
// it would again: refused for one Worker may mean for this one alone, refused for
// twenty in a row means for want of a permission. It returns why nothing is known.
func (d *details) try(c inventory.Capability, kind string, call func() error) *inventory.Reason {
	row, t := d.row(kind), d.of(c)
	if row.Hopeless() {
		why := row.Reason()
		return &why
	}
	err := call()
	switch {
	case err == nil:
		row.Answered()
		return nil
	case session.Gone(err):
		d.gone, d.err = true, err
		_, why := session.Explain(err)
		return &why
	}
	row.Fail(err)
	why := d.failed(t, err)
	if row.Hopeless() {
		t.Note(kind + " was not tried for the Workers that follow")
	}
	return why
}

// missing asks again about Workers of which a later call said that there is no such
// Worker. Those that are listed no more went away meanwhile: nobody saw them. Of the
// others nothing can be told but that they are there.
func (r *reading) missing(ctx context.Context) error {
	var gone []*worker
	for _, w := range r.list {
		if w.gone {
			gone = append(gone, w)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	again := &reading{accountSource: r.accountSource, sites: r.sites, scope: r.scope}
	again.join(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	listed := map[string]bool{}
	for _, w := range slices.Concat(again.list, again.hidden) {
		listed[w.tag] = true
	}
	state, _ := again.doubt.doubted()
	for _, w := range gone {
		if state == inventory.Pending && !listed[w.tag] {
			continue
		}
		w.gone = false // as far as anybody can tell
		r.contradicted(w)
		if err := r.tell(w); err != nil {
			return err
		}
	}
	return nil
}

// contradicted is of a Worker that is listed and of which another call says that it
// is not there.
func (r *reading) contradicted(w *worker) {
	_, why := session.Explain(w.err)
	why.Message = fmt.Sprintf("%s is listed, and yet: %s", w.name, why.Message)
	for _, c := range ofEach() {
		r.of(c).FailAs(inventory.Unavailable, why)
	}
	now, a := r.cfg.Now, &w.asset
	a.Configuration = inventory.Unknown[inventory.Configuration](why, now)
	a.Code = inventory.Unknown[inventory.Code](why, now)
	a.Versions = inventory.Unknown[inventory.Versions](why, now)
	a.Deployment = inventory.Unknown[inventory.Deployment](why, now)
	a.Identity = inventory.Unknown[inventory.Identity](why, now)
	a.Bindings = inventory.Unknown[[]inventory.Binding](why, now)
	a.Triggers[inventory.CapSchedules] = inventory.Unknown[inventory.Triggers](why, now)
	if w.on == nil {
		a.Exposure[inventory.CapSubdomains] = inventory.Unknown[inventory.Exposures](why, now)
	}
	if _, ok := a.Exposure[inventory.CapPreviews]; !ok {
		a.Exposure[inventory.CapPreviews] = inventory.Unknown[inventory.Exposures](why, now)
	}
}

// settle ends the counts. A Worker that went away meanwhile counts nowhere.
func (r *reading) settle() {
	there := 0
	for _, w := range r.list {
		if !w.gone {
			there++
		}
	}
	t := r.of(inventory.CapWorkers)
	t.Add(there)
	r.tellList(t)
	if state, why := r.doubt.doubted(); state != inventory.Pending {
		t.FailAs(state, why)
		for _, c := range ofEach() {
			r.of(c).FailAs(state, why)
		}
		if there == 0 {
			r.of(inventory.CapSubdomains).FailAs(state, why)
			r.of(inventory.CapPreviews).FailAs(state, why)
		}
	}
	if r.scope.known && !r.scope.workers { // what is not listed may be there
		t.FailAs(inventory.Partial, inventory.Reason{Operation: opToken, Message: "the token is not made for all Workers of the account: others may be there"})
	}
	r.tellStrange()
	if r.expectScripts > 0 {
		r.of(inventory.CapNamespaceScripts).Expect(r.expectScripts)
	}
	for _, c := range r.ofAccount() {
		r.of(c).Done()
	}
}
