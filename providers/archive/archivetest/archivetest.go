// Package archivetest holds the promises of archive.Store. Each store's test
// hands in a Harness; each sub-test is one sentence of the contract's
// documentation.
package archivetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/providers/archive"
)

// Object is what lies in a store.
type Object struct {
	Content []byte
	// Metadata is kept beside it, under names as the store takes them.
	Metadata map[string]string
}

// Harness makes stores of one kind. Store must be set; a nil func means that
// such a fault cannot come about in this kind.
type Harness struct {
	// Store makes a store of these objects, by key.
	Store func(t *testing.T, objects map[string]Object) archive.Store
	// Denied is as Store, but key may not be read.
	Denied func(t *testing.T, objects map[string]Object, key string) archive.Store
	// Broken is as Store, but what is read of key breaks off behind some bytes,
	// again and again.
	Broken func(t *testing.T, objects map[string]Object, key string, after int) archive.Store
	// Unlisted is a store that cannot be listed for want of a permission.
	Unlisted func(t *testing.T) archive.Store
	// NothingBesides: the metadata of an object that is not there is none, and
	// no error, since it lies in an object of its own.
	NothingBesides bool
}

// Run holds a kind of store against the contract.
func Run(t *testing.T, h Harness) {
	t.Run("a listing tells each object once, with size and time", h.lists)
	t.Run("an error of visit ends the listing and is returned unchanged", h.visits)
	t.Run("the end of the run ends the listing", h.ends)
	t.Run("an object comes as it is stored", h.opens)
	t.Run("what is returned may be used from several goroutines", h.together)
	t.Run("what is not there is fs.ErrNotExist", h.missing)
	t.Run("metadata has names in lower case", h.metadata)
	if h.Denied != nil {
		t.Run("what may not be read is fs.ErrPermission, and the rest is read", h.denied)
	}
	if h.Unlisted != nil {
		t.Run("what may not be listed is fs.ErrPermission", h.unlisted)
	}
	if h.Broken != nil {
		t.Run("an object that breaks off says so, and does not end", h.broken)
	}
}

// some are objects with names that are hard on URLs, and contents that look
// like what they are not.
func some() map[string]Object {
	return map[string]Object{
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/04/a.json.gz": {Content: []byte("\x1f\x8b no gzip, whatever it says")},
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/04/b.json.gz": {Content: bytes.Repeat([]byte{0, 1, 2, 254, 255}, 10_000)},
		"a name/with blanks & ümläute/100%25+1.jsonl":                    {Content: []byte("one\ntwo\n")},
		"empty.json": {},
		"plain":      {Content: []byte("x")},
	}
}

func keys(objects map[string]Object) []string { return slices.Sorted(maps.Keys(objects)) }

func (h Harness) lists(t *testing.T) {
	objects, got := some(), []string{}
	err := h.Store(t, objects).List(t.Context(), func(key string, info fs.FileInfo, err error) error {
		if err != nil {
			t.Errorf("%s: %v", key, err)
			return nil
		}
		got = append(got, key)
		if want := int64(len(objects[key].Content)); info.Size() != want || info.Name() != path.Base(key) || info.IsDir() || !info.Mode().IsRegular() {
			t.Errorf("%s: size %d, name %q, mode %v; want %d bytes of a file", key, info.Size(), info.Name(), info.Mode(), want)
		}
		if info.ModTime().IsZero() {
			t.Errorf("%s: the time is not told", key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if diff := cmp.Diff(keys(objects), got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func (h Harness) visits(t *testing.T) {
	refused, calls := errors.New("enough"), 0
	err := h.Store(t, some()).List(t.Context(), func(string, fs.FileInfo, error) error { calls++; return refused })
	if err != refused || calls != 1 {
		t.Errorf("%d calls, error %v; want one call and the error as it is", calls, err)
	}
}

func (h Harness) ends(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Store(t, some()).List(ctx, func(string, fs.FileInfo, error) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the end of the run", err)
	}
}

// read gives what an object holds, as far as it comes.
func read(ctx context.Context, s archive.Store, key string) ([]byte, error) {
	r, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r)
	return content, errors.Join(err, r.Close())
}

func (h Harness) opens(t *testing.T) {
	objects := some()
	s := h.Store(t, objects)
	for _, key := range keys(objects) {
		if got, err := read(t.Context(), s, key); err != nil || !bytes.Equal(got, objects[key].Content) {
			t.Errorf("%s: %d bytes, error %v; want %d", key, len(got), err, len(objects[key].Content))
		}
	}
}

func (h Harness) together(t *testing.T) {
	objects := some()
	s := h.Store(t, objects)
	var wg sync.WaitGroup
	for _, key := range keys(objects) {
		for range 4 {
			wg.Go(func() {
				if got, err := read(t.Context(), s, key); err != nil || !bytes.Equal(got, objects[key].Content) {
					t.Errorf("%s: %d bytes, error %v", key, len(got), err)
				}
				if _, err := s.Metadata(t.Context(), key); err != nil {
					t.Errorf("%s: metadata: %v", key, err)
				}
			})
		}
	}
	wg.Wait()
}

func (h Harness) missing(t *testing.T) {
	s := h.Store(t, some())
	if _, err := read(t.Context(), s, "plain/not"); !errors.Is(err, fs.ErrNotExist) {
		// Below a file, a file system may say that this is no folder.
		if _, err = read(t.Context(), s, "not"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open: error %v", err)
		}
	}
	got, err := s.Metadata(t.Context(), "not")
	if h.NothingBesides && (got != nil || err != nil) || !h.NothingBesides && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Metadata: %v, error %v", got, err)
	}
}

func (h Harness) metadata(t *testing.T) {
	s := h.Store(t, map[string]Object{
		"signed": {Content: []byte("x"), Metadata: map[string]string{"Signature": "00ff", "signature-algorithm": "SHA256withRSA"}},
		"plain":  {Content: []byte("x")},
	})
	got, err := s.Metadata(t.Context(), "signed")
	if diff := cmp.Diff(map[string]string{"signature": "00ff", "signature-algorithm": "SHA256withRSA"}, got); diff != "" || err != nil {
		t.Errorf("error %v, -want +got:\n%s", err, diff)
	}
	if got, err := s.Metadata(t.Context(), "plain"); got != nil || err != nil {
		t.Errorf("metadata of an object without any: %v, error %v", got, err)
	}
}

func (h Harness) denied(t *testing.T) {
	objects := some()
	s := h.Denied(t, objects, "plain")
	for _, key := range keys(objects) {
		_, err := read(t.Context(), s, key)
		if denied := errors.Is(err, fs.ErrPermission); denied != (key == "plain") || !denied && err != nil {
			t.Errorf("%s: error %v", key, err)
		}
	}
}

func (h Harness) unlisted(t *testing.T) {
	err := h.Unlisted(t).List(t.Context(), func(key string, _ fs.FileInfo, _ error) error { t.Errorf("visited %s", key); return nil })
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v", err)
	}
}

func (h Harness) broken(t *testing.T) {
	objects := some()
	const key, after = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/04/b.json.gz", 100
	got, err := read(t.Context(), h.Broken(t, objects, key, after), key)
	var broke *fs.PathError
	if !errors.As(err, &broke) {
		t.Errorf("error %v, want a *fs.PathError", err)
	}
	if !bytes.HasPrefix(objects[key].Content, got) || len(got) == 0 || len(got) == len(objects[key].Content) {
		t.Errorf("%d bytes came, want the beginning of the object and no more", len(got))
	}
}
