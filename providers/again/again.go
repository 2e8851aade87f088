// Package again decides what a later scan need not read again: what a provider's own
// log tells no change of since it was read. Every adapter asks it, so that none
// leaves out what another would read.
package again

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

const (
	// Every is how long what seems unchanged is not read again.
	Every = 7 * 24 * time.Hour
	// Late is how late a log may tell of an event: CloudTrail within 15 minutes (its
	// user guide); Cloudflare states no time.
	Late = 15 * time.Minute
	// skew is how far our clock may be ahead of the vendor's where instants of both
	// are compared. It is far less than Late, by which we look further back.
	skew = time.Minute
)

// Log is what the log of an account tells a scan, and what it told the one before.
type Log struct {
	// Before is what was covered of it before this scan, and Now by this scan.
	Before, Now inventory.Coverage
	// Unplaced: some event does not say what it changed.
	Unplaced bool
}

// TellsAll reports whether the log tells all that happened from the last scan, at
// the instant then, to this one. What came too late for the last scan lies in the
// time before it; what comes too late for this one will lie in that of the next. A
// log that a later scan read further, and did not come to what the log tells of, is
// not read again from then on. Where the log of this scan, or of the last one, ends
// before the scan's own instant says, our clock was ahead of the vendor's: then it
// is not known when, by the vendor's clock, assets were read.
func (l Log) TellsAll(then, now time.Time) bool {
	c := l.Now
	return c.State == inventory.Complete && c.Continuity != inventory.Broken && c.Continuity != inventory.ContinuityNone &&
		!l.Unplaced && !l.Before.Window.To.After(then) && reaches(l.Before.Window, then) &&
		!c.Window.From.IsZero() && !c.Window.From.After(then.Add(-Late)) && reaches(c.Window, now)
}

// reaches reports whether a window of events ends where that of a scan at the
// instant must.
func reaches(w inventory.Window, at time.Time) bool {
	return !w.To.Before(at.Add(-Late - skew).Truncate(time.Second))
}

// printLength is that of a print: 8 bytes in base64 without padding.
const printLength = 11

// Print is a short digest of texts, which changes whenever one of them does.
func Print(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return base64.RawStdEncoding.EncodeToString(sum[:8])
}

// Pack writes prints into a mark, in order.
func Pack(prints []string) string { return strings.Join(slices.Sorted(slices.Values(prints)), "") }

// Unpack reads what Pack wrote; false if it is nothing of the kind.
func Unpack(text string) (map[string]bool, bool) {
	if len(text)%printLength != 0 {
		return nil, false
	}
	prints := map[string]bool{}
	for i := 0; i < len(text); i += printLength {
		prints[text[i:i+printLength]] = true
	}
	return prints, true
}
