package cli_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/cloudflarefake"
)

// cfSight is the estate of Cloudflare in a room, and the times at which it is
// scanned.
type cfSight struct {
	room
	fake *cloudflarefake.Server
}

func newCFSight(t *testing.T, w *cloudflarefake.World) *cfSight {
	t.Helper()
	r, fake := cfRoom(t, w)
	return &cfSight{r, fake}
}

// after changes the world and scans it so long after cfNow.
func (s *cfSight) after(later time.Duration, change func(*cloudflarefake.World), flags ...string) (int, *report.Document) {
	s.t.Helper()
	s.fake.Change(func(w *cloudflarefake.World) {
		w.Now = cfNow().Add(later)
		if change != nil {
			change(w)
		}
	})
	s.fake.Reset()
	return s.scan(append([]string{"--now", cfNow().Add(later).Format(time.RFC3339), "--state", s.sqlite("estray.db")}, flags...)...)
}

// cell is the word on a capability of an account, of its first zone where it has
// several.
func cell(t *testing.T, d *report.Document, account, capability string) report.Coverage {
	t.Helper()
	for _, c := range d.Coverage {
		if c.Account == account && c.Capability == capability && c.Source != "cloudflare-audit-v1" {
			return c
		}
	}
	t.Fatalf("no cell of %s in %s", capability, account)
	return report.Coverage{}
}

func assetsOf(d *report.Document) map[string]report.Asset {
	out := map[string]report.Asset{}
	for _, a := range d.Assets {
		out[a.ID] = a
	}
	return out
}

// told lists the events of an asset: "NAME RAW-URI-END".
func (s *cfSight) told(id string, later time.Duration) []string {
	s.t.Helper()
	code, out, errs := s.estray("events", "list", "--asset", id, "--format", "json", "--state", s.sqlite("estray.db"), "--now", cfNow().Add(later).Format(time.RFC3339))
	if code != 0 {
		s.t.Fatalf("events list: exit code %d\n%s", code, errs)
	}
	var rows []struct{ Name, Action, Time string }
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		s.t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		all = append(all, r.Time+" "+r.Action)
	}
	return all
}

// history lists the values that a facet of an asset had, oldest first.
func (s *cfSight) history(id, facet string, later time.Duration) []string {
	s.t.Helper()
	code, out, errs := s.estray("inventory", "history", id, "--format", "json", "--state", s.sqlite("estray.db"), "--now", cfNow().Add(later).Format(time.RFC3339))
	if code != 0 {
		s.t.Fatalf("inventory history: exit code %d\n%s", code, errs)
	}
	var rows []struct{ What, Value string }
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		s.t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		if r.What == "facet "+facet {
			all = append(all, r.Value)
		}
	}
	return all
}

// TestCloudflareIsReadAsItIs: what the estate has is in the report, with the ways in
// that are open and none that are not, and each cell is whole.
func TestCloudflareIsReadAsItIs(t *testing.T) {
	s := newCFSight(t, cfEstate())
	code, d := s.after(0, nil)
	if code != report.ExitClean || len(holes(d)) > 0 {
		t.Errorf("exit code %d: %s; holes %v", code, d.ExitWhy, holes(d))
	}
	ways := map[string]string{}
	for _, a := range d.Assets {
		if a.Account != cfShop {
			continue
		}
		var open []string
		for _, e := range a.Exposures {
			if e.Reach == "public" {
				open = append(open, e.Kind+" "+e.Hostname)
			}
		}
		slices.Sort(open)
		ways[a.Kind+" "+a.Name] = a.Reach + " " + strings.Join(open, ", ")
	}
	want := map[string]string{
		"worker front":                  "public custom-domain www.example00.com, route example00.com",
		"worker jobs":                   "public route jobs.example01.com",
		"worker mail":                   "private ", // mail starts it
		"worker idle":                   "private ",
		"worker split":                  "private ",
		"pages-project site0":           "public pages-dev *.site0.pages.dev, pages-dev site0.pages.dev, pages-domain site.example00.com",
		"pages-project docs0":           "public pages-dev *.docs0.pages.dev, pages-dev docs0.pages.dev, pages-domain docs.example00.com",
		"dispatch-namespace customers0": "private ",
		"worker customers0/tenant":      "private ",
		"worker customers0/other":       "private ",
	}
	if diff := cmp.Diff(want, ways); diff != "" {
		t.Errorf("ways in (-want +got):\n%s", diff)
	}
	for _, c := range s.fake.Calls() {
		if c.Method != "GET" || c.Forbidden || c.Unserved {
			t.Errorf("call %s %s", c.Method, c.Path)
		}
	}
}

// TestOneNameInFiveAccountsOfWhichOneIsDenied: five Workers, not one; of the account
// that is denied nothing is known, and the others are whole.
func TestOneNameInFiveAccountsOfWhichOneIsDenied(t *testing.T) {
	w := cfEstate()
	w.Accounts = nil
	for i := range 5 {
		a := &cloudflarefake.Account{ID: cfID("5c", i), Name: fmt.Sprint("A", i), Subdomain: fmt.Sprint("team", i)}
		a.Zones = []*cloudflarefake.Zone{{ID: cfID("2c", i), Name: fmt.Sprintf("five%d.com", i)}, {ID: cfID("2d", i), Name: fmt.Sprintf("cinq%d.com", i)}}
		cfWorker(a, i, 0)
		w.Accounts = append(w.Accounts, a)
	}
	w.Token.Account = w.Accounts[0].ID
	w.Accounts[0].Tokens = []cloudflarefake.APIToken{{ID: cfReader, Policies: []cloudflarefake.Policy{cfReads()}}}
	s := newCFSight(t, w)
	denied := cfID("5c", 3)
	s.fake.SetFaults(cloudflarefake.Fault{Account: denied, Effect: cloudflarefake.Deny(10000)})
	code, d := s.after(0, nil)
	if code != report.ExitIncomplete {
		t.Errorf("exit code %d: %s", code, d.ExitWhy)
	}
	want := map[string]report.Asset{}
	for i := range 5 {
		if i != 3 {
			want[fmt.Sprintf("cloudflare:%s/worker/%s", cfID("5c", i), cfID("4a", 10*i))] = report.Asset{Name: "front", Account: cfID("5c", i)}
		}
	}
	got := map[string]report.Asset{}
	for _, a := range d.Assets {
		got[a.ID] = report.Asset{Name: a.Name, Account: a.Account}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("assets (-want +got):\n%s", diff)
	}
	for _, c := range d.Coverage {
		if c.Account == denied && c.State != "denied" && c.Capability != "token-scope" || c.Account != denied && c.State != "complete" && c.State != "disabled" {
			t.Errorf("%s/%s %s: %s: %s %s", c.Account, c.Region, c.Capability, c.State, c.Code, c.Message)
		}
		if c.Account == denied && c.State == "denied" && (c.Operation == "" || c.Code != "10000") {
			t.Errorf("%s: without operation or code: %+v", c.Capability, c)
		}
	}
	before := map[string]int{}
	for _, id := range []string{cfID("5c", 0), cfID("5c", 1)} { // what happened to one name belongs to its own Worker
		before[id] = len(s.told(fmt.Sprintf("cloudflare:%s/worker/%s", id, cfID("4a", map[string]int{cfID("5c", 0): 0, cfID("5c", 1): 10}[id])), 0))
	}
	if diff := cmp.Diff(map[string]int{cfID("5c", 0): 1, cfID("5c", 1): 1}, before); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// renamed gives a Worker of the first account another name, as the vendor does.
func renamed(w *cloudflarefake.World, old, name string, at time.Time) {
	a := w.Accounts[0]
	wk := a.Worker(old)
	wk.Name, wk.UpdatedOn = name, at
	for _, z := range a.Zones {
		for i := range z.Routes {
			if z.Routes[i].Script == old {
				z.Routes[i].Script = name
			}
		}
	}
	for i := range a.Domains {
		if a.Domains[i].Service == old {
			a.Domains[i].Service = name
		}
	}
	cfEvent(a, at, fmt.Sprintf("PATCH /accounts/%s/workers/workers/%s", a.ID, wk.Tag))
	a.Audit[len(a.Audit)-1].Resource.Request = json.RawMessage(fmt.Sprintf(`{"name":%q}`, name))
}

const cfByName = `version: 1
owners: [{id: web, contacts: [web@estate.example]}, {id: shop, contacts: [shop@estate.example]}]
claims:
  - {id: old, owner: shop, select: {provider: cloudflare, accounts: ["` + cfShop + `"], name: front}, approval: {by: a@estate.example, on: 2026-01-02, expires: 2027-01-02, ticket: S-1, limits: {reach: public}}}
  - {id: new, owner: web, select: {provider: cloudflare, accounts: ["` + cfShop + `"], name: website}, approval: {by: a@estate.example, on: 2026-01-02, expires: 2027-01-02, ticket: S-2, limits: {reach: public}}}
`

// TestAWorkerThatIsRenamed is one asset with one history, under both names; the
// claim by its new name holds, and what happened under the old one is still its own.
func TestAWorkerThatIsRenamed(t *testing.T) {
	s := newCFSight(t, cfEstate())
	s.write("registry.yaml", []byte(cfByName))
	id := "cloudflare:" + cfShop + "/worker/" + cfID("4a", 0)
	_, d := s.after(0, nil)
	if a := assetsOf(d)[id]; a.Name != "front" || a.Owner != "shop" {
		t.Errorf("before: name %q, owner %q", a.Name, a.Owner)
	}
	n := len(d.Assets)
	_, d = s.after(2*time.Hour, func(w *cloudflarefake.World) {
		renamed(w, "front", "website", cfNow().Add(time.Hour))
		cfEvent(w.Accounts[0], cfNow().Add(90*time.Minute), "PUT /accounts/"+cfShop+"/workers/scripts/website")
	})
	a, ok := assetsOf(d)[id]
	if !ok || len(d.Assets) != n {
		t.Fatalf("%d assets, want %d", len(d.Assets), n)
	}
	if a.Name != "website" || a.Owner != "web" || a.Presence != "present" || a.Reach != "public" {
		t.Errorf("after: name %q, owner %q, presence %q, reach %q", a.Name, a.Owner, a.Presence, a.Reach)
	}
	if diff := cmp.Diff([]string{`"front"`, `"website"`}, s.history(id, "name", 2*time.Hour)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	want := []string{"2026-10-31T00:00:00Z update-code", "2026-11-01T06:20:00Z update-code", "2026-11-01T07:00:00Z update-config", "2026-11-01T07:30:00Z update-code"}
	if diff := cmp.Diff(want, s.told(id, 2*time.Hour)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if len(holes(d)) > 0 {
		t.Errorf("holes: %v", holes(d))
	}
}

// TestAWorkerThatIsDeletedAndMadeAgain under one name is two assets, of which the
// first is gone; each has the events of its own time.
func TestAWorkerThatIsDeletedAndMadeAgain(t *testing.T) {
	s := newCFSight(t, cfEstate())
	first, second := "cloudflare:"+cfShop+"/worker/"+cfID("4a", 3), "cloudflare:"+cfShop+"/worker/"+cfID("4b", 3)
	s.after(0, nil)
	_, d := s.after(3*time.Hour, func(w *cloudflarefake.World) {
		a := w.Accounts[0]
		wk := *a.Worker("idle")
		wk.Tag, wk.CreatedOn, wk.UpdatedOn, wk.DeployedOn = cfID("4b", 3), cfNow().Add(2*time.Hour), cfNow().Add(2*time.Hour), cfNow().Add(2*time.Hour)
		a.Workers = slices.DeleteFunc(a.Workers, func(w *cloudflarefake.Worker) bool { return w.Name == "idle" })
		a.Workers = append(a.Workers, &wk)
		cfEvent(a, cfNow().Add(time.Hour), "DELETE /accounts/"+cfShop+"/workers/scripts/idle")
		cfEvent(a, cfNow().Add(2*time.Hour), "PUT /accounts/"+cfShop+"/workers/scripts/idle")
	})
	all := assetsOf(d)
	if a := all[first]; a.Presence != "gone" || a.Name != "idle" {
		t.Errorf("the first: %q, %q", a.Presence, a.Name)
	}
	if a := all[second]; a.Presence != "present" || a.Name != "idle" {
		t.Errorf("the second: %q, %q", a.Presence, a.Name)
	}
	if diff := cmp.Diff([]string{"2026-10-31T00:00:03Z update-code", "2026-11-01T06:20:03Z update-code", "2026-11-01T07:00:00Z delete"}, s.told(first, 3*time.Hour)); diff != "" {
		t.Errorf("events of the first (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2026-11-01T08:00:00Z update-code"}, s.told(second, 3*time.Hour)); diff != "" {
		t.Errorf("events of the second (-want +got):\n%s", diff)
	}
	if len(holes(d)) > 0 {
		t.Errorf("holes: %v", holes(d))
	}
}
