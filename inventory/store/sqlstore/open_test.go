package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

func openStore(t *testing.T, url string) (*sqlstore.Store, error) {
	t.Helper()
	return sqlstore.Open(t.Context(), url, sqlstore.Options{})
}

// wantError holds an error against the words that it must say.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one that says %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenErrorsNameStoreAndCure(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write(t, path("text.db"), strings.Repeat("this is no database\n", 100))
	write(t, path("short.db"), "no")
	write(t, path("empty.db"), "")
	for _, test := range []struct {
		name, url string
		readOnly  bool
		words     []string
	}{
		{"a scheme that is none", "file.db", false, []string{"sqlite:PATH", "postgres://"}},
		{"no path", "sqlite:", false, []string{"sqlite:PATH"}},
		{"a folder", "sqlite:" + dir, false, []string{"sqlite:" + dir, "is a folder"}},
		{"a folder, to read", "sqlite:" + dir, true, []string{"sqlite:" + dir, "is a folder"}},
		{"a folder that is not there", "sqlite:" + path("no/estray.db"), false, []string{path("no"), "does not exist; make it"}},
		{"a store that is not there, to read", "sqlite:" + path("none.db"), true, []string{path("none.db"), "run estray scan first"}},
		{"an empty file, to read", "sqlite:" + path("empty.db"), true, []string{path("empty.db"), "run estray scan first"}},
		{"a text", "sqlite:" + path("text.db"), false, []string{"open store sqlite:" + path("text.db"), "no SQLite database"}},
		{"a text, to read", "sqlite:" + path("text.db"), true, []string{path("text.db"), "no SQLite database"}},
		{"a short text", "sqlite:" + path("short.db"), false, []string{path("short.db"), "no SQLite database"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := sqlstore.Open(t.Context(), test.url, sqlstore.Options{ReadOnly: test.readOnly})
			wantError(t, err, test.words...)
		})
	}
	if _, err := os.Stat(path("none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Error("opening for reading made a file")
	}
}

func TestOpenRefusesAnotherProgramsDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE bookmarks (url TEXT)"); err != nil {
		t.Fatal(err)
	}
	_, err = openStore(t, "sqlite:"+path)
	wantError(t, err, path, "another program")
	var n int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_master").Scan(&n); err != nil || n != 1 {
		t.Errorf("the database holds %d objects, want 1 (%v)", n, err)
	}
}

func TestStoreIsItsOwnersAlone(t *testing.T) {
	url := fileURL(t)
	s := openAt(t, url)
	if _, _, err := s.Begin(t.Context(), store.Run{ID: "run"}, 0); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(url, "sqlite:")
	for _, name := range []string{path, path + "-wal", path + ".lock"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(name), mode)
		}
	}
}

func TestOddPathsAreFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a b.db", "50%.db", "what?mode=memory.db", "a#b.db", "a&b=c.db", "ü.db", ":memory:"} {
		s := openAt(t, "sqlite:"+filepath.Join(dir, name))
		if err := s.Append(t.Context(), store.Batch{Facts: []inventory.Fact{benchEvent(1)}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	t.Chdir(dir)
	openAt(t, "sqlite:relative.db")
	if _, err := os.Stat(filepath.Join(dir, "relative.db")); err != nil {
		t.Error(err)
	}
}

// TestDamagedStoreIsAnError damages pages in the middle of a filled store. It
// may be found out at any step; it never panics, and it never reads as empty.
func TestDamagedStoreIsAnError(t *testing.T) {
	url := fileURL(t)
	s := openAt(t, url)
	for n := range 20 {
		if err := s.Append(t.Context(), crashBatch(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(url, "sqlite:")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096 * 3; i < len(raw); i++ {
		raw[i] = byte(i * 7)
	}
	write(t, path, string(raw))
	err = readAll(t, url)
	wantError(t, err, "store sqlite:"+path, "damaged")
	write(t, path, string(raw[:4096*5]))
	wantError(t, readAll(t, url), "store sqlite:"+path, "damaged")
}

func readAll(t *testing.T, url string) error {
	t.Helper()
	s, err := openStore(t, url)
	if err != nil {
		return err
	}
	defer s.Close()
	v, err := s.View(t.Context(), benchDay(99))
	if err != nil {
		return err
	}
	return v.Walk(t.Context(), inventory.Filter{}, func(inventory.Event) error { return nil })
}

func TestWithoutTheRightToWrite(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become nobody")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "estray.db")
	s := openAt(t, "sqlite:"+path)
	if err := s.Append(t.Context(), crashBatch(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	_, said := startChild(t, "nobody", "sqlite:"+path)
	wantError(t, errors.New(said), "open store sqlite:"+path+" for writing", "make it writable")
	_, said = startChild(t, "nobody", "sqlite:"+filepath.Join(dir, "new.db"))
	wantError(t, errors.New(said), filepath.Join(dir, "new.db"), "permission denied", "--state")
	if _, said = startChild(t, "nobody", "ro sqlite:"+path); said != "1 cells" {
		t.Errorf("reading a store in a read-only folder: %s", said)
	}
}

// TestFullDiskStoresNothingOfTheBatch bounds the pages of the database, which
// SQLite reports as it reports a full disk.
func TestFullDiskStoresNothingOfTheBatch(t *testing.T) {
	s := openAt(t, fileURL(t))
	if err := s.Append(t.Context(), crashBatch(0)); err != nil {
		t.Fatal(err)
	}
	before := dump(t, s, benchDay(99))
	s.DB().SetMaxOpenConns(1)
	limit := func(pages string) {
		if _, err := s.DB().Exec("PRAGMA max_page_count = " + pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1")
	var big store.Batch
	for n := range 100 {
		big.Facts = append(big.Facts, crashBatch(1+n).Facts...)
	}
	wantError(t, s.Append(t.Context(), big), "append to store sqlite:", "full", "free some space")
	if after := dump(t, s, benchDay(99)); after != before {
		t.Error("a part of the batch was stored")
	}
	limit("1000000")
	if err := s.Append(t.Context(), big); err != nil {
		t.Errorf("after space was made: %v", err)
	}
}

func TestReadOnlyStoreTakesNothing(t *testing.T) {
	url := fileURL(t)
	w := openAt(t, url)
	if err := w.Append(t.Context(), crashBatch(0)); err != nil {
		t.Fatal(err)
	}
	r, err := sqlstore.Open(t.Context(), url, sqlstore.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	wantError(t, r.Append(t.Context(), crashBatch(1)), url)
	if want, got := dump(t, w, benchDay(9)), dump(t, r, benchDay(9)); want != got {
		t.Error("the reader sees something else than the writer")
	}
}

func TestClosedStoreIsAnError(t *testing.T) {
	s, err := openStore(t, fileURL(t))
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.View(t.Context(), benchDay(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, view := s.View(context.Background(), benchDay(0))
	for _, err := range []error{view, s.Append(context.Background(), crashBatch(0)), v.Walk(context.Background(), inventory.Filter{}, nil)} {
		wantError(t, err, "closed")
	}
}
