package archive_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/archive"
)

const (
	header   = `{"schema":"estray.snapshot/v1","taken":"2026-01-02T00:00:00Z"}` + "\n"
	asset    = `{"id":"arn:a","provider":"aws","account":"111122223333","region":"eu-west-1","name":"a","identity":"arn:role"}` + "\n"
	complete = `{"source":"aws-lambda","provider":"aws","account":"111122223333","region":"eu-west-1","capability":"functions","state":"complete","seen":1,"read":"2026-01-01T00:00:00Z"}` + "\n"
	denied   = `{"source":"aws-lambda","provider":"aws","account":"111122223333","region":"eu-west-1","capability":"policies","state":"denied","operation":"GetPolicy","code":"AccessDeniedException","message":"no"}` + "\n"
	logged   = `{"source":"cloudtrail:x","provider":"aws","account":"111122223333","region":"eu-west-1","capability":"events","state":"complete"}` + "\n"
)

func fileCell() inventory.Cell {
	return inventory.Cell{Source: "snapshot:s", Capability: inventory.CapSnapshot}
}

func lambdaCell(c inventory.Capability) inventory.Cell {
	return inventory.Cell{Source: "aws-lambda", Scope: scope, Capability: c}
}

func snapshotOf(t *testing.T, content []byte) providers.Planner {
	t.Helper()
	return archive.Snapshot("snapshot:s", archive.Folder(os.DirFS(files{"s.jsonl": content}.write(t))), "s.jsonl")
}

// TestSnapshotKeepsItsCoverage: cells keep source, state, reason and time.
func TestSnapshotKeepsItsCoverage(t *testing.T) {
	got := readAll(t, snapshotOf(t, []byte(header+complete+asset+denied)), nil)
	want := map[inventory.Cell]inventory.Coverage{
		fileCell():                         {Cell: fileCell(), State: inventory.Complete, Seen: 1},
		lambdaCell(inventory.CapFunctions): {Cell: lambdaCell(inventory.CapFunctions), State: inventory.Complete, Seen: 1, Read: at("2026-01-01T00:00:00Z")},
		lambdaCell(inventory.CapPolicies): {Cell: lambdaCell(inventory.CapPolicies), State: inventory.Denied, Read: at("2026-01-02T00:00:00Z"),
			Why: inventory.Reason{Operation: "GetPolicy", Code: "AccessDeniedException", Message: "no"}},
	}
	if diff := cmp.Diff(want, got.coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	if len(got.assets) != 1 || got.assets[0].ID != "arn:a" {
		t.Fatalf("assets = %v", got.assets)
	}
	sighting := inventory.Sighting{Cell: inventory.Cell{Source: "snapshot:s", Scope: scope, Capability: inventory.CapFunctions}, At: at("2026-01-02T00:00:00Z")}
	if diff := cmp.Diff([]inventory.Sighting{sighting}, got.assets[0].Sightings); diff != "" {
		t.Errorf("an asset that nobody names was seen by the snapshot (-want +got):\n%s", diff)
	}
}

// TestSnapshotsAsTheyAre: every mistake has its place and its cure, the good
// lines are kept, and no cell stays whole when a line is missing.
func TestSnapshotsAsTheyAre(t *testing.T) {
	nested := strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000)
	tests := []struct {
		name      string
		content   string
		state     inventory.State
		says      []string
		assets    int
		functions inventory.State // of the cell aws-lambda functions; pending: there is none
	}{
		{"sound", header + complete + asset, inventory.Complete, nil, 1, inventory.Complete},
		{"a byte order mark", "\xEF\xBB\xBF" + header + complete + asset, inventory.Complete, nil, 1, inventory.Complete},
		{"compressed", string(zipped(header + complete + asset)), inventory.Complete, nil, 1, inventory.Complete},
		{"no line feed at the end, empty lines", header + "\n" + complete + " \n" + strings.TrimSpace(asset), inventory.Complete, nil, 1, inventory.Complete},
		{"without assets", header + strings.Replace(complete, `"seen":1`, `"seen":0`, 1), inventory.Complete, nil, 0, inventory.Complete},
		{"cut short between two lines", header + strings.Replace(complete, `"seen":1`, `"seen":2`, 1) + asset, inventory.Complete, nil, 1, inventory.Partial},
		{"extra fields", header + strings.Replace(complete, "{", `{"accepted":false,`, 1) + strings.Replace(asset, "{", `{"new":{"x":[1]},`, 1), inventory.Complete, nil, 1, inventory.Complete},
		{"events that stayed behind", header + complete + asset + logged + strings.Replace(logged, "events", "objects", 1), inventory.Complete, []string{"2 cells of logs left out"}, 1, inventory.Complete},

		{"no coverage", header + asset, inventory.Partial, []string{"says nothing of its coverage", "add a line"}, 1, inventory.Pending},
		{"empty", "", inventory.Malformed, []string{"line 1: is empty", "inventory list --format jsonl"}, 0, inventory.Pending},
		{"no header", asset + complete, inventory.Malformed, []string{"line 1: has no schema", "begins with"}, 0, inventory.Pending},
		{"a header that is no JSON", "x" + header + asset, inventory.Malformed, []string{"line 1: is no JSON object"}, 0, inventory.Pending},
		{"a header without time", `{"schema":"estray.snapshot/v1"}` + "\n" + asset, inventory.Malformed, []string{`add "taken"`}, 0, inventory.Pending},
		{"a newer schema", strings.Replace(header, "v1", "v2", 1) + complete + asset, inventory.Malformed, []string{"the snapshot has schema v2; this version reads v1: update estray"}, 0, inventory.Pending},
		{"another schema", strings.Replace(header, "snapshot", "report", 1) + asset, inventory.Malformed, []string{"the schema is no snapshot's; this version reads estray.snapshot/v1"}, 0, inventory.Pending},

		{"a line that is no JSON", header + complete + "{\n" + asset, inventory.Malformed, []string{"s.jsonl line 3 is no JSON object", "Correct the lines"}, 1, inventory.Partial},
		{"a truncated file", header + complete + asset + asset[:30], inventory.Malformed, []string{"line 4 is no JSON object"}, 1, inventory.Partial},
		{"a gzip cut off in its header line", string(zipped(header + complete + asset)[:60]), inventory.Malformed, []string{"the compressed data is cut off", "copy the file again"}, 0, inventory.Pending},
		{"a gzip cut off later keeps what is before the cut", string(cutGzip(header + complete + asset + asset)), inventory.Malformed, []string{"was not read to its end", "the compressed data is cut off"}, 1, inventory.Partial},
		{"a line of another kind", header + complete + asset + `{"time":"x"}` + "\n", inventory.Malformed, []string{`line 4 is neither an asset ("id") nor coverage ("capability")`}, 1, inventory.Partial},
		{"lines that are no objects", header + complete + "7\n[]\nnull\n" + asset, inventory.Malformed, []string{"line 3", "line 4", "line 5"}, 1, inventory.Partial},
		{"a second header", header + complete + header + asset, inventory.Malformed, []string{"line 3 is a second header"}, 1, inventory.Partial},
		{"a field of a wrong type", header + complete + `{"id":"x","provider":"aws","name":7}` + "\n" + asset, inventory.Malformed, []string{`line 3 field "name" has the wrong type`}, 1, inventory.Partial},
		{"an impossible time", header + complete + `{"id":"x","provider":"aws","created":"2026-13-45T00:00:00Z"}` + "\n" + asset, inventory.Malformed, []string{"line 3 holds a time that is none"}, 1, inventory.Partial},
		{"an asset without provider", header + complete + `{"id":"x"}` + "\n" + asset, inventory.Malformed, []string{"line 3 the asset has no provider"}, 1, inventory.Partial},
		{"an unknown state", header + strings.Replace(complete, "complete", "fine", 1) + asset, inventory.Malformed, []string{"line 2", "read coverage state: unknown word"}, 1, inventory.Pending},
		{"coverage without a state", header + `{"source":"x","capability":"functions"}` + "\n" + complete + asset, inventory.Malformed, []string{"line 2 the cell has no state"}, 1, inventory.Partial},
		{"two words on one cell", header + complete + strings.Replace(complete, "complete", "denied", 1) + asset, inventory.Malformed, []string{"line 3 speaks again of one cell"}, 1, inventory.Denied},
		{"two words on one cell, the other way round", header + strings.Replace(complete, "complete", "denied", 1) + complete + asset, inventory.Malformed, []string{"line 3 speaks again"}, 1, inventory.Denied},
		{"bytes that are no UTF-8", header + complete + strings.Replace(asset, `"a"`, "\"a\xff\"", 1), inventory.Malformed, []string{"line 3 holds bytes that are no UTF-8"}, 1, inventory.Partial},
		{"a line nested 1,000 levels deep", header + complete + asset + nested + "\n", inventory.Malformed, []string{"line 4 is nested deeper"}, 1, inventory.Partial},
		{"a line of 50 MB", header + complete + `{"id":"` + strings.Repeat("x", 50<<20) + "\"}\n" + asset, inventory.Malformed, []string{"line 3 is longer than 4194304 bytes"}, 1, inventory.Partial},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := readAll(t, snapshotOf(t, []byte(test.content)), nil)
			checkCoverage(t, got.coverage[fileCell()], test.state, test.says...)
			if len(got.assets) != test.assets {
				t.Errorf("%d assets, want %d", len(got.assets), test.assets)
			}
			if c := got.coverage[lambdaCell(inventory.CapFunctions)]; c.State != test.functions {
				t.Errorf("functions are %s (%s), want %s", c.State, c.Why, test.functions)
			}
			if c, ok := got.coverage[inventory.Cell{Source: "cloudtrail:x", Scope: scope, Capability: inventory.CapEvents}]; ok {
				t.Errorf("the snapshot vouches for events that it does not hold: %v", c)
			}
		})
	}
}

// TestSnapshotOfCloudflare: each list is counted by what it lists, and permits are
// facts.
func TestSnapshotOfCloudflare(t *testing.T) {
	in := func(capability inventory.Capability) inventory.Cell {
		return inventory.Cell{Source: "cloudflare", Scope: inventory.Scope{Provider: inventory.Cloudflare}, Capability: capability}
	}
	text := header
	for _, list := range []string{"workers", "pages", "tokens"} {
		text += `{"source":"cloudflare","provider":"cloudflare","capability":"` + list + `","state":"complete","seen":2}` + "\n"
	}
	for i, kind := range []string{"worker", "pages-project", "pages-project"} {
		text += fmt.Sprintf(`{"id":"%d","provider":"cloudflare","kind":"%s"}`+"\n", i, kind)
	}
	text += `{"permit":{"id":"cloudflare:token:1","kind":"token","cell":{"source":"cloudflare","scope":{"provider":"cloudflare"},"capability":"tokens"}}}` + "\n"
	got := readAll(t, snapshotOf(t, []byte(text)), nil)
	checkCoverage(t, got.coverage[in(inventory.CapWorkers)], inventory.Partial, "2 assets were read, and the file holds 1")
	checkCoverage(t, got.coverage[in(inventory.CapPages)], inventory.Complete)
	checkCoverage(t, got.coverage[in(inventory.CapTokens)], inventory.Complete)
	want := []inventory.Permit{{ID: "cloudflare:token:1", Kind: inventory.TokenPermit, Cell: in(inventory.CapTokens), At: at("2026-01-02T00:00:00Z")}}
	if diff := cmp.Diff(want, got.permits); diff != "" {
		t.Errorf("permits (-want +got):\n%s", diff)
	}
}

// TestSnapshotThatIsNone is never clean.
func TestSnapshotThatIsNone(t *testing.T) {
	folder := os.DirFS(files{"dir/s": nil}.write(t))
	for name, test := range map[string]struct {
		planner providers.Planner
		state   inventory.State
		says    string
	}{
		"missing":    {archive.Snapshot("snapshot:s", archive.Folder(folder), "nowhere"), inventory.Unavailable, "no such file"},
		"a folder":   {archive.Snapshot("snapshot:s", archive.Folder(folder), "dir"), inventory.Unavailable, "is a directory"},
		"unreadable": {archive.Snapshot("snapshot:s", archive.Folder(refusing{folder, "dir/s"}), "dir/s"), inventory.Denied, "make the file readable"},
	} {
		t.Run(name, func(t *testing.T) {
			checkCoverage(t, readAll(t, test.planner, nil).coverage[fileCell()], test.state, test.says)
		})
	}
}

// TestPendingThereIsCancelledHere: a cell that was not read there is never
// left without a word here.
func TestPendingThereIsCancelledHere(t *testing.T) {
	got := readAll(t, snapshotOf(t, []byte(header+strings.Replace(complete, "complete", "pending", 1))), nil)
	checkCoverage(t, got.coverage[lambdaCell(inventory.CapFunctions)], inventory.Cancelled, "not read when the snapshot was taken")
}

// TestBrokenEventsTravel: that events were denied or broken there is known here.
func TestBrokenEventsTravel(t *testing.T) {
	got := readAll(t, snapshotOf(t, []byte(header+strings.Replace(logged, "complete", "denied", 1))), nil)
	cell := inventory.Cell{Source: "cloudtrail:x", Scope: scope, Capability: inventory.CapEvents}
	checkCoverage(t, got.coverage[cell], inventory.Denied)
}

// TestGoneIsGone: a snapshot whose cell was whole lets an asset of an earlier
// one be gone, and a broken one does not.
func TestGoneIsGone(t *testing.T) {
	seen := func(content string) (assets []inventory.Asset, coverage []inventory.Coverage) {
		got := readAll(t, snapshotOf(t, []byte(content)), nil)
		for _, c := range got.coverage {
			if c.Read.IsZero() {
				c.Read = at("2026-02-01T00:00:00Z")
			}
			coverage = append(coverage, c)
		}
		return got.assets, coverage
	}
	first := header + complete + strings.Replace(asset, "{", `{"seen_by":["aws-lambda"],`, 1)
	later := strings.NewReplacer("2026-01-01T", "2026-01-08T", "2026-01-02T", "2026-01-09T", `"seen":1`, `"seen":0`).Replace(header + complete)
	for name, test := range map[string]struct {
		later string
		want  inventory.Presence
	}{
		"whole":       {later, inventory.Gone},
		"a bad line":  {later + "{\n", inventory.NotSeenSince},
		"cut short":   {strings.Replace(later, `"seen":0`, `"seen":1`, 1), inventory.NotSeenSince},
		"not covered": {strings.SplitAfter(later, "\n")[0], inventory.Present},
	} {
		t.Run(name, func(t *testing.T) {
			a1, c1 := seen(first)
			a2, c2 := seen(test.later)
			v := inventory.NewView(at("2026-02-01T00:00:00Z"), append(a1, a2...), append(c1, c2...))
			a, _ := v.Asset("arn:a")
			if got := v.Presence(a); got != test.want {
				t.Errorf("presence = %s, want %s", got, test.want)
			}
		})
	}
}

// FuzzSnapshot: no bytes make the reader fail without a word, or claim that a
// file with a mistake is complete.
func FuzzSnapshot(f *testing.F) {
	f.Add([]byte(header + complete + asset + denied + logged))
	f.Add([]byte(header + asset + "{\n" + asset))
	f.Add([]byte("\xEF\xBB\xBF" + header + `{"id":"x","provider":"aws","facets":{"labels":{"state":"known","value":null}}}`))
	f.Add(zipped(header + complete))
	f.Fuzz(func(t *testing.T, content []byte) {
		mistakes := 0
		_, err := snapshot.Read(bytes.NewReader(content), "s", func(l snapshot.Line) error {
			if l.Mistake != nil {
				mistakes++
			}
			if l.Mistake == nil && (l.Asset == nil) == (l.Coverage == nil) {
				return fmt.Errorf("line %d is not one thing", l.Number)
			}
			return nil
		})
		got := readAll(t, archive.Snapshot("snapshot:s", archive.Folder(fstest.MapFS{"s": {Data: content}}), "s"), nil)
		c, ok := got.coverage[fileCell()]
		if !ok {
			t.Fatal("no word on the file")
		}
		if bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
			return
		}
		if (err != nil || mistakes > 0) && c.State.Whole() {
			t.Errorf("state = %s with %d mistakes and error %v", c.State, mistakes, err)
		}
	})
}
