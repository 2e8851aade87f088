package rulestest

import (
	"time"

	"github.com/estray/estray/inventory"
)

// Account and Region are where the worlds of tests lie.
const (
	Account = "111122223333"
	Region  = "eu-west-1"
)

// Deployer is the principal that acts in the events of [Act].
const Deployer = "arn:aws:iam::111122223333:role/ci"

// Place is the scope of account and region.
func Place() inventory.Scope {
	return inventory.Scope{Provider: inventory.AWS, Account: Account, Region: Region}
}

// FunctionID is the id of the function of that name in [Place].
func FunctionID(name string) inventory.AssetID {
	return inventory.AssetID("arn:aws:lambda:" + Region + ":" + Account + ":function:" + name)
}

// Capabilities lists what [Whole] reads besides the events.
func Capabilities() []inventory.Capability {
	return []inventory.Capability{
		inventory.CapFunctions, inventory.CapVersions, inventory.CapAliases, inventory.CapPolicies, inventory.CapURLs,
		inventory.CapMappings, inventory.CapLayers, inventory.CapLayerPolicies, inventory.CapRoles, inventory.CapLogGroups, inventory.CapTrails,
		inventory.CapOrganization, inventory.CapDirectory, inventory.CapTags, inventory.CapConfiguration, inventory.CapCodeSigning,
	}
}

// Reading is a whole reading of the capability in [Place], at the instant at.
func Reading(capability inventory.Capability, at time.Time) inventory.Coverage {
	cell := inventory.Cell{Source: "aws", Scope: Place(), Capability: capability}
	return inventory.Coverage{Cell: cell, State: inventory.Complete, Read: at}
}

// Log is a whole reading of events in [Place] over the stretch.
func Log(from, to time.Time, c inventory.Continuity) inventory.Coverage {
	cov := Reading(inventory.CapEvents, Now())
	cov.Window, cov.Continuity = inventory.Window{From: from, To: to}, c
	return cov
}

// Whole is coverage of [Place] in which nothing is missing: every capability
// read at [Now], the events of the last 400 days proved.
func Whole() []inventory.Fact {
	var out []inventory.Fact
	for _, c := range Capabilities() {
		out = append(out, Reading(c, Now()))
	}
	return append(out, Log(Ago(400*24*time.Hour), Now().Add(time.Hour), inventory.Proved))
}

// Function is a function of [Place] that was read at [Now]: private, without
// triggers, with an identity of its own that is no administrator. The changes
// are made to it in order.
func Function(name string, change ...func(*inventory.Asset)) inventory.Asset {
	at := Now()
	a := inventory.Asset{
		ID: FunctionID(name), Kind: inventory.LambdaFunction, Scope: Place(), Name: name,
		Sightings:      []inventory.Sighting{{Cell: Reading(inventory.CapFunctions, at).Cell, At: at}},
		Configuration:  inventory.Known(inventory.Configuration{Runtime: "python3.13", Package: "Zip"}, at),
		Settings:       inventory.Known(inventory.Settings{State: "Active"}, at),
		CodeSigning:    inventory.Known(inventory.CodeSigning{}, at),
		Code:           inventory.Known(inventory.Code{Digest: "digest-of-" + name}, at),
		Versions:       inventory.Known(inventory.Versions{}, at),
		VersionAliases: inventory.Known[[]inventory.Alias](nil, at),
		Destinations:   inventory.Known[[]inventory.Destination](nil, at),
		Identity:       inventory.Known(inventory.Identity{ID: "arn:aws:iam::" + Account + ":role/" + name}, at),
		Rights:         inventory.Known(inventory.Rights{}, at),
		Exposure:       inventory.Split(inventory.Known(inventory.Exposures{}, at)),
		Triggers:       inventory.Split(inventory.Known[inventory.Triggers](nil, at)),
		Bindings:       inventory.Known[[]inventory.Binding](nil, at),
		Labels:         inventory.Known(inventory.Labels{}, at),
		Logging:        inventory.Known(inventory.Logging{Group: "/aws/lambda/" + name}, at),
	}
	for _, c := range change {
		c(&a)
	}
	return a
}

// FromEvents is an asset of which only events tell: last named at the instant.
func FromEvents(name string, at time.Time, change ...func(*inventory.Asset)) inventory.Asset {
	a := inventory.Asset{
		ID: FunctionID(name), Kind: inventory.LambdaFunction, Scope: Place(), Name: name,
		Sightings: []inventory.Sighting{{Cell: Reading(inventory.CapEvents, at).Cell, At: at}},
	}
	for _, c := range change {
		c(&a)
	}
	return a
}

// Act is an act of [Deployer] on the function that succeeded. Its id tells
// action, function and time. The changes are made to it in order.
func Act(action inventory.Action, function string, at time.Time, change ...func(*inventory.Event)) inventory.Event {
	e := inventory.Event{
		ID:    string(action) + "-" + function + "-" + at.UTC().Format("0102T150405"),
		Scope: Place(), Time: at, Service: "lambda.amazonaws.com", Action: action, Outcome: inventory.Succeeded,
		Principal: inventory.Principal{ID: Deployer, Type: "assumed-role", UniqueID: "AROAEXAMPLE", Account: Account},
		Assets:    []inventory.AssetID{FunctionID(function)},
	}
	for _, c := range change {
		c(&e)
	}
	return e
}

// Doubting casts the doubt on every part of an asset's exposure.
func Doubting(why inventory.Reason, at time.Time) func(*inventory.Asset) {
	return func(a *inventory.Asset) {
		for c, f := range a.Exposure {
			a.Exposure = a.Exposure.With(c, f.Doubting(why, at))
		}
	}
}

// ReadAt moves the observation of every part of an asset's exposure.
func ReadAt(at time.Time) func(*inventory.Asset) {
	return func(a *inventory.Asset) {
		for c, f := range a.Exposure {
			if e, ok := f.Get(); ok {
				a.Exposure = a.Exposure.With(c, inventory.Known(e, at).Doubting(f.Doubt(), f.Doubted()))
			}
		}
	}
}
