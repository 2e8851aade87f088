package inventory

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// State says how the reading of a cell went. The zero value is Pending: what
// nobody has read is never taken for fine.
type State uint8

// The states of a cell.
const (
	// Pending: planned, not read yet.
	Pending State = iota
	// Complete: the last page was read and every check of completeness held.
	Complete
	// Partial: some of it was read, and some is known to be missing.
	Partial
	// Denied: the provider refused.
	Denied
	// Throttled: the provider's quota ended the reading.
	Throttled
	// Unavailable: no usable answer came (network, server error, suspended account).
	Unavailable
	// Malformed: an answer or a file could not be understood.
	Malformed
	// Disabled: the service is not in use there, proved.
	Disabled
	// Cancelled: the run ended before the cell was read.
	Cancelled
)

func stateNames() []string {
	return []string{"pending", "complete", "partial", "denied", "throttled", "unavailable", "malformed", "disabled", "cancelled"}
}

// String gives the state's word as reports write it.
func (s State) String() string { return word(stateNames(), int(s)) }

// MarshalText implements encoding.TextMarshaler.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown word is an error.
func (s *State) UnmarshalText(b []byte) error {
	i, err := wordIndex("coverage state", stateNames(), string(b))
	*s = State(i)
	return err
}

// Whole reports whether absence may be concluded from the cell's facts: it is
// complete, or the service is proved not to be in use.
func (s State) Whole() bool { return s == Complete || s == Disabled }

// Continuity says, of a cell of logs, whether all that happened was
// delivered. The zero value says that nothing was claimed.
type Continuity uint8

// The continuities of a log.
const (
	// ContinuityNone: the cell is not about logs, or nothing is claimed.
	ContinuityNone Continuity = iota
	// Assumed: nothing contradicts that all was delivered.
	Assumed
	// Proved: a verified digest chain, or the vendor's own API answered for the whole window.
	Proved
	// Broken: a gap in the chain, or logging was switched off or narrowed.
	Broken
)

func continuityNames() []string { return []string{"", "assumed", "proved", "broken"} }

// String gives the word as reports write it; empty for ContinuityNone.
func (c Continuity) String() string { return word(continuityNames(), int(c)) }

// MarshalText implements encoding.TextMarshaler.
func (c Continuity) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown word is an error.
func (c *Continuity) UnmarshalText(b []byte) error {
	i, err := wordIndex("continuity", continuityNames(), string(b))
	*c = Continuity(i)
	return err
}

// Window is a stretch of time [From, To). A zero end is open: unknown.
type Window struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Holds reports whether t lies inside a window whose both ends are known.
func (w Window) Holds(t time.Time) bool {
	return !w.From.IsZero() && !w.To.IsZero() && !t.Before(w.From) && t.Before(w.To)
}

// Covers reports whether [from, to] lies inside w.
func (w Window) Covers(from, to time.Time) bool { return w.Holds(from) && w.Holds(to) }

// Reason says why something is unknown: the operation, the vendor's code and
// message, redacted.
type Reason struct {
	Operation string `json:"operation,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
}

// String joins what is set: "GetPolicy: AccessDenied: message".
func (r Reason) String() string {
	out := ""
	for _, part := range []string{r.Operation, r.Code, r.Message} {
		switch {
		case part == "":
		case out == "":
			out = part
		default:
			out += ": " + part
		}
	}
	return out
}

// Coverage says how complete the facts of one cell are. It is a fact like the
// others and is stored with those that it vouches for.
type Coverage struct {
	Cell  Cell  `json:"cell"`
	State State `json:"state"`
	// Window is what a log's cell covers; zero for cells of assets.
	Window     Window     `json:"window,omitzero"`
	Continuity Continuity `json:"continuity,omitempty"`
	// Services, of a cell of a log, are the services whose events were asked
	// for, sorted, in the vendor's names ("lambda.amazonaws.com"). Empty: all
	// that the log holds. Of the events of others the cell says nothing,
	// however whole it is: see [View.LogGaps].
	Services []string `json:"services,omitempty"`
	// Usage, of a cell of a log, says whose use was counted in it.
	Usage Counted `json:"usage,omitempty"`
	// Subject is the native id of the one thing that the cell is about, where
	// it is about one: of the cell "organization", our organization ("o-...").
	Subject string `json:"subject,omitempty"`
	// Mark is opaque to all but the source: where the next scan starts. On a
	// malformed reading it says that the next scan may go on from it too.
	Mark string `json:"mark,omitempty"`
	// Expected is how many there should be; 0 where nothing says so.
	Expected int `json:"expected,omitempty"`
	// Seen is how many were read.
	Seen int    `json:"seen,omitempty"`
	Why  Reason `json:"why,omitzero"`
	// Read is when the cell was read at the provider: the instant for which
	// the facts hold. The zero time means that it was never read.
	Read time.Time `json:"read,omitzero"`
	// By names, in the announcement of a cell (pending, never read), what of
	// the configuration led to it: the source of the first cell of its planner.
	By string `json:"by,omitempty"`
	// Plan is set in a word about the plan, which is no reading: see [Plan].
	// Read is then the instant since which it holds.
	Plan Plan `json:"plan,omitempty"`
}

func (Coverage) fact() {}

// SpeaksOf reports whether a log's cell was asked for the events of the
// service. The empty name stands for whatever service there is.
func (c Coverage) SpeaksOf(service string) bool {
	return len(c.Services) == 0 || slices.Contains(c.Services, service)
}

// Plan is a word about a cell that a run found to be planned no more, or
// planned again. Readings of the cell stay what they are; the last word about
// the plan says whether they may still pass for current.
type Plan string

// The words about the plan. The zero value is none: the coverage is a reading.
const (
	// PlanMissing: what told of the cell was read again and tells of it no
	// more. The cell is a hole until a run reads it again.
	PlanMissing Plan = "missing"
	// PlanDropped: the configuration asks for it no more.
	PlanDropped Plan = "dropped"
	// PlanResumed: it is planned again.
	PlanResumed Plan = "resumed"
)

// badness ranks words about the plan that share an instant: the one that
// claims less stands.
func (p Plan) badness() int {
	return slices.Index([]Plan{PlanResumed, PlanDropped, PlanMissing}, p)
}

// Compare orders coverage by cell, then by time of reading, then worst state
// last, then by text, so that two words on one cell have one order everywhere.
func (c Coverage) Compare(o Coverage) int {
	if d := c.Cell.Compare(o.Cell); d != 0 {
		return d
	}
	if d := c.Read.Compare(o.Read); d != 0 {
		return d
	}
	if d := int(c.State.badness()) - int(o.State.badness()); d != 0 {
		return d
	}
	return compareJSON(c, o)
}

// badness ranks states for ties: of two words spoken at one instant the one
// that claims less stands. Pending and cancelled say that nobody looked: they
// are no word against one who did.
func (s State) badness() uint8 {
	switch s {
	case Pending:
		return 0
	case Cancelled:
		return 1
	case Complete:
		return 2
	case Disabled:
		return 3
	default:
		return 3 + uint8(s)
	}
}

func word(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return "unknown"
	}
	return names[i]
}

func wordIndex(what string, names []string, s string) (int, error) {
	for i, n := range names {
		if n == s {
			return i, nil
		}
	}
	return 0, fmt.Errorf("read %s: unknown word %q", what, s)
}

// compareJSON orders two values by their JSON text: a total order for ties.
func compareJSON[T any](a, b T) int {
	ja, _ := json.Marshal(a) //nolint:errchkjson // the types of this package always encode
	jb, _ := json.Marshal(b) //nolint:errchkjson // the types of this package always encode
	switch {
	case string(ja) < string(jb):
		return -1
	case string(ja) > string(jb):
		return 1
	}
	return 0
}
