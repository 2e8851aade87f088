package aws

import (
	"time"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
)

// UsesWhole is Uses without the glance, so that the tests can hold one against
// the other.
func UsesWhole(of inventory.Counted) func(record []byte, use *Use) (bool, error) {
	return func(record []byte, use *Use) (bool, error) {
		var a act
		if err := a.readWhole(record); err != nil || !a.counts(of) {
			return false, err
		}
		return a.tell(use)
	}
}

// Clock reads a time as CloudTrail writes it.
func Clock(text []byte) (time.Time, bool) { return clock(text) }

// EventTime reads a time in any spelling of RFC 3339.
func EventTime(text string) (time.Time, error) { return eventTime(text) }

// Glances reports whether a glance at the record is enough.
func Glances(record []byte) bool { return newViewer().glance(jsonscan.Mark(record)) }
