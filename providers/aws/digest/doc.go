// Package digest proves that the logs which CloudTrail delivered are all there
// and unchanged. CloudTrail writes, once an hour for each account, region and
// trail, a digest: a list of the logs that it delivered in that hour with their
// hashes, signed, and with the signature and the hash of the digest before it.
//
// [Verify] takes the keys that an archive holds of one account and region, walks
// each chain of digests from its newest back, and says what the chain vouches
// for. It reads digests and no logs: the hashes that it gives are to be held
// against the inflated content of each log by whoever reads it
// ([Result.Compare]). It is sequential and starts no goroutines.
//
// Source: "Validating CloudTrail log file integrity" in the user guide, digest
// file structure and custom implementations of validation.
//
// # What is proved
//
// A digest holds if its signature does, by a key that AWS publishes, if it lies
// where it says that it lies, and if the digest after it knows its signature and
// its hash. What a digest covers is the time of delivery of logs, not of events.
// A digest that does not hold proves nothing of its hour; the walk goes on with
// the next older one.
//
// A log that no digest names is extra if its hour is proved, and so is the hour
// after it, since a log of the last minutes may be named by the next digest.
// Several trails may deliver into one place: it is enough that one names it.
//
// # What cannot be proved
//
// Nobody can tell digests that were removed from the newest end from digests
// that are still to come, nor those removed from the oldest end, with the logs,
// from what a bucket's lifecycle let expire. So the result says from when to
// when it proves, and logs that go on for long after the last digest are a
// problem.
//
// Problems name objects and never quote from them.
package digest
