package awsfake

import (
	"net/http"
	"net/url"
	"strings"
)

// scope is what a signature says: whose key, which region, which service.
type scope struct{ key, region, service string }

// scopeOf reads the credential scope of Signature Version 4:
// Credential=KEY/DATE/REGION/SERVICE/aws4_request.
func scopeOf(h http.Header) scope {
	_, rest, ok := strings.Cut(h.Get("Authorization"), "Credential=")
	if !ok {
		return scope{}
	}
	rest, _, _ = strings.Cut(rest, ",")
	parts := strings.Split(rest, "/")
	if len(parts) != 5 {
		return scope{}
	}
	return scope{key: parts[0], region: parts[2], service: parts[3]}
}

// identify finds out what a request asks. It needs no world, so that it serves
// the fake and the proxy alike.
func (t *table) identify(r *http.Request, body []byte) (*call, scope) {
	sc := scopeOf(r.Header)
	c := &call{client: clientTime(r.Header)}
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		t.identifyTarget(c, r.Header.Get("X-Amz-Target"), body)
	case r.Method == http.MethodPost && isForm(r):
		t.identifyForm(c, sc, body)
	default:
		t.identifyPath(c, sc, r, body)
	}
	c.token = c.text(pagingOf(c.Service).token)
	c.at = decodePlace(c.token)
	c.Page = c.at.page
	// The log keeps these: they must not hold the whole request in memory.
	resource, qualifier := subject(c)
	c.Region, c.Resource, c.Qualifier = strings.Clone(sc.region), strings.Clone(resource), strings.Clone(qualifier)
	return c, sc
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// identifyTarget reads a call of the JSON 1.1 protocol.
func (t *table) identifyTarget(c *call, target string, body []byte) {
	dot := strings.LastIndexByte(target, '.')
	prefix, name := target[:max(dot, 0)], target[dot+1:]
	// The older Python SDK writes the whole Java package before the name.
	prefix = prefix[strings.LastIndexByte(prefix, '.')+1:]
	service, ok := map[string]string{
		"AWSOrganizationsV20161128":         "organizations",
		"CloudTrail_20131101":               "cloudtrail",
		"AWSEvents":                         "eventbridge",
		"Logs_20140328":                     "logs",
		"ResourceGroupsTaggingAPI_20170126": "resourcegroupstaggingapi",
	}[prefix]
	if !ok {
		service = prefix
	}
	c.Service, c.Operation = service, name
	c.op = t.named[service+"."+name]
	c.decodeBody(body)
}

// identifyForm reads a call of the query protocol.
func (t *table) identifyForm(c *call, sc scope, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		form = url.Values{}
	}
	c.query = form
	c.Service, c.Operation = sc.service, form.Get("Action")
	if sc.service == "elasticloadbalancing" {
		c.Service = "elasticloadbalancingv2"
	}
	c.op = t.named[c.Service+"."+c.Operation]
}

// identifyPath reads a call of a REST protocol.
func (t *table) identifyPath(c *call, sc scope, r *http.Request, body []byte) {
	if r.URL.RawQuery != "" {
		c.query = r.URL.Query()
	}
	segments := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	if c.op, c.vars = t.route(sc.service, r.Method, segments, c.query); c.op == nil {
		c.Service, c.Operation = sc.service, r.Method+" "+r.URL.EscapedPath()
		return
	}
	c.Service, c.Operation = c.op.service, c.op.name
	if r.Method == http.MethodPost {
		c.decodeBody(body)
	}
}

// route finds the REST operation of a path. The service of the signature
// decides between S3 and the others, since a bucket may have any name.
func (t *table) route(signed, method string, segments []string, query url.Values) (*operation, map[string]string) {
	for _, op := range t.rest {
		if op.method != method || signingName(op.service) != signed {
			continue
		}
		if op.query != "" && !query.Has(op.query) {
			continue
		}
		if vars, ok := match(op.segments, segments); ok {
			return op, vars
		}
	}
	return nil, nil
}

// match compares a path with a pattern; {name} stands for any one segment.
func match(pattern, path []string) (map[string]string, bool) {
	if len(pattern) != len(path) {
		return nil, false
	}
	for i, p := range pattern {
		if p != path[i] && (!strings.HasPrefix(p, "{") || path[i] == "") {
			return nil, false
		}
	}
	vars := map[string]string{}
	for i, p := range pattern {
		if !strings.HasPrefix(p, "{") {
			continue
		}
		v, err := url.PathUnescape(path[i])
		if err != nil {
			v = path[i]
		}
		vars[p[1:len(p)-1]] = v
	}
	return vars, true
}

// signingName is the service as signatures write it.
func signingName(service string) string {
	switch service {
	case "lambda-web":
		return "lambda"
	case "apigatewayv2":
		return "apigateway"
	case "elasticloadbalancingv2":
		return "elasticloadbalancing"
	}
	return service
}

// subject is the resource that a call names, and its qualifier. A function is
// named by its bare name, whatever form the request uses.
func subject(c *call) (resource, qualifier string) {
	if c.Service == "lambda" {
		for _, key := range []string{"FunctionName", "arn"} {
			if v := c.text(key); v != "" {
				name, q := splitFunction(v)
				if c.text("Qualifier") != "" {
					q = c.text("Qualifier")
				}
				return name, q
			}
		}
	}
	for _, key := range []string{"RoleName", "PolicyArn", "RoleArn", "LayerName", "CodeSigningConfigArn",
		"CapacityProviderName", "TrailName", "Rule", "TargetArn", "Bucket", "restapi_id", "apiId", "logGroupName",
		"TargetGroupArn", "LoadBalancerArn", "ListenerArn", "Name", "EventBusName"} {
		if v := c.text(key); v != "" {
			return v, c.text("Qualifier")
		}
	}
	return "", ""
}

// splitFunction reads the forms of a function's name: f, f:live,
// ACCOUNT:function:f, and the whole ARN, each with or without a qualifier.
func splitFunction(ref string) (name, qualifier string) {
	parts := strings.Split(ref, ":")
	for i, p := range parts {
		if p == "function" {
			parts = parts[i+1:]
			break
		}
	}
	name = parts[0]
	if len(parts) > 1 {
		qualifier = parts[1]
	}
	return name, qualifier
}
