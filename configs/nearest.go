package configs

import "strings"

// nearest gives the candidate with the fewest edits to name, the first of
// equals. It never gives "": a wrong name is always answered with a right one.
func nearest(name string, candidates []string) string {
	best, fewest := "", int(^uint(0)>>1)
	for _, c := range candidates {
		if d := edits(name, c); d < fewest {
			best, fewest = c, d
		}
	}
	return best
}

// nearestKey compares whole names and, since a key is often written in the
// wrong section, last parts too, at the price of one edit.
func nearestKey(name string, candidates []string) string {
	best, fewest := "", int(^uint(0)>>1)
	section, leaf := split(name)
	for _, c := range candidates {
		s, l := split(c)
		d := edits(leaf, l)
		if s != section {
			d++
		}
		if d = min(d, edits(name, c)); d < fewest {
			best, fewest = c, d
		}
	}
	return best
}

func split(key string) (section, leaf string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}

// edits is the Levenshtein distance. Names are cut at 64 bytes: no key is
// that long, and a file of strangers may hold names of any length.
func edits(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
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
