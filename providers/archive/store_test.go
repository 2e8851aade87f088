package archive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
	"github.com/estray/estray/providers/archive"
)

// vendorError is an error as the libraries of vendors give it.
type vendorError struct {
	code string
	fs   error
}

func (e vendorError) Error() string     { return "GetObject s3://b/k: " + e.code }
func (e vendorError) ErrorCode() string { return e.code }
func (e vendorError) Unwrap() error     { return e.fs }

// faulty is a store that breaks off: its listing before a key, its objects
// after some bytes, or at once.
type faulty struct {
	archive.Store
	stop   string           // the key before which the listing ends
	list   error            // why
	refuse map[string]error // by key
	after  map[string]int   // bytes that an object gives before it breaks off
}

func (s faulty) List(ctx context.Context, visit archive.Visit) error {
	ended := errors.New("ended")
	err := s.Store.List(ctx, func(key string, info fs.FileInfo, err error) error {
		if s.list != nil && key >= s.stop {
			return ended
		}
		return visit(key, info, err)
	})
	if err == ended {
		return s.list
	}
	return err
}

func (s faulty) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	n, broken := s.after[key]
	if err := s.refuse[key]; err != nil && !broken {
		return nil, err
	}
	f, err := s.Store.Open(ctx, key)
	if err != nil || !broken {
		return f, err
	}
	return io.NopCloser(io.MultiReader(io.LimitReader(f, int64(n)), &breaking{s.refuse[key]})), nil
}

type breaking struct{ err error }

func (b *breaking) Read([]byte) (int, error) { return 0, b.err }

func broke(code string, sentinel error) error {
	return &fs.PathError{Op: "GetObject", Path: "s3://b/k", Err: vendorError{code, sentinel}}
}

func twoScopes(t *testing.T) archive.Store {
	t.Helper()
	return archive.Folder(os.DirFS(files{
		key("20260102T0300"):                           zipped(records("a")),
		key("20260102T0400"):                           zipped(records("b")),
		"444455556666/us-east-1/20260103T0000Z_x.json": []byte(records("c")),
	}.write(t)))
}

// TestStoreThatRefusesAnObject: the cell says who refused and with which code,
// the cells beside it are whole.
func TestStoreThatRefusesAnObject(t *testing.T) {
	second := key("20260102T0400")
	half := len(zipped(records("b"))) / 2
	tests := []struct {
		name  string
		err   error
		after int // -1: when it is opened
		code  string
		says  string
	}{
		{"denied", broke("AccessDenied", fs.ErrPermission), -1, "AccessDenied", "Make readable"},
		{"gone", broke("NoSuchKey", fs.ErrNotExist), -1, "NoSuchKey", "Scan again"},
		{"slowed down", broke("SlowDown", nil), -1, "SlowDown", "Scan again"},
		{"broken before the first byte", broke("", io.ErrUnexpectedEOF), 0, "", "Scan again"},
		{"broken in the head of the gzip", broke("", io.ErrUnexpectedEOF), 5, "", "Scan again"},
		{"broken in the middle", broke("", io.ErrUnexpectedEOF), half, "", "Scan again"},
		{"expired in the middle", broke("ExpiredToken", nil), half, "ExpiredToken", "Scan again"},
		{"denied in the middle", broke("AccessDenied", fs.ErrPermission), half, "AccessDenied", "Make readable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := faulty{Store: twoScopes(t), refuse: map[string]error{second: tt.err}}
			if tt.after >= 0 {
				store.after = map[string]int{second: tt.after}
			}
			cfg := config("x")
			cfg.Root = store
			got := readAll(t, archive.Logs(cfg, format()), nil)
			c := got.coverage[eventsCell()]
			checkCoverage(t, c, inventory.Partial, second, "GetObject s3://b/k", tt.says)
			if c.Why.Code != tt.code || c.Why.Operation != "read "+second {
				t.Errorf("reason is %s, want the code %q", c.Why, tt.code)
			}
			if diff := cmp.Diff([]string{"a", "c"}, got.ids()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			other := cellOf(inventory.CapEvents, inventory.Scope{Provider: inventory.AWS, Account: "444455556666", Region: "us-east-1"})
			checkCoverage(t, got.coverage[other], inventory.Complete)
			checkCoverage(t, got.coverage[objectsCell()], inventory.Complete)
		})
	}
}

// TestListingThatBreaksOff: what was listed is read, and nobody may conclude
// from what is not there, in no log of the archive.
func TestListingThatBreaksOff(t *testing.T) {
	for code, test := range map[string]struct {
		sentinel error
		state    inventory.State
	}{"AccessDenied": {fs.ErrPermission, inventory.Denied}, "SlowDown": {nil, inventory.Unavailable}} {
		t.Run(code, func(t *testing.T) {
			cfg := config("x")
			cfg.Root = faulty{Store: twoScopes(t), stop: "444", list: broke(code, test.sentinel)}
			got := readAll(t, archive.Logs(cfg, format()), nil)
			checkCoverage(t, got.coverage[objectsCell()], test.state, "the rest of the archive cannot be read: GetObject s3://b/k: "+code)
			checkCoverage(t, got.coverage[eventsCell()], inventory.Partial, code)
			if diff := cmp.Diff([]string{"a", "b"}, got.ids()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if got.coverage[objectsCell()].Why.Code != code || got.coverage[eventsCell()].Why.Code != code {
				t.Errorf("reasons %s and %s lack the code", got.coverage[objectsCell()].Why, got.coverage[eventsCell()].Why)
			}

			cfg.Root = faulty{Store: twoScopes(t), list: broke(code, test.sentinel)}
			none := readAll(t, archive.Logs(cfg, format()), nil)
			checkCoverage(t, none.coverage[objectsCell()], test.state, "the archive cannot be read: GetObject s3://b/k: "+code, "ACCOUNT/REGION")
			if len(none.coverage) != 1 {
				t.Errorf("%d cells, want that of the archive alone", len(none.coverage))
			}
		})
	}
}

// TestSnapshotInAStoreThatBreaksOff is unavailable, and not a bad snapshot.
func TestSnapshotInAStoreThatBreaksOff(t *testing.T) {
	var b bytes.Buffer
	w, err := snapshot.NewWriter(&b, snapshot.Header{Taken: at("2026-05-04T00:00:00Z")})
	if err != nil {
		t.Fatal(err)
	}
	cell := inventory.Cell{Source: "aws-lambda", Scope: scope, Capability: inventory.CapFunctions}
	if err := w.WriteCoverage(inventory.Coverage{Cell: cell, State: inventory.Complete, Read: at("2026-05-04T00:00:00Z")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	header := strings.Index(b.String(), "\n")
	store := archive.Folder(fstest.MapFS{"s": {Data: b.Bytes()}})
	own := inventory.Cell{Source: "snapshot:s", Capability: inventory.CapSnapshot}
	for name, after := range map[string]int{"in the header": header / 2, "behind the header": header + 5, "at the end": b.Len()} {
		t.Run(name, func(t *testing.T) {
			s := faulty{Store: store, refuse: map[string]error{"s": broke("ExpiredToken", nil)}, after: map[string]int{"s": after}}
			got := readAll(t, archive.Snapshot("snapshot:s", s, "s"), nil)
			c := got.coverage[own]
			checkCoverage(t, c, inventory.Unavailable, "GetObject s3://b/k: ExpiredToken")
			if c.Why.Code != "ExpiredToken" {
				t.Errorf("reason %s lacks the code", c.Why)
			}
			for _, c := range got.coverage {
				if c.State.Whole() {
					t.Errorf("%s is whole", c.Cell)
				}
			}
		})
	}
}

// TestFolderEndsWithVisit: an error of visit is returned unchanged.
func TestFolderEndsWithVisit(t *testing.T) {
	refused := errors.New("enough")
	calls := 0
	err := twoScopes(t).List(t.Context(), func(string, fs.FileInfo, error) error {
		calls++
		return refused
	})
	if err != refused || calls != 1 {
		t.Errorf("%d calls, error %v", calls, err)
	}
}

// ending is a store whose run ends while an object is opened.
type ending struct {
	archive.Store
	cancel context.CancelFunc
}

func (e ending) Open(ctx context.Context, _ string) (io.ReadCloser, error) {
	e.cancel()
	return nil, broke("", ctx.Err())
}

// TestTheEndOfTheRunIsNoHole: an object that cannot be opened because the run
// ends, be it the last, leaves the cell unspoken of.
func TestTheEndOfTheRunIsNoHole(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cfg := config("x")
	cfg.Root = ending{archive.Folder(os.DirFS(files{key("20260102T0300"): zipped(records("a"))}.write(t))), cancel}
	sources, err := archive.Logs(cfg, format()).Plan(ctx)
	if err != nil || len(sources) != 2 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	err = sources[1].Read(ctx, func(inventory.Cell) inventory.Coverage { return inventory.Coverage{} }, func(f inventory.Fact) error {
		t.Errorf("it says %+v", f)
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
