// Package cloudflare decodes what Cloudflare writes: its audit logs of both
// versions, as the interface gives them and as Logpush delivers them. It names
// assets and principals, and knows which permissions let deploy.
package cloudflare
