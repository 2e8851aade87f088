// In the package itself: no public function takes packed instants, and only
// here can any bytes be given to them.
package sqlstore

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestInstantsPackAndUnpack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		all := []time.Time{time.Date(rapid.IntRange(0, 9000).Draw(r, "year"), 1, 1, 0, 0, 0, 0, time.UTC)}
		for range rapid.IntRange(0, 20).Draw(r, "n") {
			step := time.Duration(rapid.Int64Range(1, 1<<60).Draw(r, "step"))
			all = append(all, all[len(all)-1].Add(step))
		}
		got, err := unpackLater(all[0], packLater(all))
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(all, got); diff != "" {
			r.Fatalf("instants (-want +got):\n%s", diff)
		}
	})
}

func FuzzUnpackInstants(f *testing.F) {
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f.Add(packLater([]time.Time{first, first.Add(time.Hour), first.Add(25 * time.Hour)}))
	f.Add([]byte{0x80})
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, packed []byte) {
		all, err := unpackLater(first, packed)
		if err != nil {
			return
		}
		for i := 1; i < len(all); i++ {
			if !all[i].After(all[i-1]) {
				t.Errorf("instants go back: %s after %s", all[i], all[i-1])
			}
		}
	})
}

func TestTimesAsTextHaveTheirOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string) time.Time {
			year := rapid.IntRange(0, 9998).Draw(r, name)
			return time.Date(year, 1, 1, 0, 0, 0, rapid.IntRange(0, 999999999).Draw(r, "ns"), time.FixedZone("", rapid.IntRange(-43200, 43200).Draw(r, "zone")))
		}
		a, b := draw("a").AddDate(1, 0, 0), draw("b").AddDate(1, 0, 0)
		x, err := timeText(a)
		if err != nil {
			r.Fatal(err)
		}
		y, err := timeText(b)
		if err != nil {
			r.Fatal(err)
		}
		if want, got := a.Compare(b), strings.Compare(x, y); want != got {
			r.Errorf("%s and %s compare as %d, their texts as %d", a, b, want, got)
		}
		if back, err := readTime(x); err != nil || !back.Equal(a) {
			r.Errorf("%s reads back as %s (%v)", a, back, err)
		}
	})
}

func TestKeysAreShortAndApart(t *testing.T) {
	long := strings.Repeat("ä", 5000)
	for _, pair := range [][2]string{{long + "1", long + "2"}, {"a\x00", "a"}, {strings.Repeat("x", 600), strings.Repeat("x", 601)}} {
		a, b := key(pair[0]), key(pair[1])
		if bytes.Equal(a, b) || len(a) > maxKey || len(b) > maxKey {
			t.Errorf("keys of %d and %d bytes, equal %t", len(a), len(b), bytes.Equal(a, b))
		}
	}
	if got := string(key("a\xffb")); got != "a\ufffdb" {
		t.Errorf("key %q is not what the stored body says", got)
	}
}
