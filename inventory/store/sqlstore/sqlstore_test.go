package sqlstore_test

import (
	"path/filepath"
	"testing"
	"time"

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
