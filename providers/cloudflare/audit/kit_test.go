package audit_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/audit"
	"github.com/estray/estray/providers/cloudflare/session"
)

const (
	account = "023e105f4ecef8ad9ca31a8372d0c353"
	other   = "9a7806061c88ada191ed06f989cc3dac"
	zone    = "6d5b1b9e8f7a4c3d2e1f0a9b8c7d6e5f"
	day     = 24 * time.Hour
	late    = 15 * time.Minute

	newer, older     = "/accounts/:a/logs/audit", "/accounts/:a/audit_logs"
	source, sourceV1 = "cloudflare-audit-v2", "cloudflare-audit-v1"
)

func now() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func ago(d time.Duration) time.Time { return now().Add(-d) }

// began is since when the newer log is kept.
func began() time.Time { return time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC) }

// act is an entry of the newer log: a change of settings of a Worker.
func act(id string, at time.Time) cloudflarefake.AuditEntry {
	return calling(id, at, "PATCH", "/accounts/"+account+"/workers/scripts/shop/settings")
}

func calling(id string, at time.Time, method, uri string) cloudflarefake.AuditEntry {
	return cloudflarefake.AuditEntry{ID: id, Action: cloudflarefake.AuditAction{Type: "update", Result: "success", Time: at},
		Actor:    cloudflarefake.AuditActor{ID: "f6b5de0326bb5182b8a4840ee01ec774", Type: "user", Context: "dash", Email: "ada@example.com"},
		Raw:      cloudflarefake.AuditRaw{Method: method, URI: uri, StatusCode: 200, CFRayID: "8e9b1c60ef9e1c9a"},
		Resource: cloudflarefake.AuditResource{Product: "workers", Type: "script"}}
}

// acts are n changes, one each step, the last one step before the instant.
func acts(n int, step time.Duration, before time.Time) []cloudflarefake.AuditEntry {
	out := make([]cloudflarefake.AuditEntry, 0, n)
	for i := range n {
		out = append(out, act(fmt.Sprintf("event-%05d", i), before.Add(-step*time.Duration(n-i))))
	}
	return out
}

// actV1 is an entry of the older log.
func actV1(id string, at time.Time) cloudflarefake.AuditEntryV1 {
	return cloudflarefake.AuditEntryV1{ID: id, Action: cloudflarefake.AuditActionV1{Type: "update", Result: true}, Interface: "API", When: at,
		Actor:    cloudflarefake.AuditActorV1{ID: "f6b5de0326bb5182b8a4840ee01ec774", Type: "user", Email: "ada@example.com"},
		Resource: cloudflarefake.AuditResourceV1{ID: "shop", Type: "script"}}
}

func actsV1(n int, step time.Duration, before time.Time) []cloudflarefake.AuditEntryV1 {
	out := make([]cloudflarefake.AuditEntryV1, 0, n)
	for i := range n {
		out = append(out, actV1(fmt.Sprintf("event-%05d", i), before.Add(-step*time.Duration(n-i))))
	}
	return out
}

// place is a fake of Cloudflare with one account that happened to do something.
type place struct {
	server *cloudflarefake.Server
	client *session.Client
}

func open(t testing.TB, entries []cloudflarefake.AuditEntry, entriesV1 []cloudflarefake.AuditEntryV1) place {
	t.Helper()
	p := place{server: cloudflarefake.New(&cloudflarefake.World{Now: now(), Accounts: []*cloudflarefake.Account{{ID: account, Audit: entries, AuditV1: entriesV1}}})}
	h := httptest.NewServer(p.server)
	t.Cleanup(h.Close)
	var err error
	if p.client, err = session.New(session.Options{Token: "canary-token", Endpoint: h.URL}); err != nil {
		t.Fatal(err)
	}
	return p
}

// heard is what a reading gave.
type heard struct {
	audit.History
	ids, idsV1 []string // of events, sorted
	events     []inventory.Event
}

// read reads with the sources and, where none is given, the instant of the tests.
func (p place) read(t testing.TB, cfg audit.Config) heard {
	t.Helper()
	var out heard
	if cfg.Now.IsZero() {
		cfg.Now = now()
	}
	cfg.Account, cfg.Source, cfg.SourceV1 = account, source, sourceV1
	history, err := audit.Read(t.Context(), p.client, cfg, func(f inventory.Fact) error {
		if e, ok := f.(inventory.Event); ok {
			out.hear(t, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range [][]string{out.ids, out.idsV1} {
		slices.Sort(ids)
		if again := slices.Compact(slices.Clone(ids)); len(again) != len(ids) {
			t.Errorf("%d events were given twice", len(ids)-len(again))
		}
	}
	out.History = history
	return out
}

func (h *heard) hear(t testing.TB, e inventory.Event) {
	h.events = append(h.events, e)
	switch e.Provenance.API {
	case "GET " + newer:
		h.ids = append(h.ids, e.ID)
	case "GET " + older:
		h.idsV1 = append(h.idsV1, e.ID)
	default:
		t.Errorf("event %s comes from %+v", e.ID, e.Provenance)
	}
}

func idsOf(entries []cloudflarefake.AuditEntry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, e.ID)
	}
	slices.Sort(out)
	return out
}

// calls are those of the path.
func (p place) calls(path string) (out []cloudflarefake.Call) {
	for _, c := range p.server.Calls() {
		if c.Path == path {
			out = append(out, c)
		}
	}
	return out
}

func window(from, to time.Time) inventory.Window { return inventory.Window{From: from, To: to} }

// says reports whether the reason's message holds the text.
func says(c inventory.Coverage, text string) bool { return strings.Contains(c.Why.Message, text) }

func worker(name string) inventory.AssetID { return cloudflare.WorkerName(account, name) }
