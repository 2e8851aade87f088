package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/testparts"
)

// cloud is a hundred accounts that do something to a scan at one of its calls.
type cloud struct {
	exports
	now   string
	calls atomic.Int64
	at    atomic.Int64 // the call; 0: none
	act   func()
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	w := awsfake.Large(100, 3)
	fake := awsfake.New(w)
	c := &cloud{exports: noExports(t), now: w.Now.Format(time.RFC3339)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := c.calls.Add(1); n == c.at.Load() {
			c.act()
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAANYBODYSKEY00000", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	c.write(t, "estray.yaml", []byte("providers: {aws: {accounts: organization, role: EstrayAudit, rate: 0}}\n"))
	return c
}

// whole scans to the end, undisturbed, and gives the report without its run and
// without the notes on how a whole cell was read.
func (c *cloud) whole(t *testing.T, state string) (string, scan) {
	t.Helper()
	c.at.Store(0)
	c.calls.Store(0)
	s := c.scan(t, state, "--now", c.now)
	if s.code != report.ExitIncomplete || s.doc == nil {
		t.Fatalf("exit code %d, want %d\n%s", s.code, report.ExitIncomplete, s.stderr)
	}
	d := *s.doc
	d.Run, d.Summary.Findings.Resolved = report.Run{}, 0
	d.Findings = slices.DeleteFunc(slices.Clone(d.Findings), func(f report.Finding) bool { return f.State == "resolved" })
	d.Coverage = slices.Clone(d.Coverage)
	for i, cell := range d.Coverage {
		if cell.State == "complete" {
			d.Coverage[i].Message = ""
		}
	}
	text, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text), s
}

// TestAnEndAmidAHundredAccounts stops and kills scans of AWS at calls of the
// plan and of the reading. The next scan goes on, and its report equals that of
// an undisturbed one.
func TestAnEndAmidAHundredAccounts(t *testing.T) {
	testparts.Heavy(t, "a process to kill")
	c := newCloud(t)
	want, _ := c.whole(t, "sqlite:"+filepath.Join(c.dir, "undisturbed.db"))
	total := c.calls.Load()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGKILL} {
		for _, percent := range []int64{2, 30, 80} {
			path := "sqlite:" + filepath.Join(c.dir, fmt.Sprintf("%s-%d.db", signal, percent))
			cmd := c.command(t.Context(), path, "--now", c.now)
			c.act = func() { _ = cmd.Process.Signal(signal) } // it may have ended by itself
			c.calls.Store(0)
			c.at.Store(total * percent / 100)
			s := c.run(t, cmd)
			if signal == os.Interrupt {
				if s.code != report.ExitFailed || !strings.Contains(s.stderr, "the scan was stopped") {
					t.Errorf("%s at %d %%: exit code %d\n%s", signal, percent, s.code, s.stderr)
				}
			} else if s.code >= 0 {
				t.Errorf("%s at %d %%: it ended by itself with exit code %d", signal, percent, s.code)
			}
			got, after := c.whole(t, path)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s at %d %%: the report of the next scan differs:\n%s", signal, percent, d)
			}
			if said := strings.Contains(after.stderr, "the last scan was interrupted"); said != (signal == syscall.SIGKILL) {
				t.Errorf("%s at %d %%: told as interrupted: %t\n%s", signal, percent, said, after.stderr)
			}
		}
	}
}
