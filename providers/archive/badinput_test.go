package archive_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// ways to read the same: with a filter, with use, with both, with one worker and
// with several. What is read differs in none of them.
func ways() map[string]func(archive.Config, archive.Format) (archive.Config, archive.Format) {
	out := map[string]func(archive.Config, archive.Format) (archive.Config, archive.Format){}
	for n := range 8 {
		name := fmt.Sprintf("filter %t, use %t, several workers %t", n&1 > 0, n&2 > 0, n&4 > 0)
		out[name] = func(cfg archive.Config, f archive.Format) (archive.Config, archive.Format) {
			keep := f.Decode
			f.Decode = func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
				if d, err := keep(record, from); err != nil || d.Event == nil || d.Event.ID != "passed" {
					return d, err
				}
				return archive.Decoded{}, nil
			}
			if n&1 > 0 {
				f.Filter = archive.Filter{Members: []string{"id"}, Matters: func(v [][]byte) bool { return string(v[0]) != "passed" }}
			}
			if n&2 > 0 {
				cfg.Usage, f.Uses = inventory.CountRoles, always(usedAsKept(f.Decode))
			}
			cfg.Workers = 1
			if n&4 > 0 {
				cfg.Workers = 3
			}
			return cfg, f
		}
	}
	return out
}

// usedAsKept counts one use for each event.
func usedAsKept(decode func([]byte, inventory.Provenance) (archive.Decoded, error)) func(jsonscan.Text, *archive.Use) (bool, error) {
	return func(record jsonscan.Text, use *archive.Use) (bool, error) {
		d, err := decode(record.Bytes, inventory.Provenance{})
		if err != nil || d.Event == nil {
			return false, err
		}
		*use = archive.Use{ID: []byte(d.Event.ID), Identity: []byte("r"), Service: []byte("s"), Name: []byte("n"), Outcome: inventory.Succeeded, Time: d.Event.Time}
		return true, nil
	}
}

func counted(all []inventory.Usage) (n int) {
	for _, u := range all {
		n += u.Count
	}
	return n
}

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
		{name: "white space of a megabyte everywhere", content: zipped(strings.ReplaceAll(`~{~"Records"~:~[~`+record("a")+`~,~`+record("b")+`~]~,~"x"~:~1~}~`, "~", strings.Repeat(" \t\r\n", 1<<18))), want: []string{"a", "b"}},
		{name: "Records spelt with escapes", content: zipped(`{"\u0052ec\u006Frds":[` + record("a") + `]}`), want: []string{"a"}},
		{name: "names that Records is a part of", content: zipped(`{"x\"Records":[7],"Records\\":7,"records":[7],"Records":[` + record("a") + `],"xRecords":[7]}`), want: []string{"a"}},
		{name: "a name that is too long for a name", content: zipped(`{"` + strings.Repeat("Records", 1<<18) + `":[7],"Records":[` + record("a") + `]}`), want: []string{"a"}},
		{name: "numbers out of range", content: zipped(`{"x":-1e999999,"y":` + strings.Repeat("9", 1<<20) + `,"Records":[{"x":1e999999,"id":"a","y":-` + strings.Repeat("9", 1<<20) + `}],"z":1e-999999}`), want: []string{"a"}},
		{name: "a duplicate key, of which the last one counts", content: zipped(`{"Records":[{"id":"passed","id":"a"},{"id":"b","id":"passed"},{"id":"x","y":{"id":"passed"},"id":"c"}]}`), want: []string{"a", "c"}},
		{name: "ids spelt with escapes", content: zipped(`{"Records":[{"i\u0064":"a"},{"id":"\u0062"},{"id":"p\u0061ssed"},{"\u0069\u0064":"passed"},{"id":"passed","i\u0064":"c"}]}`), want: []string{"a", "b", "c"}},
		{name: "a name behind an escaped quote", content: zipped(`{"Records":[{"id":"a","x\"id":"passed"},{"id":"b","\"id":"passed","y":"\"id"}]}`), want: []string{"a", "b"}},
		{name: "lone surrogates", content: zipped(`{"\udc00":1,"Records":[{"id":"a\ud800"},{"\ud800":1,"id":"b"},{"id":"passed","x":"\udfff\ud800"}]}`), want: []string{"a\uFFFD", "b"}},
		{name: "mentions of what is passed over", content: zipped(`{"Records":[{"id":"a","x":"passed","y":{"id":"passed"},"z":["id","passed"]},{"id":"passed","x":"a","y":{"id":"a"}}]}`), want: []string{"a"}},
		{name: "100,000 levels in another member", content: zipped(`{"x":` + strings.Repeat("[", 1e5) + strings.Repeat("]", 1e5) + `,"Records":[` + record("a") + `]}`), want: []string{"a"}},
		{name: "empty gzip members between", content: zipped("", `{"Records":[`+record("a"), "", "", `]}`, ""), want: []string{"a"}},
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
		{name: "a byte order mark twice", content: zipped("\xEF\xBB\xBF\xEF\xBB\xBF" + records("a")), state: inventory.Malformed, says: []string{"neither gzip nor a JSON object"}},
		{name: "a byte order mark alone", content: zipped("\xEF\xBB\xBF"), state: inventory.Malformed, says: []string{"holds nothing"}},
		{name: "half a byte order mark", content: zipped("\xEF\xBB"), state: inventory.Malformed, says: []string{"neither gzip nor a JSON object"}},
		{name: "a byte order mark before the gzip", content: append([]byte("\xEF\xBB\xBF"), full...), state: inventory.Malformed, says: []string{"neither gzip nor a JSON object"}},
		{name: "zeros after the gzip", content: append(bytes.Clone(full), 0, 0, 0, 0), want: []string{"a", "b", "c"}, state: inventory.Malformed, says: []string{"no gzip follows"}},
		{name: "half a gzip after the gzip", content: append(bytes.Clone(full), full[:len(full)/2]...), want: []string{"a", "b", "c"}, state: inventory.Malformed, says: []string{"cut off"}},
		{name: "Records missing in the second document", content: zipped(records("a"), `{}`), want: []string{"a"}, state: inventory.Malformed, says: []string{"Records is missing"}},
		{name: "Records a string", content: zipped(`{"Records":"[` + strings.Repeat("x", 1<<20) + `]"}`), state: inventory.Malformed, says: []string{"Records is no array"}},
		{name: "Records null, then an array", content: zipped(`{"Records":null,"Records":[` + record("a") + `]}`), want: []string{"a"}, state: inventory.Malformed, says: []string{"Records is null", "Records occurs again"}},
		{name: "the document ends in a name", content: zipped(`{"Records":[` + record("a") + `],"Reco`), want: []string{"a"}, state: inventory.Malformed, says: []string{"the object ends too early"}},
		{name: "the document ends behind a name", content: zipped(`{"Records" `), state: inventory.Malformed, says: []string{"the object ends too early"}},
		{name: "the document ends in another value", content: zipped(`{"x":"Records`), state: inventory.Malformed, says: []string{"a value ends too early"}},
		{name: "the document ends in an escape", content: zipped(`{"Records":[` + record("a") + `,{"id":"b\`), want: []string{"a"}, state: inventory.Malformed, says: []string{"record 1", "ends too early"}},
		{name: "a name without a value", content: zipped(`{"Records":[` + record("a") + `],"x":}`), want: []string{"a"}, state: inventory.Malformed, says: []string{"is no JSON here"}},
		{name: "a comma is missing between members", content: zipped(`{"Records":[` + record("a") + `] "Records":[` + record("b") + `]}`), want: []string{"a"}, state: inventory.Malformed, says: []string{"is no JSON here"}},
		{name: "a control character in a record", content: zipped("{\"Records\":[{\"id\":\"a\x01\"}," + record("b") + "]}"), want: []string{"b"}, state: inventory.Malformed, says: []string{"record 0", "is not understood"}},
		{name: "a control character between records", content: zipped("{\"Records\":[" + record("a") + ",\x00" + record("b") + "]}"), want: []string{"a", "b"}, state: inventory.Malformed, says: []string{"record 1", "is not an object"}},
		{name: "names that are no UTF-8", content: zipped("{\"Records\xff\":[7],\"Records\":[{\"x\xff\":1,\"id\":\"a\"}]}"), want: []string{"a"}, state: inventory.Malformed, says: []string{"record 0", "no UTF-8", "kept"}},
		{name: "a record of 4 MB and one byte", content: zipped(`{"Records":[` + record("a") + `,` + sized4(1) + `,` + record("b") + `]}`), want: []string{"a", "b"}, state: inventory.Malformed, says: []string{"record 1 at byte 53 is larger than 4194304 bytes"}},
		{name: "bytes that are no UTF-8", content: zipped("{\"Records\":[{\"id\":\"a\xff\"}]}"), want: []string{"a\uFFFD"}, state: inventory.Malformed, says: []string{"record 0", "no UTF-8", "kept"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			odd := path.Join(account, region, "20260102T0300Z_odd.json")
			if !test.plain {
				odd += ".gz"
			}
			root := files{odd: test.content, key("20260102T0400"): zipped(records("sound"))}.write(t)
			for way, in := range ways() {
				got := readAll(t, archive.Logs(in(config(root), format())), nil)
				if diff := cmp.Diff(append(slices.Clone(test.want), "sound"), got.ids()); diff != "" {
					t.Errorf("%s: events (-want +got):\n%s", way, diff)
				}
				c := got.coverage[eventsCell()]
				checkCoverage(t, c, orComplete(test.state), test.says...)
				if c.State == inventory.Malformed {
					checkCoverage(t, c, c.State, odd, "from the bucket again")
					if c.Why.Operation != "read "+odd {
						t.Errorf("%s: operation = %q, want the object", way, c.Why.Operation)
					}
				}
				if c.Seen != len(got.events) {
					t.Errorf("%s: seen = %d, want %d", way, c.Seen, len(got.events))
				}
				if c.Usage != inventory.CountNone && counted(got.usages) != len(got.events) {
					t.Errorf("%s: the use of %d records is counted, want %d", way, counted(got.usages), len(got.events))
				}
				checkCoverage(t, got.coverage[objectsCell()], inventory.Complete)
			}
		})
	}
}

// sized4 is a record of 4 MB and some bytes.
func sized4(more int) string {
	const frame = `{"id":"four","x":""}`
	return `{"id":"four","x":"` + strings.Repeat("x", 4<<20+more-len(frame)) + `"}`
}

// TestTheLargestRecord is one of 4 MB.
func TestTheLargestRecord(t *testing.T) {
	for _, member := range []string{"Records", ""} {
		f := format()
		f.Member = member
		text := strings.Join([]string{record("a"), sized4(0), sized4(1), record("b")}, ",\n")
		if text = "[" + text + "]"; member != "" {
			text = `{"Records":` + text + `}`
		}
		got := readAll(t, archive.Logs(inMemory(zipped(text)), f), nil)
		if diff := cmp.Diff([]string{"a", "four", "b"}, got.ids()); diff != "" {
			t.Errorf("member %q: events (-want +got):\n%s", member, diff)
		}
		checkCoverage(t, got.coverage[eventsCell()], inventory.Malformed, "record 2 at byte", "is larger than")
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
