package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// word is one entry of a lexicon: the texts that are kept in a row of their own
// and stand elsewhere as its number.
type word interface {
	comparable
	// columns are what the row holds, beside number and digest.
	columns() []any
}

// usageIdentity says who acted.
type usageIdentity struct{ identity, asset string }

func (w usageIdentity) columns() []any { return []any{wholeText(w.identity), wholeText(w.asset)} }

// usageCall says what was called.
type usageCall struct {
	service, name, outcome string
	overflow               bool
}

func (w usageCall) columns() []any {
	overflow := 0
	if w.overflow {
		overflow = 1
	}
	return []any{wholeText(w.service), wholeText(w.name), wholeText(w.outcome), overflow}
}

// usagePart says where it was counted.
type usagePart struct{ part, provider, account, region string }

func (w usagePart) columns() []any {
	return []any{wholeText(w.part), wholeText(w.provider), wholeText(w.account), wholeText(w.region)}
}

// wholeText is a text as it is kept: whole, in bytes, as encoding/json would
// write it, so that it agrees with what assets and events are called.
func wholeText(s string) []byte {
	if !utf8.ValidString(s) {
		s = throughJSON(s)
	}
	return []byte(s)
}

// lexicon holds the words of a batch, each once.
type lexicon[W word] struct {
	places map[W]int64
	words  []W
}

// place says where in the lexicon a word is, and adds it if it is new.
func (l *lexicon[W]) place(w W) int64 {
	n, ok := l.places[w]
	if !ok {
		if l.places == nil {
			l.places = map[W]int64{}
		}
		n = int64(len(l.words))
		l.places[w], l.words = n, append(l.words, w)
	}
	return n
}

// numbers gives each word of the lexicon, by its place, the number of its row.
// Words that the table, given with its columns, does not hold are added.
func (l *lexicon[W]) numbers(ctx context.Context, t tx, table string) ([]int64, error) {
	digests := make([]string, len(l.words))
	var asked [][]any
	for i, w := range l.words {
		digests[i] = digestOf(w.columns())
		asked = append(asked, []any{[]byte(digests[i])})
	}
	known := make(map[string]int64, len(l.words))
	take := func(r *sql.Rows) error {
		var digest []byte
		var no int64
		err := r.Scan(&digest, &no)
		known[string(digest)] = no
		return err
	}
	name, _, _ := strings.Cut(table, " ")
	if err := t.run(ctx, bulk{head: `SELECT digest, no FROM ` + name + ` WHERE digest IN (`, row: `?`, tail: `)`}, asked, take); err != nil {
		return nil, err
	}
	// Asked for first: in most batches nothing is new. No other writer adds any
	// in between.
	var missing [][]any
	for i, w := range l.words {
		if _, ok := known[digests[i]]; !ok {
			missing = append(missing, append([]any{[]byte(digests[i])}, w.columns()...))
			known[digests[i]] = 0 // two words may be stored alike
		}
	}
	row := "(?" + strings.Repeat(", ?", strings.Count(table, ",")) + ")"
	if err := t.run(ctx, bulk{head: `INSERT INTO ` + table + ` VALUES `, row: row, tail: ` RETURNING digest, no`}, missing, take); err != nil {
		return nil, err
	}
	out := make([]int64, len(l.words))
	for i, d := range digests {
		out[i] = known[d]
	}
	return out, nil
}

// digestOf identifies the columns of a word, by their lengths and texts.
func digestOf(columns []any) string {
	h := sha256.New()
	var length [8]byte
	for _, c := range columns {
		text, ok := c.([]byte)
		if !ok { // a flag
			n, _ := c.(int)
			text = []byte{byte(n)}
		}
		binary.BigEndian.PutUint64(length[:], uint64(len(text)))
		h.Write(length[:])
		h.Write(text)
	}
	return string(h.Sum(nil))
}
