package bucket_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/archive/archivetest"
)

// stored is an emulator with these objects, and user metadata as S3 has it.
func stored(t *testing.T, objects map[string]archivetest.Object) *front {
	t.Helper()
	f := s3fake(t, nil)
	for key, o := range objects {
		meta := map[string]string{}
		for name, value := range o.Metadata {
			meta["X-Amz-Meta-"+name] = value
		}
		f.putWith(t, key, o.Content, meta)
	}
	return f
}

// of reports whether a request is one for an object.
func of(r *http.Request, key string) bool { return strings.HasSuffix(r.URL.Path, "/"+key) }

// TestBucketIsAStore holds buckets against the contract of archives.
func TestBucketIsAStore(t *testing.T) {
	archivetest.Run(t, archivetest.Harness{
		Store: func(t *testing.T, objects map[string]archivetest.Object) archive.Store {
			return stored(t, objects).open(t, "")
		},
		Denied: func(t *testing.T, objects map[string]archivetest.Object, key string) archive.Store {
			f := stored(t, objects)
			f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if of(r, key) {
					refuse(w, 403, "AccessDenied", "Access Denied")
				}
				return of(r, key)
			}
			return f.open(t, "")
		},
		Broken: func(t *testing.T, objects map[string]archivetest.Object, key string, after int) archive.Store {
			f := stored(t, objects)
			f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if of(r, key) {
					f.cut(w, r, after, false)
				}
				return of(r, key)
			}
			return f.open(t, "")
		},
		Unlisted: func(t *testing.T) archive.Store {
			f := s3fake(t, nil)
			f.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				refuse(w, 403, "AccessDenied", "Access Denied")
				return true
			}
			return f.open(t, "")
		},
	})
}
