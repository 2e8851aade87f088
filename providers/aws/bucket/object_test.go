package bucket_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// cut answers with what the emulator says, but breaks off behind some bytes of
// the body. With reset the connection is torn down, else the answer just ends.
func (f *front) cut(w http.ResponseWriter, r *http.Request, after int, reset bool) {
	whole := httptest.NewRecorder()
	f.next.ServeHTTP(whole, r)
	for k, v := range whole.Header() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", fmt.Sprint(whole.Body.Len()))
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

func content(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i * 7 % 251)
	}
	return out
}

// TestBodyThatBreaksOffIsReadOn from where it broke, and comes whole.
func TestBodyThatBreaksOffIsReadOn(t *testing.T) {
	want := content(300_000)
	for _, reset := range []bool{false, true} {
		t.Run(fmt.Sprintf("reset %t", reset), func(t *testing.T) {
			f := s3fake(t, map[string][]byte{"a": want})
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

// TestRangesBeginWhereTheBodyBroke, and ask for the same version.
func TestRangesBeginWhereTheBodyBroke(t *testing.T) {
	f := s3fake(t, map[string][]byte{"a": content(1000)})
	var matches []string
	f.answer = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		matches = append(matches, r.Header.Get("If-Match"))
		if len(matches) > 1 {
			return false
		}
		f.cut(w, r, 400, false)
		return true
	}
	if got, err := read(t, f.open(t, ""), "a"); err != nil || len(got) != 1000 {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	if diff := cmp.Diff([]string{"GetObject a", "GetObject a bytes=400-"}, f.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if len(matches) != 2 || matches[0] != "" || matches[1] == "" {
		t.Errorf("conditions %q, want one on the second", matches)
	}
}

// TestBodiesThatStayBroken end with an error, behind the bytes that came.
func TestBodiesThatStayBroken(t *testing.T) {
	whole := content(1000)
	tests := []struct {
		name   string
		answer func(f *front, w http.ResponseWriter, r *http.Request, first bool) bool
		bytes  int
		is     error
		says   string
	}{
		{"cut each time without a byte", func(f *front, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				f.cut(w, r, 400, false)
			} else {
				f.cut(w, r, 0, false)
			}
			return true
		}, 400, nil, "read s3://org-trail/a: GetObject: the answer broke off at byte 400: unexpected EOF"},
		{"dripping", func(f *front, w http.ResponseWriter, r *http.Request, _ bool) bool {
			f.cut(w, r, 1, false)
			return true
		}, 5, nil, "GetObject: the answer broke off at byte 5: unexpected EOF"},
		{"changed meanwhile", func(f *front, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				defer f.put(t, "a", content(2000))
				f.cut(w, r, 400, false)
			}
			return first
		}, 400, nil, "GetObject: the object changed while it was read"},
		{"gone meanwhile", func(f *front, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				f.cut(w, r, 400, false)
			} else {
				refuse(w, 404, "NoSuchKey", "The specified key does not exist.")
			}
			return true
		}, 400, fs.ErrNotExist, "read s3://org-trail/a: GetObject: NoSuchKey"},
		{"denied meanwhile", func(f *front, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				f.cut(w, r, 400, false)
			} else {
				refuse(w, 403, "AccessDenied", "Access Denied")
			}
			return true
		}, 400, fs.ErrPermission, "read s3://org-trail/a: GetObject: AccessDenied"},
		{"a server that knows no ranges", func(f *front, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				f.cut(w, r, 400, false)
				return true
			}
			r.Header.Del("Range")
			return false
		}, 400, nil, "asked for the rest of the object, S3 sent something else"},
		{"a server that ignores the condition", func(f *front, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				defer f.put(t, "a", content(2000))
				f.cut(w, r, 400, false)
				return true
			}
			r.Header.Del("If-Match")
			return false
		}, 400, nil, "asked for the rest of the object, S3 sent something else"},
		{"no tag to know the object by", func(f *front, w http.ResponseWriter, _ *http.Request, _ bool) bool {
			w.Header().Set("Content-Length", "1000")
			w.Write(whole[:400])
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, 400, nil, "the answer broke off at byte 400"},
		{"hanging in the body", func(f *front, w http.ResponseWriter, r *http.Request, first bool) bool {
			if first {
				w.Header().Set("ETag", `"x"`)
				w.Header().Set("Content-Length", "1000")
				w.Write(whole[:400])
			} else {
				w.Header().Set("ETag", `"x"`)
				w.Header().Set("Content-Range", "bytes 400-999/1000")
				w.WriteHeader(http.StatusPartialContent)
			}
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return true
		}, 400, nil, "the answer broke off at byte 400: no whole answer came in time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := s3fake(t, map[string][]byte{"a": whole})
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
			check(t, err, tt.is, tt.says)
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
	f := s3fake(t, map[string][]byte{"a": want})
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
	f := s3fake(t, map[string][]byte{"a": content(1000)})
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
	f := s3fake(t, map[string][]byte{"a": whole})
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
