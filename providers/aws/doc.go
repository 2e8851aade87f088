// Package aws reads what Amazon Web Services says of serverless deployments.
//
// # Log records
//
// A [Decoder] turns one CloudTrail record into an event and into the facets of
// assets that the event tells. It takes bytes and returns facts: it has no
// context, no clock and no logger, and it calls nothing. The same record gives
// the same facts wherever it was found, in an archive, in Event history or in a
// table of a SQL engine.
//
// Kept are the records about Lambda, about what starts or exposes a function,
// about identities that a function could take or make, and about the logging
// that watches them; [Calls] lists them all. Everything else is counted by the
// caller and dropped.
//
// Members of a record are found by their exact name, of several the last; only
// where there is none, by a name in another case. So a filter that looks at the
// bytes alone, as [Decoder.Matters] serves, passes over nothing that is kept.
//
// [Uses] reads from a record, kept or not, what a role did.
//
// # Attempts
//
// A record with an error code, or of a dry run, is an attempt: it gives an
// event with its outcome and never a facet of an asset.
//
// # What an event tells
//
// An event sets a facet only where it tells all of it. Where it changes a part
// (a statement of a policy, a tag), the facet becomes doubted at the event's
// time: an older reading is stale from then on. Of ways in and triggers only the
// part becomes doubted that the call is about: a policy, URLs, mappings. A request that names
// `environment` claims nothing, since the trail shows it as {} even where the
// caller did not send it.
//
// # Secrets
//
// Credentials, tokens, environment values, presigned links and code are dropped
// from the original record before it leaves the decoder, and no decoded field
// has room for them. Errors never quote a record.
package aws
