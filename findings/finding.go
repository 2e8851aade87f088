// Package findings is the difference between what is and what should be: the
// finding, the rule that makes it, the case that it is made from, and the
// evaluation that holds a rule's needs against the coverage.
package findings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/estray/estray/inventory"
)

// Severity ranks findings. The zero value is Info.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

// SeverityWords lists the words, lowest first.
func SeverityWords() []string { return []string{"info", "low", "medium", "high", "critical"} }

// String gives the severity's word.
func (s Severity) String() string {
	if int(s) < len(SeverityWords()) {
		return SeverityWords()[s]
	}
	return "critical"
}

// ParseSeverity reads a word; an unknown one is an error that lists the words.
func ParseSeverity(word string) (Severity, error) {
	for i, w := range SeverityWords() {
		if w == word {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("read severity: unknown word %q, use one of %s", word, strings.Join(SeverityWords(), ", "))
}

// MarshalText implements encoding.TextMarshaler.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Severity) UnmarshalText(b []byte) error {
	v, err := ParseSeverity(string(b))
	*s = v
	return err
}

// Up raises the severity by one step; critical stays.
func (s Severity) Up() Severity { return min(s+1, Critical) }

// Down lowers it by one step, never below low. Info stays.
func (s Severity) Down() Severity {
	if s <= Low {
		return s
	}
	return s - 1
}

// State is where a finding stands in its life.
type State string

// The states. Acknowledged is a person's word with an end; Accepted is an
// exception or blind spot of the registry. Neither counts for the exit code;
// both are reported.
const (
	Open         State = "open"
	Acknowledged State = "acknowledged"
	Accepted     State = "accepted"
	Resolved     State = "resolved"
)

// Evidence is one fact that a finding stands on.
type Evidence struct {
	// Kind is "event", "facet", "claim", "coverage", "history".
	Kind string `json:"kind"`
	// Ref is the event id, "ASSET#facet", claim id or cell.
	Ref     string `json:"ref"`
	Summary string `json:"summary"`
}

// Finding is one difference worth a person's time.
type Finding struct {
	Rule     string
	Title    string
	Severity Severity
	// Asset is empty where the finding is about no asset: a claim, a role, a trail.
	Asset inventory.AssetID
	// Subject is what the finding is about if not an asset: claim id, role ARN, cell.
	Subject string
	Scope   inventory.Scope
	// Discriminator tells findings of one rule on one asset apart: an event id,
	// a statement id. Never a time or a text.
	Discriminator string
	// Event is the act that the finding reports, if it is about one: findings of
	// one asset and event form a group.
	Event string
	// Attempt: the act was refused; nothing changed.
	Attempt bool
	// Coverage: the finding says that something could not be judged. It counts
	// for exit code 4, not for 3.
	Coverage bool
	// Over is the stretch of the log from whose silence the finding concludes;
	// zero: it concludes from none. See Evaluate.
	Over    inventory.Window
	Message string
	// Steps tell how the severity came about, in order.
	Steps       []string
	Evidence    []Evidence
	Remediation string
	Attack      []string
	// State and StateWhy are set by exceptions and by the lifecycle; a rule
	// leaves them empty, which means open.
	State    State
	StateWhy string
}

// Fingerprint is stable over runs: rule, asset or subject, discriminator.
func (f Finding) Fingerprint() string {
	about := string(f.Asset)
	if about == "" {
		about = f.Subject
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Rule, about, f.Discriminator}, "\x00")))
	return hex.EncodeToString(sum[:10])
}

// GroupKey joins findings over one act: the asset (or subject) and the event.
// Empty for findings that report no act.
func (f Finding) GroupKey() string {
	if f.Event == "" {
		return ""
	}
	about := string(f.Asset)
	if about == "" {
		about = f.Subject
	}
	return about + "\x00" + f.Event
}

// Raise goes one step up and tells why; at the top nothing changes.
func (f *Finding) Raise(why string) { f.Set(f.Severity.Up(), why) }

// Lower goes one step down and tells why; at the bottom nothing changes.
func (f *Finding) Lower(why string) { f.Set(f.Severity.Down(), why) }

// Set fixes the severity and tells why.
func (f *Finding) Set(s Severity, why string) {
	if s == f.Severity {
		return
	}
	f.Steps = append(f.Steps, fmt.Sprintf("%s -> %s: %s", f.Severity, s, why))
	f.Severity = s
}
