package doors

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// mostItems is the largest page of API Gateway (API reference, limit).
const mostItems = 500

// readRestAPIs reads the routes of each REST API, and more of those alone that
// lead to functions.
func readRestAPIs(ctx context.Context, g *reading) {
	client := apigateway.NewFromConfig(g.region.Config())
	var apis []types.RestApi
	g.list(ctx, "GetRestApis", func(token *string) (*string, error) {
		out, err := client.GetRestApis(ctx, &apigateway.GetRestApisInput{Position: token, Limit: aws.Int32(mostItems)})
		if err != nil {
			return nil, err
		}
		apis = append(apis, out.Items...)
		g.tally.Add(len(out.Items))
		return out.Position, nil
	})
	each(g, apis, func(known types.RestApi) { readRestAPI(ctx, g, client, known) })
}

func readRestAPI(ctx context.Context, g *reading, client *apigateway.Client, known types.RestApi) {
	routes, came := restRoutes(ctx, g, client, known.Id)
	if came == away || !matters(routes) {
		return
	}
	a := &api{id: aws.ToString(known.Id), place: restPlace(g, known), authorisers: map[string]authoriser{}}
	a.arn = g.arn("apigateway", "", "/restapis/"+a.id)
	if known.DisableExecuteApiEndpoint {
		a.notes = append(a.notes, switchedOff)
	}
	if restStages(ctx, g, client, a) == away {
		return
	}
	if slices.ContainsFunc(routes, route.custom) && restAuthorisers(ctx, g, client, a) == away {
		return
	}
	a.tell(g, "GetResources", routes)
}

// restPlace: an endpoint of a type that is not known is taken to be open.
func restPlace(g *reading, known types.RestApi) place {
	p := internet()
	if known.EndpointConfiguration != nil && slices.Equal(known.EndpointConfiguration.Types, []types.EndpointType{types.EndpointTypePrivate}) {
		p = private()
	}
	return p.under(aws.ToString(known.Policy), g.region.Account.ID, g.cfg.Own)
}

func restRoutes(ctx context.Context, g *reading, client *apigateway.Client, id *string) (routes []route, came outcome) {
	came = g.about(ctx, "GetResources", func(token *string) (*string, error) {
		out, err := client.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: id, Embed: []string{"methods"}, Position: token, Limit: aws.Int32(mostItems)})
		if err != nil {
			return nil, err
		}
		for _, resource := range out.Items {
			for verb, m := range resource.ResourceMethods { // routes are sorted in the end
				routes = append(routes, restRoute(verb+" "+aws.ToString(resource.Path), m))
			}
		}
		return out.Position, nil
	})
	return routes, came
}

func restRoute(name string, m types.Method) route {
	r := route{name: name, auth: aws.ToString(m.AuthorizationType), authoriserID: aws.ToString(m.AuthorizerId), apiKey: aws.ToBool(m.ApiKeyRequired)}
	if m.MethodIntegration != nil {
		r.address = aws.ToString(m.MethodIntegration.Uri)
	}
	return r
}

// restStages reads what is deployed.
func restStages(ctx context.Context, g *reading, client *apigateway.Client, a *api) outcome {
	return g.about(ctx, "GetStages", func(*string) (*string, error) {
		out, err := client.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: aws.String(a.id)})
		if err != nil {
			return nil, err
		}
		a.staged = true
		for _, s := range out.Item {
			known := stage{deployed: aws.ToString(s.DeploymentId) != "", variables: []map[string]string{s.Variables}}
			if s.CanarySettings != nil {
				known.variables = append(known.variables, overridden(s.Variables, s.CanarySettings.StageVariableOverrides))
			}
			a.stages = append(a.stages, known)
		}
		return nil, nil
	})
}

// overridden is what the requests of a canary see.
func overridden(values, other map[string]string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, values)
	maps.Copy(out, other)
	return out
}

func restAuthorisers(ctx context.Context, g *reading, client *apigateway.Client, a *api) outcome {
	return g.about(ctx, "GetAuthorizers", func(token *string) (*string, error) {
		out, err := client.GetAuthorizers(ctx, &apigateway.GetAuthorizersInput{RestApiId: aws.String(a.id), Position: token, Limit: aws.Int32(mostItems)})
		if err != nil {
			return nil, err
		}
		for _, known := range out.Items {
			id := aws.ToString(known.Id)
			a.authorisers[id] = authoriser{id: id, name: aws.ToString(known.Name), address: aws.ToString(known.AuthorizerUri)}
		}
		return out.Position, nil
	})
}
