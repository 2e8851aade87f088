// Package archive reads exported logs and asset snapshots from a [Store]: a
// folder or a bucket. It needs no credentials and knows no vendor: what a key
// means and what a record says comes from a [Format], which the table of
// built-in kinds fills in.
//
// # Logs
//
// [Logs] lists what a store holds, once. Objects are told apart by their key.
// There is one source for each account and region, whose cell covers the events
// there, and one source for the archive as a whole, whose cell says whether
// every object was recognised. Objects are read as streams and records are cut
// out one by one, so memory does not grow with the size of an object. The order
// in which a store lists its objects never shows.
//
// # Again
//
// A log whose objects are those of an earlier reading is not read again. One
// that grew is read from a day before its last object on; an object that comes
// later than that, or changes, costs a reading of all. Either way the cell says
// what a first reading would say.
//
// # Snapshots
//
// [Snapshot] reads one file of inventory/snapshot. Its cells keep the names,
// states and times that they had where the snapshot was taken.
//
// # What cannot be read
//
// Whatever is wrong with an object, the rest is read and the cell says what,
// where, and what to do. The cell is malformed then, never complete. This
// holds for a record that was kept after its bytes had to be mended, too. Where
// the store is at fault and not the object, the cell is denied or unavailable.
//
// # Links
//
// In a folder, a link to a file is read as that file. A link to a folder is not followed,
// since it may lead round in a circle, and counts as unread. What is neither a
// file nor a folder (a pipe, a device) is never opened.
package archive
