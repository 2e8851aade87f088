package builtin_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/builtin"
	"github.com/estray/estray/providers/providertest"
)

const trailBucket = "org-trail"

// s3 is an emulator behind a handler that counts requests and may answer in
// its place. The environment leads to it, with canaries for credentials.
type s3 struct {
	backend *s3mem.Backend
	answer  func(w http.ResponseWriter, r *http.Request) bool

	mu       sync.Mutex
	requests map[string]int // by operation
}

func (s *s3) count(r *http.Request) {
	op := "GetObject"
	if r.URL.Query().Has("list-type") {
		op = "ListObjectsV2"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[op]++
}

func newS3(t *testing.T, objects map[string][]byte) *s3 {
	t.Helper()
	s := &s3{backend: s3mem.New(), requests: map[string]int{}}
	if err := s.backend.CreateBucket(trailBucket); err != nil {
		t.Fatal(err)
	}
	for key, content := range objects {
		if _, err := s.backend.PutObject(trailBucket, key, map[string]string{"Content-Encoding": "gzip"}, bytes.NewReader(content), int64(len(content)), nil); err != nil {
			t.Fatal(err)
		}
	}
	emulator := gofakes3.New(s.backend).Server()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.count(r)
		if s.answer == nil || !s.answer(w, r) {
			emulator.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": srv.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIA" + canary, "AWS_SECRET_ACCESS_KEY": "s" + canary,
		"AWS_SESSION_TOKEN": "t" + canary, "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	return s
}

func refuse(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
}

// denyBelow denies the reading of objects whose key holds a text.
func denyBelow(part string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		denied := !r.URL.Query().Has("list-type") && strings.Contains(r.URL.Path, part)
		if denied {
			refuse(w, "AccessDenied")
		}
		return denied
	}
}

// secondPage answers the second page of a listing, of which each holds two keys.
func secondPage(answer func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query()
		if q.Has("continuation-token") {
			answer(w)
			return true
		}
		if q.Has("list-type") {
			q.Set("max-keys", "2")
			r.URL.RawQuery = q.Encode()
		}
		return false
	}
}

func inS3(kind, path string) builtin.Archive {
	return builtin.Archive{Kind: kind, Path: "s3://" + trailBucket + "/" + path, Name: "logs"}
}

// trailObjects are three objects of two regions.
func trailObjects(t *testing.T) (objects map[string][]byte, first, second, other string) {
	first, second = dir+"0300Z_aaaaaaaaaaaaaaaa.json.gz", dir+"0900Z_bbbbbbbbbbbbbbbb.json.gz"
	other = strings.ReplaceAll(first, "eu-west-1", "us-east-1")
	secret := call("e1", "2026-05-04T02:58:00Z", "lambda.amazonaws.com", "UpdateFunctionConfiguration20150331v2",
		`{"functionName":"shop","environment":{"variables":{"TOKEN":"`+canary+`"}}}`)
	return map[string][]byte{
		first:  zipped(t, wrap(secret)),
		second: zipped(t, wrap(call("e2", "2026-05-04T08:59:00Z", "iam.amazonaws.com", "CreateAccessKey", `{"userName":"ana"}`))),
		other:  zipped(t, wrap(call("e3", "2026-05-04T02:59:00Z", "lambda.amazonaws.com", "DeleteFunction20150331", `{"functionName":"shop"}`))),
	}, first, second, other
}

// TestBucketContract holds the promises of a source for buckets of CloudTrail.
func TestBucketContract(t *testing.T) {
	objects, first, second, _ := trailObjects(t)
	of := func(objects map[string][]byte, answer func(http.ResponseWriter, *http.Request) bool) func(*testing.T) providers.Planner {
		return func(t *testing.T) providers.Planner {
			newS3(t, objects).answer = answer
			return one(t, inS3("cloudtrail", "AWSLogs/"))
		}
	}
	providertest.Run(t, providertest.Harness{
		Canary: canary,
		Whole:  of(objects, nil),
		Flawed: map[string]func(*testing.T) providers.Planner{
			"an empty bucket":      of(nil, nil),
			"a denied object":      of(objects, denyBelow(second)),
			"a denied listing":     of(objects, func(w http.ResponseWriter, _ *http.Request) bool { refuse(w, "AccessDenied"); return true }),
			"a denied second page": of(objects, secondPage(func(w http.ResponseWriter) { refuse(w, "AccessDenied") })),
			"expired credentials":  of(objects, func(w http.ResponseWriter, _ *http.Request) bool { refuse(w, "ExpiredToken"); return true }),
			"a truncated object":   of(map[string][]byte{first: objects[first][:len(objects[first])-20]}, nil),
			"a body that breaks off": of(objects, func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, first) {
					return false
				}
				w.Header().Set("ETag", `"x"`)
				w.Header().Set("Content-Length", fmt.Sprint(len(objects[first])))
				w.Write(objects[first][:30])
				http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}),
		},
	})
}

// words are the states of all cells, by region, "*" being the whole archive.
func words(v *inventory.View) map[string]inventory.Coverage {
	out := map[string]inventory.Coverage{}
	for _, c := range v.Coverage {
		region := c.Cell.Scope.Region
		if region == "" {
			region = "*"
		}
		out[region] = c
	}
	return out
}

// TestDenialsInABucket: what is denied says so, with its key and code; what is
// not denied is read.
func TestDenialsInABucket(t *testing.T) {
	objects, _, second, _ := trailObjects(t)
	type states map[string]inventory.State
	tests := []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request) bool
		want   states
		events int
		says   map[string]string
	}{
		{"one object", denyBelow(second), states{"*": inventory.Complete, "eu-west-1": inventory.Partial, "us-east-1": inventory.Complete}, 2,
			map[string]string{"eu-west-1": strings.TrimPrefix(second, "AWSLogs/") + " cannot be read: GetObject: AccessDenied: no (takes s3:GetObject"}},
		{"one prefix", denyBelow("/eu-west-1/"), states{"*": inventory.Complete, "eu-west-1": inventory.Denied, "us-east-1": inventory.Complete}, 1,
			map[string]string{"eu-west-1": strings.TrimPrefix(second, "AWSLogs/") + " cannot be read"}},
		{"the listing", func(w http.ResponseWriter, _ *http.Request) bool { refuse(w, "AccessDenied"); return true }, states{"*": inventory.Denied}, 0,
			map[string]string{"*": "the archive cannot be read: ListObjectsV2: AccessDenied: no (takes s3:ListBucket on the bucket)"}},
		{"the second page", secondPage(func(w http.ResponseWriter) { refuse(w, "AccessDenied") }), states{"*": inventory.Denied, "eu-west-1": inventory.Partial}, 2,
			map[string]string{"*": "the rest of the archive cannot be read: ListObjectsV2: AccessDenied", "eu-west-1": "ListObjectsV2: AccessDenied"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			newS3(t, objects).answer = tt.answer
			var m memory
			got := words(scan(t, &m, builtin.Config{Archives: []builtin.Archive{inS3("cloudtrail", "AWSLogs/")}}))
			have := states{}
			for region, c := range got {
				have[region] = c.State
				if c.State != inventory.Complete && c.Why.Code != "AccessDenied" {
					t.Errorf("%s: %s lacks the code", region, c.Why)
				}
			}
			if diff := cmp.Diff(tt.want, have); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			for region, says := range tt.says {
				if !strings.Contains(got[region].Why.Message, says) {
					t.Errorf("%s: %s does not say %q", region, got[region].Why, says)
				}
			}
			if n := len(m.events()); n != tt.events {
				t.Errorf("%d events, want %d", n, tt.events)
			}
		})
	}
}

// TestVanishedInABucket: an object that is gone between listing and reading is
// a hole of its cell.
func TestVanishedInABucket(t *testing.T) {
	objects, first, _, _ := trailObjects(t)
	s := newS3(t, objects)
	sources, err := one(t, inS3("cloudtrail", "AWSLogs/")).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.backend.DeleteObject(trailBucket, first); err != nil {
		t.Fatal(err)
	}
	states := map[string]inventory.State{}
	for _, source := range sources {
		err := source.Read(t.Context(), func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(f inventory.Fact) error {
			if c, ok := f.(inventory.Coverage); ok {
				states[c.Cell.Scope.Region] = c.State
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]inventory.State{"": inventory.Complete, "eu-west-1": inventory.Partial, "us-east-1": inventory.Complete}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

// TestInsideTheLayoutOfABucket: the prefix helps to recognise objects, and
// keys beside it are not listed.
func TestInsideTheLayoutOfABucket(t *testing.T) {
	objects, _, _, _ := trailObjects(t)
	objects["AWSLogs-old/x.txt"] = nil
	for _, prefix := range []string{"AWSLogs", "AWSLogs/o-exampleorg1/111122223333/CloudTrail/", "AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1"} {
		newS3(t, objects)
		var m memory
		got := words(scan(t, &m, builtin.Config{Archives: []builtin.Archive{inS3("cloudtrail", prefix)}}))
		if c := got["eu-west-1"]; c.State != inventory.Complete || c.Seen != 2 || got["*"].State != inventory.Complete {
			t.Errorf("%s: %v, %v", prefix, c, got["*"])
		}
	}
}

// TestNextScanOfABucketReadsWhatIsNew, and nothing else.
func TestNextScanOfABucketReadsWhatIsNew(t *testing.T) {
	object := func(day int) (string, []byte) {
		id := fmt.Sprintf("e%02d", day)
		key := strings.NewReplacer("2026/05/04", fmt.Sprintf("2026/05/%02d", day), "20260504", fmt.Sprintf("202605%02d", day)).Replace(dir + "0300Z_aaaaaaaaaaaaaaaa.json.gz")
		return key, zipped(t, wrap(call(id, fmt.Sprintf("2026-05-%02dT02:58:00Z", day), "lambda.amazonaws.com", "DeleteFunction20150331", `{"functionName":"shop"}`)))
	}
	objects := map[string][]byte{}
	for day := 1; day <= 9; day++ {
		key, content := object(day)
		objects[key] = content
	}
	s := newS3(t, objects)
	cfg := builtin.Config{Archives: []builtin.Archive{inS3("cloudtrail", "AWSLogs")}}
	var m memory
	scan(t, &m, cfg)
	for _, step := range []struct{ reads, seen int }{{0, 9}, {1, 10}, {0, 10}} {
		if step.reads > 0 {
			key, content := object(10)
			if _, err := s.backend.PutObject(trailBucket, key, nil, bytes.NewReader(content), int64(len(content)), nil); err != nil {
				t.Fatal(err)
			}
		}
		s.requests["GetObject"] = 0
		c := words(scan(t, &m, cfg))["eu-west-1"]
		if got := s.requests["GetObject"]; got != step.reads || c.Seen != step.seen || c.State != inventory.Complete {
			t.Errorf("%d objects read, want %d; coverage %s, %d seen, want %d", got, step.reads, c.State, c.Seen, step.seen)
		}
	}
}

// TestSnapshotInABucket is read as one object, and nothing is listed.
func TestSnapshotInABucket(t *testing.T) {
	for _, key := range []string{"exports/assets.jsonl", "assets.jsonl"} {
		s := newS3(t, map[string][]byte{key: []byte(sample(t)), "exports/other": nil})
		var m memory
		v := scan(t, &m, builtin.Config{Archives: []builtin.Archive{inS3("snapshot", key)}})
		if _, ok := v.Asset(function); !ok {
			t.Errorf("%s: asset %s is not known; coverage %v", key, function, v.Coverage)
		}
		if s.requests["ListObjectsV2"] != 0 {
			t.Errorf("%s: the bucket was listed", key)
		}
	}
	newS3(t, nil)
	var m memory
	v := scan(t, &m, builtin.Config{Archives: []builtin.Archive{inS3("snapshot", "assets.jsonl")}})
	if len(v.Coverage) != 1 || v.Coverage[0].State != inventory.Unavailable || v.Coverage[0].Why.Code != "NoSuchKey" {
		t.Errorf("coverage of a missing snapshot is %v", v.Coverage)
	}
}

// TestBucketsAreNotCalledBeforeTheyAreRead, and folders never ask for
// credentials.
func TestBucketsAreNotCalledBeforeTheyAreRead(t *testing.T) {
	s := newS3(t, nil)
	one(t, inS3("cloudtrail", "AWSLogs"))
	if len(s.requests) != 0 {
		t.Errorf("requests of a plan that was not made: %v", s.requests)
	}
	t.Setenv("AWS_PROFILE", "nobody-has-this-one")
	root := t.TempDir()
	put(t, root, dir+"0300Z_aaaaaaaaaaaaaaaa.json.gz", zipped(t, wrap()))
	var m memory
	v := scan(t, &m, builtin.Config{Archives: []builtin.Archive{{Kind: "cloudtrail", Path: root, Name: "folder"}, inS3("cloudtrail", "AWSLogs")}})
	for _, c := range v.Coverage {
		want := inventory.Complete
		if c.Cell.Source == "cloudtrail:logs" {
			want = inventory.Unavailable
		}
		if c.State != want {
			t.Errorf("%s is %s (%s), want %s", c.Cell, c.State, c.Why, want)
		}
	}
}

// texts writes the facts of a scan so that two of them can be compared: without
// the marks, which hold the times of files.
func texts(t *testing.T, m *memory) []string {
	t.Helper()
	var out []string
	for _, f := range m.facts {
		if c, ok := f.(inventory.Coverage); ok {
			c.Mark = ""
			f = c
		}
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%T %s", f, b))
	}
	slices.Sort(out)
	return out
}

// TestBucketAndFolderSayTheSame of the sample exports, and the bucket is listed
// with one call for 1,000 keys.
func TestBucketAndFolderSayTheSame(t *testing.T) {
	root := t.TempDir()
	if out, err := exec.Command("go", "run", "../../cmd/internal/demo", "-out", root).CombinedOutput(); err != nil {
		t.Fatalf("make sample exports: %v\n%s", err, out)
	}
	objects := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		key, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		objects[filepath.ToSlash(key)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s := newS3(t, objects)
	cfg := func(trail, snapshot string) builtin.Config {
		return builtin.Config{Archives: []builtin.Archive{{Kind: "cloudtrail", Path: trail, Name: "trail"}, {Kind: "snapshot", Path: snapshot, Name: "assets"}}}
	}
	var folder, bucket memory
	scan(t, &folder, cfg(filepath.Join(root, "cloudtrail"), filepath.Join(root, "assets.jsonl")))
	scan(t, &bucket, cfg("s3://"+trailBucket+"/cloudtrail", "s3://"+trailBucket+"/assets.jsonl"))
	if diff := cmp.Diff(texts(t, &folder), texts(t, &bucket)); diff != "" {
		t.Errorf("facts (-folder +bucket):\n%s", diff)
	}
	if len(folder.events()) == 0 {
		t.Error("the folder gave no event: the test proves too little")
	}
	logs := 0
	for key := range objects {
		if strings.HasPrefix(key, "cloudtrail/") {
			logs++
		}
	}
	if got, want := s.requests["ListObjectsV2"], (logs+999)/1000; got != want {
		t.Errorf("%d objects were listed in %d calls, want %d", logs, got, want)
	}
}
