package inflate_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"testing"

	"github.com/estray/estray/internal/inflate"
)

// enough bounds what a fuzzed object may inflate to.
const enough = 4 << 20

// FuzzObject holds a Reader against compress/gzip: the same bytes, and both
// fail or neither; and whole objects against streamed ones: the same error.
// Declared differences: errors are called by other names; flags that RFC 1952
// reserves are an error, as it demands, where compress/gzip passes over them; of
// data that is cut off or damaged, the last bytes before that place may be given
// by one and not by the other.
func FuzzObject(f *testing.F) {
	for _, o := range objects(f) {
		if len(o.content) < 2<<10 {
			f.Add(o.content)
		}
	}
	small := pack(f, 6, "{\"Records\":[]}", prose(8, 700))
	f.Add(small)
	f.Add(small[:len(small)-3])
	f.Add(append(bytes.Clone(small), 0, 0, 0))
	f.Add(raw(flushed(f, "a\nb\nc\n"), "a\nb\nc\n"))
	f.Add([]byte("\x1f\x8b\b0000000\x000\xff\xff\x00\x0000000")) // reserved flags
	f.Add([]byte("\x1f\x8b\b\x000000000lCM\xd2\xa4(\x10\xdds\f\xd7\x15\x1d\xe2O\xa9}\x83\xd9\xccfN\xa0Xb(\xe2/*cp\xf7a*\xd0a\xf2\xcbMA\x8902881200"))
	f.Fuzz(func(t *testing.T, object []byte) {
		want, wantErr := reference(object)
		r := inflate.NewReader()
		var first error
		var streamed string
		for i, size := range []int64{-1, int64(len(object))} {
			got, err := bounded(r, object, size)
			shorter := min(len(got), len(want))
			if got[:shorter] != want[:shorter] || err == nil && len(got) != len(want) {
				t.Errorf("size %d: got %d bytes, compress/gzip %d", size, len(got), len(want))
			}
			if (err == nil) != (wantErr == nil) {
				t.Errorf("size %d: error %v, compress/gzip %v", size, err, wantErr)
			}
			if i == 0 {
				first, streamed = err, got
			}
			if got != streamed {
				t.Errorf("%d bytes with the size known, %d without", len(got), len(streamed))
			}
			if (err == nil) != (first == nil) || err != nil && err.Error() != first.Error() {
				t.Errorf("error %v with the size known, %v without", err, first)
			}
			if err != nil && !known(err) {
				t.Errorf("error %v has no name of ours", err)
			}
		}
	})
}

// FuzzBlocks takes the input for DEFLATE data and gives it the checksum of what
// compress/flate makes of it, which no change by chance would hit: whatever
// that accepts, a Reader must.
func FuzzBlocks(f *testing.F) {
	for _, level := range []int{0, 1, 6, 9, flate.HuffmanOnly} {
		content := pack(f, level, prose(9, 600))
		f.Add(content[10 : len(content)-8])
	}
	f.Add(flushed(f, "a\nb\nc\n"))
	f.Add([]byte{3, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		src := bytes.NewReader(data)
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(src), enough))
		if err != nil || len(want) == enough {
			return
		}
		object := raw(data[:len(data)-src.Len()], string(want))
		r := inflate.NewReader()
		for _, size := range []int64{-1, int64(len(object))} {
			if got, err := bounded(r, object, size); got != string(want) || err != nil {
				t.Errorf("size %d: got %d bytes and %v, want %d", size, len(got), err, len(want))
			}
		}
	})
}

func known(err error) bool {
	for _, ours := range []error{inflate.ErrHeader, inflate.ErrCut, inflate.ErrDamaged, inflate.ErrChecksum, inflate.ErrTrailing} {
		if errors.Is(err, ours) {
			return true
		}
	}
	return false
}

func bounded(r *inflate.Reader, object []byte, size int64) (string, error) {
	if err := r.Reset(bytes.NewReader(object), size); err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(r, enough))
	return string(b), err
}

// reference is what compress/gzip makes of an object, member by member, for the
// sake of the reserved flags.
func reference(object []byte) (string, error) {
	if !bytes.HasPrefix(object, []byte("\x1f\x8b")) {
		return string(object), nil
	}
	var all []byte
	src := bytes.NewReader(object)
	for src.Len() > 0 && len(all) < enough {
		if header := object[len(object)-src.Len():]; len(header) > 3 && header[3]>>5 != 0 {
			return string(all), gzip.ErrHeader
		}
		z, err := gzip.NewReader(src)
		if err != nil {
			return string(all), err
		}
		z.Multistream(false)
		b, err := io.ReadAll(io.LimitReader(z, enough-int64(len(all))))
		all = append(all, b...)
		if err != nil {
			return string(all), err
		}
	}
	return string(all), nil
}
