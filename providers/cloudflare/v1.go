package cloudflare

import (
	"cmp"
	"strings"

	"github.com/estray/estray/inventory"
)

// rowV1 says how to read one kind of record of the older log, which tells neither
// method nor URI.
type rowV1 struct {
	// types and actions are the vendor's words, in lower case and with "_" for
	// other signs. The vendor does not publish them.
	types, actions string
	service        string
	action         inventory.Action
	// reads as in row; nil: such records are known to concern us not.
	reads []read
}

// tableV1 lists the pairs of a resource's type and an action. Only d1_database and
// create are known from a published example; the others are [memory] and to be
// corrected by what exports show: what is missing here is kept as other.
func tableV1() []rowV1 {
	const make, change, remove = "create add", "update change edit patch", "delete remove"
	const scripts, routes = "script worker workers worker_script workers_script", "route worker_route workers_route"
	return []rowV1{
		{"d1_database", make, "d1", inventory.ActionOther, nil},
		{scripts, make, workers, inventory.ActionCreate, of(scriptV1)},
		{scripts, change + " upload put", workers, inventory.ActionUpdateCode, of(scriptV1)},
		{scripts, "deploy", workers, inventory.ActionDeploy, of(scriptV1)},
		{scripts, "rollback", workers, inventory.ActionRollback, of(scriptV1)},
		{scripts, remove, workers, inventory.ActionDelete, of(scriptV1)},
		{routes, make + " " + change, zones, inventory.ActionAttachTrigger, of(routeV1)},
		{routes, remove, zones, inventory.ActionDetachTrigger, of(routeV1)},
		{"worker_domain workers_domain", make + " " + change, workers, inventory.ActionExpose, of(domainV1)},
		{"worker_domain workers_domain", remove, workers, inventory.ActionUnexpose, of(domainV1)},
		{"pages_project pages", make, pages, inventory.ActionCreate, of(projectV1)},
		{"pages_project pages", change, pages, inventory.ActionUpdateConfig, of(projectV1)},
		{"pages_project pages", remove, pages, inventory.ActionDelete, of(projectV1)},
		{"pages_deployment", make + " deploy retry", pages, inventory.ActionDeploy, of(projectV1)},
		{"token api_token account_token", make + " " + change + " roll", tokens, inventory.ActionGrant, of(tokenV1)},
		{"token api_token account_token", remove + " revoke", tokens, inventory.ActionRevoke, of(tokenV1)},
		{"member account_member", make + " " + change + " invite", members, inventory.ActionGrant, of(memberV1)},
		{"member account_member", remove, members, inventory.ActionRevoke, of(memberV1)},
		{"logpush_job logpush", make, logs, inventory.ActionLoggingOn, of(jobV1)},
		{"logpush_job logpush", change, logs, inventory.ActionUpdateConfig, of(jobV1)},
		{"logpush_job logpush", remove, logs, inventory.ActionLoggingOff, of(jobV1)},
	}
}

// pair is a type of resource and an action.
type pair struct{ kind, action string }

// newPairs gives the rows by pair. With no action it has a row for what the table
// does not know of a type that it knows.
func newPairs() map[pair]rowV1 {
	out := map[pair]rowV1{}
	for _, r := range tableV1() {
		for _, kind := range strings.Fields(r.types) {
			if r.reads != nil {
				out[pair{kind: kind}] = rowV1{service: r.service, action: inventory.ActionOther, reads: of(byResource)}
			}
			for _, action := range strings.Fields(r.actions) {
				out[pair{kind, action}] = r
			}
		}
	}
	return out
}

// V1 decodes a record of the audit log of version 1, as GET
// /accounts/{account_id}/audit_logs gives it or as Logpush delivers the dataset
// audit_logs. It is to version 2 what the documentation of [Decoder.V2] says; it
// alone tells values before and after an act, of which Change keeps what is no
// secret. Its records name no account: a decoder without one refuses them.
func (d *Decoder) V1(text []byte, from inventory.Provenance) (Decoded, error) {
	if passesOver(text, d.wordsV1, d.headsV1) {
		return Decoded{}, nil
	}
	o, err := parse(text)
	if err != nil {
		return Decoded{}, err
	}
	rec, err := readV1(o)
	if err != nil {
		return Decoded{}, err
	}
	kind, action := phrase(rec.resource.kind), phrase(rec.action)
	r, known := d.pairs[pair{kind, action}]
	unknown := ""
	switch {
	case known && r.reads == nil:
		return Decoded{}, nil
	case !known:
		if r, known = d.otherV1(kind); !known {
			return Decoded{}, nil
		}
		unknown = "v1 " + kind + " " + action
	}
	after, before := valueV1(o, "newValueJson", "newValue", "NewValue"), valueV1(o, "oldValueJson", "oldValue", "OldValue")
	rd := &reading{record: rec, body: after, answer: o.child("metadata", "Metadata"), before: before}
	return d.decoded(rd, row{path: kind, service: r.service, action: r.action, reads: append(of(r.reads...), was)}, unknown, from)
}

// otherV1 is the row of an action that is not in the table, on a type that
// concerns us; false: on none.
func (d *Decoder) otherV1(kind string) (rowV1, bool) {
	if r, ok := d.pairs[pair{kind: kind}]; ok {
		return r, true
	}
	part := partOf(kind)
	return rowV1{service: part, action: inventory.ActionOther, reads: of(byResource)}, part != ""
}

// valueV1 is a value before or after the act: an object, or one as JSON in a
// string. Other text tells nothing that may be kept.
func valueV1(o object, names ...string) object {
	for _, n := range names {
		if v := o.child(n); v != nil {
			return v
		}
	}
	return nil
}

// said is the first of the members in the values before and after, and in the
// metadata.
func (r *reading) said(names ...string) string {
	return cmp.Or(r.body.str(names...), r.before.str(names...), r.answer.str(names...))
}

// scriptV1 names a Worker.
func scriptV1(r *reading) {
	id := r.record.resource.id
	switch called := r.said("script_name", "scriptName", "name"); {
	case called != "":
		r.worker(called)
	case IsID(id):
		r.about(inventory.Worker, WorkerID(r.account, id), "")
	default:
		r.worker(id)
	}
	r.spokenOf("")
}

// routeV1 names a route and the Worker that it leads to now, or led to.
func routeV1(r *reading) {
	r.worker(r.said("script", "script_name", "service"))
	zone, id := identifier(r.said("zone_id", "zoneId")), identifier(r.record.resource.id)
	if zone != "" && id != "" {
		r.event.Subject = string(RouteID(zone, id))
	}
	r.event.Change.Route = routePattern(r.said("pattern"))
}

// domainV1 names a custom domain and its Worker.
func domainV1(r *reading) {
	r.worker(r.said("service", "script_name"))
	if id := identifier(r.record.resource.id); id != "" {
		r.event.Subject = string(DomainID(r.account, id))
	}
	r.event.Change.Hostname = hostname(r.said("hostname"))
}

// projectV1 names a Pages project.
func projectV1(r *reading) {
	if called := r.said("project_name", "projectName", "name"); called != "" {
		r.project(called)
		return
	}
	byResource(r)
}

// tokenV1 names a token, and reads what it was given. The values need not be the
// whole token, so they do not tell that it never ends.
func tokenV1(r *reading) {
	r.event.Subject = tokenID(identifier(r.record.resource.id))
	if r.event.Action == inventory.ActionGrant {
		r.policies(r.body, r.body)
	}
}

// memberV1 names a member, and reads what it was given.
func memberV1(r *reading) {
	memberOf(r)
	if r.event.Action == inventory.ActionGrant {
		memberRights(r)
	}
}

// jobV1 names a job of Logpush.
func jobV1(r *reading) {
	r.vars = map[string]string{"j": r.record.resource.id}
	job(r)
	if r.event.Action == inventory.ActionLoggingOff && r.event.Change.LogGroup == "" {
		r.event.Change.LogGroup = phraseOrNone(r.before.str("dataset"))
	}
}

// was reads how settings stood before the act.
func was(r *reading) {
	for member, clean := range wasNames() {
		text := clean(r.before.str(member))
		if text == "" {
			continue
		}
		if r.event.Change.Was == nil {
			r.event.Change.Was = map[string]string{}
		}
		r.event.Change.Was[member] = text
	}
}

// wasNames lists the settings that are no secret, and how their text is cleaned.
func wasNames() map[string]func(string) string {
	return map[string]func(string) string{
		"name": name, "script": name, "script_name": name, "pattern": routePattern, "hostname": hostname, "service": name, "environment": name, "version_id": identifier,
	}
}
