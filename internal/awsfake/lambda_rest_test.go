package awsfake_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/estray/estray/internal/awsfake"
)

// stocked is a region with what a region holds beside functions.
func stocked() *awsfake.Region {
	counted := 9
	return &awsfake.Region{
		Functions: append([]*awsfake.Function{rich()}, functions(3)...), CountedFunctions: &counted,
		Mappings: []*awsfake.Mapping{
			{UUID: "u1", FunctionArn: function + ":live", EventSourceArn: "arn:aws:sqs:eu-west-1:999999999999:q", BatchSize: 10, LastModified: now().Unix()},
			{UUID: "u2", FunctionArn: "arn:aws:lambda:eu-west-1:111111111111:function:f001", Topics: []string{"orders"},
				SelfManagedEventSource:     &awsfake.SelfManaged{Endpoints: map[string][]string{"KAFKA_BOOTSTRAP_SERVERS": {"k.example.org:9092"}}},
				SourceAccessConfigurations: []awsfake.SourceAccess{{Type: "BASIC_AUTH", URI: "arn:secret"}}},
		},
		Layers: []*awsfake.Layer{{Name: "agent", Versions: []*awsfake.LayerVersion{
			{Version: 1, Created: now(), Policy: &awsfake.Policy{Statements: []awsfake.Statement{{Sid: "all", Principal: "*", Action: "lambda:GetLayerVersion"}}}},
			{Version: 2, Description: "newer", Created: now(), Runtimes: []string{"python3.13"}}}}},
		CodeSigningConfigs: []*awsfake.CodeSigningConfig{{ID: "csc-1", Profiles: []string{"arn:aws:signer:::profile/1"}, Untrusted: "Warn", Modified: now()}},
		CapacityProviders:  []*awsfake.CapacityProvider{{Name: "pool", Subnets: []string{"subnet-1"}, OperatorRole: "arn:aws:iam::111111111111:role/op", Modified: now()}},
		WebFunctions:       []*awsfake.WebFunction{{Name: "site", Created: now()}, {Name: "blog", Created: now()}},
	}
}

func TestFunctionTellsItsRest(t *testing.T) {
	_, cfg := serve(t, alone(stocked()))
	c, ctx, f := lambda.NewFromConfig(cfg), t.Context(), aws.String("pay")
	whole := must(c.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: f}))(t)
	if !strings.HasPrefix(*whole.Code.Location, awsfake.CanaryLink) || whole.Tags["team"] != "pay" || *whole.Concurrency.ReservedConcurrentExecutions != 7 {
		t.Errorf("GetFunction: %+v", whole)
	}
	version := must(c.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: f, Qualifier: aws.String("live")}))(t)
	if *version.CodeSha256 != "0ld" || *version.Version != "1" || *version.FunctionArn != function+":live" {
		t.Errorf("by alias: %+v", version)
	}
	alias := must(c.ListAliases(ctx, &lambda.ListAliasesInput{FunctionName: f}))(t).Aliases[0]
	provisioned := must(c.ListProvisionedConcurrencyConfigs(ctx, &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: f}))(t).ProvisionedConcurrencyConfigs[0]
	invoke := must(c.ListFunctionEventInvokeConfigs(ctx, &lambda.ListFunctionEventInvokeConfigsInput{FunctionName: f}))(t).FunctionEventInvokeConfigs[0]
	runtime := must(c.GetRuntimeManagementConfig(ctx, &lambda.GetRuntimeManagementConfigInput{FunctionName: f}))(t)
	recursion := must(c.GetFunctionRecursionConfig(ctx, &lambda.GetFunctionRecursionConfigInput{FunctionName: f}))(t)
	signing := must(c.GetFunctionCodeSigningConfig(ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: f}))(t)
	concurrency := must(c.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: f}))(t)
	tags := must(c.ListTags(ctx, &lambda.ListTagsInput{Resource: aws.String(function)}))(t)
	same(t, []string{function + ":live", "1", "0.25", "r-2", function + ":live", "5", "arn:aws:sqs:eu-west-1:111111111111:failed", "true", "Manual", "Allow",
		"arn:aws:lambda:eu-west-1:111111111111:code-signing-config:csc-1", "7", "pay"},
		[]string{*alias.AliasArn, *alias.FunctionVersion, fmt.Sprint(alias.RoutingConfig.AdditionalVersionWeights["2"]), *alias.RevisionId,
			*provisioned.FunctionArn, fmt.Sprint(*provisioned.RequestedProvisionedConcurrentExecutions), *invoke.DestinationConfig.OnFailure.Destination,
			fmt.Sprint(invoke.LastModified.Equal(now())), string(runtime.UpdateRuntimeOn), string(recursion.RecursiveLoop), *signing.CodeSigningConfigArn,
			fmt.Sprint(*concurrency.ReservedConcurrentExecutions), tags.Tags["team"]})
	versions := must(c.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: f}))(t).Versions
	if len(versions) != 2 || *versions[0].Version != "$LATEST" || *versions[1].CodeSha256 != "0ld" {
		t.Errorf("versions: %+v", versions)
	}
	_, err := c.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: aws.String("gone")})
	if code(err) != "ResourceNotFoundException" {
		t.Errorf("versions of no function: %v", err)
	}
	if plain := must(c.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String("f001")}))(t); plain.ReservedConcurrentExecutions != nil {
		t.Errorf("a function without reserved concurrency: %+v", plain)
	}
}

func TestImageHasNeitherRuntimeNorHandler(t *testing.T) {
	image := &awsfake.Function{Name: "img", Settings: awsfake.Settings{PackageType: "Image", CodeSHA256: "d1"}, ImageURI: "1.dkr/app:v1", ResolvedImageURI: "1.dkr/app@sha256:d1"}
	_, cfg := serve(t, alone(&awsfake.Region{Functions: []*awsfake.Function{image}}))
	got := must(lambda.NewFromConfig(cfg).GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("img")}))(t)
	if got.Configuration.Runtime != "" || got.Configuration.Handler != nil || got.Configuration.PackageType != "Image" {
		t.Errorf("configuration: %+v", got.Configuration)
	}
	if *got.Code.ImageUri != "1.dkr/app:v1" || *got.Code.ResolvedImageUri != "1.dkr/app@sha256:d1" || got.Code.Location != nil {
		t.Errorf("code: %+v", got.Code)
	}
}

func TestEnvironmentThatCannotBeDecryptedHasNoValues(t *testing.T) {
	f := &awsfake.Function{Name: "f", Settings: awsfake.Settings{Environment: map[string]string{"A": "b"}, EnvironmentError: "AccessDeniedException"}}
	_, cfg := serve(t, alone(&awsfake.Region{Functions: []*awsfake.Function{f}}))
	e := must(lambda.NewFromConfig(cfg).ListFunctions(t.Context(), nil))(t).Functions[0].Environment
	if len(e.Variables) != 0 || *e.Error.ErrorCode != "AccessDeniedException" {
		t.Errorf("got %+v", e)
	}
}

func TestAccountWideListsOfLambda(t *testing.T) {
	_, cfg := serve(t, alone(stocked()))
	c, ctx := lambda.NewFromConfig(cfg), t.Context()
	all := must(c.ListEventSourceMappings(ctx, nil))(t).EventSourceMappings
	one := must(c.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: aws.String("pay")}))(t).EventSourceMappings
	if len(all) != 2 || len(one) != 1 || *one[0].UUID != "u1" {
		t.Fatalf("mappings: %+v, of one function: %+v", all, one)
	}
	layer := must(c.ListLayers(ctx, nil))(t).Layers[0]
	layers := must(c.ListLayerVersions(ctx, &lambda.ListLayerVersionsInput{LayerName: layer.LayerArn}))(t).LayerVersions
	policy := must(c.GetLayerVersionPolicy(ctx, &lambda.GetLayerVersionPolicyInput{LayerName: aws.String("agent"), VersionNumber: aws.Int64(1)}))(t)
	signing := must(c.ListCodeSigningConfigs(ctx, nil))(t).CodeSigningConfigs[0]
	signed := must(c.ListFunctionsByCodeSigningConfig(ctx, &lambda.ListFunctionsByCodeSigningConfigInput{CodeSigningConfigArn: signing.CodeSigningConfigArn}))(t)
	pool := must(c.ListCapacityProviders(ctx, nil))(t).CapacityProviders[0]
	again := must(c.GetCapacityProvider(ctx, &lambda.GetCapacityProviderInput{CapacityProviderName: aws.String("pool")}))(t).CapacityProvider
	settings := must(c.GetAccountSettings(ctx, nil))(t)
	same(t, []string{
		"arn:aws:lambda:eu-west-1:111111111111:event-source-mapping:u1", "Enabled", "true", "k.example.org:9092", "orders", "BASIC_AUTH",
		"arn:aws:lambda:eu-west-1:111111111111:layer:agent:2", "[2 1]",
		`{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"all","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"arn:aws:lambda:eu-west-1:111111111111:layer:agent:1"}]}`,
		"Warn", "[" + function + "]", "Active", *pool.CapacityProviderArn, "9",
	}, []string{
		*all[0].EventSourceMappingArn, *all[0].State, fmt.Sprint(all[0].LastModified.Equal(now())), all[1].SelfManagedEventSource.Endpoints["KAFKA_BOOTSTRAP_SERVERS"][0],
		all[1].Topics[0], string(all[1].SourceAccessConfigurations[0].Type),
		*layer.LatestMatchingVersion.LayerVersionArn, fmt.Sprint([]int64{layers[0].Version, layers[1].Version}), *policy.Policy,
		string(signing.CodeSigningPolicies.UntrustedArtifactOnDeployment), fmt.Sprint(signed.FunctionArns), string(pool.State), *again.CapacityProviderArn,
		fmt.Sprint(settings.AccountUsage.FunctionCount),
	})
	_, err := c.GetLayerVersionPolicy(ctx, &lambda.GetLayerVersionPolicyInput{LayerName: aws.String("agent"), VersionNumber: aws.Int64(2)})
	if code(err) != "ResourceNotFoundException" {
		t.Errorf("a layer without a policy: %v", err)
	}
}

func TestOnlyTaggedFunctionsAreFoundByTags(t *testing.T) {
	w := alone(stocked())
	w.Accounts[0].Places["eu-west-1"].Functions[3].Tags = map[string]string{"b": "2", "a": "1"}
	_, cfg := serve(t, w)
	c := resourcegroupstaggingapi.NewFromConfig(cfg)
	first := must(c.GetResources(t.Context(), &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"lambda:function"}, ResourcesPerPage: aws.Int32(1)}))(t)
	second := must(c.GetResources(t.Context(), &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"lambda:function"}, ResourcesPerPage: aws.Int32(1), PaginationToken: first.PaginationToken}))(t)
	last := second.ResourceTagMappingList[0]
	same(t, []string{function, "arn:aws:lambda:eu-west-1:111111111111:function:f002", "a", "1", ""},
		[]string{*first.ResourceTagMappingList[0].ResourceARN, *last.ResourceARN, *last.Tags[0].Key, *last.Tags[0].Value, *second.PaginationToken})
	none := must(c.GetResources(t.Context(), &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"s3"}}))(t)
	if len(none.ResourceTagMappingList) != 0 {
		t.Errorf("other kinds: %+v", none.ResourceTagMappingList)
	}
}

func TestWebFunctionsAreListedBySignedRequests(t *testing.T) {
	s, cfg := serve(t, alone(stocked()))
	call := func(method, path, body string) string {
		r, err := http.NewRequestWithContext(t.Context(), method, *cfg.BaseEndpoint+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAANYBODYSKEY00000/20261124/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0")
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := call("POST", "/2025-03-07/web-functions", `{"maxResults":1}`)
	head, token, _ := strings.Cut(first, `"nextToken":"`)
	if !strings.Contains(head, `"functionArn":"arn:aws:lambda:eu-west-1:111111111111:web-function/site"`) {
		t.Errorf("first page: %s", first)
	}
	second := call("POST", "/2025-03-07/web-functions", `{"maxResults":1,"nextToken":"`+strings.TrimSuffix(token, `"}`)+`"}`)
	if !strings.Contains(second, `"functionName":"blog"`) || strings.Contains(second, "nextToken") {
		t.Errorf("second page: %s", second)
	}
	if got := call("GET", "/2025-03-07/web-account-settings", ""); got != `{"accountUsage":{"functionCount":2}}` {
		t.Errorf("settings: %s", got)
	}
	if log := s.Calls(); log[1].Service != "lambda-web" || log[1].Operation != "ListWebFunctions" || log[1].Page != 2 {
		t.Errorf("log: %+v", log[1])
	}
}
