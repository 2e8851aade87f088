package inflate_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/inflate"
)

// object is a case of what an archive may hold.
type object struct {
	name    string
	content []byte
	kind    inflate.Kind
	want    string
	err     error // nil: whole
}

func objects(t testing.TB) []object {
	text, more := prose(1, 100<<10), prose(2, 3<<10)
	whole := pack(t, 6, text)
	wrongSum, wrongSize, broken := bytes.Clone(whole), bytes.Clone(whole), bytes.Clone(whole)
	wrongSum[len(whole)-8] ^= 1
	wrongSize[len(whole)-1] ^= 1
	broken[10] |= 7 // a block of the type that RFC 1951 reserves
	reserved := bytes.Clone(whole)
	reserved[3] = 1 << 6
	then := func(head []byte, tail ...[]byte) []byte { return bytes.Join(append([][]byte{head}, tail...), nil) }
	return []object{
		{"nothing", nil, inflate.Empty, "", nil},
		{"plain text", []byte(text), inflate.Plain, text, nil},
		{"one byte", []byte("{"), inflate.Plain, "{", nil},
		{"the first byte of gzip alone", whole[:1], inflate.Plain, "\x1f", nil},
		{"gzip of nothing", pack(t, 6, ""), inflate.Gzip, "", nil},
		{"one member", whole, inflate.Gzip, text, nil},
		{"best compression", pack(t, 9, text), inflate.Gzip, text, nil},
		{"fixed Huffman codes", pack(t, 1, "abc"), inflate.Gzip, "abc", nil},
		{"stored blocks", pack(t, 0, text), inflate.Gzip, text, nil},
		{"many blocks", raw(flushed(t, text), text), inflate.Gzip, text, nil},
		{"several members", pack(t, 6, more, text, more), inflate.Gzip, more + text + more, nil},
		{"a short member last, of which the length tells little", pack(t, 6, text, "x"), inflate.Gzip, text + "x", nil},
		{"empty members between, before and after", pack(t, 6, "", more, "", "", more, ""), inflate.Gzip, more + more, nil},
		{"ten thousand empty members", bytes.Repeat(pack(t, 6, ""), 10000), inflate.Gzip, "", nil},
		{"a name, a comment and an extra field", named(t, "of-ours.json", text), inflate.Gzip, text, nil},
		{"a name of 511 bytes", named(t, strings.Repeat("n", 511), text), inflate.Gzip, text, nil},
		{"a name of 512 bytes", named(t, strings.Repeat("n", 512), text), inflate.Gzip, "", inflate.ErrHeader},
		{"a header with a checksum", checked(t, text, 0), inflate.Gzip, text, nil},
		{"a header with a wrong checksum", checked(t, text, 1), inflate.Gzip, "", inflate.ErrHeader},
		{"reserved flags", reserved, inflate.Gzip, "", inflate.ErrHeader},
		{"no gzip after its first two bytes", []byte("\x1f\x8b and then something else"), inflate.Gzip, "", inflate.ErrHeader},
		{"a header alone", whole[:8], inflate.Gzip, "", inflate.ErrHeader},
		{"a header alone is cut, too", whole[:8], inflate.Gzip, "", inflate.ErrCut},
		{"cut in its trailer", whole[:len(whole)-1], inflate.Gzip, text, inflate.ErrCut},
		{"cut before its trailer", whole[:len(whole)-8], inflate.Gzip, text, inflate.ErrCut},
		{"cut in the header of the second member", then(whole, whole[:5]), inflate.Gzip, text, inflate.ErrCut},
		{"cut after one byte of the second member", then(whole, whole[:1]), inflate.Gzip, text, inflate.ErrCut},
		{"a wrong checksum", wrongSum, inflate.Gzip, text, inflate.ErrChecksum},
		{"a wrong length", wrongSize, inflate.Gzip, text, inflate.ErrChecksum},
		{"a wrong checksum in the first of two", then(wrongSum, whole), inflate.Gzip, text, inflate.ErrChecksum},
		{"a wrong checksum in the second of two", then(whole, wrongSum), inflate.Gzip, text + text, inflate.ErrChecksum},
		{"data that breaks the rules", broken, inflate.Gzip, "", inflate.ErrDamaged},
		{"a second member that breaks the rules", then(whole, broken), inflate.Gzip, text, inflate.ErrDamaged},
		{"something follows", then(whole, []byte("and more of something else")), inflate.Gzip, text, inflate.ErrTrailing},
		{"little follows", then(whole, []byte("x")), inflate.Gzip, text, inflate.ErrTrailing},
		{"zeros follow", then(whole, make([]byte, 512)), inflate.Gzip, text, inflate.ErrTrailing},
		{"one zero follows", then(whole, make([]byte, 1)), inflate.Gzip, text, inflate.ErrTrailing},
		{"what follows begins like gzip and is none", then(whole, []byte("\x1f\x8b and then something else")), inflate.Gzip, text, inflate.ErrTrailing},
	}
}

// One Reader serves all cases in a row, so that nothing of one object may show
// in the next.
func TestObjectsAreReadAsTheyAre(t *testing.T) {
	r := inflate.NewReader()
	for _, test := range objects(t) {
		t.Run(test.name, func(t *testing.T) {
			for how, source := range sources(test.content) {
				src, size := source()
				got, err := read(r, src, size)
				if got != test.want {
					t.Errorf("%s: got %d bytes, want %d", how, len(got), len(test.want))
				}
				if !errors.Is(err, test.err) {
					t.Errorf("%s: error %v, want %v", how, err, test.err)
				}
				if r.Kind() != test.kind {
					t.Errorf("%s: kind %d, want %d", how, r.Kind(), test.kind)
				}
			}
		})
	}
}

func TestErrorsStayUntilReset(t *testing.T) {
	r := inflate.NewReader()
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("before Reset: %v, want EOF", err)
	}
	for _, test := range objects(t) {
		_, first := read(r, bytes.NewReader(test.content), int64(len(test.content)))
		if first == nil {
			first = io.EOF
		}
		for range 3 {
			if n, err := r.Read(make([]byte, 10)); n != 0 || err != first {
				t.Errorf("%s: read %d bytes and %v after %v", test.name, n, err, first)
			}
		}
	}
}

func TestCutAnywhereIsNoticed(t *testing.T) {
	text := prose(3, 2000)
	content := pack(t, 6, text[:1200], text[1200:])
	middle := len(pack(t, 6, text[:1200]))
	r := inflate.NewReader()
	for cut := 2; cut < len(content); cut++ {
		got, err := read(r, bytes.NewReader(content[:cut]), int64(cut))
		switch {
		case cut == middle:
			if err != nil || got != text[:1200] {
				t.Errorf("at the end of a member: %v", err)
			}
		case !errors.Is(err, inflate.ErrCut):
			t.Errorf("at %d of %d: error %v, want %v", cut, len(content), err, inflate.ErrCut)
		case !strings.HasPrefix(text, got):
			t.Errorf("at %d: what was read is not what was compressed", cut)
		}
	}
}

// Bytes that are flipped are noticed, or change nothing: the time, the system
// and the flags of how it was compressed stand unprotected in the header, and
// before the last, empty block of the data are bits that nobody needs.
func TestFlippedBytesAreNoticed(t *testing.T) {
	text := prose(4, 1500)
	content := pack(t, 6, text)
	r := inflate.NewReader()
	for at := range content {
		for _, bit := range []byte{1, 0x10, 0x80} {
			damaged := bytes.Clone(content)
			damaged[at] ^= bit
			got, err := read(r, bytes.NewReader(damaged), int64(len(damaged)))
			switch {
			case at < 2: // plain
				if err != nil || got != string(damaged) {
					t.Errorf("byte %d: %v", at, err)
				}
			case err == nil && got != text:
				t.Errorf("byte %d, bit %#x: read something else without an error", at, bit)
			case err == nil && (at < 3 || at >= 10) && at != len(content)-8-5:
				t.Errorf("byte %d, bit %#x: no error", at, bit)
			}
		}
	}
}

func TestErrorsOfTheSourcePassUnchanged(t *testing.T) {
	text := prose(5, 300<<10)
	contents := map[string][]byte{"plain": []byte(text), "gzip": pack(t, 6, text), "members": pack(t, 6, text[:99], text[99:])}
	r := inflate.NewReader()
	for name, content := range contents {
		for _, broke := range []error{&fs.PathError{Op: "read", Path: "object", Err: fs.ErrPermission}, io.ErrUnexpectedEOF, io.ErrNoProgress} {
			for _, after := range []int{0, 1, 2, 5, 10, 30, len(content) / 2, len(content) - 8, len(content) - 1, len(content)} {
				src := io.MultiReader(bytes.NewReader(content[:after]), failing{broke})
				got, err := read(r, src, int64(len(content)))
				if err != broke {
					t.Errorf("%s, after %d bytes: error %v, want %v", name, after, err, broke)
				}
				if !strings.HasPrefix(text, got) {
					t.Errorf("%s, after %d bytes: what was read is not what was stored", name, after)
				}
				if after == len(content)/2 && len(got) < len(text)/4 {
					t.Errorf("%s: the first half of the object gave %d bytes of %d", name, len(got), len(text))
				}
			}
		}
	}
}

// failing is a store that breaks off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A small object that inflates to a large one is streamed, by whatever build.
func TestBombIsStreamed(t *testing.T) {
	const size = 300 << 20
	bomb := pack(t, 6, string(make([]byte, size)))
	r := inflate.NewReader()
	if err := r.Reset(bytes.NewReader(bomb), int64(len(bomb))); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Bytes(); ok {
		t.Errorf("%d bytes were inflated in one go", size)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, make([]byte, 64<<10))
	if n != size || err != nil {
		t.Errorf("read %d bytes and %v, want %d", n, err, size)
	}
}

func TestBytesAreWhatReadGives(t *testing.T) {
	r := inflate.NewReader()
	for _, test := range objects(t) {
		if err := r.Reset(bytes.NewReader(test.content), int64(len(test.content))); err != nil {
			continue
		}
		all, ok := r.Bytes()
		if !ok {
			continue
		}
		if cap(all)-len(all) < inflate.Spare {
			t.Errorf("%s: %d bytes are spare", test.name, cap(all)-len(all))
		}
		if diff := cmp.Diff(test.want, string(all)); diff != "" || test.err != nil {
			t.Errorf("%s: in one go, where the error must be %v (-want +got):\n%.300s", test.name, test.err, diff)
		}
		if got, err := rest(r); got != test.want || err != nil {
			t.Errorf("%s: after Bytes, Read gave %d bytes and %v", test.name, len(got), err)
		}
	}
}

func TestObjectsOneAfterTheOtherCostNoMemory(t *testing.T) {
	content := pack(t, 6, prose(6, 50<<10))
	plain := []byte(prose(7, 50<<10))
	r, src, p := inflate.NewReader(), bytes.NewReader(nil), make([]byte, 32<<10)
	one := func() {
		for _, object := range [][]byte{content, plain, content} {
			src.Reset(object)
			if err := r.Reset(src, int64(len(object))); err != nil {
				t.Fatal(err)
			}
			err := error(nil)
			for err == nil {
				_, err = r.Read(p)
			}
			if err != io.EOF {
				t.Fatal(err)
			}
		}
	}
	one()
	if n := testing.AllocsPerRun(50, one); n > 0 {
		t.Errorf("%g allocations for three objects", n)
	}
}
