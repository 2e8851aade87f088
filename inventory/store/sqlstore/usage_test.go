package sqlstore_test

import (
	"testing"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// maxUsageBytes is what a row of usage may take on disk, texts and free space of
// the pages included.
const maxUsageBytes = 80

// TestUsageIsSmall: an organization has tens of thousands of rows a day, and
// keeps them for years.
func TestUsageIsSmall(t *testing.T) {
	s := openAt(t, fileURL(t))
	const logs, days = 40, 4 // 250 rows a log and day
	size := fileSize(t, s)
	for day := range days {
		for log := range logs {
			b := store.Batch{Run: "run"}
			for i := range 250 {
				b.Facts = append(b.Facts, benchUsage(day*75_000+log*250+i))
			}
			if err := s.Append(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
	}
	row := float64(fileSize(t, s)-size) / (logs * days * 250)
	t.Logf("%.1f bytes a row", row)
	if row > maxUsageBytes {
		t.Errorf("a row of usage takes %.1f bytes, want at most %d", row, maxUsageBytes)
	}
}

func fileSize(t *testing.T, s *sqlstore.Store) int64 {
	t.Helper()
	var pages, size int64
	if err := s.DB().QueryRow(`SELECT c.page_count, s.page_size FROM pragma_page_count c, pragma_page_size s`).Scan(&pages, &size); err != nil {
		t.Fatal(err)
	}
	return pages * size
}

// TestUsageThatCannotBeStored stores nothing of its batch.
func TestUsageThatCannotBeStored(t *testing.T) {
	s := openAt(t, fileURL(t))
	for _, change := range []func(*inventory.Usage){
		func(u *inventory.Usage) { u.First = u.First.AddDate(9000, 0, 0) },
		func(u *inventory.Usage) { u.Last = u.Last.AddDate(9000, 0, 0) },
	} {
		good, bad := benchUsage(1), benchUsage(2)
		change(&bad)
		err := s.Append(t.Context(), store.Batch{Run: "run", Facts: []inventory.Fact{good, bad}})
		wantError(t, err, "encode usage of "+bad.Identity, "outside 0 to 9999")
	}
	v, err := s.View(t.Context(), benchDay(99))
	if err != nil {
		t.Fatal(err)
	}
	err = v.Tally(t.Context(), inventory.UsageFilter{}, func(u inventory.Usage) error {
		t.Errorf("stored: %+v", u)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
