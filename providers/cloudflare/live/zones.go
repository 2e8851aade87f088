package live

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
	"github.com/estray/estray/providers/tally"
)

// zone is one zone of an account.
type zone struct{ id, name string }

// zoneList is the zones of an account, as the plan found them.
type zoneList struct {
	read []zone // by id
	all  map[string]bool
	left []string // names that the configuration does not ask for
	err  error
}

// zones lists the zones of the account; only are ids or names of those to read,
// none: all.
func (a api) zones(ctx context.Context, only []string) zoneList {
	const name = "GET /zones"
	out := zoneList{all: map[string]bool{}}
	raw, err := a.paged(ctx, name, 50, "", a.listZones())
	out.err = err
	for _, one := range raw {
		in, err := decode[struct{ ID, Name string }](name, one)
		if err == nil && in.ID == "" {
			err = unreadable(name, "a zone has no id")
		}
		switch {
		case err != nil:
			out.err = cmp.Or(out.err, err)
		case out.all[in.ID]: // it moved to the next page while the list was read
		case len(only) > 0 && !slices.Contains(only, in.ID) && !slices.Contains(only, in.Name):
			out.all[in.ID] = true
			out.left = append(out.left, in.Name)
		default:
			out.all[in.ID] = true
			out.read = append(out.read, zone{in.ID, in.Name})
		}
	}
	slices.SortFunc(out.read, func(x, y zone) int { return cmp.Compare(x.id, y.id) })
	return out
}

// count begins the word on the list of zones.
func (z zoneList) count(cell inventory.Cell) *tally.Tally {
	t := tally.New(cell, session.Explain)
	t.Add(len(z.all))
	if z.err != nil {
		t.Fail(z.err)
	}
	if len(z.left) > 0 {
		t.Note(fmt.Sprintf("%d of %d zones are not asked for by the configuration", len(z.left), len(z.all)))
	}
	t.Done()
	return t
}

// unasked is why routes of an account are not all known, by its list of zones; nil
// if they can be.
func (z zoneList) unasked() *inventory.Reason {
	switch {
	case z.err != nil:
		_, why := session.Explain(z.err)
		why.Message = "the zones are not all known: " + why.Message
		return &why
	case len(z.left) > 0:
		return &inventory.Reason{Operation: "GET /zones/:z/workers/routes",
			Message: fmt.Sprintf("%d zones of the account are not asked for by providers.cloudflare.zones", len(z.left))}
	}
	return nil
}
