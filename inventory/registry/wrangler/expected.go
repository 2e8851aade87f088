package wrangler

import "slices"

// exposure tells by which hosts the Worker is to be reached.
func (s section) exposure() []string {
	// What an environment says of routes takes the place of all that the top
	// level does, whichever of the two keys it is.
	from := s.env
	if from.get("route") == nil && from.get("routes") == nil {
		from = s.top
	}
	var routes []string
	if n := from.get("route"); n != nil {
		routes = append(routes, s.route(n)...)
	}
	for _, n := range s.list("routes", from.get("routes")) {
		routes = append(routes, s.route(n)...)
	}
	dev := s.yes("workers_dev", s.inherited("workers_dev"), len(routes) == 0)
	previews := s.yes("preview_urls", s.inherited("preview_urls"), dev)
	out := append(said("hosts", routes), "workers.dev: "+onOff(dev)+", preview URLs: "+onOff(previews))
	if s.inherited("previews") != nil {
		out = append(out, "previews: expected, code of their own below hosts of their own")
	}
	return out
}

func onOff(yes bool) string {
	if yes {
		return "on"
	}
	return "off"
}

// route tells a route or custom domain.
func (s section) route(n *node) []string {
	if n.form == aText {
		return shown(n.text)
	}
	if n.form != anObject {
		s.wrong(n.at, "a route must be text, or hold keys and values, not %s", n.form)
		return nil
	}
	pattern := s.text("pattern", n.get("pattern"))
	if pattern == "" {
		s.wrong(n.at, "a route needs its pattern")
		return nil
	}
	if s.yes("custom_domain", n.get("custom_domain"), false) {
		pattern += " (custom domain)"
	}
	return shown(pattern)
}

// triggers tells what else starts the Worker.
func (s section) triggers() []string {
	var crons, queues []string
	s.object("triggers", s.inherited("triggers"))
	for _, n := range s.list("triggers.crons", s.inherited("triggers").get("crons")) {
		crons = append(crons, shown(s.text("a cron", n))...)
	}
	s.object("queues", s.own("queues"))
	for _, n := range s.list("queues.consumers", s.own("queues").get("consumers")) {
		queues = append(queues, shown(n.get("queue").known())...)
	}
	return slices.Concat(said("crons", crons), said("consumes queues", queues))
}

// logging tells where the Worker's logs go.
func (s section) logging() []string {
	var to []string
	if n := s.inherited("observability"); n != nil {
		s.object("observability", n)
		to = append(to, "observability "+onOff(s.yes("observability.enabled", n.get("enabled"), false)))
	}
	if n := s.inherited("logpush"); n != nil {
		to = append(to, "logpush "+onOff(s.yes("logpush", n, false)))
	}
	for _, n := range s.list("tail_consumers", s.own("tail_consumers")) {
		to = append(to, shown(n.get("service").known())...)
	}
	return said("logs", to)
}

// binding says where bindings of a kind stand, and by which keys they tell their
// name and what they lead to.
type binding struct{ label, section, key, name, target string }

// bindingKinds lists the kinds of binding that hold a list, in the order of the
// documentation.
func bindingKinds() []binding {
	return []binding{
		{"kv", "", "kv_namespaces", "binding", ""},
		{"r2", "", "r2_buckets", "binding", "bucket_name"},
		{"d1", "", "d1_databases", "binding", "database_name"},
		{"durable object", "durable_objects", "bindings", "name", "class_name"},
		{"service", "", "services", "binding", "service"},
		{"queue", "queues", "producers", "binding", "queue"},
		{"dispatch namespace", "", "dispatch_namespaces", "binding", "namespace"},
		{"workflow", "", "workflows", "binding", "name"},
		{"hyperdrive", "", "hyperdrive", "binding", ""},
		{"vectorize", "", "vectorize", "binding", "index_name"},
		{"analytics", "", "analytics_engine_datasets", "binding", "dataset"},
		{"pipeline", "", "pipelines", "binding", "pipeline"},
		{"mail", "", "send_email", "name", ""},
		{"certificate", "", "mtls_certificates", "binding", ""},
		{"secret of a store", "", "secrets_store_secrets", "binding", "secret_name"},
	}
}

// bindings tells what the Worker is given, by name. Values of variables are not
// there to be told.
func (s section) bindings() []string {
	var out []string
	for _, b := range bindingKinds() {
		where, key := s.own(b.key), b.key
		if b.section != "" {
			s.object(b.section, s.own(b.section))
			where, key = s.own(b.section).get(b.key), b.section+"."+b.key
		}
		for _, n := range s.list(key, where) {
			text := b.label + " " + n.get(b.name).known()
			if target := n.get(b.target).known(); target != "" {
				text += " to " + target
			}
			out = append(out, shown(text)...)
		}
	}
	for _, key := range []string{"ai", "browser", "images"} {
		s.object(key, s.own(key))
		if n := s.own(key).get("binding"); n != nil {
			out = append(out, shown(key+" "+n.known())...)
		}
	}
	for _, m := range s.object("vars", s.own("vars")) {
		out = append(out, shown("variable "+m.name)...)
	}
	s.object("secrets", s.own("secrets"))
	for _, n := range s.list("secrets.required", s.own("secrets").get("required")) {
		out = append(out, shown("secret "+n.known())...)
	}
	return said("bindings", out)
}

// known is the text of a node that may not be there.
func (n *node) known() string {
	if n == nil {
		return ""
	}
	return n.text
}

// shown makes a foreign text fit for a draft; none where it is empty.
func shown(text string) []string {
	if text == "" {
		return nil
	}
	return []string{line(text)}
}
