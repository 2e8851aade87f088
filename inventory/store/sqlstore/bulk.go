package sqlstore

import (
	"context"
	"database/sql"
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
// row that the statement returns.
func (t tx) run(ctx context.Context, b bulk, rows [][]any, scan func(*sql.Rows) error) error {
	if len(rows) == 0 {
		return nil
	}
	size := max(1, maxParams/len(rows[0]))
	for start := 0; start < len(rows); start += size {
		piece := rows[start:min(start+size, len(rows))]
		args := make([]any, 0, len(piece)*len(rows[0]))
		for _, r := range piece {
			args = append(args, r...)
		}
		text := b.head + strings.Repeat(b.row+", ", len(piece)-1) + b.row + b.tail
		if err := t.each(ctx, text, args, scan); err != nil {
			return err
		}
	}
	return nil
}

// each runs one statement and calls scan for each row that it returns.
func (t tx) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	query = rebind(t.dialect.numbered, query)
	if scan == nil {
		_, err := t.ExecContext(ctx, query, args...)
		return err
	}
	rows, err := t.QueryContext(ctx, query, args...)
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
