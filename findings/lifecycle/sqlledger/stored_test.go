package sqlledger_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/lifecycle/sqlledger"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// TestTheFullEntryIsFull makes sure that the round trip covers every field,
// those that are added later too.
func TestTheFullEntryIsFull(t *testing.T) {
	for _, v := range []any{full(), full().Finding, *full().Ack} {
		rv := reflect.ValueOf(v)
		for i := range rv.NumField() {
			if rv.Field(i).IsZero() {
				t.Errorf("%s.%s is not set", rv.Type(), rv.Type().Field(i).Name)
			}
		}
	}
}

// TestTheStoredFormKeepsItsNames holds the names under which older ledgers
// keep a finding. A name may be added; one that changes needs a migration.
func TestTheStoredFormKeepsItsNames(t *testing.T) {
	db := sqliteEngine().fresh(t)
	save(t, open(t, db, "sqlite"), full())
	var body string
	if err := db.QueryRow(`SELECT body FROM estray_ledger_entries`).Scan(&body); err != nil {
		t.Fatal(err)
	}
	var stored map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &stored); err != nil {
		t.Fatal(err)
	}
	var finding map[string]json.RawMessage
	if err := json.Unmarshal(stored["finding"], &finding); err != nil {
		t.Fatal(err)
	}
	got := [][]string{slices.Sorted(maps.Keys(stored)), slices.Sorted(maps.Keys(finding))}
	want := [][]string{
		{"ack", "finding", "first_seen", "id", "reopened", "resolved_at", "state"},
		{"Asset", "Attack", "Attempt", "Coverage", "Discriminator", "Event", "Evidence", "Message", "Over", "Remediation", "Rule", "Scope",
			"Severity", "State", "StateWhy", "Steps", "Subject", "Title"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestTheLedgerLivesInTheDatabaseOfTheFacts(t *testing.T) {
	ctx, url := context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "estray.db")
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	for range 2 {
		s, err := sqlstore.Open(ctx, url, sqlstore.Options{Logger: log})
		if err != nil {
			t.Fatal(err)
		}
		l, err := sqlledger.Open(ctx, s.DB(), sqlledger.Options{Dialect: s.Dialect()})
		if err != nil {
			t.Fatal(err)
		}
		load(t, l)
		save(t, l, full())
		if _, err := s.View(ctx, day(9)); err != nil {
			t.Errorf("the facts cannot be read beside the ledger: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := sqlstore.Open(ctx, url, sqlstore.Options{Logger: log, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l, err := sqlledger.Open(ctx, s.DB(), sqlledger.Options{Dialect: s.Dialect(), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), load(t, l)[0]); diff != "" {
		t.Errorf("entry, opened for reading (-want +got):\n%s", diff)
	}
}
