package live

import (
	"cmp"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
)

// bindingIn is what is taken of a binding. Values have no place in it: the text of
// plain_text, the object of json, keys, allowed addresses.
type bindingIn struct {
	Type, Name text

	NamespaceID   text `json:"namespace_id"`
	BucketName    text `json:"bucket_name"`
	DatabaseID    text `json:"database_id"`
	ID            text
	ClassName     text `json:"class_name"`
	IndexName     text `json:"index_name"`
	QueueName     text `json:"queue_name"`
	Pipeline      text
	Dataset       text
	InstanceName  text `json:"instance_name"`
	Namespace     text
	SecretName    text `json:"secret_name"`
	CertificateID text `json:"certificate_id"`
	Service       text
	WorkflowName  text `json:"workflow_name"`
	ServiceID     text `json:"service_id"`
	NetworkID     text `json:"network_id"`
	TunnelID      text `json:"tunnel_id"`
	Destination   text `json:"destination_address"`
	AppID         text `json:"app_id"`
	OldName       text `json:"old_name"`
}

// field gives a field by the vendor's name.
func (b bindingIn) field(name string) string {
	return string(map[string]text{
		"namespace_id": b.NamespaceID, "bucket_name": b.BucketName, "database_id": b.DatabaseID, "id": b.ID, "class_name": b.ClassName,
		"index_name": b.IndexName, "queue_name": b.QueueName, "pipeline": b.Pipeline, "dataset": b.Dataset, "instance_name": b.InstanceName,
		"namespace": b.Namespace, "secret_name": b.SecretName, "certificate_id": b.CertificateID, "service": b.Service,
		"workflow_name": b.WorkflowName, "service_id": b.ServiceID, "network_id": b.NetworkID, "tunnel_id": b.TunnelID,
		"destination_address": b.Destination, "app_id": b.AppID, "old_name": b.OldName,
	}[name])
}

// kind is the type of the binding; that of one that is no word is "unknown": it
// might be anything.
func (b bindingIn) kind() string {
	const word = "abcdefghijklmnopqrstuvwxyz0123456789_"
	if b.Type == "" || len(b.Type) > 40 || strings.Trim(string(b.Type), word) != "" {
		return "unknown"
	}
	return string(b.Type)
}

// known reports whether a type of binding is one of those that this version knows,
// and whether it lets the Worker in to something.
func known(kind string) (known, reaches bool) {
	switch kind {
	case "secret_text", "secret_key", "plain_text", "json", "wasm_module", "text_blob", "data_blob", "assets", "version_metadata", "inherit", "ratelimit":
		return true, false
	case "kv_namespace", "r2_bucket", "d1", "durable_object_namespace", "hyperdrive", "vectorize", "queue", "pipelines", "analytics_engine",
		"ai_search", "ai_search_namespace", "secrets_store_secret", "mtls_certificate", "service", "dispatch_namespace", "workflow",
		"vpc_service", "vpc_network", "browser", "send_email", "messaging", "ai", "images", "media", "flagship":
		return true, true
	}
	return false, false
}

// union gives the bindings of all versions that serve, and what they let in to. Of
// versions that differ each binding says where it holds.
func (d *details) union() (all []inventory.Binding, reaches []string) {
	for _, s := range d.serving {
		for _, in := range s.bindings {
			kind := in.kind()
			target := cut(cloudflare.BindingTarget(kind, in.field))
			known, reach := known(kind)
			if !known {
				d.strange[kind]++
			}
			if reach {
				reaches = append(reaches, strings.TrimSpace(kind+" "+target))
			}
			if kind == "service" {
				d.named(target, "service bindings")
			}
			all = append(all, inventory.Binding{Kind: kind, Name: cut(string(in.Name)), Target: target, Qualifier: s.version})
		}
	}
	return d.qualified(all), sorted(reaches)
}

// qualified takes the version from bindings that every version that serves has.
func (d *details) qualified(all []inventory.Binding) []inventory.Binding {
	in := map[inventory.Binding]map[string]bool{}
	for _, b := range all {
		key := b
		key.Qualifier = ""
		if in[key] == nil {
			in[key] = map[string]bool{}
		}
		in[key][b.Qualifier] = true
	}
	out := []inventory.Binding{}
	for _, b := range all {
		key := b
		key.Qualifier = ""
		if len(in[key]) == len(d.serving) {
			b = key
		}
		out = append(out, b)
	}
	slices.SortFunc(out, compareBindings)
	return slices.Compact(out)
}

// compareBindings orders bindings by kind, name, target and where they hold.
func compareBindings(a, b inventory.Binding) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Qualifier, b.Qualifier))
}
