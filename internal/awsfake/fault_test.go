package awsfake_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/estray/estray/internal/awsfake"
)

// status is the HTTP status of an error; 0 if there was no answer.
func status(err error) int {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

func TestEffectHasTheShapeOfItsProtocol(t *testing.T) {
	s, cfg := serve(t, alone(&awsfake.Region{Functions: functions(60)}))
	calls := map[string]func(context.Context) error{
		"lambda": func(ctx context.Context) error {
			_, err := lambda.NewFromConfig(cfg).ListFunctions(ctx, nil)
			return err
		},
		"cloudtrail": func(ctx context.Context) error {
			_, err := cloudtrail.NewFromConfig(cfg).DescribeTrails(ctx, nil)
			return err
		},
		"iam": func(ctx context.Context) error { _, err := iam.NewFromConfig(cfg).ListRoles(ctx, nil); return err },
	}
	for _, tc := range []struct {
		effect        awsfake.Effect
		service, code string
		status        int
	}{
		{awsfake.DenyMissing(), "lambda", "AccessDeniedException", 403},
		{awsfake.DenyControlPolicy(), "cloudtrail", "AccessDeniedException", 400},
		{awsfake.DenyBoundary(), "iam", "AccessDenied", 403},
		{awsfake.Throttle(time.Second), "lambda", "TooManyRequestsException", 429},
		{awsfake.Throttle(0), "cloudtrail", "ThrottlingException", 400},
		{awsfake.Throttle(0), "iam", "Throttling", 400},
		{awsfake.ServerError(), "lambda", "ServiceException", 500},
		{awsfake.ServerError(), "cloudtrail", "InternalFailure", 500},
		{awsfake.ServerError(), "iam", "ServiceFailure", 500},
		{awsfake.ServerErrorHTML(), "lambda", "", 503},
		{awsfake.Expire(), "lambda", "ExpiredTokenException", 403},
		{awsfake.Expire(), "cloudtrail", "ExpiredTokenException", 400},
		{awsfake.Expire(), "iam", "ExpiredToken", 403},
		{awsfake.Missing(), "lambda", "ResourceNotFoundException", 404},
		{awsfake.Missing(), "cloudtrail", "TrailNotFoundException", 400},
		{awsfake.Missing(), "iam", "NoSuchEntity", 404},
		{awsfake.Answer(418, `{"Message":"no"}`), "lambda", "UnknownError", 418},
	} {
		t.Run(tc.service+" "+tc.effect.String(), func(t *testing.T) {
			s.SetFaults(awsfake.Fault{Service: tc.service, Effect: tc.effect})
			s.Reset()
			err := calls[tc.service](t.Context())
			if code(err) != tc.code || status(err) != tc.status {
				t.Errorf("got %q %d (%v), want %q %d", code(err), status(err), err, tc.code, tc.status)
			}
			if log := s.Calls(); len(log) != 1 || log[0].Status != tc.status {
				t.Errorf("log: %+v", log)
			}
		})
	}
}

func TestRefusalSaysWhy(t *testing.T) {
	s, cfg := serve(t, company())
	member := assume(t, cfg, audit("333333333333"))
	const head = "User: arn:aws:sts::333333333333:assumed-role/Audit/run-1 is not authorized to perform: lambda:GetPolicy on resource: " +
		"arn:aws:lambda:eu-west-1:333333333333:function:f003:live "
	for _, tc := range []struct {
		effect awsfake.Effect
		want   string
	}{
		{awsfake.DenyMissing(), "because no identity-based policy allows the lambda:GetPolicy action"},
		{awsfake.DenyControlPolicy(), "with an explicit deny in a service control policy"},
		{awsfake.DenyBoundary(), "because no permissions boundary allows the lambda:GetPolicy action"},
	} {
		s.SetFaults(awsfake.Fault{Operation: "GetPolicy", Effect: tc.effect})
		_, err := lambda.NewFromConfig(member).GetPolicy(t.Context(),
			&lambda.GetPolicyInput{FunctionName: aws.String("f003"), Qualifier: aws.String("live")})
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorMessage() != head+tc.want {
			t.Errorf("got %v, want %q", err, head+tc.want)
		}
	}
}

func TestBrokenAnswersLookAsTheyDoOnTheWire(t *testing.T) {
	for _, tc := range []struct {
		effect awsfake.Effect
		check  func(err error) bool
		status int
	}{
		{awsfake.CutBody(), func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }, 200},
		{awsfake.CutJSON(), func(err error) bool {
			var d *smithy.DeserializationError
			return errors.As(err, &d) && code(err) == ""
		}, 200},
		{awsfake.ResetConnection(), func(err error) bool {
			return strings.Contains(err.Error(), "reset by peer") || errors.Is(err, io.EOF)
		}, 0},
	} {
		t.Run(tc.effect.String(), func(t *testing.T) {
			s, cfg := serve(t, alone(&awsfake.Region{Functions: functions(60)}))
			s.SetFaults(awsfake.Fault{Effect: tc.effect})
			_, err := lambda.NewFromConfig(cfg).ListFunctions(t.Context(), nil)
			if err == nil || !tc.check(err) {
				t.Errorf("got %v", err)
			}
			if log := s.Calls(); len(log) == 0 || log[0].Status != tc.status {
				t.Errorf("log: %+v", log)
			}
		})
	}
}

func TestCallerMayGiveUpWaiting(t *testing.T) {
	for _, tc := range []struct {
		effect awsfake.Effect
		status int
	}{{awsfake.Hang(), 0}, {awsfake.Drip(time.Hour), 200}} {
		t.Run(tc.effect.String(), func(t *testing.T) {
			s, cfg := serve(t, alone(&awsfake.Region{}))
			s.SetFaults(awsfake.Fault{Effect: tc.effect})
			ctx, giveUp := context.WithCancel(t.Context())
			failed := make(chan error)
			go func() {
				_, err := lambda.NewFromConfig(cfg).ListFunctions(ctx, nil)
				failed <- err
			}()
			for arrived := false; !arrived; {
				select {
				case err := <-failed:
					t.Fatalf("answered before the caller gave up: %v", err)
				case <-time.After(20 * time.Millisecond):
					log := s.Calls()
					arrived = len(log) == 1 && log[0].Status == tc.status
				}
			}
			giveUp()
			if err := <-failed; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDripEndsWithTheWholeBody(t *testing.T) {
	s, cfg := serve(t, alone(&awsfake.Region{}))
	s.SetFaults(awsfake.Fault{Effect: awsfake.Drip(time.Microsecond)})
	if _, err := lambda.NewFromConfig(cfg).GetAccountSettings(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestFaultConcernsOnlyWhatItNames(t *testing.T) {
	s, cfg := serve(t, company())
	member := assume(t, cfg, audit("333333333333"))
	list := func(cfg aws.Config, token *string) (*string, error) {
		got, err := lambda.NewFromConfig(cfg).ListFunctions(t.Context(), &lambda.ListFunctionsInput{Marker: token})
		if err != nil {
			return nil, err
		}
		return got.NextMarker, nil
	}
	s.SetFaults(awsfake.Fault{Service: "lambda", Operation: "ListFunctions", Account: "333333333333", Region: "eu-west-1", Page: 2,
		Effect: awsfake.DenyMissing()})
	next, err := list(member, nil)
	if err != nil || next == nil {
		t.Fatalf("first page: %v", err)
	}
	if _, err := list(member, next); code(err) != "AccessDeniedException" {
		t.Errorf("second page: %v", err)
	}
	if _, err := list(in(member, "us-east-1"), nil); err != nil {
		t.Errorf("another region: %v", err)
	}
	if _, err := list(cfg, nil); err != nil {
		t.Errorf("another account: %v", err)
	}

	s.SetFaults(awsfake.Fault{Resource: "f003", Qualifier: "1", Effect: awsfake.ServerError()})
	client := lambda.NewFromConfig(member)
	for _, tc := range []struct{ name, qualifier, want string }{
		{"f003", "1", "ServiceException"}, {"f003", "2", "ResourceNotFoundException"}, {"f010", "1", "ResourceNotFoundException"},
	} {
		_, err := client.GetPolicy(t.Context(), &lambda.GetPolicyInput{FunctionName: &tc.name, Qualifier: &tc.qualifier})
		if code(err) != tc.want {
			t.Errorf("%s %s: got %v, want %s", tc.name, tc.qualifier, err, tc.want)
		}
	}
}

func TestFaultWaitsAndEnds(t *testing.T) {
	s, cfg := serve(t, alone(&awsfake.Region{}))
	s.SetFaults(
		awsfake.Fault{After: 1, Times: 2, Effect: awsfake.ServerError()},
		awsfake.Fault{After: 4, Effect: awsfake.Expire()},
	)
	try := func() (got []string) {
		for range 7 {
			_, err := lambda.NewFromConfig(cfg).GetAccountSettings(t.Context(), nil)
			got = append(got, code(err))
		}
		return got
	}
	// The second fault counts only the calls that the first let pass.
	want := " ServiceException ServiceException    ExpiredTokenException"
	if got := strings.Join(try(), " "); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.Reset()
	if got := strings.Join(try(), " "); got != want {
		t.Errorf("after Reset: got %q, want %q", got, want)
	}
	if n := len(s.Calls()); n != 7 {
		t.Errorf("log holds %d calls after Reset, want 7", n)
	}
}

func TestRepeatedTokenNeverEndsAListing(t *testing.T) {
	s, cfg := serve(t, alone(&awsfake.Region{Functions: functions(3)}))
	s.SetFaults(awsfake.Fault{Effect: awsfake.RepeatToken()})
	first, err := lambda.NewFromConfig(cfg).ListFunctions(t.Context(), nil)
	if err != nil || first.NextMarker == nil {
		t.Fatalf("first page: %+v, %v", first, err)
	}
	for range 3 {
		got, err := lambda.NewFromConfig(cfg).ListFunctions(t.Context(), &lambda.ListFunctionsInput{Marker: first.NextMarker})
		if err != nil || got.NextMarker == nil || *got.NextMarker != *first.NextMarker {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
}

func TestOperationThatIsNotServedIsSeen(t *testing.T) {
	s, cfg := serve(t, alone(&awsfake.Region{}))
	_, err := lambda.NewFromConfig(cfg).DeleteFunction(t.Context(), &lambda.DeleteFunctionInput{FunctionName: aws.String("f")})
	if status(err) != http.StatusNotImplemented {
		t.Errorf("REST: %v", err)
	}
	_, err = iam.NewFromConfig(cfg).ListUsers(t.Context(), nil)
	if status(err) != http.StatusNotImplemented {
		t.Errorf("query: %v", err)
	}
	_, err = cloudtrail.NewFromConfig(cfg).ListChannels(t.Context(), nil)
	if status(err) != http.StatusNotImplemented {
		t.Errorf("JSON 1.1: %v", err)
	}
	var names []string
	for _, c := range s.Calls() {
		names = append(names, c.Service+" "+c.Operation)
	}
	if got, want := strings.Join(names, ", "), "lambda DELETE /2015-03-31/functions/f, iam ListUsers, cloudtrail ListChannels"; got != want {
		t.Errorf("log: %s, want %s", got, want)
	}
}

func TestProxyKnowsCallsAndSpoilsThem(t *testing.T) {
	back := httptest.NewServer(awsfake.New(company()))
	t.Cleanup(back.Close)
	target, err := url.Parse(back.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := awsfake.Proxy(target)
	front := httptest.NewServer(s)
	t.Cleanup(front.Close)
	member := assume(t, config(front.URL, "AKIAANYBODYSKEY00000"), audit("333333333333"))
	s.SetFaults(awsfake.Fault{Service: "lambda", Account: "333333333333", Page: 2, Effect: awsfake.Throttle(0)})

	first, err := lambda.NewFromConfig(member).ListFunctions(t.Context(), nil)
	if err != nil || len(first.Functions) != 50 {
		t.Fatalf("through the proxy: %+v, %v", first, err)
	}
	_, err = lambda.NewFromConfig(member).ListFunctions(t.Context(), &lambda.ListFunctionsInput{Marker: first.NextMarker})
	if code(err) != "TooManyRequestsException" {
		t.Errorf("second page: %v", err)
	}
	who, err := sts.NewFromConfig(member).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Account != "333333333333" {
		t.Errorf("identity through the proxy: %+v, %v", who, err)
	}
	if last := s.Calls()[1]; last.Account != "333333333333" || last.Operation != "ListFunctions" || last.Status != 200 {
		t.Errorf("log: %+v", last)
	}
}

func TestDefaultRetryerGetsOverTwoThrottles(t *testing.T) {
	s, cfg := serve(t, alone(&awsfake.Region{}))
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
	}
	s.SetFaults(awsfake.Fault{Times: 2, Effect: awsfake.Throttle(0)})
	if _, err := lambda.NewFromConfig(cfg).GetAccountSettings(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if n := len(s.Calls()); n != 3 {
		t.Errorf("%d attempts, want 3", n)
	}
}
