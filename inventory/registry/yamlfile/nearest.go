package yamlfile

// nearest gives the candidate with the fewest edits to name, the first of
// equals.
func nearest(name string, candidates []string) string {
	best, fewest := "", int(^uint(0)>>1)
	for _, c := range candidates {
		if d := edits(name, c); d < fewest {
			best, fewest = c, d
		}
	}
	return best
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
