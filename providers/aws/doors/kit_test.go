package doors_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/doors"
	"github.com/estray/estray/providers/aws/session"
)

const (
	home   = "111122223333"
	other  = "444455556666"
	region = "eu-west-1"
)

// script answers calls by what they ask: "ListRules", "ListTargetsByRule nightly"
// for the thing that it names, "GET /restapis" of a REST protocol, each with
// "@token" for a page after the first. A value is a body, or "!Code" for a
// refusal. Listings that a script does not name are empty.
type script map[string]string

// nothing is an account that has nothing.
func nothing() script {
	return script{
		"ListEventBuses":          `{"EventBuses":[]}`,
		"GET /schedules":          `{"Schedules":[]}`,
		"GET /restapis":           `{"item":[]}`,
		"GET /v2/apis":            `{"items":[]}`,
		"GET /":                   `<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>`,
		"ListSubscriptions":       result("ListSubscriptions", `<Subscriptions></Subscriptions>`),
		"DescribeAccountPolicies": `{"accountPolicies":[]}`,
		"DescribeLogGroups":       `{"logGroups":[]}`,
		"DescribeTargetGroups":    result("DescribeTargetGroups", `<TargetGroups></TargetGroups>`),
	}
}

// result wraps an answer of the query protocol.
func result(operation, body string) string {
	return "<" + operation + "Response><" + operation + "Result>" + body + "</" + operation + "Result></" + operation + "Response>"
}

// cloud serves a script, and keeps what it was asked.
type cloud struct {
	script script
	mu     sync.Mutex
	asked  []string
	raw    []string // the questions as they came over the wire
}

// start opens the region of a cloud that follows the script.
func start(t testing.TB, s script) (*cloud, *session.Region) {
	t.Helper()
	c := &cloud{script: s}
	return c, open(t, c, region)
}

// open gives a region of the home account, which the handler serves.
func open(t testing.TB, h http.Handler, region string) *session.Region {
	t.Helper()
	return openAs(t, h, home, region)
}

// openAs gives a region of an account with the account's own key.
func openAs(t testing.TB, h http.Handler, account, region string) *session.Region {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for _, name := range []string{"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "HTTPS_PROXY", "HTTP_PROXY"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", awsfake.AccessKey(account))
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	t.Setenv("AWS_REGION", region)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	who, err := session.Open(t.Context(), session.Options{Attempts: 1, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return who.Own().Region(region)
}

// question is what a request asks, without and with the thing that it names.
func question(r *http.Request, body []byte) (operation, subject, token string) {
	values := map[string]string{}
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		operation = target[strings.LastIndexByte(target, '.')+1:]
		var fields map[string]any
		if json.Unmarshal(body, &fields) == nil {
			for k, v := range fields {
				values[k] = fmt.Sprint(v)
			}
		}
	case r.Method == http.MethodPost:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		for k := range form {
			values[k] = form.Get(k)
		}
		operation = values["Action"]
	default:
		operation = r.Method + " " + r.URL.Path
		for k := range r.URL.Query() {
			values[k] = r.URL.Query().Get(k)
		}
		if r.URL.Query().Has("notification") {
			operation += "?notification"
		}
	}
	first := func(names ...string) string {
		for _, n := range names {
			if values[n] != "" {
				return values[n]
			}
		}
		return ""
	}
	return operation, first("Rule", "EventBusName", "logGroupName", "TargetGroupArn", "LoadBalancerArn", "ListenerArn"),
		first("NextToken", "nextToken", "position", "continuation-token", "Marker")
}

// ServeHTTP implements http.Handler.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	operation, subject, token := question(r, body)
	if operation == "GetCallerIdentity" {
		fmt.Fprint(w, result(operation, "<Arn>arn:aws:iam::"+home+":user/base</Arn><Account>"+home+"</Account>"))
		return
	}
	page := ""
	if token != "" {
		page = "@" + token
	}
	c.mu.Lock()
	c.asked = append(c.asked, strings.TrimSpace(operation+" "+subject)+page)
	c.raw = append(c.raw, r.URL.RequestURI()+" "+string(body))
	c.mu.Unlock()
	answers := nothing()
	for k, v := range c.script {
		answers[k] = v
	}
	answer := cmp.Or(answers[operation+" "+subject+page], answers[operation+page])
	code, refused := strings.CutPrefix(answer, "!")
	switch {
	case answer == "":
		refuse(w, operation, http.StatusNotImplemented, "NotInTheScript", operation+" "+subject+page)
	case refused:
		refuse(w, operation, http.StatusBadRequest, code, "no identity-based policy allows it")
	default:
		fmt.Fprint(w, answer)
	}
}

// refuse answers an error in the shape of the code's protocol: JSON services call
// theirs exceptions, S3 answers XML to a GET.
func refuse(w http.ResponseWriter, operation string, status int, code, message string) {
	w.Header().Set("X-Amzn-ErrorType", code)
	w.WriteHeader(status)
	if strings.Contains(code, "Exception") {
		fmt.Fprintf(w, `{"__type":%q,"message":%q}`, code, message)
		return
	}
	if strings.HasPrefix(operation, "GET ") {
		fmt.Fprintf(w, `<Error><Code>%s</Code><Message>%s</Message></Error>`, code, message)
		return
	}
	fmt.Fprintf(w, `<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message)
}

// count is how often the questions begin so.
func (c *cloud) count(prefix string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, q := range c.asked {
		if strings.HasPrefix(q, prefix) {
			n++
		}
	}
	return n
}

// function is the ARN of a function of the region.
func function(name string) string {
	return "arn:aws:lambda:" + region + ":" + home + ":function:" + name
}

// invocation is the address under which API Gateway calls a function.
func invocation(arn string) string {
	return "arn:aws:apigateway:" + region + ":lambda:path/2015-03-31/functions/" + arn + "/invocations"
}

// word is what was said of a capability.
func word(t *testing.T, f doors.Found, c inventory.Capability) inventory.Coverage {
	t.Helper()
	i := slices.IndexFunc(f.Coverage, func(w inventory.Coverage) bool { return w.Cell.Capability == c })
	if i < 0 {
		t.Fatalf("no word on %s", c)
	}
	return f.Coverage[i]
}

// want compares the state of a capability, the operation and the code.
func want(t *testing.T, f doors.Found, c inventory.Capability, state inventory.State, operation, code string) {
	t.Helper()
	w := word(t, f, c)
	if w.State != state || w.Why.Operation != operation || w.Why.Code != code {
		t.Errorf("%s is %s (%s), want %s of %s, code %q", c, w.State, w.Why, state, operation, code)
	}
}

func read(t *testing.T, r *session.Region) doors.Found {
	t.Helper()
	return doors.Read(t.Context(), r, doors.Config{Source: "aws-doors"})
}
