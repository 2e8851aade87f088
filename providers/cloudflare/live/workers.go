package live

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/session"
)

// worker is one Worker of the lists.
type worker struct {
	tag, name string
	asset     inventory.Asset
	listed    *workerIn // by the list of Workers; nil: not among them
	script    *scriptIn // by the list of scripts; nil: not among them
	// on and previews are the switches of workers.dev; nil: not told.
	on, previews *bool
	switchesWhy  *inventory.Reason
	print        string // of what changes whenever the Worker does
	gone         bool   // a later call said that there is no such Worker
	err          error  // with which it said so
}

// workerIn is what is taken of a record of GET workers/workers. The URLs of
// workers.dev are told there even where they are switched off.
type workerIn struct {
	ID, Name      string
	CreatedOn     time.Time `json:"created_on"`
	UpdatedOn     time.Time `json:"updated_on"`
	DeployedOn    time.Time `json:"deployed_on"`
	Tags          []string
	Logpush       bool
	Observability observabilityIn
	TailConsumers []consumerIn `json:"tail_consumers"`
	Subdomain     *switchesIn
	References    referencesIn
}

type consumerIn struct{ Name, Service text }

type switchesIn struct {
	Enabled         *bool
	PreviewsEnabled *bool `json:"previews_enabled"`
	URL             text
}

type referencesIn struct {
	Domains []struct {
		ID, Hostname text
		ZoneID       text `json:"zone_id"`
	}
	Queues []struct {
		QueueID         text `json:"queue_id"`
		QueueName       text `json:"queue_name"`
		QueueConsumerID text `json:"queue_consumer_id"`
	}
	Workers        []struct{ ID, Name text }
	DurableObjects []struct {
		WorkerName text `json:"worker_name"`
	} `json:"durable_objects"`
	Outbounds []struct {
		WorkerName text `json:"worker_name"`
	} `json:"dispatch_namespace_outbounds"`
}

// observabilityIn is what a Worker logs.
type observabilityIn struct {
	Enabled bool
	Rate    *float64 `json:"head_sampling_rate"`
	Logs    struct {
		Enabled      bool
		Rate         *float64 `json:"head_sampling_rate"`
		Destinations []text
	}
}

// scriptIn is what is taken of a record of GET workers/scripts.
type scriptIn struct {
	Name          string `json:"id"`
	Tag           string
	Tags          []string
	Etag          string
	CreatedOn     time.Time `json:"created_on"`
	ModifiedOn    time.Time `json:"modified_on"`
	Handlers      []string
	NamedHandlers []struct {
		Name     string
		Handlers []string
	} `json:"named_handlers"`
	HasAssets     bool `json:"has_assets"`
	Logpush       bool
	Observability observabilityIn
	TailConsumers []consumerIn `json:"tail_consumers"`
	Compatibility string       `json:"compatibility_date"`
	Flags         []string     `json:"compatibility_flags"`
	Placement     placement
	Routes        []struct{ Script string }
}

const (
	opWorkers = "GET /accounts/:a/workers/workers"
	opScripts = "GET /accounts/:a/workers/scripts"
)

// doubt is why Workers may be missing from the list.
type doubt struct {
	err          error
	noList       bool // the newer list of Workers could not be had
	noScripts    error
	blank        bool // there is none, and it is not known whether our token may see any
	oneSided     int  // Workers that one list alone tells, without a reason
	ofSites      int  // scripts of Pages projects
	listed, told int  // Workers of either list
}

// listWorkers reads both lists and joins them by tag. Where they do not agree they
// are read again, once: they are not of one instant.
func (r *reading) listWorkers(ctx context.Context) {
	r.join(ctx)
	if r.doubt.oneSided > 0 && ctx.Err() == nil {
		r.join(ctx)
	}
	for _, w := range r.list {
		r.names[w.name] = w
		for _, by := range w.callers() {
			r.named(by, "references of Workers")
		}
	}
}

// join reads both lists. Pages scripts are left to their projects.
func (r *reading) join(ctx context.Context) {
	r.doubt, r.list, r.hidden = doubt{}, nil, nil
	byTag := map[string]*worker{}
	newer, err := readList(ctx, opWorkers, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.paged(ctx, opWorkers, 100, "", r.api.listWorkers())
	}, func(in *workerIn) bool { return in.ID != "" && in.Name != "" })
	r.doubt.noList = err != nil && session.NotOffered(err)
	if !r.doubt.noList {
		r.doubt.err = err
	}
	scripts, err := readList(ctx, opScripts, func(ctx context.Context) ([]json.RawMessage, error) {
		return r.api.whole(ctx, opScripts, "", r.api.listScripts())
	}, func(in *scriptIn) bool { return in.Tag != "" && in.Name != "" })
	r.doubt.noScripts = err
	for i := range newer {
		in := &newer[i]
		byTag[in.ID] = &worker{tag: in.ID, name: in.Name, listed: in}
	}
	for i := range scripts {
		in := &scripts[i]
		w := byTag[in.Tag]
		if w == nil {
			w = &worker{tag: in.Tag, name: in.Name}
			byTag[in.Tag] = w
		}
		w.script = in
	}
	r.doubt.listed, r.doubt.told = len(newer), len(scripts)
	r.doubt.blank = len(byTag) == 0 && !r.scope.workers
	for _, w := range byTag {
		if r.ofSite(w.name) && !w.open() {
			r.doubt.ofSites++
			r.hidden = append(r.hidden, w)
			continue
		}
		r.list = append(r.list, w)
	}
	slices.SortFunc(r.list, func(a, b *worker) int { return cmp.Compare(a.tag, b.tag) })
	both := r.doubt.err == nil && !r.doubt.noList && r.doubt.noScripts == nil
	for _, w := range r.list {
		if both && w.alone() {
			r.doubt.oneSided++
		}
		r.describe(w)
	}
}

// open reports whether the list tells that the Worker answers below workers.dev.
func (w *worker) open() bool {
	is := func(on *bool) bool { return on != nil && *on }
	return w.listed != nil && w.listed.Subdomain != nil && (is(w.listed.Subdomain.Enabled) || is(w.listed.Subdomain.PreviewsEnabled))
}

// showHidden takes scripts of Pages projects for Workers, which they are too, where
// a route or a custom domain of Workers leads to them: their project tells of none.
func (r *reading) showHidden() {
	for _, w := range r.hidden {
		if len(r.ways.routes[w.name])+len(r.ways.domains[w.name]) == 0 {
			continue
		}
		r.doubt.ofSites--
		r.describe(w)
		r.list, r.names[w.name] = append(r.list, w), w
	}
	slices.SortFunc(r.list, func(a, b *worker) int { return cmp.Compare(a.tag, b.tag) })
}

// alone reports whether one list tells of the Worker and the other should. A Worker
// that was never deployed is no script.
func (w *worker) alone() bool {
	return w.listed == nil || w.script == nil && !w.listed.DeployedOn.IsZero()
}

// undeployed reports whether the Worker has no code in service, and never had.
func (w *worker) undeployed() bool {
	return w.script == nil && w.listed != nil && w.listed.DeployedOn.IsZero()
}

// callers are the Workers that call the Worker, by name.
func (w *worker) callers() []string {
	var out []string
	if w.listed == nil {
		return nil
	}
	for _, in := range w.listed.References.Workers {
		out = append(out, string(in.Name))
	}
	for _, in := range w.listed.References.DurableObjects {
		out = append(out, string(in.WorkerName))
	}
	for _, in := range w.listed.References.Outbounds {
		out = append(out, string(in.WorkerName))
	}
	return out
}

// readList decodes a list, once each; it gives what was read beside an error too. A
// record that cannot be understood makes no hole in the others.
func readList[T any](ctx context.Context, operation string, call func(context.Context) ([]json.RawMessage, error), sound func(*T) bool) ([]T, error) {
	raw, err := call(ctx)
	var out []T
	seen := map[string]bool{}
	for _, one := range raw {
		if seen[string(one)] {
			continue // it moved to the next page while the list was read
		}
		seen[string(one)] = true
		in, failed := decode[T](operation, one)
		if failed == nil && !sound(&in) {
			failed = unreadable(operation, "a record has no id or no name")
		}
		if failed != nil {
			err = cmp.Or(err, failed)
			continue
		}
		out = append(out, in)
	}
	return out, err
}

// describe tells of a Worker what the lists do.
func (r *reading) describe(w *worker) {
	now := r.cfg.Now
	a := inventory.Asset{
		ID: cloudflare.WorkerID(r.api.account, w.tag), Kind: inventory.Worker, Scope: scopeOf(r.api.account), Name: w.name,
		Called:   inventory.Known(w.name, now),
		Exposure: inventory.Parts[inventory.Exposures]{}, Triggers: inventory.Parts[inventory.Triggers]{},
	}
	lacks(&a, now)
	a.Sightings = []inventory.Sighting{{Cell: r.cell(inventory.CapWorkers), At: now}}
	a.Handles = []inventory.Handle{{ID: cloudflare.WorkerName(r.api.account, w.name), Since: now}}
	var tags []string
	switch {
	case w.listed != nil:
		in := w.listed
		a.Created, a.Modified, tags = in.CreatedOn, later(in.UpdatedOn, in.DeployedOn), in.Tags
		a.Logging = inventory.Known(logging(in.Observability, in.Logpush, in.TailConsumers), now)
		if in.Subdomain != nil {
			w.on, w.previews = in.Subdomain.Enabled, in.Subdomain.PreviewsEnabled
		}
	case w.script != nil:
		in := w.script
		tags = in.Tags
		a.Logging = inventory.Known(logging(in.Observability, in.Logpush, in.TailConsumers), now)
	}
	if in := w.script; in != nil {
		a.Created, a.Modified = earlier(a.Created, in.CreatedOn), later(a.Modified, in.ModifiedOn)
	}
	a.Labels = inventory.Known(labels(tags), now)
	w.asset = a
	w.print = fingerprint(w)
}

// lacks tells of what Cloudflare has nothing of.
func lacks(a *inventory.Asset, now time.Time) {
	a.CodeSigning = inventory.Absent[inventory.CodeSigning](now)
	a.Settings = inventory.Absent[inventory.Settings](now)
	a.VersionAliases = inventory.Absent[[]inventory.Alias](now)
	a.Destinations = inventory.Absent[[]inventory.Destination](now)
	a.Rights = inventory.Absent[inventory.Rights](now)
}

// labels splits tags that have the form of a key and a value. Others are keys.
func labels(tags []string) inventory.Labels {
	out := inventory.Labels{}
	for _, tag := range tags {
		key, value, ok := strings.Cut(tag, "=")
		if !ok {
			key, value, _ = strings.Cut(tag, ":")
		}
		out[key] = value
	}
	return out
}

// logging is what a Worker logs, and who hears of it.
func logging(o observabilityIn, pushed bool, consumers []consumerIn) inventory.Logging {
	out := inventory.Logging{Kept: o.Enabled || o.Logs.Enabled, Pushed: pushed}
	for _, rate := range []*float64{o.Logs.Rate, o.Rate} {
		if out.Kept && rate != nil && out.Sampled == 0 {
			out.Sampled = *rate
		}
	}
	for _, c := range consumers {
		out.Consumers = append(out.Consumers, string(cmp.Or(c.Name, c.Service)))
	}
	for _, d := range o.Logs.Destinations {
		out.Destinations = append(out.Destinations, string(d))
	}
	out.Consumers, out.Destinations = sorted(out.Consumers), sorted(out.Destinations)
	return out
}

// configuration is how a script runs, by the list of scripts.
func (in *scriptIn) configuration() inventory.Configuration {
	c := inventory.Configuration{Compatibility: in.Compatibility, Flags: sorted(in.Flags), Assets: in.HasAssets, Placement: string(in.Placement)}
	handlers := slices.Clone(in.Handlers)
	for _, n := range in.NamedHandlers {
		for _, h := range n.Handlers {
			handlers = append(handlers, n.Name+"."+h)
		}
	}
	c.Handlers = sorted(handlers)
	return c
}

// placement is where a Worker runs, in a word. The vendor sends an object of several
// forms, and its own client dies of some of them.
type placement string

// UnmarshalJSON takes each form, and nothing from one that is not known.
func (p *placement) UnmarshalJSON(b []byte) error {
	var in struct{ Mode, Region, Hostname, Host text }
	if json.Unmarshal(b, &in) == nil {
		*p = placement(cmp.Or(in.Region, in.Hostname, in.Host, in.Mode))
	}
	return nil
}

// doubted says why Workers may be missing from the list; the zero state if none
// are.
func (d doubt) doubted() (inventory.State, inventory.Reason) {
	switch {
	case d.err != nil && (d.noScripts == nil || d.told > 0):
		_, why := session.Explain(d.err)
		return inventory.Partial, why
	case d.err != nil:
		return session.Explain(d.err)
	case d.noScripts != nil && !d.noList:
		_, why := session.Explain(d.noScripts)
		return inventory.Partial, why
	case d.noScripts != nil:
		return session.Explain(d.noScripts)
	case d.blank:
		return inventory.Partial, inventory.Reason{Operation: opWorkers, Message: "no Worker is listed, and nothing says that the token may read any: an account without Workers and a token without them are answered alike"}
	case d.oneSided > 0:
		return inventory.Partial, inventory.Reason{Operation: opWorkers, Message: fmt.Sprintf(
			"the two lists of Workers do not agree: one tells %d, the other %d, and %d are told by one alone without a reason", d.listed, d.told, d.oneSided)}
	}
	return inventory.Pending, inventory.Reason{}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
