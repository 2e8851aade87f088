package rulestest

import (
	"slices"
	"time"

	"github.com/estray/estray/inventory"
)

// Workshop is the account of Cloudflare and Zone the one zone of it in which the
// worlds of tests lie.
const (
	Workshop = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	Zone     = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
)

// CloudDeployer is the token that acts in the events of [CloudAct].
const CloudDeployer = "cloudflare:token:ci"

// Cloud is the scope of the account [Workshop].
func Cloud() inventory.Scope {
	return inventory.Scope{Provider: inventory.Cloudflare, Account: Workshop}
}

// CloudZone is the scope of the zone [Zone].
func CloudZone() inventory.Scope {
	s := Cloud()
	s.Region = Zone
	return s
}

// WorkerID is the id of the Worker whose tag is "tag-of-" and the name.
func WorkerID(name string) inventory.AssetID { return cloudID("worker", "tag-of-"+name) }

// WorkerHandle is the handle of the Worker that has the name, by which events name it.
func WorkerHandle(name string) inventory.AssetID { return cloudID("worker-name", name) }

// ProjectID is the id of the Pages project of that name.
func ProjectID(name string) inventory.AssetID { return cloudID("pages", "uuid-of-"+name) }

// ProjectHandle is the handle of the Pages project that has the name.
func ProjectHandle(name string) inventory.AssetID { return cloudID("pages-name", name) }

func cloudID(kind, id string) inventory.AssetID {
	return inventory.AssetID("cloudflare:" + Workshop + "/" + kind + "/" + id)
}

// CloudCapabilities lists what [WholeCloud] reads besides the events.
func CloudCapabilities() []inventory.Capability {
	return []inventory.Capability{
		inventory.CapWorkers, inventory.CapSettings, inventory.CapVersions, inventory.CapDeployments, inventory.CapSubdomains, inventory.CapDomains,
		inventory.CapPreviews, inventory.CapZones, inventory.CapRoutes, inventory.CapSchedules, inventory.CapQueues, inventory.CapEmailRules,
		inventory.CapPages, inventory.CapPagesDomains, inventory.CapNamespaces, inventory.CapNamespaceScripts, inventory.CapAccess,
		inventory.CapMembers, inventory.CapTokens, inventory.CapTokenScope, inventory.CapLogpush, inventory.CapLogDestinations,
	}
}

// CloudReading is a whole reading of the capability in [Cloud], or in [CloudZone] of
// what is read by zone, at the instant at.
func CloudReading(capability inventory.Capability, at time.Time) inventory.Coverage {
	scope := Cloud()
	if capability == inventory.CapRoutes || capability == inventory.CapEmailRules {
		scope = CloudZone()
	}
	return inventory.Coverage{Cell: inventory.Cell{Source: "cloudflare", Scope: scope, Capability: capability}, State: inventory.Complete, Seen: 1, Read: at}
}

// CloudLog is a whole reading of the audit log over the stretch.
func CloudLog(from, to time.Time, c inventory.Continuity) inventory.Coverage {
	cov := CloudReading(inventory.CapEvents, Now())
	cov.Window, cov.Continuity = inventory.Window{From: from, To: to}, c
	return cov
}

// WholeCloud is coverage of [Cloud] in which nothing is missing: every capability
// read at [Now], the events of the last 400 days proved.
func WholeCloud() []inventory.Fact {
	var out []inventory.Fact
	for _, c := range CloudCapabilities() {
		out = append(out, CloudReading(c, Now()))
	}
	return append(out, CloudLog(Ago(400*24*time.Hour), Now().Add(time.Hour), inventory.Proved))
}

// WorkerFact is a Worker of [Cloud] that was read at [Now]: one version serves,
// nothing leads in, nothing is bound. The changes are made to it in order.
func WorkerFact(name string, change ...func(*inventory.Asset)) inventory.Asset {
	at := Now()
	a := inventory.Asset{
		ID: WorkerID(name), Kind: inventory.Worker, Scope: Cloud(), Name: name,
		Handles:       []inventory.Handle{{ID: WorkerHandle(name), Since: Ago(300 * 24 * time.Hour)}},
		Sightings:     []inventory.Sighting{{Cell: CloudReading(inventory.CapWorkers, at).Cell, At: at}},
		Called:        inventory.Known(name, at),
		Configuration: inventory.Known(inventory.Configuration{Compatibility: "2026-09-01", Handlers: []string{"fetch"}}, at),
		Code:          inventory.Known(inventory.Code{Digest: "etag-of-" + name}, at),
		Versions:      inventory.Known(inventory.Versions{Published: []inventory.Version{{Name: "v1", Number: 1, Digest: "etag-of-" + name, Source: "wrangler"}}}, at),
		Deployment:    inventory.Known(inventory.Deployment{ID: "d1", Source: "wrangler", Shares: []inventory.Share{{Version: "v1", Percent: 100, Digest: "etag-of-" + name}}}, at),
		Identity:      inventory.Known(inventory.Identity{ID: string(WorkerID(name))}, at),
		Triggers:      inventory.Parts[inventory.Triggers]{}.With(inventory.CapSchedules, inventory.Known[inventory.Triggers](nil, at)),
		Bindings:      inventory.Known[[]inventory.Binding](nil, at),
		Labels:        inventory.Known(inventory.Labels{}, at),
		Logging:       inventory.Known(inventory.Logging{Kept: true}, at),
	}
	a.Settings, a.CodeSigning, a.VersionAliases = inventory.Absent[inventory.Settings](at), inventory.Absent[inventory.CodeSigning](at), inventory.Absent[[]inventory.Alias](at)
	a.Rights, a.Destinations = inventory.Absent[inventory.Rights](at), inventory.Absent[[]inventory.Destination](at)
	Reached()(&a)
	for _, c := range change {
		c(&a)
	}
	return a
}

// ProjectFact is a Pages project of [Cloud] with functions, read at [Now], that
// answers at its own hostname. The changes are made to it in order.
func ProjectFact(name string, change ...func(*inventory.Asset)) inventory.Asset {
	at, functions := Now(), true
	a := WorkerFact(name)
	a.ID, a.Kind = ProjectID(name), inventory.PagesProject
	a.Handles = []inventory.Handle{{ID: ProjectHandle(name), Since: Ago(300 * 24 * time.Hour)}}
	a.Sightings[0].Cell = CloudReading(inventory.CapPages, at).Cell
	a.Configuration = inventory.Known(inventory.Configuration{Functions: &functions, ProductionBranch: "main", Repository: "github:example/" + name}, at)
	a.Exposure = nil
	Reached(inventory.Exposure{Kind: inventory.WayPages, Reach: inventory.ReachPublic, Hostname: name + ".pages.dev"})(&a)
	for _, c := range change {
		c(&a)
	}
	return a
}

// Reached gives an asset of Cloudflare exactly these ways in.
func Reached(ways ...inventory.Exposure) func(*inventory.Asset) {
	return func(a *inventory.Asset) {
		a.Exposure = nil
		for _, part := range a.Kind.WaysInto() {
			of := slices.DeleteFunc(slices.Clone(ways), func(w inventory.Exposure) bool { return w.Part() != part })
			a.Exposure = a.Exposure.With(part, inventory.Known(inventory.Exposures{Ways: of}, Now()))
		}
	}
}

// CloudAct is a call by [CloudDeployer] that succeeded and names the Worker by its
// handle; an empty name: no asset. The call's name is its method and path, as
// "PUT /accounts/:a/workers/scripts/:s". The changes are made to it in order.
func CloudAct(action inventory.Action, call, worker string, at time.Time, change ...func(*inventory.Event)) inventory.Event {
	e := inventory.Event{
		ID:    string(action) + "-" + worker + "-" + at.UTC().Format("0102T150405"),
		Scope: Cloud(), Time: at, Service: "workers", Action: action, Name: call, LoggedName: call, Outcome: inventory.Succeeded,
		Principal: inventory.Principal{ID: CloudDeployer, Type: "account", Account: Workshop, Credential: inventory.APIToken},
	}
	if worker != "" {
		e.Assets = []inventory.AssetID{WorkerHandle(worker)}
	}
	for _, c := range change {
		c(&e)
	}
	return e
}
