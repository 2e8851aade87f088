package cloudflare

import "strings"

// right is what a permission group or a role lets do.
type right struct{ deploys, admin bool }

// rights tells it by name, in lower case. The names are [memory] but for
// "Workers Scripts Read", "Account Settings Read" and the like, which the vendor's
// documentation on reading names; the vendor lets them be told by the call GET
// /accounts/{account_id}/tokens/permission_groups. It writes "Write" in its
// interface and "Edit" in its dashboard.
//
// Stores (KV, R2, D1) and queues are among those that deploy: code may lie there,
// and what Workers read or are started by. So are live tails: they show requests
// with their credentials, and CF-08 counts them.
func rights() map[string]right {
	out := map[string]right{}
	put := func(r right, names ...string) {
		for _, n := range names {
			out[strings.ToLower(n)] = r
		}
	}
	put(right{deploys: true, admin: true}, "Super Administrator - All Privileges", "Super Administrator", "Administrator", "Account API Tokens Write",
		"API Tokens Write", "Account Settings Write", "Account: SCIM Provisioning")
	put(right{deploys: true}, "Workers Scripts Write", "Workers Routes Write", "Workers KV Storage Write", "Workers R2 Storage Write", "Workers R2 Storage Bucket Item Write",
		"Workers Tail Read", "Workers CI Write", "Workers Builds Configuration Write", "Workers Agents Configuration Write", "Pages Write",
		"Cloudflare Pages Write", "D1 Write", "Queues Write", "Pipelines Write", "Hyperdrive Write", "Vectorize Write", "Secrets Store Write", "Email Routing Rules Write", "Cloudflare Workers Admin", "Workers Admin",
		"Workers Platform Admin", "Workers Editor", "Workers Deployer", "Cloudflare R2 Admin", "Cloudflare Pages", "Pages Admin", "Zone Write", "DNS Write", "DNS", "Domain DNS", "Domain Administrator", "Load Balancers Write")
	put(right{}, "Workers Scripts Read", "Workers Routes Read", "Workers KV Storage Read", "Workers R2 Storage Read", "Workers CI Read", "Workers Observability Read", "Workers Observability Write", "Workers AI Read", "Workers AI Write", "Pages Read", "Cloudflare Pages Read",
		"D1 Read", "Queues Read", "Account Settings Read", "Account API Tokens Read", "API Tokens Read", "Zone Read", "Zone Settings Read", "Zone Settings Write", "DNS Read", "Logs Read", "Logs Write", "Account Analytics Read", "Analytics Read",
		"Email Routing Rules Read", "Access: Apps and Policies Read", "Access: Audit Logs Read", "User Details Read", "Memberships Read", "Billing Read", "Billing Write", "Billing", "Analytics",
		"Metadata Read-Only", "Content Read-Only", "Workers Metadata Read-Only", "Workers Content Read-Only", "Pages Metadata Read", "Workers Platform (Read-only)", "Workers Platform Read-only", "Administrator Read Only", "Minimal Account Access", "Audit Logs Viewer", "Cloudflare R2 Read",
		"Log Share", "Log Share Reader", "SSL and Certificates Read", "SSL and Certificates Write", "Firewall Services Read", "Firewall Services Write", "Cache Purge")
	return out
}

// Judge tells what a permission group or a role, by name, lets do: put code into
// service or lead traffic to it (deploys), and give rights to others (admin). Of a
// name that it does not know, known is false, and so is the rest: nobody may take
// it for harmless. Upper and lower case are one, and so are "Write" and "Edit".
func Judge(grant string) (deploys, admin, known bool) {
	key := strings.Join(strings.Fields(strings.ToLower(grant)), " ")
	if verb, ok := strings.CutSuffix(key, " edit"); ok {
		key = verb + " write"
	}
	r, known := rights()[key]
	return r.deploys, r.admin, known
}
