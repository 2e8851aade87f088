package cli

import (
	"slices"
	"strings"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/internal/nearest"
	"github.com/estray/estray/inventory"
)

// oneOf refuses a word that a flag does not know. A filter that fits nothing
// because it is misspelt would print an empty list, which looks clean.
func oneOf(flag, word string, words []string) error {
	if slices.Contains(words, word) {
		return nil
	}
	// A longer list would bury the answer.
	if len(words) > 24 {
		return usagef("read %s: there is no %q; the nearest is %q", flag, word, nearest.Name(word, words))
	}
	return usagef("read %s: there is no %q, use one of %s", flag, word, strings.Join(words, ", "))
}

// given is oneOf for a flag that may be left out.
func given(flag, word string, words []string) error {
	if word == "" {
		return nil
	}
	return oneOf(flag, word, words)
}

// findingStates are the words of findings list --which.
func findingStates() []string {
	return []string{string(findings.Open), string(findings.Acknowledged), string(findings.Accepted), string(findings.Resolved), "all"}
}

// reportedRules are the ids that a finding can carry: those of the rules, and
// that of holes in coverage.
func reportedRules() []string { return append(ruleIDs(), findings.CoverageRule) }

func providerWords() []string {
	return mapSlice(inventory.Providers(), func(p inventory.Provider) string { return string(p) })
}

func standingWords() []string {
	return mapSlice(findings.Standings(), func(s findings.Standing) string { return string(s) })
}

func actionWords() []string {
	return mapSlice(inventory.Actions(), func(x inventory.Action) string { return string(x) })
}
