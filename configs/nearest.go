package configs

import (
	"strings"

	"github.com/estray/estray/internal/nearest"
)

// nearestKey compares whole names and, since a key is often written in the
// wrong section, last parts too, at the price of one edit.
func nearestKey(name string, candidates []string) string {
	best, fewest := "", int(^uint(0)>>1)
	section, leaf := split(name)
	for _, c := range candidates {
		s, l := split(c)
		d := nearest.Edits(leaf, l)
		if s != section {
			d++
		}
		if d = min(d, nearest.Edits(name, c)); d < fewest {
			best, fewest = c, d
		}
	}
	return best
}

func split(key string) (section, leaf string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}
