package main

import (
	"slices"
	"strings"

	"github.com/estray/estray/internal/trailgen"
)

// entry is one reader of one input.
type entry struct {
	label string
	// who is the reader's name in contestants.
	who string
	// input is the number of the archive that it reads.
	input int
	// cores are how many it may use; 0: all.
	cores int
}

// set is what is measured side by side, in turn.
type set struct {
	name   string
	inputs []trailgen.Config
	// rows are the entries, of which the first is what the others are held
	// against: decompression alone, as a rule.
	rows []entry
}

// The sizes of which the figures are told.
const (
	usual  = 80        // objects
	weight = 6_250_000 // bytes of each, inflated
)

// sets are all that can be measured, with inputs that are scale times as large.
func sets(scale float64) []set {
	archive := func(objects, bytes int) trailgen.Config { return trailgen.Default(objects, bytes) }
	one := archive(1, usual*weight)
	one.Spread = 0
	lines := archive(usual, weight)
	lines.Lines = true
	all := []set{
		{"main", []trailgen.Config{archive(usual, weight)}, append(ours(),
			entry{label: "DuckDB, filter, objects as JSON", who: "duck-filter"}, entry{label: "DuckDB, usage, objects as JSON", who: "duck-usage"},
			entry{label: "DuckDB, filter, detected columns", who: "duck-detected"}, entry{label: "DuckDB, filter, typed columns", who: "duck-typed"},
			entry{label: "gzip -dc | jq, filter", who: "jq"})},
		{"lines", []trailgen.Config{lines}, []entry{
			{label: "decompression alone", who: "inflate"}, {label: "estray, filter", who: "lines"}, {label: "estray, filter and usage of roles", who: "lines-usage"},
			{label: "DuckDB, filter, read_ndjson", who: "duck-lines"}, {label: "DuckDB, usage, read_ndjson", who: "duck-lines-usage"},
		}},
		{"many", []trailgen.Config{archive(5000, 100_000)}, append(ours(),
			entry{label: "DuckDB, filter, objects as JSON", who: "duck-filter"}, entry{label: "DuckDB, usage, objects as JSON", who: "duck-usage"})},
		// Out of one object as JSON DuckDB takes records in a minute and a half, and
		// 5 GB of memory.
		{"one", []trailgen.Config{one}, append(ours(), entry{label: "DuckDB, filter, typed columns", who: "duck-typed"})},
		{"cores", []trailgen.Config{archive(usual, weight)}, []entry{
			{label: "estray, filter, one core", who: "filter", cores: 1}, {label: "estray, filter, two", who: "filter", cores: 2},
			{label: "estray, usage, one core", who: "usage", cores: 1}, {label: "estray, usage, two", who: "usage", cores: 2},
		}},
		{"growth", []trailgen.Config{archive(usual/10, weight), archive(usual, weight), archive(usual*10, weight)}, []entry{
			{label: "estray, filter, a tenth", who: "filter"}, {label: "estray, filter", who: "filter", input: 1}, {label: "estray, filter, ten times", who: "filter", input: 2},
			{label: "estray, usage, a tenth", who: "usage"}, {label: "estray, usage", who: "usage", input: 1}, {label: "estray, usage, ten times", who: "usage", input: 2},
		}},
	}
	for _, s := range all {
		for i := range s.inputs {
			shrink(&s.inputs[i], scale)
		}
	}
	return all
}

// ours are the readers that run in this program, on objects of CloudTrail.
func ours() []entry {
	return []entry{
		{label: "decompression alone", who: "inflate"}, {label: "estray, filter", who: "filter"}, {label: "estray, filter and usage of roles", who: "usage"},
	}
}

// shrink takes from the number of objects and from their size alike.
func shrink(c *trailgen.Config, scale float64) {
	if scale == 1 {
		return
	}
	objects := max(1, int(float64(c.Objects)*min(1, 4*scale)))
	c.ObjectBytes = max(1000, int(float64(c.Objects)*float64(c.ObjectBytes)*scale)/objects)
	c.Objects = objects
}

// choose gives the sets of these names, in their order.
func choose(all []set, names string) (chosen []set, unknown string) {
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(all, func(s set) bool { return s.name == name })
		if i < 0 {
			return nil, name
		}
		chosen = append(chosen, all[i])
	}
	return chosen, ""
}
