package bucket_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/archive/archivetest"
	"github.com/estray/estray/providers/google/bucket"
)

func all(objects map[string]archivetest.Object) map[string]stored {
	out := map[string]stored{}
	for key, o := range objects {
		out[key] = stored{content: o.Content, metadata: o.Metadata}
	}
	return out
}

func faked(t *testing.T, objects map[string]archivetest.Object) *fake {
	t.Helper()
	f := newFake(t, nil)
	for key, o := range all(objects) {
		f.put(key, o)
	}
	return f
}

// TestBucketIsAStore holds buckets against the contract of archives, with the
// faults that the emulator does not have.
func TestBucketIsAStore(t *testing.T) {
	archivetest.Run(t, archivetest.Harness{
		Store: func(t *testing.T, objects map[string]archivetest.Object) archive.Store {
			return faked(t, objects).open(t, "")
		},
		Denied: func(t *testing.T, objects map[string]archivetest.Object, key string) archive.Store {
			f := faked(t, objects)
			f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if object(r) == key {
					refuse(w, 403, "forbidden", "no")
				}
				return object(r) == key
			}
			return f.open(t, "")
		},
		Broken: func(t *testing.T, objects map[string]archivetest.Object, key string, after int) archive.Store {
			f := faked(t, objects)
			f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if object(r) == key {
					f.cut(w, r, after, false)
				}
				return object(r) == key
			}
			return f.open(t, "")
		},
		Unlisted: func(t *testing.T) archive.Store {
			f := newFake(t, nil)
			f.answer = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				refuse(w, 403, "forbidden", "no")
				return true
			}
			return f.open(t, "")
		},
	})
}

// TestBucketOfTheEmulatorIsAStore: the same, where the answers are by others.
func TestBucketOfTheEmulatorIsAStore(t *testing.T) {
	archivetest.Run(t, archivetest.Harness{
		Store: func(t *testing.T, objects map[string]archivetest.Object) archive.Store {
			url := testparts.GCS(t)
			emulated(t, url, all(objects))
			return bucket.New(name, "", func(ctx context.Context) (*bucket.Client, error) {
				return bucket.Open(ctx, bucket.Options{Emulator: url, Pause: time.Millisecond})
			})
		},
	})
}
