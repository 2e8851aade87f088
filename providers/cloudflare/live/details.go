package live

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

const (
	opSwitches    = "GET /accounts/:a/workers/scripts/:s/subdomain"
	opDeployments = "GET /accounts/:a/workers/scripts/:s/deployments"
	opVersions    = "GET /accounts/:a/workers/scripts/:s/versions"
	opVersion     = "GET /accounts/:a/workers/scripts/:s/versions/:v"
	opSettings    = "GET /accounts/:a/workers/scripts/:s/settings"
	opSchedules   = "GET /accounts/:a/workers/scripts/:s/schedules"
)

// readSwitches asks for the switches of workers.dev where the list does not tell
// them.
func (d *details) readSwitches(ctx context.Context) {
	if d.on != nil && d.previews != nil || d.undeployed() {
		if d.on != nil {
			d.of(inventory.CapSubdomains).Add(1)
		}
		return
	}
	d.switchesWhy = d.try(inventory.CapSubdomains, opSwitches, func() error {
		raw, err := d.api.one(ctx, opSwitches, d.api.getSwitches(d.name))
		if err != nil {
			return err
		}
		in, err := decode[switchesIn](opSwitches, raw)
		if err == nil && (in.Enabled == nil || in.PreviewsEnabled == nil) {
			err = unreadable(opSwitches, "the answer does not tell the switches of workers.dev")
		}
		d.on, d.previews = in.Enabled, in.PreviewsEnabled
		return err
	})
	if d.switchesWhy == nil {
		d.of(inventory.CapSubdomains).Add(1)
	}
	d.asset.Exposure[inventory.CapSubdomains] = d.workersDev(d.worker)
}

// deploymentIn is what is taken of a deployment.
type deploymentIn struct {
	ID          string
	CreatedOn   time.Time `json:"created_on"`
	Source      string
	AuthorEmail string `json:"author_email"`
	Annotations map[string]text
	Versions    []struct {
		VersionID  string `json:"version_id"`
		Percentage float64
	}
}

// whole reports whether the deployment tells all that serves.
func (in *deploymentIn) whole() bool {
	all := 0.0
	for _, v := range in.Versions {
		if v.VersionID == "" {
			return false
		}
		all += v.Percentage
	}
	return all > 99
}

// served reports whether the lists tell that code of the Worker was put into service.
func (w *worker) served() bool {
	return w.listed != nil && !w.listed.DeployedOn.IsZero() || w.listed == nil && w.script != nil
}

// readDeployments asks what serves: the newest deployment.
func (d *details) readDeployments(ctx context.Context) {
	if d.undeployed() {
		d.of(inventory.CapDeployments).Add(1)
		return
	}
	d.deploymentsWhy = d.try(inventory.CapDeployments, opDeployments, func() error {
		all, err := readList(ctx, opDeployments, func(ctx context.Context) ([]json.RawMessage, error) {
			return d.api.whole(ctx, opDeployments, "deployments", d.api.listDeployments(d.name))
		}, func(in *deploymentIn) bool { return in.ID != "" })
		slices.SortStableFunc(all, func(a, b deploymentIn) int { return b.CreatedOn.Compare(a.CreatedOn) })
		d.deployments = all
		switch {
		case err != nil:
		case len(all) == 0 && d.served():
			err = unreadable(opDeployments, "the Worker was deployed, and no deployment is told")
		case len(all) > 0 && !all[0].whole():
			err = unreadable(opDeployments, "the newest deployment does not tell all that serves")
		}
		return err
	})
	if d.deploymentsWhy == nil {
		d.of(inventory.CapDeployments).Add(1)
	}
}

// deployed is what serves now, without the digests of versions.
func (d *details) deployed() inventory.Deployment {
	in := d.deployments[0]
	out := inventory.Deployment{ID: in.ID, Created: in.CreatedOn, Author: cut(in.AuthorEmail), Source: cut(in.Source)}
	for _, key := range slices.Sorted(maps.Keys(in.Annotations)) {
		value := cut(string(in.Annotations[key]))
		if key == "workers/message" {
			out.Message = value
			continue
		}
		if out.Notes == nil {
			out.Notes = map[string]string{}
		}
		out.Notes[cut(key)] = value
	}
	for _, v := range in.Versions {
		if v.Percentage > 0 {
			out.Shares = append(out.Shares, inventory.Share{Version: v.VersionID, Percent: v.Percentage})
		}
	}
	slices.SortFunc(out.Shares, func(a, b inventory.Share) int { return cmp.Compare(a.Version, b.Version) })
	return out
}

// versionIn is what is taken of a version.
type versionIn struct {
	ID       string
	Number   int
	Metadata struct {
		AuthorID    string    `json:"author_id"`
		AuthorEmail string    `json:"author_email"`
		CreatedOn   time.Time `json:"created_on"`
		HasPreview  bool      `json:"hasPreview"`
		Source      string
	}
}

const versionsPage = 100

// readVersions asks which versions there are: the newest ones, to tell whether the
// latest serves; all in a full scan.
func (d *details) readVersions(ctx context.Context) {
	if d.undeployed() {
		d.of(inventory.CapVersions).Add(1)
		return
	}
	d.versionsWhy = d.try(inventory.CapVersions, opVersions, func() error {
		all, err := readList(ctx, opVersions, func(ctx context.Context) ([]json.RawMessage, error) {
			if d.cfg.Full {
				return d.api.paged(ctx, opVersions, versionsPage, "items", d.api.listVersions(d.name))
			}
			list, more, err := d.api.first(ctx, opVersions, versionsPage, "items", d.api.listVersions(d.name))
			d.versionsMore = more
			return list, err
		}, func(in *versionIn) bool { return in.ID != "" })
		d.versions = all
		return err
	})
	if d.versionsWhy == nil {
		d.of(inventory.CapVersions).Add(1)
	}
	slices.SortFunc(d.versions, func(a, b versionIn) int { return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID)) })
}

// published are the versions that were read. A version has a URL of its own while
// previews are on.
func (d *details) published() inventory.Versions {
	var out inventory.Versions
	for _, in := range d.versions {
		v := inventory.Version{Name: in.ID, Number: in.Number, Modified: in.Metadata.CreatedOn, Source: cut(in.Metadata.Source),
			Author: cut(cmp.Or(in.Metadata.AuthorEmail, in.Metadata.AuthorID))}
		if in.Metadata.HasPreview && d.previews != nil && *d.previews && d.ways.subdomain != "" && len(in.ID) >= 8 {
			v.URLs = []string{in.ID[:8] + "-" + d.name + "." + d.ways.subdomain + ".workers.dev"}
		}
		out.Published = append(out.Published, v)
	}
	return out
}

// latest is the version that was uploaded last; empty if that is not known.
func (d *details) latest() string {
	if d.versionsWhy != nil || len(d.versions) == 0 {
		return ""
	}
	return d.versions[len(d.versions)-1].ID
}

// servingIn is what runs of one version: that of the settings is the latest.
type servingIn struct {
	version  string
	digest   string
	bindings []bindingIn
	runtime  *runtimeIn // nil: not told
}

type runtimeIn struct {
	Compatibility string   `json:"compatibility_date"`
	Flags         []string `json:"compatibility_flags"`
}

// readBindings asks what the code in service is given. Settings tell it of the
// latest version, which may serve nothing: then the versions that serve are asked.
func (d *details) readBindings(ctx context.Context) {
	t := d.of(inventory.CapSettings)
	if d.undeployed() {
		t.Add(1)
		return
	}
	live := d.live()
	latest := d.latest()
	if d.deploymentsWhy == nil && d.versionsWhy == nil && len(live) > 0 && (len(live) > 1 || live[0] != latest) {
		for _, id := range live {
			if d.readVersion(ctx, id); d.servingWhy != nil || d.gone || ctx.Err() != nil {
				break
			}
		}
	} else {
		d.readSettings(ctx)
		if why := cmp.Or(d.deploymentsWhy, d.versionsWhy); why != nil && d.servingWhy == nil {
			d.servingWhy = &inventory.Reason{Operation: why.Operation, Code: why.Code,
				Message: "what is told is of the latest version, and whether it serves is not known: " + why.Message}
		}
	}
	if len(d.serving) > 0 && !t.Failed() || d.servingWhy == nil {
		t.Add(1)
	}
}

// live lists the versions that serve.
func (d *details) live() []string {
	var out []string
	if d.deploymentsWhy == nil && len(d.deployments) > 0 {
		for _, s := range d.deployed().Shares {
			out = append(out, s.Version)
		}
	}
	return out
}

// readSettings asks for what the latest version is given.
func (d *details) readSettings(ctx context.Context) {
	d.servingWhy = d.try(inventory.CapSettings, opSettings, func() error {
		raw, err := d.api.one(ctx, opSettings, d.api.getSettings(d.name))
		if err != nil {
			return err
		}
		in, err := decode[struct {
			runtimeIn
			Bindings []bindingIn
		}](opSettings, raw)
		if err != nil {
			return err
		}
		s := servingIn{version: d.latest(), bindings: in.Bindings, runtime: &in.runtimeIn}
		if d.script != nil {
			s.digest = d.script.Etag
		}
		d.serving = []servingIn{s}
		return nil
	})
}

// readVersion asks for what one version that serves is given.
func (d *details) readVersion(ctx context.Context, id string) {
	d.servingWhy = d.try(inventory.CapSettings, opVersion, func() error {
		raw, err := d.api.one(ctx, opVersion, d.api.getVersion(d.name, id))
		if err != nil {
			if session.Gone(err) { // of the version: the Worker is asked about by other calls
				return unreadable(opVersion, "a version that serves is not there")
			}
			return err
		}
		in, err := decode[struct {
			Resources struct {
				Bindings []bindingIn
				Script   struct{ Etag string }
				Runtime  *runtimeIn `json:"script_runtime"`
			}
		}](opVersion, raw)
		if err == nil {
			d.serving = append(d.serving, servingIn{id, in.Resources.Script.Etag, in.Resources.Bindings, in.Resources.Runtime})
		}
		return err
	})
}

// readSchedules asks for cron triggers.
func (d *details) readSchedules(ctx context.Context) {
	t := d.of(inventory.CapSchedules)
	found := inventory.Triggers{}
	var why *inventory.Reason
	if !d.undeployed() {
		why = d.try(inventory.CapSchedules, opSchedules, func() error {
			all, err := readList(ctx, opSchedules, func(ctx context.Context) ([]json.RawMessage, error) {
				return d.api.whole(ctx, opSchedules, "schedules", d.api.getSchedules(d.name))
			}, func(in *struct{ Cron string }) bool { return in.Cron != "" })
			for _, in := range all {
				found = append(found, inventory.Trigger{Kind: "schedule", Detail: cut(in.Cron), Enabled: true})
			}
			return err
		})
	}
	if why == nil {
		t.Add(1)
	}
	slices.SortFunc(found, func(a, b inventory.Trigger) int { return cmp.Compare(a.Detail, b.Detail) })
	d.asset.Triggers[inventory.CapSchedules] = part(found, len(found) > 0, why, d.cfg.Now)
}

// tell puts what was read into the asset.
func (d *details) tell() {
	now, a := d.cfg.Now, &d.asset
	if d.undeployed() {
		a.Deployment = inventory.Absent[inventory.Deployment](now)
		a.Code = inventory.Absent[inventory.Code](now)
		a.Versions = inventory.Absent[inventory.Versions](now)
		a.Configuration = inventory.Absent[inventory.Configuration](now)
		a.Identity = inventory.Known(inventory.Identity{ID: string(a.ID)}, now)
		a.Bindings = inventory.Known([]inventory.Binding{}, now)
		return
	}
	d.tellDeployment()
	if !d.versionsMore || d.versionsWhy != nil {
		a.Versions = part(d.published(), len(d.versions) > 0, d.versionsWhy, now)
	}
	bindings, reaches := d.union()
	a.Bindings = part(bindings, len(d.serving) > 0, d.servingWhy, now)
	a.Identity = part(inventory.Identity{ID: string(a.ID), Reaches: reaches}, len(d.serving) > 0, d.servingWhy, now)
	d.tellCode()
}

// tellDeployment tells what serves, with the digests that are known.
func (d *details) tellDeployment() {
	now, a := d.cfg.Now, &d.asset
	switch {
	case d.deploymentsWhy != nil:
		a.Deployment = inventory.Unknown[inventory.Deployment](*d.deploymentsWhy, now)
	case len(d.deployments) == 0:
		a.Deployment = inventory.Absent[inventory.Deployment](now)
	default:
		out := d.deployed()
		for i := range out.Shares {
			for _, s := range d.serving {
				if s.version == out.Shares[i].Version {
					out.Shares[i].Digest = s.digest
				}
			}
		}
		a.Deployment = inventory.Known(out, now)
	}
}

// tellCode tells what runs: of several versions that of which most serves.
func (d *details) tellCode() {
	now, a := d.cfg.Now, &d.asset
	main := d.main()
	why := d.servingWhy
	if d.script == nil {
		_, gone := session.Explain(cmp.Or(d.doubt.noScripts, unreadable(opScripts, "the list of scripts does not hold the Worker")))
		why = cmp.Or(why, &gone)
	}
	digest := ""
	if main != nil {
		digest = main.digest
	}
	a.Code = part(inventory.Code{Digest: digest}, digest != "", why, now)
	if digest == "" && why == nil {
		a.Code = inventory.Unknown[inventory.Code](inventory.Reason{Operation: opScripts, Message: "the answer tells no etag"}, now)
	}
	var c inventory.Configuration
	if d.script != nil {
		c = d.script.configuration()
	}
	if main != nil && main.runtime != nil && main.runtime.Compatibility != "" {
		c.Compatibility, c.Flags = main.runtime.Compatibility, sorted(main.runtime.Flags)
	}
	a.Configuration = part(c, d.script != nil || main != nil, why, now)
}

// main is the version of which most serves; nil if none is known.
func (d *details) main() *servingIn {
	if len(d.serving) == 0 {
		return nil
	}
	best, most := &d.serving[0], -1.0
	if d.deploymentsWhy == nil && len(d.deployments) > 0 {
		for _, share := range d.deployed().Shares {
			for i := range d.serving {
				if d.serving[i].version == share.Version && share.Percent > most {
					best, most = &d.serving[i], share.Percent
				}
			}
		}
	}
	return best
}

// tellStrange counts the types of binding that are not known. They are kept by type
// and name.
func (r *reading) tellStrange() {
	if len(r.strange) == 0 {
		return
	}
	var told []string
	for _, kind := range slices.Sorted(maps.Keys(r.strange)) {
		told = append(told, fmt.Sprintf("%s (%d)", cut(kind), r.strange[kind]))
	}
	r.of(inventory.CapSettings).Note("bindings of types that this version does not know: " + strings.Join(told, ", "))
}
