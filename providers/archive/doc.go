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
// every object was recognised.
//
// # Engine
//
// All sources of an archive share its workers. A worker takes an object, inflates
// it, cuts records out, passes over those that the format's [Filter] knows cannot
// matter, and decodes the others. Objects are opened ahead, since a bucket takes
// long to answer; of a large one a worker that has nothing to do inflates while
// the other one cuts. What was found is taken object by object in the order of
// day and key, and within an object in that of the records: neither the number of
// workers nor the order in which a store lists its objects shows anywhere.
//
// # Days
//
// A log is read by days of delivery (UTC). A day that was read whole and had
// nothing to tell is remembered in the mark of the cell: how many objects and
// events it has, and a hash of the objects' keys, sizes and times of change. The
// next reading opens the objects of those days alone that are not remembered or
// are no longer as they were. What changed is told as far as that is known. The
// cell says of all days together what a first reading would say.
//
// # Usage
//
// Where [Config] asks for it, what identities did is counted, one part of usage
// for each day of a log: (identity, asset, service, name, outcome) with count,
// first and last time. A part has at most 65,536 rows, and an identity with one
// asset, account and region 1000 of them; what is beyond is counted in overflow
// rows, so that no call is lost.
//
// # Duplicates
//
// A record whose id is among the last 131,072 different ids of its log and day, in
// the order of object key and record number, is a duplicate: it makes no event and
// counts in no usage. One that comes back later does, and so does one of another
// day.
//
// # Proof
//
// Where Config.Prove is set, the days that are not remembered are held against the
// archive's integrity records: an object that does not hash to what they say was
// modified, what else is wrong breaks the continuity, and no day that is not
// vouched for is remembered. As long as anything is wrong, the records are asked
// of all days, so that it is told again without reading the objects. Events are
// proved up to the first object that nobody vouches for.
//
// # Memory
//
// It is bounded by the number of workers and by the logs that are read at once,
// never by the size of objects or their number, but for what a listing takes. A
// record above 4 MB is passed over without being held, and is a mistake in its
// object. Per worker there are the reader of compressed data (see internal/inflate),
// a window of 256 KB, which grows with the largest record, and what was found: at
// most 65,536 records of 32 bytes, 4 MB of keys and 1 MB of records that became
// events, of which at most three wait for each object in work. Per log there are
// the window of ids, 4 MB, and the part of the day at hand.
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
// the store is at fault and not the object, the cell is partial, or denied or
// unavailable if nothing could be read. A record that the filter passes over is
// held against no grammar beyond the place where it ends.
//
// # Links
//
// In a folder, a link to a file is read as that file. A link to a folder is not followed,
// since it may lead round in a circle, and counts as unread. What is neither a
// file nor a folder (a pipe, a device) is never opened.
package archive
