package htmlfmt

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// functions are what the template may call.
func functions() template.FuncMap {
	return template.FuncMap{
		"add":   func(a, b int) int { return a + b },
		"count": count,
		"join":  strings.Join,
		"stamp": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") },
		"exact": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"mark":  mark,
		"place": place,
		"state": stateRank,
	}
}

// standings lists the standings, the one that most needs a person first.
func standings() []string {
	return []string{
		string(findings.Unmanaged), string(findings.Unknown), string(findings.Expired),
		string(findings.Drifted), string(findings.Owned), string(findings.Approved),
	}
}

// severities lists the severities, the highest first.
func severities() []string {
	out := findings.SeverityWords()
	slices.Reverse(out)
	return out
}

// states lists the states of findings, those that count first.
func states() []string {
	return []string{string(findings.Open), string(findings.Acknowledged), string(findings.Accepted), string(findings.Resolved)}
}

// order is the place of a word in a list; words that are not in it come first,
// so that what nobody foresaw is not hidden at the end.
func order(words []string, word string) int { return slices.Index(words, word) }

func stateRank(word string) int { return order(states(), word) }

// reachRank orders reaches, the widest first; unknown before public.
func reachRank(word string) int {
	words := inventory.ReachWords()
	slices.Reverse(words)
	return order(words, word)
}

// mark is the sign that stands beside the word of a cell's state.
func mark(state string) string {
	switch state {
	case inventory.Complete.String():
		return "✓"
	case inventory.Disabled.String():
		return "∅"
	case inventory.Partial.String():
		return "◐"
	case inventory.Pending.String(), inventory.Cancelled.String():
		return "○"
	case inventory.Malformed.String():
		return "▲"
	}
	return "✕"
}

// count writes a number in groups of three.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// of says a number with its whole.
func of(n, total int) string { return fmt.Sprintf("%s of %s", count(n), count(total)) }

// occurring returns the words of list that occur, in its order, and then any
// others, sorted.
func occurring(list []string, seen map[string]bool) []string {
	var out, rest []string
	for _, w := range list {
		if seen[w] {
			out = append(out, w)
		}
	}
	for w := range seen {
		if w != "" && !slices.Contains(list, w) {
			rest = append(rest, w)
		}
	}
	slices.Sort(rest)
	return append(out, rest...)
}

// place names a scope for a person.
func place(provider, account, region string) string {
	parts := slices.DeleteFunc([]string{provider, account, region}, func(s string) bool { return s == "" })
	return cmp.Or(strings.Join(parts, " / "), "everything")
}
