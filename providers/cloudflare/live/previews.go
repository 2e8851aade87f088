package live

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

const opPreviews = "GET /accounts/:a/workers/workers/:w/previews"

// previewsOffer says whether an account has Worker Previews at all. They are newer
// than the vendor's client and may not be offered.
type previewsOffer struct {
	asked, yes bool
	first      string // tag of the Worker that was asked for
	found      []inventory.Exposure
	why        *inventory.Reason // why it is not known
}

type previewIn struct {
	ID, Name, Slug text
	URL            text
	URLs           []text
}

// offerPreviews asks for one Worker whether there are previews: one call for each
// would be too dear where there are none.
func (r *reading) offerPreviews(ctx context.Context) {
	t := r.of(inventory.CapPreviews)
	if len(r.list) == 0 {
		return
	}
	r.offered.asked, r.offered.first = true, r.list[0].tag
	found, err := r.previewsOf(ctx, r.list[0].tag)
	switch {
	case err != nil && session.NotOffered(err):
		t.FailAs(inventory.Disabled, inventory.Reason{Operation: opPreviews, Code: codeOf(err), Message: "Worker Previews are not offered to the account"})
	case err != nil:
		r.offered.why = r.failed(t, err)
	default:
		r.offered.yes, r.offered.found = true, found
	}
}

// previewsOf gives the previews of a Worker, each under the hosts that it has.
func (r *reading) previewsOf(ctx context.Context, tag string) ([]inventory.Exposure, error) {
	all, err := readList(ctx, opPreviews, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.whole(ctx, opPreviews, "", r.api.listPreviews(tag))
	}, func(in *previewIn) bool { return in.ID != "" })
	if session.None(err) || session.Gone(err) {
		return nil, nil
	}
	var out []inventory.Exposure
	for _, in := range all {
		hosts := []string{}
		for _, u := range append(slices.Clone(in.URLs), in.URL) {
			if u != "" {
				hosts = append(hosts, hostOf(string(u)))
			}
		}
		name := cut(string(cmp.Or(in.Name, in.Slug, in.ID)))
		if len(hosts) == 0 { // it is there, wherever it answers
			hosts = append(hosts, "")
		}
		for _, host := range sorted(hosts) {
			out = append(out, r.access.guard(inventory.Exposure{Kind: inventory.WayPreview, Reach: inventory.ReachPublic, Hostname: host,
				Qualifier: name, Source: string(in.ID), Note: "code of its own, with bindings of its own"}, "/"))
		}
	}
	slices.SortFunc(out, compareWays)
	return out, err
}

// readPreviews asks for the previews of one Worker, where there may be any.
func (d *details) readPreviews(ctx context.Context) {
	found := d.offered.found
	var why *inventory.Reason
	t := d.of(inventory.CapPreviews)
	switch {
	case d.offered.why != nil:
		why = d.offered.why
	case !d.offered.yes:
	case d.offered.first != d.tag:
		found = nil
		why = d.try(inventory.CapPreviews, opPreviews, func() error {
			var err error
			found, err = d.previewsOf(ctx, d.tag)
			return err
		})
		fallthrough
	default:
		if why == nil {
			t.Add(1)
		}
	}
	d.asset.Exposure[inventory.CapPreviews] = part(inventory.Exposures{Ways: found}, len(found) > 0, why, d.cfg.Now)
}
