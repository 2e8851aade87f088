package builtin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/builtin"
	"github.com/estray/estray/providers/providertest"
)

// newGS is an emulator of Google Cloud Storage behind a handler that may answer
// in its place. The environment leads to it.
func newGS(t *testing.T, objects map[string][]byte, answer func(http.ResponseWriter, *http.Request) bool) {
	t.Helper()
	base := testparts.GCS(t)
	testparts.FillGCS(t, base, trailBucket, objects)
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer == nil || !answer(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	t.Setenv("STORAGE_EMULATOR_HOST", srv.URL)
}

// denyGS denies what a request's path holds.
func denyGS(part string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		denied := strings.HasSuffix(r.URL.Path, part)
		if denied {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "x does not have storage.objects access")
		}
		return denied
	}
}

func inGS(kind, path string) builtin.Archive {
	return builtin.Archive{Kind: kind, Path: "gs://" + trailBucket + "/" + path, Name: "logs", Usage: inventory.CountRoles}
}

// TestBucketOfGoogleContract holds the promises of a source for logs that were
// copied to Cloud Storage.
func TestBucketOfGoogleContract(t *testing.T) {
	objects, first, second, _ := trailObjects(t)
	of := func(objects map[string][]byte, answer func(http.ResponseWriter, *http.Request) bool) func(*testing.T) providers.Planner {
		return func(t *testing.T) providers.Planner {
			newGS(t, objects, answer)
			return one(t, inGS("cloudtrail", "AWSLogs/"))
		}
	}
	providertest.Run(t, providertest.Harness{
		Canary: canary,
		Whole:  of(objects, nil),
		Flawed: map[string]func(*testing.T) providers.Planner{
			"an empty bucket":    of(nil, nil),
			"a denied object":    of(objects, denyGS(second)),
			"a denied listing":   of(objects, denyGS("/o")),
			"a truncated object": of(map[string][]byte{first: objects[first][:len(objects[first])-20]}, nil),
		},
	})
}

// TestBucketOfGoogleSaysTheSame as a folder.
func TestBucketOfGoogleSaysTheSame(t *testing.T) {
	objects, _, _, _ := trailObjects(t)
	root := t.TempDir()
	for key, content := range objects {
		put(t, root, key, content)
	}
	newGS(t, objects, nil)
	cfg := func(a builtin.Archive) builtin.Config { return builtin.Config{Archives: []builtin.Archive{a}} }
	var folder, bucket memory
	in := inGS("cloudtrail", "AWSLogs")
	scan(t, &bucket, cfg(in))
	in.Path = filepath.Join(root, "AWSLogs")
	scan(t, &folder, cfg(in))
	if diff := cmp.Diff(texts(t, &folder), texts(t, &bucket)); diff != "" {
		t.Errorf("facts (-folder +bucket):\n%s", diff)
	}
	if len(folder.events()) != 3 {
		t.Errorf("%d events, want 3", len(folder.events()))
	}
}

// TestDenialsInABucketOfGoogle: what is denied says so, with the vendor's code.
func TestDenialsInABucketOfGoogle(t *testing.T) {
	objects, _, second, _ := trailObjects(t)
	for name, tt := range map[string]struct {
		part, cell string
		state      inventory.State
		says       string
	}{
		"one object":  {second, "eu-west-1", inventory.Partial, strings.TrimPrefix(second, "AWSLogs/") + " cannot be read: storage.objects.get: forbidden: x does not have storage.objects access (takes storage.objects.get: roles/storage.objectViewer"},
		"the listing": {"/o", "*", inventory.Denied, "the archive cannot be read: storage.objects.list: forbidden: x does not have storage.objects access (takes storage.objects.list on the bucket"},
	} {
		t.Run(name, func(t *testing.T) {
			newGS(t, objects, denyGS(tt.part))
			var m memory
			got := words(scan(t, &m, builtin.Config{Archives: []builtin.Archive{inGS("cloudtrail", "AWSLogs/")}}))[tt.cell]
			if got.State != tt.state || got.Why.Code != "forbidden" || !strings.Contains(got.Why.Message, tt.says) {
				t.Errorf("%v, want %v because of %q", got, tt.state, tt.says)
			}
		})
	}
}

// TestTry opens one object, wherever an archive lies.
func TestTry(t *testing.T) {
	objects := map[string][]byte{"logs/a.json.gz": []byte("x"), "assets.jsonl": []byte("x")}
	root := t.TempDir()
	for key, content := range objects {
		put(t, root, key, content)
	}
	newGS(t, objects, nil)
	newS3(t, objects)
	for _, place := range []string{root, "s3://" + trailBucket, "gs://" + trailBucket} {
		for _, tt := range []struct {
			kind, path string
			is         error
			says       string
		}{
			{"cloudtrail", "/logs", nil, ""},
			{"cloudtrail", "/logs/", nil, ""},
			{"cloudtrail", "", nil, ""},
			{"snapshot", "/assets.jsonl", nil, ""},
			{"snapshot", "/none.jsonl", fs.ErrNotExist, "none.jsonl"},
		} {
			err := builtin.Try(t.Context(), builtin.Archive{Kind: tt.kind, Path: place + tt.path})
			if tt.says == "" && err != nil || tt.says != "" && (!errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("%s %s%s: error %v, want %q", tt.kind, place, tt.path, err, tt.says)
			}
		}
		if strings.Contains(place, "://") {
			err := builtin.Try(t.Context(), builtin.Archive{Kind: "cloudtrail", Path: place + "/none/"})
			if want := "list " + place + "/none/: there is no object"; err == nil || err.Error() != want {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	}
	if err := builtin.Try(t.Context(), builtin.Archive{Kind: "cloudtrial", Path: root}); err == nil || !strings.Contains(err.Error(), `"cloudtrail"`) {
		t.Errorf("error %v, want the nearest kind", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := builtin.Try(ctx, inGS("cloudtrail", "logs")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the end of the run", err)
	}
}
