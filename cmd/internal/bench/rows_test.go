package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func rowOf(name string, count, outside int) row {
	at := time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC)
	return row{role: "arn:r", service: "s3", name: name, outcome: "failed", count: count, outside: outside, first: at, last: at.Add(time.Hour)}
}

func TestDifferenceNamesTheFirstRow(t *testing.T) {
	a, b, c := rowOf("A", 1, 0), rowOf("B", 2, 1), rowOf("C", 3, 1)
	later, untold := b, b
	later.last = later.last.Add(time.Second)
	untold.outside = -1
	for name, tc := range map[string]struct {
		got, want []row
		says      string
	}{
		"equal":                        {[]row{a, b}, []row{a, b}, ""},
		"one does not tell outside":    {[]row{a, untold}, []row{a, b}, ""},
		"one is missing at the end":    {[]row{a}, []row{a, b}, "it lacks " + b.String()},
		"one is missing before others": {[]row{a, c}, []row{a, b, c}, "it lacks " + b.String()},
		"one is too many":              {[]row{a, b, c}, []row{a, c}, "it has and should not " + b.String()},
		"one is too many at the end":   {[]row{a, b}, []row{a}, "it has and should not " + b.String()},
		"a count":                      {[]row{rowOf("A", 9, 0)}, []row{a}, "want " + a.String()},
		"a call from outside":          {[]row{rowOf("A", 1, 1)}, []row{a}, "want " + a.String()},
		"a time":                       {[]row{a, later}, []row{a, b}, "want " + b.String()},
		"none at all":                  {nil, []row{a}, "it lacks " + a.String()},
	} {
		got := difference(tc.got, tc.want)
		if (tc.says == "") != (got == "") || !strings.Contains(got, tc.says) {
			t.Errorf("%s: %q, want %q", name, got, tc.says)
		}
	}
}

func TestRowsAreReadAsTheyWereWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.tsv")
	want := []row{rowOf("A", 1, -1), rowOf("B", 2, 1)}
	if err := writeRows(path, []row{want[1], want[0]}); err != nil {
		t.Fatal(err)
	}
	got, err := readRows(path)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, line := range []string{"a\tb", "r\t\ts\tn\to\tx\t-\t2026-02-01T10:00:00Z\t2026-02-01T10:00:00Z", "r\t\ts\tn\to\t1\t-\tnow\tthen"} {
		if r, err := parseRow(strings.Split(line, "\t")); err == nil {
			t.Errorf("%q is read as %s", line, r)
		}
	}
}
