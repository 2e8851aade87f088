package sqlstore

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// timeLayout has one width for all years from 0 to 9999, so that times sort as
// text in every database.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// maxKey is the longest text that goes into an index as it is. PostgreSQL
// refuses index rows of more than 2,704 bytes; the widest index holds three
// texts and a time.
const maxKey = 600

// maxSeconds are the seconds between the ends of the years that a text can hold.
const maxSeconds = 10_000 * 366 * 24 * 3600

// timeText writes t as a column holds it.
func timeText(t time.Time) (string, error) {
	u := t.UTC()
	if y := u.Year(); y < 0 || y > 9999 {
		return "", fmt.Errorf("write time: year %d is outside 0 to 9999", y)
	}
	return u.Format(timeLayout), nil
}

// readTime reads what timeText writes.
func readTime(s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("read time: %w", err)
	}
	return t, nil
}

// key makes a text from outside fit for an index: as bytes, since it may hold
// what no text column takes; as encoding/json would write it, so that it
// agrees with the stored body; and cut, with a digest, where it is too long.
func key(s string) []byte {
	if !utf8.ValidString(s) {
		s = throughJSON(s)
	}
	if len(s) <= maxKey {
		return []byte(s)
	}
	sum := sha256.Sum256([]byte(s))
	return []byte(s[:maxKey-2*len(sum)-1] + "#" + hex.EncodeToString(sum[:]))
}

// throughJSON replaces what is no UTF-8 just as the stored body does.
func throughJSON(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return s
	}
	out := s
	if err := json.Unmarshal(raw, &out); err != nil {
		return s
	}
	return out
}

// digest identifies a body of any length.
func digest(body []byte) []byte {
	sum := sha256.Sum256(body)
	return sum[:]
}

// packLater writes the instants after the first: for each the seconds since
// the one before, and its nanoseconds.
func packLater(all []time.Time) []byte {
	out := []byte{}
	// Scans come hours or days apart, so that an instant takes a few bytes. The
	// nanoseconds are whole: their difference may be negative.
	for i := 1; i < len(all); i++ {
		out = binary.AppendUvarint(out, uint64(all[i].Unix()-all[i-1].Unix()))
		out = binary.AppendUvarint(out, uint64(all[i].Nanosecond()))
	}
	return out
}

// unpackLater reads what packLater writes; the result begins with first.
func unpackLater(first time.Time, packed []byte) ([]time.Time, error) {
	out := []time.Time{first}
	for len(packed) > 0 {
		seconds, n := binary.Uvarint(packed)
		nanos, m := binary.Uvarint(packed[max(n, 0):])
		if n <= 0 || m <= 0 || seconds > maxSeconds || nanos >= uint64(time.Second) {
			return nil, errors.New("read instants: the bytes are damaged")
		}
		packed = packed[n+m:]
		last := out[len(out)-1]
		next := time.Unix(last.Unix()+int64(seconds), int64(nanos)).UTC()
		if !next.After(last) {
			return nil, errors.New("read instants: they go back")
		}
		out = append(out, next)
	}
	return out, nil
}
