// Package access knows what estray asks AWS for: which operations, by which
// permission, and what stays unknown without each.
//
// Everything else is made from that one table, [Operations]: the policies
// ([Scan], [Organization]), the role of an account for [CloudFormation] and
// [Terraform], and the question whether each permission is there ([Probe]).
// What a scan calls and the table does not name is a fault of the table.
//
// # Probes
//
// A probe makes the call of the scan itself, in a form that costs and tells
// least: a listing with its smallest page, and everything that concerns one
// function, policy or trail asked of one that cannot exist. AWS decides on the
// permission before it looks for the thing, so that "not found" proves the
// permission. No probe reads code, changes anything, or keeps what it was
// answered.
package access
