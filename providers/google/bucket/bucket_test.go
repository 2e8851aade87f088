package bucket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/providers/google/bucket"
)

// TestListIsFlatAndWhole: every name below the prefix, in three pages and three
// calls, however many folders they form.
func TestListIsFlatAndWhole(t *testing.T) {
	objects := map[string][]byte{"logs/": nil, "logs/folder/": nil, "logsOld/x": []byte("x"), "other": []byte("x")}
	var want []string
	for i := range 2500 {
		key := fmt.Sprintf("1111/eu-west-1/2026/%04d/x.json.gz", i)
		objects["logs/"+key] = []byte("content")
		want = append(want, key)
	}
	f := newFake(t, objects)
	got, err := list(t, f.open(t, "logs"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	call := "objects.list logs/"
	if diff := cmp.Diff([]string{call, call, call}, f.requests()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestListOfTheEmulatorHasPages, whose tokens are not ours.
func TestListOfTheEmulatorHasPages(t *testing.T) {
	url := testparts.GCS(t)
	objects := map[string]stored{"logsOld/x": {content: []byte("x")}}
	for i := range 1200 {
		objects[fmt.Sprintf("logs/%04d", i)] = stored{content: []byte("x")}
	}
	emulated(t, url, objects)
	keys, err := list(t, bucket.New(name, "logs", func(ctx context.Context) (*bucket.Client, error) {
		return bucket.Open(ctx, bucket.Options{Emulator: url})
	}))
	if err != nil || len(keys) != 1200 || keys[0] != "0000" || keys[1199] != "1199" {
		t.Errorf("%d keys, error %v", len(keys), err)
	}
}

func TestListTellsTheTime(t *testing.T) {
	f := newFake(t, map[string][]byte{"a/b": []byte("12345")})
	err := f.open(t, "a").List(t.Context(), func(key string, i fs.FileInfo, err error) error {
		if want := time.Date(2026, 5, 4, 3, 0, 0, 123e6, time.UTC); err != nil || !i.ModTime().Equal(want) || i.Sys() != nil {
			t.Errorf("%s: %v %v", key, i, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestListingsThatDoNotEndWell keep what came before.
func TestListingsThatDoNotEndWell(t *testing.T) {
	second := func(answer func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if r.URL.Query().Get("pageToken") == "" {
				page(w, "T1", "p/a", "p/b")
			} else {
				answer(w)
			}
			return true
		}
	}
	always := func(status int, code, message string) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			refuse(w, status, code, message)
			return true
		}
	}
	const takes = " (takes storage.objects.list on the bucket: roles/storage.objectViewer)"
	tests := []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request, int) bool
		keys   []string
		is     error
		says   string
		code   string
		calls  int
	}{
		{"denied", always(403, "forbidden", "x does not have storage.objects.list access to the Google Cloud Storage bucket."), nil, fs.ErrPermission,
			"list gs://org-logs/p/: storage.objects.list: forbidden: x does not have storage.objects.list access to the Google Cloud Storage bucket." + takes, "forbidden", 1},
		{"anonymous", always(401, "required", "Anonymous caller does not have storage.objects.list access."), nil, fs.ErrPermission,
			"storage.objects.list: required: Anonymous caller", "required", 1},
		{"denied on the second page", second(func(w http.ResponseWriter) { refuse(w, 403, "forbidden", "no") }),
			[]string{"a", "b"}, fs.ErrPermission, "storage.objects.list: forbidden: no" + takes, "forbidden", 2},
		{"no bucket", always(404, "notFound", "The specified bucket does not exist."), nil, fs.ErrNotExist,
			"storage.objects.list: notFound: The specified bucket does not exist.", "notFound", 1},
		{"slowed down for good", second(func(w http.ResponseWriter) { refuse(w, 429, "rateLimitExceeded", "Slow down.") }),
			[]string{"a", "b"}, nil, "storage.objects.list: rateLimitExceeded: Slow down.", "rateLimitExceeded", 4},
		{"a quota that is told as a refusal", always(403, "userRateLimitExceeded", "Slow down."), nil, nil,
			"storage.objects.list: userRateLimitExceeded: Slow down.", "userRateLimitExceeded", 3},
		{"out of order for good", always(503, "backendError", "Backend Error"), nil, nil, "storage.objects.list: backendError: Backend Error", "backendError", 3},
		{"a page of a proxy", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.WriteHeader(502)
			fmt.Fprint(w, "<html>no</html>")
			return true
		}, nil, nil, "storage.objects.list: backendError: bad gateway", "backendError", 3},
		{"a refusal of a proxy", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.WriteHeader(403)
			fmt.Fprint(w, "<html>no</html>")
			return true
		}, nil, fs.ErrPermission, "storage.objects.list: forbidden: forbidden" + takes, "forbidden", 1},
		{"sent elsewhere", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			http.Redirect(w, r, "/storage/v1/b/"+name+"/o/other", http.StatusFound)
			return true
		}, nil, nil, "storage.objects.list: Found", "Found", 1},
		{"the same token again", second(func(w http.ResponseWriter) { page(w, "T1", "p/c") }),
			[]string{"a", "b", "c"}, nil, "storage.objects.list: the listing gave the same page token twice", "", 2},
		{"an empty page with a token", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			page(w, map[string]string{"": "T1", "T1": "T2"}[r.URL.Query().Get("pageToken")])
			return true
		}, nil, nil, "", "", 3},
		{"no JSON", second(func(w http.ResponseWriter) { fmt.Fprint(w, "<html>proxy</p>") }), []string{"a", "b"}, nil, "storage.objects.list: ", "", 2},
		{"JSON that is cut", second(func(w http.ResponseWriter) { fmt.Fprint(w, `{"items":[{"name":"p/c"`) }), []string{"a", "b"}, nil, "storage.objects.list: unexpected end of JSON input", "", 2},
		{"another JSON", second(func(w http.ResponseWriter) { fmt.Fprint(w, `{"items":"none"}`) }), []string{"a", "b"}, nil, "storage.objects.list: ", "", 2},
		{"an object without time", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			fmt.Fprint(w, `{"items":[{"name":"p/c","size":"1"}]}`)
			return true
		}, []string{"c (the listing gives its time in a form that is none)"}, nil, "", "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, nil)
			f.answer = tt.answer
			keys, err := list(t, f.open(t, "p"))
			if diff := cmp.Diff(tt.keys, keys); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if n := len(f.requests()); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
			if tt.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			check(t, err, tt.is, tt.says, tt.code)
		})
	}
}

// check holds an error against what a caller goes by.
func check(t *testing.T, err, is error, says, code string) {
	t.Helper()
	var broken *fs.PathError
	if !errors.As(err, &broken) || !strings.Contains(err.Error(), says) {
		t.Fatalf("error is %v, want it to say %q", err, says)
	}
	for _, kind := range []error{fs.ErrPermission, fs.ErrNotExist} {
		if errors.Is(err, kind) != (kind == is) {
			t.Errorf("%v: is %v: %t", err, kind, errors.Is(err, kind))
		}
	}
	var coded interface{ ErrorCode() string }
	if !errors.As(err, &coded) || coded.ErrorCode() != code {
		t.Errorf("%v has not the code %q", err, code)
	}
	innocent(t, err)
}

// innocent fails where a text holds what must never be in it.
func innocent(t *testing.T, err error) {
	t.Helper()
	for _, secret := range []string{canary, "http://", "https://", "127.0.0.1"} {
		if strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
			t.Errorf("%q is in the error: %v", secret, err)
		}
	}
}

// TestSlowedDownOnce is tried again.
func TestSlowedDownOnce(t *testing.T) {
	for _, status := range []int{408, 429, 500, 502, 503, 504} {
		f := newFake(t, map[string][]byte{"a": []byte("x")})
		f.answer = func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n == 1 {
				refuse(w, status, "", "not now")
			}
			return n == 1
		}
		b := f.open(t, "")
		if keys, err := list(t, b); err != nil || len(keys) != 1 {
			t.Errorf("%d: %q %v", status, keys, err)
		}
		if content, err := read(t, b, "a"); err != nil || string(content) != "x" {
			t.Errorf("%d: %q %v", status, content, err)
		}
		if m, err := b.Metadata(t.Context(), "a"); m != nil || err != nil {
			t.Errorf("%d: %v %v", status, m, err)
		}
	}
}

// TestPausesGrow, and the end of the run ends them.
func TestPausesGrow(t *testing.T) {
	f := newFake(t, nil)
	f.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		refuse(w, 503, "backendError", "no")
		return true
	}
	b := bucket.New(name, "", func(ctx context.Context) (*bucket.Client, error) {
		return bucket.Open(ctx, bucket.Options{Emulator: f.url, Attempts: 3, Pause: 20 * time.Millisecond})
	})
	began := time.Now()
	if _, err := list(t, b); err == nil || time.Since(began) < 60*time.Millisecond {
		t.Errorf("error %v after %v, want one after 20 and 40 ms", err, time.Since(began))
	}
	ctx, cancel := context.WithCancel(t.Context())
	slow := bucket.New(name, "", func(ctx context.Context) (*bucket.Client, error) {
		return bucket.Open(ctx, bucket.Options{Emulator: f.url, Pause: time.Hour})
	})
	f.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		defer time.AfterFunc(20*time.Millisecond, cancel)
		refuse(w, 503, "backendError", "no")
		return true
	}
	if err := slow.List(ctx, func(string, fs.FileInfo, error) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the end of the run", err)
	}
}

func TestObjectsThatAreRefused(t *testing.T) {
	const takes = " (takes storage.objects.get: roles/storage.objectViewer; without storage.objects.list Cloud Storage says so of a missing object too)"
	plain := func(status int, text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(status); fmt.Fprint(w, text) }
	}
	tests := []struct {
		name   string
		answer func(http.ResponseWriter)
		is     error
		says   string
		code   string
		calls  int
	}{
		{"denied", plain(403, "x does not have storage.objects.get access to the Google Cloud Storage object."), fs.ErrPermission,
			"open gs://org-logs/p/a: storage.objects.get: forbidden: x does not have storage.objects.get access to the Google Cloud Storage object." + takes, "forbidden", 1},
		{"denied in JSON", func(w http.ResponseWriter) { refuse(w, 403, "forbidden", "no") }, fs.ErrPermission, "storage.objects.get: forbidden: no" + takes, "forbidden", 1},
		{"denied without a body", plain(403, ""), fs.ErrPermission, takes, "forbidden", 1},
		{"gone", plain(404, "No such object: org-logs/p/a"), fs.ErrNotExist, "storage.objects.get: notFound: No such object: org-logs/p/a", "notFound", 1},
		{"gone without a body", plain(404, ""), fs.ErrNotExist, "storage.objects.get: notFound: not found", "notFound", 1},
		{"slowed down for good", plain(429, "Slow down."), nil, "storage.objects.get: rateLimitExceeded: Slow down.", "rateLimitExceeded", 3},
		{"a long text", plain(403, strings.Repeat("long ", 1000)), fs.ErrPermission, "long ...", "forbidden", 1},
		{"a bucket whose reader pays", func(w http.ResponseWriter) {
			refuse(w, 400, "required", "Bucket is a requester pays bucket but no user project provided.")
		}, nil, "storage.objects.get: required: Bucket is a requester pays bucket", "required", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, map[string][]byte{"p/a": []byte("x")})
			f.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool { tt.answer(w); return true }
			_, err := read(t, f.open(t, "p"), "a")
			check(t, err, tt.is, tt.says, tt.code)
			if n := len(f.requests()); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
			if _, err = f.open(t, "p").Metadata(t.Context(), "a"); !strings.HasPrefix(fmt.Sprint(err), "read metadata of gs://org-logs/p/a: storage.objects.get: "+tt.code) {
				t.Errorf("Metadata: %v", err)
			}
		})
	}
	t.Run("missing in the emulator", func(t *testing.T) {
		url := testparts.GCS(t)
		emulated(t, url, nil)
		_, err := read(t, bucket.New(name, "p", func(ctx context.Context) (*bucket.Client, error) {
			return bucket.Open(ctx, bucket.Options{Emulator: url})
		}), "a")
		check(t, err, fs.ErrNotExist, "storage.objects.get: notFound", "notFound")
	})
}

// TestOneDeniedAmongTenThousand: it is asked for once, says why, and the others
// are read.
func TestOneDeniedAmongTenThousand(t *testing.T) {
	const n, denied = 10_000, "logs/05432.json.gz"
	objects := map[string][]byte{}
	for i := range n {
		objects[fmt.Sprintf("logs/%05d.json.gz", i)] = []byte("x")
	}
	f := newFake(t, objects)
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if object(r) == denied {
			refuse(w, 403, "forbidden", "no")
		}
		return object(r) == denied
	}
	b := f.open(t, "")
	keys, err := list(t, b)
	if err != nil || len(keys) != n {
		t.Fatalf("%d keys, error %v", len(keys), err)
	}
	whole, refused := 0, 0
	for _, key := range keys {
		if _, err = read(t, b, key); err == nil {
			whole++
			continue
		}
		refused++
		check(t, err, fs.ErrPermission, "storage.objects.get: forbidden: no", "forbidden")
	}
	if whole != n-1 || refused != 1 || f.times["media "+denied] != 1 || len(f.requests()) != n/1000+n {
		t.Errorf("%d read, %d refused, %d requests", whole, refused, len(f.requests()))
	}
}

// TestNobodyAnswers tells the cause and neither address nor credentials.
func TestNobodyAnswers(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	f := &fake{url: srv.URL}
	_, err := list(t, f.open(t, "p"))
	check(t, err, nil, "list gs://org-logs/p/: storage.objects.list: connection refused", "")
}

// TestConnectIsNotCalledBeforeItIsNeeded, and again when it failed.
func TestConnectIsNotCalledBeforeItIsNeeded(t *testing.T) {
	calls := 0
	f := newFake(t, map[string][]byte{"a": []byte("x")})
	b := bucket.New(name, "", func(ctx context.Context) (*bucket.Client, error) {
		if calls++; calls == 1 {
			return nil, errors.New("no network yet")
		}
		return bucket.Open(ctx, bucket.Options{Emulator: f.url})
	})
	if calls != 0 {
		t.Error("it was called by New")
	}
	_, err := list(t, b)
	check(t, err, nil, "storage.objects.list: no network yet", "")
	for range 2 {
		if keys, err := list(t, b); err != nil || len(keys) != 1 {
			t.Errorf("%q %v", keys, err)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}

// TestTheEndOfTheRunIsNoErrorOfTheBucket: it stays what it is.
func TestTheEndOfTheRunIsNoErrorOfTheBucket(t *testing.T) {
	f := newFake(t, map[string][]byte{"a": nil})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := f.open(t, "")
	if err := b.List(ctx, func(string, fs.FileInfo, error) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("List: %v", err)
	}
	if _, err := b.Open(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v", err)
	}
	if _, err := b.Metadata(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Metadata: %v", err)
	}
	if n := len(f.requests()); n != 0 {
		t.Errorf("%d requests after the end", n)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	f.answer = func(_ http.ResponseWriter, r *http.Request, _ int) bool { <-r.Context().Done(); return true }
	if _, err := b.Open(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open: %v", err)
	}
}

// TestWhatIsCompressedComesSo: neither Cloud Storage nor the transport inflates
// what is marked as gzip, and its rest is the rest of what is stored.
func TestWhatIsCompressedComesSo(t *testing.T) {
	want := append([]byte("\x1f\x8b"), content(5000)...)
	f := newFake(t, nil)
	f.put("p/a.json.gz", stored{content: want, encoding: "gzip"})
	f.answer = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if r.Header.Get("Range") == "" {
			f.cut(w, r, 2000, false)
			return true
		}
		return false
	}
	got, err := read(t, f.open(t, "p"), "a.json.gz")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d, error %v", len(got), len(want), err)
	}
	if diff := cmp.Diff([]string{"media p/a.json.gz", "media p/a.json.gz bytes=2000-"}, f.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestWhatTheEmulatorInflatesComesAsStored holds the same against it.
func TestWhatTheEmulatorInflatesComesAsStored(t *testing.T) {
	url := testparts.GCS(t)
	want := zipped(t, strings.Repeat("record ", 10_000))
	emulated(t, url, map[string]stored{"a.json.gz": {content: want, encoding: "gzip"}})
	got, err := read(t, bucket.New(name, "", func(ctx context.Context) (*bucket.Client, error) {
		return bucket.Open(ctx, bucket.Options{Emulator: url})
	}), "a.json.gz")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d, error %v", len(got), len(want), err)
	}
	answer, err := http.Get(url + "/storage/v1/b/" + name + "/o/a.json.gz?alt=media") // net/http inflates it
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if !answer.Uncompressed {
		t.Error("a reader that does not ask for gzip gets it as stored too: this shows nothing")
	}
}

// TestWhatIsPlainIsNotCompressedOnTheWay: a server that compresses texts is
// asked again for what it stores.
func TestWhatIsPlainIsNotCompressedOnTheWay(t *testing.T) {
	f := newFake(t, map[string][]byte{"a.jsonl": []byte("one\ntwo\n")})
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			return false
		}
		w.Header().Set("X-Goog-Stored-Content-Encoding", "identity")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(zipped(t, "one\ntwo\n"))
		return true
	}
	if got, err := read(t, f.open(t, ""), "a.jsonl"); err != nil || string(got) != "one\ntwo\n" {
		t.Errorf("%q, error %v", got, err)
	}
}

// TestWhatIsInflatedAllTheSame is refused: it is not what is stored.
func TestWhatIsInflatedAllTheSame(t *testing.T) {
	f := newFake(t, map[string][]byte{"a.json.gz": []byte("x")})
	f.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("X-Goog-Stored-Content-Encoding", "gzip")
		fmt.Fprint(w, "inflated")
		return true
	}
	_, err := read(t, f.open(t, ""), "a.json.gz")
	check(t, err, nil, "open gs://org-logs/a.json.gz: storage.objects.get: the object came in another encoding than it is stored in", "")
}
