// Package inventory holds what is: the facts that sources read, and the pure
// arithmetic on them. It knows no vendor, no registry and no opinion; it
// imports the standard library alone.
//
// A [Fact] is an [Asset], an [Event], a [Usage] or a [Coverage]. Assets are
// made of facets ([Facet]), each known, absent or unknown by itself; some are
// made of parts ([Parts]) that are so. Two observations of one asset merge facet
// by facet and part by part ([Merge]); the merge is commutative, associative and
// idempotent, so the order in which sources are read never shows.
//
// # Never clean by omission
//
// Every zero value fails closed: a zero [State] is pending, a zero [Facet] is
// unknown, a zero [Reach] is unknown, a zero [Continuity] proves nothing.
//
// # Secrets
//
// No type of this package has room for the value of an environment variable,
// a binding, a token or a presigned link. Names only.
package inventory
