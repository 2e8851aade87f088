package archive

import (
	"bytes"
	"hash/maphash"
	"slices"
)

// A segment is handed on when it has so many records, or so many bytes of keys.
// Where segments end shows nowhere.
const (
	segmentRecords = 65_536
	segmentText    = 4 << 20
)

// segment is a run of the records of one object that matter: those whose use is
// counted and those that became events, in the order of the object. A worker
// fills it; the merger then asks which of them are duplicates and counts the
// rest. It owns all that it holds, and is used again after reset.
type segment struct {
	records []record
	rows    []tallied
	// text holds the keys of the rows, one after the other.
	text []byte
	// slots is a hash table with linear probing, a power of two long and at most
	// half full: the number of a row plus one, or 0.
	slots []uint32
	seed  maphash.Seed
	// stale are the numbers of the records that are duplicates, in order.
	stale []int
}

// record is one record of a segment. The time is taken apart as in instant, and
// packed so that a record takes 32 bytes.
type record struct {
	id      recordID
	seconds int64
	nanos   uint32
	// row is that of the use, plus one, doubled, plus one if it came from outside;
	// 0: no use is counted.
	row uint32
}

// tallied is what the records of one key add up to. The key is text[from:to] of
// the segment; what holds its identity ends at split.
type tallied struct {
	from, split, to int
	hash            uint64
	slot            uint64
	tally           tally
}

func newSegment() *segment {
	return &segment{slots: make([]uint32, 64), seed: maphash.MakeSeed()}
}

// reset empties the segment and keeps its memory, but for keys that took more
// than they usually may.
func (s *segment) reset() {
	for i := range s.rows {
		s.slots[s.rows[i].slot] = 0
	}
	s.records, s.rows, s.text, s.stale = s.records[:0], s.rows[:0], s.text[:0], s.stale[:0]
	if cap(s.text) > 2*segmentText {
		s.text = nil
	}
}

// full reports whether the segment is to be handed on.
func (s *segment) full() bool { return len(s.records) >= segmentRecords || len(s.text) >= segmentText }

// note takes a record whose use is not counted, and gives its number.
func (s *segment) note(id recordID) int {
	s.records = append(s.records, record{id: id})
	return len(s.records) - 1
}

// use takes a record whose use is counted, and gives its number. It keeps
// nothing of u.
func (s *segment) use(u *Use) int {
	row, at, outside := s.rowOf(u), instantOf(u.Time), uint32(0)
	if u.Outside {
		outside = 1
	}
	s.rows[row].tally.count(at, outside)
	s.records = append(s.records, record{idOf(u.ID), at.seconds, at.nanos, uint32(row+1)<<1 | outside})
	return len(s.records) - 1
}

// rowOf finds the row of a use or adds it. The key is written behind those that
// are there, and taken back if it is known.
func (s *segment) rowOf(u *Use) int {
	from := len(s.text)
	text := appendField(appendField(s.text, u.Identity), u.Asset)
	text = appendField(appendField(text, u.Account), u.Region)
	split := len(text)
	text = appendField(appendField(text, u.Service), u.Name)
	s.text = appendField(text, string(u.Outcome))
	key := s.text[from:]
	hash, mask := maphash.Bytes(s.seed, key), uint64(len(s.slots)-1)
	slot := hash & mask
	for ; s.slots[slot] != 0; slot = (slot + 1) & mask {
		row := int(s.slots[slot] - 1)
		if r := &s.rows[row]; r.hash == hash && bytes.Equal(s.text[r.from:r.to], key) {
			s.text = s.text[:from]
			return row
		}
	}
	s.rows = append(s.rows, tallied{from: from, split: split, to: len(s.text), hash: hash, slot: slot})
	s.slots[slot] = uint32(len(s.rows))
	if 2*len(s.rows) > len(s.slots) {
		s.grow()
	}
	return len(s.rows) - 1
}

func (s *segment) grow() {
	s.slots = make([]uint32, 2*len(s.slots))
	mask := uint64(len(s.slots) - 1)
	for i := range s.rows {
		slot := s.rows[i].hash & mask
		for s.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		s.slots[slot], s.rows[i].slot = uint32(i+1), slot
	}
}

// sift adds all records of the segment to the window of its log, once, and
// notes which are duplicates. Segments are sifted in the order of the log.
func (s *segment) sift(w *recent) {
	for i := range s.records {
		if !w.add(s.records[i].id) {
			s.stale = append(s.stale, i)
		}
	}
}

// duplicate reports whether a record was found to be a duplicate by sift.
func (s *segment) duplicate(number int) bool {
	_, found := slices.BinarySearch(s.stale, number)
	return found
}
