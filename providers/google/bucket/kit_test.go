package bucket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/estray/estray/providers/google/bucket"
)

const (
	name = "org-logs"
	// The credentials must be in no error.
	canary = "CANARY"
)

// stored is an object of the fake.
type stored struct {
	content    []byte
	encoding   string // that it is stored in
	metadata   map[string]string
	generation int64
}

// fake is a small Cloud Storage, by the description of the JSON API
// (objects.list, objects.get). The emulator that the other tests use denies
// nothing, obeys no condition of a reading, breaks nothing off and answers
// errors in another form.
type fake struct {
	url string
	// answer reports whether it answered. n counts the requests like this one
	// from 1.
	answer func(w http.ResponseWriter, r *http.Request, n int) bool
	// patience bounds one attempt of the client.
	patience time.Duration

	mu      sync.Mutex
	objects map[string]*stored
	clock   int64 // of generations
	log     []string
	times   map[string]int
}

func newFake(t *testing.T, objects map[string][]byte) *fake {
	t.Helper()
	f := &fake{objects: map[string]*stored{}, times: map[string]int{}, patience: time.Minute, clock: 1_700_000_000_000_000}
	for key, content := range objects {
		f.put(key, stored{content: content})
	}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	f.url = srv.URL
	return f
}

func (f *fake) put(key string, o stored) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock++
	o.generation = f.clock
	f.objects[key] = &o
}

// object is the name in a request, "" for the bucket.
func object(r *http.Request) string {
	_, rest, _ := strings.Cut(r.URL.EscapedPath(), "/b/"+name+"/o")
	key, err := url.PathUnescape(strings.TrimPrefix(rest, "/"))
	if err != nil {
		panic(err)
	}
	return key
}

// what names a request: operation, name and range.
func what(r *http.Request) string {
	op, key := "objects.get", object(r)
	switch {
	case key == "":
		op, key = "objects.list", r.URL.Query().Get("prefix")
	case r.URL.Query().Get("alt") == "media":
		op = "media"
	}
	return strings.TrimSpace(op + " " + key + " " + r.Header.Get("Range"))
}

func (f *fake) note(request string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, request)
	f.times[request]++
	return f.times[request]
}

func (f *fake) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.log)
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		refuse(w, http.StatusBadRequest, "invalid", "an emulator was sent credentials")
		return
	}
	n := f.note(what(r))
	if f.answer != nil && f.answer(w, r, n) {
		return
	}
	f.serve(w, r)
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/storage/v1/b/"+name+"/o") {
		refuse(w, http.StatusNotFound, "notFound", "The specified bucket does not exist.")
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	o := f.objects[object(r)]
	media := r.URL.Query().Get("alt") == "media"
	switch match := r.URL.Query().Get("ifGenerationMatch"); {
	case object(r) == "":
		f.list(w, r.URL.Query())
	case o == nil && media:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, "No such object: %s/%s", name, object(r)) // plain text, as the vendor does
	case o == nil:
		refuse(w, http.StatusNotFound, "notFound", "No such object: "+name+"/"+object(r))
	case match != "" && match != fmt.Sprint(o.generation):
		refuse(w, http.StatusPreconditionFailed, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.")
	case media:
		o.serve(w, r)
	default:
		json.NewEncoder(w).Encode(map[string]any{"name": object(r), "metadata": o.metadata})
	}
}

// serve sends the content. What is stored as gzip is inflated for who does not
// take it so, and then a range is ignored.
func (o *stored) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Goog-Generation", fmt.Sprint(o.generation))
	h.Set("X-Goog-Stored-Content-Length", fmt.Sprint(len(o.content)))
	h.Set("X-Goog-Stored-Content-Encoding", "identity")
	if o.encoding == "gzip" {
		h.Set("X-Goog-Stored-Content-Encoding", "gzip")
		if r.Header.Get("Accept-Encoding") != "gzip" {
			h.Set("Warning", "214 UploadServer gunzipped")
			fmt.Fprint(w, "inflated")
			return
		}
		h.Set("Content-Encoding", "gzip")
	}
	from := 0
	if text, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
		from, _ = strconv.Atoi(strings.TrimSuffix(text, "-"))
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(o.content)-1, len(o.content)))
		h.Set("Content-Length", fmt.Sprint(len(o.content)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		h.Set("Content-Length", fmt.Sprint(len(o.content)))
	}
	w.Write(o.content[from:])
}

// list answers in pages of 1,000, as the vendor does.
func (f *fake) list(w http.ResponseWriter, q url.Values) {
	items, last := []map[string]any{}, ""
	more := false
	for _, key := range slices.Sorted(maps.Keys(f.objects)) {
		if !strings.HasPrefix(key, q.Get("prefix")) || key <= q.Get("pageToken") {
			continue
		}
		if more = len(items) == 1000; more {
			break
		}
		last = key
		items = append(items, item(key, len(f.objects[key].content)))
	}
	page := map[string]any{"kind": "storage#objects", "items": items}
	if more {
		page["nextPageToken"] = last
	}
	json.NewEncoder(w).Encode(page)
}

func item(key string, size int) map[string]any {
	return map[string]any{"name": key, "size": fmt.Sprint(size), "updated": "2026-05-04T03:00:00.123Z"}
}

// page answers with a page of a listing.
func page(w http.ResponseWriter, token string, keys ...string) {
	items := []map[string]any{}
	for _, key := range keys {
		items = append(items, item(key, 1))
	}
	json.NewEncoder(w).Encode(map[string]any{"items": items, "nextPageToken": token})
}

// refuse answers as the JSON API does.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": status, "message": message,
		"errors": []map[string]any{{"domain": "global", "reason": code, "message": message}}}})
}

// cut answers with what the fake says, but breaks off behind some bytes of the
// body. With reset the connection is torn down, else the answer just ends.
func (f *fake) cut(w http.ResponseWriter, r *http.Request, after int, reset bool) {
	whole := httptest.NewRecorder()
	f.serve(whole, r)
	for k, v := range whole.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(whole.Code)
	body := whole.Body.Bytes()
	w.Write(body[:min(after, len(body))])
	if err := http.NewResponseController(w).Flush(); err != nil {
		panic(err)
	}
	if reset {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
		return
	}
	panic(http.ErrAbortHandler)
}

// open is the bucket below a prefix, with retries that do not wait.
func (f *fake) open(t *testing.T, prefix string) *bucket.Bucket {
	t.Helper()
	return bucket.New(name, prefix, func(ctx context.Context) (*bucket.Client, error) {
		return bucket.Open(ctx, bucket.Options{Emulator: f.url, Attempts: 3, Pause: time.Millisecond, Timeout: f.patience})
	})
}

// list gives the keys of a listing and its error.
func list(t *testing.T, b *bucket.Bucket) ([]string, error) {
	t.Helper()
	var keys []string
	err := b.List(t.Context(), func(key string, _ fs.FileInfo, err error) error {
		if err != nil {
			key += " (" + err.Error() + ")"
		}
		keys = append(keys, key)
		return nil
	})
	return keys, err
}

// read gives the content of an object, as far as it came, and the error.
func read(t *testing.T, b *bucket.Bucket, key string) ([]byte, error) {
	t.Helper()
	r, err := b.Open(t.Context(), key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func content(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i * 7 % 251)
	}
	return out
}

// emulated fills the bucket of an emulator, by its uploads.
func emulated(t *testing.T, url string, objects map[string]stored) {
	t.Helper()
	post := func(path, kind string, body []byte) {
		answer, err := http.Post(url+path, kind, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if text, err := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK || err != nil {
			t.Fatalf("%s: %s: %s %v", path, answer.Status, text, err)
		}
	}
	post("/storage/v1/b?project=p", "application/json", []byte(`{"name":"`+name+`"}`))
	for key, o := range objects {
		about, err := json.Marshal(map[string]any{"name": key, "contentEncoding": o.encoding, "metadata": o.metadata, "contentType": "application/json"})
		if err != nil {
			t.Fatal(err)
		}
		body := fmt.Appendf(nil, "--cut\r\nContent-Type: application/json\r\n\r\n%s\r\n--cut\r\nContent-Type: application/json\r\n\r\n%s\r\n--cut--\r\n", about, o.content)
		post("/upload/storage/v1/b/"+name+"/o?uploadType=multipart", "multipart/related; boundary=cut", body)
	}
}
