// Package report builds one document of a judged case and tells what it means
// for the exit code. A format is a function from the document to bytes; each
// lives in a folder below. The document depends only on facts, registry, rules
// and the given clock.
package report

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// Schema is the name and version of the document.
const Schema = "estray.report/v1"

// Document is the report, estray.report/v1. Arrays are sorted by their ids;
// absent is absent, never null; times are UTC.
type Document struct {
	Schema   string     `json:"schema"`
	Tool     Tool       `json:"tool"`
	Run      Run        `json:"run"`
	Summary  Summary    `json:"summary"`
	Assets   []Asset    `json:"assets"`
	Findings []Finding  `json:"findings"`
	Coverage []Coverage `json:"coverage"`
	// Principals are those of whom a reading tells that they may put code into
	// service, or give such rights to others, or of whom that could not be judged.
	Principals []Principal `json:"principals,omitempty"`
	// NotAsked lists the capabilities that rules need and that no source was
	// asked to read: unknown, but no failure of the run.
	NotAsked []NotAsked `json:"not_asked,omitempty"`
	// Deployments counts successful deployments by day and provider.
	Deployments []Deployments `json:"deployments,omitempty"`
	Rules       []Rule        `json:"rules,omitempty"`
	Notes       []string      `json:"notes,omitempty"`
	ExitCode    int           `json:"exit_code"`
	// ExitWhy says in words why this code.
	ExitWhy string `json:"exit_why"`
}

// Tool is the program that wrote the document.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Run is the scan that the document reports.
type Run struct {
	ID       string    `json:"id"`
	Started  time.Time `json:"started,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
	Now      time.Time `json:"now"`
}

// Summary counts what follows. Maps hold every word that can occur.
type Summary struct {
	Assets   AssetSummary    `json:"assets"`
	Findings FindingSummary  `json:"findings"`
	Coverage CoverageSummary `json:"coverage"`
}

// AssetSummary counts assets that are there (gone ones are not counted).
type AssetSummary struct {
	Total      int            `json:"total"`
	ByStanding map[string]int `json:"by_standing"`
	ByProvider map[string]int `json:"by_provider"`
	// ProviderStanding is the table of both, for pictures.
	ProviderStanding map[string]map[string]int `json:"provider_standing,omitempty"`
}

// FindingSummary counts open findings; acknowledged and accepted ones are
// counted apart.
type FindingSummary struct {
	Total        int            `json:"total"`
	BySeverity   map[string]int `json:"by_severity"`
	Acknowledged int            `json:"acknowledged"`
	Accepted     int            `json:"accepted"`
	Resolved     int            `json:"resolved"`
}

// CoverageSummary counts cells.
type CoverageSummary struct {
	Complete   int `json:"complete"`
	Accepted   int `json:"accepted"`
	Incomplete int `json:"incomplete"`
}

// Asset is one asset with its standing.
type Asset struct {
	ID       string   `json:"id"`
	Provider string   `json:"provider"`
	Kind     string   `json:"kind,omitempty"`
	Account  string   `json:"account,omitempty"`
	Region   string   `json:"region,omitempty"`
	Name     string   `json:"name,omitempty"`
	Aliases  []string `json:"aliases,omitempty"`
	// Names are all names that it has or had, where it may be renamed and has had
	// more than one; sorted.
	Names     []string   `json:"names,omitempty"`
	Standing  string     `json:"standing"`
	Presence  string     `json:"presence,omitempty"`
	Owner     string     `json:"owner,omitempty"`
	Claim     string     `json:"claim,omitempty"`
	Reasons   []string   `json:"reasons"`
	Exposures []Exposure `json:"exposures,omitempty"`
	// Reach is the widest reach; "unknown" where the exposure is.
	Reach      string    `json:"reach"`
	Identity   string    `json:"identity,omitempty"`
	Runtime    string    `json:"runtime,omitempty"`
	CodeDigest string    `json:"code_digest,omitempty"`
	Created    time.Time `json:"created,omitzero"`
	Modified   time.Time `json:"modified,omitzero"`
	LastDeploy *Deploy   `json:"last_deploy,omitempty"`
	// Deployment is what serves now, where the provider tells.
	Deployment *Deployment `json:"deployment,omitempty"`
	// Repository is what it is built from, "github:OWNER/NAME".
	Repository string `json:"repository,omitempty"`
	// Bindings counts what it is given: variables, secrets, stores.
	Bindings int       `json:"bindings,omitempty"`
	LastSeen time.Time `json:"last_seen,omitzero"`
	SeenBy   []string  `json:"seen_by"`
	// UnknownFacets maps a facet's name to why it is unknown or stale.
	UnknownFacets map[string]string `json:"unknown_facets,omitempty"`
	// Findings are the ids of the findings on this asset.
	Findings []string `json:"findings,omitempty"`
}

// Exposure is one way in.
type Exposure struct {
	Kind     string `json:"kind"`
	Reach    string `json:"reach"`
	Hostname string `json:"hostname,omitempty"`
	// Route is the method and path of a route: "GET /orders/{id}".
	// or the pattern of one: "example.com/api/*".
	Route     string `json:"route,omitempty"`
	Qualifier string `json:"qualifier,omitempty"`
	// Guard is what stands before it and asks who calls: an application of
	// Cloudflare Access.
	Guard string `json:"guard,omitempty"`
	Note  string `json:"note,omitempty"`
}

// Address is where the way answers: a hostname, or the pattern of a route of a zone;
// empty where it has none.
func (e Exposure) Address() string {
	if e.Kind == inventory.WayRoute && e.Route != "" {
		return e.Route
	}
	return e.Hostname
}

// Addresses are where the asset answers, each once: first the names that somebody
// chose, then those that the provider gives, then those of versions and previews.
func (a Asset) Addresses() []string {
	ways := slices.Clone(a.Exposures)
	slices.SortFunc(ways, func(x, y Exposure) int { return cmp.Or(x.rank()-y.rank(), cmp.Compare(x.Address(), y.Address())) })
	var out []string
	for _, e := range ways {
		if at := e.Address(); at != "" && !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	return out
}

// rank orders addresses by how much they tell a person.
func (e Exposure) rank() int {
	switch e.Kind {
	case inventory.WayWorkersDev, inventory.WayPages:
		return 1
	case inventory.WayVersionURLs, inventory.WayPreview, inventory.WayPagesBranch:
		return 2
	}
	return 0
}

// Deployment is what was put into service last, as the provider tells. Author and
// source are what it says of who deployed, and by what tool.
type Deployment struct {
	ID      string    `json:"id,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Author  string    `json:"author,omitempty"`
	Source  string    `json:"source,omitempty"`
	Branch  string    `json:"branch,omitempty"`
	Commit  string    `json:"commit,omitempty"`
	// Shares are the versions that serve, with their parts of the traffic.
	Shares []Share `json:"shares,omitempty"`
}

// Share is the part of the traffic that a version serves.
type Share struct {
	Version string  `json:"version"`
	Percent float64 `json:"percent"`
	Digest  string  `json:"digest,omitempty"`
}

// Principal is somebody who may deploy.
type Principal struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Account  string `json:"account,omitempty"`
	// Kind is "member" or "token", and Name what people call it.
	Kind   string `json:"kind"`
	Name   string `json:"name,omitempty"`
	Status string `json:"status,omitempty"`
	// Deploys and Admin say what it may do; Unjudged are grants of which neither is
	// known.
	Deploys  bool     `json:"deploys,omitempty"`
	Admin    bool     `json:"admin,omitempty"`
	Unjudged []string `json:"unjudged,omitempty"`
	// Bounded: it holds from named addresses alone.
	Bounded bool `json:"bounded,omitempty"`
	// Expires is zero where it does not end by itself, LastUsed where it is not told.
	Expires  time.Time `json:"expires,omitzero"`
	LastUsed time.Time `json:"last_used,omitzero"`
}

// Deploy is the last deployment known from events.
type Deploy struct {
	Time      time.Time `json:"time"`
	Principal string    `json:"principal"`
	// Name is the address that the provider keeps of a person; empty: none.
	Name  string `json:"name,omitempty"`
	Event string `json:"event"`
}

// Finding is one finding with its life.
type Finding struct {
	ID       string `json:"id"`
	Rule     string `json:"rule"`
	Title    string `json:"title"`
	Severity string `json:"severity"`
	State    string `json:"state"`
	// StateWhy says who acknowledged or accepted it, until when and why.
	StateWhy string `json:"state_why,omitempty"`
	Provider string `json:"provider,omitempty"`
	Account  string `json:"account,omitempty"`
	Region   string `json:"region,omitempty"`
	Asset    string `json:"asset,omitempty"`
	Subject  string `json:"subject,omitempty"`
	// Attempt: the act was refused; nothing changed.
	Attempt bool `json:"attempt,omitempty"`
	// Coverage: it says what could not be judged; it counts for exit code 4.
	Coverage bool `json:"coverage,omitempty"`
	// Group joins findings over one act; Leads marks the one of the highest
	// severity, Members lists the others' ids.
	Group       string     `json:"group,omitempty"`
	Leads       bool       `json:"leads,omitempty"`
	Members     []string   `json:"members,omitempty"`
	Message     string     `json:"message"`
	Steps       []string   `json:"severity_steps,omitempty"`
	Evidence    []Evidence `json:"evidence"`
	Remediation string     `json:"remediation,omitempty"`
	Attack      []string   `json:"attack,omitempty"`
	FirstSeen   time.Time  `json:"first_seen,omitzero"`
	LastSeen    time.Time  `json:"last_seen,omitzero"`
	ResolvedAt  time.Time  `json:"resolved,omitzero"`
	Reopened    bool       `json:"reopened,omitempty"`
}

// Evidence is one fact that a finding stands on.
type Evidence struct {
	Kind    string `json:"kind"`
	Ref     string `json:"ref"`
	Summary string `json:"summary"`
}

// Coverage is one cell.
type Coverage struct {
	Source     string    `json:"source"`
	Provider   string    `json:"provider,omitempty"`
	Account    string    `json:"account,omitempty"`
	Region     string    `json:"region,omitempty"`
	Capability string    `json:"capability"`
	State      string    `json:"state"`
	Expected   int       `json:"expected,omitempty"`
	Seen       int       `json:"seen,omitempty"`
	From       time.Time `json:"from,omitzero"`
	To         time.Time `json:"to,omitzero"`
	Read       time.Time `json:"read,omitzero"`
	Continuity string    `json:"continuity,omitempty"`
	// Services are those whose events the cell of a log was asked for; none: all.
	Services []string `json:"services,omitempty"`
	// Usage is whose use was counted in the cell of a log: "roles" or
	// "functions"; empty: nobody's.
	Usage     string `json:"usage,omitempty"`
	Operation string `json:"operation,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	Accepted  bool   `json:"accepted"`
	// AcceptedWhy names the blind spot.
	AcceptedWhy string `json:"accepted_why,omitempty"`
}

// Whole reports whether absence in the cell means that there is nothing.
func (c Coverage) Whole() bool {
	return c.State == inventory.Complete.String() || c.State == inventory.Disabled.String()
}

// Hole reports a cell that was not read whole, or a log of which something is
// known to be missing though all that was there was read.
func (c Coverage) Hole() bool { return !c.Whole() || c.Continuity == inventory.Broken.String() }

// What names what was not asked for.
func (n NotAsked) What() string {
	if len(n.Services) == 0 {
		return n.Capability
	}
	return n.Capability + " of " + strings.Join(n.Services, ", ")
}

// NotAsked is a capability that rules need and nobody was asked to read.
type NotAsked struct {
	Provider   string `json:"provider,omitempty"`
	Capability string `json:"capability"`
	// Services whose events nobody was asked to read, though those of others
	// were; none: nothing of the capability was.
	Services []string `json:"services,omitempty"`
	Rules    []string `json:"rules"`
}

// Deployments counts one day of one provider.
type Deployments struct {
	Day      string `json:"day"`
	Provider string `json:"provider"`
	Count    int    `json:"count"`
}

// Rule is what a report says of a rule.
type Rule struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Severity string `json:"severity"`
	State    string `json:"state"`
}

// Format turns a document into bytes.
type Format struct {
	Name string
	// Write is set for formats of one stream.
	Write func(w io.Writer, d *Document) error
	// Files is set for formats of several files (CSV): names and writers.
	Files []File
}

// File is one file of a format that has several.
type File struct {
	Name  string
	Write func(w io.Writer, d *Document) error
}
