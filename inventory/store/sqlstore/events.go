package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/estray/estray/inventory"
)

// eventsPerPiece bounds how many events of a batch are in work at once, and so
// the rows held beside the batch.
const eventsPerPiece = 2000

// eventRow is an event as it is stored. Account and id are its key.
type eventRow struct {
	account, id, action, principal []byte
	at                             string
	assets                         [][]byte
	provenance                     inventory.Provenance
	corrected                      bool
	looks                          int    // 1: the event only looks, so that a walk over acts passes it by
	body                           []byte // without the record
	record                         []byte // of the event; nil: there is none
}

func newEventRow(e inventory.Event) (eventRow, error) {
	e.Time = e.Time.Round(0).UTC()
	at, err := timeText(e.Time)
	if err != nil {
		return eventRow{}, fmt.Errorf("encode event %s: %w", e.ID, err)
	}
	record := e.Record
	// Found out only when somebody reads the event, it would spoil that reading
	// for good.
	if len(record) > 0 && !json.Valid(record) {
		return eventRow{}, fmt.Errorf("encode event %s: its record is no JSON", e.ID)
	}
	// Kept in a column of its own: it is the larger part of most events, and
	// goes out as it came in, without being decoded.
	e.Record = nil
	body, err := json.Marshal(e)
	if err != nil {
		return eventRow{}, fmt.Errorf("encode event %s: %w", e.ID, err)
	}
	r := eventRow{
		account: key(e.Scope.Account), id: key(e.ID), at: at, body: body, record: record,
		action: key(string(e.Action)), principal: key(e.Principal.ID), provenance: e.Provenance,
		corrected: e.Correction != "",
	}
	if e.Looks() {
		r.looks = 1
	}
	for _, a := range e.About() {
		r.assets = append(r.assets, key(string(a)))
	}
	return r, nil
}

// readEvent decodes a stored event. The first schema kept the record in the
// body.
func readEvent(body, record []byte) (inventory.Event, error) {
	var e inventory.Event
	if err := json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("decode stored event: %w", err)
	}
	if len(record) > 0 {
		e.Record = record
	}
	return e, nil
}

// readEventRow decodes a stored event into its row.
func readEventRow(body, record []byte) (eventRow, error) {
	e, err := readEvent(body, record)
	if err != nil {
		return eventRow{}, err
	}
	return newEventRow(e)
}

// compareCopies orders two copies of one event: the smaller one is kept,
// whatever the order of reading. What the vendor corrected is smaller than what
// it logged first.
func compareCopies(a, b eventRow) int {
	if a.corrected != b.corrected {
		if a.corrected {
			return -1
		}
		return 1
	}
	return cmp.Or(a.provenance.Compare(b.provenance), bytes.Compare(a.body, b.body), bytes.Compare(a.record, b.record))
}

func (r eventRow) key() string { return string(r.account) + "\x00" + string(r.id) }

func compareKeys(a, b eventRow) int {
	return cmp.Or(bytes.Compare(a.account, b.account), bytes.Compare(a.id, b.id))
}

// writeEvents stores the events that are new, and those that replace a copy.
func (f *facts) writeEvents(ctx context.Context, t tx) error {
	// The smallest copy comes first among those of one key, and that is the one
	// that CompactFunc keeps.
	slices.SortFunc(f.events, func(a, b eventRow) int { return cmp.Or(compareKeys(a, b), compareCopies(a, b)) })
	rows := slices.CompactFunc(f.events, func(a, b eventRow) bool { return compareKeys(a, b) == 0 })
	for piece := range slices.Chunk(rows, eventsPerPiece) {
		if err := writeEventPiece(ctx, t, piece); err != nil {
			return err
		}
	}
	return nil
}

func writeEventPiece(ctx context.Context, t tx, piece []eventRow) error {
	inserted, err := insertEvents(ctx, t, piece)
	if err != nil {
		return err
	}
	var link, known []eventRow
	for _, r := range piece {
		if inserted[r.key()] {
			link = append(link, r)
		} else {
			known = append(known, r)
		}
	}
	replaced, err := replaceEvents(ctx, t, known)
	if err != nil {
		return err
	}
	return linkEvents(ctx, t, append(link, replaced...))
}

// insertEvents returns the keys of those events that were not there.
func insertEvents(ctx context.Context, t tx, piece []eventRow) (map[string]bool, error) {
	var rows [][]any
	for _, r := range piece {
		rows = append(rows, []any{r.account, r.id, r.at, r.action, r.principal, r.looks, r.body, r.record})
	}
	// What the statement returns tells new from known in the same round trip;
	// only the known ones are then read and compared.
	inserted := map[string]bool{}
	err := t.run(ctx, bulk{
		head: `INSERT INTO events (account, id, at, action, principal, looks, body, record) VALUES `, row: `(?, ?, ?, ?, ?, ?, ?, ?)`,
		tail: ` ON CONFLICT (account, id) DO NOTHING RETURNING account, id`,
	}, rows, func(r *sql.Rows) error {
		var e eventRow
		err := r.Scan(&e.account, &e.id)
		inserted[e.key()] = true
		return err
	})
	return inserted, err
}

// replaceEvents puts a copy in the place of a stored one where it is the
// smaller, and returns those that it put.
func replaceEvents(ctx context.Context, t tx, known []eventRow) ([]eventRow, error) {
	stored, err := loadEvents(ctx, t, known)
	if err != nil {
		return nil, err
	}
	var replaced []eventRow
	for _, r := range known {
		old, ok := stored[r.key()]
		if !ok {
			return nil, fmt.Errorf("replace event %q: its row is gone", r.id)
		}
		if compareCopies(r, old) >= 0 {
			continue
		}
		// The stored copy may name assets that the smaller one does not; the
		// event must not be found under those any more.
		for _, a := range old.assets {
			err := t.each(ctx, `DELETE FROM event_assets WHERE asset = ? AND at = ? AND account = ? AND id = ?`,
				[]any{a, old.at, r.account, r.id}, nil)
			if err != nil {
				return nil, err
			}
		}
		err := t.each(ctx, `UPDATE events SET at = ?, action = ?, principal = ?, looks = ?, body = ?, record = ? WHERE account = ? AND id = ?`,
			[]any{r.at, r.action, r.principal, r.looks, r.body, r.record, r.account, r.id}, nil)
		if err != nil {
			return nil, err
		}
		replaced = append(replaced, r)
	}
	return replaced, nil
}

func loadEvents(ctx context.Context, t tx, known []eventRow) (map[string]eventRow, error) {
	var rows [][]any
	for _, r := range known {
		rows = append(rows, []any{r.account, r.id})
	}
	stored := map[string]eventRow{}
	err := t.run(ctx, bulk{
		head: `SELECT account, id, body, record FROM events WHERE (account, id) IN (VALUES `, row: t.bytesRow(2), tail: `)`,
	}, rows, func(r *sql.Rows) error {
		var account, id, body, record []byte
		if err := r.Scan(&account, &id, &body, &record); err != nil {
			return err
		}
		old, err := readEventRow(body, record)
		old.account, old.id = account, id
		stored[old.key()] = old
		return err
	})
	return stored, err
}

// linkEvents lists the events under the ids that they are about.
func linkEvents(ctx context.Context, t tx, all []eventRow) error {
	var rows [][]any
	for _, r := range all {
		for _, a := range r.assets {
			rows = append(rows, []any{a, r.at, r.account, r.id})
		}
	}
	return t.run(ctx, bulk{
		head: `INSERT INTO event_assets (asset, at, account, id) VALUES `, row: `(?, ?, ?, ?)`,
		tail: ` ON CONFLICT (asset, at, account, id) DO NOTHING`,
	}, rows, nil)
}
