// Package snapshot is the file in which facts about assets travel from where
// they were collected to where they are judged.
//
// It is JSON Lines. The first line is a [Header]; each further line is one
// asset, one cell of coverage or one permit, in any order:
//
//	{"schema":"estray.snapshot/v1","taken":"2026-11-24T06:00:00Z","tool":"estray","version":"1.0"}
//	{"id":"arn:aws:lambda:...","provider":"aws","account":"...","region":"...","name":"...", ...}
//	{"source":"aws-lambda","provider":"aws","capability":"functions","state":"complete", ...}
//	{"permit":{"id":"cloudflare:token:...","cell":{...},"kind":"token", ...}}
//
// # Assets
//
// A line with an id is an asset. It has the fields that a report shows of an
// asset and, on top, "facets", "sightings" and "deleted", which lose nothing.
// A reader takes the facets if they are there, and else, for a file made by
// hand, the flat fields: exposures, identity, runtime, code_digest, labels. A
// flat field that is missing leaves its facet unknown.
//
// # Coverage
//
// A line with a capability is one cell with its state. What was denied where
// the snapshot was taken stays denied: a snapshot that says nothing of its
// coverage proves nothing by what it does not hold.
//
// # Permits
//
// A line with a permit says what one principal may do.
//
// # Other lines and fields
//
// A line that is none of these is a mistake. Fields that are not known are passed
// over, so that later versions may add some without a new schema.
package snapshot

import (
	"time"
)

// Schema is the name and version of the format.
const Schema = "estray.snapshot/v1"

// Header is the first line.
type Header struct {
	Schema string `json:"schema"`
	// Taken is the instant for which the assets hold.
	Taken time.Time `json:"taken"`
	// Tool and Version wrote the file.
	Tool    string `json:"tool,omitempty"`
	Version string `json:"version,omitempty"`
}

// Verdict is what a report says of an asset beside the facts. It is written
// for people and other programs; a reader of snapshots judges anew and passes
// over it.
type Verdict struct {
	Standing string   `json:"standing,omitempty"`
	Presence string   `json:"presence,omitempty"`
	Owner    string   `json:"owner,omitempty"`
	Claim    string   `json:"claim,omitempty"`
	Reasons  []string `json:"reasons,omitempty"`
	// UnknownFacets maps a facet's name to why it is unknown or stale.
	UnknownFacets map[string]string `json:"unknown_facets,omitempty"`
}
