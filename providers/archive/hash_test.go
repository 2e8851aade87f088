package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/providers/archive"
)

// packed compresses each part as a member of its own.
func packed(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, p := range parts {
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// TestHash: the hash is of what an object holds, however it is packed; one that
// is cut off, damaged or not there has none, and is no end.
func TestHash(t *testing.T) {
	whole := packed(t, "hello")
	damaged := slices.Clone(whole)
	damaged[len(damaged)-6] ^= 1
	objects := map[string][]byte{
		"cut.gz": whole[:len(whole)-3], "damaged.gz": damaged, "empty": nil, "members.gz": packed(t, "he", "", "llo"), "plain": []byte("hello"),
		"trailing.gz": append(slices.Clone(whole), "rest"...), "whole.gz": whole, "large.gz": packed(t, string(bytes.Repeat([]byte("0123456789"), 100_000))),
	}
	dir := fstest.MapFS{}
	keys := []string{"absent"}
	for key, content := range objects {
		dir[key] = &fstest.MapFile{Data: content}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	hello := fmt.Sprintf("%x", sha256.Sum256([]byte("hello")))
	want := []string{
		"absent: file does not exist", "cut.gz: error", "damaged.gz: error", fmt.Sprintf("empty: %x", sha256.Sum256(nil)),
		fmt.Sprintf("large.gz: %x", sha256.Sum256(bytes.Repeat([]byte("0123456789"), 100_000))),
		"members.gz: " + hello, "plain: " + hello, "trailing.gz: error", "whole.gz: " + hello,
	}
	for _, workers := range []int{0, 1, 3, 20} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			var got []string
			err := archive.Hash(t.Context(), archive.Folder(dir), keys, workers, func(key string, sum [sha256.Size]byte, err error) error {
				text := fmt.Sprintf("%s: %x", key, sum)
				switch {
				case errors.Is(err, fs.ErrNotExist):
					text = key + ": file does not exist"
				case err != nil && sum == [sha256.Size]byte{}:
					text = key + ": error"
				}
				got = append(got, text)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// tallied is a store of one object under any key, which counts what is open.
type tallied struct {
	archive.Store
	open, most atomic.Int64
}

func (c *tallied) Open(context.Context, string) (io.ReadCloser, error) {
	n := c.open.Add(1)
	for most := c.most.Load(); n > most && !c.most.CompareAndSwap(most, n); most = c.most.Load() {
	}
	return c, nil
}

func (c *tallied) Read([]byte) (int, error) { return 0, io.EOF }

func (c *tallied) Close() error {
	c.open.Add(-1)
	return nil
}

// TestHashEnds: an error of visit, or the end of the run, ends it at once and
// leaves nothing open; no more objects are open than there are workers.
func TestHashEnds(t *testing.T) {
	keys := make([]string, 500)
	for i := range keys {
		keys[i] = fmt.Sprintf("%03d", i)
	}
	enough := errors.New("enough")
	for name, c := range map[string]struct {
		stop func(context.CancelFunc) error // at the tenth
		want error
		seen int
	}{
		"an error of visit":  {func(context.CancelFunc) error { return enough }, enough, 10},
		"the end of the run": {func(stop context.CancelFunc) error { stop(); return nil }, context.Canceled, 10},
		"nothing":            {func(context.CancelFunc) error { return nil }, nil, 500},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			store, seen := &tallied{}, 0
			err := archive.Hash(ctx, store, keys, 4, func(key string, _ [sha256.Size]byte, _ error) error {
				if key != keys[seen] {
					t.Fatalf("%s is not in order", key)
				}
				if seen++; seen == 10 {
					return c.stop(stop)
				}
				return nil
			})
			if err != c.want || seen != c.seen {
				t.Errorf("error %v after %d objects", err, seen)
			}
			if open, most := store.open.Load(), store.most.Load(); open != 0 || most > 4 {
				t.Errorf("%d open, at most %d", open, most)
			}
		})
	}
}
