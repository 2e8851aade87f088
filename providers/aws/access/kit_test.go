package access_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/providers/aws/access"
	"github.com/estray/estray/providers/aws/session"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
)

// world is an organization of one account with one function and one bucket.
func world() *awsfake.World {
	return &awsfake.World{
		Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Home: account,
		Organization: &awsfake.Organization{ID: "o-a1b2c3d4e5", Management: account},
		Accounts: []*awsfake.Account{{ID: account, Places: map[string]*awsfake.Region{region: {
			Functions: []*awsfake.Function{{Name: "payments"}},
			Buckets:   []*awsfake.Bucket{{Name: "invoices"}},
		}}}},
	}
}

// clinic is a fake with an account's regions to probe.
type clinic struct {
	fake *awsfake.Server
	home *session.Home
}

func open(t *testing.T, w *awsfake.World) clinic {
	t.Helper()
	c := clinic{fake: awsfake.New(w)}
	server := httptest.NewServer(c.fake)
	t.Cleanup(server.Close)
	// A name, not an address: buckets would otherwise be named in the path anyway.
	endpoint := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "AKIAANYBODYSKEY00000", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	home, err := session.Open(t.Context(), session.Options{Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	c.home = home
	c.fake.Reset()
	return c
}

// place is where an operation is called.
func (c clinic) place(op access.Operation) *session.Region {
	if op.Where == access.Region {
		return c.home.Own().Region(region)
	}
	return c.home.Own().Global()
}

func (c clinic) probe(t *testing.T, op access.Operation) access.Answer {
	t.Helper()
	return access.Probe(t.Context(), c.place(op), op)
}

// tried are the operations that a probe tries: all but the taking of a role.
func tried() []access.Operation {
	var out []access.Operation
	for _, op := range access.Operations() {
		if op.Option != access.OptionRole {
			out = append(out, op)
		}
	}
	return out
}

func operation(t *testing.T, service, name string) access.Operation {
	t.Helper()
	for _, op := range access.Operations() {
		if op.Service == service && op.Name == name {
			return op
		}
	}
	t.Fatalf("the table does not hold %s of %s", name, service)
	return access.Operation{}
}

// fakeService is the service's name at the fake.
func fakeService(op access.Operation) string {
	return map[string]string{
		"API Gateway": "apigateway", "Account": "account", "ApiGatewayV2": "apigatewayv2", "CloudTrail": "cloudtrail", "CloudWatch Logs": "logs",
		"Elastic Load Balancing v2": "elasticloadbalancingv2", "EventBridge": "eventbridge", "IAM": "iam", "Lambda": "lambda", "Lambda Web": "lambda-web",
		"Organizations": "organizations", "Resource Groups Tagging API": "resourcegroupstaggingapi", "S3": "s3", "SNS": "sns", "STS": "sts", "Scheduler": "scheduler",
	}[op.Service]
}
