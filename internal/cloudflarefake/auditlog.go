package cloudflarefake

import (
	"encoding/json"
	"time"
)

// AuditEntry is an entry of the audit log, version 2.
type AuditEntry struct {
	ID string `json:"id"`
	// Account of zero is the one that has the entry.
	Account  AuditAccount  `json:"account"`
	Action   AuditAction   `json:"action"`
	Actor    AuditActor    `json:"actor"`
	Raw      AuditRaw      `json:"raw"`
	Resource AuditResource `json:"resource"`
	Zone     *AuditZone    `json:"zone,omitempty"`
}

// AuditAccount is the account of an entry.
type AuditAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// AuditAction is what was done.
type AuditAction struct {
	Type        string    `json:"type"`   // create, update, delete or view
	Result      string    `json:"result"` // success or failure; empty: success
	Time        time.Time `json:"time"`
	Description string    `json:"description,omitempty"`
}

// AuditActor is who did it.
type AuditActor struct {
	ID        string `json:"id,omitempty"`
	Type      string `json:"type"`              // user, account, cloudflare_admin or system
	Context   string `json:"context,omitempty"` // api_key, api_token, dash, oauth or origin_ca_key
	Email     string `json:"email,omitempty"`
	IPAddress string `json:"ip_address,omitempty"`
	TokenID   string `json:"token_id,omitempty"`
	TokenName string `json:"token_name,omitempty"`
}

// AuditRaw is the request.
type AuditRaw struct {
	Method     string `json:"method,omitempty"`
	URI        string `json:"uri,omitempty"`
	StatusCode int    `json:"status_code,omitempty"`
	CFRayID    string `json:"cf_ray_id,omitempty"`
	UserAgent  string `json:"user_agent,omitempty"`
}

// AuditResource is what was acted on.
type AuditResource struct {
	ID      string `json:"id,omitempty"`
	Product string `json:"product,omitempty"`
	Type    string `json:"type,omitempty"`
	// Scope is a word, or an object in the vendor's example.
	Scope any `json:"scope,omitempty"`
	// Request and Response are bodies, with whatever is in them.
	Request  json.RawMessage `json:"request,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
}

// AuditZone is the zone of an entry.
type AuditZone struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ProductCategory is a set of products that the audit log, version 2, can be asked
// for.
type ProductCategory struct {
	Label    string    `json:"label"`
	Value    string    `json:"value"`
	Products []Product `json:"products"`
}

// Product is one of them.
type Product struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// AuditEntryV1 is an entry of the audit log, version 1.
type AuditEntryV1 struct {
	ID           string          `json:"id"`
	Action       AuditActionV1   `json:"action"`
	Actor        AuditActorV1    `json:"actor"`
	Interface    string          `json:"interface,omitempty"` // API or UI
	Metadata     json.RawMessage `json:"metadata,omitempty"`
	NewValue     string          `json:"newValue,omitempty"`
	OldValue     string          `json:"oldValue,omitempty"`
	NewValueJSON json.RawMessage `json:"newValueJson,omitempty"`
	OldValueJSON json.RawMessage `json:"oldValueJson,omitempty"`
	// Owner of zero is the account.
	Owner    AuditOwner      `json:"owner"`
	Resource AuditResourceV1 `json:"resource"`
	When     time.Time       `json:"when"`
}

// AuditActionV1 is what was done.
type AuditActionV1 struct {
	Type   string `json:"type"`
	Result bool   `json:"result"`
	Info   string `json:"info,omitempty"`
}

// AuditActorV1 is who did it.
type AuditActorV1 struct {
	ID    string `json:"id,omitempty"`
	Email string `json:"email,omitempty"`
	IP    string `json:"ip,omitempty"`
	Type  string `json:"type"` // user, admin or Cloudflare
}

// AuditOwner is whose log the entry is in.
type AuditOwner struct {
	ID string `json:"id"`
}

// AuditResourceV1 is what was acted on.
type AuditResourceV1 struct {
	ID   string `json:"id,omitempty"`
	Type string `json:"type,omitempty"`
}
