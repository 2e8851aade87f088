package awsfake

import "hash/fnv"

// hash is a number that stands for a text: the same one on every machine.
func hash(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}
