package awsfake

import "strconv"

func listLayers(c *call) answer {
	layers := c.region().Layers
	return c.list("Layers", len(layers), func(w *jsonWriter, i int) {
		l := layers[i]
		w.open('{').str("LayerName", l.Name).str("LayerArn", c.arn("lambda", "layer:"+l.Name))
		if n := len(l.Versions); n > 0 {
			w.key("LatestMatchingVersion")
			c.layerVersion(w, l, l.Versions[n-1])
		}
		w.close('}')
	})
}

// listLayerVersions answers the newest first, as the vendor does.
func listLayerVersions(c *call) answer {
	name := layerName(c)
	for _, l := range c.region().Layers {
		if l.Name == name {
			return c.list("LayerVersions", len(l.Versions), func(w *jsonWriter, i int) {
				c.layerVersion(w, l, l.Versions[len(l.Versions)-1-i])
			})
		}
	}
	return c.list("LayerVersions", 0, nil)
}

func (c *call) layerVersion(w *jsonWriter, l *Layer, v *LayerVersion) {
	w.open('{').str("LayerVersionArn", c.layerARN(l, v)).num("Version", int64(v.Version))
	w.str("Description", v.Description).str("CreatedDate", lambdaTime(v.Created))
	w.list("CompatibleRuntimes", v.Runtimes).close('}')
}

func listCodeSigningConfigs(c *call) answer {
	all := c.region().CodeSigningConfigs
	return c.list("CodeSigningConfigs", len(all), func(w *jsonWriter, i int) {
		v := all[i]
		w.open('{').str("CodeSigningConfigId", v.ID).str("CodeSigningConfigArn", c.arn("lambda", "code-signing-config:"+v.ID))
		w.key("AllowedPublishers").open('{').list("SigningProfileVersionArns", v.Profiles).close('}')
		w.key("CodeSigningPolicies").open('{').str("UntrustedArtifactOnDeployment", or(v.Untrusted, "Enforce")).close('}')
		w.str("LastModified", lambdaTime(v.Modified)).close('}')
	})
}

func listFunctionsByCodeSigningConfig(c *call) answer {
	arn, r := c.text("CodeSigningConfigArn"), c.region()
	known := false
	for _, v := range r.CodeSigningConfigs {
		known = known || c.arn("lambda", "code-signing-config:"+v.ID) == arn
	}
	if !known {
		return c.missing()
	}
	var arns []string
	for i := range r.count() {
		if f := r.at(i); f.CodeSigningConfig == arn {
			arns = append(arns, c.functionARN(f, ""))
		}
	}
	return c.list("FunctionArns", len(arns), func(w *jsonWriter, i int) { w.value(arns[i]) })
}

func listCapacityProviders(c *call) answer {
	all := c.region().CapacityProviders
	return c.list("CapacityProviders", len(all), func(w *jsonWriter, i int) { c.capacityProvider(w, all[i]) })
}

func getCapacityProvider(c *call) answer {
	for _, p := range c.region().CapacityProviders {
		if p.Name == c.text("CapacityProviderName") {
			w := newJSON().open('{').key("CapacityProvider")
			c.capacityProvider(w, p)
			return c.ok(w.close('}').b)
		}
	}
	return c.missing()
}

func (c *call) capacityProvider(w *jsonWriter, p *CapacityProvider) {
	w.open('{').str("CapacityProviderArn", c.arn("lambda", "capacity-provider:"+p.Name)).str("State", or(p.State, "Active"))
	w.key("VpcConfig").open('{').list("SubnetIds", p.Subnets).list("SecurityGroupIds", p.SecurityGroups).close('}')
	w.key("PermissionsConfig").open('{').str("CapacityProviderOperatorRoleArn", p.OperatorRole).close('}')
	w.str("LastModified", lambdaTime(p.Modified)).close('}')
}

// lambdaWebOperations are those of the API 2025-03-07, which lives on Lambda's
// host and has no package in the vendor's Go SDK. What is answered follows the
// vendor's documentation; no client of the vendor could check it.
func lambdaWebOperations() []operation {
	return []operation{
		{service: "lambda-web", name: "ListWebFunctions", method: "POST", path: "/2025-03-07/web-functions", size: 50, serve: listWebFunctions},
		{service: "lambda-web", name: "GetWebAccountSettings", method: "GET", path: "/2025-03-07/web-account-settings", serve: getWebAccountSettings},
	}
}

func listWebFunctions(c *call) answer {
	all := c.region().WebFunctions
	return c.list("functions", len(all), func(w *jsonWriter, i int) {
		f := all[i]
		w.open('{').str("functionArn", c.arn("lambda", "web-function/"+f.Name)).str("functionName", f.Name)
		w.str("state", or(f.State, "Active")).str("createdAt", isoTime(f.Created)).str("updatedAt", isoTime(f.Updated)).close('}')
	})
}

func getWebAccountSettings(c *call) answer {
	n := strconv.Itoa(len(c.region().WebFunctions))
	return c.ok([]byte(`{"accountUsage":{"functionCount":` + n + `}}`))
}
