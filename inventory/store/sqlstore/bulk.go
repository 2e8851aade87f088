package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
)

// maxParams bounds the parameters of one statement: SQLite takes 32,766,
// PostgreSQL 65,535. Fewer keep a statement's text small.
const maxParams = 3000

// bulk is a statement over many rows of values: head, then row once for each,
// divided by commas, then tail. A row is "(?, ?, CAST(? AS TEXT))".
type bulk struct{ head, row, tail string }

// tx is the open transaction of one batch, in one dialect.
type tx struct {
	*sql.Tx
	dialect dialect
}

// bytesRow is a row of n placeholders for bytes, where nothing else tells the
// database their type.
func (t tx) bytesRow(n int) string {
	one := "CAST(? AS " + t.dialect.bytes + ")"
	return "(" + strings.Repeat(one+", ", n-1) + one + ")"
}

// rebind writes placeholders as the dialect wants them. No statement of this
// package holds a question mark that is none.
func rebind(numbered bool, query string) string {
	if !numbered {
		return query
	}
	var out strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			out.WriteString("$" + strconv.Itoa(n))
		}
		out.WriteString(part)
		n++
	}
	return out.String()
}

// run executes the statement over all rows, in pieces; scan is called for each
// row that the statement returns. Pieces of one size share a prepared statement.
func (t tx) run(ctx context.Context, b bulk, rows [][]any, scan func(*sql.Rows) error) error {
	if len(rows) == 0 {
		return nil
	}
	size := max(1, maxParams/len(rows[0]))
	whole := len(rows) / size * size
	// A statement that runs once is not worth preparing: that is a round trip
	// to the server of its own.
	if whole > size {
		stmt, err := t.PrepareContext(ctx, rebind(t.dialect.numbered, b.text(size)))
		if err != nil {
			return err
		}
		defer stmt.Close() //nolint:errcheck // the transaction ends it
		for start := 0; start < whole; start += size {
			if err := execute(ctx, prepared{stmt}, "", flat(rows[start:start+size]), scan); err != nil {
				return err
			}
		}
		rows = rows[whole:]
	}
	for piece := range slices.Chunk(rows, size) {
		if err := t.each(ctx, b.text(len(piece)), flat(piece), scan); err != nil {
			return err
		}
	}
	return nil
}

// text is the statement over n rows.
func (b bulk) text(n int) string {
	return b.head + strings.Repeat(b.row+", ", n-1) + b.row + b.tail
}

func flat(rows [][]any) []any {
	args := make([]any, 0, len(rows)*len(rows[0]))
	for _, r := range rows {
		args = append(args, r...)
	}
	return args
}

// each runs one statement and calls scan for each row that it returns.
func (t tx) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	return execute(ctx, t.Tx, rebind(t.dialect.numbered, query), args, scan)
}

// executor runs statements: a transaction, or one statement that is prepared.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// prepared is a statement that needs no text any more.
type prepared struct{ *sql.Stmt }

// ExecContext runs the statement.
func (p prepared) ExecContext(ctx context.Context, _ string, args ...any) (sql.Result, error) {
	return p.Stmt.ExecContext(ctx, args...)
}

// QueryContext runs the statement and returns its rows.
func (p prepared) QueryContext(ctx context.Context, _ string, args ...any) (*sql.Rows, error) {
	return p.Stmt.QueryContext(ctx, args...)
}

func execute(ctx context.Context, on executor, query string, args []any, scan func(*sql.Rows) error) error {
	if scan == nil {
		_, err := on.ExecContext(ctx, query, args...)
		return err
	}
	rows, err := on.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err below reports what went wrong
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
