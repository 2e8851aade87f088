package live

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/permits"
	"github.com/estray/estray/providers/cloudflare/session"
	"github.com/estray/estray/providers/tally"
)

// mostAsked is how many Workers that something names, and that no list tells, are
// asked about.
const mostAsked = 20

// check holds the lists against what names Workers and zones: a token for single
// ones is shown shorter lists without a word.
func (r *reading) check(ctx context.Context) error {
	if state, _ := r.doubt.doubted(); state != inventory.Pending {
		return nil // the list is not whole, and says why
	}
	r.actedNames()
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(r.pointed)) {
		if r.names[name] == nil && !r.ofSite(name) && !r.deleted(name) {
			missing = append(missing, name)
		}
	}
	return r.missingWorkers(ctx, missing)
}

// actedNames adds the Workers that events of this scan changed. A Worker that was
// renamed meanwhile has another name now.
func (r *reading) actedNames() {
	prefix := string(cloudflare.WorkerName(r.api.account, ""))
	for id, last := range r.acts.changed {
		if name, ok := strings.CutPrefix(string(id), prefix); ok && last.After(r.acts.renamed) && last.After(r.acts.deleted[id]) {
			r.named(name, "events")
		}
	}
}

// deleted reports whether an event of this scan tells that the Worker of that name
// was deleted, and none after it that it was made again.
func (r *reading) deleted(name string) bool {
	id := cloudflare.WorkerName(r.api.account, name)
	at := r.acts.deleted[id]
	return !at.IsZero() && !r.acts.changed[id].After(at)
}

// missingWorkers judges Workers that something names and no list tells. Where the
// token is known to see all, each is asked about: one that is not there was deleted,
// and what names it leads nowhere.
func (r *reading) missingWorkers(ctx context.Context, missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	t := r.of(inventory.CapWorkers)
	if r.scope.workers && len(missing) <= mostAsked {
		missing = slices.DeleteFunc(missing, func(name string) bool {
			_, err := r.api.whole(ctx, opDeployments, "deployments", r.api.listDeployments(name))
			return session.Gone(err)
		})
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(missing) == 0 {
			t.Note("something names Workers that are not there (any more)")
			return nil
		}
	}
	var by []string
	for _, name := range missing {
		by = append(by, r.pointed[name])
	}
	t.FailAs(inventory.Partial, inventory.Reason{Operation: opWorkers, Message: fmt.Sprintf(
		"%d Workers are named by %s and not listed (%s): the token may see a part of the account",
		len(missing), strings.Join(sorted(by), ", "), some5(missing))})
	return nil
}

// missingZones judges zones that something names and the list does not tell: any
// Worker may have routes there.
func (r *reading) missingZones() {
	t := r.of(inventory.CapZones)
	for _, w := range r.list {
		if w.listed != nil {
			for _, d := range w.listed.References.Domains {
				r.zoned[string(d.ZoneID)] = true
			}
		}
	}
	for id := range r.history.Zones {
		r.zoned[id] = true
	}
	delete(r.zoned, "")
	var missing []string
	for _, id := range slices.Sorted(maps.Keys(r.zoned)) {
		if !r.zones.all[id] {
			missing = append(missing, id)
		}
	}
	switch {
	case r.zones.err != nil:
	case len(missing) > 0 && r.scope.zones:
		t.Note(fmt.Sprintf("%d zones are named and not listed, though the token may see all: they are deleted, or another account's", len(missing)))
	case len(missing) > 0:
		why := inventory.Reason{Operation: "GET /zones", Message: fmt.Sprintf(
			"%d zones are named by custom domains or events and not listed (%s): the token may see a part of the zones", len(missing), some5(missing))}
		t.FailAs(inventory.Partial, why)
		r.ways.routesWhy, r.starts.mailWhy = cmp.Or(r.ways.routesWhy, &why), cmp.Or(r.starts.mailWhy, &why)
	case len(r.zones.all) == 0 && !r.scope.zones:
		t.Note("no zone is listed, and nothing names one: an account without zones and a token without the permission to read them are answered alike")
	}
}

// tellList says on what the word on the list of Workers rests.
func (r *reading) tellList(t *tally.Tally) {
	if r.doubt.noList {
		t.Note("the newer list of Workers is not offered: Workers that were never deployed are not told")
	}
	if !r.scope.workers {
		t.Note("completeness rests on the token's scope")
	}
	if n := r.doubt.ofSites; n > 0 {
		t.Note(fmt.Sprintf("%d scripts of Pages projects are told with their projects", n))
	}
}

// permits reads who may deploy, and says the words at once: no permit comes later.
func (r *reading) permits(ctx context.Context) error {
	words, err := permits.Read(ctx, r.api.client, permits.Config{Account: r.api.account, Source: SourceAccess, Now: r.cfg.Now}, r.emit)
	if err != nil {
		return err
	}
	if err := r.emit(words.Members); err != nil {
		return err
	}
	return r.emit(words.Tokens)
}
