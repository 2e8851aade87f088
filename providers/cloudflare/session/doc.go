// Package session is the one place that calls Cloudflare.
//
// The vendor's client, github.com/cloudflare/cloudflare-go, gives paths,
// authentication and transport. It decodes nothing: its decoders panic on ordinary
// answers, its pagers lose pages, and it takes a failed envelope for an empty list.
// So every call goes through [Client.Do], which checks the envelope, or through
// [Client.Pages], which also pages by hand; what comes out is raw JSON for the
// caller's own small structs, in which no value of a binding has a place.
//
// # Quota
//
// All calls of a client share one limiter, whatever account they are about: the
// vendor counts the calls of a token, not those of an account. An answer that
// asks to wait stops all calls for so long, up to a bound; what is asked to wait
// longer than that fails as throttled, for its account alone.
//
// # Secrets
//
// The token is sent to the vendor, to no other host and never over plain HTTP but
// to this machine. Errors name operation, status, code and the vendor's message,
// cut and redacted; never a URL, a body, or the token.
package session
