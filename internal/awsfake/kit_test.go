package awsfake_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/estray/estray/internal/awsfake"
)

// now is the instant of the tests' worlds.
func now() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

// serve starts a server of a world and gives the configuration of a client
// with the base credentials.
func serve(t *testing.T, w *awsfake.World) (*awsfake.Server, aws.Config) {
	t.Helper()
	s := awsfake.New(w)
	s.Clock = time.Now
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, config(h.URL, "AKIAANYBODYSKEY00000")
}

// config makes a client configuration for one region and one attempt.
func config(url, key string) aws.Config {
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: &url, HTTPClient: awshttp.NewBuildableClient(),
		Credentials: credentials.NewStaticCredentialsProvider(key, "secret", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// in returns the configuration for another region.
func in(cfg aws.Config, region string) aws.Config {
	cfg.Region = region
	return cfg
}

// as returns the configuration with an account's own key.
func as(cfg aws.Config, account string) aws.Config {
	cfg.Credentials = credentials.NewStaticCredentialsProvider(awsfake.AccessKey(account), "secret", "")
	return cfg
}

// assume returns the configuration with the credentials of an assumed role.
func assume(t *testing.T, cfg aws.Config, in *sts.AssumeRoleInput) aws.Config {
	t.Helper()
	got, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	c := got.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	return cfg
}

// code is the vendor's code of an error, or "" if it has none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// message is the vendor's text of an error, or "" if it has none.
func message(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorMessage()
	}
	return ""
}

// pages collects what a paged call answers, following its tokens.
func pages[T any](t *testing.T, call func(ctx context.Context, token *string) ([]T, *string, error)) [][]T {
	t.Helper()
	var out [][]T
	for token := (*string)(nil); ; {
		page, next, err := call(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page)
		if next == nil || *next == "" {
			return out
		}
		token = next
	}
}

// sizes are the lengths of pages.
func sizes[T any](pages [][]T) []int {
	var out []int
	for _, p := range pages {
		out = append(out, len(p))
	}
	return out
}
