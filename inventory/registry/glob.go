package registry

import "strings"

// matchGlob reports whether the whole of s fits the pattern, in which * stands
// for any text, the empty one too, and ? for one character. Nothing else is
// special, so that a name is never misread as a pattern.
func matchGlob(pattern, s string) bool {
	first := strings.IndexAny(pattern, "*?")
	if first < 0 {
		return pattern == s
	}
	// Most names differ from most patterns in what comes before the first star.
	if !strings.HasPrefix(s, pattern[:first]) {
		return false
	}
	p, t := []rune(pattern), []rune(s)
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0: // let the last star take one more character
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// literals counts the characters of a pattern that stand for themselves.
func literals(pattern string) int {
	n := 0
	for _, r := range pattern {
		if r != '*' && r != '?' {
			n++
		}
	}
	return n
}
