package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// order keeps what is surely read of a log that is asked for oldest first. That it
// comes so is checked: of a part that comes otherwise nothing is taken for read
// before all is.
type order struct {
	done        time.Time // all before it was read and understood
	part        part
	start       time.Time // done, at the beginning of the part
	first, last time.Time
	rising      bool
	broken      bool // this part comes in another order
	frozen      bool // something was not understood
}

func (o *order) begin(p part) {
	*o = order{done: o.done, part: p, start: o.done, frozen: o.frozen}
}

// saw notes the time of a record.
func (o *order) saw(at time.Time) {
	switch {
	case o.frozen || at.IsZero():
		return
	case o.first.IsZero():
		o.first = at
	case at.Before(o.last):
		o.broken, o.done = true, o.start
	}
	o.last = at
	// One instant tells no order.
	o.rising = o.rising || at.After(o.first)
	if o.rising && !o.broken {
		o.done = later(o.done, earlier(at, o.part.to))
	}
}

// freeze ends all progress: what comes after is given and not taken for covered.
func (o *order) freeze() { o.frozen = true }

// end says that the part was read.
func (o *order) end() {
	if !o.frozen {
		o.done = o.part.to
	}
}

// recent holds the ids of the last events, to drop what comes twice: the next part
// begins with a second of the last one, and pages may shift while they are read.
type recent struct{ now, before map[string]bool }

// holds reports whether the id is among the last ones, and notes it.
func (r *recent) holds(id string) bool {
	if r.now[id] || r.before[id] {
		return true
	}
	if r.now == nil || len(r.now) >= pageSize {
		r.before, r.now = r.now, make(map[string]bool)
	}
	r.now[id] = true
	return false
}

// mostUnknown is how many unknown calls a word names.
const mostUnknown = 10

// unknownNote tells of calls for which there is no word; empty if there are none.
func unknownNote(calls map[string]int) string {
	if len(calls) == 0 {
		return ""
	}
	names, all := make([]string, 0, len(calls)), 0
	for name, n := range calls {
		names, all = append(names, name), all+n
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := calls[b] - calls[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var told []string
	for _, name := range names[:min(len(names), mostUnknown)] {
		told = append(told, fmt.Sprintf("%s (%d)", name, calls[name]))
	}
	if more := len(names) - len(told); more > 0 {
		told = append(told, fmt.Sprintf("and %d others", more))
	}
	return fmt.Sprintf("%d calls that this version does not know: %s", all, strings.Join(told, ", "))
}
