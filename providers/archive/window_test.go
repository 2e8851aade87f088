// The window and the ids are no part of what the package offers, so that they
// are tested from inside.
package archive

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const hexDigits = "0123456789abcdefABCDEF"

func TestIDsOfUUIDsAreTheirBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`).Draw(t, "uuid")
		want, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
		if err != nil {
			t.Fatal(err)
		}
		if recordID(want).hashed() {
			t.Skip("a UUID that nobody issues")
		}
		if got := idOf([]byte(text)); got != recordID(want) {
			t.Fatalf("idOf(%q) = %x, want %x", text, got, want)
		}
		if a, b := idOf([]byte(strings.ToUpper(text))), idOf([]byte(strings.ToLower(text))); a != b {
			t.Fatalf("%q has two ids: %x and %x", text, a, b)
		}
	})
}

// hashed reports whether the id has the version and variant of hashes.
func (id recordID) hashed() bool { return id[6] >= 0xf0 && id[8] >= 0xe0 }

// hashOfText is what the standard library makes of a text, with the mark.
func hashOfText(text string) recordID {
	h := fnv.New128a()
	h.Write([]byte(text))
	id := recordID(h.Sum(nil))
	id[6] |= 0xf0
	id[8] |= 0xe0
	return id
}

func TestIDsOfOtherTextsAreMarkedHashes(t *testing.T) {
	const uuid = "12345678-9abc-4def-8123-456789abcdef"
	texts := []string{
		"x", "e1a2", "1f7kxq9g2s3ab", "\x00", uuid[1:], uuid + "0", "{" + uuid[:34] + "}", strings.Repeat("-", 36),
		strings.ReplaceAll(uuid, "-", "_"), "123456789-abc-4def-8123-456789abcdef", strings.Repeat("long", 1000),
		"00000000-0000-f000-e000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
	}
	// Each character that is no digit, in each place.
	for place, digit := range []byte(uuid) {
		for c := range 256 {
			if digit == '-' && c == '-' || digit != '-' && strings.IndexByte(hexDigits, byte(c)) >= 0 {
				continue
			}
			text := []byte(uuid)
			text[place] = byte(c)
			texts = append(texts, string(text))
		}
	}
	for _, text := range texts {
		if got, want := idOf([]byte(text)), hashOfText(text); got != want {
			t.Errorf("idOf(%q) = %x, want %x", text, got, want)
		}
		if got := idOf([]byte(text)); !got.hashed() {
			t.Errorf("idOf(%q) = %x: it may be confused with a UUID", text, got)
		}
	}
}

func TestIDsOfNothingAreZero(t *testing.T) {
	if got := idOf([]byte("")); got != (recordID{}) {
		t.Errorf(`an empty text has the id %x`, got)
	}
	var w recent
	for range 3 {
		if !w.add(idOf(nil)) {
			t.Error("a record without an id was taken for a duplicate")
		}
	}
	if len(w.ids) != 0 {
		t.Error("a record without an id took a place")
	}
}

// numbered gives ids that differ in few bits, as those given out in order do.
func numbered(n int) (id recordID) {
	binary.BigEndian.PutUint32(id[:4], uint32(n+1))
	return id
}

// lastOf is the window as it is documented, done slowly.
type lastOf struct {
	size int
	ids  []recordID
}

func (l *lastOf) add(id recordID) bool {
	if slices.Contains(l.ids, id) {
		return false
	}
	l.ids = append(l.ids, id)
	l.ids = l.ids[max(0, len(l.ids)-l.size):]
	return true
}

func TestWindowHoldsExactlyTheLastIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{1, 2, 3, 7, 8, 31, 255, 256, 257, 600}).Draw(t, "size")
		w, want := recent{size: size}, lastOf{size: size}
		kinds := rapid.IntRange(1, 3*size).Draw(t, "kinds")
		// Runs of ids in order wrap the ring; single ones hit what it still holds.
		for i, from := range rapid.SliceOfN(rapid.IntRange(0, kinds), 1, 40).Draw(t, "ids") {
			for n := range 1 + (from*7+i)%(size+3) {
				id := numbered((from + n) % kinds)
				if got, want := w.add(id), want.add(id); got != want {
					t.Fatalf("size %d: add(%x) = %v, want %v", size, id, got, want)
				}
			}
		}
		if len(w.slots) < 2*len(w.ids) {
			t.Fatalf("%d slots for %d ids", len(w.slots), len(w.ids))
		}
		if used := len(slices.DeleteFunc(slices.Clone(w.slots), func(s uint64) bool { return s == 0 })); used != len(w.ids) {
			t.Fatalf("%d slots are used for %d ids", used, len(w.ids))
		}
	})
}

// TestWindowClosesGapsWhereIDsCrowd holds ids whose probing begins in very few
// slots, at the end of the table, so that chains are long and wrap.
func TestWindowClosesGapsWhereIDsCrowd(t *testing.T) {
	const size = 16
	var crowd []recordID
	for n := 0; len(crowd) < 3*size; n++ {
		if id := numbered(n); id.hash()&31 >= 29 {
			crowd = append(crowd, id)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		w, want := recent{size: size}, lastOf{size: size}
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, len(crowd)-1), 1, 300).Draw(t, "ids") {
			if got, want := w.add(crowd[n]), want.add(crowd[n]); got != want {
				t.Fatalf("add(%d) = %v, want %v", n, got, want)
			}
		}
	})
}

func TestWindowTellsIDsOfOneHashApart(t *testing.T) {
	var w recent
	for n := range 300 {
		id := numbered(0)
		binary.LittleEndian.PutUint64(id[:8], 0x9e3779b97f4a7c15) // what makes any hash 0
		id[15], id[14] = byte(n), byte(n>>8)
		if id.hash() != 0 {
			t.Fatalf("%x has the hash %x, so that this shows nothing", id, id.hash())
		}
		if !w.add(id) || w.add(id) {
			t.Fatalf("%x was taken for another", id)
		}
	}
}

func TestWindowForgetsTheIDBeforeTheLast131072(t *testing.T) {
	var w recent
	for n := range windowSize {
		if !w.add(numbered(n)) {
			t.Fatalf("id %d was taken for a duplicate", n)
		}
	}
	if w.add(numbered(0)) {
		t.Error("the first of 131,072 ids is forgotten")
	}
	// The duplicate before did not refresh the place of id 0.
	if !w.add(numbered(windowSize)) || !w.add(numbered(0)) {
		t.Error("the id before the last 131,072 is still held")
	}
	if w.add(numbered(2)) {
		t.Error("an id among the last 131,072 is forgotten")
	}
	if bytes := 16*cap(w.ids) + 8*len(w.slots); bytes > 5<<20 {
		t.Errorf("a full window takes %d bytes", bytes)
	}
}

func TestWindowOfASmallLogIsSmall(t *testing.T) {
	var w recent
	for n := range 200 {
		w.add(numbered(n))
	}
	if bytes := 16*cap(w.ids) + 8*len(w.slots); bytes > 16<<10 {
		t.Errorf("200 ids take %d bytes", bytes)
	}
}

func TestWindowAllocatesNothingWhenFull(t *testing.T) {
	w, next := fullWindow(), windowSize
	uuid := []byte("12345678-9abc-4def-8123-456789abcdef")
	word := strings.Repeat("w", 300)
	allocs := testing.AllocsPerRun(1000, func() {
		w.add(numbered(next))
		w.add(idOf(uuid))
		w.add(idOf([]byte(word)))
		next++
	})
	if allocs != 0 {
		t.Errorf("%v allocations for an id", allocs)
	}
}

func fullWindow() *recent {
	var w recent
	for n := range windowSize {
		w.add(numbered(n))
	}
	return &w
}

func BenchmarkIDOfUUID(b *testing.B) {
	text := []byte("12345678-9abc-4def-8123-456789abcdef")
	for b.Loop() {
		idOf(text)
	}
}

func BenchmarkIDOfWord(b *testing.B) {
	for b.Loop() {
		idOf([]byte("1f7kxq9g2s3ab1f7kxq9"))
	}
}

func BenchmarkWindowAdd(b *testing.B) {
	w, ids := fullWindow(), make([]recordID, 4*windowSize)
	for i := range ids {
		ids[i] = hashOfText(fmt.Sprint(i))
	}
	n := 0
	for b.Loop() {
		w.add(ids[n%len(ids)])
		n++
	}
}
