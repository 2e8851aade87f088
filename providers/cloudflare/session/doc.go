// Package session is the one place that calls Cloudflare.
//
// The vendor's client, github.com/cloudflare/cloudflare-go, gives paths and
// queries. It decodes nothing: its decoders panic on ordinary answers, its pagers
// lose pages, and it takes a failed envelope for an empty list. So every call goes
// through [Client.Do], which checks the envelope, or through [Client.Pages] or
// [Client.List], which also hold what was listed against the vendor's count; what
// comes out is raw JSON for the caller's own small structs, in which no value of a
// binding has a place. Only GET is sent.
//
// # Answers
//
// An answer is taken with status 200, a content type of JSON, success true, no
// errors and a result that is not null. A server error, a lost connection, an
// answer that breaks off and one that is no JSON are asked for three times; a
// refusal never again. A token that is refused as such ends all calls.
//
// # Quota
//
// All calls of a client share one limiter, whatever account they are about: the
// vendor counts the calls of a token, not those of an account. It refuses all of
// them for 5 minutes after 1,200 in 5 minutes; no more than 1,100 are made. An
// answer that asks to wait stops all calls for so long, up to a bound; what is
// asked to wait longer than that fails as throttled, for its account alone. Two
// stops in a row end all calls.
//
// # Secrets
//
// The token is put on a request where it leaves for the endpoint, and never over
// plain HTTP. Errors name operation, status, code and the vendor's message, cut and
// redacted; never a URL, a body, or the token.
package session
