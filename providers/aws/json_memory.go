package aws

import (
	"slices"
	"strings"
)

// keep ends the object or list that was open from base on, and copies its
// parts to where they stay. Many share one piece of memory, which never moves.
func (s *scanner) keep(base int, parts []member) []member {
	at := s.reserve(len(parts))
	s.room = append(s.room, parts...)
	return s.close(base, at)
}

// keepObject is keep for an object, whose members it puts in order. It moves
// each member once, since sorting members is dear and most objects are small.
func (s *scanner) keepObject(base int) []member {
	parts := s.open[base:]
	if len(parts) > fewMembers {
		return s.keep(base, object(parts).order())
	}
	s.ranks = s.ranks[:0]
	for i := range parts {
		r := rank{prefixOf(parts[i].name), i}
		s.ranks = append(s.ranks, r)
		for ; i > 0 && r.before(s.ranks[i-1], parts); i-- {
			s.ranks[i], s.ranks[i-1] = s.ranks[i-1], r
		}
	}
	at := s.reserve(len(parts))
	for _, r := range s.ranks {
		m := &parts[r.place]
		if n := len(s.room); n > at && s.room[n-1].name == m.name { // the last stands
			s.room[n-1] = *m
			continue
		}
		s.room = append(s.room, *m)
	}
	return s.close(base, at)
}

// reserve makes room for n parts, and returns where they begin.
func (s *scanner) reserve(n int) int {
	if s.room == nil || cap(s.room)-len(s.room) < n {
		s.room = make([]member, 0, max(2*cap(s.room), n, 16))
	}
	return len(s.room)
}

// close ends what was open from base on; its parts stay from at on.
func (s *scanner) close(base, at int) []member {
	clear(s.open[base:])
	s.open = s.open[:base]
	return s.room[at:len(s.room):len(s.room)]
}

// fewMembers is how many are sorted by insertion. Records have about 20.
const fewMembers = 64

// rank is the place of a member, with the first bytes of its name.
type rank struct {
	prefix uint64
	place  int
}

// before reports whether the member comes before another by its name.
func (r rank) before(o rank, parts []member) bool {
	if r.prefix != o.prefix {
		return r.prefix < o.prefix
	}
	return parts[r.place].name < parts[o.place].name
}

// prefixOf returns the first eight bytes of a name as a number that sorts alike.
func prefixOf(name string) uint64 {
	var prefix uint64
	for i := range min(len(name), 8) {
		prefix |= uint64(name[i]) << (56 - 8*i)
	}
	return prefix
}

// order sorts the members by name; of several of one name the last stands.
func (o object) order() object {
	slices.SortStableFunc(o, func(a, b member) int { return strings.Compare(a.name, b.name) })
	out := o[:0]
	for _, m := range o {
		if n := len(out); n > 0 && out[n-1].name == m.name {
			out[n-1] = m
			continue
		}
		out = append(out, m)
	}
	return out
}

// most bounds what memory is kept for the next text, in members.
const most = 4 << 10

// release makes the scanner ready for another text. What it read must be of no
// use any more: its memory is used again.
func (s *scanner) release() {
	clear(s.open)
	clear(s.room)
	open, room := s.open[:0], s.room[:0]
	if cap(open)+cap(room) > most {
		open, room = nil, nil
	}
	*s = scanner{open: open, room: room, ranks: s.ranks[:0]}
}
