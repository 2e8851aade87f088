package archive_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// inMemory is an archive of one object.
func inMemory(content []byte) archive.Config {
	return archive.Config{Source: name, Path: "x", Root: archive.Folder(oneObject(content))}
}

func oneObject(content []byte) fs.FS {
	return fstest.MapFS{key("20260102T0300"): {Data: content}}
}

// FuzzReadObject: no bytes crash the reader or go by without a word, and of
// sound JSON it cuts the records that encoding/json finds, in deliveries and
// where records stand by themselves. Neither a filter nor the number of workers
// changes that.
func FuzzReadObject(f *testing.F) {
	for _, seed := range []string{
		records("a", "b"), `{"x":[{"Records":[]}],"Records":[{"id":"a"},7,null,"x",[1],{"id":"b"}],"y":-1.5e3}`, `{"Records":null}`,
		`{"Records":[{"id":"}]\"\\"}]} {"Records":[]}`, "\xEF\xBB\xBF{\"Records\":[{\"id\":\"\xff\"}", `{"\u0052ecords":[{"id":"a"}]}`,
		`{"Records":[{"id":"passed"},{"id":"a","x\"id":"passed"},{"i\u0064":"passed"},{"id":"passed","id":"b"}]}`,
		`{"Records":[{"id":"a"` + strings.Repeat(" ", 64) + `,"id":"b"}` + strings.Repeat("\n", 64) + `]}`,
		record("a") + "\n" + record("passed") + "\r\n\n" + record("b"), `[{"id":"a"},{"id":"b"}] {"id":"c"}` + "\n7\n" + `{"id":"d"`,
		`{"id":"a` + "\n" + `{"id":"b"}` + "\n" + `{"x":{` + "\n" + `"id":1}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Add(zipped(records("a"), records("b")))
	f.Add(zipped(record("a")+"\n", record("b")))
	f.Add(cutGzip(records("a", "b", "c")))
	f.Fuzz(func(t *testing.T, content []byte) {
		for member, naive := range map[string]func([]byte) ([]string, bool){recordsName: reference, "": lines} {
			plain := readWay(t, content, member, "filter false, use false, several workers false")
			one := readWay(t, content, member, "filter true, use true, several workers false")
			many := readWay(t, content, member, "filter true, use true, several workers true")
			if diff := cmp.Diff(plain.ids(), one.ids()); diff != "" {
				t.Errorf("member %q: events (-without a filter +with one):\n%s", member, diff)
			}
			if diff := cmp.Diff([]any{one.events, one.usages, one.coverage}, []any{many.events, many.usages, many.coverage}); diff != "" {
				t.Errorf("member %q (-one worker +several):\n%s", member, diff)
			}
			c, ok := plain.coverage[eventsCell()]
			if !ok {
				t.Fatal("no word on the cell")
			}
			if c.State != inventory.Complete && (c.Why.Message == "" || c.Why.Operation == "") {
				t.Errorf("state %s without a reason", c.State)
			}
			if want, sound := naive(content); sound && c.State == inventory.Complete {
				if diff := cmp.Diff(want, plain.ids()); diff != "" {
					t.Errorf("member %q: events of a complete object (-encoding/json +got):\n%s", member, diff)
				}
			}
		}
	})
}

func readWay(t *testing.T, content []byte, member, way string) read {
	t.Helper()
	f := format()
	f.Member, f.Decode = member, exact
	cfg, f := ways()[way](inMemory(content), f)
	return readAll(t, archive.Logs(cfg, f), nil)
}

// exact takes members by their very name, as a filter does; encoding/json takes
// those in another case too.
func exact(record []byte, from inventory.Provenance) (archive.Decoded, error) {
	var in map[string]any
	if json.Unmarshal(record, &in) != nil {
		return archive.Decoded{}, errors.New("no JSON")
	}
	id, ok := in["id"].(string)
	if !ok || id == "" {
		return archive.Decoded{}, errors.New("it has no id")
	}
	return archive.Decoded{Event: &inventory.Event{ID: id, Scope: scope, Provenance: from}}, nil
}

// lines reads records that stand one on each line with encoding/json. It is not
// sound if anything else is there.
func lines(content []byte) (ids []string, sound bool) {
	ids = []string{}
	for line := range bytes.SplitSeq(content, []byte("\n")) {
		if line = bytes.Trim(line, " \t\r"); len(line) == 0 {
			continue
		}
		if line[0] != '{' || !json.Valid(line) {
			return nil, false
		}
		d, err := exact(line, inventory.Provenance{})
		if err == nil {
			ids = append(ids, d.Event.ID)
		}
	}
	return unpassed(ids), true
}

// unpassed leaves out what is passed over, and what came before.
func unpassed(ids []string) []string {
	out := []string{}
	for _, id := range ids {
		if id != "passed" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// reference reads a delivery with encoding/json. It is not sound if that
// refuses it, or if it repeats a name, which encoding/json does not tell.
func reference(content []byte) (ids []string, sound bool) {
	var document map[string]json.RawMessage
	if json.Unmarshal(content, &document) != nil || strings.Count(string(content), recordsName) > 1 {
		return nil, false
	}
	var all []json.RawMessage
	if json.Unmarshal(document[recordsName], &all) != nil {
		return nil, false
	}
	ids = []string{}
	for i, r := range all {
		d, err := exact(r, inventory.Provenance{Record: i})
		if err == nil {
			ids = append(ids, d.Event.ID)
		}
	}
	return unpassed(ids), true
}

const recordsName = "Records"

// dripping is a folder whose files give few bytes at a time.
type dripping struct {
	fs.FS
	bytes int
}

type dripFile struct {
	fs.File
	bytes int
}

func (d dripping) Open(name string) (fs.File, error) {
	f, err := d.FS.Open(name)
	if info, statErr := fs.Stat(d.FS, name); err != nil || statErr != nil || info.IsDir() {
		return f, err
	}
	return dripFile{f, d.bytes}, nil
}

func (f dripFile) Read(p []byte) (int, error) { return f.File.Read(p[:min(len(p), f.bytes)]) }

// TestRecordsAcrossReads: where the parts of an object end that the system
// gives never shows.
func TestRecordsAcrossReads(t *testing.T) {
	text := "\xEF\xBB\xBF" + `{"x":{"Records":"]}"},"Records":[{"id":"a","name":"}]\"\\\\"} , 7,{"id":"b é","y":[{}]}],"z":[-1.5]} {"Records":[{"id":"c"}]}`
	cfg := inMemory([]byte(text))
	whole := readAll(t, archive.Logs(cfg, format()), nil)
	if diff := cmp.Diff([]string{"a", "b é", "c"}, whole.ids()); diff != "" {
		t.Fatalf("events (-want +got):\n%s", diff)
	}
	for n := 1; n < len(text); n++ {
		cfg.Root = archive.Folder(dripping{oneObject([]byte(text)), n})
		got := readAll(t, archive.Logs(cfg, format()), nil)
		if diff := cmp.Diff(whole.ids(), got.ids()); diff != "" {
			t.Fatalf("%d bytes at a time: events (-want +got):\n%s", n, diff)
		}
		if diff := cmp.Diff(whole.coverage, got.coverage); diff != "" {
			t.Fatalf("%d bytes at a time: coverage (-want +got):\n%s", n, diff)
		}
	}
}

// BenchmarkReadObject measures the way from compressed bytes to cut records,
// without a decoder; MB/s are of the inflated object.
func BenchmarkReadObject(b *testing.B) {
	one := `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/ci/s"},"eventName":"Describe\"x\"","requestParameters":{"a":[1,2,{"b":"` + strings.Repeat("text ", 150) + `"}]},"eventID":"%d"}`
	var all []string
	for i := range 5000 {
		all = append(all, fmt.Sprintf(one, i))
	}
	text := `{"Records":[` + strings.Join(all, ",") + `]}`
	for name, content := range map[string][]byte{"gzip": zipped(text), "plain": []byte(text)} {
		b.Run(name, func(b *testing.B) {
			f := format()
			f.Decode = func([]byte, inventory.Provenance) (archive.Decoded, error) { return archive.Decoded{}, nil }
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				sources, err := archive.Logs(inMemory(content), f).Plan(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				for _, s := range sources {
					if err := s.Read(b.Context(), func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(inventory.Fact) error { return nil }); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
