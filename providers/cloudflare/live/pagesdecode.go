package live

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// projectIn is what is taken of a Pages project. Values of variables, build
// commands and tokens of analytics have no place in it.
type projectIn struct {
	ID, Name, Subdomain string
	CreatedOn           time.Time `json:"created_on"`
	ProductionBranch    string    `json:"production_branch"`
	ProductionScript    string    `json:"production_script_name"`
	PreviewScript       string    `json:"preview_script_name"`
	UsesFunctions       *bool     `json:"uses_functions"`
	Source              *struct {
		Type   text
		Config struct {
			Owner    text
			RepoName text `json:"repo_name"`
		}
	}
	Configs struct {
		Production siteConfigIn
		Preview    siteConfigIn
	} `json:"deployment_configs"`
	Canonical *siteDeploymentIn `json:"canonical_deployment"`
	Latest    *siteDeploymentIn `json:"latest_deployment"`
}

// siteConfigIn is what deployments of one environment are given, by name.
type siteConfigIn struct {
	EnvVars        map[string]*struct{ Type text } `json:"env_vars"`
	KV             map[string]*siteTargetIn        `json:"kv_namespaces"`
	R2             map[string]*siteTargetIn        `json:"r2_buckets"`
	D1             map[string]*siteTargetIn        `json:"d1_databases"`
	DurableObjects map[string]*siteTargetIn        `json:"durable_object_namespaces"`
	Services       map[string]*siteTargetIn
	Queues         map[string]*siteTargetIn `json:"queue_producers"`
	Hyperdrive     map[string]*siteTargetIn `json:"hyperdrive_bindings"`
	Vectorize      map[string]*siteTargetIn `json:"vectorize_bindings"`
	AI             map[string]*siteTargetIn `json:"ai_bindings"`
	Datasets       map[string]*siteTargetIn `json:"analytics_engine_datasets"`
	Certificates   map[string]*siteTargetIn `json:"mtls_certificates"`
	Browsers       map[string]*siteTargetIn
	Compatibility  text     `json:"compatibility_date"`
	Flags          []string `json:"compatibility_flags"`
	Placement      placement
}

// siteTargetIn names what a binding of a project leads to; each kind has one of the
// fields.
type siteTargetIn struct {
	Namespace   text `json:"namespace_id"`
	Name        text
	ID          text
	Service     text
	Index       text `json:"index_name"`
	Dataset     text
	Certificate text `json:"certificate_id"`
}

type siteDeploymentIn struct {
	ID, Environment string
	CreatedOn       time.Time `json:"created_on"`
	Aliases         []string
	UsesFunctions   *bool `json:"uses_functions"`
	Trigger         struct {
		Type     text
		Metadata struct {
			Branch  text
			Commit  text `json:"commit_hash"`
			Message text `json:"commit_message"`
		}
	} `json:"deployment_trigger"`
}

type siteDomainIn struct {
	ID      text
	Name    string
	Status  text
	ZoneTag text `json:"zone_tag"`
}

// configuration is how production runs.
func (p *project) configuration() inventory.Configuration {
	c := inventory.Configuration{Compatibility: string(p.Configs.Production.Compatibility), Flags: sorted(p.Configs.Production.Flags),
		Placement: string(p.Configs.Production.Placement), Assets: true, ProductionBranch: cut(p.ProductionBranch), Functions: p.functions}
	if s := p.Source; s != nil {
		c.Repository = string(s.Type + ":" + s.Config.Owner + "/" + s.Config.RepoName)
	}
	return c
}

// deployment is what serves production, or what was made last where nothing does.
func (p *project) deployment(now time.Time) inventory.Facet[inventory.Deployment] {
	in := cmp.Or(p.Canonical, p.Latest)
	if in == nil {
		return inventory.Absent[inventory.Deployment](now)
	}
	m := in.Trigger.Metadata
	return inventory.Known(inventory.Deployment{ID: in.ID, Created: in.CreatedOn, Source: cut(string(in.Trigger.Type)), Message: cut(string(m.Message)),
		Branch: cut(string(m.Branch)), Commit: cut(string(m.Commit)), Shares: []inventory.Share{{Version: in.ID, Percent: 100}}}, now)
}

// bindings are those of both environments, each with the one in which it holds.
func (p *project) bindings() (all []inventory.Binding, reaches []string) {
	all = []inventory.Binding{}
	for environment, c := range map[string]siteConfigIn{"production": p.Configs.Production, "preview": p.Configs.Preview} {
		for _, b := range c.bindings() {
			b.Qualifier = environment
			all = append(all, b)
			if b.Kind != "secret_text" && b.Kind != "plain_text" {
				reaches = append(reaches, strings.TrimSpace(b.Kind+" "+b.Target))
			}
		}
	}
	slices.SortFunc(all, compareBindings)
	return all, sorted(reaches)
}

// bindings names them by the types that bindings of Workers have.
func (c siteConfigIn) bindings() []inventory.Binding {
	var out []inventory.Binding
	for name, v := range c.EnvVars {
		kind := text("plain_text")
		if v != nil {
			kind = cmp.Or(v.Type, kind)
		}
		out = append(out, inventory.Binding{Kind: cut(string(kind)), Name: name})
	}
	for kind, all := range map[string]map[string]*siteTargetIn{
		"kv_namespace": c.KV, "r2_bucket": c.R2, "d1": c.D1, "durable_object_namespace": c.DurableObjects, "service": c.Services,
		"queue": c.Queues, "hyperdrive": c.Hyperdrive, "vectorize": c.Vectorize, "ai": c.AI, "analytics_engine": c.Datasets,
		"mtls_certificate": c.Certificates, "browser": c.Browsers,
	} {
		for name, t := range all {
			out = append(out, inventory.Binding{Kind: kind, Name: name, Target: string(t.of(kind))})
		}
	}
	return out
}

// of gives the target of a binding of the kind.
func (t *siteTargetIn) of(kind string) text {
	if t == nil {
		return ""
	}
	switch kind {
	case "kv_namespace", "durable_object_namespace":
		return t.Namespace
	case "r2_bucket", "queue":
		return t.Name
	case "d1", "hyperdrive":
		return t.ID
	case "service":
		return t.Service
	case "vectorize":
		return t.Index
	case "analytics_engine":
		return t.Dataset
	case "mtls_certificate":
		return t.Certificate
	}
	return ""
}
