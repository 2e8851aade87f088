package session_test

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

func TestOpenTellsWhoWeAre(t *testing.T) {
	start(t, fine)
	h := open(t, quick())
	got := []string{h.Account, h.Partition, h.Principal}
	if diff := cmp.Diff([]string{home, "aws", "arn:aws:sts::" + home + ":assumed-role/runner/i-1"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !h.Is(session.Role{Name: "ops/runner"}) || h.Is(session.Role{Name: "run"}) || h.Is(session.Role{}) {
		t.Error("the credentials' own role is not known, or another one is")
	}
}

// TestNoCredentials are told apart from credentials that are refused.
func TestNoCredentials(t *testing.T) {
	c := start(t, fine)
	environment(t, "AWS_ENDPOINT_URL", c.URL)
	_, err := session.Open(t.Context(), quick())
	if !errors.Is(err, session.ErrCredentials) || session.Code(err) != "" {
		t.Errorf("error = %v, want %v without a code", err, session.ErrCredentials)
	}
	if n := len(c.asked("GetCallerIdentity")); n != 0 {
		t.Errorf("%d calls without credentials", n)
	}
}

func TestRefusedCredentials(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { query(403, "InvalidClientTokenId", "invalid")(w, r, 1) }))
	t.Cleanup(s.Close)
	environment(t, "AWS_ENDPOINT_URL", s.URL, "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY", "x")
	_, err := session.Open(t.Context(), quick())
	if errors.Is(err, session.ErrCredentials) || session.Code(err) != "InvalidClientTokenId" {
		t.Errorf("error = %v, want the vendor's code", err)
	}
}

// TestAnswerThatNamesNobody: without an account nothing can be planned.
func TestAnswerThatNamesNobody(t *testing.T) {
	for name, answer := range map[string]string{
		"no account":         `<Arn>arn:aws:iam::1:user/u</Arn>`,
		"no ARN":             `<Account>111122223333</Account>`,
		"no ARN of the form": `<Account>111122223333</Account><Arn>user</Arn>`,
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, "<GetCallerIdentityResponse><GetCallerIdentityResult>"+answer+"</GetCallerIdentityResult></GetCallerIdentityResponse>")
			}))
			t.Cleanup(s.Close)
			environment(t, "AWS_ENDPOINT_URL", s.URL, "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY", "x")
			if _, err := session.Open(t.Context(), quick()); err == nil || !strings.Contains(err.Error(), "names no account") {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// TestHungSTS: whoever waits for credentials waits for a bounded time.
func TestHungSTS(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	environment(t, "AWS_ENDPOINT_URL", s.URL, "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY", "x")
	opt := quick()
	opt.Timeout, opt.Attempts = 100*time.Millisecond, 50
	begun := time.Now()
	_, err := session.Open(t.Context(), opt)
	if state, why := session.Explain(err); state != inventory.Unavailable || why.Operation != "GetCallerIdentity" {
		t.Errorf("Explain(%v) = %s %+v", err, state, why)
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestCertificateBundle: a proxy with a certificate of the house is reached if
// AWS_CA_BUNDLE names it, and only then.
func TestCertificateBundle(t *testing.T) {
	s := httptest.NewUnstartedServer(&cloud{answer: fine})
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of the call that is refused
	s.StartTLS()
	t.Cleanup(s.Close)
	bundle := filepath.Join(t.TempDir(), "house.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := []string{"AWS_ENDPOINT_URL", s.URL, "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY", "x"}
	environment(t, settings...)
	if _, err := session.Open(t.Context(), quick()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without the bundle: %v, want a certificate that is not trusted", err)
	}
	environment(t, append(settings, "AWS_CA_BUNDLE", bundle)...)
	h := open(t, quick())
	if err := policy(t, h.Own().Region("eu-west-1")); err != nil {
		t.Errorf("with the bundle: %v", err)
	}
}

// TestPlainHTTP to another machine is refused before a byte is sent, whichever
// setting names it.
func TestPlainHTTP(t *testing.T) {
	c := start(t, fine)
	keys := []string{"AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY", "x"}
	for name, settings := range map[string][]string{
		"for all services": {"AWS_ENDPOINT_URL", "http://aws.example.com"},
		"for one service":  {"AWS_ENDPOINT_URL_STS", "http://192.0.2.1"},
	} {
		environment(t, append(settings, keys...)...)
		if _, err := session.Open(t.Context(), quick()); err == nil || !strings.Contains(err.Error(), "plain http to another machine") {
			t.Errorf("%s: error = %v", name, err)
		}
	}
	environment(t, append(keys, "AWS_ENDPOINT_URL", c.URL, "AWS_ENDPOINT_URL_LAMBDA", "http://192.0.2.1")...)
	r := open(t, quick()).Own().Region("eu-west-1")
	if err := policy(t, r); err == nil || !strings.Contains(err.Error(), "plain http to another machine") {
		t.Errorf("for Lambda: error = %v", err)
	}
	if !r.CustomEndpoint() {
		t.Error("a custom endpoint is not told")
	}
}

func TestAssume(t *testing.T) {
	c := start(t, fine)
	h := open(t, quick())
	a, err := h.Assume(t.Context(), member, session.Role{Name: "ops/audit", ExternalID: "ex-1"})
	if err != nil {
		t.Fatal(err)
	}
	asked := c.asked("AssumeRole")
	if len(asked) != 1 {
		t.Fatalf("%d calls of AssumeRole, want 1", len(asked))
	}
	got := map[string]string{}
	for _, k := range []string{"RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds"} {
		got[k] = asked[0].form[k]
	}
	want := map[string]string{"RoleArn": "arn:aws:iam::" + member + ":role/ops/audit", "RoleSessionName": "estray-test", "ExternalId": "ex-1", "DurationSeconds": "3600"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := policy(t, a.Region("ap-east-1")); err != nil {
		t.Fatal(err)
	}
	if r := c.requests()[0]; r.key != "ASIA"+member || r.region != "ap-east-1" {
		t.Errorf("the call was made as %s in %s", r.key, r.region)
	}
	if first, again := a.Region("ap-east-1"), a.Region("ap-east-1"); first != again || first == a.Global() {
		t.Error("a region is not one value")
	}
	if diff := cmp.Diff(inventory.Scope{Provider: inventory.AWS, Account: member, Region: "ap-east-1"}, a.Region("ap-east-1").Scope()); diff != "" {
		t.Errorf("scope (-want +got):\n%s", diff)
	}
}

// TestAssumeRefused at once, or when the role is taken anew in the middle: the
// call that failed is named, and not the one that needed the credentials.
func TestAssumeRefused(t *testing.T) {
	granted := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("Action") {
		case "AssumeRole":
			if granted--; granted < 0 {
				query(403, "AccessDenied", "not authorized to perform: sts:AssumeRole")(w, r, 1)
				return
			}
			fmt.Fprint(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2020-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
		default:
			(&cloud{answer: fine}).ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	environment(t, "AWS_ENDPOINT_URL", s.URL, "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY", "x")
	h := open(t, quick())
	_, err := h.Assume(t.Context(), member, session.Role{Name: "audit"})
	if err == nil || !strings.Contains(err.Error(), "arn:aws:iam::"+member+":role/audit") {
		t.Errorf("error = %v, want it to name the role", err)
	}
	refused := func(when string, err error) {
		if state, why := session.Explain(err); state != inventory.Denied || why.Operation != "AssumeRole" || why.Code != "AccessDenied" {
			t.Errorf("%s: Explain(%v) = %s %+v", when, err, state, why)
		}
	}
	refused("at once", err)
	granted = 1
	a, err := h.Assume(t.Context(), member, session.Role{Name: "audit"})
	if err != nil {
		t.Fatal(err)
	}
	refused("in the middle", policy(t, a.Region("eu-west-1")))
}

func TestGlobalRegion(t *testing.T) {
	for partition, want := range map[string]string{"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1",
		"aws-iso": "us-iso-east-1", "aws-iso-b": "us-isob-east-1", "aws-iso-e": "eu-isoe-west-1", "aws-iso-f": "us-isof-south-1"} {
		if got := session.GlobalRegion(partition); got != want {
			t.Errorf("%s: %s, want %s", partition, got, want)
		}
	}
}

// TestLoad gives settings for a client that belongs to no account.
func TestLoad(t *testing.T) {
	start(t, fine)
	cfg, err := session.Load(t.Context(), quick())
	if err != nil || cfg.Region != "eu-west-1" || cfg.BaseEndpoint == nil {
		t.Errorf("Load = %+v, %v", cfg, err)
	}
	environment(t, "AWS_CA_BUNDLE", filepath.Join(t.TempDir(), "none.pem"))
	if _, err := session.Load(t.Context(), quick()); err == nil || !strings.Contains(err.Error(), "load the AWS configuration") {
		t.Errorf("with a bundle that is not there: %v", err)
	}
}
