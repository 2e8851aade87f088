package session_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/aws/smithy-go"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

type handler = func(w http.ResponseWriter, r *http.Request, n int)

// rest, target and query answer an error in the form of the protocols of
// Lambda, CloudTrail and IAM.
func rest(status int, code, message string) handler {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("X-Amzn-ErrorType", code)
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"Message":%q}`, message)
	}
}

func target(status int, code, message string) handler {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"__type":%q,"Message":%q}`, "com.example#"+code, message)
	}
}

func query(status int, code, message string) handler {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code, message)
	}
}

func short(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Length", "40")
	fmt.Fprint(w, `{"Policy":"`)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

func half(w http.ResponseWriter, _ *http.Request, _ int) { fmt.Fprint(w, `{"Policy":"{\"Ver`) }

func reset(w http.ResponseWriter, _ *http.Request, _ int) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // the connection is thrown away in any case
	}
	_ = conn.Close()
}

func hang(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() }

func html(status int) handler {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		fmt.Fprint(w, `<html><body>no</body></html>`)
	}
}

// TestExplain sends every kind of answer that is none over the wire and says
// what the cell becomes.
func TestExplain(t *testing.T) {
	const scp = "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: lambda:GetPolicy with an explicit deny in a service control policy"
	getPolicy := func(t *testing.T, r *session.Region) error { return policy(t, r) }
	lookup := func(t *testing.T, r *session.Region) error {
		_, err := cloudtrail.NewFromConfig(r.Config()).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{})
		return err
	}
	listRoles := func(t *testing.T, r *session.Region) error {
		_, err := iam.NewFromConfig(r.Config()).ListRoles(t.Context(), &iam.ListRolesInput{})
		return err
	}
	token := func(t *testing.T, r *session.Region) error {
		_, err := sts.NewFromConfig(r.Config()).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
		return err
	}
	for name, test := range map[string]struct {
		answer  handler
		call    func(*testing.T, *session.Region) error
		state   inventory.State
		code    string
		says    string
		missing bool
	}{
		"no permission, unmodelled in Lambda":       {answer: rest(403, "AccessDeniedException", "no identity-based policy allows it"), state: inventory.Denied, code: "AccessDeniedException", says: "no identity-based policy"},
		"a service control policy":                  {answer: rest(403, "AccessDeniedException", scp), state: inventory.Denied, code: "AccessDeniedException", says: "service control policy"},
		"a permissions boundary":                    {answer: rest(403, "AccessDeniedException", "no permissions boundary allows it"), state: inventory.Denied, code: "AccessDeniedException", says: "permissions boundary"},
		"no permission at status 400":               {answer: target(400, "AccessDeniedException", "no"), call: lookup, state: inventory.Denied, code: "AccessDeniedException"},
		"no permission in the query protocol":       {answer: query(403, "AccessDenied", "no"), call: listRoles, state: inventory.Denied, code: "AccessDenied"},
		"a code of status 403 that nobody knows":    {answer: rest(403, "SomethingNewException", "no"), state: inventory.Denied, code: "SomethingNewException"},
		"a token that the region does not know":     {answer: rest(403, "UnrecognizedClientException", "invalid"), state: inventory.Unavailable, code: "UnrecognizedClientException", says: "the region may be off"},
		"the same in the query protocol":            {answer: query(403, "InvalidClientTokenId", "invalid"), call: listRoles, state: inventory.Unavailable, code: "InvalidClientTokenId", says: "the region may be off"},
		"a signature that the region does not know": {answer: rest(403, "InvalidSignatureException", "invalid"), state: inventory.Unavailable, code: "InvalidSignatureException", says: "the region may be off"},
		"STS is off in the region":                  {answer: query(403, "RegionDisabledException", "off"), call: token, state: inventory.Unavailable, code: "RegionDisabledException", says: "the region may be off"},
		"a signature over something else":           {answer: rest(403, "SignatureDoesNotMatch", "no"), state: inventory.Unavailable, code: "SignatureDoesNotMatch"},
		"credentials that ended":                    {answer: rest(403, "ExpiredTokenException", "expired"), state: inventory.Unavailable, code: "ExpiredTokenException", says: "scan again"},
		"credentials that ended, at status 400":     {answer: query(400, "ExpiredToken", "expired"), call: listRoles, state: inventory.Unavailable, code: "ExpiredToken", says: "scan again"},
		"a request that came too late":              {answer: query(400, "RequestExpired", "late"), call: listRoles, state: inventory.Unavailable, code: "RequestExpired", says: "scan again"},
		"an account not yet active":                 {answer: rest(403, "OptInRequired", "no"), state: inventory.Unavailable, code: "OptInRequired"},
		"an account without the service":            {answer: rest(403, "SubscriptionRequiredException", "no"), state: inventory.Unavailable, code: "SubscriptionRequiredException"},
		"nothing of that name":                      {answer: rest(404, "ResourceNotFoundException", "none"), state: inventory.Unavailable, code: "ResourceNotFoundException", missing: true},
		"no role of that name":                      {answer: query(404, "NoSuchEntity", "none"), call: listRoles, state: inventory.Unavailable, code: "NoSuchEntity", missing: true},
		"throttling that lasts":                     {answer: rest(429, "TooManyRequestsException", "slow"), state: inventory.Throttled, code: "TooManyRequestsException"},
		"throttling at status 400":                  {answer: target(400, "ThrottlingException", "slow"), call: lookup, state: inventory.Throttled, code: "ThrottlingException"},
		"throttling in the query protocol":          {answer: query(400, "Throttling", "slow"), call: listRoles, state: inventory.Throttled, code: "Throttling"},
		"throttling without a code":                 {answer: html(429), state: inventory.Throttled},
		"an error of the service":                   {answer: rest(500, "ServiceException", "oops"), state: inventory.Unavailable, code: "ServiceException"},
		"a page of something in between":            {answer: html(503), state: inventory.Unavailable},
		"a refusal of something in between":         {answer: html(403), state: inventory.Denied},
		"a body that is too short":                  {answer: short, state: inventory.Malformed},
		"a document that is cut":                    {answer: half, state: inventory.Malformed},
		"a connection that is reset":                {answer: reset, state: inventory.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, test.answer)
			if test.call == nil {
				test.call = getPolicy
			}
			err := test.call(t, open(t, quick()).Own().Region("eu-west-1"))
			if err == nil {
				t.Fatal("no error")
			}
			state, why := session.Explain(err)
			if state != test.state || why.Code != test.code || why.Operation == "" || !strings.Contains(why.Message, test.says) || why.Message == "" {
				t.Errorf("Explain = %s %+v, want %s %q with an operation and a message that says %q", state, why, test.state, test.code, test.says)
			}
			if got := session.Missing(err); got != test.missing {
				t.Errorf("Missing = %t", got)
			}
			if got := session.Denied(err); got != (test.state == inventory.Denied) {
				t.Errorf("Denied = %t", got)
			}
		})
	}
}

// TestHangEnds: neither one attempt nor all of them may last for ever.
func TestHangEnds(t *testing.T) {
	c := start(t, hang)
	opt := quick()
	opt.Timeout, opt.Attempts = 100*time.Millisecond, 50
	r := open(t, opt).Own().Region("eu-west-1")
	begun := time.Now()
	state, why := session.Explain(policy(t, r))
	if state != inventory.Unavailable || why.Message != "no whole answer came in time" || why.Operation != "GetPolicy" {
		t.Errorf("Explain = %s %+v", state, why)
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
	if n := len(c.requests()); n < 2 || n > 4 {
		t.Errorf("%d attempts, want some within three times the bound of one", n)
	}
}

func TestCancelledIsNoFault(t *testing.T) {
	start(t, hang)
	r := open(t, quick()).Own().Region("eu-west-1")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	begun := time.Now()
	_, err := cloudtrail.NewFromConfig(r.Config()).LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
	if state, why := session.Explain(err); state != inventory.Cancelled || why.Code != "" {
		t.Errorf("Explain = %s %+v, want cancelled", state, why)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestExplainBoundsAndJoinsText(t *testing.T) {
	start(t, rest(403, "AccessDeniedException", "line one\n\tline two "+strings.Repeat("x", 2000)))
	_, why := session.Explain(policy(t, open(t, quick()).Own().Region("eu-west-1")))
	if !strings.HasPrefix(why.Message, "line one line two xxx") || len(why.Message) > 510 || !strings.HasSuffix(why.Message, "...") {
		t.Errorf("message of %d bytes: %q", len(why.Message), why.Message)
	}
}

func TestCodeOfNoError(t *testing.T) {
	if session.Code(nil) != "" || session.Code(errors.New("x")) != "" || session.Missing(nil) {
		t.Error("an error without a code has one")
	}
	state, why := session.Explain(session.ErrRepeated)
	if state != inventory.Malformed || !strings.Contains(why.Message, "twice") {
		t.Errorf("a repeated token: %s %+v", state, why)
	}
}

// TestCutAnswersAreRepeated: the vendor's own retries take them for final.
func TestCutAnswersAreRepeated(t *testing.T) {
	for name, cut := range map[string]handler{"a body that is too short": short, "a document that is cut": half} {
		t.Run(name, func(t *testing.T) {
			c := start(t, func(w http.ResponseWriter, r *http.Request, n int) {
				if n < 3 {
					cut(w, r, n)
					return
				}
				fine(w, r, n)
			})
			if err := policy(t, open(t, quick()).Own().Region("eu-west-1")); err != nil {
				t.Error(err)
			}
			if n := len(c.requests()); n != 3 {
				t.Errorf("%d attempts, want 3", n)
			}
		})
	}
}

// TestRefusalsAreNotRepeated, since no repetition helps.
func TestRefusalsAreNotRepeated(t *testing.T) {
	c := start(t, rest(403, "AccessDeniedException", "no"))
	if err := policy(t, open(t, quick()).Own().Region("eu-west-1")); err == nil {
		t.Error("no error")
	}
	if n := len(c.requests()); n != 1 {
		t.Errorf("%d attempts, want 1", n)
	}
}

// TestTheSameDenialReadsTheSame in each run, whose sessions have other names.
func TestTheSameDenialReadsTheSame(t *testing.T) {
	err := &smithy.GenericAPIError{Code: "AccessDenied", Message: "User: arn:aws:sts::111122223333:assumed-role/Audit/estray-1 may not take arn:aws:sts::111122223333:assumed-role/Other/x, nor arn:aws:iam::1:role/a/b"}
	_, why := session.Explain(err)
	if want := "User: arn:aws:sts::111122223333:assumed-role/Audit may not take arn:aws:sts::111122223333:assumed-role/Other, nor arn:aws:iam::1:role/a/b"; why.Message != want {
		t.Errorf("%s, want %s", why.Message, want)
	}
}
