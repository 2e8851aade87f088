package inflate_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/estray/estray/internal/inflate"
)

// pack compresses each text into a member of its own.
func pack(t testing.TB, level int, texts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, text := range texts {
		packHeader(t, &b, level, gzip.Header{OS: 255}, text)
	}
	return b.Bytes()
}

func packHeader(t testing.TB, b *bytes.Buffer, level int, header gzip.Header, text string) {
	t.Helper()
	z, err := gzip.NewWriterLevel(b, level)
	if err != nil {
		t.Fatal(err)
	}
	z.Header = header
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// named is a member with an extra field, a name and a comment.
func named(t testing.TB, name, text string) []byte {
	var b bytes.Buffer
	packHeader(t, &b, 6, gzip.Header{Name: name, Comment: "of ours", Extra: []byte("extra"), OS: 3}, text)
	return b.Bytes()
}

// checked is a member whose header has a checksum (FHCRC), which may be wrong.
func checked(t testing.TB, text string, wrong uint16) []byte {
	header := []byte{0x1f, 0x8b, 8, 1 << 1, 0, 0, 0, 0, 0, 255}
	header = binary.LittleEndian.AppendUint16(header, uint16(crc32.ChecksumIEEE(header))^wrong)
	return append(header, pack(t, 6, text)[10:]...)
}

// raw is a member around any DEFLATE data, with a checksum that holds for text.
func raw(deflated []byte, text string) []byte {
	b := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, deflated...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(text)))
	return binary.LittleEndian.AppendUint32(b, uint32(len(text)))
}

// flushed is DEFLATE data of many blocks.
func flushed(t testing.TB, text string) []byte {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, 6)
	if err != nil {
		t.Fatal(err)
	}
	for part := range bytes.Lines([]byte(text)) {
		if _, err := z.Write(part); err != nil {
			t.Fatal(err)
		}
		if err := z.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// prose is text that compresses about as logs do: words that come again, and
// numbers that do not. The same seed gives the same text.
func prose(seed uint64, size int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	words := []string{`"eventSource":"`, `"eventName":"`, `lambda.amazonaws.com`, `Invoke`, `","`, `{"type":`, "}\n"}
	var b []byte
	for len(b) < size {
		b = append(b, words[r.IntN(len(words))]...)
		b = append(b, '0'+byte(r.IntN(10)), 'a'+byte(r.IntN(26)), 'a'+byte(r.IntN(26)))
	}
	return string(b[:size])
}

// read reads an object to its end with a Reader that served others.
func read(r *inflate.Reader, src io.Reader, size int64) (string, error) {
	if err := r.Reset(src, size); err != nil {
		return "", err
	}
	return rest(r)
}

func rest(r *inflate.Reader) (string, error) {
	b, err := io.ReadAll(r)
	return string(b), err
}

// sources are the ways in which the same bytes may come; the size is what is
// told of them.
func sources(object []byte) map[string]func() (io.Reader, int64) {
	size := int64(len(object))
	fresh := func(wrap func(io.Reader) io.Reader, size int64) func() (io.Reader, int64) {
		return func() (io.Reader, int64) { return wrap(bytes.NewReader(object)), size }
	}
	same := func(r io.Reader) io.Reader { return r }
	return map[string]func() (io.Reader, int64){
		"size known":           fresh(same, size),
		"size unknown":         fresh(same, -1),
		"size told too small":  fresh(same, size/2),
		"size told one less":   fresh(same, size-1),
		"size told too large":  fresh(same, size+7),
		"byte by byte":         fresh(iotest.OneByteReader, size),
		"byte by byte unknown": fresh(iotest.OneByteReader, -1),
		"end with the last":    fresh(iotest.DataErrReader, size),
		"halves":               fresh(iotest.HalfReader, size),
	}
}
