package sqlstore_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
	"github.com/estray/estray/inventory/store/storetest"
)

func openAt(t *testing.T, url string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func fileURL(t *testing.T) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "estray.db")
}

func dump(t *testing.T, s *sqlstore.Store, at time.Time) string {
	t.Helper()
	v, err := s.View(t.Context(), at)
	if err != nil {
		t.Fatalf("view: %v", err)
	}
	text, err := storetest.Dump(t.Context(), v)
	if err != nil {
		t.Fatalf("dump: %v", err)
	}
	return text
}

func TestSQLiteKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return openAt(t, fileURL(t)) })
}

// TestEveryFacetIsKept as it was given: none is forgotten by the code that
// takes assets apart and puts them together.
func TestEveryFacetIsKept(t *testing.T) {
	s := openAt(t, fileURL(t))
	want := benchAsset(1, 0)
	want.Called = inventory.Known(want.Name, benchDay(0))
	want.Deployment = inventory.Known(inventory.Deployment{ID: "one", Notes: map[string]string{"a": "b"}, Shares: []inventory.Share{{Version: "2", Percent: 100}}}, benchDay(0))
	for _, name := range inventory.FacetNames() {
		if want.Facet(name).Unknown {
			t.Fatalf("the asset of this test does not know the facet %s", name)
		}
	}
	if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: []inventory.Fact{want}}); err != nil {
		t.Fatal(err)
	}
	v, err := s.View(t.Context(), benchDay(9))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := v.Asset(want.ID)
	equal := cmp.Comparer(func(a, b inventory.Asset) bool {
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		return string(x) == string(y)
	})
	if diff := cmp.Diff(want, got, equal); diff != "" {
		t.Errorf("asset (-want +got):\n%s", diff)
	}
}

// TestReadingTheSameHandlesAgainWritesNoDescription: they are told with the instant
// of the reading, which is another each time.
func TestReadingTheSameHandlesAgainWritesNoDescription(t *testing.T) {
	s := openAt(t, fileURL(t))
	rows := func() (n int) {
		t.Helper()
		if err := s.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM asset_descriptions`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for day, want := range []int{1, 1, 2} {
		a := benchAsset(1, day)
		for i := range 1 + day/2 { // on the last day there is one more
			a.Handles = append(a.Handles, inventory.Handle{ID: inventory.AssetID(fmt.Sprint("aws:name/", i)), Since: benchDay(day)})
		}
		if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: []inventory.Fact{a}}); err != nil {
			t.Fatal(err)
		}
		if got := rows(); got != want {
			t.Errorf("on day %d: %d descriptions, want %d", day, got, want)
		}
	}
}
