//go:build libdeflate

package inflate_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/estray/estray/internal/inflate"
)

// What is inflated in one go is a promise of speed that no other test would
// notice missing.
func TestWhatIsInflatedInOneGo(t *testing.T) {
	mega := strings.Repeat("x", 1<<20)
	noise := prose(10, 15<<20)
	for _, test := range []struct {
		name    string
		content []byte
		in      int64 // the size that is told
		want    bool
	}{
		{"a member with the size known", pack(t, 6, prose(1, 1<<20)), 0, true},
		{"a member with the size unknown", pack(t, 6, prose(1, 1<<20)), -1, false},
		{"members, the last of them short", pack(t, 6, prose(1, 1<<20), "x"), 0, true},
		{"members of 15 MB together", pack(t, 6, split(15, mega)...), 0, true},
		{"members of 17 MB together", pack(t, 6, split(17, mega)...), 0, false},
		{"one member of 17 MB", pack(t, 6, strings.Repeat(mega, 17)), 0, false},
		{"more than 4 MB compressed", pack(t, 1, noise), 0, false},
		{"a header with a checksum", checked(t, "text", 0), 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			size := int64(len(test.content))
			if test.in != 0 {
				size = test.in
			}
			r := inflate.NewReader()
			if err := r.Reset(bytes.NewReader(test.content), size); err != nil {
				t.Fatal(err)
			}
			if _, ok := r.Bytes(); ok != test.want {
				t.Errorf("%d bytes were inflated in one go: %v, want %v", len(test.content), ok, test.want)
			}
		})
	}
}

func split(n int, text string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = text
	}
	return all
}

// An object that lies about its length costs no more than what its data could
// hold at most.
func TestLengthThatLiesCostsLittle(t *testing.T) {
	content := pack(t, 6, "little")
	binary.LittleEndian.PutUint32(content[len(content)-4:], 15<<20)
	r := inflate.NewReader()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := read(r, io.LimitReader(bytes.NewReader(content), int64(len(content))), int64(len(content)))
	runtime.ReadMemStats(&after)
	if got != "little" || err == nil {
		t.Errorf("got %q and %v, want an error", got, err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated for an object of %d", n, len(content))
	}
}
