package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/estray/estray/internal/trailgen"
	"github.com/estray/estray/inventory"
)

// row is what a role did with one call.
type row struct {
	role, function, service, name, outcome string
	count                                  int
	// outside is -1 where a reader does not tell.
	outside     int
	first, last time.Time
}

// key is what a row counts.
func (r row) key() string {
	return strings.Join([]string{r.role, r.function, r.service, r.name, r.outcome}, "\t")
}

func (r row) String() string {
	outside := "-"
	if r.outside >= 0 {
		outside = strconv.Itoa(r.outside)
	}
	return fmt.Sprintf("%s\t%d\t%s\t%s\t%s", r.key(), r.count, outside, r.first.Format(time.RFC3339Nano), r.last.Format(time.RFC3339Nano))
}

// toldRows are the rows that the generator counted.
func toldRows(all []trailgen.Use) []row {
	out := make([]row, 0, len(all))
	for _, u := range all {
		outcome := inventory.Succeeded
		if u.Failed {
			outcome = inventory.Failed
		}
		out = append(out, row{u.Role, u.Function, u.Service, u.Name, string(outcome), u.Count, u.Outside, u.First, u.Last})
	}
	return out
}

func writeRows(path string, all []row) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // Flush and Close below tell
	w := bufio.NewWriter(file)
	for _, r := range all {
		fmt.Fprintln(w, r)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// readRows reads a file of rows, in the order of their keys.
func readRows(path string) ([]row, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []row
	for line := range strings.Lines(string(text)) {
		r, err := parseRow(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		if err != nil {
			return nil, fmt.Errorf("read row %q: %w", line, err)
		}
		out = append(out, r)
	}
	slices.SortFunc(out, compareRows)
	return out, nil
}

func compareRows(a, b row) int { return cmp.Compare(a.key(), b.key()) }

func parseRow(f []string) (row, error) {
	if len(f) != 9 {
		return row{}, fmt.Errorf("it has %d fields, not 9", len(f))
	}
	r := row{role: f[0], function: f[1], service: f[2], name: f[3], outcome: f[4], outside: -1}
	var err error
	if r.count, err = strconv.Atoi(f[5]); err != nil {
		return r, err
	}
	if f[6] != "-" {
		if r.outside, err = strconv.Atoi(f[6]); err != nil {
			return r, err
		}
	}
	if r.first, err = time.Parse(time.RFC3339, f[7]); err != nil {
		return r, err
	}
	r.last, err = time.Parse(time.RFC3339, f[8])
	return r, err
}

// difference names the first row in which two readers differ; empty: none. Both
// are in the order of their keys.
func difference(got, want []row) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got) || i < len(want) && got[i].key() > want[i].key():
			return "it lacks " + want[i].String()
		case i >= len(want) || got[i].key() < want[i].key():
			return "it has and should not " + got[i].String()
		}
		g, w := got[i], want[i]
		if g.outside < 0 {
			w.outside = -1
		}
		if g.String() != w.String() {
			return fmt.Sprintf("it has %s, want %s", g, w)
		}
	}
	return ""
}
