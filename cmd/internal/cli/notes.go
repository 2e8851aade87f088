package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
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
		// What is not whole is told as a hole already.
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

// disabledNotes tells what the configuration keeps from being judged: a clean
// report must not hide that nobody looked.
func disabledNotes(rules []findings.Rule) []string {
	var ids []string
	for _, r := range rules {
		if r.State == findings.Disabled {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	return []string{fmt.Sprintf("the configuration disables %d of %d rules, so nothing is judged by %s", len(ids), len(rules), strings.Join(ids, ", "))}
}

// laterNotes tells of scans after the instant that is judged: what they read
// is not shown, but findings that cannot be judged keep what they said.
func laterNotes(ctx context.Context, st *sqlstore.Store, now time.Time) ([]string, error) {
	all, err := st.Runs(ctx)
	if err != nil {
		return nil, err
	}
	var last store.Run
	for _, r := range all {
		// By the instant that a run speaks of, not by its place in the list:
		// --now may go back.
		if r.Now.After(now) && r.Now.After(last.Now) {
			last = r
		}
	}
	if last.ID == "" {
		return nil, nil
	}
	return []string{fmt.Sprintf("the store holds scans that are later than the instant of this report, the last one (%s) at %s: what they read is not shown here, and findings that cannot be judged are as they left them; if no earlier instant was meant, correct the clock or --now",
		last.ID, stamp(last.Now))}, nil
}

// partNotes tell that a scan read a part: whoever gets one shard's report must
// not take it for that of all.
func partNotes(f scanFlags) []string {
	var by []string
	if len(f.providers) > 0 {
		by = append(by, "--provider "+strings.Join(f.providers, ","))
	}
	if f.shard != "" {
		by = append(by, "--shard "+f.shard)
	}
	if len(by) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("this scan read only what %s asks for: the rest is as earlier scans left it, or was never read; estray report shows what all scans of the store read", strings.Join(by, " and "))}
}

func plural(noun string, n int) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
