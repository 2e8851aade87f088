package doors

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/estray/estray/inventory"
)

// readAPIs reads the REST APIs and then the HTTP and WebSocket APIs, which are
// two services under one permission.
func readAPIs(ctx context.Context, g *reading) {
	readRestAPIs(ctx, g)
	readHTTPAPIs(ctx, g)
	g.tally.Done()
}

// api is what APIs of all kinds have in common.
type api struct {
	id, arn string
	place   place
	notes   []string
	// stages are what was deployed; staged says that they were read.
	stages []stage
	staged bool
	// authorisers are those that were read, by id.
	authorisers map[string]authoriser
}

// stage is what one name of an API serves.
type stage struct {
	deployed bool
	// variables are the sets of values that its requests may see. They resolve
	// addresses and are not kept.
	variables []map[string]string
}

// authoriser decides who may call. One that is a function has an address.
type authoriser struct{ id, name, address string }

// route is one way through an API to an integration.
type route struct {
	name         string // "GET /pay"
	auth         string
	authoriserID string
	apiKey       bool
	address      string // of the integration; empty or no function's: it starts none
}

// switchedOff is told of an API that does not answer under its own hostname.
const switchedOff = "its own hostname is switched off: only custom domain names lead here, which are not read"

// leadsToLambda reports whether an address may be that of a function. One of
// another server may hold secrets, and is looked at no further.
func leadsToLambda(address string) bool {
	return strings.HasPrefix(address, "arn:") && strings.Contains(address, ":lambda:") || strings.HasPrefix(address, "${")
}

// ofLambda reports whether an ARN is one of Lambda's, and not of the calls of
// Lambda that API Gateway makes: arn:aws:apigateway:REGION:lambda:action/Invoke.
func ofLambda(arn string) bool {
	parts := strings.SplitN(arn, ":", 4)
	return len(parts) == 4 && parts[0] == "arn" && parts[2] == "lambda"
}

// custom reports whether a function decides who may call the route.
func (r route) custom() bool { return r.auth == "CUSTOM" }

// matters reports whether something of the API leads to functions: only then
// are its stages read.
func matters(routes []route) bool {
	return slices.ContainsFunc(routes, func(r route) bool { return leadsToLambda(r.address) || r.custom() })
}

// live reports whether requests are served; also where nobody could tell.
func (a *api) live() bool {
	return !a.staged || slices.ContainsFunc(a.stages, func(s stage) bool { return s.deployed })
}

// tell adds what the routes and the authorisers of an API lead to.
func (a *api) tell(g *reading, operation string, routes []route) {
	for _, r := range routes {
		if !leadsToLambda(r.address) {
			continue
		}
		for _, arn := range a.functions(g, r.address) {
			if !ofLambda(arn) && !strings.HasPrefix(r.address, "${") {
				g.unclear(inventory.Malformed, operation, a.arn+" calls Lambda by an address that names no function, in the route "+r.name)
			}
			if f, ok := g.function(operation, arn); ok {
				g.opens(f, a.way(g, r))
			}
		}
	}
	for _, w := range a.authorisers {
		for _, arn := range a.functions(g, w.address) {
			g.starts("GetAuthorizers", arn, inventory.Trigger{
				Kind: "api-authoriser", ID: a.arn + "/authorizers/" + w.id, Name: w.name, Source: a.arn, Account: g.region.Account.ID, Enabled: a.live(),
			})
		}
	}
}

// way judges a route.
func (a *api) way(g *reading, r route) inventory.Exposure {
	w := inventory.Exposure{Kind: "api-gateway", Hostname: hostname(g, a.id), Route: r.name, Source: a.arn, Auth: r.auth}
	w.Reach, w.UpperBound = a.place.reach(r.auth)
	notes := slices.Concat(a.notes, a.place.notes)
	if r.authoriserID != "" {
		notes = append(notes, "authoriser "+a.authoriserName(r.authoriserID))
	}
	if r.apiKey {
		notes = append(notes, "asks for an API key, which is no authorisation")
	}
	if !a.live() {
		w.Reach, w.UpperBound = inventory.ReachPrivate, false
		notes = append(notes, "not deployed: no stage serves the API")
	}
	w.Note = strings.Join(notes, "; ")
	return w
}

func (a *api) authoriserName(id string) string {
	if name := a.authorisers[id].name; name != "" {
		return name + " (" + id + ")"
	}
	return id
}

// functions gives the ARNs in an address: one, or with variables of stages one
// for each set of values that makes it whole. A stage that does not set them
// answers requests with an error.
func (a *api) functions(g *reading, address string) []string {
	arn := invoked(address)
	if !strings.Contains(arn, "${") {
		return []string{arn}
	}
	var out []string
	for _, s := range a.stages {
		for _, values := range s.variables {
			if whole, ok := filled(arn, values); ok {
				out = append(out, whole)
			}
		}
	}
	if len(out) == 0 {
		g.unset++
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// invoked takes the function's ARN out of the address under which API Gateway
// calls it: arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations.
// HTTP APIs take the ARN itself, too.
func invoked(address string) string {
	if _, rest, ok := strings.Cut(address, "/functions/"); ok {
		arn, _, _ := strings.Cut(rest, "/")
		return arn
	}
	return address
}

// filled puts the values of stage variables into a text; false if one is not set.
func filled(text string, values map[string]string) (string, bool) {
	whole := true
	out := regexp.MustCompile(`\$\{stageVariables\.([^}]*)\}`).ReplaceAllStringFunc(text, func(name string) string {
		value := values[strings.TrimSuffix(strings.TrimPrefix(name, "${stageVariables."), "}")]
		whole = whole && value != ""
		return value
	})
	return out, whole && !strings.Contains(out, "${")
}

// hostname is the name that every API has. Suffixes follow the partitions of
// aws-sdk-go-v2 v1.47.7.
func hostname(g *reading, id string) string {
	suffix := "amazonaws.com"
	switch g.region.Account.Partition {
	case "aws-cn":
		suffix = "amazonaws.com.cn"
	case "aws-eusc":
		suffix = "amazonaws.eu"
	case "aws-iso":
		suffix = "c2s.ic.gov"
	case "aws-iso-b":
		suffix = "sc2s.sgov.gov"
	case "aws-iso-e":
		suffix = "cloud.adc-e.uk"
	case "aws-iso-f":
		suffix = "csp.hci.ic.gov"
	}
	return id + ".execute-api." + g.region.Name + "." + suffix
}
