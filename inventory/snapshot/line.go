package snapshot

import (
	"errors"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
)

// assetLine is an asset as a line.
type assetLine struct {
	ID       inventory.AssetID   `json:"id"`
	Provider inventory.Provider  `json:"provider"`
	Kind     inventory.Kind      `json:"kind,omitempty"`
	Account  string              `json:"account,omitempty"`
	Region   string              `json:"region,omitempty"`
	Name     string              `json:"name,omitempty"`
	Aliases  []inventory.AssetID `json:"aliases,omitempty"`
	Handles  []inventory.Handle  `json:"handles,omitempty"`
	Verdict
	// Exposures, Identity, Runtime, CodeDigest and Labels repeat facets; nil:
	// the line does not say.
	Exposures  *[]inventory.Exposure `json:"exposures,omitempty"`
	Reach      string                `json:"reach,omitempty"`
	Identity   string                `json:"identity,omitempty"`
	Runtime    string                `json:"runtime,omitempty"`
	CodeDigest string                `json:"code_digest,omitempty"`
	Labels     *inventory.Labels     `json:"labels,omitempty"`
	Created    time.Time             `json:"created,omitzero"`
	Modified   time.Time             `json:"modified,omitzero"`
	LastSeen   time.Time             `json:"last_seen,omitzero"`
	SeenBy     []string              `json:"seen_by"`

	Deleted   time.Time            `json:"deleted,omitzero"`
	Sightings []inventory.Sighting `json:"sightings,omitempty"`
	Facets    *facets              `json:"facets,omitempty"`
}

// facets are all facets of an asset, whole.
type facets struct {
	Name          inventory.Facet[string]                  `json:"name,omitzero"`
	Configuration inventory.Facet[inventory.Configuration] `json:"configuration,omitzero"`
	Settings      inventory.Facet[inventory.Settings]      `json:"settings,omitzero"`
	CodeSigning   inventory.Facet[inventory.CodeSigning]   `json:"code-signing,omitzero"`
	Code          inventory.Facet[inventory.Code]          `json:"code,omitzero"`
	Versions      inventory.Facet[versions]                `json:"versions,omitzero"`
	Deployment    inventory.Facet[inventory.Deployment]    `json:"deployment,omitzero"`
	Aliases       inventory.Facet[[]inventory.Alias]       `json:"aliases,omitzero"`
	Identity      inventory.Facet[inventory.Identity]      `json:"identity,omitzero"`
	Rights        inventory.Facet[inventory.Rights]        `json:"rights,omitzero"`
	Exposure      inventory.Parts[inventory.Exposures]     `json:"exposure,omitzero"`
	Triggers      inventory.Parts[inventory.Triggers]      `json:"triggers,omitzero"`
	Destinations  inventory.Facet[[]inventory.Destination] `json:"destinations,omitzero"`
	Bindings      inventory.Facet[[]inventory.Binding]     `json:"bindings,omitzero"`
	Labels        inventory.Facet[inventory.Labels]        `json:"labels,omitzero"`
	Logging       inventory.Facet[inventory.Logging]       `json:"logging,omitzero"`
}

// versions are read with the aliases that they held before these were a facet;
// they are never written so.
type versions struct {
	inventory.Versions
	Aliases []inventory.Alias `json:"aliases,omitempty"`
}

func facetsOf(a inventory.Asset) *facets {
	return &facets{
		Name: a.Called, Configuration: a.Configuration, Settings: a.Settings, CodeSigning: a.CodeSigning, Code: a.Code, Deployment: a.Deployment,
		Versions: inventory.MapFacet(a.Versions, func(v inventory.Versions) versions { return versions{Versions: v} }),
		Aliases:  a.VersionAliases, Identity: a.Identity, Rights: a.Rights, Exposure: a.Exposure, Triggers: a.Triggers,
		Destinations: a.Destinations, Bindings: a.Bindings, Labels: a.Labels, Logging: a.Logging,
	}
}

// fill sets the facets of an asset. Versions without aliases may be of either
// form, so that only such as hold some tell of aliases.
func (f facets) fill(a *inventory.Asset) {
	a.Configuration, a.Code, a.VersionAliases, a.Identity, a.Rights = f.Configuration, f.Code, f.Aliases, f.Identity, f.Rights
	a.Called, a.Settings, a.CodeSigning, a.Deployment = f.Name, f.Settings, f.CodeSigning, f.Deployment
	a.Exposure, a.Triggers, a.Destinations = f.Exposure, f.Triggers, f.Destinations
	a.Bindings, a.Labels, a.Logging = f.Bindings, f.Labels, f.Logging
	a.Versions = inventory.MapFacet(f.Versions, func(v versions) inventory.Versions { return v.Versions })
	if old, ok := f.Versions.Get(); ok && old.Aliases != nil && f.Aliases.IsZero() {
		a.VersionAliases = inventory.MapFacet(f.Versions, func(v versions) []inventory.Alias { return v.Aliases })
	}
}

// lineOf writes an asset as a line.
func lineOf(a inventory.Asset, v Verdict) assetLine {
	l := assetLine{
		ID: a.ID, Provider: a.Scope.Provider, Kind: a.Kind, Account: a.Scope.Account, Region: a.Scope.Region,
		Name: a.Name, Aliases: a.Aliases, Handles: a.Handles, Verdict: v,
		Created: a.Created, Modified: a.Modified, LastSeen: a.LastSeen(), SeenBy: a.SeenBy(),
		Deleted: a.Deleted, Sightings: a.Sightings,
		Facets: facetsOf(a),
	}
	if l.SeenBy == nil {
		l.SeenBy = []string{}
	}
	if e, ok := a.Exposure.Get(); ok {
		ways := append([]inventory.Exposure{}, e.Ways...)
		l.Exposures = &ways
	}
	reach, _ := a.Reach()
	l.Reach = reach.String()
	if i, ok := a.Identity.Get(); ok {
		l.Identity = i.ID
	}
	if c, ok := a.Configuration.Get(); ok {
		l.Runtime = c.Runtime
	}
	if c, ok := a.Code.Get(); ok {
		l.CodeDigest = c.Digest
	}
	if labels, ok := a.Labels.Get(); ok && labels != nil {
		l.Labels = &labels
	}
	return l
}

// asset reads a line as an asset. Source names sightings that the line itself
// does not tell.
func (l assetLine) asset(taken time.Time, source string) (inventory.Asset, error) {
	switch {
	case l.ID == "":
		return inventory.Asset{}, errors.New("the asset has an empty id")
	case l.Provider == "":
		return inventory.Asset{}, errors.New(`the asset has no provider; add "provider":"aws"`)
	}
	a := inventory.Asset{
		ID: l.ID, Kind: l.Kind, Name: l.Name, Aliases: l.Aliases, Handles: l.handles(),
		Scope:   inventory.Scope{Provider: l.Provider, Account: l.Account, Region: l.Region},
		Created: l.Created.UTC(), Modified: l.Modified.UTC(), Deleted: l.Deleted.UTC(),
		Sightings: l.sightings(taken, source),
	}
	if f := l.Facets; f != nil {
		f.fill(&a)
		return a, nil
	}
	l.flat(&a, taken)
	return a, nil
}

// handles are the line's own, with their instants in UTC.
func (l assetLine) handles() []inventory.Handle {
	for i := range l.Handles {
		l.Handles[i].Since = l.Handles[i].Since.UTC()
	}
	return l.Handles
}

// flat fills facets from the flat fields. Of the name and of what was deployed it
// is silent: what has no such facet must not seem to lack it.
func (l assetLine) flat(a *inventory.Asset, taken time.Time) {
	if l.Exposures != nil {
		a.Exposure = inventory.Split(inventory.Known(inventory.Exposures{Ways: *l.Exposures}, taken))
	} else {
		a.Exposure = inventory.Split(silent[inventory.Exposures](taken))
	}
	a.Identity = fromFlat(l.Identity, inventory.Identity{ID: l.Identity}, taken)
	a.Configuration = fromFlat(l.Runtime, inventory.Configuration{Runtime: l.Runtime}, taken)
	a.Code = fromFlat(l.CodeDigest, inventory.Code{Digest: l.CodeDigest}, taken)
	if l.Labels != nil {
		a.Labels = inventory.Known(*l.Labels, taken)
	} else {
		a.Labels = silent[inventory.Labels](taken)
	}
	a.Settings = silent[inventory.Settings](taken)
	a.CodeSigning = silent[inventory.CodeSigning](taken)
	a.Versions = silent[inventory.Versions](taken)
	a.VersionAliases = silent[[]inventory.Alias](taken)
	a.Rights = silent[inventory.Rights](taken)
	a.Triggers = inventory.Split(silent[inventory.Triggers](taken))
	a.Destinations = silent[[]inventory.Destination](taken)
	a.Bindings = silent[[]inventory.Binding](taken)
	a.Logging = silent[inventory.Logging](taken)
}

func fromFlat[T any](text string, value T, taken time.Time) inventory.Facet[T] {
	if text == "" {
		return silent[T](taken)
	}
	return inventory.Known(value, taken)
}

func silent[T any](taken time.Time) inventory.Facet[T] {
	return inventory.Unknown[T](inventory.Reason{Operation: "read snapshot", Message: "the snapshot does not say"}, taken)
}

// sightings are the line's own, or else one for each name in seen_by, or else
// one by the snapshot itself.
func (l assetLine) sightings(taken time.Time, source string) []inventory.Sighting {
	if len(l.Sightings) > 0 {
		for i := range l.Sightings {
			l.Sightings[i].At = l.Sightings[i].At.UTC()
		}
		return l.Sightings
	}
	names := l.SeenBy
	if len(names) == 0 {
		names = []string{source}
	}
	scope := inventory.Scope{Provider: l.Provider, Account: l.Account, Region: l.Region}
	var out []inventory.Sighting
	for _, name := range names {
		capability := l.Kind.Listing()
		if name == "events" {
			capability = inventory.CapEvents
		}
		out = append(out, inventory.Sighting{Cell: inventory.Cell{Source: name, Scope: scope, Capability: capability}, At: taken})
	}
	return out
}

// permitLine is a permit as a line. It is a member, since a permit has an id too.
type permitLine struct {
	Permit inventory.Permit `json:"permit"`
}

// permit reads a line as a permit. One without an instant was read when the
// snapshot was taken.
func (l permitLine) permit(taken time.Time) (inventory.Permit, error) {
	p := l.Permit
	switch {
	case p.ID == "":
		return p, errors.New("the permit has an empty id")
	case p.Cell.Source == "" || p.Cell.Capability == "" || p.Cell.Scope.Provider == "":
		return p, errors.New("the permit does not say which cell showed it; add its source, scope and capability")
	}
	if p.At.IsZero() {
		p.At = taken
	}
	for _, t := range []*time.Time{&p.At, &p.Issued, &p.Modified, &p.LastUsed, &p.NotBefore, &p.Expires} {
		*t = t.UTC()
	}
	return p, nil
}

// coverageLine is a cell as a line, in the fields of a report.
type coverageLine struct {
	Source     string               `json:"source"`
	Provider   inventory.Provider   `json:"provider,omitempty"`
	Account    string               `json:"account,omitempty"`
	Region     string               `json:"region,omitempty"`
	Capability inventory.Capability `json:"capability"`
	State      *inventory.State     `json:"state"`
	Expected   int                  `json:"expected,omitempty"`
	Seen       int                  `json:"seen,omitempty"`
	From       time.Time            `json:"from,omitzero"`
	To         time.Time            `json:"to,omitzero"`
	Read       time.Time            `json:"read,omitzero"`
	Continuity inventory.Continuity `json:"continuity,omitempty"`
	Services   []string             `json:"services,omitempty"`
	Subject    string               `json:"subject,omitempty"`
	Operation  string               `json:"operation,omitempty"`
	Code       string               `json:"code,omitempty"`
	Message    string               `json:"message,omitempty"`
}

func lineOfCoverage(c inventory.Coverage) coverageLine {
	s := c.Cell.Scope
	return coverageLine{
		Source: c.Cell.Source, Provider: s.Provider, Account: s.Account, Region: s.Region, Capability: c.Cell.Capability,
		State: &c.State, Expected: c.Expected, Seen: c.Seen, From: c.Window.From, To: c.Window.To, Read: c.Read,
		Continuity: c.Continuity, Services: c.Services, Subject: c.Subject, Operation: c.Why.Operation, Code: c.Why.Code, Message: c.Why.Message,
	}
}

// sorted gives each name once, in order; nil for none.
func sorted(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

// coverage reads a line as coverage. A cell without a time of reading was read
// when the snapshot was taken.
func (l coverageLine) coverage(taken time.Time) (inventory.Coverage, error) {
	switch {
	case l.Source == "":
		return inventory.Coverage{}, errors.New("the cell has no source")
	case l.Capability == "":
		return inventory.Coverage{}, errors.New("the cell has an empty capability")
	case l.State == nil:
		return inventory.Coverage{}, errors.New(`the cell has no state; write what came of reading it, such as "complete" or "denied"`)
	}
	read := l.Read.UTC()
	if read.IsZero() && *l.State != inventory.Pending {
		read = taken
	}
	return inventory.Coverage{
		Cell: inventory.Cell{Source: l.Source, Capability: l.Capability,
			Scope: inventory.Scope{Provider: l.Provider, Account: l.Account, Region: l.Region}},
		State: *l.State, Expected: l.Expected, Seen: l.Seen, Read: read, Continuity: l.Continuity, Services: sorted(l.Services), Subject: l.Subject,
		Window: inventory.Window{From: l.From.UTC(), To: l.To.UTC()},
		Why:    inventory.Reason{Operation: l.Operation, Code: l.Code, Message: l.Message},
	}, nil
}
