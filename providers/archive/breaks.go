package archive

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// breaks collects the acts that ended or narrowed the logging of a cell, and
// those that may have ended the hole. Records come in no order, so the acts
// are joined at the end.
type breaks struct {
	off []inventory.Event
	on  []inventory.Event
}

// look keeps of an event what it tells of the logging, if anything, and reports
// whether it did. Only what succeeded counts: a refused call stopped nothing.
func (b *breaks) look(e inventory.Event, silences func(inventory.Event) bool) bool {
	if silences == nil || e.Outcome != inventory.Succeeded {
		return false
	}
	short := inventory.Event{ID: e.ID, Time: e.Time, Name: e.Name, Service: e.Service, Subject: e.Subject, Scope: e.Scope}
	switch {
	case silences(e):
		b.off = append(b.off, short)
	case e.Action == inventory.ActionLoggingOn:
		b.on = append(b.on, short)
	default:
		return false
	}
	return true
}

// String tells the first acts and the number of all; empty: there was none.
// Logging that was switched on again does not fill the hole, but bounds it.
func (b *breaks) String() string {
	order(b.off)
	order(b.on)
	off := slices.CompactFunc(slices.Clone(b.off), func(x, y inventory.Event) bool { return x.ID == y.ID })
	var parts []string
	for _, e := range off[:min(len(off), shown)] {
		parts = append(parts, fmt.Sprintf("logging was stopped or narrowed at %s by %s (event %s), %s",
			stamp(e.Time), e.Name, e.ID, b.until(e)))
	}
	if rest := len(off) - len(parts); rest > 0 {
		parts = append(parts, fmt.Sprintf("and %d more times (%d in all)", rest, len(off)))
	}
	return strings.Join(parts, "; ")
}

func (b *breaks) until(off inventory.Event) string {
	for _, on := range b.on {
		if on.Time.After(off.Time) && on.Service == off.Service && on.Subject == off.Subject && on.Subject != "" {
			return fmt.Sprintf("and begun again at %s by %s (event %s): what happened between is not known", stamp(on.Time), on.Name, on.ID)
		}
	}
	return "and no event shows that it began again"
}

func order(all []inventory.Event) {
	slices.SortFunc(all, func(x, y inventory.Event) int {
		return cmp.Or(x.Time.Compare(y.Time), cmp.Compare(x.ID, y.ID))
	})
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
