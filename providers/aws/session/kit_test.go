package session_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/estray/estray/providers/aws/session"
)

const (
	home   = "111122223333"
	member = "444455556666"
)

// environment gives the vendor's settings of a machine that has nothing but
// what the test says.
func environment(t *testing.T, pairs ...string) {
	t.Helper()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_LAMBDA", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "HTTPS_PROXY", "HTTP_PROXY"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	for i := 0; i < len(pairs); i += 2 {
		t.Setenv(pairs[i], pairs[i+1])
	}
}

// request is what the server saw of one.
type request struct {
	at                     time.Time
	operation, region, key string
	form                   map[string]string
}

// cloud is a server that answers STS and hands all else to answer.
type cloud struct {
	*httptest.Server
	mu     sync.Mutex
	seen   []request
	answer func(w http.ResponseWriter, r *http.Request, n int)
	assume http.HandlerFunc // in place of the credentials that are given out; nil: none
}

// start begins a cloud and points the environment at it. The n-th request that
// is not one of STS comes to answer as n, from 1.
func start(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, n int)) *cloud {
	t.Helper()
	c := &cloud{answer: answer}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	environment(t, "AWS_ENDPOINT_URL", c.URL, "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY", "example", "AWS_REGION", "eu-west-1")
	return c
}

// ServeHTTP implements http.Handler.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		panic(err)
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil { // else the server does not see that the caller hung up
		panic(err)
	}
	scope := strings.Split(r.Header.Get("Authorization"), "/") // ... Credential=KEY/DAY/REGION/SERVICE/aws4_request
	one := request{at: time.Now(), operation: r.Form.Get("Action"), form: map[string]string{}}
	if len(scope) > 3 {
		one.key, one.region = scope[0][strings.LastIndex(scope[0], "=")+1:], scope[2]
	}
	for k := range r.Form {
		one.form[k] = r.Form.Get(k)
	}
	if one.operation == "" {
		one.operation = r.URL.Path
	}
	c.mu.Lock()
	c.seen = append(c.seen, one)
	n := 0
	for _, s := range c.seen {
		if s.operation != "GetCallerIdentity" && s.operation != "AssumeRole" {
			n++
		}
	}
	c.mu.Unlock()
	switch {
	case one.operation == "GetCallerIdentity":
		fmt.Fprintf(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::%s:assumed-role/runner/i-1</Arn><UserId>U</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, home, home)
	case one.operation == "AssumeRole" && c.assume != nil:
		c.assume(w, r)
	case one.operation == "AssumeRole":
		id := strings.Split(r.Form.Get("RoleArn"), ":")[4]
		fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA%s</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
			id, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	default:
		c.answer(w, r, n)
	}
}

// requests gives what was asked besides STS.
func (c *cloud) requests() []request {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []request
	for _, s := range c.seen {
		if s.operation != "GetCallerIdentity" && s.operation != "AssumeRole" {
			out = append(out, s)
		}
	}
	return out
}

// asked gives the requests of one operation of STS.
func (c *cloud) asked(operation string) []request {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []request
	for _, s := range c.seen {
		if s.operation == operation {
			out = append(out, s)
		}
	}
	return out
}

// quick are options that repeat without long waits.
func quick() session.Options {
	return session.Options{Attempts: 3, MaxBackoff: time.Millisecond, Timeout: 5 * time.Second, Name: "estray-test"}
}

func open(t *testing.T, opt session.Options) *session.Home {
	t.Helper()
	h, err := session.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// policy makes the call that most tests make.
func policy(t *testing.T, r *session.Region) error {
	t.Helper()
	_, err := lambda.NewFromConfig(r.Config()).GetPolicy(t.Context(), &lambda.GetPolicyInput{FunctionName: aws.String("f")})
	return err
}

// fine answers any call of Lambda.
func fine(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"Policy":"{}"}`)
}
