package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/findings/rules"
	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
)

const quietRegistry = `version: 1
owners:
  - {id: all, name: All, contacts: [all@estate.example]}
claims:
  - id: functions
    owner: all
    select: {provider: aws, kind: lambda-function}
    approval: {by: ana@estate.example, on: 2026-01-02, expires: 2027-01-02, ticket: S-1, limits: {reach: authenticated, regions: [eu-west-1, us-east-1], deployers: ["arn:aws:iam::` + awsfake.Shop + `:role/deployer"]}}
  - id: pools
    owner: all
    select: {provider: aws, kind: capacity-provider}
    approval: {by: ana@estate.example, on: 2026-01-02, expires: 2027-01-02, ticket: S-2, limits: {reach: account}}
blind_spots:
  - {provider: aws, capability: microvms, reason: looked for by hand, by: ana@estate.example, expires: 2027-01-01}
`

// quiet is the company of Estate without what a rule would speak of: one account
// beside that of the credentials, in which all that is left can be approved.
func quiet() *awsfake.World {
	w := awsfake.Estate(awsfake.EstateOptions{Functions: 82}).World
	w.Accounts = slices.DeleteFunc(w.Accounts, func(a *awsfake.Account) bool { return a.ID == awsfake.Data || a.ID == awsfake.Old })
	slices.Reverse(w.Accounts) // the one with functions stands on the first page
	for _, r := range w.Account(awsfake.Shop).Places {
		var kept []*awsfake.Function
		var told [][]byte
		for _, f := range r.Functions {
			if !stays(f.Name) {
				continue
			}
			kept = append(kept, f)
			for _, e := range r.Events {
				if bytes.Contains(e, []byte(`"functionName":"`+f.Name+`"`)) {
					told = append(told, e)
				}
			}
		}
		r.Functions, r.Events, r.WebFunctions = kept, told, nil
		r.LoadBalancers[0].Scheme = "internal"
		r.HTTPAPIs[0].Routes = r.HTTPAPIs[0].Routes[1:]
		r.RestAPIs[0].Resources[1].Methods[0].Authorization = "AWS_IAM"
	}
	return w
}

func stays(name string) bool {
	kind, _, _ := strings.Cut(name, "-")
	return slices.Contains([]string{"signed", "sourced", "image", "pooled", "fenced", "worker", "door", "busy"}, kind)
}

// newQuiet scans the quiet company once: nothing is found, nothing is a hole that
// was not accepted, and everything is approved.
func newQuiet(t *testing.T, flags ...string) *matrix {
	t.Helper()
	w := quiet()
	smallPages(w)
	m := &matrix{room: newRoom(t, "registry: {files: [registry.yaml]}\n"+estateConfig), server: awsfake.New(w), now: w.Now}
	pointAWS(t, m.server)
	m.write("registry.yaml", []byte(quietRegistry))
	code, d := m.first(awsfake.Fault{}, flags...)
	if code != report.ExitClean {
		t.Fatalf("undisturbed: exit code %d: %s; holes %v", code, d.ExitWhy, holes(d))
	}
	if len(d.Assets) < 18 {
		t.Errorf("only %d assets", len(d.Assets))
	}
	for _, a := range d.Assets {
		if a.Standing != "approved" {
			t.Errorf("undisturbed: %s is %s", a.ID, a.Standing)
		}
	}
	m.normal, m.calls = d, m.server.Calls()
	return m
}

// first scans into an empty store under one fault.
func (m *matrix) first(f awsfake.Fault, flags ...string) (int, *report.Document) {
	m.t.Helper()
	for _, name := range []string{"first.db", "first.db-wal", "first.db-shm"} {
		if err := os.Remove(filepath.Join(m.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			m.t.Fatal(err)
		}
	}
	m.server.Reset()
	m.server.SetFaults(f)
	defer m.server.SetFaults()
	return m.scan(append([]string{"--now", m.now.Format(time.RFC3339), "--state", m.sqlite("first.db")}, flags...)...)
}

// TestEveryCallDeniedOnAFirstScan: nothing was read before, so that a hole has
// nothing to lean on. Of a company in which everything is approved and the scan
// ends with 0, no denial ends with 0.
func TestEveryCallDeniedOnAFirstScan(t *testing.T) {
	if testing.Short() {
		t.Skip("a scan for each call takes its time")
	}
	for mode, flags := range map[string][]string{"default": nil, "full": {"--full"}} {
		t.Run(mode, func(t *testing.T) {
			m := newQuiet(t, flags...)
			faults := m.faults()
			if len(faults) < 60 {
				t.Errorf("only %d faults: the scan makes too few calls", len(faults))
			}
			for _, name := range sorted(faults) {
				t.Run(name, func(t *testing.T) {
					f := faults[name]
					code, d := m.first(f, flags...)
					m.isTold(t, f, d)
					m.isWorse(t, code, d)
					m.isThere(t, f, d)
					m.silences(t, d)
				})
			}
		})
	}
}

// isWorse: never 0, and what was approved is so still or is unknown. A function
// of which a way in was not read is unknown.
func (m *matrix) isWorse(t *testing.T, code int, d *report.Document) {
	t.Helper()
	if code != report.ExitIncomplete && code != report.ExitFindings {
		t.Errorf("exit code %d: %s", code, d.ExitWhy)
	}
	for _, a := range d.Assets {
		if a.Standing != "approved" && a.Standing != "unknown" {
			t.Errorf("%s was approved and is %s", a.ID, a.Standing)
		}
		for _, c := range d.Coverage {
			way := slices.Contains([]string{"urls", "policies", "api-gateway", "load-balancers"}, c.Capability)
			if way && c.State == "denied" && c.Account == a.Account && c.Region == a.Region && a.Kind == "lambda-function" && a.Standing != "unknown" {
				t.Errorf("%s is %s, and its %s are denied", a.ID, a.Standing, c.Capability)
			}
		}
	}
}

// TestEveryServiceThatFailsOnAFirstScan: no failure of any kind, however long it
// lasts, ends with 0 or takes away what could be listed.
func TestEveryServiceThatFailsOnAFirstScan(t *testing.T) {
	if testing.Short() {
		t.Skip("a scan for each service and failure takes its time")
	}
	t.Setenv("AWS_MAX_ATTEMPTS", "1") // that it lasts is given: what the waits cost in time, they add nothing
	m := newQuiet(t)
	seen := map[string]bool{}
	for _, c := range m.calls {
		if seen[c.Service] && c.Service != "lambda" || seen[c.Operation] {
			continue
		}
		seen[c.Service], seen[c.Operation] = true, true
		for _, effect := range []awsfake.Effect{awsfake.Throttle(0), awsfake.ServerError(), awsfake.ServerErrorHTML(), awsfake.CutBody(), awsfake.CutJSON(),
			awsfake.ResetConnection(), awsfake.Expire()} {
			f := awsfake.Fault{Service: c.Service, Operation: c.Operation, Effect: effect}
			t.Run(fmt.Sprintf("%s %s %s", c.Service, c.Operation, effect), func(t *testing.T) {
				code, d := m.first(f)
				m.isWorse(t, code, d)
				m.silences(t, d)
				if effect == awsfake.Expire() {
					m.isListed(t, d) // nothing can be read with such credentials from then on
				} else {
					m.isThere(t, f, d)
				}
				if !slices.ContainsFunc(d.Coverage, func(c report.Coverage) bool { return c.State != "complete" && c.Operation == f.Operation }) {
					t.Errorf("no cell names %s; holes: %v", f.Operation, holes(d))
				}
			})
		}
	}
	if len(seen) < 25 {
		t.Errorf("only %d services and operations", len(seen))
	}
}

// TestCredentialsThatEndInTheMiddle of a first scan, wherever that is.
func TestCredentialsThatEndInTheMiddle(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	m := newQuiet(t)
	for percent := 5; percent < 100; percent += 10 {
		f := awsfake.Fault{After: len(m.calls) * percent / 100, Effect: awsfake.Expire()}
		code, d := m.first(f)
		m.isWorse(t, code, d)
		m.silences(t, d)
		m.isListed(t, d)
	}
}

// isListed: a list that is said to be whole is.
func (m *matrix) isListed(t *testing.T, d *report.Document) {
	t.Helper()
	listed := map[string]bool{}
	for _, c := range d.Coverage {
		if c.State == "complete" && (c.Capability == "functions" || c.Capability == "capacity-providers") {
			listed[c.Account+c.Region+c.Capability] = true
		}
	}
	there := map[string]bool{}
	for _, a := range d.Assets {
		there[a.ID] = true
	}
	for _, a := range m.normal.Assets {
		capability := map[string]string{"lambda-function": "functions", "capacity-provider": "capacity-providers"}[a.Kind]
		if listed[a.Account+a.Region+capability] && !there[a.ID] {
			t.Errorf("%s is missing from a list that is whole", a.ID)
		}
	}
}

// isThere: what could still be listed is in the report.
func (m *matrix) isThere(t *testing.T, f awsfake.Fault, d *report.Document) {
	t.Helper()
	if slices.Contains([]string{"GetCallerIdentity", "ListAccounts", "AssumeRole", "ListFunctions", "ListCapacityProviders"}, f.Operation) {
		if f.Page < 2 {
			return // without these there is no list
		}
		if len(d.Assets) < len(m.normal.Assets)/5 {
			t.Errorf("%d assets are left of %d: the first page is not lost", len(d.Assets), len(m.normal.Assets))
		}
		return
	}
	there := map[string]bool{}
	for _, a := range d.Assets {
		there[a.ID] = true
	}
	for _, a := range m.normal.Assets {
		if !there[a.ID] {
			t.Errorf("%s vanished", a.ID)
		}
	}
}

// silences: each hole has its open finding, which names every rule that needs
// what was not read.
func (m *matrix) silences(t *testing.T, d *report.Document) {
	t.Helper()
	for _, c := range d.Coverage {
		if slices.Contains([]string{"complete", "disabled"}, c.State) || c.Capability == "microvms" {
			continue
		}
		subject := strings.ReplaceAll(fmt.Sprintf("%s/%s/%s", c.Provider, c.Account, c.Capability), "//", "/")
		i := slices.IndexFunc(d.Findings, func(f report.Finding) bool {
			return f.Rule == "COV-01" && f.State == "open" && f.Subject == subject && strings.HasPrefix(f.Message, subject+": "+c.State)
		})
		if i < 0 {
			t.Errorf("no finding tells of the %s that are %s in %s", c.Capability, c.State, c.Account)
			continue
		}
		for _, r := range rules.All() {
			// Which events a rule needs differs by their service, and so by the region.
			whole := (c.Capability != "events" || r.ID == "AWS-01") && r.Provider != inventory.Cloudflare
			if whole && slices.Contains(r.Needs, inventory.Capability(c.Capability)) && !strings.Contains(d.Findings[i].Message, r.ID) {
				t.Errorf("%s does not name %s", d.Findings[i].Message, r.ID)
			}
		}
	}
}
