package archive

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// form begins the text of what is remembered. The number is raised when the text
// comes to mean something else.
const form = "days/1"

// String is what is kept in a coverage's mark: a head and the periods, each with
// its first day, the number of further ones, of objects and of events, its name,
// and the prints of its objects. A year of hourly objects takes 2 KB, and three
// 3 KB; no log takes more than 16.
func (p periods) String() string {
	flags := ""
	if p.shrinks {
		flags = " shrinks"
	}
	if p.broken {
		flags += " broken"
	}
	out := []string{fmt.Sprintf("%s revision=%d usage=%s proved=%t newest=%d/%d%s",
		form, p.on.revision, p.on.counted, p.on.proved, p.newest.Unix(), p.newest.Nanosecond(), flags)}
	for _, q := range p.all {
		text := fmt.Sprintf("%d+%d %d %d %016x%08x", q.from, q.to-q.from, q.objects, q.events, q.name.all, q.name.keys)
		if q.prints != nil {
			text += " " + printsText(q.prints)
		}
		out = append(out, text)
	}
	return strings.Join(out, ";")
}

func printsText(prints []uint32) string {
	var b []byte
	for _, x := range prints {
		b = append(b, byte(x>>16), byte(x>>8), byte(x))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parsePeriods reads what was kept. Nothing is known of a text that String never
// gives, such as the mark of an earlier version, or that was kept on another
// basis: the log is read whole then.
func parsePeriods(text string, on basis) periods {
	nothing := periods{on: on}
	head, rest, more := strings.Cut(text, ";")
	p, ok := parseHead(head)
	if !ok || p.on != on {
		return nothing
	}
	for more {
		var part string
		part, rest, more = strings.Cut(rest, ";")
		q, ok := parsePeriod(part)
		last := len(p.all) - 1
		if !ok || last+1 == maxPeriods || last >= 0 && q.from <= p.all[last].to {
			return nothing
		}
		p.all = append(p.all, q)
	}
	if p.String() != text { // one spelling only
		return nothing
	}
	return p
}

func parseHead(text string) (periods, bool) {
	text, broken := strings.CutSuffix(text, " broken")
	text, shrinks := strings.CutSuffix(text, " shrinks")
	f := strings.Split(text, " ")
	if len(f) != 5 || f[0] != form {
		return periods{}, false
	}
	sec, nsec, _ := strings.Cut(strings.TrimPrefix(f[4], "newest="), "/")
	revision, ok1 := number(strings.TrimPrefix(f[1], "revision="))
	s, ok2 := number(sec)
	n, ok3 := number(nsec)
	on := basis{int(revision), inventory.Counted(strings.TrimPrefix(f[2], "usage=")), f[3] == "proved=true"}
	return periods{on: on, newest: time.Unix(s, n).UTC(), shrinks: shrinks, broken: broken}, ok1 && ok2 && ok3
}

func parsePeriod(text string) (period, bool) {
	f := strings.Split(text, " ")
	if len(f) != 4 && len(f) != 5 || len(f[3]) != 24 {
		return period{}, false
	}
	from, more, _ := strings.Cut(f[0], "+")
	first, ok1 := number(from)
	days, ok2 := number(more)
	objects, ok3 := number(f[1])
	events, ok4 := number(f[2])
	all, bad1 := strconv.ParseUint(f[3][:16], 16, 64)
	keys, bad2 := strconv.ParseUint(f[3][16:], 16, 32)
	ok := ok1 && ok2 && ok3 && ok4 && bad1 == nil && bad2 == nil &&
		inRange(first) && days >= 0 && inRange(days) && objects > 0 && events >= 0
	p := period{from: day(first), to: day(first + days), objects: int(objects), events: int(events), name: setName{all, uint32(keys)}}
	if !ok || len(f) == 4 {
		return p, ok
	}
	p.prints, ok = parsePrints(f[4])
	return p, ok && days == 0 && len(p.prints) == p.objects
}

func parsePrints(text string) ([]uint32, bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b)%3 != 0 {
		return nil, false
	}
	var out []uint32
	for ; len(b) > 0; b = b[3:] {
		out = append(out, uint32(b[0])<<16|uint32(b[1])<<8|uint32(b[2]))
	}
	return out, slices.IsSorted(out)
}

func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// inRange bounds days, so that adding them stays right.
func inRange(days int64) bool { return -1<<40 < days && days < 1<<40 }
