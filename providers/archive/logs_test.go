package archive_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// TestFolder reads several accounts, regions and days; keys decide, not the
// order of listing.
func TestFolder(t *testing.T) {
	other := "444455556666/us-east-1/20260103T0000Z.json.gz"
	root := files{
		key("20260102T0300"): zipped(records("a", "b")),
		key("20260102T0500"): zipped(records("c")),
		other:                zipped(records("d")),
		"digest/1.json.gz":   zipped("{}"),
		"digest/2.json.gz":   zipped("{}"),
	}.write(t)
	got := readAll(t, archive.Logs(config(root), format()), nil)

	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, got.ids()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(inventory.Provenance{Object: key("20260102T0300"), Record: 1}, got.events[1].Provenance); diff != "" {
		t.Errorf("provenance is relative to the archive (-want +got):\n%s", diff)
	}
	c := got.coverage[eventsCell()]
	if c.Mark == "" {
		t.Error("the cell has no mark")
	}
	c.Mark = ""
	want := inventory.Coverage{Cell: eventsCell(), State: inventory.Complete, Seen: 3, Continuity: inventory.Assumed,
		Window: inventory.Window{From: at("2026-01-02T03:00:00Z"), To: at("2026-01-02T04:45:00Z")}}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	checkCoverage(t, got.coverage[objectsCell()], inventory.Complete, "2 digest")
	if n := got.coverage[objectsCell()].Seen; n != 3 {
		t.Errorf("%d objects seen, want 3", n)
	}
	lone := got.coverage[cellOf(inventory.CapEvents, inventory.Scope{Provider: inventory.AWS, Account: "444455556666", Region: "us-east-1"})]
	if lone.Window.From != lone.Window.To {
		t.Errorf("window of one object = %v, want none that runs backwards", lone.Window)
	}
}

// TestFolderThatIsNone is never clean.
func TestFolderThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		root  string
		state inventory.State
		says  string
	}{
		"missing":       {filepath.Join(t.TempDir(), "nowhere"), inventory.Unavailable, "no such file"},
		"a file":        {file, inventory.Unavailable, "not a directory"},
		"empty":         {t.TempDir(), inventory.Malformed, "no log is in the archive"},
		"siblings only": {files{"digest/1.json": nil}.write(t), inventory.Malformed, "no log is in the archive"},
	} {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, archive.Logs(config(test.root), format()), nil)
			c := got.coverage[objectsCell()]
			checkCoverage(t, c, test.state, test.says, "ACCOUNT/REGION/TIME.json.gz")
			if strings.Contains(c.Why.String(), test.root) {
				t.Errorf("reason %q names a path of this machine", c.Why)
			}
		})
	}
}

// TestForeignObjects are named and counted, and the rest is read.
func TestForeignObjects(t *testing.T) {
	all := files{key("20260102T0300"): zipped(records("a"))}
	for i := range 7 {
		all[fmt.Sprintf("junk/%d.txt", i)] = []byte("x")
	}
	got := readAll(t, archive.Logs(config(all.write(t)), format()), nil)
	checkCoverage(t, got.coverage[objectsCell()], inventory.Malformed,
		"7 objects not recognised", "junk/0.txt, junk/1.txt, junk/2.txt, junk/3.txt, junk/4.txt and 2 more", "move other files out")
	checkCoverage(t, got.coverage[eventsCell()], inventory.Complete)
}

// TestLinks: a link to a file is read; a link to a folder is not followed, and
// says so; a pipe is never opened.
func TestLinks(t *testing.T) {
	outside := files{"o.gz": zipped(records("linked"))}.write(t)
	root := files{key("20260102T0300"): zipped(records("a"))}.write(t)
	link := func(to, from string) {
		if err := os.Symlink(to, filepath.Join(root, from)); err != nil {
			t.Fatal(err)
		}
	}
	link(filepath.Join(outside, "o.gz"), key("20260102T0400"))
	link(root, account+"/loop")
	link("nowhere", "dangling")
	link("round", "round")
	if err := syscall.Mkfifo(filepath.Join(root, key("20260102T0500")), 0o644); err != nil {
		t.Fatal(err)
	}
	got := readAll(t, archive.Logs(config(root), format()), nil)
	if diff := cmp.Diff([]string{"a", "linked"}, got.ids()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	checkCoverage(t, got.coverage[objectsCell()], inventory.Unavailable, "no regular file", account+"/loop cannot be read: it is a link to a folder",
		"dangling cannot be read", "and 1 more (4 in all)", "an archive of its own")
}

// TestSkippedFolders: what could not be listed inside a log is a hole of that
// log, also where all that could be listed was read before and is unchanged.
// Logs beside it stay whole.
func TestSkippedFolders(t *testing.T) {
	otherRegion := path.Join(account, "us-east-1", "20260102T0300Z_x.json.gz")
	root := files{key("20260102T0300"): zipped(records("a")), otherRegion: zipped(records("b"))}.write(t)
	first := readAll(t, archive.Logs(config(root), format()), nil)
	checkCoverage(t, first.coverage[eventsCell()], inventory.Complete)
	if err := os.Symlink(t.TempDir(), filepath.Join(root, path.Dir(key("x")), "2026-02")); err != nil {
		t.Fatal(err)
	}
	got := readAll(t, archive.Logs(config(root), format()), first.coverage)
	checkCoverage(t, got.coverage[eventsCell()], inventory.Partial, "2026-02 cannot be read: it is a link to a folder")
	other := eventsCell()
	other.Scope.Region = "us-east-1"
	checkCoverage(t, got.coverage[other], inventory.Complete)

	if err := os.Symlink(t.TempDir(), filepath.Join(root, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	got = readAll(t, archive.Logs(config(root), format()), first.coverage)
	checkCoverage(t, got.coverage[other], inventory.Partial, "elsewhere cannot be read")
}

// TestVanished: an object that is gone between listing and reading is a hole.
func TestVanished(t *testing.T) {
	root := files{key("20260102T0300"): zipped(records("a")), key("20260102T0400"): zipped(records("b"))}.write(t)
	sources, err := archive.Logs(config(root), format()).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(root, key("20260102T0300"))); err != nil {
		t.Fatal(err)
	}
	var last inventory.Coverage
	for _, s := range sources {
		err := s.Read(t.Context(), func(c inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(f inventory.Fact) error {
			if c, ok := f.(inventory.Coverage); ok {
				last = c
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	checkCoverage(t, last, inventory.Partial, key("20260102T0300"), "no such file")
	if last.Seen != 1 {
		t.Errorf("seen = %d, want the other object's record", last.Seen)
	}
}

// TestUnchangedArchive is not read again; a changed one is read whole.
func TestUnchangedArchive(t *testing.T) {
	root := files{key("20260102T0300"): zipped(records("a")), key("20260102T0400"): zipped(records("b"))}.write(t)
	cfg := config(root)
	first := readAll(t, archive.Logs(cfg, format()), nil)
	before := first.coverage
	for cell, c := range before { // as collect stores it
		c.Read = at("2026-02-01T00:00:00Z")
		before[cell] = c
	}
	second := readAll(t, archive.Logs(cfg, format()), before)
	if len(second.events) != 0 {
		t.Errorf("events of an unchanged archive = %v, want none", second.ids())
	}
	want := before[eventsCell()]
	want.Read = time.Time{}
	if diff := cmp.Diff(want, second.coverage[eventsCell()]); diff != "" {
		t.Errorf("coverage of an unchanged archive (-want +got):\n%s", diff)
	}

	cfg.Full = true
	if got := readAll(t, archive.Logs(cfg, format()), before); len(got.events) != 2 {
		t.Errorf("events of a full reading = %v, want all", got.ids())
	}
	cfg.Full = false

	wiser := format()
	wiser.Revision++
	if got := readAll(t, archive.Logs(cfg, wiser), before); len(got.events) != 2 {
		t.Errorf("events of a format that understands more = %v, want all", got.ids())
	}

	later := filepath.Join(root, key("20260102T0500"))
	if err := os.WriteFile(later, zipped(records("c")), 0o644); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, readAll(t, archive.Logs(cfg, format()), before).ids()); diff != "" {
		t.Errorf("events with one more object (-want +got):\n%s", diff)
	}
	if err := os.Remove(later); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(root, key("20260102T0300")), at("2026-03-01T00:00:00Z"), at("2026-03-01T00:00:00Z")); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, archive.Logs(cfg, format()), before); len(got.events) != 2 {
		t.Errorf("events after one object changed = %v, want all", got.ids())
	}
}

// TestMalformedIsReadAgain: only what was read without a mistake is left alone.
func TestMalformedIsReadAgain(t *testing.T) {
	root := files{key("20260102T0300"): zipped(`{"Records":[1,` + record("a") + `]}`)}.write(t)
	before := readAll(t, archive.Logs(config(root), format()), nil).coverage
	if got := readAll(t, archive.Logs(config(root), format()), before); len(got.events) != 1 {
		t.Errorf("events = %v, want the object read again", got.ids())
	}
}

// TestSince: how far back is read where nothing was read before, and what was
// read before stays part of the window.
func TestSince(t *testing.T) {
	root := files{
		key("20260102T0300"): zipped(records("old")),
		key("20260202T0300"): zipped(records("mid")),
		key("20260302T0300"): zipped(records("new")),
	}.write(t)
	cfg := config(root)
	cfg.Since = at("2026-02-01T00:00:00Z")
	first := readAll(t, archive.Logs(cfg, format()), nil)
	if diff := cmp.Diff([]string{"mid", "new"}, first.ids()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	c := first.coverage[eventsCell()]
	checkCoverage(t, c, inventory.Complete, "1 object from before", "--since")
	if !c.Window.From.Equal(at("2026-02-02T03:00:00Z")) {
		t.Errorf("window = %v, want it to begin with the first object read", c.Window)
	}

	cfg.Since = at("2026-03-01T00:00:00Z") // the clock went on
	if got := readAll(t, archive.Logs(cfg, format()), first.coverage); len(got.events) != 0 || got.coverage[eventsCell()].Window != c.Window {
		t.Errorf("a later start gives events %v and window %v, want the earlier reading to stand", got.ids(), got.coverage[eventsCell()].Window)
	}
	cfg.Since = at("2026-01-01T00:00:00Z")
	if got := readAll(t, archive.Logs(cfg, format()), first.coverage); !slices.Equal(got.ids(), []string{"old"}) || got.coverage[eventsCell()].Seen != 3 {
		t.Errorf("an earlier start gives events %v and %d in all, want the old one beside those that were read", got.ids(), got.coverage[eventsCell()].Seen)
	}
	cfg.Since = at("2026-04-01T00:00:00Z")
	none := readAll(t, archive.Logs(cfg, format()), nil)
	checkCoverage(t, none.coverage[eventsCell()], inventory.Partial, "3 objects from before", "nothing was read")
}

func act(id, time, action, name, subject, more string) string {
	return fmt.Sprintf(`{"id":%q,"time":%q,"action":%q,"name":%q,"subject":%q%s}`, id, time, action, name, subject, more)
}

// TestBrokenLogging: a recorded act that stopped the logging breaks the
// continuity, and switching it on again does not heal the hole.
func TestBrokenLogging(t *testing.T) {
	off := act("off", "2026-01-02T03:00:00Z", "logging-off", "Stop", "trail", "")
	tests := []struct {
		name    string
		records []string
		broken  bool
		says    []string
	}{
		{"nothing happened", []string{record("a")}, false, nil},
		{"stopped", []string{record("a"), off}, true, []string{"at 2026-01-02T03:00:00Z by Stop (event off)", "no event shows that it began again"}},
		{"stopped and begun again, in any order of records", []string{act("on", "2026-01-02T04:00:00Z", "logging-on", "Start", "trail", ""), off}, true, []string{"begun again at 2026-01-02T04:00:00Z by Start (event on)"}},
		{"another trail begun", []string{off, act("on", "2026-01-02T04:00:00Z", "logging-on", "Start", "other", "")}, true, []string{"no event shows"}},
		{"begun before it stopped", []string{off, act("on", "2026-01-02T02:00:00Z", "logging-on", "Start", "trail", "")}, true, []string{"no event shows"}},
		{"refused", []string{act("off", "2026-01-02T03:00:00Z", "logging-off", "Stop", "trail", `,"failed":true`)}, false, nil},
		{"narrowed", []string{act("n", "2026-01-02T03:00:00Z", "logging-off", "Put", "trail", `,"narrowed":["management events"]`)}, true, []string{"by Put"}},
		{"selectors that narrow nothing", []string{act("n", "2026-01-02T03:00:00Z", "logging-off", "Put", "trail", "")}, false, nil},
		{"delivered twice counts once", []string{off, off}, true, []string{"(event off), and no event shows that it began again"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := files{key("20260102T0500"): zipped(`{"Records":[` + strings.Join(test.records, ",") + `]}`)}.write(t)
			got := readAll(t, archive.Logs(config(root), format()), nil)
			c := got.coverage[eventsCell()]
			if !test.broken {
				checkCoverage(t, c, inventory.Complete)
				if c.Continuity != inventory.Assumed {
					t.Errorf("continuity = %q, want assumed", c.Continuity)
				}
				return
			}
			checkCoverage(t, c, inventory.Partial, test.says...)
			if c.Continuity != inventory.Broken {
				t.Errorf("continuity = %q, want broken", c.Continuity)
			}
			if n := strings.Count(c.Why.Message, "stopped or narrowed"); n != 1 {
				t.Errorf("message %q tells %d acts, want 1", c.Why.Message, n)
			}
			if again := readAll(t, archive.Logs(config(root), format()), got.coverage); again.coverage[eventsCell()].Continuity != inventory.Broken || again.coverage[eventsCell()].Why != c.Why {
				t.Errorf("a second reading gives %v, want the hole to stay", again.coverage[eventsCell()])
			}
		})
	}
}

// TestBrokenAndMalformed tells both.
func TestBrokenAndMalformed(t *testing.T) {
	off := act("off", "2026-01-02T03:00:00Z", "logging-off", "Stop", "trail", "")
	root := files{key("20260102T0500"): zipped(`{"Records":[1,` + off + `]}`)}.write(t)
	c := readAll(t, archive.Logs(config(root), format()), nil).coverage[eventsCell()]
	checkCoverage(t, c, inventory.Malformed, "is not an object", "(event off)")
	if c.Continuity != inventory.Broken {
		t.Errorf("continuity = %q, want broken", c.Continuity)
	}
}

// TestUnreadableFolder needs a user who may be refused.
func TestUnreadableFolder(t *testing.T) {
	root := files{key("20260102T0300"): zipped(records("a")), "closed/x.json": nil}.write(t)
	cfg := config(root)
	cfg.Root = archive.Folder(refusing{os.DirFS(root), "closed"})
	got := readAll(t, archive.Logs(cfg, format()), nil)
	checkCoverage(t, got.coverage[objectsCell()], inventory.Denied, "closed cannot be read: permission denied", "Make it readable")
	if !slices.Equal(got.ids(), []string{"a"}) {
		t.Errorf("events = %v, want the rest read", got.ids())
	}
	cfg.Root = archive.Folder(refusing{os.DirFS(root), key("20260102T0300")})
	got = readAll(t, archive.Logs(cfg, format()), nil)
	checkCoverage(t, got.coverage[eventsCell()], inventory.Denied, "permission denied")
}
