package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"github.com/estray/estray/inventory/store"
)

// Result codes of SQLite (https://sqlite.org/rescode.html), without the
// extension in their higher bits.
const (
	codeBusy     = 5
	codeReadOnly = 8
	codeInOut    = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// openConnections bounds the connections to one store: a writer and a few
// readers.
const openConnections = 4

// writerPragmas: with a write-ahead log and synchronous NORMAL the death of a
// process loses nothing that was committed, and a power cut at most the last
// batches, never the order of things. A log of 8,000 pages (32 MB) takes a
// fifth off the time of a large scan against the usual 1,000.
const writerPragmas = "&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(8000)&_pragma=foreign_keys(1)"

func sqliteDialect() dialect {
	return dialect{
		name: "sqlite", goose: goose.DialectSQLite3, bytes: "BLOB", cure: sqliteCure,
		foreign: `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`,
	}
}

func sqliteCure(err error) string {
	switch sqliteCode(err) {
	case codeBusy:
		return "another process is writing to it; try again when that is done"
	case codeReadOnly:
		return "make the file and its folder writable, or give --state another store"
	case codeInOut:
		return "check the disk that it lies on"
	case codeCorrupt:
		return "the file is damaged: put back a copy, or move it away and scan again"
	case codeFull:
		return "free some space; nothing of this batch was stored, what was stored before is safe"
	case codeCantOpen:
		return "check that its folder exists and may be written to, or give --state another store"
	case codeNotADB:
		return "the file is no SQLite database: give --state another file"
	}
	return ""
}

// sqliteCode is the primary result code of an error; 0 if it has none.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// connectSQLite opens the file at path. It makes the file, for its owner
// alone, unless the store is opened for reading.
func connectSQLite(ctx context.Context, path string, opt Options) (*Store, error) {
	if path == "" {
		return nil, errors.New("open store: sqlite: without a path; write sqlite:PATH")
	}
	if err := checkFile(path, opt.ReadOnly); err != nil {
		return nil, err
	}
	s := &Store{dialect: sqliteDialect(), name: "sqlite:" + path, grab: fileLock(path + ".lock")}
	query := "?_pragma=busy_timeout(10000)"
	if opt.ReadOnly {
		query += "&mode=ro"
	} else {
		query += "&mode=rw&_txlock=immediate" + writerPragmas
	}
	err := s.dial(ctx, path, query)
	if code := sqliteCode(err); opt.ReadOnly && (code == codeCantOpen || code == codeReadOnly) && atRest(path) {
		// A folder that may not be written to: nobody else writes there either.
		err = s.dial(ctx, path, query+"&immutable=1")
	}
	if err != nil {
		return nil, s.explain("open", err)
	}
	return s, nil
}

// dial opens the database and reads from it once, so that a file that is none
// is found out here.
func (s *Store) dial(ctx context.Context, path, query string) error {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	db, err := sql.Open("sqlite", name.String()+query)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(openConnections)
	db.SetMaxIdleConns(openConnections)
	var tables int
	if err := db.QueryRowContext(ctx, s.dialect.foreign).Scan(&tables); err != nil {
		return errors.Join(err, db.Close())
	}
	s.db = db
	return nil
}

// atRest reports whether no write-ahead log lies beside the file: it holds all
// that was committed.
func atRest(path string) bool {
	_, err := os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist)
}

// checkFile finds out what SQLite would say less plainly.
func checkFile(path string, readOnly bool) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("open store sqlite:%s: it is a folder; name a file in it", path)
	case err == nil && readOnly:
		return nil
	case errors.Is(err, fs.ErrNotExist) && readOnly:
		return fmt.Errorf("open store sqlite:%s: %w", path, &store.UnmadeError{Why: "there is none yet; run estray scan first, or name another with --state"})
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open store sqlite:%s: %w", path, err)
	}
	// Opening for writing tells a file that SQLite would silently open for
	// reading. The mode keeps what was found from other users.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("create store sqlite:%s: the folder %s does not exist; make it, or name another store with --state", path, filepath.Dir(path))
	case err != nil:
		return fmt.Errorf("open store sqlite:%s for writing: %w; make it writable, or name another store with --state", path, err)
	}
	return f.Close()
}
