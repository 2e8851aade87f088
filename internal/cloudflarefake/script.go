package cloudflarefake

import (
	"encoding/json"
	"net/http"
	"time"
)

// scripts is the older list of Workers, in one answer.
func (c *call) scripts() answer {
	routes := c.routesByScript()
	all := pick(c.account.Workers, func(w *Worker) bool { return !w.NoScript && c.world.Token.worker(w.Tag) })
	return whole(all, func(w *Worker) any { return showScript(w, routes[w.Name]) })
}

// script is a Worker as the older list tells it. Placement is told as it stands.
type script struct {
	ID                 string          `json:"id"`
	Tag                string          `json:"tag"`
	Tags               []string        `json:"tags"`
	Etag               string          `json:"etag"`
	CreatedOn          time.Time       `json:"created_on"`
	ModifiedOn         time.Time       `json:"modified_on"`
	Handlers           []string        `json:"handlers"`
	NamedHandlers      []NamedHandler  `json:"named_handlers,omitempty"`
	HasAssets          bool            `json:"has_assets"`
	HasModules         bool            `json:"has_modules"`
	LastDeployedFrom   string          `json:"last_deployed_from,omitempty"`
	Logpush            bool            `json:"logpush"`
	Observability      *Observability  `json:"observability,omitempty"`
	TailConsumers      []service       `json:"tail_consumers"`
	Routes             []inlineRoute   `json:"routes"`
	Placement          json.RawMessage `json:"placement,omitempty"`
	UsageModel         string          `json:"usage_model,omitempty"`
	MigrationTag       string          `json:"migration_tag,omitempty"`
	CompatibilityDate  string          `json:"compatibility_date,omitempty"`
	CompatibilityFlags []string        `json:"compatibility_flags,omitempty"`
}

type inlineRoute struct {
	ID      string `json:"id"`
	Pattern string `json:"pattern"`
	Script  string `json:"script"`
}

type service struct {
	Service string `json:"service"`
}

func showScript(w *Worker, routes []inlineRoute) any {
	modified := w.ModifiedOn
	if modified.IsZero() {
		modified = w.UpdatedOn
	}
	if !w.InlineRoutes {
		routes = nil
	}
	return script{ID: w.Name, Tag: w.Tag, Tags: list(w.Tags), Etag: w.Etag, CreatedOn: w.CreatedOn, ModifiedOn: modified,
		Handlers: list(w.Handlers), NamedHandlers: w.NamedHandlers, HasAssets: w.HasAssets, HasModules: w.HasModules,
		LastDeployedFrom: w.LastDeployedFrom, Logpush: w.Logpush, Observability: w.Observability, TailConsumers: services(w),
		Routes: routes, Placement: w.Placement, UsageModel: w.UsageModel, MigrationTag: w.MigrationTag,
		CompatibilityDate: w.CompatibilityDate, CompatibilityFlags: w.CompatibilityFlags}
}

func services(w *Worker) []service {
	out := make([]service, 0, len(w.TailConsumers))
	for _, name := range w.TailConsumers {
		out = append(out, service{name})
	}
	return out
}

// routesByScript is what the zones of the account tell, by the Worker's name. A
// Worker without routes has an empty list.
func (c *call) routesByScript() map[string][]inlineRoute {
	out := map[string][]inlineRoute{}
	for _, w := range c.account.Workers {
		out[w.Name] = []inlineRoute{}
	}
	for _, z := range c.account.Zones {
		for _, r := range z.Routes {
			out[r.Script] = append(out[r.Script], inlineRoute(r))
		}
	}
	return out
}

// ofScript answers about the Worker that a path names, if the token may see it.
func (c *call) ofScript(answers func(*Worker) answer) answer {
	w := c.account.Worker(c.names[":s"])
	if w == nil || w.NoScript {
		return notFound()
	}
	if !c.world.Token.worker(w.Tag) {
		return refusal(http.StatusForbidden, 10000, message(10000))
	}
	return answers(w)
}

// settings are those of the latest version, with every value in them.
func (c *call) settings() answer {
	return c.ofScript(func(w *Worker) answer {
		return result(struct {
			Bindings           []Binding       `json:"bindings"`
			CompatibilityDate  string          `json:"compatibility_date"`
			CompatibilityFlags []string        `json:"compatibility_flags"`
			Tags               []string        `json:"tags"`
			TailConsumers      []service       `json:"tail_consumers"`
			Logpush            bool            `json:"logpush"`
			Observability      *Observability  `json:"observability,omitempty"`
			Placement          json.RawMessage `json:"placement,omitempty"`
			UsageModel         string          `json:"usage_model,omitempty"`
		}{list(w.Bindings), w.CompatibilityDate, list(w.CompatibilityFlags), list(w.Tags), services(w), w.Logpush, w.Observability, w.Placement, w.UsageModel})
	})
}

func (c *call) scriptSettings() answer {
	return c.ofScript(func(w *Worker) answer {
		return result(map[string]any{"logpush": w.Logpush, "tail_consumers": services(w), "tags": list(w.Tags), "observability": w.Observability})
	})
}

func (c *call) deployments() answer {
	return c.ofScript(func(w *Worker) answer {
		out := make([]Deployment, 0, len(w.Deployments))
		for _, d := range w.Deployments {
			d.Strategy = or(d.Strategy, "percentage")
			out = append(out, d)
		}
		return result(map[string]any{"deployments": out})
	})
}

func (c *call) schedules() answer {
	return c.ofScript(func(w *Worker) answer { return result(map[string]any{"schedules": list(w.Schedules)}) })
}

// secrets are the bindings that hold secrets; what the world gives them beside
// their names is told too.
func (c *call) secrets() answer {
	return c.ofScript(func(w *Worker) answer {
		return whole(pick(w.Bindings, func(b Binding) bool { return b["type"] == "secret_text" || b["type"] == "secret_key" }), itself)
	})
}

func (c *call) tails() answer {
	return c.ofScript(func(w *Worker) answer {
		if len(w.Tails) == 0 {
			return result(map[string]any{})
		}
		return result(w.Tails[0])
	})
}

func (c *call) scriptSubdomain() answer {
	return c.ofScript(func(w *Worker) answer {
		return result(map[string]any{"enabled": w.Enabled, "previews_enabled": w.PreviewsEnabled})
	})
}

func (c *call) subdomain() answer {
	if c.account.Subdomain == "" {
		return refusal(http.StatusNotFound, 10007, "workers.api.error.subdomain_not_found")
	}
	return result(map[string]any{"subdomain": c.account.Subdomain})
}

func (c *call) domains() answer {
	return whole(pick(c.account.Domains, func(d Domain) bool {
		return asked(c, "zone_id", d.ZoneID) && asked(c, "service", d.Service) && asked(c, "hostname", d.Hostname)
	}), func(d Domain) any { d.Environment = or(d.Environment, "production"); return d })
}

// asked reports whether a filter of the query, if it is there, lets a value pass.
func asked(c *call, filter, value string) bool { return same(c.Query.Get(filter), value) }

func (c *call) durableObjects() answer {
	return paged(c, c.account.DurableObjectNamespaces, itself)
}

// list is a list that is told as [] where there is none.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
