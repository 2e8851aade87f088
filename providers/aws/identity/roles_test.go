package identity_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/identity"
)

func known(r inventory.Rights) inventory.Facet[inventory.Rights] { return inventory.Known(r, now()) }

func unknown(why inventory.Reason) inventory.Facet[inventory.Rights] {
	return inventory.Unknown[inventory.Rights](why, now())
}

func denial(operation string) inventory.Reason {
	return inventory.Reason{Operation: operation, Code: "AccessDenied", Message: "no identity-based policy allows the iam:" + operation + " action"}
}

// compare shows facets as the store keeps them.
func compare(t *testing.T, want, got inventory.Facet[inventory.Rights]) {
	t.Helper()
	show := func(f inventory.Facet[inventory.Rights]) string {
		b, err := f.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(show(want), show(got)); diff != "" {
		t.Errorf("rights (-want +got):\n%s", diff)
	}
}

func TestRights(t *testing.T) {
	for name, c := range map[string]struct {
		role aRole
		want inventory.Rights
	}{
		"no policy":                            {aRole{}, inventory.Rights{}},
		"an inline policy of all":              {aRole{Inline: []string{good, harm}}, inventory.Rights{Admin: true, Why: []string{"* on all resources"}}},
		"inline policies add up":               {aRole{Inline: []string{makes, passes}}, inventory.Rights{Admin: true, Why: []string{"lambda:* with iam:PassRole"}, Weighs: []string{"lambda:CreateFunction on all resources"}}},
		"an attached policy adds to an inline": {aRole{Inline: []string{makes}, Attached: []string{policy("passes")}}, inventory.Rights{Admin: true, Why: []string{"lambda:* with iam:PassRole"}, Weighs: []string{"lambda:CreateFunction on all resources"}}},
		"a policy of AWS by its name":          {aRole{Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}, inventory.Rights{Admin: true, Why: []string{"policy AdministratorAccess", "* on all resources"}}},
		"a policy of AWS by its document":      {aRole{Attached: []string{wide}}, inventory.Rights{Admin: true, Why: []string{"policy SomethingWide", "* on all resources"}}},
		"a policy of AWS that is harmless":     {aRole{Attached: []string{basic}}, inventory.Rights{}},
		"an own policy named as AWS's":         {aRole{Attached: []string{policy("AdministratorAccess")}}, inventory.Rights{}},
		"an older version allows nothing":      {aRole{Attached: []string{policy("mended")}}, inventory.Rights{}},
		"the version in force allows":          {aRole{Attached: []string{policy("broken-open")}}, inventory.Rights{Admin: true, Why: []string{"policy broken-open", "* on all resources"}}},
		"a deny in another policy":             {aRole{Inline: []string{denies}, Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}, inventory.Rights{}},
		"a policy that is no JSON":             {aRole{Inline: []string{`{"Statement":`}}, inventory.Rights{Admin: true, Why: []string{"a policy could not be read"}}},
		"a boundary that removes":              {aRole{Inline: []string{harm}, Boundary: policy("passes")}, inventory.Rights{Admin: true, Why: []string{"* on all resources"}, Boundary: policy("passes"), Bounded: true}},
		"a boundary that removes nothing":      {aRole{Inline: []string{harm}, Boundary: wide}, inventory.Rights{Admin: true, Why: []string{"* on all resources"}, Boundary: wide}},
		"a boundary that is not there":         {aRole{Inline: []string{harm}, Boundary: policy("gone")}, inventory.Rights{Admin: true, Why: []string{"* on all resources"}, Boundary: policy("gone"), Weighs: []string{"boundary " + policy("gone") + " could not be read"}}},
		"who else may take it":                 {aRole{Trust: clouds}, inventory.Rights{Trusts: []string{"ec2.amazonaws.com"}}},
		"when it was used":                     {aRole{Used: "2026-11-01T02:03:04Z eu-west-1"}, inventory.Rights{LastUsed: time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC), LastUsedRegion: "eu-west-1"}},
		"a path in the name":                   {aRole{Name: "service-role/team/r"}, inventory.Rights{}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.role.Name == "" {
				c.role.Name = "r"
			}
			f := one(c.role)
			p := f.pages[""]
			p.policies = []aPolicy{{"passes", passes, good}, {"mended", good, harm}, {"broken-open", harm, good}, {"AdministratorAccess", good, good}}
			f.pages[""] = p
			f.managed = map[string]string{basic: good, wide: harm}
			compare(t, known(c.want), roles(t, f).Rights(t.Context(), arn(c.role.Name)))
		})
	}
}

func TestRoleOfAnotherAccountIsUnknown(t *testing.T) {
	f := one(aRole{Name: "r"})
	got := roles(t, f).Rights(t.Context(), "arn:aws:iam::444455556666:role/r")
	compare(t, unknown(inventory.Reason{Message: "the role is of account 444455556666, and only that account tells what it may do"}), got)
	if len(f.calls) > 0 {
		t.Errorf("it was asked for: %q", f.calls)
	}
	compare(t, unknown(inventory.Reason{Message: "it is no role's ARN"}), roles(t, f).Rights(t.Context(), ""))
}

func TestDeletedRoleIsAbsentOnlyWhereTheListingWasWhole(t *testing.T) {
	r := roles(t, one(aRole{Name: "r"}))
	compare(t, inventory.Absent[inventory.Rights](now()), r.Rights(t.Context(), arn("gone")))
	if got := r.Coverage(t.Context()); got.State != inventory.Complete || got.Seen != 1 {
		t.Errorf("coverage %+v", got)
	}
	f := one(aRole{Name: "r"})
	f.denied = map[string]bool{"GetAccountAuthorizationDetails": true}
	r = roles(t, f)
	compare(t, unknown(denial("GetAccountAuthorizationDetails")), r.Rights(t.Context(), arn("gone")))
	want := inventory.Coverage{Cell: inventory.Cell{Source: "aws-iam", Scope: inventory.Scope{Provider: "aws", Account: home}, Capability: "roles"},
		State: inventory.Denied, Why: denial("GetAccountAuthorizationDetails")}
	if diff := cmp.Diff(want, r.Coverage(t.Context())); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// TestListingThatEndsEarly: what was listed is judged, what was not is unknown,
// and the cell says so.
func TestListingThatEndsEarly(t *testing.T) {
	const op = "GetAccountAuthorizationDetails"
	for name, c := range map[string]struct {
		second page
		denied map[string]bool
		want   inventory.Reason
	}{
		"the second page is denied":        {page{}, map[string]bool{op + " two": true}, denial(op)},
		"the marker comes again":           {page{marker: "two"}, nil, inventory.Reason{Operation: op, Message: "the listing gave the same page token twice"}},
		"more follows and nobody says how": {page{truncated: true}, nil, inventory.Reason{Operation: op, Message: "the answer says that more follows and does not say where"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{denied: c.denied, pages: map[string]page{
				"":    {roles: []aRole{{Name: "r", Inline: []string{good}}}, marker: "two"},
				"two": c.second,
			}}
			r := roles(t, f)
			compare(t, known(inventory.Rights{}), r.Rights(t.Context(), arn("r")))
			compare(t, unknown(c.want), r.Rights(t.Context(), arn("other")))
			if got := r.Coverage(t.Context()); got.State != inventory.Partial || got.Why != c.want || got.Seen != 1 {
				t.Errorf("coverage %+v", got)
			}
		})
	}
}

// TestOwnPolicyOnALaterPage: a policy may come after the role that has it.
func TestOwnPolicyOnALaterPage(t *testing.T) {
	f := &fake{pages: map[string]page{
		"":    {roles: []aRole{{Name: "r", Attached: []string{policy("late")}}}, marker: "two"},
		"two": {policies: []aPolicy{{"late", harm, good}}},
	}}
	r := roles(t, f)
	compare(t, known(inventory.Rights{Admin: true, Why: []string{"policy late", "* on all resources"}}), r.Rights(t.Context(), arn("r")))
	if want := []string{"GetAccountAuthorizationDetails", "GetAccountAuthorizationDetails two"}; !slices.Equal(f.calls, want) {
		t.Errorf("calls %q, want %q", f.calls, want)
	}
}

func TestPolicyThatCannotBeReadLeavesTheRoleUnknown(t *testing.T) {
	for operation, calls := range map[string]int{"GetPolicy": 2, "GetPolicyVersion": 3} {
		t.Run(operation, func(t *testing.T) {
			f := one(aRole{Name: "r", Attached: []string{basic}}, aRole{Name: "admin", Attached: []string{basic}, Inline: []string{harm}}, aRole{Name: "other"})
			f.managed, f.denied = map[string]string{basic: good}, map[string]bool{operation: true}
			r := roles(t, f)
			why := denial(operation)
			why.Message = "policy " + basic + ": " + why.Message
			if got := r.Coverage(t.Context()); got.State != inventory.Partial || got.Why != why || got.Seen != 3 {
				t.Errorf("coverage %+v", got)
			}
			compare(t, unknown(why), r.Rights(t.Context(), arn("r")))
			compare(t, known(inventory.Rights{}), r.Rights(t.Context(), arn("other")))
			compare(t, known(inventory.Rights{Admin: true, Why: []string{"* on all resources"}, Weighs: []string{"policy " + basic + " could not be read"}}), r.Rights(t.Context(), arn("admin")))
			if len(f.calls) != calls {
				t.Errorf("a refused policy was asked for again: %q", f.calls)
			}
		})
	}
}

// TestRefusedPoliciesAreNotAskedForWithoutEnd: where twenty policies in a row are
// denied, the permission is missing, and the rest would be too.
func TestRefusedPoliciesAreNotAskedForWithoutEnd(t *testing.T) {
	r := aRole{Name: "r"}
	for i := range 40 {
		r.Attached = append(r.Attached, fmt.Sprintf("arn:aws:iam::aws:policy/P%02d", i))
	}
	f := one(r)
	f.denied = map[string]bool{"GetPolicy": true}
	if got := roles(t, f).Rights(t.Context(), arn("r")); !got.IsUnknown() {
		t.Errorf("rights %+v", got)
	}
	if len(f.calls) != 21 {
		t.Errorf("%d calls", len(f.calls))
	}
}

// TestRolesOfOthersCostNothing: only what Lambda may take is looked into before
// somebody asks.
func TestRolesOfOthersCostNothing(t *testing.T) {
	f := one(aRole{Name: "machines", Trust: clouds, Attached: []string{basic}})
	f.managed = map[string]string{basic: good}
	r := roles(t, f)
	r.Coverage(t.Context())
	if len(f.calls) != 1 {
		t.Errorf("calls %q", f.calls)
	}
	compare(t, known(inventory.Rights{Trusts: []string{"ec2.amazonaws.com"}}), r.Rights(t.Context(), arn("machines")))
}

func TestManyAskAndOneReads(t *testing.T) {
	f := one(aRole{Name: "r", Attached: []string{basic}}, aRole{Name: "s", Attached: []string{basic}})
	f.managed = map[string]string{basic: good}
	r := identity.NewRoles(open(t, f), "aws-iam", now())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			r.Coverage(t.Context())
			r.Rights(t.Context(), arn("r"))
			r.Rights(t.Context(), arn("s"))
		})
	}
	group.Wait()
	want := []string{"GetAccountAuthorizationDetails", "GetPolicy " + basic, "GetPolicyVersion " + basic}
	if !slices.Equal(f.calls, want) {
		t.Errorf("calls %q, want %q", f.calls, want)
	}
}

func TestEndedRunIsCancelled(t *testing.T) {
	r := roles(t, one(aRole{Name: "r"}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := r.Coverage(ctx); got.State != inventory.Cancelled {
		t.Errorf("coverage %+v", got)
	}
	if f := r.Rights(ctx, arn("r")); !f.IsUnknown() || f.Doubt().Message == "" {
		t.Errorf("rights %+v", f)
	}
}
