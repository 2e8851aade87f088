package awsfake

import "strings"

func apigatewayOperations() []operation {
	op := func(name, path string, size int, serve func(*call) answer) operation {
		return operation{service: "apigateway", name: name, method: "GET", path: path, size: size, serve: serve}
	}
	return []operation{
		op("GetRestApis", "/restapis", 25, getRestAPIs),
		op("GetResources", "/restapis/{restapi_id}/resources", 25, withRestAPI(getAPIResources)),
		op("GetStages", "/restapis/{restapi_id}/stages", 0, withRestAPI(getRestStages)),
		op("GetAuthorizers", "/restapis/{restapi_id}/authorizers", 25, withRestAPI(getRestAuthorizers)),
	}
}

// withRestAPI finds the API that a call names.
func withRestAPI(serve func(*call, *RestAPI) answer) func(*call) answer {
	return func(c *call) answer {
		for _, a := range c.region().RestAPIs {
			if a.ID == c.text("restapi_id") {
				return serve(c, a)
			}
		}
		return c.missing()
	}
}

// getRestAPIs, like all lists of this service, answers them as "item".
func getRestAPIs(c *call) answer {
	apis := c.region().RestAPIs
	return c.list("item", len(apis), func(w *jsonWriter, i int) {
		a := apis[i]
		w.open('{').str("id", a.ID).str("name", a.Name).num("createdDate", joined).str("policy", a.Policy)
		w.key("endpointConfiguration").open('{').list("types", []string{or(a.Endpoint, "REGIONAL")}).close('}')
		w.any("disableExecuteApiEndpoint", a.Disabled).close('}')
	})
}

// getAPIResources names the methods of a path; what they do only with
// embed=methods.
func getAPIResources(c *call, a *RestAPI) answer {
	embed := strings.Contains(strings.Join(c.query["embed"], " "), "methods")
	return c.list("item", len(a.Resources), func(w *jsonWriter, i int) {
		r := a.Resources[i]
		w.open('{').str("id", r.ID).str("parentId", r.Parent).str("path", r.Path)
		w.str("pathPart", r.Path[strings.LastIndexByte(r.Path, '/')+1:])
		if len(r.Methods) > 0 {
			w.key("resourceMethods").open('{')
			for _, m := range r.Methods {
				w.key(m.Verb).open('{')
				if embed {
					m.write(w)
				}
				w.close('}')
			}
			w.close('}')
		}
		w.close('}')
	}, c.query["embed"]...)
}

func (m *Method) write(w *jsonWriter) {
	w.str("httpMethod", m.Verb).str("authorizationType", or(m.Authorization, "NONE")).str("authorizerId", m.Authorizer)
	w.any("apiKeyRequired", m.APIKey)
	if m.Integration != "" {
		w.key("methodIntegration").open('{').str("type", or(m.Type, "AWS_PROXY")).str("httpMethod", "POST")
		w.str("uri", m.Integration).close('}')
	}
}

func getRestStages(c *call, a *RestAPI) answer {
	w := newJSON().open('{').key("item").open('[')
	for _, s := range a.Stages {
		w.open('{').str("stageName", s.Name).str("deploymentId", s.Deployment).num("createdDate", joined).close('}')
	}
	return c.ok(w.close(']').close('}').b)
}

func getRestAuthorizers(c *call, a *RestAPI) answer {
	return c.list("item", len(a.Authorizers), func(w *jsonWriter, i int) { w.element(a.Authorizers[i]) })
}
