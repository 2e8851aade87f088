package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/estray/estray/cmd/internal/cli"
	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/trailsign"
)

// signed is an archive of two accounts with two regions each, three hours long.
type signed struct {
	trailsign.Archive
	key           *trailsign.Key
	digests, logs []string // of all, in the order of accounts and regions
}

func newSigned(t *testing.T, prefix string) *signed {
	t.Helper()
	key, err := trailsign.NewKey(false)
	if err != nil {
		t.Fatal(err)
	}
	s := &signed{Archive: trailsign.Archive{}, key: key}
	at := func(h, m int) time.Time { return time.Date(2026, 3, 1, h, m, 0, 0, time.UTC) }
	for _, account := range []string{"111122223333", "222233334444"} {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			trail := &trailsign.Trail{To: s.Archive, Key: key, Account: account, Region: region, Name: "org", Home: "us-east-1",
				Organization: "o-a1b2c3d4e5", Bucket: "org-trail", Prefix: prefix}
			for h := range 3 {
				s.logs = append(s.logs, trail.Log(at(h, 10), fmt.Append(nil, h, account, region)), trail.Log(at(h, 40), fmt.Append(nil, h, region)))
				s.digests = append(s.digests, trail.Digest(at(h, 0), at(h+1, 0)))
			}
		}
	}
	return s
}

// room is a room with the archive as its folder logs, and the keys.
func (s *signed) room(t *testing.T) room {
	t.Helper()
	r := newRoom(t, "")
	if err := s.Write(filepath.Join(r.dir, "logs")); err != nil {
		t.Fatal(err)
	}
	r.write("keys.json", trailsign.KeyFile(s.key))
	return r
}

// inS3 serves the archive as a bucket, in which one key is denied.
func (s *signed) inS3(t *testing.T, denied string) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("org-trail"); err != nil {
		t.Fatal(err)
	}
	for key, o := range s.Archive {
		meta := map[string]string{}
		for name, value := range o.Metadata {
			meta["X-Amz-Meta-"+name] = value
		}
		if _, err := backend.PutObject("org-trail", key, meta, bytes.NewReader(o.Content), int64(len(o.Content)), nil); err != nil {
			t.Fatal(err)
		}
	}
	next := gofakes3.New(backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if denied != "" && r.URL.Path == "/org-trail/"+denied {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
			return
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIAANYBODYSKEY00000", "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// TestVerifyABucket: objects and metadata of a bucket below a prefix, by which
// a place inside the layout may be named too.
func TestVerifyABucket(t *testing.T) {
	for name, c := range map[string]struct {
		url    string
		tamper func(*signed)
		denied int // number of a log; -1: none
		code   int
		want   func(*signed) string
	}{
		"as it is":          {"s3://org-trail/logs", func(*signed) {}, -1, 0, func(*signed) string { return "verdict: everything is as it was signed: 12 digests and 24 logs" }},
		"inside the layout": {"s3://org-trail/logs/AWSLogs/o-a1b2c3d4e5/222233334444/", func(*signed) {}, -1, 0, func(*signed) string { return "6 digests and 12 logs" }},
		"a log is gone": {"s3://org-trail/logs/", func(s *signed) { delete(s.Archive, s.logs[7]) }, -1, 3,
			func(s *signed) string { return "missing-log " + strings.TrimPrefix(s.logs[7], "logs/") }},
		"a log is denied": {"s3://org-trail/logs/", func(*signed) {}, 7, 4,
			func(s *signed) string {
				return "unreadable " + strings.TrimPrefix(s.logs[7], "logs/") + ": GetObject: AccessDenied: Access Denied (takes s3:GetObject"
			}},
		"digests left out": {"s3://org-trail/logs/AWSLogs/o-a1b2c3d4e5/222233334444/CloudTrail/", func(*signed) {}, -1, 4, func(*signed) string { return "2 no-digest" }},
		"logs left out": {"s3://org-trail/logs/AWSLogs/o-a1b2c3d4e5/222233334444/CloudTrail-Digest/", func(*signed) {}, -1, 4,
			func(*signed) string {
				return "elsewhere s3://org-trail: 6 logs that digests name there lie outside what was given"
			}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigned(t, "logs/")
			c.tamper(s)
			denied := ""
			if c.denied >= 0 {
				denied = s.logs[c.denied]
			}
			s.inS3(t, denied)
			r := newRoom(t, "")
			r.write("keys.json", trailsign.KeyFile(s.key))
			code, out, errs := r.estray("verify", "trail", c.url, "--public-keys", "keys.json")
			if code != c.code || !strings.Contains(out, c.want(s)) {
				t.Errorf("exit code %d, want %d and %q\n%s%s", code, c.code, c.want(s), out, errs)
			}
		})
	}
}

// TestVerifyTellsTheSame each time: in order of accounts, regions and objects.
func TestVerifyTellsTheSame(t *testing.T) {
	s := newSigned(t, "")
	for _, i := range []int{1, 9, 20} {
		s.Edit(s.logs[i], bytes.ToUpper)
	}
	delete(s.Archive, s.logs[2])
	delete(s.Archive, s.digests[7])
	r := s.room(t)
	var first string
	for i := range 3 {
		code, out, _ := r.estray("verify", "trail", "logs", "--public-keys", "keys.json", "--format", "json")
		if code != report.ExitFindings {
			t.Fatalf("exit code %d\n%s", code, out)
		}
		if i == 0 {
			first = out
		}
		if out != first {
			t.Errorf("run %d:\n%s\n%s", i, first, out)
		}
	}
	var d struct {
		Scopes []struct {
			Account, Region string
			Trails          []struct{ Organization string }
			Logs            struct{ Verified, Total int }
			Problems        []struct{ Kind, Object string }
		}
	}
	if err := json.Unmarshal([]byte(first), &d); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range d.Scopes {
		got = append(got, fmt.Sprintf("%s %s %s %d/%d", x.Account, x.Region, x.Trails[0].Organization, x.Logs.Verified, x.Logs.Total))
		for _, p := range x.Problems {
			got = append(got, p.Kind+" "+p.Object)
		}
	}
	want := []string{
		"111122223333 eu-west-1 o-a1b2c3d4e5 4/5", "modified-log " + s.logs[1], "missing-log " + s.logs[2],
		"111122223333 us-east-1 o-a1b2c3d4e5 5/6", "modified-log " + s.logs[9],
		"222233334444 eu-west-1 o-a1b2c3d4e5 4/6", "missing-digest " + s.digests[7],
		"222233334444 us-east-1 o-a1b2c3d4e5 5/6", "modified-log " + s.logs[20],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestVerifyStopped: an end before all is verified is an error, whatever was
// told already.
func TestVerifyStopped(t *testing.T) {
	r := newSigned(t, "").room(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	asked := 0
	clock := func() time.Time {
		if asked++; asked == 12 {
			stop()
		}
		return time.Time{}
	}
	var out, errs bytes.Buffer
	code := cli.Run(ctx, []string{"verify", "trail", "logs", "--public-keys", "keys.json"}, cli.Streams{Out: &out, Err: &errs, OutWidth: 80, Dir: r.dir, Clock: clock})
	if code != report.ExitFailed || !strings.Contains(errs.String(), "estray: verify trail: context canceled\nhint: it was stopped; what was not told is not verified\n") {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	if strings.Contains(out.String(), "verdict") {
		t.Errorf("a verdict was given:\n%s", out.String())
	}
}

// TestVerifyLinks: a link to a folder is not followed, and what it holds is not
// taken for verified.
func TestVerifyLinks(t *testing.T) {
	r := newSigned(t, "").room(t)
	if err := os.Symlink(t.TempDir(), filepath.Join(r.dir, "logs", "more")); err != nil {
		t.Fatal(err)
	}
	code, out, _ := r.estray("verify", "trail", "logs", "--public-keys", "keys.json")
	if code != report.ExitIncomplete || !strings.Contains(out, "\nunreadable more: it cannot be listed: it is a link to a folder") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// TestVerifyAsksAWS for the keys of each region, where there is no file of them.
func TestVerifyAsksAWS(t *testing.T) {
	s := newSigned(t, "")
	r := s.room(t)
	keys := &awsfake.Region{PublicKeys: []awsfake.PublicKey{{Value: s.key.Value, Fingerprint: s.key.Fingerprint}}}
	fake := awsfake.New(&awsfake.World{Now: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Home: "111122223333",
		Accounts: []*awsfake.Account{{ID: "111122223333", Places: map[string]*awsfake.Region{"eu-west-1": keys}}}})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	s.inS3(t, "") // for the settings of the environment
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	code, out, errs := r.estray("verify", "trail", "logs", "--region", "eu-west-1")
	if code != report.ExitClean || !strings.Contains(out, "verdict: everything is as it was signed: 6 digests and 12 logs") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	code, out, errs = r.estray("verify", "trail", "logs", "--region", "us-east-1")
	if code != report.ExitIncomplete || !strings.Contains(out, "6 unknown-key") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
}
