package cloudflarefake

import "net/http"

func (c *call) namespaces() answer {
	if c.account.NoDispatch {
		return refusal(http.StatusOK, 10121, message(10121))
	}
	return whole(c.account.Namespaces, func(n *Namespace) any {
		count := n.ScriptCount
		if count == 0 {
			count = len(n.Scripts)
		}
		return map[string]any{"namespace_id": n.ID, "namespace_name": n.Name, "script_count": count, "trusted_workers": n.TrustedWorkers,
			"created_by": n.CreatedBy, "created_on": n.CreatedOn, "modified_by": n.ModifiedBy, "modified_on": n.ModifiedOn}
	})
}

// ofNamespace answers about the namespace that a path names.
func (c *call) ofNamespace(answers func(*Namespace) answer) answer {
	for _, n := range c.account.Namespaces {
		if n.Name == c.names[":ns"] {
			return answers(n)
		}
	}
	return refusal(http.StatusNotFound, 10119, "workers.api.error.dispatch_namespace_not_found")
}

func (c *call) dispatchScripts() answer {
	return c.ofNamespace(func(n *Namespace) answer {
		if n.NoList {
			return noRoute(c.Path)
		}
		return paged(c, n.Scripts, func(s DispatchScript) any { return showDispatched(s) })
	})
}

func showDispatched(s DispatchScript) map[string]any {
	out := map[string]any{"id": s.Name, "tag": s.Tag, "etag": s.Etag, "created_on": s.CreatedOn, "modified_on": s.ModifiedOn,
		"tags": list(s.Tags), "usage_model": or(s.UsageModel, "standard")}
	if s.Placement != nil {
		out["placement"] = s.Placement
	}
	return out
}

// ofDispatched answers about the script that a path names.
func (c *call) ofDispatched(answers func(*Namespace, DispatchScript) answer) answer {
	return c.ofNamespace(func(n *Namespace) answer {
		for _, s := range n.Scripts {
			if s.Name == c.names[":s"] {
				return answers(n, s)
			}
		}
		return notFound()
	})
}

func (c *call) dispatchScript() answer {
	return c.ofDispatched(func(n *Namespace, s DispatchScript) answer {
		return result(map[string]any{"dispatch_namespace": n.Name, "created_on": s.CreatedOn, "modified_on": s.ModifiedOn, "script": showDispatched(s)})
	})
}

func (c *call) dispatchBindings() answer {
	return c.ofDispatched(func(_ *Namespace, s DispatchScript) answer { return whole(s.Bindings, itself) })
}

func (c *call) dispatchSettings() answer {
	return c.ofDispatched(func(_ *Namespace, s DispatchScript) answer {
		out := map[string]any{"bindings": list(s.Bindings), "compatibility_date": s.CompatibilityDate, "tags": list(s.Tags)}
		if s.Placement != nil {
			out["placement"] = s.Placement
		}
		return result(out)
	})
}
