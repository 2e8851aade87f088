package main

import (
	"encoding/json"
	"errors"
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
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// cloud is a fake of AWS that does something to a scan at one of its calls.
type cloud struct {
	exports
	fake  *awsfake.Server
	calls atomic.Int64
	at    atomic.Int64 // the call; 0: none
	act   func()
}

func newCloud(t *testing.T, w *awsfake.World) *cloud {
	t.Helper()
	c := &cloud{exports: noExports(t), fake: awsfake.New(w)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := c.calls.Add(1); n == c.at.Load() {
			c.act()
			time.Sleep(200 * time.Millisecond) // the signal must arrive before the answer
		}
		c.fake.ServeHTTP(w, r)
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

// hundred is a hundred accounts with functions in two regions, each of which
// tells of the making of one.
func hundred(t *testing.T) *awsfake.World {
	t.Helper()
	w := awsfake.Large(100, 2)
	for _, a := range w.Accounts {
		a.Places["us-east-1"] = &awsfake.Region{Functions: []*awsfake.Function{{Name: "fn-x", Aliases: []*awsfake.Alias{{Name: "live", Version: "1"}},
			URLs: []*awsfake.URL{{Qualifier: "live", ID: "u" + a.ID, AuthType: "NONE"}}}}}
		a.Regions = append(a.Regions, awsfake.RegionState{Name: "us-east-1", OptStatus: "ENABLED_BY_DEFAULT"})
		for region, name := range map[string]string{"eu-west-1": "fn-1", "us-east-1": "fn-x"} {
			a.Places[region].Events = [][]byte{made(t, a.ID, region, name, w.Now.Add(-48*time.Hour))}
		}
	}
	return w
}

// made is the record of a function's creation.
func made(t *testing.T, account, region, name string, at time.Time) []byte {
	t.Helper()
	return record(t, logged{at: at, account: account, region: region, name: "CreateFunction20150331", id: "made-" + account + region + name, who: pipeline(account),
		request: map[string]any{"functionName": name},
		answer:  map[string]any{"functionArn": "arn:aws:lambda:" + region + ":" + account + ":function:" + name}})
}

func record(t *testing.T, l logged) []byte {
	t.Helper()
	text, err := json.Marshal(l.record())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// whole scans to the end, undisturbed, and gives the report without its run and
// without what tells how a cell was read.
func (c *cloud) whole(t *testing.T, state string, now time.Time) (string, scan) {
	t.Helper()
	c.at.Store(0)
	c.calls.Store(0)
	s := c.scan(t, state, "--now", now.Format(time.RFC3339))
	if s.doc == nil || (s.code != report.ExitIncomplete && s.code != report.ExitFindings) {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	d := *s.doc
	d.Run, d.Summary.Findings.Resolved = report.Run{}, 0
	d.Findings = slices.DeleteFunc(slices.Clone(d.Findings), func(f report.Finding) bool { return f.State == "resolved" })
	d.Coverage = slices.Clone(d.Coverage)
	for i, cell := range d.Coverage {
		if cell.State == "complete" {
			d.Coverage[i].Message = ""
		}
		if cell.Capability == "events" {
			d.Coverage[i].Seen = 0 // the next scan begins where the ended one was
		}
	}
	text, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text), s
}

// ended scans and ends the scan by a signal when it makes the n-th call.
func (c *cloud) ended(t *testing.T, signal os.Signal, n int64, state string, now time.Time) {
	t.Helper()
	cmd := c.command(t.Context(), state, "--now", now.Format(time.RFC3339))
	c.act = func() { _ = cmd.Process.Signal(signal) } // it may have ended by itself
	c.calls.Store(0)
	c.at.Store(n)
	s := c.run(t, cmd)
	switch {
	case signal == os.Interrupt && (s.code != report.ExitFailed || !strings.Contains(s.stderr, "the scan was stopped")):
		t.Errorf("%s at call %d: exit code %d\n%s", signal, n, s.code, s.stderr)
	case signal != os.Interrupt && s.code >= 0:
		t.Errorf("%s at call %d: it ended by itself with exit code %d", signal, n, s.code)
	}
}

// events lists the ids of all events in a store, each as often as it is there.
func events(t *testing.T, state string, now time.Time) []string {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), state, sqlstore.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	v, err := st.View(t.Context(), now)
	if err == nil {
		err = v.Walk(t.Context(), inventory.Filter{}, func(e inventory.Event) error {
			out = append(out, e.ID)
			return nil
		})
	}
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// TestAnEndAmidAHundredAccounts stops and kills scans of AWS at calls of the
// plan and of the reading. The next scan goes on: its report equals that of an
// undisturbed one, and no event is lost or doubled.
func TestAnEndAmidAHundredAccounts(t *testing.T) {
	testparts.Heavy(t, "a process to kill")
	w := hundred(t)
	c := newCloud(t, w)
	undisturbed := "sqlite:" + filepath.Join(c.dir, "undisturbed.db")
	want, _ := c.whole(t, undisturbed, w.Now)
	total := c.calls.Load()
	logged := events(t, undisturbed, w.Now)
	if len(logged) < 200 {
		t.Fatalf("only %d events: the test shows too little", len(logged))
	}
	check := func(signal os.Signal, percent int64, state string) {
		t.Helper()
		c.ended(t, signal, max(total*percent/100, 1), state, w.Now)
		got, after := c.whole(t, state, w.Now)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s at %d %%: the report of the next scan differs:\n%s", signal, percent, d)
		}
		if d := cmp.Diff(logged, events(t, state, w.Now)); d != "" {
			t.Errorf("%s at %d %%: the events differ:\n%s", signal, percent, d)
		}
		if said := strings.Contains(after.stderr, "the last scan was interrupted"); said != (signal == syscall.SIGKILL) {
			t.Errorf("%s at %d %%: told as interrupted: %t\n%s", signal, percent, said, after.stderr)
		}
	}
	file := func(signal os.Signal, percent int64) string {
		return "sqlite:" + filepath.Join(c.dir, fmt.Sprintf("%s-%d.db", signal, percent))
	}
	for i := range int64(12) {
		check(syscall.SIGKILL, 1+8*i, file(syscall.SIGKILL, i))
	}
	for i := range int64(4) {
		check(os.Interrupt, 2+30*i, file(os.Interrupt, i))
	}
	server := testparts.StartPostgres(t)
	for i, signal := range []os.Signal{syscall.SIGKILL, os.Interrupt, syscall.SIGKILL, os.Interrupt} {
		check(signal, 10+int64(i)*25, server.Database(t))
	}
}
