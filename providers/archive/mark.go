package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// settling is how long after the last object of a log others of the same time
// may come to lie beside it. One that comes later still is noticed, and costs a
// reading of the whole log.
const settling = 24 * time.Hour

// mark is what a reading leaves for the next one: the set of objects that was
// read, and the part of it that is settled, with the number of its events.
type mark struct {
	all     string // names the whole set
	until   time.Time
	settled string // names the objects delivered until then
	seen    int    // events in them

	old int // objects that were left out as too old, not kept
}

// markOf names a set of objects. How many events the settled ones hold, whoever
// reads them has to fill in.
func markOf(revision int, all []object, old int) mark {
	m := mark{all: nameOf(revision, all, old), old: old}
	for _, o := range all {
		if o.delivered.After(m.until) {
			m.until = o.delivered
		}
	}
	m.until = m.until.Add(-settling)
	m.settled = nameOf(revision, deliveredUntil(all, m.until), old)
	return m
}

// nameOf names a set of objects as they are now and as they are understood:
// another set, one of them changed, or another revision of the format gives
// another name. So does another number of those left out, which is told.
func nameOf(revision int, all []object, old int) string {
	h := sha256.New()
	fmt.Fprintf(h, "revision %d, %d too old\n", revision, old)
	for _, o := range all {
		fmt.Fprintf(h, "%q %d %d\n", o.key, o.size, o.modified.UnixNano())
	}
	return fmt.Sprintf("%d objects %s", len(all), hex.EncodeToString(h.Sum(nil)[:16]))
}

func deliveredUntil(all []object, at time.Time) []object {
	var out []object
	for _, o := range all {
		if !o.delivered.After(at) {
			out = append(out, o)
		}
	}
	return out
}

// String is what is kept of the mark.
func (m mark) String() string {
	return strings.Join([]string{m.all, stamp(m.until), m.settled, strconv.Itoa(m.seen)}, "; ")
}

// parseMark reads a mark that was kept; false where it is none.
func parseMark(text string) (mark, bool) {
	parts := strings.Split(text, "; ")
	if len(parts) != 4 {
		return mark{}, false
	}
	until, err := time.Parse(time.RFC3339, parts[1])
	seen, bad := strconv.Atoi(parts[3])
	return mark{all: parts[0], until: until, settled: parts[2], seen: seen}, err == nil && bad == nil
}

// known: the mark is of a reading, and not the zero value.
func (m mark) known() bool { return m.settled != "" }

// known gives the mark of an earlier reading whose settled objects are as they
// were then, so that only the later ones need to be read; else the zero mark. A
// cell that was not complete, by a hole in the logging, tells of it by the
// records, so that all of them are read again.
func (s *events) known(before inventory.Coverage, due []object, now mark) mark {
	m, ok := parseMark(before.Mark)
	switch {
	case !ok, s.cfg.Full, before.State != inventory.Complete:
	case m.until.After(now.until): // the last objects are gone
	case m.settled == nameOf(s.format.Revision, deliveredUntil(due, m.until), now.old):
		return m
	}
	return mark{}
}
