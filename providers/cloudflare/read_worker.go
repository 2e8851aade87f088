package cloudflare

import (
	"cmp"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// byName names the Worker whose name stands in the path.
func byName(r *reading) { r.worker(r.vars["s"]) }

// worker names a Worker by its name.
func (r *reading) worker(called string) {
	if called = name(called); called != "" {
		r.about(inventory.Worker, WorkerName(r.account, called), called)
	}
}

// byTag names the Worker of the path by its tag. The interface takes a name there,
// too; the answer tells the tag then.
func byTag(r *reading) {
	tag := r.vars["w"]
	if id := r.answer.str("id"); r.call.path == worker && IsID(id) {
		tag = id
	}
	if !IsID(tag) {
		r.worker(tag)
		return
	}
	r.about(inventory.Worker, WorkerID(r.account, tag), "")
}

// made names a Worker that was made, by the tag in the answer.
func made(r *reading) {
	called := name(cmp.Or(r.answer.str("name"), r.body.str("name")))
	tag := cmp.Or(r.answer.str("id"), r.record.resource.id)
	if !IsID(tag) {
		r.worker(called)
		return
	}
	r.about(inventory.Worker, WorkerID(r.account, tag), called)
	r.called(called)
}

// called tells the name that the Worker has since the act, which was named last by
// its tag.
func (r *reading) called(name string) {
	if name == "" {
		return
	}
	last := &r.assets[len(r.assets)-1]
	last.Name, last.Called = name, inventory.Known(name, r.event.Time)
	last.Handles = []inventory.Handle{{ID: WorkerName(r.account, name), Since: r.event.Time}}
}

// renamed reads a new name. Of a Worker that is known by its name alone nothing is
// told: it is not known which Worker has the new one.
func renamed(r *reading) {
	tag := len(r.event.Assets) == 1 && strings.HasPrefix(string(r.event.Assets[0]), string(WorkerID(r.account, "")))
	if now := name(r.body.str("name")); tag && now != "" {
		r.called(now)
	}
}

// environment reads the legacy environment of a service.
func environment(r *reading) { r.event.Change.Qualifier = name(r.vars["e"]) }

// upload reads what came with code. The request may hold the metadata of the upload
// by themselves, or as one of its parts.
func upload(r *reading) {
	r.spokenOf("metadata")
	c := &r.event.Change
	c.Digest = identifier(r.answer.str("etag"))
	told := r.answer.str("created_on")
	isNew := strings.EqualFold(r.record.action, "create") || told != "" && told == r.answer.str("modified_on")
	if r.call.path == script && isNew {
		r.event.Action = inventory.ActionCreate
	}
}

// spokenOf reads which settings the body spoke of, and its bindings: both those that
// stand in it and those in one of its parts, since which of them are obeyed is not
// told.
func (r *reading) spokenOf(part string) {
	var all []any
	told := false
	for _, o := range []object{r.body, r.body.child(part)} {
		r.keys(o)
		list, ok := o.list("bindings")
		all, told = append(all, list...), told || ok
	}
	if told {
		bindings := bindingsOf(all)
		r.event.Change.Bindings = &bindings
	}
}

// version reads the version that was made.
func version(r *reading) {
	r.event.Change.Version = identifier(r.answer.str("id"))
	r.event.Change.Publish = true
}

// deployment reads what was put into service. It is a rollback where the record
// says so; whether the version is an older one, others must find out.
func deployment(r *reading) {
	from := r.body
	list, ok := from.list("versions")
	if !ok {
		from = r.answer
		list, _ = from.list("versions")
	}
	c := &r.event.Change
	for _, o := range objects(list) {
		share := inventory.Share{Version: identifier(o.str("version_id")), Percent: o.number("percentage")}
		if share.Version != "" && share.Percent > 0 && share.Percent <= 100 {
			c.Shares = append(c.Shares, share)
		}
	}
	slices.SortFunc(c.Shares, func(a, b inventory.Share) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.Percent, b.Percent))
	})
	if len(c.Shares) == 1 {
		c.Version = c.Shares[0].Version
	}
	for _, o := range []object{r.body, r.answer} {
		if o.child("annotations").str("workers/triggered_by") == "rollback" {
			r.event.Action = inventory.ActionRollback
		}
	}
	r.keys(r.body)
}

// settings reads which settings the body spoke of.
func settings(r *reading) { r.spokenOf("settings") }

// watched reads the logging of a Worker: what switches it off or on, by itself, is
// an act of its own.
func watched(r *reading) {
	off, on := false, false
	for _, b := range append(r.watches("logpush"), r.watches("observability")...) {
		off, on = off || !b, on || b
	}
	if list, ok := r.body.list("tail_consumers"); ok {
		off, on = off || len(list) == 0, on || len(list) > 0
	} else if r.body.has("tail_consumers") {
		off = true
	}
	switch {
	case off:
		r.event.Action = inventory.ActionLoggingOff
		r.event.Change.Narrowed = r.narrowed()
	case on:
		r.event.Action = inventory.ActionLoggingOn
	}
}

// narrowed words what of a Worker's logging was taken away.
func (r *reading) narrowed() []string {
	var out []string
	for _, what := range []string{"logpush", "observability", "tail_consumers"} {
		if !r.body.has(what) {
			continue
		}
		list, isList := r.body.list(what)
		if isList && len(list) == 0 || r.body.value(what) == nil || slices.Contains(r.watches(what), false) {
			out = append(out, what)
		}
	}
	return out
}

// watches are the switches that the body sets of a Worker's logging. A share of
// requests of which none is logged is a switch that is off.
func (r *reading) watches(what string) []bool {
	var out []bool
	in := r.body.child(what)
	flags := []*bool{r.body.flag(what)}
	for _, o := range []object{in, in.child("logs")} {
		flags = append(flags, o.flag("enabled"), o.flag("persist"), o.flag("invocation_logs"))
		if o.str("head_sampling_rate") != "" && o.number("head_sampling_rate") <= 0 {
			out = append(out, false)
		}
	}
	for _, f := range flags {
		if f != nil {
			out = append(out, *f)
		}
	}
	return out
}

// secrets notes that a secret was set or removed, and its name where it was set.
func secrets(r *reading) {
	r.event.Change.Keys = []string{"secrets"}
	var all []inventory.Binding
	list := append(objects(r.list), r.body)
	for n, v := range r.body.child("secrets") {
		if v != nil { // null takes one away
			list = append(list, object{"name": n})
		}
	}
	for _, o := range list {
		if n := name(o.str("name")); n != "" {
			all = append(all, inventory.Binding{Kind: cmp.Or(secretKind(o.str("type")), "secret_text"), Name: n})
		}
	}
	if all = ordered(all); len(all) > 0 && r.record.method != "DELETE" {
		r.event.Change.Bindings = &all
	}
}

func secretKind(text string) string {
	if text == "secret_key" {
		return text
	}
	return ""
}

// schedules reads all crons, which the call replaces: none are left of an empty
// list.
func schedules(r *reading) {
	list, ok := r.list, r.list != nil
	if !ok {
		list, ok = r.body.list("schedules", "crons")
	}
	if !ok {
		return
	}
	crons := []string{}
	for _, v := range list {
		text, isText := v.(string)
		if o, isObject := v.(map[string]any); isObject {
			text, isText = object(o).str("cron"), true
		}
		if isText {
			crons = append(crons, cron(text))
		}
	}
	slices.Sort(crons)
	r.event.Change.Schedules = &crons
	if len(list) == 0 {
		r.event.Action = inventory.ActionDetachTrigger
	}
}

// cron is a schedule's text; "?" where it can be none.
func cron(text string) string {
	odd := strings.ContainsFunc(text, func(c rune) bool {
		return !strings.ContainsRune(" *,-/#LW?", c) && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	})
	if odd || len(text) > 64 || len(strings.Fields(text)) != 5 {
		return "?"
	}
	return text
}

// switches reads the switches of workers.dev and previews in a Worker's settings.
func switches(r *reading) { r.turned(r.body.child("subdomain")) }

// turned notes how switches stand after the call.
func (r *reading) turned(o object) {
	r.event.Change.Serving, r.event.Change.Previews = o.flag("enabled"), o.flag("previews_enabled")
}

// subdomain reads what the switches of workers.dev were set to. A call that deletes
// switches both off; one without a body leaves open what it did.
func subdomain(r *reading) {
	r.turned(r.body)
	c := &r.event.Change
	if r.record.method == "DELETE" {
		no := false
		c.Serving, c.Previews = &no, &no
	}
	on := c.Serving != nil && *c.Serving || c.Previews != nil && *c.Previews
	switch {
	case on:
		r.event.Action = inventory.ActionExpose
	case c.Serving != nil || c.Previews != nil:
		r.event.Action = inventory.ActionUnexpose
	}
	r.keys(r.body)
}
