package archive

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
)

// Format is a vendor's kind of exported log: how to tell its objects apart and
// how to decode a record. All fields must be set, but for Member, Filter, Uses,
// Silences and Blind.
type Format struct {
	// Kind is the name of the kind: "cloudtrail".
	Kind     string
	Provider inventory.Provider
	// Layout shows, in messages, where objects of this kind lie.
	Layout string
	// Revision is raised when Decode or Recognise understand more than before:
	// an archive that did not change is read again then.
	Revision int
	// Late is how long after an event its object may still be delivered: the
	// window of a cell ends so much before its last object.
	Late time.Duration
	// Recognise judges an object by its path, which may have anything in front.
	Recognise func(path string) Object
	// Member is the member of a delivery that holds the array of its records:
	// "Records". Empty: records stand by themselves, one after the other, or
	// in arrays.
	Member string
	// Filter tells which records Decode may keep; the zero value: any.
	Filter Filter
	// Decode turns one record, a whole JSON object, into facts. It keeps no
	// part of record. An error means that the record is not understood; its
	// text must not repeat what the record holds.
	Decode func(record []byte, from inventory.Provenance) (Decoded, error)
	// Uses makes, once for each worker, what reads from a record what an identity
	// did, into use; false where the record tells of no use that is counted. It
	// reads one record after the other and may remember what it read. What it sets
	// may share the bytes of record and is valid as long as they are, at most until
	// the next call. An error means that the record is not understood. Nil: use is
	// not counted.
	Uses func() func(record jsonscan.Text, use *Use) (bool, error)
	// Silences reports whether an event ended or narrowed the logging that
	// fills the archive; it is asked of events that succeeded. Nil: no event
	// does.
	Silences func(inventory.Event) bool
	// Blind says, in words, what logs of this kind never hold, such as reads: each
	// cell of events tells it. Empty: nothing is known to be missing.
	Blind string
}

// Filter says which records may matter, so that the others are passed over
// before they are parsed. It judges by members of the record itself, named
// exactly so and, where one occurs twice, the last one. A record in which one of
// them is missing, is no string, or is spelt with an escape is decoded in any case.
type Filter struct {
	// Members are the names, one or two, of ASCII letters.
	Members []string
	// Matters reports whether Decode may keep a record with these values, in
	// the order of Members. It must be true wherever Decode would keep one, and
	// keeps no part of values.
	Matters func(values [][]byte) bool
}

// Use is what one record tells of the use of an identity.
type Use struct {
	// ID is the vendor's id of the record, by which duplicates are dropped.
	ID []byte
	// Identity, Asset, Service and Name are as in inventory.Usage.
	Identity, Asset, Service, Name []byte
	// Account and Region are where the call was logged.
	Account, Region []byte
	Outcome         inventory.Outcome
	Time            time.Time
	// Outside: see inventory.Usage.
	Outside bool
}

// Decoded is what one record says.
type Decoded struct {
	// Event is nil where the record does not concern us.
	Event *inventory.Event
	// Assets are what the record tells of assets.
	Assets []inventory.Asset
	// Unknown is the call of an event, without names and ids, if the format does
	// not know what such a call does: see [unknowns]. Empty: it does.
	Unknown string
}

// Class says what an object of an archive is. The zero value is Unrecognised:
// an object that nobody knows is never taken for read.
type Class uint8

// The classes of objects.
const (
	// Unrecognised: the key is none that the format knows.
	Unrecognised Class = iota
	// Log: the object holds records.
	Log
	// Sibling: the object is known and holds no records of this kind, such as
	// a digest.
	Sibling
)

// Object is what a key tells.
type Object struct {
	Class Class
	// Scope is the account and region of a log. A sibling with a scope is an
	// integrity record of the logs there.
	Scope inventory.Scope
	// Delivered is when a log was written, by its name.
	Delivered time.Time
	// What names a sibling's sort for messages: "digest".
	What string
}

// Config says which archive to read.
type Config struct {
	// Source names the archive in coverage, such as "cloudtrail:exports/logs".
	Source string
	// Root is where the archive lies.
	Root Store
	// Path is Root's own path, with slashes. It helps to recognise objects
	// where Root lies inside the layout, and is shown nowhere.
	Path string
	// Since is how far back objects are read where nothing was read before;
	// zero: all of them.
	Since time.Time
	// Full reads again what seems unchanged.
	Full bool
	// Usage says whose use is counted.
	Usage inventory.Counted
	// Workers is how many objects are read at once, over all sources of the
	// archive; 0: as many as there are processors to run on.
	Workers int
	// Meter is told how far the reading is; nil: nobody is.
	Meter *Meter
	// Prove asks the integrity records of the archive what they vouch for in a
	// scope; nil: nothing is verified, and continuity is assumed.
	Prove func(ctx context.Context, of Proving) (Proof, error)
}

// Proving is what an archive holds of one scope.
type Proving struct {
	Scope inventory.Scope
	// Records are the keys of the scope's integrity records: the siblings that
	// name a scope. Logs are all its logs. Both are in order.
	Records []string
	Logs    []string
	// Window is the time of delivery of the logs that are due.
	Window inventory.Window
}

// Proof is what the integrity records of a scope say. The zero value vouches
// for nothing.
type Proof struct {
	// Hashes are the SHA-256 of the inflated content, by the key of a log. A
	// log that is not among them is not vouched for.
	Hashes map[string][sha256.Size]byte
	// Problems, in words, are what breaks the chain: a record that is missing,
	// moved or has no valid signature, a log that is missing or that no record
	// knows. Empty: the chain holds for all of Window.
	Problems []string
	// Notes, in words, are what is told and breaks nothing: logs that are
	// younger than the last record.
	Notes []string
	// Window is the time of delivery that the chain covers.
	Window inventory.Window
}
