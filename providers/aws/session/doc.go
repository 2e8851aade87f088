// Package session is how estray calls AWS: with which credentials, how fast,
// how often again, and what an answer that is none means.
//
// A [Home] holds the credentials of the process, an [Account] those for one
// account, a [Region] gives the configuration from which the vendor's clients
// are made. Whatever client that is: its calls wait for the rate of their quota
// group, are repeated where that can help, and stop at once when the account's
// credentials are lost.
//
// # Rate
//
// AWS counts requests per account, region and group of operations (facts:
// GetFunction 100 a second, GetPolicy 15, all other calls of Lambda's control
// plane together 15, LookupEvents 2). The customer's own deployments draw on
// the same quota, so that a group is called at the configured rate and never
// faster than a third of its quota. Each attempt counts, also a repeated one.
//
// # Failures
//
// [Explain] turns an error into the state and reason of a coverage cell. It goes
// by the vendor's error code and never by Go types: AccessDenied is not in the
// model of Lambda, so that it has no type of its own. [Tally] keeps the count of
// a cell and gives its word: complete only after somebody said Done.
//
// A service that gives no answer at all, since nothing gets through to it, costs
// each operation all of its time. So after three in a row in a region, or nine
// in five regions, it is asked no more in that region, or in none, by no account
// of the [Home]. That is for the run: it is asked again only where an operation
// that was under way is answered. What was not asked is unavailable and says why.
package session
