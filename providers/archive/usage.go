package archive

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// The bounds of a part. What is beyond them is counted in overflow rows.
const (
	// partRows bounds the rows of a part. Besides them there is at most one
	// overflow row for each holder among them, and one for all others.
	partRows = 65_536
	// holderRows bounds the rows of one holder.
	holderRows = 1000
	// partText bounds the bytes of all their keys, of which those of a holder and
	// those of a call are kept once.
	partText = 14 << 20
)

// part counts the use that one part of a log tells of. A row is what one holder
// (identity, asset, account, region) did by one call (service, name, outcome).
// Which calls have a row where not all can is decided by the order in which
// they first occur in the log; all others count in the overflow row of their
// holder, and those of holders without any row in one row for all of them. So
// the counts always add up to the number of records.
type part struct {
	maxRows, maxHolderRows, maxText int

	holders  []holder
	calls    []string // their fields
	rows     []row
	holderOf map[string]uint32 // by their fields
	callOf   map[string]uint32
	rowOf    map[uint64]uint32 // by holder and call

	ordinary int // rows that are no overflow
	text     int // bytes of fields
	// closed: no further row may be added, even if there should be room again for
	// one with a shorter key. Otherwise it would matter where segments end.
	closed bool
	// others is the overflow row without a holder plus one; 0: there is none.
	// account and region are those of all that it counts, or empty.
	others          uint32
	account, region string

	placed []uint32 // scratch: rows of the part by those of a segment, plus one
}

// holder is whose calls share a bound.
type holder struct {
	text     string // fields: identity, asset, account, region
	rows     int
	overflow uint32 // its overflow row plus one; 0: there is none
}

// row is a row of a part. holder and call are numbers plus one; an overflow row
// has no call.
type row struct {
	holder, call uint32
	tally        tally
}

func newPart() *part {
	return &part{
		maxRows: partRows, maxHolderRows: holderRows, maxText: partText,
		holderOf: map[string]uint32{}, callOf: map[string]uint32{}, rowOf: map[uint64]uint32{},
	}
}

// reset empties the part and keeps its memory.
func (p *part) reset() {
	clear(p.holders)
	clear(p.calls)
	clear(p.holderOf)
	clear(p.callOf)
	clear(p.rowOf)
	*p = part{
		maxRows: p.maxRows, maxHolderRows: p.maxHolderRows, maxText: p.maxText,
		holders: p.holders[:0], calls: p.calls[:0], rows: p.rows[:0], holderOf: p.holderOf, callOf: p.callOf, rowOf: p.rowOf,
		placed: p.placed,
	}
}

// add counts the use of a segment, but for the duplicates that sift found.
// Segments are added in the order of the log.
func (p *part) add(s *segment) {
	if len(s.stale) == 0 { // then the sums of the segment are right
		for i := range s.rows {
			r := &s.rows[i]
			p.rows[p.place(s.text[r.from:r.split], s.text[r.split:r.to])].tally.add(r.tally)
		}
		return
	}
	p.placed = slices.Grow(p.placed[:0], len(s.rows))[:len(s.rows)]
	clear(p.placed)
	stale := s.stale
	for i := range s.records {
		if len(stale) > 0 && stale[0] == i {
			stale = stale[1:]
			continue
		}
		c := &s.records[i]
		if c.row == 0 {
			continue
		}
		n := c.row>>1 - 1
		if p.placed[n] == 0 {
			r := &s.rows[n]
			p.placed[n] = p.place(s.text[r.from:r.split], s.text[r.split:r.to]) + 1
		}
		p.rows[p.placed[n]-1].tally.count(instant{c.seconds, c.nanos}, c.row&1)
	}
}

// place gives the number of the row where a call of a holder counts.
func (p *part) place(holds, calls []byte) uint32 {
	h, known := p.holderOf[string(holds)]
	c, named := p.callOf[string(calls)]
	if known && named {
		if n, ok := p.rowOf[uint64(h)<<32|uint64(c)]; ok {
			return n
		}
	}
	if known && p.holders[h].rows >= p.maxHolderRows {
		return p.overflow(h, holds)
	}
	text := p.text
	if !known {
		text += len(holds)
	}
	if !named {
		text += len(calls)
	}
	p.closed = p.closed || p.ordinary >= p.maxRows || text > p.maxText
	switch {
	case !p.closed:
		p.text = text
		return p.admit(holds, calls)
	case known:
		return p.overflow(h, holds)
	}
	return p.other(holds)
}

// admit gives a call of a holder a row of its own.
func (p *part) admit(holds, calls []byte) uint32 {
	h, known := p.holderOf[string(holds)]
	if !known {
		h = uint32(len(p.holders))
		p.holders = append(p.holders, holder{text: string(holds)})
		p.holderOf[p.holders[h].text] = h
	}
	c, named := p.callOf[string(calls)]
	if !named {
		c = uint32(len(p.calls))
		p.calls = append(p.calls, string(calls))
		p.callOf[p.calls[c]] = c
	}
	p.ordinary++
	p.holders[h].rows++
	n := p.push(row{holder: h + 1, call: c + 1})
	p.rowOf[uint64(h)<<32|uint64(c)] = n
	return n
}

func (p *part) push(r row) uint32 {
	p.rows = append(p.rows, r)
	return uint32(len(p.rows) - 1)
}

// overflow gives the overflow row of a holder. One without an identity has the
// row that stands for all others, so that there are never two of them.
func (p *part) overflow(h uint32, holds []byte) uint32 {
	if identity, _ := cutField(holds); len(identity) == 0 {
		return p.other(holds)
	}
	own := &p.holders[h]
	if own.overflow == 0 {
		own.overflow = p.push(row{holder: h + 1}) + 1
	}
	return own.overflow - 1
}

// other gives the overflow row of holders without any row.
func (p *part) other(holds []byte) uint32 {
	_, rest := cutField(holds)
	_, rest = cutField(rest)
	account, rest := cutField(rest)
	region, _ := cutField(rest)
	if p.others == 0 {
		p.others, p.account, p.region = p.push(row{})+1, string(account), string(region)
	}
	if p.account != string(account) {
		p.account = ""
	}
	if p.region != string(region) {
		p.region = ""
	}
	return p.others - 1
}

// usage gives the rows, in the order of identity, asset, account, region,
// service, name and outcome; an overflow row comes before the others of its
// holder. name is that of the part. An overflow row that stands for several
// accounts or regions names none.
func (p *part) usage(name string, provider inventory.Provider) iter.Seq[inventory.Usage] {
	return func(yield func(inventory.Usage) bool) {
		for _, n := range p.sorted() {
			r := &p.rows[n]
			u := inventory.Usage{
				Part: name, Count: int(r.tally.records), Outside: int(r.tally.outside),
				First: r.tally.first.time(), Last: r.tally.last.time(),
				Scope: inventory.Scope{Provider: provider, Account: p.account, Region: p.region}, Overflow: r.call == 0,
			}
			if r.holder != 0 {
				readFields(p.holders[r.holder-1].text, &u.Identity, (*string)(&u.Asset), &u.Scope.Account, &u.Scope.Region)
			}
			if r.call != 0 {
				readFields(p.calls[r.call-1], &u.Service, &u.Name, (*string)(&u.Outcome))
			}
			if !yield(u) {
				return
			}
		}
	}
}

// sorted gives the numbers of the rows in order. There are fewer holders and
// calls than rows, as a rule, so that those are brought into order first.
func (p *part) sorted() []uint32 {
	holders := places(len(p.holders), func(n uint32) string { return p.holders[n].text })
	calls := places(len(p.calls), func(n uint32) string { return p.calls[n] })
	out := make([]uint32, len(p.rows))
	for n := range out {
		out[n] = uint32(n)
	}
	slices.SortFunc(out, func(a, b uint32) int {
		x, y := &p.rows[a], &p.rows[b]
		return cmp.Or(cmp.Compare(holders[x.holder], holders[y.holder]), cmp.Compare(calls[x.call], calls[y.call]))
	})
	return out
}

// places gives the places that n texts have in the order of their fields, by
// number plus one, from 1 on; what has no text has place 0.
func places(n int, text func(uint32) string) []uint32 {
	order := make([]uint32, n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return compareFields(text(a), text(b)) })
	out := make([]uint32, n+1)
	for place, i := range order {
		out[i+1] = uint32(place + 1)
	}
	return out
}

// tally is what records add up to. The zero value is of none.
type tally struct {
	records, outside int64
	first, last      instant
}

func (t *tally) count(at instant, outside uint32) { t.add(tally{1, int64(outside), at, at}) }

func (t *tally) add(o tally) {
	switch {
	case o.records == 0:
		return
	case t.records == 0:
		*t = o
		return
	}
	t.records += o.records
	t.outside += o.outside
	if o.first.before(t.first) {
		t.first = o.first
	}
	if t.last.before(o.last) {
		t.last = o.last
	}
}

// instant is a time without a zone, as seconds since 1970 and nanoseconds: so
// that any time that a record tells stays as it is, and nothing points anywhere.
type instant struct {
	seconds int64
	nanos   uint32
}

func instantOf(t time.Time) instant { return instant{t.Unix(), uint32(t.Nanosecond())} }

func (i instant) time() time.Time { return time.Unix(i.seconds, int64(i.nanos)).UTC() }

func (i instant) before(o instant) bool {
	return i.seconds < o.seconds || i.seconds == o.seconds && i.nanos < o.nanos
}

// appendField writes a field of a key: its length in four bytes, then itself, so
// that no two lists of fields give one text.
func appendField[T string | []byte](text []byte, field T) []byte {
	return append(binary.LittleEndian.AppendUint32(text, uint32(len(field))), field...)
}

// cutField takes the first field off.
func cutField[T string | []byte](text T) (field, rest T) {
	end := 4 + int(uint32(text[0])|uint32(text[1])<<8|uint32(text[2])<<16|uint32(text[3])<<24)
	return text[4:end], text[end:]
}

func readFields(text string, into ...*string) {
	for _, field := range into {
		*field, text = cutField(text)
	}
}

// compareFields compares two texts with the same number of fields.
func compareFields(a, b string) int {
	for a != "" {
		var x, y string
		x, a = cutField(a)
		y, b = cutField(b)
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
	}
	return 0
}
