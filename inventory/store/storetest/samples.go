package storetest

import (
	"fmt"
	"time"

	"github.com/estray/estray/inventory"
)

// hour is an instant of the samples: n hours into their first day, with
// nanoseconds, since some providers count so finely.
func hour(n int) time.Time {
	return time.Date(2026, 3, 1, 0, 0, 0, 123456789, time.UTC).Add(time.Duration(n) * time.Hour)
}

// never is later than every sample.
func never() time.Time { return hour(100_000) }

func place(account string) inventory.Scope {
	return inventory.Scope{Provider: inventory.AWS, Account: account, Region: "eu-west-1"}
}

func functions() inventory.Cell {
	return inventory.Cell{Source: "aws-lambda", Scope: place("111122223333"), Capability: inventory.CapFunctions}
}

func logs() inventory.Cell {
	return inventory.Cell{Source: "cloudtrail", Scope: place("111122223333"), Capability: inventory.CapEvents}
}

func arn(name string) inventory.AssetID {
	return inventory.AssetID("arn:aws:lambda:eu-west-1:111122223333:function:" + name)
}

// seen is a function as a listing shows it at an instant, with a digest.
func seen(name, digest string, at time.Time) inventory.Asset {
	return inventory.Asset{
		ID: arn(name), Kind: inventory.LambdaFunction, Scope: place("111122223333"), Name: name,
		Sightings: []inventory.Sighting{{Cell: functions(), At: at}},
		Code:      inventory.Known(inventory.Code{Digest: digest}, at),
	}
}

func reading(cell inventory.Cell, state inventory.State, at time.Time) inventory.Coverage {
	return inventory.Coverage{Cell: cell, State: state, Read: at}
}

func event(n int, at time.Time) inventory.Event {
	return inventory.Event{
		ID: fmt.Sprintf("event-%05d", n), Scope: place("111122223333"), Time: at, Service: "lambda.amazonaws.com",
		Action: inventory.ActionUpdateCode, Name: "UpdateFunctionCode", LoggedName: "UpdateFunctionCode20150331v2",
		Outcome: inventory.Succeeded, Principal: inventory.Principal{ID: "arn:aws:iam::111122223333:role/ci", Type: "assumed-role"},
		Assets: []inventory.AssetID{arn("pay")}, Provenance: inventory.Provenance{Object: "trail.json.gz", Record: n},
	}
}

// Facts is n facts of all kinds that speak of few assets, cells and instants,
// the same at every call: for tests of one implementation against another.
func Facts(n int) []inventory.Fact {
	facts := make([]inventory.Fact, 0, n)
	for i := range n {
		facts = append(facts, anyFact().Example(i))
	}
	return facts
}

// Instants are those that Facts speaks of, and one later than all.
func Instants() []time.Time {
	var out []time.Time
	for n := range 9 {
		out = append(out, hour(n))
	}
	return append(out, never())
}
