package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mistake is one thing that is wrong in a configuration.
type Mistake struct {
	// File is the file's name as the user knows it; for a value from elsewhere
	// the variable or the flag.
	File string
	// Line and Column count from 1. 0: the mistake has no such place.
	Line, Column int
	// Message says what is wrong and what to do. It holds no secret.
	Message string
}

// String gives "file:line:column: message", without the numbers that are 0.
func (m Mistake) String() string {
	if m.Line == 0 {
		return m.File + ": " + m.Message
	}
	if m.Column == 0 {
		return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Message)
}

// Mistakes are all mistakes of one configuration: those of the file by line,
// then those of variables and flags.
type Mistakes []Mistake

// Error gives one mistake a line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

func (ms Mistakes) sort() {
	slices.SortFunc(ms, func(a, b Mistake) int {
		return cmp.Or(
			placeless(a)-placeless(b),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

func placeless(m Mistake) int {
	if m.Line == 0 {
		return 1
	}
	return 0
}
