package cloudflare

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// token names a token.
func token(r *reading) {
	id := cmp.Or(identifier(r.vars["t"]), identifier(r.answer.str("id")))
	if r.event.Subject = tokenID(id); id == "" {
		r.event.Subject = tokenID(identifier(r.record.resource.id))
	}
}

// tokenRights reads what a token was given. The body is the whole token, but for a
// PATCH: what it does not speak of does not hold.
func tokenRights(r *reading) {
	from := r.body
	if _, ok := from.list("policies"); !ok {
		from = r.answer
	}
	r.policies(from, r.answer)
	if from == nil {
		return
	}
	whole := r.record.method != "PATCH"
	if expires := from.str("expires_on") != ""; whole || from.has("expires_on") {
		r.event.Change.Expires = &expires
	}
	in, _ := from.child("condition").child("request_ip", "request.ip").list("in")
	if bounded := len(in) > 0; whole || from.has("condition") {
		r.event.Change.Bounded = &bounded
	}
	r.keys(r.body)
}

// policies reads permission groups and what they hold for. A request may give a
// group by its id alone; the answer tells the names.
func (r *reading) policies(asked, answered object) {
	c := &r.event.Change
	names := map[string]string{}
	for _, p := range policiesOf(answered) {
		for _, g := range groupsOf(p) {
			names[g.str("id")] = grantName(g.str("name"))
		}
	}
	for _, p := range policiesOf(asked) {
		if strings.EqualFold(p.str("effect"), "deny") {
			continue
		}
		for _, g := range groupsOf(p) {
			c.Permissions = append(c.Permissions, granted(g, names)...)
		}
		for outer, v := range p.child("resources") {
			c.Resources = append(c.Resources, resourceName(outer))
			in, _ := v.(map[string]any)
			for inner := range in {
				c.Resources = append(c.Resources, resourceName(inner))
			}
		}
	}
	c.Permissions, c.Resources = sorted(c.Permissions), sorted(c.Resources)
}

// granted names a permission group or a role of a request. Its id decides what is
// given: a name that stands beside it is the caller's own word, and takes the place
// of nothing. The answer's name is the vendor's.
func granted(g object, names map[string]string) []string {
	id := g.str("id")
	if id == "" {
		return []string{grantName(g.str("name"))}
	}
	if name := names[id]; name != "" {
		return []string{name}
	}
	return []string{grantName(g.str("name")), cmp.Or(grantID(id), "unknown")}
}

func policiesOf(o object) []object {
	list, _ := o.list("policies")
	return objects(list)
}

func groupsOf(policy object) []object {
	list, _ := policy.list("permission_groups")
	return objects(list)
}

// grantName is the name of a permission group or a role: words, as the vendor
// names them.
func grantName(text string) string {
	if len(text) > 80 || strings.ContainsFunc(text, func(c rune) bool {
		return !strings.ContainsRune(" :-_()/&,.+", c) && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}) {
		return ""
	}
	return kept(text)
}

// resourceName is what a permission holds for: "com.cloudflare.api.account.ID".
func resourceName(text string) string {
	if !strings.HasPrefix(text, "com.cloudflare.") || len(text) > 200 || strings.ContainsAny(text, " /\\\"") {
		return ""
	}
	return kept(text)
}

// memberOf names a member of the account.
func memberOf(r *reading) {
	id := cmp.Or(identifier(r.vars["m"]), identifier(r.answer.str("id")), identifier(r.record.resource.id))
	if id != "" {
		r.subject("member", id)
	}
}

// memberRights reads which roles a member was given, and of an address that was
// invited the domain.
func memberRights(r *reading) {
	c := &r.event.Change
	names := map[string]string{}
	answered, _ := r.answer.list("roles")
	for _, o := range objects(answered) {
		names[o.str("id")] = grantName(o.str("name"))
	}
	asked, ok := r.body.list("roles")
	if !ok {
		asked = answered
	}
	from := r.body
	if len(policiesOf(from)) == 0 {
		from = r.answer
	}
	r.policies(from, r.answer)
	for _, v := range asked {
		switch v := v.(type) {
		case string:
			c.Permissions = append(c.Permissions, granted(object{"id": v}, names)...)
		case map[string]any:
			c.Permissions = append(c.Permissions, granted(v, names)...)
		}
	}
	c.Permissions = sorted(c.Permissions)
	c.MailDomain = cmp.Or(mailDomain(r.body.str("email")), mailDomain(r.answer.child("user").str("email")), mailDomain(r.answer.str("email")))
	c.User = userID(identifier(r.answer.child("user").str("id")))
	r.keys(r.body)
}

// isJob reports whether a subject is a job of Logpush.
func isJob(subject string) bool { return strings.Contains(subject, "/logpush/") }

// job names a job of Logpush, and reads its data set and its switch. The data set
// is LogGroup of the change. Of a job that is there, a request cannot change it, and
// what it says of it is whatever the caller likes.
func job(r *reading) {
	r.subject("logpush", cmp.Or(identifier(r.vars["j"]), identifier(r.answer.str("id")), "new"))
	r.event.Change.LogGroup = phraseOrNone(r.answer.str("dataset"))
	if r.event.Change.LogGroup == "" && (r.record.method == "" || r.record.method == "POST") {
		r.event.Change.LogGroup = phraseOrNone(r.body.str("dataset"))
	}
	r.turn()
}

func phraseOrNone(text string) string {
	if p := phrase(text); p != "?" && !strings.ContainsAny(p, "0123456789") || slices.Contains([]string{"audit_logs_v2"}, p) {
		return p
	}
	return ""
}

// destination names what the logs of Workers are sent to.
func destination(r *reading) {
	r.subject("log-destination", cmp.Or(name(r.vars["d"]), name(r.answer.str("slug", "id")), "new"))
	r.turn()
}

// turn reads whether a delivery was switched off or on, and whether it may deliver
// something else or elsewhere from then on. One that is changed otherwise in the
// same call is not merely switched on.
func (r *reading) turn() {
	r.keys(r.body)
	if r.record.method == "DELETE" || r.event.Action == inventory.ActionLoggingOff {
		return
	}
	isNew := r.event.Action == inventory.ActionLoggingOn
	if !isNew {
		r.event.Change.Narrowed = r.redirected()
	}
	on := r.body.flag("enabled")
	switch {
	case on == nil:
	case isNew && !*on: // it never delivered anything
		r.event.Action = inventory.ActionUpdateConfig
	case isNew:
	case !*on:
		r.event.Action = inventory.ActionLoggingOff
	case len(r.event.Change.Narrowed) == 0:
		r.event.Action = inventory.ActionLoggingOn
	}
}

// redirected lists what of a delivery was set anew, beside its switch; a body that
// is not told may set all of it.
func (r *reading) redirected() []string {
	if r.body == nil {
		return []string{"what is not told"}
	}
	var out []string
	for _, member := range []string{"configuration", "dataset", "destination_conf", "filter", "kind", "logpull_options", "output_options"} {
		isSame := r.before.has(member) && reflect.DeepEqual(r.body[member], r.before[member])
		if r.body.has(member) && !isSame {
			out = append(out, member)
		}
	}
	return out
}
