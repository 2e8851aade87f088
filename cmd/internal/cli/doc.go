// Package cli is the command line: one file per command, all wording of the
// top level in say.go. It joins configuration, sources, store, rules and
// reports, and turns the outcome into an exit code; it decides nothing itself.
//
// Results go to standard output; progress and logs go to standard error.
package cli
