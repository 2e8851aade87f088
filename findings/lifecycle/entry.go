package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/findings"
)

// Entry is one finding with its life.
type Entry struct {
	// ID is the finding's fingerprint.
	ID string `json:"id"`
	// Finding is the finding as last seen. Its State and StateWhy are brought
	// up to date by Advance and Acknowledge; its State is always that of the
	// entry.
	Finding findings.Finding `json:"finding"`
	State   findings.State   `json:"state"`
	// FirstSeen and LastSeen are the instants of the first and the last run that
	// found it. A LastSeen before the last run, in an entry that is not
	// resolved, means that the last run could not judge it.
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen,omitzero"`
	// ResolvedAt is the instant of the run that no longer found it; zero while
	// it is not resolved.
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	// Reopened: it was resolved once and came back.
	Reopened bool `json:"reopened,omitempty"`
	// Ack is the last acknowledgement since it was opened, live or ended; nil if
	// there is none.
	Ack *Ack `json:"ack,omitempty"`
}

// Ack is a person's word that a finding is known.
type Ack struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// Until is the first instant at which it holds no more.
	Until time.Time `json:"until"`
}

// Live reports whether the acknowledgement holds at the instant now.
func (a Ack) Live(now time.Time) bool { return now.Before(a.Until) }

// Sort orders entries as Advance does.
func Sort(entries []Entry) { slices.SortFunc(entries, compareEntries) }

// compareEntries orders entries as evaluations order findings.
func compareEntries(a, b Entry) int {
	f, g := a.Finding, b.Finding
	return cmp.Or(strings.Compare(f.Rule, g.Rule), strings.Compare(string(f.Asset), string(g.Asset)),
		strings.Compare(f.Subject, g.Subject), strings.Compare(f.Discriminator, g.Discriminator), strings.Compare(a.ID, b.ID))
}

// stand sets the state that an unresolved entry has at the instant now. What
// the registry accepts is accepted, whoever has acknowledged it.
func (e *Entry) stand(accepted bool, why string, now time.Time) {
	e.State, e.Finding.StateWhy = findings.Open, ""
	switch {
	case accepted:
		e.State, e.Finding.StateWhy = findings.Accepted, why
	case e.Ack != nil && e.Ack.Live(now):
		e.State, e.Finding.StateWhy = findings.Acknowledged, e.Ack.why("")
	case e.Ack != nil:
		e.Finding.StateWhy = e.Ack.why("; that has ended")
	}
	e.Finding.State = e.State
}

func (a Ack) why(end string) string {
	return fmt.Sprintf("acknowledged by %s until %s: %s%s", a.By, lastDay(a.Until), a.Reason, end)
}

// lastDay writes an end as people give it: an end at midnight UTC is the end
// of the day before it.
func lastDay(end time.Time) string {
	t := end.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}
