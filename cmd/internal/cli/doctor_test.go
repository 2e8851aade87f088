package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/testparts"
)

// pointAWS points the process at a server in place of AWS.
func pointAWS(t *testing.T, h http.Handler) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAANYBODYSKEY00000", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
}

// checked is one row of the doctor's JSON.
type checked struct{ Account, Region, Check, State, Capability, Lost, Why string }

// doctor runs the doctor and reads its rows.
func (r room) doctor(args ...string) (int, []checked, string) {
	r.t.Helper()
	code, out, errs := r.estray(append([]string{"doctor", "--format", "json"}, args...)...)
	var rows []checked
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		r.t.Fatalf("%v in %q\n%s", err, out, errs)
	}
	return code, rows, errs
}

func named(rows []checked, name string) checked {
	for _, c := range rows {
		if c.Check == name {
			return c
		}
	}
	return checked{}
}

// TestDoctorOpensAnObjectOfTheBucket: who may list may not always read.
func TestDoctorOpensAnObjectOfTheBucket(t *testing.T) {
	backend := s3mem.New()
	if err := backend.CreateBucket("org-trail"); err != nil {
		t.Fatal(err)
	}
	put := func(key, text string) {
		if _, err := backend.PutObject("org-trail", key, map[string]string{"Last-Modified": time.Unix(0, 0).UTC().Format(http.TimeFormat)}, bytes.NewReader([]byte(text)), int64(len(text)), nil); err != nil {
			t.Fatal(err)
		}
	}
	put("AWSLogs/a.json.gz", "x")
	put("exports/assets.jsonl", "x")
	refused := ""
	real := gofakes3.New(backend).Server()
	pointAWS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused != "" && strings.Contains(r.URL.Path, refused) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<Error><Code>AccessDenied</Code><Message>no</Message></Error>`)
			return
		}
		real.ServeHTTP(w, r)
	}))
	for _, test := range []struct {
		name, kind, url, refused, state, why string
		code                                 int
	}{
		{"logs that can be read", "cloudtrail", "s3://org-trail/AWSLogs/", "", "works", "", report.ExitClean},
		{"a snapshot that can be read", "snapshot", "s3://org-trail/exports/assets.jsonl", "", "works", "", report.ExitClean},
		{"logs that can be listed and not read", "cloudtrail", "s3://org-trail/AWSLogs/", "a.json.gz", "denied", "GetObject", report.ExitIncomplete},
		{"a bucket that cannot be listed", "cloudtrail", "s3://org-trail/AWSLogs/", "org-trail", "denied", "ListObjectsV2", report.ExitIncomplete},
		{"a folder without objects", "cloudtrail", "s3://org-trail/nothing/", "", "unclear", "there is no object", report.ExitIncomplete},
		{"a snapshot that is not there", "snapshot", "s3://org-trail/exports/other.jsonl", "", "unclear", "other.jsonl", report.ExitIncomplete},
	} {
		refused = test.refused
		r := newRoom(t, fmt.Sprintf("providers: {archives: [{kind: %s, url: %q}]}\n", test.kind, test.url))
		code, rows, _ := r.doctor()
		got := named(rows, "archive "+test.kind+":"+test.url)
		if got.State != test.state || !strings.Contains(got.Why, test.why) || code != test.code {
			t.Errorf("%s: exit code %d, %+v, want %d and %s because of %q", test.name, code, got, test.code, test.state, test.why)
		}
	}
}

// TestDoctorOpensAnObjectOfABucketOfGoogle in the same way.
func TestDoctorOpensAnObjectOfABucketOfGoogle(t *testing.T) {
	base := testparts.GCS(t)
	testparts.FillGCS(t, base, "org-logs", map[string][]byte{"AWSLogs/a.json.gz": []byte("x"), "exports/assets.jsonl": []byte("x")})
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	refused := ""
	real := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused != "" && strings.HasSuffix(r.URL.Path, refused) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		real.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("STORAGE_EMULATOR_HOST", server.URL)
	for _, test := range []struct {
		name, kind, url, refused, state, why string
		code                                 int
	}{
		{"logs that can be read", "cloudtrail", "gs://org-logs/AWSLogs/", "", "works", "", report.ExitClean},
		{"a snapshot that can be read", "snapshot", "gs://org-logs/exports/assets.jsonl", "", "works", "", report.ExitClean},
		{"logs that can be listed and not read", "cloudtrail", "gs://org-logs/AWSLogs/", "a.json.gz", "denied", "storage.objects.get", report.ExitIncomplete},
		{"a bucket that cannot be listed", "cloudtrail", "gs://org-logs/AWSLogs/", "/o", "denied", "storage.objects.list", report.ExitIncomplete},
		{"a folder without objects", "cloudtrail", "gs://org-logs/nothing/", "", "unclear", "there is no object", report.ExitIncomplete},
		{"no bucket", "cloudtrail", "gs://other/AWSLogs/", "", "unclear", "storage.objects.list: notFound", report.ExitIncomplete},
	} {
		refused = test.refused
		r := newRoom(t, fmt.Sprintf("providers: {archives: [{kind: %s, url: %q}]}\n", test.kind, test.url))
		code, rows, _ := r.doctor()
		got := named(rows, "archive "+test.kind+":"+test.url)
		if got.State != test.state || !strings.Contains(got.Why, test.why) || code != test.code {
			t.Errorf("%s: exit code %d, %+v, want %d and %s because of %q", test.name, code, got, test.code, test.state, test.why)
		}
	}
}

// manyAccounts is an organization of n accounts, each with the role.
func manyAccounts(n int) *awsfake.World {
	w := &awsfake.World{Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Home: "100000000000",
		Organization: &awsfake.Organization{ID: "o-a1b2c3d4e5", Management: "100000000000"}}
	for i := range n {
		w.Accounts = append(w.Accounts, &awsfake.Account{ID: fmt.Sprintf("1000000000%02d", i), Role: "EstrayAudit",
			Places: map[string]*awsfake.Region{"eu-west-1": {Buckets: []*awsfake.Bucket{{Name: fmt.Sprint("b", i)}}}, "us-east-1": {}}})
	}
	return w
}

// TestDoctorFindsTheOneDeniedAmongMany: one account of many lacks one
// permission; it is found, and the rows come in the same order each time.
func TestDoctorFindsTheOneDeniedAmongMany(t *testing.T) {
	fake := awsfake.New(manyAccounts(20))
	fake.SetFaults(awsfake.Fault{Account: "100000000013", Operation: "ListAliases", Effect: awsfake.DenyMissing()})
	pointAWS(t, fake)
	r := newRoom(t, "providers: {aws: {accounts: organization, role: EstrayAudit, rate: 0, parallel: 7}}\n")
	code, rows, errs := r.doctor("--holes")
	want := []checked{{Account: "100000000013", Region: "us-east-1", Check: "lambda:ListAliases", State: "denied", Capability: "aliases", Lost: "aliases, and so their URLs and policies"}}
	for i := range rows {
		rows[i].Why = ""
	}
	if d := cmp.Diff(want, rows); d != "" || code != report.ExitIncomplete {
		t.Errorf("exit code %d, want %d; -want +got\n%s\n%s", code, report.ExitIncomplete, d, errs)
	}
	_, first, _ := r.estray("doctor")
	if _, again, _ := r.estray("doctor"); again != first {
		t.Error("the same checks are told in two ways")
	}
	for i := range 20 {
		if id := fmt.Sprintf("1000000000%02d", i); !strings.Contains(first, id+"  us-east-1  lambda:GetPolicy") {
			t.Errorf("%s was not checked", id)
		}
	}
}

// TestDoctorAsksInOneRegionOfAnAccount: a permission is the account's, and the
// quota of its deployments.
func TestDoctorAsksInOneRegionOfAnAccount(t *testing.T) {
	fake := awsfake.New(manyAccounts(1))
	pointAWS(t, fake)
	for config, want := range map[string]string{"{}": "us-east-1", "{regions: [eu-west-1, eu-central-1]}": "eu-central-1"} {
		fake.Reset()
		r := newRoom(t, "providers: {aws: "+config+"}\n")
		r.env = []string{"ESTRAY_PROVIDERS_AWS_RATE=0"}
		r.doctor()
		n := 0
		for _, call := range fake.Calls() {
			if call.Service == "lambda" && call.Region != want {
				t.Errorf("%s: %s was called in %s, want %s", config, call.Operation, call.Region, want)
			}
			if call.Operation == "GetPolicy" && call.Service == "lambda" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: the permission was tried %d times, want once", config, n)
		}
	}
}

// TestDoctorKeepsTheExternalIDToItself: not even a role that is refused shows it.
func TestDoctorKeepsTheExternalIDToItself(t *testing.T) {
	w := manyAccounts(2)
	w.Accounts[1].ExternalID = "another-one-entirely"
	pointAWS(t, awsfake.New(w))
	r := newRoom(t, "providers: {aws: {accounts: organization, role: EstrayAudit, external_id: \"canary-0123456789\", rate: 0}}\n")
	code, out, errs := r.estray("doctor")
	if code != report.ExitIncomplete || !strings.Contains(out, "sts:AssumeRole") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	if strings.Contains(out+errs, "canary-0123456789") {
		t.Errorf("the external id is shown:\n%s%s", out, errs)
	}
}
