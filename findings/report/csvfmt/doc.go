// Package csvfmt writes the report as three tables for spreadsheets:
// assets.csv, findings.csv and coverage.csv. In goes a document, out come files
// of comma-separated values (RFC 4180, UTF-8, lines end with LF), the first
// line naming the columns. The same document gives the same bytes.
//
// A cell that holds several values joins them with "; ". Times are RFC 3339,
// UTC; an empty cell says that there is nothing to say. Booleans are "true" and
// "false".
//
// # Columns
//
// assets.csv has one line for each asset, gone ones included: id, provider,
// kind, account, region, name, names, aliases, standing, presence, owner, claim,
// reasons, reach, addresses, exposures ("kind reach hostname route qualifier
// guard note"), identity, runtime, code_digest, created, modified,
// last_deploy_time, last_deploy_principal, last_deploy_event, deployment (when, by
// whom, by what tool, and what serves), repository, bindings (how many), last_seen,
// seen_by, unknown_facets ("facet: why"), findings (ids).
//
// findings.csv has one line for each finding in every state, those about
// coverage and about what nobody asked to read among them: id, rule, title,
// severity, state, state_why, provider, account, region, asset, subject,
// attempt, coverage, group, leads, members (ids), message, severity_steps,
// evidence ("kind ref: summary"), remediation, attack, first_seen, last_seen,
// resolved, reopened.
//
// coverage.csv has one line for each cell, holes and whole ones: source,
// provider, account, region, capability, state, expected, seen, from, to, read,
// continuity, services, operation, code, message, accepted, accepted_why.
//
// # Formulas
//
// Names, tags and messages are written by others. A spreadsheet takes a cell
// that begins with =, +, - or @ for a formula, which may send what the table
// holds elsewhere. Every cell goes through [Cell].
package csvfmt
