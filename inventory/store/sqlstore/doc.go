// Package sqlstore keeps facts in a SQL database: SQLite, embedded, or
// PostgreSQL. It is one implementation of the contract in package store, with
// two dialects.
//
// # What is kept
//
// Every reading of a cell, every event, and every instant at which a part of
// an asset was observed. Observations of one part that say the same share a
// row ([Store.View] reads at most one row of each part), so a scan without
// change only adds an instant to the rows that are there. Because all instants
// are kept, the order in which facts arrive never shows, not even in a view of
// the past.
//
// Usage is a row of numbers for each identity, call and part of a log, some 45
// bytes in SQLite; what repeats, such as the names of calls, stands in tables of
// its own. The same part counted again overwrites its rows.
//
// Permits are kept like observations, in a table of their own: what a cell says of a
// principal is a row, with all instants at which it said so.
//
// # Safety
//
// A batch is one transaction. SQLite runs with a write-ahead log: a process
// killed at any instant leaves whole batches. One scan at a time holds the
// store ([Store.Begin]); the kernel, or the server, frees it when the holder
// dies. Readers never wait.
//
// # Secrets
//
// No error of this package shows the password of a PostgreSQL URL.
package sqlstore
