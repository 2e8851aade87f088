package bucket_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/providers/aws/bucket"
)

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}

// TestListIsFlatAndWhole: every key below the prefix, in three pages and three
// calls, however many folders they form.
func TestListIsFlatAndWhole(t *testing.T) {
	objects := map[string][]byte{"AWSLogs/": nil, "AWSLogs/folder/": nil, "AWSLogsOld/x": []byte("x"), "other": []byte("x")}
	var want []string
	for i := range 2500 {
		key := fmt.Sprintf("1111/eu-west-1/2026/%04d/x.json.gz", i)
		objects["AWSLogs/"+key] = []byte("content")
		want = append(want, key)
	}
	f := s3fake(t, objects)
	got, err := list(t, f.open(t, "AWSLogs"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	call := "ListObjectsV2 AWSLogs/"
	if diff := cmp.Diff([]string{call, call, call}, f.requests()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestListTellsSizeAndTime(t *testing.T) {
	f := s3fake(t, map[string][]byte{"a/b.json.gz": []byte("12345")})
	for _, prefix := range []string{"a", "a/", ""} {
		err := f.open(t, prefix).List(t.Context(), func(key string, i fs.FileInfo, err error) error {
			if err != nil || i.Name() != "b.json.gz" || i.Size() != 5 || !i.Mode().IsRegular() || i.IsDir() || i.Sys() != nil {
				t.Errorf("%s: %v %v", key, i, err)
			}
			if i.ModTime().IsZero() {
				t.Error("the time is not told")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	whole, err := list(t, f.open(t, ""))
	if diff := cmp.Diff([]string{"a/b.json.gz"}, whole); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestListReturnsTheErrorOfVisitUnchanged(t *testing.T) {
	f := s3fake(t, map[string][]byte{"a": nil, "b": nil})
	refused, calls := errors.New("enough"), 0
	err := f.open(t, "").List(t.Context(), func(string, fs.FileInfo, error) error { calls++; return refused })
	if err != refused || calls != 1 {
		t.Errorf("%d calls, error %v", calls, err)
	}
}

// page answers with a page of a listing.
func page(w http.ResponseWriter, more string, keys ...string) {
	fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>org-trail</Name>`)
	for _, k := range keys {
		fmt.Fprintf(w, `<Contents><Key>%s</Key><Size>1</Size><LastModified>2026-05-04T03:00:00.000Z</LastModified></Contents>`, k)
	}
	fmt.Fprint(w, more+`</ListBucketResult>`)
}

// TestListingsThatDoNotEndWell keep what came before.
func TestListingsThatDoNotEndWell(t *testing.T) {
	const next = `<IsTruncated>true</IsTruncated><NextContinuationToken>T1</NextContinuationToken>`
	second := func(answer func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if r.URL.Query().Get("continuation-token") == "" {
				page(w, next, "a", "b")
			} else {
				answer(w)
			}
			return true
		}
	}
	tests := []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request, int) bool
		keys   []string
		is     error
		says   string
	}{
		{"denied", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			refuse(w, 403, "AccessDenied", "User: x is not authorized to perform: s3:ListBucket")
			return true
		}, nil, fs.ErrPermission, "list s3://org-trail/p/: ListObjectsV2: AccessDenied: User: x is not authorized to perform: s3:ListBucket (takes s3:ListBucket on the bucket)"},
		{"denied on the second page", second(func(w http.ResponseWriter) { refuse(w, 403, "AccessDenied", "Access Denied") }),
			[]string{"a", "b"}, fs.ErrPermission, "ListObjectsV2: AccessDenied"},
		{"no bucket", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			refuse(w, 404, "NoSuchBucket", "The specified bucket does not exist")
			return true
		}, nil, fs.ErrNotExist, "ListObjectsV2: NoSuchBucket: The specified bucket does not exist"},
		{"slowed down for good", second(func(w http.ResponseWriter) { refuse(w, 503, "SlowDown", "Please reduce your request rate.") }),
			[]string{"a", "b"}, nil, "ListObjectsV2: SlowDown: Please reduce your request rate."},
		{"the same token again", second(func(w http.ResponseWriter) { page(w, next, "c") }),
			[]string{"a", "b", "c"}, nil, "ListObjectsV2: the listing gave the same page token twice"},
		{"more follows, and not where", second(func(w http.ResponseWriter) { page(w, `<IsTruncated>true</IsTruncated>`, "c") }),
			[]string{"a", "b", "c"}, nil, "the listing says that more follows and not where"},
		{"an empty page with a token", second(func(w http.ResponseWriter) { page(w, `<IsTruncated>false</IsTruncated>`) }), []string{"a", "b"}, nil, ""},
		{"no XML", second(func(w http.ResponseWriter) { fmt.Fprint(w, "<html>proxy</p>") }), []string{"a", "b"}, nil, "ListObjectsV2: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := s3fake(t, nil)
			f.answer = tt.answer
			keys, err := list(t, f.open(t, "p"))
			if diff := cmp.Diff(tt.keys, keys); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if tt.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			check(t, err, tt.is, tt.says)
		})
	}
}

// check holds an error against what a caller goes by.
func check(t *testing.T, err, is error, says string) {
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
	innocent(t, err)
}

// TestSlowedDownOnce is retried.
func TestSlowedDownOnce(t *testing.T) {
	f := s3fake(t, map[string][]byte{"a": []byte("x")})
	f.answer = func(w http.ResponseWriter, _ *http.Request, n int) bool {
		if n == 1 {
			refuse(w, 503, "SlowDown", "Please reduce your request rate.")
		}
		return n == 1
	}
	b := f.open(t, "")
	if keys, err := list(t, b); err != nil || len(keys) != 1 {
		t.Errorf("%q %v", keys, err)
	}
	if content, err := read(t, b, "a"); err != nil || string(content) != "x" {
		t.Errorf("%q %v", content, err)
	}
}

// TestKeysThatXMLCannotHold come encoded, so that one of them does not make a
// page unreadable.
func TestKeysThatXMLCannotHold(t *testing.T) {
	f := s3fake(t, nil)
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Query().Get("encoding-type") != "url" {
			t.Error("the keys were not asked for encoded")
		}
		page(w, `<EncodingType>url</EncodingType>`, "p/a%01b+c%2Bd%C3%BC", "p/%zz")
		return true
	}
	keys, err := list(t, f.open(t, "p"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a\x01b c+dü", "p/%zz (the listing gives its key in a form that is none)"}, keys); diff != "" {
		t.Error(diff)
	}
}

// TestObjectsComeAsStored: neither the library nor its transport inflates what
// is marked as compressed.
func TestObjectsComeAsStored(t *testing.T) {
	content := zipped(t, strings.Repeat("record ", 10_000))
	f := s3fake(t, map[string][]byte{"p/a.json.gz": content})
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Header.Get("Accept-Encoding") == "gzip" {
			t.Error("the transport asks for gzip of its own, and will inflate it")
		}
		if r.Header.Get("x-amz-checksum-mode") != "" {
			t.Error("the vendor's check is on, which speaks to the terminal")
		}
		return false
	}
	got, err := read(t, f.open(t, "p"), "a.json.gz")
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes of %d, error %v", len(got), len(content), err)
	}
}

func TestObjectsThatAreRefused(t *testing.T) {
	const takes = " (takes s3:GetObject and, for its key, kms:Decrypt; without s3:ListBucket S3 says so of a missing object too)"
	tests := []struct {
		name    string
		status  int
		code    string // "": without a body
		is      error
		says    string
		message string
	}{
		{"denied", 403, "AccessDenied", fs.ErrPermission, "open s3://org-trail/p/a: GetObject: AccessDenied: Access Denied" + takes, "Access Denied"},
		{"denied without a body", 403, "", fs.ErrPermission, takes, ""},
		{"gone", 404, "NoSuchKey", fs.ErrNotExist, "GetObject: NoSuchKey: The specified key does not exist.", "The specified key does not exist."},
		{"gone without a body", 404, "", fs.ErrNotExist, "GetObject: NotFound", ""},
		{"credentials that ended", 400, "ExpiredToken", nil, "GetObject: ExpiredToken: The provided token has expired", "The provided token has expired."},
		{"kept in an archive tier", 403, "InvalidObjectState", nil, "storage class (it lies in an archive tier; restore it", "The operation is not valid for the object's storage class"},
		{"server error", 500, "InternalError", nil, "GetObject: InternalError: We encountered an internal error.", "We encountered an internal error."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := s3fake(t, map[string][]byte{"p/a": []byte("x")})
			f.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				if tt.code == "" {
					w.WriteHeader(tt.status)
				} else {
					refuse(w, tt.status, tt.code, tt.message)
				}
				return true
			}
			_, err := read(t, f.open(t, "p"), "a")
			check(t, err, tt.is, tt.says)
			var coded interface{ ErrorCode() string }
			if tt.code != "" && (!errors.As(err, &coded) || coded.ErrorCode() != tt.code) {
				t.Errorf("the error has not the code %q", tt.code)
			}
		})
	}
	t.Run("missing in the emulator", func(t *testing.T) {
		_, err := read(t, s3fake(t, nil).open(t, "p"), "a")
		check(t, err, fs.ErrNotExist, "GetObject: NoSuchKey")
	})
}

// TestBucketInAnotherRegion is found from the answer to a call in the wrong
// one, once.
func TestBucketInAnotherRegion(t *testing.T) {
	elsewhere := func(header, body bool, status int, code string) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/s3/") {
				return false
			}
			if header || r.Method == http.MethodHead {
				w.Header().Set("x-amz-bucket-region", "eu-central-1")
			}
			if body && r.Method != http.MethodHead {
				refuse(w, status, code, "The bucket you are attempting to access must be addressed using the specified endpoint.")
			} else {
				w.WriteHeader(status)
			}
			return true
		}
	}
	const first, again = "ListObjectsV2", "GetObject a"
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request, int) bool
		calls  []string
	}{
		"PermanentRedirect with the header":           {elsewhere(true, true, 301, "PermanentRedirect"), []string{first, first, again}},
		"PermanentRedirect without the header":        {elsewhere(false, true, 301, "PermanentRedirect"), []string{first, "HeadBucket", first, again}},
		"a redirect without a body":                   {elsewhere(true, false, 301, ""), []string{first, first, again}},
		"a redirect without body and header":          {elsewhere(false, false, 301, ""), []string{first, "HeadBucket", first, again}},
		"AuthorizationHeaderMalformed":                {elsewhere(true, true, 400, "AuthorizationHeaderMalformed"), []string{first, first, again}},
		"AuthorizationHeaderMalformed without header": {elsewhere(false, true, 400, "AuthorizationHeaderMalformed"), []string{first, "HeadBucket", first, again}},
	} {
		t.Run(name, func(t *testing.T) {
			f := s3fake(t, map[string][]byte{"a": []byte("x")})
			f.answer = test.answer
			b := f.open(t, "")
			if keys, err := list(t, b); err != nil || len(keys) != 1 {
				t.Errorf("%q %v", keys, err)
			}
			if content, err := read(t, b, "a"); err != nil || string(content) != "x" {
				t.Errorf("%q %v", content, err)
			}
			if diff := cmp.Diff(test.calls, f.requests()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBucketsThatSendInCircles end.
func TestBucketsThatSendInCircles(t *testing.T) {
	f := s3fake(t, nil)
	f.answer = func(w http.ResponseWriter, r *http.Request, n int) bool {
		w.Header().Set("x-amz-bucket-region", fmt.Sprintf("eu-west-%d", n+1))
		refuse(w, 301, "PermanentRedirect", "elsewhere")
		return true
	}
	_, err := list(t, f.open(t, ""))
	check(t, err, nil, "ListObjectsV2: PermanentRedirect: elsewhere")
	if n := len(f.requests()); n > 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

// TestNobodyAnswers tells the cause and neither address nor credentials.
func TestNobodyAnswers(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	f := &front{url: srv.URL}
	_, err := list(t, f.open(t, "p"))
	check(t, err, nil, "list s3://org-trail/p/: ListObjectsV2: connection refused")
}

// TestDialObeysTheEnvironment and names buckets in the path where an endpoint
// is given.
func TestDialObeysTheEnvironment(t *testing.T) {
	f := s3fake(t, map[string][]byte{"p/a": []byte("x")})
	quiet(t)
	t.Setenv("AWS_ACCESS_KEY_ID", canaryKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", canarySecret)
	t.Setenv("AWS_REGION", "")
	for _, variable := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, f.url)
			if c, err := bucket.Dial(t.Context()); err != nil || !c.Options().UsePathStyle {
				t.Errorf("with an endpoint the bucket is named in the host (%v)", err)
			}
			if content, err := read(t, bucket.New(name, "p", bucket.Dial), "a"); err != nil || string(content) != "x" {
				t.Errorf("%q %v", content, err)
			}
		})
		t.Run(variable+" of another machine", func(t *testing.T) {
			t.Setenv(variable, "http://192.0.2.1:9000")
			_, err := bucket.New(name, "p", bucket.Dial).Open(t.Context(), "a")
			if err == nil || !strings.Contains(err.Error(), "use https") {
				t.Errorf("error %v, want it to refuse plain http", err)
			}
		})
	}
	client, err := bucket.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := client.Options(); o.UsePathStyle || o.Region != "us-east-1" {
		t.Errorf("without an endpoint: path style %t, region %q", o.UsePathStyle, o.Region)
	}
}

// TestConnectIsNotCalledBeforeItIsNeeded, and again when it failed.
func TestConnectIsNotCalledBeforeItIsNeeded(t *testing.T) {
	calls := 0
	f := s3fake(t, map[string][]byte{"a": nil})
	b := bucket.New(name, "", func(context.Context) (*s3.Client, error) {
		if calls++; calls == 1 {
			return nil, errors.New("no network yet")
		}
		return bucket.Client(aws.Config{Region: "eu-west-1", BaseEndpoint: &f.url,
			Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}), nil
	})
	if calls != 0 {
		t.Error("it was called by New")
	}
	_, err := list(t, b)
	check(t, err, nil, "ListObjectsV2: no network yet")
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
	f := s3fake(t, map[string][]byte{"a": nil})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := f.open(t, "")
	if err := b.List(ctx, func(string, fs.FileInfo, error) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("List: %v", err)
	}
	if _, err := b.Open(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	f.answer = func(_ http.ResponseWriter, r *http.Request, _ int) bool { <-r.Context().Done(); return true }
	if _, err := b.Open(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open: %v", err)
	}
}
