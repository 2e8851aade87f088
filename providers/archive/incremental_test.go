package archive_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// counting is a store that notes what is opened.
type counting struct {
	archive.Store
	opened *[]string
}

func (c counting) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	*c.opened = append(*c.opened, strings.TrimSuffix(path.Base(key), "Z_x.json.gz"))
	return c.Store.Open(ctx, key)
}

// TestGrowingArchive: of an archive that grew, the new objects are read and
// those of the last day before, and the cell says what a reading of all says.
func TestGrowingArchive(t *testing.T) {
	all := files{}
	for day := 1; day <= 9; day++ {
		all[key(fmt.Sprintf("2026010%dT0300", day))] = zipped(records(fmt.Sprint("a", day), fmt.Sprint("b", day)))
	}
	root := all.write(t)
	var opened []string
	cfg := config(root)
	cfg.Root = counting{cfg.Root, &opened}
	first := readAll(t, archive.Logs(cfg, format()), nil)
	put := func(stamp string, ids ...string) {
		file := filepath.Join(root, key(stamp))
		if err := os.WriteFile(file, zipped(records(ids...)), 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(len(ids)) * time.Hour)
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		name string
		do   func()
		want []string // opened
		says string
	}{
		{"a new object", func() { put("20260110T0300", "c") }, []string{"20260109T0300", "20260110T0300"}, ""},
		{"and another, of the same day", func() { put("20260110T0400", "d") }, []string{"20260110T0300", "20260110T0400"}, ""},
		{"one that comes late", func() { put("20260105T0400", "e") }, nil, ""},
		{"a settled one that changed", func() { put("20260105T0400", "e", "f") }, nil, ""},
		{"the last ones are gone", func() {
			for _, stamp := range []string{"20260110T0300", "20260110T0400"} {
				if err := os.Remove(filepath.Join(root, key(stamp))); err != nil {
					t.Fatal(err)
				}
			}
		}, nil, ""},
	}
	before := first.coverage
	for _, step := range steps {
		step.do()
		opened = nil
		got := readAll(t, archive.Logs(cfg, format()), before)
		read := opened
		fresh := readAll(t, archive.Logs(cfg, format()), nil)
		if step.want == nil {
			step.want = opened[len(read):]
		}
		if diff := cmp.Diff(step.want, read); diff != "" {
			t.Errorf("%s: objects read (-want +got):\n%s", step.name, diff)
		}
		if diff := cmp.Diff(fresh.coverage, got.coverage); diff != "" {
			t.Errorf("%s: coverage (-of all +of the new ones):\n%s", step.name, diff)
		}
		before = got.coverage
	}
}

// TestWhatIsNotGoneOnFrom is read whole: after a hole in the logging, after a
// mistake, with a decoder that understands more, and when it is asked for.
func TestWhatIsNotGoneOnFrom(t *testing.T) {
	off := `{"Records":[` + act("off", "2026-01-01T03:00:00Z", "logging-off", "Stop", "trail", "") + `]}`
	tests := map[string]struct {
		first  string
		change func(*archive.Config, *archive.Format, map[inventory.Cell]inventory.Coverage)
		whole  bool
	}{
		"nothing in the way": {records("a"), nil, false},
		"a hole":             {off, nil, true},
		"a mistake":          {`{"Records":[1]}`, nil, true},
		"a better decoder":   {records("a"), func(_ *archive.Config, f *archive.Format, _ map[inventory.Cell]inventory.Coverage) { f.Revision++ }, true},
		"asked for":          {records("a"), func(c *archive.Config, _ *archive.Format, _ map[inventory.Cell]inventory.Coverage) { c.Full = true }, true},
		"a mark of another form": {records("a"), func(_ *archive.Config, _ *archive.Format, before map[inventory.Cell]inventory.Coverage) {
			c := before[eventsCell()]
			c.Mark = "2 objects 00"
			before[eventsCell()] = c
		}, true},
		"a mark that lies about its events": {records("a"), func(_ *archive.Config, _ *archive.Format, before map[inventory.Cell]inventory.Coverage) {
			c := before[eventsCell()]
			c.Mark = c.Mark[:strings.LastIndex(c.Mark, ";")] + "; many"
			before[eventsCell()] = c
		}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := files{key("20260101T0300"): zipped(test.first), key("20260105T0300"): zipped(records("b"))}.write(t)
			var opened []string
			cfg, f := config(root), format()
			cfg.Root = counting{cfg.Root, &opened}
			before := readAll(t, archive.Logs(cfg, f), nil).coverage
			if err := os.WriteFile(filepath.Join(root, key("20260106T0300")), zipped(records("c")), 0o644); err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				test.change(&cfg, &f, before)
			}
			opened = nil
			readAll(t, archive.Logs(cfg, f), before)
			want := []string{"20260105T0300", "20260106T0300"}
			if test.whole {
				want = []string{"20260101T0300", "20260105T0300", "20260106T0300"}
			}
			if diff := cmp.Diff(want, opened); diff != "" {
				t.Errorf("objects read (-want +got):\n%s", diff)
			}
		})
	}
}

// TestReadingInPartsIsReadingWhole: however an archive changes between scans,
// no event is missed and the cell says what a first reading would say.
func TestReadingInPartsIsReadingWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		root, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(root, account, region), 0o755); err != nil {
			rt.Fatal(err)
		}
		there := map[string]int{} // events by stamp
		known := map[string]bool{}
		var before map[inventory.Cell]inventory.Coverage
		for step := range rapid.IntRange(1, 6).Draw(rt, "scans") {
			for range rapid.IntRange(1, 4).Draw(rt, "changes") {
				stamp := fmt.Sprintf("202601%02dT%02d00", rapid.IntRange(1, 9).Draw(rt, "day"), rapid.SampledFrom([]int{0, 12, 23}).Draw(rt, "hour"))
				n := rapid.IntRange(-1, 3).Draw(rt, "events") // -1: the object goes
				there[stamp] = n
				file := filepath.Join(root, key(stamp))
				os.Remove(file)
				if n < 0 {
					delete(there, stamp)
					continue
				}
				var ids []string
				for i := range n {
					ids = append(ids, fmt.Sprintf("%s-%d-%d", stamp, step, i))
				}
				if err := os.WriteFile(file, zipped(records(ids...)), 0o644); err != nil {
					rt.Fatal(err)
				}
			}
			cfg := config(root)
			got := readAll(t, archive.Logs(cfg, format()), before)
			fresh := readAll(t, archive.Logs(cfg, format()), nil)
			if diff := cmp.Diff(fresh.coverage, got.coverage); diff != "" {
				rt.Fatalf("coverage (-fresh +in parts):\n%s", diff)
			}
			for _, id := range got.ids() {
				known[id] = true
			}
			for _, id := range fresh.ids() {
				if !known[id] {
					rt.Fatalf("event %s was missed; objects %v", id, slices.Sorted(maps.Keys(there)))
				}
			}
			before = got.coverage
		}
	})
}
