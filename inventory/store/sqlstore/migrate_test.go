package sqlstore_test

import (
	"database/sql"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

var update = flag.Bool("update", false, "write the golden files anew")

// loadOld makes a store by the SQL of a file in testdata.
func loadOld(t *testing.T, url, file string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(string(raw)); err != nil {
			t.Fatal(err)
		}
		return
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.PgConn().Exec(t.Context(), string(raw)).ReadAll(); err != nil {
		t.Fatal(err)
	}
}

// TestFirstSchemaIsBroughtUpToDate opens a store as the first version wrote
// it, reads what it holds, and goes on with it.
func TestFirstSchemaIsBroughtUpToDate(t *testing.T) {
	server := startSchemas(t)
	for name, url := range map[string]string{"sqlite": fileURL(t), "postgres": server.url(t)} {
		t.Run(name, func(t *testing.T) {
			loadOld(t, url, "v1."+name+".sql")
			s := openAt(t, url)
			got := ""
			for _, at := range []time.Time{benchDay(0).Add(4 * time.Hour), benchDay(1)} {
				got += dump(t, s, at) + "\n"
			}
			golden(t, filepath.Join("testdata", "v1.json"), got)
			_, interrupted, err := s.Begin(t.Context(), store.Run{ID: "2026-03-01", Started: benchDay(1)}, 0)
			if err != nil || interrupted != nil {
				t.Fatalf("begin: %v, interrupted %v", err, interrupted)
			}
			runs, err := s.Runs(t.Context())
			if err != nil || len(runs) != 2 {
				t.Fatalf("runs %v: %v", runs, err)
			}
			want := store.Run{
				ID: "2026-03-01", Now: benchDay(0), Started: benchDay(0), Finished: benchDay(0).Add(time.Hour),
				Holder: "host a, process 1", Version: "0.1.0", ExitCode: 3,
			}
			if diff := cmp.Diff(want, runs[0]); diff != "" {
				t.Errorf("run of the first version (-want +got):\n%s", diff)
			}
			if err := s.Append(t.Context(), crashBatch(0)); err != nil {
				t.Fatal(err)
			}
			v, err := s.View(t.Context(), benchDay(9))
			if _, ok := v.Asset(benchAsset(0, 0).ID); err != nil || !ok {
				t.Errorf("a new asset is not in the view (%v)", err)
			}
		})
	}
}

// TestEventsOfTheFirstSchema keep their record in the body and are told from no
// others; a walk over acts leaves them out all the same.
func TestEventsOfTheFirstSchema(t *testing.T) {
	s := openAt(t, fileURL(t))
	look := benchEvent(1)
	look.Action, look.ReadOnly = inventory.ActionEnumerate, true
	if err := s.Append(t.Context(), store.Batch{Run: "run", Facts: []inventory.Fact{look}}); err != nil {
		t.Fatal(err)
	}
	const asBefore = `UPDATE events SET looks = 0, record = NULL, body = CAST(json_set(CAST(body AS TEXT), '$.record', json(CAST(record AS TEXT))) AS BLOB)`
	if _, err := s.DB().Exec(asBefore); err != nil {
		t.Fatal(err)
	}
	v, err := s.View(t.Context(), benchDay(9))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		filter inventory.Filter
		want   []inventory.Event
	}{{inventory.Filter{}, []inventory.Event{look}}, {inventory.Filter{Acts: true}, nil}} {
		var got []inventory.Event
		if err := v.Walk(t.Context(), test.filter, func(e inventory.Event) error { got = append(got, e); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.filter, diff)
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestNewerSchemaIsRefusedWithTheCure(t *testing.T) {
	server := startSchemas(t)
	for name, url := range map[string]string{"sqlite": fileURL(t), "postgres": server.url(t)} {
		t.Run(name, func(t *testing.T) {
			s := openAt(t, url)
			if _, err := s.DB().Exec("INSERT INTO estray_schema (version_id, is_applied) VALUES (99, true)"); err != nil {
				t.Fatal(err)
			}
			for _, readOnly := range []bool{false, true} {
				_, err := sqlstore.Open(t.Context(), url, sqlstore.Options{ReadOnly: readOnly})
				if !errors.Is(err, store.ErrNewer) {
					t.Errorf("error %v is not ErrNewer", err)
				}
				wantError(t, err, "99", "use the version of estray that wrote it")
			}
		})
	}
}

func TestOlderSchemaIsNotChangedByAReader(t *testing.T) {
	server := startSchemas(t)
	for name, url := range map[string]string{"sqlite": fileURL(t), "postgres": server.url(t)} {
		t.Run(name, func(t *testing.T) {
			s := openAt(t, url)
			if _, err := s.DB().Exec("DELETE FROM estray_schema WHERE version_id > 0"); err != nil {
				t.Fatal(err)
			}
			_, err := sqlstore.Open(t.Context(), url, sqlstore.Options{ReadOnly: true})
			wantError(t, err, "older schema", "run estray scan once")
		})
	}
}
