package archive_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"path"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// TestObjectsAsTheyAre gives one odd object beside a sound one. Whatever is
// wrong with the odd one, the sound one is read.
func TestObjectsAsTheyAre(t *testing.T) {
	nested := strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000)
	full := zipped(records("a", "b", "c"))
	tests := []struct {
		name    string
		content []byte
		plain   bool // stored under a name without .gz
		want    []string
		state   inventory.State
		says    []string // in the message
	}{
		{name: "a sound object", content: full, want: []string{"a", "b", "c"}},
		{name: "plain JSON", content: []byte(records("a")), plain: true, want: []string{"a"}},
		{name: "plain JSON under the name of a gzip", content: []byte(records("a")), want: []string{"a"}},
		{name: "gzip under a plain name", content: full, plain: true, want: []string{"a", "b", "c"}},
		{name: "one document in several gzip members", content: zipped(`{"Records":[`+record("a")+`,{"id"`, `:"b"}]}`), want: []string{"a", "b"}},
		{name: "one document in each gzip member", content: zipped(records("a"), records("b")), want: []string{"a", "b"}},
		{name: "a byte order mark", content: zipped("\xEF\xBB\xBF" + records("a")), want: []string{"a"}},
		{name: "Records after other members", content: zipped(`{"x":{"Records":[1]},"y":[1,"]"],"z":null,"Records":[` + record("a") + `],"w":1}`), want: []string{"a"}},
		{name: "Records empty", content: zipped(`{"Records":[]}`), want: []string{}},
		{name: "white space everywhere", content: zipped(" \n{ \"Records\" :\t[ " + record("a") + " , \r\n" + record("b") + " ] }\n"), want: []string{"a", "b"}},
		{name: "brackets, quotes and escapes in strings", content: zipped(`{"Records":[{"id":"a","name":"}]\"\\"},{"id":"b","name":"\\\\\"{["}]}`), want: []string{"a", "b"}},
		{name: "a record that is not for us", content: zipped(`{"Records":[{"foreign":true},` + record("a") + `]}`), want: []string{"a"}},

		{name: "zero bytes", content: nil, state: inventory.Malformed, says: []string{"is empty"}},
		{name: "gzip of zero bytes", content: zipped(""), state: inventory.Malformed, says: []string{"is empty"}},
		{name: "white space alone", content: []byte(" \n"), state: inventory.Malformed, says: []string{"holds nothing"}},
		{name: "not a gzip", content: []byte("PK\x03\x04 something else"), state: inventory.Malformed, says: []string{"neither gzip nor a JSON object"}},
		{name: "a gzip header alone", content: full[:8], state: inventory.Malformed, says: []string{"begins like gzip"}},
		{name: "truncated gzip keeps the records before the cut", content: cutGzip(records("a", "b", "c")), want: []string{"a", "b"}, state: inventory.Malformed, says: []string{"record 2 at byte", "ends too early", "cut off"}},
		{name: "a gzip whose checksum is wrong", content: flip(full, len(full)-8), want: []string{"a", "b", "c"}, state: inventory.Malformed, says: []string{"checksum"}},
		{name: "garbage after the gzip", content: append(bytes.Clone(full), "garbage after"...), want: []string{"a", "b", "c"}, state: inventory.Malformed, says: []string{"no gzip follows"}},
		{name: "garbage after the document", content: zipped(records("a") + " x"), want: []string{"a"}, state: inventory.Malformed, says: []string{"at byte 55", "something follows"}},
		{name: "an array instead of an object", content: zipped("[" + record("a") + "]"), state: inventory.Malformed, says: []string{"neither gzip nor a JSON object"}},
		{name: "Records missing", content: zipped(`{"records":[` + record("a") + `]}`), state: inventory.Malformed, says: []string{"Records is missing"}},
		{name: "Records null", content: zipped(`{"Records":null}`), state: inventory.Malformed, says: []string{"at byte 11", "Records is null"}},
		{name: "Records an object", content: zipped(`{"Records":{"a":1}}`), state: inventory.Malformed, says: []string{"Records is no array"}},
		{name: "Records twice", content: zipped(`{"Records":[` + record("a") + `],"Records":[` + record("b") + `]}`), want: []string{"a", "b"}, state: inventory.Malformed, says: []string{"Records occurs again"}},
		{name: "records that are not objects", content: zipped(`{"Records":[` + record("a") + `,7,"x",null,[{}],` + record("b") + `]}`), want: []string{"a", "b"}, state: inventory.Malformed, says: []string{"record 1 at byte 53 is not an object", "record 3", "and 1 more (4 in all)"}},
		{name: "a record that is not understood", content: zipped(`{"Records":[{},` + record("b") + `]}`), want: []string{"b"}, state: inventory.Malformed, says: []string{"record 0 at byte 12 is not understood: it has no id"}},
		{name: "a record with wrong brackets", content: zipped(`{"Records":[{"id":"a"],` + record("b") + `]}`), want: []string{"b"}, state: inventory.Malformed, says: []string{"record 0", "is not understood"}},
		{name: "a comma is missing", content: zipped(`{"Records":[` + record("a") + record("b") + `]}`), want: []string{"a", "b"}, state: inventory.Malformed, says: []string{"a comma is missing"}},
		{name: "garbage between records", content: zipped(`{"Records":[` + record("a") + `, }` + record("b") + `]}`), want: []string{"a"}, state: inventory.Malformed, says: []string{"is no JSON here; nothing after it was read"}},
		{name: "the document ends in the array", content: zipped(`{"Records":[` + record("a")), want: []string{"a"}, state: inventory.Malformed, says: []string{"the array of records ends too early"}},
		{name: "a record nested 1,000 levels deep", content: zipped(`{"Records":[` + record("a") + `,` + nested + `,` + record("b") + `]}`), want: []string{"a", "b"}, state: inventory.Malformed, says: []string{"record 1", "nested deeper than 128"}},
		{name: "another member nested 1,000 levels deep", content: zipped(`{"x":` + nested + `,"Records":[` + record("a") + `]}`), want: []string{"a"}},
		{name: "bytes that are no UTF-8", content: zipped("{\"Records\":[{\"id\":\"a\xff\"}]}"), want: []string{"a\uFFFD"}, state: inventory.Malformed, says: []string{"record 0", "no UTF-8", "kept"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			odd := path.Join(account, region, "20260102T0300Z_odd.json")
			if !test.plain {
				odd += ".gz"
			}
			root := files{odd: test.content, key("20260102T0400"): zipped(records("sound"))}.write(t)
			got := readAll(t, archive.Logs(config(root), format()), nil)
			if diff := cmp.Diff(append(test.want, "sound"), got.ids()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			c := got.coverage[eventsCell()]
			checkCoverage(t, c, orComplete(test.state), test.says...)
			if c.State == inventory.Malformed {
				checkCoverage(t, c, c.State, odd, "from the bucket again")
				if c.Why.Operation != "read "+odd {
					t.Errorf("operation = %q, want the object", c.Why.Operation)
				}
			}
			if c.Seen != len(got.events) {
				t.Errorf("seen = %d, want %d", c.Seen, len(got.events))
			}
			checkCoverage(t, got.coverage[objectsCell()], inventory.Complete)
		})
	}
}

func orComplete(s inventory.State) inventory.State {
	if s == inventory.Pending {
		return inventory.Complete
	}
	return s
}

func checkCoverage(t *testing.T, c inventory.Coverage, state inventory.State, says ...string) {
	t.Helper()
	if c.State != state {
		t.Errorf("state of %s = %s (%s), want %s", c.Cell, c.State, c.Why, state)
	}
	for _, want := range says {
		if !strings.Contains(c.Why.Message, want) {
			t.Errorf("message of %s = %q, want it to say %q", c.Cell, c.Why.Message, want)
		}
	}
}

// cutGzip ends in the middle of the last record: the compressor is flushed
// there, so that everything before can be inflated.
func cutGzip(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text[:len(text)-20])
	w.Flush()
	return b.Bytes()
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0xff
	return b
}

// TestHugeRecord reads past a record of 50 MB without holding it.
func TestHugeRecord(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, `{"Records":[`+record("a")+`,{"id":"huge","x":"`)
	chunk := bytes.Repeat([]byte("x"), 1<<20)
	for range 50 {
		w.Write(chunk)
	}
	io.WriteString(w, `"},`+record("b")+`]}`)
	w.Close()
	root := files{key("20260102T0300"): b.Bytes()}.write(t)
	planner := archive.Logs(config(root), format())

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := readAll(t, planner, nil)
	runtime.ReadMemStats(&after)

	if diff := cmp.Diff([]string{"a", "b"}, got.ids()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	checkCoverage(t, got.coverage[eventsCell()], inventory.Malformed, "record 1 at byte 53 is larger than 4194304 bytes and was left out")
	if used := after.TotalAlloc - before.TotalAlloc; used > 30<<20 {
		t.Errorf("reading allocated %d MB, want less than the record", used>>20)
	}
}
