// Package text writes the report for a person at a terminal, from the verdict
// to what to do next. In goes a document, out come lines of plain text; the
// same document and options give the same bytes.
//
// The order is that of a reader in a hurry: why the exit code is what it is,
// how many assets stand how, the findings with the gravest first, the assets
// that need a person, what could not be read, and the verdict once more. What
// the report leaves out for brevity it counts, and names the command that
// shows it.
package text
