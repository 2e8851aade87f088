package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

func postgresDialect() dialect {
	return dialect{
		name: "postgres", goose: goose.DialectPostgres, numbered: true, bytes: "BYTEA", cure: postgresCure,
		serialize: `SELECT pg_advisory_xact_lock(hashtext('estray append'), hashtext(current_schema()))`,
		snapshot:  sql.LevelRepeatableRead,
	}
}

// postgresCure goes by the classes of SQLSTATE (PostgreSQL manual, appendix A).
func postgresCure(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch e.Code {
		case "28000", "28P01":
			return "check user and password in --state"
		case "3D000":
			return "create the database, or name another in --state"
		case "42501", "25006":
			return "give the user the right to read, write and create tables in its schema"
		case "53100":
			return "free some space on the server; nothing of this batch was stored, what was stored before is safe"
		}
		return ""
	}
	var c *pgconn.ConnectError
	if errors.As(err, &c) {
		return "check that the server runs and that --state names its host and port"
	}
	return ""
}

func connectPostgres(ctx context.Context, address string, opt Options) (*Store, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		// The cause would quote the address, and with it perhaps a password.
		return nil, errors.New("open store: the PostgreSQL address cannot be understood (it is not shown, since it may hold a password); write postgres://USER@HOST:PORT/DATABASE")
	}
	// Held by the server, whatever this program does.
	if opt.ReadOnly {
		cfg.RuntimeParams["default_transaction_read_only"] = "on"
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "estray"
	}
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(openConnections)
	db.SetMaxIdleConns(openConnections)
	s := &Store{
		db: db, dialect: postgresDialect(), secret: cfg.Password, grab: advisoryLock(db),
		name: fmt.Sprintf("postgres://%s@%s:%d/%s", cfg.User, cfg.Host, cfg.Port, cfg.Database),
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(s.explain("open", err), db.Close())
	}
	return s, nil
}

// advisoryLock holds the store by a lock of a session of its own: the server
// frees it when the session ends, however it ends.
func advisoryLock(db *sql.DB) grab {
	return func(ctx context.Context, holder string) (func() error, string, error) {
		// The lock belongs to the session, and the pool would hand the session
		// on.
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, "", err
		}
		var got bool
		err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(hashtext('estray scan'), hashtext(current_schema()))`).Scan(&got)
		if err != nil {
			return nil, "", errors.Join(err, conn.Close())
		}
		if !got {
			var text string
			err := conn.QueryRowContext(ctx, `SELECT text FROM holder WHERE one = 1`).Scan(&text)
			if errors.Is(err, sql.ErrNoRows) { // it has the lock and has not written its name yet
				text, err = "unknown", nil
			}
			return nil, text, errors.Join(err, conn.Close())
		}
		release := func() error {
			// The caller's context may be over; the lock must go all the same.
			ctx := context.WithoutCancel(ctx)
			_, err := conn.ExecContext(ctx, `DELETE FROM holder`)
			_, unlock := conn.ExecContext(ctx, `SELECT pg_advisory_unlock(hashtext('estray scan'), hashtext(current_schema()))`)
			return errors.Join(err, unlock, conn.Close())
		}
		_, err = conn.ExecContext(ctx, `INSERT INTO holder (one, text) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET text = excluded.text`, holder)
		if err != nil {
			return nil, "", errors.Join(err, release())
		}
		return release, "", nil
	}
}
