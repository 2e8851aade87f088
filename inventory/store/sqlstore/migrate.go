package sqlstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/estray/estray/inventory/store"
)

// schema holds the migrations of each dialect. They only go forward. The one
// that is no SQL is toParts.
//
//go:embed schema
var schema embed.FS

// versions is the table of goose that holds the schema's version.
const versions = "estray_schema"

// migrateTries is how often a migration is tried that another process may
// have made at the same time.
const migrateTries = 3

// migrate brings the schema up to date, or says why it cannot.
func (s *Store) migrate(ctx context.Context, opt Options) error {
	fresh, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	if fresh && opt.ReadOnly {
		return s.explain("open", &store.UnmadeError{Why: "it holds nothing yet; run estray scan first"})
	}
	p, err := s.provider()
	if err != nil {
		return s.explain("open", err)
	}
	for try := 1; ; try++ {
		now, known, err := p.GetVersions(ctx)
		switch {
		case err != nil:
			return s.explain("read schema version of", err)
		case now > known:
			return s.explain("open", fmt.Errorf("%w (%d, this one knows %d); use the version of estray that wrote it, or a later one", store.ErrNewer, now, known))
		case now == known:
			return nil
		case opt.ReadOnly:
			return s.explain("open", &store.UnmadeError{
				Why: fmt.Sprintf("it has an older schema (%d, this version reads %d); run estray scan once to bring it up to date", now, known)})
		}
		opt.Logger.InfoContext(ctx, "migrate store", "store", s.name, "from", now, "to", known)
		if _, err := p.Up(ctx); err != nil && try == migrateTries {
			return s.explain("migrate", err)
		}
	}
}

// fresh reports whether the store has no schema yet. A SQLite file that holds
// somebody else's tables is refused.
func (s *Store) fresh(ctx context.Context) (bool, error) {
	has, err := s.hasVersions(ctx)
	if err != nil || has {
		return false, s.explain("open", err)
	}
	if s.dialect.foreign == "" {
		return true, nil
	}
	var others int
	if err := s.db.QueryRowContext(ctx, s.dialect.foreign).Scan(&others); err != nil {
		return false, s.explain("open", err)
	}
	// Another process may have made the schema between the two questions.
	if has, err = s.hasVersions(ctx); err != nil || has {
		return false, s.explain("open", err)
	}
	if others > 0 {
		return false, s.explain("open", errors.New("the database belongs to another program: it holds tables that are not of estray; give --state another file"))
	}
	return true, nil
}

func (s *Store) hasVersions(ctx context.Context) (bool, error) {
	query := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?`
	if s.dialect.numbered {
		query = `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1`
	}
	var n int
	err := s.db.QueryRowContext(ctx, query, versions).Scan(&n)
	return n > 0, err
}

func (s *Store) provider() (*goose.Provider, error) {
	files, err := fs.Sub(schema, "schema/"+s.dialect.name)
	if err != nil {
		return nil, err
	}
	// Migrations that other code of the process registered are none of ours.
	options := []goose.ProviderOption{goose.WithTableName(versions), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(s.toParts())}
	if s.dialect.name == "postgres" {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(s.dialect.goose, s.db, files, options...)
}
