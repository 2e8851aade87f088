package archive_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// TestLinesAtEveryEdge moves lines, and records over several lines, over the edge
// of what is held at a time: where that ends is no end of a line.
func TestLinesAtEveryEdge(t *testing.T) {
	lines := strings.ReplaceAll(edgy(), " ,\n", "\n") + "\n" + `{"y":` + "\n" + `[{"id":"passed"},` + "\n" + ` {}],"id":"e"}` + "\n" + `{"x":{},` + "\n\n" + `"y":[{}],"id":"f"}`
	for n := range len(lines) + 2*64 {
		text := strings.Repeat(" ", held-len(lines)-64+n) + lines
		got := atEdge(t, []byte(text), "")
		if diff := cmp.Diff([]string{"a", "b", "c", "d", "e", "f"}, got.ids()); diff != "" {
			t.Fatalf("records begin at %d (-want +got):\n%s", held-len(lines)-64+n, diff)
		}
		checkCoverage(t, got.coverage[eventsCell()], inventory.Complete)
	}
}

// TestProgressOfAnObjectInParts adds up to the object.
func TestProgressOfAnObjectInParts(t *testing.T) {
	var ids []string
	for i := range 5000 {
		ids = append(ids, fmt.Sprint("e", i))
	}
	text := records(ids...)
	content := zipped(text)
	meter := &archive.Meter{}
	cfg := archive.Config{Source: name, Root: archive.Folder(fstest.MapFS{key("20260102T0300"): {Data: content}}), Meter: meter}
	readAll(t, archive.Logs(cfg, format()), nil)
	size := int64(len(content))
	want := archive.Progress{Objects: 1, DueObjects: 1, Bytes: size, DueBytes: size, Inflated: int64(len(text)), Events: 5000}
	if diff := cmp.Diff(want, meter.Progress()); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

// TestProgressMovesAmidAnObject, also where nothing is found in it.
func TestProgressMovesAmidAnObject(t *testing.T) {
	body := []byte(strings.Repeat(`,{"id":"passed","foreign":true}`, 1<<20/31))
	open, size := repeated([]byte(`{"Records":[{"id":"passed","foreign":true}`), body, 100, []byte("]}"))
	meter := &archive.Meter{}
	asked, moved := false, false
	watched := &aftermath{src: open(), at: 90 * int64(len(body)), act: func() {
		for range 500 {
			if moved = moved || meter.Progress().Inflated > 0; moved || asked {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		asked = true
	}}
	cfg := archive.Config{Source: name, Root: made{[]string{key("20260102T0300")}, size, func(string) io.Reader { return watched }}, Meter: meter}
	c, _, err := sink(t.Context(), t, cfg, format())
	if err != nil || c.State != inventory.Complete || !moved {
		t.Errorf("progress moved: %t; %s (%s), %v", moved, c.State, c.Why, err)
	}
}

// TestALargeObjectThatIsDamaged says so, also where a worker inflates it for
// another.
func TestALargeObjectThatIsDamaged(t *testing.T) {
	open, _ := repeated([]byte(`{"Records":[`+record("a")), []byte(`,{"id":"x","foreign":true}`+strings.Repeat(" ", 1000)), 12_000, []byte("]}"))
	text, err := io.ReadAll(open())
	if err != nil {
		t.Fatal(err)
	}
	sound := fastest(string(text))
	for _, workers := range []int{1, 3} {
		for says, content := range map[string][]byte{
			"checksum":       flip(sound, len(sound)-8),
			"no gzip follow": append(sound[:len(sound):len(sound)], "x"...),
			"cut off":        sound[:len(sound)-4],
		} {
			cfg := inMemory(content)
			cfg.Workers = workers
			got := readAll(t, archive.Logs(cfg, format()), nil)
			checkCoverage(t, got.coverage[eventsCell()], inventory.Malformed, says)
			if diff := cmp.Diff([]string{"a"}, got.ids()); diff != "" {
				t.Errorf("%s, %d workers: events (-want +got):\n%s", says, workers, diff)
			}
		}
	}
}
