package cloudflare

import (
	"cmp"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// targets tells which fields of a binding say what it leads to, by its type: the
// first that is there. What is not named here is never kept: the text of a
// plain_text, the json of a json, the key of a secret_key.
//
// The types are those of the OpenAPI document and of cloudflare-go v7.9.0.
func targets() map[string][]string {
	return map[string][]string{
		"kv_namespace":             {"namespace_id"},
		"r2_bucket":                {"bucket_name"},
		"d1":                       {"database_id", "id"},
		"durable_object_namespace": {"namespace_id", "class_name"},
		"hyperdrive":               {"id"},
		"vectorize":                {"index_name"},
		"queue":                    {"queue_name"},
		"pipelines":                {"pipeline"},
		"analytics_engine":         {"dataset"},
		"ai_search":                {"instance_name"},
		"ai_search_namespace":      {"namespace"},
		"secrets_store_secret":     {"secret_name"},
		"mtls_certificate":         {"certificate_id"},
		"service":                  {"service"},
		"dispatch_namespace":       {"namespace"},
		"workflow":                 {"workflow_name"},
		"vpc_service":              {"service_id"},
		"vpc_network":              {"network_id", "tunnel_id"},
		"messaging":                {"namespace"},
		"ratelimit":                {"namespace_id"},
		"flagship":                 {"app_id"},
		"inherit":                  {"old_name"},
	}
}

// BindingTarget is what a binding of the type leads to, by fields of the vendor's
// object, which field gives as text ("" where there is none). Of an address to
// which mail is sent it is the domain. It asks for no field that may hold a value
// or a secret; of a type that it does not know it asks for none.
func BindingTarget(kind string, field func(string) string) string {
	if kind == "send_email" {
		return mailDomain(field("destination_address"))
	}
	for _, f := range targets()[kind] {
		if v := name(field(f)); v != "" {
			return v
		}
	}
	return ""
}

// bindingKind is the vendor's word for a type. What is no word is "unknown": it
// might be anything.
func bindingKind(text string) string {
	if text == "" || len(text) > 40 || strings.IndexFunc(text, func(r rune) bool { return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }) >= 0 {
		return "unknown"
	}
	return text
}

// bindingsOf reads a list of bindings, in order.
func bindingsOf(list []any) []inventory.Binding {
	out := []inventory.Binding{}
	for _, o := range objects(list) {
		kind := bindingKind(o.str("type"))
		out = append(out, inventory.Binding{Kind: kind, Name: name(o.str("name")), Target: BindingTarget(kind, func(f string) string { return o.str(f) })})
	}
	return ordered(out)
}

// pagesKind is a type of binding, and the field that says what one leads to; ""
// where none does.
type pagesKind struct{ kind, field string }

func (k pagesKind) target(o object) string {
	if k.field == "" {
		return ""
	}
	return name(o.str(k.field))
}

// pagesKinds gives, by the member of a Pages project's configuration, the kind of
// its bindings.
func pagesKinds() map[string]pagesKind {
	return map[string]pagesKind{
		"kv_namespaces":             {"kv_namespace", "namespace_id"},
		"r2_buckets":                {"r2_bucket", "name"},
		"d1_databases":              {"d1", "id"},
		"durable_object_namespaces": {"durable_object_namespace", "namespace_id"},
		"services":                  {"service", "service"},
		"queue_producers":           {"queue", "name"},
		"hyperdrive_bindings":       {"hyperdrive", "id"},
		"vectorize_bindings":        {"vectorize", "index_name"},
		"ai_bindings":               {"ai", ""},
		"analytics_engine_datasets": {"analytics_engine", "dataset"},
		"mtls_certificates":         {"mtls_certificate", "certificate_id"},
		"browsers":                  {"browser", ""},
	}
}

// pagesBindings reads deployment_configs of a Pages project: of both environments,
// the names of variables and bindings, and what these lead to.
func pagesBindings(configs object) []inventory.Binding {
	out := []inventory.Binding{}
	for _, env := range []string{"preview", "production"} {
		config := configs.child(env)
		for n, v := range config.child("env_vars") {
			o, isSet := v.(map[string]any)
			if !isSet { // null takes one away
				continue
			}
			kind := "plain_text"
			if object(o).str("type") == "secret_text" {
				kind = "secret_text"
			}
			out = append(out, inventory.Binding{Kind: kind, Name: name(n), Qualifier: env})
		}
		for member, is := range pagesKinds() {
			for n, v := range config.child(member) {
				if o, isSet := v.(map[string]any); isSet {
					out = append(out, inventory.Binding{Kind: is.kind, Name: name(n), Target: is.target(o), Qualifier: env})
				}
			}
		}
	}
	return ordered(out)
}

func ordered(all []inventory.Binding) []inventory.Binding {
	slices.SortFunc(all, func(a, b inventory.Binding) int {
		return cmp.Or(cmp.Compare(a.Qualifier, b.Qualifier), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Target, b.Target))
	})
	return slices.Compact(all)
}
