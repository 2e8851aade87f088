package archive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// knowsLittle is the format, which does not know the calls whose name begins with
// "New".
func knowsLittle() archive.Format {
	f := format()
	f.Blind = "reads are not in it"
	f.Decode = func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
		d, err := decode(record, from)
		if err == nil && d.Event != nil && strings.HasPrefix(d.Event.Name, "New") {
			d.Unknown = "POST /" + d.Event.Name
		}
		return d, err
	}
	return f
}

// called are records of calls, with an id each.
func called(from int, names ...string) string {
	var all []string
	for i, n := range names {
		all = append(all, fmt.Sprintf(`{"id":"e%d","name":%q,"time":"2026-01-02T03:04:05Z"}`, from+i, n))
	}
	return `{"Records":[` + strings.Join(all, ",") + `]}`
}

// TestUnknownCallsAreTold: each cell of events names and counts the calls that the
// format does not know, once for a record that was delivered twice, and what logs
// of the kind never hold.
func TestUnknownCallsAreTold(t *testing.T) {
	root := files{
		key("20260102T0300"): zipped(called(0, "NewB", "NewA", "Old", "NewB")),
		key("20260102T0400"): zipped(called(3, "NewB", "NewA")), // its first one is the last one of the other
	}.write(t)
	for workers := range 4 {
		cfg := config(root)
		cfg.Workers = workers
		c := readAll(t, archive.Logs(cfg, knowsLittle()), nil).coverage[eventsCell()]
		want := "4 calls that estray does not know, kept as other: POST /NewA (2), POST /NewB (2); reads are not in it"
		if c.State != inventory.Complete || c.Seen != 5 || c.Why.Message != want {
			t.Errorf("%d workers: %s, %d events, %q; want %q", workers, c.State, c.Seen, c.Why.Message, want)
		}
	}
}

// TestUnknownCallsAreToldAgain, however often the log is read: a day that has some
// is read again, and one that has none is not.
func TestUnknownCallsAreToldAgain(t *testing.T) {
	content := files{key("20260102T0300"): zipped(called(0, "NewA")), key("20260103T0300"): zipped(called(1, "Old"))}
	first := readAll(t, archive.Logs(config(content.write(t)), knowsLittle()), nil)
	content[key("20260104T0300")] = zipped(called(2, "NewB"))
	second := readAll(t, archive.Logs(config(content.write(t)), knowsLittle()), first.coverage)
	c := second.coverage[eventsCell()]
	if diff := cmp.Diff([]string{"e0", "e2"}, second.ids()); diff != "" || c.Seen != 3 {
		t.Errorf("%d events in all; read again (-want +got):\n%s", c.Seen, diff)
	}
	if want := "2 calls that estray does not know, kept as other: POST /NewA (1), POST /NewB (1); reads are not in it"; c.Why.Message != want {
		t.Errorf("message %q, want %q", c.Why.Message, want)
	}
}

// TestManyUnknownCalls: the first 20 are named, and the rest is counted.
func TestManyUnknownCalls(t *testing.T) {
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprintf("New%02d", i))
	}
	root := files{key("20260102T0300"): zipped(called(0, append(names, "New00", "New29")...))}.write(t)
	got := readAll(t, archive.Logs(config(root), knowsLittle()), nil).coverage[eventsCell()].Why.Message
	if !strings.HasPrefix(got, "32 calls ") || !strings.Contains(got, "POST /New00 (2), ") || !strings.Contains(got, "POST /New19 (1), 11 of others; ") || strings.Contains(got, "New20") {
		t.Errorf("message %q", got)
	}
}

// TestWhatALogNeverHoldsIsToldInAnyState, even where nothing was read.
func TestWhatALogNeverHoldsIsToldInAnyState(t *testing.T) {
	root := files{key("20260102T0300"): zipped("rubbish")}.write(t)
	checkCoverage(t, readAll(t, archive.Logs(config(root), knowsLittle()), nil).coverage[eventsCell()], inventory.Malformed, "reads are not in it")
	cfg := config(root)
	cfg.Since = at("2026-02-01T00:00:00Z")
	checkCoverage(t, readAll(t, archive.Logs(cfg, knowsLittle()), nil).coverage[eventsCell()], inventory.Partial, "nothing was read", "reads are not in it")
}
