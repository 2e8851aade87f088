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

	// Created and Modified are the provider's own times; zero: unknown.
	// Created merges to the earliest, Modified to the latest.
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	// Deleted is the last known deletion, from an event; zero: none known.
	Deleted time.Time `json:"deleted,omitzero"`

	// Sightings say which cells showed the asset, and when last.
	Sightings []Sighting `json:"sightings,omitempty"`

	Configuration Facet[Configuration] `json:"configuration,omitzero"`
	Code          Facet[Code]          `json:"code,omitzero"`
	Versions      Facet[Versions]      `json:"versions,omitzero"`
	Identity      Facet[Identity]      `json:"identity,omitzero"`
	Rights        Facet[Rights]        `json:"rights,omitzero"`
	Exposure      Facet[Exposures]     `json:"exposure,omitzero"`
	Triggers      Facet[[]Trigger]     `json:"triggers,omitzero"`
	Bindings      Facet[[]Binding]     `json:"bindings,omitzero"`
	Labels        Facet[Labels]        `json:"labels,omitzero"`
	Logging       Facet[Logging]       `json:"logging,omitzero"`
}

func (Asset) fact() {}

// Sighting is the last time at which a cell showed an asset.
type Sighting struct {
	Cell Cell      `json:"cell"`
	At   time.Time `json:"at"`
}

// FacetNames lists the facets in the order in which people read them.
func FacetNames() []string {
	return []string{"configuration", "code", "versions", "identity", "rights", "exposure", "triggers", "bindings", "labels", "logging"}
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

// Versions are the published versions and the names that point at them.
type Versions struct {
	Published []Version `json:"published,omitempty"`
	Aliases   []Alias   `json:"aliases,omitempty"`
}

// Version is one immutable publication.
type Version struct {
	Name     string    `json:"name"`
	Digest   string    `json:"digest,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
}

// Alias is a name that sends its traffic to one or two versions.
type Alias struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Weights holds the share, 0 to 1, of further versions.
	Weights map[string]float64 `json:"weights,omitempty"`
}

// Identity is whom the asset acts as: for Lambda the execution role's ARN.
type Identity struct {
	ID string `json:"id"`
}

// Rights is what the identity may do, judged.
type Rights struct {
	// Admin: the identity may take over the account, by itself or in few steps.
	Admin bool `json:"admin"`
	// Why lists the policies or actions that make it so, or that weigh.
	Why []string `json:"why,omitempty"`
	// Boundary is the permissions boundary; Bounded says that it removes the
	// administrator's rights.
	Boundary string `json:"boundary,omitempty"`
	Bounded  bool   `json:"bounded,omitempty"`
	// Trusts lists who may take the identity besides the asset.
	Trusts []string `json:"trusts,omitempty"`
}

// Trigger is something that starts the asset.
type Trigger struct {
	Kind    string `json:"kind"`
	ID      string `json:"id,omitempty"`
	Source  string `json:"source,omitempty"`
	Account string `json:"account,omitempty"`
	Enabled bool   `json:"enabled"`
}

// Binding is a named thing that the asset is given: an environment variable,
// a secret, a store. The value is never kept.
type Binding struct {
	Kind   string `json:"kind"` // "environment", ...
	Name   string `json:"name"`
	Target string `json:"target,omitempty"`
}

// Labels are the provider's tags. Whoever deploys may set them.
type Labels map[string]string

// Logging is where the asset's own log goes.
type Logging struct {
	Group string `json:"group,omitempty"`
	Level string `json:"level,omitempty"`
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
	Stale   bool
	Seen    time.Time
	Doubted time.Time
	Doubt   Reason
}

// Facets describes every facet, in the order of FacetNames.
func (a Asset) Facets() []FacetState {
	return []FacetState{
		describe("configuration", a.Configuration), describe("code", a.Code), describe("versions", a.Versions),
		describe("identity", a.Identity), describe("rights", a.Rights), describe("exposure", a.Exposure),
		describe("triggers", a.Triggers), describe("bindings", a.Bindings), describe("labels", a.Labels),
		describe("logging", a.Logging),
	}
}

// Facet describes the facet of that name; an unknown name gives an unknown facet.
func (a Asset) Facet(name string) FacetState {
	for _, f := range a.Facets() {
		if f.Name == name {
			return f
		}
	}
	return FacetState{Name: name, Unknown: true}
}

func describe[T any](name string, f Facet[T]) FacetState {
	return FacetState{Name: name, Unknown: f.IsUnknown(), Absent: f.IsAbsent(), Stale: f.Stale(), Seen: f.Seen, Doubted: f.Doubted, Doubt: f.Doubt}
}

// CompareAssets orders assets by id.
func CompareAssets(a, b Asset) int { return cmp.Compare(a.ID, b.ID) }
