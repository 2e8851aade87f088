// Package nearest finds the name that was meant by a wrong one, for messages
// such as "did you mean".
package nearest

// longest bounds how many bytes of a name are compared: no name of ours is
// that long, and a file of strangers may hold names of any length.
const longest = 64

// Name returns the candidate with the fewest edits to name, the first of
// equals; "" only if there is no candidate.
func Name(name string, candidates []string) string {
	best, fewest := "", int(^uint(0)>>1)
	for _, c := range candidates {
		if d := Edits(name, c); d < fewest {
			best, fewest = c, d
		}
	}
	return best
}

// Edits is the Levenshtein distance of the first 64 bytes of two names.
func Edits(a, b string) int {
	a, b = a[:min(len(a), longest)], b[:min(len(b), longest)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
