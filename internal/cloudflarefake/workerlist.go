package cloudflarefake

import (
	"net/http"
	"time"
)

// worker is a Worker as the newer list tells it.
type worker struct {
	ID            string        `json:"id"`
	Name          string        `json:"name"`
	CreatedOn     time.Time     `json:"created_on"`
	UpdatedOn     time.Time     `json:"updated_on"`
	DeployedOn    *time.Time    `json:"deployed_on"`
	Tags          []string      `json:"tags"`
	Logpush       bool          `json:"logpush"`
	Observability Observability `json:"observability"`
	TailConsumers []named       `json:"tail_consumers"`
	Subdomain     switches      `json:"subdomain"`
	References    References    `json:"references"`
}

type named struct {
	Name string `json:"name"`
}

// switches are told with URLs whether they are on or off.
type switches struct {
	Enabled          bool   `json:"enabled"`
	PreviewsEnabled  bool   `json:"previews_enabled"`
	URL              string `json:"url"`
	PreviewURLSuffix string `json:"preview_url_suffix"`
}

// workers is the newer list of Workers.
func (c *call) workers() answer {
	all := pick(c.account.Workers, func(w *Worker) bool { return !w.NoWorker && c.world.Token.worker(w.Tag) })
	refer := c.account.references()
	return paged(c, all, func(w *Worker) any { return c.account.show(w, refer[w.Name]) })
}

func (c *call) oneWorker() answer {
	return c.ofWorker(func(w *Worker) answer { return result(c.account.show(w, c.account.references()[w.Name])) })
}

// ofWorker answers about the Worker that a path names by its id, or by its name,
// if the token may see it.
func (c *call) ofWorker(answers func(*Worker) answer) answer {
	for _, w := range c.account.Workers {
		if w.NoWorker || w.Tag != c.names[":w"] && w.Name != c.names[":w"] {
			continue
		}
		if !c.world.Token.worker(w.Tag) {
			return refusal(http.StatusForbidden, 10000, message(10000))
		}
		return answers(w)
	}
	return notFound()
}

func (a *Account) show(w *Worker, refer *References) any {
	out := worker{ID: w.Tag, Name: w.Name, CreatedOn: w.CreatedOn, UpdatedOn: w.UpdatedOn, Tags: list(w.Tags), Logpush: w.Logpush,
		TailConsumers: []named{}, Subdomain: switches{Enabled: w.Enabled, PreviewsEnabled: w.PreviewsEnabled}}
	if !w.DeployedOn.IsZero() {
		out.DeployedOn = &w.DeployedOn
	}
	if w.Observability != nil {
		out.Observability = *w.Observability
	}
	for _, name := range w.TailConsumers {
		out.TailConsumers = append(out.TailConsumers, named{name})
	}
	if a.Subdomain != "" {
		out.Subdomain.URL = "https://" + w.Name + "." + a.Subdomain + ".workers.dev"
		out.Subdomain.PreviewURLSuffix = "-" + w.Name + "." + a.Subdomain + ".workers.dev"
	}
	if w.References != nil {
		refer = w.References
	}
	if refer == nil {
		refer = &References{}
	}
	out.References = refer.told()
	return out
}

// told has no list that is null.
func (r References) told() References {
	return References{list(r.Domains), list(r.DurableObjects), list(r.Queues), list(r.Workers), list(r.DispatchNamespaceOutbounds)}
}

// references works out what points at each Worker, by its name.
func (a *Account) references() map[string]*References {
	out := map[string]*References{}
	of := func(name string) *References {
		if out[name] == nil {
			out[name] = &References{}
		}
		return out[name]
	}
	for _, d := range a.Domains {
		r := of(d.Service)
		r.Domains = append(r.Domains, DomainReference{d.ID, d.Hostname, d.ZoneID, d.ZoneName, d.CertID})
	}
	for _, q := range a.Queues {
		for _, c := range q.Consumers {
			r := of(c.Script)
			r.Queues = append(r.Queues, QueueReference{q.ID, q.Name, c.ID})
		}
	}
	for _, w := range a.Workers {
		for _, b := range w.Bindings {
			refer(b, WorkerReference{w.Tag, w.Name}, of)
		}
	}
	return out
}

// refer adds what one binding of a Worker points at.
func refer(b Binding, from WorkerReference, of func(string) *References) {
	switch b["type"] {
	case "service":
		if name := text(b["service"]); name != "" {
			of(name).Workers = append(of(name).Workers, from)
		}
	case "durable_object_namespace":
		if name := text(b["script_name"]); name != "" && name != from.Name {
			of(name).DurableObjects = append(of(name).DurableObjects,
				DurableObjectReference{text(b["namespace_id"]), text(b["class_name"]), from.ID, from.Name})
		}
	case "dispatch_namespace":
		outbound, _ := b["outbound"].(map[string]any)
		through, _ := outbound["worker"].(map[string]any)
		if name := text(through["service"]); name != "" {
			of(name).DispatchNamespaceOutbounds = append(of(name).DispatchNamespaceOutbounds,
				OutboundReference{"", text(b["namespace"]), from.ID, from.Name})
		}
	}
}

func text(v any) string { s, _ := v.(string); return s }
