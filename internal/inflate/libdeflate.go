//go:build libdeflate

package inflate

// #cgo LDFLAGS: -ldeflate
// #cgo noescape estray_member
// #cgo nocallback estray_member
// #include <libdeflate.h>
// #include <stdlib.h>
//
// struct estray_result {
//	int code;
//	size_t in, out;
// };
//
// static struct estray_result estray_member(struct libdeflate_decompressor *d,
//		const void *in, size_t in_size, void *out, size_t out_size) {
//	struct estray_result r = {0, 0, 0};
//	r.code = libdeflate_gzip_decompress_ex(d, in, in_size, out, out_size, &r.in, &r.out);
//	return r;
// }
import "C"

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"unsafe"
)

// Library names what inflates in this build.
const Library = "libdeflate"

const (
	// maxPacked bounds the compressed size of what is inflated in one go.
	maxPacked = 4 << 20
	// maxInflated bounds what it may hold.
	maxInflated = 16 << 20
	// maxRatio is the most that DEFLATE inflates: 258 bytes of two bits.
	maxRatio = 1032
	// shortest is the size of the shortest member: header, one block, trailer.
	shortest = 10 + 2 + 8
)

// engine holds what libdeflate needs. The zero value is ready.
type engine struct {
	d      *C.struct_libdeflate_decompressor
	packed []byte // the compressed object
	plain  []byte // what it holds, and Spare bytes; in room
	room   *room
}

// room is memory outside of Go's heap, which is freed with the Reader: were it
// in the heap, the collector would let as much garbage gather beside it.
type room struct{ at unsafe.Pointer }

// plainOf makes room for so many bytes and keeps the first ones of what is there.
func (e *engine) plainOf(size, keep int) {
	if len(e.plain) >= size {
		return
	}
	if e.room == nil {
		e.room = &room{}
		runtime.AddCleanup(e, func(r *room) { C.free(r.at) }, e.room)
	}
	at := C.malloc(C.size_t(size))
	if at == nil {
		panic("inflate: out of memory")
	}
	larger := unsafe.Slice((*byte)(at), size)
	copy(larger, e.plain[:keep])
	C.free(e.room.at)
	e.room.at, e.plain = at, larger
}

// inflate reads the object of r and inflates it in one go. Where it does not,
// for whatever reason, r is as if nothing had been read: streaming finds the
// place and the name of what is wrong.
func (e *engine) inflate(r *Reader, size int64) ([]byte, bool) {
	if size < shortest || size > maxPacked {
		return nil, false
	}
	if e.pack(r, int(size)) {
		if n, ok := e.members(); ok {
			return e.plain[:n], true
		}
	}
	r.src.held = e.packed
	r.in.Reset(&r.src)
	return nil, false
}

// pack reads the object; false where it does not have the size that was told.
func (e *engine) pack(r *Reader, size int) bool {
	n := r.in.Buffered()
	e.packed = fit(e.packed, max(n, size)+1) // one more, to see the end
	head, err := r.in.Peek(n)
	copy(e.packed, head)
	for empty := 0; n <= size && err == nil && empty < 100; empty++ {
		var some int
		if some, err = r.src.Read(e.packed[n:]); some > 0 {
			empty = 0
		}
		n += some
	}
	e.packed = e.packed[:n]
	return n == size && err == io.EOF
}

// members inflates one member after the other into plain and returns how much
// they hold; false where one is damaged, out of the ordinary, or too large.
func (e *engine) members() (int, bool) {
	room := e.guess()
	if room > maxInflated {
		return 0, false
	}
	e.plainOf(room+Spare, 0)
	used := 0
	for in := e.packed; len(in) > 0; {
		if !ordinary(in) {
			return 0, false
		}
		out := e.plain[used : len(e.plain)-Spare+1] // never empty: its first byte has an address
		got := C.estray_member(e.decompressor(), unsafe.Pointer(&in[0]), C.size_t(len(in)), unsafe.Pointer(&out[0]), C.size_t(len(out)-1))
		switch got.code {
		case C.LIBDEFLATE_SUCCESS:
			used += int(got.out)
			in = in[got.in:]
		case C.LIBDEFLATE_INSUFFICIENT_SPACE:
			if !e.grow(used) {
				return 0, false
			}
		default:
			return 0, false
		}
	}
	return used, true
}

// guess is how much the object holds if it has one member: that member's
// length stands at the end, modulo 2^32 (RFC 1952, 2.3.1). What cannot be true
// is not believed.
func (e *engine) guess() int {
	said := int64(binary.LittleEndian.Uint32(e.packed[len(e.packed)-4:]))
	return int(min(said, int64(len(e.packed))*maxRatio))
}

// grow doubles the room in plain and keeps what is used of it; false at the
// bound.
func (e *engine) grow(used int) bool {
	room := len(e.plain) - Spare
	if room >= maxInflated {
		return false
	}
	e.plainOf(min(max(2*room, window), maxInflated)+Spare, used)
	return true
}

// decompressor returns libdeflate's state, which is freed with the Reader.
func (e *engine) decompressor() *C.struct_libdeflate_decompressor {
	if e.d == nil {
		e.d = C.libdeflate_alloc_decompressor()
		if e.d == nil {
			panic("inflate: out of memory")
		}
		runtime.AddCleanup(e, func(d *C.struct_libdeflate_decompressor) { C.libdeflate_free_decompressor(d) }, e.d)
	}
	return e.d
}

// ordinary reports whether the header of a member has at most a name of up to
// 511 bytes. libdeflate does not verify the header's own checksum and takes
// longer names than the streaming reader does.
func ordinary(member []byte) bool {
	const text, name = 1 << 0, 1 << 3
	if len(member) < shortest || member[3]&^(text|name) != 0 {
		return false
	}
	return member[3]&name == 0 || bytes.IndexByte(member[10:min(len(member), 10+512)], 0) >= 0
}

// fit returns a buffer of a size, b itself where it is large enough.
func fit(b []byte, size int) []byte {
	if cap(b) < size {
		return make([]byte, size)
	}
	return b[:size]
}
