package cloudflare

import (
	"encoding/json"
	"strconv"

	"github.com/estray/estray/inventory"
)

func digits(n int) string { return strconv.Itoa(n) }

// redaction is what is kept of a record: what is named here, and never a body, a
// value before or after, or metadata. Members are in the order of this struct.
type redaction struct {
	ID        string           `json:"id"`
	Account   string           `json:"account,omitempty"`
	Time      string           `json:"time"`
	Action    string           `json:"action,omitempty"`
	Result    string           `json:"result,omitempty"`
	Interface string           `json:"interface,omitempty"`
	Actor     redactedActor    `json:"actor,omitzero"`
	Raw       redactedCall     `json:"raw,omitzero"`
	Resource  redactedResource `json:"resource,omitzero"`
	Zone      redactedZone     `json:"zone,omitzero"`
}

type redactedActor struct {
	Type      string `json:"type,omitempty"`
	ID        string `json:"id,omitempty"`
	Email     string `json:"email,omitempty"`
	Address   string `json:"ip_address,omitempty"`
	Context   string `json:"context,omitempty"`
	TokenID   string `json:"token_id,omitempty"`
	TokenName string `json:"token_name,omitempty"`
}

type redactedCall struct {
	Method string `json:"method,omitempty"`
	URI    string `json:"uri,omitempty"`
	Status int    `json:"status_code,omitempty"`
	Ray    string `json:"cf_ray_id,omitempty"`
	Agent  string `json:"user_agent,omitempty"`
}

type redactedResource struct {
	ID      string `json:"id,omitempty"`
	Product string `json:"product,omitempty"`
	Type    string `json:"type,omitempty"`
}

type redactedZone struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// redacted is the record as it may be kept.
func (r *record) redacted() json.RawMessage {
	out := redaction{
		ID: kept(r.id), Account: identifier(r.account), Time: r.at.Format(timeLayout), Action: kept(r.action), Result: kept(r.result), Interface: kept(r.through),
		Actor: redactedActor{Type: kept(r.actor.kind), ID: identifier(r.actor.id), Email: kept(r.actor.email), Address: kept(r.actor.address),
			Context: kept(r.actor.context), TokenID: identifier(r.actor.token), TokenName: kept(r.actor.tokenName)},
		Raw:      redactedCall{Method: kept(r.method), URI: uriOf(r.uri), Status: r.status, Ray: identifier(r.ray), Agent: kept(r.agent)},
		Resource: redactedResource{ID: kept(r.resource.id), Product: kept(r.resource.product), Type: kept(r.resource.kind)},
		Zone:     redactedZone{ID: identifier(r.zone), Name: hostname(r.zoneName)},
	}
	text, err := json.Marshal(out)
	if err != nil { // it holds nothing that cannot be written
		return nil
	}
	return text
}

// timeLayout writes times as the vendor gives them.
const timeLayout = "2006-01-02T15:04:05.999999999Z07:00"

// silenced are the data sets of Logpush that fill archives of audit logs.
func silenced(dataset string) bool {
	return dataset == "" || dataset == "audit_logs" || dataset == "audit_logs_v2"
}

// Silences reports whether an event ended the delivery of audit logs, or may have
// led it elsewhere or narrowed it: that of a Logpush job of one of their data sets,
// or of one that the record does not name. It is asked of events that succeeded.
func Silences(e inventory.Event) bool {
	return e.Service == logs && isJob(e.Subject) && silenced(e.Change.LogGroup) &&
		(e.Action == inventory.ActionLoggingOff || len(e.Change.Narrowed) > 0)
}
