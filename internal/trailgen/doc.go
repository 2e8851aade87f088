// Package trailgen writes archives of CloudTrail that look like those of a busy
// organization, for benchmarks and for tests that need many records. Nothing in
// them is real.
//
// # What comes out
//
// Objects lie and are named as CloudTrail delivers them:
//
//	AWSLogs/o-ID/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/NAME.json.gz
//
// A record has the members of a real one in the order in which CloudTrail writes
// them, without spaces. Ids and keys are random, names come from small sets, so
// that gzip packs the whole about ten to one. Most records are of assumed roles,
// many of them of functions (inScopeOf); some are of services, users, the root
// user. A record has about 1.4 KB; a few are policies or lists of up to 60 KB.
//
// # The same again
//
// The same Config gives the same objects, inflated, byte for byte and in every
// order of writing: each object has a random source of its own. The packed bytes
// depend on the version of Go's compressor as well, and a size may differ where
// another kind of processor rounds a logarithm otherwise.
//
// # What it says of itself
//
// Write returns what it wrote, with the usage of every role counted from what
// the generator meant, and not by reading the text again. So a reader's counts
// can be held against a second opinion.
package trailgen
