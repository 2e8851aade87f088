// Package sqlledger keeps the findings' lives in SQLite or PostgreSQL, in the
// same database as the facts and in tables of its own.
//
// The database comes in opened; its schema is brought up to date with a version
// of its own (table estray_ledger_version), forward only. A save is one
// transaction and writes only what changed.
package sqlledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/estray/estray/findings/lifecycle"
)

var _ lifecycle.Book = (*Ledger)(nil)

// schema holds the migrations, which are the same for both dialects.
//
//go:embed schema/*.sql
var schema embed.FS

// versions is the table that holds the schema's version.
const versions = "estray_ledger_version"

// migrateTries is how often a migration is tried that another process may
// have made at the same time.
const migrateTries = 3

// The dialects, by the names that Options takes.
const (
	sqlite   = "sqlite"
	postgres = "postgres"
)

// Options say what the database is.
type Options struct {
	// Dialect is "sqlite" or "postgres".
	Dialect string
	// ReadOnly: the schema is not touched, and a database without a ledger is an
	// empty one.
	ReadOnly bool
}

// Ledger implements lifecycle.Ledger and lifecycle.Runs. It is for one
// goroutine at a time. The database stays the caller's to close.
type Ledger struct {
	db      *sql.DB
	dialect string
	// absent: a database that is opened for reading holds no ledger.
	absent bool
	// revision is that of the last Load or Save; -1 before.
	revision int64
}

// Open makes the ledger's tables or brings them up to date. It returns an
// error that wraps lifecycle.ErrNewer for a ledger of a newer version.
func Open(ctx context.Context, db *sql.DB, opt Options) (*Ledger, error) {
	if opt.Dialect != sqlite && opt.Dialect != postgres {
		return nil, fmt.Errorf("open findings ledger: there is no dialect %q", opt.Dialect)
	}
	l := &Ledger{db: db, dialect: opt.Dialect, revision: -1}
	if err := l.migrate(ctx, opt.ReadOnly); err != nil {
		return nil, fmt.Errorf("open findings ledger: %w", err)
	}
	return l, nil
}

func (l *Ledger) migrate(ctx context.Context, readOnly bool) error {
	has, err := l.hasVersions(ctx)
	if err != nil {
		return err
	}
	if l.absent = readOnly && !has; l.absent {
		return nil
	}
	p, err := l.provider()
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		now, known, err := p.GetVersions(ctx)
		switch {
		case err != nil && try == migrateTries:
			return fmt.Errorf("read its version: %w", err)
		// Another process may be making the tables at this moment.
		case err != nil:
			continue
		case now > known:
			return fmt.Errorf("%w (%d, this one knows %d)", lifecycle.ErrNewer, now, known)
		case now == known:
			return nil
		case readOnly:
			return fmt.Errorf("it has an older schema (%d, this version reads %d); run estray scan once to bring it up to date", now, known)
		}
		if _, err := p.Up(ctx); err != nil && try == migrateTries {
			return fmt.Errorf("migrate it: %w", err)
		}
	}
}

func (l *Ledger) hasVersions(ctx context.Context) (bool, error) {
	query := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1`
	if l.dialect == postgres {
		query = `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1`
	}
	var n int
	err := l.db.QueryRowContext(ctx, l.sql(query), versions).Scan(&n)
	return n > 0, err
}

func (l *Ledger) provider() (*goose.Provider, error) {
	files, err := fs.Sub(schema, "schema")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithTableName(versions), goose.WithDisableGlobalRegistry(true)}
	if l.dialect == sqlite {
		return goose.NewProvider(goose.DialectSQLite3, l.db, files, options...)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, l.db, files, append(options, goose.WithSessionLocker(locker))...)
}

// sql writes the placeholders $1, $2 as the dialect has them.
func (l *Ledger) sql(query string) string {
	if l.dialect == sqlite {
		// SQLite numbers placeholders too (?1, ?2); no statement here holds
		// another $.
		return strings.ReplaceAll(query, "$", "?")
	}
	return query
}

// write runs do in one transaction.
func (l *Ledger) write(ctx context.Context, do func(*sql.Tx) error) error {
	if l.absent {
		return errors.New("the database is opened for reading and holds no ledger")
	}
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// The times in the tables are texts, since the two dialects have no type in
// common that keeps nanoseconds.
func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err
}
