package archive

import (
	"time"

	"github.com/estray/estray/inventory"
)

// Format is a vendor's kind of exported log: how to tell its objects apart and
// how to decode a record. All fields must be set, but for Silences.
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
	// Decode turns one record, a whole JSON object, into facts. It keeps no
	// part of record. An error means that the record is not understood; its
	// text must not repeat what the record holds.
	Decode func(record []byte, from inventory.Provenance) (Decoded, error)
	// Silences reports whether an event ended or narrowed the logging that
	// fills the archive; it is asked of events that succeeded. Nil: no event
	// does.
	Silences func(inventory.Event) bool
}

// Decoded is what one record says.
type Decoded struct {
	// Event is nil where the record does not concern us.
	Event *inventory.Event
	// Assets are what the record tells of assets.
	Assets []inventory.Asset
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
	// Scope is the account and region of a log.
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
}
