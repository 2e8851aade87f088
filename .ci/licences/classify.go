package main

import (
	"sort"
	"strings"
)

// A text is one licence, told by sentences that its legal text always holds.
// All sentences of one row must occur.
type text struct {
	name      string   // SPDX id
	sentences []string // lower case, single spaces
}

// allowed lists the licences that a dependency may have. The names of the BSD
// family are told apart by their clauses in classify.
func allowed() []text {
	return []text{
		{"Apache-2.0", []string{"apache license", "version 2.0, january 2004"}},
		{"Apache-2.0", []string{"licensed under the apache license, version 2.0"}},
		{"BSD-2-Clause", []string{"redistribution and use in source and binary forms", "redistributions in binary form must reproduce"}},
		{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "may be used to endorse or promote products derived from this software"}},
		{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose"}},
		{"ISC", []string{"permission to use, copy, modify, and distribute this software for any purpose with or without fee"}},
		{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy", "the software is provided \"as is\""}},
		{"MPL-2.0", []string{"mozilla public license", "version 2.0", "exhibit a - source code form license notice"}},
		{"SQLite", []string{"sqlite is public domain"}},
		{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}},
		{"Zlib", []string{"this notice may not be removed or altered from any source distribution"}},
		{"CC0-1.0", []string{"creative commons", "cc0 1.0 universal"}},
	}
}

// refused lists sentences of licences that a dependency may not have, whatever
// else the file says. That MPL-2.0 names the GNU licences is no match: only
// their own texts hold these sentences.
func refused() []text {
	return []text{
		{"GNU licence", []string{"everyone is permitted to copy and distribute verbatim copies of this license document"}},
		{"SSPL", []string{"server side public license"}},
		{"BUSL", []string{"business source license"}},
		{"Commons Clause", []string{"commons clause"}},
		{"Elastic", []string{"elastic license"}},
		{"non-commercial licence", []string{"noncommercial"}},
		{"non-commercial licence", []string{"non-commercial purposes only"}},
	}
}

// classify names every licence of a file, sorted. ok is false when there is
// none that is known or one that is refused; the names then say which.
func classify(file string) (names []string, ok bool) {
	plain := normalise(file)
	if bad := match(plain, refused()); len(bad) > 0 {
		return bad, false
	}
	names = match(plain, allowed())
	return names, len(names) > 0
}

func match(plain string, table []text) []string {
	found := map[string]bool{}
	for _, t := range table {
		if holdsAll(plain, t.sentences) {
			found[t.name] = true
		}
	}
	if found["BSD-3-Clause"] {
		delete(found, "BSD-2-Clause") // the longer one holds every sentence of the shorter
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func holdsAll(plain string, sentences []string) bool {
	for _, s := range sentences {
		if !strings.Contains(plain, s) {
			return false
		}
	}
	return true
}

// normalise makes texts comparable: lower case, single spaces, plain quotes,
// and no marks of comments or quotations at the start of lines.
func normalise(file string) string {
	file = strings.NewReplacer("“", `"`, "”", `"`, "``", `"`, "''", `"`, "’", "'", "–", "-").Replace(strings.ToLower(file))
	var b strings.Builder
	for line := range strings.Lines(file) {
		b.WriteString(strings.TrimLeft(line, " \t>#*/|"))
		b.WriteByte(' ')
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
