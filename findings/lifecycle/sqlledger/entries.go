package sqlledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/estray/estray/findings/lifecycle"
)

// row is an entry as the table holds it. The body leaves last_seen out.
type row struct {
	digest   string
	lastSeen sql.NullString
	body     []byte
}

// Load implements lifecycle.Ledger. It is one statement, so that what it
// returns is of one instant.
func (l *Ledger) Load(ctx context.Context) ([]lifecycle.Entry, error) {
	if l.absent {
		return nil, nil
	}
	entries, revision, err := l.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load findings ledger: %w", err)
	}
	l.revision = revision
	lifecycle.Sort(entries)
	return entries, nil
}

func (l *Ledger) load(ctx context.Context) (entries []lifecycle.Entry, revision int64, err error) {
	// A left join, so that an empty ledger has a revision too: a save is held
	// against it.
	rows, err := l.db.QueryContext(ctx, `SELECT s.revision, s.seen, e.id, e.last_seen, e.body
		FROM estray_ledger_state s LEFT JOIN estray_ledger_entries e ON s.id = 1`)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close() //nolint:errcheck // Err tells what went wrong; closing a read loses nothing
	for rows.Next() {
		var seen string
		var id, lastSeen, body sql.NullString
		if err := rows.Scan(&revision, &seen, &id, &lastSeen, &body); err != nil {
			return nil, 0, err
		}
		if !id.Valid {
			continue // the ledger is empty
		}
		if lastSeen.Valid {
			seen = lastSeen.String
		}
		e, err := decode(body.String, seen)
		if err != nil {
			return nil, 0, fmt.Errorf("read entry %s: %w", id.String, err)
		}
		entries = append(entries, e)
	}
	return entries, revision, rows.Err()
}

func decode(body, seen string) (lifecycle.Entry, error) {
	var e lifecycle.Entry
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		return e, err
	}
	var err error
	e.LastSeen, err = parseTime(seen)
	return e, err
}

// encode gives the row of an entry. An entry seen at the instant seen leaves
// its own last_seen empty.
func encode(e lifecycle.Entry, seen time.Time) (row, error) {
	var r row
	if !e.LastSeen.Equal(seen) {
		r.lastSeen = sql.NullString{String: formatTime(e.LastSeen), Valid: true}
	}
	// It moves with every scan, and would change the digest of every entry.
	e.LastSeen = time.Time{}
	var err error
	if r.body, err = json.Marshal(e); err != nil {
		return r, err
	}
	sum := sha256.Sum256(r.body)
	r.digest = hex.EncodeToString(sum[:])
	return r, nil
}

// Save implements lifecycle.Ledger.
func (l *Ledger) Save(ctx context.Context, all []lifecycle.Entry) error {
	err := l.write(ctx, func(tx *sql.Tx) error { return l.save(ctx, tx, all) })
	if err != nil {
		return fmt.Errorf("save findings ledger: %w", err)
	}
	// Without a Load before there is none to count on from.
	if l.revision >= 0 {
		l.revision++
	}
	return nil
}

func (l *Ledger) save(ctx context.Context, tx *sql.Tx, all []lifecycle.Entry) error {
	var seen time.Time
	for _, e := range all {
		if e.LastSeen.After(seen) {
			seen = e.LastSeen
		}
	}
	if err := l.advance(ctx, tx, seen); err != nil {
		return err
	}
	stored, err := l.stored(ctx, tx)
	if err != nil {
		return err
	}
	// Only what differs is written, told by its digest: reading all bodies
	// would cost what it saves.
	put, err := tx.PrepareContext(ctx, l.sql(`INSERT INTO estray_ledger_entries (id, digest, last_seen, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, last_seen = excluded.last_seen, body = excluded.body`))
	if err != nil {
		return err
	}
	defer put.Close() //nolint:errcheck // it ends with the transaction, whose commit is checked
	for _, e := range all {
		r, err := encode(e, seen)
		if err != nil {
			return fmt.Errorf("write entry %s: %w", e.ID, err)
		}
		old, ok := stored[e.ID]
		delete(stored, e.ID)
		if ok && old.digest == r.digest && old.lastSeen == r.lastSeen {
			continue
		}
		if _, err := put.ExecContext(ctx, e.ID, r.digest, r.lastSeen, string(r.body)); err != nil {
			return fmt.Errorf("write entry %s: %w", e.ID, err)
		}
	}
	// A save is of the whole ledger, so what it does not name is gone.
	for id := range stored {
		if _, err := tx.ExecContext(ctx, l.sql(`DELETE FROM estray_ledger_entries WHERE id = $1`), id); err != nil {
			return fmt.Errorf("remove entry %s: %w", id, err)
		}
	}
	return nil
}

// advance counts the save. It is the transaction's first statement, so that
// of two savers the second waits here, and then finds that it is late.
func (l *Ledger) advance(ctx context.Context, tx *sql.Tx, seen time.Time) error {
	res, err := tx.ExecContext(ctx, l.sql(`UPDATE estray_ledger_state SET revision = revision + 1, seen = $1
		WHERE id = 1 AND (revision = $2 OR $3 < 0)`), formatTime(seen), l.revision, l.revision)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = lifecycle.ErrChanged
	}
	return err
}

func (l *Ledger) stored(ctx context.Context, tx *sql.Tx) (map[string]row, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, digest, last_seen FROM estray_ledger_entries`)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells what went wrong; closing a read loses nothing
	out := map[string]row{}
	for rows.Next() {
		var id string
		var r row
		if err := rows.Scan(&id, &r.digest, &r.lastSeen); err != nil {
			return nil, err
		}
		out[id] = r
	}
	return out, rows.Err()
}
