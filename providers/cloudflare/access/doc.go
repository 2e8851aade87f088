// Package access knows what estray asks Cloudflare for: which calls, by which
// permission, and what stays unknown without each.
//
// Everything else is made from two tables, [Permissions] and [Operations]: the
// grant in its three forms ([Options.Rows], [Token], [Terraform]) and the question
// whether each permission is there ([Probe]). What a scan calls and the table does
// not name is a fault of the table.
//
// # Permission groups
//
// Cloudflare grants permission groups. Since 2026 there are roles for Workers and
// Pages that show settings and no code; the groups from before them hold on, and
// let code be read too. Both are known; the roles are what is asked for.
//
// # Probes
//
// A probe makes the call of the scan itself, with its smallest page; what concerns
// one Worker or project is asked of one that cannot exist. That it does not exist
// proves the permission. No probe reads code, changes anything, or keeps what it
// was answered.
package access
