package aws

import (
	"slices"
	"strings"
)

// keep ends the object or list that was open from base on, and copies its
// parts to where they stay.
func (s *scanner) keep(base int, parts []member) span {
	at := len(s.room)
	s.room = append(s.room, parts...)
	return s.close(base, at)
}

// keepObject is keep for an object, whose members it puts in order. It moves
// each member once, since sorting members is dear and most objects are small.
func (s *scanner) keepObject(base int) span {
	parts := s.open[base:]
	s.rank(parts)
	at := len(s.room)
	for i, r := range s.ranks {
		m := &parts[r.place]
		if i > 0 && r.prefix == s.ranks[i-1].prefix {
			if last := len(s.room) - 1; s.nameOf(&s.room[last]) == s.nameOf(m) { // the last stands
				s.room[last] = *m
				continue
			}
		}
		s.room = append(s.room, *m)
	}
	return s.close(base, at)
}

// close ends what was open from base on; its parts stay from at on.
func (s *scanner) close(base, at int) span {
	s.open = s.open[:base]
	return span{uint32(at), uint32(len(s.room) - at)}
}

// fewMembers is how many are sorted by insertion. Records have about 20.
const fewMembers = 64

// rank is the place of a member, with the first bytes of its name.
type rank struct {
	prefix uint64
	place  uint32
}

// rank sorts an object's members by their names; those of one name stay in order.
func (s *scanner) rank(parts []member) {
	s.ranks = s.ranks[:0]
	for i := range parts {
		s.ranks = append(s.ranks, rank{s.prefixOf(&parts[i]), uint32(i)})
	}
	if len(parts) > fewMembers {
		slices.SortStableFunc(s.ranks, func(a, b rank) int {
			return strings.Compare(s.nameOf(&parts[a.place]), s.nameOf(&parts[b.place]))
		})
		return
	}
	ranks := s.ranks
	for i := 1; i < len(ranks); i++ {
		r, at := ranks[i], i
		for at > 0 && (r.prefix < ranks[at-1].prefix || r.prefix == ranks[at-1].prefix && s.before(r, ranks[at-1], parts)) {
			ranks[at] = ranks[at-1]
			at--
		}
		ranks[at] = r
	}
}

// before reports whether a member comes before another by its name.
func (s *scanner) before(a, b rank, parts []member) bool {
	return s.nameOf(&parts[a.place]) < s.nameOf(&parts[b.place])
}

// prefixOf returns the first eight bytes of a name as a number that sorts alike.
func (s *scanner) prefixOf(m *member) uint64 {
	if m.nameLook&isSpelled == 0 && int(m.name.at)+8 <= len(s.text) {
		t := s.text[m.name.at:][:8]
		first := uint64(t[7]) | uint64(t[6])<<8 | uint64(t[5])<<16 | uint64(t[4])<<24 |
			uint64(t[3])<<32 | uint64(t[2])<<40 | uint64(t[1])<<48 | uint64(t[0])<<56
		if m.name.n < 8 {
			first &= ^(uint64(1)<<(64-8*m.name.n) - 1)
		}
		return first
	}
	name := s.nameOf(m)
	var prefix uint64
	for i := range min(len(name), 8) {
		prefix |= uint64(name[i]) << (56 - 8*i)
	}
	return prefix
}

// most bounds what memory is kept for the next text, in members.
const most = 4 << 10

// release makes the scanner ready for another text. What it read must be of no
// use any more: its memory is used again.
func (s *scanner) release() {
	if cap(s.open)+cap(s.room)+cap(s.spelled) > most || cap(s.buffer) > largest {
		*s = scanner{}
		return
	}
	spare := s.spare
	for _, x := range s.spelled {
		if x.inner != nil {
			spare = x.inner
		}
	}
	if spare != nil {
		spare.release()
	}
	clear(s.spelled)
	*s = scanner{open: s.open[:0], room: s.room[:0], ranks: s.ranks[:0], spelled: s.spelled[:0], buffer: s.buffer[:0], spare: spare}
}

// inner returns what a string holds that is JSON itself; the zero value where it
// is none. A string that the text has with escapes is read once, whoever asks.
func (v value) inner() value {
	text := strings.TrimSpace(v.text())
	if v.at == nil || v.at.look&isSpelled == 0 {
		return parseJSON(text)
	}
	x := &v.in.spelled[v.at.value.at]
	if x.inner == nil {
		if x.inner, v.in.spare = v.in.spare, nil; x.inner == nil {
			x.inner = new(scanner)
		}
		x.inner.text = text
		x.whole = x.inner.whole()
	}
	return x.whole
}
