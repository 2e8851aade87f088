package live_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/cloudflarefake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/cloudflare"
	"github.com/estray/estray/providers/cloudflare/live"
)

// problemOf gives the plan's problem about an account, as coverage.
func problemOf(t *testing.T, f found, account string) inventory.Coverage {
	t.Helper()
	all, rest := providers.Problems(f.err)
	if rest != nil {
		t.Fatalf("the plan fails with %v, which is no problem", rest)
	}
	for _, p := range all {
		if p.Cell.Scope.Account == account {
			return p.Coverage()
		}
	}
	t.Fatalf("no problem is told of account %q, but %v", account, f.err)
	return inventory.Coverage{}
}

// estate is a world of accounts that each hold a Worker of the same name.
func estate(n int) *cloudflarefake.World {
	w := &cloudflarefake.World{Now: at(), Token: cloudflarefake.Token{ID: ourOwn}}
	for i := range n {
		w.Accounts = append(w.Accounts, &cloudflarefake.Account{ID: tagged(0xa00 + i), Name: fmt.Sprint(i), CreatedOn: ago(9000),
			Workers: []*cloudflarefake.Worker{script(tagged(0xb00+i), "api")}})
	}
	return w
}

func TestSameNameInTwoAccounts(t *testing.T) {
	_, cfg := serve(t, estate(2))
	f := scan(t, cfg, found{})
	var got []inventory.AssetID
	for id, a := range f.assets {
		got = append(got, id)
		if want := cloudflare.WorkerName(a.Scope.Account, "api"); a.Handles[0].ID != want {
			t.Errorf("%s holds %s, want %s", id, a.Handles[0].ID, want)
		}
	}
	slices.Sort(got)
	want := []inventory.AssetID{cloudflare.WorkerID(tagged(0xa00), tagged(0xb00)), cloudflare.WorkerID(tagged(0xa01), tagged(0xb01))}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("assets (-want +got):\n%s", diff)
	}
}

// TestRenamedWorker: the asset stays the same, and has the new name and its handle.
func TestRenamedWorker(t *testing.T) {
	s, cfg := serve(t, only(script(tagged(0), "old")))
	before := scan(t, cfg, found{})
	s.Change(func(w *cloudflarefake.World) { w.Accounts[0].Workers[0].Name = "new" })
	cfg.Now = at().Add(time.Hour)
	after := scan(t, cfg, before)
	a := inventory.Merge(workerOf(t, before, tagged(0)), workerOf(t, after, tagged(0)))
	if got := must(t, a.Called); got != "new" || len(a.Aliases) > 0 {
		t.Errorf("name = %q, aliases %v; want the new name and none", got, a.Aliases)
	}
	want := []inventory.Handle{{ID: cloudflare.WorkerName(home, "new"), Since: cfg.Now}, {ID: cloudflare.WorkerName(home, "old"), Since: at()}}
	if diff := cmp.Diff(want, a.Handles); diff != "" {
		t.Errorf("handles (-want +got):\n%s", diff)
	}
}

func TestOneAccountOfFiveIsDenied(t *testing.T) {
	w := estate(5)
	s, cfg := serve(t, w)
	denied := w.Accounts[2].ID
	s.SetFaults(cloudflarefake.Fault{Account: denied, Effect: cloudflarefake.Deny(10000)})
	f := scan(t, cfg, found{})
	for _, a := range w.Accounts {
		want := inventory.Complete
		if a.ID == denied {
			want = inventory.Denied
		}
		if got := f.of(inventory.CapWorkers, a.ID); got.State != want {
			t.Errorf("workers of %s are %s, want %s", a.ID, got.State, want)
		}
	}
	if len(f.assets) != 4 {
		t.Errorf("%d assets, want the 4 of the other accounts", len(f.assets))
	}
	for cell, w := range f.words {
		if cell.Scope.Account == denied && w.State.Whole() {
			t.Errorf("%s is %s although every call is denied", cell, w.State)
		}
	}
}

// TestThrottledAccount: the others go on.
func TestThrottledAccount(t *testing.T) {
	w := estate(3)
	s, cfg := serve(t, w)
	s.SetFaults(cloudflarefake.Fault{Account: w.Accounts[0].ID, Path: "/accounts/:a/workers/workers", Effect: cloudflarefake.Throttle("99999")})
	f := scan(t, cfg, found{})
	if got := f.of(inventory.CapWorkers, w.Accounts[0].ID); got.State.Whole() {
		t.Errorf("workers of the account are %s, want not whole", got.State)
	}
	for _, a := range w.Accounts[1:] {
		if got := f.of(inventory.CapWorkers, a.ID); got.State != inventory.Complete {
			t.Errorf("workers of %s are %s (%s), want complete", a.ID, got.State, got.Why)
		}
	}
}

func TestConfiguredAccountThatTheTokenDoesNotSee(t *testing.T) {
	_, cfg := serve(t, estate(1), func(c *live.Config) { c.Accounts = []string{tagged(0xa00), other} })
	f := scan(t, cfg, found{})
	if w := problemOf(t, f, other); w.State != inventory.Denied || !strings.Contains(w.Why.Message, "resources of the token") {
		t.Errorf("the account is %s (%s), want denied, and what to do", w.State, w.Why)
	}
	if len(f.assets) != 1 {
		t.Errorf("%d assets, want that of the account that is seen", len(f.assets))
	}
}

func TestAccountsThatAreNotThisRunsBusiness(t *testing.T) {
	s, cfg := serve(t, estate(2), func(c *live.Config) {
		c.Within = func(s inventory.Scope) bool { return s.Account == tagged(0xa01) }
	})
	if f := scan(t, cfg, found{}); f.err != nil || len(f.assets) != 1 {
		t.Errorf("%d assets, error %v; want one and none", len(f.assets), f.err)
	}
	for _, c := range s.Calls() {
		if c.Account == tagged(0xa00) && c.Path != "/accounts/:a/tokens/verify" {
			t.Errorf("%s was asked of an account that is not this run's business", c.Path)
		}
	}
}

func TestTokenThatCannotBeUsed(t *testing.T) {
	for name, test := range map[string]struct {
		token cloudflarefake.Token
		want  string
	}{
		"disabled":  {cloudflarefake.Token{ID: ourOwn, Status: "disabled"}, "make a new token"},
		"expired":   {cloudflarefake.Token{ID: ourOwn, ExpiresOn: ago(1)}, "make a new token"},
		"not begun": {cloudflarefake.Token{ID: ourOwn, NotBefore: at().Add(time.Hour)}, "not valid before"},
	} {
		t.Run(name, func(t *testing.T) {
			w := estate(1)
			w.Token = test.token
			_, cfg := serve(t, w)
			f := scan(t, cfg, found{})
			if c := problemOf(t, f, ""); c.State.Whole() || c.State == inventory.Pending || !strings.Contains(c.Why.Message, test.want) {
				t.Errorf("the plan is %s (%s), want what to do: %q", c.State, c.Why, test.want)
			}
			if len(f.facts) > 0 {
				t.Errorf("%d facts were read", len(f.facts))
			}
		})
	}
}

func TestTokenThatExpiresSoon(t *testing.T) {
	w := company()
	w.Token.ExpiresOn = at().Add(48 * time.Hour)
	_, cfg := serve(t, w)
	if got := scan(t, cfg, found{}).of(inventory.CapTokenScope); got.State != inventory.Complete || !strings.Contains(got.Why.Message, "expires at 2026-11-26") {
		t.Errorf("token-scope is %s (%s), want complete with a warning", got.State, got.Why)
	}
}

// TestTokenThatEndsAmid: what was read is kept, and the rest says why it is not
// there.
func TestTokenThatEndsAmid(t *testing.T) {
	ended := false
	_, cfg := serveHooked(t, only(script(tagged(0), "a"), script(tagged(1), "b"), script(tagged(2), "c")), func(s *cloudflarefake.Server, path string) {
		if strings.HasSuffix(path, "/scripts/b/versions") && !ended {
			ended = true
			s.Change(func(w *cloudflarefake.World) { w.Token.ExpiresOn = ago(1) })
		}
	})
	f := scan(t, cfg, found{})
	if !ended {
		t.Fatal("the token never ended")
	}
	for i := range 3 {
		workerOf(t, f, tagged(i))
	}
	if a := workerOf(t, f, tagged(0)); !a.Bindings.Current() {
		t.Errorf("bindings of the first Worker are not current: %s", a.Bindings.Doubt())
	}
	for _, c := range []inventory.Capability{inventory.CapVersions, inventory.CapSettings, inventory.CapSchedules, inventory.CapNamespaces, inventory.CapMembers} {
		if w := f.of(c); w.State.Whole() || w.Why.Message == "" {
			t.Errorf("%s is %s (%s), want not whole and why", c, w.State, w.Why)
		}
	}
	if a := workerOf(t, f, tagged(2)); a.Bindings.Current() {
		t.Error("bindings of the last Worker are current, which nobody read")
	}
}

func TestZones(t *testing.T) {
	zones := []*cloudflarefake.Zone{{ID: zone, Name: "example.com", CreatedOn: ago(80)}, {ID: tagged(0xc02), Name: "other.example", CreatedOn: ago(80)}}
	domain := []cloudflarefake.Domain{{ID: "d1", Hostname: "x.example.com", Service: "x", ZoneID: zone}}
	for name, test := range map[string]struct {
		zones     []*cloudflarefake.Zone
		domains   []cloudflarefake.Domain
		policies  []cloudflarefake.Policy
		sees      []string // nil: all
		asked     []string
		fault     cloudflarefake.Fault
		state     inventory.State
		says      string
		isCurrent bool
	}{
		"all are read": {zones: zones, state: inventory.Complete, isCurrent: true},
		"one is not asked for, so routes are not all known":              {zones: zones, asked: []string{"example.com"}, state: inventory.Complete, says: "1 of 2"},
		"an account without zones, by a token that may see all":          {policies: policies(), state: inventory.Complete, isCurrent: true},
		"an account without zones, by a token of which nothing is known": {state: inventory.Complete, says: "answered alike", isCurrent: true},
		"no permission, told by a custom domain":                         {zones: zones, domains: domain, sees: []string{}, state: inventory.Partial, says: "1 zones are named"},
		"one zone of two is seen":                                        {zones: zones, domains: domain, sees: []string{tagged(0xc02)}, state: inventory.Partial, says: zone},
		"refused":                                                        {zones: zones, fault: cloudflarefake.Fault{Path: "/zones", Effect: cloudflarefake.Deny(10000)}, state: inventory.Denied, says: "10000"},
		"routes of one are refused": {zones: zones, fault: cloudflarefake.Fault{Path: "/zones/:z/workers/routes", Zone: zone, Effect: cloudflarefake.Deny(10000)},
			state: inventory.Complete},
	} {
		t.Run(name, func(t *testing.T) {
			w := only(script(tagged(0), "x"))
			w.Accounts[0].Zones, w.Accounts[0].Domains = test.zones, test.domains
			w.Token.Policies, w.Token.Zones = test.policies, test.sees
			s, cfg := serve(t, w, func(c *live.Config) { c.Zones = test.asked })
			s.SetFaults(test.fault)
			f := scan(t, cfg, found{})
			got := f.of(inventory.CapZones)
			if got.State != test.state || !strings.Contains(got.Why.String(), test.says) {
				t.Errorf("zones are %s (%s), want %s with %q", got.State, got.Why, test.state, test.says)
			}
			a := workerOf(t, f, tagged(0))
			if now := a.Exposure[inventory.CapRoutes].Current(); now != test.isCurrent {
				t.Errorf("routes of the Worker are current: %t (%s), want %t", now, a.Exposure[inventory.CapRoutes].Doubt(), test.isCurrent)
			}
		})
	}
}

// TestNamedAccountsNeedNoList: a token that may not list accounts reads those that
// are named.
func TestNamedAccountsNeedNoList(t *testing.T) {
	for _, named := range []bool{true, false} {
		s, cfg := serve(t, estate(1), func(c *live.Config) {
			if named {
				c.Accounts = []string{tagged(0xa00)}
			}
		})
		s.SetFaults(cloudflarefake.Fault{Path: "/accounts", Effect: cloudflarefake.Deny(10000)})
		f := scan(t, cfg, found{})
		if (len(f.assets) == 1) != named || (f.err == nil) != named {
			t.Errorf("named %t: %d assets, error %v", named, len(f.assets), f.err)
		}
		if named {
			continue
		}
		if w := problemOf(t, f, ""); w.State != inventory.Denied || !strings.Contains(w.Why.Message, "name accounts") {
			t.Errorf("the plan is %s (%s), want denied, and what to do", w.State, w.Why)
		}
	}
}
