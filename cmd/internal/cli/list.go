package cli

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/estray/estray/findings/report/csvfmt"
	"github.com/estray/estray/findings/report/text"
)

// listFormats are the forms of every list.
func listFormats() []string { return []string{"table", "json", "jsonl", "csv"} }

// formatFlag adds --format to a list command.
func formatFlag(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "format", "table", "`form` of the list: "+strings.Join(listFormats(), ", "))
	mustComplete(cmd, "format", listFormats()...)
}

func mustComplete(cmd *cobra.Command, flag string, words ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag was added a line before: a fault of the program, found by any test
	}
}

// list writes rows of one kind, one at a time, so that no list is held whole
// but where the form asks for it.
type list[T any] struct {
	w       io.Writer
	format  string
	columns []string
	cells   func(T) []string

	table *tabwriter.Writer
	csv   *csv.Writer
	rows  int
}

// newList checks the format and writes the head.
func newList[T any](w io.Writer, format string, columns []string, cells func(T) []string) (*list[T], error) {
	l := &list[T]{w: w, format: format, columns: columns, cells: cells}
	switch format {
	case "table":
		l.table = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		_, err := fmt.Fprintln(l.table, strings.ToUpper(strings.Join(columns, "\t")))
		return l, err
	case "csv":
		l.csv = csv.NewWriter(w)
		return l, l.csv.Write(columns)
	case "json", "jsonl":
		return l, nil
	}
	return nil, usagef("list: there is no form %q, use one of %s", format, strings.Join(listFormats(), ", "))
}

// add writes one row.
func (l *list[T]) add(row T) error {
	l.rows++
	switch l.format {
	case "table":
		_, err := fmt.Fprintln(l.table, strings.Join(mapSlice(l.cells(row), oneLine), "\t"))
		return err
	case "csv":
		// A cell of foreign text could otherwise be a formula to a spreadsheet.
		return l.csv.Write(mapSlice(l.cells(row), csvfmt.Cell))
	case "json":
		lead := ",\n"
		if l.rows == 1 {
			lead = "[\n"
		}
		return l.encode(lead, row)
	}
	return l.encode("", row)
}

func (l *list[T]) encode(lead string, row T) error {
	b, err := encodeJSON(row)
	if err != nil {
		return err
	}
	if l.format == "jsonl" {
		b = append(b, '\n')
	}
	_, err = l.w.Write(append([]byte(lead), b...))
	return err
}

// close writes what is left.
func (l *list[T]) close() error {
	switch l.format {
	case "table":
		return l.table.Flush()
	case "csv":
		l.csv.Flush()
		return l.csv.Error()
	case "json":
		end := "\n]\n"
		if l.rows == 0 {
			end = "[]\n"
		}
		_, err := io.WriteString(l.w, end)
		return err
	}
	return nil
}

// writeList writes all rows.
func writeList[T any](w io.Writer, format string, columns []string, cells func(T) []string, rows []T) error {
	l, err := newList(w, format, columns, cells)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := l.add(r); err != nil {
			return err
		}
	}
	return l.close()
}

// encodeJSON leaves <, > and & as they are: the output is no HTML, and an ARN or
// a message should be found by searching for it.
func encodeJSON(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}

func mapSlice[T, U any](in []T, f func(T) U) []U {
	out := make([]U, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

// oneLine makes foreign text safe for a line of a table; what is empty is "-".
func oneLine(s string) string {
	if s == "" {
		return "-"
	}
	return text.Safe(s)
}

// errAmbiguous means that a short id fits several.
var errAmbiguous = errors.New("the id is ambiguous")

// pick finds the one candidate that id names: exactly, or as the only one that
// has it as a prefix or as its last part.
func pick(id string, candidates []string) (string, error) {
	if slices.Contains(candidates, id) {
		return id, nil
	}
	var fit []string
	for _, c := range candidates {
		if id != "" && (strings.HasPrefix(c, id) || strings.HasSuffix(c, ":"+id) || strings.HasSuffix(c, "/"+id)) {
			fit = append(fit, c)
		}
	}
	switch len(fit) {
	case 0:
		return "", fmt.Errorf("nothing has the id %q", id)
	case 1:
		return fit[0], nil
	}
	return "", fmt.Errorf("%w: %q fits %d: %s", errAmbiguous, id, len(fit), strings.Join(fit[:min(len(fit), 5)], ", "))
}
