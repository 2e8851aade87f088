// Package imports holds the test of import direction, and nothing that runs.
//
// The tree is a promise: inventory is what is, inventory/registry is what
// should be, findings is the difference, providers is how we came to know,
// configs is what the user wants, cmd joins them. The test keeps it by reading
// the import clauses of every Go file itself. It asks no go command: go test
// would answer from its cache although a file had changed.
//
// A package folder without a row in the table fails, so a new package needs a
// decision about what it may know. The same reading finds func init, ends of
// the process outside a main.go, and reads of the machine's clock outside cmd.
package imports
