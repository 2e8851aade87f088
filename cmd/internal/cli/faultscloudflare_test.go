package cli_test

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/cloudflarefake"
)

// cfScanned is what a scan came to.
type cfScanned struct {
	code   int
	doc    *report.Document
	stderr string
	calls  []cloudflarefake.Call
}

// cfMatrix is the estate of Cloudflare, scanned once undisturbed: nothing is a hole.
type cfMatrix struct {
	matrix
	registry string
	store    []byte
	calls    []cloudflarefake.Call
}

// cfRoom is a room whose configuration reads a fake, and whose registry approves
// all of the estate.
func cfRoom(t *testing.T, w *cloudflarefake.World) (room, *cloudflarefake.Server) {
	t.Helper()
	fake := cloudflarefake.New(w)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	r := newRoom(t, fmt.Sprintf("registry: {files: [registry.yaml]}\nproviders: {cloudflare: {endpoint: %q, rate: 0, dispatch_scripts: true}}\n", server.URL))
	r.env = []string{"CLOUDFLARE_API_TOKEN=" + cfCanary}
	r.write("registry.yaml", []byte(cfRegistry))
	return r, fake
}

// newCFMatrix scans the estate under a registry, with which the scan ends with code.
func newCFMatrix(t *testing.T, registry string, want int) *cfMatrix {
	t.Helper()
	if testing.Short() {
		t.Skip("a scan for each call and fault takes its time")
	}
	m := &cfMatrix{registry: registry}
	r, fake := cfRoom(t, cfEstate())
	r.write("registry.yaml", []byte(registry))
	code, d := r.scan("--now", cfNow().Format(time.RFC3339), "--state", r.sqlite("base.db"), "--full")
	if code != want {
		t.Fatalf("undisturbed: exit code %d: %s; holes %v", code, d.ExitWhy, holes(d))
	}
	var err error
	if m.store, err = os.ReadFile(filepath.Join(r.dir, "base.db")); err != nil {
		t.Fatal(err)
	}
	fake.Reset()
	fake.Change(func(w *cloudflarefake.World) { w.Now = cfNow().Add(time.Hour) })
	code, m.normal = r.scan("--now", cfNow().Add(time.Hour).Format(time.RFC3339), "--state", r.sqlite("base.db"), "--full")
	if code != want || len(m.normal.Assets) != 20 || len(holes(m.normal)) > 0 {
		t.Fatalf("undisturbed again: exit code %d: %s; %d assets; holes %v", code, m.normal.ExitWhy, len(m.normal.Assets), holes(m.normal))
	}
	m.calls = fake.Calls()
	before := map[string]bool{} // what the second scan alone learned can be missed by another
	for _, f := range d.Findings {
		before[f.ID] = true
	}
	m.normal.Findings = slices.DeleteFunc(m.normal.Findings, func(f report.Finding) bool { return !before[f.ID] })
	return m
}

// under scans again, an hour after the first scan, under one fault. first scans
// into an empty store instead.
func (m *cfMatrix) under(t *testing.T, first bool, faults ...cloudflarefake.Fault) cfScanned {
	t.Helper()
	w := cfEstate()
	w.Now = cfNow().Add(time.Hour)
	r, fake := cfRoom(t, w)
	r.write("registry.yaml", []byte(m.registry))
	fake.SetFaults(faults...)
	flags := []string{"--now", w.Now.Format(time.RFC3339), "--state", r.sqlite("estray.db")}
	if !first {
		r.write("estray.db", m.store)
		flags = append(flags, "--full")
	}
	var out cfScanned
	out.code, out.doc, out.stderr = r.scanned(flags...)
	out.calls = fake.Calls()
	return out
}

// scanned is scan with what was written to standard error.
func (r room) scanned(args ...string) (int, *report.Document, string) {
	r.t.Helper()
	path := filepath.Join(r.dir, "report.json")
	code, _, stderr := r.estray(append([]string{"scan", "--output", "json=" + path}, args...)...)
	text, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatalf("exit code %d\n%s", code, stderr)
	}
	return code, readReport(r.t, text), stderr
}

// each runs scans side by side: most of them wait.
func each[K comparable](keys []K, run func(K) cfScanned) map[K]cfScanned {
	var wait sync.WaitGroup
	var mu sync.Mutex
	out, turns := map[K]cfScanned{}, make(chan struct{}, 16)
	for _, k := range keys {
		wait.Go(func() {
			turns <- struct{}{}
			s := run(k)
			<-turns
			mu.Lock()
			defer mu.Unlock()
			out[k] = s
		})
	}
	wait.Wait()
	return out
}

// cfEffect is a failure and what it must be called.
type cfEffect struct {
	name, state, code string
	effect            cloudflarefake.Effect
	lists             bool // it concerns what has more than one page
}

func cfEffects() []cfEffect {
	return []cfEffect{
		{name: "denied", state: "denied", code: "10000", effect: cloudflarefake.Deny(10000)},
		{name: "success false with status 200", state: "denied", code: "10023", effect: cloudflarefake.Unsuccessful(10023)},
		{name: "HTML with status 502", state: "unavailable", code: "http-502", effect: cloudflarefake.HTML(502)},
		{name: "throttled", state: "throttled", effect: cloudflarefake.Throttle("1")},
		{name: "null result", state: "malformed", effect: cloudflarefake.NullResult()},
		{name: "text result", state: "malformed", effect: cloudflarefake.TextResult()},
		{name: "JSON cut", state: "malformed", effect: cloudflarefake.CutJSON()},
		{name: "page that repeats", state: "malformed", effect: cloudflarefake.RepeatPage(), lists: true},
	}
}

// cfPaths are the calls that the undisturbed scan made, and whether they came to a
// second page.
func (m *cfMatrix) paths() map[string]bool {
	out := map[string]bool{}
	for _, c := range m.calls {
		out[c.Path] = out[c.Path] || c.Page > 1
	}
	return out
}

// TestEveryCallToCloudflareFailsInTurn: whatever a scan asks and does not get is a
// hole that names the call, its state and its code. No asset is lost for it, nothing
// looks better and nothing is resolved; the exit code is never 0. The matrix is made
// of the calls that a scan makes, so that a new one is in it.
func TestEveryCallToCloudflareFailsInTurn(t *testing.T) {
	m := newCFMatrix(t, cfRegistry, report.ExitClean)
	paths := m.paths()
	if len(paths) < 30 {
		t.Errorf("only %d paths: %v", len(paths), slices.Sorted(maps.Keys(paths)))
	}
	type one struct {
		path  string
		e     cfEffect
		first bool
	}
	var all []one
	paged := 0
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, e := range cfEffects() {
			if e.lists && !paths[path] {
				continue
			}
			if e.lists {
				paged++
			}
			all = append(all, one{path, e, false})
			if e.name == "denied" {
				all = append(all, one{path, e, true})
			}
		}
	}
	if paged < 12 {
		t.Errorf("only %d listings have a second page", paged)
	}
	got := each(all, func(o one) cfScanned {
		return m.under(t, o.first, cloudflarefake.Fault{Path: o.path, Effect: o.e.effect})
	})
	for _, o := range all {
		s := got[o]
		name := fmt.Sprintf("%s %s", o.path, o.e.name)
		if o.first {
			name += " on a first scan"
		}
		t.Run(name, func(t *testing.T) {
			if s.code != report.ExitFindings && s.code != report.ExitIncomplete && !strings.HasPrefix(o.path, "/user/") {
				t.Errorf("exit code %d: %s\n%s", s.code, s.doc.ExitWhy, s.stderr)
			}
			m.isCalled(t, o.path, o.e, s.doc)
			if o.first {
				if !strings.HasPrefix(o.path, "/user/") {
					m.isWorse(t, s.code, s.doc)
				}
				return
			}
			m.isNoBetter(t, s.doc)
		})
	}
}

// cfLoose is a registry under which much is found.
const cfLoose = `version: 1
owners:
  - {id: shop, name: Shop, contacts: [shop@estate.example]}
claims:
  - id: shop
    owner: shop
    select: {provider: cloudflare, accounts: ["` + cfShop + `"]}
    approval: {by: ana@estate.example, on: 2026-01-02, expires: 2026-10-02, ticket: S-1, limits: {reach: account, deployers: ["cloudflare:user:` + cfCI + `"]}}
  - {id: split, owner: shop, select: {provider: cloudflare, accounts: ["` + cfData + `"], name: split}}
`

// TestOneAccountThatIsDeniedTakesNothingFromTheOther, nor from what was known: what
// was found there stays open, and the holes are in that account.
func TestOneAccountThatIsDeniedTakesNothingFromTheOther(t *testing.T) {
	m := newCFMatrix(t, cfLoose, report.ExitFindings)
	found := map[string]bool{}
	for _, f := range m.normal.Findings {
		found[f.Rule] = found[f.Rule] || f.State == "open"
	}
	if len(found) < 4 {
		t.Errorf("only %v are found: there is little to lose", found)
	}
	var paths []string
	for path := range m.paths() {
		if strings.Contains(path, "/:a/") || strings.Contains(path, "/:z/") || path == "/zones" {
			paths = append(paths, path)
		}
	}
	got := each(paths, func(path string) cfScanned {
		return m.under(t, false, cloudflarefake.Fault{Path: path, Account: cfData, Effect: cloudflarefake.Deny(10000)})
	})
	got["all"] = m.under(t, false, cloudflarefake.Fault{Account: cfData, Effect: cloudflarefake.Deny(10023)})
	paths = append(paths, "all")
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			s := got[path]
			if s.code != report.ExitFindings {
				t.Errorf("exit code %d: %s\n%s", s.code, s.doc.ExitWhy, s.stderr)
			}
			hit := 0
			for _, c := range s.doc.Coverage {
				switch {
				case c.State == "complete":
				case c.Account == cfData:
					hit++
				default:
					t.Errorf("elsewhere: %s/%s %s: %s: %s", c.Account, c.Region, c.Capability, c.State, c.Message)
				}
			}
			// Our token is one of the first account, and asked about there.
			if hit == 0 && !strings.Contains(path, "/tokens/:t") && !strings.Contains(path, "/tokens/verify") {
				t.Error("no cell of the account is a hole")
			}
			m.isNoBetter(t, s.doc)
		})
	}
}

// TestATokenThatEndsInTheMiddle of a scan, wherever that is: what was read is kept,
// what was not is a hole, and each later call is spared.
func TestATokenThatEndsInTheMiddle(t *testing.T) {
	m := newCFMatrix(t, cfRegistry, report.ExitClean)
	var points []int
	for percent := 2; percent < 100; percent += 7 {
		points = append(points, len(m.calls)*percent/100)
	}
	for _, first := range []bool{false, true} {
		got := each(points, func(n int) cfScanned {
			return m.under(t, first, cloudflarefake.Fault{After: n, Effect: cloudflarefake.Expire(1000)})
		})
		for _, n := range points {
			s := got[n]
			t.Run(fmt.Sprintf("first %v after %d calls", first, n), func(t *testing.T) {
				if first && n >= len(s.calls) {
					t.Skip("a first scan makes fewer calls")
				}
				if !first {
					m.isNoBetter(t, s.doc)
				}
				m.isWorse(t, s.code, s.doc)
				if !slices.ContainsFunc(s.doc.Coverage, func(c report.Coverage) bool { return c.Code == "1000" }) {
					t.Errorf("no cell names the code; holes: %v", holes(s.doc))
				}
				if refused := len(s.calls) - n; refused > 4 { // one in flight, and both that ask what the token is
					t.Errorf("%d calls were made with a token that is refused", refused)
				}
			})
		}
	}
}

// isCalled: a cell names the call, with the state and the code.
func (m *cfMatrix) isCalled(t *testing.T, path string, e cfEffect, d *report.Document) {
	t.Helper()
	if path == "/user/tokens/verify" {
		return // asked to learn of which kind the token is, and refused to a token of an account
	}
	for _, c := range d.Coverage {
		if c.Operation == "GET "+path && (c.State == e.state || c.State == "partial") && (e.code == "" || c.Code == e.code) {
			return
		}
	}
	var told []string
	for _, c := range d.Coverage {
		if c.State != "complete" {
			told = append(told, fmt.Sprintf("%s/%s %s %s: %s %s %s", c.Account, c.Region, c.Capability, c.State, c.Operation, c.Code, c.Message))
		}
	}
	t.Errorf("no cell says that GET %s was %s %s:\n%s", path, e.state, e.code, strings.Join(told, "\n"))
}
