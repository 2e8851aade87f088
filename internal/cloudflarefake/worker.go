package cloudflarefake

import (
	"encoding/json"
	"time"
)

// Binding is one binding as the vendor tells it, with all its fields: type, name,
// and for plain_text the text. The fake hides nothing that the vendor shows.
type Binding map[string]any

// Worker is one Worker, as several calls tell it.
type Worker struct {
	// Tag is the immutable id: tag in the list of scripts, id in that of Workers.
	Tag, Name            string
	Tags                 []string
	CreatedOn, UpdatedOn time.Time
	// DeployedOn is zero for a Worker that was never deployed.
	DeployedOn time.Time
	// ModifiedOn is told by the list of scripts; zero: UpdatedOn.
	ModifiedOn time.Time
	Etag       string
	// Handlers are such as fetch, scheduled, queue, email.
	Handlers              []string
	NamedHandlers         []NamedHandler
	HasAssets, HasModules bool
	// LastDeployedFrom is such as wrangler, dash, api.
	LastDeployedFrom   string
	CompatibilityDate  string
	CompatibilityFlags []string
	// Placement is told as it stands: {"mode":"smart"}, {}, null. Nil: not told.
	Placement    json.RawMessage
	UsageModel   string
	MigrationTag string
	Logpush      bool
	// Observability of nil is told as one that is off.
	Observability *Observability
	// TailConsumers are names of Workers.
	TailConsumers []string
	// Enabled and PreviewsEnabled are the switches of workers.dev and of preview
	// URLs. The URLs are told whatever they say.
	Enabled, PreviewsEnabled bool
	// References of nil are worked out: custom domains, consumed queues, and the
	// Workers whose bindings name this one.
	References *References
	// InlineRoutes tells the routes in the list of scripts too; else they are null.
	InlineRoutes bool
	// NoScript and NoWorker leave the Worker out of the list of scripts, or of that
	// of Workers.
	NoScript, NoWorker bool

	// Bindings are those of the latest version, with their values.
	Bindings []Binding
	// Versions and Deployments come newest first; the first deployment is live.
	Versions    []Version
	Deployments []Deployment
	Schedules   []Schedule
	// Tails are the live tails; the call tells the first.
	Tails    []Tail
	Previews []Preview
}

// NamedHandler is an entrypoint of a Worker.
type NamedHandler struct {
	Name     string   `json:"name"`
	Handlers []string `json:"handlers"`
}

// Observability is what a Worker logs.
type Observability struct {
	Enabled          bool               `json:"enabled"`
	HeadSamplingRate float64            `json:"head_sampling_rate"`
	Logs             *ObservabilityLogs `json:"logs,omitempty"`
}

// ObservabilityLogs is the part about logs.
type ObservabilityLogs struct {
	Enabled          bool     `json:"enabled"`
	InvocationLogs   bool     `json:"invocation_logs"`
	Destinations     []string `json:"destinations,omitempty"`
	HeadSamplingRate float64  `json:"head_sampling_rate"`
	Persist          bool     `json:"persist"`
}

// References are what points at a Worker.
type References struct {
	Domains                    []DomainReference        `json:"domains"`
	DurableObjects             []DurableObjectReference `json:"durable_objects"`
	Queues                     []QueueReference         `json:"queues"`
	Workers                    []WorkerReference        `json:"workers"`
	DispatchNamespaceOutbounds []OutboundReference      `json:"dispatch_namespace_outbounds"`
}

// DomainReference is a custom domain that leads to a Worker.
type DomainReference struct {
	ID            string `json:"id"`
	Hostname      string `json:"hostname"`
	ZoneID        string `json:"zone_id"`
	ZoneName      string `json:"zone_name"`
	CertificateID string `json:"certificate_id"`
}

// DurableObjectReference is another Worker that uses Durable Objects of a Worker.
type DurableObjectReference struct {
	NamespaceID   string `json:"namespace_id"`
	NamespaceName string `json:"namespace_name"`
	WorkerID      string `json:"worker_id"`
	WorkerName    string `json:"worker_name"`
}

// QueueReference is a queue that a Worker consumes.
type QueueReference struct {
	QueueID         string `json:"queue_id"`
	QueueName       string `json:"queue_name"`
	QueueConsumerID string `json:"queue_consumer_id"`
}

// WorkerReference is another Worker that calls a Worker.
type WorkerReference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// OutboundReference is a Worker whose dispatch namespace sends outbound requests
// through a Worker.
type OutboundReference struct {
	NamespaceID   string `json:"namespace_id"`
	NamespaceName string `json:"namespace_name"`
	WorkerID      string `json:"worker_id"`
	WorkerName    string `json:"worker_name"`
}

// Version is one upload of a Worker.
type Version struct {
	ID                    string // a uuid
	Number                int
	CreatedOn             time.Time
	AuthorID, AuthorEmail string
	// Source is such as wrangler, dash, workersci.
	Source string
	// Annotations have keys such as workers/message.
	Annotations map[string]string
	// Bindings of nil are those of the Worker; Etag and CompatibilityDate likewise.
	Bindings                []Binding
	Etag, CompatibilityDate string
	// URLs are preview URLs.
	URLs []string
}

// Deployment is a set of versions that serve traffic, or did.
type Deployment struct {
	ID          string            `json:"id"` // a uuid
	CreatedOn   time.Time         `json:"created_on"`
	Source      string            `json:"source"`
	Strategy    string            `json:"strategy"` // empty: percentage
	AuthorEmail string            `json:"author_email,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Versions    []Share           `json:"versions"`
}

// Share is how much of the traffic a version serves.
type Share struct {
	VersionID  string  `json:"version_id"`
	Percentage float64 `json:"percentage"`
}

// Schedule starts a Worker by the clock.
type Schedule struct {
	Cron       string    `json:"cron"`
	CreatedOn  time.Time `json:"created_on,omitzero"`
	ModifiedOn time.Time `json:"modified_on,omitzero"`
}

// Tail is somebody who reads the requests of a Worker now. Its URL lets anybody
// read them.
type Tail struct {
	ID        string    `json:"id"`
	ExpiresAt time.Time `json:"expires_at"`
	URL       string    `json:"url"`
}

// Preview is code that runs under its own URL beside a Worker.
type Preview struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Slug        string            `json:"slug"`
	URLs        []string          `json:"urls"`
	WorkerName  string            `json:"worker_name"` // empty: that of the Worker
	CreatedOn   time.Time         `json:"created_on"`
	UpdatedOn   time.Time         `json:"updated_on,omitzero"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Bindings    []Binding         `json:"bindings,omitempty"`
}

// Domain is a custom domain of a Worker.
type Domain struct {
	ID          string `json:"id"`
	Hostname    string `json:"hostname"`
	Service     string `json:"service"`     // the Worker's name
	Environment string `json:"environment"` // empty: production
	ZoneID      string `json:"zone_id"`
	ZoneName    string `json:"zone_name"`
	CertID      string `json:"cert_id,omitempty"`
	// Enabled and PreviewsEnabled are newer than the vendor's client; nil: not told.
	Enabled         *bool `json:"enabled,omitempty"`
	PreviewsEnabled *bool `json:"previews_enabled,omitempty"`
}

// DurableObjectNamespace is a class of Durable Objects and the Worker that has its
// code.
type DurableObjectNamespace struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Script    string `json:"script,omitempty"`
	Class     string `json:"class,omitempty"`
	UseSQLite bool   `json:"use_sqlite"`
}
