package cloudflare

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"
)

// record is a record of either log in one form.
type record struct {
	id, account string
	at          time.Time
	// method in upper case, uri as logged without its query.
	method, uri, ray, agent string
	status                  int
	// action is what was done in the vendor's word, and result how it went.
	action, result, through string
	actor                   actor
	resource                resource
	zone, zoneName          string
}

type actor struct{ kind, id, email, address, context, token, tokenName string }

type resource struct {
	id, product, kind string
	// request and response are bodies: objects or lists.
	request, response any
}

// readV2 reads a record of GET /accounts/{a}/logs/audit, or one of the Logpush
// dataset audit_logs_v2, whose fields are named otherwise and lie flat. Which of
// them a job delivers its owner chooses, and the names within Raw and
// ActorTokenDetails are not documented.
func readV2(o object) (record, error) {
	r := record{}
	switch {
	case o.has("AuditLogID") || o.has("ActionTimestamp"):
		r = pushedV2(o)
	case o.has("when") || o.has("When"):
		return r, errors.New("decode record: it is one of audit log v1: read it as kind cloudflare-audit-v1, each log from a folder of its own")
	case isAnswer(o):
		return r, errWhole
	default:
		r = givenV2(o)
	}
	return r, r.whole()
}

func givenV2(o object) record {
	action, who, res := o.child("action"), o.child("actor"), o.child("resource")
	r := record{id: o.str("id"), account: o.child("account").str("id"), at: timeOf(action.value("time")), action: action.str("type"), result: resultOf(action, "result")}
	r.raw(o.child("raw"))
	r.actor = actor{kind: who.str("type"), id: who.str("id"), email: who.str("email"), address: who.str("ip_address"), context: who.str("context"), token: who.str("token_id"), tokenName: who.str("token_name")}
	r.resource = resource{id: res.str("id"), product: res.str("product"), kind: res.str("type"), request: opened(res.value("request")), response: opened(res.value("response"))}
	r.zone, r.zoneName = o.child("zone").str("id"), o.child("zone").str("name")
	return r
}

func pushedV2(o object) record {
	r := record{id: o.str("AuditLogID"), account: o.str("AccountID"), at: timeOf(o.value("ActionTimestamp")), action: o.str("ActionType"), result: resultOf(o, "ActionResult")}
	r.raw(o.child("Raw", "raw"))
	token := o.child("ActorTokenDetails")
	r.actor = actor{kind: o.str("ActorType"), id: o.str("ActorID"), email: o.str("ActorEmail"), address: o.str("ActorIPAddress"), context: o.str("ActorContext"),
		token: token.str("token_id", "TokenID", "TokenId", "id", "ID"), tokenName: token.str("token_name", "TokenName", "name", "Name")}
	r.resource = resource{id: o.str("ResourceID"), product: o.str("ResourceProduct"), kind: o.str("ResourceType"), request: opened(o.value("ResourceRequest")), response: opened(o.value("ResourceResponse"))}
	r.zone, r.zoneName = o.str("ZoneID"), o.str("ZoneName")
	return r
}

// raw reads what is told of the call itself.
func (r *record) raw(o object) {
	r.method = strings.ToUpper(strings.TrimSpace(o.str("method", "Method")))
	r.uri, _, _ = strings.Cut(o.str("uri", "URI", "Uri"), "?")
	r.uri, _, _ = strings.Cut(r.uri, "#")
	r.status, _ = strconv.Atoi(o.str("status_code", "StatusCode", "statusCode"))
	r.ray = o.str("cf_ray_id", "CFRayID", "CfRayID", "CfRayId", "RayID", "ray_id")
	r.agent = o.str("user_agent", "UserAgent", "userAgent")
}

// readV1 reads a record of GET /accounts/{a}/audit_logs, or one of the Logpush
// dataset audit_logs. It has neither method nor URI; the values before and after
// take the place of bodies.
func readV1(o object) (record, error) {
	r := record{}
	switch {
	case o.has("AuditLogID") || o.has("raw"):
		return r, errors.New("decode record: it is one of audit log v2: read it as kind cloudflare-audit-v2, each log from a folder of its own")
	case isAnswer(o):
		return r, errWhole
	case o.has("When") || o.has("ResourceType"):
		r = record{id: o.str("ID"), at: timeOf(o.value("When")), action: o.str("ActionType"), result: truth(o.flag("ActionResult")), through: o.str("Interface")}
		r.actor = actor{kind: o.str("ActorType"), id: o.str("ActorID"), email: o.str("ActorEmail"), address: o.str("ActorIP")}
		r.resource = resource{id: o.str("ResourceID"), kind: o.str("ResourceType")}
	default:
		action, who, res := o.child("action"), o.child("actor"), o.child("resource")
		r = record{id: o.str("id"), at: timeOf(o.value("when")), action: action.str("type"), result: truth(action.flag("result")), through: o.str("interface")}
		r.actor = actor{kind: who.str("type"), id: who.str("id"), email: who.str("email"), address: who.str("ip")}
		r.resource = resource{id: res.str("id"), kind: res.str("type")}
	}
	return r, r.whole()
}

// errWhole is told of an answer of the interface that was taken for a record.
var errWhole = errors.New("decode record: it is a whole answer: keep the records in its result alone, one on each line")

// isAnswer reports whether an object is an answer of the interface.
func isAnswer(o object) bool { return o.has("success") && o.has("result") && o.has("errors") }

// resultOf is how it went, in the words of v2, which a member tells in a word or as
// true or false.
func resultOf(o object, member string) string { return cmp.Or(truth(o.flag(member)), o.str(member)) }

// truth puts the result of v1, which is true or false, in the words of v2.
func truth(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "success"
	}
	return "failure"
}

// whole returns what is missing as an error.
func (r record) whole() error {
	switch {
	case r.id == "":
		return errors.New("decode record: it has no id")
	case len(r.id) > 128 || kept(r.id) != r.id || strings.Contains(r.id, " "):
		return errors.New("decode record: its id is none that Cloudflare gives")
	case r.at.IsZero():
		return errors.New("decode record: it has no time that can be read")
	}
	return nil
}

// timeOf reads a time: RFC 3339, or a number of seconds, milliseconds,
// microseconds or nanoseconds since 1970, told apart by magnitude as a Logpush
// job's timestamp_format chooses. Zero: it is none, or impossible.
func timeOf(v any) time.Time {
	text := object{"t": v}.str("t")
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		at = sinceEpoch(text)
	}
	// Cloudflare began in 2009.
	if at = at.UTC(); at.Year() < 2009 || at.Year() > 2100 {
		return time.Time{}
	}
	return at
}

func sinceEpoch(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f < 0 || f > 1<<62 {
			return time.Time{}
		}
		if n = int64(f); f < 1e11 {
			return time.Unix(n, int64((f-float64(n))*1e9))
		}
	}
	switch {
	case n > 1e17:
		return time.Unix(0, n)
	case n > 1e14:
		return time.UnixMicro(n)
	case n > 1e11:
		return time.UnixMilli(n)
	}
	return time.Unix(n, 0)
}
