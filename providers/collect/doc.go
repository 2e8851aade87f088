// Package collect runs sources side by side and puts what they read into the
// store, so that nothing becomes complete by default.
//
// # What it promises
//
//   - Every cell that a source announces is stored as pending before anything
//     is read, and has exactly one word on it at the end.
//   - A cell that its source never spoke of ends as cancelled, or in the state
//     of the [providers.Problem] with which the source gave up.
//   - A source that speaks twice of a cell, or of a cell that it did not
//     announce, is stopped: the cell ends as unavailable, whatever was said.
//   - Facts reach the store before their coverage or in one transaction with
//     it, never after it: a process killed in between costs a second reading.
//   - When the context ends, what was read is kept, the rest is cancelled. A
//     store that fails ends the run with its error.
//   - A panic in a source or a planner becomes coverage.
//   - What is stored depends on the sources alone, not on their order or on
//     how many run at once.
//
// This is the only package that starts goroutines for sources.
package collect
