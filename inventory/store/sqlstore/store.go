package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/estray/estray/inventory/store"
)

// Options say how a store is opened. The zero value opens it for writing,
// without a log.
type Options struct {
	// ReadOnly opens a store that is there, changes nothing in it and never
	// waits for a scan.
	ReadOnly bool
	// Logger is told of migrations; nil discards.
	Logger *slog.Logger
}

// Store is a store in a SQL database. Its methods may be used side by side.
type Store struct {
	db      *sql.DB
	dialect dialect
	name    string // as errors name it; never holds a password
	secret  string // the password, to be kept out of errors
	grab    grab

	mu      sync.Mutex
	run     string // the run that this process began
	release func() error
}

var _ store.Store = (*Store)(nil)

// Open opens the store at a URL: "sqlite:PATH" or "postgres://...". Unless it
// is opened for reading, a store that is not there is made, and one with an
// older schema is brought up to date. A store of a newer schema gives an error
// that wraps [store.ErrNewer].
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := connect(ctx, url, opt)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, opt); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	return s, nil
}

func connect(ctx context.Context, url string, opt Options) (*Store, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	switch scheme {
	case "sqlite":
		return connectSQLite(ctx, rest, opt)
	case "postgres", "postgresql":
		return connectPostgres(ctx, url, opt)
	}
	return nil, errors.New("open store: the address is neither sqlite:PATH nor postgres://USER@HOST/DATABASE; correct --state or state: in the configuration")
}

// DB is the opened database, for others that keep their tables beside these,
// with a table of schema versions of their own. It is closed by Close.
func (s *Store) DB() *sql.DB { return s.db }

// Dialect is "sqlite" or "postgres".
func (s *Store) Dialect() string { return s.dialect.name }

// Close lets go of the store, and of the lock of a run that was not ended.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.release != nil {
		err = s.release()
		s.release, s.run = nil, ""
	}
	return s.explain("close", errors.Join(err, s.db.Close()))
}

// write runs do in a transaction that no other writer shares.
func (s *Store) write(ctx context.Context, doing string, do func(tx) error) error {
	raw, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(doing, err)
	}
	defer raw.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	t := tx{Tx: raw, dialect: s.dialect}
	if s.dialect.serialize != "" {
		if _, err := raw.ExecContext(ctx, s.dialect.serialize); err != nil {
			return s.explain(doing, err)
		}
	}
	if err := do(t); err != nil {
		return s.explain(doing, err)
	}
	return s.explain(doing, raw.Commit())
}

// read runs do in a transaction that sees one state of the store throughout.
func (s *Store) read(ctx context.Context, doing string, do func(tx) error) error {
	raw, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.dialect.snapshot})
	if err != nil {
		return s.explain(doing, err)
	}
	defer raw.Rollback() //nolint:errcheck // nothing was written
	return s.explain(doing, do(tx{Tx: raw, dialect: s.dialect}))
}

// Explain tells an error that a user of [Store.DB] met as the store tells its
// own: with the store's name, with the cure where there is one, and without a
// password. Doing is what was being done to the store; a nil error stays nil.
func (s *Store) Explain(doing string, err error) error { return s.explain(doing, err) }

// explain says what was being done to which store, and the cure where there
// is one. A nil error stays nil.
func (s *Store) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s store %s: %w", doing, s.name, err)
	if hint := s.dialect.cure(err); hint != "" {
		err = fmt.Errorf("%w; %s", err, hint)
	}
	return hide(err, s.secret)
}

// hide takes a password out of an error's text.
func hide(err error, secret string) error {
	if secret == "" || !strings.Contains(err.Error(), secret) {
		return err
	}
	// The causes are given up with the text: whoever unwraps one could print
	// it.
	return errors.New(strings.ReplaceAll(err.Error(), secret, "xxxxx"))
}
