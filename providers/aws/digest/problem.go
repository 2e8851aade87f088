package digest

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Kind says what is wrong.
type Kind string

// The kinds of problems that prove that something is wrong.
const (
	// ModifiedLog: a log's content is not what the digest vouches for.
	ModifiedLog Kind = "modified-log"
	// MissingLog: a log that a digest names is not there.
	MissingLog Kind = "missing-log"
	// ExtraLog: no digest names the log, in an hour that is proved.
	ExtraLog Kind = "extra-log"
	// InvalidSignature: the signature is not of this digest by the key it names.
	InvalidSignature Kind = "invalid-signature"
	// MissingDigest: the digest after it names it, and it is not there.
	MissingDigest Kind = "missing-digest"
	// MovedDigest: it does not lie where it says that it lies.
	MovedDigest Kind = "moved-digest"
	// ChainMismatch: the digest after it knows another in its place.
	ChainMismatch Kind = "chain-mismatch"
	// MalformedDigest: it is damaged, or is no digest.
	MalformedDigest Kind = "malformed-digest"
)

// The kinds of problems for which something could not be proved.
const (
	// UnknownKey: the key that signed is not among those that are known.
	UnknownKey Kind = "unknown-key"
	// UnknownAlgorithm: it is signed in a way that this version does not know.
	UnknownAlgorithm Kind = "unknown-algorithm"
	// SignatureMissing: the metadata with the signature is not there.
	SignatureMissing Kind = "signature-missing"
	// Gap: validation or logging was off between two digests.
	Gap Kind = "gap"
	// CutChain: the chain goes on before the first digest that is there.
	CutChain Kind = "cut-chain"
	// EndedChain: logs go on long after the last digest.
	EndedChain Kind = "ended-chain"
	// UncoveredLogs: logs are older than the chain.
	UncoveredLogs Kind = "uncovered-logs"
	// Elsewhere: what is named lies in another bucket, or outside what was given.
	Elsewhere Kind = "elsewhere"
	// Unreadable: access was denied, or the store or AWS gave no answer.
	Unreadable Kind = "unreadable"
	// NoDigest: there are logs, and no digest.
	NoDigest Kind = "no-digest"
)

// Wrong reports whether a problem of the kind proves that something is wrong;
// else something could not be proved.
func (k Kind) Wrong() bool {
	switch k {
	case ModifiedLog, MissingLog, ExtraLog, InvalidSignature, MissingDigest, MovedDigest, ChainMismatch, MalformedDigest:
		return true
	}
	return false
}

// Problem is one thing that is wrong or could not be proved.
type Problem struct {
	Kind Kind
	// Object is the key below the store; of what lies outside, the name that
	// the digest gives it.
	Object string
	// Trail names the trail in whose chain it is; empty: in none.
	Trail string
	// Detail says more, in words.
	Detail string
	// Unproved is the time of delivery that is not provable for it; zero: none.
	Unproved Window
}

// String tells the problem in one line.
func (p Problem) String() string {
	text := string(p.Kind) + " " + p.Object
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	if !p.Unproved.To.IsZero() {
		text += "; not provable: logs delivered " + p.Unproved.String()
	}
	return text
}

// Window is a time of delivery, [From, To). A zero end is open.
type Window struct{ From, To time.Time }

// String tells the window.
func (w Window) String() string {
	switch {
	case w.From.IsZero() && w.To.IsZero():
		return "at any time"
	case w.From.IsZero():
		return "before " + stamp(w.To)
	case w.To.IsZero():
		return "from " + stamp(w.From)
	}
	return fmt.Sprintf("from %s to %s", stamp(w.From), stamp(w.To))
}

func (w Window) holds(t time.Time) bool {
	return !t.Before(w.From) && (w.To.IsZero() || t.Before(w.To))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func sortProblems(all []Problem) {
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Trail, b.Trail))
	})
}
