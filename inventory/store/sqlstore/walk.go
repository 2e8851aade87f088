package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/estray/estray/inventory"
)

// pageRows and pageBytes bound what one page of a walk holds.
const (
	pageRows  = 1000
	pageBytes = 8 << 20
)

// walk streams the events up to the instant at. It reads page by page and
// holds nothing open between them, so that whoever receives an event may ask
// the store again.
func (s *Store) walk(at time.Time) inventory.Walk {
	return func(ctx context.Context, f inventory.Filter, yield func(inventory.Event) error) error {
		query, args, err := eventQuery(at, f)
		if err != nil {
			return err
		}
		after := cursor{account: []byte{}, id: []byte{}}
		for {
			page, next, err := s.page(ctx, query, append(args, after.at, after.account, after.id, pageRows))
			if err != nil {
				return err
			}
			for _, stored := range page {
				e, err := readEvent(stored.body, stored.record)
				if err != nil {
					return s.explain("read events from", err)
				}
				if f.Acts && e.Looks() {
					continue // stored by the first schema, which told none apart
				}
				if err := yield(e); err != nil {
					return err
				}
			}
			if len(page) == 0 {
				return nil
			}
			after = next
		}
	}
}

// cursor is the key of the last event of a page.
type cursor struct {
	at          string
	account, id []byte
}

// stored is an event as it is read.
type stored struct{ body, record []byte }

// page reads the events after a cursor: up to pageRows, and no more after
// pageBytes.
func (s *Store) page(ctx context.Context, query string, args []any) ([]stored, cursor, error) {
	var all []stored
	var last cursor
	size := 0
	err := s.read(ctx, "read events from", func(t tx) error {
		rows, err := t.QueryContext(ctx, rebind(t.dialect.numbered, query), args...)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // Err below reports what went wrong
		for size < pageBytes && rows.Next() {
			var e stored
			if err := rows.Scan(&last.at, &last.account, &last.id, &e.body, &e.record); err != nil {
				return err
			}
			all = append(all, e)
			size += len(e.body) + len(e.record)
		}
		return rows.Err()
	})
	return all, last, err
}

// eventQuery writes the query for a filter; the cursor and the number of rows
// are its last parameters.
func eventQuery(at time.Time, f inventory.Filter) (string, []any, error) {
	until := at.Add(time.Nanosecond) // an event at the instant belongs to the view
	if !f.Until.IsZero() && f.Until.Before(until) {
		until = f.Until
	}
	since, err := timeText(f.Since)
	if err != nil {
		return "", nil, err
	}
	end, err := timeText(until)
	if err != nil {
		return "", nil, err
	}
	prefix := "e"
	var from string
	var args []any
	// The key of event_assets holds the instant, so that the index gives the
	// events of an asset in order, and no more of them than a page.
	if f.Asset != "" {
		prefix = "x"
		from = `event_assets x JOIN events e ON e.account = x.account AND e.id = x.id WHERE x.asset IN (?` + strings.Repeat(`, ?`, len(f.Also)) + `) AND `
		for _, id := range append([]inventory.AssetID{f.Asset}, f.Also...) {
			args = append(args, key(string(id)))
		}
	} else {
		from = `events e WHERE `
	}
	from += prefix + `.at >= ? AND ` + prefix + `.at < ?`
	args = append(args, since, end)
	if f.Action != "" {
		from, args = from+` AND e.action = ?`, append(args, key(string(f.Action)))
	}
	if f.Principal != "" {
		from, args = from+` AND e.principal = ?`, append(args, key(f.Principal))
	}
	if f.Acts || !mayLook(f.Action) {
		from += ` AND e.looks = 0` // which lets the indexes over acts be used
	}
	// A cursor and no OFFSET: a page costs the same wherever it lies, and what
	// is stored during the walk shifts none.
	columns := prefix + `.at, ` + prefix + `.account, ` + prefix + `.id`
	from += ` AND (` + columns + `) > (?, ?, ?) ORDER BY ` + columns + ` LIMIT ?`
	if len(f.Also) == 0 {
		return `SELECT ` + columns + `, e.body, e.record FROM ` + from, args, nil
	}
	// Listed under several of the ids, an event comes once; the bodies are read of
	// the page alone.
	return `SELECT k.at, k.account, k.id, b.body, b.record FROM (SELECT DISTINCT ` + columns + ` FROM ` + from + `) k
		JOIN events b ON b.account = k.account AND b.id = k.id ORDER BY k.at, k.account, k.id`, args, nil
}

// mayLook reports whether events of the action, or of any where it is empty,
// may be such as only look.
func mayLook(a inventory.Action) bool {
	return a == "" || inventory.Event{ReadOnly: true, Action: a}.Looks()
}
