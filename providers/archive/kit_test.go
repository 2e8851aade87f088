package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/archive"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
	name    = "logs:exports"
)

var scope = inventory.Scope{Provider: inventory.AWS, Account: account, Region: region}

func cellOf(c inventory.Capability, s inventory.Scope) inventory.Cell {
	return inventory.Cell{Source: name, Scope: s, Capability: c}
}

func eventsCell() inventory.Cell { return cellOf(inventory.CapEvents, scope) }

func objectsCell() inventory.Cell {
	return cellOf(inventory.CapObjects, inventory.Scope{Provider: inventory.AWS})
}

// format reads a made-up log: objects "ACCOUNT/REGION/20260102T0304Z*.json*",
// siblings below "digest/", and records with a few members.
func format() archive.Format {
	key := regexp.MustCompile(`(?:^|/)([0-9]{12})/([a-z0-9-]+)/([0-9]{8}T[0-9]{4}Z)[^/]*\.json(\.gz)?$`)
	return archive.Format{
		Kind: "logs", Provider: inventory.AWS, Layout: "ACCOUNT/REGION/TIME.json.gz", Late: 15 * time.Minute,
		Recognise: func(p string) archive.Object {
			if strings.Contains(p, "digest/") {
				return archive.Object{Class: archive.Sibling, What: "digest"}
			}
			m := key.FindStringSubmatch(p)
			if m == nil {
				return archive.Object{}
			}
			at, err := time.Parse("20060102T1504Z", m[3])
			if err != nil {
				return archive.Object{}
			}
			return archive.Object{Class: archive.Log, Delivered: at, Scope: inventory.Scope{Provider: inventory.AWS, Account: m[1], Region: m[2]}}
		},
		Member: "Records", Decode: decode,
		Silences: func(e inventory.Event) bool {
			return e.Action == inventory.ActionLoggingOff && (e.Name == "Stop" || len(e.Change.Narrowed) > 0)
		},
	}
}

func decode(record []byte, from inventory.Provenance) (archive.Decoded, error) {
	var in struct {
		ID, Name, Subject, Asset string
		Action                   inventory.Action
		Time                     time.Time
		Failed, Foreign          bool
		Narrowed                 []string
	}
	if err := json.Unmarshal(record, &in); err != nil {
		return archive.Decoded{}, errors.New("no JSON")
	}
	if in.Foreign {
		return archive.Decoded{}, nil
	}
	if in.ID == "" {
		return archive.Decoded{}, errors.New("it has no id")
	}
	e := inventory.Event{ID: in.ID, Name: in.Name, Action: in.Action, Subject: in.Subject, Time: in.Time, Scope: scope,
		Outcome: inventory.Succeeded, Provenance: from, Change: inventory.Change{Narrowed: in.Narrowed}}
	if in.Failed {
		e.Outcome = inventory.Failed
	}
	d := archive.Decoded{Event: &e}
	if in.Asset != "" {
		d.Assets = []inventory.Asset{{ID: inventory.AssetID(in.Asset), Scope: scope}}
	}
	return d, nil
}

// a read is what one reading of an archive gave.
type read struct {
	events   []inventory.Event
	assets   []inventory.Asset
	usages   []inventory.Usage
	permits  []inventory.Permit
	coverage map[inventory.Cell]inventory.Coverage
}

func (r read) ids() []string {
	out := []string{}
	for _, e := range r.events {
		out = append(out, e.ID)
	}
	return out
}

// readAll plans and reads everything, with what was covered before.
func readAll(t *testing.T, p providers.Planner, before map[inventory.Cell]inventory.Coverage) read {
	t.Helper()
	sources, err := p.Plan(t.Context())
	if err != nil {
		t.Fatalf("Plan: %v", err)
	}
	out := read{coverage: map[inventory.Cell]inventory.Coverage{}}
	since := func(c inventory.Cell) inventory.Coverage { return before[c] }
	for _, s := range sources {
		err := s.Read(context.Background(), since, func(f inventory.Fact) error {
			switch f := f.(type) {
			case inventory.Event:
				out.events = append(out.events, f)
			case inventory.Asset:
				out.assets = append(out.assets, f)
			case inventory.Usage:
				out.usages = append(out.usages, f)
			case inventory.Permit:
				out.permits = append(out.permits, f)
			case inventory.Coverage:
				out.coverage[f.Cell] = f
			}
			return nil
		})
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
	}
	return out
}

// files is the content of an archive by key.
type files map[string][]byte

// write puts the files into a new folder. All have one time of change.
func (f files) write(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for key, content := range f {
		file := filepath.Join(root, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func config(root string) archive.Config {
	return archive.Config{Source: name, Root: archive.Folder(os.DirFS(root)), Path: filepath.ToSlash(root)}
}

func key(stamp string) string { return path.Join(account, region, stamp+"Z_x.json.gz") }

func zipped(parts ...string) []byte {
	var b bytes.Buffer
	for _, p := range parts { // one member each
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(p)); err != nil {
			panic(err)
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

func record(id string) string { return fmt.Sprintf(`{"id":%q,"time":"2026-01-02T03:04:05Z"}`, id) }

func records(ids ...string) string {
	var all []string
	for _, id := range ids {
		all = append(all, record(id))
	}
	return `{"Records":[` + strings.Join(all, ",") + `]}`
}

// refusing is a folder in which one name may not be opened. Tests may run as
// root, whom no mode of a file refuses.
type refusing struct {
	fs.FS
	name string
}

func (r refusing) Open(name string) (fs.File, error) {
	if name == r.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return r.FS.Open(name)
}

// inflated is what a gzip holds.
func inflated(t *testing.T, content []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sumsOf(t *testing.T, objects fstest.MapFS) map[string][sha256.Size]byte {
	t.Helper()
	out := map[string][sha256.Size]byte{}
	for key, f := range objects {
		out[key] = sha256.Sum256(inflated(t, f.Data))
	}
	return out
}

func without(sums map[string][sha256.Size]byte, key string) map[string][sha256.Size]byte {
	out := maps.Clone(sums)
	delete(out, key)
	return out
}

func changed(sums map[string][sha256.Size]byte, key string) map[string][sha256.Size]byte {
	out := maps.Clone(sums)
	sum := out[key]
	sum[0]++
	out[key] = sum
	return out
}

// fastest packs a text as fast as it goes.
func fastest(text string) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		panic(err)
	}
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}
