package sqlstore

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// dialect is what differs between the databases.
type dialect struct {
	name     string
	goose    goose.Dialect
	numbered bool   // placeholders are $1, $2, ...
	bytes    string // the type for bytes
	// serialize makes a writing transaction wait for the others; empty where
	// the database does so by itself.
	serialize string
	// snapshot is the isolation at which a reader sees one state throughout.
	snapshot sql.IsolationLevel
	// foreign counts tables that are not ours in a store without a schema
	// version; empty where others may share the database.
	foreign string
	// cure says what to do about an error; empty if nothing is known.
	cure func(error) string
}

// grab tries to take the lock of the store for a scan. It returns how to let
// go of it, or who holds it.
type grab func(ctx context.Context, holder string) (release func() error, held string, err error)
