// Package doors finds what starts the Lambda functions of one account and
// region from other services, and which front doors open them.
package doors
