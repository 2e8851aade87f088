package inventory

import (
	"cmp"
	"slices"
	"time"
)

// AssetID is the native, stable id of an asset: the unqualified function ARN,
// the Worker's account and immutable tag, the script id.
type AssetID string

// Kind says what an asset is, in the provider's noun.
type Kind string

// The kinds of asset.
const (
	LambdaFunction Kind = "lambda-function"
	// WebFunction is a deployment of Lambda's Web Functions, an API of its own.
	WebFunction Kind = "web-function"
	// CapacityProvider is a set of EC2 instances on which Lambda runs functions.
	CapacityProvider Kind = "capacity-provider"

	// Worker is a script of Cloudflare Workers.
	Worker Kind = "worker"
	// PagesProject is a site of Cloudflare Pages; with functions, or one of which
	// it is not known whether it has any.
	PagesProject Kind = "pages-project"
	// DispatchNamespace is a set of Workers that a platform runs for its customers
	// (Workers for Platforms), told as one asset with a count.
	DispatchNamespace Kind = "dispatch-namespace"
)

// Asset is one serverless deployment. The zero value of each facet is
// unknown. An asset is identified by ID; Aliases are other ids under which
// the same deployment is known.
type Asset struct {
	ID      AssetID   `json:"id"`
	Kind    Kind      `json:"kind,omitempty"`
	Scope   Scope     `json:"scope"`
	Name    string    `json:"name,omitempty"`
	Aliases []AssetID `json:"aliases,omitempty"`
	// Handles are ids that the provider lends the asset, and may give to another
	// one later: a Worker's name, the id of a route to it. What names one means the
	// asset that held it then: see [View.Holder].
	Handles []Handle `json:"handles,omitempty"`

	// Created and Modified are the provider's own times; zero: unknown.
	// Created merges to the earliest, Modified to the latest.
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	// Deleted is the last known deletion, from an event; zero: none known.
	Deleted time.Time `json:"deleted,omitzero"`

	// Sightings say which cells showed the asset, and when last.
	Sightings []Sighting `json:"sightings,omitempty"`

	// Called is the facet "name", where the provider lets an asset be renamed: Name
	// is then the last one that was observed.
	Called        Facet[string]        `json:"called,omitzero"`
	Configuration Facet[Configuration] `json:"configuration,omitzero"`
	// Settings is a facet of its own: sources read it more rarely than the
	// configuration, which is told whole each time.
	Settings    Facet[Settings]    `json:"settings,omitzero"`
	CodeSigning Facet[CodeSigning] `json:"code_signing,omitzero"`
	Code        Facet[Code]        `json:"code,omitzero"`
	Versions    Facet[Versions]    `json:"versions,omitzero"`
	// Deployment is what serves now, where a provider keeps versions and
	// deployments apart.
	Deployment Facet[Deployment] `json:"deployment,omitzero"`
	// VersionAliases is the facet "aliases": names that point at versions. The
	// asset's own other ids are Aliases.
	VersionAliases Facet[[]Alias]       `json:"version_aliases,omitzero"`
	Identity       Facet[Identity]      `json:"identity,omitzero"`
	Rights         Facet[Rights]        `json:"rights,omitzero"`
	Exposure       Parts[Exposures]     `json:"exposure,omitzero"`
	Triggers       Parts[Triggers]      `json:"triggers,omitzero"`
	Destinations   Facet[[]Destination] `json:"destinations,omitzero"`
	Bindings       Facet[[]Binding]     `json:"bindings,omitzero"`
	Labels         Facet[Labels]        `json:"labels,omitzero"`
	Logging        Facet[Logging]       `json:"logging,omitzero"`
}

func (Asset) fact() {}

// Sighting is the last time at which a cell showed an asset.
type Sighting struct {
	Cell Cell      `json:"cell"`
	At   time.Time `json:"at"`
}

// Handle is an id that an asset holds for a time.
type Handle struct {
	ID AssetID `json:"id"`
	// Since is when the asset was first seen to hold it.
	Since time.Time `json:"since"`
}

// FacetNames lists the facets in the order in which people read them.
func FacetNames() []string {
	return []string{"name", "configuration", "settings", "code-signing", "code", "versions", "deployment", "aliases", "identity", "rights", "exposure", "triggers", "destinations", "bindings", "labels", "logging"}
}

// Configuration is how a deployment runs.
type Configuration struct {
	Runtime        string   `json:"runtime,omitempty"`
	Handler        string   `json:"handler,omitempty"`
	Package        string   `json:"package,omitempty"` // "Zip", "Image"
	Architectures  []string `json:"architectures,omitempty"`
	MemoryMB       int      `json:"memory_mb,omitempty"`
	TimeoutSeconds int      `json:"timeout_seconds,omitempty"`
	VPC            string   `json:"vpc,omitempty"`
	KMSKey         string   `json:"kms_key,omitempty"`
	// Origin is the asset of which this one is a replica (Lambda@Edge MasterArn).
	Origin AssetID `json:"origin,omitempty"`

	// Digest is that of the configuration (Lambda: ConfigSha256); Revision
	// changes whenever configuration or code do (RevisionId).
	Digest   string `json:"digest,omitempty"`
	Revision string `json:"revision,omitempty"`
	// EphemeralMB is the size of the scratch disk (EphemeralStorage.Size, MB).
	EphemeralMB int `json:"ephemeral_mb,omitempty"`
	// CapacityProvider is the ARN of the instances that it runs on
	// (CapacityProviderConfig); empty: Lambda's own.
	CapacityProvider string `json:"capacity_provider,omitempty"`
	// Durable is set for durable functions (DurableConfig).
	Durable *Durable `json:"durable,omitempty"`
	// Tenancy is TenancyConfig.TenantIsolationMode: "PER_TENANT".
	Tenancy string `json:"tenancy,omitempty"`
	// SnapStart: published versions start from a snapshot (SnapStart.ApplyOn is
	// "PublishedVersions").
	SnapStart bool `json:"snap_start,omitempty"`
	// Subnets and SecurityGroups are ids (VpcConfig), sorted.
	Subnets        []string `json:"subnets,omitempty"`
	SecurityGroups []string `json:"security_groups,omitempty"`
	// FileSystems are ARNs of what is mounted (FileSystemConfigs), sorted.
	FileSystems []string `json:"file_systems,omitempty"`
	// Tracing is TracingConfig.Mode: "Active", "PassThrough".
	Tracing string `json:"tracing,omitempty"`

	// Compatibility is the date and Flags the flags by which a Worker's runtime
	// behaves (compatibility_date, compatibility_flags); flags are sorted.
	Compatibility string   `json:"compatibility,omitempty"`
	Flags         []string `json:"flags,omitempty"`
	// Handlers are the events that the code listens to ("fetch", "scheduled"),
	// sorted; of named entrypoints as "NAME.fetch".
	Handlers []string `json:"handlers,omitempty"`
	// Placement is where it runs by wish: "smart", a region, a host.
	Placement string `json:"placement,omitempty"`
	// Assets: static files are served with the code (has_assets).
	Assets bool `json:"assets,omitempty"`
	// Repository is what a Pages project is built from, "github:OWNER/NAME", and
	// ProductionBranch the branch that goes into service; empty: uploaded by hand.
	Repository       string `json:"repository,omitempty"`
	ProductionBranch string `json:"production_branch,omitempty"`
	// Functions, of a Pages project, tells whether it runs code (uses_functions);
	// nil: not told, which is not false.
	Functions *bool `json:"functions,omitempty"`
	// Scripts is how many scripts a dispatch namespace holds (script_count), and
	// Trusted that they may see each other's cache (trusted_workers).
	Scripts int  `json:"scripts,omitempty"`
	Trusted bool `json:"trusted,omitempty"`
}

// Durable is how long executions of a durable function run and are kept.
type Durable struct {
	// TimeoutSeconds is ExecutionTimeout; RetentionDays is
	// RetentionPeriodInDays; zero: not told.
	TimeoutSeconds int    `json:"timeout_seconds,omitempty"`
	RetentionDays  int    `json:"retention_days,omitempty"`
	KMSKey         string `json:"kms_key,omitempty"`
}

// Settings are what the listing of functions does not tell. The zero value,
// known, means that the provider told no state and that nothing is reserved.
type Settings struct {
	// State and StateReason are the provider's words (State, StateReason);
	// empty: not told.
	State       string `json:"state,omitempty"`
	StateReason string `json:"state_reason,omitempty"`
	// ReservedConcurrency is ReservedConcurrentExecutions; nil: nothing is
	// reserved. Zero means that the function is switched off.
	ReservedConcurrency *int `json:"reserved_concurrency,omitempty"`
}

// CodeSigning is what demands that the code be signed.
type CodeSigning struct {
	// Config is the ARN of the code signing configuration that guards the
	// function (CodeSigningConfigArn); empty: none does.
	Config string `json:"config,omitempty"`
}

// Code is what runs when nothing qualifies the call ($LATEST).
type Code struct {
	// Digest as the provider gives it: for Lambda base64 of SHA-256, or an image digest.
	Digest string  `json:"digest,omitempty"`
	Size   int64   `json:"size,omitempty"` // bytes
	Image  string  `json:"image,omitempty"`
	Layers []Layer `json:"layers,omitempty"`
}

// Layer is foreign code mounted into an asset.
type Layer struct {
	ID string `json:"id"`
	// Account owns the layer; empty if the id does not say.
	Account string `json:"account,omitempty"`
}

// Versions are the published versions.
type Versions struct {
	Published []Version `json:"published,omitempty"`
}

// Version is one immutable publication.
type Version struct {
	Name     string    `json:"name"`
	Digest   string    `json:"digest,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
	// Number counts versions up from 1, where the provider counts them.
	Number int `json:"number,omitempty"`
	// Author is the principal that uploaded it, and Source the tool by which, in
	// the vendor's word ("wrangler", "dash"); both as the vendor tells them.
	Author string `json:"author,omitempty"`
	Source string `json:"source,omitempty"`
	// URLs are the hostnames under which the version answers by itself, sorted.
	URLs []string `json:"urls,omitempty"`
}

// Deployment is what was put into service last.
type Deployment struct {
	ID      string    `json:"id,omitempty"`
	Created time.Time `json:"created,omitzero"`
	// Author is the address or the id of who deployed, and Source the tool, in the
	// vendor's word: "wrangler", "dash", "github:push", "ad_hoc".
	Author string `json:"author,omitempty"`
	Source string `json:"source,omitempty"`
	// Message and Notes are free text of whoever deployed: the message, and
	// annotations by key; cut to 200 characters. Never proof of anything.
	Message string            `json:"message,omitempty"`
	Notes   map[string]string `json:"notes,omitempty"`
	// Shares say which versions serve, by version. One that serves nothing is not
	// among them.
	Shares []Share `json:"shares,omitempty"`
	// Branch and Commit are what was built, where the vendor tells.
	Branch string `json:"branch,omitempty"`
	Commit string `json:"commit,omitempty"`
}

// Share is the part of the traffic that a version serves.
type Share struct {
	Version string `json:"version"`
	// Percent is more than 0, and 100 where the version serves alone.
	Percent float64 `json:"percent"`
	// Digest is that of the version's code; empty: not told.
	Digest string `json:"digest,omitempty"`
}

// Alias is a name that sends its traffic to one or two versions.
type Alias struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Weights holds the share, 0 to 1, of further versions.
	Weights map[string]float64 `json:"weights,omitempty"`
}

// Identity is whom the asset acts as: for Lambda the execution role's ARN. A
// Worker acts as itself: ID is then the asset's own.
type Identity struct {
	ID string `json:"id"`
	// Reaches lists what the asset is let in to by its bindings, as "TYPE TARGET"
	// in the vendor's words ("r2_bucket backups"), sorted. It is nil where rights
	// come by the identity's policies: see Rights.
	Reaches []string `json:"reaches,omitempty"`
}

// Rights is what the identity may do, judged.
type Rights struct {
	// Admin: the identity may take over the account, by itself or in few steps.
	Admin bool `json:"admin"`
	// Why lists the policies or actions that make it so.
	Why []string `json:"why,omitempty"`
	// Weighs lists what the identity may do that weighs and does not make it an
	// administrator: wildcards, pass-role, changing functions.
	Weighs []string `json:"weighs,omitempty"`
	// Boundary is the permissions boundary; Bounded says that it removes the
	// administrator's rights.
	Boundary string `json:"boundary,omitempty"`
	Bounded  bool   `json:"bounded,omitempty"`
	// Trusts lists who may take the identity besides the asset.
	Trusts []string `json:"trusts,omitempty"`
	// LastUsed and LastUsedRegion are when and where the identity last acted, by
	// the provider's own account (IAM's RoleLastUsed, which looks back 400
	// days); zero: not within that time, or not told.
	LastUsed       time.Time `json:"last_used,omitzero"`
	LastUsedRegion string    `json:"last_used_region,omitempty"`
}

// Trigger is something that starts the asset.
type Trigger struct {
	Kind    string `json:"kind"`
	ID      string `json:"id,omitempty"`
	Source  string `json:"source,omitempty"`
	Account string `json:"account,omitempty"`
	Enabled bool   `json:"enabled"`
	// Name is what people call the trigger: a rule's or a schedule's name.
	Name string `json:"name,omitempty"`
	// Qualifier is the alias or version that it starts; empty: what runs
	// unqualified.
	Qualifier string `json:"qualifier,omitempty"`
	// Detail says when it starts: a schedule expression or an event pattern, cut
	// to 512 characters.
	Detail string `json:"detail,omitempty"`
}

// Triggers are all that start an asset. An empty list, known, means that
// nothing does.
type Triggers []Trigger

// Join adds what another reading tells.
func (t Triggers) Join(other Triggers) Triggers { return slices.Concat(t, other) }

// Split takes triggers that were told as a whole for event source mappings.
func (t Triggers) Split() map[Capability]Triggers { return map[Capability]Triggers{CapMappings: t} }

// Destination is where the asset's results go.
type Destination struct {
	// Qualifier is the alias or version whose results go there; empty: what runs
	// unqualified.
	Qualifier string `json:"qualifier,omitempty"`
	// On says which results: "success", "failure", or "dead-letter" for events
	// that could not be handled.
	On string `json:"on"`
	// Target is the ARN of the queue, topic, bus, bucket or function.
	Target string `json:"target,omitempty"`
}

// Binding is a named thing that the asset is given: an environment variable,
// a secret, a store. The value is never kept.
type Binding struct {
	Kind   string `json:"kind"` // "environment", ...
	Name   string `json:"name"`
	Target string `json:"target,omitempty"`
	// Qualifier is where it holds if not everywhere: of a Pages project
	// "production" or "preview"; of a Worker the version, where versions that serve
	// differ.
	Qualifier string `json:"qualifier,omitempty"`
}

// Labels are the provider's tags. Whoever deploys may set them.
type Labels map[string]string

// Logging is where the asset's own log goes.
type Logging struct {
	Group string `json:"group,omitempty"`
	Level string `json:"level,omitempty"`
	// Kept: the provider keeps logs of calls (Workers: observability); Sampled is
	// the share of calls that is logged, 0 to 1, 0 where it is not told.
	Kept    bool    `json:"kept,omitempty"`
	Sampled float64 `json:"sampled,omitempty"`
	// Pushed: trace events are delivered by a job of the account (logpush).
	Pushed bool `json:"pushed,omitempty"`
	// Consumers are Workers that are handed every log (tail_consumers), and
	// Destinations what logs are sent to, by name; both sorted.
	Consumers    []string `json:"consumers,omitempty"`
	Destinations []string `json:"destinations,omitempty"`
}

// SeenBy lists the sources that showed the asset, sorted; "events" stands for
// any source that read audit events.
func (a Asset) SeenBy() []string {
	var out []string
	for _, s := range a.Sightings {
		name := s.Cell.Source
		if s.Cell.Capability == CapEvents {
			name = "events"
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// LastSeen is the latest sighting; zero if there is none.
func (a Asset) LastSeen() time.Time {
	var t time.Time
	for _, s := range a.Sightings {
		if s.At.After(t) {
			t = s.At
		}
	}
	return t
}

// FacetState describes one facet for generic readers.
type FacetState struct {
	Name    string
	Unknown bool
	Absent  bool
	// Stale: what was observed may not be called current. It is set too where a
	// part of the facet is known and another is not.
	Stale   bool
	Seen    time.Time
	Doubted time.Time
	Doubt   Reason
	// Parts describe the parts of a facet that has such, by name: "policies",
	// "urls". Parts that must be there and are not are among them, unknown.
	Parts []FacetState
}

// Same reports whether two facets are in the same state for the same reason, by
// whatever name. Parts are not compared.
func (f FacetState) Same(o FacetState) bool {
	return f.Unknown == o.Unknown && f.Absent == o.Absent && f.Stale == o.Stale && f.Seen.Equal(o.Seen) &&
		f.Doubted.Equal(o.Doubted) && f.Doubt == o.Doubt
}

// Facets describes the facets, in the order of FacetNames: all of them but those
// that assets of the kind cannot have and of which nothing was said. One that has
// parts is described as a whole, joined.
func (a Asset) Facets() []FacetState {
	all := []FacetState{
		describe("name", a.Called), describe("configuration", a.Configuration), describe("settings", a.Settings), describe("code-signing", a.CodeSigning),
		describe("code", a.Code), describe("versions", a.Versions), describe("deployment", a.Deployment),
		describe("aliases", a.VersionAliases), describe("identity", a.Identity), describe("rights", a.Rights),
		describeParts("exposure", a.waysIn()), describeParts("triggers", a.Triggers),
		describe("destinations", a.Destinations), describe("bindings", a.Bindings), describe("labels", a.Labels),
		describe("logging", a.Logging),
	}
	return slices.DeleteFunc(all, func(f FacetState) bool { return a.Kind.lacks(f.Name) && f.Same(FacetState{Unknown: true}) })
}

// lacks reports whether assets of the kind have no such facet: a name for good,
// and versions that are in service as soon as they are there.
func (k Kind) lacks(facet string) bool {
	switch k {
	case Worker, PagesProject, DispatchNamespace:
		return false
	}
	return facet == "name" || facet == "deployment"
}

// Facet describes the facet of that name, or the part of a facet that PartName
// names so; an unknown name gives an unknown facet.
func (a Asset) Facet(name string) FacetState {
	for _, f := range a.Facets() {
		if f.Name == name {
			return f
		}
		for _, p := range f.Parts {
			if PartName(f.Name, Capability(p.Name)) == name {
				p.Name = name
				return p
			}
		}
	}
	return FacetState{Name: name, Unknown: true}
}

func describe[T any](name string, f Facet[T]) FacetState {
	return FacetState{Name: name, Unknown: f.IsUnknown(), Absent: f.IsAbsent(), Stale: f.Stale(), Seen: f.Seen(), Doubted: f.Doubted(), Doubt: f.Doubt()}
}

func describeParts[T Joined[T]](name string, p Parts[T]) FacetState {
	out := FacetState{Name: name, Unknown: p.IsUnknown(), Absent: p.IsAbsent(), Stale: p.Stale(), Seen: p.Seen(), Doubted: p.Doubted(), Doubt: p.Doubt()}
	for _, c := range p.names() {
		out.Parts = append(out.Parts, describe(string(c), p[c]))
	}
	return out
}

// CompareAssets orders assets by id.
func CompareAssets(a, b Asset) int { return cmp.Compare(a.ID, b.ID) }
