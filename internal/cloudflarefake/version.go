package cloudflarefake

import (
	"net/http"
	"time"
)

// versions is the older list, whose items stand below result.
func (c *call) versions() answer {
	return c.ofScript(func(w *Worker) answer {
		part, info, a, ok := cut(c, w.Versions)
		if !ok {
			return a
		}
		return withInfo(map[string]any{"items": shown(part, func(v Version) any { return showVersion(v) })}, info)
	})
}

func showVersion(v Version) map[string]any {
	out := map[string]any{"id": v.ID, "number": v.Number, "metadata": map[string]any{
		"author_id": v.AuthorID, "author_email": v.AuthorEmail, "created_on": v.CreatedOn, "modified_on": v.CreatedOn,
		"hasPreview": len(v.URLs) > 0, "source": or(v.Source, "unknown")}}
	if v.Annotations != nil {
		out["annotations"] = v.Annotations
	}
	return out
}

// bindings, etag and date of a version are those of its Worker where it has none.
func (w *Worker) of(v Version) ([]Binding, string, string) {
	bindings := v.Bindings
	if bindings == nil {
		bindings = w.Bindings
	}
	return list(bindings), or(v.Etag, w.Etag), or(v.CompatibilityDate, w.CompatibilityDate)
}

func (c *call) version() answer {
	return c.ofScript(func(w *Worker) answer {
		for _, v := range w.Versions {
			if v.ID != c.names[":v"] {
				continue
			}
			bindings, etag, date := w.of(v)
			out := showVersion(v)
			out["resources"] = map[string]any{
				"bindings":       bindings,
				"script":         map[string]any{"etag": etag, "handlers": list(w.Handlers), "last_deployed_from": or(v.Source, "unknown")},
				"script_runtime": map[string]any{"compatibility_date": date, "compatibility_flags": list(w.CompatibilityFlags), "usage_model": or(w.UsageModel, "standard")},
			}
			return result(out)
		}
		return refusal(http.StatusNotFound, 10092, "workers.api.error.version_not_found")
	})
}

// newVersion is a version as the list of a Worker by its id tells it.
type newVersion struct {
	ID                string            `json:"id"`
	Number            int               `json:"number"`
	CreatedOn         time.Time         `json:"created_on"`
	Source            string            `json:"source"`
	URLs              []string          `json:"urls"`
	Annotations       map[string]string `json:"annotations,omitempty"`
	Bindings          []Binding         `json:"bindings"`
	CompatibilityDate string            `json:"compatibility_date,omitempty"`
	Placement         any               `json:"placement,omitempty"`
}

func (w *Worker) show(v Version) any {
	bindings, _, date := w.of(v)
	out := newVersion{ID: v.ID, Number: v.Number, CreatedOn: v.CreatedOn, Source: or(v.Source, "unknown"), URLs: list(v.URLs),
		Annotations: v.Annotations, Bindings: bindings, CompatibilityDate: date}
	if w.Placement != nil {
		out.Placement = w.Placement
	}
	return out
}

func (c *call) workerVersions() answer {
	return c.ofWorker(func(w *Worker) answer { return paged(c, w.Versions, w.show) })
}

func (c *call) workerVersion() answer {
	return c.ofWorker(func(w *Worker) answer {
		for _, v := range w.Versions {
			if v.ID == c.names[":v"] {
				return result(w.show(v))
			}
		}
		return refusal(http.StatusNotFound, 10092, "workers.api.error.version_not_found")
	})
}

func (c *call) previews() answer {
	if c.account.NoPreviews {
		return noRoute(c.Path)
	}
	return c.ofWorker(func(w *Worker) answer {
		return paged(c, w.Previews, func(p Preview) any {
			p.URLs, p.WorkerName = list(p.URLs), or(p.WorkerName, w.Name)
			return p
		})
	})
}
