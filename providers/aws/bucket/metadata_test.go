package bucket_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOneDeniedAmongTenThousand: it is asked for once, says why, and the others
// are read.
func TestOneDeniedAmongTenThousand(t *testing.T) {
	const n = 10_000
	objects := map[string][]byte{}
	for i := range n {
		objects[fmt.Sprintf("AWSLogs/%05d.json.gz", i)] = []byte("x")
	}
	f := s3fake(t, objects)
	const denied = "AWSLogs/05432.json.gz"
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if of(r, denied) {
			refuse(w, 403, "AccessDenied", "Access Denied")
		}
		return of(r, denied)
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
		check(t, err, fs.ErrPermission, "GetObject: AccessDenied: Access Denied")
		var coded interface{ ErrorCode() string }
		if !errors.As(err, &coded) || coded.ErrorCode() != "AccessDenied" {
			t.Errorf("%v has not the code", err)
		}
	}
	if whole != n-1 || refused != 1 {
		t.Errorf("%d read, %d refused", whole, refused)
	}
	if got := f.times["GetObject "+denied]; got != 1 {
		t.Errorf("what is denied was asked for %d times, want once", got)
	}
	if got := len(f.requests()) - f.times["ListObjectsV2"]; got != n {
		t.Errorf("%d requests for %d objects, want one for each", got, n)
	}
}

// TestMetadataThatIsRefused: the answers to HeadObject have no body, so the code
// is that of the status. A refusal is asked for once.
func TestMetadataThatIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name, code, says string
		status, calls    int
		is               error
	}{
		{"denied", "Forbidden", "read metadata of s3://org-trail/p/a: HeadObject: Forbidden", 403, 1, fs.ErrPermission},
		{"gone", "NotFound", "read metadata of s3://org-trail/p/a: HeadObject: NotFound", 404, 1, fs.ErrNotExist},
		{"slowed down for good", "ServiceUnavailable", "read metadata of s3://org-trail/p/a: HeadObject: ", 503, 3, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := s3fake(t, map[string][]byte{"p/a": []byte("x")})
			f.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool { w.WriteHeader(tt.status); return true }
			got, err := f.open(t, "p").Metadata(t.Context(), "a")
			if got != nil {
				t.Errorf("metadata %v", got)
			}
			check(t, err, tt.is, tt.says)
			var coded interface{ ErrorCode() string }
			if !errors.As(err, &coded) || coded.ErrorCode() != tt.code {
				t.Errorf("%v has the code %v, want %q", err, coded, tt.code)
			}
			if diff := cmp.Diff(tt.calls, len(f.requests())); diff != "" {
				t.Errorf("requests %q", f.requests())
			}
		})
	}
}
