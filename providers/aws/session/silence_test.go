package session_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// impatient are options by which an operation that gets no answer ends soon.
func impatient() session.Options {
	opt := quick()
	opt.Timeout, opt.Attempts = 600*time.Millisecond, 1
	return opt
}

// deaf answers everything but the calls of Lambda.
func deaf(w http.ResponseWriter, r *http.Request, n int) {
	if strings.Contains(r.URL.Path, "/functions/") {
		hang(w, r, n)
		return
	}
	fine(w, r, n)
}

func events(t *testing.T, r *session.Region) error {
	t.Helper()
	_, err := cloudtrail.NewFromConfig(r.Config()).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{})
	return err
}

// asksLambda counts the requests to Lambda in a region; empty: in all.
func (c *cloud) asksLambda(region string) (n int) {
	for _, r := range c.requests() {
		if strings.Contains(r.operation, "/functions/") && (region == "" || r.region == region) {
			n++
		}
	}
	return n
}

// notAsked fails the test where the error is not that of a call that was not made.
func notAsked(t *testing.T, err error, message string) {
	t.Helper()
	state, why := session.Explain(err)
	want := inventory.Reason{Operation: "GetPolicy", Message: message}
	if state != inventory.Unavailable || why != want {
		t.Errorf("Explain = %s %+v, want unavailable %+v", state, why, want)
	}
}

// asked fails the test where the error is that of a call that was not made.
func asked(t *testing.T, err error) {
	t.Helper()
	if _, why := session.Explain(err); strings.Contains(why.Message, "not asked") {
		t.Errorf("error %v", err)
	}
}

// TestASilentServiceIsGivenUp in its region, for all accounts and operations:
// three operations are tried. Other services are asked, and so are its other
// regions; the cell says so.
func TestASilentServiceIsGivenUp(t *testing.T) {
	c := start(t, deaf)
	h := open(t, impatient())
	other, err := h.Assume(t.Context(), member, session.Role{Name: "audit"})
	if err != nil {
		t.Fatal(err)
	}
	cell := session.NewTally(inventory.Cell{Capability: inventory.CapPolicies})
	for i := range 12 {
		a := []*session.Account{h.Own(), other}[i%2]
		err := policy(t, a.Region("eu-west-1"))
		switch {
		case i < 3:
			if _, why := session.Explain(err); why.Message != "no whole answer came in time" {
				t.Errorf("call %d: %+v", i+1, why)
			}
		default:
			notAsked(t, err, "not asked: the 3 calls of Lambda before in eu-west-1 got no answer (no whole answer came in time)")
			cell.Fail(err)
		}
		if err := events(t, a.Region("eu-west-1")); err != nil {
			t.Errorf("another service: %v", err)
		}
	}
	if n := c.asksLambda(""); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	if w := cell.Coverage(); w.State != inventory.Unavailable || !strings.HasPrefix(w.Why.Message, "not asked: the 3 calls of Lambda before in eu-west-1") {
		t.Errorf("coverage %+v", w)
	}
	if err := policy(t, other.Region("eu-west-1")); err == nil || c.asksLambda("") != 3 {
		t.Errorf("another account's call of it: %v", err)
	}
	if err := policy(t, h.Own().Region("us-east-1")); err == nil || c.asksLambda("us-east-1") != 1 {
		t.Errorf("another region was not asked: %v", err)
	}
}

// TestAServiceThatIsSilentEverywhere is given up in all regions, also in those
// that were never asked; one that answers somewhere is not.
func TestAServiceThatIsSilentEverywhere(t *testing.T) {
	regions := []string{"af-south-1", "ap-east-1", "ap-south-1", "ca-central-1", "ca-west-1", "eu-north-1"}
	for name, test := range map[string]struct {
		silent int // regions of the list that are asked; the others answer
		rounds int
		want   int // requests in all
		last   bool
	}{
		"in five and more":               {6, 4, 9, true},
		"in four":                        {4, 4, 4 * 3, false},
		"in many, but one answers":       {6, 4, 6*3 + 4, false},
		"nine in one region are no nine": {1, 12, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			answers := strings.Contains(name, "answers")
			c := start(t, nil)
			c.answer = func(w http.ResponseWriter, r *http.Request, n int) {
				if strings.Contains(r.Header.Get("Authorization"), "/us-") {
					fine(w, r, n)
					return
				}
				reset(w, r, n)
			}
			c.Config.SetKeepAlivesEnabled(false) // what fails on a kept connection is repeated below us
			opt := impatient()
			opt.Timeout = 5 * time.Second
			a := open(t, opt).Own()
			for range test.rounds {
				for _, region := range regions[:test.silent] {
					if err := policy(t, a.Region(region)); err == nil {
						t.Fatal("no error")
					}
				}
				if answers {
					if err := policy(t, a.Region("us-east-1")); err != nil {
						t.Errorf("the region that answers: %v", err)
					}
				}
			}
			if n := len(c.requests()); n != test.want {
				t.Errorf("%d requests, want %d", n, test.want)
			}
			err := policy(t, a.Region("us-west-2"))
			if !test.last {
				if err != nil {
					t.Errorf("a region that was never asked: %v", err)
				}
				return
			}
			notAsked(t, err, "not asked: the 9 calls of Lambda before got no answer (connection reset by peer)")
		})
	}
}

// TestAnyAnswerEndsTheSilence, be it a refusal or half a document: the service
// is there. So is one of a repeated attempt.
func TestAnyAnswerEndsTheSilence(t *testing.T) {
	for name, answer := range map[string]handler{
		"success": fine, "a refusal": rest(403, "AccessDeniedException", "no"), "throttling": rest(429, "TooManyRequestsException", "slow"),
		"an error of the service": rest(500, "ServiceException", "oops"), "something in between": html(503), "half a body": short,
	} {
		t.Run(name, func(t *testing.T) {
			start(t, func(w http.ResponseWriter, r *http.Request, n int) {
				if n%3 == 0 {
					answer(w, r, n)
					return
				}
				reset(w, r, n)
			})
			opt := impatient()
			opt.Timeout = 5 * time.Second
			a := open(t, opt).Own()
			for range 12 {
				asked(t, policy(t, a.Region("eu-west-1")))
			}
		})
	}
	t.Run("of the first attempt", func(t *testing.T) {
		start(t, func(w http.ResponseWriter, r *http.Request, n int) {
			if n%2 == 1 {
				html(503)(w, r, n)
				return
			}
			reset(w, r, n)
		})
		opt := quick()
		opt.Attempts = 2
		a := open(t, opt).Own()
		for range 6 {
			asked(t, policy(t, a.Region("eu-west-1")))
		}
	})
}

// TestWhatWasNeverAskedIsNotSilent: operations that their caller ended, and
// those whose credentials could not be renewed, say nothing of the service.
func TestWhatWasNeverAskedIsNotSilent(t *testing.T) {
	t.Run("ended by the caller", func(t *testing.T) {
		c := start(t, deaf)
		opt := quick()
		opt.Timeout = 5 * time.Second
		a := open(t, opt).Own()
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			_, err := lambdaOf(a).GetPolicy(ctx, aPolicy())
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v", err)
			}
		}
		if n := c.asksLambda(""); n != 5 {
			t.Errorf("%d requests, want 5", n)
		}
	})
	t.Run("without credentials", func(t *testing.T) {
		c := start(t, fine)
		h := open(t, impatient())
		a := h.Own()
		first := true
		failing := lambdaWith(a, func(context.Context) error {
			if first {
				return errors.New("no credentials")
			}
			return nil
		})
		for range 5 {
			if _, err := failing.GetPolicy(t.Context(), aPolicy()); err == nil {
				t.Error("no error")
			}
		}
		first = false
		if _, err := failing.GetPolicy(t.Context(), aPolicy()); err != nil || c.asksLambda("") != 1 {
			t.Errorf("after the credentials came: %v", err)
		}
	})
}

// TestRolesOfASilentService: where STS does not answer, the accounts after the
// third cost nothing.
func TestRolesOfASilentService(t *testing.T) {
	c := start(t, fine)
	c.assume = func(w http.ResponseWriter, r *http.Request) { hang(w, r, 0) }
	h := open(t, impatient())
	for i := range 20 {
		_, err := h.Assume(t.Context(), member, session.Role{Name: "audit"})
		state, why := session.Explain(err)
		if state != inventory.Unavailable || why.Operation != "AssumeRole" || strings.HasPrefix(why.Message, "not asked: the 3 calls of STS") != (i >= 3) {
			t.Errorf("account %d: %s %+v", i+1, state, why)
		}
	}
	if n := len(c.asked("AssumeRole")); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

// TestWhatIsUnderWayEndsTheSilence: an operation that began before the service
// was given up, and is answered, makes it be asked again.
func TestWhatIsUnderWayEndsTheSilence(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	var back atomic.Bool
	c := start(t, func(w http.ResponseWriter, r *http.Request, n int) {
		switch {
		case n == 1:
			close(arrived)
			<-answer
			fine(w, r, n)
		case back.Load():
			fine(w, r, n)
		default:
			reset(w, r, n)
		}
	})
	c.Config.SetKeepAlivesEnabled(false)
	opt := impatient()
	opt.Timeout = 5 * time.Second
	r := open(t, opt).Own().Region("eu-west-1")
	var slow sync.WaitGroup
	slow.Go(func() {
		if err := policy(t, r); err != nil {
			t.Errorf("the operation that was under way: %v", err)
		}
	})
	<-arrived
	for range 5 {
		if err := policy(t, r); err == nil {
			t.Error("no error")
		}
	}
	back.Store(true)
	if err := policy(t, r); err == nil {
		t.Error("what was given up was asked before anything was answered")
	}
	close(answer)
	slow.Wait()
	if err := policy(t, r); err != nil {
		t.Errorf("after the answer: %v", err)
	}
	if n := len(c.requests()); n != 5 {
		t.Errorf("%d requests, want 5", n)
	}
}

// TestSilenceSideBySide: only what was under way is added to the three.
func TestSilenceSideBySide(t *testing.T) {
	const side, calls = 8, 25
	c := start(t, deaf)
	r := open(t, impatient()).Own().Region("eu-west-1")
	var all sync.WaitGroup
	for range side {
		all.Go(func() {
			for range calls {
				if err := policy(t, r); err == nil {
					t.Error("no error")
				}
				if err := events(t, r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := c.asksLambda(""); n > 3+side {
		t.Errorf("%d requests, want at most %d", n, 3+side)
	}
}

// TestNobodyListens: a refused connection names itself as the cause.
func TestNobodyListens(t *testing.T) {
	c := start(t, fine)
	r := open(t, impatient()).Own().Region("eu-west-1")
	c.Close()
	var err error
	for range 4 {
		err = policy(t, r)
	}
	notAsked(t, err, "not asked: the 3 calls of Lambda before in eu-west-1 got no answer (connection refused)")
}

func aPolicy() *lambda.GetPolicyInput { return &lambda.GetPolicyInput{FunctionName: aws.String("f")} }

func lambdaOf(a *session.Account) *lambda.Client {
	return lambda.NewFromConfig(a.Region("eu-west-1").Config())
}

// lambdaWith is a client whose credentials are there if may says so.
func lambdaWith(a *session.Account, may func(context.Context) error) *lambda.Client {
	cfg := a.Region("eu-west-1").Config()
	cfg.Credentials = aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "example"}, may(ctx)
	})
	return lambda.NewFromConfig(cfg)
}
