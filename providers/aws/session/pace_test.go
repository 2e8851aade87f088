package session_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/estray/estray/providers/aws/session"
)

// jitter is what the way to the server may take from a distance in time.
const jitter = 40 * time.Millisecond

// spread gives by region, credentials and kind of operation the time from the
// first to the last request, by the server's clock.
func spread(all []request) map[string]time.Duration {
	first, out := map[string]time.Time{}, map[string]time.Duration{}
	for _, r := range all {
		kind := "other"
		if strings.HasSuffix(r.operation, "/policy") {
			kind = "policy"
		}
		key := r.region + " " + r.key + " " + kind
		if first[key].IsZero() {
			first[key] = r.at
		}
		out[key] = r.at.Sub(first[key])
	}
	return out
}

// TestPace: N calls at the rate R take at least (N-1)/R, and none waits for
// those of another region, account or group of operations.
func TestPace(t *testing.T) {
	const rate, calls = 4.0, 5
	c := start(t, fine)
	opt := quick()
	opt.Rate = rate
	h := open(t, opt)
	other, err := h.Assume(t.Context(), member, session.Role{Name: "audit"})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	var all sync.WaitGroup
	for _, a := range []*session.Account{h.Own(), other} {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			client := lambda.NewFromConfig(a.Region(region).Config())
			all.Go(func() {
				for range calls {
					if _, err := client.GetPolicy(t.Context(), &lambda.GetPolicyInput{FunctionName: aws.String("f")}); err != nil {
						t.Error(err)
					}
				}
			})
			all.Go(func() {
				for range calls {
					if _, err := client.ListAliases(t.Context(), &lambda.ListAliasesInput{FunctionName: aws.String("f")}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	least := time.Duration((calls - 1) / rate * float64(time.Second))
	got := spread(c.requests())
	if len(got) != 8 {
		t.Errorf("%d groups, want 8: %v", len(got), got)
	}
	for key, took := range got {
		if took < least-jitter {
			t.Errorf("%s: %d calls within %s, want at least %s", key, calls, took, least)
		}
	}
	if took := time.Since(begun); took > 2*least {
		t.Errorf("all took %s: they waited for each other", took)
	}
}

// TestPaceCountsRepetitions: a throttled call is a call.
func TestPaceCountsRepetitions(t *testing.T) {
	const rate = 4.0
	c := start(t, rest(http.StatusTooManyRequests, "TooManyRequestsException", "slow"))
	opt := quick()
	opt.Rate, opt.Attempts = rate, 4
	if err := policy(t, open(t, opt).Own().Region("eu-west-1")); err == nil {
		t.Fatal("no error")
	}
	all := c.requests()
	if len(all) != 4 {
		t.Fatalf("%d attempts, want 4", len(all))
	}
	for i := range all[1:] {
		if gap := all[i+1].at.Sub(all[i].at); gap < time.Duration(float64(time.Second)/rate)-jitter {
			t.Errorf("attempt %d came %s after the one before", i+2, gap)
		}
	}
}

// TestPaceKeepsToAThird of the vendor's quota, whatever rate is configured.
func TestPaceKeepsToAThird(t *testing.T) {
	c := start(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		if _, err := w.Write([]byte(`{}`)); err != nil {
			t.Error(err)
		}
	})
	opt := quick()
	opt.Rate = 1000
	r := open(t, opt).Own().Region("eu-west-1")
	for range 2 { // LookupEvents: 2 a second
		if _, err := cloudtrail.NewFromConfig(r.Config()).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{}); err != nil {
			t.Fatal(err)
		}
	}
	for key, took := range spread(c.requests()) {
		if took < 1500*time.Millisecond-jitter {
			t.Errorf("%s: two events' pages within %s", key, took)
		}
	}
}

// TestLostCredentials: once the credentials of an account ended, nothing more is
// asked in any of its regions; another account goes on.
func TestLostCredentials(t *testing.T) {
	c := start(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 2 {
			rest(http.StatusForbidden, "ExpiredTokenException", "The security token included in the request is expired")(w, r, n)
			return
		}
		fine(w, r, n)
	})
	h := open(t, quick())
	a := h.Own()
	if err := policy(t, a.Region("eu-west-1")); err != nil {
		t.Fatal(err)
	}
	var errs []error
	for _, region := range []string{"eu-west-1", "eu-west-1", "us-east-1"} {
		errs = append(errs, policy(t, a.Region(region)))
	}
	for i, err := range errs {
		if session.Code(err) != "ExpiredTokenException" {
			t.Errorf("call %d after the end: %v", i+1, err)
		}
	}
	if n := len(c.requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
	other, err := h.Assume(t.Context(), member, session.Role{Name: "audit"})
	if err != nil {
		t.Fatal(err)
	}
	if err := policy(t, other.Region("eu-west-1")); err != nil {
		t.Errorf("another account: %v", err)
	}
}

// TestARegionThatIsOffLosesNothing: the code is that of a bad token, and the
// account's other regions are read all the same.
func TestARegionThatIsOffLosesNothing(t *testing.T) {
	c := start(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			rest(http.StatusForbidden, "UnrecognizedClientException", "invalid")(w, r, n)
			return
		}
		fine(w, r, n)
	})
	a := open(t, quick()).Own()
	if err := policy(t, a.Region("af-south-1")); err == nil {
		t.Error("no error")
	}
	if err := policy(t, a.Region("eu-west-1")); err != nil {
		t.Error(err)
	}
	regions := []string{}
	for _, r := range c.requests() {
		regions = append(regions, r.region)
	}
	if !slices.Equal(regions, []string{"af-south-1", "eu-west-1"}) {
		t.Errorf("regions = %v", regions)
	}
}
