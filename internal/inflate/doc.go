// Package inflate opens what an object of an archive holds, compressed or not.
//
// The first bytes tell whether an object is gzip (RFC 1952), whatever its name
// says. One [Reader] serves any number of objects, one after the other, and
// keeps its window, tables and buffers, so that thousands of small objects cost
// no memory but the first's.
//
// # Members
//
// A gzip object may have several members, which are read through as one. The
// checksum and the length of each are verified before the next begins and
// before the end is reported. Until then what was read is tentative: an object
// that is cut off or damaged gives the bytes before that place, then its error.
//
// # Errors
//
// What is wrong with the object is one of the sentinels [ErrHeader], [ErrCut],
// [ErrDamaged], [ErrChecksum] and [ErrTrailing], to be asked for with
// errors.Is. Every other error comes from the source and is returned as the
// source gave it. An error stays until the next [Reader.Reset].
//
// # Two builds
//
// The default build is pure Go and streams (github.com/klauspost/compress). A
// build with the tag libdeflate needs cgo and the library of that name, and
// inflates an object of up to 4 MB that holds up to 16 MB in one go; what is
// larger, damaged or out of the ordinary it streams like the default build, and
// so both builds give the same bytes and the same errors. One difference is
// left: libdeflate is laxer about Huffman codes that RFC 1951 forbids (287 and
// more symbols); where the checksum holds nevertheless, it takes them.
//
// # Memory
//
// A Reader holds about 150 KB. With libdeflate it also holds the largest object
// that it met, compressed and inflated, hence up to 20 MB for each Reader. What
// an object says about its own size is never believed beyond these bounds.
package inflate
