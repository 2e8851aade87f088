package awsfake

func apigatewayv2Operations() []operation {
	op := func(name, path string, serve func(*call) answer) operation {
		return operation{service: "apigatewayv2", name: name, method: "GET", path: path, size: 100, serve: serve}
	}
	return []operation{
		op("GetApis", "/v2/apis", getHTTPAPIs),
		op("GetRoutes", "/v2/apis/{apiId}/routes", withHTTPAPI(func(c *call, a *HTTPAPI) answer { return items(c, a.Routes) })),
		op("GetIntegrations", "/v2/apis/{apiId}/integrations", withHTTPAPI(func(c *call, a *HTTPAPI) answer { return items(c, a.Integrations) })),
		op("GetAuthorizers", "/v2/apis/{apiId}/authorizers", withHTTPAPI(func(c *call, a *HTTPAPI) answer { return items(c, a.Authorizers) })),
		op("GetStages", "/v2/apis/{apiId}/stages", withHTTPAPI(getHTTPStages)),
	}
}

// withHTTPAPI finds the API that a call names.
func withHTTPAPI(serve func(*call, *HTTPAPI) answer) func(*call) answer {
	return func(c *call) answer {
		for _, a := range c.region().HTTPAPIs {
			if a.ID == c.text("apiId") {
				return serve(c, a)
			}
		}
		return c.missing()
	}
}

// items answers one page of values in the vendor's own shape.
func items[T any](c *call, all []T) answer {
	return c.list("items", len(all), func(w *jsonWriter, i int) { w.element(all[i]) })
}

func getHTTPAPIs(c *call) answer {
	apis := c.region().HTTPAPIs
	return c.list("items", len(apis), func(w *jsonWriter, i int) {
		a := apis[i]
		w.open('{').str("apiId", a.ID).str("name", a.Name).str("protocolType", or(a.Protocol, "HTTP"))
		w.str("apiEndpoint", "https://"+a.ID+".execute-api."+c.Region+".amazonaws.com")
		w.str("routeSelectionExpression", "$request.method $request.path").any("disableExecuteApiEndpoint", a.Disabled).close('}')
	})
}

func getHTTPStages(c *call, a *HTTPAPI) answer {
	return c.list("items", len(a.Stages), func(w *jsonWriter, i int) {
		s := a.Stages[i]
		w.open('{').str("stageName", s.Name).str("deploymentId", s.Deployment).any("autoDeploy", s.Name == "$default").close('}')
	})
}
