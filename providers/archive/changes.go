package archive

import (
	"fmt"
	"math"
	"strings"
)

// changes tells, in words and in order of day, what happened to objects that
// were read before.
type changes []string

// String tells the first ones and the number of all; empty: there is none.
func (c changes) String() string {
	out := strings.Join(c[:min(len(c), shown)], "; ")
	if rest := len(c) - shown; rest > 0 {
		out += fmt.Sprintf("; and %d more (%d in all)", rest, len(c))
	}
	return out
}

// teller finds out what happened to the objects of periods that are no longer as
// they were. It is asked in order of day.
type teller struct {
	last  periods
	first day // of the objects that are there now

	expired int // objects of the oldest days, of which none is there
	until   day
	told    changes
}

// firstDay is the first day of delivery, or beyond all days where there is no
// object.
func firstDay(due []object) day {
	first := day(math.MaxInt64)
	for i := range due {
		first = min(first, dayOf(due[i].delivered))
	}
	return first
}

func (t *teller) changes() changes {
	if t.expired == 0 {
		return t.told
	}
	oldest := fmt.Sprintf("%s delivered until %s that %s read before %s gone",
		count(t.expired, "object"), t.until, plural(t.expired, "was", "were"), plural(t.expired, "is", "are"))
	return append(changes{oldest}, t.told...)
}

// look takes what is there now of a period whose objects are not as they were.
//
// Objects that were modified after all of the last reading were written since, so
// they are none that were read, and what is missing among the others is gone or
// was written again. That is sure; what it leaves open is told as open.
func (t *teller) look(was period, now []*object) {
	if was.to < t.first {
		t.expired, t.until = t.expired+was.objects, was.to
		return
	}
	var older, newer []*object
	for _, o := range now {
		if o.modified.After(t.last.newest) {
			newer = append(newer, o)
		} else {
			older = append(older, o)
		}
	}
	lost := max(0, was.objects-len(older))
	atLeast := "at least "
	if was.prints != nil {
		atLeast, lost = "", missing(was.prints, printsOf(now))
	}
	if lost == 0 && (was.prints != nil || nameSet(older) == was.name) {
		return // others came beside those that were read
	}
	t.told = append(t.told, was.verdict(now, lost, atLeast)+written(newer))
}

// verdict says what happened when lost objects, or at least as many, are not as
// they were. Under as many keys that are not the same ones, one at least is gone.
func (p period) verdict(now []*object, lost int, atLeast string) string {
	some := func(n int, were string) string {
		return fmt.Sprintf("%s%d of %s of %s %s", atLeast, n, count(p.objects, "object"), p.days(), were)
	}
	sameKeys := nameSet(now).keys == p.name.keys
	gone := max(1, p.objects-len(now)) // at least, where there are not more than before
	switch {
	case len(now) == 0:
		atLeast = ""
		return some(p.objects, plural(p.objects, "is", "are")+" gone")
	case sameKeys && lost > 0:
		return some(lost, plural(lost, "was", "were")+" changed")
	case sameKeys:
		return fmt.Sprintf("objects of %s were changed", p.days())
	case len(now) <= p.objects && lost <= gone:
		return some(gone, plural(gone, "is", "are")+" gone")
	case lost > 0:
		return some(lost, plural(lost, "is", "are")+" gone or changed")
	}
	return fmt.Sprintf("objects of %s came late or were changed", p.days())
}

// days names the days of a period.
func (p period) days() string {
	if p.from == p.to {
		return p.from.String()
	}
	return p.from.String() + " to " + p.to.String()
}

// written names objects that were written since the last reading.
func written(newer []*object) string {
	if len(newer) == 0 {
		return ""
	}
	var keys []string
	for _, o := range newer[:min(len(newer), shown)] {
		keys = append(keys, o.key)
	}
	out := " (written since: " + strings.Join(keys, ", ")
	if rest := len(newer) - len(keys); rest > 0 {
		out += fmt.Sprintf(" and %d more", rest)
	}
	return out + ")"
}

// missing counts the numbers of a that are not in b. Both are in order.
func missing(a, b []uint32) int {
	n := 0
	for _, x := range a {
		for len(b) > 0 && b[0] < x {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != x {
			n++
			continue
		}
		b = b[1:]
	}
	return n
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
