package awsfake_test

import (
	"context"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/estray/estray/internal/awsfake"
)

func TestLargeWorldIsServedFromNothing(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := awsfake.Large(50, 2000)
	runtime.ReadMemStats(&after)
	// One function alone takes more than a hundred bytes.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 2<<20 {
		t.Errorf("100,000 functions cost %d bytes before they are asked for", grown)
	}
	_, cfg := serve(t, w)
	member := assume(t, cfg, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + w.Accounts[49].ID + ":role/" + awsfake.AuditRole), RoleSessionName: aws.String("run")})
	c := lambda.NewFromConfig(member)
	names := map[string]bool{}
	for _, p := range pages(t, func(ctx context.Context, token *string) ([]types.FunctionConfiguration, *string, error) {
		out, err := c.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Functions, out.NextMarker, nil
	}) {
		for _, f := range p {
			names[*f.FunctionName] = true
		}
	}
	if len(names) != 2000 {
		t.Errorf("%d names", len(names))
	}
	last := aws.String("fn-1999")
	if u := must(c.ListFunctionUrlConfigs(t.Context(), &lambda.ListFunctionUrlConfigsInput{FunctionName: last}))(t); len(u.FunctionUrlConfigs) != 1 {
		t.Errorf("URLs: %+v", u)
	}
	for name, want := range map[string]string{"fn-1999": "", "fn-2000": "ResourceNotFoundException", "fn-01": "ResourceNotFoundException", "other": "ResourceNotFoundException"} {
		if _, err := c.GetPolicy(t.Context(), &lambda.GetPolicyInput{FunctionName: &name}); code(err) != want {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// request makes a signed call without an SDK, so that only the fake is measured.
func request(path string) func(b *testing.B, s *awsfake.Server) {
	return func(b *testing.B, s *awsfake.Server) {
		r := httptest.NewRequestWithContext(b.Context(), "GET", path, nil)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAANYBODYSKEY00000/20261124/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// BenchmarkCall is what one call costs the fake, without the network.
func BenchmarkCall(b *testing.B) {
	for name, call := range map[string]func(*testing.B, *awsfake.Server){
		"ListFunctions, a page of 50": request("/2015-03-31/functions"),
		"ListFunctionUrlConfigs":      request("/2021-10-31/functions/fn-500/urls"),
		"ListAliases":                 request("/2015-03-31/functions/fn-500/aliases"),
		"GetPolicy":                   request("/2015-03-31/functions/fn-500/policy"),
	} {
		b.Run(name, func(b *testing.B) {
			s := awsfake.New(awsfake.Large(1, 1000))
			b.ReportAllocs()
			for b.Loop() {
				call(b, s)
			}
		})
	}
}
