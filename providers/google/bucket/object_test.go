package bucket_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestBodyThatBreaksOffIsReadOn from where it broke, and comes whole.
func TestBodyThatBreaksOffIsReadOn(t *testing.T) {
	want := content(300_000)
	for _, reset := range []bool{false, true} {
		t.Run(fmt.Sprintf("reset %t", reset), func(t *testing.T) {
			f := newFake(t, map[string][]byte{"a": want})
			cuts := 0
			f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if cuts++; cuts > 3 {
					return false
				}
				f.cut(w, r, 50_000, reset)
				return true
			}
			got, err := read(t, f.open(t, ""), "a")
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes of %d, error %v", len(got), len(want), err)
			}
			if n := len(f.requests()); n != 4 {
				t.Errorf("requests %q, want 4", f.requests())
			}
		})
	}
}

// TestRangesBeginWhereTheBodyBroke, and ask for the same generation.
func TestRangesBeginWhereTheBodyBroke(t *testing.T) {
	f := newFake(t, map[string][]byte{"a": content(1000)})
	var matches []string
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		matches = append(matches, r.URL.Query().Get("ifGenerationMatch"))
		if len(matches) > 1 {
			return false
		}
		f.cut(w, r, 400, false)
		return true
	}
	if got, err := read(t, f.open(t, ""), "a"); err != nil || len(got) != 1000 {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	if diff := cmp.Diff([]string{"media a", "media a bytes=400-"}, f.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"", fmt.Sprint(f.objects["a"].generation)}, matches); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
}

// TestAnAnswerThatEndsTooEarly, and well by its own word, is read on: the length
// that is stored is told.
func TestAnAnswerThatEndsTooEarly(t *testing.T) {
	want := content(1000)
	f := newFake(t, map[string][]byte{"a": want})
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Header.Get("Range") != "" {
			return false
		}
		w.Header().Set("X-Goog-Generation", fmt.Sprint(f.objects["a"].generation))
		w.Header().Set("X-Goog-Stored-Content-Length", "1000")
		w.Write(want[:400])
		return true
	}
	if got, err := read(t, f.open(t, ""), "a"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
}

// first cuts the first answer and gives the others to next.
func first(next func(f *fake, w http.ResponseWriter, r *http.Request) bool) func(*fake, http.ResponseWriter, *http.Request, bool) bool {
	return func(f *fake, w http.ResponseWriter, r *http.Request, first bool) bool {
		if first {
			f.cut(w, r, 400, false)
			return true
		}
		return next(f, w, r)
	}
}

// TestBodiesThatStayBroken end with an error, behind the bytes that came.
func TestBodiesThatStayBroken(t *testing.T) {
	whole := content(1000)
	tests := []struct {
		name   string
		answer func(f *fake, w http.ResponseWriter, r *http.Request, first bool) bool
		bytes  int
		is     error
		says   string
		code   string
	}{
		{"cut each time without a byte", first(func(f *fake, w http.ResponseWriter, r *http.Request) bool {
			f.cut(w, r, 0, false)
			return true
		}), 400, nil, "read gs://org-logs/a: storage.objects.get: the answer broke off at byte 400: unexpected EOF", ""},
		{"dripping", func(f *fake, w http.ResponseWriter, r *http.Request, _ bool) bool {
			f.cut(w, r, 1, false)
			return true
		}, 5, nil, "storage.objects.get: the answer broke off at byte 5: unexpected EOF", ""},
		{"changed meanwhile", func(f *fake, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				defer f.put("a", stored{content: content(2000)})
				f.cut(w, r, 400, false)
			}
			return first
		}, 400, nil, "storage.objects.get: the object changed while it was read", "conditionNotMet"},
		{"gone meanwhile", first(func(_ *fake, w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, 404, "notFound", "No such object: org-logs/a")
			return true
		}), 400, fs.ErrNotExist, "read gs://org-logs/a: storage.objects.get: notFound", "notFound"},
		{"denied meanwhile", first(func(_ *fake, w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, 403, "forbidden", "no")
			return true
		}), 400, fs.ErrPermission, "read gs://org-logs/a: storage.objects.get: forbidden", "forbidden"},
		{"a server that knows no ranges", first(func(_ *fake, _ http.ResponseWriter, r *http.Request) bool {
			r.Header.Del("Range")
			return false
		}), 400, nil, "asked for the rest of the object, Cloud Storage sent something else", ""},
		{"a server that ignores the condition", func(f *fake, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				defer f.put("a", stored{content: content(2000)})
				f.cut(w, r, 400, false)
				return true
			}
			q := r.URL.Query()
			q.Del("ifGenerationMatch")
			r.URL.RawQuery = q.Encode()
			return false
		}, 400, nil, "asked for the rest of the object, Cloud Storage sent something else", ""},
		{"no generation to know the object by", func(_ *fake, w http.ResponseWriter, _ *http.Request, _ bool) bool {
			w.Header().Set("Content-Length", "1000")
			w.Write(whole[:400])
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, 400, nil, "the answer broke off at byte 400", ""},
		{"hanging in the body", func(_ *fake, w http.ResponseWriter, r *http.Request, first bool) bool {
			w.Header().Set("X-Goog-Generation", "7")
			if first {
				w.Header().Set("Content-Length", "1000")
				w.Write(whole[:400])
			} else {
				w.Header().Set("Content-Range", "bytes 400-999/1000")
				w.WriteHeader(http.StatusPartialContent)
			}
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return true
		}, 400, nil, "the answer broke off at byte 400: no whole answer came in time", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, map[string][]byte{"a": whole})
			if tt.name == "hanging in the body" {
				f.patience = 500 * time.Millisecond
			}
			requests := 0
			f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				requests++
				return tt.answer(f, w, r, requests == 1)
			}
			r, err := f.open(t, "").Open(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got, err := io.ReadAll(r)
			if !bytes.Equal(got, whole[:tt.bytes]) {
				t.Errorf("%d bytes, want %d", len(got), tt.bytes)
			}
			check(t, err, tt.is, tt.says, tt.code)
			if requests > 5 {
				t.Errorf("%d requests, want an end to them", requests)
			}
			if _, again := r.Read(make([]byte, 1)); again != err {
				t.Errorf("a later reading gives %v, want the same error", again)
			}
		})
	}
}

// TestLargeObjectOverABadLine gets on each time, and so comes to its end after
// more breaks than a small one may have.
func TestLargeObjectOverABadLine(t *testing.T) {
	want := content(12 << 20)
	f := newFake(t, map[string][]byte{"a": want})
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		f.cut(w, r, 3<<19, false)
		return true
	}
	got, err := read(t, f.open(t, ""), "a")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d, error %v", len(got), len(want), err)
	}
}

// TestTheEndOfTheRunEndsAReading at the next break.
func TestTheEndOfTheRunEndsAReading(t *testing.T) {
	f := newFake(t, map[string][]byte{"a": content(1000)})
	ctx, cancel := context.WithCancel(t.Context())
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool { f.cut(w, r, 400, false); return true }
	r, err := f.open(t, "").Open(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 400)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(make([]byte, 1)); err != context.Canceled {
		t.Errorf("error is %v", err)
	}
	if n := len(f.requests()); n != 1 {
		t.Errorf("%d requests after the end", n)
	}
}

// TestCutsNeverShow: wherever a body breaks, it comes whole or with an error,
// and never with a byte more, less or another.
func TestCutsNeverShow(t *testing.T) {
	whole := content(5000)
	f := newFake(t, map[string][]byte{"a": whole})
	b := f.open(t, "")
	rapid.Check(t, func(rt *rapid.T) {
		cuts := rapid.SliceOfN(rapid.IntRange(0, 3000), 0, 6).Draw(rt, "cuts")
		reset := rapid.Bool().Draw(rt, "reset")
		left := cuts
		f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if len(left) == 0 {
				return false
			}
			after := left[0]
			left = left[1:]
			f.cut(w, r, after, reset)
			return true
		}
		r, err := b.Open(t.Context(), "a")
		if err != nil {
			return
		}
		defer r.Close()
		got, err := io.ReadAll(r)
		if !bytes.HasPrefix(whole, got) || err == nil && len(got) != len(whole) {
			rt.Fatalf("%d bytes, error %v", len(got), err)
		}
		if err != nil && len(cuts) <= 4 && !reset { // a reset may come before the head of the answer
			rt.Fatalf("given up after %d cuts: %v", len(cuts), err)
		}
	})
}
