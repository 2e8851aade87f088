package live

import (
	"context"
	"fmt"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/again"
	"github.com/estray/estray/providers/aws/session"
)

// each tells of every function of the list, and asks of those that changed what
// no listing tells.
func (r *reading) each(ctx context.Context) error {
	kept := 0
	for i := range r.list {
		f := &r.list[i]
		r.complete(ctx, f)
		if r.unchanged(f) {
			r.keep(f)
			kept++
		} else {
			r.ask(ctx, f)
		}
		if err := ctx.Err(); err != nil {
			return err // what is known of the function by now is not the whole
		}
		if f.gone {
			continue
		}
		if err := r.emit(f.asset); err != nil {
			return err
		}
		f.asset = inventory.Asset{ID: f.asset.ID, Code: f.asset.Code}
	}
	r.tellUnchanged(kept)
	return r.missing(ctx)
}

// complete adds what account-wide listings tell. The roles of an account are
// listed once, and maybe long before its last region: a role that is not there
// was deleted only if the function is older than the list.
func (r *reading) complete(ctx context.Context, f *function) {
	a := &f.asset
	a.Labels = r.labels(a.ID)
	a.Triggers = r.triggers(a.ID)
	a.Exposure = r.frontDoors(a.ID)
	a.Versions = r.published(a.ID)
	a.CodeSigning = r.codeSigned(a.ID)
	if id, ok := a.Identity.Get(); ok {
		a.Rights = r.account.roles.Rights(ctx, id.ID)
		if a.Rights.IsAbsent() && a.Modified.After(r.cfg.Now.Add(-again.Late)) {
			a.Rights = inventory.Unknown[inventory.Rights](inventory.Reason{Operation: "GetAccountAuthorizationDetails",
				Message: "the function was changed while the account was read, and its role may be newer than the list of roles"}, r.cfg.Now)
		}
	}
}

// keep counts a function of which the event history says that what was read
// before still holds. An image's digest is told by no listing: what is known of
// its code stays unsaid, so that it stays; so do the settings of any function.
func (r *reading) keep(f *function) {
	if f.image && r.cfg.GetFunction {
		f.asset.Code = inventory.Facet[inventory.Code]{}
	}
	for _, c := range []inventory.Capability{inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies} {
		r.tally[c].Add(1)
	}
}

// ask reads aliases, URLs and policies of one function, in this order: policies
// hang on aliases, and what a URL lets in stands in a policy.
func (r *reading) ask(ctx context.Context, f *function) {
	d := details{reading: r, function: f}
	for _, step := range []func(context.Context){d.readAliases, d.readURLs, d.readPolicies, d.readImage, d.readDeep} {
		if step(ctx); f.gone || ctx.Err() != nil {
			return
		}
	}
	d.tell()
}

// details is what hangs on one function.
type details struct {
	*reading
	*function

	aliases     []inventory.Alias
	aliasesWhy  *inventory.Reason // why they are not known; nil: they are
	urls        []functionURL
	urlsWhy     *inventory.Reason
	policies    map[string]policy // of the function ("") and its aliases
	policiesWhy *inventory.Reason
}

// try makes the calls of one kind for one function, unless the like failed so
// often that they would again: refused for one function may mean for this one
// alone, refused for twenty in a row means for want of a permission. It returns
// why nothing is known.
func (d *details) try(c inventory.Capability, kind string, calls func() error) *inventory.Reason {
	row := d.rows[kind]
	if row == nil {
		row = session.NewTally(inventory.Cell{})
		d.rows[kind] = row
	}
	if row.Hopeless() {
		why := row.Reason()
		return &why
	}
	err := named(kind, calls())
	switch {
	case err == nil:
		row.Answered()
		return nil
	case session.Missing(err): // of the function: that there is no policy is no error here
		d.gone, d.err = true, err
		_, why := explain(err)
		return &why
	}
	fail(row, err)
	why := fail(d.tally[c], err)
	if row.Hopeless() {
		d.tally[c].Note(kind + " was not tried for the functions that follow")
	}
	return &why
}

// tell puts what was read into the asset.
func (d *details) tell() {
	now, a := d.cfg.Now, &d.asset
	a.VersionAliases = part(d.aliases, d.aliasesWhy, now)
	home, own := d.account.session.ID, d.own()
	ways := exposures(d.policies, d.at, own)
	urls := inventory.Exposures{}
	for _, u := range d.urls {
		p, ok := d.policies[u.qualifier]
		if !ok {
			urls.Ways = append(urls.Ways, u.unjudged(d.policiesWhy))
			continue
		}
		w := u.way(p.grants, home, own)
		through(ways.Ways, w)
		urls.Ways = append(urls.Ways, w)
	}
	a.Exposure[inventory.CapURLs] = part(urls, d.urlsWhy, now)
	a.Exposure[inventory.CapPolicies] = part(ways, d.policiesWhy, now)
}

// missing asks again about functions of which a later call said that there is
// no such function. Those that are listed no more went away meanwhile: nobody
// saw them. Of the others nothing can be told but that they are there.
func (r *reading) missing(ctx context.Context) error {
	if !anyGone(r.list) {
		return nil
	}
	again, err := r.listAll(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	listed := map[inventory.AssetID]bool{}
	for i := range again {
		listed[again[i].asset.ID] = true
	}
	for i := range r.list {
		f := &r.list[i]
		if !f.gone || (err == nil && !listed[f.asset.ID]) {
			continue
		}
		f.gone = false // as far as anybody can tell
		if err := r.emit(r.contradicted(f)); err != nil {
			return err
		}
	}
	return nil
}

func anyGone(list []function) bool {
	for i := range list {
		if list[i].gone {
			return true
		}
	}
	return false
}

// contradicted is a function that is listed and of which another call says that
// it is not there.
func (r *reading) contradicted(f *function) inventory.Asset {
	state, why := explain(f.err)
	why.Message = fmt.Sprintf("%s is listed, and yet: %s", f.name, why.Message)
	for _, c := range []inventory.Capability{inventory.CapAliases, inventory.CapURLs, inventory.CapPolicies} {
		r.tally[c].FailAs(state, why)
	}
	a := f.asset
	a.VersionAliases = inventory.Unknown[[]inventory.Alias](why, r.cfg.Now)
	a.Exposure[inventory.CapURLs] = inventory.Unknown[inventory.Exposures](why, r.cfg.Now)
	a.Exposure[inventory.CapPolicies] = inventory.Unknown[inventory.Exposures](why, r.cfg.Now)
	return a
}
