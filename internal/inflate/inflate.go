package inflate

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// What can be wrong with a compressed object.
var (
	// ErrHeader means that an object begins like gzip and is none. Together
	// with ErrCut: it ends within its first header.
	ErrHeader = errors.New("begins like gzip and is none")
	// ErrCut means that the compressed data ends too early.
	ErrCut = errors.New("the compressed data is cut off")
	// ErrDamaged means that the compressed data breaks the rules of its format.
	ErrDamaged = errors.New("the compressed data is damaged")
	// ErrChecksum means that what was inflated is not what was compressed: the
	// checksum or the length of a member differs.
	ErrChecksum = errors.New("the compressed data is damaged: its checksum does not hold")
	// ErrTrailing means that something that is no gzip follows a whole member,
	// be it only zeros.
	ErrTrailing = errors.New("something that is no gzip follows the compressed data")
)

// Kind tells what an object is by its first bytes.
type Kind uint8

// The kinds of objects. The zero value is of an object without a byte.
const (
	Empty Kind = iota
	Plain      // no gzip; given as it is
	Gzip       // begins like gzip
)

const (
	// magic is what every member begins with (RFC 1952, 2.3.1).
	magic = "\x1f\x8b"
	// window is how much of a source is read at a time.
	window = 64 << 10
)

// Reader reads what one object holds at a time. It is not safe for use by
// several goroutines at once. Make one with [NewReader].
type Reader struct {
	src  source
	in   *bufio.Reader
	z    *gzip.Reader
	kind Kind
	err  error // stays until the next Reset

	fast  engine
	whole bool   // the object was inflated in one go
	all   []byte // what it holds then
	at    int    // how much of all was read
}

// NewReader returns a Reader without an object: it is at the end until Reset.
func NewReader() *Reader {
	return &Reader{in: bufio.NewReaderSize(nil, window), z: new(gzip.Reader), err: io.EOF}
}

// Reset begins the next object, which src gives from its first byte; the caller
// closes src. size is the number of bytes that src will give, negative where it
// is not known; a wrong size costs time and nothing else. An error is that of
// every Read, too: ErrHeader, or the source's own. An empty object is no error.
// What is inflated in one go is read and inflated here.
func (r *Reader) Reset(src io.Reader, size int64) error {
	r.src = source{r: src}
	r.in.Reset(&r.src)
	r.kind, r.err = Empty, nil
	r.whole, r.all, r.at = false, nil, 0
	head, err := r.in.Peek(2)
	switch {
	case err != nil && err != io.EOF:
		r.err = err
		return err
	case len(head) == 0:
		r.err = io.EOF
		return nil
	case string(head) != magic:
		r.kind = Plain
		return nil
	}
	r.kind = Gzip
	if r.all, r.whole = r.fast.inflate(r, size); r.whole {
		return nil
	}
	r.err = r.header()
	return r.err
}

// Kind tells what the object of the last Reset is.
func (r *Reader) Kind() Kind { return r.kind }

// Bytes returns all that the object holds, without a copy and however much of
// it was read, if it was inflated in one go; false: use Read. The bytes are
// valid until the next Reset. At least [Spare] bytes after their end may be
// read too, through the capacity of the slice; what those hold is undefined.
func (r *Reader) Bytes() ([]byte, bool) { return r.all, r.whole }

// Spare is the least spare capacity, in bytes, of what Bytes returns.
const Spare = 128

// Read reads what the object holds. It returns 0 bytes only with an error or
// for an empty p, and never bytes together with an error. io.EOF comes only
// after the checksum and the length of every member held.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.err == nil {
		n, err := r.read(p)
		r.err = err
		if n > 0 {
			return n, nil
		}
	}
	return 0, r.err
}

func (r *Reader) read(p []byte) (int, error) {
	switch {
	case r.whole:
		n := copy(p, r.all[r.at:])
		r.at += n
		if r.at == len(r.all) {
			return n, io.EOF
		}
		return n, nil
	case r.kind == Plain:
		return r.in.Read(p)
	}
	n, err := r.z.Read(p)
	if err == io.EOF { // the end of a member that holds
		return n, r.member()
	}
	return n, r.cause(err)
}

// member begins the member after one that ended; io.EOF where there is none.
func (r *Reader) member() error {
	head, err := r.in.Peek(2)
	switch {
	case err != nil && err != io.EOF:
		return err
	case len(head) == 0:
		return io.EOF
	case !bytes.HasPrefix([]byte(magic), head): // of one byte at the end, the first
		return ErrTrailing
	}
	err = r.header()
	switch {
	case errors.Is(err, ErrCut):
		return ErrCut
	case errors.Is(err, ErrHeader):
		return ErrTrailing
	}
	return err
}

// header reads the header of a member.
func (r *Reader) header() error {
	err := r.z.Reset(r.in)
	r.z.Multistream(false) // member looks itself for the next
	err = r.cause(err)
	if errors.Is(err, ErrCut) {
		return fmt.Errorf("%w: %w", ErrHeader, err)
	}
	return err
}

// cause takes an error of the library for ours; what the source gave stays.
func (r *Reader) cause(err error) error {
	if _, ok := err.(flate.CorruptInputError); ok {
		return ErrDamaged
	}
	switch {
	case err == nil:
		return nil
	case err == gzip.ErrHeader:
		return ErrHeader
	case err == gzip.ErrChecksum:
		return ErrChecksum
	case (err == io.ErrUnexpectedEOF || err == io.EOF) && r.src.ended():
		return ErrCut
	}
	return err
}
