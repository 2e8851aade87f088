package archive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// held is how much of an object the reader holds at a time, at least.
const held = 256 << 10

// edgy are records that go wrong if an edge is mistaken: escapes, brackets and
// names in strings, runs of backslashes.
func edgy() string {
	return strings.Join([]string{
		`{"id":"a","x":"}]\"\\","id2":"{[","y":[{"id":"passed"}]}`, `{"x":"\\\\\\\"id\":\"","id":"b"}`, `{"id":"passed","x":"id"}`,
		`{"y":"\u00e9é\ud83d\ude00","id":"c"}`, `{"id":"d"}`,
	}, " ,\n")
}

// TestRecordsAtEveryEdge moves records over the edges of what is held at a time
// and of the blocks that are looked at at once: byte by byte, in deliveries and
// where records stand by themselves.
func TestRecordsAtEveryEdge(t *testing.T) {
	want := []string{"a", "b", "c", "d"}
	for _, member := range []string{"Records", ""} {
		head, tail := `{"Records":[`, `]}`
		if member == "" {
			head, tail = "[", "]"
		}
		records := edgy()
		var shifts []int
		for n := range 3 * 64 {
			shifts = append(shifts, n) // blocks
		}
		for n := range len(records) + 2*64 {
			shifts = append(shifts, held-len(records)-64+n, 2*held-len(records)-64+n)
		}
		for _, shift := range shifts {
			text := head + strings.Repeat(" ", max(0, shift-len(head))) + records + tail
			for _, content := range [][]byte{[]byte(text), fastest(text)} {
				got := atEdge(t, content, member)
				if diff := cmp.Diff(want, got.ids()); diff != "" {
					t.Fatalf("member %q, records begin at %d (-want +got):\n%s", member, shift, diff)
				}
				checkCoverage(t, got.coverage[eventsCell()], inventory.Complete)
				if n := counted(got.usages); n != len(want) {
					t.Fatalf("member %q, records begin at %d: the use of %d is counted", member, shift, n)
				}
			}
		}
	}
}

// atEdge reads an object with a filter, and counts use.
func atEdge(t *testing.T, content []byte, member string) read {
	t.Helper()
	cfg, f := ways()["filter true, use true, several workers false"](inMemory(content), format())
	f.Member = member
	return readAll(t, archive.Logs(cfg, f), nil)
}

// TestWhatIsHandedOverIsTheRecord: its bytes, its place and its number, wherever
// it lies; and Use is given the same.
func TestWhatIsHandedOverIsTheRecord(t *testing.T) {
	var all []string
	for i := range 4000 {
		all = append(all, fmt.Sprintf(`{"id":"%d","x":"%s\\"}`, i, strings.Repeat(`\"y`, i%97)))
	}
	for _, separator := range []string{",", " ,\n\t"} {
		text := `{"Records":[` + strings.Join(all, separator) + `]}`
		f := format()
		decoded := 0
		f.Decode = func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
			if string(record) != all[from.Record] {
				t.Errorf("record %d is %s, want %s", from.Record, record, all[from.Record])
			}
			decoded++
			return archive.Decoded{}, nil
		}
		used := 0
		f.Uses = always(func(record jsonscan.Text, _ *archive.Use) (bool, error) {
			if string(record.Bytes) != all[used] {
				t.Errorf("Use is given %s, want %s", record.Bytes, all[used])
			}
			used++
			return false, nil
		})
		cfg := inMemory(fastest(text))
		cfg.Usage, cfg.Workers = inventory.CountRoles, 1
		checkCoverage(t, readAll(t, archive.Logs(cfg, f), nil).coverage[eventsCell()], inventory.Complete)
		if decoded != len(all) || used != len(all) {
			t.Errorf("%d decoded, %d used, want %d", decoded, used, len(all))
		}
	}
}
