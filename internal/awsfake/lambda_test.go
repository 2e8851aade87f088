package awsfake_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
)

// rich is a function with everything that can hang on one.
func rich() *awsfake.Function {
	reserved := 7
	return &awsfake.Function{
		Name: "pay",
		Settings: awsfake.Settings{
			Runtime: "go1.x", Handler: "main", Role: "arn:aws:iam::111111111111:role/pay", CodeSHA256: "c0de", ConfigSHA256: "c0f1",
			RevisionID: "r-1", CodeSize: 77, Timeout: 30, MemorySize: 512, LastModified: now(), Architectures: []string{"arm64"},
			Environment: map[string]string{"TOKEN": "s3cret <&> \"q\""}, Layers: []string{"arn:aws:lambda:eu-west-1:999999999999:layer:agent:3"},
			VPC: &awsfake.VPC{ID: "vpc-1", Subnets: []string{"subnet-1"}, SecurityGroups: []string{"sg-1"}}, LogGroup: "/shared", LogFormat: "JSON",
			DeadLetter: "arn:aws:sqs:eu-west-1:111111111111:dead", KMSKey: "arn:aws:kms:eu-west-1:111111111111:key/1", Tracing: "Active",
			SnapStart: "PublishedVersions", Tenancy: "PER_TENANT", SigningProfile: "arn:aws:signer:::profile/1",
			Durable: &awsfake.Durable{ExecutionTimeout: 60, RetentionPeriodInDays: 14}, CapacityProvider: "arn:aws:lambda:eu-west-1:111111111111:capacity-provider:pool",
			FileSystems: []awsfake.FileSystem{{ARN: "arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-1", MountPath: "/mnt/x"}},
		},
		Versions: []*awsfake.Version{{Number: "1", Settings: awsfake.Settings{CodeSHA256: "0ld", LastModified: now()}}},
		Aliases:  []*awsfake.Alias{{Name: "live", Version: "1", Description: "what runs", RevisionID: "r-2", Weights: map[string]float64{"2": 0.25}}},
		URLs: []*awsfake.URL{
			{ID: "aaaa", AuthType: "AWS_IAM", Created: now(), Origins: []string{"*"}},
			{ID: "bbbb", Qualifier: "live", AuthType: "NONE", InvokeMode: "RESPONSE_STREAM", Created: now(), Modified: now().Add(time.Hour)},
		},
		Policies: map[string]*awsfake.Policy{
			"": {Statements: []awsfake.Statement{{Sid: "s3", Principal: map[string]string{"Service": "s3.amazonaws.com"}}}, RevisionID: "r-3",
				Newer: `{"Version":"2012-10-17","Statement":[]}`},
			"live": {Raw: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"*"}}`},
		},
		Tags: map[string]string{"team": "pay"}, Reserved: &reserved,
		Provisioned:       []awsfake.Provisioned{{Qualifier: "live", Requested: 5}},
		Invoke:            []awsfake.InvokeConfig{{OnFailure: "arn:aws:sqs:eu-west-1:111111111111:failed", MaximumEventAge: 60, LastModified: now()}},
		CodeSigningConfig: "arn:aws:lambda:eu-west-1:111111111111:code-signing-config:csc-1",
		UpdateRuntimeOn:   "Manual", RecursiveLoop: "Allow",
	}
}

func TestFunctionsAreAnsweredFiftyAtATime(t *testing.T) {
	s, cfg := serve(t, alone(&awsfake.Region{Functions: functions(120)}))
	client := lambda.NewFromConfig(cfg)
	got := pages(t, func(ctx context.Context, token *string) ([]types.FunctionConfiguration, *string, error) {
		out, err := client.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: token, MaxItems: aws.Int32(1000)})
		if err != nil {
			return nil, nil, err
		}
		return out.Functions, out.NextMarker, nil
	})
	if diff := cmp.Diff([]int{50, 50, 20}, sizes(got)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	names := map[string]bool{}
	for _, p := range got {
		for _, f := range p {
			names[*f.FunctionName] = true
		}
	}
	if len(names) != 120 || *got[0][0].FunctionName != "f003" || *got[0][1].FunctionName != "f010" {
		t.Errorf("%d different names, first %s, %s", len(names), *got[0][0].FunctionName, *got[0][1].FunctionName)
	}
	for i, c := range s.Calls() {
		if c.Page != i+1 || c.Status != 200 || c.Service != "lambda" || c.Operation != "ListFunctions" || c.Region != "eu-west-1" {
			t.Errorf("call %d: %+v", i, c)
		}
	}
}

func TestListFunctionsShowsSettingsButNoState(t *testing.T) {
	_, cfg := serve(t, alone(&awsfake.Region{Functions: []*awsfake.Function{rich()}}))
	client := lambda.NewFromConfig(cfg)
	got, err := client.ListFunctions(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	listed := got.Functions[0]
	if listed.State != "" || listed.LastUpdateStatus != "" || listed.RuntimeVersionConfig != nil {
		t.Errorf("the list shows state %q %q %v", listed.State, listed.LastUpdateStatus, listed.RuntimeVersionConfig)
	}
	if *listed.LastModified != "2026-11-24T09:00:00.000+0000" {
		t.Errorf("LastModified %q", *listed.LastModified)
	}
	one, err := client.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: aws.String("pay")})
	if err != nil {
		t.Fatal(err)
	}
	if one.State != "Active" || one.LastUpdateStatus != "Successful" || one.RuntimeVersionConfig == nil {
		t.Errorf("one function shows no state: %+v", one)
	}
	want := rich().Settings
	var layers []string
	for _, l := range listed.Layers {
		layers = append(layers, *l.Arn)
	}
	shown := awsfake.Settings{
		Runtime: string(listed.Runtime), Handler: *listed.Handler, Role: *listed.Role, CodeSHA256: *listed.CodeSha256, ConfigSHA256: *listed.ConfigSha256,
		RevisionID: *listed.RevisionId, CodeSize: listed.CodeSize, Timeout: int(*listed.Timeout), MemorySize: int(*listed.MemorySize), LastModified: now(),
		Architectures: []string{string(listed.Architectures[0])}, Environment: listed.Environment.Variables, Layers: layers,
		VPC:      &awsfake.VPC{ID: *listed.VpcConfig.VpcId, Subnets: listed.VpcConfig.SubnetIds, SecurityGroups: listed.VpcConfig.SecurityGroupIds},
		LogGroup: *listed.LoggingConfig.LogGroup, LogFormat: string(listed.LoggingConfig.LogFormat), DeadLetter: *listed.DeadLetterConfig.TargetArn,
		KMSKey: *listed.KMSKeyArn, Tracing: string(listed.TracingConfig.Mode), SnapStart: string(listed.SnapStart.ApplyOn),
		Tenancy: string(listed.TenancyConfig.TenantIsolationMode), SigningProfile: *listed.SigningProfileVersionArn,
		Durable:          &awsfake.Durable{ExecutionTimeout: int(*listed.DurableConfig.ExecutionTimeout), RetentionPeriodInDays: int(*listed.DurableConfig.RetentionPeriodInDays)},
		CapacityProvider: *listed.CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig.CapacityProviderArn,
		FileSystems:      []awsfake.FileSystem{{ARN: *listed.FileSystemConfigs[0].Arn, MountPath: *listed.FileSystemConfigs[0].LocalMountPath}},
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestVersionsAreListedUnderQualifiedNames(t *testing.T) {
	replica := &awsfake.Function{Name: "us-east-1.edge", Settings: awsfake.Settings{MasterARN: "arn:aws:lambda:us-east-1:111111111111:function:edge:1"}}
	_, cfg := serve(t, alone(&awsfake.Region{Functions: []*awsfake.Function{rich(), replica}}))
	client := lambda.NewFromConfig(cfg)
	arns := func(in *lambda.ListFunctionsInput) []string {
		got, err := client.ListFunctions(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, f := range got.Functions {
			out = append(out, (*f.FunctionArn)[len("arn:aws:lambda:eu-west-1:111111111111:function:"):])
		}
		return out
	}
	if diff := cmp.Diff([]string{"pay:$LATEST", "pay:1", "us-east-1.edge:$LATEST"}, arns(&lambda.ListFunctionsInput{FunctionVersion: "ALL"})); diff != "" {
		t.Errorf("ALL (-want +got):\n%s", diff)
	}
	for _, region := range []string{"us-east-1", "ALL"} {
		got := arns(&lambda.ListFunctionsInput{FunctionVersion: "ALL", MasterRegion: &region})
		if diff := cmp.Diff([]string{"us-east-1.edge:$LATEST"}, got); diff != "" {
			t.Errorf("master region %s (-want +got):\n%s", region, diff)
		}
	}
}

func TestPolicyBelongsToItsQualifier(t *testing.T) {
	_, cfg := serve(t, alone(&awsfake.Region{Functions: []*awsfake.Function{rich()}}))
	client := lambda.NewFromConfig(cfg)
	const arn = "arn:aws:lambda:eu-west-1:111111111111:function:pay"
	const whole = `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + arn + `"}]}`
	for _, tc := range []struct {
		name, function string
		qualifier      *string
		want, code     string
	}{
		{"the function", "pay", nil, whole, ""},
		{"by its ARN", arn, nil, whole, ""},
		{"by account and name", "111111111111:function:pay", nil, whole, ""},
		{"an alias", "pay", aws.String("live"), rich().Policies["live"].Raw, ""},
		{"an alias in the name", "pay:live", nil, rich().Policies["live"].Raw, ""},
		{"a version without one", "pay", aws.String("1"), "", "ResourceNotFoundException"},
		{"no function", "gone", nil, "", "ResourceNotFoundException"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := client.GetPolicy(t.Context(), &lambda.GetPolicyInput{FunctionName: &tc.function, Qualifier: tc.qualifier})
			if code(err) != tc.code {
				t.Fatalf("got %v, want %q", err, tc.code)
			}
			if err == nil && *got.Policy != tc.want {
				t.Errorf("got  %s\nwant %s", *got.Policy, tc.want)
			}
		})
	}
	newer, err := client.GetResourcePolicy(t.Context(), &lambda.GetResourcePolicyInput{ResourceArn: aws.String(arn)})
	if err != nil || *newer.Policy != rich().Policies[""].Newer || *newer.RevisionId != "r-3" {
		t.Errorf("the newer call: %+v, %v", newer, err)
	}
	newer, err = client.GetResourcePolicy(t.Context(), &lambda.GetResourcePolicyInput{ResourceArn: aws.String(arn + ":live")})
	if err != nil || *newer.Policy != rich().Policies["live"].Raw {
		t.Errorf("the newer call for an alias: %+v, %v", newer, err)
	}
}

func TestURLsOfAliasesStandBesideThoseOfTheFunction(t *testing.T) {
	_, cfg := serve(t, alone(&awsfake.Region{Functions: []*awsfake.Function{rich()}}))
	client := lambda.NewFromConfig(cfg)
	got, err := client.ListFunctionUrlConfigs(t.Context(), &lambda.ListFunctionUrlConfigsInput{FunctionName: aws.String("pay")})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, u := range got.FunctionUrlConfigs {
		lines = append(lines, *u.FunctionArn+" "+*u.FunctionUrl+" "+string(u.AuthType)+" "+string(u.InvokeMode)+" "+*u.CreationTime+" "+*u.LastModifiedTime)
	}
	want := []string{
		"arn:aws:lambda:eu-west-1:111111111111:function:pay https://aaaa.lambda-url.eu-west-1.on.aws/ AWS_IAM BUFFERED 2026-11-24T09:00:00.000000Z 2026-11-24T09:00:00.000000Z",
		"arn:aws:lambda:eu-west-1:111111111111:function:pay:live https://bbbb.lambda-url.eu-west-1.on.aws/ NONE RESPONSE_STREAM 2026-11-24T09:00:00.000000Z 2026-11-24T10:00:00.000000Z",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("URLs (-want +got):\n%s", diff)
	}
	one, err := client.GetFunctionUrlConfig(t.Context(), &lambda.GetFunctionUrlConfigInput{FunctionName: aws.String("pay"), Qualifier: aws.String("live")})
	if err != nil || one.AuthType != "NONE" {
		t.Errorf("the alias's: %+v, %v", one, err)
	}
	_, err = client.GetFunctionUrlConfig(t.Context(), &lambda.GetFunctionUrlConfigInput{FunctionName: aws.String("pay"), Qualifier: aws.String("test")})
	if code(err) != "ResourceNotFoundException" {
		t.Errorf("no URL: %v", err)
	}
}
