package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
)

// made is a store whose objects are made while they are read.
type made struct {
	keys []string
	size int64
	open func(key string) io.Reader
}

func (m made) List(_ context.Context, visit archive.Visit) error {
	for _, key := range m.keys {
		if err := visit(key, madeInfo{path.Base(key), m.size}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (m made) Open(_ context.Context, key string) (io.ReadCloser, error) {
	return io.NopCloser(m.open(key)), nil
}

func (m made) Metadata(context.Context, string) (map[string]string, error) { return nil, nil }

type madeInfo struct {
	name string
	size int64
}

func (i madeInfo) Name() string       { return i.name }
func (i madeInfo) Size() int64        { return i.size }
func (i madeInfo) Mode() fs.FileMode  { return 0o444 }
func (i madeInfo) ModTime() time.Time { return at("2026-01-02T03:00:00Z") }
func (i madeInfo) IsDir() bool        { return false }
func (i madeInfo) Sys() any           { return nil }

// repeated gives head, then body so many times, then tail.
func repeated(head, body []byte, times int, tail []byte) (read func() io.Reader, size int64) {
	return func() io.Reader {
		parts := []io.Reader{bytes.NewReader(head)}
		for range times {
			parts = append(parts, bytes.NewReader(body))
		}
		return io.MultiReader(append(parts, bytes.NewReader(tail))...)
	}, int64(len(head) + times*len(body) + len(tail))
}

// peak gives the most memory that do holds at once, beyond what was held before.
func peak(do func()) int64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapInuse, m.HeapInuse
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	})
	do()
	close(stop)
	watching.Wait()
	return int64(most) - int64(before)
}

// sink reads all sources, keeping nothing but the last word on each cell.
func sink(ctx context.Context, t *testing.T, cfg archive.Config, f archive.Format) (c inventory.Coverage, events int, err error) {
	t.Helper()
	sources, err := archive.Logs(cfg, f).Plan(ctx)
	if err != nil {
		return c, 0, err
	}
	for _, s := range sources {
		err = errors.Join(err, s.Read(ctx, func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(f inventory.Fact) error {
			switch f := f.(type) {
			case inventory.Event:
				events++
			case inventory.Coverage:
				if f.Cell.Capability == inventory.CapEvents {
					c = f
				}
			}
			return nil
		}))
	}
	return c, events, err
}

// bombs are what inflates to so many megabytes of nothing, or of one thing, in
// the middle of a delivery.
func bombs() map[string][2]string {
	return map[string][2]string{
		"white space alone":                {"", " \t\r\n"},
		"white space between records":      {`{"Records":[` + record("a") + `,`, " \n"},
		"one record":                       {`{"Records":[` + record("a") + `,{"x":"`, "xy"},
		"one nest":                         {`{"Records":[` + record("a") + `,`, `{"x":[`},
		"one name":                         {`{"`, "Records"},
		"one value":                        {`{"x":[`, `"a",{},`},
		"one number":                       {`{"x":`, "12345678"},
		"records that are none":            {`{"Records":[` + record("a"), `,7777777777777777777777777777777777777777777777777777777777777777`},
		"backslashes in a record":          {`{"Records":[` + record("a") + `,{"x":"`, `\\`},
		"names that are looked for":        {`{"Records":[` + record("a") + `,{"x":1`, `,"kind":"ours"`},
		"members that are Records":         {`{"Records":[` + record("a") + `]`, `,"Records":[]` + strings.Repeat(" ", 500)},
		"documents of no record":           {"", `{"Records":[]}` + strings.Repeat(" ", 500)},
		"mistakes after mistakes in lines": {record("a") + "\n", `{"x":` + strings.Repeat("y", 1000) + "\n"},
	}
}

// TestBombsNeedNoMemory: a little that inflates to very much.
func TestBombsNeedNoMemory(t *testing.T) {
	const megabytes = 192
	for name, bomb := range bombs() {
		for _, member := range []string{"Records", ""} {
			t.Run(fmt.Sprintf("%s, member %q", name, member), func(t *testing.T) {
				body := zipped(strings.Repeat(bomb[1], 1<<20/len(bomb[1])))
				open, size := repeated(zipped(bomb[0]), body, megabytes, nil)
				meter := &archive.Meter{}
				cfg := archive.Config{Source: name, Root: made{[]string{key("20260102T0300")}, size, func(string) io.Reader { return open() }}, Workers: 2, Meter: meter}
				f := used()
				f.Member = member
				var c inventory.Coverage
				used := peak(func() { c, _, _ = sink(t.Context(), t, cfg, f) })
				if c.State != inventory.Malformed && name != "documents of no record" {
					t.Errorf("state %s (%s)", c.State, c.Why)
				}
				if n := meter.Progress().Inflated; n < int64(megabytes*len(bomb[1])*(1<<20/len(bomb[1]))) && !strings.Contains(c.Why.Message, "nothing after it was read") {
					t.Errorf("%d bytes were inflated: not all was read (%s)", n, c.Why)
				}
				if used > megabytes<<20/2 {
					t.Errorf("reading took %d MB of memory", used>>20)
				}
			})
		}
	}
}

// TestABombIsDroppedWhenTheRunEnds: of what is compressed, no more is read than
// was on its way.
func TestABombIsDroppedWhenTheRunEnds(t *testing.T) {
	defer goleak.VerifyNone(t)
	for name, bomb := range bombs() {
		body := zipped(strings.Repeat(bomb[1], 1<<20/len(bomb[1])))
		ctx, cancel := context.WithCancel(t.Context())
		open, size := repeated(zipped(bomb[0]), body, 8192, nil)
		after := &aftermath{src: open(), at: 16 * int64(len(body)), act: cancel}
		cfg := archive.Config{Source: name, Root: made{[]string{key("20260102T0300")}, size, func(string) io.Reader { return after }}, Workers: 2}
		_, _, err := sink(ctx, t, cfg, used())
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if after.more > 1<<20 {
			t.Errorf("%s: %d more bytes were read after the end of the run", name, after.more)
		}
	}
}

// aftermath acts once so many bytes were read and counts those that are read
// later.
type aftermath struct {
	src        io.Reader
	read, more int64
	at         int64
	act        func()
}

func (a *aftermath) Read(p []byte) (int, error) {
	n, err := a.src.Read(p)
	if a.read > a.at {
		a.more += int64(n)
	}
	if a.read += int64(n); a.read > a.at {
		a.act()
	}
	return n, err
}

// budget bounds what reading an archive may hold, however large it is.
const budget = 64 << 20

// TestMemoryDoesNotGrowWithTheObject reads one object ten times as large as
// another, of records that differ, each with use, one in fifty an event.
func TestMemoryDoesNotGrowWithTheObject(t *testing.T) {
	for _, megabytes := range []int{30, 300} {
		if testing.Short() && megabytes > 30 {
			continue
		}
		size := packedSize(megabytes)
		cfg := archive.Config{Source: name, Usage: inventory.CountRoles, Workers: 2,
			Root: made{[]string{key("20260102T0300")}, size, func(string) io.Reader { return newStream(megabytes) }}}
		var c inventory.Coverage
		var events int
		var err error
		used := peak(func() { c, events, err = sink(t.Context(), t, cfg, used()) })
		if err != nil || c.State != inventory.Complete || events < 100*megabytes/10 {
			t.Errorf("%d MB: %d events, %s (%s), %v", megabytes, events, c.State, c.Why, err)
		}
		t.Logf("%d MB: %d events, %d MB of memory", megabytes, events, used>>20)
		if used > budget {
			t.Errorf("%d MB inflated took %d MB of memory", megabytes, used>>20)
		}
	}
}

// TestMemoryOfLargeRecords: records of 200 kB that all become events are handed
// on in time.
func TestMemoryOfLargeRecords(t *testing.T) {
	var keys []string
	for i := range 12 {
		keys = append(keys, key(fmt.Sprintf("20260102T03%02d", i)))
	}
	pad := strings.Repeat("x", 200_000)
	open := func(key string) io.Reader {
		parts := []io.Reader{strings.NewReader(`{"Records":[{"id":"first"}`)}
		for i := range 150 {
			parts = append(parts, strings.NewReader(fmt.Sprintf(`,{"kind":"ours","id":"%s-%d","name":"`, path.Base(key), i)), strings.NewReader(pad), strings.NewReader(`"}`))
		}
		return io.MultiReader(append(parts, strings.NewReader("]}"))...)
	}
	n, err := io.Copy(io.Discard, open(keys[0]))
	if err != nil {
		t.Fatal(err)
	}
	f := used()
	cfg := archive.Config{Source: name, Workers: 2, Root: made{keys, n, open}}
	var events int
	used := peak(func() { _, events, _ = sink(t.Context(), t, cfg, f) })
	t.Logf("%d events, %d MB of memory", events, used>>20)
	if events != 12*150 || used > budget {
		t.Errorf("%d events took %d MB of memory", events, used>>20)
	}
}

// TestMemoryDoesNotGrowWithTheNumber reads ten times as many tiny objects. What
// was listed of an object is held, and nothing else.
func TestMemoryDoesNotGrowWithTheNumber(t *testing.T) {
	for _, objects := range []int{2_000, 20_000} {
		var keys []string
		for i := range objects {
			keys = append(keys, fmt.Sprintf("%s/%s/202601%02dT%02d%02dZ_%d.json.gz", account, region, 1+i/1440%28, i/60%24, i%60, i))
		}
		content := func(key string) string {
			return fmt.Sprintf(`{"Records":[{"kind":"ours","role":"r","name":"n","id":%-120q,"time":"2026-01-02T03:04:05Z","pad":"%02000d"}]}`, key, 7)
		}
		size := int64(len(content(keys[0])))
		cfg := archive.Config{Source: name, Usage: inventory.CountRoles, Workers: 2,
			Root: made{keys, size, func(key string) io.Reader { return strings.NewReader(content(key)) }}}
		var c inventory.Coverage
		var events int
		used := peak(func() { c, events, _ = sink(t.Context(), t, cfg, used()) })
		t.Logf("%d objects: %d MB of memory", objects, used>>20)
		if events != objects || c.State != inventory.Complete || used > budget {
			t.Errorf("%d objects: %d events, %s (%s), took %d MB of memory", objects, events, c.State, c.Why, used>>20)
		}
	}
}

// stream makes a delivery of so many megabytes, in gzip without compression.
type stream struct {
	out  bytes.Buffer
	zip  *gzip.Writer
	left int
	n    int
}

func newStream(megabytes int) *stream {
	s := &stream{left: megabytes << 20}
	zip, err := gzip.NewWriterLevel(&s.out, gzip.NoCompression)
	if err != nil {
		panic(err)
	}
	s.zip = zip
	io.WriteString(zip, `{"Records":[{"id":"first","kind":"ours","time":"2026-01-02T03:04:05Z"}`)
	return s
}

func (s *stream) Read(p []byte) (int, error) {
	for s.out.Len() < len(p) && s.left > 0 {
		kind := "theirs"
		if s.n%50 == 0 {
			kind = "ours"
		}
		n, _ := fmt.Fprintf(s.zip, `,{"id":"%08d-0000-4000-8000-000000000000","time":"2026-01-02T03:04:05Z","kind":%q,"role":"r%d","name":"n%d","pad":"%01000d"}`, s.n, kind, s.n%7, s.n%40, s.n)
		s.n++
		if s.left -= n; s.left <= 0 {
			io.WriteString(s.zip, "]}")
			s.zip.Close()
		}
	}
	return s.out.Read(p)
}

func packedSize(megabytes int) int64 {
	n, err := io.Copy(io.Discard, newStream(megabytes))
	if err != nil {
		panic(err)
	}
	return n
}
