package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/internal/testparts"
)

// busy is an account whose audit log has many pages.
func busy() *cloudflarefake.World {
	w := cloudflarefake.Large(12, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	w.PageSize = map[string]int{"/accounts/:a/logs/audit": 10, "/accounts/:a/audit_logs": 10}
	a := w.Accounts[0]
	for i := range 150 {
		name := a.Workers[i%len(a.Workers)].Name
		a.Audit = append(a.Audit, cloudflarefake.AuditEntry{ID: fmt.Sprintf("event-%03d", i), Action: cloudflarefake.AuditAction{Type: "update", Time: w.Now.Add(-time.Duration(i+1) * time.Hour)},
			Actor: cloudflarefake.AuditActor{ID: a.ID, Type: "account", Context: "api_token", TokenID: "t"},
			Raw:   cloudflarefake.AuditRaw{Method: "PUT", URI: "/accounts/" + a.ID + "/workers/scripts/" + name, StatusCode: 200}})
	}
	return w
}

// newBusy is a scan of Cloudflare to which something is done at one of its calls.
func newBusy(t *testing.T, w *cloudflarefake.World) *cloud {
	t.Helper()
	c := &cloud{exports: noExports(t)}
	fake := cloudflarefake.New(w)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := c.calls.Add(1); n == c.at.Load() {
			c.act()
			time.Sleep(200 * time.Millisecond) // the signal must arrive before the answer
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("CLOUDFLARE_API_TOKEN", "a-token")
	c.write(t, "estray.yaml", []byte(fmt.Sprintf("providers: {cloudflare: {endpoint: %q, rate: 0}}\n", server.URL)))
	return c
}

// TestAnEndAmidAScanOfCloudflare kills and stops scans at calls of the plan, of the
// first reading of the audit log and of what follows. The next scan goes on: its
// report equals that of an undisturbed one, and no event is lost or doubled.
func TestAnEndAmidAScanOfCloudflare(t *testing.T) {
	testparts.Heavy(t, "a process to kill")
	w := busy()
	c := newBusy(t, w)
	undisturbed := "sqlite:" + filepath.Join(c.dir, "undisturbed.db")
	want, _ := c.whole(t, undisturbed, w.Now)
	total := c.calls.Load()
	logged := events(t, undisturbed, w.Now)
	if len(logged) != 150 {
		t.Fatalf("%d events, want 150", len(logged))
	}
	// Calls 5 to 21 read the log.
	for _, signal := range []os.Signal{syscall.SIGKILL, os.Interrupt} {
		for _, n := range []int64{1, 4, 6, 10, 15, 20, total / 2, total - 3} {
			state := fmt.Sprintf("sqlite:%s/%s-%d.db", c.dir, signal, n)
			c.ended(t, signal, n, state, w.Now)
			got, after := c.whole(t, state, w.Now)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s at call %d: the report of the next scan differs:\n%s", signal, n, d)
			}
			if d := cmp.Diff(logged, events(t, state, w.Now)); d != "" {
				t.Errorf("%s at call %d: the events differ:\n%s", signal, n, d)
			}
			if said := strings.Contains(after.stderr, "the last scan was interrupted"); said != (signal == syscall.SIGKILL) {
				t.Errorf("%s at call %d: told as interrupted: %t\n%s", signal, n, said, after.stderr)
			}
		}
	}
}
