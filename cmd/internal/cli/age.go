package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// oldAfter is how old a reading may be before every report says so. A daily job
// with one missed day stays below it.
const oldAfter = 48 * time.Hour

// ageNotes tell what a whole cell hides: that it was read long ago, that its
// log ends long ago, that nobody asks for it any more.
func ageNotes(v *inventory.View) []string {
	read := oldest{what: "read whole", of: "read"}
	logged := oldest{what: "of logs ended", of: "to"}
	for _, c := range v.Coverage {
		if !c.State.Whole() {
			continue
		}
		read.take(c.Cell, c.Read, v.At)
		if c.Cell.Capability == inventory.CapEvents && !c.Window.To.IsZero() {
			logged.take(c.Cell, c.Window.To, v.At)
		}
	}
	var out []string
	for _, o := range []oldest{read, logged} {
		if o.count > 0 {
			out = append(out, o.note(v.At))
		}
	}
	return append(out, droppedNotes(v)...)
}

// oldest counts what is older than oldAfter, and keeps the first of the oldest.
type oldest struct {
	what, of string
	count    int
	cell     inventory.Cell
	at       time.Time
}

func (o *oldest) take(cell inventory.Cell, at, now time.Time) {
	if now.Sub(at) <= oldAfter {
		return
	}
	if o.count == 0 || at.Before(o.at) {
		o.cell, o.at = cell, at
	}
	o.count++
}

func (o oldest) note(now time.Time) string {
	return fmt.Sprintf("%d %s %s more than %d days before the instant of this report, and what happened since is not known; the oldest: %s, %s %s (%d days before)",
		o.count, plural("cell", o.count), o.what, int(oldAfter.Hours()/24), o.cell, o.of, stamp(o.at), int(now.Sub(o.at).Hours()/24))
}

// droppedNotes tells what the configuration dropped. A dropped cell without a
// reason was a problem of an earlier plan and is no loss.
func droppedNotes(v *inventory.View) []string {
	const shown = 3
	var cells []string
	for _, c := range v.Dropped {
		if c.Why != (inventory.Reason{}) {
			cells = append(cells, fmt.Sprintf("%s (%s)", c.Cell, c.Why.Message))
		}
	}
	if len(cells) == 0 {
		return nil
	}
	more := ""
	if rest := len(cells) - shown; rest > 0 {
		more = fmt.Sprintf("; and %d more", rest)
	}
	return []string{fmt.Sprintf("the configuration does not ask any more for %d %s of earlier scans, so nothing that came from there is current: %s%s",
		len(cells), plural("cell", len(cells)), strings.Join(cells[:min(shown, len(cells))], "; "), more)}
}

func plural(noun string, n int) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
