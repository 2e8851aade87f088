package archive

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"github.com/estray/estray/inventory"
)

const (
	// youth is for how many days before that of the last object of a log others
	// still come as a matter of course. Days before these are settled.
	youth day = 2
	// maxPeriods bounds what is remembered of a log, at some 45 bytes each. It
	// holds 13 years, which is all that there can be of CloudTrail (it began in
	// November 2013). Beyond it the oldest periods are forgotten, and read again
	// each time.
	maxPeriods = 200
	// maxPrints bounds the objects that are remembered one by one, at 4 bytes each.
	maxPrints = 1000
)

// day is a day of delivery in UTC, the unit in which a log is read: the number
// of days since the first of January 1970.
type day int64

const secondsOfDay = 24 * 60 * 60

func dayOf(t time.Time) day {
	s := t.Unix()
	d := s / secondsOfDay
	if s%secondsOfDay < 0 {
		d--
	}
	return day(d)
}

func (d day) time() time.Time { return time.Unix(int64(d)*secondsOfDay, 0).UTC() }

// String is the date.
func (d day) String() string { return d.time().Format(time.DateOnly) }

// month numbers the calendar months.
func (d day) month() int {
	year, month, _ := d.time().Date()
	return year*12 + int(month)
}

// basis is how records are understood, whose use is counted, and whether the
// integrity records were asked. What was read on another basis is not known on
// this one.
type basis struct {
	revision int
	counted  inventory.Counted
	proved   bool
}

// periods is what a reading of a log leaves for the next one: which objects
// were read with nothing to tell of them, by their days of delivery. The days
// between two periods are not known.
type periods struct {
	on basis
	// newest is the latest time of modification in the log. An object that was
	// modified later is none of those that were read.
	newest time.Time
	// shrinks: objects of the oldest days were seen to go, as those of a bucket
	// do that lets them expire.
	shrinks bool
	// broken: the integrity records did not vouch for all, so that they are asked
	// of all again.
	broken bool
	all    []period // in order
}

// period is a run of days. Its objects are all that were delivered on them.
type period struct {
	from, to day // both belong to it
	objects  int // at least one
	events   int
	name     setName
	// prints tell the objects of a young day apart, in order of number: see
	// [printsOf]. Nil: the day is settled, or there are too many.
	prints []uint32
}

// setName stands for a set of objects: the same set has the same name.
//
// It needs to resist chance and no attacker, so 8 bytes of SHA-256 are enough:
// with a million sets in its life a log has one chance in 10^13 that a changed
// one passes for unchanged. Whoever would rather make two sets of one name must
// foresee the times that the store gives to objects; that a log was not
// rewritten, the vendor's integrity records prove, and not this.
type setName struct {
	all uint64
	// keys is of the keys alone. It serves to tell what changed, and decides
	// nothing, so it is short.
	keys uint32
}

// nameSet names objects that are in order of key.
func nameSet(objects []*object) setName {
	whole, keys := sha256.New(), sha256.New()
	var buf []byte
	for _, o := range objects {
		buf = binary.BigEndian.AppendUint64(buf[:0], uint64(len(o.key)))
		buf = append(buf, o.key...)
		end := len(buf)
		buf = appendState(buf, o)
		keys.Write(buf[:end])
		whole.Write(buf)
	}
	return setName{binary.BigEndian.Uint64(whole.Sum(nil)), binary.BigEndian.Uint32(keys.Sum(nil))}
}

// appendState appends what changes when an object is written again.
func appendState(b []byte, o *object) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(o.size))
	b = binary.BigEndian.AppendUint64(b, uint64(o.modified.Unix()))
	return binary.BigEndian.AppendUint32(b, uint32(o.modified.Nanosecond()))
}

// printsOf gives 24 bits of each object: enough to tell which are missing, where
// it is known already that some may be.
func printsOf(objects []*object) []uint32 {
	out := make([]uint32, 0, len(objects))
	var buf []byte
	for _, o := range objects {
		buf = appendState(append(buf[:0], o.key...), o)
		sum := sha256.Sum256(buf)
		out = append(out, binary.BigEndian.Uint32(sum[:])>>8)
	}
	slices.Sort(out)
	return out
}

// split gives the objects of each period.
func split(all []period, due []object) [][]*object {
	out := make([][]*object, len(all))
	last := 0 // neighbours by key are mostly neighbours by day
	for i := range due {
		d := dayOf(due[i].delivered)
		if last >= len(all) || d < all[last].from || d > all[last].to {
			last = search(all, d)
		}
		if last < len(all) && d >= all[last].from {
			out[last] = append(out[last], &due[i])
		}
	}
	return out
}

// search gives the place of the first period that does not end before a day.
func search(all []period, d day) int {
	i, _ := slices.BinarySearchFunc(all, d, func(p period, d day) int { return cmp.Compare(p.to, d) })
	return i
}

// known is what of a log need not be read again.
type known struct {
	last periods
	same []period // whose objects are as they were, in order
	lost []period // whose objects are not, but for the oldest ones that are gone
}

// compare holds the last reading against the objects that are due now, in order
// of key. The changes are in objects that were read.
func (p periods) compare(due []object) (known, changes) {
	k := known{last: p}
	t := teller{last: p, first: firstDay(due)}
	for i, now := range split(p.all, due) {
		was := p.all[i]
		if len(now) == was.objects && nameSet(now) == was.name {
			k.same = append(k.same, was)
			continue
		}
		if was.to >= t.first {
			k.lost = append(k.lost, was)
		}
		t.look(was, now)
	}
	return k, t.changes()
}

// has reports whether the objects of a day are as they were.
func (k known) has(d day) bool {
	i := search(k.same, d)
	return i < len(k.same) && k.same[i].from <= d
}

// events is how many events the objects hold that need not be read.
func (k known) events() int {
	n := 0
	for _, p := range k.same {
		n += p.events
	}
	return n
}

// remember sums up a reading of what was not known: of the objects due, in order
// of key, and the number of events of each day that was read whole and has
// nothing to tell. A day that is neither known nor clean is forgotten, so that
// it is read again and tells the same again.
func (k known) remember(due []object, clean map[day]int) periods {
	out := periods{on: k.last.on, shrinks: k.last.shrinks}
	if len(due) == 0 {
		return out
	}
	days := daysOf(due)
	out.newest = due[0].modified
	for i := range due {
		if t := due[i].modified; t.After(out.newest) {
			out.newest = t
		}
	}
	if len(k.last.all) > 0 && k.last.all[0].from < days[0] {
		out.shrinks = true
	}
	out.all = k.join(days, clean, out.shrinks)
	out.all = out.all[max(0, len(out.all)-maxPeriods):]
	left := maxPrints
	groups := split(out.all, due)
	for i := len(out.all) - 1; i >= 0; i-- {
		p, objects := &out.all[i], groups[i]
		p.objects, p.name, p.prints = len(objects), nameSet(objects), nil
		if young := days[len(days)-1] - youth; p.from >= young && p.from == p.to && len(objects) <= left {
			p.prints = printsOf(objects)
			left -= len(objects)
		}
	}
	return out
}

// join makes the periods, out of days and of periods that are known: of these
// only the sum of events is known, so they stay whole. Settled days of a month
// become one if no day lies between that is to be read again. Days without an
// object do not part them.
//
// The days of the last month stand alone, so that an object that comes late
// costs one day's reading. Where the oldest objects go, those of the first month
// do too, so that each day which goes costs none.
func (k known) join(days []day, clean map[day]int, shrinks bool) []period {
	first, last := days[0], days[len(days)-1]
	alone := func(d day) bool {
		return d >= last-youth || d.month() == last.month() || shrinks && d.month() == first.month()
	}
	var out []period
	row := false // nothing to be read again came after the last period
	for _, d := range days {
		if len(out) > 0 && d <= out[len(out)-1].to {
			continue
		}
		next, ok := k.period(d, clean)
		if !ok {
			row = false
			continue
		}
		if row {
			p := &out[len(out)-1]
			if p.to.month() == next.from.month() && !alone(next.to) {
				p.to, p.events = next.to, p.events+next.events
				continue
			}
		}
		out, row = append(out, next), true
	}
	return out
}

// period is what is known of a day: the period that it is in, or itself.
func (k known) period(d day, clean map[day]int) (period, bool) {
	if k.has(d) {
		return k.same[search(k.same, d)], true
	}
	n, ok := clean[d]
	return period{from: d, to: d, events: n}, ok
}

// daysOf gives the days on which objects were delivered, in order.
func daysOf(due []object) []day {
	seen := map[day]bool{}
	var last day
	for i := range due {
		if d := dayOf(due[i].delivered); i == 0 || d != last {
			seen[d], last = true, d
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
