package archive_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// TestRecordsThatStandByThemselves: one on each line, in arrays, or over several
// lines. A damaged line costs no other.
func TestRecordsThatStandByThemselves(t *testing.T) {
	a, b := record("a"), record("b")
	tests := []struct {
		name, content string
		want          []string
		state         inventory.State
		says          []string
	}{
		{"lines", a + "\n" + b + "\n", []string{"a", "b"}, inventory.Complete, nil},
		{"no line end at the end", a + "\n" + b, []string{"a", "b"}, inventory.Complete, nil},
		{"empty lines, a byte order mark and Windows' line ends", "\xEF\xBB\xBF" + a + "\r\n\r\n \r\n" + b + "\r\n", []string{"a", "b"}, inventory.Complete, nil},
		{"several on a line", a + b + " " + record("c") + "\n", []string{"a", "b", "c"}, inventory.Complete, nil},
		{"an array", "[" + a + ",\n" + b + "]", []string{"a", "b"}, inventory.Complete, nil},
		{"an empty array", "[]", []string{}, inventory.Complete, nil},
		{"arrays and lines", "[" + a + "]\n" + b + "\n[" + record("c") + "]", []string{"a", "b", "c"}, inventory.Complete, nil},
		{"over several lines", strings.ReplaceAll(a, ",", ",\n  ") + "\n" + b, []string{"a", "b"}, inventory.Complete, nil},
		{"brackets and escapes in strings", `{"id":"a","name":"}\"\\{"}` + "\n" + b, []string{"a", "b"}, inventory.Complete, nil},

		{"a line that is cut off", `{"id":"x","na` + "\n" + a + "\n" + b, []string{"a", "b"}, inventory.Malformed, []string{"record 0 at byte 0 does not end with its line"}},
		{"two that are cut off", a + "\n{\"id\n{\"id\":[\n" + b, []string{"a", "b"}, inventory.Malformed, []string{"record 1", "record 2", "does not end"}},
		{"the last is cut off", a + "\n" + `{"id":"b"`, []string{"a"}, inventory.Malformed, []string{"record 1 at byte", "ends too early"}},
		{"lines that are no objects", a + "\n7\n\"x\"\nnull\nrubbish{}\n" + b, []string{"a", "b"}, inventory.Malformed, []string{"record 1", "is not an object", "(4 in all)"}},
		{"a line of 9 MB", `{"id":"` + strings.Repeat("x", 9<<20) + "\"}\n" + b, []string{"b"}, inventory.Malformed, []string{"record 0 at byte 0 is larger than"}},
		{"a line of 9 MB that is cut off", `{"id":"` + strings.Repeat("x", 9<<20) + "\n" + b, []string{"b"}, inventory.Malformed, []string{"record 0 at byte 0 does not end"}},
		{"a 1,000-level nest", strings.Repeat("[", 1000) + "\n" + b, []string{}, inventory.Malformed, nil},
		{"a record of 1,000 levels", `{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}\n" + b, []string{"b"}, inventory.Malformed, []string{"is nested deeper"}},
		{"lone surrogates and escapes of an id", `{"id":"a\ud800"}` + "\n" + `{"i\u0064":"b","x\"id":"passed"}` + "\n" + `{"id":"p\u0061ssed"}`, []string{"a\uFFFD", "b"}, inventory.Complete, nil},
		{"numbers out of range and a duplicate key", `{"id":"passed","x":1e999999,"id":"a"}` + "\n" + b, []string{"a", "b"}, inventory.Complete, nil},
		{"a megabyte of white space", strings.Repeat(" \r\n", 1<<18) + a + strings.Repeat("\t\n", 1<<18) + b, []string{"a", "b"}, inventory.Complete, nil},
		{"arrays in arrays", "[[" + a + "]," + b + "]", []string{"b"}, inventory.Malformed, []string{"record 0 at byte 1 is not an object"}},
		{"an array that is cut off", "[" + a + ",\n" + b, []string{"a", "b"}, inventory.Malformed, []string{"the array of records ends too early"}},
		{"a control character", "{\"id\":\"x\x01\"}\n" + b, []string{"b"}, inventory.Malformed, []string{"record 0 at byte 0 is not understood"}},
		{"bytes that are no UTF-8", "{\"id\":\"a\xff\"}\n" + b, []string{"a\uFFFD", "b"}, inventory.Malformed, []string{"record 0", "no UTF-8", "kept"}},
		{"a line end in a name", "{\"i\nd\":\"x\"}\n" + b, []string{"b"}, inventory.Malformed, []string{"record 0", "is not understood"}},
		{"a delivery of another kind", records("a"), []string{}, inventory.Malformed, []string{"record 0", "is not understood"}},
		{"closing brackets alone", a + "\n}]\n" + b, []string{"a", "b"}, inventory.Malformed, []string{"record 1 at byte", "is not an object"}},
		{"closing brackets at first", "}]\n" + b, []string{"b"}, inventory.Malformed, []string{"record 0 at byte 0 is not an object"}},
		{"white space alone", " \n", []string{}, inventory.Malformed, []string{"holds nothing"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for way, in := range ways() {
				cfg, f := in(inMemory(zipped(tt.content)), format())
				f.Member = ""
				got := readAll(t, archive.Logs(cfg, f), nil)
				if diff := cmp.Diff(tt.want, got.ids()); diff != "" {
					t.Errorf("%s: events (-want +got):\n%s", way, diff)
				}
				checkCoverage(t, got.coverage[eventsCell()], tt.state, tt.says...)
			}
		})
	}
}
