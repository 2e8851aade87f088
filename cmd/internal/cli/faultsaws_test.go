package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
)

const estateRegistry = `version: 1
owners:
  - {id: shop, name: Shop, contacts: [shop@estate.example]}
  - {id: data, name: Data, contacts: [data@estate.example]}
claims:
  - id: shop
    owner: shop
    select: {provider: aws, accounts: ["` + awsfake.Shop + `"]}
    approval: {by: ana@estate.example, on: 2026-01-02, expires: 2027-01-02, ticket: S-1, limits: {reach: organization, regions: [eu-west-1, us-east-1]}}
  - {id: data, owner: data, select: {provider: aws, accounts: ["` + awsfake.Data + `"], name: "public-*"}}
`

// matrix is a company that was scanned once, undisturbed.
type matrix struct {
	room
	server *awsfake.Server
	now    time.Time
	store  []byte           // after that scan
	normal *report.Document // of another undisturbed scan
	calls  []awsfake.Call   // that it made
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	if testing.Short() {
		t.Skip("a scan for each call takes its time")
	}
	b := awsfake.Estate(awsfake.EstateOptions{Functions: 44})
	smallPages(b.World)
	m := &matrix{room: newRoom(t, "registry: {files: [registry.yaml]}\n"+estateConfig), server: awsfake.New(b.World), now: b.World.Now}
	pointAWS(t, m.server)
	m.write("registry.yaml", []byte(estateRegistry))
	m.again(0, "base.db")
	var err error
	if m.store, err = os.ReadFile(filepath.Join(m.dir, "base.db")); err != nil {
		t.Fatal(err)
	}
	m.server.Reset()
	_, m.normal = m.again(time.Hour, "base.db")
	m.calls = m.server.Calls()
	return m
}

// smallPages makes each listing have a second page.
func smallPages(w *awsfake.World) {
	w.PageSize = map[string]int{"ListFunctions": 5, "LookupEvents": 5, "GetResources": 3}
	for _, operation := range []string{"ListAccounts", "ListRegions", "GetAccountAuthorizationDetails", "ListEventSourceMappings", "ListAliases", "ListFunctionUrlConfigs",
		"ListRules", "ListTargetsByRule", "ListSchedules", "GetApis", "GetRoutes", "GetRestApis", "ListSubscriptions", "DescribeLogGroups",
		"DescribeTargetGroups", "DescribeLoadBalancers", "ListWebFunctions", "ListCapacityProviders", "ListCodeSigningConfigs"} {
		w.PageSize[operation] = 1
	}
}

func (m *matrix) again(later time.Duration, name string) (int, *report.Document) {
	m.t.Helper()
	return m.scan("--now", m.now.Add(later).Format(time.RFC3339), "--state", m.sqlite(name), "--full")
}

// under scans again after the first scan, under one fault.
func (m *matrix) under(f awsfake.Fault) (int, *report.Document) {
	m.t.Helper()
	m.write("fault.db", m.store)
	m.server.SetFaults(f)
	defer m.server.SetFaults()
	return m.again(time.Hour, "fault.db")
}

// faults denies each operation that the scan made: whole, behind its first
// page, and in one account and region.
func (m *matrix) faults() map[string]awsfake.Fault {
	out := map[string]awsfake.Fault{}
	for _, c := range m.calls {
		f := awsfake.Fault{Service: c.Service, Operation: c.Operation, Effect: awsfake.DenyMissing()}
		name := c.Service + " " + c.Operation
		out[name] = f
		if c.Page == 2 {
			f.Page = 2
			out[name+" behind its first page"] = f
		}
		if c.Account == awsfake.Shop && (c.Region == "eu-west-1" || !regional(c.Service)) {
			f.Page, f.Account, f.Region = 0, c.Account, c.Region
			out[name+" in one place"] = f
		}
	}
	return out
}

func regional(service string) bool {
	return !slices.Contains([]string{"sts", "iam", "organizations", "account"}, service)
}

// TestEveryCallDeniedInTurn: whatever a scan may not ask is a hole that names
// the call and its code, and nothing looks better for it. The matrix is made of
// the calls that the scan makes, so that a new one is in it.
func TestEveryCallDeniedInTurn(t *testing.T) {
	m := newMatrix(t)
	faults := m.faults()
	if len(faults) < 65 {
		t.Errorf("only %d faults: the scan makes too few calls", len(faults))
	}
	for _, name := range sorted(faults) {
		t.Run(name, func(t *testing.T) {
			f := faults[name]
			code, d := m.under(f)
			if code != report.ExitFindings && code != report.ExitIncomplete {
				t.Errorf("exit code %d", code)
			}
			m.isTold(t, f, d)
			m.isNoBetter(t, d)
		})
	}
}

func sorted(faults map[string]awsfake.Fault) []string {
	var out []string
	for name := range faults {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// isTold: a cell says what was denied, and a denial in one place leaves the
// others as they are.
func (m *matrix) isTold(t *testing.T, f awsfake.Fault, d *report.Document) {
	t.Helper()
	normal := map[string]bool{}
	for _, h := range holes(m.normal) {
		normal[h] = true
	}
	told := false
	for _, c := range d.Coverage {
		told = told || c.Operation == f.Operation && c.Code != "" && (c.State == "denied" || c.State == "partial")
		hole := fmt.Sprintf("%s/%s/%s %s %s", c.Provider, c.Account, c.Region, c.Capability, c.State)
		elsewhere := f.Account != "" && (c.Account != f.Account || regional(f.Service) && c.Region != f.Region)
		if c.State != "complete" && c.State != "disabled" && elsewhere && !normal[hole] {
			t.Errorf("elsewhere: %s: %s", hole, c.Message)
		}
	}
	if !told {
		t.Errorf("no cell says that %s was denied; holes: %v", f.Operation, holes(d))
	}
}

// isNoBetter: no asset vanishes, no standing gets better, nothing is resolved.
func (m *matrix) isNoBetter(t *testing.T, d *report.Document) {
	t.Helper()
	now := map[string]report.Asset{}
	for _, a := range d.Assets {
		now[a.ID] = a
	}
	for _, was := range m.normal.Assets {
		a, ok := now[was.ID]
		switch {
		case !ok || a.Presence != was.Presence && a.Presence == "gone":
			t.Errorf("%s vanished", was.ID)
		case a.Standing != was.Standing && a.Standing != "unknown" && was.Standing != "approved":
			t.Errorf("%s was %s and is %s", was.ID, was.Standing, a.Standing)
		}
	}
	open := map[string]bool{}
	for _, f := range d.Findings {
		open[f.ID] = f.State == "open"
	}
	for _, f := range m.normal.Findings {
		if f.State == "open" && !open[f.ID] && !strings.HasPrefix(f.Rule, "COV-") {
			t.Errorf("%s %s of %s is not open any more", f.Rule, f.ID, f.Asset)
		}
	}
}
