package live

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/session"
)

const (
	opNamespaces       = "GET /accounts/:a/workers/dispatch/namespaces"
	opNamespaceScripts = "GET /accounts/:a/workers/dispatch/namespaces/:ns/scripts"
	noDispatch         = "10121" // the plan has no Workers for Platforms
)

type namespace struct {
	ID         string    `json:"namespace_id"`
	Name       string    `json:"namespace_name"`
	Scripts    int       `json:"script_count"`
	Trusted    bool      `json:"trusted_workers"`
	CreatedOn  time.Time `json:"created_on"`
	ModifiedOn time.Time `json:"modified_on"`
}

// dispatch tells of the account's dispatch namespaces: each is one asset with a
// count, since the scripts in it are those of customers.
func (r *reading) dispatch(ctx context.Context) error {
	t, scripts := r.of(inventory.CapNamespaces), r.of(inventory.CapNamespaceScripts)
	all, err := readList(ctx, opNamespaces, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.whole(ctx, opNamespaces, "", r.api.listNamespaces())
	}, func(in *namespace) bool { return in.ID != "" && in.Name != "" })
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case coded(err, noDispatch):
		for _, c := range []interface {
			FailAs(inventory.State, inventory.Reason)
		}{t, scripts} {
			c.FailAs(inventory.Disabled, inventory.Reason{Operation: opNamespaces, Code: noDispatch, Message: "the plan has no Workers for Platforms"})
		}
		return nil
	case err != nil:
		t.Fail(err)
		scripts.Fail(err)
	}
	t.Add(len(all))
	slices.SortFunc(all, func(a, b namespace) int { return cmp.Compare(a.ID, b.ID) })
	for _, in := range all {
		if err := r.scripts(ctx, in); err != nil {
			return err
		}
		if err := r.emit(r.space(in)); err != nil {
			return err
		}
	}
	return nil
}

// scriptInside is what is taken of a script in a dispatch namespace.
type scriptInside struct {
	ID         text
	Name       text `json:"script_name"`
	Etag       text
	CreatedOn  time.Time `json:"created_on"`
	ModifiedOn time.Time `json:"modified_on"`
}

// scripts counts the scripts of a namespace by a list that the vendor does not
// document, and tells of each where that is asked for. Where the list does not
// answer, they are known by their number alone.
func (r *reading) scripts(ctx context.Context, in namespace) error {
	t := r.of(inventory.CapNamespaceScripts)
	r.expectScripts += in.Scripts
	if in.Scripts == 0 {
		return nil
	}
	all, err := readList(ctx, opNamespaceScripts, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.paged(ctx, opNamespaceScripts, 100, "", r.api.listNamespaceScripts(in.Name))
	}, func(in *scriptInside) bool { return cmp.Or(in.Name, in.ID) != "" })
	t.Add(len(all))
	switch {
	case err != nil && session.NotOffered(err):
		t.FailAs(inventory.Partial, inventory.Reason{Operation: opNamespaceScripts, Code: codeOf(err),
			Message: fmt.Sprintf("the vendor lists no scripts of dispatch namespaces; it counts %d in %s", in.Scripts, in.Name)})
	case err != nil:
		t.Fail(err)
	}
	if !r.cfg.DispatchScripts {
		return ctx.Err()
	}
	slices.SortFunc(all, func(a, b scriptInside) int { return cmp.Compare(cmp.Or(a.Name, a.ID), cmp.Or(b.Name, b.ID)) })
	for _, one := range all {
		if err := r.emit(r.inside(in, one)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// inside is a script of a customer. It has no host of its own: Workers that dispatch
// to the namespace lead to it. What hangs on it is not asked for.
func (r *reading) inside(n namespace, in scriptInside) inventory.Asset {
	now, name := r.cfg.Now, string(cmp.Or(in.Name, in.ID))
	why := inventory.Reason{Operation: opNamespaceScripts, Message: "scripts in dispatch namespaces are not asked for one by one"}
	id := cloudflare.DispatchScriptID(r.api.account, n.Name, name)
	a := inventory.Asset{
		ID: id, Kind: inventory.Worker, Scope: scopeOf(r.api.account), Name: n.Name + "/" + name, Created: in.CreatedOn, Modified: in.ModifiedOn,
		Sightings:     []inventory.Sighting{{Cell: r.cell(inventory.CapNamespaceScripts), At: now}},
		Called:        inventory.Known(n.Name+"/"+name, now),
		Configuration: inventory.Unknown[inventory.Configuration](why, now),
		Code:          part(inventory.Code{Digest: string(in.Etag)}, false, nil, now),
		Versions:      inventory.Absent[inventory.Versions](now),
		Deployment:    inventory.Absent[inventory.Deployment](now),
		Identity:      inventory.Unknown[inventory.Identity](why, now),
		Bindings:      inventory.Unknown[[]inventory.Binding](why, now),
		Labels:        inventory.Unknown[inventory.Labels](why, now),
		Logging:       inventory.Unknown[inventory.Logging](why, now),
		Exposure:      inventory.Parts[inventory.Exposures]{},
		Triggers:      inventory.Parts[inventory.Triggers]{inventory.CapNamespaceScripts: inventory.Absent[inventory.Triggers](now)},
	}
	for _, c := range inventory.Worker.WaysInto() {
		a.Exposure[c] = inventory.Known(inventory.Exposures{}, now)
	}
	lacks(&a, now)
	return a
}

// space is a namespace as an asset.
func (r *reading) space(in namespace) inventory.Asset {
	now := r.cfg.Now
	a := inventory.Asset{
		ID: cloudflare.NamespaceID(r.api.account, in.ID), Kind: inventory.DispatchNamespace, Scope: scopeOf(r.api.account), Name: in.Name,
		Handles:       []inventory.Handle{{ID: cloudflare.NamespaceName(r.api.account, in.Name), Since: now}},
		Created:       in.CreatedOn,
		Modified:      in.ModifiedOn,
		Sightings:     []inventory.Sighting{{Cell: r.cell(inventory.CapNamespaces), At: now}},
		Called:        inventory.Known(in.Name, now),
		Configuration: inventory.Known(inventory.Configuration{Scripts: in.Scripts, Trusted: in.Trusted}, now),
		// Its scripts answer to Workers that dispatch to it, and to nobody else.
		Exposure: inventory.Parts[inventory.Exposures]{inventory.CapNamespaces: inventory.Known(inventory.Exposures{}, now)},
		Triggers: inventory.Parts[inventory.Triggers]{inventory.CapNamespaces: inventory.Absent[inventory.Triggers](now)},
		// Each script has its own.
		Code: inventory.Absent[inventory.Code](now), Versions: inventory.Absent[inventory.Versions](now),
		Deployment: inventory.Absent[inventory.Deployment](now), Identity: inventory.Absent[inventory.Identity](now),
		Bindings: inventory.Absent[[]inventory.Binding](now), Labels: inventory.Absent[inventory.Labels](now),
		Logging: inventory.Absent[inventory.Logging](now),
	}
	lacks(&a, now)
	return a
}
