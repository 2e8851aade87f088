package registry

import (
	"cmp"
	"slices"
	"strings"
)

// Mistake is one thing that is wrong, or doubtful, in a content.
type Mistake struct {
	// At is the place of the entry, or of the value where a loader knows it.
	At Position
	// Key names the value inside the entry ("approval.expires"); empty: the
	// entry as a whole.
	Key string
	// Message says what is wrong and what to do.
	Message string
}

// String gives "file:line:column: message".
func (m Mistake) String() string {
	if at := m.At.String(); at != "" {
		return at + ": " + m.Message
	}
	return m.Message
}

// Mistakes are all mistakes of one content, sorted by place.
type Mistakes []Mistake

// Error gives one mistake a line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the mistakes by place, each once.
func (ms Mistakes) Sorted() Mistakes {
	out := slices.Clone(ms)
	slices.SortFunc(out, func(a, b Mistake) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Key, b.Key))
	})
	return slices.CompactFunc(out, func(a, b Mistake) bool { return a.At == b.At && a.Message == b.Message })
}
