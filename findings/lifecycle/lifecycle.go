// Package lifecycle carries findings from run to run: open, acknowledged,
// accepted, resolved, reopened.
//
// In go the entries of the last run and the findings of this one, out come the
// entries of this run ([Advance]). It is pure; what keeps the entries is a
// [Ledger].
//
// # Never resolved by omission
//
// A finding that is not found again is resolved only where its rule could
// judge. Where the rule was blind the entry stays as it was, with the evidence
// of the last run that saw it.
package lifecycle

import (
	"fmt"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// Judgement is what a run says beside its findings.
type Judgement struct {
	// Blind reports whether the rule could not judge the scope, such as
	// where findings.Result.MayResolve denies it. Nil: nothing could be judged.
	Blind func(rule string, s inventory.Scope) bool
	// Accepted asks the registry of this run about a finding that could not be
	// judged, so that an exception ends there too. Nil: what was accepted when
	// it was last seen stays so.
	Accepted func(f findings.Finding) (why string, ok bool)
	// At is the instant that the run judges by.
	At time.Time
}

// Advance gives the entries after a run, sorted by rule, asset, subject,
// discriminator. The order of both lists never matters, and the same run twice
// changes nothing.
//
//   - A finding that is new is open, or accepted if the registry says so.
//   - Found again, it keeps its first sighting and its acknowledgement.
//   - Found again after it was resolved, it is reopened; the acknowledgement of
//     its former life is gone.
//   - Not found where its rule could judge, it is resolved. A coverage finding
//     that is not found is resolved always: it says itself what is blind.
//   - Not found where its rule was blind, it stays.
//   - An acknowledgement holds until its end, blind or not; then it is open.
func Advance(last []Entry, now []findings.Finding, j Judgement) []Entry {
	j.At = j.At.UTC()
	found := distinct(now)
	out := make([]Entry, 0, len(last)+len(found))
	for _, e := range last {
		f, again := found[e.ID]
		delete(found, e.ID)
		switch {
		case again:
			out = append(out, seen(e, f, j.At))
		case e.State == findings.Resolved:
			out = append(out, e)
		case !e.Finding.Coverage && (j.Blind == nil || j.Blind(e.Finding.Rule, e.Finding.Scope)):
			out = append(out, kept(e, j))
		default:
			out = append(out, resolved(e, j.At))
		}
	}
	for id, f := range found {
		out = append(out, seen(Entry{ID: id, FirstSeen: j.At}, f, j.At))
	}
	Sort(out)
	return out
}

// seen is an entry whose finding was found.
func seen(e Entry, f findings.Finding, at time.Time) Entry {
	if e.State == findings.Resolved {
		e.Reopened, e.ResolvedAt, e.Ack = true, time.Time{}, nil
	}
	e.FirstSeen = earlier(e.FirstSeen, at)
	if at.After(e.LastSeen) {
		e.LastSeen = at
	}
	e.Finding = f
	e.stand(f.State == findings.Accepted, f.StateWhy, at)
	return e
}

// kept is an entry whose finding could not be judged.
func kept(e Entry, j Judgement) Entry {
	accepted, why := e.State == findings.Accepted, e.Finding.StateWhy
	if j.Accepted != nil {
		why, accepted = j.Accepted(e.Finding)
	}
	e.stand(accepted, why, j.At)
	return e
}

// resolved is an entry whose finding is gone.
func resolved(e Entry, at time.Time) Entry {
	e.State, e.ResolvedAt = findings.Resolved, at
	e.Finding.State, e.Finding.StateWhy = findings.Resolved, "not found any more at "+at.Format(time.RFC3339)
	return e
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// distinct keys findings by fingerprint. Should two share one, the graver
// stands, whatever their order.
func distinct(all []findings.Finding) map[string]findings.Finding {
	out := make(map[string]findings.Finding, len(all))
	for _, f := range all {
		id := f.Fingerprint()
		if other, twice := out[id]; !twice || graver(f, other) {
			out[id] = f
		}
	}
	return out
}

func graver(a, b findings.Finding) bool {
	if x, y := a.State == findings.Accepted, b.State == findings.Accepted; x != y {
		return y
	}
	if a.Severity != b.Severity {
		return a.Severity > b.Severity
	}
	return fmt.Sprintf("%+v", a) < fmt.Sprintf("%+v", b)
}
