package awsfake_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
)

// codes asks every call of calls.json under an effect and returns the distinct
// codes by service.
func codes(t *testing.T, effect awsfake.Effect) map[string]string {
	t.Helper()
	s, cfg := serve(t, everything())
	s.SetFaults(awsfake.Fault{Effect: effect})
	clients := clients(cfg)
	seen := map[string][]string{}
	for _, c := range calls(t) {
		got, ok := ask(t, clients[c.Service], c).(map[string]any)["error"].(string)
		if !ok {
			got = "none"
		}
		if !slices.Contains(seen[c.Service], got) {
			seen[c.Service] = append(seen[c.Service], got)
		}
	}
	out := map[string]string{}
	for service, list := range seen {
		slices.Sort(list)
		out[service] = strings.Join(list, " ")
	}
	return out
}

func TestEveryServiceRefusesInItsOwnWords(t *testing.T) {
	for _, tc := range []struct {
		effect awsfake.Effect
		usual  string // what the services below do not say
		others map[string]string
	}{
		{awsfake.DenyMissing(), "AccessDeniedException",
			map[string]string{"sts": "AccessDenied", "iam": "AccessDenied", "s3": "AccessDenied", "elbv2": "AccessDenied", "sns": "AuthorizationError"}},
		{awsfake.Throttle(0), "ThrottlingException",
			map[string]string{"sts": "Throttling", "iam": "Throttling", "sns": "Throttling", "elbv2": "Throttling", "s3": "SlowDown",
				"lambda": "TooManyRequestsException", "account": "TooManyRequestsException", "scheduler": "TooManyRequestsException",
				"apigateway": "TooManyRequestsException", "apigatewayv2": "TooManyRequestsException"}},
		{awsfake.Expire(), "ExpiredTokenException",
			map[string]string{"sts": "ExpiredToken", "iam": "ExpiredToken", "sns": "ExpiredToken", "elbv2": "ExpiredToken", "s3": "ExpiredToken"}},
		{awsfake.Missing(), "ResourceNotFoundException",
			map[string]string{"iam": "NoSuchEntity", "s3": "NoSuchBucket", "cloudtrail": "TrailNotFoundException", "sns": "NotFound",
				"apigateway": "NotFoundException", "apigatewayv2": "NotFoundException", "elbv2": "ListenerNotFound LoadBalancerNotFound TargetGroupNotFound"}},
	} {
		t.Run(tc.effect.String(), func(t *testing.T) {
			got := codes(t, tc.effect)
			want := map[string]string{}
			for service := range got {
				want[service] = tc.usual
				if other := tc.others[service]; other != "" {
					want[service] = other
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefusalNamesThePermission(t *testing.T) {
	s, cfg := serve(t, everything())
	s.SetFaults(awsfake.Fault{Effect: awsfake.DenyMissing()})
	clients := clients(cfg)
	want := map[string]string{
		"resourcegroupstaggingapi GetResources": "tag:GetResources", "events ListRules": "events:ListRules", "apigateway GetResources": "apigateway:GET",
		"apigatewayv2 GetRoutes": "apigateway:GET", "elbv2 DescribeRules": "elasticloadbalancing:DescribeRules", "s3 ListBuckets": "s3:ListAllMyBuckets",
		"s3 GetBucketNotificationConfiguration": "s3:GetBucketNotification", "lambda ListFunctions": "lambda:ListFunctions", "iam GetRole": "iam:GetRole",
	}
	for _, c := range calls(t) {
		name := c.Service + " " + c.Operation
		if want[name] == "" {
			continue
		}
		text, _ := ask(t, clients[c.Service], c).(map[string]any)["message"].(string)
		if !strings.Contains(text, "is not authorized to perform: "+want[name]+" ") {
			t.Errorf("%s: %q, want %s", name, text, want[name])
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s was not asked", name)
	}
}

func TestTokenOfAnotherListingIsRefused(t *testing.T) {
	_, cfg := serve(t, everything())
	clients := clients(cfg)
	for _, c := range calls(t) {
		if c.Token.In == "" {
			continue
		}
		parameters := map[string]any{}
		if len(c.Parameters) > 0 {
			if err := json.Unmarshal(c.Parameters, &parameters); err != nil {
				t.Fatal(err)
			}
		}
		parameters[c.Token.In] = "somebody-elses"
		text, err := json.Marshal(parameters)
		if err != nil {
			t.Fatal(err)
		}
		c.Parameters = text
		got, _ := ask(t, clients[c.Service], c).(map[string]any)["error"].(string)
		if got == "" || got == "UnknownError" {
			t.Errorf("%s %s: got %q, want a refusal", c.Service, c.Operation, got)
		}
	}
}

func TestRegionThatIsOffRefusesEveryRegionalService(t *testing.T) {
	w := everything()
	w.Accounts[0].Regions = []awsfake.RegionState{{Name: "eu-west-1", OptStatus: "DISABLED"}}
	_, cfg := serve(t, w)
	clients := clients(cfg)
	for _, c := range calls(t) {
		want := "UnrecognizedClientException"
		switch c.Service {
		case "sts", "iam", "organizations", "account":
			continue // these answer for the whole account
		case "sns", "elbv2":
			want = "InvalidClientTokenId"
		case "s3":
			want = "InvalidAccessKeyId"
		}
		if got := ask(t, clients[c.Service], c).(map[string]any)["error"]; got != want {
			t.Errorf("%s %s: got %v, want %s", c.Service, c.Operation, got, want)
		}
	}
}

func TestKeyOfNobodysAccountIsRefused(t *testing.T) {
	_, cfg := serve(t, everything())
	clients := clients(as(cfg, "999999999999"))
	for _, c := range calls(t) {
		got, _ := ask(t, clients[c.Service], c).(map[string]any)["error"].(string)
		if got != "UnrecognizedClientException" && got != "InvalidClientTokenId" && got != "InvalidAccessKeyId" {
			t.Errorf("%s %s: got %q", c.Service, c.Operation, got)
		}
	}
}
