package awsfake

import (
	"net/http"
	"strings"
)

// lambdaListOperations are those that answer page by page.
func lambdaListOperations() []operation {
	const old = "/2015-03-31/functions/{FunctionName}"
	list := func(name, path string, size int, serve func(*call) answer) operation {
		return operation{service: "lambda", name: name, method: "GET", path: path, size: size, serve: serve}
	}
	return []operation{
		list("ListFunctions", "/2015-03-31/functions", 50, listFunctions),
		list("ListVersionsByFunction", old+"/versions", 50, withFunction(listVersions)),
		list("ListAliases", old+"/aliases", 50, withFunction(listAliases)),
		list("ListFunctionUrlConfigs", "/2021-10-31/functions/{FunctionName}/urls", 50, withFunction(listURLs)),
		list("ListFunctionEventInvokeConfigs", "/2019-09-25/functions/{FunctionName}/event-invoke-config/list", 50, withFunction(listInvokeConfigs)),
		list("ListProvisionedConcurrencyConfigs", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency", 50, withFunction(listProvisioned)),
		list("ListEventSourceMappings", "/2015-03-31/event-source-mappings", 100, listMappings),
		list("ListLayers", "/2018-10-31/layers", 50, listLayers),
		list("ListLayerVersions", "/2018-10-31/layers/{LayerName}/versions", 50, listLayerVersions),
		list("ListCodeSigningConfigs", "/2020-04-22/code-signing-configs", 50, listCodeSigningConfigs),
		list("ListFunctionsByCodeSigningConfig", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions", 50, listFunctionsByCodeSigningConfig),
		list("ListCapacityProviders", "/2025-11-30/capacity-providers", 50, listCapacityProviders),
	}
}

// listFunctions never shows states. With FunctionVersion=ALL it shows every
// version under its qualified ARN.
func listFunctions(c *call) answer {
	r := c.region()
	master := c.text("MasterRegion")
	if c.text("FunctionVersion") != "ALL" {
		if master != "" {
			return c.fail(http.StatusBadRequest, "InvalidParameterValueException", "MasterRegion needs FunctionVersion ALL")
		}
		return c.list("Functions", r.count(), func(w *jsonWriter, i int) {
			f := r.at(i)
			c.configuration(w, f, &f.Settings, shown{version: "$LATEST", arn: c.functionARN(f, "")})
		})
	}
	type entry struct {
		f *Function
		v string
	}
	var all []entry
	for i := range r.count() {
		f := r.at(i)
		if master != "" && !strings.Contains(f.MasterARN, ":"+master+":") && (master != "ALL" || f.MasterARN == "") {
			continue
		}
		all = append(all, entry{f, "$LATEST"})
		for _, v := range f.Versions {
			all = append(all, entry{f, v.Number})
		}
	}
	return c.list("Functions", len(all), func(w *jsonWriter, i int) {
		e := all[i]
		s, version, _ := e.f.settings(e.v)
		c.configuration(w, e.f, s, shown{version: version, arn: c.functionARN(e.f, version)})
	})
}

func listVersions(c *call, f *Function) answer {
	return c.list("Versions", len(f.Versions)+1, func(w *jsonWriter, i int) {
		version := "$LATEST"
		if i > 0 {
			version = f.Versions[i-1].Number
		}
		s, _, _ := f.settings(version)
		c.configuration(w, f, s, shown{version: version, arn: c.functionARN(f, version), full: true})
	})
}

func listAliases(c *call, f *Function) answer {
	var of []*Alias
	for _, a := range f.Aliases {
		if v := c.text("FunctionVersion"); v == "" || v == a.Version {
			of = append(of, a)
		}
	}
	return c.list("Aliases", len(of), func(w *jsonWriter, i int) {
		a := of[i]
		w.open('{').str("AliasArn", c.functionARN(f, a.Name)).str("Name", a.Name).str("FunctionVersion", a.Version)
		w.key("Description").value(a.Description)
		if len(a.Weights) > 0 {
			w.any("RoutingConfig", struct{ AdditionalVersionWeights map[string]float64 }{a.Weights})
		}
		w.str("RevisionId", or(a.RevisionID, "00000000-0000-4000-8000-000000000002")).close('}')
	})
}

// listURLs answers the URLs of the function and of all its aliases.
func listURLs(c *call, f *Function) answer {
	return c.list("FunctionUrlConfigs", len(f.URLs), func(w *jsonWriter, i int) { c.url(w, f, f.URLs[i]) })
}

func listInvokeConfigs(c *call, f *Function) answer {
	return c.list("FunctionEventInvokeConfigs", len(f.Invoke), func(w *jsonWriter, i int) {
		v := f.Invoke[i]
		w.open('{').str("FunctionArn", c.functionARN(f, or(v.Qualifier, "$LATEST")))
		w.num("LastModified", v.LastModified.Unix()).num("MaximumRetryAttempts", int64(v.MaximumRetryAttempts))
		if v.MaximumEventAge > 0 {
			w.num("MaximumEventAgeInSeconds", int64(v.MaximumEventAge))
		}
		w.key("DestinationConfig").open('{')
		w.key("OnSuccess").open('{').str("Destination", v.OnSuccess).close('}')
		w.key("OnFailure").open('{').str("Destination", v.OnFailure).close('}').close('}').close('}')
	})
}

func listProvisioned(c *call, f *Function) answer {
	return c.list("ProvisionedConcurrencyConfigs", len(f.Provisioned), func(w *jsonWriter, i int) {
		p := f.Provisioned[i]
		w.open('{').str("FunctionArn", c.functionARN(f, p.Qualifier)).str("Status", or(p.Status, "READY"))
		for _, k := range []string{"RequestedProvisionedConcurrentExecutions",
			"AvailableProvisionedConcurrentExecutions", "AllocatedProvisionedConcurrentExecutions"} {
			w.num(k, int64(p.Requested))
		}
		w.str("LastModified", lambdaTime(f.LastModified)).close('}')
	})
}

// listMappings answers those of the whole account and region, unless a
// function or a source is named.
func listMappings(c *call) answer {
	var of []*Mapping
	for _, m := range c.region().Mappings {
		name, _ := splitFunction(m.FunctionArn)
		if source := c.text("EventSourceArn"); (c.Resource == "" || c.Resource == name) && (source == "" || source == m.EventSourceArn) {
			of = append(of, m)
		}
	}
	return c.list("EventSourceMappings", len(of), func(w *jsonWriter, i int) {
		full := *of[i]
		full.EventSourceMappingArn = or(full.EventSourceMappingArn, c.arn("lambda", "event-source-mapping:"+full.UUID))
		full.State = or(full.State, "Enabled")
		w.element(full)
	}, c.text("EventSourceArn"))
}
