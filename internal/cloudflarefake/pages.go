package cloudflarefake

import (
	"encoding/json"
	"time"
)

// Project is a Pages project.
type Project struct {
	ID, Name string // ID is a uuid
	// Subdomain is a host name; empty: NAME.pages.dev. Domains holds it too.
	Subdomain         string
	CreatedOn         time.Time
	ProductionBranch  string
	ProductionScript  string
	PreviewScript     string
	UsesFunctions     *bool // nil: null
	Source            *ProjectSource
	BuildConfig       map[string]any // build_command, web_analytics_token, ...
	DeploymentConfigs DeploymentConfigs
	// Domains are the custom domains.
	Domains []ProjectDomain
	// Deployments come newest first. Canonical is the id of the one that serves
	// production; empty: the newest one of production.
	Deployments []ProjectDeployment
	Canonical   string
}

// ProjectSource is the repository of a project.
type ProjectSource struct {
	Type   string       `json:"type"` // github or gitlab
	Config SourceConfig `json:"config"`
}

// SourceConfig names the repository.
type SourceConfig struct {
	Owner                        string `json:"owner"`
	RepoName                     string `json:"repo_name"`
	ProductionBranch             string `json:"production_branch"`
	PRCommentsEnabled            bool   `json:"pr_comments_enabled"`
	DeploymentsEnabled           bool   `json:"deployments_enabled"`
	ProductionDeploymentsEnabled bool   `json:"production_deployments_enabled"`
	PreviewDeploymentSetting     string `json:"preview_deployment_setting,omitempty"` // all, none or custom
}

// DeploymentConfigs are the settings of both environments.
type DeploymentConfigs struct {
	Preview    DeploymentConfig `json:"preview"`
	Production DeploymentConfig `json:"production"`
}

// DeploymentConfig is what deployments of one environment get.
type DeploymentConfig struct {
	EnvVars                 map[string]EnvVar         `json:"env_vars,omitempty"`
	KVNamespaces            map[string]map[string]any `json:"kv_namespaces,omitempty"`
	R2Buckets               map[string]map[string]any `json:"r2_buckets,omitempty"`
	D1Databases             map[string]map[string]any `json:"d1_databases,omitempty"`
	DurableObjectNamespaces map[string]map[string]any `json:"durable_object_namespaces,omitempty"`
	Services                map[string]map[string]any `json:"services,omitempty"`
	QueueProducers          map[string]map[string]any `json:"queue_producers,omitempty"`
	HyperdriveBindings      map[string]map[string]any `json:"hyperdrive_bindings,omitempty"`
	CompatibilityDate       string                    `json:"compatibility_date,omitempty"`
	FailOpen                bool                      `json:"fail_open"`
}

// EnvVar is a variable with its value.
type EnvVar struct {
	Type  string `json:"type"` // plain_text or secret_text
	Value string `json:"value"`
}

// ProjectDomain is a custom domain of a project.
type ProjectDomain struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Status    string    `json:"status"` // empty: active
	ZoneTag   string    `json:"zone_tag,omitempty"`
	CreatedOn time.Time `json:"created_on,omitzero"`
}

// ProjectDeployment is one deployment of a project.
type ProjectDeployment struct {
	ID, ShortID string // ShortID empty: the first 8 characters of ID
	URL         string // empty: https://SHORTID.NAME.pages.dev
	Aliases     []string
	Environment string // production or preview
	CreatedOn   time.Time
	Trigger     Trigger
	// UsesFunctions of nil is null.
	UsesFunctions *bool
	IsSkipped     bool
	// Status is that of the last stage; empty: success.
	Status  string
	EnvVars map[string]EnvVar
}

// Trigger is why a deployment was made.
type Trigger struct {
	Type     string          `json:"type"` // github:push, ad_hoc or deploy_hook
	Metadata TriggerMetadata `json:"metadata"`
}

// TriggerMetadata is what was deployed.
type TriggerMetadata struct {
	Branch        string `json:"branch"`
	CommitHash    string `json:"commit_hash"`
	CommitMessage string `json:"commit_message"`
	CommitDirty   bool   `json:"commit_dirty"`
}

// Namespace is a dispatch namespace of Workers for Platforms.
type Namespace struct {
	ID             string // a uuid
	Name           string
	TrustedWorkers bool
	CreatedBy      string
	CreatedOn      time.Time
	ModifiedBy     string
	ModifiedOn     time.Time
	// ScriptCount is told as the number of scripts; 0: that of Scripts.
	ScriptCount int
	Scripts     []DispatchScript
	// NoList answers the list of scripts, which the vendor does not document, with
	// 404 and code 7003.
	NoList bool
}

// DispatchScript is a script in a dispatch namespace.
type DispatchScript struct {
	Name                  string
	Tag, Etag             string
	CreatedOn, ModifiedOn time.Time
	Tags                  []string
	CompatibilityDate     string
	UsageModel            string
	Placement             json.RawMessage
	Bindings              []Binding
}
