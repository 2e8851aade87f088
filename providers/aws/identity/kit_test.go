package identity_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/estray/estray/providers/aws/identity"
	"github.com/estray/estray/providers/aws/session"
)

const (
	home    = "111122223333"
	lambdas = `{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	clouds  = `{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	harm    = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	good    = `{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:*:*:log-group:x"}}`
	makes   = `{"Statement":{"Effect":"Allow","Action":["lambda:CreateFunction","lambda:InvokeFunction"],"Resource":"*"}}`
	passes  = `{"Statement":{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}}`
	denies  = `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`

	basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
	wide  = "arn:aws:iam::aws:policy/SomethingWide"
)

func now() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func arn(name string) string    { return "arn:aws:iam::" + home + ":role/" + name }
func policy(name string) string { return "arn:aws:iam::" + home + ":policy/" + name }

// aRole is a role as a test writes it. The zero Trust is Lambda's.
type aRole struct {
	Name, Trust, Boundary string
	Inline, Attached      []string
	Used                  string // when, and where
}

// aPolicy is one of the account's own: the version in force, and an older one.
type aPolicy struct{ Name, Document, Old string }

// page is one page of the listing. A page without a marker is the last.
type page struct {
	roles    []aRole
	policies []aPolicy
	marker   string
	// truncated without a marker is what no vendor should answer.
	truncated bool
}

// fake answers as STS and IAM do, in XML over HTTP.
type fake struct {
	mu      sync.Mutex
	pages   map[string]page   // by the marker that is sent
	managed map[string]string // documents, by ARN
	denied  map[string]bool   // operations, or an operation and what it asks for
	calls   []string
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	f.mu.Lock()
	defer f.mu.Unlock()
	action := r.Form.Get("Action")
	what := strings.TrimSuffix(action+" "+r.Form.Get("PolicyArn")+r.Form.Get("Marker"), " ")
	if action != "GetCallerIdentity" {
		f.calls = append(f.calls, what)
	}
	if f.denied[action] || f.denied[what] {
		refuse(w, http.StatusForbidden, "AccessDenied", "no identity-based policy allows the iam:"+action+" action")
		return
	}
	document := f.managed[r.Form.Get("PolicyArn")]
	switch {
	case action == "GetCallerIdentity":
		answer(w, action, "<Account>"+home+"</Account><Arn>arn:aws:iam::"+home+":user/reader</Arn><UserId>x</UserId>")
	case action == "GetAccountAuthorizationDetails":
		answer(w, action, f.pages[r.Form.Get("Marker")].xml())
	case document == "":
		refuse(w, http.StatusNotFound, "NoSuchEntity", "there is no such policy")
	case action == "GetPolicy":
		answer(w, action, "<Policy><Arn>x</Arn><DefaultVersionId>v7</DefaultVersionId></Policy>")
	case action == "GetPolicyVersion" && r.Form.Get("VersionId") == "v7":
		answer(w, action, "<PolicyVersion><Document>"+url.PathEscape(document)+"</Document><VersionId>v7</VersionId></PolicyVersion>")
	default:
		refuse(w, http.StatusBadRequest, "InvalidInput", what)
	}
}

func answer(w http.ResponseWriter, action, body string) {
	fmt.Fprintf(w, "<%sResponse><%sResult>%s</%sResult></%sResponse>", action, action, body, action, action)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)
}

func (p page) xml() string {
	var b strings.Builder
	b.WriteString("<RoleDetailList>")
	for _, r := range p.roles {
		b.WriteString(r.xml())
	}
	b.WriteString("</RoleDetailList><Policies>")
	for _, x := range p.policies {
		fmt.Fprintf(&b, "<member><Arn>%s</Arn><DefaultVersionId>v2</DefaultVersionId><PolicyVersionList>", policy(x.Name))
		fmt.Fprintf(&b, "<member><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion><Document>%s</Document></member>", url.PathEscape(x.Document))
		fmt.Fprintf(&b, "<member><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion><Document>%s</Document></member>", url.PathEscape(x.Old))
		b.WriteString("</PolicyVersionList></member>")
	}
	fmt.Fprintf(&b, "</Policies><IsTruncated>%v</IsTruncated>", p.marker != "" || p.truncated)
	if p.marker != "" {
		fmt.Fprintf(&b, "<Marker>%s</Marker>", p.marker)
	}
	return b.String()
}

func (r aRole) xml() string {
	var b strings.Builder
	trust := r.Trust
	if trust == "" {
		trust = lambdas
	}
	fmt.Fprintf(&b, "<member><Arn>%s</Arn><AssumeRolePolicyDocument>%s</AssumeRolePolicyDocument><RolePolicyList>", arn(r.Name), url.PathEscape(trust))
	for i, document := range r.Inline {
		fmt.Fprintf(&b, "<member><PolicyName>p%d</PolicyName><PolicyDocument>%s</PolicyDocument></member>", i, url.PathEscape(document))
	}
	b.WriteString("</RolePolicyList><AttachedManagedPolicies>")
	for _, a := range r.Attached {
		fmt.Fprintf(&b, "<member><PolicyArn>%s</PolicyArn></member>", a)
	}
	b.WriteString("</AttachedManagedPolicies>")
	if r.Boundary != "" {
		fmt.Fprintf(&b, "<PermissionsBoundary><PermissionsBoundaryArn>%s</PermissionsBoundaryArn></PermissionsBoundary>", r.Boundary)
	}
	if at, region, ok := strings.Cut(r.Used, " "); ok {
		fmt.Fprintf(&b, "<RoleLastUsed><LastUsedDate>%s</LastUsedDate><Region>%s</Region></RoleLastUsed>", at, region)
	} else {
		b.WriteString("<RoleLastUsed/>")
	}
	b.WriteString("</member>")
	return b.String()
}

// one makes a fake of one page.
func one(roles ...aRole) *fake { return &fake{pages: map[string]page{"": {roles: roles}}} }

// open starts the fake and opens the account of its credentials.
func open(t *testing.T, f http.Handler) *session.Account {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	h, err := session.Open(t.Context(), session.Options{Attempts: 1, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return h.Own()
}

func roles(t *testing.T, f http.Handler) *identity.Roles {
	t.Helper()
	return identity.NewRoles(open(t, f), "aws-iam", now())
}
