package doors

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// readHTTPAPIs reads the routes and integrations of each HTTP and WebSocket
// API, and more of those alone that lead to functions.
func readHTTPAPIs(ctx context.Context, g *reading) {
	client := apigatewayv2.NewFromConfig(g.region.Config())
	var apis []types.Api
	g.list(ctx, "GetApis", func(token *string) (*string, error) {
		out, err := client.GetApis(ctx, &apigatewayv2.GetApisInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		apis = append(apis, out.Items...)
		g.tally.Add(len(out.Items))
		return out.NextToken, nil
	})
	each(g, apis, func(known types.Api) { readHTTPAPI(ctx, g, client, known) })
}

func readHTTPAPI(ctx context.Context, g *reading, client *apigatewayv2.Client, known types.Api) {
	a := &api{id: aws.ToString(known.ApiId), place: internet(), authorisers: map[string]authoriser{}}
	a.arn = g.arn("apigateway", "", "/apis/"+a.id)
	if aws.ToBool(known.DisableExecuteApiEndpoint) {
		a.notes = append(a.notes, switchedOff)
	}
	addresses, came := integrations(ctx, g, client, a.id)
	if came == away {
		return
	}
	routes, came := httpRoutes(ctx, g, client, a.id, addresses)
	if known.ProtocolType == types.ProtocolTypeWebsocket {
		routes = connected(routes)
	}
	if came == away || !matters(routes) || httpStages(ctx, g, client, a) == away {
		return
	}
	if slices.ContainsFunc(routes, route.custom) && httpAuthorisers(ctx, g, client, a) == away {
		return
	}
	a.tell(g, "GetIntegrations", routes)
}

// connected gives all routes of a WebSocket API the authorisation of its route
// $connect: it is asked for once, and the others have none of their own. An API
// without that route lets anybody connect.
func connected(routes []route) []route {
	door := route{auth: "NONE"}
	if i := slices.IndexFunc(routes, func(r route) bool { return r.name == "$connect" }); i >= 0 {
		door = routes[i]
	}
	for i := range routes {
		routes[i].auth, routes[i].authoriserID, routes[i].apiKey = door.auth, door.authoriserID, door.apiKey
	}
	return routes
}

// integrations gives the addresses by the ids of integrations.
func integrations(ctx context.Context, g *reading, client *apigatewayv2.Client, id string) (addresses map[string]string, came outcome) {
	addresses = map[string]string{}
	came = g.about(ctx, "GetIntegrations", func(token *string) (*string, error) {
		out, err := client.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: aws.String(id), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, i := range out.Items {
			addresses[aws.ToString(i.IntegrationId)] = aws.ToString(i.IntegrationUri)
		}
		return out.NextToken, nil
	})
	return addresses, came
}

func httpRoutes(ctx context.Context, g *reading, client *apigatewayv2.Client, id string, addresses map[string]string) (routes []route, came outcome) {
	came = g.about(ctx, "GetRoutes", func(token *string) (*string, error) {
		out, err := client.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: aws.String(id), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, r := range out.Items {
			routes = append(routes, route{
				name: aws.ToString(r.RouteKey), auth: cmp.Or(string(r.AuthorizationType), "NONE"), authoriserID: aws.ToString(r.AuthorizerId),
				apiKey: aws.ToBool(r.ApiKeyRequired), address: addresses[strings.TrimPrefix(aws.ToString(r.Target), "integrations/")],
			})
		}
		return out.NextToken, nil
	})
	return routes, came
}

// httpStages reads what is deployed.
func httpStages(ctx context.Context, g *reading, client *apigatewayv2.Client, a *api) outcome {
	return g.about(ctx, "GetStages", func(token *string) (*string, error) {
		out, err := client.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: aws.String(a.id), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, s := range out.Items {
			a.stages = append(a.stages, stage{
				deployed:  aws.ToString(s.DeploymentId) != "" || aws.ToBool(s.AutoDeploy),
				variables: []map[string]string{s.StageVariables},
			})
		}
		a.staged = aws.ToString(out.NextToken) == ""
		return out.NextToken, nil
	})
}

func httpAuthorisers(ctx context.Context, g *reading, client *apigatewayv2.Client, a *api) outcome {
	return g.about(ctx, "GetAuthorizers", func(token *string) (*string, error) {
		out, err := client.GetAuthorizers(ctx, &apigatewayv2.GetAuthorizersInput{ApiId: aws.String(a.id), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, known := range out.Items {
			id := aws.ToString(known.AuthorizerId)
			a.authorisers[id] = authoriser{id: id, name: aws.ToString(known.Name), address: aws.ToString(known.AuthorizerUri)}
		}
		return out.NextToken, nil
	})
}
