package cli

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/estray/estray/findings"
	"github.com/estray/estray/findings/lifecycle"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// acknowledged is a ledger to which somebody else writes just before the first
// save, as findings ack beside a scan that is being concluded.
type acknowledged struct {
	lifecycle.Ledger
	before func()
}

// Save implements lifecycle.Ledger.
func (a *acknowledged) Save(ctx context.Context, all []lifecycle.Entry) error {
	if a.before != nil {
		a.before()
		a.before = nil
	}
	return a.Ledger.Save(ctx, all)
}

// TestAScanDoesNotWriteOverAnAcknowledgement: one that comes between the loading
// and the saving of the ledger is kept. It is an internal test, since from
// outside the two are a moment apart.
func TestAScanDoesNotWriteOverAnAcknowledgement(t *testing.T) {
	ctx := t.Context()
	st, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "s.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	found := findings.Finding{Rule: "REC-01", Asset: "arn:f", Severity: findings.High}
	scan := func(n int) *judged {
		return &judged{Case: &findings.Case{Now: day(n), View: inventory.NewView(day(n), nil, nil)}, Result: findings.Result{Findings: []findings.Finding{found}}}
	}
	mine, err := writeLedger(ctx, st)
	if err != nil {
		t.Fatal(err)
	}
	if err := scan(1).save(ctx, mine); err != nil {
		t.Fatal(err)
	}
	j, book := scan(2), &acknowledged{Ledger: mine, before: func() {
		theirs, err := writeLedger(ctx, st)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := theirs.Load(ctx)
		if err != nil {
			t.Fatal(err)
		}
		entries, _, err = lifecycle.Acknowledge(entries, found.Fingerprint(), lifecycle.Ack{By: "ana", Reason: "known", At: day(2), Until: day(9)})
		if err != nil {
			t.Fatal(err)
		}
		if err := theirs.Save(ctx, entries); err != nil {
			t.Fatal(err)
		}
	}}
	if err := j.save(ctx, book); err != nil {
		t.Fatal(err)
	}
	stored, err := mine.Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for what, entries := range map[string][]lifecycle.Entry{"the report": j.Entries, "the store": stored} {
		if len(entries) != 1 || entries[0].State != findings.Acknowledged || !entries[0].LastSeen.Equal(day(2)) {
			t.Errorf("%s has %+v; want the finding acknowledged, and seen by the second scan", what, entries)
		}
	}
}
