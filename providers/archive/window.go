package archive

import (
	"encoding/binary"
	"math/bits"
)

// windowSize is how far back duplicates are noticed: a record is a duplicate if
// its id is among the last 131,072 different ids of its log and its day of
// delivery, in the order of object key and record number. One that comes back
// later counts again. A full window takes 4 MB.
const windowSize = 131_072

// recordID stands for the vendor's id of a record in 16 bytes. The zero value
// is that of a record without an id.
type recordID [16]byte

// idOf gives the 16 bytes of a canonical UUID (RFC 9562, section 4), whose
// letters may be large or small, and for any other text its FNV-1a hash, with
// version 15 and the reserved variant set. Nobody issues such UUIDs, and a text
// that looks like one is hashed too, so that a UUID never meets a hash. Two
// hashes of 121 bits meet with a chance of 2^-121: among the 2^33 pairs of a
// full window, 1 in 10^26. The hash does not resist who may choose ids; the
// vendors choose them. An empty text is no id, and neither is the nil UUID.
//
// text is only read, so that idOf([]byte(s)) copies no string.
func idOf(text []byte) recordID {
	if len(text) == 36 {
		if id, ok := uuidOf((*[36]byte)(text)); ok {
			return id
		}
	}
	if len(text) == 0 {
		return recordID{}
	}
	// FNV-1a with 128 bits, as hash/fnv has it; the prime is 2^88 + 0x13b.
	high, low := uint64(0x6c62272e07bb0142), uint64(0x62b821756295c58d)
	for _, c := range text {
		low ^= uint64(c)
		carry, product := bits.Mul64(low, 0x13b)
		high, low = carry+low<<24+high*0x13b, product
	}
	var id recordID
	binary.BigEndian.PutUint64(id[:8], high)
	binary.BigEndian.PutUint64(id[8:], low)
	id[6] |= 0xf0
	id[8] |= 0xe0
	return id
}

// uuidOf reads a canonical UUID that is none of those that stand for hashes.
func uuidOf(text *[36]byte) (recordID, bool) {
	const top = 0x8080808080808080
	le := binary.LittleEndian
	a, okA := unhex(le.Uint64(text[0:]))
	b, okB := unhex(uint64(le.Uint32(text[9:])) | uint64(le.Uint32(text[14:]))<<32)
	c, okC := unhex(uint64(le.Uint32(text[19:])) | uint64(le.Uint32(text[24:]))<<32)
	d, okD := unhex(le.Uint64(text[28:]))
	var id recordID
	switch {
	case text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-':
		return id, false
	case okA&okB&okC&okD&top != top:
		return id, false
	case b>>16&0xf0 == 0xf0 && c&0xe0 == 0xe0: // the version and variant of hashes
		return id, false
	}
	le.PutUint64(id[:8], a|b<<32)
	le.PutUint64(id[8:], c|d<<32)
	return id, true
}

// unhex reads eight hexadecimal digits at once, one in each byte, the first in
// the lowest. The highest bit of each byte of ok says whether it is a digit: a
// sum sets that bit where the character is at least the one that is told. Only
// what is no ASCII carries over into bytes above, and is no digit itself.
func unhex(x uint64) (value, ok uint64) {
	const each = 0x0101010101010101
	small := x | 0x20*each // letters only: of other characters it makes no letter
	digits := (x + (0x80-'0')*each) &^ (x + (0x80-'9'-1)*each)
	letters := (small + (0x80-'a')*each) &^ (small + (0x80-'f'-1)*each)
	v := x&(0x0f*each) + letters>>7&each*9
	v = (v<<4 | v>>8) & 0x00ff00ff00ff00ff
	v = (v | v>>8) & 0x0000ffff0000ffff
	return (v | v>>16) & 0xffffffff, digits | letters
}

// recent holds the last different ids that were added, exactly. It grows with
// use up to its size. The zero value is empty and ready.
type recent struct {
	size int // how many ids; 0: windowSize
	// ids are in the order of their coming. Once there are size of them, the
	// oldest lies at next and gives its place to the newest.
	ids  []recordID
	next int
	// slots is a hash table with linear probing, a power of two long and at most
	// half full: the hash of an id above, its place in ids plus one below. A slot
	// of 0 is empty.
	slots []uint64
}

// reset empties the window and keeps its memory.
func (w *recent) reset() {
	w.ids, w.next = w.ids[:0], 0
	clear(w.slots)
}

// add adds an id. It reports false if the window holds it: it is that of a
// duplicate, and keeps the place that it has. A record without an id is never a
// duplicate and takes no place.
func (w *recent) add(id recordID) bool {
	if id == (recordID{}) {
		return true
	}
	size := w.size
	if size == 0 {
		size = windowSize
	}
	if len(w.ids) == cap(w.ids) && len(w.ids) < size {
		w.grow(size)
	}
	hash, mask := id.hash(), uint64(len(w.slots)-1)
	for i := hash & mask; w.slots[i] != 0; i = (i + 1) & mask {
		if slot := w.slots[i]; slot>>32 == hash && w.ids[uint32(slot)-1] == id {
			return false
		}
	}
	place := w.next
	if len(w.ids) < size {
		place = len(w.ids)
		w.ids = append(w.ids, id)
	} else {
		w.drop(place)
		w.ids[place] = id
		w.next = (place + 1) % size
	}
	w.put(hash<<32 | uint64(place+1))
	return true
}

// hash gives 32 bits. Multiplying spreads ids that were given out in order.
func (id recordID) hash() uint64 {
	a, b := binary.LittleEndian.Uint64(id[:8]), binary.LittleEndian.Uint64(id[8:])
	high, low := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd1b54a32d192ed03)
	return (high ^ low) >> 32
}

func (w *recent) grow(size int) {
	const least = 256
	room := min(max(least, 2*cap(w.ids)), size)
	w.ids = append(make([]recordID, 0, room), w.ids...)
	old := w.slots
	w.slots = make([]uint64, 1<<bits.Len(uint(2*room-1)))
	for _, slot := range old {
		if slot != 0 {
			w.put(slot)
		}
	}
}

func (w *recent) put(slot uint64) {
	mask := uint64(len(w.slots) - 1)
	i := slot >> 32 & mask
	for w.slots[i] != 0 {
		i = (i + 1) & mask
	}
	w.slots[i] = slot
}

// drop empties the slot of a place and closes the gap: what follows moves up
// unless that would put it before the slot where its probing begins. So no
// marks of deleted slots are left that would fill the table with time.
func (w *recent) drop(place int) {
	mask := uint64(len(w.slots) - 1)
	gap := w.ids[place].hash() & mask
	for uint32(w.slots[gap]) != uint32(place+1) {
		gap = (gap + 1) & mask
	}
	for i := (gap + 1) & mask; w.slots[i] != 0; i = (i + 1) & mask {
		if begin := w.slots[i] >> 32; (i-begin)&mask >= (i-gap)&mask {
			w.slots[gap] = w.slots[i]
			gap = i
		}
	}
	w.slots[gap] = 0
}
