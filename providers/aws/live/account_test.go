package live_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/live"
)

func cellOf(source string, scope inventory.Scope, c inventory.Capability) inventory.Cell {
	return inventory.Cell{Source: source, Scope: scope, Capability: c}
}

// TestAccountSpeaksOfWhatHasNoRegion, and never says that it looked for
// MicroVMs.
func TestAccountSpeaksOfWhatHasNoRegion(t *testing.T) {
	w := company()
	w.Accounts[0].Trails = []*awsfake.Trail{}
	serve(t, w)
	v := (&memory{}).run(t, config(anyRegion), at())
	got := map[inventory.Cell]inventory.Coverage{}
	for _, c := range v.Coverage {
		got[c.Cell] = c
	}
	for cell, want := range map[inventory.Cell]inventory.State{
		cellOf(live.SourcePlan, of(home), inventory.CapRegions): inventory.Complete,
		cellOf(live.SourceIAM, of(home), inventory.CapRoles):    inventory.Complete,
	} {
		if got[cell].State != want {
			t.Errorf("%s is %s: %s, want %s", cell, got[cell].State, got[cell].Why, want)
		}
	}
	if c := got[cellOf(live.SourceCloudTrail, of(home), inventory.CapTrails)]; c.State == inventory.Pending || c.State == inventory.Cancelled {
		t.Errorf("trails are %s: %s", c.State, c.Why)
	}
	if c := got[cellOf(live.SourceLambda, of(home), inventory.CapMicroVMs)]; c.State.Whole() || !holds(c.Why.String(), "cannot list MicroVMs", "blind_spots") {
		t.Errorf("microvms are %s: %s", c.State, c.Why)
	}
}

// TestCredentialsEndAmid: what one account did not tell any more is a hole, cell
// for cell, and the other account is read whole.
func TestCredentialsEndAmid(t *testing.T) {
	for _, after := range []int{1, 3, 10} {
		t.Run(fmt.Sprint(after, " requests"), func(t *testing.T) {
			all := members(2)
			all[0].SessionRequests = after
			all[0].Places[place].Functions = many(10)
			s := serve(t, company(all...))
			v := (&memory{}).run(t, config(organization), at())
			ended := 0
			for _, c := range v.Coverage {
				if c.Cell.Scope.Account == all[0].ID && !c.State.Whole() && c.Why.Code != "" {
					ended++
					if !strings.HasPrefix(c.Why.Code, "ExpiredToken") || c.State == inventory.Denied {
						t.Errorf("%s", line(c))
					}
				}
				if c.Cell.Scope.Account == all[1].ID && !c.State.Whole() && c.Cell.Capability != inventory.CapMicroVMs && c.Cell.Capability != inventory.CapTrails {
					t.Errorf("the other account: %s: %s", line(c), c.Why.Message)
				}
			}
			if ended == 0 {
				t.Error("no cell says that the credentials ended")
			}
			calls := 0
			for _, c := range s.Calls() {
				if c.Account == all[0].ID && c.Operation != "AssumeRole" {
					calls++
				}
			}
			// The sources run side by side: each may be at its last call.
			if calls > after+3 {
				t.Errorf("%d calls of an account whose credentials were good for %d", calls, after)
			}
		})
	}
}

// scanned is what a second scan makes of the cell of an account's functions.
type scanned struct {
	state inventory.State
	plan  inventory.Plan
	code  string
}

// TestNobodyTakesDeniedForGone: an account that was read once and cannot be
// planned any more is a hole with its reason, however that came about, and its
// functions do not vanish.
func TestNobodyTakesDeniedForGone(t *testing.T) {
	const lost = "200000000002"
	deny := func(operation, resource string, page int) func(*awsfake.Server) {
		return func(s *awsfake.Server) {
			s.SetFaults(awsfake.Fault{Operation: operation, Resource: resource, Page: page, Effect: awsfake.DenyMissing()})
		}
	}
	for name, test := range map[string]struct {
		change func(*awsfake.Server)
		want   scanned
		says   string
	}{
		"its role is denied":         {deny("AssumeRole", "arn:aws:iam::"+lost+":role/"+audit, 0), scanned{inventory.Denied, inventory.PlanMissing, "AccessDenied"}, "last read at"},
		"the organization is denied": {deny("ListAccounts", "", 0), scanned{inventory.Denied, inventory.PlanMissing, "AccessDeniedException"}, "last read at"},
		"its page is denied":         {deny("ListAccounts", "", 2), scanned{inventory.Partial, inventory.PlanMissing, "AccessDeniedException"}, "last read at"},
		"all credentials are denied": {deny("GetCallerIdentity", "", 0), scanned{inventory.Denied, inventory.PlanMissing, "AccessDenied"}, "last read at"},
		"it is suspended":            {func(s *awsfake.Server) { s.Change(func(w *awsfake.World) { w.Account(lost).State = "SUSPENDED" }) }, scanned{inventory.Unavailable, inventory.PlanMissing, "SUSPENDED"}, "last read at"},
		"it left the organization":   {func(s *awsfake.Server) { s.Change(func(w *awsfake.World) { w.Accounts = w.Accounts[:2] }) }, scanned{inventory.Unavailable, inventory.PlanMissing, ""}, "told of it before and does so no more"},
		"its regions are not told":   {deny("ListRegions", "", 0), scanned{inventory.Complete, "", ""}, ""},
		"nothing changed":            {func(*awsfake.Server) {}, scanned{inventory.Complete, "", ""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := company(members(2)...)
			w.PageSize = map[string]int{"ListAccounts": 2}
			w.Account(lost).Places[place].Functions = []*awsfake.Function{fn("f")}
			s := serve(t, w)
			m := &memory{}
			m.run(t, config(organization), at())
			test.change(s)
			v := m.run(t, config(organization), at().Add(time.Hour))
			cell := cellOf(live.SourceLambda, inventory.Scope{Provider: inventory.AWS, Account: lost, Region: place}, inventory.CapFunctions)
			var got scanned
			for _, c := range v.Coverage {
				if c.Cell == cell {
					got = scanned{c.State, c.Plan, c.Why.Code}
					if !strings.Contains(c.Why.String(), test.says) {
						t.Errorf("why = %s, want it to say %q", c.Why, test.says)
					}
				}
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(scanned{})); diff != "" {
				t.Errorf("functions (-want +got):\n%s", diff)
			}
			if len(v.Dropped) != 0 {
				t.Errorf("dropped: %v", v.Dropped)
			}
			if len(v.Assets) != 1 {
				t.Errorf("%d functions are known, want 1", len(v.Assets))
			}
		})
	}
}

// TestAnAccountThatCanBeReadAgain: the hole that it was is over.
func TestAnAccountThatCanBeReadAgain(t *testing.T) {
	s := serve(t, company(members(1)...))
	m := &memory{}
	m.run(t, config(organization), at())
	s.SetFaults(awsfake.Fault{Operation: "AssumeRole", Resource: "arn:aws:iam::200000000001:role/" + audit, Effect: awsfake.DenyMissing()})
	m.run(t, config(organization), at().Add(time.Hour))
	s.SetFaults()
	v := m.run(t, config(organization), at().Add(2*time.Hour))
	for _, c := range v.Coverage {
		if c.Cell.Scope.Account == "200000000001" && (c.Plan == inventory.PlanMissing || c.Cell.Capability == inventory.CapScopes) {
			t.Errorf("%s %s", line(c), c.Plan)
		}
	}
}
