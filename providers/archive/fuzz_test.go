package archive_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
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
// sound JSON it cuts the records that encoding/json finds.
func FuzzReadObject(f *testing.F) {
	f.Add([]byte(records("a", "b")))
	f.Add([]byte(`{"x":[{"Records":[]}],"Records":[{"id":"a"},7,null,"x",[1],{"id":"b"}],"y":-1.5e3}`))
	f.Add([]byte(`{"Records":null}`))
	f.Add([]byte(`{"Records":[{"id":"}]\"\\"}]} {"Records":[]}`))
	f.Add([]byte("\xEF\xBB\xBF{\"Records\":[{\"id\":\"\xff\"}"))
	f.Add([]byte(`{"\u0052ecords":[{"id":"a"}]}`))
	f.Add(zipped(records("a"), records("b")))
	f.Add(cutGzip(records("a", "b", "c")))
	f.Fuzz(func(t *testing.T, content []byte) {
		got := readAll(t, archive.Logs(inMemory(content), format()), nil)
		c, ok := got.coverage[eventsCell()]
		if !ok {
			t.Fatal("no word on the cell")
		}
		if c.State != inventory.Complete && (c.Why.Message == "" || c.Why.Operation == "") {
			t.Errorf("state %s without a reason", c.State)
		}
		want, sound := reference(content)
		if !sound {
			return
		}
		if c.State == inventory.Complete {
			if diff := cmp.Diff(want, got.ids()); diff != "" {
				t.Errorf("events of a complete object (-encoding/json +got):\n%s", diff)
			}
		}
	})
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
		d, err := decode(r, inventory.Provenance{Record: i})
		if err == nil && d.Event != nil {
			ids = append(ids, d.Event.ID)
		}
	}
	return ids, true
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
