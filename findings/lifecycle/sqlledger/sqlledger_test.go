package sqlledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
	"pgregory.net/rapid"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/lifecycle"
	"github.com/estray/estray/findings/lifecycle/sqlledger"
	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
)

// engine opens empty databases of one dialect.
type engine struct {
	dialect string
	fresh   func(t *testing.T) *sql.DB
}

func openDB(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func sqliteDSN(path string) string {
	return "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_txlock=immediate"
}

func sqliteEngine() engine {
	return engine{"sqlite", func(t *testing.T) *sql.DB {
		return openDB(t, "sqlite", sqliteDSN(filepath.Join(t.TempDir(), "ledger.db")))
	}}
}

// each runs the test on SQLite and on a PostgreSQL server of its own.
func each(t *testing.T, test func(t *testing.T, e engine)) {
	t.Run("sqlite", func(t *testing.T) { test(t, sqliteEngine()) })
	t.Run("postgres", func(t *testing.T) {
		server := testparts.StartPostgres(t)
		test(t, engine{"postgres", func(t *testing.T) *sql.DB { return openDB(t, "pgx", server.Database(t)) }})
	})
}

func open(t *testing.T, db *sql.DB, dialect string) *sqlledger.Ledger {
	t.Helper()
	l, err := sqlledger.Open(context.Background(), db, sqlledger.Options{Dialect: dialect})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func day(n int) time.Time { return time.Date(2026, 6, n, 1, 2, 3, 4005, time.UTC) }

// full is an entry with every field set.
func full() lifecycle.Entry {
	f := findings.Finding{Rule: "AWS-17", Title: "t", Severity: findings.Critical, Asset: "arn:x", Subject: "s",
		Scope: inventory.Scope{Provider: inventory.AWS, Account: "012345678901", Region: "r"}, Discriminator: "d", Event: "e", Attempt: true, Coverage: true,
		Over: inventory.Window{From: day(1), To: day(2)}, Message: "m \x00 é \u2028 <&>", Steps: []string{"high -> critical: why"},
		Evidence: []findings.Evidence{{Kind: "event", Ref: "e", Summary: "s"}}, Remediation: "fix", Attack: []string{"T1648"},
		State: findings.Open, StateWhy: "why"}
	return lifecycle.Entry{ID: f.Fingerprint(), Finding: f, State: findings.Open, FirstSeen: day(1), LastSeen: day(5), ResolvedAt: day(4), Reopened: true,
		Ack: &lifecycle.Ack{By: "ana", Reason: "r", At: day(3), Until: day(9)}}
}

func plain(id string, seen int) lifecycle.Entry {
	return lifecycle.Entry{ID: id, State: findings.Open, Finding: findings.Finding{Rule: "A", Asset: inventory.AssetID(id), State: findings.Open},
		FirstSeen: day(1), LastSeen: day(seen)}
}

func load(t *testing.T, l *sqlledger.Ledger) []lifecycle.Entry {
	t.Helper()
	all, err := l.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func save(t *testing.T, l *sqlledger.Ledger, all ...lifecycle.Entry) {
	t.Helper()
	if err := l.Save(context.Background(), all); err != nil {
		t.Fatal(err)
	}
}

func ids(all []lifecycle.Entry) string {
	var out []string
	for _, e := range all {
		out = append(out, fmt.Sprintf("%s:%d", e.ID, e.LastSeen.Day()))
	}
	return strings.Join(out, " ")
}

func TestLedger(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		for name, test := range map[string]func(*testing.T, engine){
			"what is saved is loaded":                       keepsAll,
			"a save replaces what was there":                replaces,
			"a save writes only what changed":               writesOnlyChanges,
			"a save that fails changes nothing":             failsWhole,
			"of two savers the second is told":              refusesLateSavers,
			"a newer schema is refused":                     refusesNewer,
			"opened for reading nothing is written":         readsOnly,
			"opened by many at once it is made once":        opensAtOnce,
			"runs remember their marks":                     remembersRuns,
			"a run that is unknown or saved twice is told":  refusesRuns,
			"an entry that cannot be read is an error":      refusesGarbage,
			"a cancelled context is an error, not an empty": obeysContext,
		} {
			t.Run(name, func(t *testing.T) { test(t, e) })
		}
	})
}

func keepsAll(t *testing.T, e engine) {
	db := e.fresh(t)
	l := open(t, db, e.dialect)
	if got := load(t, l); len(got) != 0 {
		t.Fatalf("a new ledger holds %s", ids(got))
	}
	want := []lifecycle.Entry{plain("a", 5), plain("b", 2), full()}
	save(t, l, want[2], want[1], want[0])
	if diff := cmp.Diff(want, load(t, open(t, db, e.dialect))); diff != "" {
		t.Errorf("entries (-saved +loaded):\n%s", diff)
	}
}

func replaces(t *testing.T, e engine) {
	l := open(t, e.fresh(t), e.dialect)
	save(t, l, plain("a", 1), plain("b", 1))
	save(t, l, plain("b", 2), plain("c", 2))
	if got := ids(load(t, l)); got != "b:2 c:2" {
		t.Errorf("entries = %s", got)
	}
	save(t, l)
	if got := ids(load(t, l)); got != "" {
		t.Errorf("entries = %s", got)
	}
}

// writesOnlyChanges marks the stored texts by hand and looks which marks
// survive. A blank more changes no meaning.
func writesOnlyChanges(t *testing.T, e engine) {
	db := e.fresh(t)
	l := open(t, db, e.dialect)
	same, changed, unseen := plain("same", 1), plain("changed", 1), plain("unseen", 1)
	save(t, l, same, changed, unseen)
	if _, err := db.Exec(`UPDATE estray_ledger_entries SET body = body || ' '`); err != nil {
		t.Fatal(err)
	}
	same.LastSeen, changed.LastSeen = day(2), day(2)
	changed.Finding.Message = "another"
	save(t, l, same, changed, unseen)
	rows, err := db.Query(`SELECT id FROM estray_ledger_entries WHERE body LIKE '% '`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var untouched []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		untouched = append(untouched, id)
	}
	if diff := cmp.Diff([]string{"same"}, untouched); diff != "" {
		t.Errorf("rows that were not written (-want +got):\n%s", diff)
	}
	if got := ids(load(t, l)); got != "changed:2 same:2 unseen:1" {
		t.Errorf("entries = %s", got)
	}
}

func failsWhole(t *testing.T, e engine) {
	l := open(t, e.fresh(t), e.dialect)
	save(t, l, plain("a", 1))
	bad := plain("c", 2)
	bad.FirstSeen = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) // no text holds this year
	if err := l.Save(context.Background(), []lifecycle.Entry{plain("b", 2), bad}); err == nil {
		t.Fatal("it was saved")
	}
	if got := ids(load(t, l)); got != "a:1" {
		t.Errorf("entries = %s, want those before", got)
	}
	save(t, l, plain("d", 3))
}

func refusesLateSavers(t *testing.T, e engine) {
	db := e.fresh(t)
	first, second := open(t, db, e.dialect), open(t, db, e.dialect)
	load(t, first)
	load(t, second)
	save(t, first, plain("a", 1))
	save(t, first, plain("a", 2))
	if err := second.Save(context.Background(), []lifecycle.Entry{plain("b", 1)}); !errors.Is(err, lifecycle.ErrChanged) {
		t.Fatalf("error = %v, want ErrChanged", err)
	}
	if got := ids(load(t, second)); got != "a:2" {
		t.Errorf("entries = %s", got)
	}
	save(t, second, plain("b", 1))
}

func refusesNewer(t *testing.T, e engine) {
	db := e.fresh(t)
	open(t, db, e.dialect)
	if _, err := db.Exec(`INSERT INTO estray_ledger_version (version_id, is_applied) VALUES (99, true)`); err != nil {
		t.Fatal(err)
	}
	_, err := sqlledger.Open(context.Background(), db, sqlledger.Options{Dialect: e.dialect})
	if !errors.Is(err, lifecycle.ErrNewer) {
		t.Errorf("error = %v, want ErrNewer", err)
	}
}

func readsOnly(t *testing.T, e engine) {
	ctx, db := context.Background(), e.fresh(t)
	l, err := sqlledger.Open(ctx, db, sqlledger.Options{Dialect: e.dialect, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := load(t, l); len(got) != 0 {
		t.Errorf("entries = %s", ids(got))
	}
	if err := l.Save(ctx, nil); err == nil {
		t.Error("it was saved")
	}
	if _, err := l.LoadRun(ctx, "r"); !errors.Is(err, lifecycle.ErrNoRun) {
		t.Errorf("error = %v, want ErrNoRun", err)
	}
	if _, err := db.Exec(`SELECT 1 FROM estray_ledger_version`); err == nil {
		t.Error("tables were made")
	}
	save(t, open(t, db, e.dialect), plain("a", 1))
	if l, err = sqlledger.Open(ctx, db, sqlledger.Options{Dialect: e.dialect, ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	if got := ids(load(t, l)); got != "a:1" {
		t.Errorf("entries = %s", got)
	}
}

func opensAtOnce(t *testing.T, e engine) {
	db := e.fresh(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = sqlledger.Open(context.Background(), db, sqlledger.Options{Dialect: e.dialect})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM estray_ledger_state`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows of state, %v", n, err)
	}
}

func mark(id string, s findings.Severity, state findings.State) lifecycle.Mark {
	return lifecycle.Mark{ID: id, Severity: s, State: state}
}

func remembersRuns(t *testing.T, e engine) {
	ctx, l := context.Background(), open(t, e.fresh(t), e.dialect)
	runs := []lifecycle.Snapshot{
		{Run: "r1", At: day(1), Marks: []lifecycle.Mark{mark("a", findings.Low, findings.Open), mark("b", findings.Low, findings.Open)}},
		{Run: "r2", At: day(2), Marks: []lifecycle.Mark{mark("b", findings.High, findings.Open), mark("c", findings.Info, findings.Accepted)}},
		{Run: "r3", At: day(3)},
		{Run: "r4", At: day(4), Marks: []lifecycle.Mark{mark("a", findings.Low, findings.Acknowledged), mark("b", findings.High, findings.Open)}},
		{Run: "r5", At: day(4), Marks: []lifecycle.Mark{mark("a", findings.Low, findings.Acknowledged), mark("b", findings.High, findings.Open)}},
	}
	for _, r := range runs {
		if err := l.SaveRun(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range runs {
		got, err := l.LoadRun(ctx, want.Run)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("run %s (-saved +loaded):\n%s", want.Run, diff)
		}
	}
}

func refusesRuns(t *testing.T, e engine) {
	ctx, l := context.Background(), open(t, e.fresh(t), e.dialect)
	if _, err := l.LoadRun(ctx, "r1"); !errors.Is(err, lifecycle.ErrNoRun) {
		t.Errorf("error = %v, want ErrNoRun", err)
	}
	first := lifecycle.Snapshot{Run: "r1", At: day(1), Marks: []lifecycle.Mark{mark("a", findings.Low, findings.Open)}}
	if err := l.SaveRun(ctx, first); err != nil {
		t.Fatal(err)
	}
	if err := l.SaveRun(ctx, lifecycle.Snapshot{Run: "r1", At: day(2)}); err == nil || !strings.Contains(err.Error(), "saved already") {
		t.Errorf("error = %v", err)
	}
	got, err := l.LoadRun(ctx, "r1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, got); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
}

func refusesGarbage(t *testing.T, e engine) {
	db := e.fresh(t)
	l := open(t, db, e.dialect)
	save(t, l, plain("a", 1), plain("b", 1))
	if _, err := db.Exec(`UPDATE estray_ledger_entries SET body = '{' WHERE id = 'a'`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Load(context.Background()); err == nil || !strings.Contains(err.Error(), "read entry a") {
		t.Errorf("error = %v", err)
	}
}

func obeysContext(t *testing.T, e engine) {
	ctx, cancel := context.WithCancel(context.Background())
	l := open(t, e.fresh(t), e.dialect)
	save(t, l, plain("a", 1))
	cancel()
	if _, err := l.Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("load: %v", err)
	}
	if err := l.Save(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("save: %v", err)
	}
	if got := ids(load(t, l)); got != "a:1" {
		t.Errorf("entries = %s", got)
	}
}

func TestAnUnknownDialectIsRefused(t *testing.T) {
	if _, err := sqlledger.Open(context.Background(), nil, sqlledger.Options{Dialect: "mysql"}); err == nil {
		t.Error("it was opened")
	}
}

func TestAReadOnlyFileIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	save(t, open(t, openDB(t, "sqlite", sqliteDSN(path)), "sqlite"), plain("a", 1))
	db := openDB(t, "sqlite", "file:"+path+"?mode=ro")
	l, err := sqlledger.Open(context.Background(), db, sqlledger.Options{Dialect: "sqlite", ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(load(t, l)); got != "a:1" {
		t.Errorf("entries = %s", got)
	}
}

// TestWhateverIsSavedIsLoaded runs random saves against a list in memory.
func TestWhateverIsSavedIsLoaded(t *testing.T) {
	db := sqliteEngine().fresh(t)
	rapid.Check(t, func(rt *rapid.T) {
		l := open(t, db, "sqlite")
		for range rapid.IntRange(1, 5).Draw(rt, "saves") {
			want := map[string]lifecycle.Entry{}
			for _, id := range rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "c", "d"})).Draw(rt, "ids") {
				e := plain(id, rapid.IntRange(1, 3).Draw(rt, "seen"))
				e.Finding.Severity = findings.Severity(rapid.IntRange(0, 1).Draw(rt, "severity"))
				want[id] = e
			}
			var all []lifecycle.Entry
			for _, e := range want {
				all = append(all, e)
			}
			lifecycle.Sort(all)
			save(t, l, all...)
			if diff := cmp.Diff(all, load(t, l)); diff != "" {
				rt.Fatalf("entries (-saved +loaded):\n%s", diff)
			}
		}
	})
}
