package cloudflare

import "github.com/estray/estray/inventory"

// WorkerID is the id of a Worker by its immutable tag, which the list of scripts
// calls tag and the list of Workers id.
func WorkerID(account, tag string) inventory.AssetID { return in(account, "worker", tag) }

// WorkerName is the handle of the Worker that has the name: it may be renamed, and
// another one may get the name.
func WorkerName(account, name string) inventory.AssetID { return in(account, "worker-name", name) }

// PagesID is the id of a Pages project by its uuid.
func PagesID(account, id string) inventory.AssetID { return in(account, "pages", id) }

// PagesName is the handle of the Pages project that has the name.
func PagesName(account, name string) inventory.AssetID { return in(account, "pages-name", name) }

// NamespaceID is the id of a dispatch namespace.
func NamespaceID(account, id string) inventory.AssetID { return in(account, "dispatch-namespace", id) }

// NamespaceName is the handle of the dispatch namespace that has the name.
func NamespaceName(account, name string) inventory.AssetID {
	return in(account, "dispatch-name", name)
}

// DispatchScriptID is the id of a script in the dispatch namespace of that name: it
// has no tag that the vendor promises to keep.
func DispatchScriptID(account, namespace, script string) inventory.AssetID {
	return in(account, "dispatch-script", namespace+"/"+script)
}

// RouteID is the handle of a Worker that a route of a zone leads to.
func RouteID(zone, id string) inventory.AssetID {
	return inventory.AssetID("cloudflare:zone/" + zone + "/route/" + id)
}

// DomainID is the handle of a Worker that a custom domain leads to.
func DomainID(account, id string) inventory.AssetID { return in(account, "worker-domain", id) }

// QueueID is the handle of a Worker that consumes the queue.
func QueueID(account, id string) inventory.AssetID { return in(account, "queue", id) }

// UserID is a person, as owners and approvals name principals.
func UserID(id string) string { return "cloudflare:user:" + id }

// TokenID is a token, as owners and approvals name principals.
func TokenID(id string) string { return "cloudflare:token:" + id }

func in(account, kind, id string) inventory.AssetID {
	return inventory.AssetID("cloudflare:" + account + "/" + kind + "/" + id)
}
