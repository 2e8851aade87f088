package doors_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/doors"
)

// method is a method of a REST API that calls a function.
func method(verb, auth, uri, more string) string {
	return `"` + verb + `":{"httpMethod":"` + verb + `","authorizationType":"` + auth + `"` + more + `,"methodIntegration":{"type":"AWS_PROXY","uri":"` + uri + `"}}`
}

// restAPI is a region with one REST API, of which GET / calls the function pay.
// api holds more of its members, methods those of its path /pay.
func restAPI(api, methods string) script {
	return script{
		"GET /restapis":              `{"item":[{"id":"a1","name":"shop"` + api + `}]}`,
		"GET /restapis/a1/resources": `{"item":[{"id":"r","path":"/pay","resourceMethods":{` + methods + `}}]}`,
		"GET /restapis/a1/stages":    `{"item":[{"stageName":"prod","deploymentId":"d1"}]}`,
	}
}

// ways reads the ways into a function of the region.
func ways(t *testing.T, s script, cfg doors.Config, name string) (doors.Found, []inventory.Exposure) {
	t.Helper()
	_, r := start(t, s)
	cfg.Source = "aws-doors"
	found := doors.Read(t.Context(), r, cfg)
	return found, found.Ways[inventory.AssetID(function(name))][inventory.CapAPIGateway]
}

// TestAMethodTellsWhoMayCallIt judges the authorisation of a public endpoint.
func TestAMethodTellsWhoMayCallIt(t *testing.T) {
	for _, c := range []struct {
		name, auth, more string
		reach            inventory.Reach
		note             string
	}{
		{"nobody is asked", "NONE", "", inventory.ReachPublic, ""},
		{"an API key is no authorisation", "NONE", `,"apiKeyRequired":true`, inventory.ReachPublic, "asks for an API key, which is no authorisation"},
		{"signed callers", "AWS_IAM", "", inventory.ReachAuthenticated, ""},
		{"people of a user pool", "COGNITO_USER_POOLS", `,"authorizerId":"w9"`, inventory.ReachAuthenticated, "authoriser w9"},
		{"a type that is not known", "QUANTUM", "", inventory.ReachUnknown, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, got := ways(t, restAPI("", method("GET", c.auth, invocation(function("pay")+":live"), c.more)), doors.Config{}, "pay")
			want(t, found, inventory.CapAPIGateway, inventory.Complete, "", "")
			if diff := cmp.Diff([]inventory.Exposure{{
				Kind: "api-gateway", Reach: c.reach, Hostname: "a1.execute-api.eu-west-1.amazonaws.com", Qualifier: "live", Route: "GET /pay",
				Source: "arn:aws:apigateway:eu-west-1::/restapis/a1", Auth: c.auth, Note: c.note,
			}}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// statement is a policy of an API as the vendor answers it: its quotes escaped.
func statement(effect, principal, condition string) string {
	plain := `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":` + principal + `,"Action":"execute-api:Invoke","Resource":"*"` + condition + `}]}`
	escaped := strings.ReplaceAll(plain, `"`, `\"`)
	return strings.ReplaceAll(strings.ReplaceAll(escaped, `\`, `\\`), `"`, `\"`)
}

// TestAPoliciedAPIReachesWhomThePolicyLetsIn judges endpoint, policy and
// authorisation together, and never below what can be told.
func TestAPoliciedAPIReachesWhomThePolicyLetsIn(t *testing.T) {
	const private = `,"endpointConfiguration":{"types":["PRIVATE"]}`
	address := `,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`
	endpoint := `,"Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}`
	organization := `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`
	partner := `{"AWS":"arn:aws:iam::444455556666:root"}`
	for _, c := range []struct {
		name, api, policy, auth string
		reach                   inventory.Reach
		upper                   bool
	}{
		{"everybody", "", statement("Allow", `"*"`, ""), "NONE", inventory.ReachPublic, false},
		{"an address cannot be judged", "", statement("Allow", `"*"`, address), "NONE", inventory.ReachPublic, true},
		{"our organization", "", statement("Allow", `"*"`, organization), "NONE", inventory.ReachOrganization, false},
		{"a partner, signed", "", statement("Allow", partner, ""), "AWS_IAM", inventory.ReachPartner, false},
		{"everybody, signed", "", statement("Allow", `"*"`, ""), "AWS_IAM", inventory.ReachAuthenticated, false},
		{"nobody, but our own need no policy", "", statement("Deny", `"*"`, ""), "AWS_IAM", inventory.ReachAccount, true},
		{"nobody", "", statement("Deny", `"*"`, ""), "NONE", inventory.ReachPrivate, true},
		{"an authoriser beside a policy", "", statement("Allow", partner, ""), "CUSTOM", inventory.ReachAuthenticated, true},
		{"a policy that cannot be read", "", "{oops", "NONE", inventory.ReachPublic, true},
		{"private without a policy", private, "", "NONE", inventory.ReachAccount, false},
		{"private for everybody is open to all who have an account", private, statement("Allow", `"*"`, ""), "NONE", inventory.ReachAuthenticated, false},
		{"private behind an endpoint of somebody", private, statement("Allow", `"*"`, endpoint), "NONE", inventory.ReachAuthenticated, true},
		{"private for a partner", private, statement("Allow", partner, ""), "AWS_IAM", inventory.ReachPartner, false},
		{"private with a policy that cannot be read", private, "{oops", "NONE", inventory.ReachUnknown, true},
		{"private with an authoriser", private, "", "CUSTOM", inventory.ReachAccount, false},
		{"private for everybody with an authoriser", private, statement("Allow", `"*"`, ""), "CUSTOM", inventory.ReachAuthenticated, false},
		{"private, and asked for something not known", private, "", "QUANTUM", inventory.ReachUnknown, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := restAPI(c.api+`,"policy":"`+c.policy+`"`, method("GET", c.auth, invocation(function("pay")), ""))
			s["GET /restapis/a1/authorizers"] = `{"item":[]}`
			_, got := ways(t, s, doors.Config{Own: inventory.Own{Organization: "o-1"}}, "pay")
			if len(got) != 1 || got[0].Reach != c.reach || got[0].UpperBound != c.upper {
				t.Errorf("%+v, want %s, upper bound %t", got, c.reach, c.upper)
			}
		})
	}
}

// TestStageVariablesNameFunctions resolves them for each stage and canary, and
// says where none sets them. Their values are kept nowhere else.
func TestStageVariablesNameFunctions(t *testing.T) {
	s := restAPI("", method("GET", "NONE", invocation(function("${stageVariables.fn}")+":${stageVariables.alias}"), "")+","+
		method("PUT", "NONE", invocation(function("${stageVariables.gone}")), "")+","+method("POST", "NONE", invocation(function("${other.fn}")), ""))
	s["GET /restapis/a1/stages"] = `{"item":[
		{"stageName":"prod","deploymentId":"d1","variables":{"fn":"pay","alias":"live","password":"hunter2"},"canarySettings":{"stageVariableOverrides":{"alias":"next"}}},
		{"stageName":"test","deploymentId":"d2","variables":{"fn":"pay-test","alias":"live"}},
		{"stageName":"bare","deploymentId":"d2"}]}`
	found, got := ways(t, s, doors.Config{}, "pay")
	want(t, found, inventory.CapAPIGateway, inventory.Complete, "", "")
	if len(got) != 2 || got[0].Qualifier != "live" || got[1].Qualifier != "next" || len(found.Ways) != 2 {
		t.Errorf("%+v", found.Ways)
	}
	if note := word(t, found, inventory.CapAPIGateway).Why.Message; !strings.Contains(note, "stage variable that no stage sets: 2") {
		t.Errorf("note %q", note)
	}
}

// TestAnAPIThatIsNotDeployedLeadsNowhere, while one whose stages could not be
// read may.
func TestAnAPIThatIsNotDeployedLeadsNowhere(t *testing.T) {
	s := restAPI(`,"disableExecuteApiEndpoint":true`, method("GET", "NONE", invocation(function("pay")), ""))
	s["GET /restapis/a1/stages"] = `{"item":[]}`
	found, got := ways(t, s, doors.Config{}, "pay")
	want(t, found, inventory.CapAPIGateway, inventory.Complete, "", "")
	if len(got) != 1 || got[0].Reach != inventory.ReachPrivate || !strings.Contains(got[0].Note, "not deployed") || !strings.Contains(got[0].Note, "hostname is switched off") {
		t.Errorf("%+v", got)
	}
	s["GET /restapis/a1/stages"] = "!AccessDeniedException"
	found, got = ways(t, s, doors.Config{}, "pay")
	want(t, found, inventory.CapAPIGateway, inventory.Partial, "GetStages", "AccessDeniedException")
	if len(got) != 1 || got[0].Reach != inventory.ReachPublic {
		t.Errorf("%+v", got)
	}
}

// TestAnAPIThatWentAwayIsNoFailure between any two calls.
func TestAnAPIThatWentAwayIsNoFailure(t *testing.T) {
	for _, call := range []string{"resources", "stages", "authorizers"} {
		s := restAPI("", method("GET", "CUSTOM", invocation(function("pay")), `,"authorizerId":"w1"`))
		s["GET /restapis/a1/authorizers"] = `{"item":[]}`
		s["GET /restapis/a1/"+call] = "!NotFoundException"
		found, got := ways(t, s, doors.Config{}, "pay")
		want(t, found, inventory.CapAPIGateway, inventory.Complete, "", "")
		if len(got) != 0 {
			t.Errorf("%s: %+v", call, got)
		}
	}
}

// TestAFunctionThatAuthorisesIsStarted by the API, whatever the routes lead to.
func TestAFunctionThatAuthorisesIsStarted(t *testing.T) {
	s := restAPI("", method("GET", "CUSTOM", "https://example.com/", `,"authorizerId":"w1"`)+","+method("PUT", "CUSTOM", invocation(function("pay")), `,"authorizerId":"w1"`))
	s["GET /restapis/a1/authorizers"] = `{"item":[{"id":"w1","name":"guard","type":"TOKEN","authorizerUri":"` + invocation(function("guard")+":3") + `"},{"id":"w2","name":"pool","type":"COGNITO_USER_POOLS"}]}`
	found, got := ways(t, s, doors.Config{}, "pay")
	want(t, found, inventory.CapAPIGateway, inventory.Complete, "", "")
	if len(got) != 1 || got[0].Note != "authoriser guard (w1)" || got[0].Route != "PUT /pay" {
		t.Errorf("%+v", got)
	}
	source := "arn:aws:apigateway:eu-west-1::/restapis/a1"
	s["GET /restapis/a1/resources"] = restAPI("", method("GET", "CUSTOM", "https://example.com/", ""))["GET /restapis/a1/resources"]
	found, _ = ways(t, s, doors.Config{}, "pay")
	if diff := cmp.Diff([]inventory.Trigger{
		{Kind: "api-authoriser", ID: source + "/authorizers/w1", Source: source, Account: home, Enabled: true, Name: "guard", Qualifier: "3"},
	}, found.Triggers[inventory.AssetID(function("guard"))][inventory.CapAPIGateway]); diff != "" {
		t.Error(diff)
	}
}

// TestAnAddressThatNamesNoARNIsAHole: it may be that of a function of ours.
func TestAnAddressThatNamesNoARNIsAHole(t *testing.T) {
	for _, address := range []string{invocation("pay"), "arn:aws:apigateway:eu-west-1:lambda:action/InvokeFunction"} {
		found, _ := ways(t, restAPI("", method("GET", "NONE", address, "")), doors.Config{}, "pay")
		want(t, found, inventory.CapAPIGateway, inventory.Partial, "GetResources", "")
	}
}

// TestAddressesAreNotKept: they, and the values of stage variables in them, may
// hold secrets.
func TestAddressesAreNotKept(t *testing.T) {
	for name, c := range map[string]struct {
		address string
		state   inventory.State
	}{
		"of another server":                      {"https://u:hunter2@example.com/?x=:lambda:&t=hunter2", inventory.Complete},
		"of no function":                         {invocation("hunter2"), inventory.Partial},
		"of a function by a stage variable":      {invocation(function("${stageVariables.password}")), inventory.Partial},
		"of another server, by a stage variable": {"${stageVariables.password}", inventory.Complete},
	} {
		t.Run(name, func(t *testing.T) {
			s := restAPI("", method("GET", "NONE", c.address, ""))
			s["GET /restapis/a1/stages"] = `{"item":[{"stageName":"prod","deploymentId":"d1","variables":{"password":"a:hunter2:b"}}]}`
			found, _ := ways(t, s, doors.Config{}, "pay")
			if w := word(t, found, inventory.CapAPIGateway); w.State != c.state || strings.Contains(fmt.Sprintf("%+v", found), "hunter2") {
				t.Errorf("%s, want %s; %+v", w.State, c.state, found)
			}
		})
	}
}

// httpAPI is a region with one HTTP API.
func httpAPI(protocol, routes string) script {
	return script{
		"GET /v2/apis":                    `{"items":[{"apiId":"h1","name":"shop","protocolType":"` + protocol + `"}]}`,
		"GET /v2/apis/h1/integrations":    `{"items":[{"integrationId":"i1","integrationType":"AWS_PROXY","integrationUri":"` + function("pay") + `:live"}],"nextToken":"i2"}`,
		"GET /v2/apis/h1/integrations@i2": `{"items":[{"integrationId":"i2","integrationType":"HTTP_PROXY","integrationUri":"https://example.com"},{"integrationId":"i3","integrationType":"AWS_PROXY","integrationUri":"` + invocation(function("chat")) + `"}]}`,
		"GET /v2/apis/h1/routes":          `{"items":[` + routes + `]}`,
		"GET /v2/apis/h1/stages":          `{"items":[{"stageName":"$default","autoDeploy":true}]}`,
		"GET /v2/apis/h1/authorizers":     `{"items":[{"authorizerId":"w1","name":"guard","authorizerType":"REQUEST","authorizerUri":"` + invocation(function("guard")) + `"}]}`,
	}
}

func httpRoute(key, target, auth, more string) string {
	return `{"routeId":"` + key + `","routeKey":"` + key + `","target":"integrations/` + target + `","authorizationType":"` + auth + `"` + more + `}`
}

// TestRoutesOfHTTPAPIs judges each route by itself.
func TestRoutesOfHTTPAPIs(t *testing.T) {
	routes := httpRoute("GET /open", "i1", "NONE", "") + "," + httpRoute("GET /iam", "i1", "AWS_IAM", "") + "," + httpRoute("GET /jwt", "i1", "JWT", `,"authorizerId":"w7"`) + "," +
		httpRoute("GET /own", "i1", "CUSTOM", `,"authorizerId":"w1"`) + "," + httpRoute("GET /odd", "i1", "QUANTUM", "") + "," + httpRoute("GET /web", "i2", "NONE", "")
	found, got := ways(t, httpAPI("HTTP", routes), doors.Config{}, "pay")
	want(t, found, inventory.CapAPIGateway, inventory.Complete, "", "")
	one := func(route, auth string, reach inventory.Reach, note string) inventory.Exposure {
		return inventory.Exposure{Kind: "api-gateway", Reach: reach, Hostname: "h1.execute-api.eu-west-1.amazonaws.com", Qualifier: "live",
			Route: route, Source: "arn:aws:apigateway:eu-west-1::/apis/h1", Auth: auth, Note: note}
	}
	if diff := cmp.Diff([]inventory.Exposure{
		one("GET /iam", "AWS_IAM", inventory.ReachAuthenticated, ""),
		one("GET /jwt", "JWT", inventory.ReachAuthenticated, "authoriser w7"),
		one("GET /odd", "QUANTUM", inventory.ReachUnknown, ""),
		one("GET /open", "NONE", inventory.ReachPublic, ""),
		one("GET /own", "CUSTOM", inventory.ReachAuthenticated, "authoriser guard (w1)"),
	}, got); diff != "" {
		t.Error(diff)
	}
	if len(found.Triggers[inventory.AssetID(function("guard"))]) != 1 {
		t.Error("the authoriser is not started")
	}
}

// TestWebSocketsAskAtTheDoorOnly: routes have the authorisation of $connect, and
// where that is missing anybody connects.
func TestWebSocketsAskAtTheDoorOnly(t *testing.T) {
	chat := httpRoute("send", "i3", "NONE", "")
	for name, c := range map[string]struct {
		routes string
		reach  inventory.Reach
	}{
		"signed":  {httpRoute("$connect", "i2", "AWS_IAM", "") + "," + chat, inventory.ReachAuthenticated},
		"no door": {chat, inventory.ReachPublic},
	} {
		_, got := ways(t, httpAPI("WEBSOCKET", c.routes), doors.Config{}, "chat")
		if len(got) != 1 || got[0].Reach != c.reach || got[0].Route != "send" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestAnHTTPAPIIsReadLikeAnother: deleted meanwhile, not deployed, variables.
func TestAnHTTPAPIIsReadLikeAnother(t *testing.T) {
	for _, call := range []string{"integrations", "routes", "stages", "authorizers"} {
		s := httpAPI("HTTP", httpRoute("GET /own", "i1", "CUSTOM", `,"authorizerId":"w1"`))
		s["GET /v2/apis/h1/"+call] = "!NotFoundException"
		found, got := ways(t, s, doors.Config{}, "pay")
		want(t, found, inventory.CapAPIGateway, inventory.Complete, "", "")
		if len(got) != 0 {
			t.Errorf("%s: %+v", call, got)
		}
	}
	s := httpAPI("HTTP", httpRoute("$default", "i1", "NONE", ""))
	s["GET /v2/apis"] = strings.Replace(s["GET /v2/apis"], `"name"`, `"disableExecuteApiEndpoint":true,"name"`, 1)
	s["GET /v2/apis/h1/stages"] = `{"items":[{"stageName":"prod"}]}`
	if _, got := ways(t, s, doors.Config{}, "pay"); len(got) != 1 || got[0].Reach != inventory.ReachPrivate || !strings.Contains(got[0].Note, "hostname is switched off") {
		t.Errorf("%+v", got)
	}
	s["GET /v2/apis/h1/stages"] = `{"items":[{"stageName":"prod"}],"nextToken":"s2"}`
	s["GET /v2/apis/h1/stages@s2"] = "!AccessDeniedException"
	if _, got := ways(t, s, doors.Config{}, "pay"); len(got) != 1 || got[0].Reach != inventory.ReachPublic {
		t.Errorf("a stage that was not read may serve it: %+v", got)
	}
	s["GET /v2/apis/h1/integrations"] = `{"items":[{"integrationId":"i1","integrationUri":"${stageVariables.all}"}]}`
	s["GET /v2/apis/h1/stages"] = `{"items":[{"stageName":"prod","deploymentId":"d","stageVariables":{"all":"` + function("pay") + `"}}]}`
	if _, got := ways(t, s, doors.Config{}, "pay"); len(got) != 1 || got[0].Reach != inventory.ReachPublic {
		t.Errorf("%+v", got)
	}
	s["GET /v2/apis/h1/stages"] = strings.Replace(s["GET /v2/apis/h1/stages"], function("pay"), "https://example.com", 1)
	found, got := ways(t, s, doors.Config{}, "pay")
	want(t, found, inventory.CapAPIGateway, inventory.Complete, "", "")
	if len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestOneAPIThatIsDeniedSpoilsNoOther keeps the other kind of API, too.
func TestOneAPIThatIsDeniedSpoilsNoOther(t *testing.T) {
	s := httpAPI("HTTP", httpRoute("GET /open", "i1", "NONE", ""))
	s["GET /restapis"] = `{"item":[{"id":"a0"},{"id":"a1"}]}`
	s["GET /restapis/a0/resources"] = "!AccessDeniedException"
	s["GET /restapis/a1/resources"] = restAPI("", method("GET", "NONE", invocation(function("pay")), ""))["GET /restapis/a1/resources"]
	s["GET /restapis/a1/stages"] = `{"item":[{"stageName":"prod","deploymentId":"d1"}]}`
	found, got := ways(t, s, doors.Config{}, "pay")
	want(t, found, inventory.CapAPIGateway, inventory.Partial, "GetResources", "AccessDeniedException")
	if len(got) != 2 {
		t.Errorf("%+v", got)
	}
}
