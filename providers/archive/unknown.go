package archive

import (
	"fmt"
	"slices"
	"strings"
)

// mostUnknown is how many different calls that the format does not know a message
// names; the rest is counted.
const mostUnknown = 20

// unknowns counts calls that concern us and that the format does not know. They
// come in the order of the objects, so that the same ones are named however many
// workers read. A day that has some is never remembered: it is read again, so that
// the next reading tells the same.
type unknowns struct {
	names  []string // in the order in which they came
	counts map[string]int
	rest   int
}

// note takes the call of one event; "" is none.
func (u *unknowns) note(call string) {
	switch {
	case call == "":
		return
	case u.counts[call] == 0 && len(u.names) == mostUnknown:
		u.rest++
		return
	case u.counts == nil:
		u.counts = map[string]int{}
	}
	if u.counts[call]++; u.counts[call] == 1 {
		u.names = append(u.names, call)
	}
}

// String tells them by name; "" where there were none.
func (u *unknowns) String() string {
	var parts []string
	all := u.rest
	for _, name := range slices.Sorted(slices.Values(u.names)) {
		all += u.counts[name]
		parts = append(parts, fmt.Sprintf("%s (%d)", name, u.counts[name]))
	}
	if all == 0 {
		return ""
	}
	if u.rest > 0 {
		parts = append(parts, fmt.Sprintf("%d of others", u.rest))
	}
	return fmt.Sprintf("%s that estray does not know, kept as other: %s", count(all, "call"), strings.Join(parts, ", "))
}
