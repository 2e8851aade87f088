// Package live reads AWS itself: which accounts and regions there are, and in
// each the Lambda functions with what hangs on them.
//
// # Sources
//
// The planner ([New]) finds accounts and regions. It gives one source for each
// account, which reads roles, trails and what else belongs to no region, and one
// for each region, which reads functions: see [Config] for what may be left out.
//
// # Calls
//
// AWS counts calls, so that whatever a listing of the whole region tells is asked
// of it once, and only aliases, URLs and policies are asked of each function. A
// region without functions costs one call for them. Where the event history
// tells all that happened since the last scan, only functions are asked again
// that it, or the list, shows as changed; after a week all are.
//
// # What is not known
//
// What could not be read is unknown, with the reason: the part of the asset and
// the cell. A list that is not as long as the account's own count is not whole,
// nor is anything that hangs on its functions. A function that a later call does
// not find is listed again, and counts only if it is still there.
//
// # Secrets
//
// Every listing of functions holds the values of their environment in clear, and
// GetFunction a link to their code. Both end where the answer is decoded.
package live
