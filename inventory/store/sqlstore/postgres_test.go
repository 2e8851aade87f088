package sqlstore_test

import (
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
	"github.com/estray/estray/inventory/store/storetest"
)

// schemas gives every store a schema of its own in one database: a database
// each would take half a second to make.
type schemas struct {
	dsn string
	n   atomic.Int64
}

func startSchemas(t *testing.T) *schemas {
	t.Helper()
	return &schemas{dsn: testparts.Postgres(t)}
}

func (s *schemas) url(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("store%d", s.n.Add(1))
	db, err := sql.Open("pgx", s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	return s.dsn + "&search_path=" + name
}

func TestPostgresKeepsTheContract(t *testing.T) {
	server := startSchemas(t)
	storetest.Run(t, func(t *testing.T) store.Store { return openAt(t, server.url(t)) })
}

func TestPostgresErrorsHideThePassword(t *testing.T) {
	const password = "hunter2-canary"
	for _, url := range []string{
		"postgres://estray:" + password + "@127.0.0.1:1/estray?connect_timeout=1",
		"postgres://estray:" + password + "@127.0.0.1:port/estray",
		"postgres://estray:" + password + "@[::/estray",
		"postgres://estray:%zz" + password + "@127.0.0.1/estray",
		"mysql://estray:" + password + "@127.0.0.1/estray",
	} {
		_, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
		if err == nil {
			t.Errorf("opened %s", url)
		} else if strings.Contains(err.Error(), password) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestPostgresErrorsSayTheCure(t *testing.T) {
	dsn := testparts.Postgres(t)
	for name, test := range map[string]struct{ url, want string }{
		"no such database": {strings.Replace(dsn, "/t", "/no", 1), "create the database"},
		"no such server":   {"postgres://estray@127.0.0.1:1/estray", "check that the server runs"},
		"nothing scanned":  {dsn, "run estray scan first"},
	} {
		_, err := sqlstore.Open(t.Context(), test.url, sqlstore.Options{ReadOnly: true})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v does not say %q", name, err, test.want)
		}
	}
}

// TestBothDialectsTellTheSame: the same facts, in another order and with other
// batches, give the same bytes.
func TestBothDialectsTellTheSame(t *testing.T) {
	server := startSchemas(t)
	a, b := openAt(t, fileURL(t)), openAt(t, server.url(t))
	// Usage comes by whole parts, of which the last reading stands.
	var facts, used []inventory.Fact
	for _, f := range storetest.Facts(600) {
		if _, ok := f.(inventory.Usage); ok {
			used = append(used, f)
		} else {
			facts = append(facts, f)
		}
	}
	for start := 0; start < len(facts); start += 100 {
		if err := a.Append(t.Context(), store.Batch{Run: "run", Facts: facts[start:min(start+100, len(facts))]}); err != nil {
			t.Fatal(err)
		}
	}
	for i := len(facts); i > 0; i -= 2 {
		if err := b.Append(t.Context(), store.Batch{Run: "run", Facts: facts[max(0, i-2):i]}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []*sqlstore.Store{a, b} {
		if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: used}); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range storetest.Instants() {
		if want, got := dump(t, a, at), dump(t, b, at); want != got {
			t.Errorf("at %s SQLite tells\n%s\nand PostgreSQL\n%s", at, want, got)
		}
	}
}
