package awsfake_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/testparts"
)

// spec is one entry of testdata/calls.json. Services have their Python names.
type spec struct {
	Service, Operation string
	Parameters         json.RawMessage
	Token              struct{ In, Out string }
}

// goName is the Go name of a service; few differ.
func goName(service string) string {
	switch service {
	case "events":
		return "eventbridge"
	case "elbv2":
		return "elasticloadbalancingv2"
	}
	return service
}

// everything is a world with something of each kind.
func everything() *awsfake.World {
	w, a := company(), entered().Accounts[0]
	w.PageSize = map[string]int{"ListTopics": 1}
	home := w.Accounts[0]
	home.Places = a.Places
	r, s := home.Places["eu-west-1"], stocked()
	r.Functions, r.CountedFunctions, r.Mappings, r.Layers = s.Functions, s.CountedFunctions, s.Mappings, s.Layers
	r.CodeSigningConfigs, r.CapacityProviders = s.CodeSigningConfigs, s.CapacityProviders
	r.Events = recorded().Accounts[0].Places["eu-west-1"].Events
	r.PublicKeys = []awsfake.PublicKey{{Value: []byte("key"), Fingerprint: "3c6e0b8a9c15224a8228b9a98ca1531d", From: now().Add(-2 * day), To: now()}}
	home.Regions = []awsfake.RegionState{{Name: "eu-west-1", OptStatus: "ENABLED_BY_DEFAULT"}, {Name: "ap-east-1", OptStatus: "DISABLED"}}
	p := people()
	w.Policies, home.Roles, home.Policies, home.Aliases = p.Policies, p.Accounts[0].Roles, p.Accounts[0].Policies, p.Accounts[0].Aliases
	home.Trails = watched().Accounts[0].Trails
	return w
}

func calls(t *testing.T) []spec {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "calls.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out []spec
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// circumstance is one in which both SDKs must read the same.
type circumstance struct {
	name   string
	world  *awsfake.World
	effect awsfake.Effect
}

// lateStart is the circumstance in which each listing begins with an empty page,
// so that every token is handed on at least once.
const lateStart = "empty first pages"

// circumstances are made anew each time, since a server belongs to one client:
// sessions are numbered.
func circumstances(t *testing.T) []circumstance {
	t.Helper()
	off, nobody, late := everything(), everything(), everything()
	off.Accounts[0].Regions = []awsfake.RegionState{{Name: "eu-west-1", OptStatus: "DISABLED"}}
	nobody.Home = "999999999999"
	late.EmptyPages = map[string]int{}
	for _, c := range calls(t) {
		if c.Token.In != "" {
			late.EmptyPages[c.Operation] = 1
		}
	}
	out := []circumstance{{"undisturbed", everything(), awsfake.Effect{}}, {lateStart, late, awsfake.Effect{}},
		{"region off", off, awsfake.Effect{}}, {"nobody's key", nobody, awsfake.Effect{}}}
	for _, e := range []awsfake.Effect{awsfake.DenyMissing(), awsfake.DenyControlPolicy(), awsfake.DenyBoundary(),
		awsfake.Throttle(time.Second), awsfake.ServerError(), awsfake.Expire(), awsfake.Missing()} {
		out = append(out, circumstance{e.String(), everything(), e})
	}
	return out
}

// python makes the calls of calls.json through the Python SDK, in each of the
// circumstances.
func python(t *testing.T) [][]any {
	t.Helper()
	args := []string{filepath.Join("testdata", "calls.py"), filepath.Join("testdata", "calls.json")}
	for _, c := range circumstances(t) {
		s := awsfake.New(c.world)
		s.SetFaults(awsfake.Fault{Effect: c.effect})
		h := httptest.NewServer(s)
		t.Cleanup(h.Close)
		args = append(args, h.URL)
	}
	cmd := exec.Command(testparts.Python(t), args...)
	cmd.Env, cmd.Stderr = bare(), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run the Python SDK: %v", err)
	}
	var got [][]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestBothSDKsUnderstandTheSame: pages, or code, message and status of an error.
// What only the Python side tells are members of an answer that its model of the
// API does not have: one that is misspelt is dropped by both, without a word.
func TestBothSDKsUnderstandTheSame(t *testing.T) {
	there := python(t)
	for i, c := range circumstances(t) {
		t.Run(c.name, func(t *testing.T) { c.compare(t, there[i]) })
	}
}

// compare makes the calls through the Go SDK, too.
func (c circumstance) compare(t *testing.T, there []any) {
	t.Helper()
	s, cfg := serve(t, c.world)
	s.SetFaults(awsfake.Fault{Effect: c.effect})
	clients := clients(cfg)
	for i, one := range calls(t) {
		want := canonical(there[i]).(map[string]any)
		if want["unknown"] == true {
			if one.Operation != "GetResourcePolicy" { // newer than some versions of the Python SDK
				t.Errorf("the Python SDK does not know %s %s", one.Service, one.Operation)
			}
			continue
		}
		if pages, ok := want["pages"].([]any); ok && len(pages) < 2 && one.Token.In != "" && c.name == lateStart {
			t.Errorf("%s %s hands on no token", one.Service, one.Operation)
		}
		if diff := cmp.Diff(any(want), canonical(ask(t, clients[one.Service], one))); diff != "" {
			t.Errorf("%s %s %s (-Python +Go):\n%s", one.Service, one.Operation, one.Parameters, diff)
		}
	}
}

// bare is the environment without the machine's own AWS settings and proxies.
func bare() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(v), "=")
		return strings.HasPrefix(name, "AWS_") || strings.HasSuffix(name, "_PROXY")
	})
	return append(env, "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
}

func TestEveryOperationIsAskedByBothSDKs(t *testing.T) {
	asked := map[awsfake.Operation]bool{}
	for _, c := range calls(t) {
		asked[awsfake.Operation{Service: goName(c.Service), Name: c.Operation}] = true
	}
	for _, op := range awsfake.Operations() {
		if !asked[op] && op.Service != "lambda-web" { // which no SDK of these has
			t.Errorf("%s %s is not in calls.json", op.Service, op.Name)
		}
	}
}

// clients are the Go clients by the Python name of their service.
func clients(cfg aws.Config) map[string]any {
	return map[string]any{
		"sts": sts.NewFromConfig(cfg), "organizations": organizations.NewFromConfig(cfg), "account": account.NewFromConfig(cfg),
		"lambda": lambda.NewFromConfig(cfg), "iam": iam.NewFromConfig(cfg), "cloudtrail": cloudtrail.NewFromConfig(cfg),
		"resourcegroupstaggingapi": resourcegroupstaggingapi.NewFromConfig(cfg), "events": eventbridge.NewFromConfig(cfg),
		"scheduler": scheduler.NewFromConfig(cfg), "apigateway": apigateway.NewFromConfig(cfg), "apigatewayv2": apigatewayv2.NewFromConfig(cfg),
		"sns": sns.NewFromConfig(cfg), "logs": cloudwatchlogs.NewFromConfig(cfg), "elbv2": elasticloadbalancingv2.NewFromConfig(cfg),
		"s3": s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }),
	}
}

// ask makes a call through the Go SDK, whose methods and fields have the API's
// own names, and follows its tokens.
func ask(t *testing.T, client any, c spec) any {
	t.Helper()
	method := reflect.ValueOf(client).MethodByName(c.Operation)
	in := reflect.New(method.Type().In(1).Elem())
	if len(c.Parameters) > 0 {
		if err := json.Unmarshal(c.Parameters, in.Interface()); err != nil {
			t.Fatalf("%s %s: %v", c.Service, c.Operation, err)
		}
	}
	var pages []any
	for {
		got := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
		if err, failed := got[1].Interface().(error); failed {
			return map[string]any{"error": code(err), "message": message(err), "status": float64(status(err))}
		}
		pages = append(pages, generic(got[0].Elem()))
		if c.Token.Out == "" {
			return map[string]any{"pages": pages}
		}
		token := got[0].Elem().FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, c.Token.Out) })
		if token.IsNil() || token.Elem().String() == "" {
			return map[string]any{"pages": pages}
		}
		in.Elem().FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, c.Token.In) }).Set(token)
	}
}

// generic turns an answer of the Go SDK into what JSON would give.
func generic(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return generic(v.Elem())
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			return at.UTC().Format("2006-01-02T15:04:05Z")
		}
		out := map[string]any{}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "ResultMetadata" {
				out[f.Name] = generic(v.Field(i))
			}
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for _, k := range v.MapKeys() {
			out[k.String()] = generic(v.MapIndex(k))
		}
		return out
	case reflect.Slice:
		if b, ok := v.Interface().([]byte); ok {
			return base64.StdEncoding.EncodeToString(b)
		}
		var out []any
		for i := range v.Len() {
			out = append(out, generic(v.Index(i)))
		}
		return out
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int32, reflect.Int64:
		return float64(v.Int())
	}
	return v.Float()
}

// canonical brings the habits of both SDKs into one form: names in lower case,
// nothing empty, documents parsed. The end of credentials depends on the clock.
func canonical(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			if e = canonical(e); e != nil && k != "Expiration" {
				out[strings.ToLower(k)] = e
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		var out []any
		for _, e := range v {
			out = append(out, canonical(e))
		}
		if out == nil {
			return nil
		}
		return out
	case string:
		return parsed(v)
	case float64:
		if v == 0 {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	}
	return v
}

// parsed parses a text that is a JSON document, escaped or not.
func parsed(text string) any {
	if plain, err := url.PathUnescape(text); err == nil && strings.HasPrefix(plain, "{") {
		var v any
		if json.Unmarshal([]byte(plain), &v) == nil {
			return canonical(v)
		}
	}
	if text == "" {
		return nil
	}
	return text
}
