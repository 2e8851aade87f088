package archive_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// used is the format of the other tests, with a filter and with use: a record's "role" did "name".
func used() archive.Format {
	f := format()
	f.Revision = 7
	f.Filter = archive.Filter{Members: []string{"kind"}, Matters: func(v [][]byte) bool { return string(v[0]) == "ours" }}
	plain := f.Decode
	f.Decode = func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
		if in := usedRecord(record); in.Kind != "ours" {
			return archive.Decoded{}, nil
		}
		return plain(record, from)
	}
	f.Uses = always(func(record jsonscan.Text, use *archive.Use) (bool, error) {
		in := usedRecord(record.Bytes)
		if in.Role == "" {
			return false, nil
		}
		*use = archive.Use{
			ID: []byte(in.ID), Identity: []byte(in.Role), Service: []byte("svc"), Name: []byte(in.Name), Account: []byte(account), Region: []byte(region),
			Outcome: inventory.Succeeded, Time: in.Time, Outside: in.Outside,
		}
		return true, nil
	})
	return f
}

// always makes one reader for all workers.
func always(read func(jsonscan.Text, *archive.Use) (bool, error)) func() func(jsonscan.Text, *archive.Use) (bool, error) {
	return func() func(jsonscan.Text, *archive.Use) (bool, error) { return read }
}

type usedIn struct {
	ID, Role, Name, Kind string
	Time                 time.Time
	Outside              bool
}

func usedRecord(record []byte) usedIn {
	var in usedIn
	if err := json.Unmarshal(record, &in); err != nil {
		panic(err)
	}
	return in
}

// manyObjects are of several days, with duplicates in and across them.
func manyObjects(seed uint64) fstest.MapFS {
	r := rand.New(rand.NewPCG(seed, 1))
	out := fstest.MapFS{}
	for i := range 40 {
		var all []string
		for range r.IntN(200) {
			kind := []string{"ours", "theirs"}[r.IntN(2)]
			all = append(all, fmt.Sprintf(`{"id":"%08d-0000-4000-8000-000000000000","time":"2026-01-%02dT%02d:00:00Z","kind":%q,"role":"r%d","name":"n%d","outside":%t,"pad":%q}`,
				r.IntN(3000), 1+i/10, r.IntN(24), kind, r.IntN(3), r.IntN(5), r.IntN(4) == 0, strings.Repeat("x", r.IntN(3000))))
		}
		out[key(fmt.Sprintf("202601%02dT%02d%02d", 1+i/10, i%10, i))] = &fstest.MapFile{Data: zipped(`{"Records":[` + strings.Join(all, ",") + `]}`)}
	}
	return out
}

// shuffled lists in another order each time and opens after a while.
type shuffled struct{ archive.Store }

func (s shuffled) List(ctx context.Context, visit archive.Visit) error {
	type listed struct {
		key  string
		info fs.FileInfo
	}
	var all []listed
	err := s.Store.List(ctx, func(key string, info fs.FileInfo, _ error) error {
		all = append(all, listed{key, info})
		return nil
	})
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, l := range all {
		if err := visit(l.key, l.info, nil); err != nil {
			return err
		}
	}
	return err
}

func (s shuffled) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	time.Sleep(time.Duration(rand.IntN(500)) * time.Microsecond)
	return s.Store.Open(ctx, key)
}

// TestNeitherWorkersNorListingShow: events, use and coverage are the same and in
// the same order, whoever reads and in whichever order objects are listed; and
// they are what a naive reading counts, which drops each id that came before on
// the same day.
func TestNeitherWorkersNorListingShow(t *testing.T) {
	for seed := range uint64(10) {
		objects := manyObjects(seed)
		var want read
		for _, workers := range []int{1, 2, 7} {
			cfg := archive.Config{Source: name, Root: shuffled{archive.Folder(objects)}, Usage: inventory.CountRoles, Workers: workers}
			got := readAll(t, archive.Logs(cfg, used()), nil)
			if workers == 1 {
				want = got
				checkNaive(t, objects, got)
				continue
			}
			if diff := cmp.Diff([]any{want.events, want.usages, want.coverage}, []any{got.events, got.usages, got.coverage}); diff != "" {
				t.Fatalf("seed %d, %d workers (-one +them):\n%s", seed, workers, diff)
			}
		}
	}
}

// checkNaive counts with encoding/json, object by object.
func checkNaive(t *testing.T, objects fstest.MapFS, got read) {
	t.Helper()
	seen := map[string]bool{}
	var ids []string
	counts := map[string]int{}
	keys := []string{}
	for k := range objects {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		var doc struct{ Records []usedIn }
		if err := json.Unmarshal(inflated(t, objects[k].Data), &doc); err != nil {
			t.Fatal(err)
		}
		for _, r := range doc.Records {
			id := strings.Split(k, "T")[0] + r.ID // of a day
			if seen[id] {
				continue
			}
			seen[id] = true
			if r.Kind == "ours" {
				ids = append(ids, r.ID)
			}
			counts[r.Role+" "+r.Name]++
			if r.Outside {
				counts["outside"]++
			}
		}
	}
	have := map[string]int{}
	for _, u := range got.usages {
		have[u.Identity+" "+u.Name] += u.Count
		have["outside"] += u.Outside
	}
	if diff := cmp.Diff(ids, got.ids()); diff != "" {
		t.Errorf("events (-naive +got):\n%s", diff)
	}
	if diff := cmp.Diff(counts, have); diff != "" {
		t.Errorf("use (-naive +got):\n%s", diff)
	}
	if c := got.coverage[eventsCell()]; c.Seen != len(ids) || c.Usage != inventory.CountRoles {
		t.Errorf("coverage counts %d events and the use of %q, want %d and roles", c.Seen, c.Usage, len(ids))
	}
}

// TestUseIsCountedByDay: each day of delivery is a part, and a day that is read
// again replaces its own counts alone.
func TestUseIsCountedByDay(t *testing.T) {
	one := `{"Records":[{"id":"a","time":"2026-01-01T01:00:00Z","role":"r","name":"n"}]}`
	two := `{"Records":[{"id":"b","time":"2026-01-02T01:00:00Z","role":"r","name":"n","outside":true},{"id":"c","time":"2026-01-02T02:00:00Z","role":"r","name":"n"}]}`
	objects := fstest.MapFS{key("20260101T0300"): {Data: zipped(one)}, key("20260102T0300"): {Data: zipped(two)}}
	cfg := archive.Config{Source: name, Root: archive.Folder(objects), Usage: inventory.CountRoles}
	first := readAll(t, archive.Logs(cfg, used()), nil)
	row := func(day string, count, outside int, from, to string) inventory.Usage {
		return inventory.Usage{
			Identity: "r", Service: "svc", Name: "n", Outcome: inventory.Succeeded, Part: name + " aws/" + account + "/" + region + " " + day, Scope: scope,
			Count: count, Outside: outside, First: at(from), Last: at(to),
		}
	}
	want := []inventory.Usage{
		row("2026-01-01", 1, 0, "2026-01-01T01:00:00Z", "2026-01-01T01:00:00Z"),
		row("2026-01-02", 2, 1, "2026-01-02T01:00:00Z", "2026-01-02T02:00:00Z"),
	}
	if diff := cmp.Diff(want, first.usages); diff != "" {
		t.Errorf("use (-want +got):\n%s", diff)
	}
	objects[key("20260102T0400")] = &fstest.MapFile{Data: zipped(`{"Records":[{"id":"d","time":"2026-01-02T03:00:00Z","role":"r","name":"n"}]}`)}
	again := readAll(t, archive.Logs(cfg, used()), first.coverage)
	if diff := cmp.Diff([]inventory.Usage{row("2026-01-02", 3, 1, "2026-01-02T01:00:00Z", "2026-01-02T03:00:00Z")}, again.usages); diff != "" {
		t.Errorf("use of the next scan (-want +got):\n%s", diff)
	}
	cfg.Usage = inventory.CountNone
	none := readAll(t, archive.Logs(cfg, used()), again.coverage)
	if len(none.usages) != 0 || none.coverage[eventsCell()].Usage != inventory.CountNone {
		t.Errorf("use that nobody asks for: %v", none.usages)
	}
	cfg.Usage = inventory.CountRoles
	if all := readAll(t, archive.Logs(cfg, used()), none.coverage); len(all.usages) != 2 {
		t.Errorf("where use was not counted before, %d rows come, want those of both days", len(all.usages))
	}
}

// TestLargeObject is cut by one worker while another inflates, and holds a
// record that is too large: the rest is read.
func TestLargeObject(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"Records":[`)
	for i := range 12_000 {
		fmt.Fprintf(&b, `{"id":"%d","kind":"ours","time":"2026-01-02T03:04:05Z","pad":"%s"},`, i, strings.Repeat(string(rune('a'+i%26)), 2000))
	}
	fmt.Fprintf(&b, `{"id":"large","kind":"ours","pad":"%s"},{"id":"last","kind":"ours","time":"2026-01-02T03:04:05Z"}]}`, strings.Repeat("y", 9<<20))
	objects := fstest.MapFS{key("20260102T0300"): {Data: zipped(b.String())}}
	for _, workers := range []int{1, 2} {
		got := readAll(t, archive.Logs(archive.Config{Source: name, Root: archive.Folder(objects), Workers: workers}, used()), nil)
		if n := len(got.events); n != 12_001 || got.events[n-1].ID != "last" || got.events[n-1].Provenance.Record != 12_001 {
			t.Errorf("%d workers: %d events, want all but the large one", workers, n)
		}
		checkCoverage(t, got.coverage[eventsCell()], inventory.Malformed, "record 12000 at byte", "is larger than 4194304 bytes")
	}
}

// resized lists objects with another size than they have.
type resized struct{ archive.Store }

func (s resized) List(ctx context.Context, visit archive.Visit) error {
	return s.Store.List(ctx, func(key string, info fs.FileInfo, err error) error { return visit(key, sized{info}, err) })
}

type sized struct{ fs.FileInfo }

func (s sized) Size() int64 { return s.FileInfo.Size() - 1 }

// TestObjectThatChangesWhileItIsRead is noticed by its size, and read.
func TestObjectThatChangesWhileItIsRead(t *testing.T) {
	objects := fstest.MapFS{key("20260102T0300"): {Data: zipped(records("a"))}}
	got := readAll(t, archive.Logs(archive.Config{Source: name, Root: resized{archive.Folder(objects)}}, format()), nil)
	checkCoverage(t, got.coverage[eventsCell()], inventory.Malformed, "was changed while it was read")
	if !slices.Equal(got.ids(), []string{"a"}) {
		t.Errorf("events = %v, want what it holds", got.ids())
	}
}

// TestNothingGoesOn after a run that was ended, by the context or by emit.
func TestNothingGoesOn(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, by := range []string{"context", "emit"} {
		ctx, cancel := context.WithCancel(context.Background())
		sources, err := archive.Logs(archive.Config{Source: name, Root: shuffled{archive.Folder(manyObjects(3))}, Workers: 3}, used()).Plan(ctx)
		if err != nil {
			t.Fatal(err)
		}
		full := errors.New("the disk is full")
		events := 0
		err = sources[1].Read(ctx, func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(f inventory.Fact) error {
			if _, ok := f.(inventory.Coverage); ok {
				t.Error("a run that was ended speaks of its cell")
			}
			if events++; events == 500 && by == "context" {
				cancel()
			} else if events == 500 {
				return full
			}
			return nil
		})
		if want := map[string]error{"context": context.Canceled, "emit": full}[by]; err != want {
			t.Errorf("ended by %s: %v, want %v", by, err, want)
		}
		cancel()
	}
}

// TestProof: what integrity records say becomes coverage.
func TestProof(t *testing.T) {
	objects := fstest.MapFS{key("20260102T0300"): {Data: zipped(records("a"))}, key("20260103T0300"): {Data: zipped(records("b"))}}
	sums := sumsOf(t, objects)
	tests := []struct {
		name       string
		proof      archive.Proof
		err        error
		state      inventory.State
		continuity inventory.Continuity
		says       string
		again      int // objects that the next scan reads
	}{
		{"all is vouched for", archive.Proof{Hashes: sums}, nil, inventory.Complete, inventory.Proved, "", 0},
		{"a log that is younger than the last record", archive.Proof{Hashes: without(sums, key("20260103T0300")), Notes: []string{"1 log not yet covered"}, Window: inventory.Window{To: at("2026-01-02T04:00:00Z")}}, nil, inventory.Complete, inventory.Proved, "not yet covered", 1},
		{"a gap", archive.Proof{Hashes: sums, Problems: []string{"a digest is missing"}}, nil, inventory.Partial, inventory.Broken, "a digest is missing", 0},
		{"another content", archive.Proof{Hashes: changed(sums, key("20260102T0300"))}, nil, inventory.Malformed, inventory.Broken, "was modified", 1},
		{"no keys", archive.Proof{}, errors.New("ListPublicKeys: AccessDenied"), inventory.Partial, inventory.Broken, "was not verified: ListPublicKeys", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var opened opened
			cfg := archive.Config{Source: name, Root: counting{archive.Folder(objects), &opened}}
			cfg.Prove = func(_ context.Context, of archive.Proving) (archive.Proof, error) {
				if all := []string{key("20260102T0300"), key("20260103T0300")}; !slices.Equal(of.Logs, all) {
					t.Errorf("it is asked about %v, want all logs of the scope, known or not", of.Logs)
				}
				return tt.proof, tt.err
			}
			got := readAll(t, archive.Logs(cfg, format()), nil)
			c := got.coverage[eventsCell()]
			checkCoverage(t, c, tt.state, tt.says)
			if c.Continuity != tt.continuity {
				t.Errorf("continuity is %q, want %q", c.Continuity, tt.continuity)
			}
			if to := tt.proof.Window.To; !to.IsZero() && !c.Window.To.Equal(to) {
				t.Errorf("the window ends %s, want it to end with what is proved", c.Window.To)
			}
			opened.sorted()
			next := readAll(t, archive.Logs(cfg, format()), got.coverage).coverage[eventsCell()]
			checkCoverage(t, next, tt.state, tt.says)
			if next.Continuity != tt.continuity || !next.Window.To.Equal(c.Window.To) {
				t.Errorf("the next scan says %q up to %s, want what the first one did", next.Continuity, next.Window.To)
			}
			if n := len(opened.sorted()); n != tt.again {
				t.Errorf("the next scan reads %d objects, want %d", n, tt.again)
			}
			cfg.Prove = nil
			readAll(t, archive.Logs(cfg, format()), got.coverage)
			if n := len(opened.sorted()); n != 2 {
				t.Errorf("a scan without verification reads %d objects, want all", n)
			}
		})
	}
}

// TestWhatNobodyVouchesForIsNotProved: where the records are silent on a log and
// name no problem, the events are proved up to it and no further.
func TestWhatNobodyVouchesForIsNotProved(t *testing.T) {
	objects := fstest.MapFS{}
	for day := 1; day <= 3; day++ {
		objects[key(fmt.Sprintf("2026010%dT0300", day))] = &fstest.MapFile{Data: zipped(records(fmt.Sprint(day)))}
	}
	for silent, want := range map[string]string{"": "2026-01-03T02:45:00Z", "20260102T0300": "2026-01-02T03:00:00Z", "20260101T0300": "2026-01-01T03:00:00Z"} {
		cfg := archive.Config{Source: name, Root: archive.Folder(objects)}
		cfg.Prove = func(context.Context, archive.Proving) (archive.Proof, error) {
			return archive.Proof{Hashes: without(sumsOf(t, objects), key(silent))}, nil
		}
		c := readAll(t, archive.Logs(cfg, format()), nil).coverage[eventsCell()]
		if c.Continuity != inventory.Proved || !c.Window.To.Equal(at(want)) {
			t.Errorf("silent on %q: %v up to %s, want up to %s", silent, c.Continuity, c.Window.To, want)
		}
	}
}

// TestStoreOfTenThousand: a bucket that refuses one object of many.
func TestStoreOfTenThousand(t *testing.T) {
	objects := fstest.MapFS{}
	for i := range 10_000 {
		objects[fmt.Sprintf("%s/%s/20260102T%02d%02dZ_%d.json.gz", account, region, i/60%24, i%60, i)] = &fstest.MapFile{Data: []byte(records(fmt.Sprint("e", i)))}
	}
	refused := fmt.Sprintf("%s/%s/20260102T0005Z_5.json.gz", account, region)
	store := faulty{Store: archive.Folder(objects), refuse: map[string]error{refused: broke("AccessDenied", fs.ErrPermission)}}
	got := readAll(t, archive.Logs(archive.Config{Source: name, Root: store}, format()), nil)
	checkCoverage(t, got.coverage[eventsCell()], inventory.Partial, refused, "all else was read")
	if len(got.events) != 9_999 {
		t.Errorf("%d events, want those of all other objects", len(got.events))
	}
}
