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
	"sync"
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
	opened *opened
}

type opened struct {
	mu   sync.Mutex
	keys []string
}

// sorted gives what was opened since it was asked last.
func (o *opened) sorted() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := o.keys
	o.keys = nil
	slices.Sort(out)
	return out
}

func (c counting) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	c.opened.mu.Lock()
	c.opened.keys = append(c.opened.keys, strings.TrimSuffix(path.Base(key), "Z_x.json.gz"))
	c.opened.mu.Unlock()
	return c.Store.Open(ctx, key)
}

// plain leaves out what only a scan that is not the first can say: what changed,
// and how it remembers.
func plain(all map[inventory.Cell]inventory.Coverage) map[inventory.Cell]inventory.Coverage {
	out := maps.Clone(all)
	for cell, c := range out {
		c.Mark = ""
		if c.State == inventory.Complete {
			c.Why = inventory.Reason{}
		}
		out[cell] = c
	}
	return out
}

// TestGrowingArchive: of an archive that grew, the days are read whose objects
// are not those of the last time, and the cell says what a reading of all says,
// and what changed.
func TestGrowingArchive(t *testing.T) {
	all := files{}
	for day := 1; day <= 9; day++ {
		all[key(fmt.Sprintf("2026010%dT0300", day))] = zipped(records(fmt.Sprint("a", day), fmt.Sprint("b", day)))
	}
	root := all.write(t)
	var opened opened
	cfg := config(root)
	cfg.Root = counting{cfg.Root, &opened}
	first := readAll(t, archive.Logs(cfg, format()), nil)
	opened.sorted()
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
		{"nothing", func() {}, nil, ""},
		{"a new object", func() { put("20260110T0300", "c") }, []string{"20260110T0300"}, ""},
		{"and another, of the same day", func() { put("20260110T0400", "d") }, []string{"20260110T0300", "20260110T0400"}, ""},
		{"one that comes late", func() { put("20260105T0400", "e") }, []string{"20260105T0300", "20260105T0400"}, "objects of 2026-01-05 came late or were changed"},
		{"a settled one that changed", func() { put("20260105T0400", "e", "f") }, []string{"20260105T0300", "20260105T0400"}, "2026-01-05"},
		{"the last ones are gone", func() {
			for _, stamp := range []string{"20260110T0300", "20260110T0400"} {
				if err := os.Remove(filepath.Join(root, key(stamp))); err != nil {
					t.Fatal(err)
				}
			}
		}, nil, "2026-01-10"},
	}
	before := first.coverage
	for _, step := range steps {
		step.do()
		opened.sorted()
		got := readAll(t, archive.Logs(cfg, format()), before)
		if diff := cmp.Diff(step.want, opened.sorted()); diff != "" {
			t.Errorf("%s: objects read (-want +got):\n%s", step.name, diff)
		}
		if text := got.coverage[eventsCell()].Why.Message; !strings.Contains(text, step.says) || step.says == "" && text != "" {
			t.Errorf("%s: it says %q, want %q", step.name, text, step.says)
		}
		fresh := readAll(t, archive.Logs(cfg, format()), nil)
		if diff := cmp.Diff(plain(fresh.coverage), plain(got.coverage)); diff != "" {
			t.Errorf("%s: coverage (-of all +of the new ones):\n%s", step.name, diff)
		}
		before = got.coverage
	}
}

// TestWhatIsReadAgain: the day of a hole in the logging or of a mistake, and all
// with a decoder that understands more, with a mark that is none, and when it
// is asked for.
func TestWhatIsReadAgain(t *testing.T) {
	off := `{"Records":[` + act("off", "2026-01-01T03:00:00Z", "logging-off", "Stop", "trail", "") + `]}`
	itsDay, all := []string{"20260101T0300"}, []string{"20260101T0300", "20260105T0300"}
	tests := map[string]struct {
		first  string
		change func(*archive.Config, *archive.Format, map[inventory.Cell]inventory.Coverage)
		also   []string
	}{
		"nothing in the way": {records("a"), nil, nil},
		"a hole":             {off, nil, itsDay},
		"a mistake":          {`{"Records":[1]}`, nil, itsDay},
		"a better decoder":   {records("a"), func(_ *archive.Config, f *archive.Format, _ map[inventory.Cell]inventory.Coverage) { f.Revision++ }, all},
		"asked for":          {records("a"), func(c *archive.Config, _ *archive.Format, _ map[inventory.Cell]inventory.Coverage) { c.Full = true }, all},
		"a mark of another form": {records("a"), func(_ *archive.Config, _ *archive.Format, before map[inventory.Cell]inventory.Coverage) {
			c := before[eventsCell()]
			c.Mark = "2 objects 00"
			before[eventsCell()] = c
		}, all},
		"a mark that lies about its events": {records("a"), func(_ *archive.Config, _ *archive.Format, before map[inventory.Cell]inventory.Coverage) {
			c := before[eventsCell()]
			c.Mark = c.Mark[:strings.LastIndex(c.Mark, ";")] + "; many"
			before[eventsCell()] = c
		}, all},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := files{key("20260101T0300"): zipped(test.first), key("20260105T0300"): zipped(records("b"))}.write(t)
			var opened opened
			cfg, f := config(root), format()
			cfg.Root = counting{cfg.Root, &opened}
			before := readAll(t, archive.Logs(cfg, f), nil).coverage
			if err := os.WriteFile(filepath.Join(root, key("20260106T0300")), zipped(records("c")), 0o644); err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				test.change(&cfg, &f, before)
			}
			opened.sorted()
			readAll(t, archive.Logs(cfg, f), before)
			want := append(slices.Clone(test.also), "20260106T0300")
			if diff := cmp.Diff(want, opened.sorted()); diff != "" {
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
			if diff := cmp.Diff(plain(fresh.coverage), plain(got.coverage)); diff != "" {
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
