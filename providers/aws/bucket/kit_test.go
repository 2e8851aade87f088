package bucket_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/estray/estray/providers/aws/bucket"
	"github.com/estray/estray/providers/aws/session"
)

const (
	name = "org-trail"
	// The credentials must be in no error.
	canaryKey, canarySecret, canaryToken = "AKIACANARY0KEY", "CANARY/secret+key", "CANARY/session+token=="
)

// front stands before an emulator, notes each request and may answer in its
// place.
type front struct {
	next    http.Handler
	backend *s3mem.Backend
	url     string
	// answer reports whether it answered. n counts the requests like this one
	// from 1.
	answer func(w http.ResponseWriter, r *http.Request, n int) bool
	// patience bounds one attempt of the client.
	patience time.Duration

	mu    sync.Mutex
	log   []string
	times map[string]int
}

// what names a request: operation, key and range.
func what(r *http.Request) string {
	op := "GetObject"
	key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/"+name), "/")
	switch {
	case r.Method == http.MethodHead && key != "":
		op = "HeadObject"
	case r.Method == http.MethodHead:
		op = "HeadBucket"
	case r.URL.Query().Has("list-type"):
		op, key = "ListObjectsV2", r.URL.Query().Get("prefix")
	}
	return strings.TrimSpace(op + " " + key + " " + r.Header.Get("Range"))
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := f.note(what(r))
	if f.answer != nil && f.answer(w, r, n) {
		return
	}
	if match := r.Header.Get("If-Match"); match != "" && match != f.etag(r) {
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		return
	}
	f.next.ServeHTTP(w, r)
}

// note keeps a request and counts those like it.
func (f *front) note(request string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.times == nil {
		f.times = map[string]int{}
	}
	f.log = append(f.log, request)
	f.times[request]++
	return f.times[request]
}

// etag asks the emulator, which knows no condition of a reading.
func (f *front) etag(r *http.Request) string {
	w := httptest.NewRecorder()
	f.next.ServeHTTP(w, httptest.NewRequest(http.MethodHead, r.URL.Path, nil))
	return w.Header().Get("ETag")
}

func (f *front) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.log...)
}

// refuse answers as S3 does.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message><RequestId>R1</RequestId><HostId>H1</HostId></Error>", code, message)
}

// s3fake is an emulator with a bucket of these objects.
func s3fake(t *testing.T, objects map[string][]byte) *front {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket(name); err != nil {
		t.Fatal(err)
	}
	f := &front{next: gofakes3.New(backend).Server(), backend: backend, patience: time.Minute}
	for key, content := range objects {
		f.put(t, key, content)
	}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	f.url = srv.URL
	return f
}

func (f *front) put(t *testing.T, key string, content []byte) {
	t.Helper()
	f.putWith(t, key, content, map[string]string{"Content-Encoding": "gzip"})
}

// putWith stores an object with headers.
func (f *front) putWith(t *testing.T, key string, content []byte, meta map[string]string) {
	t.Helper()
	meta["Last-Modified"] = time.Date(2026, 5, 4, 3, 0, 0, 0, time.UTC).Format(http.TimeFormat)
	if _, err := f.backend.PutObject(name, key, meta, bytes.NewReader(content), int64(len(content)), nil); err != nil {
		t.Fatal(err)
	}
}

// open is the bucket below a prefix, with retries that do not wait.
func (f *front) open(t *testing.T, prefix string) *bucket.Bucket {
	t.Helper()
	return bucket.New(name, prefix, func(ctx context.Context) (*s3.Client, error) {
		quiet(t)
		cfg, err := session.Load(ctx, session.Options{Attempts: 3, MaxBackoff: time.Millisecond, Timeout: f.patience})
		if err != nil {
			return nil, err
		}
		cfg.Region, cfg.BaseEndpoint = "eu-west-1", aws.String(f.url)
		cfg.Credentials = credentials.NewStaticCredentialsProvider(canaryKey, canarySecret, canaryToken)
		return bucket.Client(cfg), nil
	})
}

// quiet keeps the settings of the machine out.
func quiet(t *testing.T) {
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
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

// innocent fails where a text holds what must never be in it.
func innocent(t *testing.T, err error) {
	t.Helper()
	for _, secret := range []string{"CANARY", "X-Amz-", "Signature=", "http://", "https://"} {
		if strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
			t.Errorf("%q is in the error: %v", secret, err)
		}
	}
}
