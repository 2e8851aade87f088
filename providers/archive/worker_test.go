package archive_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// TestUseThatIsNotUnderstoodIsTold, also of a record that becomes an event: its
// use is missing in the counts.
func TestUseThatIsNotUnderstoodIsTold(t *testing.T) {
	f := format()
	f.Uses = always(func(record jsonscan.Text, _ *archive.Use) (bool, error) {
		if strings.Contains(string(record.Bytes), `"a"`) {
			return false, errors.New("it names no role")
		}
		return false, nil
	})
	cfg := inMemory([]byte(records("a", "b")))
	cfg.Usage = inventory.CountRoles
	got := readAll(t, archive.Logs(cfg, f), nil)
	if diff := cmp.Diff([]string{"a", "b"}, got.ids()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	checkCoverage(t, got.coverage[eventsCell()], inventory.Malformed, "record 0 at byte 12 is not understood: it names no role")
}

// TestBytesThatAreNoUTF8: a record that is kept says so. One that Decode leaves
// out may have been another before its bytes were lost, and says that.
func TestBytesThatAreNoUTF8(t *testing.T) {
	got := readAll(t, archive.Logs(inMemory([]byte("{\"Records\":[{\"id\":\"a\xff\"},{\"id\":\"b\",\"foreign\":true,\"x\":\"\xff\"}]}")), format()), nil)
	if diff := cmp.Diff([]string{"a\uFFFD"}, got.ids()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	checkCoverage(t, got.coverage[eventsCell()], inventory.Malformed,
		"record 0 at byte 12 holds bytes that are no UTF-8; they were replaced and the record was kept",
		"record 1 at byte 24 holds bytes that are no UTF-8, and does not concern what is read unless they say so")
}

// TestProgressCountsWhatWasRead: an object that cannot be opened adds nothing,
// whatever was read before it by the same worker.
func TestProgressCountsWhatWasRead(t *testing.T) {
	one := records("a", "b")
	objects := fstest.MapFS{key("20260102T0300"): {Data: zipped(one)}, key("20260102T0400"): {Data: zipped(one)}, key("20260102T0500"): {Data: []byte("\x1f\x8b no gzip")}}
	meter := &archive.Meter{}
	store := faulty{Store: archive.Folder(objects), refuse: map[string]error{key("20260102T0400"): broke("AccessDenied", fs.ErrPermission)}}
	readAll(t, archive.Logs(archive.Config{Source: name, Root: store, Workers: 1, Meter: meter}, format()), nil)
	size := int64(2*len(objects[key("20260102T0300")].Data) + len(objects[key("20260102T0500")].Data))
	want := archive.Progress{Objects: 3, DueObjects: 3, Bytes: size, DueBytes: size, Inflated: int64(len(one)), Events: 2}
	if diff := cmp.Diff(want, meter.Progress()); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

// TestWhatIsVouchedForAndCannotBeReadBreaksTheChain: such a log is not what was
// delivered. What the store does not give says nothing of the log.
func TestWhatIsVouchedForAndCannotBeReadBreaksTheChain(t *testing.T) {
	sound := zipped(records("a", "b", "c"))
	for name, test := range map[string]struct {
		content []byte
		refused error
		want    inventory.Continuity
	}{
		"as it was":             {content: sound, want: inventory.Proved},
		"cut off":               {content: sound[:len(sound)-9], want: inventory.Broken},
		"with something behind": {content: append(sound[:len(sound):len(sound)], "x"...), want: inventory.Broken},
		"emptied":               {content: nil, want: inventory.Broken},
		"no gzip":               {content: []byte("\x1f\x8bx"), want: inventory.Broken},
		"not ours":              {content: []byte("[]"), want: inventory.Broken},
		"damaged and no end":    {content: zipped(`{"Records":[}`+strings.Repeat("x", 1<<20), "y")[:1000], want: inventory.Broken},
		"refused":               {content: sound, refused: broke("AccessDenied", fs.ErrPermission), want: inventory.Proved},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := inMemory(test.content)
			cfg.Root = faulty{Store: cfg.Root, refuse: map[string]error{key("20260102T0300"): test.refused}}
			cfg.Prove = func(context.Context, archive.Proving) (archive.Proof, error) {
				return archive.Proof{Hashes: sumsOf(t, fstest.MapFS{key("20260102T0300"): {Data: sound}})}, nil
			}
			if got := readAll(t, archive.Logs(cfg, format()), nil).coverage[eventsCell()]; got.Continuity != test.want {
				t.Errorf("continuity is %q, want %q (%s)", got.Continuity, test.want, got.Why)
			}
		})
	}
}

// TestAPanicOfADecoderEndsItsLogAlone: it comes to whoever reads the log, who can
// recover, and the workers read the other logs.
func TestAPanicOfADecoderEndsItsLogAlone(t *testing.T) {
	defer goleak.VerifyNone(t)
	other := account + "/eu-west-2/20260102T0300Z_x.json.gz"
	objects := fstest.MapFS{key("20260102T0300"): {Data: zipped(records("a", "odd"))}, other: {Data: zipped(records("b"))}}
	for _, counts := range []bool{false, true} {
		f := format()
		cfg := archive.Config{Source: name, Root: archive.Folder(objects), Workers: 1}
		odd := func(record []byte) {
			if strings.Contains(string(record), "odd") {
				_ = strings.Fields("")[len(record)]
			}
		}
		if counts {
			cfg.Usage, f.Uses = inventory.CountRoles, always(func(record jsonscan.Text, _ *archive.Use) (bool, error) {
				odd(record.Bytes)
				return false, nil
			})
		} else {
			f.Decode = func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
				odd(record)
				return decode(record, from)
			}
		}
		sources, err := archive.Logs(cfg, f).Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		panicked := func() (what any) {
			defer func() { what = recover() }()
			taken(t, sources[1], false)
			return nil
		}()
		if text := fmt.Sprint(panicked); !strings.Contains(text, "index out of range") || !strings.Contains(text, "archive_test.TestAPanic") || !strings.Contains(text, key("20260102T0300")) {
			t.Errorf("panic %q", text)
		}
		if got := taken(t, sources[2], false); len(got) != 2 {
			t.Errorf("of the other log came %v", got)
		}
	}
}
