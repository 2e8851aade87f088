package cloudflare

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// reading is one record on its way to facts.
type reading struct {
	record  record
	vars    map[string]string // what stands for the placeholders of the call
	account string
	call    row
	// body and answer are what was asked for and what came back, if the record
	// holds them; list is the body where it is a list.
	body, answer object
	list         []any

	// before is the value before the act, of the older log.
	before object

	event  inventory.Event
	assets []inventory.Asset
}

// bodyOf is a request that is an object.
func bodyOf(v any) object {
	o, _ := v.(map[string]any)
	return o
}

// answerOf is a response, or the result in it.
func answerOf(v any) object {
	o := bodyOf(v)
	if in := o.child("result"); in != nil {
		return in
	}
	return o
}

// begin sets what every event has.
func (r *reading) begin(from inventory.Provenance) {
	rec := &r.record
	r.list, _ = rec.resource.request.([]any)
	r.event = inventory.Event{
		ID: rec.id, Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: r.account}, Time: rec.at, Service: r.call.service, Action: r.call.action,
		ReadOnly: rec.method == "GET" || rec.method == "HEAD" || strings.EqualFold(rec.action, "view"), Outcome: rec.outcome(),
		Principal: rec.actor.principal(r.account), SourceAddress: kept(rec.actor.address), Provenance: from,
	}
	r.event.Principal.Console = r.event.Principal.Console || strings.EqualFold(rec.through, "UI") && r.event.Principal.Type == "user"
	r.event.Name, r.event.LoggedName = r.names()
	if rec.status >= 400 {
		r.event.Code = "http-" + digits(rec.status)
	}
}

// names are the call without names and ids, and as it was logged.
func (r *reading) names() (name, logged string) {
	rec := &r.record
	if rec.uri == "" {
		return r.call.path + " " + phrase(rec.action), kept(strings.TrimSpace(rec.resource.kind + " " + rec.action))
	}
	return verb(rec.method) + " " + strings.TrimSuffix(r.call.path, "/*"), verb(rec.method) + " " + uriOf(rec.uri)
}

// uriOf is a URI as it may be kept: what stands behind deploy_hooks lets whoever
// knows it deploy.
func uriOf(uri string) string {
	const hooks = "deploy_hooks"
	segments := segmentsOf(uri)
	is := func(s string) bool { return strings.Contains(strings.ToLower(s), hooks) }
	switch i := slices.IndexFunc(segments, is); {
	case i < 0:
		return kept(uri)
	case i == len(segments)-1 && strings.EqualFold(segments[i], hooks):
		return kept(uri)
	default:
		return kept("/" + strings.Join(segments[:i], "/") + "/" + hooks + "/" + dropped)
	}
}

// outcome says how it went, by the vendor's word, or else by the status. Without
// either, it is not known.
func (r *record) outcome() inventory.Outcome {
	switch {
	case r.status >= 400 || strings.EqualFold(r.result, "failure"):
		return inventory.Failed
	case r.status >= 200 && r.status < 300, strings.EqualFold(r.result, "success"):
		return inventory.Succeeded
	}
	return ""
}

// about names an asset that was acted on.
func (r *reading) about(kind inventory.Kind, id inventory.AssetID, called string) {
	if slices.Contains(r.event.Assets, id) {
		return
	}
	r.event.Assets = append(r.event.Assets, id)
	r.seen(kind, id, called)
}

// seen notes that an asset was there.
func (r *reading) seen(kind inventory.Kind, id inventory.AssetID, called string) {
	r.assets = append(r.assets, inventory.Asset{ID: id, Kind: kind, Scope: inventory.Scope{Provider: inventory.Cloudflare, Account: r.account}, Name: called})
}

// subject sets what was acted on if that is no asset.
func (r *reading) subject(kind, id string) {
	if id != "" {
		kind += "/" + id
	}
	r.event.Subject = "cloudflare:" + r.account + "/" + kind
}

// keys notes which settings the body spoke of.
func (r *reading) keys(body object) {
	for k := range body {
		if slices.Contains(settingNames(), k) {
			r.event.Change.Keys = append(r.event.Change.Keys, k)
		}
	}
	r.event.Change.Keys = sorted(r.event.Change.Keys)
}

// settingNames lists the members of bodies that Change.Keys may name. Others might
// be what somebody called a secret.
func settingNames() []string {
	return []string{
		"annotations", "bindings", "build_config", "compatibility_date", "compatibility_flags", "condition", "cron", "crons", "deployment_configs", "email", "enabled", "environment", "expires_on",
		"fail_open", "hostname", "keep_bindings", "limits", "logpush", "main_module", "migrations", "name", "not_before", "observability", "pattern", "placement", "policies", "previews_enabled",
		"production_branch", "roles", "schedules", "script", "secrets", "service", "source", "status", "subdomain", "tags", "tail_consumers", "trusted_workers", "usage_model", "versions",
	}
}

// finish completes the event.
func (r *reading) finish() {
	e := &r.event
	slices.Sort(e.Assets)
	e.Shared = r.shared()
	e.Record = r.record.redacted()
}

// shared joins the copies of one act in the two logs. They have neither an id nor
// an exact time in common, so it is made of who did what to what: whoever joins
// must hold the times against each other, and the logs (Provenance). In it,
// making, changing and publishing code are one, since the older log tells them
// apart and the newer one does not. That of an entry which is an echo is made of
// the request's ray id, so that all of them are copies of one.
func (r *reading) shared() string {
	e := &r.event
	if r.isEcho() {
		return "cloudflare:ray:" + r.account + "/" + identifier(r.record.ray) + "/" + e.Subject + strings.Join(assetTexts(e.Assets), "/")
	}
	what := string(e.Action)
	switch e.Action {
	case inventory.ActionCreate, inventory.ActionUpdateCode, inventory.ActionPublish:
		what = "code"
	}
	account := r.account
	if strings.HasPrefix(e.Subject, TokenID("")) {
		account = "" // every account that a user can reach tells of the user's tokens
	}
	parts := []string{account, what, r.record.actor.id, e.Subject}
	parts = append(parts, assetTexts(e.Assets)...)
	if len(e.Assets) == 0 && e.Subject == "" || r.record.actor.id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "cloudflare:" + hex.EncodeToString(sum[:12])
}

// isEcho reports whether the vendor's system wrote the entry in the course of a
// request: what the request asked for has an entry of its own with the same ray
// id. Both are kept: whoever walks acts joins them by that id, which the redacted
// record has, since a record by itself does not tell whose request it was.
func (r *reading) isEcho() bool {
	kind := strings.ToLower(r.record.actor.kind)
	return (kind == "system" || kind == "cloudflare") && identifier(r.record.ray) != ""
}

func assetTexts(ids []inventory.AssetID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}

// sightings gives the assets as events show them.
func (r *reading) sightings(source string) []inventory.Asset {
	if !r.event.Mutates() {
		return nil
	}
	cell := inventory.Cell{Source: source, Scope: r.event.Scope, Capability: inventory.CapEvents}
	at := r.event.Time
	for i := range r.assets {
		a := &r.assets[i]
		a.Sightings = []inventory.Sighting{{Cell: cell, At: at}}
		if r.event.Subject != "" || !slices.Contains(r.event.Assets, a.ID) {
			continue // it was another thing that was made or deleted
		}
		switch r.event.Action {
		case inventory.ActionCreate:
			a.Created, a.Modified = at, at
		case inventory.ActionDelete:
			a.Deleted = at
		case inventory.ActionUpdateCode, inventory.ActionUpdateConfig, inventory.ActionDeploy, inventory.ActionRollback:
			a.Modified = at
		}
	}
	slices.SortFunc(r.assets, inventory.CompareAssets)
	return r.assets
}
