package awsfake

import (
	"net/http"
	"time"
)

// lambdaOperations are those that read one function.
func lambdaOperations() []operation {
	const f = "/2015-03-31/functions/{FunctionName}"
	one := func(name, path string, serve func(*call, *Function) answer) operation {
		return operation{service: "lambda", name: name, method: "GET", path: path, serve: withFunction(serve)}
	}
	return []operation{
		one("GetFunction", f, getFunction),
		one("GetFunctionConfiguration", f+"/configuration", getFunctionConfiguration),
		one("GetPolicy", f+"/policy", getFunctionPolicy),
		one("GetFunctionConcurrency", "/2019-09-30/functions/{FunctionName}/concurrency", getFunctionConcurrency),
		one("GetFunctionUrlConfig", "/2021-10-31/functions/{FunctionName}/url", getFunctionURLConfig),
		one("GetFunctionCodeSigningConfig", "/2020-06-30/functions/{FunctionName}/code-signing-config", getFunctionCodeSigningConfig),
		one("GetRuntimeManagementConfig", "/2021-07-20/functions/{FunctionName}/runtime-management-config", getRuntimeManagementConfig),
		one("GetFunctionRecursionConfig", "/2024-08-31/functions/{FunctionName}/recursion-config", getFunctionRecursionConfig),
		one("GetResourcePolicy", "/2026-07-09/resource-policy/{arn}", getResourcePolicy),
		one("ListTags", "/2017-03-31/tags/{arn}", listTags),
		{service: "lambda", name: "GetAccountSettings", method: "GET", path: "/2016-08-19/account-settings", serve: getAccountSettings},
		{service: "lambda", name: "GetLayerVersionPolicy", method: "GET",
			path: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy", serve: getLayerVersionPolicy},
		{service: "lambda", name: "GetCapacityProvider", method: "GET",
			path: "/2025-11-30/capacity-providers/{CapacityProviderName}", serve: getCapacityProvider},
	}
}

// withFunction finds the function that a call names.
func withFunction(serve func(*call, *Function) answer) func(*call) answer {
	return func(c *call) answer {
		f := c.region().find(c.Resource)
		if f == nil {
			return c.fail(http.StatusNotFound, "ResourceNotFoundException",
				"Function not found: "+c.arn("lambda", "function:"+c.Resource))
		}
		return serve(c, f)
	}
}

// functionARN is the ARN of a function, qualified if q is not empty.
func (c *call) functionARN(f *Function, q string) string {
	arn := c.arn("lambda", "function:"+f.Name)
	if q != "" {
		arn += ":" + q
	}
	return arn
}

// settings finds the settings behind a qualifier: those of $LATEST, of a
// version, or of the version of an alias.
func (f *Function) settings(q string) (s *Settings, version string, ok bool) {
	if q == "" || q == "$LATEST" {
		return &f.Settings, "$LATEST", true
	}
	for _, a := range f.Aliases {
		if a.Name == q {
			q = a.Version
			break
		}
	}
	if q == "$LATEST" {
		return &f.Settings, q, true
	}
	for _, v := range f.Versions {
		if v.Number == q {
			return &v.Settings, q, true
		}
	}
	return nil, "", false
}

func getFunctionConfiguration(c *call, f *Function) answer {
	s, version, ok := f.settings(c.Qualifier)
	if !ok {
		return c.missing()
	}
	w := newJSON()
	c.configuration(w, f, s, shown{version: version, arn: c.functionARN(f, c.Qualifier), full: true})
	return c.ok(w.b)
}

// CanaryLink begins every presigned link to code that the fake hands out. It
// must be found nowhere in what a program keeps.
const CanaryLink = "https://prod-04-2014-tasks.s3.amazonaws.com/snapshots/canary-of-a-presigned-link"

func getFunction(c *call, f *Function) answer {
	s, version, ok := f.settings(c.Qualifier)
	if !ok {
		return c.missing()
	}
	w := newJSON().open('{').key("Configuration")
	c.configuration(w, f, s, shown{version: version, arn: c.functionARN(f, c.Qualifier), full: true})
	w.key("Code").open('{')
	if s.PackageType == "Image" {
		w.str("RepositoryType", "ECR").str("ImageUri", f.ImageURI).str("ResolvedImageUri", f.ResolvedImageURI)
	} else {
		w.str("RepositoryType", "S3").str("Location", CanaryLink+"?versionId="+f.Name+"&X-Amz-Signature=0123")
	}
	w.close('}').dict("Tags", f.Tags)
	if f.Reserved != nil {
		w.key("Concurrency").open('{').num("ReservedConcurrentExecutions", int64(*f.Reserved)).close('}')
	}
	return c.ok(w.close('}').b)
}

func getFunctionConcurrency(c *call, f *Function) answer {
	w := newJSON().open('{')
	if f.Reserved != nil {
		w.num("ReservedConcurrentExecutions", int64(*f.Reserved))
	}
	return c.ok(w.close('}').b)
}

func getFunctionURLConfig(c *call, f *Function) answer {
	for _, u := range f.URLs {
		if u.Qualifier == c.Qualifier {
			w := newJSON()
			c.url(w, f, u)
			return c.ok(w.b)
		}
	}
	return c.missing()
}

// url writes the configuration of a function URL.
func (c *call) url(w *jsonWriter, f *Function, u *URL) {
	modified := u.Modified
	if modified.IsZero() {
		modified = u.Created
	}
	w.open('{').str("FunctionUrl", "https://"+u.Host(c.Region)+"/").str("FunctionArn", c.functionARN(f, u.Qualifier))
	w.str("AuthType", u.AuthType).str("CreationTime", microTime(u.Created)).str("LastModifiedTime", microTime(modified))
	if len(u.Origins) > 0 {
		w.key("Cors").open('{').list("AllowOrigins", u.Origins).close('}')
	}
	w.str("InvokeMode", or(u.InvokeMode, "BUFFERED")).close('}')
}

func getFunctionCodeSigningConfig(c *call, f *Function) answer {
	return c.ok(newJSON().open('{').str("CodeSigningConfigArn", f.CodeSigningConfig).
		str("FunctionName", f.Name).close('}').b)
}

func getRuntimeManagementConfig(c *call, f *Function) answer {
	return c.ok(newJSON().open('{').str("UpdateRuntimeOn", or(f.UpdateRuntimeOn, "Auto")).
		str("FunctionArn", c.functionARN(f, or(c.Qualifier, "$LATEST"))).close('}').b)
}

func getFunctionRecursionConfig(c *call, f *Function) answer {
	return c.ok(newJSON().open('{').str("RecursiveLoop", or(f.RecursiveLoop, "Terminate")).close('}').b)
}

func listTags(c *call, f *Function) answer {
	tags := f.Tags
	if tags == nil {
		tags = map[string]string{}
	}
	return c.json(struct{ Tags map[string]string }{tags})
}

// getAccountSettings answers the count of functions, by which a listing is
// checked.
func getAccountSettings(c *call) answer {
	r := c.region()
	n := r.count()
	if r.CountedFunctions != nil {
		n = *r.CountedFunctions
	}
	w := newJSON().open('{').key("AccountLimit").open('{')
	w.num("TotalCodeSize", 80530636800).num("CodeSizeUnzipped", 262144000).num("CodeSizeZipped", 52428800)
	w.num("ConcurrentExecutions", 1000).num("UnreservedConcurrentExecutions", 1000).close('}')
	w.key("AccountUsage").open('{').num("TotalCodeSize", int64(n)*1024).num("FunctionCount", int64(n)).close('}')
	return c.ok(w.close('}').b)
}

// microTime is the form of the times of function URLs.
func microTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// or is a text, or its default if it is empty.
func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
